//! What stands where on the lines of a fixed-width source.
//! Described as data, so that a layout can come from a flow's file.

use serde::{Deserialize, Serialize};

use crate::{
    Charset,
    fault::{FaultKind, FormatError, Place},
};

/// What stands where, for each type of record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// The types of records; the first whose conditions fit a line is its type.
    pub records: Vec<Record>,
    /// Characters of every line; without it each record is as long as its columns reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// The member that names the type of an item; `record` unless told, for several types only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_field: Option<String>,
    /// What becomes of lines that end early.
    pub short_lines: ShortLines,
    /// Whether a line that is a multiple of [`length`](Self::length) is several records, as in
    /// files without line breaks.
    pub unbroken: bool,
    /// How lines end when they are written; both ways are read.
    pub ending: Ending,
    /// The charset where the source has no mark, by name; by the look of the bytes unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
}

/// What becomes of lines that end early.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShortLines {
    /// They are errors.
    #[default]
    Error,
    /// Spaces are added; many programs cut spaces off the end of lines.
    Pad,
}

/// How lines end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// By a line feed.
    #[default]
    Lf,
    /// By carriage return and line feed.
    Crlf,
    /// By their length.
    None,
}

/// One type of record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// What lines of this type have; all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// The type that such lines follow, with only types between them that nothing follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// What stands at a place of lines of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The place of the first character, from 1.
    pub start: usize,
    /// The texts of which one stands there; the first is written.
    pub equals: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Column {
    /// The member that it becomes.
    pub name: String,
    /// The place of its first character, from 1.
    pub start: usize,
    /// Its characters.
    pub length: usize,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// Digits after the decimal point, which is not written; without it the point is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Where spaces are dropped when a text is read.
    pub trim: Trim,
    /// At which end the text stands; texts stand left and numbers right unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// What fills the rest; spaces around texts and zeros before numbers unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pad: Option<char>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// Text.
    #[default]
    Text,
    /// A whole number; blanks are `null`.
    Integer,
    /// A number with decimals; blanks are `null`.
    Decimal,
}

/// Where spaces are dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trim {
    /// At both ends.
    #[default]
    Both,
    /// Before the text.
    Left,
    /// After the text.
    Right,
    /// Nowhere.
    None,
}

/// At which end of a column its text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// At the start.
    Left,
    /// At the end.
    Right,
}

impl Default for Column {
    fn default() -> Self {
        Self::text("", 1, 1)
    }
}

impl Column {
    /// A column of text.
    pub fn text(name: &str, start: usize, length: usize) -> Self {
        Self {
            name: name.to_owned(),
            start,
            length,
            kind: ColumnKind::Text,
            decimals: None,
            trim: Trim::default(),
            align: None,
            pad: None,
        }
    }

    /// A column of whole numbers with zeros before them.
    pub fn integer(name: &str, start: usize, length: usize) -> Self {
        Self { kind: ColumnKind::Integer, ..Self::text(name, start, length) }
    }

    /// A column of numbers with so many decimals and no point.
    pub fn decimal(name: &str, start: usize, length: usize, decimals: u8) -> Self {
        let kind = ColumnKind::Decimal;
        Self { kind, decimals: Some(decimals), ..Self::text(name, start, length) }
    }

    pub(super) fn align(&self) -> Align {
        self.align.unwrap_or(match self.kind {
            ColumnKind::Text => Align::Left,
            ColumnKind::Integer | ColumnKind::Decimal => Align::Right,
        })
    }

    pub(super) fn pad(&self) -> char {
        self.pad.unwrap_or(match self.kind {
            ColumnKind::Text => ' ',
            ColumnKind::Integer | ColumnKind::Decimal => '0',
        })
    }

    /// The place after its last character, from 0.
    pub(super) fn end(&self) -> usize {
        self.start - 1 + self.length
    }
}

impl Condition {
    /// One of these texts at a place.
    pub fn new<'t>(start: usize, equals: impl IntoIterator<Item = &'t str>) -> Self {
        Self { start, equals: equals.into_iter().map(str::to_owned).collect() }
    }

    fn end(&self) -> usize {
        self.start - 1 + self.equals.iter().map(|text| text.chars().count()).max().unwrap_or(0)
    }
}

impl Record {
    /// A type of record whose lines nothing tells from others.
    pub fn new(name: &str, columns: impl IntoIterator<Item = Column>) -> Self {
        let columns = columns.into_iter().collect();
        Self { name: name.to_owned(), when: Vec::new(), within: None, columns }
    }

    /// This type for lines with one of these texts at a place.
    pub fn when<'t>(mut self, start: usize, equals: impl IntoIterator<Item = &'t str>) -> Self {
        self.when.push(Condition::new(start, equals));
        self
    }

    /// This type for lines that follow one of another type.
    pub fn within(mut self, record: &str) -> Self {
        self.within = Some(record.to_owned());
        self
    }

    /// How long its lines are.
    pub(super) fn length(&self) -> usize {
        let columns = self.columns.iter().map(Column::end);
        columns.chain(self.when.iter().map(Condition::end)).max().unwrap_or(0)
    }
}

impl Layout {
    /// The layout of lines of one type.
    pub fn of(record: Record) -> Self {
        Self { records: vec![record], ..Self::default() }
    }

    /// The member that names the type of an item, if items have one.
    pub(super) fn type_field(&self) -> Option<&str> {
        let default = (self.records.len() > 1).then_some("record");
        self.type_field.as_deref().or(default)
    }

    pub(super) fn charset(&self) -> Result<Option<Charset>, FormatError> {
        let Some(name) = &self.charset else { return Ok(None) };
        Charset::named(name).map(Some).ok_or_else(|| {
            let problem = format!("the charset `{name}` of the layout is not known");
            FormatError::new(FaultKind::Option, Place::Whole, problem)
        })
    }

    pub(super) fn length_of(&self, record: &Record) -> usize {
        self.length.unwrap_or_else(|| record.length())
    }

    /// Says what is wrong with the layout itself.
    ///
    /// # Errors
    /// An [`Error`](super::Error) of the kind [`FaultKind::Option`] that names record and column.
    pub fn check(&self) -> Result<(), FormatError> {
        let fault = |record: &Record, problem: String| {
            let part = format!("record `{}` of the layout", record.name);
            Err(FormatError::new(FaultKind::Option, Place::Part(part), problem))
        };
        if self.records.is_empty() {
            let problem = "the layout has no record";
            return Err(FormatError::new(FaultKind::Option, Place::Whole, problem));
        }
        for (at, record) in self.records.iter().enumerate() {
            if self.records[..at].iter().any(|other| other.name == record.name) {
                return fault(record, "the name comes twice".to_owned());
            }
            if record.when.iter().any(|when| when.start == 0 || when.equals.is_empty()) {
                return fault(record, "a condition has no place or no text".to_owned());
            }
            let known = |name: &String| self.records.iter().any(|other| other.name == *name);
            if record.within.as_ref().is_some_and(|name| !known(name)) {
                return fault(record, "it is within a record that is not there".to_owned());
            }
            let mut columns: Vec<&Column> = record.columns.iter().collect();
            columns.sort_by_key(|column| column.start);
            for (at, column) in columns.iter().enumerate() {
                let name = &column.name;
                if column.start == 0 || column.length == 0 || column.length > 1 << 20 {
                    let problem = format!("column `{name}` needs a start and a length from 1");
                    return fault(record, problem);
                }
                if columns[..at].iter().any(|other| other.name == *name) {
                    return fault(record, format!("the column `{name}` comes twice"));
                }
                if at > 0 && columns[at - 1].end() >= column.start {
                    let other = &columns[at - 1].name;
                    return fault(record, format!("the columns `{other}` and `{name}` overlap"));
                }
                if column.decimals.is_some_and(|decimals| decimals > 18) {
                    return fault(record, format!("column `{name}` has more than 18 decimals"));
                }
                if self.length.is_some_and(|length| column.end() > length) {
                    return fault(record, format!("column `{name}` ends after the line"));
                }
            }
        }
        Ok(())
    }
}
