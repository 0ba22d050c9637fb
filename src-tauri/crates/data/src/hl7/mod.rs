//! HL7 v2: messages of segments, fields, repetitions, components and subcomponents, and back.
//! Separators are those of each message's `MSH`; what a field means is for the mapping to say.
//!
//! A message is `{"type": "ADT^A01", "control": "17", "segments": [{"tag": "PID", "fields": […]}]}`.
//! `fields[2]` is PID-3; of `MSH` the first two are the separators themselves, so `fields[8]` is
//! MSH-9. A field is a text, a list of its components, or `{"repeat": […]}`; a component is a text
//! or a list of its subcomponents. `""` (two quotation marks) is HL7's value for deleting.
//!
//! Escapes are characters here: `\F\` is `|`, `\X41\` is `A`, `\.br\` is a line break. Those that
//! only change how a text looks, like `\H\`, stay as they are. Segments of any name are read, those
//! that begin with Z too.

mod ack;
mod error;
mod field;
pub mod mllp;
mod read;
mod write;

use std::io::Read;

pub use self::{
    ack::{AckCode, ack},
    error::{Hl7Error, Place},
    read::Messages,
    write::{Framing, write},
};
use crate::{Limits, Value};

/// How messages are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether counts that do not agree, and separators that are written twice, are errors; else
    /// they are `warnings`.
    pub strict: bool,
}

/// Reads a file of messages: `{"messages": […]}`, or of a batch file
/// `{"header": …, "batches": [{"header": …, "messages": […], "trailer": …}], "trailer": …}`.
///
/// # Errors
/// [`Hl7Error::Read`] with segment, field and line.
///
/// ```
/// use data::{Limits, Path, hl7};
///
/// let text = b"MSH|^~\\&|LAB||EHR||202603011200||ORU^R01|17|P|2.5\rPID|1||4711^^^MRN||Roe^Ann\r";
/// let file = hl7::read(text, &hl7::Options::default(), &Limits::default())?;
/// let name = "messages[0].segments[1].fields[4]".parse::<Path>().unwrap();
/// assert_eq!(name.get(&file).unwrap().to_string(), r#"["Roe","Ann"]"#);
/// assert_eq!(hl7::write(&file)?, text);
/// # Ok::<(), hl7::Hl7Error>(())
/// ```
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, Hl7Error> {
    read::file(bytes, *options, limits)
}

/// The messages of a source one by one, those of batches too.
pub fn messages<R: Read>(source: R, options: &Options, limits: &Limits) -> Messages<R> {
    Messages::new(source, *options, *limits)
}
