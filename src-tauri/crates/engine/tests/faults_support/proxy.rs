//! A small proxy on loopback that speaks HTTP and SOCKS5 and wants the user `user` with the
//! password `canary-pw`. It calls nobody: it answers itself, and says what it was asked for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use base64::Engine as _;

pub(crate) struct Proxy {
    http: u16,
    socks: u16,
}

impl Proxy {
    pub(crate) fn start() -> Self {
        Self { http: serve(http), socks: serve(socks) }
    }

    pub(crate) fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    pub(crate) fn socks(&self) -> String {
        format!("socks5h://127.0.0.1:{}", self.socks)
    }

    /// An address on this computer that needs no proxy.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}/here", self.http)
    }
}

fn serve(answer: fn(TcpStream) -> Option<()>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            std::thread::spawn(move || answer(socket));
        }
    });
    port
}

fn http(socket: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(socket);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut has_right = false;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n_bytes| *n_bytes > 0)?;
        if line == "\r\n" {
            break;
        }
        let expect = base64::engine::general_purpose::STANDARD.encode("user:canary-pw");
        has_right |=
            line.to_lowercase().starts_with("proxy-authorization:") && line.contains(&expect);
    }
    let target = first.split(' ').nth(1)?.split('?').next()?.to_owned();
    // What begins with a slash was not sent to a proxy.
    let mut socket = reader.into_inner();
    if has_right || target.starts_with('/') {
        tell(&mut socket, "200 OK", &target)
    } else {
        tell(&mut socket, "407 Proxy Authentication Required", "nothing")
    }
}

fn socks(mut socket: TcpStream) -> Option<()> {
    // RFC 1928 and, for user and password, RFC 1929.
    let n_methods = take(&mut socket, 2)?[1];
    take(&mut socket, n_methods)?;
    socket.write_all(&[5, 2]).ok()?;
    let n_user = take(&mut socket, 2)?[1];
    let user = take(&mut socket, n_user)?;
    let n_password = take(&mut socket, 1)?[0];
    let password = take(&mut socket, n_password)?;
    let has_right = user == b"user" && password == b"canary-pw";
    socket.write_all(&[1, u8::from(!has_right)]).ok()?;
    if !has_right {
        return None;
    }
    let n_name = take(&mut socket, 5)?[4];
    let name = String::from_utf8(take(&mut socket, n_name)?).ok()?;
    take(&mut socket, 2)?;
    socket.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).ok()?;
    let mut reader = BufReader::new(socket);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n_bytes| *n_bytes > 0)?;
        if line == "\r\n" {
            break;
        }
    }
    tell(&mut reader.into_inner(), "200 OK", &name)
}

fn take(socket: &mut TcpStream, n_bytes: u8) -> Option<Vec<u8>> {
    let mut bytes = vec![0; usize::from(n_bytes)];
    socket.read_exact(&mut bytes).ok().map(|()| bytes)
}

fn tell(socket: &mut TcpStream, status: &str, target: &str) -> Option<()> {
    let body = format!("{{\"through\":\"{target}\"}}");
    let length = body.len();
    let head = "content-type: application/json\r\nconnection: close\r\n";
    write!(socket, "HTTP/1.1 {status}\r\n{head}content-length: {length}\r\n\r\n{body}").ok()
}
