//! Why an interchange was refused, and where, as a sentence for the person who has to mend it.

use std::fmt;

use thiserror::Error;

/// Why an interchange could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EdiError {
    /// The bytes are no sound interchange.
    #[error("{problem} at {place}")]
    Read {
        /// What is wrong.
        problem: String,
        /// Where.
        place: Place,
    },
    /// The value cannot be written as an interchange.
    #[error("`{path}` {problem}")]
    Write {
        /// The way to the member that is wrong, like `groups[0].messages[0].lines[2].quantity`.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A place in an interchange.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The segment, from 1.
    pub segment: usize,
    /// The segment's tag, as far as it is known.
    pub tag: String,
    /// The element, from 1.
    pub element: Option<usize>,
    /// The line of the file, from 1.
    pub line: usize,
    /// Bytes before the segment.
    pub offset: usize,
}

impl Place {
    pub(super) fn element(&self, number: usize) -> Self {
        Self { element: Some(number), ..self.clone() }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> EdiError {
        EdiError::Read { problem: problem.into(), place: self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {}", self.segment)?;
        if !self.tag.is_empty() {
            write!(f, " `{}`", self.tag)?;
        }
        if let Some(element) = self.element {
            write!(f, ", element {element}")?;
        }
        write!(f, ", line {}", self.line)
    }
}

/// The way to a member of the value that is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail(String);

impl Trail {
    pub(super) fn key(&self, key: &str) -> Self {
        if self.0.is_empty() { Self(key.to_owned()) } else { Self(format!("{}.{key}", self.0)) }
    }

    pub(super) fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> EdiError {
        let path = if self.0.is_empty() { "value" } else { &self.0 };
        EdiError::Write { path: path.to_owned(), problem: problem.into() }
    }
}
