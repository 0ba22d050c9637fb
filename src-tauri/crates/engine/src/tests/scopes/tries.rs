//! `scope.try`: what is caught, and what is done in any case.

use flow::run::{ErrorClass, RunStatus};
use serde_json::{Value as Json, json};

use super::{body, call, found, pass, run_scope};
use crate::tests::{Ran, is_ok};

fn attempt(nodes: Json, wires: &[&str]) -> Json {
    json!({ "id": "s", "type": "scope.try", "body": body(nodes, wires) })
}

#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn catch(id: &str, classes: Json) -> Json {
    json!({ "id": id, "type": "flow.catch", "params": { "classes": classes } })
}

fn told(id: &str) -> Json {
    json!({ "id": id, "type": "data.map", "params": { "fields": [
        { "to": "by", "from": format!("'{id}'") },
        { "to": "class", "from": "error.class" },
        { "to": "message", "from": "error.message" },
        { "to": "n", "from": "item.n" },
        { "to": "at", "from": "lineage" }
    ] } })
}

fn two() -> Json {
    json!([{ "n": 1 }, { "n": 2, "bad": true }])
}

fn count(ran: &Ran, node: &str) -> u64 {
    ran.count(node).0
}

#[tokio::test(start_paused = true)]
async fn the_first_catch_of_the_class_takes_the_place_of_the_results() {
    let scope = attempt(
        json!([
            pass("p"),
            call("c"),
            pass("early"),
            catch("auth", json!(["auth"])),
            told("a"),
            catch("data", json!(["limit", "validation"])),
            told("d"),
            catch("any", json!([])),
            told("x")
        ]),
        &["p>c", "p>early", "auth>a", "data>d", "any>x"],
    );
    let ran = run_scope(scope, two()).await;
    assert!(is_ok(&ran));
    // What came out of the body before it failed is not a result.
    let caught = json!({ "by": "d", "class": "validation", "message": "At \"c\": It is bad.",
                         "n": 2, "at": "start:0/1" });
    assert_eq!(ran.items, [json!({ "n": 1 }), json!({ "n": 1 }), caught]);
    assert_eq!(ran.count("s"), (2, 3, 0));
}

#[tokio::test(start_paused = true)]
async fn what_nothing_catches_is_the_item_s_error() {
    let mut scope = attempt(json!([call("c"), catch("auth", json!(["auth"]))]), &[]);
    let ran = run_scope(scope.clone(), two()).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert_eq!(ran.outcome.error.unwrap().node.as_str(), "c");
    scope["on_error"] = json!("skip");
    let ran = run_scope(scope, two()).await;
    assert_eq!((ran.items.len(), ran.count("s")), (1, (2, 1, 1)));
}

#[tokio::test(start_paused = true)]
async fn finally_is_done_in_any_case_and_gives_nothing() {
    let mut scope = attempt(
        json!([
            call("c"), catch("v", json!(["validation"])), call("again"),
            { "id": "f", "type": "flow.finally" }, pass("tidy")
        ]),
        &["v>again", "f>tidy"],
    );
    let ran = run_scope(scope.clone(), two()).await;
    assert_eq!((ran.items.len(), count(&ran, "tidy")), (2, 2));
    // An error in what catches is not caught by another, and does not keep finally from it.
    scope["body"]["nodes"][1]["params"]["classes"] = json!(["auth"]);
    scope["on_error"] = json!("skip");
    let ran = run_scope(scope, two()).await;
    assert_eq!((ran.count("s"), count(&ran, "tidy")), ((2, 1, 1), 2));
}

#[tokio::test(start_paused = true)]
async fn an_error_in_finally_is_an_error() {
    let scope =
        attempt(json!([pass("p"), { "id": "f", "type": "flow.finally" }, call("c")]), &["f>c"]);
    let ran = run_scope(scope, two()).await;
    let error = ran.outcome.error.unwrap();
    assert_eq!((error.node.as_str(), error.class), ("c", ErrorClass::Validation));
    assert_eq!(ran.items, [json!({ "n": 1 })]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_is_switched_off_is_as_if_it_was_not_there() {
    let mut scope = attempt(json!([call("c"), catch("v", json!([])), told("t")]), &["v>t"]);
    scope["body"]["nodes"][1]["disabled"] = json!(true);
    scope["on_error"] = json!("skip");
    let ran = run_scope(scope, two()).await;
    assert_eq!(ran.count("s"), (2, 1, 1));
    assert_eq!(count(&ran, "t"), 0);
}

#[test]
fn handlers_have_their_place() {
    assert_eq!(
        found(json!({ "id": "s", "type": "flow.catch" })),
        ["wire.no_port start>s", "scope.place s"]
    );
    let inside = body(json!([{ "id": "f", "type": "flow.finally" }]), &[]);
    let in_loop = json!({ "id": "s", "type": "scope.loop", "body": inside });
    assert_eq!(found(in_loop), ["scope.place f"]);
    let twice = attempt(
        json!([pass("p"), { "id": "f", "type": "flow.finally" }, { "id": "g", "type": "flow.finally" }]),
        &[],
    );
    assert_eq!(found(twice), ["scope.finally_twice g"]);
    let joined =
        attempt(json!([pass("p"), catch("v", json!([])), pass("both")]), &["p>both", "v>both"]);
    assert_eq!(found(joined), ["scope.parts_joined p>both"]);
    assert_eq!(found(attempt(json!([catch("v", json!([]))]), &[])), ["scope.nothing_tried s"]);
}
