//! Reads CSV row by row, in memory that does not grow with their number.
//! Decides the delimiter, names the columns, and says which line is wrong.

use std::{
    collections::HashMap,
    io::{self, Read},
};

use csv::StringRecord;
use thiserror::Error;

use super::{
    Dialect,
    quotes::{Fault, Quotes},
};
use crate::{Charset, Key, Limits, Object, Shape, Value, charset::Decoder};

/// How a CSV source is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// The byte between fields; `None` takes the one of `,` `;` tab `|` that suits the first lines.
    pub delimiter: Option<u8>,
    /// Whether the first row names the columns; without it they are `column_1`, `column_2` …
    pub header: bool,
    /// The byte around fields that hold delimiters, line breaks or quotes; `"` unless told.
    pub quote: u8,
    /// Whether space around fields is dropped.
    pub trim: Trim,
    /// The charset where the source has no mark; `None` takes UTF-8 or Windows-1252 by the look of
    /// the first bytes. UTF-8 unless told.
    pub charset: Option<Charset>,
    /// Whether rows that are wrong are read as well as can be: fields beyond the last column become
    /// `column_n`, and quotes that do not fit are part of the text.
    pub lenient: bool,
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
        Self {
            delimiter: None,
            header: true,
            quote: b'"',
            trim: Trim::None,
            charset: Some(Charset::UTF_8),
            lenient: false,
            max_row_bytes: 64 << 20,
        }
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
    /// Text follows the quote that closes a field.
    #[error(
        "line {line} has text after the quote that closes a field; write a quote within a field twice, or read leniently"
    )]
    TextAfterQuote {
        /// The line of the text, from 1.
        line: u64,
    },
    /// A quote that opens a field is not closed before the end.
    #[error(
        "the quote that opens a field on line {line} is never closed; close it, or read leniently"
    )]
    OpenQuote {
        /// The line of the quote, from 1.
        line: u64,
    },
    /// A row is longer than [`CsvOptions::max_row_bytes`].
    #[error("the row on line {line} is longer than {limit} bytes; is a quote not closed?")]
    RowTooLong {
        /// The line on which the row begins, from 1.
        line: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// Bytes are no characters of the source's charset.
    #[error("the row on line {line} cannot be read: {problem}")]
    Charset {
        /// The line on which the row begins, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
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
    rows: csv::Reader<Metered<Decoder<R>>>,
    dialect: Dialect,
    record: StringRecord,
    columns: Option<Shape>,
    options: CsvOptions,
    is_done: bool,
}

const BUFFER_BYTES: usize = 64 << 10;

impl<R: Read> Reader<R> {
    /// A reader of `source`, which needs no buffer of its own.
    ///
    /// # Errors
    /// [`CsvError::Read`] when the start of the source cannot be read.
    pub fn new(source: R, options: CsvOptions) -> Result<Self, CsvError> {
        let charset = options.charset;
        let decoder = Decoder::new(source, |_| charset)?;
        let found = Dialect::of_text(&decoder.sample(), decoder.charset());
        Ok(Self::with_dialect(decoder, found, options))
    }

    /// A reader that tells charset, delimiter, quote and header by the start of `source`; what
    /// `options` say of them does not count.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn detect(source: R, options: &CsvOptions) -> Result<Self, CsvError> {
        let decoder = Decoder::new(source, |_| None)?;
        let found = Dialect::of_text(&decoder.sample(), decoder.charset());
        let (quote, header) = (found.quote, found.header);
        let options = CsvOptions { delimiter: None, quote, header, ..options.clone() };
        Ok(Self::with_dialect(decoder, found, options))
    }

    fn with_dialect(source: Decoder<R>, found: Dialect, options: CsvOptions) -> Self {
        let delimiter = options.delimiter.unwrap_or(found.delimiter);
        let dialect = Dialect { delimiter, quote: options.quote, header: options.header, ..found };
        let rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(options.quote)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Metered {
                source,
                n_left: options.max_row_bytes.saturating_add(BUFFER_BYTES),
                quotes: (!options.lenient).then(|| Quotes::new(delimiter, options.quote)),
            });
        let record = StringRecord::new();
        Self { rows, dialect, record, columns: None, options, is_done: false }
    }

    /// How the source is written, as far as it was told or is guessed by its start.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
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
        if found > shape.len() && self.options.lenient {
            return Ok(Some(self.long_row(&shape)));
        }
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

    /// A row with more fields than columns; those beyond them are `column_n`.
    fn long_row(&self, shape: &Shape) -> Value {
        let trims = self.options.trim == Trim::All;
        let names = shape.keys().iter().map(|key| key.as_str().to_owned());
        let more = (shape.len()..).map(|at| format!("column_{}", at + 1));
        let fields =
            self.record.iter().map(|field| Value::from(if trims { field.trim() } else { field }));
        Value::object(names.chain(more).zip(fields))
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn read_record(&mut self) -> Result<bool, CsvError> {
        let limit = self.options.max_row_bytes;
        self.rows.get_mut().n_left = limit.saturating_add(BUFFER_BYTES);
        let row_line = self.rows.position().line();
        let has_row = self.rows.read_record(&mut self.record).map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            match error.into_kind() {
                csv::ErrorKind::Utf8 { err, .. } => {
                    CsvError::InvalidUtf8 { line, field: err.field() + 1 }
                }
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    CsvError::RowTooLong { line: row_line, limit }
                }
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                    CsvError::Charset { line: row_line, problem: error.to_string() }
                }
                csv::ErrorKind::Io(error) => CsvError::Read(error),
                other => CsvError::Read(io::Error::other(format!("{other:?}"))),
            }
        })?;
        let end = self.rows.position().byte();
        let quotes = self.rows.get_mut().quotes.as_mut();
        match quotes.and_then(|quotes| quotes.take_before(end)) {
            None => Ok(has_row),
            Some(found) => Err(match found.fault {
                Fault::TextAfter => CsvError::TextAfterQuote { line: found.line },
                Fault::Open => CsvError::OpenQuote { line: found.line },
            }),
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Value, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let row = self.row();
        self.is_done = match &row {
            Ok(row) => row.is_none(),
            Err(CsvError::Read(_) | CsvError::RowTooLong { .. } | CsvError::Charset { .. }) => true,
            Err(_) => false,
        };
        row.transpose()
    }
}

/// A source that stops when one row takes too much of it, what is read ahead not counted.
struct Metered<R> {
    source: R,
    n_left: usize,
    quotes: Option<Quotes>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.source.read(buffer)?;
        if let Some(quotes) = &mut self.quotes {
            quotes.watch(&buffer[..n_bytes]);
            if n_bytes == 0 {
                quotes.end();
            }
        }
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

/// Reads all rows of a CSV text as a list of objects.
///
/// # Errors
/// The first [`CsvError`].
pub fn read(bytes: &[u8], options: &CsvOptions, limits: &Limits) -> Result<Value, CsvError> {
    let max_row_bytes = options.max_row_bytes.min(limits.bytes);
    let rows = Reader::new(bytes, CsvOptions { max_row_bytes, ..options.clone() })?;
    Ok(Value::from(rows.collect::<Result<Vec<_>, _>>()?))
}
