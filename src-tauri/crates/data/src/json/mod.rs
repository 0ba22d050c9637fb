//! JSON: a strict reader (RFC 8259), a writer, and a streaming reader for long lists.
//! What it decides where the RFC leaves it open is said at [`read`].

mod error;
mod items;
mod parse;
mod push;
mod scan;
mod stack;
mod write;

pub(crate) use self::{
    error::Origin,
    parse::Parser,
    write::{write_text, write_value},
};
pub use self::{
    error::{JsonError, JsonErrorKind},
    items::Items,
    push::{Format, Push},
    write::{to_string, to_string_pretty, write, write_pretty},
};
use crate::Value;

/// How large a single value may be; a longer stream of values is no matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Lists and objects within each other, at most [`Limits::MAX_DEPTH`]; 256 unless told.
    pub depth: usize,
    /// Bytes of one value's JSON: a document, a line, an element; 1 GB unless told.
    pub bytes: usize,
    /// Bytes of one text or key as it stands in the source; 256 MB unless told.
    pub text: usize,
}

impl Limits {
    /// The greatest depth that is read, whatever `depth` says: each level takes stack.
    pub const MAX_DEPTH: usize = 512;
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 256, bytes: 1 << 30, text: 256 << 20 }
    }
}

/// Reads one JSON value that takes up all of `bytes`.
///
/// Strict RFC 8259 in UTF-8. A byte order mark at the start is passed over. Numbers of any size
/// keep their digits. Lone surrogates (`\ud800`) and bytes that are not UTF-8 are refused: neither
/// is a text. Of a key that comes twice the last value counts, in the first place.
///
/// # Errors
/// A [`JsonError`] with line and column, when the text is no JSON or beyond the limits.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Value, JsonError> {
    let (text, cut_at) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = error.valid_up_to();
            (std::str::from_utf8(&bytes[..valid]).unwrap_or_default(), Some(valid))
        }
    };
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if bytes.len() > limits.bytes {
        let kind = JsonErrorKind::TooLong { what: "value", limit: limits.bytes };
        return Err(Origin::default().error(kind, "", 0));
    }
    let mut parser = Parser::new(*limits);
    match parser.document(text, start) {
        // What stopped the reader is not the end of the text but the bytes that are no text.
        Err(fault) if cut_at.is_some_and(|at| fault.at >= at) => {
            Err(Origin::default().error(JsonErrorKind::InvalidUtf8, text, text.len()))
        }
        Ok(_) if cut_at.is_some() => {
            Err(Origin::default().error(JsonErrorKind::InvalidUtf8, text, text.len()))
        }
        Err(fault) => Err(Origin::default().error(fault.kind, text, fault.at)),
        Ok(value) => Ok(value),
    }
}
