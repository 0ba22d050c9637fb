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
