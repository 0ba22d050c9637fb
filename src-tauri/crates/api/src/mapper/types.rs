//! What the mapper's commands take and give. Not what they do.

mod items;
mod sheets;

use data::Value;
use engine::map::{FieldType, Missing};
use flow::id::{FlowId, NodeId, RunId};
use mapping::rule::{MenuEntry, Rule};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

pub use self::items::*;
pub use self::sheets::*;
use crate::types::{PreviewError, RunSummary};

/// A mapping node, and whose items it is looked at with.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OfNode {
    /// The flow.
    pub flow: FlowId,
    /// The node, a `data.map`.
    pub node: NodeId,
    /// The run whose items are taken; without it the last one that brought items this far.
    #[serde(default)]
    #[ts(optional)]
    pub run: Option<RunId>,
}

/// The mapper of one node, opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MapperView {
    /// The node's name, or its type's title.
    pub title: String,
    /// The run that the samples are of; none before the first run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<RunSummary>,
    /// Where the fields come from: the item, earlier nodes, the flow's variables; the item first.
    pub sources: Vec<SourceTree>,
    /// The rows of the mapping, as they stand in the flow.
    pub rows: Vec<RowView>,
    /// Whether the item's other fields are kept.
    pub keep: bool,
    /// Fields that later nodes read, whether a row makes them or not.
    pub targets: Vec<TargetField>,
    /// Which nodes read them, in words: `Write orders`.
    pub targets_of: Vec<String>,
}

/// Fields of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SourceTree {
    /// What it is.
    pub kind: SourceKind,
    /// What the user reads: the node's title, `Variables`.
    pub title: String,
    /// How expressions reach it: empty for the item, `$node("orders")`, `$vars`.
    pub path: String,
    /// The type of the node, for its icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub node_type: Option<String>,
    /// Where its fields are known from.
    pub known: KnownFrom,
    /// How many samples were looked at.
    pub count: u64,
    /// Why its fields have no value for the items here, where they have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub out_of_reach: Option<String>,
    /// Its fields; what stands in lists below the list.
    pub fields: Vec<SourceField>,
}

/// What a source tree is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SourceKind {
    /// The item that enters the node.
    Item,
    /// What the item was when it left an earlier node.
    Node {
        /// The node.
        node: NodeId,
    },
    /// The flow's variables.
    Vars,
}

/// Where fields are known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KnownFrom {
    /// The items of a run.
    Run,
    /// What the flow says: the rows of a table, the fields of a mapping.
    Flow,
    /// Nothing is known yet: run the flow.
    Nothing,
}

/// One field of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SourceField {
    /// Its name; empty for an item that is no object, whose path is `$`.
    pub name: String,
    /// The expression that reaches it from the item: `customer.name`, `lines.sku`,
    /// `$node("orders").total`. Unique in the view: lines are drawn by it.
    pub path: String,
    /// The lists that it stands in, outermost first, each by its path: `["lines"]`.
    pub lists: Vec<String>,
    /// What its values are.
    pub kind: ValueKind,
    /// What the entries are, of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub entries: Option<ValueKind>,
    /// The format that all its texts have: `email`, `date`, `date-time`, `uuid`, `uri`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub format: Option<String>,
    /// In which share of the objects around it there is a value other than null, 0 to 1; none where
    /// nothing was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fill: Option<f64>,
    /// Whether some objects do not have it.
    pub optional: bool,
    /// Whether it was null somewhere.
    pub nullable: bool,
    /// Up to three different values, of a list those of its entries; none for objects.
    #[ts(type = "unknown[]")]
    pub examples: Vec<Value>,
    /// What stands in it, or in its entries.
    pub fields: Vec<SourceField>,
}

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Texts.
    Text,
    /// Numbers, some with a fraction.
    Number,
    /// Whole numbers.
    Integer,
    /// True and false.
    Boolean,
    /// Texts that are days.
    Date,
    /// Texts that are moments.
    DateTime,
    /// Lists.
    List,
    /// Objects.
    Object,
    /// Nothing but null.
    Null,
    /// Several kinds.
    Mixed,
    /// Not known.
    Unknown,
}

/// A row as it stands in the flow's file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct MapRow {
    /// The name of the field.
    pub to: String,
    /// What it is made from, as JSONata; empty while nothing is mapped.
    #[serde(default)]
    pub from: String,
    /// What it is turned into.
    #[serde(default, rename = "type", skip_serializing_if = "is_default")]
    #[ts(optional, as = "Option<FieldType>")]
    pub kind: FieldType,
    /// What is done where there is no value.
    #[serde(default, skip_serializing_if = "is_default")]
    #[ts(optional, as = "Option<Missing>")]
    pub missing: Missing,
    /// The default value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub default: Option<Json>,
    /// What readers of the mapping should know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
    /// The fields of each entry, where it stands for each entry of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fields: Option<Vec<MapRow>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A row, and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RowView {
    /// Where it stands in the node: `/params/fields/0`, `/params/fields/2/fields/1`.
    pub key: String,
    /// The name of the field.
    pub to: String,
    /// What it is made from, as JSONata.
    pub from: String,
    /// What it is turned into.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What is done where there is no value.
    pub missing: Missing,
    /// The default value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub default: Option<Json>,
    /// What readers of the mapping should know.
    pub note: String,
    /// What is made of the text.
    pub reading: Reading,
    /// The rows of each entry, where it stands for each entry of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rows: Option<Vec<RowView>>,
}

/// What an expression's text says.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct Reading {
    /// It as pills; none where it is more than pills can show, empty, or broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rule: Option<Rule>,
    /// The source fields that it reads, by their paths in the source trees.
    pub sources: Vec<String>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fault: Option<PreviewError>,
}

/// A field that later nodes read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TargetField {
    /// Its name, as a row names it: `customer.name`.
    pub to: String,
    /// What it should be, where that is known.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Who reads it, in words.
    pub note: String,
    /// Its fields, where it is a list of objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fields: Option<Vec<TargetField>>,
}

/// The menus of the mapper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MapperMenu {
    /// The functions of rules.
    pub functions: Vec<MenuEntry>,
    /// The types that a field can have.
    pub types: Vec<TypeChoice>,
    /// What can be done where there is no value.
    pub policies: Vec<PolicyChoice>,
    /// The local tables that values can be looked up in: the argument of `code_list` may be the
    /// path `$tables.name` instead of a fixed object.
    pub tables: Vec<TableChoice>,
}

/// A local table in the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TableChoice {
    /// Its name.
    pub name: String,
    /// The path to it in a rule: `$tables.countries`.
    pub path: String,
}

/// A type in the menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TypeChoice {
    /// The type.
    pub value: FieldType,
    /// What the user reads.
    pub label: String,
    /// What it means.
    pub help: String,
}

/// A policy in the menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PolicyChoice {
    /// The policy.
    pub value: Missing,
    /// What the user reads.
    pub label: String,
    /// What it means.
    pub help: String,
}

/// An expression to be read.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReadText {
    /// The expression.
    pub text: String,
    /// What the rows around it stand for, outermost first: the `from` of each.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub within: Vec<String>,
}

/// A rule to be written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WriteRule {
    /// The rule.
    pub rule: Rule,
    /// What the rows around it stand for, outermost first: the `from` of each.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub within: Vec<String>,
}

/// A rule as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleText {
    /// The expression.
    pub text: String,
    /// What it says, read back.
    pub reading: Reading,
}

/// A source field to be reached from a row.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Reach {
    /// The field's path in the source tree.
    pub path: String,
    /// The lists that it stands in, as the source tree has them.
    pub lists: Vec<String>,
    /// What the rows around the target stand for, outermost first: the `from` of each.
    pub within: Vec<String>,
}

/// How a source field is reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Reached {
    /// The expression.
    pub text: String,
    /// Whether it gives several values, for it stands in a list that no row around it goes through.
    pub several: bool,
}

/// For which fields suggestions are wanted.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SuggestAsk {
    /// The flow.
    pub flow: FlowId,
    /// The node.
    pub node: NodeId,
    /// The run whose samples are looked at.
    #[serde(default)]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// The fields; without it, those of the rows and the targets that are not mapped yet.
    #[serde(default)]
    #[ts(optional)]
    pub targets: Option<Vec<MapRow>>,
}

/// What a target field could be made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Suggestion {
    /// The target field, as the ask named it. Of a field inside a list, the list's name and its
    /// own: `["positions", "sku"]`.
    pub to: Vec<String>,
    /// The best source that no better target took.
    pub best: SuggestedSource,
    /// Further sources, the best first.
    pub others: Vec<SuggestedSource>,
}

/// A source field that fits a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SuggestedSource {
    /// The expression for the row's `from`; inside a list it begins at the entry.
    pub from: String,
    /// The source field, by its path in the source trees.
    pub source: String,
    /// How well it fits, 0 to 1.
    pub score: f64,
    /// Why, in words: `qty is quantity; both are numbers`.
    pub reason: String,
    /// Whether the row is for each entry of a list.
    pub for_each: bool,
}
