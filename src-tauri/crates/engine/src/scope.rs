//! Runs a scope: its body once per turn, several turns at once, the results in the order of the
//! turns. Not what a turn is made of (`feed`, `batch`), how one is run (`turn`), nor what scopes do
//! that run their body in parts or again and again (`conduct`).

mod batch;
mod branches;
mod conduct;
mod feed;
mod told;
mod turn;

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;

use flow::plan::{Part, Stage};
use flow::run::ItemError;
use mapping::Expression;
use tokio::time::Instant;

pub(crate) use self::batch::Cut;
pub(crate) use self::branches::{Branches, Failing, JoinOn, Rule};
pub(crate) use self::conduct::{Conduct, Conducted, Kept, Results};
use self::feed::{Fed, Feed, Unit};
use self::turn::Turn;
pub(crate) use self::turn::inner_error;
use crate::emitter::{Emitter, Halt, World};
use crate::inlet::{Inlet, Next};
use crate::item::Item;
use crate::node::{Behaviour, broken_spill};
use crate::ports::Leave;
use crate::recorder::Note;
use crate::rules::Policy;
use crate::step::StepError;

/// How a scope runs its body.
#[derive(Debug, Clone)]
pub struct ScopeRules {
    /// How many turns run at once, where the node does not say `concurrency`.
    pub(crate) concurrency: NonZeroU32,
    pub(crate) turns: Turns,
}

/// What a turn of a scope is.
#[derive(Debug, Clone)]
pub(crate) enum Turns {
    /// An item.
    Items,
    /// An entry of the list that this gives for an item.
    Entries(Arc<Expression>),
    /// So many items as one list.
    Batches(Cut),
    /// An item, with which the scope does more than to run its body once.
    Conducted(Arc<dyn Conduct>),
}

impl Turns {
    /// Whether the body is run again and again, so that it can be left.
    fn is_loop(&self) -> bool {
        matches!(self, Self::Items | Self::Entries(_))
    }
}

/// Runs the scope at the head of the emitter's stage until the inlet ends.
pub(crate) async fn run(inlet: &mut Inlet, emitter: &mut Emitter, node: usize) -> Result<(), Halt> {
    let mut window = Window::new(emitter, node);
    let is_whole = matches!(window.rules().turns, Turns::Items | Turns::Conducted(_));
    if window.body().is_none() && is_whole {
        return pass_on(inlet, emitter).await;
    }
    loop {
        window.begin_waiting(emitter).await?;
        if window.slots.is_empty()
            && let Some(end) = window.ended.take()
        {
            return end;
        }
        let wants_more = window.wants_more();
        let due = window.feed.due();
        tokio::select! {
            biased;
            next = window.next_result(), if window.n_running > 0 => {
                window.take_result(emitter, next).await?;
            }
            next = inlet.next(), if wants_more => match next {
                Next::Chunk(_, chunk) => window.feed.take(chunk),
                Next::End => window.end(Ok(())),
                Next::Broken => window.end(Err(Halt::Broken)),
                Next::Failed(error) => {
                    return Err(crate::stage::failed(emitter, &broken_spill(&error)));
                }
            },
            () = until(due), if wants_more && due.is_some() => window.feed.cut(),
        }
    }
}

async fn until(due: Option<Instant>) {
    if let Some(due) = due {
        tokio::time::sleep_until(due).await;
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

/// The turns that have begun or are about to, in order.
struct Window {
    world: Arc<World>,
    stage: Arc<Stage>,
    node: usize,
    concurrency: usize,
    feed: Feed,
    slots: VecDeque<Slot>,
    n_running: usize,
    /// How the inlet ended.
    ended: Option<Result<(), Halt>>,
}

enum Slot {
    Waiting(Unit),
    Running(Box<Turn>),
    /// An item that no turn could be made of.
    Failed(Item, StepError),
}

impl Window {
    fn new(emitter: &Emitter, node: usize) -> Self {
        let world = Arc::clone(&emitter.world);
        let Behaviour::Scope(scope) = &world.program.nodes[node].behaviour else {
            unreachable!("only scopes have turns")
        };
        let concurrency = world.program.nodes[node].rules.concurrency.get() as usize;
        let feed = Feed::new(&scope.turns, emitter, node);
        let stage = Arc::clone(&emitter.stage);
        let slots = VecDeque::new();
        Self { world, stage, node, concurrency, feed, slots, n_running: 0, ended: None }
    }

    fn rules(&self) -> &ScopeRules {
        match &self.world.program.nodes[self.node].behaviour {
            Behaviour::Scope(scope) => scope,
            _ => unreachable!("only scopes have turns"),
        }
    }

    fn body(&self) -> Option<&Part> {
        self.stage.body.first()
    }

    fn end(&mut self, end: Result<(), Halt>) {
        // What is left makes a last turn only where nothing is missing of it.
        if end.is_ok() {
            self.feed.cut();
        }
        self.ended = Some(end);
    }

    /// Whether the inlet should give more: nothing waits for its turn, and one could begin.
    fn wants_more(&self) -> bool {
        self.ended.is_none() && !self.feed.has_more() && self.n_running < self.concurrency
    }

    /// Begins as many turns as may run at once, in order; what comes first and needs none is given
    /// out.
    async fn begin_waiting(&mut self, emitter: &mut Emitter) -> Result<(), Halt> {
        loop {
            self.give_out_settled(emitter).await?;
            if self.n_running >= self.concurrency {
                return Ok(());
            }
            let first_waiting = self.slots.iter().position(|slot| matches!(slot, Slot::Waiting(_)));
            let at = match first_waiting {
                Some(at) => at,
                None => match self.feed.next(emitter).await? {
                    None => return Ok(()),
                    Some(Fed::Failed(item, error)) => {
                        self.slots.push_back(Slot::Failed(item, error));
                        continue;
                    }
                    Some(Fed::Unit(unit)) => {
                        self.slots.push_back(Slot::Waiting(unit));
                        self.slots.len() - 1
                    }
                },
            };
            self.begin(at, emitter).await?;
        }
    }

    async fn begin(&mut self, at: usize, emitter: &mut Emitter) -> Result<(), Halt> {
        let Some(Slot::Waiting(unit)) = self.slots.get(at) else { return Ok(()) };
        let unit = unit.clone();
        let Some(body) = self.body() else {
            // Nothing is inside: the turn's item is its result, and nothing runs before it.
            self.slots.remove(at);
            emitter.emit(0, 0, vec![unit.item]);
            return emitter.flush().await;
        };
        let turn = if let Turns::Conducted(conduct) = &self.rules().turns {
            let given = (Arc::clone(&self.world), Arc::clone(&self.stage));
            Turn::conducted(given, self.node, conduct, unit, self.keeps_results())
        } else {
            let body = (self.node, &body.plan);
            Turn::begin(&self.world, body, unit, self.keeps_results())
        };
        self.slots[at] = Slot::Running(Box::new(turn));
        self.n_running += 1;
        Ok(())
    }

    /// Whether a turn's results wait until it is over, as one that fails is to leave none behind.
    fn keeps_results(&self) -> bool {
        let is_halved = matches!(&self.rules().turns, Turns::Batches(cut) if cut.bisect);
        is_halved || self.world.program.nodes[self.node].rules.on_error != Policy::Stop
    }

    async fn give_out_settled(&mut self, emitter: &mut Emitter) -> Result<(), Halt> {
        while let Some(Slot::Failed(..)) = self.slots.front() {
            if let Some(Slot::Failed(item, error)) = self.slots.pop_front() {
                crate::window::settle(emitter, &item, &error)?;
                emitter.flush().await?;
            }
        }
        Ok(())
    }

    /// What the first turn makes next.
    async fn next_result(&mut self) -> Next {
        match self.slots.front_mut() {
            Some(Slot::Running(first)) => first.next().await,
            _ => std::future::pending().await,
        }
    }

    async fn take_result(&mut self, emitter: &mut Emitter, next: Next) -> Result<(), Halt> {
        let Some(Slot::Running(first)) = self.slots.front_mut() else { return Ok(()) };
        match next {
            Next::Chunk(_, chunk) => first.take(emitter, chunk).await,
            Next::Failed(error) => Err(crate::stage::failed(emitter, &broken_spill(&error))),
            Next::End | Next::Broken => {
                let Some(Slot::Running(mut first)) = self.slots.pop_front() else { return Ok(()) };
                self.n_running -= 1;
                let end = first.join().await;
                emitter.count_busy(0, first.began);
                let has_failed = matches!(end, Err(Halt::Failed { .. }));
                if !matches!(&self.rules().turns, Turns::Conducted(conduct) if conduct.tells()) {
                    let told = told::Turn::of(&first.unit.item, first.began, first.began_at);
                    let what = told.what(&self.world, self.node, None, has_failed);
                    if let Some(what) = what {
                        emitter.note(Note::Event(what));
                    }
                }
                self.finish(emitter, *first, end).await
            }
        }
    }

    /// What comes of a turn that is over.
    async fn finish(
        &mut self,
        emitter: &mut Emitter,
        mut turn: Turn,
        end: Result<(), Halt>,
    ) -> Result<(), Halt> {
        match end {
            Ok(()) => turn.give_kept(emitter).await?,
            Err(Halt::Enough(message)) => {
                turn.give_kept(emitter).await?;
                return Err(Halt::Enough(message));
            }
            Err(Halt::Leave(leave)) => {
                turn.give_kept(emitter).await?;
                self.leave(&turn.unit, leave)?;
            }
            Err(Halt::Failed { node, error }) => {
                if turn.unit.members.is_some() {
                    return self.batch_failed(emitter, turn.unit, &error).await;
                }
                if emitter.head_rules().on_error == Policy::Stop {
                    return Err(Halt::Failed { node, error });
                }
                let error = inner_error(&self.world, self.node, &error);
                crate::window::settle(emitter, &turn.unit.item, &error)?;
                emitter.flush().await?;
            }
            Err(halt) => return Err(halt),
        }
        told::progress(emitter, &turn.unit, 1);
        Ok(())
    }

    /// Ends the turn, or all turns, of the scope, or of the one around it that can be left.
    fn leave(&mut self, unit: &Unit, leave: Leave) -> Result<(), Halt> {
        if !self.rules().turns.is_loop() {
            return Err(Halt::Leave(leave));
        }
        match (leave, &unit.entry) {
            (Leave::Continue, _) => Ok(()),
            // Those in flight come later in order: they are stopped, with whatever they made.
            (Leave::Break, None) => Err(Halt::Unwanted),
            (Leave::Break, Some(entry)) => {
                let of = entry.of;
                self.feed.skip_rest(of);
                self.slots.retain(|slot| {
                    let unit = match slot {
                        Slot::Waiting(unit) => unit,
                        Slot::Running(turn) => &turn.unit,
                        Slot::Failed(..) => return true,
                    };
                    unit.entry.as_ref().is_none_or(|entry| entry.of != of)
                });
                let is_running = |slot: &&Slot| matches!(slot, Slot::Running(_));
                self.n_running = self.slots.iter().filter(is_running).count();
                Ok(())
            }
        }
    }

    /// Runs a batch that failed again in halves; once it is a single item, the policy decides.
    async fn batch_failed(
        &mut self,
        emitter: &mut Emitter,
        unit: Unit,
        error: &ItemError,
    ) -> Result<(), Halt> {
        let bisect = matches!(&self.rules().turns, Turns::Batches(cut) if cut.bisect);
        let members = unit.members.unwrap_or_default();
        if bisect && members.len() > 1 && batch::may_halve(error) {
            let halves = batch::halves(emitter, &unit.item, &members);
            for half in halves.into_iter().rev() {
                self.slots.push_front(Slot::Waiting(half));
            }
            return Ok(());
        }
        let error = inner_error(&self.world, self.node, error);
        for member in batch::items(&unit.item, &members) {
            crate::window::settle(emitter, &member, &error)?;
            emitter.flush().await?;
        }
        Ok(())
    }
}
