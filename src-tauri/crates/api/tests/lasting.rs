//! What outlasts a run and the program: waits, approvals, values, what was seen, flows that call
//! flows. The rules of the nodes themselves are shown in the engine.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::types::{ApiError, UiEvent};
use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};

/// A program with an app: it ends like one that is killed, with all its tasks and no word.
fn program<T>(work: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let limit = tokio::time::timeout(Duration::from_mins(1), work);
        limit.await.expect("it comes to an end")
    })
}

struct Host(Arc<App>);

impl Host {
    async fn open(folder: &Path) -> Self {
        let data_dir = Some(folder.to_owned());
        Self(App::open(AppOptions { data_dir, ..AppOptions::default() }).await.unwrap())
    }

    async fn try_call(&self, name: &str, args: Json) -> Result<Json, ApiError> {
        let answer = dispatch(&self.0, name, args.to_string().as_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    async fn call(&self, name: &str, args: Json) -> Json {
        self.try_call(name, args).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn import(&self, id: &str, nodes: Json, wires: &[&str], contract: Option<Json>) {
        let wires: Vec<Json> = wires
            .iter()
            .map(|wire| wire.split_once('>').unwrap())
            .map(|(from, to)| json!({ "from": from, "to": to }))
            .collect();
        let mut flow = json!({ "gantry": 1, "id": id, "name": id, "nodes": nodes, "wires": wires });
        if let Some(contract) = contract {
            flow["contract"] = contract;
        }
        self.call("flows.import", json!({ "text": flow.to_string() })).await;
    }

    /// Runs a flow to its end.
    async fn run(&self, flow: &str, input: Json) -> Json {
        let mut events = self.0.subscribe();
        let run = self.call("runs.start", json!({ "flow": flow, "input": input })).await;
        self.end(&mut events, run["id"].as_str().unwrap()).await
    }

    async fn end(&self, events: &mut api::Subscription, run: &str) -> Json {
        loop {
            for event in events.next().await.expect("the app is open") {
                if matches!(&event, UiEvent::RunFinished { run: r } if r.id.as_str() == run) {
                    return self.call("runs.open", json!({ "run": run })).await;
                }
            }
        }
    }

    /// The values of the items that left a node.
    async fn items(&self, view: &Json, node: &str, port: &str) -> Vec<Json> {
        let tap = json!({ "type": "output", "node": node, "port": port });
        let ask = json!({ "run": view["run"]["id"], "tap": tap, "offset": 0, "limit": 100 });
        let page = self.call("runs.items", ask).await;
        page["items"].as_array().unwrap().iter().map(|item| item["value"].clone()).collect()
    }

    async fn inbox(&self, answered: bool) -> Vec<Json> {
        let items = self.call("inbox.list", json!({ "answered": answered })).await;
        items.as_array().unwrap().clone()
    }
}

fn start() -> Json {
    json!({ "id": "start", "type": "trigger.manual" })
}

/// When the waits of a run end, by what its node has told.
async fn dues(host: &Host, run: &Json) -> Vec<i64> {
    let told = host.call("runs.node", json!({ "run": run, "node": "wait" })).await;
    let events = told["events"].as_array().unwrap().iter();
    events.filter_map(|event| event["due"].as_i64().or(event["what"]["due"].as_i64())).collect()
}

#[test]
fn waits_and_questions_outlast_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let (run, was_due) = program(async {
        let host = Host::open(folder.path()).await;
        let nodes = json!([
            start(),
            { "id": "wait", "type": "flow.wait", "params": { "for": { "type": "duration", "ms": 4000 } } },
            { "id": "ask", "type": "flow.approve", "params": { "question": "Book {{ id }}?" } }
        ]);
        host.import("book", nodes, &["start>wait", "start>ask"], None).await;
        let input = json!([{ "id": 1 }, { "id": 2 }]);
        let run = host.call("runs.start", json!({ "flow": "book", "input": input })).await;
        while host.inbox(false).await.len() < 2 || dues(&host, &run["id"]).await.len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let dues = dues(&host, &run["id"]).await;
        (run["id"].clone(), dues)
    });
    program(async {
        let host = Host::open(folder.path()).await;
        let open = host.inbox(false).await;
        assert_eq!(open.len(), 2, "questions are still there");
        assert_eq!(open[0]["question"], "Book 1?");
        assert_eq!(open[0]["node_name"], "Ask for approval");
        // An answer that is given while the run is not under way is taken when it goes on.
        let edited = json!({ "id": 1, "total": 9 });
        let answer = json!({ "id": open[0]["id"], "approve": true, "value": edited });
        assert_eq!(host.call("inbox.decide", answer.clone()).await["outcome"], "approved");
        let again = host.try_call("inbox.decide", answer).await.unwrap_err();
        assert_eq!(again.message, "This is approved already; nothing was changed.");

        let mut events = host.0.subscribe();
        host.call("runs.resume", json!({ "run": run })).await;
        let second = json!({ "id": open[1]["id"], "approve": false, "note": "no" });
        host.call("inbox.decide", second).await;
        let view = host.end(&mut events, run.as_str().unwrap()).await;
        assert_eq!(view["run"]["status"], "ok", "{view}");
        assert_eq!(host.items(&view, "ask", "approved").await, [edited]);
        assert_eq!(host.items(&view, "ask", "rejected").await, [json!({ "id": 2 })]);
        let due: Vec<i64> = dues(&host, &run).await;
        assert!(due.iter().all(|due| was_due.contains(due)), "{due:?} is not {was_due:?}");
        let answered = host.inbox(true).await;
        let outcomes: Vec<&Json> = answered.iter().map(|item| &item["outcome"]).collect();
        assert_eq!(outcomes, ["approved", "rejected"]);
        host.0.close().await;
    });
}

#[test]
fn a_signal_of_another_program_reaches_the_run_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    program(async {
        let host = Host::open(folder.path()).await;
        let params = json!({ "for": { "type": "signal", "name": "paid-{{ id }}", "into": "by" } });
        let nodes = json!([start(), { "id": "wait", "type": "flow.wait", "params": params }]);
        host.import("pay", nodes, &["start>wait"], None).await;
        let mut events = host.0.subscribe();
        let run = host.call("runs.start", json!({ "flow": "pay", "input": [{ "id": 7 }] })).await;
        while host.inbox(false).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let other = Host::open(folder.path()).await;
        let nobody = other.call("inbox.signal", json!({ "name": "paid-8" })).await;
        assert_eq!(nobody, 0);
        let given = other.call("inbox.signal", json!({ "name": "paid-7", "value": "card" })).await;
        assert_eq!(given, 1);
        let view = host.end(&mut events, run["id"].as_str().unwrap()).await;
        assert_eq!(host.items(&view, "wait", "out").await, [json!({ "id": 7, "by": "card" })]);
        assert!(host.inbox(false).await.is_empty());
        other.0.close().await;
        host.0.close().await;
    });
}

#[test]
fn what_came_in_a_run_that_ended_well_does_not_come_again() {
    let folder = tempfile::tempdir().unwrap();
    program(async {
        let host = Host::open(folder.path()).await;
        let nodes = json!([
            start(),
            { "id": "once", "type": "data.dedupe", "params": {
                "by": ["id"], "remember": { "days": 30 } } },
            { "id": "stop", "type": "flow.stop", "params": { "when": "bad" } }
        ]);
        host.import("once", nodes, &["start>once", "once>stop"], None).await;
        let check = async |input: Json, status: &str, expect: Json| {
            let view = host.run("once", input).await;
            assert_eq!(view["run"]["status"], status, "{view}");
            assert_eq!(json!(host.items(&view, "once", "out").await), expect);
        };
        let bad = json!([{ "id": 1 }, { "id": 2, "bad": true }]);
        check(bad.clone(), "failed", bad).await;
        // That run failed, so both come again; then they have been seen.
        let good = json!([{ "id": 1 }, { "id": 2 }]);
        check(good.clone(), "ok", good.clone()).await;
        check(json!([{ "id": 2 }, { "id": 3 }, { "id": 1.0 }]), "ok", json!([{ "id": 3 }])).await;
        host.0.close().await;
    });
}

#[test]
fn values_have_a_history_and_can_be_changed_and_reset() {
    let folder = tempfile::tempdir().unwrap();
    program(async {
        let host = Host::open(folder.path()).await;
        let nodes = json!([
            start(),
            { "id": "stop", "type": "flow.stop", "params": { "when": "bad" } },
            { "id": "keep", "type": "state.set", "params": {
                "key": "since", "value": "at", "keep": "max" } },
            { "id": "get", "type": "state.get", "params": { "key": "since" } }
        ]);
        host.import("sync", nodes, &["start>stop", "stop>keep", "start>get"], None).await;
        host.run("sync", json!([{ "at": 5 }])).await;
        let failed = host.run("sync", json!([{ "at": 9, "bad": true }])).await;
        assert_eq!(failed["run"]["status"], "failed");
        host.run("sync", json!([{ "at": 3 }])).await;
        let value = host.call("states.list", json!({ "flow": "sync" })).await;
        assert_eq!((&value[0]["value"], &value[0]["key"]), (&json!(5), &json!("since")));
        host.call("states.set", json!({ "flow": "sync", "key": "since", "value": "x" })).await;
        host.call("states.set", json!({ "flow": "sync", "key": "since" })).await;
        let of = json!({ "flow": "sync", "key": "since" });
        let history = host.call("states.history", of).await;
        let values: Vec<&Json> = history.as_array().unwrap().iter().map(|e| &e["value"]).collect();
        assert_eq!(values, [&Json::Null, &json!("x"), &json!(5)]);
        host.0.close().await;
    });
}

fn doubling(factor: u32) -> Json {
    let fields = json!([{ "to": "n", "from": format!("n * {factor}") }]);
    json!([
        { "id": "begin", "type": "trigger.manual" },
        { "id": "double", "type": "data.map", "params": { "fields": fields } }
    ])
}

#[test]
fn a_called_flow_is_a_run_of_its_own_and_a_pinned_version_stays() {
    let folder = tempfile::tempdir().unwrap();
    program(async {
        let host = Host::open(folder.path()).await;
        let contract = json!({ "input": { "required": ["n"] } });
        host.import("double", doubling(2), &["begin>double"], Some(contract)).await;
        let version = host.call("flows.pin", json!({ "flow": "double" })).await["version"].clone();
        let nodes = json!([
            start(),
            { "id": "now", "type": "flow.call", "params": { "flow": "double" }, "on_error": "skip" },
            { "id": "then", "type": "flow.call", "params": { "flow": "double", "version": version },
              "on_error": "skip" }
        ]);
        host.import("main", nodes, &["start>now", "start>then"], None).await;
        let open = host.call("flows.open", json!({ "flow": "double" })).await;
        let edit = json!({ "type": "set_node", "node": "double", "key": "/params/fields",
            "value": [{ "to": "n", "from": "n * 3" }] });
        let args = json!({ "flow": "double", "rev": open["saved"]["rev"], "label": "Triple", "edit": edit });
        host.call("flows.edit", args).await;

        let view = host.run("main", json!([{ "n": 1 }, { "m": 1 }, { "n": 2 }])).await;
        assert_eq!(view["run"]["status"], "ok_with_rejects", "{view}");
        let now = host.items(&view, "now", "out").await;
        assert_eq!(now, [json!({ "n": 3 }), json!({ "n": 6 })]);
        let then = host.items(&view, "then", "out").await;
        assert_eq!(then, [json!({ "n": 2 }), json!({ "n": 4 })]);
        let errors =
            host.call("runs.errors", json!({ "run": view["run"]["id"], "limit": 1 })).await;
        assert_eq!(errors[0]["class"], "validation");
        let runs = host.call("runs.list", json!({ "flow": "double", "limit": 10 })).await;
        let runs = runs.as_array().unwrap();
        assert_eq!(runs.len(), 4);
        assert!(runs.iter().all(|run| run["trigger"] == "call"), "{runs:?}");
        host.0.close().await;
    });
}
