//! `data.batch`: what makes a batch, and how the bad item of one is found.

use std::collections::HashSet;

use flow::run::{RunStatus, What};
use serde_json::{Value as Json, json};

use super::{body, numbers, run_scope};
use crate::tests::{Ran, flow, run};

/// A batch whose entries are called for one by one.
#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn calling(params: Json, on_error: &str) -> Json {
    json!({ "id": "batch", "type": "data.batch", "params": params, "on_error": on_error,
        "body": body(json!([
            { "id": "all", "type": "data.split", "params": { "list": "$" } },
            { "id": "call", "type": "test.call" }
        ]), &["all>call"]) })
}

fn rejected(ran: &Ran) -> Vec<(String, Json)> {
    let errors = ran.events.iter().filter_map(|event| match &event.what {
        What::Rejected { error, .. } => Some(error),
        _ => None,
    });
    let told = errors.map(|error| {
        (error.item.clone().unwrap(), crate::tests::plain(error.value.as_ref().unwrap()))
    });
    told.collect()
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_full_by_count_or_bytes_and_the_last_one_has_the_rest() {
    let node = json!({ "id": "b", "type": "data.batch", "params": { "count": 3 } });
    let ran = run_scope(node, numbers(7)).await;
    let sizes = ran.items.iter().map(|list| list.as_array().unwrap().len());
    assert_eq!(sizes.collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(ran.lineages, ["b:0/0", "b:1/0", "b:2/0"]);
    assert_eq!(ran.count("b"), (7, 3, 0));

    // {"n":0} is 7 bytes.
    let node = json!({ "id": "b", "type": "data.batch", "params": { "max_bytes": 15 } });
    let ran = run_scope(node, numbers(5)).await;
    assert_eq!(ran.items.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_batch_goes_on_once_its_first_item_has_waited_long_enough() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "slow", "type": "test.call" },
            { "id": "b", "type": "data.batch", "params": { "max_wait_ms": 100 } }
        ]),
        &["start>slow", "slow>b"],
    );
    let waits = [0, 30, 30, 300, 10];
    let input = waits.iter().map(|wait| json!({ "wait": wait })).collect();
    let ran = run(&flow, input).await;
    assert_eq!(
        ran.items,
        [
            json!([{ "wait": 0 }, { "wait": 30 }, { "wait": 30 }]),
            json!([{ "wait": 300 }, { "wait": 10 }])
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_is_halved_down_to_the_bad_items() {
    let mut input = numbers(20);
    input[3]["bad"] = json!(true);
    input[12]["bad"] = json!(true);
    input[13]["bad"] = json!(true);
    for concurrency in [1, 4] {
        let node = calling(json!({ "count": 8, "concurrency": concurrency }), "skip");
        let ran = run_scope(node, input.clone()).await;
        assert_eq!(ran.outcome.status, RunStatus::OkWithRejects);
        assert_eq!(ran.count("batch"), (20, 17, 3));
        let good = input.as_array().unwrap().iter().filter(|item| item.get("bad").is_none());
        assert_eq!(ran.items, good.cloned().collect::<Vec<_>>());
        let expect = [3, 12, 13].map(|n| (format!("start:0/{n}"), input[n].clone()));
        assert_eq!(rejected(&ran), expect);
        // No item of one try is taken for an item of another.
        let calls: Vec<String> =
            ran.samples("all", "out").into_iter().map(|sample| sample.item).collect();
        assert_eq!(calls.iter().collect::<HashSet<_>>().len(), calls.len());
        assert!(calls.contains(&"batch:0/0.batch:0/0.batch:1/0.batch:1/0.all/0".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn with_the_policy_to_stop_the_run_fails_at_the_very_item() {
    let mut input = numbers(6);
    input[4]["bad"] = json!(true);
    let ran = run_scope(calling(json!({}), "stop"), input).await;
    let error = ran.outcome.error.unwrap();
    assert_eq!((error.node.as_str(), error.item.as_deref()), ("batch", Some("start:0/4")));
    assert_eq!(error.message, "At \"call\": It is bad.");
    assert_eq!(ran.items.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn without_halving_all_items_of_a_batch_are_treated_alike() {
    let mut input = numbers(6);
    input[4]["bad"] = json!(true);
    let ran = run_scope(calling(json!({ "count": 3, "bisect": false }), "park"), input).await;
    assert_eq!(ran.count("batch"), (6, 3, 3));
    let items: Vec<String> = rejected(&ran).into_iter().map(|(item, _)| item).collect();
    assert_eq!(items, ["start:0/3", "start:0/4", "start:0/5"]);
}

#[tokio::test(start_paused = true)]
async fn errors_that_meet_every_item_are_not_halved() {
    let node = json!({ "id": "batch", "type": "data.batch", "on_error": "skip",
        "body": body(json!([{ "id": "stop", "type": "flow.stop" }]), &[]) });
    let ran = run_scope(node, numbers(5)).await;
    assert_eq!(ran.count("batch"), (5, 0, 5));
    assert_eq!(ran.count("stop").0, 1);
}

#[tokio::test(start_paused = true)]
async fn an_item_inside_a_batch_is_of_all_its_members() {
    let node = json!({ "id": "b", "type": "data.batch", "params": { "count": 1 },
        "body": body(json!([{ "id": "m", "type": "data.map", "params": { "fields": [
            { "to": "n", "from": "$node('start').n" } ] } }]), &[]) });
    let ran = run_scope(node, numbers(2)).await;
    assert_eq!(ran.items, [json!({ "n": 0 }), json!({ "n": 1 })]);
}
