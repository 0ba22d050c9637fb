//! CSV: rows as objects whose fields are texts, and objects as rows.
//! What a text means (a number, a date) is for the mapping to say, not for this reader to guess.

mod reader;
mod writer;

pub use self::{
    reader::{CsvError, CsvOptions, Reader, Trim},
    writer::{WriteError, Writer},
};
