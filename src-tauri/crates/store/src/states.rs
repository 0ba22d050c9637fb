//! What flows remember, by key, with what it was before. Not what decides whether a value is set.

use flow::id::{FlowId, RunId};
use flow::run::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{Store, StoreError};

/// How many values of a key are kept.
pub const STATES_KEPT: u64 = 200;

/// A value that a flow remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// The flow.
    pub flow: FlowId,
    /// The key.
    pub key: String,
    /// The value, as JSON; none once it was reset.
    pub value: Option<String>,
    /// When it was set.
    pub at: Timestamp,
    /// The run that set it; none where a person did.
    pub run: Option<RunId>,
    /// Where in the run; absent in the history.
    pub place: Option<String>,
    /// The number of the item there.
    pub item: u64,
}

const COLUMNS: &str = "flow, key, value, at, run, place, item";

impl Store {
    /// The values of a flow, or of all flows, by flow and key.
    pub fn states(&self, flow: Option<&FlowId>) -> Result<Vec<StateRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM states WHERE ?1 IS NULL OR flow = ?1 ORDER BY flow, key"
            ))?;
            let rows = statement.query_map([flow.map(FlowId::as_str)], state_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One value.
    pub fn state(&self, flow: &FlowId, key: &str) -> Result<Option<StateRow>, StoreError> {
        self.read(|connection| one(connection, flow, key))
    }

    /// What a value has been, the newest first.
    pub fn state_history(&self, flow: &FlowId, key: &str) -> Result<Vec<StateRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT flow, key, value, at, run, NULL, NULL FROM state_history
                 WHERE flow = ?1 AND key = ?2 ORDER BY n DESC LIMIT ?3",
            )?;
            let rows = statement.query_map(params![flow.as_str(), key, STATES_KEPT], state_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Sets a value where `is_news` says so of what there is; whether it was set.
    pub async fn set_state(
        &self,
        new: StateRow,
        is_news: impl FnOnce(Option<&StateRow>) -> bool + Send + 'static,
    ) -> Result<bool, StoreError> {
        let commit = self.writer.send(move |connection| {
            let old = one(connection, &new.flow, &new.key)?;
            if !is_news(old.as_ref()) {
                return Ok(false);
            }
            set(connection, &new)?;
            Ok(true)
        });
        commit.await.done().await
    }
}

fn one(connection: &Connection, flow: &FlowId, key: &str) -> Result<Option<StateRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM states WHERE flow = ?1 AND key = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([flow.as_str(), key], state_row).optional()?)
}

fn set(connection: &Connection, new: &StateRow) -> Result<(), StoreError> {
    let (flow, run) = (new.flow.as_str(), new.run.as_ref().map(RunId::as_str));
    connection
        .prepare_cached(
            "INSERT INTO states (flow, key, value, at, run, place, item)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (flow, key) DO UPDATE SET value = ?3, at = ?4, run = ?5, place = ?6,
                                                   item = ?7",
        )?
        .execute(params![flow, new.key, new.value, new.at, run, new.place, new.item])?;
    connection
        .prepare_cached(
            "INSERT INTO state_history (flow, key, value, at, run) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![flow, new.key, new.value, new.at, run])?;
    connection
        .prepare_cached(
            "DELETE FROM state_history WHERE flow = ?1 AND key = ?2 AND n <=
                 (SELECT n FROM state_history WHERE flow = ?1 AND key = ?2
                  ORDER BY n DESC LIMIT 1 OFFSET ?3)",
        )?
        .execute(params![flow, new.key, STATES_KEPT])?;
    Ok(())
}

fn state_row(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    Ok(StateRow {
        flow: FlowId::from(row.get::<_, String>(0)?),
        key: row.get(1)?,
        value: row.get(2)?,
        at: row.get(3)?,
        run: row.get::<_, Option<String>>(4)?.map(RunId::from),
        place: row.get(5)?,
        item: row.get::<_, Option<u64>>(6)?.unwrap_or(0),
    })
}
