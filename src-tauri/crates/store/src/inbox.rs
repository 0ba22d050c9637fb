//! What runs wait for: approvals by people, signals by systems. Not the waiting.

use flow::id::{FlowId, NodeId, RunId};
use flow::run::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{SnapshotId, Store, StoreError};

/// What becomes of something that a run waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum InboxChange {
    /// It is waited for; nothing happens where that is known.
    Asked {
        /// The node.
        node: NodeId,
        /// The item, by lineage.
        item: String,
        /// The signal.
        signal: String,
        /// What is asked.
        question: Option<String>,
        /// The item to be looked at, as JSON.
        value: String,
        /// When it was asked.
        at: Timestamp,
        /// When it is waited for no longer.
        due: Option<Timestamp>,
    },
    /// It was answered, or the time was up.
    Answered {
        /// The node.
        node: NodeId,
        /// The item.
        item: String,
        /// What came of it.
        outcome: String,
        /// When.
        at: Timestamp,
    },
    /// The run is over: what is open is waited for no more.
    Over {
        /// When.
        at: Timestamp,
    },
}

/// Something that a run waits for, or has waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Its number.
    pub id: u64,
    /// The run.
    pub run: RunId,
    /// Its flow.
    pub flow: FlowId,
    /// The flow's name at that time.
    pub flow_name: String,
    /// The flow as it was.
    pub snapshot: SnapshotId,
    /// The node.
    pub node: NodeId,
    /// The item, by lineage.
    pub item: String,
    /// The signal.
    pub signal: String,
    /// What is asked.
    pub question: Option<String>,
    /// The item to be looked at, as JSON.
    pub value: String,
    /// When it was asked.
    pub at: Timestamp,
    /// When it is waited for no longer.
    pub due: Option<Timestamp>,
    /// What came of it; none while it is open.
    pub outcome: Option<String>,
    /// What was noted with the answer.
    pub note: String,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default)]
pub struct InboxQuery {
    /// Only those of this run.
    pub run: Option<RunId>,
    /// Whether those that are answered are wanted too.
    pub answered: bool,
    /// At most so many.
    pub limit: u32,
}

/// An answer to something that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxAnswer {
    /// Its number.
    pub id: u64,
    /// What comes of it.
    pub outcome: String,
    /// A note.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// What the run is given, as JSON.
    pub value: String,
}

const COLUMNS: &str = "inbox.id, inbox.run, runs.flow, runs.flow_name, runs.snapshot, node, item, \
                       signal, question, value, at, due, outcome, note, answered_at";

impl Store {
    /// What is or was waited for, the oldest first.
    pub fn inbox(&self, query: &InboxQuery) -> Result<Vec<InboxRow>, StoreError> {
        let open = if query.answered { "" } else { "AND outcome IS NULL" };
        let sql = format!(
            "SELECT {COLUMNS} FROM inbox JOIN runs ON runs.id = inbox.run
             WHERE (?1 IS NULL OR inbox.run = ?1) {open} ORDER BY inbox.id LIMIT ?2"
        );
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let run = query.run.as_ref().map(RunId::as_str);
            let rows = statement.query_map(params![run, query.limit], inbox_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The runs that wait for a signal of that name.
    pub fn waiting_for(&self, signal: &str) -> Result<Vec<RunId>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT run FROM inbox WHERE signal = ?1 AND outcome IS NULL ORDER BY run",
            )?;
            let rows = statement.query_map([signal], |row| row.get::<_, String>(0))?;
            rows.map(|run| Ok(RunId::from(run?))).collect()
        })
    }

    /// Answers what is open: the answer and the signal for the run are kept together. Gives the
    /// row as it is then, and the signal's number; none where it was answered before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn answer_inbox(
        &self,
        answer: InboxAnswer,
    ) -> Result<(InboxRow, Option<u64>), StoreError> {
        let commit = self.writer.send(move |connection| {
            let id = answer.id;
            let was = one(connection, id)?;
            if was.outcome.is_some() {
                return Ok((was, None));
            }
            connection
                .prepare_cached(
                    "UPDATE inbox SET outcome = ?2, note = ?3, answered_at = ?4 WHERE id = ?1",
                )?
                .execute(params![id, answer.outcome, answer.note, answer.at])?;
            connection
                .prepare_cached(
                    "INSERT INTO signals (run, name, value, at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![was.run.as_str(), was.signal, answer.value, answer.at])?;
            let number = connection.last_insert_rowid().unsigned_abs();
            Ok((one(connection, id)?, Some(number)))
        });
        commit.await.done().await
    }
}

fn one(connection: &Connection, id: u64) -> Result<InboxRow, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM inbox JOIN runs ON runs.id = inbox.run WHERE inbox.id = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row([id], inbox_row)
        .optional()?
        .ok_or_else(|| StoreError::NotFound { what: "request", id: id.to_string() })
}

/// Makes a change, inside the transaction of the run's events.
pub(crate) fn change(
    connection: &Connection,
    run: &str,
    change: &InboxChange,
) -> Result<(), StoreError> {
    match change {
        InboxChange::Asked { node, item, signal, question, value, at, due } => connection
            .prepare_cached(
                "INSERT INTO inbox (run, node, item, signal, question, value, at, due)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (run, node, item) DO NOTHING",
            )?
            .execute(params![run, node.as_str(), item, signal, question, value, at, due])?,
        InboxChange::Answered { node, item, outcome, at } => connection
            .prepare_cached(
                "UPDATE inbox SET outcome = ?4, answered_at = coalesce(answered_at, ?5)
                 WHERE run = ?1 AND node = ?2 AND item = ?3",
            )?
            .execute(params![run, node.as_str(), item, outcome, at])?,
        InboxChange::Over { at } => {
            connection.prepare_cached("DELETE FROM signals WHERE run = ?1")?.execute([run])?;
            connection
                .prepare_cached(
                    "UPDATE inbox SET outcome = 'cancelled', answered_at = ?2
                     WHERE run = ?1 AND outcome IS NULL",
                )?
                .execute(params![run, at])?
        }
    };
    Ok(())
}

/// Forgets what a run has waited for, and what it gave to the one that called it.
pub(crate) fn forget(connection: &Connection, run: &str) -> Result<(), StoreError> {
    for sql in ["DELETE FROM inbox WHERE run = ?1", "DELETE FROM call_results WHERE run = ?1"] {
        connection.prepare_cached(sql)?.execute([run])?;
    }
    Ok(())
}

fn inbox_row(row: &Row<'_>) -> rusqlite::Result<InboxRow> {
    Ok(InboxRow {
        id: row.get(0)?,
        run: RunId::from(row.get::<_, String>(1)?),
        flow: FlowId::from(row.get::<_, String>(2)?),
        flow_name: row.get(3)?,
        snapshot: SnapshotId::from_text(row.get(4)?),
        node: NodeId::from(row.get::<_, String>(5)?),
        item: row.get(6)?,
        signal: row.get(7)?,
        question: row.get(8)?,
        value: row.get(9)?,
        at: row.get(10)?,
        due: row.get(11)?,
        outcome: row.get(12)?,
        note: row.get(13)?,
        answered_at: row.get(14)?,
    })
}
