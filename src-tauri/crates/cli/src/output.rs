//! What goes to standard output and standard error. Not what is said.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;
use data::Value;

/// How items are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON list.
    Json,
    /// One JSON value a line.
    Ndjson,
    /// Columns, for reading.
    Table,
}

impl Format {
    /// For people a table, for programs lines.
    pub(crate) fn fitting() -> Self {
        if io::stdout().is_terminal() { Self::Table } else { Self::Ndjson }
    }

    /// The format of a file of that name.
    pub(crate) fn of_file(path: &Path) -> Self {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("ndjson" | "jsonl") => Self::Ndjson,
            _ => Self::Json,
        }
    }
}

/// Writes a line to standard error; whoever closed it does not want to know.
pub(crate) fn complain(words: &str) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}

/// Writes a question to standard error, without an end of the line.
pub(crate) fn ask(words: &str) -> io::Result<()> {
    let mut err = io::stderr().lock();
    write!(err, "{words}")?;
    err.flush()
}

/// Writes a line to standard output.
pub(crate) fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Writes items as they come.
pub(crate) struct Items<W: Write> {
    out: W,
    format: Format,
    n_written: u64,
    kept: Vec<Value>,
    line: Vec<u8>,
}

/// A table is for eyes: more rows than these help nobody, and they would have to be kept.
const TABLE_ROWS: usize = 1000;
const CELL_CHARS: usize = 40;

impl<W: Write> Items<W> {
    pub(crate) fn new(out: W, format: Format) -> Self {
        Self { out, format, n_written: 0, kept: Vec::new(), line: Vec::new() }
    }

    pub(crate) fn write(&mut self, item: &Value) -> io::Result<()> {
        self.n_written += 1;
        match self.format {
            Format::Table => {
                if self.kept.len() < TABLE_ROWS {
                    self.kept.push(item.clone());
                }
                return Ok(());
            }
            Format::Json => {
                self.out.write_all(if self.n_written == 1 { b"[\n" } else { b",\n" })?;
            }
            Format::Ndjson => {}
        }
        self.line.clear();
        data::json::write(item, &mut self.line)?;
        if self.format == Format::Ndjson {
            self.line.push(b'\n');
        }
        self.out.write_all(&self.line)
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        match self.format {
            Format::Json if self.n_written == 0 => self.out.write_all(b"[]\n")?,
            Format::Json => self.out.write_all(b"\n]\n")?,
            Format::Ndjson => {}
            Format::Table => {
                let table = table(&self.kept);
                self.out.write_all(table.as_bytes())?;
                let n_more = self.n_written - self.kept.len() as u64;
                if n_more > 0 {
                    writeln!(self.out, "… and {n_more} more; --format ndjson writes them all")?;
                }
            }
        }
        self.out.flush()
    }
}

/// Items as columns.
pub(crate) fn table(items: &[Value]) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for object in items.iter().filter_map(Value::as_object) {
        for key in object.keys() {
            if !columns.contains(&key.as_str()) {
                columns.push(key.as_str());
            }
        }
    }
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(items.len());
    for item in items {
        rows.push(match item.as_object() {
            Some(_) => columns.iter().map(|column| cell(item.get(column))).collect(),
            None => vec![cell(Some(item))],
        });
    }
    if columns.is_empty() {
        columns.push("value");
    }
    let heads: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    aligned(&heads, &rows)
}

/// Texts in columns of their widths, with a head.
pub(crate) fn aligned(heads: &[String], rows: &[Vec<String>]) -> String {
    let width = |n: usize| -> usize {
        let cells = rows.iter().filter_map(|row| row.get(n));
        cells.chain(heads.get(n)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut out = String::new();
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    for row in [heads, &rule].into_iter().chain(rows.iter().map(Vec::as_slice)) {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None => String::new(),
        Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    };
    let line = text.replace(['\n', '\r', '\t'], " ");
    match line.chars().nth(CELL_CHARS) {
        None => line,
        Some(_) => line.chars().take(CELL_CHARS - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(json: &str) -> Vec<Value> {
        serde_json::from_str(json).unwrap()
    }

    fn written(format: Format, json: &str) -> String {
        let mut out = Vec::new();
        let mut items = Items::new(&mut out, format);
        for value in values(json) {
            items.write(&value).unwrap();
        }
        items.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn items_are_written_as_lines_a_list_or_columns() {
        let items = r#"[{"a": 1.50, "b": "x"}, {"b": "long", "c": null}]"#;
        assert_eq!(
            written(Format::Ndjson, items),
            "{\"a\":1.50,\"b\":\"x\"}\n{\"b\":\"long\",\"c\":null}\n"
        );
        assert_eq!(written(Format::Json, "[1, 2]"), "[\n1,\n2\n]\n");
        assert_eq!(written(Format::Json, "[]"), "[]\n");
        let table = "a     b     c\n────  ────  ────\n1.50  x\n      long  null\n";
        assert_eq!(written(Format::Table, items), table);
        assert_eq!(written(Format::Table, "[7]"), "value\n─────\n7\n");
    }
}
