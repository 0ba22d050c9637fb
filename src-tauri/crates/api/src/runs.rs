//! Runs: started, stopped, listed, looked into. How a run goes is the engine's.

use std::sync::Arc;

use data::{Schema, Value};
use engine::Target;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::{ItemError, RunEvent, RunStatus, Sample, What};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use store::{RunQuery, RunRow};
use transport::Fault;
use ts_rs::TS;

use crate::App;
use crate::app::lock;
use crate::launch::{Launch, Row};
use crate::meet::{Meeting, RunMode};
use crate::opened::{OpenRun, kept, parse};
use crate::partial::{Part, PlanAsk};
use crate::types::{
    ApiError, Code, ItemsPage, NodeDetail, RunSummary, RunView, SchemaView, Tap, TextFile, UiEvent,
};

/// A page of items that crosses to a webview in one piece; larger ones make it stutter.
const PAGE_BYTES: usize = 200_000;

/// Events of one node that are shown; the first ones tell the story.
const NODE_EVENTS: usize = 500;

/// How many of a flow's runs are searched for items that entered a node.
const RUNS_SEARCHED: u32 = 20;

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Which {
    /// The run.
    pub run: RunId,
}

/// A run to be started.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Start {
    /// The flow.
    pub flow: FlowId,
    /// This node alone, on the items that it had in the last run.
    #[serde(default)]
    #[ts(optional)]
    pub node: Option<NodeId>,
    /// Up to this node; what is fresh before it is taken over from earlier runs.
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<NodeId>,
    /// From this node on, on the items that it had in the last run.
    #[serde(default)]
    #[ts(optional)]
    pub from: Option<NodeId>,
    /// Whether nothing is taken over from earlier runs.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub anew: bool,
    /// The start items, or the node's.
    #[serde(default)]
    #[ts(optional, type = "unknown[]")]
    pub input: Option<Vec<Value>>,
    /// Whether the user has confirmed what it writes to production systems.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub confirmed: bool,
    /// What stands in the place of the systems; nothing without it.
    #[serde(default)]
    #[ts(optional, as = "Option<RunMode>")]
    pub mode: RunMode,
    /// The cassette or the mock, by its name. Without it a recording gets a name of its own, and a
    /// replay takes the flow's newest cassette.
    #[serde(default)]
    #[ts(optional)]
    pub cassette: Option<String>,
    /// Whether a replay takes calls that differ for the same.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub lenient: bool,
    /// Whether personal data is kept out of a recording.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub hide_personal: bool,
    /// The faults that are switched on.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<Fault>>")]
    pub faults: Vec<Fault>,
    /// Nodes whose calls are met in another way than the run's.
    #[serde(default)]
    #[ts(optional, as = "Option<IndexMap<NodeId, RunMode>>")]
    pub node_modes: IndexMap<NodeId, RunMode>,
}

impl Start {
    /// A live run of the whole flow.
    pub fn of(flow: impl Into<FlowId>) -> Self {
        Self {
            flow: flow.into(),
            node: None,
            to: None,
            from: None,
            anew: false,
            input: None,
            confirmed: false,
            mode: RunMode::default(),
            cassette: None,
            lenient: false,
            hide_personal: false,
            faults: Vec::new(),
            node_modes: IndexMap::new(),
        }
    }
}

/// Which runs are listed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct List {
    /// Only those of this flow.
    #[serde(default)]
    #[ts(optional)]
    pub flow: Option<FlowId>,
    /// Only those that stand like this.
    #[serde(default)]
    #[ts(optional)]
    pub status: Option<RunStatus>,
    /// At most so many.
    pub limit: u32,
    /// Only those that began before this one.
    #[serde(default)]
    #[ts(optional)]
    pub before: Option<RunId>,
    /// Only those that this started: `manual`, `webhook`.
    #[serde(default)]
    #[ts(optional)]
    pub trigger: Option<String>,
    /// Only those with these words in the flow's name, the summary, or what their items hold.
    #[serde(default)]
    #[ts(optional)]
    pub text: Option<String>,
    /// Only those that began then or later.
    #[serde(default)]
    #[ts(optional)]
    pub since: Option<flow::run::Timestamp>,
    /// Only those that began before then.
    #[serde(default)]
    #[ts(optional)]
    pub until: Option<flow::run::Timestamp>,
}

/// A page of items.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Items {
    /// The run.
    pub run: RunId,
    /// Whose items.
    pub tap: Tap,
    /// How many are skipped.
    pub offset: u64,
    /// At most so many.
    pub limit: u64,
}

/// The items of a tap in a run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OfTap {
    /// The run.
    pub run: RunId,
    /// Whose items.
    pub tap: Tap,
}

/// A node in a run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OfNode {
    /// The run.
    pub run: RunId,
    /// The node.
    pub node: NodeId,
}

/// The errors of a run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Errors {
    /// The run.
    pub run: RunId,
    /// At most so many.
    pub limit: u32,
}

/// A row as the UI sees it.
pub(crate) fn summary_of(row: &RunRow) -> RunSummary {
    RunSummary {
        id: row.id.clone(),
        flow: row.flow.clone(),
        flow_name: row.flow_name.clone(),
        rev: row.rev,
        trigger: row.trigger.clone(),
        status: row.status,
        started_at: row.started_at,
        took_ms: row.took_ms,
        items: row.items,
        rejected: row.rejected,
        summary: row.summary.clone(),
        parent: row.parent.clone(),
    }
}

/// Starts a flow, or one of its nodes alone. What writes to production has to be confirmed.
pub async fn start(app: &Arc<App>, start: Start) -> Result<RunSummary, ApiError> {
    let flow = app.ready(&start.flow).await?;
    let mut launch = Launch { trigger: "manual", ..Launch::default() };
    let mut runs = None;
    let meeting = Meeting {
        mode: start.mode,
        cassette: start.cassette,
        lenient: start.lenient,
        hide_personal: start.hide_personal,
        faults: start.faults,
        node_modes: start.node_modes,
    };
    match start.node {
        Some(node) => {
            launch.input = match start.input {
                Some(input) => input,
                None => last_input(app, &start.flow, &node).await?,
            };
            launch.target = Target::Only(node);
        }
        None if start.to.is_some() || start.from.is_some() => {
            // Other start items than those of the last run: what was made of these is no use.
            let anew = start.anew || start.input.is_some();
            let ask = PlanAsk {
                flow: start.flow.clone(),
                node: None,
                to: start.to.clone(),
                from: start.from.clone(),
                anew,
            };
            let part = Part::of(app, &ask).await?;
            launch.again = part.again(app).await?;
            launch.target = part.target.clone();
            launch.input = start.input.unwrap_or_default();
            runs = Some(part);
        }
        None => launch.input = start.input.unwrap_or_default(),
    }
    // Before anybody is asked, and before a recording is begun.
    flow.refuse_missing(&launch.target)?;
    if !start.confirmed
        && let Some(refusal) = flow.unconfirmed_of(&launch.target, &meeting, |node| {
            runs.as_ref().is_none_or(|part| part.runs(node))
        })
    {
        return Err(refusal);
    }
    launch.met = app.meet(&flow, &meeting).await?;
    let (row, _) = app.launch_alone(&flow, launch, Row::First).await?;
    Ok(summary_of(&row))
}

/// The items that entered a node in the flow's last run that reached it.
async fn last_input(app: &App, flow: &FlowId, node: &NodeId) -> Result<Vec<Value>, ApiError> {
    let (_, file, _) = crate::flows::load(app, flow).await?;
    let checked = flow::check::check(&file, &app.catalogue);
    let has_input = checked.graph.find(node).is_some_and(|index| {
        let node = &checked.graph.nodes()[index];
        !node.wires_in.is_empty() || node.scope.is_some()
    });
    if !has_input {
        return Ok(Vec::new());
    }
    let found = last_run_into(app, flow, node).await?;
    let (_, samples) = found.ok_or_else(|| {
        let words = format!("Nothing has reached \"{node}\" yet. Run the flow first.");
        ApiError::new(Code::Invalid, words)
    })?;
    Ok(samples.into_iter().map(|sample| sample.value).collect())
}

/// The flow's last run in which items that entered a node were kept, with these items.
pub(crate) async fn last_run_into(
    app: &App,
    flow: &FlowId,
    node: &NodeId,
) -> Result<Option<(Arc<OpenRun>, Vec<Sample>)>, ApiError> {
    let query = RunQuery { flow: Some(flow.clone()), limit: RUNS_SEARCHED, ..RunQuery::default() };
    let runs = app.read(move |store| store.runs(&query)).await?;
    for row in runs {
        let run = app.open_run(&row.id).await?;
        let samples = input_of(app, &run, node, u64::MAX).await?;
        if !samples.is_empty() {
            return Ok(Some((run, samples)));
        }
    }
    Ok(None)
}

/// The kept items that entered a node in a run.
pub(crate) async fn input_of(
    app: &App,
    run: &OpenRun,
    node: &NodeId,
    limit: u64,
) -> Result<Vec<Sample>, ApiError> {
    let sources = run.sources(&Tap::Input { node: node.clone() });
    let id = run.row.id.clone();
    let (_, items) = app.read(move |store| kept(store, &id, &sources, 0, limit)).await?;
    items.iter().map(|item| parse(item.get().as_bytes())).collect()
}

/// What came of a run's recording or replay, in sentences; nothing of other runs, and of those
/// that the program has forgotten.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn told(app: &App, which: Which) -> Result<Vec<String>, ApiError> {
    let told = lock(&app.told);
    Ok(told
        .iter()
        .find(|(run, _)| *run == which.run)
        .map(|(_, told)| told.clone())
        .unwrap_or_default())
}

/// Stops a run.
pub async fn cancel(app: &App, which: Which) -> Result<(), ApiError> {
    if let Some(run) = lock(&app.running).get(&which.run) {
        run.cancel();
        return Ok(());
    }
    let id = which.run;
    let row = app.read(move |store| store.run(&id)).await?;
    match row.status {
        // Whoever asks to stop what is over has what was wanted.
        status if status.is_over() => Ok(()),
        _ => {
            let words = "Another Gantry runs this flow; stop it there.";
            Err(ApiError::new(Code::Invalid, words))
        }
    }
}

/// Runs, the newest first.
pub async fn list(app: &App, list: List) -> Result<Vec<RunSummary>, ApiError> {
    let List { flow, status, limit, before, trigger, text, since, until } = list;
    let text = text.filter(|text| !text.trim().is_empty());
    let limit = limit.min(1000);
    let query = RunQuery { flow, status, trigger, since, until, text, before, limit };
    let rows = app.read(move |store| store.runs(&query)).await?;
    Ok(rows.iter().map(summary_of).collect())
}

/// A run for the canvas.
pub async fn open(app: &App, which: Which) -> Result<RunView, ApiError> {
    let run = app.open_run(&which.run).await?;
    Ok(RunView {
        run: summary_of(&run.row),
        flow: run.flow.clone(),
        layout: run.layout.clone(),
        findings: crate::findings(&run.checked),
        nodes: run.state.nodes.clone(),
        wires: run.state.wires.clone(),
    })
}

/// Forgets a run that is over.
pub async fn delete(app: &App, which: Which) -> Result<(), ApiError> {
    if lock(&app.running).contains_key(&which.run) {
        return Err(ApiError::new(Code::Invalid, "The run is under way; stop it first."));
    }
    app.store.delete_run(&which.run).await?;
    app.forget_run(&which.run);
    app.hub.tell([UiEvent::Resync]);
    Ok(())
}

/// Items that passed a wire, left by a port or entered a node.
pub async fn items(app: &App, ask: Items) -> Result<ItemsPage, ApiError> {
    let run = app.open_run(&ask.run).await?;
    let sources = run.sources(&ask.tap);
    let total = sources.iter().map(|source| run.n_passed(source)).sum();
    let (offset, limit) = (ask.offset, ask.limit.min(1000));
    let (n_kept, raw) =
        app.read(move |store| kept(store, &ask.run, &sources, offset, limit)).await?;
    let mut bytes = 0;
    let mut items: Vec<Sample> = Vec::with_capacity(raw.len());
    for item in raw {
        bytes += item.get().len();
        if bytes > PAGE_BYTES && !items.is_empty() {
            break;
        }
        items.push(parse(item.get().as_bytes())?);
    }
    let total = n_kept.max(total);
    let limit = (n_kept < total).then(|| {
        format!("The first {n_kept} of {total} items were kept; more are not stored of a port.")
    });
    Ok(ItemsPage { items, total, kept: n_kept, limit })
}

/// What the kept items of a tap look like.
pub async fn schema(app: &App, ask: OfTap) -> Result<SchemaView, ApiError> {
    let run = app.open_run(&ask.run).await?;
    let sources = run.sources(&ask.tap);
    let (_, raw) = app.read(move |store| kept(store, &ask.run, &sources, 0, 1000)).await?;
    let mut schema = Schema::new();
    for item in raw {
        let sample: Sample = parse(item.get().as_bytes())?;
        schema.observe(&sample.value);
    }
    Ok(SchemaView(schema))
}

/// What happened in one node.
pub async fn node(app: &App, ask: OfNode) -> Result<NodeDetail, ApiError> {
    let mut detail = NodeDetail::default();
    each_event(app, &ask.run, |event| {
        if let What::Resumed { .. } = event.what {
            // What follows is counted and told anew; calls are made once.
            detail.events.retain(|event| matches!(event.what, What::Called { .. }));
            detail.more = false;
        }
        if concerns(&event.what) == Some(&ask.node) && !is_count(&event.what) {
            if detail.events.len() == NODE_EVENTS {
                detail.more = true;
            } else {
                detail.events.push(event);
            }
        }
    })
    .await?;
    Ok(detail)
}

/// What went wrong, in the order in which it did.
pub async fn errors(app: &App, ask: Errors) -> Result<Vec<ItemError>, ApiError> {
    let mut errors = Vec::new();
    each_event(app, &ask.run, |event| match event.what {
        What::Rejected { error, .. } | What::NodeFinished { error: Some(error), .. }
            if errors.len() < ask.limit as usize =>
        {
            errors.push(*error);
        }
        // What was rejected before is rejected again.
        What::Resumed { .. } => errors.clear(),
        _ => {}
    })
    .await?;
    Ok(errors)
}

/// The calls of a run that were kept, as an HTTP Archive.
pub async fn har(app: &App, which: Which) -> Result<TextFile, ApiError> {
    let mut exchanges = Vec::new();
    each_event(app, &which.run, |event| {
        if let What::Called { exchange, .. } = event.what {
            exchanges.push(exchange);
        }
    })
    .await?;
    let text = transport::har(exchanges.iter().map(|exchange| &**exchange));
    Ok(TextFile { name: format!("{}.har", which.run), text })
}

pub(crate) async fn each_event(
    app: &App,
    run: &RunId,
    mut visit: impl FnMut(RunEvent),
) -> Result<(), ApiError> {
    let id = run.clone();
    let batches = app
        .read(move |store| {
            store.run(&id)?;
            store.events(&id)
        })
        .await?;
    for batch in batches {
        let events: Vec<RunEvent> = parse(&batch)?;
        events.into_iter().for_each(&mut visit);
    }
    Ok(())
}

fn concerns(what: &What) -> Option<&NodeId> {
    match what {
        What::NodeStarted { node }
        | What::Progress { node, .. }
        | What::Turn { node, .. }
        | What::Asked { node, .. }
        | What::Answered { node, .. }
        | What::Counted { node, .. }
        | What::Retrying { node, .. }
        | What::Waiting { node, .. }
        | What::WouldSend { node, .. }
        | What::Called { node, .. }
        | What::NodeFinished { node, .. } => Some(node),
        What::Rejected { error, .. } => Some(&error.node),
        What::Started { .. }
        | What::Resumed { .. }
        | What::Paused
        | What::Unpaused
        | What::Passed { .. }
        | What::Finished { .. } => None,
    }
}

/// Counts on the way are for the canvas; the last one is told with the node's end.
fn is_count(what: &What) -> bool {
    matches!(what, What::Counted { .. } | What::Progress { .. })
}
