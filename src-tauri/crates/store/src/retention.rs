//! How much of the past is kept: the size of the history, and what is pruned of it, a little at a
//! time. Not who decides.

use flow::id::RunId;
use flow::run::Timestamp;
use rusqlite::{Connection, params};

use crate::runs::forget;
use crate::steps::drop_values;
use crate::{Store, StoreError};

/// Runs that are kept whatever their age: those that are not over, or can go on, and those with
/// items that still wait to be mended.
const KEPT: &str = "status IN ('queued', 'running', 'paused', 'interrupted')
    OR EXISTS (SELECT 1 FROM parked WHERE parked.run = runs.id AND parked.state <> 'resolved')";

/// Pages given back in one transaction: some milliseconds of work.
const PAGES_AT_ONCE: u32 = 500;

/// How large the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistorySize {
    /// How many runs there are.
    pub runs: u64,
    /// The bytes of the database that are in use.
    pub bytes: u64,
    /// When the oldest run began.
    pub oldest: Option<Timestamp>,
}

/// What is kept; what is absent does not bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// Runs that began earlier are pruned.
    pub since: Option<Timestamp>,
    /// How many runs of each flow are kept.
    pub per_flow: Option<u64>,
    /// How many bytes are kept in all.
    pub bytes: Option<u64>,
}

impl Store {
    /// How large the history is.
    pub fn history_size(&self) -> Result<HistorySize, StoreError> {
        self.read(|connection| {
            let (runs, oldest) = connection
                .prepare_cached(
                    "SELECT (SELECT count(*) FROM runs INDEXED BY runs_listed),
                            (SELECT started_at FROM runs INDEXED BY runs_listed
                             ORDER BY id LIMIT 1)",
                )?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(HistorySize { runs, bytes: bytes_in_use(connection)?, oldest })
        })
    }

    /// Runs that are beyond the bounds, the oldest first, at most so many.
    pub fn beyond(&self, bounds: &Bounds, limit: u32) -> Result<Vec<RunId>, StoreError> {
        self.read(|connection| {
            if let Some(since) = bounds.since {
                let condition = "started_at < ?1";
                let old = oldest(connection, condition, since, limit)?;
                if !old.is_empty() {
                    return Ok(old);
                }
            }
            if let Some(per_flow) = bounds.per_flow {
                let many = beyond_count(connection, per_flow, limit)?;
                if !many.is_empty() {
                    return Ok(many);
                }
            }
            match bounds.bytes {
                Some(most) if bytes_in_use(connection)? > most => {
                    oldest(connection, "?1", 1, limit)
                }
                _ => Ok(Vec::new()),
            }
        })
    }

    /// Forgets these runs with all that they told, in one transaction; how many there were.
    pub async fn forget_runs(&self, runs: Vec<RunId>) -> Result<u64, StoreError> {
        let commit = self.writer.send(move |connection| {
            let mut n_gone = 0;
            for run in &runs {
                n_gone += u64::from(forget(connection, run)?);
            }
            Ok((n_gone, runs))
        });
        let (n_gone, runs) = commit.await.done().await?;
        for run in &runs {
            drop_values(&self.path, run);
        }
        Ok(n_gone)
    }

    /// Gives some free space back to the disk; whether there is more to give.
    pub async fn give_back(&self) -> Result<bool, StoreError> {
        let commit = self.writer.send(|connection| {
            let free = |connection: &Connection| -> rusqlite::Result<u64> {
                connection.pragma_query_value(None, "freelist_count", |row| row.get(0))
            };
            let before = free(connection)?;
            if before == 0 {
                return Ok(false);
            }
            let sql = format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})");
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            let after = free(connection)?;
            // A database of an earlier make cannot; it uses the space again instead.
            Ok(after > 0 && after < before)
        });
        commit.await.done().await
    }
}

fn bytes_in_use(connection: &Connection) -> Result<u64, StoreError> {
    let number = |name: &str| -> rusqlite::Result<u64> {
        connection.pragma_query_value(None, name, |row| row.get(0))
    };
    let pages = number("page_count")?.saturating_sub(number("freelist_count")?);
    Ok(pages * number("page_size")?)
}

fn oldest(
    connection: &Connection,
    condition: &str,
    value: i64,
    limit: u32,
) -> Result<Vec<RunId>, StoreError> {
    let sql = format!(
        "SELECT id FROM runs INDEXED BY runs_listed
         WHERE {condition} AND NOT ({KEPT}) ORDER BY id LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![value, limit], |row| row.get::<_, String>(0))?;
    Ok(rows.map(|id| id.map(RunId::from)).collect::<Result<_, _>>()?)
}

/// The runs of each flow that come after so many newer ones of it.
fn beyond_count(
    connection: &Connection,
    per_flow: u64,
    limit: u32,
) -> Result<Vec<RunId>, StoreError> {
    let mut flows = connection.prepare_cached(
        "SELECT flow FROM runs INDEXED BY runs_of_flow GROUP BY flow HAVING count(*) > ?1",
    )?;
    let flows = flows.query_map([per_flow], |row| row.get::<_, String>(0))?;
    let sql = format!(
        "SELECT id FROM runs WHERE NOT ({KEPT}) AND id IN (
           SELECT id FROM runs INDEXED BY runs_of_flow WHERE flow = ?1
           ORDER BY id DESC LIMIT -1 OFFSET ?2)
         ORDER BY id LIMIT ?3"
    );
    let mut of_flow = connection.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for flow in flows {
        let room = limit as usize - found.len();
        let rows =
            of_flow.query_map(params![flow?, per_flow, room], |row| row.get::<_, String>(0))?;
        for id in rows {
            found.push(RunId::from(id?));
        }
        if found.len() >= limit as usize {
            break;
        }
    }
    Ok(found)
}
