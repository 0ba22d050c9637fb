//! What is known of a run's steps, found by their names: an index over the database that holds no
//! values. Not what is done with it: that is the engine's.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex};

use data::Value;
use engine::journal::{Asked, JournalError, Recorded, Replay};
use engine::step::Effect;
use flow::id::RunId;
use store::{Store, StoreError};

use super::WriteDecision;
use super::steps::{self, KeptState, KeptStep};
use crate::app::lock;

/// Batches that are held, for steps are asked for about in the order in which they were done.
const HELD: usize = 16;

/// Where a record is: the row of its batch, and the place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordAt {
    row: i64,
    place: u32,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    Begun,
    Done,
    Undone,
}

/// A step that is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// Its last record.
    pub(crate) last: RecordAt,
    pub(crate) stands: Stands,
    /// Whether it changes a system: waits that are kept do not.
    pub(crate) is_write: bool,
}

/// The steps of a run by the hashes of their names.
#[derive(Debug)]
pub(crate) struct StepIndex {
    store: Arc<Store>,
    run: RunId,
    known: HashMap<u128, Known, BuildHasherDefault<AsIs>>,
    decided: HashMap<u128, WriteDecision, BuildHasherDefault<AsIs>>,
    held: Mutex<VecDeque<(i64, Arc<Vec<u8>>)>>,
}

impl StepIndex {
    /// Reads through all that is kept of a run's steps. It blocks.
    ///
    /// # Errors
    /// Why that cannot be read.
    pub(crate) fn open(store: Arc<Store>, run: &RunId) -> Result<Self, StoreError> {
        let mut known: HashMap<u128, Known, _> = HashMap::default();
        store.each_step_batch(run, |row, batch| {
            steps::each(batch, |place, step| {
                let last = RecordAt { row, place: place as u32 };
                let (stands, hash) = (stands(&step), hash(step.place));
                let was_write = known.get(&hash).is_some_and(|known| known.is_write);
                let is_write = was_write || !step.about.is_empty();
                known.insert(hash, Known { last, stands, is_write });
            })
        })?;
        let decided = store
            .decisions(run)?
            .into_iter()
            .filter_map(|(step, decision)| Some((hash(&step), WriteDecision::of_name(&decision)?)));
        let decided = decided.collect();
        Ok(Self { store, run: run.clone(), known, decided, held: Mutex::default() })
    }

    /// How many steps are known to be done.
    pub(crate) fn n_done(&self) -> u64 {
        self.known.values().filter(|known| known.stands == Stands::Done).count() as u64
    }

    /// The writes that nobody knows the outcome of and nobody decided about.
    pub(crate) fn n_undecided(&self) -> u64 {
        let undecided = |(hash, known): &(&u128, &Known)| {
            known.stands == Stands::Begun && !self.decided.contains_key(hash)
        };
        self.known.iter().filter(undecided).count() as u64
    }

    /// All steps, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    /// What the user decided about a step.
    pub(crate) fn decided(&self, place: &str) -> Option<WriteDecision> {
        self.decided.get(&hash(place)).copied()
    }

    /// Reads one record.
    ///
    /// # Errors
    /// Why that cannot be read.
    pub(crate) fn read<T>(
        &self,
        at: RecordAt,
        look: impl FnOnce(KeptStep<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let batch = self.batch(at.row)?;
        look(steps::at(&batch, at.place as usize)?)
    }

    fn batch(&self, row: i64) -> Result<Arc<Vec<u8>>, StoreError> {
        let mut held = lock(&self.held);
        if let Some(found) = held.iter().position(|(known, _)| *known == row) {
            return Ok(Arc::clone(&held[found].1));
        }
        drop(held);
        let batch = Arc::new(self.store.step_batch(row)?);
        held = lock(&self.held);
        held.truncate(HELD - 1);
        held.push_front((row, Arc::clone(&batch)));
        Ok(batch)
    }

    /// What a step that is done came to; none where it has to be done again, for its value is lost.
    fn value(&self, known: &Known) -> Result<Option<Value>, StoreError> {
        self.read(known.last, |step| match step.state {
            KeptState::Done(bytes) => steps::value(bytes).map(Some),
            KeptState::DoneLarge(hash) => match self.store.step_value(&self.run, hash) {
                Some(bytes) => steps::value(&bytes).map(Some),
                None if step.effect == Effect::Reads => Ok(None),
                None => {
                    let why = format!("the answer to {} is not on the disk any more", step.place);
                    Err(steps::damaged(&why))
                }
            },
            KeptState::Begun | KeptState::Undone => Ok(None),
        })
    }
}

impl Replay for StepIndex {
    fn find(&self, asked: &Asked<'_>) -> Result<Option<Recorded>, JournalError> {
        let hash = hash(asked.place);
        let Some(known) = self.known.get(&hash) else { return Ok(None) };
        match known.stands {
            Stands::Undone => Ok(None),
            Stands::Begun => Ok(match self.decided.get(&hash) {
                None => Some(Recorded::Unknown),
                Some(WriteDecision::Repeat) => None,
                // It gives nothing on to the nodes behind.
                Some(WriteDecision::Done) => {
                    let nothing = Value::object([("items", Value::list([]))]);
                    Some(Recorded::Done(nothing))
                }
            }),
            Stands::Done => {
                let value = self.value(known).map_err(|error| JournalError {
                    message: format!("What the run has done so far cannot be read: {error}."),
                })?;
                Ok(value.map(Recorded::Done))
            }
        }
    }
}

fn stands(step: &KeptStep<'_>) -> Stands {
    match step.state {
        KeptState::Begun => Stands::Begun,
        KeptState::Undone => Stands::Undone,
        KeptState::Done(_) | KeptState::DoneLarge(_) => Stands::Done,
    }
}

/// The hash of a step's name: FNV-1a over 128 bits, so that no two of a run meet.
pub(crate) fn hash(place: &str) -> u128 {
    place.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// Takes what is a hash already as it is.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = (hash >> 64) as u64 ^ hash as u64;
    }
}
