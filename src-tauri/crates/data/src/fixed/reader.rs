//! Reads lines as objects, by the type that each line is told to be.
//! Holds one line at a time.

use std::io::{self, BufRead, Read};

use super::{
    field,
    layout::{Layout, Record, ShortLines},
};
use crate::{
    Limits, Object, Shape, Value,
    charset::Decoder,
    fault::{FaultKind, FormatError, Place, shown},
};

/// The lines of a fixed-width source as objects, one by one.
///
/// The source needs no buffer of its own. Blank lines are passed over. After a line that is wrong
/// the next one follows; when the source breaks off nothing does.
pub struct Items<R> {
    source: Decoder<R>,
    layout: Layout,
    /// The members of each record type.
    shapes: Vec<Shape>,
    limits: Limits,
    /// The last record that others are within.
    within: Option<usize>,
    line: Vec<u8>,
    n_lines: u64,
    /// Records of an unbroken line that are yet to be given, last first.
    pending: Vec<String>,
    is_done: bool,
}

impl<R: Read> Items<R> {
    /// A reader of `source`.
    ///
    /// # Errors
    /// An [`Error`](super::Error) when the layout is wrong, or the start of the source cannot be
    /// read.
    pub fn new(source: R, layout: Layout, limits: Limits) -> Result<Self, FormatError> {
        layout.check()?;
        let charset = layout.charset()?;
        let source = Decoder::new(source, |_| charset)
            .map_err(|error| FormatError::reading(&error, Place::Whole))?;
        let shape = |record: &Record| {
            let columns = record.columns.iter().map(|column| column.name.as_str());
            Shape::new(layout.type_field().into_iter().chain(columns))
        };
        let shapes = layout.records.iter().map(shape).collect();
        Ok(Self {
            source,
            layout,
            shapes,
            limits,
            within: None,
            line: Vec::new(),
            n_lines: 0,
            pending: Vec::new(),
            is_done: false,
        })
    }

    fn fault(&self, problem: impl Into<String>) -> FormatError {
        FormatError::at_line(FaultKind::Syntax, self.n_lines, problem)
    }

    /// The next line that is not blank.
    fn next_line(&mut self) -> Result<Option<String>, FormatError> {
        if let Some(line) = self.pending.pop() {
            return Ok(Some(line));
        }
        loop {
            self.line.clear();
            let limit = self.limits.bytes.min(self.limits.text) as u64;
            let mut source = self.source.by_ref().take(limit);
            let n_bytes =
                source.read_until(b'\n', &mut self.line).map_err(|error| self.broken(&error))?;
            if n_bytes == 0 {
                return Ok(None);
            }
            self.n_lines += 1;
            if self.line.last() != Some(&b'\n') && n_bytes as u64 == limit {
                self.is_done = true;
                let problem = format!("the line is longer than {limit} bytes");
                return Err(FormatError::at_line(FaultKind::Limit, self.n_lines, problem));
            }
            let Ok(line) = std::str::from_utf8(&self.line) else {
                let problem = "the line is not UTF-8; name the charset in the layout";
                return Err(FormatError::at_line(FaultKind::Charset, self.n_lines, problem));
            };
            let line = line.trim_end_matches(['\n', '\r', '\u{1a}']);
            if !line.trim_matches(' ').is_empty() {
                let line = line.to_owned();
                return Ok(Some(self.cut(line)));
            }
        }
    }

    fn broken(&mut self, error: &io::Error) -> FormatError {
        self.is_done = true;
        FormatError::reading(error, Place::Line { line: self.n_lines + 1 })
    }

    /// The first record of a line without breaks; the others wait.
    fn cut(&mut self, line: String) -> String {
        let Some(length) = self.layout.length.filter(|_| self.layout.unbroken) else { return line };
        let chars: Vec<char> = line.chars().collect();
        if chars.len() <= length || !chars.len().is_multiple_of(length) {
            return line;
        }
        self.pending = chars.chunks(length).rev().map(|chunk| chunk.iter().collect()).collect();
        self.pending.pop().unwrap_or(line)
    }

    fn read(&mut self) -> Result<Option<Value>, FormatError> {
        let Some(mut line) = self.next_line()? else { return Ok(None) };
        let Some(at) = self.layout.records.iter().position(|record| self.fits(record, &line))
        else {
            let names: Vec<&str> = self.layout.records.iter().map(|r| r.name.as_str()).collect();
            let problem = format!(
                "{} is none of the records of the layout ({})",
                shown(&line),
                names.join(", ")
            );
            return Err(self.fault(problem));
        };
        let record = &self.layout.records[at];
        let length = self.layout.length_of(record);
        let n_chars = line.chars().count();
        if n_chars > length || (n_chars < length && self.layout.short_lines == ShortLines::Error) {
            return Err(self.fault(format!(
                "the line has {n_chars} characters, but the record `{}` has {length}",
                record.name
            )));
        }
        line.extend(std::iter::repeat_n(' ', length - n_chars));
        let name = self.layout.type_field().map(|_| Value::from(record.name.as_str()));
        let mut values = Vec::with_capacity(record.columns.len() + 1);
        values.extend(name);
        for column in &record.columns {
            let text = slice(&line, column.start - 1, column.length);
            let value = field::read(column, text).map_err(|problem| {
                let problem = format!("record `{}`, {problem}", record.name);
                let (line, column) = (self.n_lines, column.start as u64);
                FormatError::new(FaultKind::Syntax, Place::Character { line, column }, problem)
            })?;
            values.push(value);
        }
        let is_outer = |other: &Record| other.within.as_deref() == Some(&*record.name);
        if self.layout.records.iter().any(is_outer) {
            self.within = Some(at);
        }
        Ok(Some(Object::from_shape(&self.shapes[at], values).into()))
    }

    fn fits(&self, record: &Record, line: &str) -> bool {
        let within = self.within.map(|at| self.layout.records[at].name.as_str());
        (record.within.is_none() || record.within.as_deref() == within)
            && record.when.iter().all(|when| {
                let rest = slice(line, when.start - 1, usize::MAX);
                when.equals.iter().any(|text| rest.starts_with(text.as_str()))
            })
    }
}

/// Characters of a text; as many as there are.
fn slice(text: &str, start: usize, length: usize) -> &str {
    if text.is_ascii() {
        let start = start.min(text.len());
        return &text[start..start.saturating_add(length).min(text.len())];
    }
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    &text[at(start)..at(start.saturating_add(length))]
}

impl<R: Read> Iterator for Items<R> {
    type Item = Result<Value, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let item = self.read();
        self.is_done |= matches!(item, Ok(None));
        item.transpose()
    }
}
