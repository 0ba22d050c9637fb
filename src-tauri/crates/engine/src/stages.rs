//! The stages of a graph at work. They begin within the task of whoever waits for them, and get
//! tasks of their own once they last: a run of a few items costs no switch between threads, a long
//! one has all cores. Not what a stage does.

use std::panic::AssertUnwindSafe;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::task::JoinSet;

use crate::emitter::Halt;

/// The stages of a graph; they end when this is dropped.
#[derive(Default)]
pub(crate) struct Stages {
    here: FuturesUnordered<BoxFuture<'static, Ended>>,
    tasks: JoinSet<Ended>,
}

/// How a stage ended.
type Ended = Result<(), Halt>;

impl Stages {
    /// Adds a stage, which moves as long as [`Stages::next`] is polled.
    pub(crate) fn push(&mut self, stage: impl Future<Output = Ended> + Send + 'static) {
        let guarded = AssertUnwindSafe(stage).catch_unwind();
        self.here.push(Box::pin(async move { guarded.await.unwrap_or(Err(Halt::Defect)) }));
    }

    /// Gives each stage a task of its own, for the ones that are waited for elsewhere or last.
    pub(crate) fn spread(&mut self) {
        for stage in std::mem::take(&mut self.here) {
            self.tasks.spawn(stage);
        }
    }

    /// Waits for the next stage to end; none when all have. May be dropped while it waits.
    pub(crate) async fn next(&mut self) -> Option<Ended> {
        tokio::select! {
            biased;
            Some(ended) = self.here.next(), if !self.here.is_empty() => Some(ended),
            Some(joined) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                // Panics are caught within the task: only a stop is left.
                Some(joined.unwrap_or(Err(Halt::Broken)))
            }
            else => None,
        }
    }

    /// Stops all stages, without waiting for their tasks.
    pub(crate) fn abort_all(&mut self) {
        self.here.clear();
        self.tasks.abort_all();
    }

    /// Stops all stages.
    pub(crate) async fn shutdown(&mut self) {
        self.here.clear();
        self.tasks.shutdown().await;
    }
}
