//! A run opened for looking at: the flow as it was, and how everything ended. A few that are over
//! are kept, for their items are asked for page by page.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use flow::check::Checked;
use flow::file::{FlowFile, Layout};
use flow::graph::Graph;
use flow::id::{NodeId, RunId, WireId};
use flow::run::RunEvent;
use store::{RunRow, Store, StoreError};

use crate::App;
use crate::app::lock;
use crate::reduce::RunState;
use crate::types::{ApiError, Tap};

/// How many runs are kept.
const KEPT: usize = 8;

/// A run as it stood when it was opened.
pub(crate) struct OpenRun {
    pub(crate) row: RunRow,
    pub(crate) flow: FlowFile,
    pub(crate) layout: Layout,
    pub(crate) checked: Checked,
    pub(crate) state: RunState,
}

#[derive(Default)]
pub(crate) struct OpenRuns(Mutex<VecDeque<Arc<OpenRun>>>);

/// An output port, whose items are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) node: NodeId,
    pub(crate) port: String,
}

impl App {
    pub(crate) async fn open_run(&self, id: &RunId) -> Result<Arc<OpenRun>, ApiError> {
        if let Some(known) = lock(&self.open_runs.0).iter().find(|run| run.row.id == *id) {
            return Ok(Arc::clone(known));
        }
        let wanted = id.clone();
        let (row, files, batches) = self
            .read(move |store| {
                let row = store.run(&wanted)?;
                let files = store.snapshot(&row.snapshot)?;
                Ok((row, files, store.events(&wanted)?))
            })
            .await?;
        let flow = crate::flows::read_file(&files.0)?;
        let layout = flow::file::read_layout(&files.1).unwrap_or_default();
        let checked = flow::check::check(&flow, &self.catalogue);
        let mut state = RunState::default();
        for batch in &batches {
            let events: Vec<RunEvent> = parse(batch)?;
            for event in &events {
                state.apply(event);
            }
        }
        let is_over = row.status.is_over();
        if is_over && state.end.is_none() {
            state.cut_off();
        }
        let run = Arc::new(OpenRun { row, flow, layout, checked, state });
        if is_over {
            let mut kept = lock(&self.open_runs.0);
            kept.truncate(KEPT - 1);
            kept.push_front(Arc::clone(&run));
        }
        Ok(run)
    }

    pub(crate) fn forget_run(&self, id: &RunId) {
        lock(&self.open_runs.0).retain(|run| run.row.id != *id);
    }
}

/// Events, or kept items, from JSON that this program wrote.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(json).map_err(|cause| {
        let error = StoreError::Corrupt {
            path: std::path::PathBuf::new(),
            cause: format!("what a run told cannot be read: {cause}"),
        };
        error.into()
    })
}

impl OpenRun {
    /// The ports whose items are asked for, in the order in which the items come.
    pub(crate) fn sources(&self, tap: &Tap) -> Vec<Source> {
        let graph = &self.checked.graph;
        match tap {
            Tap::Output { node, port } => {
                vec![Source { node: node.clone(), port: port.clone() }]
            }
            Tap::Wire { wire } => self.source_of_wire(wire).into_iter().collect(),
            Tap::Input { node } => {
                graph.find(node).map(|node| inputs(graph, node)).unwrap_or_default()
            }
        }
    }

    fn source_of_wire(&self, id: &WireId) -> Option<Source> {
        let graph = &self.checked.graph;
        let known = graph.wires().iter().position(|wire| wire.id == *id);
        if let Some(wire) = known {
            return Some(source(graph, wire));
        }
        // An output that no wire leaves: `node.port>`.
        let (node, port) = id.as_str().strip_suffix('>')?.split_once('.')?;
        Some(Source { node: node.into(), port: port.to_owned() })
    }

    /// How many items left by a port.
    pub(crate) fn n_passed(&self, source: &Source) -> u64 {
        let graph = &self.checked.graph;
        let own = WireId::from(format!("{}.{}>", source.node, source.port));
        let wires = (0..graph.wires().len())
            .filter(|wire| self::source(graph, *wire) == *source)
            .map(|wire| graph.wires()[wire].id.clone());
        let passed = wires.chain([own]).filter_map(|wire| self.state.wires.get(&wire));
        passed.map(|passed| passed.items).max().unwrap_or_default()
    }

    /// The output ports of a node.
    pub(crate) fn outputs(&self, node: &NodeId) -> Vec<Source> {
        let graph = &self.checked.graph;
        let Some(index) = graph.find(node) else { return Vec::new() };
        let ports = graph.nodes()[index].outputs.iter();
        ports.map(|port| Source { node: node.clone(), port: port.name.clone() }).collect()
    }
}

fn source(graph: &Graph, wire: usize) -> Source {
    let wire = &graph.wires()[wire];
    let from = &graph.nodes()[wire.from];
    let port = from.outputs.get(wire.from_port).map_or("out", |port| &port.name);
    Source { node: from.spec.id.clone(), port: port.to_owned() }
}

/// What enters a node; the first nodes of a body are entered by what enters their scope.
pub(crate) fn inputs(graph: &Graph, node: usize) -> Vec<Source> {
    let found = &graph.nodes()[node];
    match (found.wires_in.as_slice(), found.scope) {
        ([], Some(scope)) => inputs(graph, scope),
        (wires, _) => wires.iter().map(|wire| source(graph, *wire)).collect(),
    }
}

/// Kept items of several ports as one list: how many there are, and those of a page.
pub(crate) fn kept(
    store: &Store,
    run: &RunId,
    sources: &[Source],
    offset: u64,
    limit: u64,
) -> Result<(u64, Vec<Box<serde_json::value::RawValue>>), StoreError> {
    let (mut n_kept, mut page) = (0, Vec::new());
    for source in sources {
        let (skip, room) = (offset.saturating_sub(n_kept), limit - page.len() as u64);
        let (n, items) = store.samples(run, &source.node, &source.port, skip, room)?;
        page.extend(items);
        n_kept += n;
    }
    Ok((n_kept, page))
}
