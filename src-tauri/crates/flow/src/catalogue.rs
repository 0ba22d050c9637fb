//! What there is to build flows from: every node type with its ports, its form and its docs. Not
//! how a node works: that is the engine's, which fills the catalogue.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

use crate::field::Field;
use crate::file::NodeSpec;
use crate::id::TypeId;

/// All node types, in the order of the palette.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    types: IndexMap<TypeId, NodeType>,
}

/// A node type: what is told of it, and how a node of it is looked at.
#[derive(Debug, Clone)]
pub struct NodeType {
    /// What is told of it.
    pub info: NodeInfo,
    /// Looks at one node without running it.
    pub inspect: fn(&NodeSpec) -> Inspection,
}

/// What looking at a node brings.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    /// What the node does, in words: `keeps total > 100`. Empty when the params are not complete.
    pub summary: String,
    /// The node's outputs, where they depend on the params; the type's without it.
    pub outputs: Option<Vec<Port>>,
    /// What is wrong with the params beyond what their form can tell.
    pub problems: Vec<Problem>,
    /// How items pass the node.
    pub passage: Passage,
}

/// How items pass a node: what a plan cuts its stages by. By default a node takes items in by
/// itself, wants the inputs in their order, and gives its results out by its first output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passage {
    /// Whether the node only computes, item by item, so that it can work right behind the node
    /// that feeds it.
    pub in_place: bool,
    /// The inputs whose items are wanted before those of the others, in this order.
    pub first_inputs: &'static [&'static str],
    /// Whether all outputs, not only the first, give results where no wire leads on.
    pub all_outputs: bool,
    /// What the node is to the scope that it stands in.
    pub role: Role,
    /// How the graph inside the node is taken, where the node is a scope.
    pub inside: Inside,
}

/// What a node is to the scope that it stands in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// A node like any.
    #[default]
    Plain,
    /// It begins what is done about an error.
    Catch,
    /// It begins what is done in any case.
    Finally,
    /// It ends a turn of the scope around it that repeats, or all of its turns.
    Leave,
}

/// How the graph inside a scope is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Inside {
    /// As a whole.
    #[default]
    Whole,
    /// As a whole, though it may be empty.
    Optional,
    /// As a whole, again and again: it can be left.
    Turns,
    /// Nodes that wires join are a branch.
    Branches,
    /// What is tried, and what is done about its errors.
    Guarded,
}

impl Passage {
    /// The node only computes, item by item.
    pub const IN_PLACE: Self = Self {
        in_place: true,
        first_inputs: &[],
        all_outputs: false,
        role: Role::Plain,
        inside: Inside::Whole,
    };
}

/// What is wrong with one param.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The key inside the node, as a JSON pointer: `/params/url`.
    pub key: String,
    /// A sentence: what is wrong, and what to do.
    pub message: String,
}

impl Catalogue {
    /// Makes a catalogue of these types.
    pub fn new(types: impl IntoIterator<Item = NodeType>) -> Self {
        Self { types: types.into_iter().map(|t| (t.info.kind.clone(), t)).collect() }
    }

    /// The type of that name.
    pub fn get(&self, kind: &TypeId) -> Option<&NodeType> {
        self.types.get(kind)
    }

    /// All types, in the order of the palette.
    pub fn iter(&self) -> impl Iterator<Item = &NodeType> {
        self.types.values()
    }
}

/// What is told of a node type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NodeInfo {
    /// The type's name in the flow file.
    #[serde(rename = "type")]
    pub kind: TypeId,
    /// The title in the palette.
    pub title: String,
    /// One line below the title.
    pub about: String,
    /// Help in Markdown.
    pub docs: String,
    /// Where it stands in the palette, and its colour.
    pub family: Family,
    /// The name of its icon in the lucide set.
    pub icon: String,
    /// Other words that it is found by.
    pub keywords: Vec<String>,
    /// How it consumes items.
    pub consumes: Consumes,
    /// What can be wired into it.
    pub inputs: Vec<Port>,
    /// What can be wired out of it; a node's own may differ (see `NodeFacts`).
    pub outputs: Vec<Port>,
    /// The form of its params.
    pub fields: Vec<Field>,
    /// Whether it changes something outside the flow.
    pub writes: bool,
    /// Examples, each of which is a test too.
    pub examples: Vec<Example>,
}

/// Where a node type stands in the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Starts a run.
    Trigger,
    /// Talks to a system.
    System,
    /// Changes items.
    Data,
    /// Decides where items go.
    Control,
    /// Reads and writes files.
    File,
}

/// How a node type consumes items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Consumes {
    /// Makes items from nothing but the trigger's.
    Source,
    /// One item after the other, or some at once.
    Each,
    /// So many items in one call.
    Batch,
    /// All items before the first result.
    Gather,
    /// Runs the graph inside it.
    Scope,
}

/// Where a wire can be joined to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Port {
    /// The name in the flow file.
    pub name: String,
    /// What passes: any item, or an error with its item.
    pub carries: Carries,
    /// A few words for the tooltip.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Whether several wires may be joined to it.
    #[serde(default)]
    pub many: bool,
}

/// What passes through a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// Items.
    Items,
    /// Items that failed, each with what went wrong.
    Errors,
    /// A webhook's call, to be answered.
    Call,
}

/// An example: with these params, these items come out of those.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// The params.
    #[ts(type = "Record<string, unknown>")]
    pub params: Json,
    /// The items that go in, by the first input.
    #[ts(type = "unknown[]")]
    pub input: Vec<Json>,
    /// The items that go in by other inputs, by the input's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "Record<string, unknown[]>")]
    pub other_inputs: Option<IndexMap<String, Vec<Json>>>,
    /// The items that come out of the first port; none where it needs a server or a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown[]")]
    pub output: Option<Vec<Json>>,
    /// What stands inside the node, where it is a scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub body: Option<Json>,
    /// The scope that the node stands in, where it needs one: a whole node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub around: Option<Json>,
}
