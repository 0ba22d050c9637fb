//! State that the flows of a connection share, kept apart for each run whose time is not the
//! computer's own: what such a run learns must not disturb the live ones. Not the state itself.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::clock::Clock;

/// One state for real time, and one for each virtual time.
pub(crate) struct PerClock<T> {
    live: Arc<T>,
    apart: Mutex<Vec<(Weak<AtomicU64>, Arc<T>)>>,
}

impl<T> PerClock<T> {
    pub(crate) fn new(live: T) -> Self {
        Self { live: Arc::new(live), apart: Mutex::default() }
    }

    /// The state of real time.
    pub(crate) fn live(&self) -> &Arc<T> {
        &self.live
    }

    /// The state of a clock's time; made anew for a clock that was not seen before.
    pub(crate) fn of(&self, clock: &Clock, fresh: impl FnOnce() -> T) -> Arc<T> {
        let Clock::Virtual(time) = clock else { return Arc::clone(&self.live) };
        let mut apart = self.apart.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &Weak<AtomicU64>| std::ptr::eq(known.as_ptr(), Arc::as_ptr(time));
        if let Some((_, state)) = apart.iter().find(|(known, _)| is_same(known)) {
            return Arc::clone(state);
        }
        // The runs that are over take their times with them.
        apart.retain(|(known, _)| known.strong_count() > 0);
        let state = Arc::new(fresh());
        apart.push((Arc::downgrade(time), Arc::clone(&state)));
        state
    }
}

impl<T> fmt::Debug for PerClock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerClock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_virtual_time_has_a_state_of_its_own_while_it_lasts() {
        let states = PerClock::new(0);
        let (first, second) = (Clock::jumping(), Clock::jumping());
        assert_eq!(*states.of(&Clock::Real, || 1), 0);
        assert_eq!(*states.of(&first, || 1), 1);
        assert_eq!(*states.of(&first.clone(), || 2), 1);
        assert_eq!(*states.of(&second, || 3), 3);
        drop(first);
        states.of(&Clock::jumping(), || 4);
        assert_eq!(states.apart.lock().unwrap().len(), 2);
    }
}
