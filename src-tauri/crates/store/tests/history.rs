//! The history at its full size: lists, filters and searches stay quick, and what is pruned is gone.
//!
//! It holds 100,000 runs where `GANTRY_FULL_HISTORY` is set, and prints what each question took; the
//! rest of the time a tenth of that.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]
#![expect(clippy::print_stdout, reason = "what it measured is what it prints")]

use std::path::Path;
use std::time::{Duration, Instant};

use flow::id::RunId;
use flow::run::{RunStatus, Timestamp};
use store::{Append, Bounds, RunQuery, RunRow, SnapshotId, Store};
use tempfile::TempDir;

/// When the first run of a test began; the others began a second after each other.
const BEGAN: Timestamp = 1_790_000_000_000;

/// The longest that a question may take with 100,000 runs.
const QUICK: Duration = Duration::from_millis(100);

fn n_runs() -> u32 {
    if std::env::var_os("GANTRY_FULL_HISTORY").is_some() { 100_000 } else { 10_000 }
}

/// An id as the program makes it: ten digits of time, three that count, five of the process.
fn id(n: u32) -> RunId {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let at = (BEGAN + i64::from(n) * 1000) as u64;
    let time = (0..10).rev().map(|place| char::from(DIGITS[(at >> (5 * place)) as usize & 31]));
    RunId::from(time.chain("000abcde".chars()).collect::<String>())
}

fn row(n: u32) -> RunRow {
    let status = match n {
        n if n % 50 == 7 => RunStatus::Failed,
        n if n % 500 == 3 => RunStatus::OkWithRejects,
        n if n % 5000 == 11 => RunStatus::Interrupted,
        _ => RunStatus::Ok,
    };
    let flow = format!("flow-{}", n % 40);
    RunRow {
        id: id(n),
        flow: flow.as_str().into(),
        flow_name: format!("Orders of shop {}", n % 40),
        rev: 1,
        trigger: if n % 900 == 5 { "manual" } else { "webhook" }.to_owned(),
        status,
        started_at: BEGAN + i64::from(n) * 1000,
        took_ms: Some(12),
        items: 1,
        rejected: 0,
        summary: "1 item in, 1 sent".to_owned(),
        snapshot: SnapshotId::of("{}", "{}"),
        parent: None,
    }
}

fn text(n: u32, row: &RunRow) -> String {
    format!(
        "{} {} ORD-{n:07} customer{}@example.com Müller Straße {} 19.90 EUR blue bicycle bell",
        row.flow_name,
        row.summary,
        n % 7919,
        n % 321
    )
}

fn append(n: u32) -> Append {
    let row = row(n);
    let text = (row.status != RunStatus::Interrupted).then(|| text(n, &row));
    let events = format!("[{{\"seq\":0,\"at\":{BEGAN},\"type\":\"paused\"}}]").into_bytes();
    let run = row.id.clone();
    Append { row: Some(row), events: Some((0, events)), text, ..Append::to(run) }
}

async fn filled(path: &Path, n_runs: u32) -> Store {
    let store = Store::open(path).unwrap();
    let began = Instant::now();
    for chunk in (0..n_runs).collect::<Vec<_>>().chunks(5000) {
        let appends = chunk.iter().map(|n| append(*n)).collect();
        store.append(appends).await.done().await.unwrap();
    }
    let each = began.elapsed() / n_runs;
    println!("{n_runs} runs stored in {:?}, {each:?} each", began.elapsed());
    store
}

fn asked(limit: u32) -> RunQuery {
    RunQuery { limit, ..RunQuery::default() }
}

fn numbers(runs: &[RunRow]) -> Vec<u32> {
    runs.iter().map(|run| ((run.started_at - BEGAN) / 1000) as u32).collect()
}

/// What all runs answer that this says yes to, the newest first.
fn expected(n_runs: u32, limit: usize, is_asked: impl Fn(u32, &RunRow) -> bool) -> Vec<u32> {
    (0..n_runs).rev().filter(|n| is_asked(*n, &row(*n))).take(limit).collect()
}

#[tokio::test]
async fn the_list_filters_and_searches_quickly_at_full_size() {
    let folder = TempDir::new().unwrap();
    let n = n_runs();
    let store = filled(&folder.path().join("gantry.db"), n).await;
    let check = |what: &str, query: RunQuery, expected: Vec<u32>| {
        // The second look tells the time: the first one may wait for the disk.
        store.runs(&query).unwrap();
        let began = Instant::now();
        let found = store.runs(&query).unwrap();
        let took = began.elapsed();
        println!("{what}: {} runs in {took:?}", found.len());
        assert_eq!(numbers(&found), expected, "{what}");
        assert!(took < QUICK, "{what} took {took:?}");
    };
    let all = 100;
    check("newest", asked(100), expected(n, all, |_, _| true));
    let before = RunQuery { before: Some(id(n / 2)), ..asked(100) };
    check("a page in the middle", before, expected(n / 2, all, |_, _| true));
    let flow = Some("flow-7".into());
    let of_flow = RunQuery { flow: flow.clone(), ..asked(100) };
    check("a flow", of_flow, expected(n, all, |k, _| k % 40 == 7));
    let none = RunQuery { flow: Some("flow-x".into()), ..asked(100) };
    check("a flow without runs", none, Vec::new());
    let failed = RunQuery { status: Some(RunStatus::Failed), ..asked(100) };
    check("failed", failed, expected(n, all, |_, r| r.status == RunStatus::Failed));
    let rare = RunQuery {
        flow: Some("flow-3".into()),
        status: Some(RunStatus::OkWithRejects),
        ..asked(100)
    };
    let is_rare = |k: u32, r: &RunRow| k % 40 == 3 && r.status == RunStatus::OkWithRejects;
    check("a flow with rejects", rare, expected(n, all, is_rare));
    let manual = RunQuery { trigger: Some("manual".to_owned()), ..asked(100) };
    check("by hand", manual, expected(n, all, |k, _| k % 900 == 5));
    let times = RunQuery {
        since: Some(BEGAN + 1_000_000),
        until: Some(BEGAN + 1_050_000),
        status: Some(RunStatus::Ok),
        ..asked(100)
    };
    let is_then = |k: u32, r: &RunRow| (1000..1050).contains(&k) && r.status == RunStatus::Ok;
    check("a time", times, expected(n, all, is_then));
    let text = |text: &str| RunQuery { text: Some(text.to_owned()), ..asked(100) };
    check("one order", text("ORD-0004711"), vec![4711]);
    check("the beginning of an order", text("ord-000471"), (4710..4720).rev().collect());
    check("an address", text("customer17@example.com"), expected(n, all, |k, _| k % 7919 == 17));
    check("a word of all", text("bicycle"), {
        expected(n, all, |_, r| r.status != RunStatus::Interrupted)
    });
    check("without accents", text("muller 0004711"), vec![4711]);
    check("a word of none", text("submarine"), Vec::new());
    check("no word", text("*\" -"), Vec::new());
    let both = RunQuery { flow, status: Some(RunStatus::Failed), ..text("bell") };
    let is_both = |k: u32, r: &RunRow| k % 40 == 7 && r.status == RunStatus::Failed;
    check("a word in a flow's failed runs", both, expected(n, all, is_both));
    let page = RunQuery { before: Some(id(n / 2)), ..text("bell shop") };
    let is_over = |_: u32, r: &RunRow| r.status != RunStatus::Interrupted;
    check("a page of what is found", page, expected(n / 2, all, is_over));
    let interrupted = RunQuery { status: Some(RunStatus::Interrupted), ..text("orders shop") };
    check("a name among the interrupted", interrupted, {
        expected(n, all, |_, r| r.status == RunStatus::Interrupted)
    });
    let began = Instant::now();
    let size = store.history_size().unwrap();
    println!("{size:?} in {:?}", began.elapsed());
    assert!(began.elapsed() < QUICK);
    assert_eq!((size.runs, size.oldest), (u64::from(n), Some(BEGAN)));

    drop(store);
    let began = Instant::now();
    let store = Store::open(&folder.path().join("gantry.db")).unwrap();
    store.runs(&asked(50)).unwrap();
    let full = began.elapsed();
    let empty_folder = TempDir::new().unwrap();
    drop(Store::open(&empty_folder.path().join("gantry.db")).unwrap());
    let began = Instant::now();
    let empty = Store::open(&empty_folder.path().join("gantry.db")).unwrap();
    empty.runs(&asked(50)).unwrap();
    println!("opened full in {full:?}, empty in {:?}", began.elapsed());
    assert!(full < QUICK, "opened in {full:?}");
}

#[tokio::test]
async fn what_is_pruned_is_gone_and_its_space_given_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("gantry.db");
    let store = filled(&path, 4000).await;
    let prune = async |bounds: Bounds| {
        let mut n_gone = 0;
        loop {
            let beyond = store.beyond(&bounds, 100).unwrap();
            if beyond.is_empty() {
                return n_gone;
            }
            n_gone += store.forget_runs(beyond).await.unwrap();
        }
    };
    let kept = |from: u32, n: u32| (from..n).filter(|n| row(*n).status == RunStatus::Interrupted);
    let since = Some(BEGAN + 1_000_000);
    let n_gone = prune(Bounds { since, ..Bounds::default() }).await;
    assert_eq!(n_gone, 1000 - kept(0, 1000).count() as u64, "those that can go on are kept");
    let search = RunQuery { text: Some("ORD-0000500".to_owned()), ..asked(10) };
    assert_eq!(store.runs(&search).unwrap(), []);
    let search = RunQuery { text: Some("ORD-0001500".to_owned()), ..asked(10) };
    assert_eq!(numbers(&store.runs(&search).unwrap()), [1500]);

    prune(Bounds { per_flow: Some(10), ..Bounds::default() }).await;
    let left = numbers(&store.runs(&asked(5000)).unwrap());
    let mut expected: Vec<u32> = (3600..4000).rev().collect();
    expected.extend(kept(0, 3600).collect::<Vec<_>>().into_iter().rev());
    assert_eq!(left, expected, "the last ten of each of 40 flows");

    let before = std::fs::metadata(&path).unwrap().len();
    while store.give_back().await.unwrap() {}
    let free = store.history_size().unwrap().bytes;
    prune(Bounds { bytes: Some(free / 2), ..Bounds::default() }).await;
    assert!(store.history_size().unwrap().bytes < free);
    drop(store);
    let after = std::fs::metadata(&path).unwrap().len();
    assert!(after < before / 2, "{before} bytes became {after}");
}

#[tokio::test]
async fn a_run_that_ends_a_second_time_is_found_by_its_new_words() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(&folder.path().join("gantry.db")).unwrap();
    let mut ended = append(1);
    ended.events = None;
    store.append(vec![ended.clone()]).await.done().await.unwrap();
    // Another process began one in the very same moment.
    let mut other = ended.clone();
    other.run = format!("{}x0000", &ended.run.as_str()[..14]).as_str().into();
    other.row.as_mut().unwrap().id = other.run.clone();
    other.text = Some("submarine".to_owned());
    store.append(vec![other.clone()]).await.done().await.unwrap();
    ended.text = Some("periscope".to_owned());
    store.append(vec![ended.clone()]).await.done().await.unwrap();
    let found = |text: &str| {
        let query = RunQuery { text: Some(text.to_owned()), ..asked(10) };
        store.runs(&query).unwrap().into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(found("periscope"), [ended.run.clone()]);
    assert_eq!(found("submarine"), [other.run.clone()]);
    assert_eq!(found("bicycle"), []);
    store.delete_run(&ended.run).await.unwrap();
    assert_eq!(found("periscope"), []);
    assert_eq!(found("submarine"), [other.run]);
}
