//! A few connections that only read, beside the writer. Not a general pool: they are few, and a
//! question that finds none idle waits its turn.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;

use crate::{StoreError, connect};

/// More than this brings nothing: questions are short, and each connection keeps a cache.
const MOST: usize = 4;

#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    open: usize,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), state: Mutex::default(), returned: Condvar::new() }
    }

    /// Asks on a connection of its own.
    pub(crate) fn with<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.take()?;
        let answer = question(&connection).map_err(|error| error.at(&self.path));
        self.lock().idle.push(connection);
        self.returned.notify_one();
        answer
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let mut state = self.lock();
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok(connection);
            }
            if state.open < MOST {
                state.open += 1;
                drop(state);
                return connect(&self.path).inspect_err(|_| {
                    self.lock().open -= 1;
                    self.returned.notify_one();
                });
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A question that panicked took its connection with it, the list itself is sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
