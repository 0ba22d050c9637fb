//! What is done again: parked items, runs that failed, parts of flows on what earlier runs brought.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::sync::Arc;
use std::time::Duration;

use api::types::{ApiError, Code, UiEvent};
use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

struct Host {
    app: Arc<App>,
    _folder: TempDir,
}

async fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = Some(folder.path().to_owned());
    let app = App::open(AppOptions { data_dir, ..AppOptions::default() }).await.unwrap();
    Host { app, _folder: folder }
}

impl Host {
    async fn try_call(&self, name: &str, args: Json) -> Result<Json, ApiError> {
        let answer = dispatch(&self.app, name, args.to_string().as_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    async fn call(&self, name: &str, args: Json) -> Json {
        self.try_call(name, args).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refused(&self, name: &str, args: Json) -> ApiError {
        self.try_call(name, args).await.expect_err(name)
    }

    async fn import(&self, flow: Json) {
        self.call("flows.import", json!({ "text": flow.to_string() })).await;
    }

    /// Does what begins one run, or several, and waits for the end of all: their summaries.
    async fn runs(&self, name: &str, args: Json) -> Vec<Json> {
        let mut events = self.app.subscribe();
        let began = self.call(name, args).await;
        let began = began.as_array().cloned().unwrap_or_else(|| vec![began]);
        let mut open: Vec<String> =
            began.iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect();
        while !open.is_empty() {
            let next = tokio::time::timeout(Duration::from_secs(20), events.next());
            for event in next.await.expect("the runs end").expect("the app is open") {
                if let UiEvent::RunFinished { run } = event {
                    open.retain(|id| id != run.id.as_str());
                }
            }
        }
        let mut over = Vec::new();
        for run in began {
            over.push(self.call("runs.open", json!({ "run": run["id"] })).await["run"].clone());
        }
        over
    }

    /// Starts a run and gives its summary once it is over.
    async fn run(&self, args: Json) -> Json {
        self.runs("runs.start", args).await.remove(0)
    }

    /// The items that left a node, with their paths.
    async fn items(&self, run: &Json, node: &str) -> Vec<(String, Json)> {
        let tap = json!({ "type": "output", "node": node, "port": "out" });
        let ask = json!({ "run": run["id"], "tap": tap, "offset": 0, "limit": 1000 });
        let page = self.call("runs.items", ask).await;
        let pair = |item: &Json| (item["item"].as_str().unwrap().to_owned(), item["value"].clone());
        page["items"].as_array().unwrap().iter().map(pair).collect()
    }
}

/// A flow that needs numbers, and parks what is none.
fn numbers() -> Json {
    json!({
        "gantry": 1, "id": "numbers", "name": "Numbers",
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "each", "type": "scope.loop", "body": {
                "nodes": [{ "id": "number", "type": "data.map", "name": "To numbers", "on_error": "park",
                    "params": { "keep": true, "fields": [{ "to": "n", "from": "n", "type": "number" }] } }],
                "wires": [] } },
            { "id": "after", "type": "data.map", "params": { "fields": [
                { "to": "was", "from": "$node('start').n" }, { "to": "n", "from": "n" }] } },
        ],
        "wires": [{ "from": "start", "to": "each" }, { "from": "each", "to": "after" }],
    })
}

#[tokio::test]
async fn parked_items_are_grouped_mended_tried_again_and_resolved() {
    let host = host().await;
    host.import(numbers()).await;
    let input = json!([{ "n": "1" }, { "n": "x" }, { "n": "yy" }, { "n": "4" }, { "n": null }]);
    let run = host.run(json!({ "flow": "numbers", "input": input })).await;
    assert_eq!(run["status"], "ok_with_rejects");
    assert_eq!(host.items(&run, "after").await.len() as u64, 5 - run["rejected"].as_u64().unwrap());

    let groups = host.call("parked.groups", json!({})).await;
    let group = &groups[0];
    assert_eq!(group["message"], "The field \"n\" is \"…\", which is no number.");
    assert_eq!((&group["open"], &group["node_name"]), (&json!(2), &json!("To numbers")));
    assert_eq!(group["verdict"], "3 others are fine, so this is data, not set-up.");
    let ask = json!({ "cause": group["cause"], "state": "open" });
    let items = host.call("parked.list", ask.clone()).await;
    let ids: Vec<u64> =
        items.as_array().unwrap().iter().map(|i| i["id"].as_u64().unwrap()).collect();
    assert_eq!(items[1]["error"]["item"], "start:0/1");
    assert_eq!(items[1]["error"]["value"], json!({ "n": "x" }));
    let lines = host.call("parked.export", ask).await["text"].as_str().unwrap().to_owned();
    assert_eq!(lines.lines().count(), 2);

    // One is mended and goes through to the end of the flow, with what it was at the start.
    host.call("parked.mend", json!({ "id": ids[1], "value": { "n": "2" } })).await;
    let again = host.runs("parked.retry", json!({ "ids": ids })).await.remove(0);
    assert_eq!((&again["status"], &again["parent"]), (&json!("ok_with_rejects"), &run["id"]));
    let after = host.items(&again, "after").await;
    assert_eq!(after, [("start:0/1".to_owned(), json!({ "was": "x", "n": 2 }))]);
    let list = host.call("parked.list", json!({})).await;
    let state = |id: u64| {
        let item = list.as_array().unwrap().iter().find(|i| i["id"] == json!(id)).unwrap();
        (item["state"].as_str().unwrap().to_owned(), item["retried_by"].clone())
    };
    assert_eq!(state(ids[1]), ("resolved".to_owned(), again["id"].clone()));
    assert_eq!(state(ids[0]), ("open".to_owned(), again["id"].clone()));
    assert_eq!(list.as_array().unwrap().len(), 2, "what failed again is the item that waits");

    let refused = host.refused("parked.retry", json!({ "ids": ids })).await;
    assert_eq!(refused.message, "One of the items is resolved already; leave it out.");
    host.call("parked.resolve", json!({ "ids": [ids[0]], "note": "not ours" })).await;
    let left = host.call("parked.list", json!({ "state": "open" })).await;
    assert_eq!(left, json!([]));
    let refused = host.refused("parked.mend", json!({ "id": ids[0] })).await;
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (Code::Invalid, "The item is resolved already.")
    );
    let groups = host.call("parked.groups", json!({})).await;
    assert_eq!((&groups[0]["open"], &groups[0]["resolved"]), (&json!(0), &json!(2)));
    host.app.close().await;
}

/// Reads rows, sends them one by one to a server that refuses some, and shapes what comes back.
fn sending(url: &str, filter: &str) -> Json {
    json!({
        "gantry": 1, "id": "sending", "name": "Sending",
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "rows", "type": "data.table", "params": { "rows": [
                { "n": 1 }, { "n": 2 }, { "n": 3 }, { "n": 4 } ] } },
            { "id": "send", "type": "http.request", "params": { "method": "POST", "url": url,
                "body": { "type": "json", "value": { "n": "{{ n }}" } } } },
            { "id": "back", "type": "data.filter", "params": { "where": filter } },
            { "id": "end", "type": "data.map", "params": { "fields": [
                { "to": "row", "from": "$node('rows').n" }, { "to": "got", "from": "n" }] } },
        ],
        "wires": [{ "from": "start", "to": "rows" }, { "from": "rows", "to": "send" },
                  { "from": "send", "to": "back" }, { "from": "back.kept", "to": "end" }],
    })
}

/// The bodies that a server has taken.
type Seen = Arc<std::sync::Mutex<Vec<String>>>;

/// A server that gives bodies back, counts them, and refuses those with `3` until it is told not to.
async fn server() -> (String, Seen, Arc<std::sync::atomic::AtomicBool>, tokio::task::JoinSet<()>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rows", listener.local_addr().unwrap());
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let is_kind = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (bodies, kind) = (Arc::clone(&seen), Arc::clone(&is_kind));
    let serving = async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = Vec::new();
            let body = loop {
                let mut bytes = [0; 4096];
                let n = socket.read(&mut bytes).await.unwrap();
                request.extend_from_slice(&bytes[..n]);
                let text = String::from_utf8_lossy(&request).into_owned();
                if n == 0 || text.contains('}') {
                    break text.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
                }
            };
            let refused = body.contains('3') && !kind.load(std::sync::atomic::Ordering::SeqCst);
            let status = if refused { "422 Unprocessable" } else { "200 OK" };
            if !refused {
                bodies.lock().unwrap().push(body.clone());
            }
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    };
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(serving);
    (url, seen, is_kind, tasks)
}

#[tokio::test]
async fn a_run_that_failed_goes_on_from_there_and_writes_nothing_twice() {
    let host = host().await;
    let (url, seen, is_kind, _serving) = server().await;
    host.import(sending(&url, "n > 0")).await;
    let run = host.run(json!({ "flow": "sending" })).await;
    assert_eq!(run["status"], "failed", "{run}");
    assert_eq!(seen.lock().unwrap().len(), 2);
    is_kind.store(true, std::sync::atomic::Ordering::SeqCst);
    for (from, status) in [(json!({ "type": "failed" }), "ok"), (json!({ "type": "start" }), "ok")]
    {
        let again = json!({ "run": run["id"], "from": from });
        let again = host.runs("runs.retry", again).await.remove(0);
        assert_eq!((&again["status"], &again["parent"]), (&json!(status), &run["id"]), "{again}");
        let got: Vec<Json> = host.items(&again, "end").await.into_iter().map(|(_, v)| v).collect();
        let row = |n: u32| json!({ "row": n, "got": n });
        assert_eq!(got, [row(1), row(2), row(3), row(4)]);
        // Each time only what the failed run had not done.
        let mut bodies = seen.lock().unwrap().split_off(2);
        bodies.sort();
        assert_eq!(bodies, ["{\"n\":3}", "{\"n\":4}"]);
    }
    let refused = host.refused("runs.retry", json!({ "run": "none", "from": { "type": "start" } }));
    assert_eq!(refused.await.code, Code::NotFound);
    host.app.close().await;
}

#[tokio::test]
async fn a_run_to_a_node_takes_over_what_is_fresh_and_tells_it_before() {
    let host = host().await;
    let (url, seen, is_kind, _serving) = server().await;
    is_kind.store(true, std::sync::atomic::Ordering::SeqCst);
    host.import(sending(&url, "n > 0")).await;
    let fresh = host.call("flows.freshness", json!({ "flow": "sending" })).await;
    assert_eq!(fresh["send"]["state"], "never");
    let full = host.run(json!({ "flow": "sending" })).await;
    assert_eq!(full["status"], "ok", "{full}");
    let items = host.items(&full, "end").await;
    assert_eq!((items.len(), seen.lock().unwrap().len()), (4, 4));
    let fresh = host.call("flows.freshness", json!({ "flow": "sending" })).await;
    for node in ["start", "rows", "send", "back", "end"] {
        assert_eq!(fresh[node]["state"], "fresh", "{fresh}");
    }

    // What reuse gives is what the full run gave, and nothing is sent again.
    let ask = json!({ "flow": "sending", "to": "end" });
    let plan = host.call("runs.plan", ask.clone()).await;
    let reused = |plan: &Json| -> Vec<bool> {
        plan["nodes"].as_array().unwrap().iter().map(|n| n["reused"] == json!(true)).collect()
    };
    assert_eq!(reused(&plan), [true, true, true, true, false], "{plan}");
    let summary = plan["summary"].as_str().unwrap();
    assert!(summary.starts_with("Runs 1 node, takes over 4 from the run of "), "{summary}");
    let part = host.run(ask.clone()).await;
    assert_eq!(part["status"], "ok", "{part}");
    assert_eq!(host.items(&part, "end").await, items);
    assert_eq!(seen.lock().unwrap().len(), 4);

    let edit =
        json!({ "type": "set_node", "node": "back", "key": "/params/where", "value": "n > 2" });
    let edit = json!({ "flow": "sending", "rev": 1, "label": "x", "edit": edit });
    host.call("flows.edit", edit).await;
    let fresh = host.call("flows.freshness", json!({ "flow": "sending" })).await;
    assert_eq!(
        (&fresh["send"]["state"], &fresh["end"]["state"]),
        (&json!("fresh"), &json!("stale"))
    );
    assert!(fresh["back"]["why"].as_str().unwrap().starts_with("Edited since "), "{fresh}");
    let plan = host.call("runs.plan", ask.clone()).await;
    assert_eq!(reused(&plan), [true, true, true, false, false], "{plan}");
    let part = host.run(ask).await;
    assert_eq!(host.items(&part, "end").await, items[2..]);
    assert_eq!(seen.lock().unwrap().len(), 4, "the write before it is not repeated");

    let anew =
        host.call("runs.plan", json!({ "flow": "sending", "to": "end", "anew": true })).await;
    assert_eq!(reused(&anew), [false; 5]);
    host.app.close().await;
}
