//! What must not be seen of one connection's calls, as far as it is known: what its calls used so
//! far. Not what one call adds: see `mask`.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vault::Secret;

use super::known::{Known, LEAST_SECRET_LEN};

/// So many values that were used once are looked for. Signatures are new with each call, and must
/// not push out what is used again and again.
const MOST_RECENT: usize = 16;

/// So many values that were used more than once are looked for: the tokens of a long day.
const MOST_KEPT: usize = 512;

/// What must not be seen of a connection's calls. It grows as they use secrets, and stays when a
/// secret is renewed: an old token can show up late.
#[derive(Default)]
pub struct Taint {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// What was used more than once, in one set that is built rarely.
    kept: Arc<Known>,
    /// What was used once, each in a set of its own, the latest last.
    recent: VecDeque<Arc<Known>>,
}

impl fmt::Debug for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taint").finish_non_exhaustive()
    }
}

impl Taint {
    /// Learns secrets that were read or given out: from now on they are hidden in all that is told
    /// of the connection's calls.
    pub fn learn<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) {
        let mut held = self.held();
        for secret in secrets.into_iter().filter(|one| one.reveal().len() >= LEAST_SECRET_LEN) {
            held.learn(secret, || Arc::new(Known::of(vec![secret.clone()])));
        }
    }

    /// Learns what a call found by its name.
    pub(super) fn adopt(&self, sets: &[Arc<Known>]) {
        let mut held = self.held();
        for known in sets {
            if let [secret] = known.values() {
                held.learn(secret, || Arc::clone(known));
            }
        }
    }

    /// All that is known by now.
    pub(super) fn known(&self) -> Vec<Arc<Known>> {
        let held = self.held();
        let kept = (!held.kept.values().is_empty()).then_some(&held.kept);
        kept.into_iter().chain(&held.recent).cloned().collect()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn learn(&mut self, secret: &Secret, make: impl Fn() -> Arc<Known>) {
        let value = secret.reveal();
        if self.kept.knows(value) {
            return;
        }
        if let Some(at) = self.recent.iter().position(|known| known.knows(value)) {
            self.recent.remove(at);
            let kept = self.kept.values();
            let too_many = (kept.len() + 1).saturating_sub(MOST_KEPT);
            let mut values = kept[too_many..].to_vec();
            values.push(secret.clone());
            self.kept = Arc::new(Known::of(values));
            return;
        }
        if self.recent.len() == MOST_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(make());
    }
}
