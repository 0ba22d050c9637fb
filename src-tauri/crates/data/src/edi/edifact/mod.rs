//! EDIFACT interchanges: `UNB` to `UNZ`, with or without `UNA` and groups.
//! Separators and the release character are those of the `UNA`, texts are read by the charset.
//!
//! An interchange is `{"interchange": {…}, "delimiters": {…}, "messages": [{…}]}`, or has `groups`
//! of messages where there are `UNG`. A message has its `type`, `control`, `version`, `release`,
//! `agency` and `association`, and `segments` as
//! `{"tag": "DTM", "elements": [["137", "20260301", "102"]]}`; ORDERS, ORDRSP, DESADV and INVOIC
//! have business names instead, like `lines[0].quantities[0].quantity`. `sequence` and `other` are
//! as in [`x12`](super::x12).

mod read;
mod tables;
mod write;

use std::io::Read;

use self::tables::TABLES;
pub use self::{read::Interchanges, write::write};
use super::{EdiError, Options, message};
use crate::{Limits, Value};

/// Reads all interchanges of a file as a list.
///
/// # Errors
/// [`EdiError::Read`] with the segment and the element.
///
/// ```
/// use data::{Limits, edi::{Options, edifact}};
///
/// let file = b"UNA:+.? 'UNB+UNOC:3+BUYER+SELLER+260301:1200+7'UNH+1+ORDERS:D:96A:UN'\
///              BGM+220+PO-77+9'DTM+137:20260301:102'LIN+1++A-1:SA'QTY+21:12'UNS+S'UNT+7+1'UNZ+1+7'";
/// let read = edifact::read(file, &Options::default(), &Limits::default())?;
/// let line = "[0].messages[0].lines[0]".parse::<data::Path>().unwrap().get(&read).unwrap();
/// assert_eq!(line.to_string(), concat!(r#"{"number":"1","item":{"id":"A-1","type":"SA"},"#,
///     r#""quantities":[{"qualifier":"21","quantity":"12"}]}"#));
/// assert_eq!(edifact::write(&read)?, file);
/// # Ok::<(), data::edi::EdiError>(())
/// ```
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, EdiError> {
    let interchanges = Interchanges::new(bytes, *options, *limits);
    let interchanges = interchanges.collect::<Result<Vec<_>, _>>()?;
    if interchanges.is_empty() {
        return Err(super::Place { segment: 1, line: 1, ..Default::default() }
            .error("there is no interchange, which begins with `UNA` or `UNB`,"));
    }
    Ok(interchanges.into())
}

/// The interchanges of a source one by one.
pub fn interchanges<R: Read>(source: R, options: &Options, limits: &Limits) -> Interchanges<R> {
    Interchanges::new(source, *options, *limits)
}

/// Gives a message with `segments` its business names; others, and those of types without a
/// table, stay as they are.
///
/// # Errors
/// [`EdiError::Write`] when its segments are none.
pub fn shape(message: &Value) -> Result<Value, EdiError> {
    message::shape(&TABLES, message)
}

/// Turns a message with business names into one with `segments`.
///
/// # Errors
/// [`EdiError::Write`] with the way to a member that has no place in the message.
pub fn unshape(message: &Value) -> Result<Value, EdiError> {
    message::unshape(&TABLES, message)
}
