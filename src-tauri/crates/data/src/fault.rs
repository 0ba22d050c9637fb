//! Why a source could not be read in its format, or a value not written, and where.
//! Shared by the text formats; JSON and CSV rows have errors of their own, which are older.

use std::{fmt, io};

use thiserror::Error;

/// Why a source could not be read, or a value not be written: a place and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}{problem}")]
pub struct FormatError {
    /// What kind of trouble it is, for a program to act on.
    pub kind: FaultKind,
    /// What is wrong and what to do about it, for a person.
    pub problem: String,
    /// Where.
    pub place: Place,
}

/// What kind of trouble a [`FormatError`] tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// The source is not written as its format demands.
    Syntax,
    /// The source asks for something that is refused for safety, as an entity of its own.
    Refused,
    /// Something is larger or deeper than a limit.
    Limit,
    /// Bytes are no characters.
    Charset,
    /// What was asked for is not in the source.
    Missing,
    /// The value has no form in this format.
    Value,
    /// An option cannot be followed.
    Option,
    /// The source broke off, or the output took no more.
    Io,
}

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Place {
    /// In all of it, or nowhere in particular.
    #[default]
    Whole,
    /// A character of the source.
    Character {
        /// The line, from 1.
        line: u64,
        /// The column in characters, from 1.
        column: u64,
    },
    /// A line of the source.
    Line {
        /// The line, from 1.
        line: u64,
    },
    /// A named part: `part 2`, "`orders[0].id`".
    Part(String),
}

impl Place {
    /// The line, where it is known.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Character { line, .. } | Self::Line { line } => Some(*line),
            Self::Whole | Self::Part(_) => None,
        }
    }
}

/// Ends in a colon and a space, so that a sentence can follow; empty for all of it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Character { line, column } => write!(f, "line {line}, column {column}: "),
            Self::Line { line } => write!(f, "line {line}: "),
            Self::Part(part) => write!(f, "{part}: "),
        }
    }
}

impl FormatError {
    pub(crate) fn new(kind: FaultKind, place: Place, problem: impl Into<String>) -> Self {
        Self { kind, problem: problem.into(), place }
    }

    /// At a character counted in bytes from the start of `text`.
    pub(crate) fn at_byte(
        kind: FaultKind,
        text: &str,
        at: usize,
        problem: impl Into<String>,
    ) -> Self {
        Self::new(kind, place_of(text, at), problem)
    }

    pub(crate) fn at_line(kind: FaultKind, line: u64, problem: impl Into<String>) -> Self {
        Self::new(kind, Place::Line { line }, problem)
    }

    pub(crate) fn reading(error: &io::Error, place: Place) -> Self {
        // A decoder has no other way to say that bytes are no characters.
        if error.kind() == io::ErrorKind::InvalidData {
            return Self::new(FaultKind::Charset, place, error.to_string());
        }
        Self::new(FaultKind::Io, place, format!("the source broke off ({error})"))
    }

    pub(crate) fn writing(error: &io::Error) -> Self {
        Self::new(FaultKind::Io, Place::Whole, format!("the output could not be written ({error})"))
    }
}

/// The line and column of a byte of `text`.
pub(crate) fn place_of(text: &str, at: usize) -> Place {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() as u64 + 1;
    Place::Character { line, column: before[line_start..].chars().count() as u64 + 1 }
}

/// A value shown within a sentence, cut to 40 characters.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("`{}…`", &text[..at]),
        None => format!("`{text}`"),
    }
}

/// A kind with its article: `a list`, `an object`, `null`.
pub(crate) fn a(kind: crate::Kind) -> String {
    match kind {
        crate::Kind::Null => kind.name().to_owned(),
        crate::Kind::Object => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
