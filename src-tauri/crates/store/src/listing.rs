//! The list of runs: filtered, searched, page by page, and quick however many there are. Not what a
//! run told: see `runs`.

use std::fmt::Write as _;

use flow::id::{FlowId, RunId};
use flow::run::{RunStatus, Timestamp};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::runs::{RUN_COLUMNS, run_row, status_text};
use crate::{RunRow, Store, StoreError};

/// Runs that are not over have no words in the index yet; their names and sentences are looked at.
const NOT_INDEXED: &str = "status IN ('queued', 'running', 'paused', 'interrupted')";

/// Which runs are asked for.
#[derive(Debug, Clone, Default)]
pub struct RunQuery {
    /// Only those of this flow.
    pub flow: Option<FlowId>,
    /// Only those that stand like this.
    pub status: Option<RunStatus>,
    /// Only those that this started: `manual`, `webhook`.
    pub trigger: Option<String>,
    /// Only those that began then or later.
    pub since: Option<Timestamp>,
    /// Only those that began before then.
    pub until: Option<Timestamp>,
    /// Only those with words that begin like these, in their flow's name, what came of them, their
    /// errors, or the beginning of what their items hold.
    pub text: Option<String>,
    /// Only those that began before this one.
    pub before: Option<RunId>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// How many runs of a flow other processes have under way.
    pub fn runs_elsewhere(&self, flow: &FlowId) -> Result<usize, StoreError> {
        let owners: Vec<String> = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT owner FROM runs INDEXED BY runs_not_ok
                 WHERE status IN ('running', 'paused') AND status <> 'ok' AND flow = ?1
                   AND owner IS NOT NULL AND owner <> ?2",
            )?;
            let rows =
                statement.query_map(params![flow.as_str(), self.owner.name()], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        Ok(owners.iter().filter(|owner| !self.owner.is_gone(owner)).count())
    }

    /// Runs, the newest first.
    pub fn runs(&self, query: &RunQuery) -> Result<Vec<RunRow>, StoreError> {
        self.read(|connection| match &query.text {
            Some(text) => searched(connection, query, text),
            None => listed(connection, query),
        })
    }
}

/// Conditions of a query with their values.
struct Where {
    sql: String,
    values: Vec<Sql>,
}

impl Where {
    /// What the columns of the runs have to be. The names are qualified by `of`.
    fn of(query: &RunQuery, of: &str) -> Self {
        let mut filter = Self { sql: String::from("1"), values: Vec::new() };
        let text = |text: &str| Sql::Text(text.to_owned());
        let mut and = |condition: &str, value: Option<Sql>| {
            if let Some(value) = value {
                filter.values.push(value);
                let _ = write!(filter.sql, " AND {of}{condition} ?{}", filter.values.len());
            }
        };
        and("id <", query.before.as_ref().map(|id| text(id.as_str())));
        and("flow =", query.flow.as_ref().map(|flow| text(flow.as_str())));
        and("source =", query.trigger.as_deref().map(text));
        and("status =", query.status.map(status_text).map(text));
        and("started_at >=", query.since.map(Sql::Integer));
        and("started_at <", query.until.map(Sql::Integer));
        filter
    }

    /// Adds a condition with one value, which it names `?`.
    fn and(&mut self, condition: &str, value: Sql) {
        self.values.push(value);
        let named = condition.replace('?', &format!("?{}", self.values.len()));
        let _ = write!(self.sql, " AND {named}");
    }

    fn rows(self, connection: &Connection, sql: &str) -> Result<Vec<RunRow>, StoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params_from_iter(self.values), run_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn listed(connection: &Connection, query: &RunQuery) -> Result<Vec<RunRow>, StoreError> {
    // Of what few runs are, the index of these; else a walk over the index that has all that can be
    // asked for.
    let RunQuery { flow: None, trigger: None, since: None, until: None, .. } = query else {
        return listed_by(connection, query, "runs_listed");
    };
    match query.status {
        Some(RunStatus::Ok) | None => listed_by(connection, query, "runs_listed"),
        Some(_) => listed_by(connection, query, "runs_not_ok"),
    }
}

fn listed_by(
    connection: &Connection,
    query: &RunQuery,
    index: &str,
) -> Result<Vec<RunRow>, StoreError> {
    // The runs themselves are touched for those of the page only.
    let mut filter = Where::of(query, "");
    if index == "runs_not_ok" {
        // Spelt out, so that the index is seen to fit.
        filter.sql.push_str(" AND status <> 'ok'");
    }
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM runs WHERE id IN (
           SELECT id FROM runs INDEXED BY {index} WHERE {} ORDER BY id DESC LIMIT {})
         ORDER BY id DESC",
        filter.sql, query.limit
    );
    filter.rows(connection, &sql)
}

fn searched(
    connection: &Connection,
    query: &RunQuery,
    text: &str,
) -> Result<Vec<RunRow>, StoreError> {
    let words: Vec<&str> =
        text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = searched_in_index(connection, query, &words)?;
    found.extend(searched_by_look(connection, query, &words)?);
    found.sort_by(|a, b| b.id.as_str().cmp(a.id.as_str()));
    found.truncate(query.limit as usize);
    Ok(found)
}

fn searched_in_index(
    connection: &Connection,
    query: &RunQuery,
    words: &[&str],
) -> Result<Vec<RunRow>, StoreError> {
    let mut wanted: Vec<String> =
        words.iter().map(|word| format!("text : {} *", quoted(word))).collect();
    // The index finds these too, so that no run is looked at in vain; that they are exactly these is
    // seen in the row.
    wanted.extend(query.flow.as_ref().map(|flow| format!("flow : {}", quoted(flow.as_str()))));
    wanted.extend(query.trigger.as_ref().map(|of| format!("source : {}", quoted(of))));
    wanted.extend(query.status.map(|of| format!("status : {}", quoted(status_text(of)))));
    let mut filter = Where::of(query, "runs.");
    filter.and("runs_text MATCH ?", Sql::Text(wanted.join(" AND ")));
    if let Some(before) = &query.before {
        filter.and("runs_text.rowid < ?", Sql::Integer(number_of(before)));
    }
    if let Some(since) = query.since {
        filter.and("runs_text.rowid >= ?", Sql::Integer(first_number(since)));
    }
    if let Some(until) = query.until {
        filter.and("runs_text.rowid < ?", Sql::Integer(first_number(until)));
    }
    let columns = RUN_COLUMNS.split(", ").map(|column| format!("runs.{column}"));
    let sql = format!(
        "SELECT {} FROM runs_text CROSS JOIN runs ON runs.id = runs_text.run
         WHERE {} ORDER BY runs_text.rowid DESC LIMIT {}",
        columns.collect::<Vec<_>>().join(", "),
        filter.sql,
        query.limit
    );
    filter.rows(connection, &sql)
}

/// Runs that are not over: few, so that they are simply looked at.
fn searched_by_look(
    connection: &Connection,
    query: &RunQuery,
    words: &[&str],
) -> Result<Vec<RunRow>, StoreError> {
    let mut filter = Where::of(query, "");
    for word in words {
        let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = "(flow_name || ' ' || summary) LIKE ? ESCAPE '\\'";
        filter.and(like, Sql::Text(format!("%{escaped}%")));
    }
    let sql = format!(
        "SELECT {RUN_COLUMNS} FROM runs INDEXED BY runs_not_ok
         WHERE {NOT_INDEXED} AND status <> 'ok' AND {} ORDER BY id DESC LIMIT {}",
        filter.sql, query.limit
    );
    filter.rows(connection, &sql)
}

/// A text as a phrase of SQLite's full-text search.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Puts the words of a run that is over into the index, in the place of what was there of it.
pub(crate) fn index(connection: &Connection, row: &RunRow, text: &str) -> Result<(), StoreError> {
    let mut number = number_of(&row.id);
    let mut at = connection.prepare_cached("SELECT run FROM runs_text WHERE rowid = ?1")?;
    // Two processes may have begun a run in the same moment: the next number is free, then.
    while let Some(known) = at.query_row([number], |row| row.get::<_, String>(0)).optional()? {
        if known == row.id.as_str() {
            connection
                .prepare_cached("DELETE FROM runs_text WHERE rowid = ?1")?
                .execute([number])?;
            break;
        }
        number += 1;
    }
    connection
        .prepare_cached(
            "INSERT INTO runs_text (rowid, run, flow, source, status, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            number,
            row.id.as_str(),
            row.flow.as_str(),
            row.trigger,
            status_text(row.status),
            text,
        ])?;
    Ok(())
}

/// Takes the words of a run out of the index.
pub(crate) fn drop_index(connection: &Connection, run: &RunId) -> Result<(), StoreError> {
    let mut number = number_of(run);
    let mut at = connection.prepare_cached("SELECT run FROM runs_text WHERE rowid = ?1")?;
    while let Some(known) = at.query_row([number], |row| row.get::<_, String>(0)).optional()? {
        if known == run.as_str() {
            connection
                .prepare_cached("DELETE FROM runs_text WHERE rowid = ?1")?
                .execute([number])?;
            return Ok(());
        }
        number += 1;
    }
    Ok(())
}

/// The bits of a number that are below the time.
const BELOW_TIME: u32 = 20;

fn first_number(at: Timestamp) -> i64 {
    at.clamp(0, i64::MAX >> BELOW_TIME) << BELOW_TIME
}

/// A number for a run that keeps the order of the ids.
///
/// Ids are ten digits of time, three that count within a millisecond, and five of the process, in
/// base 32: 43 bits of the time last until the year 2248. Ids of another make are numbered by their
/// first letters.
fn number_of(id: &RunId) -> i64 {
    if let Some(number) = in_base_32(id.as_str()) {
        return number;
    }
    let letters = id.as_str().bytes().chain(std::iter::repeat(0)).take(9);
    letters.fold(0, |number, letter| number << 7 | i64::from(letter & 0x7f))
}

fn in_base_32(id: &str) -> Option<i64> {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    if id.len() != 18 {
        return None;
    }
    let digits = id.bytes().map(|byte| DIGITS.iter().position(|digit| *digit == byte));
    let digits: Option<Vec<usize>> = digits.collect();
    let number = |digits: &[usize]| digits.iter().fold(0, |n, digit| n << 5 | *digit as u64);
    let digits = digits?;
    let (time, rest) = (number(&digits[..10]), number(&digits[10..14]));
    i64::try_from(time << BELOW_TIME | rest).ok().filter(|_| time < 1 << 43)
}
