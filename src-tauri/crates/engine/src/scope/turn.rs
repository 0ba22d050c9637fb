//! One turn of a scope: the body at work for one item. Not which turns there are, nor what becomes
//! of one that failed.

use std::sync::Arc;
use std::time::Instant;

use flow::plan::{Plan, Stage};
use flow::run::{ItemError, Timestamp};

use super::conduct::{Conduct, Conducted, Results};
use super::feed::Unit;
use crate::emitter::{Emitter, Halt, World};
use crate::inlet::{Inlet, Next, wire};
use crate::item::{CHUNK_ITEMS, Chunk};
use crate::launch::{Launch, inlet_of, launch};
use crate::node::{Behaviour, broken_spill};
use crate::ports::Leave;
use crate::spill::Queue;
use crate::stages::Stages;
use crate::step::StepError;

/// Chunks of results that may wait for those of earlier turns.
const RESULT_CHUNKS: usize = 4;

/// The body at work for one item.
pub(crate) struct Turn {
    pub(crate) unit: Unit,
    pub(crate) began: Instant,
    pub(crate) began_at: Timestamp,
    results: Inlet,
    /// Owned here: when the turn goes, its tasks go.
    stages: Stages,
    /// Results kept until the turn is over, where one that fails is to leave none behind.
    kept: Option<Queue>,
}

impl Turn {
    pub(crate) fn begin(
        world: &Arc<World>,
        (node, body): (usize, &Plan),
        unit: Unit,
        keeps_results: bool,
    ) -> Self {
        let within = Some(unit.item.lineage.clone());
        let given = |_: crate::launch::From| vec![unit.item.clone()];
        let Launch { mut stages, mut results } = launch(world, body, within.as_ref(), given, None);
        tell_apart(&mut results, world, node, body);
        // The results are waited for, not the stages.
        stages.spread();
        let kept = keeps_results.then(|| Queue::new(world.budget));
        let (began, began_at) = (Instant::now(), world.scope.now());
        Self { unit, began, began_at, results, stages, kept }
    }

    /// A turn in which the scope does as it likes.
    pub(super) fn conducted(
        (world, stage): (Arc<World>, Arc<Stage>),
        node: usize,
        conduct: &Arc<dyn Conduct>,
        unit: Unit,
        keeps_results: bool,
    ) -> Self {
        let (out, results) = wire(RESULT_CHUNKS);
        let mut inlet = inlet_of(&world);
        inlet.push_wire(results);
        let kept = keeps_results.then(|| Queue::new(world.budget));
        let (began, began_at) = (Instant::now(), world.scope.now());
        let conduct = Arc::clone(conduct);
        let conducted = Conducted { world, stage, node, item: unit.item.clone() };
        let mut stages = Stages::default();
        stages.push(async move {
            let Results { kept, end } = conduct.conduct(&conducted).await;
            if matches!(end, Ok(()) | Err(Halt::Enough(_) | Halt::Leave(_))) {
                kept.send(&conducted, &out).await?;
            }
            end
        });
        stages.spread();
        Self { unit, began, began_at, results: inlet, stages, kept }
    }

    /// What the body makes next. May be dropped while it waits.
    pub(crate) async fn next(&mut self) -> Next {
        self.results.next().await
    }

    /// Gives out what the body has made, or keeps it.
    pub(crate) async fn take(&mut self, emitter: &mut Emitter, chunk: Chunk) -> Result<(), Halt> {
        let Some(queue) = &mut self.kept else {
            emitter.emit(0, 0, chunk);
            return emitter.flush().await;
        };
        let dir = &emitter.world.scope.services.temp_dir;
        for item in chunk {
            if let Err(error) = queue.push(item, dir) {
                return Err(crate::stage::failed(emitter, &broken_spill(&error)));
            }
        }
        Ok(())
    }

    /// Waits for the body's tasks; an error where one of them failed.
    pub(crate) async fn join(&mut self) -> Result<(), Halt> {
        join(&mut self.stages).await
    }

    /// Gives out what was kept.
    pub(crate) async fn give_kept(&mut self, emitter: &mut Emitter) -> Result<(), Halt> {
        let Some(queue) = &mut self.kept else { return Ok(()) };
        loop {
            let mut chunk = Vec::new();
            while chunk.len() < CHUNK_ITEMS {
                match queue.pop() {
                    Ok(Some(item)) => chunk.push(item),
                    Ok(None) => break,
                    Err(error) => {
                        return Err(crate::stage::failed(emitter, &broken_spill(&error)));
                    }
                }
            }
            if chunk.is_empty() {
                return Ok(());
            }
            emitter.emit(0, 0, chunk);
            emitter.flush().await?;
        }
    }
}

/// The same item may come by several of a body's last nodes: they are told apart in step keys.
pub(super) fn tell_apart(results: &mut Inlet, world: &World, node: usize, body: &Plan) {
    if body.results.len() > 1 {
        results.tell_wires_apart(world.program.nodes[node].rules.id.clone());
    }
}

/// Waits for all stages; an error where one of them failed.
pub(super) async fn join(stages: &mut Stages) -> Result<(), Halt> {
    let mut end = Ok(());
    while let Some(result) = stages.next().await {
        if rank(&result) > rank(&end) {
            end = result;
        }
    }
    end
}

/// What says more of how a body ended: a stage that broke off did so for another's sake.
fn rank(end: &Result<(), Halt>) -> u8 {
    match end {
        Ok(()) | Err(Halt::Unwanted) => 0,
        Err(Halt::Broken) => 1,
        Err(Halt::Leave(Leave::Continue)) => 2,
        Err(Halt::Leave(Leave::Break)) => 3,
        Err(Halt::Enough(_) | Halt::Failed { .. } | Halt::Defect) => 4,
    }
}

/// What failed inside is what failed the scope's item. The innermost node is named.
pub(crate) fn inner_error(world: &World, scope: usize, error: &ItemError) -> StepError {
    let nodes = &world.program.nodes;
    let failed = nodes.iter().find(|node| node.rules.id == error.node);
    let is_scope = failed.is_some_and(|node| matches!(node.behaviour, Behaviour::Scope(_)));
    let is_own = error.node == nodes[scope].rules.id;
    // A scope inside has named the node already.
    let message = if is_own || is_scope {
        error.message.clone()
    } else {
        format!("At \"{}\": {}", error.node, error.message)
    };
    StepError::terminal(error.class, message).with(|trouble| {
        trouble.advice.clone_from(&error.advice);
        trouble.attempts = error.attempts;
        trouble.tries.clone_from(&error.tries);
        trouble.exchange.clone_from(&error.exchange);
    })
}
