//! What sheets of a mapping take and give.

use flow::edit::Edit;
use flow::id::{FlowId, NodeId, RunId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::MapRow;

/// How a sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SheetFormat {
    /// A workbook.
    Xlsx,
    /// A table in Markdown.
    Markdown,
}

/// A mapping to be written as a sheet.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SheetAsk {
    /// The flow.
    pub flow: FlowId,
    /// The node.
    pub node: NodeId,
    /// The run whose first item is the sample.
    #[serde(default)]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// How it is written.
    pub format: SheetFormat,
}

/// A file to be saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetFile {
    /// Its name: `orders-to-erp-shape.xlsx`.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes in Base64.
    pub base64: String,
}

/// An edited sheet.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SheetGiven {
    /// The flow.
    pub flow: FlowId,
    /// The node.
    pub node: NodeId,
    /// The file's bytes in Base64; a workbook or Markdown, told by its beginning.
    pub base64: String,
    /// Only the changes of these fields go into the edit, by their `target`; all without it.
    #[serde(default)]
    #[ts(optional)]
    pub accept: Option<Vec<String>>,
}

/// What a sheet would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetDiff {
    /// What would change, in the order of the sheet; those that are gone at the end.
    pub changes: Vec<RowChange>,
    /// How many rows stay as they are.
    pub same: u32,
    /// What cannot be taken; nothing of these rows is changed.
    pub refused: Vec<RefusedCell>,
    /// The change that does all of this, for `flows.edit`; none where nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub edit: Option<Edit>,
}

/// What happens to one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RowChange {
    /// It is new.
    Added {
        /// The field, with the lists around it: `positions[].sku`.
        target: String,
        /// The row, without rows inside it.
        row: MapRow,
    },
    /// It is taken out.
    Removed {
        /// The field.
        target: String,
        /// The row, without rows inside it.
        row: MapRow,
    },
    /// Some of its columns change.
    Changed {
        /// The field.
        target: String,
        /// The columns.
        columns: Vec<ColumnChange>,
    },
}

/// A cell that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ColumnChange {
    /// The column: `Rule`.
    pub column: String,
    /// What it was.
    pub before: String,
    /// What it is in the sheet.
    pub after: String,
}

/// A cell that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedCell {
    /// The cell: `D7`.
    pub cell: String,
    /// A sentence: why, and what to write.
    pub message: String,
}
