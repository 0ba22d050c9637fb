//! Why a text is not JSON, and where, as a sentence for the person who has to mend it.

use thiserror::Error;

/// Why a JSON text was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind} at line {line}, column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Bytes before the place.
    pub offset: usize,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text ends too early.
    #[error("the text ends where {0} is expected")]
    End(&'static str),
    /// Something else stands here.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A number is written in a way that JSON has not.
    #[error("{0}")]
    Number(&'static str),
    /// A control character stands in a text unescaped.
    #[error("control character U+{0:04X} in a text, write it as an escape,")]
    Control(u8),
    /// An escape that JSON has not.
    #[error("unknown escape in a text")]
    Escape,
    /// Half of a surrogate pair, which is no character.
    #[error("escape of half a character (a lone surrogate)")]
    LoneSurrogate,
    /// Bytes that are not UTF-8.
    #[error("the text is not UTF-8")]
    InvalidUtf8,
    /// Lists and objects within each other beyond [`Limits::depth`](super::Limits::depth).
    #[error("more than {limit} lists and objects within each other")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A value or text beyond its limit.
    #[error("{what} longer than {limit} bytes")]
    TooLong {
        /// `value` or `text`.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// More text after the value.
    #[error("more text after the end of the value")]
    Trailing,
    /// The path to the list leads to something else.
    #[error("expected a list at `{path}`")]
    NotAList {
        /// The path that was asked for.
        path: String,
    },
    /// The path to the list leads nowhere.
    #[error("nothing found at `{path}`")]
    Missing {
        /// The path that was asked for.
        path: String,
    },
    /// The source could not be read on.
    #[error("the source broke off ({message})")]
    Read {
        /// The cause in the source's words.
        message: String,
    },
}

/// What is wrong, and how many bytes into the text at hand.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: JsonErrorKind,
    pub(crate) at: usize,
}

impl Fault {
    /// Whether more text could mend it.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self.kind, JsonErrorKind::End(_))
    }
}

/// Where the text at hand begins in the whole source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Origin {
    offset: usize,
    n_lines: usize,
    /// Characters before it on its first line.
    n_columns: usize,
}

impl Origin {
    /// Moves past `text`.
    pub(crate) fn advance(&mut self, text: &str) {
        self.offset += text.len();
        let bytes = text.as_bytes();
        match memchr::memrchr(b'\n', bytes) {
            Some(last) => {
                self.n_lines += memchr::memchr_iter(b'\n', bytes).count();
                self.n_columns = count_chars(&bytes[last + 1..]);
            }
            None => self.n_columns += count_chars(bytes),
        }
    }

    /// The error of this kind, `at` bytes into `text`, which begins here.
    pub(crate) fn error(mut self, kind: JsonErrorKind, text: &str, at: usize) -> JsonError {
        // A fault within a character is shown at its start.
        let at = text.floor_char_boundary(at);
        self.advance(&text[..at]);
        JsonError { kind, line: self.n_lines + 1, column: self.n_columns + 1, offset: self.offset }
    }
}

fn count_chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count()
}
