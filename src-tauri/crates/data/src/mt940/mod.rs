//! SWIFT statements, MT940 and MT942: messages as lists of tags, and what the tags say.
//! Amounts keep their digits; sums are not checked, and no other message type is interpreted.
//!
//! A message is `{header?, blocks?, tags, statement?}`: lines before the first tag, the blocks in
//! braces but the text block, each tag as `{tag, text}`, and what the tags say as members with
//! names. Only the first three are written back.
//!
//! ```
//! use data::{Limits, mt940};
//!
//! let text = b":20:REF\n:25:NL01BANK\n:28C:1/1\n:60F:C260301EUR100,00\n:61:2603020302D9,5NTRFNONREF//B1\n:86:Coffee\n:62F:C260302EUR90,50\n-\n";
//! let messages = mt940::read(text, &mt940::Options::default(), &Limits::default())?;
//! let line = messages.at(0).and_then(|m| m.get("statement")?.get("transactions")?.at(0));
//! assert_eq!(line.unwrap().get("amount").unwrap().to_string(), "-9.5");
//! # Ok::<(), mt940::Error>(())
//! ```

mod fields;
mod reader;
mod statement;
mod writer;

pub use self::{
    reader::Items,
    writer::{Ending, WriteOptions, write},
};
/// Why a statement could not be read, or a value not be written as one.
pub use crate::fault::FormatError as Error;
use crate::{Charset, Limits, Value};

/// How statements are to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the tags are not interpreted, as for other message types or dialects of banks.
    pub tags_only: bool,
    /// The charset where the source has no mark; by the look of the bytes unless told.
    pub charset: Option<Charset>,
}

/// Reads all messages as a list.
///
/// # Errors
/// The first [`Error`], with its line.
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, Error> {
    let items = Items::new(bytes, *options, *limits)?;
    Ok(Value::from(items.collect::<Result<Vec<_>, _>>()?))
}
