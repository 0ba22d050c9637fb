//! What is wrong with a flow, each with its place. Not errors: a broken flow opens all the same.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{NodeId, WireId};

/// Something that the author should know or mend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for this kind of mistake, such as `param.missing`.
    pub code: String,
    /// A sentence: what is wrong, and what to do.
    pub message: String,
    /// Where it is.
    pub at: At,
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow cannot run.
    Error,
    /// The flow runs, but likely not as meant.
    Warning,
    /// Good to know.
    Info,
}

/// A place in a flow; without a node it is the flow itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct At {
    /// The node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub node: Option<NodeId>,
    /// The key inside the node, as a JSON pointer: `/params/fields/0/from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key: Option<String>,
    /// The wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wire: Option<WireId>,
    /// First and last+1 character inside the text at `key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub span: Option<(u32, u32)>,
}
