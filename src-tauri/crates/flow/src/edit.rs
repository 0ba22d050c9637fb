//! Changes to a flow, each with an exact way back. Not where they are kept: see the store.

mod apply;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

use crate::file::{NodeSpec, Place, Wire};
use crate::id::NodeId;
pub use apply::apply;

/// One change. What it gives back on being applied undoes it exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Edit {
    /// Puts nodes and wires in. Indexes count in the list as it is when its turn comes; the end
    /// without one.
    Add {
        /// The nodes.
        #[serde(default)]
        nodes: Vec<NewNode>,
        /// The wires.
        #[serde(default)]
        wires: Vec<NewWire>,
    },
    /// Takes nodes out, with every wire that touches them, and wires.
    Remove {
        /// The nodes.
        #[serde(default)]
        nodes: Vec<NodeId>,
        /// The wires.
        #[serde(default)]
        wires: Vec<Wire>,
    },
    /// Sets one value inside a node, or takes it away.
    SetNode {
        /// The node.
        node: NodeId,
        /// JSON pointer inside the node: `/name`, `/params/url`, `/retry/tries`. Objects on the way
        /// are made.
        key: String,
        /// The new value; none takes the key away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "unknown")]
        value: Option<Json>,
    },
    /// Gives a node another id, in its wires and its layout too.
    RenameNode {
        /// The id it has.
        from: NodeId,
        /// The id it gets.
        to: NodeId,
    },
    /// Sets one value of the flow itself: `/name`, `/about`, `/vars/shop`.
    SetFlow {
        /// JSON pointer inside the flow.
        key: String,
        /// The new value; none takes the key away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "unknown")]
        value: Option<Json>,
    },
    /// Moves, sizes or folds nodes. Changes nothing of what the flow does.
    Place {
        /// The new places; none forgets the node's place.
        places: Vec<(NodeId, Option<Place>)>,
    },
    /// Several changes as one, in order.
    All {
        /// The changes.
        edits: Vec<Edit>,
    },
}

/// A node to put in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NewNode {
    /// The node.
    pub node: NodeSpec,
    /// The scope it goes into; the flow itself without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub scope: Option<NodeId>,
    /// Where in the list of nodes; the end without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub index: Option<usize>,
    /// Where on the canvas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub place: Option<Place>,
}

/// A wire to put in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NewWire {
    /// The wire.
    pub wire: Wire,
    /// The scope it goes into; the flow itself without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub scope: Option<NodeId>,
    /// Where in the list of wires; the end without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub index: Option<usize>,
}

/// Why a change cannot be made. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The node to change is not there.
    #[error("there is no node \"{0}\"; it may have been deleted meanwhile")]
    NoNode(NodeId),
    /// The wire to take out is not there.
    #[error("there is no wire {0}; it may have been deleted meanwhile")]
    NoWire(String),
    /// A node with this id is there already.
    #[error("there is a node \"{0}\" already; choose another id")]
    Taken(NodeId),
    /// The text cannot be a node's id.
    #[error("\"{0}\" cannot be a node's id; use letters, digits, hyphens and underscores")]
    BadId(NodeId),
    /// The index is beyond the end of the list.
    #[error("there is no place {index} in a list of {len}")]
    BadIndex {
        /// The index.
        index: usize,
        /// How long the list is.
        len: usize,
    },
    /// The key cannot be set.
    #[error("\"{key}\" cannot be set: {why}")]
    BadKey {
        /// The key, as a JSON pointer.
        key: String,
        /// Why not.
        why: String,
    },
    /// The value cannot stand there.
    #[error("{value} cannot stand at {key}: {why}")]
    BadValue {
        /// The key, as a JSON pointer.
        key: String,
        /// The value, as JSON.
        value: String,
        /// Why not.
        why: String,
    },
}
