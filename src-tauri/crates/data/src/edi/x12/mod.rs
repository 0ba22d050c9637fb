//! X12 interchanges: `ISA` to `IEA`, their groups and messages.
//! Delimiters are those of the `ISA`; binary segments (`BIN`, `BDS`) keep their bytes.
//!
//! An interchange is
//! `{"interchange": {…}, "delimiters": {…}, "groups": [{"group": {…}, "messages": [{…}]}]}`.
//! A message has its `type`, `control` and `version`, and `segments` as
//! `{"tag": "REF", "elements": ["DP", "038"]}`; those of the types 810, 850, 855 and 856 have
//! business names instead, like `lines[0].quantity`. What comes in another order than the table
//! says has its order in `sequence`, and segments that no table has are in `other`. Members that
//! say what is usual, like the count of segments, are there only where they say something else.

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
/// use data::{Limits, edi::{Options, x12}};
///
/// let file = b"ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         \
///              *260301*1200*^*00501*000000007*0*P*:~GS*PO*BUYER*SELLER*20260301*1200*7*X*005010~\
///              ST*850*0001~BEG*00*SA*PO-77**20260301~PO1*1*12*EA*9.95**VP*A-1~CTT*1~SE*5*0001~\
///              GE*1*7~IEA*1*000000007~";
/// let read = x12::read(file, &Options::default(), &Limits::default())?;
/// let order = "[0].groups[0].messages[0]".parse::<data::Path>().unwrap().get(&read).unwrap();
/// assert_eq!(order.get("order").unwrap().get("number").unwrap().as_str(), Some("PO-77"));
/// assert_eq!(order.get("lines").unwrap().at(0).unwrap().get("price").unwrap().as_str(), Some("9.95"));
/// assert_eq!(x12::write(&read)?, file);
/// # Ok::<(), data::edi::EdiError>(())
/// ```
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, EdiError> {
    let interchanges = Interchanges::new(bytes, *options, *limits);
    let interchanges = interchanges.collect::<Result<Vec<_>, _>>()?;
    if interchanges.is_empty() {
        return Err(super::Place { segment: 1, line: 1, ..Default::default() }
            .error("there is no interchange, which begins with `ISA`,"));
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
