//! Signals that were given to runs from outside and not taken yet. Not who waits for them.

use flow::id::RunId;
use flow::run::Timestamp;
use rusqlite::params;

use crate::{Store, StoreError};

/// A signal that waits to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalRow {
    /// Its number; later ones have larger numbers.
    pub n: i64,
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// What came with it, as JSON.
    pub value: String,
    /// When it was given.
    pub at: Timestamp,
}

impl Store {
    /// Keeps a signal for a run; gives its number.
    pub async fn add_signal(
        &self,
        run: &RunId,
        name: &str,
        value: String,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        let (run, name) = (run.clone(), name.to_owned());
        let commit = self.writer.send(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO signals (run, name, value, at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![run.as_str(), name, value, at])?;
            Ok(connection.last_insert_rowid())
        });
        commit.await.done().await
    }

    /// The signals that wait for a run, in the order of their coming.
    pub fn signals(&self, run: &RunId) -> Result<Vec<SignalRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT n, name, value, at FROM signals WHERE run = ?1 ORDER BY n",
            )?;
            let rows = statement.query_map([run.as_str()], |row| {
                Ok(SignalRow {
                    n: row.get(0)?,
                    run: run.clone(),
                    name: row.get(1)?,
                    value: row.get(2)?,
                    at: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Forgets a signal that was taken; false where somebody else took it.
    pub async fn remove_signal(&self, n: i64) -> Result<bool, StoreError> {
        let commit = self.writer.send(move |connection| {
            Ok(connection.execute("DELETE FROM signals WHERE n = ?1", [n])? > 0)
        });
        commit.await.done().await
    }
}
