//! Writes objects as rows of CSV under one header.
//! Lists and objects within a row are written as JSON.

use std::io::{self, Write};

use thiserror::Error;

use crate::{Key, Shape, Value};

/// Why a value could not be written as a row.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The value is no object.
    #[error("row {row} is a {kind}, and CSV takes objects; map it to named fields first")]
    NotAnObject {
        /// The row, from 1.
        row: u64,
        /// The name of what it is.
        kind: crate::Kind,
    },
    /// The output could not be written.
    #[error("the CSV output could not be written")]
    Write(#[from] io::Error),
}

/// Writes objects as CSV rows.
///
/// The columns are those given, or the keys of the first object. Missing members and `null` are
/// empty fields. Members that no column takes are left out and told by
/// [`unknown_keys`](Self::unknown_keys).
pub struct Writer<W: Write> {
    rows: csv::Writer<W>,
    columns: Option<Shape>,
    unknown: Vec<Key>,
    n_rows: u64,
    buffer: Vec<u8>,
}

/// So many unknown keys are told; more say no more.
const MAX_UNKNOWN: usize = 100;

impl<W: Write> Writer<W> {
    /// A writer whose columns are the keys of the first object.
    pub fn new(out: W, delimiter: u8) -> Self {
        let rows = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(out);
        Self { rows, columns: None, unknown: Vec::new(), n_rows: 0, buffer: Vec::new() }
    }

    /// A writer with these columns; the header is written even if no row follows.
    ///
    /// # Errors
    /// [`WriteError::Write`]
    pub fn with_columns<K: Into<Key>>(
        out: W,
        delimiter: u8,
        columns: impl IntoIterator<Item = K>,
    ) -> Result<Self, WriteError> {
        let mut writer = Self::new(out, delimiter);
        writer.begin(Shape::new(columns))?;
        Ok(writer)
    }

    fn begin(&mut self, columns: Shape) -> Result<(), WriteError> {
        self.rows.write_record(columns.keys().iter().map(Key::as_str)).map_err(to_io)?;
        self.columns = Some(columns);
        Ok(())
    }

    /// Writes one object as a row.
    ///
    /// # Errors
    /// [`WriteError`]; after [`WriteError::NotAnObject`] the next value can be written.
    pub fn write(&mut self, value: &Value) -> Result<(), WriteError> {
        self.n_rows += 1;
        let Some(object) = value.as_object() else {
            return Err(WriteError::NotAnObject { row: self.n_rows, kind: value.kind() });
        };
        if self.columns.is_none() {
            self.begin(object.shape().clone())?;
        }
        let columns = self.columns.clone().unwrap_or_else(Shape::empty);
        if object.shape().ptr_eq(&columns) {
            for value in object.values() {
                self.write_field(Some(value))?;
            }
        } else {
            self.note_unknown(object.keys(), &columns);
            for key in columns.keys() {
                self.write_field(object.get_key(key))?;
            }
        }
        self.rows.write_record(None::<&[u8]>).map_err(to_io)?;
        Ok(())
    }

    fn write_field(&mut self, value: Option<&Value>) -> Result<(), WriteError> {
        let field = match value.filter(|value| !value.is_null()) {
            None => &[],
            Some(value) => {
                if let Some(text) = value.as_str() {
                    text.as_bytes()
                } else {
                    self.buffer.clear();
                    crate::json::write_value(value, &mut self.buffer);
                    &self.buffer
                }
            }
        };
        self.rows.write_field(field).map_err(to_io)?;
        Ok(())
    }

    fn note_unknown(&mut self, keys: &[Key], columns: &Shape) {
        for key in keys {
            if columns.index_of_key(key).is_none()
                && self.unknown.len() < MAX_UNKNOWN
                && !self.unknown.contains(key)
            {
                self.unknown.push(key.clone());
            }
        }
    }

    /// Keys of written objects that no column takes, in the order they came, the first 100.
    pub fn unknown_keys(&self) -> &[Key] {
        &self.unknown
    }

    /// Rows written.
    pub fn rows(&self) -> u64 {
        self.n_rows
    }

    /// Writes what is still held and gives the output back.
    ///
    /// # Errors
    /// [`WriteError::Write`]
    pub fn finish(self) -> Result<W, WriteError> {
        self.rows.into_inner().map_err(|error| WriteError::Write(error.into_error()))
    }
}

fn to_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Writes a list of objects as rows under one header, or one object as one row.
///
/// The columns are all keys of all objects, in the order in which they come.
///
/// # Errors
/// As [`Writer::write`].
pub fn write(value: &Value, delimiter: u8, out: &mut impl Write) -> Result<(), WriteError> {
    let rows = value.as_list().unwrap_or(std::slice::from_ref(value));
    let mut seen = std::collections::HashSet::new();
    let objects = rows.iter().filter_map(Value::as_object);
    let keys = objects.flat_map(crate::Object::keys).filter(|key| seen.insert((*key).clone()));
    let columns: Vec<Key> = keys.cloned().collect();
    let mut writer = Writer::new(out, delimiter);
    if !columns.is_empty() {
        writer.begin(Shape::new(columns))?;
    }
    for row in rows {
        writer.write(row)?;
    }
    writer.finish()?;
    Ok(())
}
