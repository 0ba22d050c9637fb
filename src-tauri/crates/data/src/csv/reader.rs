//! Reads CSV row by row, in memory that does not grow with their number.
//! Decides the delimiter, names the columns, and says which line is wrong.

use std::{
    collections::HashMap,
    io::{self, Cursor, Read},
};

use csv::StringRecord;
use thiserror::Error;

use crate::{Key, Object, Shape, Value};

/// How a CSV source is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// The byte between fields; `None` takes the one of `,` `;` tab `|` that suits the first lines.
    pub delimiter: Option<u8>,
    /// Whether the first row names the columns; without it they are `column_1`, `column_2` …
    pub header: bool,
    /// Whether space around fields is dropped.
    pub trim: Trim,
    /// Bytes of one row; a quote that is not closed makes the rest of the source one. 64 MB unless
    /// told.
    pub max_row_bytes: usize,
}

/// Where space around fields is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trim {
    /// Nowhere: a field is what stands between the delimiters.
    #[default]
    None,
    /// Around the names of columns only.
    Header,
    /// Around names and fields.
    All,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: None, header: true, trim: Trim::None, max_row_bytes: 64 << 20 }
    }
}

/// Why a CSV source could not be read on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvError {
    /// A row has more fields than the header names.
    #[error(
        "line {line} has {found} fields but there are {expected} columns; quote fields that contain the delimiter"
    )]
    TooManyFields {
        /// The line on which the row begins, from 1.
        line: u64,
        /// Fields of the row.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// A field is not UTF-8.
    #[error("line {line}, field {field} is not UTF-8; save the file as UTF-8")]
    InvalidUtf8 {
        /// The line on which the row begins, from 1.
        line: u64,
        /// The field, from 1.
        field: usize,
    },
    /// A row is longer than [`CsvOptions::max_row_bytes`].
    #[error("the row on line {line} is longer than {limit} bytes; is a quote not closed?")]
    RowTooLong {
        /// The line on which the row begins, from 1.
        line: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// The source could not be read.
    #[error("the CSV source broke off")]
    Read(#[from] io::Error),
}

/// The rows of a CSV source as objects.
///
/// All fields are texts. A row with fewer fields than columns leaves the last ones out; a row with
/// more is an error, and the next row is read on. Blank lines are passed over and a byte order mark
/// is dropped. Columns without a name are `column_n`; a name that comes again gets `_2`, `_3` …
pub struct Reader<R: Read> {
    rows: csv::Reader<Metered<io::Chain<Cursor<Vec<u8>>, R>>>,
    record: StringRecord,
    columns: Option<Shape>,
    options: CsvOptions,
    is_done: bool,
}

/// So much of the source is looked at to find the delimiter.
const SAMPLE_BYTES: u64 = 16 << 10;
const BUFFER_BYTES: usize = 64 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<R: Read> Reader<R> {
    /// A reader of `source`, which needs no buffer of its own.
    ///
    /// # Errors
    /// [`CsvError::Read`] when the start of the source cannot be read.
    pub fn new(mut source: R, options: CsvOptions) -> Result<Self, CsvError> {
        let mut sample = Vec::new();
        source.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample)?;
        if sample.starts_with(BYTE_ORDER_MARK) {
            sample.drain(..BYTE_ORDER_MARK.len());
        }
        let delimiter = options.delimiter.unwrap_or_else(|| detect_delimiter(&sample));
        let rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Metered {
                source: Cursor::new(sample).chain(source),
                n_left: options.max_row_bytes.saturating_add(BUFFER_BYTES),
            });
        Ok(Self { rows, record: StringRecord::new(), columns: None, options, is_done: false })
    }

    /// The names of the columns, once the first row has been read.
    pub fn columns(&self) -> Option<&[Key]> {
        self.columns.as_ref().map(Shape::keys)
    }

    fn row(&mut self) -> Result<Option<Value>, CsvError> {
        if !self.read_record()? {
            return Ok(None);
        }
        if self.columns.is_none() {
            let columns = name_columns(&self.record, &self.options);
            self.columns = Some(Shape::new(columns));
            if self.options.header && !self.read_record()? {
                return Ok(None);
            }
        }
        let shape = self.columns.clone().unwrap_or_else(Shape::empty);
        let found = self.record.len();
        if found > shape.len() {
            let line = self.line();
            return Err(CsvError::TooManyFields { line, found, expected: shape.len() });
        }
        let trims = self.options.trim == Trim::All;
        let values =
            self.record.iter().map(|field| Value::from(if trims { field.trim() } else { field }));
        if found == shape.len() {
            return Ok(Some(Object::from_shape(&shape, values).into()));
        }
        Ok(Some(Value::object(shape.keys().iter().zip(values))))
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn read_record(&mut self) -> Result<bool, CsvError> {
        let limit = self.options.max_row_bytes;
        self.rows.get_mut().n_left = limit.saturating_add(BUFFER_BYTES);
        let row_line = self.rows.position().line();
        self.rows.read_record(&mut self.record).map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            match error.into_kind() {
                csv::ErrorKind::Utf8 { err, .. } => {
                    CsvError::InvalidUtf8 { line, field: err.field() + 1 }
                }
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    CsvError::RowTooLong { line: row_line, limit }
                }
                csv::ErrorKind::Io(error) => CsvError::Read(error),
                other => CsvError::Read(io::Error::other(format!("{other:?}"))),
            }
        })
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Value, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let row = self.row();
        self.is_done =
            matches!(row, Ok(None) | Err(CsvError::Read(_) | CsvError::RowTooLong { .. }));
        row.transpose()
    }
}

/// A source that stops when one row takes too much of it, what is read ahead not counted.
struct Metered<R> {
    source: R,
    n_left: usize,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.source.read(buffer)?;
        self.n_left =
            self.n_left.checked_sub(n_bytes).ok_or(io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(n_bytes)
    }
}

/// Names for the fields of the first row, each of them different.
fn name_columns(record: &StringRecord, options: &CsvOptions) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    // How often each name was met; names that were made up count as met once.
    let mut met: HashMap<String, usize> = HashMap::with_capacity(record.len());
    for (at, field) in record.iter().enumerate() {
        let mut name = if options.header { field.to_owned() } else { String::new() };
        if options.trim != Trim::None {
            name = name.trim().to_owned();
        }
        if name.is_empty() {
            name = format!("column_{}", at + 1);
        }
        let mut unique = name.clone();
        while met.contains_key(&unique) {
            let n = met.get_mut(&name).map_or(1, |n| {
                *n += 1;
                *n
            });
            unique = format!("{name}_{n}");
        }
        met.insert(unique.clone(), 1);
        names.push(unique);
    }
    names
}

const DELIMITERS: [u8; 4] = *b",;\t|";

/// The delimiter that stands equally often in most of the first lines; the comma if none does.
fn detect_delimiter(sample: &[u8]) -> u8 {
    let counts = count_delimiters(sample);
    let score = |column: usize| {
        let first = counts.first().map_or(0, |line| line[column]);
        let n_alike = counts.iter().filter(|line| line[column] == first).count();
        if first == 0 { (0, 0) } else { (n_alike, first) }
    };
    // The last of equals wins, so the comma is asked last.
    let best = (0..DELIMITERS.len()).rev().max_by_key(|&column| score(column));
    best.map_or(b',', |column| DELIMITERS[column])
}

/// How often each delimiter stands outside of quotes, line by line.
fn count_delimiters(sample: &[u8]) -> Vec<[usize; 4]> {
    const MAX_LINES: usize = 20;
    let mut lines = Vec::new();
    let mut line = [0; 4];
    let mut is_quoted = false;
    let mut is_blank = true;
    for &b in sample {
        is_blank &= matches!(b, b'\r' | b'\n');
        match b {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => {
                if !is_blank {
                    lines.push(line);
                }
                line = [0; 4];
                is_blank = true;
                if lines.len() == MAX_LINES {
                    return lines;
                }
            }
            _ if !is_quoted => {
                if let Some(column) = DELIMITERS.iter().position(|&d| d == b) {
                    line[column] += 1;
                }
            }
            _ => {}
        }
    }
    // The last line may be cut off by the end of the sample; it counts only if it is the first.
    if lines.is_empty() && !is_blank {
        lines.push(line);
    }
    lines
}
