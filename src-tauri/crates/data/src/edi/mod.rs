//! EDI: X12 and EDIFACT interchanges as objects, and objects as interchanges.
//! What both have in common is here; a message's segments get business names in `shape`.
//!
//! Whatever is read is kept: elements as texts, a composite as a list of its components, a
//! repetition as `{"repeat": […]}`. Well-formed interchanges are equal after read, write, read.

pub(crate) mod charset;
pub mod edifact;
mod element;
mod envelope;
mod error;
mod items;
mod message;
mod named;
mod shape;
mod source;
mod table;
pub mod x12;

pub use self::{
    error::{EdiError, Place},
    items::messages,
};

/// How an interchange is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether messages of a known type get business names; others, and all without this, are
    /// `segments`.
    pub shape: bool,
    /// Whether counts and control numbers that do not agree are errors; else they are `warnings`
    /// of the interchange.
    pub strict: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { shape: true, strict: false }
    }
}
