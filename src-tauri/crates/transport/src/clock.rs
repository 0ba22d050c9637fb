//! The time that calls wait by: the computer's own, or one that jumps over every wait. Not the time
//! that is written into records: a node brings that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The time that calls wait by.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The computer's own.
    #[default]
    Real,
    /// One that jumps over every wait, so that a pause of 40 s costs nothing. What was jumped over,
    /// in microseconds.
    Virtual(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that jumps over every wait.
    pub fn jumping() -> Self {
        Self::Virtual(Arc::default())
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        match self {
            Self::Real => Instant::now(),
            Self::Virtual(jumped) => {
                Instant::now() + Duration::from_micros(jumped.load(Ordering::Relaxed))
            }
        }
    }

    /// Waits, or jumps.
    pub async fn sleep_until(&self, due: Instant) {
        match self {
            Self::Real => tokio::time::sleep_until(due).await,
            Self::Virtual(jumped) => {
                // Whoever waits until the same moment jumps once, not once each.
                let pause = due.saturating_duration_since(self.now()).as_micros();
                jumped.fetch_add(u64::try_from(pause).unwrap_or(u64::MAX / 2), Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        }
    }

    /// Waits, or jumps.
    pub async fn sleep(&self, pause: Duration) {
        self.sleep_until(self.now() + pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_jumping_clock_waits_for_nothing() {
        let clock = Clock::jumping();
        let (real, began) = (Instant::now(), clock.now());
        clock.sleep(Duration::from_hours(1)).await;
        assert!(clock.now() - began >= Duration::from_hours(1));
        assert!(real.elapsed() < Duration::from_mins(1));
    }
}
