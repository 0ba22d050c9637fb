//! `flow.respond` and `trigger.webhook`: a call becomes an item, and the flow's answer goes back.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "helpers of tests are tests too, and json! gives values"
)]

mod support;

use std::time::Duration;

use engine::respond::{Responder, ResponseBody};
use engine::webhook::{self, AnswerPlan, Found};
use engine::{Engine, EngineOptions, RunRequest};
use flow::file::FlowFile;
use flow::id::RunId;
use flow::run::RunStatus;
use serde_json::{Value as Json, json};

fn flow(trigger: Json, respond: Json) -> FlowFile {
    serde_json::from_value(json!({
        "gantry": 1, "id": "test", "name": "Test",
        "nodes": [
            { "id": "hook", "type": "trigger.webhook", "params": trigger },
            { "id": "answer", "type": "flow.respond", "params": respond },
        ],
        "wires": [{ "from": "hook", "to": "answer" }],
    }))
    .unwrap()
}

/// Calls the flow's webhook as a host does, and gives the answer.
async fn call(flow: &FlowFile, items: usize) -> (webhook::WireResponse, RunStatus) {
    let hooks = webhook::hooks(flow);
    let Found::Hook(hook, captures) = webhook::find(&hooks, "POST", "orders/7") else {
        panic!("no trigger takes it");
    };
    assert_eq!(hook.plan(&"r".into()), AnswerPlan::WhenResponded(Duration::from_secs(30)));
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let call = webhook::Call {
        method: "POST",
        path: "orders/7",
        query: "",
        headers: &headers,
        body: br#"{"total": 9.5}"#,
        received_at: 0,
    };
    let item = webhook::item(&call, &captures).unwrap();
    let mut request = RunRequest::new(RunId::from("r"), 0);
    request.start = Some(hook.node.clone());
    request.input = vec![item; items];
    let (responder, answer) = Responder::new();
    request.responder = Some(responder);
    let handle = Engine::new(EngineOptions::default()).prepare(flow).start(request).unwrap();
    let answer = answer.await.unwrap_or_else(|_| webhook::no_answer());
    (webhook::wire(&answer), handle.wait().await.status)
}

fn trigger() -> Json {
    json!({ "path": "orders/{id}", "answer": { "type": "when_responded" } })
}

#[tokio::test]
async fn a_caller_gets_the_flow_s_answer() {
    let respond = json!({ "status": "{{ $number('201') }}", "headers": { "X-Id": "{{ params.id }}" },
        "body": { "total": "{{ body.total }}", "gone": "{{ body.gone }}" } });
    let (answer, status) = call(&flow(trigger(), respond), 1).await;
    assert_eq!(status, RunStatus::Ok);
    assert_eq!(
        (answer.status, String::from_utf8_lossy(&answer.body).as_ref()),
        (201, r#"{"total":9.5}"#)
    );
    assert!(answer.headers.contains(&("X-Id".to_owned(), "7".to_owned())));
    let (answer, _) = call(&flow(trigger(), json!({ "body": "thanks" })), 1).await;
    assert_eq!((answer.status, &answer.body[..]), (200, &b"thanks"[..]));
}

#[tokio::test]
async fn there_is_one_answer_to_a_call() {
    let (answer, status) = call(&flow(trigger(), json!({ "status": 204 })), 2).await;
    assert_eq!((answer.status, answer.body.len(), status), (204, 0, RunStatus::Failed));
}

#[tokio::test]
async fn a_run_that_ends_without_an_answer_says_so() {
    let (answer, _) = call(&flow(trigger(), json!({ "status": "{{ body.none }}" })), 1).await;
    assert_eq!(answer.status, 500);
}

#[tokio::test]
async fn without_a_caller_items_just_pass() {
    let flow = flow(json!({}), json!({}));
    let ran = support::run(&flow, json!([]), std::path::Path::new(".")).await;
    assert_eq!(ran.outcome.status, RunStatus::Ok);
    assert_eq!(ran.items.len(), 1);
    assert!(ran.items[0].starts_with(r#"{"method":"POST""#), "{}", ran.items[0]);
}

#[test]
fn a_trigger_that_answers_at_once_names_the_run() {
    let hooks =
        webhook::hooks(&flow(json!({ "answer": { "type": "at_once", "status": 200 } }), json!({})));
    let AnswerPlan::AtOnce(response) = hooks[0].plan(&"r7".into()) else { panic!() };
    let ResponseBody::Json(body) = response.body else { panic!() };
    assert_eq!((response.status, body.to_string()), (200, r#"{"run":"r7"}"#.to_owned()));
}
