//! A flow made ready to run: its nodes built, its graph cut into stages. Made once, started many
//! times. Not how it is made: see `compile`.

use std::sync::Arc;

use crate::node::Behaviour;
use crate::rules::Rules;
use crate::tally::Places;

/// A flow ready to run.
pub(crate) struct Program {
    /// All nodes, those in bodies included, in an order in which items can pass them.
    pub(crate) nodes: Arc<Vec<Node>>,
    pub(crate) graph: Graph,
    pub(crate) places: Arc<Places>,
}

/// A node ready to run.
pub(crate) struct Node {
    pub(crate) rules: Arc<Rules>,
    pub(crate) behaviour: Behaviour,
    /// The number of its first output among all places.
    pub(crate) first_port: usize,
    /// How many outputs it has, the error port included.
    pub(crate) n_ports: usize,
    /// The graph inside it.
    pub(crate) body: Option<Graph>,
    pub(crate) is_source: bool,
    pub(crate) writes: bool,
}

/// Stages joined by channels: a flow's, or a scope's body.
pub(crate) struct Graph {
    pub(crate) stages: Vec<Arc<Stage>>,
    pub(crate) n_channels: usize,
    /// The nodes in it, those of inner bodies apart.
    pub(crate) nodes: Vec<usize>,
    /// The channels of a body's results, in the order of the nodes they come from.
    pub(crate) results: Vec<usize>,
}

/// What one task does: it takes items in, works on them at its head, and passes what comes out
/// through the pure nodes behind it, which need no channel.
pub(crate) struct Stage {
    /// Where items come from, in the order in which they are wanted.
    pub(crate) lanes: Vec<Lane>,
    pub(crate) head: Head,
    /// Where items go that are only taken in.
    pub(crate) entry: Vec<Target>,
    /// The head, if it is a node, and the pure nodes behind it.
    pub(crate) members: Vec<Member>,
    pub(crate) outlets: Vec<Outlet>,
}

impl Stage {
    /// Whether several wires enter the same input.
    pub(crate) fn shares_input(&self) -> bool {
        let mut before = self.lanes.iter().enumerate();
        before.any(|(at, lane)| self.lanes[..at].iter().any(|other| other.port == lane.port))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// Items go to `entry` as they come.
    Pass,
    /// The first member works on them.
    Node,
}

pub(crate) struct Lane {
    pub(crate) source: LaneSource,
    /// The input port that the wire enters.
    pub(crate) port: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LaneSource {
    Channel(usize),
    /// Items that this first node is given: the run's start items, or the scope's item.
    Given(usize),
}

pub(crate) struct Member {
    /// Its number in the program.
    pub(crate) node: usize,
    /// Where the items of each output go.
    pub(crate) routes: Vec<Vec<Target>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A pure node of the same stage.
    Member(usize),
    /// An outlet of the stage.
    Outlet(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outlet {
    /// To another stage.
    Channel(usize),
    /// Out of the flow, from this place.
    Result { port: usize },
}
