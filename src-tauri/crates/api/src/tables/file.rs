//! Tables out of files: CSV, XLSX and JSON. Not what becomes of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data::csv::{CsvOptions, Reader, Trim};
use data::{Key, Kind, Limits, Value};
use indexmap::IndexSet;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::content::{CellKind, Content, MOST_BYTES, TableColumn};

/// A file as the UI hands it over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TableFile {
    /// Its name, whose end says what is in it: `.csv`, `.tsv`, `.txt`, `.xlsx` or `.json`.
    pub name: String,
    /// Its bytes in Base64.
    pub base64: String,
}

/// Reads a table out of a file.
///
/// Cells of a CSV file are texts, whatever they look like: `007` and `01234` are names. In the other
/// formats a column whose cells are all numbers, or all yes and no, is one of these.
///
/// # Errors
/// A sentence with the place in the file.
pub(super) fn read(file: &TableFile) -> Result<Content, String> {
    let name = &file.name;
    let bytes = STANDARD
        .decode(&file.base64)
        .map_err(|cause| format!("The file {name} did not arrive whole: {cause}."))?;
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let rows = match ending.as_deref() {
        Some("xlsx") => xlsx(&bytes),
        Some("json") => json(&bytes),
        Some("csv" | "tsv" | "txt") => csv(&bytes, ending.as_deref() == Some("tsv")),
        _ => Err("A table is read from a CSV, XLSX or JSON file".to_owned()),
    };
    let rows = rows.map_err(|why| format!("The file {name} cannot be read: {why}."))?;
    let content = content(&rows);
    if content.columns.is_empty() {
        return Err(format!("The file {name} holds no rows. Does its first row name the columns?"));
    }
    Ok(content)
}

fn csv(bytes: &[u8], is_tabs: bool) -> Result<Vec<Value>, String> {
    let text = text(bytes);
    let options = CsvOptions {
        delimiter: is_tabs.then_some(b'\t'),
        trim: Trim::Header,
        ..CsvOptions::default()
    };
    let rows = Reader::new(text.as_bytes(), options).map_err(|error| error.to_string())?;
    rows.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// A text file's text: UTF-8, or what Excel writes on Windows otherwise.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0,
    }
}

fn json(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let limits = Limits { bytes: 2 * MOST_BYTES, ..Limits::default() };
    let value = data::json::read(bytes, &limits).map_err(|error| error.to_string())?;
    match value.as_list() {
        Some(rows) if rows.iter().all(|row| row.as_object().is_some()) => Ok(rows.to_vec()),
        _ => Err("it must be a list of objects, one for each row".to_owned()),
    }
}

fn xlsx(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let limits = Limits { bytes: 4 * MOST_BYTES, ..Limits::default() };
    let value = data::xlsx::read(bytes, &data::xlsx::Options::default(), &limits)
        .map_err(|error| error.to_string())?;
    Ok(value.as_list().unwrap_or_default().to_vec())
}

fn content(rows: &[Value]) -> Content {
    let mut names: IndexSet<&Key> = IndexSet::new();
    for row in rows.iter().filter_map(Value::as_object) {
        names.extend(row.keys());
    }
    let cell = |row: &Value, name: &Key| {
        row.as_object().and_then(|row| row.get_key(name)).cloned().unwrap_or_default()
    };
    let columns = names.iter().map(|name| {
        let kinds = rows.iter().map(|row| cell(row, name).kind()).filter(|k| *k != Kind::Null);
        TableColumn { name: name.as_str().to_owned(), kind: kind_of(kinds) }
    });
    let columns: Vec<TableColumn> = columns.collect();
    let as_cell = |value: Value| match value.kind() {
        Kind::List | Kind::Object => Value::from(value.to_string()),
        _ => value,
    };
    let cells = |row: &Value| names.iter().map(|name| as_cell(cell(row, name))).collect();
    Content { columns, rows: rows.iter().map(cells).collect() }
}

/// What all cells of a column are; texts where they differ.
fn kind_of(mut kinds: impl Iterator<Item = Kind>) -> CellKind {
    let of = |kind: Kind| match kind {
        Kind::Number => CellKind::Number,
        Kind::Bool => CellKind::Bool,
        _ => CellKind::Text,
    };
    let Some(first) = kinds.next().map(of) else { return CellKind::Text };
    if kinds.all(|kind| of(kind) == first) { first } else { CellKind::Text }
}
