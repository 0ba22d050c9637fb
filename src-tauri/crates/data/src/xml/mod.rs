//! XML as objects: elements are members, attributes `@name`, text beside them `#text`.
//! Reads namespaces as they are written and no document type; validates against no schema.
//!
//! | XML | value |
//! |---|---|
//! | `<a>x</a>`, `<a/>` | `{"a": "x"}`, `{"a": ""}` |
//! | `<a n="1">x</a>` | `{"a": {"@n": "1", "#text": "x"}}` |
//! | `<a><b>1</b><b>2</b></a>` | `{"a": {"b": ["1", "2"]}}` |
//! | `<a xsi:nil="true"/>` | `{"a": null}` |
//! | `<a>Hi <b>x</b> you</a>` | `{"a": {"#text": ["Hi ", " you"], "b": "x", "#order": ["#text", "b", "#text"]}}` |
//!
//! * Names keep their prefix, declarations are attributes (`@xmlns:ns2`); [`Prefixes::Drop`] drops
//!   both.
//! * An element that comes again is a list, one that comes once is not, unless [`Options::lists`]
//!   or [`Options::always_lists`] say so.
//! * `#order` holds the names of the children in their order. It is there only when another order
//!   than "text first, then each member with all that is in it" has to be kept, so that paths to
//!   members are the same with and without it.
//! * White space between elements is dropped where an element has no other text. CDATA is text.
//! * Comments, processing instructions and a document type without entities are dropped.
//! * Only the five entities of XML and character references are known; a document type that
//!   declares entities is refused, and nothing outside of the source is ever read.

mod names;
mod reader;
mod source;
mod tree;
mod writer;

use std::io;

pub use self::{
    names::{ElementPath, ElementPathError},
    reader::Items,
    writer::{Nulls, WriteOptions, Writer, to_string, write},
};
/// Why XML could not be read, or a value not be written as XML.
pub use crate::fault::FormatError as Error;
use crate::{Charset, Limits, Value};

/// How XML is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Elements that are lists also when they come once.
    pub lists: Vec<ElementPath>,
    /// Whether all elements within others are lists.
    pub always_lists: bool,
    /// What becomes of the prefixes of names.
    pub prefixes: Prefixes,
    /// Whether white space around texts is dropped.
    pub trim: bool,
    /// The charset, where the source has no mark and its declaration is not to be believed.
    pub charset: Option<Charset>,
}

/// What becomes of the prefixes of names when XML is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Prefixes {
    /// Names and declarations are kept as they are written.
    #[default]
    Keep,
    /// Names lose their prefix, and declarations are left out; what is read so is not written back
    /// as it was.
    Drop,
}

/// Reads a document: an object with one member, the root element.
///
/// An element counts as two levels of [`Limits::depth`], as it may be a list.
///
/// # Errors
/// An [`Error`] with line and column.
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, Error> {
    reader::document(bytes, options, limits)
}

/// Reads a document from a source.
///
/// # Errors
/// An [`Error`] with line and column.
pub fn read_from(
    source: impl io::Read,
    options: &Options,
    limits: &Limits,
) -> Result<Value, Error> {
    reader::document(source, options, limits)
}

/// The namespace of `nil`, XML Schema Part 1, section 2.6.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const TEXT: &str = "#text";
const ORDER: &str = "#order";

/// Whether a character may stand in XML 1.0 at all (section 2.2).
fn is_xml_char(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => c >= ' ',
    }
}

fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether this is a name, with a prefix or without (Namespaces in XML, section 4).
fn is_name(text: &str) -> bool {
    let is_part = |part: &str| part.starts_with(is_name_start) && part.chars().all(is_name_char);
    match text.split_once(':') {
        Some((prefix, local)) => is_part(prefix) && is_part(local),
        None => is_part(text),
    }
}
