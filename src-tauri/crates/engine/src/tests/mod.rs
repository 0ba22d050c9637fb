//! Rules of runs, shown on small flows with everything in memory.

mod counters;
mod errors;
mod examples;
mod gathers;
mod lineage;
mod partial;
mod pause;
mod random;
mod resume;
mod runs;
mod scopes;

use std::sync::Arc;

use data::Value;
use flow::file::FlowFile;
use flow::id::RunId;
use flow::run::{RunEvent, RunStatus, Sample, What};
use serde_json::{Value as Json, json};

use crate::journal::MemoryJournal;
use crate::{Engine, EngineOptions, RunOutcome, RunRequest};

/// A flow of these nodes and wires; wires are written `a>b` or `a.port>b.port`.
#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
pub(crate) fn flow(nodes: Json, wires: &[&str]) -> FlowFile {
    let wires: Vec<Json> = wires.iter().map(|wire| as_wire(wire)).collect();
    let file = json!({ "gantry": 1, "id": "test", "name": "Test", "nodes": nodes, "wires": wires });
    serde_json::from_value(file).expect("the flow can be read")
}

pub(crate) fn as_wire(text: &str) -> Json {
    let (from, to) = text.split_once('>').expect("a wire has two ends");
    json!({ "from": from, "to": to })
}

/// What came of a test run.
pub(crate) struct Ran {
    pub(crate) outcome: RunOutcome,
    pub(crate) events: Vec<RunEvent>,
    /// What left the last nodes, in order.
    pub(crate) items: Vec<Json>,
    pub(crate) lineages: Vec<String>,
    journal: Arc<MemoryJournal>,
}

impl Ran {
    pub(crate) fn samples(&self, node: &str, port: &str) -> Vec<Sample> {
        self.journal.samples(&RunId::from("r"), &node.into(), port)
    }

    pub(crate) fn count(&self, node: &str) -> (u64, u64, u64) {
        let counts = self.outcome.nodes[&flow::id::NodeId::from(node)];
        (counts.items_in, counts.items_out, counts.rejected)
    }
}

pub(crate) fn request(input: Json) -> RunRequest {
    let mut request = RunRequest::new(RunId::from("r"), 0);
    request.input = serde_json::from_value(input).expect("the input is a list");
    request.outputs = Some(4);
    request
}

pub(crate) fn engine(barrier_bytes: usize) -> (Engine, Arc<MemoryJournal>) {
    let journal = Arc::new(MemoryJournal::default());
    let options =
        EngineOptions { journal: journal.clone(), barrier_bytes, ..EngineOptions::default() };
    (Engine::new(options), journal)
}

pub(crate) async fn run(flow: &FlowFile, input: Json) -> Ran {
    run_with(flow, request(input), 32 << 20).await
}

pub(crate) async fn run_with(flow: &FlowFile, request: RunRequest, barrier_bytes: usize) -> Ran {
    let (engine, journal) = engine(barrier_bytes);
    run_by(&engine, journal, flow, request).await
}

/// Runs a flow on an engine that tells this journal.
pub(crate) async fn run_by(
    engine: &Engine,
    journal: Arc<MemoryJournal>,
    flow: &FlowFile,
    request: RunRequest,
) -> Ran {
    let prepared = engine.prepare(flow);
    let handle = prepared.start(request).expect("the flow has no errors");
    check_run(handle, journal).await
}

/// Takes what a run gives until it ends.
pub(crate) async fn check_run(mut handle: crate::RunHandle, journal: Arc<MemoryJournal>) -> Ran {
    let (mut items, mut lineages) = (Vec::new(), Vec::new());
    let mut outputs = handle.outputs.take().expect("outputs were asked for");
    while let Some(output) = outputs.recv().await {
        for item in output.items {
            lineages.push(item.lineage.to_string());
            items.push(plain(&item.value));
        }
    }
    let outcome = handle.wait().await;
    let events = journal.events(&RunId::from("r"));
    check_events(&events, &outcome);
    Ran { outcome, events, items, lineages, journal }
}

/// What holds for the events of every run.
fn check_events(events: &[RunEvent], outcome: &RunOutcome) {
    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (0..events.len() as u64).collect::<Vec<_>>(), "numbers without gaps");
    assert!(matches!(events.first().map(|e| &e.what), Some(What::Started { .. })));
    match events.last().map(|event| &event.what) {
        Some(What::Finished { status, .. }) => assert_eq!(*status, outcome.status),
        other => panic!("the last event is {other:?}"),
    }
    let finished = events.iter().filter(|e| matches!(e.what, What::NodeFinished { .. })).count();
    assert_eq!(finished, outcome.nodes.len(), "every node is finished once");
}

pub(crate) fn plain(value: &Value) -> Json {
    serde_json::to_value(value).expect("values are JSON")
}

pub(crate) fn is_ok(ran: &Ran) -> bool {
    ran.outcome.status == RunStatus::Ok
}
