//! Holds a run: whatever would begin something new waits here until the user lets it go on. What is
//! under way goes on to its end. Not the stopping of a run: that is its cancellation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::signals::Signals;

/// The gate that all tasks of one run pass.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Looked at before each chunk: cheaper than the channel.
    is_held: AtomicBool,
    changes: watch::Sender<bool>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { is_held: AtomicBool::new(false), changes: watch::Sender::new(false) }
    }
}

impl Gate {
    /// Waits as long as the run is held.
    pub(crate) async fn pass(&self) {
        if self.is_held.load(Ordering::Acquire) {
            self.changed_from(true).await;
        }
    }

    /// Waits until the run is held, or is held no more: until it is not as it was.
    pub(crate) async fn changed_from(&self, was_held: bool) {
        let mut changes = self.changes.subscribe();
        // The sender is `self`, so it cannot be gone.
        let _ = changes.wait_for(|is_held| *is_held != was_held).await;
    }

    fn set(&self, is_held: bool) {
        self.is_held.store(is_held, Ordering::Release);
        self.changes.send_replace(is_held);
    }
}

/// What can be done to a run from outside while it goes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct RunControl {
    cancel: CancellationToken,
    signals: Arc<Signals>,
    gate: Arc<Gate>,
}

impl RunControl {
    pub(crate) fn new(cancel: CancellationToken, signals: Arc<Signals>, gate: Arc<Gate>) -> Self {
        Self { cancel, signals, gate }
    }

    /// Stops the run, held or not: calls in flight are broken off, no task is left.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Holds the run: no further item, page, try or chunk is begun. Calls in flight end as they do.
    pub fn pause(&self) {
        self.gate.set(true);
    }

    /// Lets the run go on.
    pub fn unpause(&self) {
        self.gate.set(false);
    }

    /// Whether it is held.
    pub fn is_paused(&self) -> bool {
        self.gate.is_held.load(Ordering::Acquire)
    }

    /// Signals that nodes of the run wait for.
    pub fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }

    /// What stops the run when it is cancelled, to be handed on.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }
}
