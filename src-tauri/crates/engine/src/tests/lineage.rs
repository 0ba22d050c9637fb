//! `$node` finds the item's own ancestor, or says why there is none.

use serde_json::json;

use super::{flow, is_ok, run};

#[tokio::test(start_paused = true)]
async fn node_is_found_by_lineage_through_split_filter_branch_and_merge() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "orders", "type": "test.call", "concurrency": 5 },
            { "id": "rename", "type": "data.map", "params": { "fields": [{ "to": "l", "from": "lines" }] } },
            { "id": "lines", "type": "data.split", "params": { "list": "l" } },
            { "id": "ways", "type": "flow.branch", "params": { "cases": [{ "name": "odd", "when": "n % 2 = 1" }] } },
            { "id": "small", "type": "data.filter", "params": { "where": "n < 100" } },
            { "id": "merge", "type": "flow.merge" },
            { "id": "out", "type": "data.map", "params": { "fields": [
                { "to": "n", "from": "n" }, { "to": "order", "from": "$node('orders').id" } ] } }
        ]),
        &[
            "start>orders",
            "orders>rename",
            "rename>lines",
            "lines>ways",
            "ways.odd>small",
            "small.kept>merge",
            "ways.otherwise>merge",
            "merge>out",
        ],
    );
    let input: Vec<_> = (0..40)
        .map(|id| json!({ "id": id, "wait": 40 - id, "lines": [{ "n": id * 2 + 1 }, { "n": id * 2 }] }))
        .collect();
    let ran = run(&flow, json!(input)).await;
    assert!(is_ok(&ran), "{:?}", ran.outcome.error);
    assert_eq!(ran.items.len(), 80);
    for item in &ran.items {
        assert_eq!(item["n"].as_i64().unwrap() / 2, item["order"].as_i64().unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_the_item_did_not_pass_is_an_error() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "ways", "type": "flow.branch", "params": { "cases": [{ "name": "a", "when": "n = 1" }] } },
            { "id": "only", "type": "data.map", "params": { "keep": true, "fields": [] } },
            { "id": "merge", "type": "flow.merge" },
            { "id": "out", "type": "data.map", "on_error": "skip",
              "params": { "fields": [{ "to": "n", "from": "$node('only').n" }] } }
        ]),
        &["start>ways", "ways.a>only", "only>merge", "ways.otherwise>merge", "merge>out"],
    );
    let ran = run(&flow, json!([{ "n": 1 }, { "n": 2 }])).await;
    assert_eq!(ran.items, [json!({ "n": 1 })]);
    assert_eq!(ran.count("out"), (2, 1, 1));
}
