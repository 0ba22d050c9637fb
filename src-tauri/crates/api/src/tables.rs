//! Local tables that flows look things up in: listed, opened, changed, taken in from files. Where
//! they are kept is the store's.

mod content;
mod file;
mod kept;

use serde::{Deserialize, Serialize};
use store::{History, Step, Store, StoreError, TableChange, TableContent, WholeTable};
use ts_rs::TS;

pub use self::content::{CellKind, TableColumn, TableEdit};
use self::content::{Content, Rows};
pub use self::file::TableFile;
pub(crate) use self::kept::KeptTables;
use crate::App;
use crate::app::now;
use crate::settings::Nothing;
use crate::types::{ApiError, Code, Saved, UiEvent};

/// The longest name: flows and lists show it.
const LONGEST_NAME: usize = 100;

/// A table in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TableSummary {
    /// Its name, by which nodes look things up in it.
    pub name: String,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// Grows with each change.
    pub rev: u64,
    /// When it was last changed.
    pub saved_at: flow::run::Timestamp,
}

/// A table with its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TableView {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// Its rows: a cell for each column.
    #[ts(type = "(string | number | boolean | null)[][]")]
    pub rows: Rows,
    /// How it is saved.
    pub saved: Saved,
}

/// What an edit, an undo or a redo did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TableApplied {
    /// The change, to be made on the screen too.
    pub edit: TableEdit,
    /// How the table is saved now.
    pub saved: Saved,
}

/// A table.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Which {
    /// Its name.
    pub table: String,
}

/// A table at the rev that the UI shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AtRev {
    /// Its name.
    pub table: String,
    /// Its rev.
    pub rev: u64,
}

/// A change of a table.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Change {
    /// Its name.
    pub table: String,
    /// The rev that the change was made for.
    pub rev: u64,
    /// What the user reads in undo: `Paste`.
    pub label: String,
    /// The change.
    pub edit: TableEdit,
}

/// A table out of a file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Import {
    /// The name of a new table, or of the one whose rows are replaced.
    pub table: String,
    /// The file.
    pub file: TableFile,
    /// The rev of the table whose rows are replaced; a new table is made without it.
    #[serde(default)]
    #[ts(optional)]
    pub rev: Option<u64>,
}

/// All tables, by their names.
pub async fn list(app: &App, _: Nothing) -> Result<Vec<TableSummary>, ApiError> {
    let rows = app.read(Store::tables).await?;
    let summary = |row: store::TableRow| -> Result<TableSummary, ApiError> {
        let columns = columns(&row.columns)?.into_iter().map(|column| column.name).collect();
        let store::TableRow { name, n_rows, rev, saved_at, .. } = row;
        Ok(TableSummary { name, columns, rows: n_rows, rev, saved_at })
    };
    rows.into_iter().map(summary).collect()
}

/// A table with its rows.
pub async fn open(app: &App, which: Which) -> Result<TableView, ApiError> {
    let (whole, content) = load(app, &which.table).await?;
    let saved = saved(&whole);
    let Content { columns, rows } = content;
    Ok(TableView { name: whole.row.name, columns, rows, saved })
}

/// Makes a table with a column for keys and one for values.
pub async fn create(app: &App, which: Which) -> Result<TableView, ApiError> {
    let column = |name: &str| TableColumn { name: name.to_owned(), kind: CellKind::Text };
    let columns = vec![column("key"), column("value")];
    add(app, &which.table, Content { columns, rows: Vec::new() }).await
}

async fn add(app: &App, name: &str, content: Content) -> Result<TableView, ApiError> {
    let name = checked_name(name)?;
    app.store.create_table(&name, stored(&content), now()).await?;
    tell(app, &name, Some(1));
    open(app, Which { table: name }).await
}

/// Makes a change, once: for another rev than the stored one it is refused.
pub async fn edit(app: &App, change: Change) -> Result<TableApplied, ApiError> {
    let Change { table, rev, label, edit } = change;
    apply(app, &table, rev, edit, |edit, inverse| {
        History::Push(Step { label, edit: to_json(edit), inverse: to_json(inverse) })
    })
    .await
}

/// Takes the last edit back.
pub async fn undo(app: &App, at: AtRev) -> Result<TableApplied, ApiError> {
    let name = at.table.clone();
    let step = app.read(move |store| store.table_undo_step(&name)).await?;
    let step = step.ok_or_else(|| ApiError::new(Code::Invalid, "There is nothing to undo."))?;
    apply(app, &at.table, at.rev, from_json(&step.inverse)?, |_, _| History::Undo).await
}

/// Makes the last edit that was taken back again.
pub async fn redo(app: &App, at: AtRev) -> Result<TableApplied, ApiError> {
    let name = at.table.clone();
    let step = app.read(move |store| store.table_redo_step(&name)).await?;
    let step = step.ok_or_else(|| ApiError::new(Code::Invalid, "There is nothing to redo."))?;
    apply(app, &at.table, at.rev, from_json(&step.edit)?, |_, _| History::Redo).await
}

/// Takes a file in, as a new table or in place of a table's rows; the latter can be undone.
pub async fn import(app: &App, import: Import) -> Result<TableView, ApiError> {
    let Import { table, file, rev } = import;
    let name = file.name.clone();
    let read = tokio::task::spawn_blocking(move || file::read(&file));
    let content = read.await.map_err(ApiError::internal)?.map_err(refused)?;
    let Some(rev) = rev else {
        let mut new = Content::default();
        let Content { columns, rows } = content;
        new.apply(TableEdit::All { columns, rows }).map_err(refused)?;
        return add(app, &table, new).await;
    };
    let Content { columns, rows } = content;
    let edit = TableEdit::All { columns, rows };
    let label = format!("Import {name}");
    self::edit(app, Change { table: table.clone(), rev, label, edit }).await?;
    open(app, Which { table }).await
}

/// Forgets a table. Flows that look things up in it say so when they are run.
pub async fn delete(app: &App, which: Which) -> Result<(), ApiError> {
    app.store.delete_table(&which.table).await?;
    tell(app, &which.table, None);
    Ok(())
}

async fn apply(
    app: &App,
    name: &str,
    rev: u64,
    edit: TableEdit,
    history: impl FnOnce(&TableEdit, &TableEdit) -> History,
) -> Result<TableApplied, ApiError> {
    let (whole, mut content) = load(app, name).await?;
    let name = whole.row.name;
    if whole.row.rev != rev {
        let stale = StoreError::StaleTable { table: name, expected: rev, found: whole.row.rev };
        return Err(stale.into());
    }
    let (made, inverse) = content.apply(edit).map_err(refused)?;
    let history = history(&made, &inverse);
    let content = stored(&content);
    let change = TableChange { name: name.clone(), rev, content, history, at: now() };
    let rev = app.store.change_table(change).await?;
    tell(app, &name, Some(rev));
    let whole = app.read(move |store| store.table(&name)).await?;
    Ok(TableApplied { edit: made, saved: saved(&whole) })
}

async fn load(app: &App, name: &str) -> Result<(WholeTable, Content), ApiError> {
    let name = name.to_owned();
    let whole = app.read(move |store| store.table(&name)).await?;
    let columns = columns(&whole.row.columns)?;
    let rows = serde_json::from_str(&whole.rows).map_err(ApiError::internal)?;
    Ok((whole, Content { columns, rows }))
}

fn columns(text: &str) -> Result<Vec<TableColumn>, ApiError> {
    serde_json::from_str(text).map_err(ApiError::internal)
}

fn stored(content: &Content) -> TableContent {
    let text = |of: serde_json::Result<String>| of.expect("cells and columns can be JSON");
    TableContent {
        columns: text(serde_json::to_string(&content.columns)),
        rows: text(serde_json::to_string(&content.rows)),
        n_rows: content.rows.len() as u64,
    }
}

fn saved(whole: &WholeTable) -> Saved {
    let WholeTable { row, undo, redo, .. } = whole;
    Saved { rev: row.rev, at: row.saved_at, undo: undo.clone(), redo: redo.clone() }
}

fn checked_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ApiError::new(Code::Invalid, "A table needs a name."));
    }
    if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        let words = format!("A table's name is one line of at most {LONGEST_NAME} letters.");
        return Err(ApiError::new(Code::Invalid, words));
    }
    Ok(name.to_owned())
}

fn tell(app: &App, name: &str, rev: Option<u64>) {
    app.hub.tell([UiEvent::TableChanged { table: name.to_owned(), rev }]);
}

fn refused(sentence: String) -> ApiError {
    ApiError::new(Code::Invalid, sentence)
}

fn to_json(edit: &TableEdit) -> String {
    serde_json::to_string(edit).expect("an edit has texts as keys")
}

/// By way of a value: see `flows::from_json`.
fn from_json(text: &str) -> Result<TableEdit, ApiError> {
    serde_json::from_str::<serde_json::Value>(text)
        .and_then(serde_json::from_value)
        .map_err(ApiError::internal)
}
