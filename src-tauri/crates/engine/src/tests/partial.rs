//! Runs that begin in the middle: on items of an earlier run, inside scopes, beside what is kept.

use flow::plan::Target;
use flow::run::RunStatus;
use serde_json::json;

use super::{flow, request, run, run_with};
use crate::known::{Known, KnownItem, Passed};

fn known(node: &str, port: Option<&str>, items: &[(&str, serde_json::Value)]) -> Known {
    let item = |(path, value): &(&str, serde_json::Value)| KnownItem {
        value: data::Value::from_serde(value),
        path: (*path).to_owned(),
        is_sole: false,
        passed: Vec::new(),
    };
    Known {
        node: node.into(),
        port: port.map(str::to_owned),
        items: items.iter().map(item).collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_that_failed_inside_a_loop_goes_on_from_there_to_the_end_of_the_flow() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "each", "type": "scope.loop", "body": {
                "nodes": [
                    { "id": "lines", "type": "data.split", "params": { "list": "lines" } },
                    { "id": "call", "type": "test.call", "on_error": "park" }
                ],
                "wires": [{ "from": "lines", "to": "call" }]
            } },
            { "id": "all", "type": "data.sort", "params": { "by": [{ "value": "n", "direction": "desc" }] } }
        ]),
        &["start>each", "each>all"],
    );
    let input =
        json!([{ "lines": [{ "n": 1 }, { "n": 2, "bad": true }] }, { "lines": [{ "n": 3 }] }]);
    let ran = run(&flow, input).await;
    assert_eq!(ran.outcome.status, RunStatus::OkWithRejects);
    assert_eq!(ran.items, [json!({ "n": 3 }), json!({ "n": 1 })]);

    let mut again = request(json!([]));
    again.target = Target::From("call".into());
    again.known = vec![known(
        "call",
        None,
        &[("start:0/0.lines/1", json!({ "n": 2 })), ("start:0/7.lines/0", json!({ "n": 9 }))],
    )];
    let ran = run_with(&flow, again, 1 << 20).await;
    assert_eq!(ran.items, [json!({ "n": 9 }), json!({ "n": 2 })]);
    assert_eq!(ran.samples("call", "out")[0].item, "start:0/0.lines/1");
    assert_eq!(ran.outcome.status, RunStatus::Ok);
    assert_eq!(ran.outcome.summary, "2 items in, 2 out");
    assert_eq!(ran.count("each"), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_nodes_gave_out_before_takes_their_place_and_can_be_looked_back_at() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "call", "type": "test.call" },
            { "id": "shape", "type": "data.map",
              "params": { "fields": [{ "to": "was", "from": "$node('start').n" }, { "to": "n", "from": "n" }] } }
        ]),
        &["start>call", "call>shape"],
    );
    let mut again = request(json!([{ "n": "never used" }]));
    again.kept = vec!["start".into(), "call".into()];
    let mut given = known("call", Some("out"), &[("start:0/4", json!({ "n": 10 }))]);
    let value = data::Value::from_serde(&json!({ "n": 5 }));
    given.items[0].passed = vec![Passed { node: "start".into(), segments: 1, value }];
    again.known = vec![given];
    let ran = run_with(&flow, again, 1 << 20).await;
    assert_eq!(ran.items, [json!({ "was": 5, "n": 10 })]);
    assert_eq!(ran.lineages, ["start:0/4"]);
    assert_eq!((ran.count("start"), ran.count("call")), ((0, 0, 0), (0, 0, 0)));
}
