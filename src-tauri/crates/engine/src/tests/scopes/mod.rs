//! Rules of scopes, shown on small flows.

mod batch;
mod branches;
mod loops;
mod tries;

use flow::diagnostic::Diagnostic;
use flow::run::What;
use serde_json::{Value as Json, json};

use super::{Ran, as_wire, flow, run};

/// Runs a flow of one scope behind the trigger.
async fn run_scope(scope: Json, input: Json) -> Ran {
    let nodes = json!([{ "id": "start", "type": "trigger.manual" }, scope]);
    let id = nodes[1]["id"].as_str().expect("a scope has an id").to_owned();
    run(&flow(nodes, &[&format!("start>{id}")]), input).await
}

/// What stands inside a scope.
#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn body(nodes: Json, wires: &[&str]) -> Json {
    let wires: Vec<Json> = wires.iter().map(|wire| as_wire(wire)).collect();
    json!({ "nodes": nodes, "wires": wires })
}

/// What is found of a flow of one scope behind the trigger, as lines of codes and places.
#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn found(scope: Json) -> Vec<String> {
    let nodes = json!([{ "id": "start", "type": "trigger.manual" }, scope]);
    let flow = flow(nodes, &["start>s"]);
    let told = |found: Diagnostic| {
        let node = found.at.node.map(|node| node.to_string());
        let place = node.or(found.at.wire.map(|wire| wire.to_string())).unwrap_or_default();
        format!("{} {place}", found.code)
    };
    let checked = flow::check::check(&flow, &crate::catalogue::catalogue());
    checked.diagnostics.into_iter().map(told).collect()
}

/// The turns that were told of: their items, and which failed.
fn turns(ran: &Ran) -> Vec<(String, bool)> {
    let told = ran.events.iter().filter_map(|event| match &event.what {
        What::Turn { item, branch, failed, .. } => {
            let branch = branch.as_ref().map(|branch| format!(" {branch}"));
            Some((format!("{item}{}", branch.unwrap_or_default()), *failed))
        }
        _ => None,
    });
    told.collect()
}

/// A node that passes on what it is given.
fn pass(id: &str) -> Json {
    json!({ "id": id, "type": "data.map", "params": { "keep": true, "fields": [] } })
}

fn call(id: &str) -> Json {
    json!({ "id": id, "type": "test.call" })
}

fn numbers(n_items: u64) -> Json {
    (0..n_items).map(|n| json!({ "n": n })).collect()
}
