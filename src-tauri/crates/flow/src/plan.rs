//! What the engine runs of a flow: which nodes, which of them begin, and the stages that their
//! items pass. Pure: made from what `check` found, by looking only. Not the running.

use std::sync::Arc;

use crate::catalogue::Role;
use crate::check::Checked;
use crate::diagnostic::{At, Diagnostic, Severity};
use crate::file::PortRef;
use crate::graph::Graph;
use crate::id::NodeId;

mod parts;
mod stages;
#[cfg(test)]
mod tests;

/// How far a run goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Target {
    /// The whole flow.
    #[default]
    All,
    /// This node alone, with what stands inside it, on items that are given.
    Only(NodeId),
    /// Up to this node, it included.
    UpTo(NodeId),
    /// This node and all that follow it, on items that are given to it. Inside a scope that is the
    /// rest of the body, then what follows the scope.
    From(NodeId),
}

/// Which part of a flow is to be run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Selection {
    /// The trigger that fires; without it the first `trigger.manual`, or else the first trigger.
    pub start: Option<NodeId>,
    /// How far the run goes.
    pub target: Target,
    /// A node whose items are results although wires lead on from it.
    pub outputs_of: Option<NodeId>,
    /// Nodes that are not run: what they gave out in an earlier run is given to those behind them.
    pub kept: Vec<NodeId>,
}

/// What is run of a flow, or inside a scope. Nodes are named by their place in the graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The nodes, each after all that it needs; beyond that in the order of the file. Those inside
    /// scopes stand in the plans of their stages.
    pub nodes: Vec<usize>,
    /// The nodes that begin, and what they are given.
    pub starts: Vec<Start>,
    /// All nodes in stages, in an order in which each stage comes after all that it needs.
    pub stages: Vec<Arc<Stage>>,
    /// How many channels join the stages, those of a body's results included.
    pub n_channels: usize,
    /// The channels of a body's results, in the order of the nodes they come from.
    pub results: Vec<usize>,
}

/// A node that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The node.
    pub node: usize,
    /// What it is given.
    pub given: Given,
}

/// What a node that begins is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The run's input, or the scope's item.
    Input,
    /// One empty item, so that it runs once.
    Empty,
}

/// What one task does: it takes items in, works on them at its first node, and passes what comes
/// out through the nodes behind it, which work in place and need no channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stage {
    /// Where items come from, in the order in which they are wanted.
    pub lanes: Vec<Lane>,
    /// The first node, and those that work in place behind it.
    pub members: Vec<Member>,
    /// Where items leave the stage.
    pub outlets: Vec<Outlet>,
    /// What is run inside the first node, where that is a scope: the parts of its body, in the
    /// order of the file; one where the scope takes its body as a whole.
    pub body: Vec<Part>,
}

/// A part of a scope's body that is run by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The node that it is known by: its first one.
    pub first: usize,
    /// What it is run for.
    pub role: Role,
    /// What is run.
    pub plan: Plan,
}

/// Where a stage takes items from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Where they come from.
    pub source: LaneSource,
    /// The name of the input that they enter.
    pub port: String,
}

/// Where the items of a lane come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneSource {
    /// Another stage.
    Channel(usize),
    /// Outside: what this first node is given.
    Given(usize),
    /// Outside: what left a node that is not run by this output, in an earlier run.
    Kept {
        /// The node.
        node: usize,
        /// The output, by its place in the node's outputs.
        port: usize,
    },
}

/// A node in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The node.
    pub node: usize,
    /// Where the items of each of its outputs go.
    pub routes: Vec<Vec<Route>>,
}

/// Where items go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// To another member of the same stage.
    Member(usize),
    /// Out of the stage, by this outlet.
    Outlet(usize),
}

/// Where the items of an outlet go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlet {
    /// To another stage, or out of a body.
    Channel(usize),
    /// Out of the flow, from this output of this node.
    Result {
        /// The node.
        node: usize,
        /// The output, by its place in the node's outputs.
        port: usize,
    },
}

impl Plan {
    /// All nodes, those inside scopes included, each scope before what stands inside it.
    pub fn all_nodes(&self) -> Vec<usize> {
        let bodies = self.stages.iter().filter_map(|stage| Some((stage.head()?, &stage.body)));
        let bodies: std::collections::HashMap<usize, &Vec<Part>> = bodies.collect();
        let inside = |node: &usize| bodies.get(node).copied().into_iter().flatten();
        let with_inside = |node: &usize| {
            let inside = inside(node).flat_map(|part| part.plan.all_nodes());
            std::iter::once(*node).chain(inside).collect::<Vec<_>>()
        };
        self.nodes.iter().flat_map(with_inside).collect()
    }
}

impl Stage {
    /// The node that takes the stage's items in.
    pub fn head(&self) -> Option<usize> {
        self.members.first().map(|member| member.node)
    }

    /// Whether several wires enter the same input.
    pub fn shares_input(&self) -> bool {
        let mut before = self.lanes.iter().enumerate();
        before.any(|(at, lane)| self.lanes[..at].iter().any(|other| other.port == lane.port))
    }
}

/// Plans a run.
///
/// # Errors
/// What keeps this part of the flow from running: what is wrong with it, or that a node that was
/// asked for is not there.
pub fn plan(checked: &Checked, selection: &Selection) -> Result<Plan, Vec<Diagnostic>> {
    let graph = &checked.graph;
    let find = |id: &NodeId| graph.find(id).ok_or_else(|| vec![no_node(id)]);
    let trigger = selection.start.as_ref().map(find).transpose()?;
    let tapped = selection.outputs_of.as_ref().map(find).transpose()?;
    let kept = selection.kept.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    let opened;
    let mut cut_graph = graph;
    let (mut nodes, mut starts) = match &selection.target {
        Target::Only(id) => {
            let node = find(id)?;
            (vec![node], vec![Start { node, given: Given::Input }])
        }
        Target::From(id) => {
            let node = find(id)?;
            if graph.nodes()[node].scope.is_some() {
                opened = laid_open(graph, node);
                cut_graph = &opened;
            }
            behind(cut_graph, node)
        }
        Target::All => reached(graph, trigger, None),
        Target::UpTo(id) => reached(graph, trigger, Some(find(id)?)),
    };
    nodes.retain(|node| !kept.contains(node));
    starts.retain(|start| !kept.contains(&start.node));
    let is_in_way = |found: &&Diagnostic| {
        found.severity == Severity::Error && concerns(found, graph, &nodes, &selection.target)
    };
    let errors: Vec<Diagnostic> = checked.diagnostics.iter().filter(is_in_way).cloned().collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(stages::of_flow(cut_graph, nodes, starts, tapped, kept))
}

/// A node and all that wires lead to from it.
fn behind(graph: &Graph, first: usize) -> (Vec<usize>, Vec<Start>) {
    let reached = graph.reached_from([first]);
    let scope = graph.nodes()[first].scope;
    let nodes = graph.sorted(scope).into_iter().filter(|node| reached[*node]).collect();
    (nodes, vec![Start { node: first, given: Given::Input }])
}

/// The graph with all scopes around a node laid open.
fn laid_open(graph: &Graph, node: usize) -> Graph {
    let mut open = graph.clone();
    while let Some(scope) = open.nodes()[node].scope {
        open = open.opened(scope);
    }
    open
}

fn no_node(id: &NodeId) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: "name.unknown_node".to_owned(),
        message: format!("There is no node \"{id}\" in this flow. Choose one that is there."),
        at: At { node: Some(id.clone()), ..At::default() },
    }
}

/// Whether what was found stands in the way of a run of these nodes.
fn concerns(found: &Diagnostic, graph: &Graph, nodes: &[usize], target: &Target) -> bool {
    let is_within = |at: usize| graph.around(at).any(|around| nodes.contains(&around));
    if *target == Target::All {
        return true;
    }
    if let Some(id) = &found.at.node {
        return graph.find(id).is_some_and(is_within);
    }
    // A wire concerns what it stands in, not the node that it leaves.
    let ends = found.at.wire.as_ref().and_then(|wire| wire.as_str().split_once('>'));
    let from = ends.and_then(|(from, _)| graph.find(&PortRef::parse(from).node));
    match from.and_then(|from| graph.nodes()[from].scope) {
        Some(scope) => is_within(scope),
        None => matches!(target, Target::UpTo(_) | Target::From(_)),
    }
}

/// The nodes that items can reach, and those that begin.
///
/// The trigger begins, and so do sources without a wire in. In a flow without a trigger all nodes
/// without a wire in begin, with the run's input.
fn reached(
    graph: &Graph,
    trigger: Option<usize>,
    up_to: Option<usize>,
) -> (Vec<usize>, Vec<Start>) {
    let sorted = graph.sorted(None);
    let trigger = trigger.or_else(|| first_trigger(graph, &sorted));
    let given = |node: usize| match trigger {
        Some(trigger) if node == trigger => Some(Given::Input),
        Some(_) => graph.nodes()[node].is_source().then_some(Given::Empty),
        None => Some(Given::Input),
    };
    let begin = sorted.iter().filter(|node| graph.nodes()[**node].wires_in.is_empty());
    let starts: Vec<Start> =
        begin.filter_map(|node| Some(Start { node: *node, given: given(*node)? })).collect();
    let reached = graph.reached_from(starts.iter().map(|start| start.node));
    let is_on_way = |node: usize| up_to.is_none_or(|end| graph.is_reached(node, end));
    let nodes: Vec<usize> =
        sorted.into_iter().filter(|node| reached[*node] && is_on_way(*node)).collect();
    let starts = starts.into_iter().filter(|start| nodes.contains(&start.node)).collect();
    (nodes, starts)
}

fn first_trigger(graph: &Graph, sorted: &[usize]) -> Option<usize> {
    let triggers = || sorted.iter().copied().filter(|node| graph.nodes()[*node].is_trigger());
    let is_manual = |node: &usize| graph.nodes()[*node].spec.kind.as_str() == "trigger.manual";
    triggers().find(is_manual).or_else(|| triggers().next())
}
