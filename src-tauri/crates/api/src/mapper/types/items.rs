//! What the preview and the way back of a value take and give.

use data::Value;
use engine::map::FieldType;
use flow::id::{FlowId, NodeId, RunId};
use mapping::rule::Rule;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::MapRow;
use crate::types::PreviewError;

/// Whose preview is wanted.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PreviewAsk {
    /// The flow.
    pub flow: FlowId,
    /// The node.
    pub node: NodeId,
    /// The run whose items are taken.
    #[serde(default)]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// The rows as they are being edited; those in the flow without it.
    #[serde(default)]
    #[ts(optional)]
    pub rows: Option<Vec<MapRow>>,
    /// Whether the item's other fields are kept; as in the flow without it.
    #[serde(default)]
    #[ts(optional)]
    pub keep: Option<bool>,
    /// At most so many items; 50 without it, and never more than 200.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// What the mapping makes of the items of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct MapPreview {
    /// The run; none before the first run, and then there are no items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// The items, in their order.
    pub items: Vec<PreviewItem>,
    /// How many of them go through.
    pub fine: u32,
    /// How many of them are rejected.
    pub failing: u32,
    /// Which of `items` are rejected, by their place.
    pub failing_items: Vec<u32>,
    /// What happened at each row, taken together; rows at which nothing happened are left out.
    pub rows: Vec<RowTotals>,
    /// What is wrong with the rows themselves. With one of these the flow does not run; the items
    /// show what the other rows make.
    pub problems: Vec<RowProblem>,
}

/// What is wrong with a row, whatever the item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RowProblem {
    /// The place in the node: `/params/fields/0/from`, `/params/fields/0/to`.
    pub key: String,
    /// What is wrong; with a span where it is the text of the expression.
    pub error: PreviewError,
}

/// One item of the preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewItem {
    /// The item, by lineage.
    pub item: String,
    /// What enters the node.
    #[ts(type = "unknown")]
    pub input: Value,
    /// What leaves it; none where the item is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub output: Option<Value>,
    /// What went wrong.
    pub troubles: Vec<FieldIssue>,
    /// Values that were turned into another type.
    pub coercions: Vec<CoercionView>,
}

/// What went wrong with one field of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldIssue {
    /// The row: `/params/fields/0`; empty where it is the item as a whole.
    pub key: String,
    /// Which entries of the lists around it, outermost first, counted from 0.
    pub entries: Vec<u32>,
    /// What went wrong; with a span where it is the expression. Gantry's own codes here: `type` a
    /// value that cannot be turned into the type, `missing` no value, `item` the item as a whole.
    pub error: PreviewError,
}

/// A value that was turned into another type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CoercionView {
    /// The row.
    pub key: String,
    /// Which entries of the lists around it.
    pub entries: Vec<u32>,
    /// The value as it came.
    #[ts(type = "unknown")]
    pub before: Value,
    /// What became of it.
    #[ts(type = "unknown")]
    pub after: Value,
    /// What was lost, or taken for granted: `leading zeros are dropped`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub loss: Option<String>,
}

/// What happened at a row, over all items of a preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RowTotals {
    /// The row.
    pub key: String,
    /// How many values went wrong.
    pub errors: u32,
    /// How often the expression gave nothing.
    pub missing: u32,
    /// What values were turned into, each kind of change once.
    pub coercions: Vec<CoercionChip>,
}

/// One kind of change of type at a row: a chip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CoercionChip {
    /// The kind of the values as they came: `text`.
    pub from: String,
    /// The type that they were turned into.
    pub to: FieldType,
    /// The type in words: `whole number`.
    pub to_name: String,
    /// How many values.
    pub count: u32,
    /// How many of them lost something.
    pub lossy: u32,
    /// How many could not be turned into it.
    pub refused: u32,
    /// What was lost, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub loss: Option<String>,
    /// One value; one that lost something, or was refused, where there is one.
    #[ts(type = "unknown")]
    pub before: Value,
    /// What became of it; none where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub after: Option<Value>,
}

/// A value of which it is asked where it came from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ExplainAsk {
    /// The flow.
    pub flow: FlowId,
    /// The node.
    pub node: NodeId,
    /// The run; without it the last one that brought items this far.
    #[serde(default)]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// The item, by lineage.
    pub item: String,
    /// Where the value stands in the item that left the node: `positions[0].amount`.
    pub to: String,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Explained {
    /// The row that made it: `/params/fields/2/fields/0`; none where the field was kept as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key: Option<String>,
    /// What it was made from, as JSONata; empty where the field was kept as it was.
    pub from: String,
    /// The same as pills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rule: Option<Rule>,
    /// The source fields that the expression reads.
    pub sources: Vec<ExplainedSource>,
}

/// A source field behind a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExplainedSource {
    /// The field, by its path in the source trees.
    pub path: String,
    /// The nodes that gave it out: the one that `$node` names, or those that feed the mapping. Ask
    /// them further where they are mappings. Empty for the flow's variables and the like.
    pub nodes: Vec<NodeId>,
    /// The values that were read there for this item, with their places.
    pub reads: Vec<SourceRead>,
}

/// A value that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SourceRead {
    /// Its place: `lines[0].price`.
    pub path: String,
    /// The value.
    #[ts(type = "unknown")]
    pub value: Value,
}
