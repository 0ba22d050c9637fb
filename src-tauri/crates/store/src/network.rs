//! The network log: what left the machine, one row for each hop of each call. Not who tells it.

use flow::run::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::{Commit, Store, StoreError};

/// How many rows are kept.
pub const NETWORK_ROWS: u64 = 50_000;

/// One hop of a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkRow {
    /// Its number, counting up; given by the store.
    pub seq: u64,
    /// When it left.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The URL, masked.
    pub url: String,
    /// The host, with its port where it is not the scheme's own.
    pub host: String,
    /// The answer's status.
    pub status: Option<u16>,
    /// The bytes of the body that was sent.
    pub bytes_out: u64,
    /// The bytes of the answer's body, unpacked.
    pub bytes_in: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Where the answer came from: `system`, `cassette`, `mock`, `dry_run`, `fault`.
    pub source: String,
    /// Whether it left the machine, or tried to.
    pub has_left: bool,
    /// The flow that made it.
    pub flow: Option<String>,
    /// The run.
    pub run: Option<String>,
    /// The node.
    pub node: Option<String>,
    /// The connection that it was made with.
    pub connection: Option<String>,
    /// What went wrong, masked.
    pub error: Option<String>,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default)]
pub struct NetworkQuery {
    /// Only those before this one.
    pub before: Option<u64>,
    /// Only those to this host.
    pub host: Option<String>,
    /// At most so many.
    pub limit: u64,
}

const COLUMNS: &str = "seq, at, method, url, host, status, bytes_out, bytes_in, took_ms, source, \
                       has_left, flow, run, node, connection, error";

impl Store {
    /// Adds to the log, in order, and lets go of what is too old.
    pub async fn log_network(&self, rows: Vec<NetworkRow>) -> Commit<()> {
        self.writer.send(move |connection| add(connection, &rows)).await
    }

    /// What is in the log, the newest first.
    pub fn network(&self, query: &NetworkQuery) -> Result<Vec<NetworkRow>, StoreError> {
        let before = query.before.unwrap_or(i64::MAX as u64);
        let by_host = if query.host.is_some() { "AND host = ?3" } else { "AND ?3 IS NULL" };
        let sql = format!(
            "SELECT {COLUMNS} FROM network WHERE seq < ?1 {by_host} ORDER BY seq DESC LIMIT ?2"
        );
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![before, query.limit, query.host], row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn add(connection: &Connection, rows: &[NetworkRow]) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO network (at, method, url, host, status, bytes_out, bytes_in, took_ms, source,
                              has_left, flow, run, node, connection, error)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    for row in rows {
        insert.execute(params![
            row.at,
            row.method,
            row.url,
            row.host,
            row.status,
            row.bytes_out,
            row.bytes_in,
            row.took_ms,
            row.source,
            row.has_left,
            row.flow,
            row.run,
            row.node,
            row.connection,
            row.error,
        ])?;
    }
    connection
        .prepare_cached("DELETE FROM network WHERE seq <= (SELECT max(seq) FROM network) - ?1")?
        .execute([NETWORK_ROWS])?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<NetworkRow> {
    Ok(NetworkRow {
        seq: row.get(0)?,
        at: row.get(1)?,
        method: row.get(2)?,
        url: row.get(3)?,
        host: row.get(4)?,
        status: row.get(5)?,
        bytes_out: row.get(6)?,
        bytes_in: row.get(7)?,
        took_ms: row.get(8)?,
        source: row.get(9)?,
        has_left: row.get(10)?,
        flow: row.get(11)?,
        run: row.get(12)?,
        node: row.get(13)?,
        connection: row.get(14)?,
        error: row.get(15)?,
    })
}
