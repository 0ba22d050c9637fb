//! A small system of our own, for what the provider has no case of: each call is answered by a
//! function, and kept.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A call as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Call {
    /// A field of its form.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The token that it carries.
    pub(crate) fn token(&self) -> String {
        self.header("authorization").trim_start_matches("Bearer ").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut lines = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        lines.next().map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    }
}

/// What a call is answered: the status, more headers in lines, the body.
pub(crate) type Told = (u16, &'static str, String);

pub(crate) struct Fake {
    pub(crate) port: u16,
    pub(crate) calls: Arc<Mutex<Vec<Call>>>,
    _tasks: JoinSet<()>,
}

impl Fake {
    pub(crate) async fn start(answer: impl Fn(&Call) -> Told + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&calls), Arc::new(answer));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut visits = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                visits.spawn(async move {
                    let _ = meet(stream, &kept, answer.as_ref()).await;
                });
                while visits.try_join_next().is_some() {}
            }
        });
        Self { port, calls, _tasks: tasks }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn calls(&self, path: &str) -> Vec<Call> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|call| call.path == path).cloned().collect()
    }
}

async fn meet(
    mut stream: TcpStream,
    kept: &Mutex<Vec<Call>>,
    answer: &(impl Fn(&Call) -> Told + Sync),
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    let head_end = loop {
        let n_bytes = stream.read(&mut piece).await?;
        bytes.extend_from_slice(&piece[..n_bytes]);
        match bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            Some(at) => break at + 4,
            None if n_bytes == 0 => return Ok(()),
            None => {}
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut call = Call {
        path: head.split(' ').nth(1).unwrap_or_default().to_owned(),
        head,
        body: String::new(),
    };
    let length: usize = call.header("content-length").parse().unwrap_or(0);
    while bytes.len() < head_end + length {
        let n_bytes = stream.read(&mut piece).await?;
        bytes.extend_from_slice(&piece[..n_bytes]);
    }
    call.body = String::from_utf8_lossy(&bytes[head_end..]).into_owned();
    kept.lock().unwrap().push(call.clone());
    let (status, headers, body) = answer(&call);
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}
