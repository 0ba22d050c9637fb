//! Flows, each with the list of its edits, so that undo survives a restart. Not what an edit does.

use flow::id::FlowId;
use flow::run::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Store, StoreError};

/// How many edits of a flow can be undone.
const EDITS_KEPT: u64 = 1000;

/// A flow as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRow {
    /// Its id.
    pub id: FlowId,
    /// Its name.
    pub name: String,
    /// The flow file.
    pub file: String,
    /// The layout file.
    pub layout: String,
    /// Grows with each change.
    pub rev: u64,
    /// When it was last changed.
    pub saved_at: Timestamp,
    /// The label of what undo would take back.
    pub undo: Option<String>,
    /// The label of what redo would do again.
    pub redo: Option<String>,
}

/// A flow to be stored for the first time.
#[derive(Debug, Clone)]
pub struct NewFlow {
    /// Its id.
    pub id: FlowId,
    /// Its name.
    pub name: String,
    /// The flow file.
    pub file: String,
    /// The layout file.
    pub layout: String,
    /// Now.
    pub at: Timestamp,
}

/// A change of a flow that was made for one rev of it.
#[derive(Debug, Clone)]
pub struct FlowChange {
    /// The flow.
    pub id: FlowId,
    /// The rev that the change was made for.
    pub rev: u64,
    /// The new flow file with the flow's name; none where it is the same.
    pub file: Option<(String, String)>,
    /// The new layout file; none where it is the same.
    pub layout: Option<String>,
    /// What becomes of the list of edits.
    pub history: History,
    /// Now.
    pub at: Timestamp,
}

/// What a change does to the list of edits.
#[derive(Debug, Clone)]
pub enum History {
    /// A new edit; what could be redone is forgotten.
    Push(Step),
    /// The last edit that stands is taken back.
    Undo,
    /// The first edit that was taken back stands again.
    Redo,
}

/// An edit in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the user reads: `Add Filter`.
    pub label: String,
    /// The edit, as JSON.
    pub edit: String,
    /// The edit that takes it back, as JSON.
    pub inverse: String,
}

impl Store {
    /// All flows, the last changed first.
    pub fn flows(&self) -> Result<Vec<FlowRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, name, file, layout, rev, saved_at FROM flows
                 ORDER BY saved_at DESC, id",
            )?;
            let rows = statement.query_map([], flow_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One flow, with what can be undone and redone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn flow(&self, id: &FlowId) -> Result<FlowRow, StoreError> {
        self.read(|connection| {
            let found = connection
                .prepare_cached(
                    "SELECT id, name, file, layout, rev, saved_at FROM flows WHERE id = ?1",
                )?
                .query_row([id.as_str()], flow_row)
                .optional()?;
            let mut flow = found.ok_or_else(|| missing(id))?;
            flow.undo = last_done(connection, id)?.map(|(_, step)| step.label);
            flow.redo = first_undone(connection, id)?.map(|(_, step)| step.label);
            Ok(flow)
        })
    }

    /// The flow's rev; none when it is gone.
    pub fn rev(&self, id: &FlowId) -> Result<Option<u64>, StoreError> {
        self.read(|connection| rev(connection, id))
    }

    /// The edit that undo would take back.
    pub fn undo_step(&self, id: &FlowId) -> Result<Option<Step>, StoreError> {
        self.read(|connection| Ok(last_done(connection, id)?.map(|(_, step)| step)))
    }

    /// The edit that redo would do again.
    pub fn redo_step(&self, id: &FlowId) -> Result<Option<Step>, StoreError> {
        self.read(|connection| Ok(first_undone(connection, id)?.map(|(_, step)| step)))
    }

    /// Stores a new flow, at rev 1.
    ///
    /// # Errors
    /// [`StoreError::Exists`].
    pub async fn create_flow(&self, flow: NewFlow) -> Result<(), StoreError> {
        let commit = self.writer.send(move |connection| {
            let added = connection
                .prepare_cached(
                    "INSERT INTO flows (id, name, file, layout, rev, saved_at)
                     VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT (id) DO NOTHING",
                )?
                .execute(params![flow.id.as_str(), flow.name, flow.file, flow.layout, flow.at])?;
            match added {
                0 => Err(StoreError::Exists { id: flow.id.to_string() }),
                _ => Ok(()),
            }
        });
        commit.await.done().await
    }

    /// Stores a change with its edit, and gives the new rev.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the flow is at another rev by now: nothing is changed then.
    /// [`StoreError::NotFound`] when it is gone.
    pub async fn change_flow(&self, change: FlowChange) -> Result<u64, StoreError> {
        self.writer.send(move |connection| apply(connection, &change)).await.done().await
    }

    /// Forgets a flow and its edits. Its runs stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_flow(&self, id: &FlowId) -> Result<(), StoreError> {
        let id = id.clone();
        let commit = self.writer.send(move |connection| {
            connection.execute("DELETE FROM edits WHERE flow = ?1", [id.as_str()])?;
            match connection.execute("DELETE FROM flows WHERE id = ?1", [id.as_str()])? {
                0 => Err(missing(&id)),
                _ => Ok(()),
            }
        });
        commit.await.done().await
    }
}

fn apply(connection: &Connection, change: &FlowChange) -> Result<u64, StoreError> {
    let id = &change.id;
    let found = rev(connection, id)?.ok_or_else(|| missing(id))?;
    if found != change.rev {
        return Err(StoreError::Stale { flow: id.to_string(), expected: change.rev, found });
    }
    let next = found + 1;
    if let Some((file, name)) = &change.file {
        connection
            .prepare_cached("UPDATE flows SET file = ?2, name = ?3 WHERE id = ?1")?
            .execute(params![id.as_str(), file, name])?;
    }
    if let Some(layout) = &change.layout {
        connection
            .prepare_cached("UPDATE flows SET layout = ?2 WHERE id = ?1")?
            .execute(params![id.as_str(), layout])?;
    }
    connection
        .prepare_cached("UPDATE flows SET rev = ?2, saved_at = ?3 WHERE id = ?1")?
        .execute(params![id.as_str(), next, change.at])?;
    match &change.history {
        History::Push(step) => push(connection, id, step)?,
        History::Undo => mark(connection, id, last_done(connection, id)?.as_ref(), true)?,
        History::Redo => mark(connection, id, first_undone(connection, id)?.as_ref(), false)?,
    }
    Ok(next)
}

fn push(connection: &Connection, id: &FlowId, step: &Step) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM edits WHERE flow = ?1 AND undone = 1")?
        .execute([id.as_str()])?;
    let last: u64 = connection
        .prepare_cached("SELECT coalesce(max(n), 0) FROM edits WHERE flow = ?1")?
        .query_row([id.as_str()], |row| row.get(0))?;
    let n = last + 1;
    connection
        .prepare_cached(
            "INSERT INTO edits (flow, n, label, edit, inverse) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id.as_str(), n, step.label, step.edit, step.inverse])?;
    connection
        .prepare_cached("DELETE FROM edits WHERE flow = ?1 AND n <= ?2")?
        .execute(params![id.as_str(), n.saturating_sub(EDITS_KEPT)])?;
    Ok(())
}

fn mark(
    connection: &Connection,
    id: &FlowId,
    step: Option<&(u64, Step)>,
    undone: bool,
) -> Result<(), StoreError> {
    let Some((n, _)) = step else {
        return Err(StoreError::NotFound { what: "edit of flow", id: id.to_string() });
    };
    connection
        .prepare_cached("UPDATE edits SET undone = ?3 WHERE flow = ?1 AND n = ?2")?
        .execute(params![id.as_str(), n, undone])?;
    Ok(())
}

fn rev(connection: &Connection, id: &FlowId) -> Result<Option<u64>, StoreError> {
    let found = connection
        .prepare_cached("SELECT rev FROM flows WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found)
}

fn last_done(connection: &Connection, id: &FlowId) -> Result<Option<(u64, Step)>, StoreError> {
    step(
        connection,
        id,
        "SELECT n, label, edit, inverse FROM edits WHERE flow = ?1 AND undone = 0
         ORDER BY n DESC LIMIT 1",
    )
}

fn first_undone(connection: &Connection, id: &FlowId) -> Result<Option<(u64, Step)>, StoreError> {
    step(
        connection,
        id,
        "SELECT n, label, edit, inverse FROM edits WHERE flow = ?1 AND undone = 1
         ORDER BY n LIMIT 1",
    )
}

fn step(
    connection: &Connection,
    id: &FlowId,
    sql: &str,
) -> Result<Option<(u64, Step)>, StoreError> {
    let found = connection
        .prepare_cached(sql)?
        .query_row([id.as_str()], |row| {
            let step = Step { label: row.get(1)?, edit: row.get(2)?, inverse: row.get(3)? };
            Ok((row.get(0)?, step))
        })
        .optional()?;
    Ok(found)
}

fn flow_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<FlowRow> {
    Ok(FlowRow {
        id: FlowId::from(row.get::<_, String>(0)?),
        name: row.get(1)?,
        file: row.get(2)?,
        layout: row.get(3)?,
        rev: row.get(4)?,
        saved_at: row.get(5)?,
        undo: None,
        redo: None,
    })
}

fn missing(id: &FlowId) -> StoreError {
    StoreError::NotFound { what: "flow", id: id.to_string() }
}
