//! A system on loopback that counts the writes that reach it, and is not always well: it asks to
//! come again, is slow, or drops the connection after it has counted. Not what calls it.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What has reached the system.
#[derive(Default)]
pub(crate) struct Counted {
    /// How often each record was written, by its path.
    pub(crate) times: HashMap<String, u32>,
    /// The keys that each record came with.
    pub(crate) keys: HashMap<String, HashSet<String>>,
}

pub(crate) struct System {
    pub(crate) url: String,
    counted: Arc<Mutex<Counted>>,
}

impl System {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let counted = Arc::new(Mutex::new(Counted::default()));
        let n_calls = Arc::new(AtomicU64::new(0));
        let known = Arc::clone(&counted);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (counted, n_calls) = (Arc::clone(&known), Arc::clone(&n_calls));
                thread::spawn(move || serve(&socket, &counted, &n_calls));
            }
        });
        Self { url, counted }
    }

    pub(crate) fn look<T>(&self, at: impl FnOnce(&Counted) -> T) -> T {
        at(&self.counted.lock().unwrap())
    }
}

/// Answers the calls of one connection, until one of them fails or is meant to.
fn serve(socket: &TcpStream, counted: &Mutex<Counted>, n_calls: &AtomicU64) -> Option<()> {
    socket.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(socket);
    loop {
        let (path, key) = request(&mut reader)?;
        let mut n = n_calls.fetch_add(1, Ordering::Relaxed);
        // Spread, so that what happens to a call has no rhythm.
        n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        let is_slow = n.is_multiple_of(10);
        thread::sleep(Duration::from_millis(if is_slow { 60 } else { 4 }));
        if n.is_multiple_of(23) {
            answer(socket, "503 Service Unavailable", "{}")?;
            continue;
        }
        {
            let mut counted = counted.lock().unwrap();
            *counted.times.entry(path.clone()).or_default() += 1;
            counted.keys.entry(path.clone()).or_default().extend(key);
        }
        // Only the last call of a record: what follows from a lost answer is not written.
        if n.is_multiple_of(29) && path.starts_with("/last/") {
            return None;
        }
        answer(socket, "201 Created", "{\"ok\":true}")?;
    }
}

/// Reads one request: its path, and the key that it carries.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, Option<String>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut key) = (0, None);
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "idempotency-key" => key = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, key))
}

fn answer(mut socket: &TcpStream, status: &str, body: &str) -> Option<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    socket.write_all((head + body).as_bytes()).ok()
}
