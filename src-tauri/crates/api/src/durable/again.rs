//! Runs that are done again, as new runs: what they take over of the old one. Not how what was done
//! is found: see `earlier`.

use std::collections::HashMap;
use std::sync::Arc;

use engine::Target;
use flow::check::check;
use flow::file::FlowFile;
use flow::freshness::{LastRun, Stand, freshness};
use flow::graph::Graph;
use flow::id::NodeId;
use flow::run::RunStatus;
use store::RunRow;

use super::resume::refuse_undecided;
use super::{Earlier, Request, Retry, RetryFrom, RetryVersion};
use crate::App;
use crate::flows::read_file;
use crate::launch::{Again, Launch, Row};
use crate::parked::RETRY;
use crate::runs::summary_of;
use crate::types::{ApiError, Code, RunSummary};

/// Does a run again, as a new run.
pub(super) async fn retry(app: &Arc<App>, retry: Retry) -> Result<RunSummary, ApiError> {
    let Retry { run, from, version, confirmed } = retry;
    let id = run.clone();
    let (row, start, files) = app
        .read(move |store| {
            let row = store.run(&id)?;
            let files = store.snapshot(&row.snapshot)?;
            Ok((row, store.run_start(&id)?, files))
        })
        .await?;
    refuse_status(&row)?;
    let Some((start, _)) = start else {
        let words = "It was not kept how this run was started. Run the flow again instead.";
        return Err(ApiError::new(Code::Invalid, words));
    };
    let (request, input) = Request::read(&start)?;
    refuse_undecided(app.step_index(&run).await?.n_undecided())?;
    let flow = match version {
        RetryVersion::Current => app.ready(&row.flow).await?,
        RetryVersion::Run => app.ready_again(&files, row.rev, &request).await?,
    };
    let target = Target::from(request.target.clone());
    let meeting = request.meeting_again();
    flow.refuse_missing(&target)?;
    if !confirmed && let Some(refusal) = flow.unconfirmed(&target, &meeting) {
        return Err(refusal);
    }
    let taken_over = taken_over(app, &flow.file, &read_file(&files.0)?, &from)?;
    let earlier = request.retry.iter().flat_map(|retry| retry.runs.iter().cloned());
    let runs = std::iter::once(run.clone()).chain(earlier).collect();
    let root = request.again.root.clone().unwrap_or_else(|| run.clone());
    let launch = Launch {
        trigger: RETRY,
        start: request.start,
        input,
        vars: request.vars,
        target,
        met: app.meet(&flow, &meeting).await?,
        parent: Some(run),
        again: Again { root: Some(root), ..request.again },
        retry: Some(Earlier { runs, taken_over, by_name: false }),
        ..Launch::default()
    };
    let (row, _) = app.launch_alone(&flow, launch, Row::First).await?;
    Ok(summary_of(&row))
}

fn refuse_status(row: &RunRow) -> Result<(), ApiError> {
    let words = match row.status {
        RunStatus::Failed | RunStatus::Cancelled | RunStatus::OkWithRejects => return Ok(()),
        RunStatus::Ok => {
            "The run went well: nothing of it is left to be done. Run the flow again instead."
        }
        RunStatus::Interrupted => "The run was interrupted: resume it, it goes on where it was.",
        RunStatus::Queued | RunStatus::Running | RunStatus::Paused => {
            "The run is under way; stop it first, or wait for its end."
        }
    };
    Err(ApiError::new(Code::Invalid, words))
}

/// The nodes whose steps are taken over, those that read too: what stands before the place to begin
/// at, as far as it has not been changed since.
fn taken_over(
    app: &App,
    now: &FlowFile,
    was: &FlowFile,
    from: &RetryFrom,
) -> Result<Vec<NodeId>, ApiError> {
    if *from == RetryFrom::Start {
        return Ok(Vec::new());
    }
    let checked = check(now, &app.catalogue);
    let graph = &checked.graph;
    let behind = match from {
        RetryFrom::Node { node } => {
            let first = graph.find(node).ok_or_else(|| {
                let words = format!(
                    "The flow has no node \"{node}\" any more. Retry with the flow as it was in \
                     the run."
                );
                ApiError::new(Code::Invalid, words)
            })?;
            behind(graph, first)
        }
        RetryFrom::Failed | RetryFrom::Start => vec![false; graph.nodes().len()],
    };
    let ran = LastRun { order: 0, when: "the run", flow: was, trouble: None };
    let was_there = crate::templates::all_nodes(&was.nodes);
    let last: HashMap<NodeId, LastRun<'_>> =
        was_there.map(|node| (node.id.clone(), ran.clone())).collect();
    let stands = freshness(&checked, now, &last, |_, key| key.to_owned());
    let is_same = |at: usize| stands.get(&at) == Some(&Stand::Fresh);
    let nodes = graph.nodes().iter().enumerate();
    Ok(nodes
        .filter(|(at, _)| is_same(*at) && !behind[*at])
        .map(|(_, node)| node.spec.id.clone())
        .collect())
}

/// A node and all that items come to from it, inside scopes and behind them.
fn behind(graph: &Graph, first: usize) -> Vec<bool> {
    let after =
        |scope: usize| graph.nodes()[scope].wires_out.iter().map(|wire| graph.wires()[*wire].to);
    let starts = graph.around(first).skip(1).flat_map(after).chain([first]);
    let reached = graph.reached_from(starts);
    (0..reached.len()).map(|node| graph.around(node).any(|around| reached[around])).collect()
}
