//! Writes objects as the sheets of a workbook: a header, columns that fit, real dates.
//! Lists and objects within a row are written as JSON, as CSV does.

use std::collections::{HashMap, HashSet};

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use super::{
    XlsxError,
    cell::{self, DateKind, MAX_COLUMNS, MAX_ROWS, Moment},
};
use crate::{Key, Number, Value};

/// How a sheet is to look.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetOptions {
    /// The sheet's name; see [`safe_sheet_name`].
    pub name: String,
    /// The columns; empty takes the keys of the objects in the order in which they come.
    pub columns: Vec<Column>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Whether the header stays in sight.
    pub freeze_header: bool,
    /// Whether the header offers filters.
    pub filter: bool,
    /// Whether texts like `2026-03-01` or `2026-03-01T14:30:00` become real dates; they read back
    /// as the same texts.
    pub dates: bool,
}

impl SheetOptions {
    /// A sheet with a header that stays in sight, the columns by the objects, and real dates.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            header: true,
            freeze_header: true,
            filter: false,
            dates: true,
        }
    }
}

/// One column of a sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// The key of the objects' member.
    pub key: String,
    /// What the header says; `None` takes the key.
    pub title: Option<String>,
    /// The width in characters; `None` fits it to the content, 60 at most.
    pub width: Option<f64>,
    /// The number format, like `0.00` or `dd.mm.yyyy`.
    pub number_format: Option<String>,
    /// Whether long texts wrap.
    pub wraps: bool,
}

impl Column {
    /// A column of this member, shown as it is.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::default() }
    }
}

/// Makes a name that Excel takes for a sheet, as close to `text` as can be.
pub fn safe_sheet_name(text: &str) -> String {
    let is_allowed = |c: &char| !FORBIDDEN.contains(*c) && !c.is_control();
    let mut name: String = text.chars().filter(is_allowed).collect();
    while name.encode_utf16().count() > MAX_NAME_UNITS {
        name.pop();
    }
    let name = name.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    if name.is_empty() || name.eq_ignore_ascii_case("history") {
        return "Sheet".to_owned();
    }
    name.to_owned()
}

const FORBIDDEN: &str = "[]:*?/\\";
const MAX_NAME_UNITS: usize = 31;
/// UTF-16 units of a cell's text.
const MAX_TEXT_UNITS: usize = 32_767;
const MIN_WIDTH: usize = 8;
const MAX_WIDTH: usize = 60;
/// Widths are fitted to so many rows.
const FITTED_ROWS: u32 = 1_000;
/// So many unknown keys are told; more say no more.
const MAX_UNKNOWN: usize = 100;

/// Writes objects as the rows of sheets.
///
/// Missing members, `null` and empty texts are empty cells. A number with more digits than a sheet
/// keeps is written as a text, so that none is lost. The same values give the same bytes.
#[derive(Default)]
pub struct Writer {
    done: Vec<Worksheet>,
    names: HashSet<String>,
    open: Option<Sheet>,
}

impl Writer {
    /// A workbook without sheets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a sheet; what is written from now on are its rows.
    ///
    /// # Errors
    /// [`XlsxError::SheetName`], [`XlsxError::SheetFull`]
    pub fn sheet(&mut self, options: SheetOptions) -> Result<(), XlsxError> {
        self.close()?;
        check_name(&options.name)?;
        if !self.names.insert(options.name.to_lowercase()) {
            let problem = "another sheet has it, in large or small letters";
            return Err(XlsxError::SheetName { name: options.name, problem });
        }
        self.open = Some(Sheet::new(options)?);
        Ok(())
    }

    /// Writes one object as a row; without a sheet one named `Sheet1` is begun.
    ///
    /// # Errors
    /// [`XlsxError`]; after [`XlsxError::NotAnObject`] and [`XlsxError::TextTooLong`] the next
    /// value can be written.
    pub fn write(&mut self, value: &Value) -> Result<(), XlsxError> {
        if self.open.is_none() {
            self.sheet(SheetOptions::new("Sheet1"))?;
        }
        self.open.as_mut().map_or(Ok(()), |sheet| sheet.write(value))
    }

    /// Keys of the present sheet's objects that no column takes, the first 100.
    pub fn unknown_keys(&self) -> &[Key] {
        self.open.as_ref().map_or(&[], |sheet| &sheet.unknown)
    }

    /// The workbook's bytes.
    ///
    /// # Errors
    /// [`XlsxError::Write`]
    pub fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.close()?;
        if self.done.is_empty() {
            self.sheet(SheetOptions::new("Sheet1"))?;
            self.close()?;
        }
        let mut workbook = Workbook::new();
        // A workbook says when it was made; without a clock that is the same day for all.
        let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
        for sheet in self.done {
            workbook.push_worksheet(sheet);
        }
        Ok(workbook.save_to_buffer()?)
    }

    fn close(&mut self) -> Result<(), XlsxError> {
        if let Some(sheet) = self.open.take() {
            self.done.push(sheet.finish()?);
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), XlsxError> {
    let problem = if name.is_empty() {
        "it is empty"
    } else if name.encode_utf16().count() > MAX_NAME_UNITS {
        "it has more than 31 characters"
    } else if name.contains(|c: char| FORBIDDEN.contains(c) || c.is_control()) {
        "none of [ ] : * ? / \\ may be in it"
    } else if name.starts_with('\'') || name.ends_with('\'') {
        "it begins or ends with an apostrophe"
    } else if name.eq_ignore_ascii_case("history") {
        "Excel keeps this name for itself"
    } else {
        return Ok(());
    };
    Err(XlsxError::SheetName { name: name.to_owned(), problem })
}

impl From<rust_xlsxwriter::XlsxError> for XlsxError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self::Write { cause: error.to_string() }
    }
}

/// The sheet that is being written.
struct Sheet {
    worksheet: Worksheet,
    options: SheetOptions,
    columns: Vec<OpenColumn>,
    places: HashMap<Key, usize>,
    is_declared: bool,
    unknown: Vec<Key>,
    n_rows: u32,
}

struct OpenColumn {
    column: Column,
    plain: Option<Format>,
    date: Format,
    moment: Format,
    /// The longest text met, in characters.
    width: usize,
}

impl OpenColumn {
    fn new(column: Column) -> Self {
        let mut format = Format::new();
        if column.wraps {
            format = format.set_text_wrap().set_align(FormatAlign::Top);
        }
        let shown = |code: &str| {
            let code = column.number_format.as_deref().unwrap_or(code);
            format.clone().set_num_format(code)
        };
        Self {
            date: shown("yyyy-mm-dd"),
            moment: shown("yyyy-mm-dd hh:mm:ss"),
            plain: (column.wraps || column.number_format.is_some()).then(|| shown("General")),
            width: column.title.as_ref().unwrap_or(&column.key).chars().count(),
            column,
        }
    }
}

impl OpenColumn {
    /// Whether the column's format, if it has one, shows something of a date.
    fn can_show_dates(&self) -> bool {
        let format = self.column.number_format.as_deref();
        format.is_none_or(|code| code.contains(['y', 'Y', 'd', 'D', 'h', 'H']))
    }
}

impl Sheet {
    fn new(mut options: SheetOptions) -> Result<Self, XlsxError> {
        let columns = std::mem::take(&mut options.columns);
        let mut worksheet = Worksheet::new();
        worksheet.set_name(&options.name)?;
        let mut sheet = Self {
            worksheet,
            n_rows: u32::from(options.header),
            options,
            columns: Vec::new(),
            places: HashMap::new(),
            is_declared: !columns.is_empty(),
            unknown: Vec::new(),
        };
        for column in columns {
            sheet.add_column(Key::new(&column.key), column)?;
        }
        Ok(sheet)
    }

    fn add_column(&mut self, key: Key, column: Column) -> Result<usize, XlsxError> {
        let at = self.columns.len();
        if at >= MAX_COLUMNS as usize {
            return Err(self.full("columns", MAX_COLUMNS));
        }
        self.columns.push(OpenColumn::new(column));
        self.places.insert(key, at);
        Ok(at)
    }

    fn full(&self, what: &'static str, limit: u32) -> XlsxError {
        XlsxError::SheetFull { sheet: self.options.name.clone(), what, limit }
    }

    fn write(&mut self, value: &Value) -> Result<(), XlsxError> {
        let row = self.n_rows;
        if row >= MAX_ROWS {
            return Err(self.full("rows", MAX_ROWS));
        }
        let Some(object) = value.as_object() else {
            let (sheet, kind) = (self.options.name.clone(), value.kind());
            return Err(XlsxError::NotAnObject { sheet, row: row + 1, kind });
        };
        self.n_rows += 1;
        for (key, value) in object {
            let at = match self.places.get(key) {
                Some(at) => *at,
                None if self.is_declared => {
                    if self.unknown.len() < MAX_UNKNOWN && !self.unknown.contains(key) {
                        self.unknown.push(key.clone());
                    }
                    continue;
                }
                None => self.add_column(key.clone(), Column::new(key.as_str()))?,
            };
            self.write_cell(row, at, value)?;
        }
        Ok(())
    }

    fn write_cell(&mut self, row: u32, at: usize, value: &Value) -> Result<(), XlsxError> {
        let column = at as u16;
        let plain = self.columns[at].plain.clone();
        if let Some(bool) = value.as_bool() {
            match &plain {
                Some(format) => self.worksheet.write_boolean_with_format(row, column, bool, format),
                None => self.worksheet.write_boolean(row, column, bool),
            }?;
            return Ok(());
        }
        if let Some(number) = value.as_number() {
            let nearest = number.as_f64();
            if Number::from_f64(nearest).is_some_and(|same| same == number) {
                self.fit(row, at, number.text().len() + 1);
                match &plain {
                    Some(format) => {
                        self.worksheet.write_number_with_format(row, column, nearest, format)
                    }
                    None => self.worksheet.write_number(row, column, nearest),
                }?;
                return Ok(());
            }
            return self.write_text(row, at, &number.text());
        }
        match value.as_str() {
            Some(text) => self.write_text(row, at, text),
            None if value.is_null() => Ok(()),
            None => self.write_text(row, at, &value.to_string()),
        }
    }

    fn write_text(&mut self, row: u32, at: usize, text: &str) -> Result<(), XlsxError> {
        if text.is_empty() {
            return Ok(());
        }
        let column = at as u16;
        if self.options.dates && self.columns[at].can_show_dates() {
            if let Some((moment, kind)) = Moment::parse(text) {
                self.fit(row, at, text.len() + 1);
                let open = &self.columns[at];
                let format = if kind == DateKind::Date { &open.date } else { &open.moment };
                let written =
                    self.worksheet.write_number_with_format(row, column, moment.serial(), format);
                return Ok(written.map(drop)?);
            }
        }
        if text.len() > MAX_TEXT_UNITS && text.encode_utf16().count() > MAX_TEXT_UNITS {
            let (sheet, cell) = (self.options.name.clone(), cell::name(row, u32::from(column)));
            let limit = MAX_TEXT_UNITS;
            return Err(XlsxError::TextTooLong { sheet, cell, limit, unit: "characters" });
        }
        if row < FITTED_ROWS {
            let longest = text.lines().map(|line| line.chars().take(MAX_WIDTH).count()).max();
            self.fit(row, at, longest.unwrap_or(0) + 1);
        }
        let plain = self.columns[at].plain.as_ref();
        match plain {
            Some(format) => self.worksheet.write_string_with_format(row, column, text, format),
            None => self.worksheet.write_string(row, column, text),
        }?;
        Ok(())
    }

    fn fit(&mut self, row: u32, at: usize, n_chars: usize) {
        if row < FITTED_ROWS {
            let open = &mut self.columns[at];
            open.width = open.width.max(n_chars);
        }
    }

    fn finish(mut self) -> Result<Worksheet, XlsxError> {
        let header = Format::new()
            .set_bold()
            .set_background_color(0x00E8_EDF3)
            .set_border_bottom(FormatBorder::Thin)
            .set_text_wrap()
            .set_align(FormatAlign::Top);
        for (at, open) in self.columns.iter().enumerate() {
            let column = at as u16;
            let title = open.column.title.as_ref().unwrap_or(&open.column.key);
            if self.options.header {
                if title.encode_utf16().count() > MAX_TEXT_UNITS {
                    return Err(XlsxError::TextTooLong {
                        sheet: self.options.name.clone(),
                        cell: cell::name(0, u32::from(column)),
                        limit: MAX_TEXT_UNITS,
                        unit: "characters",
                    });
                }
                self.worksheet.write_string_with_format(0, column, title, &header)?;
            }
            let fitted = open.width.clamp(MIN_WIDTH, MAX_WIDTH) as f64 + 1.0;
            let width = open.column.width.unwrap_or(fitted);
            self.worksheet.set_column_width(column, width)?;
        }
        let last = (self.n_rows.saturating_sub(1), self.columns.len().saturating_sub(1) as u16);
        if self.options.header && self.options.freeze_header {
            self.worksheet.set_freeze_panes(1, 0)?;
        }
        if self.options.header && self.options.filter && !self.columns.is_empty() {
            self.worksheet.autofilter(0, 0, last.0, last.1)?;
        }
        Ok(self.worksheet)
    }
}
