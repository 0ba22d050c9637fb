//! The one thread that writes: it drains what waits into one transaction, commits, and tells each
//! writer. Not what is written.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{Lasts, StoreError};

/// Changes that may wait before writers are held back: some ms of work for the disk.
const WAITING: usize = 256;

/// A change, and what its commit has to outlast.
struct Job {
    make: Make,
    lasts: Lasts,
}

/// Makes a change on the connection inside the writer's transaction, or is refused with the error.
type Make = Box<dyn FnOnce(Result<&Connection, &StoreError>) -> Settle + Send>;

/// Tells the one who asked how it ended, once the transaction is over.
type Settle = Box<dyn FnOnce(Result<(), &StoreError>) + Send>;

/// A change that is on its way to the disk.
///
/// Await it to know that it is committed; drop it to not wait: the change is made all the same.
#[derive(Debug)]
#[must_use = "await it, or drop it on purpose"]
pub struct Commit<T>(oneshot::Receiver<Result<T, StoreError>>);

impl<T> Commit<T> {
    /// Waits until the change is committed.
    ///
    /// # Errors
    /// Why it was not made.
    pub async fn done(self) -> Result<T, StoreError> {
        self.0.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Waits like [`Commit::done`], holding the thread.
    ///
    /// # Errors
    /// Why it was not made.
    ///
    /// # Panics
    /// Inside an async runtime.
    pub fn wait(self) -> Result<T, StoreError> {
        self.0.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }
}

#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let at = path.to_owned();
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || write(&connection, waiting, &at))
            .map_err(|cause| StoreError::Denied { path: path.into(), cause: cause.to_string() })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands a change to the writer; waits only while too many wait already.
    pub(crate) async fn send<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Commit<T> {
        self.send_to_last(Lasts::Process, change).await
    }

    /// As [`send`](Self::send), with what the commit has to outlast.
    pub(crate) async fn send_to_last<T: Send + 'static>(
        &self,
        lasts: Lasts,
        change: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Commit<T> {
        let (told, result) = oneshot::channel();
        let make: Make = Box::new(move |connection| {
            let made = match connection {
                Ok(connection) => guarded(connection, change),
                Err(error) => Err(error.clone()),
            };
            Box::new(move |committed| {
                let outcome = match committed {
                    Ok(()) => made,
                    Err(error) => Err(error.clone()),
                };
                // Whoever dropped the receiver does not wish to know.
                let _ = told.send(outcome);
            })
        });
        if let Some(jobs) = &self.jobs {
            // When the thread is gone the job is dropped, and with it the sender: `Closed`.
            let _ = jobs.send(Job { make, lasts }).await;
        }
        Commit(result)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // What waits is committed before the program ends.
            let _ = thread.join();
        }
    }
}

fn write(connection: &Connection, mut waiting: mpsc::Receiver<Job>, path: &Path) {
    let mut jobs = Vec::with_capacity(WAITING);
    // As `connect` has set it.
    let mut set_to = Lasts::Process;
    while waiting.blocking_recv_many(&mut jobs, WAITING) > 0 {
        let wanted = jobs.iter().map(|job| job.lasts).max().unwrap_or(Lasts::Process);
        if wanted != set_to && set_to_last(connection, wanted).is_ok() {
            set_to = wanted;
        }
        commit(connection, &mut jobs, path);
    }
}

/// Says what the next commits have to outlast. In WAL mode NORMAL outlasts the process; FULL also
/// waits for the disk, and takes all commits before with it.
fn set_to_last(connection: &Connection, lasts: Lasts) -> rusqlite::Result<()> {
    let synchronous = match lasts {
        Lasts::Process => "NORMAL",
        Lasts::Power => "FULL",
    };
    connection.pragma_update(None, "synchronous", synchronous)
}

/// Makes one change; when it fails, only its own statements are taken back.
fn guarded<T>(
    connection: &Connection,
    change: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.prepare_cached("SAVEPOINT change")?.execute([])?;
    let made = change(connection);
    // After a full disk SQLite has taken back the whole transaction, the savepoint with it.
    if made.is_err() && !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK TO change")?.execute([])?;
    }
    if !connection.is_autocommit() {
        connection.prepare_cached("RELEASE change")?.execute([])?;
    }
    made
}

/// Makes all changes in one transaction.
fn commit(connection: &Connection, jobs: &mut Vec<Job>, path: &Path) {
    let settles = match begin_and_make(connection, jobs) {
        Ok(settles) => match end(connection) {
            Ok(()) => {
                for settle in settles {
                    settle(Ok(()));
                }
                return;
            }
            Err(error) => (settles, error.at(path)),
        },
        Err((settles, error)) => (settles, error.at(path)),
    };
    let (settles, error) = settles;
    tracing::warn!(%error, changes = settles.len(), "changes were not stored");
    for settle in settles {
        settle(Err(&error));
    }
}

fn begin_and_make(
    connection: &Connection,
    jobs: &mut Vec<Job>,
) -> Result<Vec<Settle>, (Vec<Settle>, StoreError)> {
    // IMMEDIATE: the rev that a change reads cannot be changed by another process before its
    // commit.
    let begun = connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut s| s.execute([]));
    let mut lost = begun.err().map(StoreError::from);
    let mut settles = Vec::with_capacity(jobs.len());
    for job in jobs.drain(..) {
        settles.push((job.make)(lost.as_ref().map_or(Ok(connection), Err)));
        if lost.is_none() && connection.is_autocommit() {
            // The disk is full, most likely. What follows must not commit statement by statement.
            lost = Some(StoreError::Full { path: PathBuf::new() });
        }
    }
    match lost {
        None => Ok(settles),
        Some(error) => Err((settles, error)),
    }
}

fn end(connection: &Connection) -> Result<(), StoreError> {
    let ended = connection.prepare_cached("COMMIT").and_then(|mut s| s.execute([]));
    match ended {
        Ok(_) => Ok(()),
        Err(cause) => {
            // A commit that failed leaves the transaction open; what was saved before stays.
            let _ = connection.execute_batch("ROLLBACK");
            Err(cause.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_refuses_in_words_and_keeps_what_was_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("small.db");
        let connection = crate::connect(&path).unwrap();
        connection
            .execute_batch("CREATE TABLE t (x BLOB); INSERT INTO t VALUES ('saved')")
            .unwrap();
        connection.pragma_update(None, "max_page_count", 20).unwrap();
        let large: Vec<u8> = vec![7; 1_000_000];
        let insert = |bytes: Vec<u8>| {
            move |connection: &Connection| {
                connection.execute("INSERT INTO t VALUES (?1)", [bytes])?;
                Ok(())
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let writer = Writer::start(connection, &path).unwrap();
        let refused = runtime.block_on(async { writer.send(insert(large)).await.done().await });
        let refused = refused.unwrap_err();
        assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
        assert!(refused.to_string().contains("make some space"), "{refused}");
        runtime.block_on(async { writer.send(insert(vec![1])).await.done().await }).unwrap();
        drop(writer);
        let rows: i64 = crate::connect(&path)
            .unwrap()
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 2);
    }
}
