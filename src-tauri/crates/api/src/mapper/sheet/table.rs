//! The table behind a sheet: its columns, as a workbook, and as it is read from one. Not what its
//! cells mean: see `cells`.

use data::xlsx::{Column, Header, Options, SheetOptions, Workbook, Writer, safe_sheet_name};
use data::{Limits, Value};

use super::markdown;
use crate::types::{ApiError, Code};

/// The columns of a sheet, in their order.
pub(super) const COLUMNS: [&str; 9] = [
    "Target",
    "Type",
    "If there is no value",
    "Default",
    "Source",
    "Rule",
    "Sample in",
    "Sample out",
    "Note",
];
pub(super) const TARGET: usize = 0;
pub(super) const TYPE: usize = 1;
pub(super) const MISSING: usize = 2;
pub(super) const DEFAULT: usize = 3;
pub(super) const SOURCE: usize = 4;
pub(super) const RULE: usize = 5;
pub(super) const SAMPLE_IN: usize = 6;
pub(super) const SAMPLE_OUT: usize = 7;
pub(super) const NOTE: usize = 8;

/// The widths of the columns, in characters.
const WIDTHS: [f64; 9] = [28.0, 18.0, 22.0, 14.0, 28.0, 44.0, 26.0, 26.0, 30.0];

pub(super) const XLSX_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// More than this is no mapping sheet.
const LARGEST: usize = 16 << 20;
/// The header is looked for in so many rows: some put a title above it.
const HEADER_WITHIN: usize = 10;

/// A table to be written: a cell for each column.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<[String; 9]>,
}

/// A table that was read.
#[derive(Debug, PartialEq)]
pub(super) struct Sheet {
    /// Where each column stands in the sheet; none where it is not there.
    columns: [Option<usize>; 9],
    pub(super) rows: Vec<SheetRow>,
    is_markdown: bool,
}

/// A row that was read.
#[derive(Debug, PartialEq)]
pub(super) struct SheetRow {
    /// Its number in the sheet, or its line.
    number: u32,
    cells: Vec<String>,
}

impl Table {
    /// The table as a workbook.
    pub(super) fn to_xlsx(&self, title: &str) -> Result<Vec<u8>, ApiError> {
        let columns = COLUMNS.iter().zip(WIDTHS).map(|(name, width)| Column {
            width: Some(width),
            wraps: true,
            ..Column::new(*name)
        });
        let mut options = SheetOptions::new(safe_sheet_name(title));
        options.columns = columns.collect();
        options.dates = false;
        options.filter = true;
        let mut writer = Writer::new();
        let refuse = |cause: data::xlsx::XlsxError| {
            let words = format!("The sheet cannot be written: {cause}.");
            ApiError::new(Code::Invalid, words)
        };
        writer.sheet(options).map_err(refuse)?;
        for row in &self.rows {
            let cells = COLUMNS.iter().zip(row);
            let cells = cells.map(|(name, cell)| (*name, Value::from(cell.as_str())));
            writer.write(&Value::object(cells)).map_err(refuse)?;
        }
        writer.finish().map_err(refuse)
    }
}

impl Sheet {
    /// Finds the columns by their titles in the first of these rows that names the target.
    pub(super) fn of(rows: Vec<SheetRow>, is_markdown: bool) -> Result<Self, ApiError> {
        let named = |row: &SheetRow| {
            let mut columns = [None; 9];
            for (at, cell) in row.cells.iter().enumerate() {
                let cell = cell.trim();
                if let Some(column) =
                    COLUMNS.iter().position(|name| name.eq_ignore_ascii_case(cell))
                {
                    columns[column].get_or_insert(at);
                }
            }
            columns[TARGET].is_some().then_some(columns)
        };
        let header = rows.iter().take(HEADER_WITHIN).position(|row| named(row).is_some());
        let Some(header) = header else {
            let words = format!(
                "The sheet has no column \"{}\", so its rows cannot be matched with the mapping. \
                 Export the mapping, edit that sheet, and keep its first row.",
                COLUMNS[TARGET]
            );
            return Err(ApiError::new(Code::Invalid, words));
        };
        let columns = named(&rows[header]).unwrap_or_default();
        let rows = rows.into_iter().skip(header + 1).collect();
        Ok(Self { columns, rows, is_markdown })
    }

    /// What a row has in a column; none where the sheet has no such column.
    pub(super) fn cell<'s>(&self, row: &'s SheetRow, column: usize) -> Option<&'s str> {
        let at = self.columns[column]?;
        Some(row.cells.get(at).map_or("", |cell| cell.trim()))
    }

    /// Where a cell is, as the user finds it.
    pub(super) fn place(&self, row: &SheetRow, column: usize) -> String {
        if self.is_markdown {
            return format!("line {}, {}", row.number, COLUMNS[column]);
        }
        let mut at = self.columns[column].unwrap_or_default() + 1;
        let mut letters = Vec::new();
        while at > 0 {
            letters.insert(0, char::from(b'A' + ((at - 1) % 26) as u8));
            at = (at - 1) / 26;
        }
        format!("{}{}", letters.into_iter().collect::<String>(), row.number)
    }
}

impl SheetRow {
    pub(super) fn new(number: u32, cells: Vec<String>) -> Self {
        Self { number, cells }
    }
}

/// Reads a workbook or Markdown, told by its beginning.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, ApiError> {
    if bytes.len() > LARGEST {
        let words = "This file is larger than 16 MB and so no sheet of a mapping.";
        return Err(ApiError::new(Code::Invalid, words));
    }
    if bytes.starts_with(b"PK") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return read_xlsx(bytes);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        let words = "This file is neither a workbook (.xlsx) nor a text in UTF-8.";
        ApiError::new(Code::Invalid, words)
    })?;
    Sheet::of(markdown::read(text), true)
}

fn read_xlsx(bytes: &[u8]) -> Result<Sheet, ApiError> {
    let refuse = |cause: data::xlsx::XlsxError| {
        ApiError::new(Code::Invalid, format!("The workbook cannot be read: {cause}."))
    };
    let limits = Limits { bytes: 4 * LARGEST, ..Limits::default() };
    let mut workbook = Workbook::from_bytes(bytes, &limits).map_err(refuse)?;
    let options = Options {
        header: Header::None,
        error_cells: data::xlsx::ErrorCells::Text,
        ..Options::default()
    };
    let mut found = Vec::new();
    let mut rows = workbook.rows(&options).map_err(refuse)?;
    while let Some(row) = rows.next() {
        let row = row.map_err(refuse)?;
        let number = rows.row_number();
        let mut cells = Vec::new();
        for (key, value) in row.as_object().into_iter().flat_map(data::Object::iter) {
            let at = key.as_str().strip_prefix("column_").and_then(|n| n.parse::<usize>().ok());
            let Some(at) = at.and_then(|at| at.checked_sub(1)) else { continue };
            if cells.len() <= at {
                cells.resize(at + 1, String::new());
            }
            cells[at] = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        }
        found.push(SheetRow::new(number, cells));
    }
    Sheet::of(found, false)
}
