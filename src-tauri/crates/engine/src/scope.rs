//! Runs a scope: the body once per item, several at once, the results in the order of the items.
//! Not what is in a body: its stages are those of any graph.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use flow::plan::Plan;
use flow::run::ItemError;

use crate::emitter::{Emitter, Halt, World};
use crate::inlet::{Inlet, Next};
use crate::item::{CHUNK_ITEMS, Item};
use crate::launch::{From, Launch, launch};
use crate::node::broken_spill;
use crate::rules::Policy;
use crate::spill::Queue;
use crate::stages::Stages;
use crate::step::StepError;

/// Runs the scope at the head of the emitter's stage until the inlet ends.
pub(crate) async fn run(inlet: &mut Inlet, emitter: &mut Emitter, node: usize) -> Result<(), Halt> {
    let world = Arc::clone(&emitter.world);
    let scope = &world.program.nodes[node];
    let stage = Arc::clone(&emitter.stage);
    let Some(body) = stage.body.as_ref().filter(|body| !body.stages.is_empty()) else {
        return pass_on(inlet, emitter).await;
    };
    let concurrency = scope.rules.concurrency.get() as usize;
    let mut waiting = VecDeque::new();
    let mut instances: VecDeque<Instance> = VecDeque::new();
    let mut ended = None;
    loop {
        while instances.len() < concurrency
            && let Some(item) = waiting.pop_front()
        {
            emitter.count_in(0, 1);
            instances.push_back(Instance::begin(&world, body, item, &scope.rules.on_error));
        }
        if instances.is_empty()
            && let Some(end) = ended
        {
            return end;
        }
        let wants_more = ended.is_none() && waiting.is_empty() && instances.len() < concurrency;
        tokio::select! {
            biased;
            next = next_of(&mut instances), if !instances.is_empty() => {
                take_result(emitter, &mut instances, next).await?;
            }
            next = inlet.next(), if wants_more => match next {
                Next::Chunk(_, chunk) => waiting.extend(chunk),
                Next::End => ended = Some(Ok(())),
                Next::Broken => ended = Some(Err(Halt::Broken)),
                Next::Failed(error) => {
                    return Err(crate::stage::failed(emitter, &broken_spill(&error)));
                }
            },
        }
    }
}

/// An empty body leaves the items as they are.
async fn pass_on(inlet: &mut Inlet, emitter: &mut Emitter) -> Result<(), Halt> {
    loop {
        match inlet.next().await {
            Next::Chunk(_, chunk) => {
                emitter.count_in(0, chunk.len());
                emitter.emit(0, 0, chunk);
                emitter.flush().await?;
            }
            Next::End => return Ok(()),
            Next::Broken => return Err(Halt::Broken),
            Next::Failed(error) => {
                return Err(crate::stage::failed(emitter, &broken_spill(&error)));
            }
        }
    }
}

/// The body at work for one item.
struct Instance {
    item: Item,
    began: Instant,
    results: Inlet,
    /// Owned here: when the instance goes, its tasks go.
    stages: Stages,
    /// Results kept until the body is done, where a failed item is to leave none behind.
    kept: Option<Queue>,
}

impl Instance {
    fn begin(world: &Arc<World>, body: &Plan, item: Item, policy: &Policy) -> Self {
        let within = Some(item.lineage.clone());
        let given = |_: From| vec![item.clone()];
        let Launch { mut stages, results } = launch(world, body, within.as_ref(), given, None);
        // The results are waited for, not the stages.
        stages.spread();
        let kept = (*policy != Policy::Stop).then(|| Queue::new(world.budget));
        Self { item, began: Instant::now(), results, stages, kept }
    }

    /// Waits for the body's tasks; an error where one of them failed.
    async fn join(&mut self) -> Result<(), Halt> {
        let mut end = Ok(());
        while let Some(result) = self.stages.next().await {
            end = match (end, result) {
                (Ok(()) | Err(Halt::Broken), result @ Err(_)) => result,
                (end, _) => end,
            };
        }
        end
    }
}

async fn next_of(instances: &mut VecDeque<Instance>) -> Next {
    match instances.front_mut() {
        Some(first) => first.results.next().await,
        None => std::future::pending().await,
    }
}

/// Takes what the first item's body has made.
async fn take_result(
    emitter: &mut Emitter,
    instances: &mut VecDeque<Instance>,
    next: Next,
) -> Result<(), Halt> {
    let Some(first) = instances.front_mut() else { return Ok(()) };
    match next {
        Next::Chunk(_, chunk) => match &mut first.kept {
            None => {
                emitter.emit(0, 0, chunk);
                emitter.flush().await
            }
            Some(queue) => {
                let dir = &emitter.world.scope.services.temp_dir;
                for item in chunk {
                    if let Err(error) = queue.push(item, dir) {
                        return Err(crate::stage::failed(emitter, &broken_spill(&error)));
                    }
                }
                Ok(())
            }
        },
        Next::Failed(error) => Err(crate::stage::failed(emitter, &broken_spill(&error))),
        Next::End | Next::Broken => {
            let Some(mut first) = instances.pop_front() else { return Ok(()) };
            let end = first.join().await;
            emitter.count_busy(0, first.began);
            finish_item(emitter, first, end).await
        }
    }
}

async fn finish_item(
    emitter: &mut Emitter,
    mut instance: Instance,
    end: Result<(), Halt>,
) -> Result<(), Halt> {
    match end {
        Ok(()) => give_kept(emitter, &mut instance).await,
        Err(Halt::Enough(message)) => {
            give_kept(emitter, &mut instance).await?;
            Err(Halt::Enough(message))
        }
        Err(Halt::Failed { error, .. }) if instance.kept.is_some() => {
            crate::window::settle(emitter, &instance.item, &inner_error(&error))?;
            emitter.flush().await
        }
        Err(halt) => Err(halt),
    }
}

async fn give_kept(emitter: &mut Emitter, instance: &mut Instance) -> Result<(), Halt> {
    let Some(queue) = &mut instance.kept else { return Ok(()) };
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

/// What failed inside is what failed the scope's item.
fn inner_error(error: &ItemError) -> StepError {
    let told =
        StepError::terminal(error.class, format!("At \"{}\": {}", error.node, error.message));
    told.with(|trouble| {
        trouble.advice.clone_from(&error.advice);
        trouble.attempts = error.attempts;
        trouble.tries.clone_from(&error.tries);
        trouble.exchange.clone_from(&error.exchange);
    })
}
