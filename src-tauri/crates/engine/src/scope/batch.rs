//! Batches: items gathered to lists, and the halves of a list that failed. Not how a turn is run.

use std::collections::VecDeque;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::time::Duration;

use data::Value;
use flow::id::NodeId;
use flow::run::{ErrorClass, ItemError};
use tokio::time::Instant;

use super::feed::{Fed, Unit};
use crate::embedded::EmbeddedContext;
use crate::emitter::{Emitter, Halt};
use crate::item::{Chunk, Item};
use crate::journal::Recorded;
use crate::lineage::{Lineage, Origin, Sets};
use crate::step::{StepContext, StepResult, StepWork};

/// When a batch is full.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    /// So many items.
    pub(crate) items: NonZeroU32,
    /// So many bytes, as compact JSON; one larger item is a batch of its own.
    pub(crate) bytes: Option<NonZeroU64>,
    /// After the first item has waited so long.
    pub(crate) wait: Option<Duration>,
    /// Whether a batch that failed is run again in halves.
    pub(crate) bisect: bool,
}

/// Gathers items to batches.
pub(super) struct Gatherer {
    cut: Cut,
    node: NodeId,
    /// The item of the scope that the node stands in.
    within: Option<Lineage>,
    /// Whether something is inside, which may fail: then the items of a batch are remembered.
    has_body: bool,
    waiting: VecDeque<Item>,
    values: Vec<Value>,
    members: Vec<Lineage>,
    n_bytes: u64,
    opened: Option<Instant>,
    /// How many items the batch had that an earlier part of the run made of the same items.
    known: Option<usize>,
    /// Where it is noted how many items a batch has: what depends on the time is not found out
    /// a second time.
    notes: Option<EmbeddedContext>,
    must_cut: bool,
    n_made: u64,
}

impl Gatherer {
    pub(super) fn new(cut: &Cut, emitter: &Emitter, node: usize) -> Self {
        let world = &emitter.world;
        let id = world.program.nodes[node].rules.id.clone();
        let mut cut = cut.clone();
        if matches!(world.scope.calls.conduct_of(&id).clock, transport::Clock::Virtual(_)) {
            // Where waits are jumped over no time passes between items.
            cut.wait = None;
        }
        let is_noted = cut.wait.is_some() && world.scope.ledger.is_some();
        Self {
            notes: is_noted.then(|| crate::stage::head_context(emitter)),
            cut,
            node: id,
            within: emitter.within.clone(),
            has_body: !emitter.stage.body.is_empty(),
            waiting: VecDeque::new(),
            values: Vec::new(),
            members: Vec::new(),
            n_bytes: 0,
            opened: None,
            known: None,
            must_cut: false,
            n_made: 0,
        }
    }

    pub(super) fn take(&mut self, chunk: Chunk) {
        self.waiting.extend(chunk);
    }

    pub(super) fn cut(&mut self) {
        self.must_cut = true;
    }

    pub(super) fn due(&self) -> Option<Instant> {
        // A batch whose size is known waits for all its items.
        Some(self.opened? + self.cut.wait.filter(|_| self.known.is_none())?)
    }

    pub(super) fn has_more(&self) -> bool {
        !self.waiting.is_empty() || (self.must_cut && !self.values.is_empty())
    }

    pub(super) async fn next(&mut self, emitter: &mut Emitter) -> Result<Option<Fed>, Halt> {
        while !self.is_full() {
            let Some(item) = self.waiting.pop_front() else { break };
            if self.values.is_empty() {
                self.open().map_err(|error| crate::stage::failed(emitter, &error))?;
            }
            self.n_bytes += self.cut.bytes.map_or(0, |_| item.value.size() as u64);
            self.values.push(item.value);
            self.members.push(item.lineage);
        }
        let is_last = self.must_cut && self.waiting.is_empty();
        if self.values.is_empty() || !(self.is_full() || is_last) {
            return Ok(None);
        }
        self.must_cut &= !self.waiting.is_empty();
        emitter.count_in(0, self.values.len());
        self.note().await.map_err(|error| match error {
            crate::step::StepError::Cancelled => Halt::Broken,
            error => crate::stage::failed(emitter, &error),
        })?;
        Ok(Some(Fed::Unit(self.make())))
    }

    /// Whether the next item begins another batch.
    fn is_full(&self) -> bool {
        let n_items = self.values.len();
        if let Some(known) = self.known {
            return n_items >= known;
        }
        let next_bytes = || self.waiting.front().map_or(0, |item| item.value.size() as u64);
        n_items >= self.cut.items.get() as usize
            || self.cut.bytes.is_some_and(|most| {
                n_items > 0
                    && (self.n_bytes >= most.get() || self.n_bytes + next_bytes() > most.get())
            })
    }

    /// Begins a batch: as large as it was, where it was made before.
    fn open(&mut self) -> StepResult<()> {
        self.opened = Some(Instant::now());
        let Some(cx) = &self.notes else { return Ok(()) };
        let Some(ledger) = cx.ledger() else { return Ok(()) };
        if let Some(Recorded::Done(known)) = ledger.find(&self.key(cx), &StepWork::READS)? {
            self.known = known.as_i64().map(|known| known.max(1) as usize);
        }
        Ok(())
    }

    /// Notes how many items the batch has.
    async fn note(&self) -> StepResult<()> {
        let Some(cx) = self.notes.as_ref().filter(|_| self.known.is_none()) else { return Ok(()) };
        let Some(ledger) = cx.ledger() else { return Ok(()) };
        let n_items = Value::from(self.values.len());
        ledger.done(&self.key(cx), &StepWork::READS, cx.now(), n_items).await
    }

    fn key(&self, cx: &EmbeddedContext) -> crate::step::StepKey {
        cx.key(&format!("batch/{}", self.n_made))
    }

    /// The turn of the batch that is full.
    fn make(&mut self) -> Unit {
        let members: Box<[Lineage]> = std::mem::take(&mut self.members).into();
        let sets = Sets::of([members.iter()]);
        let within = self.within.clone();
        let origin = Origin::gathered(self.node.clone(), self.n_made, sets, within);
        let room = self.values.len();
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(room));
        let item = Item::new(Value::from(values), Lineage::new(&Arc::new(origin), 0));
        self.n_made += 1;
        (self.n_bytes, self.opened, self.known) = (0, None, None);
        Unit { item, members: self.has_body.then_some(members), entry: None }
    }
}

/// Whether another try with fewer items may tell a bad one from the others. What is wrong with the
/// account, the network or the disk is wrong with every item, and what may have been done is not
/// done again.
pub(super) fn may_halve(error: &ItemError) -> bool {
    use ErrorClass as Class;
    match error.class {
        Class::Validation
        | Class::NotFound
        | Class::Conflict
        | Class::Server
        | Class::Answer
        | Class::Expression
        | Class::Timeout
        | Class::Guard
        | Class::Rejected => true,
        Class::Auth
        | Class::Limit
        | Class::Connection
        | Class::UnknownOutcome
        | Class::File
        | Class::Stopped
        | Class::Internal => false,
    }
}

/// The two halves of a batch. Their paths begin with that of the batch, so that no step of theirs
/// is taken for one of another: `batch:7/0.batch:1/0`.
pub(super) fn halves(emitter: &Emitter, batch: &Item, members: &[Lineage]) -> [Unit; 2] {
    let node = &emitter.head_rules().id;
    let values = batch.value.as_list().unwrap_or_default();
    let middle = members.len() / 2;
    let half = |ordinal: u64, members: &[Lineage], values: &[Value]| {
        let sets = Sets::of([members.iter()]);
        let origin = Origin::gathered(node.clone(), ordinal, sets, Some(batch.lineage.clone()));
        let lineage = Lineage::new(&Arc::new(origin), 0);
        let item = Item::new(Value::from(values.to_vec()), lineage);
        Unit { item, members: Some(members.into()), entry: None }
    };
    [half(0, &members[..middle], &values[..middle]), half(1, &members[middle..], &values[middle..])]
}

/// The items of a batch, as they came in.
pub(super) fn items(batch: &Item, members: &[Lineage]) -> Vec<Item> {
    let values = batch.value.as_list().unwrap_or_default().iter().cloned();
    values.zip(members).map(|(value, lineage)| Item::new(value, lineage.clone())).collect()
}
