//! What called flows gave, and the versions that calls are bound to. Not the calls.

use flow::id::{FlowId, RunId};
use flow::run::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::{SnapshotId, Store, StoreError};

impl Store {
    /// Keeps what a called flow gave, in binary form, until the run that called it has it.
    pub async fn keep_call_results(&self, run: &RunId, results: Vec<u8>) -> Result<(), StoreError> {
        let run = run.clone();
        let commit = self.writer.send(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO call_results (run, results) VALUES (?1, ?2)
                     ON CONFLICT (run) DO UPDATE SET results = ?2",
                )?
                .execute(params![run.as_str(), results])?;
            Ok(())
        });
        commit.await.done().await
    }

    /// What a called flow gave.
    pub fn call_results(&self, run: &RunId) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT results FROM call_results WHERE run = ?1")?;
            Ok(statement.query_row([run.as_str()], |row| row.get(0)).optional()?)
        })
    }

    /// Keeps a version of a flow for calls; gives its name.
    pub async fn pin(
        &self,
        flow: &FlowId,
        file: String,
        layout: String,
        at: Timestamp,
    ) -> Result<String, StoreError> {
        let (flow, version) = (flow.clone(), SnapshotId::of(&file, &layout).to_string());
        let commit = self.writer.send(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO pins (version, flow, file, layout, at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (version) DO NOTHING",
                )?
                .execute(params![version, flow.as_str(), file, layout, at])?;
            Ok(version)
        });
        commit.await.done().await
    }

    /// The file of a flow in a version that was pinned.
    pub fn pinned(&self, flow: &FlowId, version: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT file FROM pins WHERE version = ?1 AND flow = ?2")?;
            Ok(statement.query_row([version, flow.as_str()], |row| row.get(0)).optional()?)
        })
    }
}
