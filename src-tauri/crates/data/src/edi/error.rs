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

/// The way to a member of the value that is written; a text is made of it only for an error.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Step<'a> {
    #[default]
    Root,
    Key(&'a str),
    Index(usize),
    /// An element by its tag and number, like `BEG03`.
    Element(&'a str, usize),
}

impl<'a> Trail<'a> {
    /// A way that begins with a path that is known already.
    pub(super) fn at(path: &'a str) -> Self {
        Self { parent: None, step: Step::Key(path) }
    }

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Key(key) }
    }

    pub(super) fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    pub(super) fn element(&'a self, tag: &'a str, number: usize) -> Self {
        Self { parent: Some(self), step: Step::Element(tag, number) }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> EdiError {
        let path = self.to_string();
        let path = if path.is_empty() { "value".to_owned() } else { path };
        EdiError::Write { path, problem: problem.into() }
    }

    fn is_root(&self) -> bool {
        matches!(self.step, Step::Root) && self.parent.is_none_or(Self::is_root)
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut dot = "";
        if let Some(parent) = self.parent.filter(|parent| !parent.is_root()) {
            parent.fmt(f)?;
            dot = ".";
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(key) => write!(f, "{dot}{key}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Element(tag, number) => write!(f, "{dot}{tag}{number:02}"),
        }
    }
}
