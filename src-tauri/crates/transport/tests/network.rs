//! The network log at its source: what leaves through the socket has left, what a cassette or a
//! fault answers and what the rules refuse has not.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use flow::run::AnswerFrom;
use tokio_util::sync::CancellationToken;
use transport::cassette::About;
use transport::{
    Conduct, Departure, Fault, Faults, Method, Mode, Personal, Player, Recorder, Request,
    Strictness, Transport,
};

/// A server that counts requests; what it cannot read it does not answer.
fn serve() -> (String, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let n_seen = Arc::new(Mutex::new(0));
    let count = Arc::clone(&n_seen);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(&stream, &count);
        }
    });
    (url, n_seen)
}

fn answer(mut stream: &TcpStream, n_seen: &Mutex<usize>) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    lines.find(|line| line.as_ref().is_ok_and(String::is_empty))?.ok()?;
    *n_seen.lock().unwrap() += 1;
    let (status, more) =
        if first.contains("/moved") { ("302 Found", "location: /x\r\n") } else { ("200 OK", "") };
    write!(stream, "HTTP/1.1 {status}\r\n{more}content-length: 2\r\nconnection: close\r\n\r\n{{}}")
        .ok()
}

struct Log(Arc<Mutex<Vec<Departure>>>);

impl Log {
    fn of(transport: &Transport) -> Self {
        let told = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&told);
        transport.log_to(Arc::new(move |departure| log.lock().unwrap().push(departure)));
        Self(told)
    }

    fn take(&self) -> Vec<Departure> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

async fn call(transport: &Transport, url: &str, step: usize, conduct: &Conduct) {
    let mut request = Request::new(Method::GET, format!("{url}?token=canary"));
    request.step = Some(format!("n/{step}"));
    request.conduct = Arc::new(conduct.clone());
    if let Ok(mut answer) = transport.send(request, &CancellationToken::new()).await {
        let _ = answer.bytes().await;
    }
}

#[tokio::test]
async fn what_left_is_told_as_having_left_and_nothing_else_is() {
    let (url, n_seen) = serve();
    let transport = Transport::default();
    let log = Log::of(&transport);
    let folder = tempfile::tempdir().unwrap();
    let path = transport::cassette::file_in(folder.path(), "calls");
    let recorder = Recorder::create(&path, About::default(), Personal::Kept).unwrap();
    let by = |mode: Mode| Conduct { clock: mode.clock(), mode, ..Conduct::default() };
    let record = by(Mode::Record(Arc::clone(&recorder)));
    for (step, path) in ["/a", "/moved", "/b"].iter().enumerate() {
        call(&transport, &format!("{url}{path}"), step, &record).await;
    }
    recorder.finish().unwrap();
    let told = log.take();
    assert_eq!(told.len(), *n_seen.lock().unwrap());
    assert_eq!(told.len(), 4);
    assert!(told.iter().all(|entry| entry.has_left && entry.from == AnswerFrom::System));
    assert!(!format!("{told:?}").contains("canary"));

    let replay = by(Mode::Replay(Player::open(&path, Strictness::Strict).unwrap()));
    for (step, path) in ["/a", "/moved", "/b", "/unknown"].iter().enumerate() {
        call(&transport, &format!("{url}{path}"), step, &replay).await;
    }
    let told = log.take();
    assert_eq!(told.len(), 5);
    assert!(told.iter().all(|entry| !entry.has_left), "{told:?}");
    assert_eq!(told.iter().filter(|entry| entry.from == AnswerFrom::Cassette).count(), 4);
    assert_eq!(*n_seen.lock().unwrap(), 4);

    let fault: Fault = "reset@1".parse().unwrap();
    let faults = Conduct { faults: Some(Arc::new(Faults::new([fault]))), ..Conduct::default() };
    call(&transport, &url, 0, &faults).await;
    let refused =
        Conduct { hosts: Some(Arc::new(["example.com".to_owned()])), ..Conduct::default() };
    call(&transport, &url, 0, &refused).await;
    let told = log.take();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|entry| !entry.has_left && entry.error.is_some()), "{told:?}");
    assert_eq!(*n_seen.lock().unwrap(), 4);

    // Nobody is there, but it was tried.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    call(&transport, &format!("http://{closed}/"), 0, &Conduct::default()).await;
    let told = log.take();
    assert!(told.len() == 1 && told[0].has_left && told[0].status.is_none(), "{told:?}");
}
