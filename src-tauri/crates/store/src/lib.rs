#![doc = include_str!("../README.md")]

mod called;
mod connections;
mod error;
mod flows;
mod inbox;
mod listing;
mod marks;
mod migrations;
mod network;
mod owner;
mod parked;
mod readers;
mod retention;
mod runs;
mod settings;
mod signals;
mod states;
mod steps;
mod tables;
mod writer;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use crate::connections::{ConnectionChange, ConnectionName, ConnectionRow, ConnectionTest};
pub use crate::error::StoreError;
pub use crate::flows::{FlowChange, FlowRow, History, NewFlow, Step};
pub use crate::inbox::{InboxAnswer, InboxChange, InboxQuery, InboxRow};
pub use crate::listing::RunQuery;
pub use crate::marks::NewMarks;
pub use crate::network::{NETWORK_ROWS, NetworkQuery, NetworkRow};
pub use crate::parked::{NewParked, ParkNote, ParkedCause, ParkedQuery, ParkedRow};
pub use crate::retention::{Bounds, HistorySize};
pub use crate::runs::{Append, RunRow, SampleChunk, SnapshotId};
pub use crate::signals::SignalRow;
pub use crate::states::{STATES_KEPT, StateRow};
pub use crate::steps::{LargeValue, Lasts, ResumedBy, RunStart, StepBatch};
pub use crate::tables::{TableChange, TableContent, TableRow, WholeTable};
pub use crate::writer::Commit;

use crate::owner::Owner;
use crate::readers::Readers;
use crate::writer::Writer;

/// An open database. Share it in an `Arc`; dropping the last one commits what waits and closes it.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
    owner: Owner,
}

impl Store {
    /// Opens the database at `path`, makes it where there is none, and brings it to this version.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a newer Gantry wrote it; nothing is changed then.
    /// [`StoreError::Corrupt`], [`StoreError::Full`], [`StoreError::Locked`] or
    /// [`StoreError::Denied`] as the disk has it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|cause| StoreError::Denied {
                path: path.into(),
                cause: cause.to_string(),
            })?;
        }
        let mut connection = connect(path)?;
        migrations::to_latest(&mut connection, path)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Writer::start(connection, path)?,
            readers: Readers::new(path),
            owner: Owner::new(path),
        })
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.readers.with(question)
    }
}

/// Opens one connection with the settings that all of them share.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        // So that space can be given back to the disk. It is settled with the first table: a
        // database that is there already stays as it is, and uses its free space again.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        // Another process may be in the middle of a write: wait for it instead of failing.
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // In WAL mode NORMAL loses nothing when the program dies; the last commits may be lost
        // with the power, never the database.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "cache_size", -4096)?;
        // 16 MB of log before it is folded in: what is only ever appended is then written twice,
        // not four times.
        connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    };
    open().map_err(|cause| StoreError::from_sql(&cause, path))
}
