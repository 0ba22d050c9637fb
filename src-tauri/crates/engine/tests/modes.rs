//! Runs that are recorded and replayed, held back, and struck by faults: the same nodes, paging and
//! tries as in a live run.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod support;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flow::file::FlowFile;
use flow::run::{ErrorClass, RunStatus};
use serde_json::{Value as Json, json};
use support::{Ran, line, reply, run_met};
use transport::cassette::{About, Cassette, Entry, Outcome};
use transport::{Conduct, Fault, Faults, Mode, Personal, Player, Recorder, Strictness};

const LISTS: usize = 20;
const PAGES: usize = 10;

/// A server of lists in pages, which can be stopped.
struct Lists {
    address: SocketAddr,
    n_calls: Arc<AtomicUsize>,
    is_stopped: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Lists {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let n_calls = Arc::<AtomicUsize>::default();
        let is_stopped = Arc::<AtomicBool>::default();
        let (count, stop) = (Arc::clone(&n_calls), Arc::clone(&is_stopped));
        let failed: Arc<Mutex<HashSet<String>>> = Arc::default();
        let thread = std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, _)) => {
                        let (count, failed) = (Arc::clone(&count), Arc::clone(&failed));
                        std::thread::spawn(move || answer(stream, &count, &failed));
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(1)),
                }
            }
        });
        Self { address, n_calls, is_stopped, thread: Some(thread) }
    }

    fn stop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        assert!(TcpStream::connect(self.address).is_err(), "the server is gone");
    }

    /// A flow that reads all lists, so many at once.
    fn flow(&self, concurrency: u32) -> FlowFile {
        line(vec![json!({
            "id": "read", "type": "http.request", "concurrency": concurrency,
            "retry": { "tries": 4, "base_ms": 1 },
            "params": {
                "url": format!("http://{}/lists/{{{{ id }}}}?size=3", self.address),
                "items": "rows",
                "pages": { "type": "page", "param": "page", "total_pages": "pages" },
            },
        })])
    }
}

/// Each list's third page is refused at first, and answers take times of their own.
fn answer(stream: TcpStream, n_calls: &AtomicUsize, failed: &Mutex<HashSet<String>>) -> Option<()> {
    stream.set_nonblocking(false).ok()?;
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    let target = first.split(' ').nth(1)?.to_owned();
    let nth = n_calls.fetch_add(1, Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis((nth * 7 % 5) as u64));
    let (path, query) = target.split_once('?')?;
    let list = path.strip_prefix("/lists/")?;
    let page = query.split("page=").nth(1)?;
    let body = if page == "3" && failed.lock().unwrap().insert(target.clone()) {
        reply("503 X", &[("Retry-After", "0"), ("Connection", "close")], "later")
    } else {
        let row = |n: usize| json!({ "list": list, "page": page, "n": n, "share": 1.10 });
        let rows: Vec<Json> = (0..3).map(row).collect();
        let headers = [("Content-Type", "application/json"), ("Connection", "close")];
        reply("200 OK", &headers, json!({ "rows": rows, "pages": PAGES }).to_string())
    };
    reader.get_mut().write_all(&body).ok()
}

fn ids() -> Json {
    (1..=LISTS).map(|id| json!({ "id": id })).collect()
}

async fn run(flow: &FlowFile, mode: Mode) -> Ran {
    let conduct = Conduct { clock: mode.clock(), mode, ..Conduct::default() };
    run_met(flow, ids(), Path::new("."), conduct).await
}

/// What of a recorded call has nothing to do with its time.
fn timeless(cassette: Cassette) -> Vec<Entry> {
    cassette.entries.into_iter().map(|entry| Entry { at: 0, took_ms: 0, ..entry }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_paged_calls_replay_to_the_same_bytes_without_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorded = Vec::new();
    let mut servers = Vec::new();
    for concurrency in [1, 16] {
        let mut server = Lists::start();
        let path = folder.path().join(format!("{concurrency}.cassette.har"));
        let recorder = Recorder::create(&path, About::default(), Personal::Kept).unwrap();
        let ran = run(&server.flow(concurrency), Mode::Record(Arc::clone(&recorder))).await;
        assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
        assert_eq!(ran.items.len(), LISTS * PAGES * 3);
        let n_calls = recorder.finish().unwrap().n_calls;
        assert_eq!((n_calls, server.n_calls.load(Ordering::Relaxed)), (220, 220));
        server.stop();
        recorded.push((path, ran.items.join("\n"), ran.lineages));
        servers.push(server);
    }
    assert_eq!(recorded[0].1, recorded[1].1);
    let began = Instant::now();
    let mut n_equal = 0;
    for (recorded_at, (path, items, lineages)) in recorded.iter().enumerate() {
        for concurrency in [1, 16] {
            for _ in 0..10 {
                let player = Player::open(path, Strictness::Strict).unwrap();
                let flow = servers[recorded_at].flow(concurrency);
                let ran = run(&flow, Mode::Replay(Arc::clone(&player))).await;
                assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
                assert!(ran.items.join("\n") == *items && ran.lineages == *lineages);
                let report = player.report();
                assert_eq!((report.n_calls, report.unused.len()), (220, 0));
                n_equal += 1;
            }
        }
    }
    println!(
        "200 paged calls and 20 refused ones, recorded at concurrency 1 and 16, replayed with the \
         server stopped at 1 and 16: {n_equal} of 40 byte-equal, {} ms each",
        began.elapsed().as_millis() / 40
    );
    // Whatever order the calls ended in, the file has the order of the steps.
    let steps = |path: &Path| -> Vec<(Option<String>, u32, u16)> {
        let entries = timeless(Cassette::read(path).unwrap());
        let status = |entry: &Entry| match &entry.outcome {
            Outcome::Answer(answer) => answer.status,
            Outcome::Failed { .. } => 0,
        };
        entries.iter().map(|entry| (entry.step.clone(), entry.n, status(entry))).collect()
    };
    assert_eq!(steps(&recorded[0].0), steps(&recorded[1].0));
}

#[tokio::test]
async fn pauses_cost_nothing_in_a_replay_and_a_miss_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.cassette.har");
    let mut server = Lists::start();
    let recorder = Recorder::create(&path, About::default(), Personal::Kept).unwrap();
    run(&server.flow(4), Mode::Record(Arc::clone(&recorder))).await;
    recorder.finish().unwrap();
    server.stop();
    // Faults strike in a replay too: the pauses that they ask for are jumped over.
    let player = Player::open(&path, Strictness::Strict).unwrap();
    let faults = Faults::new(["429:40x3@5".parse::<Fault>().unwrap()]);
    let mode = Mode::Replay(player);
    let conduct =
        Conduct { clock: mode.clock(), mode, faults: Some(Arc::new(faults)), ..Conduct::default() };
    let began = Instant::now();
    let mut flow = server.flow(1);
    flow.nodes[1].retry.as_mut().unwrap().max_ms = 60_000;
    let ran = run_met(&flow, ids(), Path::new("."), conduct).await;
    assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
    assert_eq!(ran.items.len(), LISTS * PAGES * 3);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert!(ran.told.contains("\"wait_ms\":40000"), "the pauses are told as they would be");

    let mut other = server.flow(1);
    other.nodes[1].params["url"] =
        json!(format!("http://{}/lists/{{{{ id }}}}?size=4", server.address));
    let ran = run(&other, Mode::Replay(Player::open(&path, Strictness::Strict).unwrap())).await;
    let error = ran.error();
    assert_eq!((ran.outcome.status, error.class), (RunStatus::Failed, ErrorClass::Answer));
    assert!(
        error.message.contains("it differs in query size: recorded \"3\", now \"4\""),
        "{}",
        error.message
    );
    assert_eq!(error.attempts, 1);
}
