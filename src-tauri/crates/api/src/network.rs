//! The network log of the whole app: what left the machine, whoever made it. Not the raw view of a
//! run, which has the bodies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow::id::{FlowId, NodeId, RunId};
use flow::run::{AnswerFrom, Exchange, Snippet, Timestamp};
use serde::{Deserialize, Serialize};
use store::{NETWORK_ROWS, NetworkQuery, NetworkRow, Store};
use tokio::sync::Notify;
use transport::Departure;
use ts_rs::TS;

use crate::App;
use crate::app::{lock, now};
use crate::types::{ApiError, TextFile};

/// How long calls are gathered for one commit.
const GATHER: Duration = Duration::from_millis(100);

/// Calls that may wait for the disk; beyond it they are counted only. Some seconds of the fastest
/// runs.
const WAITING: usize = 20_000;

/// One hop of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NetworkEntry {
    /// Its number, counting up.
    pub seq: u64,
    /// When it left.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The URL; secrets are masked.
    pub url: String,
    /// The host, with its port where it is not the scheme's own.
    pub host: String,
    /// The answer's status; none when there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<u16>,
    /// The bytes of the body that was sent.
    pub bytes_out: u64,
    /// The bytes of the answer's body, unpacked.
    pub bytes_in: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Where the answer came from.
    pub from: AnswerFrom,
    /// Whether it left the machine, or tried to; false for what a cassette, a mock or a fault
    /// answered, what a dry run held back and what the rules refused.
    pub has_left: bool,
    /// The flow that made it; none for what Gantry does by itself, such as fetching a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub flow: Option<FlowId>,
    /// The run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// The node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub node: Option<NodeId>,
    /// The connection that it was made with: `shop@production`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub connection: Option<String>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<String>,
}

/// Which calls are listed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NetworkAsk {
    /// Only those before this one.
    #[serde(default)]
    #[ts(optional)]
    pub before: Option<u64>,
    /// Only those to this host.
    #[serde(default)]
    #[ts(optional)]
    pub host: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// Which calls are exported, and how.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NetworkExport {
    /// As what.
    pub format: NetworkFormat,
    /// Only those to this host.
    #[serde(default)]
    #[ts(optional)]
    pub host: Option<String>,
}

/// What a network log is exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NetworkFormat {
    /// An HTTP Archive, which browsers open.
    Har,
    /// A table for a spreadsheet.
    Csv,
}

/// Calls, the newest first.
pub async fn list(app: &App, ask: NetworkAsk) -> Result<Vec<NetworkEntry>, ApiError> {
    app.network.flush(&app.store).await?;
    let NetworkAsk { before, host, limit } = ask;
    let query = NetworkQuery { before, host, limit: u64::from(limit.min(1000)) };
    let rows = app.read(move |store| store.network(&query)).await?;
    Ok(rows.into_iter().map(entry_of).collect())
}

/// All calls that are kept, the oldest first, as a file.
pub async fn export(app: &App, ask: NetworkExport) -> Result<TextFile, ApiError> {
    app.network.flush(&app.store).await?;
    let query = NetworkQuery { before: None, host: ask.host, limit: NETWORK_ROWS };
    let mut rows = app.read(move |store| store.network(&query)).await?;
    rows.reverse();
    Ok(match ask.format {
        NetworkFormat::Har => {
            let exchanges: Vec<_> = rows.into_iter().map(exchange_of).collect();
            TextFile { name: "network.har".to_owned(), text: transport::har(&exchanges) }
        }
        NetworkFormat::Csv => TextFile { name: "network.csv".to_owned(), text: csv(&rows) },
    })
}

/// Calls on their way to the store.
#[derive(Debug, Default)]
pub(crate) struct NetworkKeeper {
    waiting: Mutex<Waiting>,
    some: Notify,
    /// Held while calls are on their way, so that whoever asks after them finds them.
    storing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    rows: Vec<NetworkRow>,
    n_missed: u64,
}

impl NetworkKeeper {
    /// Takes a call; never waits.
    pub(crate) fn take(&self, departure: Departure) {
        let row = row_of(departure);
        let is_first = {
            let mut waiting = lock(&self.waiting);
            if waiting.rows.len() >= WAITING {
                waiting.n_missed += 1;
                return;
            }
            waiting.rows.push(row);
            waiting.rows.len() == 1
        };
        if is_first {
            self.some.notify_one();
        }
    }

    /// Hands on what waits, for as long as it is polled.
    pub(crate) async fn serve(&self, store: &Store) {
        loop {
            self.some.notified().await;
            tokio::time::sleep(GATHER).await;
            if let Err(error) = self.flush(store).await {
                tracing::warn!(error = error.message, "the network log was not stored");
            }
        }
    }

    /// Waits until what was taken is stored.
    pub(crate) async fn flush(&self, store: &Store) -> Result<(), ApiError> {
        let _storing = self.storing.lock().await;
        let Waiting { mut rows, n_missed } = std::mem::take(&mut *lock(&self.waiting));
        if n_missed > 0 {
            rows.push(NetworkRow {
                at: now(),
                has_left: true,
                source: text_of(AnswerFrom::System),
                error: Some(format!("{n_missed} more calls came too fast to be listed here.")),
                ..NetworkRow::default()
            });
        }
        if rows.is_empty() {
            return Ok(());
        }
        Ok(store.log_network(rows).await.done().await?)
    }
}

/// Who is told of each call.
pub(crate) fn log(keeper: &Arc<NetworkKeeper>) -> transport::NetworkLog {
    let keeper = Arc::clone(keeper);
    Arc::new(move |departure| keeper.take(departure))
}

fn row_of(departure: Departure) -> NetworkRow {
    let whose = departure.whose;
    let of = |part: fn(&transport::Whose) -> &str| whose.as_deref().map(|w| part(w).to_owned());
    NetworkRow {
        seq: 0,
        // Runs may have a clock of their own; the log goes by the computer's.
        at: now() - Timestamp::try_from(departure.took_ms).unwrap_or(0),
        method: departure.method,
        url: departure.url,
        host: departure.host,
        status: departure.status,
        bytes_out: departure.bytes_out,
        bytes_in: departure.bytes_in,
        took_ms: departure.took_ms,
        source: text_of(departure.from),
        has_left: departure.has_left,
        flow: of(|whose| whose.flow.as_str()),
        run: of(|whose| whose.run.as_str()),
        node: of(|whose| whose.node.as_str()),
        connection: departure.connection,
        error: departure.error,
    }
}

fn entry_of(row: NetworkRow) -> NetworkEntry {
    NetworkEntry {
        seq: row.seq,
        at: row.at,
        method: row.method,
        url: row.url,
        host: row.host,
        status: row.status,
        bytes_out: row.bytes_out,
        bytes_in: row.bytes_in,
        took_ms: row.took_ms,
        from: from_of(&row.source),
        has_left: row.has_left,
        flow: row.flow.map(FlowId::from),
        run: row.run.map(RunId::from),
        node: row.node.map(NodeId::from),
        connection: row.connection,
        error: row.error,
    }
}

/// A row as far as an exchange has it: the log keeps no headers and no bodies.
fn exchange_of(row: NetworkRow) -> Exchange {
    let body = |bytes| Snippet { text: String::new(), bytes, cut: true };
    Exchange {
        attempt: 1,
        at: row.at,
        took_ms: row.took_ms,
        method: row.method,
        url: row.url,
        request_body: (row.bytes_out > 0).then(|| body(row.bytes_out)),
        status: row.status,
        response_body: (row.bytes_in > 0).then(|| body(row.bytes_in)),
        error: row.error,
        from: from_of(&row.source),
        ..Exchange::default()
    }
}

fn csv(rows: &[NetworkRow]) -> String {
    let mut text = String::from(
        "at,method,url,host,status,bytes_out,bytes_in,took_ms,from,left,flow,run,node,connection,\
         error\r\n",
    );
    for row in rows {
        let at = jiff::Timestamp::from_millisecond(row.at).map(|at| format!("{at:.3}"));
        let cell = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            at.unwrap_or_default(),
            row.method.clone(),
            row.url.clone(),
            row.host.clone(),
            row.status.map(|status| status.to_string()).unwrap_or_default(),
            row.bytes_out.to_string(),
            row.bytes_in.to_string(),
            row.took_ms.to_string(),
            row.source.clone(),
            if row.has_left { "yes" } else { "no" }.to_owned(),
            cell(&row.flow),
            cell(&row.run),
            cell(&row.node),
            cell(&row.connection),
            cell(&row.error),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell as RFC 4180 wants it, and never as a formula: a URL is written by strangers.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    if is_formula || cell.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

const SOURCES: [(AnswerFrom, &str); 5] = [
    (AnswerFrom::System, "system"),
    (AnswerFrom::Cassette, "cassette"),
    (AnswerFrom::Mock, "mock"),
    (AnswerFrom::DryRun, "dry_run"),
    (AnswerFrom::Fault, "fault"),
];

fn text_of(from: AnswerFrom) -> String {
    let known = SOURCES.iter().find(|(own, _)| *own == from);
    known.map_or("system", |(_, text)| text).to_owned()
}

fn from_of(text: &str) -> AnswerFrom {
    SOURCES.iter().find(|(_, own)| *own == text).map_or(AnswerFrom::System, |(from, _)| *from)
}
