//! Why a workbook was refused, and where, as a sentence for the person who has to mend it.

use thiserror::Error;

use crate::Kind;

/// Why a workbook could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum XlsxError {
    /// The bytes are no XLSX workbook.
    #[error("this is no XLSX workbook ({cause}); save the file as an Excel workbook (.xlsx)")]
    NotAWorkbook {
        /// What is wrong with it.
        cause: String,
    },
    /// An older or an encrypted workbook.
    #[error(
        "this is an old Excel file (.xls) or one with a password; save it as .xlsx without a password"
    )]
    OldOrProtected,
    /// The workbook unpacks to more than it may, or its rows come to more.
    #[error(
        "the workbook holds more than {limit} bytes when unpacked; split it or raise the limit"
    )]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A sheet that is not there.
    #[error("the workbook has no sheet `{name}`; it has {sheets}")]
    NoSheet {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        sheets: String,
    },
    /// A range that is none.
    #[error("`{range}` is no range of cells; write it like `B2:F100` or `B:F`")]
    Range {
        /// What was written.
        range: String,
    },
    /// A sheet whose contents cannot be read on.
    #[error("sheet `{sheet}` is damaged {place} ({cause}); open and save it with Excel once")]
    Broken {
        /// The sheet.
        sheet: String,
        /// `at the start` or `after cell B7`.
        place: String,
        /// What is wrong.
        cause: String,
    },
    /// A cell whose formula came to an error.
    #[error(
        "{sheet}!{cell} holds the error {error}; mend the formula or choose how to read errors"
    )]
    ErrorCell {
        /// The sheet.
        sheet: String,
        /// The cell, like `B7`.
        cell: String,
        /// The error as Excel shows it.
        error: String,
    },
    /// A text beyond [`Limits::text`](crate::Limits::text), or beyond what a cell can hold.
    #[error("{sheet}!{cell} takes a text of more than {limit} {unit}; shorten it")]
    TextTooLong {
        /// The sheet.
        sheet: String,
        /// The cell, like `B7`.
        cell: String,
        /// The limit.
        limit: usize,
        /// `bytes` or `characters`.
        unit: &'static str,
    },
    /// A value that is no object.
    #[error(
        "row {row} of sheet `{sheet}` is a {kind}, and a sheet takes objects; map it to named fields first"
    )]
    NotAnObject {
        /// The sheet.
        sheet: String,
        /// The row, from 1, the header counted.
        row: u32,
        /// What it is.
        kind: Kind,
    },
    /// More rows or columns than a sheet can hold.
    #[error("sheet `{sheet}` would need more than {limit} {what}; split it into several sheets")]
    SheetFull {
        /// The sheet.
        sheet: String,
        /// `rows` or `columns`.
        what: &'static str,
        /// How many it can hold.
        limit: u32,
    },
    /// A name that Excel does not take, or that comes twice.
    #[error("`{name}` cannot name a sheet: {problem}")]
    SheetName {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The workbook could not be put together.
    #[error("the workbook could not be written ({cause})")]
    Write {
        /// The cause.
        cause: String,
    },
}
