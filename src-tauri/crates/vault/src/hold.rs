//! Lets one at a time, among all processes that share a data folder, get something new for an
//! owner: a refresh token can be used once. Not the writing of secrets, which has its own turn.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::disk;

/// Who is held in this process.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    owners: Mutex<HashSet<String>>,
    freed: Condvar,
}

/// Keeps everybody else waiting who asks for the same owner, until it is let go or its process
/// ends, however it ends.
#[derive(Debug)]
pub struct Hold {
    owner: String,
    holds: Arc<Holds>,
    _file: Option<File>,
}

impl Holds {
    /// Waits for the owner. Where the folder cannot be written, only those of this process wait for
    /// each other: a secret that is read only cannot be renewed by anybody either.
    pub(crate) fn wait(self: &Arc<Self>, owner: &str, folder: Option<&Path>) -> Hold {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        while !owners.insert(owner.to_owned()) {
            owners = self.freed.wait(owners).unwrap_or_else(PoisonError::into_inner);
        }
        drop(owners);
        let file = folder.and_then(|folder| disk::lock(folder, &name(owner)).ok());
        Hold { owner: owner.to_owned(), holds: Arc::clone(self), _file: file }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut owners = self.holds.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.remove(&self.owner);
        self.holds.freed.notify_all();
    }
}

/// Two owners under one name only wait for each other.
fn name(owner: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "@-_".contains(c) { c } else { '_' };
    format!("renew.{}.lock", owner.chars().map(plain).take(100).collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn one_at_a_time_holds_an_owner_in_a_process_and_among_several() {
        let folder = tempfile::tempdir().unwrap();
        // Two sets of holds know as little of each other as two processes do.
        let (one, other) = (Arc::new(Holds::default()), Arc::new(Holds::default()));
        let (n_inside, n_done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for no in 0..16 {
                let holds = if no % 2 == 0 { &one } else { &other };
                scope.spawn(|| {
                    let _hold = holds.wait("shop@dev", Some(folder.path()));
                    assert_eq!(n_inside.fetch_add(1, Ordering::SeqCst), 0);
                    std::thread::yield_now();
                    n_inside.fetch_sub(1, Ordering::SeqCst);
                    n_done.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(n_done.into_inner(), 16);
    }

    #[test]
    fn another_owner_waits_for_nobody() {
        let holds = Arc::new(Holds::default());
        let _one = holds.wait("shop@dev", None);
        let _other = holds.wait("shop@test", None);
    }
}
