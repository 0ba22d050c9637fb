//! Parked items that are tried again: in runs that begin at the node where they failed. Not what
//! becomes of them then: that the keeper sees from what these runs tell.

use std::sync::Arc;

use data::Value;
use engine::Target;
use engine::known::Known;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::ItemError;
use indexmap::IndexMap;
use store::ParkedRow;

use super::{ParkedState, RetryParked, state};
use crate::App;
use crate::durable::{Earlier, RetryVersion};
use crate::launch::{Again, Launch, Row};
use crate::looks::Looks;
use crate::meet::Meeting;
use crate::opened::{OpenRun, parse};
use crate::parked::RETRY;
use crate::prepared::ReadyFlow;
use crate::runs::summary_of;
use crate::types::{ApiError, Code, RunSummary, UiEvent};

/// Items that are tried again in one run.
struct Group {
    node: NodeId,
    /// The run that they failed in.
    run: RunId,
    items: Vec<ParkedRow>,
    ready: Arc<ReadyFlow>,
}

/// Tries items again.
pub(super) async fn retry(app: &Arc<App>, retry: RetryParked) -> Result<Vec<RunSummary>, ApiError> {
    let ids = retry.ids.clone();
    let rows = app
        .read(move |store| {
            ids.iter().map(|id| store.parked_item(*id)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    if let Some(row) = rows.iter().find(|row| state(&row.state) != ParkedState::Open) {
        let words = match state(&row.state) {
            ParkedState::Resolved => "One of the items is resolved already; leave it out.",
            _ => "One of the items is being tried again already; leave it out.",
        };
        return Err(ApiError::new(Code::Invalid, words));
    }
    let groups = grouped(app, rows, retry.version).await?;
    // All of them before the first one begins.
    for group in &groups {
        let target = Target::From(group.node.clone());
        group.ready.refuse_missing(&target)?;
        if !retry.confirmed
            && let Some(refusal) = group.ready.unconfirmed(&target, &Meeting::default())
        {
            return Err(refusal);
        }
    }
    let mut runs = Vec::with_capacity(groups.len());
    for group in groups {
        runs.extend(begin(app, group).await?);
    }
    app.hub.tell([UiEvent::ParkedChanged]);
    Ok(runs)
}

async fn grouped(
    app: &App,
    rows: Vec<ParkedRow>,
    version: RetryVersion,
) -> Result<Vec<Group>, ApiError> {
    let mut by_place: IndexMap<(FlowId, NodeId, RunId), Vec<ParkedRow>> = IndexMap::new();
    for row in rows {
        let of = &row.parked;
        let place = (of.flow.clone(), of.node.clone(), of.run.clone());
        by_place.entry(place).or_default().push(row);
    }
    let mut groups = Vec::with_capacity(by_place.len());
    for ((flow, node, run), items) in by_place {
        let ready = match version {
            RetryVersion::Current => app.ready(&flow).await?,
            RetryVersion::Run => app.ready_as_in(&run).await?,
        };
        if !crate::templates::all_nodes(&ready.file.nodes).any(|known| known.id == node) {
            let words = format!(
                "The flow has no node \"{node}\" any more. Try again with the flow as it was in the \
                 run."
            );
            return Err(ApiError::new(Code::Invalid, words));
        }
        groups.push(Group { node, run, items, ready });
    }
    Ok(groups)
}

/// Begins the run of a group; none where others took all of its items meanwhile.
async fn begin(app: &Arc<App>, group: Group) -> Result<Option<RunSummary>, ApiError> {
    let Group { node, run, mut items, ready, .. } = group;
    let id = app.next_run_id();
    let taken = app.store.take_parked(items.iter().map(|item| item.id).collect(), &id).await?;
    items.retain(|item| taken.contains(&item.id));
    let Some(first) = items.first() else { return Ok(None) };
    let (root, before) = (first.root.clone(), first.retried_by.clone());
    let launched = async {
        let known = known(app, &run, &node, &items).await?;
        let again = Again { root: Some(root), kept: Vec::new(), known: vec![known] };
        let launch = Launch {
            run: Some(id.clone()),
            trigger: RETRY,
            target: Target::From(node),
            parent: Some(run.clone()),
            again,
            retry: Some(Earlier::writes_of(before.into_iter().chain([run.clone()]))),
            ..Launch::default()
        };
        app.launch_alone(&ready, launch, Row::First).await
    };
    match launched.await {
        Ok((row, _)) => Ok(Some(summary_of(&row))),
        Err(error) => {
            app.store.release_parked(&id).await?;
            app.hub.tell([UiEvent::ParkedChanged]);
            Err(error)
        }
    }
}

/// The items as the node takes them in: as they were mended, with the paths that they came by.
async fn known(
    app: &App,
    run: &RunId,
    node: &NodeId,
    items: &[ParkedRow],
) -> Result<Known, ApiError> {
    let looks = match app.open_run(run).await {
        Ok(open) => Looks::of(app, &open, looked_back_at(&open, node)).await?,
        // It was forgotten since: the items have all that their node needs of it.
        Err(error) if error.code == Code::NotFound => Looks::default(),
        Err(error) => return Err(error),
    };
    let mut known = Vec::with_capacity(items.len());
    for item in items {
        let value: Value = if let Some(json) = &item.edited {
            parse(json.as_bytes())?
        } else {
            let error: ItemError = parse(item.parked.error.as_bytes())?;
            error.value.unwrap_or_default()
        };
        known.push(looks.item(&item.parked.item, value));
    }
    Ok(Known { node: node.clone(), port: None, items: known })
}

/// The nodes that a node or one behind it looks back at with `$node`.
fn looked_back_at(run: &OpenRun, node: &NodeId) -> Vec<NodeId> {
    let graph = &run.checked.graph;
    let Some(first) = graph.find(node) else { return Vec::new() };
    let is_before = |asked: &NodeId| {
        graph.find(asked).is_some_and(|asked| asked != first && graph.is_before(asked, first))
    };
    run.checked.retained.iter().filter(|asked| is_before(asked)).cloned().collect()
}
