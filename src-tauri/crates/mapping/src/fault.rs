//! Why an expression cannot be read or has no result. Not where in a flow that was: the caller
//! knows the node and the key.

use std::ops::Range;

/// First and last+1 character in the source, counted in UTF-16 units as editors and JavaScript do.
pub type Span = Range<u32>;

/// An expression that cannot be read, or that has no result for an item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// JSONata's code, such as `S0202` or `T2001`; Gantry's own begin with `G`.
    ///
    /// `G0001` an unclosed `{{`, `G0002` nothing to put into a text, `G0003` no clock or no random
    /// numbers here, `G0004` `$node` without an id in quotes, `G0005` no such node, `G0006` a
    /// function where a value is needed, `G0008` an expression that is no text, `G0009` a source that
    /// is too long or nests too deep, `G0010` a limit of steps, `G0011` of memory, `G0012` of the
    /// result's size, `G0021` a picture or pattern that is too large, `G0022` a date or time zone that
    /// is none, `G0023` no regular expression, `G0024` a search that was given up.
    pub code: String,
    /// A sentence: what is wrong, and what to do.
    pub message: String,
    /// Where in the source, when that is known.
    pub span: Option<Span>,
}

impl Fault {
    /// Makes a fault of a code and a sentence, with no place.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), span: None }
    }

    /// The same fault, at this place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same fault, its place counted from `offset` characters before.
    pub(crate) fn shifted(mut self, offset: u32) -> Self {
        if let Some(span) = &mut self.span {
            *span = span.start + offset..span.end + offset;
        }
        self
    }
}
