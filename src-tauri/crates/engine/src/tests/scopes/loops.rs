//! `scope.loop` and `scope.while`: turns, their order, leaving, guards.

use flow::run::{ErrorClass, RunStatus, What};
use serde_json::{Value as Json, json};

use super::{body, call, found, numbers, pass, run_scope, turns};
use crate::tests::{flow, is_ok, run};

#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn each(params: Json, inside: Json) -> Json {
    json!({ "id": "s", "type": "scope.loop", "params": params, "body": inside })
}

fn leave(mode: &str, when: &str) -> Json {
    json!({ "id": "leave", "type": "flow.break", "params": { "mode": mode, "when": when } })
}

/// Calls that take the longer the earlier they come.
fn waiting(n_items: u64) -> Json {
    (0..n_items).map(|n| json!({ "n": n, "wait": 10 * (n_items - n) })).collect()
}

fn ns(items: &[Json]) -> Vec<u64> {
    items.iter().map(|item| item["n"].as_u64().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_entry_of_a_list_is_a_turn_and_results_keep_their_order() {
    let scope = each(json!({ "items": "lines", "concurrency": 3 }), body(json!([call("c")]), &[]));
    let input = json!([{ "lines": waiting(4) }, { "lines": [] }, {}, { "lines": { "n": 9 } }]);
    let ran = run_scope(scope, input).await;
    assert_eq!(ns(&ran.items), [0, 1, 2, 3, 9]);
    assert_eq!(ran.lineages[1], "start:0/0.s/1");
    assert_eq!(ran.count("s"), (4, 5, 0));
    assert_eq!(turns(&ran)[4], ("start:0/3.s/0".to_owned(), false));
    let progress = ran.events.iter().rev().find_map(|event| match &event.what {
        What::Progress { done, of, .. } => Some((*done, *of)),
        _ => None,
    });
    assert_eq!(progress, Some((5, 5)));
}

#[tokio::test(start_paused = true)]
async fn a_failed_turn_is_settled_by_itself() {
    let mut scope = each(json!({ "items": "lines" }), body(json!([call("c")]), &[]));
    scope["on_error"] = json!("skip");
    let lines = json!([{ "n": 0 }, { "n": 1, "bad": true }, { "n": 2 }]);
    let ran = run_scope(scope, json!([{ "lines": lines }])).await;
    assert_eq!(ns(&ran.items), [0, 2]);
    assert_eq!(ran.count("s"), (1, 2, 1));
    let error = ran.events.iter().find_map(|event| match &event.what {
        What::Rejected { error, .. } => Some(error.clone()),
        _ => None,
    });
    let error = error.unwrap();
    assert_eq!((error.item.as_deref(), error.class), (Some("s:0/1"), ErrorClass::Validation));
    assert_eq!(error.message, "At \"c\": It is bad.");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_fails_its_item_in_the_order_of_the_items() {
    let mut scope =
        each(json!({ "items": "$number(lines)", "concurrency": 4 }), body(json!([call("c")]), &[]));
    scope["on_error"] = json!({ "substitute": { "n": 0 } });
    let input = json!([{ "lines": "1" }, { "lines": "x" }, { "lines": "3" }]);
    let ran = run_scope(scope, input).await;
    assert_eq!(ran.items, [json!(1), json!({ "n": 0 }), json!(3)]);
}

#[tokio::test(start_paused = true)]
async fn break_ends_the_loop_and_what_has_begun_after_it() {
    for concurrency in [1, 3] {
        let inside = body(json!([leave("break", "n = 2"), call("c")]), &["leave>c"]);
        let scope = each(json!({ "concurrency": concurrency }), inside);
        let flow = flow(
            json!([{ "id": "start", "type": "trigger.manual" }, scope, pass("after"), pass("beside")]),
            &["start>s", "s>after", "start>beside"],
        );
        let ran = run(&flow, waiting(6)).await;
        assert!(is_ok(&ran), "{:?}", ran.outcome);
        assert_eq!(ran.count("after"), (2, 2, 0));
        // Other ways through the flow are not touched.
        assert_eq!(ran.count("beside"), (6, 6, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn break_ends_the_list_at_hand_only() {
    for concurrency in [1, 4] {
        let inside = body(json!([leave("break", "n = 1"), call("c")]), &["leave>c"]);
        let scope = each(json!({ "items": "lines", "concurrency": concurrency }), inside);
        let input = json!([{ "lines": waiting(4) }, { "lines": [{ "n": 7 }, { "n": 8 }] }]);
        let ran = run_scope(scope, input).await;
        assert_eq!(ns(&ran.items), [0, 7, 8]);
        assert!(is_ok(&ran));
    }
}

#[tokio::test(start_paused = true)]
async fn continue_ends_the_turn_without_further_results() {
    let inside = body(
        json!([
            { "id": "parts", "type": "data.split", "params": { "list": "parts" } },
            leave("continue", "n = 1"),
            call("c")
        ]),
        &["parts>leave", "leave>c"],
    );
    let turn = json!({ "parts": [{ "n": 0 }, { "n": 1 }, { "n": 2 }] });
    let ran = run_scope(each(json!({}), inside), json!([turn, turn])).await;
    assert_eq!(ns(&ran.items), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_nearest_loop_is_left_also_from_inside_other_scopes() {
    let inner = json!({ "id": "t", "type": "scope.try", "body": body(json!([
        { "id": "p", "type": "scope.parallel", "params": { "results": "items" },
          "body": body(json!([leave("break", "n = 2")]), &[]) }
    ]), &[]) });
    let ran = run_scope(each(json!({}), body(json!([inner, call("c")]), &["t>c"])), numbers(5));
    let ran = ran.await;
    assert_eq!(ns(&ran.items), [0, 1]);
    assert!(is_ok(&ran));
}

#[tokio::test(start_paused = true)]
async fn five_loops_inside_each_other_keep_the_order() {
    let mut inside = body(json!([call("c")]), &[]);
    for level in 0..5 {
        let id = format!("l{level}");
        inside = body(
            json!([{ "id": id, "type": "scope.loop", "body": inside,
                     "params": { "items": "[{ \"n\": n * 2 }, { \"n\": n * 2 + 1 }]",
                                 "concurrency": level + 1 } }]),
            &[],
        );
    }
    let ran = run_scope(each(json!({ "concurrency": 2 }), inside), json!([{ "n": 0 }, { "n": 1 }]));
    let ran = ran.await;
    assert_eq!(ns(&ran.items), (0..64).collect::<Vec<_>>());
    assert_eq!(ran.lineages[33], "start:0/1.l4/0.l3/0.l2/0.l1/0.l0/1");
}

#[tokio::test(start_paused = true)]
async fn an_item_that_comes_by_two_ways_is_told_apart_behind_the_loop() {
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            each(json!({}), body(json!([call("a"), call("b")]), &[])),
            call("after")
        ]),
        &["start>s", "s>after"],
    );
    let ran = run(&flow, numbers(1)).await;
    assert_eq!(ran.items.len(), 2);
    assert_eq!(ran.lineages, ["start:0/0", "start:0/0"]);
}

#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn again(params: Json, inside: Json) -> Json {
    json!({ "id": "s", "type": "scope.while", "params": params, "body": inside })
}

/// Adds 1 by a call, so that there is a step in each turn.
fn adding() -> Json {
    body(
        json!([call("c"), { "id": "add", "type": "data.map", "params": { "keep": true,
            "fields": [{ "to": "n", "from": "n + 1" }] } }]),
        &["c>add"],
    )
}

#[tokio::test(start_paused = true)]
async fn while_looks_before_a_turn_and_until_after_it() {
    let ran = run_scope(again(json!({ "while": "n < 3" }), adding()), numbers(5)).await;
    assert_eq!(ns(&ran.items), [3, 3, 3, 3, 4]);
    assert_eq!(ran.lineages[0], "start:0/0.s/2");
    assert_eq!(ran.lineages[4], "start:0/4");
    assert_eq!(turns(&ran).len(), 6);
    let ran = run_scope(again(json!({ "until": "n >= 3" }), adding()), numbers(5)).await;
    assert_eq!(ns(&ran.items), [3, 3, 3, 4, 5]);
    let all = json!({ "until": "n >= 3", "results": "all" });
    let ran = run_scope(again(all, adding()), numbers(1)).await;
    assert_eq!(ns(&ran.items), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn too_many_turns_are_an_error_of_the_class_guard() {
    let mut scope = again(json!({ "while": "true", "max_iterations": 3 }), adding());
    let ran = run_scope(scope.clone(), numbers(1)).await;
    let error = ran.outcome.error.unwrap();
    assert_eq!((error.class, error.node.as_str()), (ErrorClass::Guard, "s"));
    assert_eq!(error.message, "After 3 turns the loop is still not done.");
    scope["on_error"] = json!("skip");
    let ran = run_scope(scope, numbers(2)).await;
    assert_eq!(ran.count("s"), (2, 0, 2));
}

#[tokio::test]
async fn a_turn_that_takes_too_long_is_stopped_at_once() {
    let scope = again(json!({ "while": "true", "max_ms": 50 }), adding());
    let began = std::time::Instant::now();
    let ran = run_scope(scope, json!([{ "n": 0, "wait": 60_000 }])).await;
    assert_eq!(ran.outcome.error.unwrap().class, ErrorClass::Guard);
    assert!(began.elapsed().as_secs() < 30);
}

#[tokio::test(start_paused = true)]
async fn a_turn_without_results_and_a_break_are_the_last_ones() {
    let gone =
        body(json!([{ "id": "f", "type": "data.filter", "params": { "where": "false" } }]), &[]);
    let ran = run_scope(again(json!({ "while": "true" }), gone), numbers(1)).await;
    assert!(ran.items.is_empty() && is_ok(&ran));

    let mut leaving = adding();
    leaving["nodes"].as_array_mut().unwrap().push(leave("break", "n = 4"));
    leaving["wires"].as_array_mut().unwrap().push(json!({ "from": "add", "to": "leave" }));
    let ran = run_scope(again(json!({ "while": "true" }), leaving), numbers(1)).await;
    assert_eq!(ns(&ran.items), [3]);
}

#[test]
fn leaving_is_possible_inside_a_loop_only() {
    let lone = json!({ "id": "s", "type": "flow.break" });
    assert_eq!(found(lone), ["scope.place s"]);
    let inside = body(json!([leave("break", "true")]), &[]);
    let in_try = json!({ "id": "s", "type": "scope.try", "body": inside });
    assert_eq!(found(in_try), ["scope.place leave"]);
    assert!(found(each(json!({}), inside)).is_empty());
    let no_end = json!({ "id": "s", "type": "scope.while", "body": adding() });
    assert_eq!(found(no_end), ["param.invalid s"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_in_a_loop_names_the_inner_node() {
    let inner = each(json!({ "items": "lines" }), body(json!([call("c")]), &[]));
    let mut outer = json!({ "id": "o", "type": "scope.loop", "body": body(json!([inner]), &[]) });
    let input = json!([{ "lines": [{ "n": 0, "bad": true }] }]);
    let ran = run_scope(outer.clone(), input.clone()).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert_eq!(ran.outcome.error.unwrap().node.as_str(), "c");
    outer["on_error"] = json!("skip");
    outer["body"]["nodes"][0]["on_error"] = json!("stop");
    let ran = run_scope(outer, input).await;
    let told = ran.events.iter().find_map(|event| match &event.what {
        What::Rejected { error, .. } => Some((error.node.to_string(), error.message.clone())),
        _ => None,
    });
    assert_eq!(told, Some(("o".to_owned(), "At \"c\": It is bad.".to_owned())));
}
