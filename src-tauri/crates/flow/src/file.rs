//! The flow file, as it is shared and kept in git, and the layout file beside it. Not what a flow
//! means: see `graph` and `check`.

use std::fmt;
use std::num::NonZeroU32;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use ts_rs::TS;

use crate::id::{ConnectionId, FlowId, NodeId, TypeId, WireId};
pub use crate::read::{ReadError, read, read_layout};
use crate::run::ErrorClass;
pub use crate::write::{write, write_layout};

/// The version of the flow file that this program writes.
pub const VERSION: u32 = 1;

/// A flow as it stands in `<id>.flow.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct FlowFile {
    /// Where the JSON Schema of this file is.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The version of the file format.
    pub gantry: u32,
    /// The flow's id, also the file's name.
    pub id: FlowId,
    /// The flow's name, in the business's words.
    pub name: String,
    /// What the flow is for, in the business's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Values that every node can read as `$vars`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub vars: IndexMap<String, Var>,
    /// The only hosts that its calls may reach: `api.example.com`, `*.example.com` for all below,
    /// `http://erp.lan` where it may be without encryption. Any without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hosts: Option<Vec<String>>,
    /// What happens when it is started while it runs; its runs go side by side without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub runs: Option<RunPolicy>,
    /// What it takes and gives when another flow calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub contract: Option<Contract>,
    /// The nodes, those inside scopes apart.
    #[serde(default)]
    pub nodes: Vec<NodeSpec>,
    /// The wires between these nodes.
    #[serde(default)]
    pub wires: Vec<Wire>,
    /// The flow's own tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(type = "unknown[]")]
    pub tests: Vec<Json>,
    /// Keys that this program does not know; written back untouched.
    #[serde(flatten)]
    #[ts(skip)]
    pub rest: Map<String, Json>,
}

/// What happens when a flow is started while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct RunPolicy {
    /// What becomes of the new run.
    pub overlap: Overlap,
    /// How many runs may go at once before that matters; 1 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub at_once: Option<NonZeroU32>,
    /// The longest that a run may take, in milliseconds; it fails then. Waits count too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub timeout_ms: Option<u64>,
}

/// What becomes of a run that is started while others of its flow go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It goes side by side with them.
    #[default]
    Parallel,
    /// It waits for its turn.
    Queue,
    /// It is not begun.
    Skip,
    /// It takes the place of the oldest one, which is stopped.
    Replace,
}

/// What a flow takes and gives when another flow calls it, as JSON Schemas of one item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// What an item that it takes looks like; anything without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub input: Option<Json>,
    /// What an item that it gives looks like; anything without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub output: Option<Json>,
}

/// A value that every node of a flow can read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Var {
    /// The value; a text may be a template over `$env`.
    #[ts(type = "unknown")]
    pub value: Json,
    /// What the value is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// A node as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct NodeSpec {
    /// The node's id, unique in the flow.
    pub id: NodeId,
    /// The node's type, from the catalogue.
    #[serde(rename = "type")]
    pub kind: TypeId,
    /// The node's name on the canvas; its type's title without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub name: Option<String>,
    /// A note for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
    /// The account that the node's calls are made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub connection: Option<ConnectionId>,
    /// A disabled node passes its items on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub disabled: bool,
    /// What the node does, by its type's schema.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[ts(optional, type = "Record<string, unknown>")]
    pub params: Map<String, Json>,
    /// When and how often a step is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry: Option<Retry>,
    /// The longest that one try may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub timeout_ms: Option<u64>,
    /// What becomes of an item that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub on_error: Option<OnError>,
    /// How many items are worked on at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub concurrency: Option<NonZeroU32>,
    /// The graph inside a scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub body: Option<Body>,
    /// Keys that this program does not know; written back untouched.
    #[serde(flatten)]
    #[ts(skip)]
    pub rest: Map<String, Json>,
}

/// The graph inside a scope: nodes without a wire in get the scope's items, the items of nodes
/// without a wire out are the scope's results.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
pub struct Body {
    /// The nodes inside.
    #[serde(default)]
    pub nodes: Vec<NodeSpec>,
    /// The wires between them.
    #[serde(default)]
    pub wires: Vec<Wire>,
}

/// When a step that failed is tried again. Only what is safe to repeat ever is: calls that read,
/// calls that the system knows again by a key, and calls that are known to have done nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
pub struct Retry {
    /// How many tries in all, the first included.
    pub tries: NonZeroU32,
    /// The longest pause before the second try, in milliseconds; it grows with each further one.
    pub base_ms: u64,
    /// What each further pause is multiplied by; 1 keeps them alike.
    #[serde(skip_serializing_if = "is_doubling")]
    #[schemars(range(min = 1.0, max = 100.0))]
    #[ts(optional, as = "Option<f64>")]
    pub factor: f64,
    /// How pauses are drawn.
    #[serde(skip_serializing_if = "Jitter::is_full")]
    #[ts(optional, as = "Option<Jitter>")]
    pub jitter: Jitter,
    /// The longest pause of all, in milliseconds, at most an hour. A longer one that the system
    /// asks for is not waited for.
    pub max_ms: u64,
    /// The longest that all tries with their pauses may take, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub max_total_ms: Option<u64>,
    /// After which errors it is tried again; after those that may pass by themselves without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub on: Option<RetryOn>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: NonZeroU32::MIN,
            base_ms: 200,
            factor: 2.0,
            jitter: Jitter::Full,
            max_ms: 60_000,
            max_total_ms: None,
            on: None,
        }
    }
}

/// How the pauses between tries are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Jitter {
    /// Anywhere between nothing and the whole pause, so that flows do not come back all at once.
    #[default]
    Full,
    /// The whole pause.
    None,
}

impl Jitter {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// The errors after which a step is tried again: those with one of the statuses, and those of one
/// of the kinds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct RetryOn {
    /// Statuses of answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<u16>>")]
    pub statuses: Vec<u16>,
    /// Kinds of errors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<ErrorClass>>")]
    pub classes: Vec<ErrorClass>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
#[expect(clippy::float_cmp, reason = "only the very default is left out")]
fn is_doubling(factor: &f64) -> bool {
    *factor == 2.0
}

/// What becomes of an item whose step failed for good.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The run fails.
    #[default]
    Stop,
    /// The item is left out and counted.
    Skip,
    /// The item is kept aside, to be mended and tried again.
    Park,
    /// The item leaves by the `error` port, with what went wrong.
    Port,
    /// This value takes the place of the result.
    Substitute(#[ts(type = "unknown")] Json),
}

/// An arrow from a node's output to another node's input.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
pub struct Wire {
    /// The output it leaves.
    pub from: PortRef,
    /// The input it enters.
    pub to: PortRef,
    /// The place among the wires of one output or into one input; the file's order without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub order: Option<u32>,
}

/// A port in a wire: `node`, or `node.port` where it is not the node's first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRef {
    /// The node.
    pub node: NodeId,
    /// The port's name; the node's first port without it.
    pub port: Option<String>,
}

impl PortRef {
    /// Reads `node` or `node.port`.
    pub fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some((node, port)) => Self { node: node.into(), port: Some(port.to_owned()) },
            None => Self { node: text.into(), port: None },
        }
    }
}

impl fmt::Display for PortRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.port {
            Some(port) => write!(f, "{}.{port}", self.node),
            None => write!(f, "{}", self.node),
        }
    }
}

impl Serialize for PortRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PortRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}

impl JsonSchema for PortRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PortRef".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

impl TS for PortRef {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;
    fn name(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }
    fn inline(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }
}

impl Wire {
    /// The wire's id as written in the file: `from>to`, ports only where the file names them.
    pub fn id(&self) -> WireId {
        WireId::from(format!("{}>{}", self.from, self.to))
    }
}

/// Where things lie on the canvas: the file `<id>.layout.json`. It never changes what a flow does.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
pub struct Layout {
    /// Place of each node, by id.
    #[serde(default)]
    #[ts(as = "std::collections::HashMap<String, Place>")]
    pub nodes: IndexMap<NodeId, Place>,
}

/// Where one node lies, in canvas pixels, inside its scope where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
pub struct Place {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width, for what can be resized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub width: Option<f64>,
    /// Height, for what can be resized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub height: Option<f64>,
    /// Whether a scope is folded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub folded: bool,
}
