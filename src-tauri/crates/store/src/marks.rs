//! What runs have seen, by the digest of a key. Not what makes two items the same.

use flow::id::RunId;
use flow::run::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Store, StoreError};

/// Old marks that are forgotten at once: more would hold up those who wait.
const FORGOTTEN_AT_ONCE: u32 = 5_000;

/// Marks that are kept, whatever their age; the oldest go first.
const MARKS_KEPT: u64 = 5_000_000;

/// Keys that are looked up together, and marked where they are new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMarks {
    /// What is remembered together.
    pub list: String,
    /// The run, or the one that it repeats.
    pub root: RunId,
    /// Now.
    pub at: Timestamp,
    /// Marks from before count no more.
    pub since: Timestamp,
    /// When these may be forgotten.
    pub until: Timestamp,
    /// The digests of the keys, each with its item.
    pub keys: Vec<([u8; 16], String)>,
    /// Whether new ones are marked.
    pub marks: bool,
}

impl Store {
    /// Looks keys up and marks those that are new, in one transaction; tells of each whether it is
    /// new: not marked by another root since, by a run that is under way or has ended well.
    pub async fn mark(&self, new: NewMarks) -> Result<Vec<bool>, StoreError> {
        let commit = self.writer.send(move |connection| mark(connection, &new));
        commit.await.done().await
    }

    /// Says whether the marks of a root count from now on, and lets go of some that are too old.
    pub async fn settle_marks(
        &self,
        root: &RunId,
        counts: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let root = root.clone();
        let commit = self.writer.send(move |connection| {
            connection
                .prepare_cached("UPDATE marks SET counts = ?2 WHERE root = ?1 AND counts <> ?2")?
                .execute(params![root.as_str(), counts])?;
            forget_old(connection, now)
        });
        commit.await.done().await
    }
}

fn mark(connection: &Connection, new: &NewMarks) -> Result<Vec<bool>, StoreError> {
    let root = new.root.as_str();
    // Its own mark first: what passed in an earlier part of the run passes again.
    let mut find = connection.prepare_cached(
        "SELECT root = ?3 FROM marks
         WHERE list = ?1 AND digest = ?2 AND (root = ?3 OR (counts AND at >= ?4))
         ORDER BY root = ?3 DESC LIMIT 1",
    )?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO marks (list, digest, root, item, at, until, counts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
         ON CONFLICT (list, digest, root) DO UPDATE SET counts = 1",
    )?;
    let mut are_new = Vec::with_capacity(new.keys.len());
    for (digest, item) in &new.keys {
        let found: Option<bool> = find
            .query_row(params![new.list, digest.as_slice(), root, new.since], |row| row.get(0))
            .optional()?;
        let is_new = found != Some(false);
        if is_new && new.marks {
            let digest = digest.as_slice();
            insert.execute(params![new.list, digest, root, item, new.at, new.until])?;
        }
        are_new.push(is_new);
    }
    Ok(are_new)
}

fn forget_old(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM marks WHERE (list, digest, root) IN
                 (SELECT list, digest, root FROM marks WHERE until < ?1 ORDER BY until LIMIT ?2)",
        )?
        .execute(params![now, FORGOTTEN_AT_ONCE])?;
    let n_marks: u64 =
        connection.prepare_cached("SELECT count(*) FROM marks")?.query_row([], |row| row.get(0))?;
    if n_marks > MARKS_KEPT {
        connection
            .prepare_cached(
                "DELETE FROM marks WHERE (list, digest, root) IN
                     (SELECT list, digest, root FROM marks ORDER BY until LIMIT ?1)",
            )?
            .execute([n_marks - MARKS_KEPT])?;
    }
    Ok(())
}
