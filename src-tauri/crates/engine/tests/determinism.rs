//! One cassette and one seed, replayed many times: parallel branches, retries and random back-off
//! come to the same items, lineages and events, whatever the concurrency and the scheduling. 100
//! replays here; `GANTRY_REPLAYS=1000` says how many otherwise.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod support;

use std::collections::BTreeSet;
use std::hash::Hasher;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flow::file::FlowFile;
use flow::run::RunStatus;
use serde_json::{Value as Json, json};
use support::{Got, Ran, Server, json_reply, reply, run_met};
use transport::cassette::About;
use transport::{Conduct, Mode, Personal, Player, Recorder, Strictness};

const ORDERS: u32 = 16;

/// A system that is out of order now and then, by the call and not by the time: the first try of
/// every third order, the first two of every seventh, and every eleventh for good.
fn answer(got: &Got, tries: &mut std::collections::HashMap<String, u32>) -> Vec<u8> {
    let n_tries = tries.entry(format!("{} {}", got.method, got.target)).or_default();
    *n_tries += 1;
    let id: u32 = got.target.rsplit('/').next().unwrap().parse().unwrap();
    let n_bad = match () {
        () if id.is_multiple_of(11) => u32::MAX,
        () if id.is_multiple_of(7) => 2,
        () if id.is_multiple_of(3) => 1,
        () => 0,
    };
    std::thread::sleep(Duration::from_micros(u64::from(id * 7919 % 13) * 100));
    if *n_tries <= n_bad {
        return reply("503 Busy", &[], "come again");
    }
    json_reply(
        &json!({ "id": id, "of": got.target, "share": 0.10, "rows": [{ "row": id }, { "row": id + 1 }] }),
    )
}

fn server() -> Server {
    let tries = std::sync::Mutex::new(std::collections::HashMap::new());
    Server::start(move |got| answer(got, &mut tries.lock().unwrap()))
}

/// Two branches by wires, one that parks and one whose errors go on by a port, joined again; all
/// that could differ by chance is drawn: pauses, numbers, ids.
fn flow(url: &str, at_once: u32) -> FlowFile {
    let call = |id: &str, method: &str, on_error: &str| {
        json!({
            "id": id, "type": "http.request", "concurrency": at_once, "on_error": on_error,
            "connection": "shop", "timeout_ms": 60_000,
            "retry": { "tries": 4, "base_ms": 40, "max_total_ms": 400 },
            "params": { "method": method, "url": format!("{url}/{id}/{{{{ id }}}}"), "into": "got" },
        })
    };
    let drawn = |id: &str| {
        json!({ "id": id, "type": "data.map", "params": { "fields": [
            { "to": "id", "from": "id" }, { "to": "got", "from": "got" },
            { "to": "error", "from": "error.class" }, { "to": "by", "from": format!("'{id}'") },
            { "to": "lot", "from": "$random()" }, { "to": "at", "from": "$millis()" } ] } })
    };
    let file = json!({
        "gantry": 1, "id": "test", "name": "Test",
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            call("stock", "GET", "park"),
            call("price", "GET", "port"),
            drawn("a"), drawn("b"), drawn("c"),
            { "id": "all", "type": "flow.merge" },
            { "id": "parts", "type": "data.split", "params": { "list": "got.rows", "parent": "whole" } },
            { "id": "late", "type": "http.request", "concurrency": at_once, "on_error": "skip",
              "connection": "shop", "retry": { "tries": 3, "base_ms": 20 },
              "params": { "url": format!("{url}/late/{{{{ row }}}}"), "into": "late" } },
            { "id": "groups", "type": "data.group", "params": { "by": ["whole.by"], "fields": [
                { "to": "n", "from": "$count($)" }, { "to": "first", "from": "$[0].whole.lot" },
                { "to": "rows", "from": "[row]" } ] } },
        ],
        "wires": [
            { "from": "start", "to": "stock" }, { "from": "start", "to": "price" },
            { "from": "stock", "to": "a" }, { "from": "price", "to": "b" },
            { "from": "price.error", "to": "c" },
            { "from": "a", "to": "all" }, { "from": "b", "to": "all" }, { "from": "c", "to": "all" },
            { "from": "all", "to": "parts" }, { "from": "parts", "to": "late" },
            { "from": "late", "to": "groups" },
        ],
    });
    serde_json::from_value(file).unwrap()
}

fn orders() -> Json {
    (1..=ORDERS).map(|id| json!({ "id": id })).collect()
}

async fn run(flow: &FlowFile, mode: Mode) -> Ran {
    let conduct = Conduct { clock: mode.clock(), mode, ..Conduct::default() };
    run_met(flow, orders(), Path::new("."), conduct).await
}

/// What was told, but for times, for counts on the way, and for the order in which branches told it.
fn told(ran: &Ran) -> BTreeSet<String> {
    let kept = |event: &Json| {
        let what = event.to_string();
        let passing = ["\"passed\"", "\"counted\"", "\"called\"", "\"waiting\"", "\"progress\""];
        (!passing.iter().any(|kind| what.contains(kind))).then_some(())
    };
    let events = ran.events.iter().filter(|event| kept(event).is_some());
    events.map(|event| timeless(event.clone()).to_string()).collect()
}

fn timeless(mut value: Json) -> Json {
    match &mut value {
        Json::Object(members) => {
            for time in ["at", "seq", "took_ms", "busy_us", "phases", "total_ms"] {
                members.shift_remove(time);
            }
            for member in members.values_mut() {
                *member = timeless(member.take());
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| *item = timeless(item.take())),
        _ => {}
    }
    value
}

/// A number of everything that came out; the standard hasher with its fixed keys is the same in
/// all threads of one process.
fn hash(ran: &Ran) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    for text in ran.items.iter().chain(&ran.lineages).chain(&told(ran)) {
        hasher.write(text.as_bytes());
        hasher.write_u8(0);
    }
    hasher.finish()
}

/// Keeps a runtime's threads busy at moments of no order.
async fn shake(until: Arc<AtomicBool>, mut seed: u64) {
    while !until.load(Ordering::Relaxed) {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match seed >> 62 {
            0 | 1 => tokio::time::sleep(Duration::from_micros(seed >> 54)).await,
            2 => std::thread::sleep(Duration::from_micros(seed >> 56)),
            _ => tokio::task::yield_now().await,
        }
    }
}

/// Replays on a runtime of its own, so that the number of threads differs too.
fn replay(path: &Path, url: &str, nth: usize) -> Ran {
    let mut runtime = match nth % 4 {
        0 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.worker_threads(nth % 4 + 1).enable_all().build().unwrap();
    let at_once = [1, 3, 16, 64][nth / 4 % 4];
    runtime.block_on(async {
        let is_over = Arc::<AtomicBool>::default();
        let mut shakers = tokio::task::JoinSet::new();
        for n in 0..nth % 3 {
            shakers.spawn(shake(Arc::clone(&is_over), (nth * 31 + n) as u64));
        }
        let player = Player::open(path, Strictness::Strict).unwrap();
        let ran = run(&flow(url, at_once), Mode::Replay(player)).await;
        is_over.store(true, Ordering::Relaxed);
        while shakers.join_next().await.is_some() {}
        ran
    })
}

#[test]
fn replays_of_one_cassette_and_seed_have_one_hash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.cassette.har");
    let server = server();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let recorded = runtime.block_on(async {
        let recorder = Recorder::create(&path, About::default(), Personal::Kept).unwrap();
        let ran = run(&flow(&server.url, 1), Mode::Record(Arc::clone(&recorder))).await;
        recorder.finish().unwrap();
        ran
    });
    assert_eq!(recorded.outcome.status, RunStatus::OkWithRejects, "{}", recorded.told);
    assert!(recorded.told.contains("\"retrying\""), "{}", recorded.told);

    let n_replays = std::env::var("GANTRY_REPLAYS").ok().and_then(|n| n.parse().ok());
    let n_replays: usize = n_replays.unwrap_or(100);
    let began = Instant::now();
    let first = replay(&path, &server.url, 0);
    assert_eq!(first.items, recorded.items, "a replay gives what was recorded");
    let expected = hash(&first);
    for nth in 1..n_replays {
        let ran = replay(&path, &server.url, nth);
        assert_eq!(ran.items, first.items, "replay {nth}");
        assert_eq!(ran.lineages, first.lineages, "replay {nth}");
        let (told, expect) = (told(&ran), told(&first));
        let differs: Vec<_> = told.symmetric_difference(&expect).take(4).collect();
        assert!(differs.is_empty(), "replay {nth}: {differs:#?}");
        assert_eq!(hash(&ran), expected, "replay {nth}");
    }
    println!(
        "{n_replays} replays of 2 branches, {} calls with retries, at 1, 3, 16 and 64 at once, on 1 to \
         4 threads: one hash, {expected:016x}; {} ms each",
        server.seen().len(),
        began.elapsed().as_millis() / n_replays as u128
    );
}
