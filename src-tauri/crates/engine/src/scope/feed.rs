//! What the turns of a scope are made of, from the items that come in. Not how a turn is run.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use data::Value;
use mapping::Expression;
use tokio::time::Instant;

use super::Turns;
use super::batch::Gatherer;
use crate::emitter::{Emitter, Halt};
use crate::item::{Chunk, Item};
use crate::lineage::{Lineage, Origin};
use crate::step::StepError;

/// What one turn is given.
#[derive(Clone)]
pub(crate) struct Unit {
    pub(crate) item: Item,
    /// The items of a batch, by lineage; their values are the entries of the item's list.
    pub(crate) members: Option<Box<[Lineage]>>,
    /// Where the item is an entry of a list.
    pub(crate) entry: Option<Entry>,
}

/// An entry of an item's list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Which item's, counted from 0.
    pub(crate) of: u64,
}

/// What comes next for a turn.
pub(super) enum Fed {
    Unit(Unit),
    /// An item that no turn can be made of.
    Failed(Item, StepError),
}

/// Items on their way to the turns of a scope.
pub(super) enum Feed {
    /// Each is a turn.
    Items(VecDeque<Item>),
    /// Each has a list, whose entries are turns.
    Entries(Entries),
    /// So many are a turn.
    Batches(Gatherer),
}

impl Feed {
    pub(super) fn new(turns: &Turns, emitter: &Emitter, node: usize) -> Self {
        match turns {
            Turns::Items | Turns::Conducted(_) => Self::Items(VecDeque::new()),
            Turns::Entries(list) => Self::Entries(Entries::new(list)),
            Turns::Batches(cut) => Self::Batches(Gatherer::new(cut, emitter, node)),
        }
    }

    /// Takes items in.
    pub(super) fn take(&mut self, chunk: Chunk) {
        match self {
            Self::Items(waiting) => waiting.extend(chunk),
            Self::Entries(entries) => entries.waiting.extend(chunk),
            Self::Batches(gatherer) => gatherer.take(chunk),
        }
    }

    /// Makes a turn of what is there, though it is not as much as it could be.
    pub(super) fn cut(&mut self) {
        if let Self::Batches(gatherer) = self {
            gatherer.cut();
        }
    }

    /// When what is there has waited long enough.
    pub(super) fn due(&self) -> Option<Instant> {
        match self {
            Self::Items(_) | Self::Entries(_) => None,
            Self::Batches(gatherer) => gatherer.due(),
        }
    }

    /// Whether there is something for a turn.
    pub(super) fn has_more(&self) -> bool {
        match self {
            Self::Items(waiting) => !waiting.is_empty(),
            Self::Entries(entries) => !entries.waiting.is_empty() || entries.open.is_some(),
            Self::Batches(gatherer) => gatherer.has_more(),
        }
    }

    /// Leaves out the entries of an item that have not been given yet.
    pub(super) fn skip_rest(&mut self, of: u64) {
        if let Self::Entries(entries) = self {
            entries.open.take_if(|open| open.entry.of == of);
        }
    }

    /// What the next turn is made of.
    pub(super) async fn next(&mut self, emitter: &mut Emitter) -> Result<Option<Fed>, Halt> {
        match self {
            Self::Items(waiting) => {
                let Some(item) = waiting.pop_front() else { return Ok(None) };
                emitter.count_in(0, 1);
                Ok(Some(Fed::Unit(Unit { item, members: None, entry: None })))
            }
            Self::Entries(entries) => Ok(entries.next(emitter)),
            Self::Batches(gatherer) => gatherer.next(emitter).await,
        }
    }
}

/// The entries of the lists of items, one after the other.
pub(super) struct Entries {
    list: Arc<Expression>,
    waiting: VecDeque<Item>,
    open: Option<Open>,
    n_items: u64,
}

/// A list whose entries are being given.
struct Open {
    entry: Entry,
    origin: Arc<Origin>,
    list: Value,
    next: usize,
}

impl Entries {
    fn new(list: &Arc<Expression>) -> Self {
        Self { list: Arc::clone(list), waiting: VecDeque::new(), open: None, n_items: 0 }
    }

    fn next(&mut self, emitter: &mut Emitter) -> Option<Fed> {
        loop {
            if let Some(unit) = self.open.as_mut().and_then(Open::next) {
                return Some(Fed::Unit(unit));
            }
            self.open = None;
            let item = self.waiting.pop_front()?;
            emitter.count_in(0, 1);
            if let Err(error) = self.open(&item, emitter) {
                return Some(Fed::Failed(item, error));
            }
        }
    }

    /// Begins with the list of an item. A single value counts as a list of one.
    fn open(&mut self, item: &Item, emitter: &Emitter) -> Result<(), StepError> {
        let rules = emitter.head_rules();
        let names = emitter.world.scope.names(&rules.id, &item.lineage);
        let found = self.list.eval(&item.value, &names);
        let found = found.map_err(|fault| StepError::fault(&fault, "/params/items"))?;
        let Some(found) = found.filter(|found| !found.is_null()) else { return Ok(()) };
        let list = if found.as_list().is_some() { found } else { Value::from(vec![found]) };
        let n_entries = list.as_list().map_or(0, <[Value]>::len) as u64;
        emitter.world.tally.nodes[rules.index].turns_of.fetch_add(n_entries, Relaxed);
        let origin = Arc::new(Origin::parts(rules.id.clone(), item.lineage.clone()));
        self.open = Some(Open { entry: Entry { of: self.n_items }, origin, list, next: 0 });
        self.n_items += 1;
        Ok(())
    }
}

impl Open {
    fn next(&mut self) -> Option<Unit> {
        let value = self.list.as_list()?.get(self.next)?.clone();
        let lineage = Lineage::new(&self.origin, self.next as u32);
        self.next += 1;
        Some(Unit { item: Item::new(value, lineage), members: None, entry: Some(self.entry) })
    }
}
