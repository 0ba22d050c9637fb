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
    /// A loop over a list, which may be left.
    Entries(usize, u32, Option<&'static str>, Vec<Op>),
    While(usize, Vec<Op>),
    /// Branches, collected or not.
    Parallel(usize, bool, Vec<Vec<Op>>),
    /// What is tried, and what is done about errors.
    Try(usize, u32, Vec<Op>, Vec<Op>),
    Batch(usize, u32, u32),
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
        1 => (from(), 1..6_u32, 1..4_u32).prop_map(|(at, n, c)| Op::Batch(at, n, c)),
    ];
    let op = leaf.prop_recursive(5, 16, 3, move |inner| {
        let body = || prop::collection::vec(inner.clone(), 1..4);
        let left = prop::sample::select(vec![None, Some("break"), Some("continue")]);
        prop_oneof![
            2 => (from(), 1..5_u32, body()).prop_map(|(at, n, body)| Op::Loop(at, n, body)),
            1 => (from(), 1..5_u32, left, body())
                .prop_map(|(at, n, left, body)| Op::Entries(at, n, left, body)),
            1 => (from(), body()).prop_map(|(at, body)| Op::While(at, body)),
            1 => (from(), any::<bool>(), prop::collection::vec(body(), 1..4))
                .prop_map(|(at, collects, branches)| Op::Parallel(at, collects, branches)),
            1 => (from(), 1..4_u32, body(), body())
                .prop_map(|(at, n, body, caught)| Op::Try(at, n, body, caught)),
        ]
    });
    prop::collection::vec(op, 1..8)
}

/// In the ids of scopes whose insides may be stopped while they work: how far they come then depends
/// on the scheduling, what leaves them does not.
const CUT: &str = "T";

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
    #[expect(clippy::too_many_lines, reason = "one arm a step, each a few lines")]
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
                Op::Loop(at, concurrency, body) => {
                    let (inside, single) = self.body("", "", *at, body, &[]);
                    self.scope(*at, "scope.loop", json!({}), *concurrency, inside, single);
                }
                Op::Entries(at, concurrency, left, body) => {
                    // What is left early was done more or less far, as the scheduling would have it.
                    let mark = if left.is_some() { CUT } else { "" };
                    let leave = left.map(|mode| {
                        json!({ "id": "leave", "type": "flow.break",
                        "params": { "mode": mode, "when": "n % 3 = 1" } })
                    });
                    let leave: Vec<Json> = leave.into_iter().collect();
                    let (inside, single) = self.body(mark, "", *at, body, &leave);
                    let items =
                        r#"($o := $; [0, 1, 2].{ "n": $o.n + $, "first": $o.first, "wait": $ })"#;
                    let params = json!({ "items": items });
                    self.scope(*at, "scope.loop", params, *concurrency, inside, single);
                    self.mark(mark);
                }
                Op::While(at, body) => {
                    let (inside, single) = self.body("", "", *at, body, &[]);
                    let params = json!({ "while": "n % 4 > 0", "max_iterations": 5 });
                    self.scope(*at, "scope.while", params, 2, inside, single);
                    self.set(json!({ "on_error": "skip" }));
                }
                Op::Parallel(at, collects, branches) => self.parallel(*at, *collects, branches),
                Op::Try(at, concurrency, body, caught) => {
                    let fails = json!({ "id": "fails", "type": "test.call" });
                    let (mut inside, single) = self.body(CUT, "", *at, body, &[fails]);
                    let id = self.next_id();
                    let catch = format!("{id}{CUT}_catch");
                    let (handler, _) = self.body(CUT, "c", *at, caught, &[]);
                    let first =
                        handler["nodes"][0]["id"].as_str().expect("it has an id").to_owned();
                    let nodes = inside["nodes"].as_array_mut().expect("it has nodes");
                    nodes.push(json!({ "id": catch, "type": "flow.catch" }));
                    let mend = json!([{ "to": "n", "from": "item.n" }, { "to": "wait", "from": "1" },
                                      { "to": "first", "from": "item.first" }]);
                    nodes.push(json!({ "id": format!("{catch}_m"), "type": "data.map",
                        "params": { "fields": mend } }));
                    nodes.extend(handler["nodes"].as_array().cloned().unwrap_or_default());
                    let wires = inside["wires"].as_array_mut().expect("it has wires");
                    wires.push(as_wire(&format!("{catch}>{catch}_m")));
                    wires.push(as_wire(&format!("{catch}_m>{first}")));
                    wires.extend(handler["wires"].as_array().cloned().unwrap_or_default());
                    self.scope(*at, "scope.try", json!({}), *concurrency, inside, single);
                    self.mark(CUT);
                }
                Op::Batch(at, n_items, concurrency) => {
                    let id = format!("{}{CUT}", self.next_id());
                    let inside = json!({
                        "nodes": [
                            { "id": format!("{id}_all"), "type": "data.split", "params": { "list": "$" } },
                            { "id": format!("{id}_call"), "type": "test.call" }
                        ],
                        "wires": [as_wire(&format!("{id}_all>{id}_call"))]
                    });
                    let params = json!({ "count": n_items });
                    self.scope(*at, "data.batch", params, *concurrency, inside, false);
                    self.set(json!({ "on_error": "skip" }));
                    self.mark(CUT);
                }
            }
        }
    }

    /// Marks the last node.
    fn mark(&mut self, mark: &str) {
        let (old, new) = (self.next_before(), format!("{}{mark}", self.next_before()));
        if let Some(node) = self.nodes.last_mut() {
            node["id"] = json!(new);
        }
        if let Some((output, _)) = self.outputs.last_mut() {
            output.clone_from(&new);
        }
        for wire in &mut self.wires {
            if wire["to"] == json!(old) {
                wire["to"] = json!(new);
            }
        }
    }

    fn next_before(&self) -> String {
        let last = self.nodes.last().and_then(|node| node["id"].as_str());
        last.unwrap_or_default().to_owned()
    }

    fn parallel(&mut self, at: usize, collects: bool, branches: &[Vec<Op>]) {
        let (mut nodes, mut wires) = (Vec::new(), Vec::new());
        let mut is_single = true;
        for (place, branch) in branches.iter().enumerate() {
            let (inside, single) = self.body("", &format!("b{place}"), at, branch, &[]);
            nodes.extend(inside["nodes"].as_array().cloned().unwrap_or_default());
            wires.extend(inside["wires"].as_array().cloned().unwrap_or_default());
            is_single &= single;
        }
        let results = if collects { "collect" } else { "items" };
        let params = json!({ "results": results, "concurrency": 3 });
        let inside = json!({ "nodes": nodes, "wires": wires });
        self.scope(at, "scope.parallel", params, 2, inside, is_single);
        if collects {
            let fields =
                json!([{ "to": "n", "from": "$count($keys($))" }, { "to": "wait", "from": "1" }]);
            let last = self.outputs.len() - 1;
            self.node(&[last], "data.map", json!({ "fields": fields }), &[""]);
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

    /// What stands inside the next node, and whether an item that leaves it is of one start item
    /// only. The first node inside gets the scope's items; all others are wired behind it, those
    /// of `ends` behind the last.
    fn body(&self, mark: &str, part: &str, at: usize, ops: &[Op], ends: &[Json]) -> (Json, bool) {
        let id = format!("{}{mark}", self.next_id());
        let is_single = self.outputs.get(at % self.outputs.len().max(1)).is_none_or(|o| o.1);
        let mut inside = Self {
            prefix: format!("{id}_{part}"),
            nodes: vec![json!({ "id": format!("{id}_{part}in"), "type": "data.map",
                "params": { "keep": true, "fields": [] } })],
            wires: Vec::new(),
            outputs: vec![(format!("{id}_{part}in"), is_single)],
        };
        inside.run(ops);
        for end in ends {
            let last = inside.outputs.len() - 1;
            let kind = end["type"].as_str().unwrap_or_default();
            let params = end.get("params").cloned().unwrap_or_else(|| json!({}));
            inside.node(&[last], kind, params, &[""]);
        }
        let gives_single = inside.outputs.iter().all(|output| output.1);
        (json!({ "nodes": inside.nodes, "wires": inside.wires }), gives_single)
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
    fn scope(
        &mut self,
        at: usize,
        kind: &str,
        params: Json,
        concurrency: u32,
        body: Json,
        gives_single: bool,
    ) {
        self.node(&[at], kind, params, &[""]);
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
        if node.pointer("/params/concurrency").is_some() {
            node["params"]["concurrency"] = json!(1);
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
                let around = &graph.nodes()[scope].spec;
                let is_plain = around.params.get("items").is_none();
                match around.kind.as_str() {
                    "scope.parallel" => seen.outcome.nodes[&around.id].items_in,
                    "scope.loop" if is_plain => seen.outcome.nodes[&around.id].items_in,
                    // How many turns there were shows in what was taken in alone.
                    _ => counts.items_in,
                }
            }
            _ => wires.map(|wire| n_at(wire.from, wire.from_port)).sum(),
        };
        if is_cut(node.spec.id.as_str()) {
            assert!(counts.items_in <= n_come, "into {}", node.spec.id);
            continue;
        }
        assert_eq!(counts.items_in, n_come, "into {}", node.spec.id);
        let n_out: u64 = (0..node.outputs.len()).map(|port| n_at(at, port)).sum();
        assert_eq!(counts.items_out, n_out, "out of {}", node.spec.id);
        let n_done = counts.items_out + counts.rejected;
        match node.spec.kind.as_str() {
            "trigger.manual" | "scope.loop" | "scope.try" => {}
            "data.batch" => {
                // Each item is given out by the call inside, or rejected.
                assert_eq!(counts.items_in, n_done, "{}", node.spec.id);
            }
            "scope.while" => assert!(counts.rejected <= counts.items_in, "{}", node.spec.id),
            "scope.parallel" if node.spec.params["results"] != "collect" => {}
            "data.split" => assert_eq!(counts.items_in * 2, n_done, "{}", node.spec.id),
            "data.group" | "data.dedupe" => assert!(counts.items_in >= n_done, "{}", node.spec.id),
            "data.map" => assert_eq!((counts.items_in, 0), (n_done, counts.rejected)),
            _ => assert_eq!(counts.items_in, n_done, "{}", node.spec.id),
        }
    }
}

/// Whether a node stands inside a scope that may be stopped while it works.
fn is_cut(id: &str) -> bool {
    id.contains(&format!("{CUT}_"))
}

/// Each output gave the same items in the same order. The bodies of several items run at once,
/// so that inside scopes only each item's own order is fixed.
fn check_same(flow: &FlowFile, seen: &Seen, reference: &Seen) {
    for (port, items) in seen.ports.iter().filter(|(port, _)| !is_cut(&port.0)) {
        let is_inside = flow.nodes.iter().all(|node| node.id.as_str() != port.0);
        let (mut items, mut expected) = (items.clone(), reference.ports[port].clone());
        if is_inside {
            items.sort_by_cached_key(|(item, value)| (item.clone(), value.to_string()));
            expected.sort_by_cached_key(|(item, value)| (item.clone(), value.to_string()));
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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn counts_add_up_and_orders_do_not_depend_on_scheduling(ops in ops(), n_items in 1..10_u64) {
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
            for _ in 0..60 {
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
