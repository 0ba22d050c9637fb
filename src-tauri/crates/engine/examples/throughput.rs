//! How fast and how small: 1,000,000 items through map, filter and group, and many small runs.
//! `cargo run --release -p engine --example throughput [items]`

use std::time::Instant;

use data::Value;
use engine::{Engine, EngineOptions, RunRequest};
use flow::file::FlowFile;
use flow::id::RunId;

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// A flow whose source makes its items in loops, so that they need not be held beforehand.
fn big_flow(n_items: u64) -> FlowFile {
    let n_outer = n_items / 1000;
    let flow = serde_json::json!({
        "gantry": 1, "id": "big", "name": "Big",
        "nodes": [
            { "id": "start", "type": "trigger.manual", "params": { "input": [{}] } },
            { "id": "outer", "type": "data.split", "params": { "list": format!("[1..{n_outer}]") } },
            { "id": "rows", "type": "data.split", "params": { "list": ROWS } },
            { "id": "shape", "type": "data.map", "params": { "keep": true, "fields": [
                { "to": "orderNo", "from": "id", "type": "text" },
                { "to": "customer", "from": "buyer.name" } ] } },
            { "id": "big", "type": "data.filter", "params": { "where": "total > 100" } },
            { "id": "group", "type": "data.group", "params": { "by": ["country"], "fields": [
                { "to": "country", "from": "$[0].country" },
                { "to": "n", "from": "$count($)" },
                { "to": "sum", "from": "$sum(total)" } ] } }
        ],
        "wires": [
            { "from": "start", "to": "outer" }, { "from": "outer", "to": "rows" },
            { "from": "rows", "to": "shape" }, { "from": "shape", "to": "big" },
            { "from": "big.kept", "to": "group" }
        ]
    });
    serde_json::from_value(flow).expect("the flow can be read")
}

const ROWS: &str = r#"($o := $; [1..1000].{
    "id": $o * 1000 + $, "country": "C" & ($ % 50), "total": ($o * 31 + $ * 17) % 1000,
    "buyer": { "name": "Buyer Number " & $, "email": "buyer" & $ & "@example.com" },
    "status": "shipped", "note": "left at the front door, nobody was home at noon",
    "currency": "EUR", "channel": "web", "sku": "ART-" & ($ % 500) })"#;

fn small_flow() -> FlowFile {
    let flow = serde_json::json!({
        "gantry": 1, "id": "small", "name": "Small",
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "big", "type": "data.filter", "params": { "where": "total > 100" } },
            { "id": "shape", "type": "data.map", "params": { "fields": [
                { "to": "orderNo", "from": "id" }, { "to": "sum", "from": "total" } ] } }
        ],
        "wires": [{ "from": "start", "to": "big" }, { "from": "big.kept", "to": "shape" }]
    });
    serde_json::from_value(flow).expect("the flow can be read")
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "it is there to print figures")]
async fn main() {
    let n_items = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let engine = Engine::new(EngineOptions::default());

    let prepared = engine.prepare(&small_flow());
    let order = Value::object([("id", Value::from(1)), ("total", Value::from(250))]);
    let (n_runs, cpu, began) = (20_000_u32, cpu_seconds(), Instant::now());
    for n in 0..n_runs {
        let mut request = RunRequest::new(RunId::from(format!("r{n}")), 0);
        request.input = vec![order.clone()];
        let outcome = prepared.start(request).expect("it is whole").wait().await;
        assert_eq!(outcome.items, 1);
    }
    println!(
        "small runs: {:.1} us each, {:.1} us of CPU each",
        began.elapsed().as_micros() as f64 / f64::from(n_runs),
        (cpu_seconds() - cpu) * 1e6 / f64::from(n_runs)
    );

    let prepared = engine.prepare(&big_flow(n_items));
    let (cpu, began) = (cpu_seconds(), Instant::now());
    let request = RunRequest::new(RunId::from("big"), 0);
    let outcome = prepared.start(request).expect("it is whole").wait().await;
    let cpu = cpu_seconds() - cpu;
    println!("{}: {:?}", outcome.summary, outcome.status);
    for (node, counts) in &outcome.nodes {
        println!("  {node}: {counts:?}");
    }
    println!(
        "{n_items} items: {:.2} s, {cpu:.2} s of CPU, {:.0} items per CPU second, peak {:.0} MB",
        began.elapsed().as_secs_f64(),
        n_items as f64 / cpu,
        peak_rss_mb()
    );
}
