//! What can go wrong with the database, by what the caller can do. Not what the UI shows first.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A question or a change that the database did not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    NotFound {
        /// The kind of thing: `flow`, `run`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The flow was changed by somebody else in the meantime.
    #[error(
        "flow {flow} is at rev {found} by now, the change was made for rev {expected}: load the flow again"
    )]
    Stale {
        /// The flow.
        flow: String,
        /// The rev that the change was made for.
        expected: u64,
        /// The rev that is stored.
        found: u64,
    },
    /// The table was changed by somebody else in the meantime.
    #[error(
        "table {table} is at rev {found} by now, the change was made for rev {expected}: load the table again"
    )]
    StaleTable {
        /// The table.
        table: String,
        /// The rev that the change was made for.
        expected: u64,
        /// The rev that is stored.
        found: u64,
    },
    /// There is a table of that name already.
    #[error("there is a table {name} already: choose another name")]
    TableExists {
        /// The name.
        name: String,
    },
    /// There is a connection of that id in that environment already.
    #[error("there is a connection {id} in {environment} already: choose another id")]
    ConnectionExists {
        /// The id.
        id: String,
        /// The environment.
        environment: String,
    },
    /// There is a flow of that id already.
    #[error("there is a flow {id} already: choose another id")]
    Exists {
        /// The id.
        id: String,
    },
    /// A newer program wrote the database.
    #[error(
        "the database {path} is of a newer Gantry (its version is {found}, this program knows {known}): update Gantry, or choose another folder with --data-dir"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The newest version that this program knows.
        known: u64,
    },
    /// There is no space left.
    #[error(
        "the disk of {path} is full: make some space and try again; what was saved before is safe"
    )]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// Another process holds the database for too long.
    #[error(
        "the database {path} is locked by another program: close it and try again; what was saved before is safe"
    )]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// The file is not a sound database.
    #[error(
        "the database {path} is damaged ({cause}): move it away and start again, or restore it from a backup"
    )]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        cause: String,
    },
    /// The file or its folder cannot be written.
    #[error(
        "the database {path} cannot be opened or written ({cause}): check the folder's permissions, or choose another with --data-dir"
    )]
    Denied {
        /// The database.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The store is closing.
    #[error("the database is being closed, nothing more is taken")]
    Closed,
    /// A defect of Gantry.
    #[error("the database did not take a statement: {cause}")]
    Sql {
        /// What SQLite said.
        cause: String,
    },
}

impl StoreError {
    /// Sorts SQLite's errors by what can be done about them.
    pub(crate) fn from_sql(cause: &rusqlite::Error, path: &Path) -> Self {
        let path = path.to_owned();
        let code = cause.sqlite_error_code();
        let cause = cause.to_string();
        match code {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { path, cause }
            }
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => Self::Denied { path, cause },
            _ => Self::Sql { cause },
        }
    }
}

/// Inside a job or a question the path is not at hand; [`StoreError::at`] puts it in.
impl From<rusqlite::Error> for StoreError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::from_sql(&cause, Path::new(""))
    }
}

impl StoreError {
    /// Names the database where the error does not yet.
    pub(crate) fn at(mut self, database: &Path) -> Self {
        match &mut self {
            Self::Full { path }
            | Self::Locked { path }
            | Self::Corrupt { path, .. }
            | Self::Denied { path, .. }
                if path.as_os_str().is_empty() =>
            {
                database.clone_into(path);
            }
            _ => {}
        }
        self
    }
}
