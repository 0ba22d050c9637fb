//! A flow made ready to run: its nodes built, and the plan of the part that is run. Made once,
//! started many times. Not how nodes are built: see `build`; nor what is planned: see `flow::plan`.

use std::sync::Arc;

use flow::plan::Plan;

use crate::node::Behaviour;
use crate::rules::Rules;
use crate::tally::Places;

/// A part of a flow ready to run.
pub(crate) struct Program {
    /// All nodes of the flow, those inside scopes included, by their place in its graph.
    pub(crate) nodes: Arc<Vec<Node>>,
    pub(crate) plan: Plan,
    pub(crate) places: Arc<Places>,
}

/// A node ready to run.
pub(crate) struct Node {
    /// What the user calls it; its id where it has no name.
    pub(crate) name: String,
    pub(crate) rules: Arc<Rules>,
    pub(crate) behaviour: Behaviour,
    /// The number of its first output among all places.
    pub(crate) first_port: usize,
    /// How many outputs it has, the error port included.
    pub(crate) n_ports: usize,
    pub(crate) is_source: bool,
    pub(crate) writes: bool,
}
