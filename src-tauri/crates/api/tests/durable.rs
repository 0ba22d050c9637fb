//! Runs that leave something to go on with: many at once on one database, and resumed after their
//! app is gone. The killing of real processes is the command line's test.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::durable::{Decide, WriteDecision, WriteState};
use api::runs::Which;
use api::{App, AppOptions, Launch, Row};
use data::Value;
use flow::id::RunId;
use flow::run::{RunEvent, RunStatus, What};
use serde_json::json;
use store::Store;
use tokio::task::JoinSet;

/// A system that takes writes, counts them, and holds those that it is told to.
struct System {
    url: String,
    taken: Arc<Mutex<HashMap<String, u32>>>,
    _serving: JoinSet<()>,
}

async fn system() -> System {
    let taken = Arc::new(Mutex::new(HashMap::<String, u32>::new()));
    let counted = Arc::clone(&taken);
    let take = move |axum::extract::Path(id): axum::extract::Path<String>| {
        let counted = Arc::clone(&counted);
        async move {
            *counted.lock().unwrap().entry(id.clone()).or_default() += 1;
            if id.starts_with("held") {
                std::future::pending::<()>().await;
            }
            "{}"
        }
    };
    let app = axum::Router::new().route("/orders/{id}", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
    System { url, taken, _serving: serving }
}

impl System {
    fn flow(&self, keyed: bool) -> String {
        let mut params =
            json!({ "method": "POST", "url": format!("{}/orders/{{{{ id }}}}", self.url) });
        if keyed {
            params["idempotency"] = json!({ "header": "Idempotency-Key" });
        }
        json!({ "gantry": 1, "id": "send", "name": "Send",
            "nodes": [
                { "id": "start", "type": "trigger.manual" },
                { "id": "send", "type": "http.request", "concurrency": 4, "params": params } ],
            "wires": [{ "from": "start", "to": "send" }] })
        .to_string()
    }

    fn times(&self, id: &str) -> u32 {
        self.taken.lock().unwrap().get(id).copied().unwrap_or_default()
    }
}

async fn open(folder: &Path) -> Arc<App> {
    let data_dir = Some(folder.to_owned());
    App::open(AppOptions { data_dir, ..AppOptions::default() }).await.unwrap()
}

fn items(ids: impl IntoIterator<Item = String>) -> Vec<Value> {
    ids.into_iter().map(|id| Value::object([("id", Value::from(id))])).collect()
}

fn events(store: &Store, run: &RunId) -> Vec<RunEvent> {
    let batches = store.events(run).unwrap();
    batches
        .iter()
        .flat_map(|batch| serde_json::from_slice::<Vec<RunEvent>>(batch).unwrap())
        .collect()
}

fn n_batches(store: &Store, run: &RunId) -> u32 {
    let mut n_batches = 0;
    let visit = |_, _: &[u8]| {
        n_batches += 1;
        Ok(())
    };
    store.each_step_batch(run, visit).unwrap();
    n_batches
}

/// Waits until something is so; the test fails by its time-out where it never is.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_runs_at_once_lose_no_event_and_meet_no_lock() {
    let (folder, system) = (tempfile::tempdir().unwrap(), system().await);
    // Two apps, as two processes would be, each with sixteen runs.
    let apps = [open(folder.path()).await, open(folder.path()).await];
    let mut runs = JoinSet::new();
    for n in 0..32 {
        let app = Arc::clone(&apps[n % 2]);
        let text = system.flow(n % 3 != 0);
        runs.spawn(async move {
            let flow = app.ready_file(&text).await.unwrap();
            let input = items((0..40).map(|item| format!("{n}-{item}")));
            let launch = Launch { trigger: "manual", input, ..Launch::default() };
            let (row, ended) = app.launch_alone(&flow, launch, Row::First).await.unwrap();
            (row.id, ended.await.unwrap())
        });
    }
    let ended = runs.join_all().await;
    let store = Store::open(&folder.path().join("gantry.db")).unwrap();
    for (run, outcome) in ended {
        assert_eq!((outcome.status, outcome.items), (RunStatus::Ok, 40), "{}", outcome.summary);
        let events = events(&store, &run);
        let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (0..events.len() as u64).collect::<Vec<_>>());
        let Some(What::Finished { status, .. }) = events.last().map(|event| &event.what) else {
            panic!("{run} has no end")
        };
        assert_eq!(*status, RunStatus::Ok);
        let done = events.iter().find_map(|event| match &event.what {
            What::NodeFinished { node, counts, .. } if node.as_str() == "send" => Some(*counts),
            _ => None,
        });
        assert_eq!(done.map(|counts| (counts.items_in, counts.items_out)), Some((40, 40)));
        let row = store.run(&run).unwrap();
        assert_eq!((row.status, row.items), (RunStatus::Ok, 40));
        assert_eq!(n_batches(&store, &run), 0, "the steps of a run that is ok are dropped");
    }
    assert_eq!(system.taken.lock().unwrap().values().sum::<u32>(), 32 * 40);
    for app in apps {
        app.close().await;
    }
}

/// Lets a run begin whose last write never comes back, and drops its app as a crash would.
async fn broken_off(folder: &Path, system: &System, trigger: &'static str) -> RunId {
    let app = open(folder).await;
    let flow = app.ready_file(&system.flow(false)).await.unwrap();
    let input = items(["a", "b", "held"].map(str::to_owned));
    let launch = Launch { trigger, input, ..Launch::default() };
    let (row, handle, place) = app.launch(&flow, launch, Row::First).await.unwrap();
    let store = Store::open(&folder.join("gantry.db")).unwrap();
    until(|| system.times("held") == 1 && system.times("b") == 1).await;
    // The three writes, and what came of the two that were answered.
    until(|| done(&store, &row.id) == 2).await;
    drop((handle, place));
    app.close().await;
    // The mark that its process lives: a process that is killed leaves it unlocked.
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "lock") {
            std::fs::remove_file(path).unwrap();
        }
    }
    row.id
}

/// How many writes are known to be done.
fn done(store: &Store, run: &RunId) -> usize {
    let seen = AtomicU32::new(0);
    let visit = |_, batch: &[u8]| {
        // Each answer of this system is an empty object, which no other record holds.
        let n = batch.windows(4).filter(|part| *part == b"one\x08").count();
        seen.fetch_add(n as u32, Ordering::Relaxed);
        Ok(())
    };
    store.each_step_batch(run, visit).unwrap();
    seen.into_inner() as usize
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_with_an_unknown_write_waits_for_the_user_and_goes_on_as_decided() {
    let (folder, system) = (tempfile::tempdir().unwrap(), system().await);
    let run = broken_off(folder.path(), &system, "manual").await;
    let which = || Which { run: run.clone() };
    let app = open(folder.path()).await;
    assert_eq!(app.resume_interrupted().await.unwrap(), 0);
    let refused = api::durable::resume(&app, which()).await.unwrap_err();
    assert!(refused.message.contains("1 write was under way"), "{}", refused.message);
    let view = api::durable::writes(&app, which()).await.unwrap();
    assert_eq!((view.done, view.not_done, view.unknown), (2, 0, 1));
    let first = &view.writes[0];
    assert_eq!((first.state, first.decision), (WriteState::Unknown, None));
    assert_eq!(first.about, format!("POST {}/orders/held", system.url));
    assert_eq!(first.node.as_str(), "send");
    assert!(view.writes.iter().all(|write| !write.about.is_empty()), "{view:?}");
    let steps = Some(vec![first.step.clone()]);
    let decide = Decide { run: run.clone(), decision: WriteDecision::Done, steps };
    let view = api::durable::decide(&app, decide).await.unwrap();
    assert_eq!(view.writes[0].decision, Some(WriteDecision::Done));
    assert_eq!(app.resume_interrupted().await.unwrap(), 1);
    let store = Store::open(&folder.path().join("gantry.db")).unwrap();
    until(|| store.run(&run).unwrap().status.is_over()).await;
    assert_eq!(store.run(&run).unwrap().status, RunStatus::Ok);
    for id in ["a", "b", "held"] {
        assert_eq!(system.times(id), 1, "{id}");
    }
    let events = events(&store, &run);
    assert!(events.iter().enumerate().all(|(n, event)| event.seq == n as u64));
    let resumed = events.iter().find(|event| matches!(event.what, What::Resumed { .. })).unwrap();
    assert!(matches!(resumed.what, What::Resumed { steps: 2 }), "{resumed:?}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_of_the_command_line_waits_for_it() {
    let (folder, system) = (tempfile::tempdir().unwrap(), system().await);
    let run = broken_off(folder.path(), &system, "command line").await;
    let app = open(folder.path()).await;
    let decide = Decide { run: run.clone(), decision: WriteDecision::Done, steps: None };
    api::durable::decide(&app, decide).await.unwrap();
    assert_eq!(app.resume_interrupted().await.unwrap(), 0);
    let list = api::runs::List { limit: 9, ..api::runs::List::default() };
    let listed = api::runs::list(&app, list).await.unwrap();
    assert_eq!(listed[0].status, RunStatus::Interrupted);
    app.close().await;
}
