//! Local tables, each with the list of its edits, so that undo survives a restart. Not what a cell
//! or an edit means: both are texts here.

use flow::run::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{History, Step, Store, StoreError};

/// How many edits of a table can be undone.
const EDITS_KEPT: u64 = 200;

/// Bytes of edits of one table that are kept: an edit of all rows holds them twice.
const EDIT_BYTES_KEPT: u64 = 64 << 20;

/// A table in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// Its name.
    pub name: String,
    /// Its columns, as JSON.
    pub columns: String,
    /// How many rows it has.
    pub n_rows: u64,
    /// Grows with each change.
    pub rev: u64,
    /// When it was last changed.
    pub saved_at: Timestamp,
}

/// A table with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeTable {
    /// What the list has of it.
    pub row: TableRow,
    /// Its rows, as JSON.
    pub rows: String,
    /// The label of what undo would take back.
    pub undo: Option<String>,
    /// The label of what redo would do again.
    pub redo: Option<String>,
}

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableContent {
    /// Its columns, as JSON.
    pub columns: String,
    /// Its rows, as JSON.
    pub rows: String,
    /// How many rows these are.
    pub n_rows: u64,
}

/// A change of a table that was made for one rev of it.
#[derive(Debug, Clone)]
pub struct TableChange {
    /// The table.
    pub name: String,
    /// The rev that the change was made for.
    pub rev: u64,
    /// What it holds from now on.
    pub content: TableContent,
    /// What becomes of the list of edits.
    pub history: History,
    /// Now.
    pub at: Timestamp,
}

impl Store {
    /// All tables by their names, without their rows.
    pub fn tables(&self) -> Result<Vec<TableRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT name, columns, n_rows, rev, saved_at FROM tables ORDER BY name",
            )?;
            let rows = statement.query_map([], table_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One table with its rows, and with what can be undone and redone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn table(&self, name: &str) -> Result<WholeTable, StoreError> {
        self.read(|connection| {
            let found = connection
                .prepare_cached(
                    "SELECT name, columns, n_rows, rev, saved_at, rows FROM tables WHERE name = ?1",
                )?
                .query_row([name], |row| Ok((table_row(row)?, row.get(5)?)))
                .optional()?;
            let (row, rows) = found.ok_or_else(|| missing(name))?;
            let undo = last_done(connection, name)?.map(|(_, step)| step.label);
            let redo = first_undone(connection, name)?.map(|(_, step)| step.label);
            Ok(WholeTable { row, rows, undo, redo })
        })
    }

    /// The table's rev; none where there is no such table.
    pub fn table_rev(&self, name: &str) -> Result<Option<u64>, StoreError> {
        self.read(|connection| rev(connection, name))
    }

    /// The edit of a table that undo would take back.
    pub fn table_undo_step(&self, name: &str) -> Result<Option<Step>, StoreError> {
        self.read(|connection| Ok(last_done(connection, name)?.map(|(_, step)| step)))
    }

    /// The edit of a table that redo would do again.
    pub fn table_redo_step(&self, name: &str) -> Result<Option<Step>, StoreError> {
        self.read(|connection| Ok(first_undone(connection, name)?.map(|(_, step)| step)))
    }

    /// Stores a new table, at rev 1.
    ///
    /// # Errors
    /// [`StoreError::TableExists`]; names that differ in case only are the same.
    pub async fn create_table(
        &self,
        name: &str,
        content: TableContent,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let name = name.to_owned();
        let commit = self.writer.send(move |connection| {
            let TableContent { columns, rows, n_rows } = content;
            let added = connection
                .prepare_cached(
                    "INSERT INTO tables (name, columns, rows, n_rows, rev, saved_at)
                     VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT (name) DO NOTHING",
                )?
                .execute(params![name, columns, rows, n_rows, at])?;
            match added {
                0 => Err(StoreError::TableExists { name }),
                _ => Ok(()),
            }
        });
        commit.await.done().await
    }

    /// Stores a change with its edit, and gives the new rev.
    ///
    /// # Errors
    /// [`StoreError::StaleTable`] when the table is at another rev by now: nothing is changed then.
    /// [`StoreError::NotFound`] when it is gone.
    pub async fn change_table(&self, change: TableChange) -> Result<u64, StoreError> {
        self.writer.send(move |connection| apply(connection, &change)).await.done().await
    }

    /// Forgets a table and its edits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_table(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        let commit = self.writer.send(move |connection| {
            connection.execute("DELETE FROM table_edits WHERE name = ?1", [&name])?;
            match connection.execute("DELETE FROM tables WHERE name = ?1", [&name])? {
                0 => Err(missing(&name)),
                _ => Ok(()),
            }
        });
        commit.await.done().await
    }
}

fn apply(connection: &Connection, change: &TableChange) -> Result<u64, StoreError> {
    let name = change.name.as_str();
    let found = rev(connection, name)?.ok_or_else(|| missing(name))?;
    if found != change.rev {
        let table = name.to_owned();
        return Err(StoreError::StaleTable { table, expected: change.rev, found });
    }
    let next = found + 1;
    let TableContent { columns, rows, n_rows } = &change.content;
    connection
        .prepare_cached(
            "UPDATE tables SET columns = ?2, rows = ?3, n_rows = ?4, rev = ?5, saved_at = ?6
             WHERE name = ?1",
        )?
        .execute(params![name, columns, rows, n_rows, next, change.at])?;
    match &change.history {
        History::Push(step) => push(connection, name, step)?,
        History::Undo => mark(connection, name, last_done(connection, name)?.as_ref(), true)?,
        History::Redo => mark(connection, name, first_undone(connection, name)?.as_ref(), false)?,
    }
    Ok(next)
}

fn push(connection: &Connection, name: &str, step: &Step) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM table_edits WHERE name = ?1 AND undone = 1")?
        .execute([name])?;
    let last: u64 = connection
        .prepare_cached("SELECT coalesce(max(n), 0) FROM table_edits WHERE name = ?1")?
        .query_row([name], |row| row.get(0))?;
    let n = last + 1;
    connection
        .prepare_cached(
            "INSERT INTO table_edits (name, n, label, edit, inverse) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![name, n, step.label, step.edit, step.inverse])?;
    let mut oldest = n.saturating_sub(EDITS_KEPT);
    let mut n_bytes = 0;
    let mut statement = connection.prepare_cached(
        "SELECT n, length(edit) + length(inverse) FROM table_edits WHERE name = ?1 ORDER BY n DESC",
    )?;
    let sizes = statement.query_map([name], |row| Ok((row.get::<_, u64>(0)?, row.get(1)?)))?;
    for size in sizes {
        let (at, bytes): (u64, u64) = size?;
        n_bytes += bytes;
        // The last edit can always be undone.
        if n_bytes > EDIT_BYTES_KEPT && at < n {
            oldest = oldest.max(at);
            break;
        }
    }
    connection
        .prepare_cached("DELETE FROM table_edits WHERE name = ?1 AND n <= ?2")?
        .execute(params![name, oldest])?;
    Ok(())
}

fn mark(
    connection: &Connection,
    name: &str,
    step: Option<&(u64, Step)>,
    undone: bool,
) -> Result<(), StoreError> {
    let Some((n, _)) = step else {
        return Err(StoreError::NotFound { what: "edit of table", id: name.to_owned() });
    };
    connection
        .prepare_cached("UPDATE table_edits SET undone = ?3 WHERE name = ?1 AND n = ?2")?
        .execute(params![name, n, undone])?;
    Ok(())
}

fn rev(connection: &Connection, name: &str) -> Result<Option<u64>, StoreError> {
    let found = connection
        .prepare_cached("SELECT rev FROM tables WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(found)
}

fn last_done(connection: &Connection, name: &str) -> Result<Option<(u64, Step)>, StoreError> {
    step(
        connection,
        name,
        "SELECT n, label, edit, inverse FROM table_edits WHERE name = ?1 AND undone = 0
         ORDER BY n DESC LIMIT 1",
    )
}

fn first_undone(connection: &Connection, name: &str) -> Result<Option<(u64, Step)>, StoreError> {
    step(
        connection,
        name,
        "SELECT n, label, edit, inverse FROM table_edits WHERE name = ?1 AND undone = 1
         ORDER BY n LIMIT 1",
    )
}

fn step(connection: &Connection, name: &str, sql: &str) -> Result<Option<(u64, Step)>, StoreError> {
    let found = connection
        .prepare_cached(sql)?
        .query_row([name], |row| {
            let step = Step { label: row.get(1)?, edit: row.get(2)?, inverse: row.get(3)? };
            Ok((row.get(0)?, step))
        })
        .optional()?;
    Ok(found)
}

fn table_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<TableRow> {
    Ok(TableRow {
        name: row.get(0)?,
        columns: row.get(1)?,
        n_rows: row.get(2)?,
        rev: row.get(3)?,
        saved_at: row.get(4)?,
    })
}

fn missing(name: &str) -> StoreError {
    StoreError::NotFound { what: "table", id: name.to_owned() }
}
