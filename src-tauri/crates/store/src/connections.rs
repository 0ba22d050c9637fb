//! Connections, each in an environment, with what their last test brought. Not their secrets, and
//! not what a connection means: it is a text here.

use flow::run::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Store, StoreError};

/// Which connection it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionName {
    /// The id that flows name it by.
    pub id: String,
    /// The environment's name.
    pub environment: String,
}

/// A connection as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRow {
    /// Which it is.
    pub name: ConnectionName,
    /// How it is written down, as JSON.
    pub spec: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What its last test brought, as JSON.
    pub tested: Option<String>,
    /// When that was.
    pub tested_at: Option<Timestamp>,
    /// Since when its tests fail.
    pub broken_since: Option<Timestamp>,
}

/// A connection to be stored.
#[derive(Debug, Clone)]
pub struct ConnectionChange {
    /// Which it was; a new one is made without it.
    pub was: Option<ConnectionName>,
    /// Which it is from now on.
    pub name: ConnectionName,
    /// How it is written down from now on, as JSON.
    pub spec: String,
    /// Now.
    pub at: Timestamp,
}

/// What a test brought, to be stored.
#[derive(Debug, Clone)]
pub struct ConnectionTest {
    /// Whose it is.
    pub name: ConnectionName,
    /// What it brought, masked, as JSON.
    pub tested: String,
    /// Whether it went well.
    pub is_ok: bool,
    /// When that was.
    pub at: Timestamp,
}

const COLUMNS: &str = "id, environment, spec, updated_at, tested, tested_at, broken_since";

impl Store {
    /// All connections, by id and environment.
    pub fn connections(&self) -> Result<Vec<ConnectionRow>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM connections ORDER BY id, environment");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([], row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One connection.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn connection(&self, name: &ConnectionName) -> Result<ConnectionRow, StoreError> {
        self.read(|connection| {
            let sql =
                format!("SELECT {COLUMNS} FROM connections WHERE id = ?1 AND environment = ?2");
            let found = connection
                .prepare_cached(&sql)?
                .query_row([&name.id, &name.environment], row)
                .optional()?;
            found.ok_or_else(|| missing(name))
        })
    }

    /// Stores a connection, new or changed; what an earlier test brought is forgotten.
    ///
    /// # Errors
    /// [`StoreError::ConnectionExists`] where another has this id in this environment.
    /// [`StoreError::NotFound`] where the one to be changed is gone.
    pub async fn save_connection(&self, change: ConnectionChange) -> Result<(), StoreError> {
        self.writer.send(move |connection| save(connection, &change)).await.done().await
    }

    /// Keeps what a test brought.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn keep_connection_test(&self, test: ConnectionTest) -> Result<(), StoreError> {
        let commit = self.writer.send(move |connection| {
            let ConnectionTest { name, tested, is_ok, at } = test;
            let changed = connection
                .prepare_cached(
                    "UPDATE connections SET tested = ?3, tested_at = ?4,
                       broken_since = CASE WHEN ?5 THEN NULL ELSE coalesce(broken_since, ?4) END
                     WHERE id = ?1 AND environment = ?2",
                )?
                .execute(params![name.id, name.environment, tested, at, is_ok])?;
            found(changed, &name)
        });
        commit.await.done().await
    }

    /// Forgets what the last test brought, since a secret is another one now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn forget_connection_test(&self, name: &ConnectionName) -> Result<(), StoreError> {
        let name = name.clone();
        let commit = self.writer.send(move |connection| {
            let changed = connection
                .prepare_cached(
                    "UPDATE connections SET tested = NULL, tested_at = NULL, broken_since = NULL
                     WHERE id = ?1 AND environment = ?2",
                )?
                .execute([&name.id, &name.environment])?;
            found(changed, &name)
        });
        commit.await.done().await
    }

    /// Forgets a connection.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_connection(&self, name: &ConnectionName) -> Result<(), StoreError> {
        let name = name.clone();
        let commit = self.writer.send(move |connection| {
            let deleted = connection
                .prepare_cached("DELETE FROM connections WHERE id = ?1 AND environment = ?2")?
                .execute([&name.id, &name.environment])?;
            found(deleted, &name)
        });
        commit.await.done().await
    }
}

fn save(connection: &Connection, change: &ConnectionChange) -> Result<(), StoreError> {
    let ConnectionChange { was, name, spec, at } = change;
    let is_taken = connection
        .prepare_cached("SELECT 1 FROM connections WHERE id = ?1 AND environment = ?2")?
        .exists([&name.id, &name.environment])?;
    if is_taken && was.as_ref() != Some(name) {
        return Err(StoreError::ConnectionExists {
            id: name.id.clone(),
            environment: name.environment.clone(),
        });
    }
    let Some(was) = was else {
        connection
            .prepare_cached(
                "INSERT INTO connections (id, environment, spec, updated_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![name.id, name.environment, spec, at])?;
        return Ok(());
    };
    let changed = connection
        .prepare_cached(
            "UPDATE connections SET id = ?3, environment = ?4, spec = ?5, updated_at = ?6,
               tested = NULL, tested_at = NULL, broken_since = NULL
             WHERE id = ?1 AND environment = ?2",
        )?
        .execute(params![was.id, was.environment, name.id, name.environment, spec, at])?;
    found(changed, was)
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<ConnectionRow> {
    Ok(ConnectionRow {
        name: ConnectionName { id: row.get(0)?, environment: row.get(1)? },
        spec: row.get(2)?,
        updated_at: row.get(3)?,
        tested: row.get(4)?,
        tested_at: row.get(5)?,
        broken_since: row.get(6)?,
    })
}

fn found(n_rows: usize, name: &ConnectionName) -> Result<(), StoreError> {
    if n_rows == 0 { Err(missing(name)) } else { Ok(()) }
}

fn missing(name: &ConnectionName) -> StoreError {
    let id = format!("{} in {}", name.id, name.environment);
    StoreError::NotFound { what: "connection", id }
}
