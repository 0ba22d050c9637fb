//! Runs: a summary row each, what they told in batches, the items that were kept. Not what an event
//! means.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use flow::id::{FlowId, NodeId, RunId};
use flow::run::{RunStatus, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::inbox::{self, InboxChange};
use crate::steps::{self, Lasts, RunStart, StepBatch};
use crate::{Commit, Store, StoreError, listing};

/// Lists of items that together are smaller than this share one row: a short run costs few inserts.
const SHARED_BYTES: usize = 32 * 1024;

/// A run in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// The run; ids sort by start time.
    pub id: RunId,
    /// Its flow.
    pub flow: FlowId,
    /// The flow's name at that time.
    pub flow_name: String,
    /// The flow's rev at that time.
    pub rev: u64,
    /// What started it.
    pub trigger: String,
    /// How it stands.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, once it is over.
    pub took_ms: Option<u64>,
    /// Items that came out of the last nodes.
    pub items: u64,
    /// Items that were rejected.
    pub rejected: u64,
    /// One sentence: what came of it.
    pub summary: String,
    /// The flow as it was.
    pub snapshot: SnapshotId,
    /// The run that it does again, or that called it.
    pub parent: Option<RunId>,
}

/// The name of a flow's content: runs of the same flow share one copy of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SnapshotId(Arc<str>);

impl SnapshotId {
    /// The name of this content.
    pub fn of(file: &str, layout: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update((file.len() as u64).to_le_bytes());
        hash.update(file);
        hash.update(layout);
        // Half of it is plenty: a collision would take 2^64 flows.
        let hex = hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
            use fmt::Write;
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Self(hex.into())
    }

    /// The name as it is stored.
    pub(crate) fn from_text(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is to be added to a run.
#[derive(Debug, Clone)]
pub struct Append {
    /// The run.
    pub run: RunId,
    /// Its summary, where it is new or has changed.
    pub row: Option<RunRow>,
    /// Events as a JSON list, with the number of the first.
    pub events: Option<(u64, Vec<u8>)>,
    /// Items to keep.
    pub samples: Vec<SampleChunk>,
    /// The words that the run is found by, once it is over.
    pub text: Option<String>,
    /// How it was started, where it is new and can be resumed.
    pub start: Option<RunStart>,
    /// What became of some of its steps.
    pub steps: Option<StepBatch>,
    /// What became of what it waits for.
    pub inbox: Vec<InboxChange>,
    /// The numbers of signals that it has taken: they are kept no longer.
    pub taken: Vec<u64>,
}

impl Append {
    /// Adds nothing yet.
    pub fn to(run: RunId) -> Self {
        let (samples, text) = (Vec::new(), None);
        let (inbox, taken) = (Vec::new(), Vec::new());
        Self { run, row: None, events: None, samples, text, start: None, steps: None, inbox, taken }
    }
}

/// Some items that left a node by a port, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleChunk {
    /// The node.
    pub node: NodeId,
    /// The port.
    pub port: String,
    /// How many items these are.
    pub count: u64,
    /// The items as a JSON list.
    pub items: Vec<u8>,
}

impl Store {
    /// Keeps a flow as it is now, for the runs of it; nothing happens when it is kept already.
    pub async fn keep_snapshot(
        &self,
        id: &SnapshotId,
        file: String,
        layout: String,
    ) -> Result<(), StoreError> {
        let id = id.clone();
        let commit = self.writer.send(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO snapshots (hash, file, layout) VALUES (?1, ?2, ?3)
                     ON CONFLICT (hash) DO NOTHING",
                )?
                .execute(params![&*id.0, file, layout])?;
            Ok(())
        });
        commit.await.done().await
    }

    /// Adds to runs, all in one transaction.
    pub async fn append(&self, appends: Vec<Append>) -> Commit<()> {
        let open = |a: &Append| a.row.as_ref().is_some_and(|row| !row.status.is_over());
        let owner = appends.iter().any(open).then(|| self.owner.name().to_owned());
        let steps = appends.iter().filter_map(|append| append.steps.as_ref());
        let lasts = steps.map(|steps| steps.lasts).max().unwrap_or(Lasts::Process);
        let database = self.path.clone();
        let change = move |connection: &Connection| {
            let add = |append| add(connection, &database, append, owner.as_deref());
            appends.iter().try_for_each(add)
        };
        self.writer.send_to_last(lasts, change).await
    }

    /// Ends the runs of processes that died, and gives their ids: as interrupted with the first
    /// sentence where they can be resumed, as failed with the second where not.
    pub async fn end_interrupted(
        &self,
        resumable: &str,
        lost: &str,
    ) -> Result<Vec<RunId>, StoreError> {
        let open: Vec<(String, Option<String>)> = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, owner FROM runs
                 WHERE status IN ('running', 'paused', 'queued') AND status <> 'ok'",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        let gone: Vec<(String, Option<String>)> = open
            .into_iter()
            .filter(|(_, owner)| owner.as_deref().is_none_or(|name| self.owner.is_gone(name)))
            .collect();
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        let (resumable, lost) = (resumable.to_owned(), lost.to_owned());
        let commit = self.writer.send(move |connection| {
            let mut end = connection.prepare_cached(
                "UPDATE runs SET status = iif(known, 'interrupted', 'failed'),
                                 summary = iif(known, ?3, ?4), owner = NULL
                 FROM (SELECT EXISTS (SELECT 1 FROM requests WHERE run = ?1) AS known)
                 WHERE id = ?1 AND owner IS ?2 AND status IN ('running', 'paused', 'queued')",
            )?;
            let mut ended = Vec::with_capacity(gone.len());
            for (id, owner) in gone {
                // Another process may have been faster, and have resumed it already.
                if end.execute(params![id, owner, resumable, lost])? > 0 {
                    ended.push(RunId::from(id));
                }
            }
            Ok(ended)
        });
        commit.await.done().await
    }

    /// One run.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn run(&self, id: &RunId) -> Result<RunRow, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!("SELECT {RUN_COLUMNS} FROM runs WHERE id = ?1"))?
                .query_row([id.as_str()], run_row)
                .optional()?
                .ok_or_else(|| StoreError::NotFound { what: "run", id: id.to_string() })
        })
    }

    /// The flow file and the layout file of a snapshot.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn snapshot(&self, id: &SnapshotId) -> Result<(String, String), StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT file, layout FROM snapshots WHERE hash = ?1")?
                .query_row([&*id.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?
                .ok_or_else(|| StoreError::NotFound { what: "snapshot", id: id.0.to_string() })
        })
    }

    /// The batches of events of a run, in order, each a JSON list.
    pub fn events(&self, run: &RunId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT batch FROM events WHERE run = ?1 ORDER BY first_seq")?;
            let rows = statement.query_map([run.as_str()], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// What was kept of a port, in order: how many items, and those from `offset` on, at most
    /// `limit`, as JSON.
    pub fn samples(
        &self,
        run: &RunId,
        node: &NodeId,
        port: &str,
        offset: u64,
        limit: u64,
    ) -> Result<(u64, Vec<Box<RawValue>>), StoreError> {
        self.read(|connection| page(connection, run, node, port, offset, limit))
    }

    /// Forgets a run with all that it told.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn delete_run(&self, id: &RunId) -> Result<(), StoreError> {
        let id = id.clone();
        let commit = self.writer.send(move |connection| {
            let was_there = forget(connection, &id)?;
            was_there
                .then_some(id.clone())
                .ok_or_else(|| StoreError::NotFound { what: "run", id: id.to_string() })
        });
        let id = commit.await.done().await?;
        steps::drop_values(&self.path, &id);
        Ok(())
    }
}

/// Forgets all of a run; whether there was one.
pub(crate) fn forget(connection: &Connection, id: &RunId) -> Result<bool, StoreError> {
    for sql in ["DELETE FROM samples WHERE run = ?1", "DELETE FROM events WHERE run = ?1"] {
        connection.prepare_cached(sql)?.execute([id.as_str()])?;
    }
    steps::drop_all(connection, id.as_str())?;
    inbox::forget(connection, id.as_str())?;
    listing::drop_index(connection, id)?;
    let gone =
        connection.prepare_cached("DELETE FROM runs WHERE id = ?1")?.execute([id.as_str()])?;
    Ok(gone > 0)
}

fn add(
    connection: &Connection,
    database: &Path,
    append: &Append,
    owner: Option<&str>,
) -> Result<(), StoreError> {
    let run = append.run.as_str();
    for change in &append.inbox {
        inbox::change(connection, run, change)?;
    }
    for number in &append.taken {
        connection.prepare_cached("DELETE FROM signals WHERE n = ?1")?.execute([number])?;
    }
    if let Some(row) = &append.row {
        add_row(connection, row, owner)?;
        if row.status == RunStatus::Ok {
            // Nothing of it will be asked for again.
            steps::drop_steps(connection, run)?;
            steps::drop_values(database, &append.run);
        }
    }
    if let Some(start) = &append.start {
        steps::add_start(connection, &append.run, start)?;
    }
    if let Some(batch) = &append.steps {
        steps::add_steps(connection, database, &append.run, batch)?;
    }
    if let (Some(row), Some(text)) = (&append.row, &append.text) {
        listing::index(connection, row, text)?;
    }
    if let Some((first_seq, batch)) = &append.events {
        connection
            .prepare_cached("INSERT INTO events (run, first_seq, batch) VALUES (?1, ?2, ?3)")?
            .execute(params![run, first_seq, batch])?;
    }
    let bytes: usize = append.samples.iter().map(|chunk| chunk.items.len()).sum();
    let mut insert = connection.prepare_cached(
        "INSERT INTO samples (run, node, port, count, items) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    if append.samples.len() > 1 && bytes < SHARED_BYTES {
        let none: Option<&str> = None;
        let count: u64 = append.samples.iter().map(|chunk| chunk.count).sum();
        insert.execute(params![run, none, none, count, share(&append.samples)])?;
        return Ok(());
    }
    for chunk in &append.samples {
        insert.execute(params![run, chunk.node.as_str(), chunk.port, chunk.count, chunk.items])?;
    }
    Ok(())
}

fn add_row(connection: &Connection, row: &RunRow, owner: Option<&str>) -> Result<(), StoreError> {
    let run = row.id.as_str();
    let owner = owner.filter(|_| !row.status.is_over());
    connection
        .prepare_cached(
            "INSERT INTO runs (id, flow, flow_name, rev, source, status, started_at, took_ms,
                               items, rejected, summary, snapshot, owner, parent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (id) DO UPDATE SET status = ?6, took_ms = ?8, items = ?9,
                               rejected = ?10, summary = ?11, owner = ?13",
        )?
        .execute(params![
            run,
            row.flow.as_str(),
            row.flow_name,
            row.rev,
            row.trigger,
            status_text(row.status),
            row.started_at,
            row.took_ms,
            row.items,
            row.rejected,
            row.summary,
            &*row.snapshot.0,
            owner,
            row.parent.as_ref().map(RunId::as_str),
        ])?;
    Ok(())
}

/// Puts small lists of several ports into one JSON text: `[[node, port, count, items], ...]`.
fn share(chunks: &[SampleChunk]) -> Vec<u8> {
    let mut shared = Vec::with_capacity(chunks.iter().map(|c| c.items.len() + 64).sum());
    for chunk in chunks {
        shared.push(if shared.is_empty() { b'[' } else { b',' });
        shared.push(b'[');
        for text in [chunk.node.as_str(), &chunk.port] {
            serde_json::to_writer(&mut shared, text)
                .expect("a text is JSON, and memory is written");
            shared.push(b',');
        }
        shared.extend_from_slice(chunk.count.to_string().as_bytes());
        shared.push(b',');
        shared.extend_from_slice(&chunk.items);
        shared.push(b']');
    }
    shared.push(b']');
    shared
}

fn page(
    connection: &Connection,
    run: &RunId,
    node: &NodeId,
    port: &str,
    offset: u64,
    limit: u64,
) -> Result<(u64, Vec<Box<RawValue>>), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT rowid, node, count FROM samples
         WHERE run = ?1 AND (node IS NULL OR (node = ?2 AND port = ?3)) ORDER BY rowid",
    )?;
    let rows = statement.query_map(params![run.as_str(), node.as_str(), port], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, u64>(2)?))
    })?;
    let mut kept = 0;
    let mut items = Vec::new();
    for row in rows {
        let (rowid, of_one_port, count) = row?;
        let wanted = (items.len() as u64) < limit;
        let lists = match of_one_port {
            // The list is loaded only when the page reaches into it.
            Some(_) if !wanted || kept + count <= offset => vec![(count, None)],
            Some(_) => vec![(count, Some(parse(&blob(connection, rowid)?)?))],
            None => shared_lists(&blob(connection, rowid)?, node, port)?,
        };
        for (count, list) in lists {
            let skip = offset.saturating_sub(kept) as usize;
            let room = limit as usize - items.len();
            items.extend(list.into_iter().flatten().skip(skip).take(room));
            kept += count;
        }
    }
    Ok((kept, items))
}

type List = Vec<Box<RawValue>>;

fn shared_lists(
    blob: &[u8],
    node: &NodeId,
    port: &str,
) -> Result<Vec<(u64, Option<List>)>, StoreError> {
    let lists: Vec<(String, String, u64, Box<RawValue>)> = parse(blob)?;
    lists
        .into_iter()
        .filter(|(of, by, ..)| of == node.as_str() && by == port)
        .map(|(_, _, count, items)| Ok((count, Some(parse(items.get().as_bytes())?))))
        .collect()
}

fn blob(connection: &Connection, rowid: i64) -> Result<Vec<u8>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT items FROM samples WHERE rowid = ?1")?
        .query_row([rowid], |row| row.get(0))?)
}

pub(crate) fn parse<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(json).map_err(|cause| StoreError::Corrupt {
        path: std::path::PathBuf::new(),
        cause: format!("kept items are not JSON: {cause}"),
    })
}

pub(crate) const RUN_COLUMNS: &str = "id, flow, flow_name, rev, source, status, started_at, took_ms, items, rejected, summary, \
     snapshot, parent";

pub(crate) fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        id: RunId::from(row.get::<_, String>(0)?),
        flow: FlowId::from(row.get::<_, String>(1)?),
        flow_name: row.get(2)?,
        rev: row.get(3)?,
        trigger: row.get(4)?,
        status: status_of(row.get_ref(5)?.as_str()?),
        started_at: row.get(6)?,
        took_ms: row.get(7)?,
        items: row.get(8)?,
        rejected: row.get(9)?,
        summary: row.get(10)?,
        snapshot: SnapshotId(row.get::<_, String>(11)?.into()),
        parent: row.get::<_, Option<String>>(12)?.map(RunId::from),
    })
}

const STATUSES: [(RunStatus, &str); 8] = [
    (RunStatus::Queued, "queued"),
    (RunStatus::Paused, "paused"),
    (RunStatus::Interrupted, "interrupted"),
    (RunStatus::Running, "running"),
    (RunStatus::Ok, "ok"),
    (RunStatus::OkWithRejects, "ok_with_rejects"),
    (RunStatus::Failed, "failed"),
    (RunStatus::Cancelled, "cancelled"),
];

pub(crate) fn status_text(status: RunStatus) -> &'static str {
    STATUSES.iter().find(|(s, _)| *s == status).map_or("failed", |(_, text)| text)
}

fn status_of(text: &str) -> RunStatus {
    STATUSES.iter().find(|(_, t)| *t == text).map_or(RunStatus::Failed, |(status, _)| *status)
}
