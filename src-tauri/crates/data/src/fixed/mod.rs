//! Fixed width: lines whose columns stand at fixed places, of one type or of several.
//! A [`Layout`] says where; [`Layout::nacha`] is the one of ACH files.
//!
//! Places and lengths count characters, from 1. With several record types each item tells its type
//! in the member [`Layout::type_field`].
//!
//! ```
//! use data::{Limits, fixed::{self, Column, Layout, Record}};
//!
//! let layout = Layout::of(Record::new("item", [Column::text("sku", 1, 6), Column::decimal("price", 7, 8, 2)]));
//! let items = fixed::read(b"A-1   00001990\nB-22  00000500\n", &layout, &Limits::default())?;
//! assert_eq!(items.to_string(), r#"[{"sku":"A-1","price":19.90},{"sku":"B-22","price":5.00}]"#);
//! # Ok::<(), fixed::Error>(())
//! ```

mod field;
mod layout;
mod nacha;
mod reader;
mod writer;

pub use self::{
    layout::{Align, Column, ColumnKind, Condition, Ending, Layout, Record, ShortLines, Trim},
    reader::Items,
    writer::{Writer, write},
};
/// Why a line could not be read, or a value not be written as one.
pub use crate::fault::FormatError as Error;
use crate::{Limits, Value};

/// Reads all lines as a list of objects.
///
/// # Errors
/// The first [`Error`], with its line.
pub fn read(bytes: &[u8], layout: &Layout, limits: &Limits) -> Result<Value, Error> {
    let items = Items::new(bytes, layout.clone(), *limits)?;
    Ok(Value::from(items.collect::<Result<Vec<_>, _>>()?))
}
