//! Brings a database to this program's version. Migrations are only ever appended.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{Error, M, Migrations};

use crate::StoreError;

const STEPS: &[M<'_>] = &[
    M::up(include_str!("../migrations/0001_flows_and_runs.sql")),
    M::up(include_str!("../migrations/0002_tables.sql")),
    M::up(include_str!("../migrations/0003_connections.sql")),
    M::up(include_str!("../migrations/0004_network.sql")),
    M::up(include_str!("../migrations/0005_steps.sql")),
    M::up(include_str!("../migrations/0006_parked.sql")),
    M::up(include_str!("../migrations/0007_states_and_inbox.sql")),
    M::up(include_str!("../migrations/0008_history.sql")),
];

/// Applies what is missing; a database that is newer than the program is refused, untouched.
pub(crate) fn to_latest(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found: u64 = connection
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        .map(|version| version.max(0) as u64)
        .map_err(|cause| StoreError::from_sql(&cause, path))?;
    let known = STEPS.len() as u64;
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    if found == known {
        return Ok(());
    }
    match Migrations::from_slice(STEPS).to_latest(connection) {
        Ok(()) => Ok(()),
        // Two programs that start at once both see the old version; the second finds it done.
        Err(_) if version(connection) == known => Ok(()),
        Err(Error::RusqliteError { err, .. }) => Err(StoreError::from_sql(&err, path)),
        Err(other) => Err(StoreError::Sql { cause: other.to_string() }),
    }
}

fn version(connection: &Connection) -> u64 {
    connection
        .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        .map_or(0, |version| version.max(0) as u64)
}
