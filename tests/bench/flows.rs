//! The flows that are measured, as a user would draw them.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// The id of a flow.
pub(crate) fn id(text: &str) -> Result<String> {
    let flow: Value = serde_json::from_str(text)?;
    Ok(flow["id"].as_str().context("a flow without id")?.to_owned())
}

/// A flow file of nodes and wires.
pub(crate) fn flow(id: &str, nodes: &[Value], wires: &[(&str, &str)]) -> String {
    let wires: Vec<Value> =
        wires.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect();
    json!({ "gantry": 1, "id": id, "name": id, "nodes": nodes, "wires": wires }).to_string()
}

fn paths(prefix: &str) -> Value {
    json!([
        { "to": "orderNo", "from": format!("{prefix}number") },
        { "to": "customer", "from": format!("{prefix}customer.name") },
        { "to": "country", "from": format!("{prefix}country") },
        { "to": "total", "from": format!("{prefix}total") },
        { "to": "id", "from": format!("{prefix}id") },
    ])
}

fn expressions(prefix: &str) -> Value {
    json!([
        { "to": "orderNo", "from": format!("$uppercase({prefix}number)") },
        { "to": "customer", "from": format!("{prefix}customer.name & ' (' & {prefix}customer.id & ')'") },
        { "to": "country", "from": format!("{prefix}country") },
        { "to": "total", "from": format!("$round({prefix}total, 2)") },
        { "to": "id", "from": format!("{prefix}id + 0") },
    ])
}

fn webhook() -> Value {
    json!({ "id": "call", "type": "trigger.webhook", "params": { "path": "call", "answer": { "type": "when_responded" } } })
}

fn respond() -> Value {
    json!({ "id": "answer", "type": "flow.respond", "params": { "body": "{{ $ }}" } })
}

/// Webhook, map of five paths, answer.
pub(crate) fn webhook_map_paths() -> String {
    let map = json!({ "id": "map", "type": "data.map", "params": { "fields": paths("body.") } });
    flow("map-paths", &[webhook(), map, respond()], &[("call", "map"), ("map", "answer")])
}

/// Webhook, map of five expressions, answer.
pub(crate) fn webhook_map_expressions() -> String {
    let map =
        json!({ "id": "map", "type": "data.map", "params": { "fields": expressions("body.") } });
    flow("map-expressions", &[webhook(), map, respond()], &[("call", "map"), ("map", "answer")])
}

/// Webhook, GET, merge, POST, answer.
pub(crate) fn webhook_chain(upstream: &str) -> String {
    let get = json!({ "id": "customer", "type": "http.request", "params": {
        "method": "GET", "url": format!("{upstream}/customers/{{{{ body.customer.id }}}}"), "into": "customer" } });
    let merge = json!({ "id": "merge", "type": "data.map", "params": { "fields": [
        { "to": "number", "from": "body.number" },
        { "to": "total", "from": "body.total" },
        { "to": "tier", "from": "customer.tier" },
        { "to": "manager", "from": "customer.manager" },
    ] } });
    let post = json!({ "id": "create", "type": "http.request", "params": {
        "method": "POST", "url": format!("{upstream}/orders"), "body": { "type": "json", "value": "{{ $ }}" } } });
    flow(
        "chain",
        &[webhook(), get, merge, post, respond()],
        &[("call", "customer"), ("customer", "merge"), ("merge", "create"), ("create", "answer")],
    )
}

/// Four lookups and two writes for each item.
pub(crate) fn six_calls(upstream: &str) -> String {
    let get = |id: &str| {
        json!({ "id": id, "type": "http.request", "concurrency": 16, "params": {
            "url": format!("{upstream}/customers/{{{{ id }}}}"), "into": id } })
    };
    let post = |id: &str| {
        json!({ "id": id, "type": "http.request", "concurrency": 16, "params": {
            "method": "POST", "url": format!("{upstream}/orders"), "into": id,
            "body": { "type": "json", "value": { "id": "{{ id }}" } },
            "idempotency": { "header": "Idempotency-Key" } } })
    };
    let start = json!({ "id": "start", "type": "trigger.manual" });
    flow(
        "six",
        &[start, get("a"), get("b"), post("c"), get("d"), get("e"), post("f")],
        &[("start", "a"), ("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f")],
    )
}

fn shape(expressions: bool) -> Value {
    let fields = if expressions { self::expressions("") } else { paths("") };
    json!({ "id": "shape", "type": "data.map", "params": { "fields": fields } })
}

fn big() -> Value {
    json!({ "id": "big", "type": "data.filter", "params": { "where": "total > 100" } })
}

fn countries() -> Value {
    json!({ "id": "countries", "type": "data.group", "params": { "by": ["country"], "fields": [
        { "to": "count", "from": "$count($)" }, { "to": "total", "from": "$sum(total)" } ] } })
}

const GROUPED: [(&str, &str); 4] =
    [("start", "orders"), ("orders", "shape"), ("shape", "big"), ("big.kept", "countries")];

fn start() -> Value {
    json!({ "id": "start", "type": "trigger.manual" })
}

/// 100 pages of 100 orders, mapped, filtered, grouped.
pub(crate) fn pages(upstream: &str, expressions: bool) -> String {
    let orders = json!({ "id": "orders", "type": "http.request", "params": {
        "method": "GET", "url": format!("{upstream}/orders"), "items": "orders",
        "pages": { "type": "page", "param": "page" } } });
    flow("pages", &[start(), orders, shape(expressions), big(), countries()], &GROUPED)
}

/// The orders of a file, mapped, filtered, grouped.
pub(crate) fn file(path: &str, expressions: bool) -> String {
    let orders = json!({ "id": "orders", "type": "file.read", "params": { "path": path, "format": "ndjson" } });
    flow("file", &[start(), orders, shape(expressions), big(), countries()], &GROUPED)
}

/// A webhook that has the orders of a file mapped, filtered, grouped and written to another.
pub(crate) fn webhook_file(path: &str, out: &str) -> String {
    let go = json!({ "id": "go", "type": "trigger.webhook", "params": {
        "path": "go", "answer": { "type": "at_once", "status": 200 } } });
    let orders = json!({ "id": "orders", "type": "file.read", "params": { "path": path } });
    let write =
        json!({ "id": "write", "type": "file.write", "params": { "path": out, "format": "json" } });
    let wires = [
        ("go", "orders"),
        ("orders", "shape"),
        ("shape", "big"),
        ("big.kept", "countries"),
        ("countries", "write"),
    ];
    flow("webhook-file", &[go, orders, shape(false), big(), countries(), write], &wires)
}

/// 1,000 rows, each looked up, 64 at once.
pub(crate) fn lookups(upstream: &str) -> String {
    let rows: Vec<Value> = (0..1_000).map(|id| json!({ "id": id })).collect();
    let rows = json!({ "id": "rows", "type": "data.table", "params": { "rows": rows } });
    let slow = json!({ "id": "slow", "type": "http.request", "concurrency": 64, "params": {
        "method": "GET", "url": format!("{upstream}/slow/{{{{ id }}}}") } });
    flow("lookups", &[start(), rows, slow], &[("start", "rows"), ("rows", "slow")])
}

/// Three nodes that need nothing from outside.
pub(crate) fn three() -> String {
    let rows = json!({ "id": "rows", "type": "data.table", "params": { "rows": [{ "total": 120 }, { "total": 80 }] } });
    flow("three", &[start(), rows, big()], &[("start", "rows"), ("rows", "big")])
}
