//! What runs leave so that they can go on after their process ended: how they were started, what
//! became of their steps, what the user decided. Not what a step is: batches are bytes here.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flow::id::RunId;
use flow::run::RunStatus;
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use crate::runs::{parse, status_text};
use crate::{Store, StoreError};

/// How a run was started, for it to be started the same way again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStart {
    /// All but its start items, as JSON.
    pub request: String,
    /// The start items in binary form; none where the trigger gives its own.
    pub input: Option<Vec<u8>>,
}

/// What became of some steps of a run, in order.
#[derive(Debug, Clone)]
pub struct StepBatch {
    /// The steps.
    pub bytes: Vec<u8>,
    /// What they came to, where it is too large to stand among them.
    pub values: Vec<LargeValue>,
    /// What it has to outlast.
    pub lasts: Lasts,
}

/// What a commit has to outlast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lasts {
    /// The end of the process.
    Process,
    /// A loss of power.
    Power,
}

/// A value in a file of its own, named by its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeValue {
    /// Its name: the SHA-256 of the bytes.
    pub hash: [u8; 32],
    /// The value.
    pub bytes: Vec<u8>,
}

impl LargeValue {
    /// Names bytes by what they are.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { hash: Sha256::digest(&bytes).into(), bytes }
    }
}

/// Who wants a run to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumedBy {
    /// The user.
    User,
    /// The program, as it starts.
    Program,
}

impl Store {
    /// Takes a run whose process ended for this process, which is about to resume it: it is running
    /// again, and its kept items are gone, for they will be kept anew. False where another process
    /// was faster.
    pub async fn claim_run(&self, run: &RunId, by: ResumedBy) -> Result<bool, StoreError> {
        let (run, owner) = (run.clone(), self.owner.name().to_owned());
        let commit = self.writer.send(move |connection| {
            let claimed = connection
                .prepare_cached(
                    "UPDATE runs SET status = 'running', owner = ?2, summary = '', took_ms = NULL
                     WHERE id = ?1 AND status = 'interrupted'",
                )?
                .execute(params![run.as_str(), owner])?;
            if claimed == 0 {
                return Ok(false);
            }
            connection.execute("DELETE FROM samples WHERE run = ?1", [run.as_str()])?;
            if by == ResumedBy::Program {
                connection.execute(
                    "UPDATE requests SET resumed = resumed + 1 WHERE run = ?1",
                    [run.as_str()],
                )?;
            }
            Ok(true)
        });
        commit.await.done().await
    }

    /// Says that a run which was to be resumed could not be, and waits again. Nothing happens to one
    /// that is not running.
    pub async fn unclaim_run(&self, run: &RunId, summary: &str) -> Result<(), StoreError> {
        let (run, summary) = (run.clone(), summary.to_owned());
        let commit = self.writer.send(move |connection| {
            connection.execute(
                "UPDATE runs SET status = ?2, owner = NULL, summary = ?3
                 WHERE id = ?1 AND status = 'running'",
                params![run.as_str(), status_text(RunStatus::Interrupted), summary],
            )?;
            Ok(())
        });
        commit.await.done().await
    }

    /// How a run was started, and how often it was resumed without anybody asking for it; none
    /// where it was not kept.
    pub fn run_start(&self, run: &RunId) -> Result<Option<(RunStart, u32)>, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT request, input, resumed FROM requests WHERE run = ?1")?
                .query_row([run.as_str()], |row| {
                    let start = RunStart { request: row.get(0)?, input: row.get(1)? };
                    Ok((start, row.get(2)?))
                })
                .optional()?)
        })
    }

    /// The number of a run's next event.
    pub fn next_seq(&self, run: &RunId) -> Result<u64, StoreError> {
        self.read(|connection| {
            let last: Option<(u64, Vec<u8>)> = connection
                .prepare_cached(
                    "SELECT first_seq, batch FROM events WHERE run = ?1
                     ORDER BY first_seq DESC LIMIT 1",
                )?
                .query_row([run.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((first_seq, batch)) = last else { return Ok(0) };
            Ok(first_seq + parse::<Vec<IgnoredAny>>(&batch)?.len() as u64)
        })
    }

    /// Goes through a run's batches of steps in order, one in memory at a time: the number of its
    /// row, and what is in it.
    ///
    /// # Errors
    /// What `visit` says, or why they cannot be read.
    pub fn each_step_batch(
        &self,
        run: &RunId,
        mut visit: impl FnMut(i64, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT n, batch FROM steps WHERE run = ?1 ORDER BY n")?;
            let mut rows = statement.query([run.as_str()])?;
            while let Some(row) = rows.next()? {
                let batch = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
                visit(row.get(0)?, batch)?;
            }
            Ok(())
        })
    }

    /// One batch of steps, by the number of its row.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn step_batch(&self, n: i64) -> Result<Vec<u8>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT batch FROM steps WHERE n = ?1")?
                .query_row([n], |row| row.get(0))
                .optional()?
                .ok_or_else(|| StoreError::NotFound { what: "batch of steps", id: n.to_string() })
        })
    }

    /// A large value of a run; none where its file is gone or damaged.
    pub fn step_value(&self, run: &RunId, hash: &[u8; 32]) -> Option<Vec<u8>> {
        let bytes = fs::read(folder_of(&self.path, run).join(hex(hash))).ok()?;
        (Sha256::digest(&bytes).as_slice() == hash).then_some(bytes)
    }

    /// Keeps a decision about steps of a run, in the place of earlier ones.
    pub async fn decide(
        &self,
        run: &RunId,
        steps: Vec<String>,
        decision: &'static str,
    ) -> Result<(), StoreError> {
        let run = run.clone();
        let commit = self.writer.send(move |connection| {
            let mut insert = connection.prepare_cached(
                "INSERT INTO decisions (run, step, decision) VALUES (?1, ?2, ?3)
                 ON CONFLICT (run, step) DO UPDATE SET decision = ?3",
            )?;
            for step in &steps {
                insert.execute(params![run.as_str(), step, decision])?;
            }
            Ok(())
        });
        commit.await.done().await
    }

    /// The decisions about a run's steps.
    pub fn decisions(&self, run: &RunId) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT step, decision FROM decisions WHERE run = ?1")?;
            let rows = statement.query_map([run.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Keeps how a run was started.
pub(crate) fn add_start(
    connection: &Connection,
    run: &RunId,
    start: &RunStart,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO requests (run, request, input) VALUES (?1, ?2, ?3)
             ON CONFLICT (run) DO NOTHING",
        )?
        .execute(params![run.as_str(), start.request, start.input])?;
    Ok(())
}

/// Keeps a batch of steps. Large values are on the disk before the transaction that tells of them.
pub(crate) fn add_steps(
    connection: &Connection,
    database: &Path,
    run: &RunId,
    steps: &StepBatch,
) -> Result<(), StoreError> {
    if !steps.values.is_empty() {
        let folder = folder_of(database, run);
        write_values(&folder, &steps.values).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::StorageFull => StoreError::Full { path: folder.clone() },
            _ => StoreError::Denied { path: folder.clone(), cause: cause.to_string() },
        })?;
    }
    connection
        .prepare_cached("INSERT INTO steps (run, batch) VALUES (?1, ?2)")?
        .execute(params![run.as_str(), steps.bytes])?;
    Ok(())
}

/// Forgets the steps of a run.
pub(crate) fn drop_steps(connection: &Connection, run: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM steps WHERE run = ?1")?.execute([run])?;
    connection.prepare_cached("DELETE FROM decisions WHERE run = ?1")?.execute([run])?;
    Ok(())
}

/// Forgets all that a run left to go on with; its large values go by [`drop_values`].
pub(crate) fn drop_all(connection: &Connection, run: &str) -> Result<(), StoreError> {
    drop_steps(connection, run)?;
    connection.prepare_cached("DELETE FROM requests WHERE run = ?1")?.execute([run])?;
    connection.prepare_cached("DELETE FROM signals WHERE run = ?1")?.execute([run])?;
    Ok(())
}

/// Removes a run's large values; to be called once nothing tells of them any more.
pub(crate) fn drop_values(database: &Path, run: &RunId) {
    let folder = folder_of(database, run);
    if let Err(error) = fs::remove_dir_all(&folder)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, folder = %folder.display(), "a run's large values stay behind");
    }
}

fn write_values(folder: &Path, values: &[LargeValue]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for value in values {
        let path = folder.join(hex(&value.hash));
        if path.exists() {
            continue;
        }
        // A file that broke off is told by its hash when it is read.
        let mut file = fs::File::create(path)?;
        file.write_all(&value.bytes)?;
        file.sync_data()?;
    }
    Ok(())
}

/// The folder of a run's large values.
fn folder_of(database: &Path, run: &RunId) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(".values");
    // A run's id is made by this program, and yet no path may come of one that is not.
    let run: String = run
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .collect();
    database.with_file_name(name).join(run)
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
