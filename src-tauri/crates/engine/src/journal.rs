//! Where the events, samples and steps of runs go. The engine writes; `store` implements it for the app,
//! [`MemoryJournal`] for the command line and tests. Not what is shown of a run.

use std::sync::{Mutex, PoisonError};

use data::Value;
use flow::id::{NodeId, RunId};
use flow::run::{RunEvent, Sample, Timestamp};
use futures::future::BoxFuture;

use crate::step::Effect;

/// Takes the records of runs, in order and in batches.
///
/// The engine appends from one task per run and waits for the answer before it appends the next
/// batch of that run: when a journal is slow, the run slows down with it. Batches hold about 50 ms
/// or 100 events; a short run makes one batch.
pub trait Journal: Send + Sync {
    /// Appends what happened. When it answers `Ok`, the records are kept.
    ///
    /// Event numbers of one run begin at 0 and have no gaps, across batches too. Samples of one
    /// port continue those of the batches before. [`What::Finished`](flow::run::What::Finished) is
    /// the last event of a run.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be kept, on which the run fails.
    fn append<'a>(
        &'a self,
        run: &'a RunId,
        records: Vec<Record>,
    ) -> BoxFuture<'a, Result<(), JournalError>>;

    /// Whether it keeps steps, so that a run can go on after its process died.
    fn keeps_steps(&self) -> bool {
        false
    }

    /// Keeps what became of steps, in this order. When it answers `Ok`, they outlast the process;
    /// a step that [began](StepState::Begun) outlasts a loss of power.
    ///
    /// # Errors
    /// [`JournalError`] where they cannot be kept, on which the run fails.
    fn keep_steps<'a>(
        &'a self,
        _run: &'a RunId,
        _steps: Vec<StepRecord>,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// The step within its run: `node/item/part`.
    pub place: String,
    /// What it does to the world.
    pub effect: Effect,
    /// What it was to do, as a number: the same work has the same.
    pub content: u64,
    /// What it does, in words: `POST http://shop/orders`. Empty where it only reads, and where an
    /// earlier record of the step says it.
    pub about: String,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub state: StepState,
}

/// How a step stands.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState {
    /// It is about to be done, and must not be done twice. Where nothing later is known of it, its
    /// outcome is unknown.
    Begun,
    /// It was done, and this came of it.
    Done {
        /// What came of it.
        value: Value,
    },
    /// It changed nothing, whatever was tried.
    Undone,
}

/// What an earlier part of a run, or an earlier run, knows of steps.
pub trait Replay: std::fmt::Debug + Send + Sync {
    /// What is known of a step; none where it has to be done.
    ///
    /// Called once per step, from the tasks that run it: it has to be quick.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be read, on which the run fails.
    fn find(&self, asked: &Asked<'_>) -> Result<Option<Recorded>, JournalError>;
}

/// A step that is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The step within its run: `node/item/part`.
    pub place: &'a str,
    /// The node.
    pub node: &'a NodeId,
    /// What it does to the world.
    pub effect: Effect,
    /// What it is to do, as a number.
    pub content: u64,
}

/// What is known of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// It was done, and this came of it.
    Done(Value),
    /// It was begun, and nothing later is known.
    Unknown,
}

/// Records that could not be kept.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct JournalError {
    /// A sentence: what happened, and what to do.
    pub message: String,
}

/// One thing to keep of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// Something happened.
    Event(RunEvent),
    /// The next items that left a node by a port, up to the limits of [`SampleLimits`].
    Samples {
        /// The node.
        node: NodeId,
        /// The port.
        port: String,
        /// The items.
        items: Vec<Sample>,
    },
}

/// How many items are kept of each output port; totals tell of the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleLimits {
    /// The most items.
    pub items: u32,
    /// The most bytes, as compact JSON.
    pub bytes: u64,
}

impl Default for SampleLimits {
    fn default() -> Self {
        Self { items: 1000, bytes: 1 << 20 }
    }
}

/// Keeps everything in memory.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    records: Mutex<Vec<(RunId, Record)>>,
}

impl MemoryJournal {
    /// The events of one run.
    pub fn events(&self, run: &RunId) -> Vec<RunEvent> {
        self.select(run, |record| match record {
            Record::Event(event) => Some(event.clone()),
            Record::Samples { .. } => None,
        })
    }

    /// The kept items of one port in one run.
    pub fn samples(&self, run: &RunId, of: &NodeId, of_port: &str) -> Vec<Sample> {
        let lists = self.select(run, |record| match record {
            Record::Samples { node, port, items } if node == of && port == of_port => {
                Some(items.clone())
            }
            _ => None,
        });
        lists.into_iter().flatten().collect()
    }

    fn select<T>(&self, of: &RunId, pick: impl Fn(&Record) -> Option<T>) -> Vec<T> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.iter().filter(|(run, _)| run == of).filter_map(|(_, r)| pick(r)).collect()
    }
}

impl Journal for MemoryJournal {
    fn append<'a>(
        &'a self,
        run: &'a RunId,
        records: Vec<Record>,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        let mut kept = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(records.into_iter().map(|record| (run.clone(), record)));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Keeps nothing, for runs that nobody will look at.
#[derive(Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn append<'a>(
        &'a self,
        _: &'a RunId,
        _: Vec<Record>,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
