//! Which items of which run enter a mapping node: also one that was drawn after the run, from what
//! left the nodes before it.

use std::sync::Arc;

use flow::catalogue::Carries;
use flow::graph::Graph;
use flow::id::{NodeId, RunId};
use flow::run::Sample;
use store::RunQuery;

use super::Place;
use crate::App;
use crate::opened::{OpenRun, Source, inputs, kept, parse};
use crate::types::{ApiError, Tap};

/// So many items tell what items look like.
pub(super) const MANY: u64 = 500;

/// How many of a flow's runs are searched for items.
const RUNS_SEARCHED: u32 = 20;

/// Node types that give out the items that they take in.
const PASS_ON: &[&str] =
    &["data.filter", "data.sort", "data.dedupe", "flow.branch", "flow.merge", "data.validate"];

/// Outputs that give an item together with what is wrong with it, beside the error outputs.
const WRAPPED: &[(&str, &str)] = &[("data.validate", "invalid"), ("data.validate", "failures")];

/// Items that enter a node, and the run that they are of.
pub(super) struct Entered {
    pub(super) run: Arc<OpenRun>,
    pub(super) samples: Vec<Sample>,
}

/// The items that enter the node: in this run, or in the last one that brought some this far.
pub(super) async fn entering(
    app: &App,
    place: &Place,
    run: Option<&RunId>,
    limit: u64,
) -> Result<Option<Entered>, ApiError> {
    let runs = if let Some(run) = run {
        vec![run.clone()]
    } else {
        let flow = Some(place.ready.file.id.clone());
        let query = RunQuery { flow, limit: RUNS_SEARCHED, ..RunQuery::default() };
        let rows = app.read(move |store| store.runs(&query)).await?;
        rows.into_iter().map(|row| row.id).collect()
    };
    for id in runs {
        let run = app.open_run(&id).await?;
        let samples = into_node(app, place, &run, limit).await?;
        if !samples.is_empty() {
            return Ok(Some(Entered { run, samples }));
        }
    }
    Ok(None)
}

async fn into_node(
    app: &App,
    place: &Place,
    run: &OpenRun,
    limit: u64,
) -> Result<Vec<Sample>, ApiError> {
    let mut wanted = ways_in(&place.graph, place.at);
    // As the flow was wired when it ran.
    wanted.insert(1.min(wanted.len()), run.sources(&Tap::Input { node: place.spec().id.clone() }));
    for sources in wanted {
        let samples = read(app, run, sources, limit).await?;
        if !samples.is_empty() {
            return Ok(samples);
        }
    }
    Ok(Vec::new())
}

/// The outputs that feed a node; then, as long as these only pass items on, those that feed them.
fn ways_in(graph: &Graph, node: usize) -> Vec<Vec<Source>> {
    let mut ways = vec![inputs(graph, node)];
    while let Some(last) = ways.last() {
        let mut before = Vec::new();
        for source in last {
            let Some(at) = graph.find(&source.node) else { continue };
            if passes_on(graph, at, &source.port) {
                before.extend(inputs(graph, at));
            }
        }
        if before.is_empty() || ways.len() > graph.nodes().len() {
            break;
        }
        ways.push(before);
    }
    ways
}

/// Whether a node gives out by this output the items that it takes in.
pub(super) fn passes_on(graph: &Graph, node: usize, port: &str) -> bool {
    let spec = &graph.nodes()[node].spec;
    spec.disabled || (PASS_ON.contains(&spec.kind.as_str()) && !wraps(graph, node, port))
}

/// Whether this output gives an item together with what is wrong with it.
fn wraps(graph: &Graph, node: usize, port: &str) -> bool {
    let node = &graph.nodes()[node];
    let carries = node.outputs.iter().find(|output| output.name == port).map(|port| port.carries);
    carries == Some(Carries::Errors) || WRAPPED.contains(&(node.spec.kind.as_str(), port))
}

/// The kept items that left a node by its outputs, but for the errors.
pub(super) async fn leaving(
    app: &App,
    run: &OpenRun,
    node: &NodeId,
    limit: u64,
) -> Result<Vec<Sample>, ApiError> {
    let mut sources = run.outputs(node);
    sources.retain(|source| source.port != "error");
    read(app, run, sources, limit).await
}

async fn read(
    app: &App,
    run: &OpenRun,
    sources: Vec<Source>,
    limit: u64,
) -> Result<Vec<Sample>, ApiError> {
    let id = run.row.id.clone();
    let (_, items) = app.read(move |store| kept(store, &id, &sources, 0, limit)).await?;
    items.iter().map(|item| parse(item.get().as_bytes())).collect()
}
