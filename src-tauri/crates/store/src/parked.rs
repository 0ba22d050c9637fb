//! Parked items: those that failed and wait to be mended and tried again. Not why an item failed:
//! errors are JSON here.

use flow::id::{FlowId, NodeId, RunId};
use flow::run::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{Store, StoreError};

/// What a run tells of items that it parks, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum ParkNote {
    /// An item failed and is parked. In a run that tries it again it is the one that waits already.
    Parked(Box<NewParked>),
    /// An item failed for good in a run that may try parked items again: it waits again.
    Rejected {
        /// The run.
        run: RunId,
        /// The node.
        node: NodeId,
        /// The item, by its path.
        item: String,
        /// The error as JSON.
        error: String,
    },
    /// How a node did that may have parked items.
    Node {
        /// The run.
        run: RunId,
        /// The node.
        node: NodeId,
        /// Items that went through.
        fine: u64,
        /// Items that did not.
        failed: u64,
    },
    /// A run is over that may have tried parked items again: what did not fail went through, where
    /// the run came to its end.
    Over {
        /// The run.
        run: RunId,
        /// Whether it came to its end.
        is_complete: bool,
    },
}

/// An item that is parked.
#[derive(Debug, Clone, PartialEq)]
pub struct NewParked {
    /// The run that it failed in.
    pub run: RunId,
    /// The node that it failed at.
    pub node: NodeId,
    /// The item, by its path as steps name it.
    pub item: String,
    /// The flow.
    pub flow: FlowId,
    /// Its name.
    pub flow_name: String,
    /// The reason's key.
    pub cause: String,
    /// The kind of error.
    pub class: String,
    /// The reason, without what differs between items.
    pub message: String,
    /// The next step for the user.
    pub advice: String,
    /// The error as JSON.
    pub error: String,
    /// When it failed.
    pub at: Timestamp,
    /// The run that its run does again, where it does.
    pub retries: Option<RunId>,
}

/// A parked item as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkedRow {
    /// Its number.
    pub id: u64,
    /// What is known since it was parked.
    pub parked: NewParked,
    /// The run that keys of its steps begin with.
    pub root: RunId,
    /// The item as somebody has mended it, as JSON.
    pub edited: Option<String>,
    /// `open`, `retrying` or `resolved`.
    pub state: String,
    /// What was noted when it was resolved.
    pub note: String,
    /// The run that tries it again, or did.
    pub retried_by: Option<RunId>,
}

/// Parked items that failed for the same reason.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkedCause {
    /// The last of them.
    pub last: NewParked,
    /// When the first one failed.
    pub first_at: Timestamp,
    /// How many are open, or being tried again.
    pub open: u64,
    /// How many are resolved.
    pub resolved: u64,
    /// How many items went through the node in the runs that they failed in.
    pub fine: u64,
    /// How many did not.
    pub failed: u64,
}

/// Which parked items are asked for.
#[derive(Debug, Clone, Default)]
pub struct ParkedQuery {
    /// Only those of this flow.
    pub flow: Option<FlowId>,
    /// Only those of this run.
    pub run: Option<RunId>,
    /// Only those with this reason.
    pub cause: Option<String>,
    /// Only those that stand like this.
    pub state: Option<String>,
    /// Only those with a smaller number.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

const COLUMNS: &str = "id, run, node, item, flow, flow_name, cause, class, message, advice, error, \
                       at, root, edited, state, note, retried_by";

const WHERE: &str = "(?1 IS NULL OR flow = ?1) AND (?2 IS NULL OR run = ?2)
                     AND (?3 IS NULL OR cause = ?3) AND (?4 IS NULL OR state = ?4)";

impl Store {
    /// Takes in what runs tell of parked items, and says whether any item changed.
    pub async fn park(&self, notes: Vec<ParkNote>) -> Result<bool, StoreError> {
        let change = move |connection: &Connection| {
            notes.iter().try_fold(false, |changed, note| Ok(take(connection, note)? || changed))
        };
        self.writer.send(change).await.done().await
    }

    /// Parked items, the newest first.
    pub fn parked(&self, query: &ParkedQuery) -> Result<Vec<ParkedRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM parked WHERE {WHERE} AND id < ?5 ORDER BY id DESC LIMIT ?6"
        );
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let before = query.before.map_or(i64::MAX, |before| before as i64);
            let rows = statement.query_map(
                params![
                    query.flow.as_ref().map(FlowId::as_str),
                    query.run.as_ref().map(RunId::as_str),
                    query.cause,
                    query.state,
                    before,
                    query.limit
                ],
                row,
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One parked item.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn parked_item(&self, id: u64) -> Result<ParkedRow, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM parked WHERE id = ?1"))?
                .query_row([id], row)
                .optional()?
                .ok_or_else(|| StoreError::NotFound { what: "parked item", id: id.to_string() })
        })
    }

    /// The reasons of parked items, those with the most open items first.
    pub fn parked_causes(&self, query: &ParkedQuery) -> Result<Vec<ParkedCause>, StoreError> {
        let sql = format!(
            "WITH chosen AS (SELECT * FROM parked WHERE {WHERE}),
                  causes AS (SELECT cause, max(id) AS last, min(at) AS first_at,
                                    sum(state <> 'resolved') AS open, sum(state = 'resolved') AS done
                             FROM chosen GROUP BY cause),
                  did AS (SELECT cause, sum(fine) AS fine, sum(failed) AS failed
                          FROM (SELECT DISTINCT cause, run, node FROM chosen)
                          JOIN parked_nodes USING (run, node) GROUP BY cause)
             SELECT parked.id, run, node, item, flow, flow_name, parked.cause, class, message, advice,
                    error, at, root, edited, state, note, retried_by,
                    first_at, open, done, coalesce(fine, 0), coalesce(failed, 0)
             FROM causes JOIN parked ON parked.id = last LEFT JOIN did ON did.cause = causes.cause
             ORDER BY open DESC, last DESC"
        );
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let asked = params![
                query.flow.as_ref().map(FlowId::as_str),
                query.run.as_ref().map(RunId::as_str),
                query.cause,
                query.state,
            ];
            let causes = statement.query_map(asked, |found| {
                Ok(ParkedCause {
                    last: row(found)?.parked,
                    first_at: found.get(17)?,
                    open: found.get(18)?,
                    resolved: found.get(19)?,
                    fine: found.get(20)?,
                    failed: found.get(21)?,
                })
            })?;
            Ok(causes.collect::<Result<_, _>>()?)
        })
    }

    /// Changes what a parked item is to be; as it was without `edited`. False where there is no such
    /// item that waits.
    pub async fn mend_parked(&self, id: u64, edited: Option<String>) -> Result<bool, StoreError> {
        let commit = self.writer.send(move |connection| {
            let changed = connection
                .prepare_cached("UPDATE parked SET edited = ?2 WHERE id = ?1 AND state = 'open'")?
                .execute(params![id, edited])?;
            Ok(changed > 0)
        });
        commit.await.done().await
    }

    /// Says that items need no more, and why. Those that are being tried again stay as they are.
    pub async fn resolve_parked(&self, ids: Vec<u64>, note: String) -> Result<u64, StoreError> {
        let commit = self.writer.send(move |connection| {
            let mut resolve = connection.prepare_cached(
                "UPDATE parked SET state = 'resolved', note = ?2 WHERE id = ?1 AND state = 'open'",
            )?;
            let resolve = |id: &u64| resolve.execute(params![id, note]).map(|n| n as u64);
            Ok(ids.iter().map(resolve).sum::<rusqlite::Result<u64>>()?)
        });
        commit.await.done().await
    }

    /// Takes open items for a run that is about to try them again, and gives the numbers of those
    /// that it got: what another one tries already is not among them.
    pub async fn take_parked(&self, ids: Vec<u64>, by: &RunId) -> Result<Vec<u64>, StoreError> {
        let by = by.clone();
        let commit = self.writer.send(move |connection| {
            let mut take = connection.prepare_cached(
                "UPDATE parked SET state = 'retrying', retried_by = ?2
                 WHERE id = ?1 AND state = 'open'",
            )?;
            let mut taken = Vec::with_capacity(ids.len());
            for id in ids {
                if take.execute(params![id, by.as_str()])? > 0 {
                    taken.push(id);
                }
            }
            Ok(taken)
        });
        commit.await.done().await
    }

    /// Lets items go that a run was to try again and did not.
    pub async fn release_parked(&self, by: &RunId) -> Result<(), StoreError> {
        let by = by.clone();
        let commit = self.writer.send(move |connection| end(connection, &by, false).map(|_| ()));
        commit.await.done().await
    }
}

fn take(connection: &Connection, note: &ParkNote) -> Result<bool, StoreError> {
    match note {
        ParkNote::Parked(new) => park(connection, new),
        ParkNote::Rejected { run, node, item, error } => {
            let reopened = connection
                .prepare_cached(
                    "UPDATE parked SET state = 'open', error = ?4
                     WHERE retried_by = ?1 AND node = ?2 AND item = ?3 AND state = 'retrying'",
                )?
                .execute(params![run.as_str(), node.as_str(), item, error])?;
            Ok(reopened > 0)
        }
        ParkNote::Node { run, node, fine, failed } => {
            connection
                .prepare_cached(
                    "INSERT INTO parked_nodes (run, node, fine, failed)
                     SELECT ?1, ?2, ?3, ?4
                     WHERE EXISTS (SELECT 1 FROM parked WHERE run = ?1 AND node = ?2)
                     ON CONFLICT (run, node) DO UPDATE SET fine = ?3, failed = ?4",
                )?
                .execute(params![run.as_str(), node.as_str(), fine, failed])?;
            Ok(false)
        }
        ParkNote::Over { run, is_complete } => end(connection, run, *is_complete),
    }
}

fn park(connection: &Connection, new: &NewParked) -> Result<bool, StoreError> {
    let (run, node) = (new.run.as_str(), new.node.as_str());
    let again = connection
        .prepare_cached(
            "UPDATE parked SET state = 'open', cause = ?4, class = ?5, message = ?6, advice = ?7,
                               error = ?8, at = ?9
             WHERE retried_by = ?1 AND node = ?2 AND item = ?3 AND state = 'retrying'",
        )?
        .execute(params![
            run,
            node,
            new.item,
            new.cause,
            new.class,
            new.message,
            new.advice,
            new.error,
            new.at
        ])?;
    if again > 0 {
        return Ok(true);
    }
    // A run that does another one again names its steps by that one's keys.
    let added = connection
        .prepare_cached(
            "INSERT INTO parked (run, node, item, root, flow, flow_name, cause, class, message,
                                 advice, error, at)
             SELECT ?1, ?2, ?3,
                    coalesce((SELECT root FROM parked WHERE retried_by = ?1 LIMIT 1),
                             (WITH RECURSIVE up (id, source, parent, depth) AS (
                                SELECT id, source, parent, 0 FROM runs WHERE id = ?12
                                UNION ALL
                                SELECT r.id, r.source, r.parent, depth + 1
                                FROM up JOIN runs r ON r.id = up.parent WHERE up.source = 'retry')
                              SELECT id FROM up ORDER BY depth DESC LIMIT 1),
                             ?12, ?1),
                    ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
             WHERE NOT EXISTS (SELECT 1 FROM parked
                               WHERE retried_by = ?1 AND node = ?2 AND item = ?3)
             ON CONFLICT (run, node, item) DO NOTHING",
        )?
        .execute(params![
            run,
            node,
            new.item,
            new.flow.as_str(),
            new.flow_name,
            new.cause,
            new.class,
            new.message,
            new.advice,
            new.error,
            new.at,
            new.retries.as_ref().map(RunId::as_str)
        ])?;
    Ok(added > 0)
}

/// Settles the items that a run was to try again.
fn end(connection: &Connection, run: &RunId, is_complete: bool) -> Result<bool, StoreError> {
    let note = format!("It went through in the run {run}.");
    let (state, note) = if is_complete { ("resolved", note.as_str()) } else { ("open", "") };
    let settled = connection
        .prepare_cached(
            "UPDATE parked SET state = ?2, note = ?3 WHERE retried_by = ?1 AND state = 'retrying'",
        )?
        .execute(params![run.as_str(), state, note])?;
    Ok(settled > 0)
}

fn row(row: &Row<'_>) -> rusqlite::Result<ParkedRow> {
    Ok(ParkedRow {
        id: row.get(0)?,
        parked: NewParked {
            run: RunId::from(row.get::<_, String>(1)?),
            node: NodeId::from(row.get::<_, String>(2)?),
            item: row.get(3)?,
            flow: FlowId::from(row.get::<_, String>(4)?),
            flow_name: row.get(5)?,
            cause: row.get(6)?,
            class: row.get(7)?,
            message: row.get(8)?,
            advice: row.get(9)?,
            error: row.get(10)?,
            at: row.get(11)?,
            retries: None,
        },
        root: RunId::from(row.get::<_, String>(12)?),
        edited: row.get(13)?,
        state: row.get(14)?,
        note: row.get(15)?,
        retried_by: row.get::<_, Option<String>>(16)?.map(RunId::from),
    })
}
