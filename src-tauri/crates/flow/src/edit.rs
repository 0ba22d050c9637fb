//! Changes to a flow, each with an exact way back. Not where they are kept: see the store.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

use crate::file::{NodeSpec, Place, Wire};
use crate::id::NodeId;

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
