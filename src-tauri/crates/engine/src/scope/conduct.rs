//! For scopes that do more with an item than to run their body once: what they run their parts
//! with, and how the results are kept. Not what each of them does: that is in their own files.

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use flow::id::NodeId;
use flow::plan::{Part, Stage};
use mapping::Expression;

use super::told;
use super::turn::{join, tell_apart};
use crate::embedded::EmbeddedContext;
use crate::emitter::{Halt, Message, World, item_error};
use crate::inlet::{Closed, Next, WireOut};
use crate::item::{CHUNK_ITEMS, Chunk, Item};
use crate::launch::{Launch, launch};
use crate::node::broken_spill;
use crate::rules::Rules;
use crate::spill::Queue;
use crate::step::{StepError, StepResult};

/// What a scope does with one item.
#[async_trait]
pub(crate) trait Conduct: Debug + Send + Sync {
    /// Runs the parts of the body as it should be. Results count where the item did not fail.
    async fn conduct(&self, at: &Conducted) -> Results;

    /// Whether it tells of its turns itself.
    fn tells(&self) -> bool {
        false
    }
}

/// What came of an item.
pub(crate) struct Results {
    pub(crate) kept: Kept,
    pub(crate) end: Result<(), Halt>,
}

/// One item in a scope.
pub(crate) struct Conducted {
    pub(crate) world: Arc<World>,
    pub(crate) stage: Arc<Stage>,
    /// The scope.
    pub(crate) node: usize,
    pub(crate) item: Item,
}

impl Conducted {
    pub(crate) fn rules(&self) -> &Arc<Rules> {
        &self.world.program.nodes[self.node].rules
    }

    /// The parts of the body, in the order of the file.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.stage.body
    }

    /// What a part is known by.
    pub(crate) fn id_of(&self, part: &Part) -> &NodeId {
        &self.world.program.nodes[part.first].rules.id
    }

    /// Whether waits are jumped over, so that nothing may depend on who is first.
    pub(crate) fn is_virtual(&self) -> bool {
        let conduct = self.world.scope.calls.conduct_of(&self.rules().id);
        matches!(conduct.clock, transport::Clock::Virtual(_))
    }

    /// The context of the item at the scope.
    pub(crate) fn context(&self) -> EmbeddedContext {
        let (scope, rules) = (Arc::clone(&self.world.scope), Arc::clone(self.rules()));
        EmbeddedContext::new(scope, rules, self.item.lineage.clone())
    }

    /// Whether an expression at a key of the scope holds for an item.
    pub(crate) fn test(
        &self,
        condition: &Expression,
        item: &Item,
        key: &str,
    ) -> Result<bool, Halt> {
        let names = self.world.scope.names(&self.rules().id, &item.lineage);
        let tested = condition.test(&item.value, &names);
        tested.map_err(|fault| self.failed(&StepError::fault(&fault, key)))
    }

    /// The item's error, of the scope itself.
    pub(crate) fn failed(&self, error: &StepError) -> Halt {
        if matches!(error, StepError::Cancelled) {
            return Halt::Broken;
        }
        let mut what = item_error(self.rules().id.clone(), error);
        what.item = Some(self.item.lineage.to_string());
        what.value = Some(self.item.value.clone());
        Halt::Failed { node: self.node, error: Box::new(what) }
    }

    /// Runs a part for an item, and keeps what comes of it.
    pub(crate) async fn keep(&self, part: &Part, item: &Item) -> Results {
        let mut kept = Kept::new(&self.world);
        let end = self.run(part, item, |chunk, dir| kept.push(chunk, dir)).await;
        Results { kept, end }
    }

    /// Runs a part for an item.
    pub(crate) async fn run(
        &self,
        part: &Part,
        item: &Item,
        mut take: impl FnMut(Chunk, &Path) -> io::Result<()>,
    ) -> Result<(), Halt> {
        let given = |_: crate::launch::From| vec![item.clone()];
        let launched = launch(&self.world, &part.plan, Some(&item.lineage), given, None);
        let Launch { mut stages, mut results } = launched;
        stages.spread();
        tell_apart(&mut results, &self.world, self.node, &part.plan);
        let dir = &self.world.scope.services.temp_dir;
        loop {
            match results.next().await {
                Next::Chunk(_, chunk) => {
                    take(chunk, dir).map_err(|error| self.failed(&broken_spill(&error)))?;
                }
                Next::Failed(error) => return Err(self.failed(&broken_spill(&error))),
                Next::End | Next::Broken => return join(&mut stages).await,
            }
        }
    }

    /// Tells of a turn that began then, as far as the limits go.
    pub(crate) async fn tell_turn(
        &self,
        item: &Item,
        branch: Option<&Part>,
        (began, began_at): (Instant, flow::run::Timestamp),
        failed: bool,
    ) -> StepResult<()> {
        let told = told::Turn::of(item, began, began_at);
        let branch = branch.map(|part| self.id_of(part).clone());
        match told.what(&self.world, self.node, branch, failed) {
            Some(what) => self.world.scope.reporter.note(what).await,
            None => Ok(()),
        }
    }
}

/// Results of a part: in memory up to the budget, the rest on disk.
pub(crate) struct Kept {
    queue: Queue,
}

impl Kept {
    pub(crate) fn new(world: &World) -> Self {
        Self { queue: Queue::new(world.budget) }
    }

    pub(crate) fn push(&mut self, chunk: Chunk, dir: &Path) -> io::Result<()> {
        chunk.into_iter().try_for_each(|item| self.queue.push(item, dir))
    }

    /// The next items, in order; none after the last.
    pub(crate) fn take(&mut self) -> io::Result<Chunk> {
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK_ITEMS {
            match self.queue.pop()? {
                Some(item) => chunk.push(item),
                None => break,
            }
        }
        Ok(chunk)
    }

    /// Sends everything, and that there is no more.
    pub(super) async fn send(mut self, at: &Conducted, out: &WireOut) -> Result<(), Halt> {
        loop {
            let chunk = self.take().map_err(|error| at.failed(&broken_spill(&error)))?;
            let is_last = chunk.is_empty();
            let message = if is_last { Message::End } else { Message::Chunk(chunk) };
            match out.send(message).await {
                Ok(()) if !is_last => {}
                Ok(()) | Err(Closed::Unwanted) => return Ok(()),
                Err(Closed::Broken) => return Err(Halt::Broken),
            }
        }
    }
}
