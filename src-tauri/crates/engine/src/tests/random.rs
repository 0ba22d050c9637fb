//! What holds for every flow, tried on flows made at random: counts add up, orders do not depend on
//! scheduling, lineages resolve, and a run that is stopped leaves nothing behind.

use std::collections::BTreeMap;

use flow::file::FlowFile;
use flow::id::RunId;
use flow::run::{RunStatus, What};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{as_wire, check_events, plain, request};
use crate::journal::{MemoryJournal, SampleLimits};
use crate::lineage::Unresolved;
use crate::{Engine, EngineOptions, RunHandle, RunOutcome};

/// One step in making a flow; numbers choose among the outputs that are there.
#[derive(Debug, Clone)]
enum Op {
    Map(usize),
    Filter(usize),
    Branch(usize),
    Merge(usize, usize),
    Split(usize),
    Sort(usize),
    Group(usize),
    Dedupe(usize),
    Call(usize, u32),
    Loop(usize, u32, Vec<Op>),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let from = || 0..6_usize;
    let leaf = prop_oneof![
        2 => from().prop_map(Op::Map),
        2 => from().prop_map(Op::Filter),
        1 => from().prop_map(Op::Branch),
        2 => (from(), from()).prop_map(|(a, b)| Op::Merge(a, b)),
        1 => from().prop_map(Op::Split),
        1 => from().prop_map(Op::Sort),
        1 => from().prop_map(Op::Group),
        1 => from().prop_map(Op::Dedupe),
        3 => (from(), 1..5_u32).prop_map(|(at, n)| Op::Call(at, n)),
    ];
    let op = leaf.prop_recursive(3, 12, 3, move |inner| {
        (from(), 1..5_u32, prop::collection::vec(inner, 1..4))
            .prop_map(|(at, n, body)| Op::Loop(at, n, body))
    });
    prop::collection::vec(op, 1..8)
}

/// A flow, or the body of a scope, in the making.
struct Making {
    prefix: String,
    nodes: Vec<Json>,
    wires: Vec<Json>,
    /// The outputs that can be wired on: their names, and whether an item there is of one start
    /// item only.
    outputs: Vec<(String, bool)>,
}

impl Making {
    /// Makes a graph of these steps. Only the first step of a body has no wire in.
    fn run(&mut self, ops: &[Op]) {
        for op in ops {
            match op {
                Op::Map(at) => self.map(*at),
                Op::Filter(at) => {
                    self.node(
                        &[*at],
                        "data.filter",
                        json!({ "where": "n % 3 > 0" }),
                        &[".kept", ".dropped"],
                    );
                }
                Op::Branch(at) => {
                    let cases = json!([{ "name": "even", "when": "n % 2 = 0" }]);
                    self.node(
                        &[*at],
                        "flow.branch",
                        json!({ "cases": cases }),
                        &[".even", ".otherwise"],
                    );
                }
                Op::Merge(a, b) => self.node(&[*a, *b], "flow.merge", json!({}), &[""]),
                Op::Split(at) => {
                    let list = r#"($o := $; [0, 1].{ "n": $o.n * 2 + $, "first": $o.first, "wait": $o.wait })"#;
                    self.node(&[*at], "data.split", json!({ "list": list }), &[""]);
                }
                Op::Sort(at) => {
                    let by = json!([{ "value": "n % 5", "direction": "desc" }]);
                    self.node(&[*at], "data.sort", json!({ "by": by }), &[""]);
                }
                Op::Group(at) => {
                    let fields =
                        json!([{ "to": "n", "from": "$sum(n)" }, { "to": "wait", "from": "2" }]);
                    self.node(
                        &[*at],
                        "data.group",
                        json!({ "by": ["n % 4"], "fields": fields }),
                        &[""],
                    );
                    if let Some((_, is_single)) = self.outputs.last_mut() {
                        *is_single = false;
                    }
                }
                Op::Dedupe(at) => {
                    self.node(&[*at], "data.dedupe", json!({ "by": ["n % 7"] }), &[""]);
                }
                Op::Call(at, concurrency) => {
                    self.node(&[*at], "test.call", json!({}), &[""]);
                    self.set(json!({ "on_error": "skip", "concurrency": concurrency }));
                }
                Op::Loop(at, concurrency, body) => self.scope(*at, *concurrency, body),
            }
        }
    }

    /// A map asks for the start item where there is one.
    fn map(&mut self, at: usize) {
        let is_single = self.outputs.get(at % self.outputs.len().max(1)).is_none_or(|o| o.1);
        let mut fields = vec![json!({ "to": "n", "from": "n + 1" })];
        if is_single {
            fields
                .push(json!({ "to": "start", "from": "$node('start').first", "missing": "error" }));
        }
        self.node(&[at], "data.map", json!({ "keep": true, "fields": fields }), &[""]);
    }

    fn scope(&mut self, at: usize, concurrency: u32, body: &[Op]) {
        let id = self.next_id();
        let is_single = self.outputs.get(at % self.outputs.len().max(1)).is_none_or(|o| o.1);
        // The first node inside gets the scope's items; all others are wired behind it.
        let mut inside = Self {
            prefix: format!("{id}_"),
            nodes: vec![json!({ "id": format!("{id}_in"), "type": "data.map",
                "params": { "keep": true, "fields": [] } })],
            wires: Vec::new(),
            outputs: vec![(format!("{id}_in"), is_single)],
        };
        inside.run(body);
        let gives_single = inside.outputs.iter().all(|output| output.1);
        self.node(&[at], "scope.loop", json!({}), &[""]);
        let body = json!({ "nodes": inside.nodes, "wires": inside.wires });
        self.set(json!({ "body": body, "concurrency": concurrency }));
        if let Some((_, is_single)) = self.outputs.last_mut() {
            *is_single &= gives_single;
        }
    }

    fn next_id(&self) -> String {
        format!("{}n{}", self.prefix, self.nodes.len())
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
    fn node(&mut self, from: &[usize], kind: &str, params: Json, ports: &[&str]) {
        let id = self.next_id();
        let mut is_single = true;
        for at in from {
            let (output, is_one) = self.outputs[at % self.outputs.len()].clone();
            let wire = as_wire(&format!("{output}>{id}"));
            // The same wire twice is an error of the flow.
            if !self.wires.contains(&wire) {
                self.wires.push(wire);
            }
            is_single &= is_one;
        }
        self.nodes.push(json!({ "id": id, "type": kind, "params": params }));
        self.outputs.extend(ports.iter().map(|port| (format!("{id}{port}"), is_single)));
    }

    /// Sets further keys of the last node.
    fn set(&mut self, keys: Json) {
        let (Some(Json::Object(node)), Json::Object(keys)) = (self.nodes.last_mut(), keys) else {
            return;
        };
        node.extend(keys);
    }
}

fn made(ops: &[Op]) -> FlowFile {
    let start = json!({ "id": "start", "type": "trigger.manual" });
    let outputs = vec![("start".to_owned(), true)];
    let mut making =
        Making { prefix: String::new(), nodes: vec![start], wires: Vec::new(), outputs };
    making.map(0);
    making.run(ops);
    let file = json!({ "gantry": 1, "id": "test", "name": "Test", "nodes": making.nodes, "wires": making.wires });
    serde_json::from_value(file).expect("the flow can be read")
}

fn slow(nodes: &mut Json) {
    for node in nodes.as_array_mut().into_iter().flatten() {
        if node.get("concurrency").is_some() {
            node["concurrency"] = json!(1);
        }
        if let Some(nodes) = node.pointer_mut("/body/nodes") {
            slow(nodes);
        }
    }
}

/// The same flow with one item at a time everywhere.
fn sequential(flow: &FlowFile) -> FlowFile {
    let mut json = serde_json::to_value(flow).expect("flows are JSON");
    slow(&mut json["nodes"]);
    serde_json::from_value(json).expect("the flow can be read")
}

fn input(n_items: u64) -> Json {
    let item = |n: u64| {
        let mut item = json!({ "n": n, "first": n, "wait": (n * 7) % 5 });
        if n % 6 == 5 {
            item["bad"] = json!(true);
        }
        item
    };
    (0..n_items).map(item).collect()
}

/// What came of a run: its counts, and all that left each output, in order.
struct Seen {
    outcome: RunOutcome,
    ports: BTreeMap<(String, String), Vec<(String, Json)>>,
}

fn started(flow: &FlowFile, n_items: u64, journal: &std::sync::Arc<MemoryJournal>) -> RunHandle {
    let samples = SampleLimits { items: 1 << 20, bytes: 1 << 30 };
    // Few enough bytes that barriers use the disk.
    let options = EngineOptions {
        journal: journal.clone(),
        barrier_bytes: 2_000,
        samples,
        ..EngineOptions::default()
    };
    let prepared = Engine::new(options).prepare(flow);
    prepared.start(request(input(n_items))).unwrap_or_else(|found| panic!("{found:?}"))
}

async fn seen(flow: &FlowFile, n_items: u64) -> Seen {
    let journal = std::sync::Arc::new(MemoryJournal::default());
    let mut handle = started(flow, n_items, &journal);
    let mut outputs = handle.outputs.take().expect("outputs were asked for");
    while let Some(output) = outputs.recv().await {
        for item in output.items {
            let start = item.lineage.value_at("start");
            assert!(
                matches!(start, Ok(_) | Err(Unresolved::Several)),
                "{}: {start:?}",
                item.lineage
            );
            let value = plain(&item.value);
            if let (Some(start), Some(first)) = (value.get("start"), value.get("first")) {
                assert_eq!(start, first, "{} has its own start item", item.lineage);
            }
        }
    }
    let outcome = handle.wait().await;
    let run = RunId::from("r");
    check_events(&journal.events(&run), &outcome);
    let catalogue = crate::catalogue::catalogue();
    let graph = flow::check::check(flow, &catalogue).graph;
    let mut ports = BTreeMap::new();
    for node in graph.nodes() {
        for port in &node.outputs {
            let samples = journal.samples(&run, &node.spec.id, &port.name);
            let items = samples.into_iter().map(|sample| (sample.item, plain(&sample.value)));
            ports.insert((node.spec.id.to_string(), port.name.clone()), items.collect());
        }
    }
    Seen { outcome, ports }
}

/// Items in are items out and items rejected, at every node and along every wire.
fn check_counts(flow: &FlowFile, seen: &Seen) {
    let catalogue = crate::catalogue::catalogue();
    let graph = flow::check::check(flow, &catalogue).graph;
    let n_at = |node: usize, port: usize| {
        let node = &graph.nodes()[node];
        seen.ports[&(node.spec.id.to_string(), node.outputs[port].name.clone())].len() as u64
    };
    for (at, node) in graph.nodes().iter().enumerate() {
        let counts = seen.outcome.nodes[&node.spec.id];
        let wires = node.wires_in.iter().map(|wire| &graph.wires()[*wire]);
        let n_come: u64 = match node.scope {
            Some(scope) if node.wires_in.is_empty() => {
                seen.outcome.nodes[&graph.nodes()[scope].spec.id].items_in
            }
            _ => wires.map(|wire| n_at(wire.from, wire.from_port)).sum(),
        };
        assert_eq!(counts.items_in, n_come, "into {}", node.spec.id);
        let n_out: u64 = (0..node.outputs.len()).map(|port| n_at(at, port)).sum();
        assert_eq!(counts.items_out, n_out, "out of {}", node.spec.id);
        let n_done = counts.items_out + counts.rejected;
        match node.spec.kind.as_str() {
            "trigger.manual" | "scope.loop" => {}
            "data.split" => assert_eq!(counts.items_in * 2, n_done, "{}", node.spec.id),
            "data.group" | "data.dedupe" => assert!(counts.items_in >= n_done, "{}", node.spec.id),
            "data.map" => assert_eq!((counts.items_in, 0), (n_done, counts.rejected)),
            _ => assert_eq!(counts.items_in, n_done, "{}", node.spec.id),
        }
    }
}

/// Each output gave the same items in the same order. The bodies of several items run at once,
/// so that inside scopes only each item's own order is fixed.
fn check_same(flow: &FlowFile, seen: &Seen, reference: &Seen) {
    for (port, items) in &seen.ports {
        let is_inside = flow.nodes.iter().all(|node| node.id.as_str() != port.0);
        let (mut items, mut expected) = (items.clone(), reference.ports[port].clone());
        if is_inside {
            items.sort_by_key(|(item, value)| (item.clone(), value.to_string()));
            expected.sort_by_key(|(item, value)| (item.clone(), value.to_string()));
        }
        assert_eq!(items, expected, "{port:?}");
    }
}

fn in_virtual_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime can be made");
    runtime.block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn counts_add_up_and_orders_do_not_depend_on_scheduling(ops in ops(), n_items in 1..16_u64) {
        let flow = made(&ops);
        let (seen, reference) = in_virtual_time(async {
            (seen(&flow, n_items).await, seen(&sequential(&flow), n_items).await)
        });
        prop_assert!(seen.outcome.error.is_none(), "{:?}", seen.outcome.error);
        check_counts(&flow, &seen);
        check_same(&flow, &seen, &reference);
    }

    #[test]
    fn a_run_stopped_at_any_moment_leaves_no_task_and_a_last_event(
        ops in ops(),
        n_items in 1..16_u64,
        n_turns in 0..200_u32,
        pause_ms in 0..20_u64,
    ) {
        let flow = made(&ops);
        let journal = std::sync::Arc::new(MemoryJournal::default());
        let (outcome, n_left) = in_virtual_time(async {
            let handle = started(&flow, n_items, &journal);
            for _ in 0..n_turns {
                tokio::task::yield_now().await;
            }
            tokio::time::advance(std::time::Duration::from_millis(pause_ms)).await;
            handle.cancel();
            let outcome = handle.wait().await;
            // Bodies of loops were stopped with the stage that held them; the scheduler lets go of
            // each at its next turn.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            (outcome, tokio::runtime::Handle::current().metrics().num_alive_tasks())
        });
        prop_assert_eq!(n_left, 0);
        prop_assert!(matches!(outcome.status, RunStatus::Cancelled | RunStatus::Ok | RunStatus::OkWithRejects));
        let events = journal.events(&RunId::from("r"));
        check_events(&events, &outcome);
        let n_finished = events.iter().filter(|e| matches!(e.what, What::Finished { .. })).count();
        prop_assert_eq!(n_finished, 1);
    }
}
