//! What becomes of items that fail.

use flow::run::{ErrorClass, RunStatus, What};
use serde_json::{Value as Json, json};

use super::{Ran, flow, is_ok, run};

async fn check(node: Json, input: Json) -> Ran {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            node,
            { "id": "after", "type": "data.map", "params": { "keep": true, "fields": [] } }
        ]),
        &["start>call", "call>after"],
    );
    run(&flow, input).await
}

fn three() -> Json {
    json!([{ "n": 1 }, { "n": 2, "bad": true }, { "n": 3 }])
}

#[tokio::test(start_paused = true)]
async fn stop_fails_the_run_at_the_item_and_keeps_what_came_before() {
    let ran = check(json!({ "id": "call", "type": "test.call" }), three()).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert_eq!(ran.items, [json!({ "n": 1 })]);
    let error = ran.outcome.error.as_ref().unwrap();
    assert_eq!(error.class, ErrorClass::Validation);
    assert_eq!(error.item.as_deref(), Some("start:0/1"));
    assert_eq!(error.advice, "Make it good.");
    assert_eq!(ran.outcome.summary, "Failed at \"call\": It is bad. (3 items in, 1 out)");
}

#[tokio::test(start_paused = true)]
async fn skip_counts_the_item_and_goes_on() {
    for on_error in ["skip", "park"] {
        let node = json!({ "id": "call", "type": "test.call", "on_error": on_error });
        let ran = check(node, three()).await;
        assert_eq!(ran.items, [json!({ "n": 1 }), json!({ "n": 3 })]);
        assert_eq!(ran.outcome.status, RunStatus::OkWithRejects);
        let word = if on_error == "park" { "parked" } else { "rejected" };
        assert_eq!(ran.outcome.summary, format!("3 items in, 2 out, 1 {word}"));
        assert_eq!(ran.count("call"), (3, 2, 1));
        let rejected = ran.events.iter().find_map(|event| match &event.what {
            What::Rejected { error, parked } => {
                let path = (on_error == "park").then(|| "start:0/1".to_owned());
                assert_eq!(*parked, path);
                error.value.clone()
            }
            _ => None,
        });
        assert_eq!(super::plain(&rejected.unwrap()), json!({ "n": 2, "bad": true }));
    }
}

#[tokio::test(start_paused = true)]
async fn substitute_puts_a_value_in_its_place() {
    let on_error = json!({ "substitute": { "n": 0 } });
    let node = json!({ "id": "call", "type": "test.call", "on_error": on_error });
    let ran = check(node, three()).await;
    assert_eq!(ran.items, [json!({ "n": 1 }), json!({ "n": 0 }), json!({ "n": 3 })]);
    assert!(is_ok(&ran));
}

#[tokio::test(start_paused = true)]
async fn the_error_port_gives_the_item_with_what_went_wrong() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "shape", "type": "data.map", "on_error": "port",
              "params": { "fields": [{ "to": "n", "from": "n", "type": "number" }] } },
            { "id": "good", "type": "test.call" },
            { "id": "bad", "type": "data.map",
              "params": { "fields": [{ "to": "why", "from": "error.message" },
                                     { "to": "was", "from": "item.n" },
                                     { "to": "at", "from": "lineage" }] } }
        ]),
        &["start>shape", "shape>good", "shape.error>bad"],
    );
    let ran = run(&flow, json!([{ "n": "1" }, { "n": "x" }])).await;
    assert!(is_ok(&ran));
    assert_eq!(ran.count("shape"), (2, 2, 0));
    let bad = &ran.samples("bad", "out")[0];
    let expect = json!({ "why": "The field \"n\" is \"x\", which is no number.",
                         "was": "x", "at": "start:0/1" });
    assert_eq!(super::plain(&bad.value), expect);
}

#[tokio::test(start_paused = true)]
async fn retryable_errors_are_tried_again_as_often_as_the_node_says() {
    let retry = json!({ "tries": 3, "base_ms": 100, "max_ms": 1000 });
    let node = json!({ "id": "call", "type": "test.call", "retry": retry, "on_error": "skip" });
    let ran = check(node, json!([{ "n": 1, "fails": 2 }, { "n": 2, "fails": 3 }])).await;
    assert_eq!(ran.items.len(), 1);
    let retries = ran.events.iter().filter(|e| matches!(e.what, What::Retrying { .. })).count();
    assert_eq!(retries, 4);
    let attempts = ran.events.iter().find_map(|event| match &event.what {
        What::Rejected { error, .. } => {
            assert_eq!(error.tries.len(), 3);
            Some(error.attempts)
        }
        _ => None,
    });
    assert_eq!(attempts, Some(3));
}

#[tokio::test(start_paused = true)]
async fn a_try_ends_at_its_timeout() {
    let node = json!({ "id": "call", "type": "test.call", "timeout_ms": 50, "on_error": "skip" });
    let ran = check(node, json!([{ "n": 1, "wait": 40 }, { "n": 2, "wait": 60 }])).await;
    assert_eq!(ran.items, [json!({ "n": 1, "wait": 40 })]);
    assert_eq!(ran.count("call"), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_disabled_node_passes_items_on() {
    let node = json!({ "id": "call", "type": "test.call", "disabled": true });
    let ran = check(node, three()).await;
    assert_eq!(ran.items.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_an_item_that_failed_inside_a_loop_gets_out() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "each", "type": "scope.loop", "on_error": "skip", "concurrency": 2, "body": {
                "nodes": [
                    { "id": "lines", "type": "data.split", "params": { "list": "lines" } },
                    { "id": "call", "type": "test.call" }
                ],
                "wires": [{ "from": "lines", "to": "call" }]
            } }
        ]),
        &["start>each"],
    );
    let input = json!([
        { "lines": [{ "n": 1 }, { "n": 2 }] },
        { "lines": [{ "n": 3 }, { "n": 4, "bad": true }] },
        { "lines": [{ "n": 5 }] }
    ]);
    let ran = run(&flow, input).await;
    assert_eq!(ran.items, [json!({ "n": 1 }), json!({ "n": 2 }), json!({ "n": 5 })]);
    assert_eq!(ran.count("each"), (3, 3, 1));
    assert_eq!(ran.outcome.status, RunStatus::OkWithRejects);
}
