//! Sixteen flows share a connection that is limited to 50 calls per second: a server on loopback
//! counts them. Not the limit's own rules: those are tested where they stand.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "what was counted is what it prints, and helpers of tests are tests too"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use transport::spec::{ConnectionSpec, LimitSpec};
use transport::{Conduct, Connection, Method, Note, Request, Transport};
use vault::Vault;

const PER_SECOND: usize = 50;
const FLOWS: usize = 16;
const CALLS: usize = 400;

/// A server that counts each request as it has read it, and answers at once.
fn serve() -> (String, Arc<Mutex<Vec<Instant>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let counted = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&counted);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let log = Arc::clone(&log);
            std::thread::spawn(move || answer(&stream, &log));
        }
    });
    (url, counted)
}

fn answer(mut stream: &TcpStream, log: &Mutex<Vec<Instant>>) {
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
        }
        log.lock().unwrap().push(Instant::now());
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        if stream.write_all(answer).is_err() {
            return;
        }
    }
}

async fn call(transport: &Transport, connection: &Arc<Connection>, conduct: &Arc<Conduct>) {
    let mut request = Request::new(Method::GET, "/orders");
    request.connection = Some(Arc::clone(connection));
    request.conduct = Arc::clone(conduct);
    let mut answer = transport.send(request, &CancellationToken::new()).await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), "{}");
}

/// How long the machine kept this program from running, as far as it can be told.
async fn stalls() -> Duration {
    const STEP: Duration = Duration::from_millis(5);
    static TOTAL: Mutex<Duration> = Mutex::new(Duration::ZERO);
    let watch = async {
        loop {
            let began = Instant::now();
            tokio::time::sleep(STEP).await;
            let late = began.elapsed().saturating_sub(STEP * 2);
            *TOTAL.lock().unwrap() += late;
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), watch).await;
    *TOTAL.lock().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_second_counts_more_than_the_limit_and_the_rate_is_used() {
    let (url, counted) = serve();
    let transport = Transport::default();
    let mut spec = ConnectionSpec::new("shop", url);
    spec.limits = LimitSpec { per_second: Some(PER_SECOND as f64), ..LimitSpec::default() };
    let connection = transport.connection(&spec, &Arc::new(Vault::memory()));
    let waits: Arc<Mutex<Vec<u64>>> = Arc::default();
    let listener = Arc::clone(&waits);
    let conduct = Arc::new(Conduct {
        tell: Some(Arc::new(move |note| {
            if let Note::Waiting { wait_ms, reason } = note {
                assert_eq!(reason, "its limit of 50 calls per second");
                listener.lock().unwrap().push(wait_ms);
            }
        })),
        ..Conduct::default()
    });
    let mut flows = JoinSet::new();
    for _ in 0..FLOWS {
        let (transport, connection) = (transport.clone(), Arc::clone(&connection));
        let conduct = Arc::clone(&conduct);
        flows.spawn(async move {
            for _ in 0..CALLS / FLOWS {
                call(&transport, &connection, &conduct).await;
            }
        });
    }
    let mut stalled = Duration::ZERO;
    while !flows.is_empty() {
        stalled = stalls().await;
        while let Some(done) = flows.try_join_next() {
            done.unwrap();
        }
    }
    let mut at = counted.lock().unwrap().clone();
    at.sort();
    assert_eq!(at.len(), CALLS);
    let began = at[0];
    let took = at[CALLS - 1] - began;
    let in_second = |first: usize| {
        at[first..].iter().take_while(|t| **t - at[first] < Duration::from_secs(1)).count()
    };
    let most = (0..CALLS).map(in_second).max();
    let mut seconds = vec![0; took.as_secs() as usize + 1];
    for t in &at {
        seconds[(*t - began).as_secs() as usize] += 1;
    }
    let rate = (CALLS - 1) as f64 / took.as_secs_f64();
    println!("each second: {seconds:?}; most in any second: {most:?}");
    println!("{rate:.2} calls per second in {took:?}, the machine stalled for {stalled:?}");
    assert!(most <= Some(PER_SECOND), "the server counted {most:?} within a second");
    let busy = took.saturating_sub(stalled).as_secs_f64();
    let used = (CALLS - 1) as f64 / busy / PER_SECOND as f64;
    assert!(used > 0.95, "only {:.1} % of the rate was used", used * 100.0);
    assert!(waits.lock().unwrap().iter().all(|wait_ms| (20..2_000).contains(wait_ms)));
    assert!(waits.lock().unwrap().len() > CALLS / 2, "waits are told");
}
