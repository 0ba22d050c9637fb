//! How long an evaluation has run, for its limit of time. It is the only clock here, and nothing of
//! it reaches a value: the time for `$now()` comes from outside.

use std::time::{Duration, Instant};

/// Runs from when it was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
