//! How items go through nodes: order, counts, windows, stopping.

use std::time::Duration;

use flow::run::{NodeStatus, RunStatus, What};
use serde_json::json;

use super::{flow, is_ok, request, run, run_with};
use crate::Target;

#[tokio::test(start_paused = true)]
async fn items_go_through_pure_nodes_in_order() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "big", "type": "data.filter", "params": { "where": "n > 1" } },
            { "id": "shape", "type": "data.map",
              "params": { "fields": [{ "to": "id", "from": "n", "type": "text" }] } }
        ]),
        &["start>big", "big.kept>shape"],
    );
    let ran = run(&flow, json!([{ "n": 1 }, { "n": 2 }, { "n": 3 }])).await;
    assert_eq!(ran.items, [json!({ "id": "2" }), json!({ "id": "3" })]);
    assert_eq!(ran.outcome.summary, "3 items in, 2 out");
    assert_eq!(ran.count("big"), (3, 3, 0));
    assert!(is_ok(&ran));
    let passed: Vec<_> = ran
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Passed { wire, items, bytes, .. } => Some((wire.to_string(), *items, *bytes)),
            _ => None,
        })
        .collect();
    let expect = [("start>big", 3, 21), ("big.kept>shape", 2, 14), ("big.dropped>", 1, 7)];
    let expect = expect.map(|(wire, items, bytes)| (wire.to_owned(), items, bytes));
    assert_eq!(passed[..3], expect);
    assert_eq!(passed[3].0, "shape.out>");
    assert_eq!(ran.samples("big", "dropped").len(), 1);
}

fn calls(concurrency: u32) -> flow::file::FlowFile {
    flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "call", "type": "test.call", "concurrency": concurrency }
        ]),
        &["start>call"],
    )
}

#[tokio::test(start_paused = true)]
async fn results_keep_the_order_of_the_items_whatever_takes_longer() {
    let input: Vec<_> = (0..1200).map(|n| json!({ "n": n, "wait": (n * 7) % 13 })).collect();
    let began = tokio::time::Instant::now();
    let ran = run(&calls(50), json!(input)).await;
    assert_eq!(ran.items, input);
    let sum_ms: u64 = (0..1200).map(|n| (n * 7) % 13).sum();
    let took_ms = began.elapsed().as_millis() as u64;
    assert!(took_ms < sum_ms / 20, "{took_ms} ms of {sum_ms} ms");
}

#[tokio::test(start_paused = true)]
async fn pages_are_given_out_as_they_come() {
    let flow = calls(2);
    let input = json!([
        { "pages": 30, "rows": 100, "wait": 10 },
        { "pages": 2, "rows": 3, "wait": 1 }
    ]);
    let ran = run(&flow, input).await;
    assert_eq!(ran.items.len(), 3006);
    assert_eq!(ran.items[2999], json!({ "n": 2999 }));
    assert_eq!(ran.lineages[105], "start:0/0.call:1/5");
    assert_eq!(ran.outcome.summary, "3,008 items in, 3,006 out");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_ends_at_once_and_leaves_no_task() {
    let flow = calls(10);
    let (engine, journal) = super::engine(1 << 20);
    let input: Vec<_> = (0..100).map(|n| json!({ "n": n, "wait": 60_000 })).collect();
    let mut request = request(json!(input));
    request.outputs = None;
    let handle = engine.prepare(&flow).start(request).unwrap();
    tokio::time::sleep(Duration::from_secs(70)).await;
    let began = tokio::time::Instant::now();
    handle.cancel();
    let outcome = handle.wait().await;
    assert!(began.elapsed() < Duration::from_millis(100));
    assert_eq!(outcome.status, RunStatus::Cancelled);
    assert_eq!(outcome.items, 10);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    let events = journal.events(&"r".into());
    assert!(events.iter().any(|e| matches!(
        &e.what,
        What::NodeFinished { node, status: NodeStatus::Cancelled, .. } if node.as_str() == "call"
    )));
}

#[tokio::test(start_paused = true)]
async fn a_diamond_does_not_stand_still() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "slow", "type": "test.call" },
            { "id": "fast", "type": "test.call", "concurrency": 100 },
            { "id": "both", "type": "flow.merge" }
        ]),
        &["start>slow", "start>fast", "slow>both", "fast>both"],
    );
    let input: Vec<_> = (0..6000).map(|n| json!({ "n": n, "wait": 1 })).collect();
    let mut expect = input.clone();
    expect.extend(input.clone());
    for barrier_bytes in [0, 1 << 20] {
        let ran = run_with(&flow, request(json!(input)), barrier_bytes).await;
        assert_eq!(ran.items, expect);
    }
}

#[tokio::test(start_paused = true)]
async fn a_loop_runs_its_body_per_item_and_keeps_their_order() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "each", "type": "scope.loop", "params": { "concurrency": 3 }, "body": {
                "nodes": [
                    { "id": "call", "type": "test.call" },
                    { "id": "lines", "type": "data.split", "params": { "list": "lines" } },
                    { "id": "inner", "type": "scope.loop", "body": { "nodes": [
                        { "id": "add", "type": "data.map", "params": { "keep": true, "fields": [
                            { "to": "order", "from": "$node('start').id" }] } }
                    ], "wires": [] } }
                ],
                "wires": [{ "from": "call", "to": "lines" }, { "from": "lines", "to": "inner" }]
            } }
        ]),
        &["start>each"],
    );
    let input: Vec<_> = (0..20)
        .map(|n| json!({ "id": n, "wait": 20 - n, "lines": [{ "l": 1 }, { "l": 2 }] }))
        .collect();
    let ran = run(&flow, json!(input)).await;
    assert!(is_ok(&ran), "{:?}", ran.outcome);
    let expect: Vec<_> = (0..20)
        .flat_map(|n| [json!({ "l": 1, "order": n }), json!({ "l": 2, "order": n })])
        .collect();
    assert_eq!(ran.items, expect);
    assert_eq!(ran.count("each"), (20, 40, 0));
    assert_eq!(ran.count("add"), (40, 40, 0));
    assert_eq!(ran.lineages[3], "start:0/1.lines/1");
}

#[tokio::test(start_paused = true)]
async fn a_stop_well_ends_the_run_with_what_came_before() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "stop", "type": "flow.stop",
              "params": { "when": "n = 700", "status": "ok", "message": "Enough at {{ n }}" } },
            { "id": "call", "type": "test.call" }
        ]),
        &["start>stop", "stop>call"],
    );
    let input: Vec<_> = (0..2000).map(|n| json!({ "n": n })).collect();
    let ran = run(&flow, json!(input)).await;
    assert_eq!(ran.items.len(), 700);
    assert!(is_ok(&ran));
    assert_eq!(ran.outcome.summary, "Enough at 700 (2,000 items in, 700 out)");
}

#[tokio::test(start_paused = true)]
async fn one_node_can_be_run_alone_in_a_flow_that_is_not_whole() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "broken", "type": "data.filter", "params": { "where": "n >" } },
            { "id": "shape", "type": "data.map", "params": { "fields": [{ "to": "m", "from": "n" }] } },
            { "id": "after", "type": "test.call" }
        ]),
        &["start>broken", "broken>shape", "shape>after"],
    );
    let (engine, _) = super::engine(0);
    let errors = engine.prepare(&flow).start(request(json!([]))).err().expect("it is broken");
    assert_eq!(errors[0].at.node.as_ref().map(flow::id::NodeId::as_str), Some("broken"));
    let mut request = request(json!([{ "n": 1 }, { "n": 2 }]));
    request.target = Target::Only("shape".into());
    let ran = run_with(&flow, request, 0).await;
    assert_eq!(ran.items, [json!({ "m": 1 }), json!({ "m": 2 })]);
    assert_eq!(ran.count("after"), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_same_run_has_the_same_events() {
    let flow = calls(7);
    let input: Vec<_> =
        (0..300).map(|n| json!({ "n": n, "wait": n % 3, "fails": n % 2 })).collect();
    let first = run(&flow, json!(input)).await;
    let second = run(&flow, json!(input)).await;
    let plain = |ran: &super::Ran| -> Vec<_> {
        let timeless = ran
            .events
            .iter()
            .filter(|e| !matches!(e.what, What::Counted { .. } | What::NodeFinished { .. }));
        timeless.map(|event| format!("{:?}", event.what)).collect()
    };
    assert_eq!(plain(&first), plain(&second));
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_after_the_time_that_its_flow_allows() {
    let mut flow = flow(
        json!([{ "id": "start", "type": "trigger.manual" }, { "id": "call", "type": "test.call" }]),
        &["start>call"],
    );
    flow.runs = serde_json::from_value(json!({ "timeout_ms": 250 })).unwrap();
    let ran = run(&flow, json!([{ "wait": 100 }, { "wait": 100 }, { "wait": 100 }])).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert_eq!(ran.items.len(), 2);
    assert!(ran.outcome.summary.contains("longer than the 250 ms"), "{}", ran.outcome.summary);
}
