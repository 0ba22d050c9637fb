//! Reads the rows of a sheet one by one, named by its header row, in the order of the file.
//! What is memory-hungry in a workbook, its shared texts, is held once for all sheets.

use std::{
    collections::HashMap,
    io::{Cursor, Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{
    DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Style, Xlsx, XlsxCellReader,
};

use super::{
    XlsxError,
    cell::{self, DateKind, MAX_COLUMNS, MAX_ROWS, Moment, Range},
    package,
};
use crate::{Key, Limits, Object, Shape, Value};

/// What of a workbook is to be read, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The sheet's name; `None` takes the first that is not hidden.
    pub sheet: Option<String>,
    /// Which row names the columns.
    pub header: Header,
    /// The block of cells like `B2:F100`, `B:F` or `B2`, which is all from there on; `None` takes
    /// all.
    pub range: Option<String>,
    /// What becomes of cells like `#N/A`.
    pub error_cells: ErrorCells,
}

/// Which row names the columns.
///
/// A column without a name is `column_n`, counted from the range's first; a name that comes again
/// gets `_2`, `_3` …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Header {
    /// The first row that has a cell.
    #[default]
    First,
    /// The row of this number, from 1; rows before it are passed over.
    Row(u32),
    /// None: columns are `column_1`, `column_2` …
    None,
}

/// What becomes of a cell whose formula came to an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorCells {
    /// Its row is an error with the cell's place; the next row is read on.
    #[default]
    Fail,
    /// The text that Excel shows, like `#N/A`.
    Text,
    /// A missing member.
    Missing,
}

/// A workbook whose sheets can be read.
pub struct Workbook<R: Read + Seek> {
    xlsx: Xlsx<R>,
    limits: Limits,
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens a workbook; [`Limits::bytes`] bounds what it unpacks to.
    ///
    /// # Errors
    /// [`XlsxError`], when it is none, has a password or is too large.
    pub fn open(mut source: R, limits: &Limits) -> Result<Self, XlsxError> {
        package::check(&mut source, limits.bytes)?;
        let xlsx = guard(|| Xlsx::new(source)).map_err(|cause| match cause {
            Cause::Reader(calamine::XlsxError::Password) => XlsxError::OldOrProtected,
            other => XlsxError::NotAWorkbook { cause: other.to_string() },
        })?;
        Ok(Self { xlsx, limits: *limits })
    }

    /// The names of the sheets in their order, hidden ones too.
    pub fn sheets(&self) -> Vec<String> {
        let sheets = self.xlsx.sheets_metadata().iter();
        let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet);
        sheets.map(|sheet| sheet.name.clone()).collect()
    }

    /// The rows of one sheet as objects.
    ///
    /// # Errors
    /// [`XlsxError`], when there is no such sheet or range.
    pub fn rows(&mut self, options: &Options) -> Result<Rows<'_, R>, XlsxError> {
        let range = options.range.as_deref().map_or(Ok(Range::ALL), Range::parse)?;
        let sheet = self.find_sheet(options)?;
        let limits = self.limits;
        let cells = guard(|| self.xlsx.worksheet_cells_reader(&sheet)).map_err(|cause| {
            let place = "at the start".to_owned();
            XlsxError::Broken { sheet: sheet.clone(), place, cause: cause.to_string() }
        })?;
        Ok(Rows {
            cells,
            sheet,
            range,
            header: options.header,
            error_cells: options.error_cells,
            limits,
            columns: Columns::default(),
            ahead: None,
            row: 0,
            last_cell: None,
            kinds: Vec::new(),
            is_done: false,
        })
    }

    fn find_sheet(&self, options: &Options) -> Result<String, XlsxError> {
        let sheets = self.sheets();
        let Some(name) = &options.sheet else {
            let mut metadata = self.xlsx.sheets_metadata().iter();
            let is_shown = |sheet: &&calamine::Sheet| {
                sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
            };
            let first = metadata.find(is_shown).map(|sheet| sheet.name.clone());
            return first.or_else(|| sheets.first().cloned()).ok_or_else(|| {
                XlsxError::NotAWorkbook { cause: "it has no sheet of cells".to_owned() }
            });
        };
        if sheets.contains(name) {
            return Ok(name.clone());
        }
        let names: Vec<_> = sheets.iter().take(20).map(|sheet| format!("`{sheet}`")).collect();
        Err(XlsxError::NoSheet { name: name.clone(), sheets: names.join(", ") })
    }
}

/// Why calamine gave up.
enum Cause {
    Reader(calamine::XlsxError),
    /// It panicked: in builds that check arithmetic it does so on ranges that run backwards.
    Panic,
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reader(error) => error.fmt(f),
            Self::Panic => f.write_str("its numbers contradict each other"),
        }
    }
}

/// Calls into calamine, which does not check all that a stranger's file may say.
fn guard<T>(call: impl FnOnce() -> Result<T, calamine::XlsxError>) -> Result<T, Cause> {
    // What a panic leaves half done is dropped by every caller.
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(Cause::Reader),
        Err(_) => Err(Cause::Panic),
    }
}

/// The rows of a sheet as objects.
///
/// After an error of one cell the next row follows; any other error is the last item.
pub struct Rows<'w, R: Read + Seek> {
    cells: XlsxCellReader<'w, R>,
    sheet: String,
    range: Range,
    header: Header,
    error_cells: ErrorCells,
    limits: Limits,
    columns: Columns,
    /// The first cell of the next row.
    ahead: Option<Cell>,
    /// The row that was read last, counted from 0.
    row: u32,
    last_cell: Option<(u32, u32)>,
    /// What the formats show of a date, by style, as far as they were met.
    kinds: Vec<Option<DateKind>>,
    is_done: bool,
}

struct Cell {
    row: u32,
    column: u32,
    content: Content,
}

enum Content {
    Value(Value),
    Error(String),
}

/// The names of the columns, each of them different.
#[derive(Default)]
struct Columns {
    is_named: bool,
    keys: Vec<Key>,
    /// The shape of a row that has a cell for each name of the header.
    shape: Option<Shape>,
    /// How often each name was met; names that were made up count as met once.
    met: HashMap<String, usize>,
}

impl Columns {
    fn push(&mut self, name: String) {
        let name = match name.as_str() {
            "" => format!("column_{}", self.keys.len() + 1),
            _ => name,
        };
        let mut unique = name.clone();
        while self.met.contains_key(&unique) {
            let n = self.met.get_mut(&name).map_or(1, |n| {
                *n += 1;
                *n
            });
            unique = format!("{name}_{n}");
        }
        self.keys.push(Key::new(&unique));
        self.met.insert(unique, 1);
    }

    /// The name at a place; columns beyond the header get theirs as they are met.
    fn key(&mut self, at: usize) -> &Key {
        while self.keys.len() <= at {
            self.push(String::new());
        }
        &self.keys[at]
    }
}

impl<R: Read + Seek> Rows<'_, R> {
    /// The name of the sheet that is read.
    pub fn sheet(&self) -> &str {
        &self.sheet
    }

    /// The names of the columns, once the first row has been read.
    pub fn columns(&self) -> &[Key] {
        &self.columns.keys
    }

    /// The number of the row that was read last, as the sheet shows it.
    pub fn row_number(&self) -> u32 {
        self.row + 1
    }

    fn row(&mut self) -> Result<Option<Value>, XlsxError> {
        loop {
            let Some((row, cells)) = self.next_cells()? else { return Ok(None) };
            self.row = row;
            if !self.columns.is_named {
                self.columns.is_named = true;
                if self.name_columns(row, &cells) {
                    continue;
                }
            }
            return self.object(cells).map(Some);
        }
    }

    /// Names the columns; answers whether this row was the header.
    fn name_columns(&mut self, row: u32, cells: &[Cell]) -> bool {
        let is_header = match self.header {
            Header::First => true,
            Header::Row(number) => row + 1 == number,
            Header::None => false,
        };
        if is_header {
            let n_columns = cells.iter().map(|cell| self.place(cell) + 1).max().unwrap_or(0);
            let mut names = vec![String::new(); n_columns];
            for cell in cells {
                names[self.place(cell)] = match &cell.content {
                    Content::Error(text) => text.clone(),
                    Content::Value(value) => {
                        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                    }
                };
            }
            for name in names {
                self.columns.push(name);
            }
            self.columns.shape = Some(Shape::new(self.columns.keys.iter().cloned()));
        }
        is_header
    }

    /// The place of a cell among the columns of the range.
    fn place(&self, cell: &Cell) -> usize {
        (cell.column - self.range.columns.0) as usize
    }

    fn object(&mut self, cells: Vec<Cell>) -> Result<Value, XlsxError> {
        let is_full = cells.iter().enumerate().all(|(at, cell)| self.place(cell) == at);
        let mut members = Vec::with_capacity(cells.len());
        for cell in cells {
            let at = self.place(&cell);
            let value = match (cell.content, self.error_cells) {
                (Content::Value(value), _) => value,
                (Content::Error(error), ErrorCells::Text) => error.into(),
                (Content::Error(_), ErrorCells::Missing) => continue,
                (Content::Error(error), ErrorCells::Fail) => {
                    let place = cell::name(cell.row, cell.column);
                    let sheet = self.sheet.clone();
                    return Err(XlsxError::ErrorCell { sheet, cell: place, error });
                }
            };
            members.push((at, value));
        }
        if let Some(shape) = &self.columns.shape {
            if is_full && members.len() == shape.len() {
                let values = members.into_iter().map(|(_, value)| value);
                return Ok(Object::from_shape(shape, values).into());
            }
        }
        let members = members.into_iter();
        let members = members.map(|(at, value)| (self.columns.key(at).clone(), value));
        Ok(Value::object(members))
    }

    /// The cells of the next row that has some.
    fn next_cells(&mut self) -> Result<Option<(u32, Vec<Cell>)>, XlsxError> {
        let mut cells: Vec<Cell> = Vec::new();
        let mut n_bytes = 0;
        loop {
            let cell = match self.ahead.take() {
                Some(cell) => Some(cell),
                None => self.next_cell()?,
            };
            let Some(cell) = cell else { break };
            if cells.first().is_some_and(|first| first.row != cell.row) {
                self.ahead = Some(cell);
                break;
            }
            if let Content::Value(value) = &cell.content {
                n_bytes += value.size();
            }
            // A text that many cells share is stored once in the file but once for each here.
            if n_bytes > self.limits.bytes || cells.len() > MAX_COLUMNS as usize {
                return Err(XlsxError::TooLarge { limit: self.limits.bytes });
            }
            cells.push(cell);
        }
        Ok(cells.first().map(|first| first.row).map(|row| (row, cells)))
    }

    /// The next cell that holds something and lies in the range, below the header's row or on it.
    fn next_cell(&mut self) -> Result<Option<Cell>, XlsxError> {
        let first_row = match self.header {
            Header::Row(number) if !self.columns.is_named => number.saturating_sub(1),
            _ => 0,
        };
        while !self.is_done {
            let next = guard(|| self.cells.next_cell_with_style_id());
            let Some((cell, style)) = next.map_err(|cause| self.broken(&cause))? else {
                self.is_done = true;
                break;
            };
            let (row, column) = cell.get_position();
            if row >= MAX_ROWS || column >= MAX_COLUMNS {
                return Err(self.broken(&"a cell lies outside of the sheet"));
            }
            self.last_cell = Some((row, column));
            if row < first_row || !self.range.contains(row, column) {
                continue;
            }
            let Some(content) = self.content(cell.get_value(), style) else { continue };
            if let Content::Value(value) = &content {
                let n_bytes = value.as_str().map_or(0, str::len);
                if n_bytes > self.limits.text {
                    let (sheet, cell) = (self.sheet.clone(), cell::name(row, column));
                    let limit = self.limits.text;
                    return Err(XlsxError::TextTooLong { sheet, cell, limit, unit: "bytes" });
                }
            }
            return Ok(Some(Cell { row, column, content }));
        }
        Ok(None)
    }

    fn broken(&self, cause: &dyn ToString) -> XlsxError {
        let place = match self.last_cell {
            Some((row, column)) => format!("after cell {}", cell::name(row, column)),
            None => "before its first cell".to_owned(),
        };
        XlsxError::Broken { sheet: self.sheet.clone(), place, cause: cause.to_string() }
    }

    fn content(&mut self, data: &DataRef<'_>, style: usize) -> Option<Content> {
        Some(Content::Value(match data {
            DataRef::Empty => return None,
            DataRef::String(text) if text.is_empty() => return None,
            DataRef::SharedString("") => return None,
            DataRef::Int(int) => Value::from(*int),
            DataRef::Float(float) => Value::from(*float),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Value::from(text)
            }
            DataRef::SharedString(text) => Value::from(*text),
            DataRef::Bool(bool) => Value::from(*bool),
            DataRef::DateTime(date) => self.date(*date, style),
            DataRef::Error(error) => return Some(Content::Error(error.to_string())),
        }))
    }

    fn date(&mut self, date: ExcelDateTime, style: usize) -> Value {
        if date.is_duration() {
            return Value::from(cell::duration_text(date.as_f64()));
        }
        let kind = self.date_kind(style);
        // Excel shows days outside of its calendar as an error; the number is all there is.
        if !(0.0..2_958_466.0).contains(&date.as_f64()) {
            return Value::from(date.as_f64());
        }
        let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
        Value::from(Moment { year, month, day, hour, minute, second, milli }.text(kind))
    }

    fn date_kind(&mut self, style: usize) -> DateKind {
        if let Some(Some(kind)) = self.kinds.get(style) {
            return *kind;
        }
        let Some(found) = self.cells.styles().get(style) else { return DateKind::DateTime };
        let kind = kind_of_style(found);
        if self.kinds.len() <= style {
            self.kinds.resize(style + 1, None);
        }
        self.kinds[style] = Some(kind);
        kind
    }
}

fn kind_of_style(style: &Style) -> DateKind {
    let format = style.number_format.as_ref();
    format.map_or(DateKind::DateTime, |format| DateKind::of_format(&format.format_code))
}

impl<R: Read + Seek> Iterator for Rows<'_, R> {
    type Item = Result<Value, XlsxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done && self.ahead.is_none() {
            return None;
        }
        let row = self.row();
        if matches!(&row, Err(error) if !matches!(error, XlsxError::ErrorCell { .. })) {
            self.is_done = true;
            self.ahead = None;
        }
        row.transpose()
    }
}

/// A workbook of bytes at hand.
impl<'b> Workbook<Cursor<&'b [u8]>> {
    /// Opens a workbook of bytes.
    ///
    /// # Errors
    /// As [`Workbook::open`].
    pub fn from_bytes(bytes: &'b [u8], limits: &Limits) -> Result<Self, XlsxError> {
        Self::open(Cursor::new(bytes), limits)
    }
}
