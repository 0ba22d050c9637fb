//! CSV: rows as objects whose fields are texts, and objects as rows.
//! What a text means (a number, a date) is for the mapping to say, not for this reader to guess.

mod dialect;
mod quotes;
mod reader;
mod writer;

/// Rows one by one, by the name that the other formats give it.
pub use self::{CsvError as Error, CsvOptions as Options, Reader as Items};
pub use self::{
    dialect::Dialect,
    reader::{CsvError, CsvOptions, Reader, Trim, read},
    writer::{WriteError, Writer, write},
};
