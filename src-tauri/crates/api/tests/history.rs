//! Runs that are held, that wait for their turn, that are looked for and forgotten, as a UI does it.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::types::{ApiError, Code};
use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// The longest that a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// A system that answers when it is told to.
struct System {
    url: String,
    calls: Arc<AtomicUsize>,
    answers: Arc<Semaphore>,
    _serving: tokio::task::JoinSet<()>,
}

impl System {
    async fn start() -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let answers = Arc::new(Semaphore::new(0));
        let (seen, allowed) = (Arc::clone(&calls), Arc::clone(&answers));
        let answer = move || {
            let (seen, allowed) = (Arc::clone(&seen), Arc::clone(&allowed));
            async move {
                seen.fetch_add(1, Ordering::SeqCst);
                allowed.acquire().await.unwrap().forget();
                axum::Json(json!({ "answer": "zebra" }))
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(answer);
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, calls, answers, _serving: serving }
    }

    fn n_calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Lets so many calls have their answer.
    fn answer(&self, n: usize) {
        self.answers.add_permits(n);
    }
}

struct Host {
    app: Arc<App>,
    system: System,
    _folder: TempDir,
}

impl Host {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = Some(folder.path().to_owned());
        let app = App::open(AppOptions { data_dir, ..AppOptions::default() }).await.unwrap();
        Self { app, system: System::start().await, _folder: folder }
    }

    async fn try_call(&self, name: &str, args: Json) -> Result<Json, ApiError> {
        let answer = dispatch(&self.app, name, args.to_string().as_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    async fn call(&self, name: &str, args: Json) -> Json {
        self.try_call(name, args).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// A flow that calls the system once for each of three rows.
    async fn import(&self, id: &str, runs: Json) {
        let flow = json!({
            "gantry": 1, "id": id, "name": format!("Flow {id}"), "runs": runs,
            "nodes": [
                { "id": "start", "type": "trigger.manual" },
                { "id": "rows", "type": "data.table", "params": { "rows": [
                    { "no": "A-1" }, { "no": "A-2" }, { "no": "A-3" } ] } },
                { "id": "ask", "type": "http.request", "params": { "url": self.system.url } },
            ],
            "wires": [{ "from": "start", "to": "rows" }, { "from": "rows", "to": "ask" }],
        });
        self.call("flows.import", json!({ "text": flow.to_string() })).await;
    }

    /// Starts a run: its id, and how it stands.
    async fn start(&self, flow: &str) -> (String, Json) {
        let run = self.call("runs.start", json!({ "flow": flow })).await;
        (run["id"].as_str().unwrap().to_owned(), run["status"].clone())
    }

    async fn row(&self, run: &str) -> Json {
        let runs = self.call("runs.list", json!({ "limit": 100 })).await;
        let row = runs.as_array().unwrap().iter().find(|row| row["id"] == run);
        row.cloned().unwrap_or_default()
    }

    /// Waits until a run stands so.
    async fn until(&self, run: &str, status: &str) -> Json {
        let began = Instant::now();
        loop {
            let row = self.row(run).await;
            if row["status"] == status {
                return row;
            }
            assert!(began.elapsed() < PATIENCE, "{run} is {row} and not {status}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn until_called(&self, n: usize) {
        let began = Instant::now();
        while self.system.n_calls() < n {
            assert!(began.elapsed() < PATIENCE, "{} calls came", self.system.n_calls());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_run_is_held_goes_on_and_is_stopped_while_held() {
    let host = Host::open().await;
    host.import("held", Json::Null).await;
    let (run, _) = host.start("held").await;
    host.until_called(1).await;
    host.call("runs.pause", json!({ "run": run })).await;
    host.until(&run, "paused").await;
    host.system.answer(1);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(host.system.n_calls(), 1, "no further call is begun");
    host.call("runs.unpause", json!({ "run": run })).await;
    host.until_called(2).await;
    host.until(&run, "running").await;
    let timeline = host.call("runs.timeline", json!({ "run": run })).await;
    let kinds: Vec<&str> = timeline["lanes"][2]["bars"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bar| bar["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"paused") && kinds.contains(&"call"), "{timeline}");

    host.call("runs.pause", json!({ "run": run })).await;
    let asked = Instant::now();
    host.call("runs.cancel", json!({ "run": run })).await;
    host.until(&run, "cancelled").await;
    assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?}", asked.elapsed());
    let refused = host.try_call("runs.pause", json!({ "run": run })).await.unwrap_err();
    assert_eq!((refused.code, refused.message.as_str()), (Code::Invalid, "The run is over."));
    host.app.close().await;
}

#[tokio::test]
async fn queued_runs_wait_begin_in_order_and_can_be_stopped_before() {
    let host = Host::open().await;
    host.import("queue", json!({ "overlap": "queue" })).await;
    let (first, is) = host.start("queue").await;
    assert_eq!(is, "running");
    let (second, is) = host.start("queue").await;
    assert_eq!(is, "queued");
    let (third, _) = host.start("queue").await;
    host.until_called(1).await;
    assert_eq!(host.row(&third).await["status"], "queued");
    host.call("runs.cancel", json!({ "run": second })).await;
    let given_up = host.until(&second, "cancelled").await;
    assert_eq!(given_up["summary"], "Stopped before it began: it waited for its turn.");
    host.system.answer(3);
    host.until(&first, "ok").await;
    host.until(&third, "running").await;
    host.system.answer(3);
    host.until(&third, "ok").await;
    assert_eq!(host.system.n_calls(), 6, "the one that was stopped has called nobody");
    host.app.close().await;
}

#[tokio::test]
async fn a_run_is_skipped_or_takes_the_place_of_the_oldest_as_its_flow_says() {
    let host = Host::open().await;
    host.import("skip", json!({ "overlap": "skip" })).await;
    let (first, _) = host.start("skip").await;
    let skipped = host.call("runs.start", json!({ "flow": "skip" })).await;
    assert_eq!(skipped["status"], "cancelled");
    let row = host.until(skipped["id"].as_str().unwrap(), "cancelled").await;
    assert!(row["summary"].as_str().unwrap().starts_with("Not begun: another run"), "{row}");
    host.system.answer(3);
    host.until(&first, "ok").await;

    host.import("replace", json!({ "overlap": "replace", "at_once": 2 })).await;
    let (oldest, _) = host.start("replace").await;
    let (middle, _) = host.start("replace").await;
    let (newest, _) = host.start("replace").await;
    host.until(&oldest, "cancelled").await;
    host.until(&newest, "running").await;
    assert_eq!(host.row(&middle).await["status"], "running");
    host.system.answer(6);
    host.until(&middle, "ok").await;
    host.until(&newest, "ok").await;
    host.app.close().await;
}

#[tokio::test]
async fn so_many_runs_go_at_once_as_the_setting_says() {
    let host = Host::open().await;
    host.import("a", Json::Null).await;
    host.import("b", Json::Null).await;
    host.call("settings.set", json!({ "key": "runs_at_once", "value": 1 })).await;
    let (a, _) = host.start("a").await;
    let (b, is) = host.start("b").await;
    assert_eq!(is, "queued");
    host.call("settings.set", json!({ "key": "runs_at_once", "value": 2 })).await;
    host.until(&b, "running").await;
    host.system.answer(6);
    host.until(&a, "ok").await;
    host.until(&b, "ok").await;
    host.app.close().await;
}

#[tokio::test]
async fn runs_are_found_by_what_they_hold_and_forgotten_by_the_bounds() {
    let host = Host::open().await;
    host.system.answer(30);
    host.import("one", Json::Null).await;
    host.import("two", Json::Null).await;
    let mut runs = Vec::new();
    for flow in ["one", "two", "one", "one"] {
        let (run, _) = host.start(flow).await;
        host.until(&run, "ok").await;
        runs.push(run);
    }
    let found = async |args: Json| -> Vec<String> {
        let mut all = json!({ "limit": 10 });
        all.as_object_mut().unwrap().extend(args.as_object().unwrap().clone());
        let found = host.call("runs.list", all).await;
        found.as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
    };
    let newest_first: Vec<String> = runs.iter().rev().cloned().collect();
    assert_eq!(found(json!({ "text": "zebra" })).await, newest_first, "what a system answered");
    assert_eq!(found(json!({ "text": "a-2 zeb", "flow": "two" })).await, [runs[1].clone()]);
    assert_eq!(found(json!({ "text": "giraffe" })).await, Vec::<String>::new());
    assert_eq!(found(json!({ "trigger": "manual" })).await, newest_first);
    assert_eq!(found(json!({ "trigger": "webhook" })).await, Vec::<String>::new());
    let second = host.row(&runs[1]).await["started_at"].as_i64().unwrap();
    assert_eq!(found(json!({ "until": second })).await, [runs[0].clone()]);
    assert_eq!(found(json!({ "since": second })).await, newest_first[..3]);
    assert_eq!(found(json!({ "text": "zebra", "since": second })).await, newest_first[..3]);
    assert_eq!(found(json!({ "text": "zebra", "before": runs[2] })).await, newest_first[2..]);

    let view = host.call("runs.history", json!({})).await;
    assert_eq!(
        (&view["runs"], &view["retention"]),
        (&json!(4), &json!({ "days": 90, "mb": 4096 }))
    );
    let pruned = host.call("runs.keep", json!({ "runs": 1 })).await;
    assert_eq!(pruned, json!({ "runs": 2, "left": 2 }));
    assert_eq!(found(json!({})).await, [runs[3].clone(), runs[1].clone()]);
    assert_eq!(found(json!({ "text": "zebra" })).await, [runs[3].clone(), runs[1].clone()]);
    let view = host.call("runs.history", json!({})).await;
    assert_eq!((&view["runs"], &view["retention"]), (&json!(2), &json!({ "runs": 1 })));
    host.app.close().await;
}
