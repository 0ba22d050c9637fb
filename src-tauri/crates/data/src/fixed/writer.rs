//! Writes objects as lines of fixed width.
//! What does not fit its column is an error with the item and the column.

use std::io;

use super::{
    field,
    layout::{Ending, Layout, Record},
};
use crate::{
    Charset, Value,
    fault::{FaultKind, FormatError, Place, a, shown},
};

/// Writes items one by one as lines.
pub struct Writer<W: io::Write> {
    out: W,
    layout: Layout,
    charset: Charset,
    n_items: u64,
}

impl<W: io::Write> Writer<W> {
    /// A writer to `out`.
    ///
    /// # Errors
    /// An [`Error`](super::Error) when the layout is wrong.
    pub fn new(out: W, layout: Layout) -> Result<Self, FormatError> {
        layout.check()?;
        let charset = layout.charset()?.unwrap_or(Charset::UTF_8);
        Ok(Self { out, layout, charset, n_items: 0 })
    }

    /// Writes one object as a line.
    ///
    /// Missing members and `null` are spaces; members that are no columns are left out.
    ///
    /// # Errors
    /// An [`Error`](super::Error) that counts the items from 1; after [`FaultKind::Value`] the next
    /// item can be written.
    pub fn write(&mut self, value: &Value) -> Result<(), FormatError> {
        self.n_items += 1;
        let mut line = self.line(value).map_err(|problem| {
            let place = Place::Part(format!("item {}", self.n_items));
            FormatError::new(FaultKind::Value, place, problem)
        })?;
        line.push_str(match self.layout.ending {
            Ending::Lf => "\n",
            Ending::Crlf => "\r\n",
            Ending::None => "",
        });
        let bytes = self.charset.encode(&line)?;
        self.out.write_all(&bytes).map_err(|error| FormatError::writing(&error))
    }

    fn line(&self, value: &Value) -> Result<String, String> {
        let Some(object) = value.as_object() else {
            return Err(format!("a line is made of an object, and this is {}", a(value.kind())));
        };
        let record = self.record(value)?;
        let mut line: Vec<char> = vec![' '; self.layout.length_of(record).max(record.length())];
        for when in &record.when {
            if let Some(text) = when.equals.first() {
                put(&mut line, when.start, text);
            }
        }
        for column in &record.columns {
            if let Some(value) = object.get(&column.name) {
                put(&mut line, column.start, &field::write(column, value)?);
            }
        }
        Ok(line.into_iter().collect())
    }

    fn record(&self, value: &Value) -> Result<&Record, String> {
        let records = &self.layout.records;
        let Some(field) = self.layout.type_field() else {
            return records.first().ok_or_else(|| "the layout has no record".to_owned());
        };
        let names = || records.iter().map(|r| r.name.as_str()).collect::<Vec<_>>().join(", ");
        let name = value.get(field).and_then(Value::as_str).ok_or_else(|| {
            format!("the member `{field}` does not say which record it is ({})", names())
        })?;
        records.iter().find(|record| record.name == name).ok_or_else(|| {
            format!("{} is none of the records of the layout ({})", shown(name), names())
        })
    }

    /// Gives the output back.
    ///
    /// # Errors
    /// [`FaultKind::Io`]
    pub fn finish(mut self) -> Result<W, FormatError> {
        self.out.flush().map_err(|error| FormatError::writing(&error))?;
        Ok(self.out)
    }
}

fn put(line: &mut [char], start: usize, text: &str) {
    for (slot, c) in line.iter_mut().skip(start - 1).zip(text.chars()) {
        *slot = c;
    }
}

/// Writes a list of objects as lines, or one object as one line.
///
/// # Errors
/// As [`Writer::write`].
pub fn write(value: &Value, layout: &Layout, out: &mut impl io::Write) -> Result<(), FormatError> {
    let mut writer = Writer::new(out, layout.clone())?;
    for item in value.as_list().unwrap_or(std::slice::from_ref(value)) {
        writer.write(item)?;
    }
    writer.finish()?;
    Ok(())
}
