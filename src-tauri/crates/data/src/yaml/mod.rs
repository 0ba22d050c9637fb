//! YAML 1.2 (core schema): documents as values, and values as documents.
//!
//! * Numbers that JSON can write keep their digits. What YAML 1.1 and 1.2 read differently stays a
//!   text: `yes`, `off`, `012`, `1_000`, dates; so do `.inf` and `.nan`.
//! * Keys are texts, whatever they look like; a list or an object as a key is refused, as is a key
//!   that comes twice. `<<` merges, as YAML 1.1 has it.
//! * Anchors and aliases are resolved; aliases that blow a source up are refused.
//! * `!!str`, `!!int`, `!!float`, `!!bool` and `!!null` are followed, other tags passed over.
//! * Comments and styles are not kept.

mod reader;
mod scalar;
mod writer;

pub use self::{
    reader::Items,
    writer::{to_string, write, write_all},
};
/// Why YAML could not be read, or a value not be written as YAML.
pub use crate::fault::FormatError as Error;
use crate::{Charset, Limits, Value};

/// How YAML is to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The charset where the source has no mark; UTF-8 unless told.
    pub charset: Option<Charset>,
}

/// Reads the one document of a source; an empty source is `null`.
///
/// # Errors
/// An [`Error`] with line and column; also for a second document, which [`Items`] read.
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, Error> {
    reader::single(bytes, *options, limits)
}
