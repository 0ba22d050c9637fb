//! XLSX: the rows of a sheet as objects by its header row, and objects as the sheets of a workbook.
//! Values only: formulas are read as their last result and none is written.
//!
//! A cell is a text, a number in its shortest exact digits, a boolean, or, where its number format
//! says so, a date as an ISO text (`2026-03-01`, `2026-03-01T14:30:00`, `14:30:00`) or a duration
//! (`PT26H30M`). An empty cell is a member that is missing, and a row without cells is passed over.

mod cell;
mod error;
mod package;
mod reader;
mod writer;

use std::io::Cursor;

pub use self::{
    error::XlsxError,
    reader::{ErrorCells, Header, Options, Rows, Workbook},
    writer::{Column, SheetOptions, Writer, safe_sheet_name},
};
use crate::{Limits, Value};

/// Reads one sheet as a list of objects.
///
/// [`Limits::bytes`] bounds both what the file unpacks to and what its rows come to as JSON.
///
/// # Errors
/// [`XlsxError`]
///
/// ```
/// use data::{Limits, Value, xlsx};
///
/// let orders = [Value::object([("id", Value::from(7)), ("due", Value::from("2026-03-01"))])];
/// let file = xlsx::write(&orders, &xlsx::SheetOptions::new("Orders"))?;
/// let again = xlsx::read(&file, &xlsx::Options::default(), &Limits::default())?;
/// assert_eq!(again.as_list(), Some(&orders[..]));
/// # Ok::<(), xlsx::XlsxError>(())
/// ```
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, XlsxError> {
    let mut workbook = Workbook::open(Cursor::new(bytes), limits)?;
    let mut n_bytes = 0_usize;
    let mut rows = Vec::new();
    for row in workbook.rows(options)? {
        let row = row?;
        n_bytes = n_bytes.saturating_add(row.size());
        if n_bytes > limits.bytes {
            return Err(XlsxError::TooLarge { limit: limits.bytes });
        }
        rows.push(row);
    }
    Ok(rows.into())
}

/// Writes objects as a workbook of one sheet; [`Writer`] makes several.
///
/// # Errors
/// [`XlsxError`]
pub fn write<'v>(
    items: impl IntoIterator<Item = &'v Value>,
    sheet: &SheetOptions,
) -> Result<Vec<u8>, XlsxError> {
    let mut writer = Writer::new();
    writer.sheet(sheet.clone())?;
    for item in items {
        writer.write(item)?;
    }
    writer.finish()
}
