//! `scope.parallel`: joining, what becomes of errors, order.

use flow::run::{RunStatus, What};
use serde_json::{Value as Json, json};

use super::{body, call, found, pass, run_scope, turns};
use crate::tests::is_ok;

#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn parallel(params: Json, nodes: Json, wires: &[&str]) -> Json {
    json!({ "id": "s", "type": "scope.parallel", "params": params, "body": body(nodes, wires) })
}

/// A branch that waits as long as the item's field says, and then calls.
fn branch(id: &str) -> Vec<Json> {
    let fields = json!([{ "to": "wait", "from": format!("{id}.wait") },
                        { "to": "bad", "from": format!("{id}.bad") },
                        { "to": "by", "from": format!("'{id}'") }]);
    vec![
        json!({ "id": id, "type": "data.map", "params": { "fields": fields } }),
        call(&format!("{id}_call")),
    ]
}

/// Three branches, `a`, `b` and `c`.
fn three(params: Json) -> Json {
    let nodes: Vec<Json> = ["a", "b", "c"].into_iter().flat_map(branch).collect();
    parallel(params, json!(nodes), &["a>a_call", "b>b_call", "c>c_call"])
}

fn by(items: &[Json]) -> Vec<String> {
    items.iter().map(|item| item["by"].as_str().unwrap_or("?").to_owned()).collect()
}

fn slow_first() -> Json {
    json!([{ "a": { "wait": 30 }, "b": { "wait": 20 }, "c": { "wait": 10 } }])
}

#[tokio::test(start_paused = true)]
async fn results_come_in_the_order_of_the_branches_whoever_was_faster() {
    for concurrency in [1, 2, 3] {
        let params = json!({ "results": "items", "concurrency": concurrency });
        let ran = run_scope(three(params), slow_first()).await;
        assert_eq!(by(&ran.items), ["a", "b", "c"]);
        assert!(is_ok(&ran));
        assert_eq!(turns(&ran).len(), 3);
    }
    let ran = run_scope(three(json!({})), slow_first()).await;
    let expect = json!({ "a": { "wait": 30, "by": "a" }, "b": { "wait": 20, "by": "b" },
                         "c": { "wait": 10, "by": "c" } });
    assert_eq!((&ran.items[..], &ran.lineages[..]), (&[expect][..], &["s:0/0".to_owned()][..]));
    assert_eq!(ran.count("s"), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_first_ones_that_succeed_are_taken_in_the_order_of_the_branches() {
    let any = json!({ "join": "any", "results": "items" });
    let ran = run_scope(three(any.clone()), slow_first()).await;
    assert_eq!(by(&ran.items), ["c"]);
    let two = json!({ "join": "some", "n": 2, "results": "items" });
    let ran = run_scope(three(two.clone()), slow_first()).await;
    assert_eq!(by(&ran.items), ["b", "c"]);
    let c_bad = json!([{ "a": { "wait": 30 }, "b": { "wait": 20 }, "c": { "bad": true } }]);
    let ran = run_scope(three(any), c_bad.clone()).await;
    assert_eq!(by(&ran.items), ["b"]);
    assert!(is_ok(&ran));
    let ran = run_scope(three(two), c_bad).await;
    assert_eq!(by(&ran.items), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn too_few_that_succeed_are_an_error() {
    let input = json!([{ "a": { "bad": true }, "b": {}, "c": { "bad": true } }]);
    let params = json!({ "join": "some", "n": 2 });
    let ran = run_scope(three(params), input).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert_eq!(ran.outcome.error.unwrap().node.as_str(), "a_call");
}

#[tokio::test(start_paused = true)]
async fn a_branch_has_an_error_policy_of_its_own() {
    let rules = json!([
        { "branch": "a", "on_error": "skip", "name": "first" },
        { "branch": "b", "on_error": "substitute", "substitute": { "by": "nobody" } },
        { "branch": "c", "list": true }
    ]);
    let input = json!([{ "a": { "bad": true }, "b": { "bad": true }, "c": {} }]);
    let ran = run_scope(three(json!({ "branches": rules })), input).await;
    assert_eq!(ran.items, [json!({ "b": { "by": "nobody" }, "c": [{ "by": "c" }] })]);
    assert_eq!(ran.outcome.status, RunStatus::OkWithRejects);
    assert_eq!(ran.count("s"), (1, 1, 1));
    let told = ran.events.iter().find_map(|event| match &event.what {
        What::Rejected { error, .. } => Some(error.message.clone()),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some("At \"a_call\": It is bad."));
}

#[tokio::test(start_paused = true)]
async fn an_error_in_one_branch_stops_the_others() {
    let mut scope = three(json!({}));
    scope["on_error"] = json!("skip");
    let input = json!([{ "a": { "wait": 60_000 }, "b": { "wait": 5, "bad": true }, "c": {} }]);
    let began = tokio::time::Instant::now();
    let ran = run_scope(scope, input).await;
    assert_eq!(ran.count("s"), (1, 0, 1));
    assert!(began.elapsed().as_secs() < 1);
}

#[tokio::test(start_paused = true)]
async fn an_item_of_two_branches_is_one_item_behind_them() {
    let nodes = json!([pass("p"), pass("q")]);
    let scope = parallel(json!({}), nodes, &[]);
    let after = json!({ "id": "after", "type": "data.map", "params": { "fields": [
        { "to": "n", "from": "$node('start').n" } ] } });
    let flow = crate::tests::flow(
        json!([{ "id": "start", "type": "trigger.manual" }, scope, after]),
        &["start>s", "s>after"],
    );
    let ran = crate::tests::run(&flow, json!([{ "n": 5 }, { "n": 6 }])).await;
    assert_eq!(ran.items, [json!({ "n": 5 }), json!({ "n": 6 })]);
    assert_eq!(ran.lineages, ["start:0/0.s:0/0", "start:0/1.s:0/0"]);
}

#[test]
fn rules_name_branches_that_are_there() {
    let nodes = json!([pass("p"), pass("q"), pass("r")]);
    let params =
        json!({ "join": "some", "n": 3, "branches": [{ "branch": "q" }, { "branch": "x" }] });
    let told = found(parallel(params, nodes, &["p>q"]));
    assert_eq!(told, ["param.invalid s", "param.invalid s", "param.invalid s"]);
}
