//! The journal of a run's steps: what was begun, what came of it, and what an earlier part of the
//! run has left. Records are kept in the order of their coming, many at once. Not the tries of a
//! step: see `embedded`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use data::Value;
use flow::id::RunId;
use flow::run::{ErrorClass, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};

use crate::journal::{Asked, Journal, JournalError, Recorded, Replay, StepRecord, StepState};
use crate::step::{Effect, StepError, StepKey, StepResult, StepWork};

/// Records that may wait before steps are held back.
const WAITING: usize = 1024;

/// Records kept in one go.
const AT_ONCE: usize = 512;

/// The journal of one run's steps, shared by all its nodes.
#[derive(Debug)]
pub(crate) struct Ledger {
    queue: mpsc::Sender<Entry>,
    replay: Option<Arc<dyn Replay>>,
    n_sent: AtomicU64,
    n_kept: watch::Receiver<u64>,
    broken: Arc<OnceLock<JournalError>>,
}

#[derive(Debug)]
struct Entry {
    record: StepRecord,
    kept: Option<oneshot::Sender<()>>,
}

/// The task that keeps what a ledger is told.
pub(crate) struct Keeping {
    run: RunId,
    journal: Arc<dyn Journal>,
    queue: mpsc::Receiver<Entry>,
    n_kept: watch::Sender<u64>,
    broken: Arc<OnceLock<JournalError>>,
}

impl Ledger {
    /// A ledger, and the task that has to be run beside it.
    pub(crate) fn new(
        run: RunId,
        journal: Arc<dyn Journal>,
        replay: Option<Arc<dyn Replay>>,
    ) -> (Self, Keeping) {
        let (sender, queue) = mpsc::channel(WAITING);
        let (told, n_kept) = watch::channel(0);
        let broken = Arc::new(OnceLock::new());
        let keeping = Keeping { run, journal, queue, n_kept: told, broken: Arc::clone(&broken) };
        (Self { queue: sender, replay, n_sent: AtomicU64::new(0), n_kept, broken }, keeping)
    }

    /// What is known of a step.
    pub(crate) fn find(&self, key: &StepKey, work: &StepWork) -> StepResult<Option<Recorded>> {
        let Some(replay) = &self.replay else { return Ok(None) };
        let asked = Asked {
            place: &key.place(),
            node: &key.node,
            effect: work.effect,
            content: work.content,
        };
        replay.find(&asked).map_err(|error| failed(&error))
    }

    /// Notes that a step begins which must not be done twice, and waits until that is on the disk.
    pub(crate) async fn begin(
        &self,
        key: &StepKey,
        work: &StepWork,
        at: Timestamp,
    ) -> StepResult<()> {
        let record = record(key, work, at, StepState::Begun);
        self.keep(StepRecord { about: work.about.clone(), ..record }).await
    }

    /// Notes what came of a step. Of one that changes something it waits until that is kept.
    pub(crate) async fn done(
        &self,
        key: &StepKey,
        work: &StepWork,
        at: Timestamp,
        value: Value,
    ) -> StepResult<()> {
        let record = record(key, work, at, StepState::Done { value });
        match work.effect {
            Effect::Local => Ok(()),
            Effect::Reads => self.send(record, None).await,
            // It has not begun for the journal, so nothing is said of it yet.
            Effect::Repeatable => {
                self.keep(StepRecord { about: work.about.clone(), ..record }).await
            }
            Effect::Writes => self.keep(record).await,
        }
    }

    /// Notes that a step which had begun has changed nothing.
    pub(crate) async fn undone(
        &self,
        key: &StepKey,
        work: &StepWork,
        at: Timestamp,
    ) -> StepResult<()> {
        self.send(record(key, work, at, StepState::Undone), None).await
    }

    /// Waits until all that was noted so far is kept.
    pub(crate) async fn settle(&self) -> StepResult<()> {
        let n_sent = self.n_sent.load(Ordering::Acquire);
        let mut n_kept = self.n_kept.clone();
        match n_kept.wait_for(|n| *n >= n_sent).await {
            Ok(_) => Ok(()),
            Err(_) => Err(self.gone()),
        }
    }

    async fn keep(&self, record: StepRecord) -> StepResult<()> {
        let (kept, wait) = oneshot::channel();
        self.send(record, Some(kept)).await?;
        wait.await.map_err(|_| self.gone())
    }

    async fn send(&self, record: StepRecord, kept: Option<oneshot::Sender<()>>) -> StepResult<()> {
        let place = self.queue.reserve().await.map_err(|_| self.gone())?;
        // Counted while the place is held, so that nobody waits for less than what was sent.
        self.n_sent.fetch_add(1, Ordering::Release);
        place.send(Entry { record, kept });
        Ok(())
    }

    fn gone(&self) -> StepError {
        self.broken.get().map_or(StepError::Cancelled, failed)
    }
}

impl Keeping {
    /// Keeps records until the ledger is gone, or the journal takes no more.
    pub(crate) async fn serve(mut self) {
        let mut entries = Vec::with_capacity(AT_ONCE);
        let mut n_kept = 0;
        while self.queue.recv_many(&mut entries, AT_ONCE).await > 0 {
            n_kept += entries.len() as u64;
            let (records, waiting): (Vec<_>, Vec<_>) =
                entries.drain(..).map(|entry| (entry.record, entry.kept)).unzip();
            if let Err(error) = self.journal.keep_steps(&self.run, records).await {
                // Said before those who wait are let go, so that they see it.
                let _ = self.broken.set(error);
                return;
            }
            for kept in waiting.into_iter().flatten() {
                // Whoever was stopped meanwhile does not wait any more.
                let _ = kept.send(());
            }
            self.n_kept.send_replace(n_kept);
        }
    }
}

fn record(key: &StepKey, work: &StepWork, at: Timestamp, state: StepState) -> StepRecord {
    let (effect, content) = (work.effect, work.content);
    StepRecord { place: key.place(), effect, content, about: String::new(), at, state }
}

fn failed(error: &JournalError) -> StepError {
    StepError::terminal(ErrorClass::Internal, error.message.clone())
        .advice("Make room on the disk, then resume the run: what was done is known.")
}
