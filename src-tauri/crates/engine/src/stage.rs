//! Runs one stage: takes chunks in, works on them at its head, sends on what comes out. Not how a
//! window of calls is kept (`window`) or a body is run (`scope`).

use std::sync::Arc;
use std::time::Instant;

use flow::run::NodeStatus;
use std::sync::atomic::Ordering::Relaxed;

use crate::embedded::EmbeddedContext;
use crate::emitter::{Emitter, Halt, item_error};
use crate::inlet::{Inlet, Next};
use crate::item::Chunk;
use crate::lineage::{Lineage, Origin};
use crate::node::{Behaviour, Gather, broken_spill};
use crate::outbox::Outbox;
use crate::recorder::Note;
use crate::step::StepError;

/// Runs a stage to its end. What was put out before an error is sent on all the same.
pub(crate) async fn run_stage(mut inlet: Inlet, mut emitter: Emitter) -> Result<(), Halt> {
    let ended = run_head(&mut inlet, &mut emitter).await;
    let flushed = match emitter.flush().await {
        Err(Halt::Unwanted) => Ok(()),
        flushed => flushed,
    };
    match ended {
        Ok(()) => {
            flushed?;
            end(emitter).await
        }
        // Those before need not go on, and are told that all is well.
        Err(Halt::Unwanted) => {
            inlet.close();
            flushed?;
            end(emitter).await
        }
        Err(Halt::Leave(leave)) => {
            inlet.close();
            emitter.leave(leave);
            flushed?;
            end(emitter).await
        }
        Err(Halt::Enough(message)) => {
            // Those before need not go on; those behind finish what they have.
            drop(inlet);
            flushed?;
            finish_members(&mut emitter);
            emitter.end().await?;
            Err(Halt::Enough(message))
        }
        Err(halt) => Err(halt),
    }
}

/// Ends a stage that has done all it had to, which may be to end the turn of a loop.
async fn end(mut emitter: Emitter) -> Result<(), Halt> {
    finish_members(&mut emitter);
    let left = emitter.left();
    emitter.end().await?;
    left.map_or(Ok(()), |leave| Err(Halt::Leave(leave)))
}

async fn run_head(inlet: &mut Inlet, emitter: &mut Emitter) -> Result<(), Halt> {
    let world = Arc::clone(&emitter.world);
    let node = emitter.stage.members[0].node;
    match &world.program.nodes[node].behaviour {
        Behaviour::Trigger(_) => run_trigger(inlet, emitter).await,
        Behaviour::Pure(_) => run_pass(inlet, emitter).await,
        Behaviour::Handler(_) => run_handler(inlet, emitter).await,
        Behaviour::Each(_) => crate::window::run(inlet, emitter, node).await,
        Behaviour::Gather(gather) => run_gather(&**gather, inlet, emitter).await,
        Behaviour::Scope(_) => crate::scope::run(inlet, emitter, node).await,
    }
}

/// Items that go to the pure nodes of the stage as they come.
async fn run_pass(inlet: &mut Inlet, emitter: &mut Emitter) -> Result<(), Halt> {
    while let Some((_, chunk)) = next(inlet, emitter).await? {
        emitter.enter(chunk);
        emitter.flush().await?;
    }
    Ok(())
}

/// The run's start items, as the trigger has made them.
async fn run_trigger(inlet: &mut Inlet, emitter: &mut Emitter) -> Result<(), Halt> {
    emitter.count_in(0, 0);
    while let Some((_, chunk)) = next(inlet, emitter).await? {
        emitter.emit(0, 0, chunk);
        emitter.flush().await?;
    }
    Ok(())
}

/// What a handler of a scope is given.
async fn run_handler(inlet: &mut Inlet, emitter: &mut Emitter) -> Result<(), Halt> {
    while let Some((_, chunk)) = next(inlet, emitter).await? {
        emitter.count_in(0, chunk.len());
        emitter.emit(0, 0, chunk);
        emitter.flush().await?;
    }
    Ok(())
}

async fn run_gather(
    gather: &dyn Gather,
    inlet: &mut Inlet,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    let stage = Arc::clone(&emitter.stage);
    let lanes: Vec<&str> = stage.lanes.iter().map(|lane| lane.port.as_str()).collect();
    let mut gathering = gather.open(&lanes);
    let cx = head_context(emitter);
    let mut n_made = 0;
    while let Some((lane, chunk)) = next(inlet, emitter).await? {
        let began = Instant::now();
        emitter.count_in(0, chunk.len());
        let mut outbox = Outbox::new(emitter, &mut n_made);
        let taken = gathering.take(lane, chunk, &cx, &mut outbox).await;
        let halt = outbox.into_halt();
        emitter.count_busy(0, began);
        told(taken, halt, emitter)?;
    }
    let began = Instant::now();
    let mut outbox = Outbox::new(emitter, &mut n_made);
    let finished = gathering.finish(&cx, &mut outbox).await;
    let halt = outbox.into_halt();
    emitter.count_busy(0, began);
    told(finished, halt, emitter)
}

/// What a gathering node's error is to the run.
fn told(result: Result<(), StepError>, halt: Option<Halt>, emitter: &Emitter) -> Result<(), Halt> {
    match (halt, result) {
        (Some(halt), _) => Err(halt),
        (None, Ok(())) => Ok(()),
        (None, Err(StepError::Cancelled)) => Err(Halt::Broken),
        (None, Err(error)) => Err(failed(emitter, &error)),
    }
}

/// The context of a node as a whole: its item is the scope's, or the run as such.
pub(crate) fn head_context(emitter: &Emitter) -> EmbeddedContext {
    let rules = Arc::clone(&emitter.world.program.nodes[emitter.stage.members[0].node].rules);
    let lineage = emitter
        .within
        .clone()
        .unwrap_or_else(|| Lineage::new(&Arc::new(Origin::start(rules.id.clone(), 0, true)), 0));
    EmbeddedContext::new(Arc::clone(&emitter.world.scope), rules, lineage)
}

/// The next chunk; none at the end.
async fn next(inlet: &mut Inlet, emitter: &Emitter) -> Result<Option<(usize, Chunk)>, Halt> {
    let next = inlet.next().await;
    // Not before: the chunk may have been waited for while the run was held.
    emitter.world.scope.gate.pass().await;
    match next {
        Next::Chunk(lane, chunk) => Ok(Some((lane, chunk))),
        Next::End => Ok(None),
        Next::Broken => Err(Halt::Broken),
        Next::Failed(error) => Err(failed(emitter, &broken_spill(&error))),
    }
}

/// An error that no item is to blame for.
pub(crate) fn failed(emitter: &Emitter, error: &StepError) -> Halt {
    let Some(member) = emitter.stage.members.first() else { return Halt::Broken };
    let id = emitter.world.program.nodes[member.node].rules.id.clone();
    Halt::Failed { node: member.node, error: Box::new(item_error(id, error)) }
}

/// Tells that the nodes of a stage are done; those in a body are done when their scope is.
fn finish_members(emitter: &mut Emitter) {
    if emitter.within.is_some() {
        return;
    }
    let stage = Arc::clone(&emitter.stage);
    for member in &stage.members {
        finish_node(emitter, member.node);
    }
    for node in stage.body.iter().flat_map(|part| part.plan.all_nodes()) {
        finish_node(emitter, node);
    }
}

fn finish_node(emitter: &mut Emitter, node: usize) {
    let world = Arc::clone(&emitter.world);
    let status = ended_status(&world.tally.nodes[node]);
    emitter.note(Note::NodeFinished { node, status, error: None });
}

fn ended_status(tally: &crate::tally::NodeTally) -> NodeStatus {
    if !tally.is_started.load(Relaxed) {
        NodeStatus::Skipped
    } else if tally.rejected.load(Relaxed) > 0 {
        NodeStatus::Rejects
    } else {
        NodeStatus::Ok
    }
}
