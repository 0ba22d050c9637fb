//! Why a message was refused, and where, as a sentence for the person who has to mend it.

use std::fmt;

use thiserror::Error;

/// Why messages could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Hl7Error {
    /// The bytes are no sound message.
    #[error("{problem} at {place}")]
    Read {
        /// What is wrong.
        problem: String,
        /// Where.
        place: Place,
    },
    /// The value cannot be written as a message.
    #[error("`{path}` {problem}")]
    Write {
        /// The way to the member that is wrong, like `messages[0].segments[2].fields[4]`.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A place in a file of messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The segment, from 1.
    pub segment: usize,
    /// The segment's name, as far as it is known.
    pub tag: String,
    /// The field, counted as HL7 does.
    pub field: Option<usize>,
    /// The line of the file, from 1; each segment is one.
    pub line: usize,
    /// Bytes before the segment.
    pub offset: usize,
}

impl Place {
    pub(super) fn field(&self, number: usize) -> Self {
        Self { field: Some(number), ..self.clone() }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> Hl7Error {
        Hl7Error::Read { problem: problem.into(), place: self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {}", self.segment)?;
        match (self.tag.as_str(), self.field) {
            ("", _) => {}
            (tag, None) => write!(f, " `{tag}`")?,
            (tag, Some(field)) => write!(f, " `{tag}-{field}`")?,
        }
        write!(f, ", line {}", self.line)
    }
}

/// The error of a member that cannot be written.
pub(super) fn unwritable(path: &str, problem: impl Into<String>) -> Hl7Error {
    let path = if path.is_empty() { "value" } else { path };
    Hl7Error::Write { path: path.to_owned(), problem: problem.into() }
}
