//! Nodes that see all items: the same results from memory and from disk.

use flow::run::RunStatus;
use serde_json::{Value as Json, json};

use super::{Ran, flow, is_ok, request, run, run_with};

/// Runs one node on this input with room for everything, and with room for nothing.
async fn check(node: Json, input: Vec<Json>) -> Ran {
    let nodes = json!([{ "id": "start", "type": "trigger.manual" }, node]);
    let id = nodes[1]["id"].as_str().unwrap().to_owned();
    let flow = flow(nodes, &[&format!("start>{id}")]);
    let memory = run(&flow, json!(input)).await;
    assert!(is_ok(&memory), "{:?}", memory.outcome.error);
    for budget in [0, 3000] {
        let disk = run_with(&flow, request(json!(input)), budget).await;
        assert_eq!(disk.items, memory.items, "with {budget} bytes");
        assert_eq!(disk.lineages, memory.lineages);
    }
    memory
}

fn orders(n_orders: i64) -> Vec<Json> {
    (0..n_orders)
        .map(|n| json!({ "n": n, "customer": format!("c{}", (n * 7919) % 23), "total": n % 10 }))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn groups_come_in_the_order_of_their_first_items() {
    let node = json!({ "id": "group", "type": "data.group", "params": {
        "by": ["customer"],
        "fields": [{ "to": "c", "from": "$[0].customer" }, { "to": "n", "from": "$count($)" },
                   { "to": "sum", "from": "$sum(total)" }, { "to": "first", "from": "n[0]" }] } });
    let ran = check(node, orders(2000)).await;
    assert_eq!(ran.items.len(), 23);
    assert_eq!(
        ran.items[0],
        json!({ "customer": "c0", "c": "c0", "n": 87, "sum": 393, "first": 0 })
    );
    let firsts: Vec<_> = ran.items.iter().map(|item| item["first"].as_i64().unwrap()).collect();
    assert!(firsts.is_sorted());
    assert_eq!(ran.lineages[3], "group:0/3");
}

#[tokio::test(start_paused = true)]
async fn totals_are_the_same_counted_as_items_come_or_of_items_held() {
    let node = json!({ "id": "group", "type": "data.group", "params": {
        "by": ["customer"],
        "fields": [{ "to": "c", "from": "$[0].customer" }, { "to": "n", "from": "$count($)" },
                   { "to": "sum", "from": "$sum(total)" }, { "to": "max", "from": "$max(n)" }] } });
    let ran = check(node, orders(2000)).await;
    assert_eq!(ran.items.len(), 23);
    assert_eq!(
        ran.items[0],
        json!({ "customer": "c0", "c": "c0", "n": 87, "sum": 393, "max": 1978 })
    );
}

#[tokio::test(start_paused = true)]
async fn a_field_takes_the_place_of_the_key_of_that_name() {
    let node = json!({ "id": "group", "type": "data.group", "params": {
        "by": ["customer"], "fields": [{ "to": "customer", "from": "'all of ' & $[0].customer" }] } });
    let ran = check(node, orders(30)).await;
    assert_eq!(ran.items[0], json!({ "customer": "all of c0" }));
}

#[tokio::test(start_paused = true)]
async fn without_a_key_all_items_are_one_group() {
    let node = json!({ "id": "group", "type": "data.group", "params": {
        "fields": [{ "to": "n", "from": "$count($)" }] } });
    assert_eq!(check(node, orders(1200)).await.items, [json!({ "n": 1200 })]);
}

#[tokio::test(start_paused = true)]
async fn sorting_is_stable_and_puts_items_without_a_value_last() {
    let mut input = orders(1500);
    input.push(json!({ "n": -1 }));
    input.push(json!({ "n": -2, "total": null, "customer": "c1" }));
    let node = json!({ "id": "sort", "type": "data.sort", "params": { "by": [
        { "value": "total", "direction": "desc" }, { "value": "customer" } ] } });
    let ran = check(node, input.clone()).await;
    let mut expect = input;
    expect.sort_by(|a, b| {
        let total = |item: &Json| item["total"].as_i64();
        total(b).cmp(&total(a)).then_with(|| {
            match (a["customer"].as_str(), b["customer"].as_str()) {
                (Some(a), Some(b)) => a.cmp(b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }
        })
    });
    assert_eq!(ran.items, expect);
    assert_eq!(ran.items.last(), Some(&json!({ "n": -1 })));
}

#[tokio::test(start_paused = true)]
async fn duplicates_leave_by_their_own_port() {
    let node = json!({ "id": "once", "type": "data.dedupe", "params": { "by": ["customer"] } });
    let ran = check(node, orders(1000)).await;
    assert_eq!(ran.items.len(), 23);
    assert_eq!(ran.samples("once", "duplicates").len(), 977);
}

async fn join(params: Json) -> Ran {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "left", "type": "data.split", "params": { "list": "left" } },
            { "id": "right", "type": "data.split", "params": { "list": "right" } },
            { "id": "join", "type": "data.join", "params": params },
            { "id": "out", "type": "data.map", "params": { "keep": true, "fields": [
                { "to": "from", "from": "$exists(l) ? $node('left').l : 'none'" } ] } }
        ]),
        &["start>left", "start>right", "left>join.left", "right>join.right", "join>out"],
    );
    let left: Vec<_> = (0..300).map(|n| json!({ "l": n, "k": n % 50 })).collect();
    let right: Vec<_> = (0..80).map(|n| json!({ "r": n, "id": 25 + n % 40 })).collect();
    let input = json!([{ "left": left, "right": right }]);
    let memory = run(&flow, input.clone()).await;
    assert!(is_ok(&memory), "{:?}", memory.outcome.error);
    let disk = run_with(&flow, request(input), 0).await;
    assert_eq!(disk.items, memory.items);
    assert_eq!(disk.lineages, memory.lineages);
    memory
}

#[tokio::test(start_paused = true)]
async fn a_join_gives_pairs_in_the_order_of_the_left_items() {
    let ran = join(json!({ "left_key": "k", "right_key": "id" })).await;
    assert_eq!(ran.items.len(), 6 * 25 * 2);
    assert_eq!(ran.items[1], json!({ "l": 25, "k": 25, "r": 40, "id": 25, "from": 25 }));
    let ran = join(json!({ "left_key": "k", "right_key": "id", "kind": "anti" })).await;
    assert_eq!(ran.items.len(), 150);
    assert_eq!(ran.items[25], json!({ "l": 50, "k": 0, "from": 50 }));
    let ran = join(json!({ "left_key": "k", "right_key": "id", "kind": "left", "as": "r" })).await;
    assert_eq!(ran.items.len(), 450);
    assert_eq!(ran.items[0], json!({ "l": 0, "k": 0, "from": 0 }));
    let ran = join(json!({ "left_key": "k", "right_key": "id", "kind": "full", "as": "r" })).await;
    assert_eq!(ran.items.len(), 480);
    assert_eq!(ran.items[450], json!({ "r": { "r": 25, "id": 50 }, "from": "none" }));
}

#[tokio::test(start_paused = true)]
async fn a_zip_puts_items_together_by_position() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "a", "type": "data.table", "params": { "rows": [{ "a": 1 }, { "a": 2 }, { "a": 3 }] } },
            { "id": "b", "type": "data.table", "params": { "rows": [{ "b": 1 }, { "b": 2 }] } },
            { "id": "zip", "type": "flow.merge", "params": { "mode": "zip" } }
        ]),
        &["start>a", "start>b", "b>zip", "a>zip"],
    );
    let ran = run(&flow, json!([])).await;
    assert_eq!(
        ran.items,
        [json!({ "b": 1, "a": 1 }), json!({ "b": 2, "a": 2 }), json!({ "a": 3 })]
    );
}

#[tokio::test(start_paused = true)]
async fn a_group_of_several_has_no_single_ancestor() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "group", "type": "data.group", "params": { "by": ["k"] } },
            { "id": "out", "type": "data.map", "on_error": "skip",
              "params": { "fields": [{ "to": "n", "from": "$node('start').n" }] } }
        ]),
        &["start>group", "group>out"],
    );
    let ran = run(&flow, json!([{ "n": 1, "k": 1 }, { "n": 2, "k": 2 }, { "n": 3, "k": 1 }])).await;
    assert_eq!(ran.items, [json!({ "n": 2 })]);
    assert_eq!(ran.outcome.status, RunStatus::OkWithRejects);
}

#[tokio::test(start_paused = true)]
async fn only_the_first_are_those_that_come_first_of_all_also_from_disk() {
    let values: Vec<u64> = (0..3000).map(|n| n * 7919 % 3001).collect();
    let input: serde_json::Value = values.iter().map(|n| json!({ "n": n })).collect();
    let mut sorted = values;
    sorted.sort_unstable();
    for (first, budget) in [(1, 1 << 20), (40, 2_000), (500, 20_000), (5000, 20_000)] {
        let flow = flow(
            json!([
                { "id": "start", "type": "trigger.manual" },
                { "id": "sort", "type": "data.sort", "params": { "by": [{ "value": "n" }], "first": first } }
            ]),
            &["start>sort"],
        );
        let ran = run_with(&flow, request(input.clone()), budget).await;
        let expected: Vec<_> = sorted.iter().take(first).map(|n| json!({ "n": n })).collect();
        assert_eq!(ran.items, expected, "the first {first} within {budget} bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pivot_from_disk_is_the_same_as_one_in_memory() {
    let input: serde_json::Value = (0..2000)
        .map(|n| json!({ "row": n % 37, "column": format!("c{}", n % 5), "n": n }))
        .collect();
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "pivot", "type": "data.pivot",
              "params": { "rows": ["row"], "column": "column", "value": "n" } }
        ]),
        &["start>pivot"],
    );
    let held = run_with(&flow, request(input.clone()), 32 << 20).await;
    let spilled = run_with(&flow, request(input), 1_000).await;
    assert_eq!(held.items.len(), 37);
    assert_eq!(held.items, spilled.items);
    let cells = held.items.iter().flat_map(|row| row.as_object().unwrap());
    let cells = cells.filter(|(name, _)| name.starts_with('c'));
    let sum: u64 = cells.filter_map(|(_, cell)| cell.as_u64()).sum();
    assert_eq!(sum, 1999 * 2000 / 2);
}
