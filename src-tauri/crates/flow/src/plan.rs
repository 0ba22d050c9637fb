//! What the engine runs: the nodes in an order in which each comes after all that it needs, wires
//! with both ends resolved, chains of nodes that can pass items on without waiting. Not the running.

use crate::catalogue::{Consumes, Port};
use crate::check::Checked;
use crate::diagnostic::{At, Diagnostic, Severity};
use crate::file::NodeSpec;
use crate::graph::{self, Graph};
use crate::id::{NodeId, WireId};

/// What of a flow is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All of it.
    Whole,
    /// One node alone, with what stands inside it, on items that are given.
    Node(NodeId),
}

/// What is run of a flow, or inside a scope.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The nodes, each after all that wires lead from to it; beyond that in the order of the file.
    pub nodes: Vec<PlanNode>,
    /// The wires between them, in the order of the file.
    pub wires: Vec<PlanWire>,
    /// All nodes in chains, in an order in which each chain comes after all that it needs.
    pub stages: Vec<Stage>,
}

/// A node to be run.
#[derive(Debug, Clone)]
pub struct PlanNode {
    /// The node as it stands in the file, without its body.
    pub spec: NodeSpec,
    /// What the user calls it.
    pub title: String,
    /// How it consumes items.
    pub consumes: Consumes,
    /// What can be wired into it.
    pub inputs: Vec<Port>,
    /// What can be wired out of it, the error port included where it has one.
    pub outputs: Vec<Port>,
    /// The wires into it, by their place in the plan, in the order in which their items are wanted.
    pub wires_in: Vec<usize>,
    /// The wires out of it, by their place in the plan, in the order of the wires.
    pub wires_out: Vec<usize>,
    /// Whether a later node asks for its items with `$node`.
    pub retain: bool,
    /// What is run inside it, where it is a scope.
    pub body: Option<Plan>,
}

/// A wire to pass items along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanWire {
    /// The wire's id, as written in the file.
    pub id: WireId,
    /// The node that it leaves, by its place in the plan.
    pub from: usize,
    /// The output that it leaves, by its place in the node's outputs.
    pub from_port: usize,
    /// The node that it enters, by its place in the plan.
    pub to: usize,
    /// The input that it enters, by its place in the node's inputs.
    pub to_port: usize,
}

/// A chain of nodes through which a chunk of items passes without waiting for others: cut before and
/// behind nodes that are not per item, where wires part and where they meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The nodes, by their place in the plan, in the order in which items pass them.
    pub nodes: Vec<usize>,
}

impl Plan {
    /// The place of a node in this plan, bodies left aside.
    pub fn find(&self, id: &NodeId) -> Option<usize> {
        self.nodes.iter().position(|node| node.spec.id == *id)
    }

    /// The nodes that no wire leads into: they get the run's, or the scope's, items.
    pub fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|node| self.nodes[*node].wires_in.is_empty())
    }

    /// The nodes that no wire leads out of: their items are the run's, or the scope's, results.
    pub fn ends(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|node| self.nodes[*node].wires_out.is_empty())
    }

    /// All nodes, those in bodies included, each scope before what stands inside it.
    pub fn all_nodes(&self) -> Vec<&PlanNode> {
        let mut all = Vec::new();
        for node in &self.nodes {
            all.push(node);
            all.extend(node.body.iter().flat_map(Plan::all_nodes));
        }
        all
    }
}

/// Plans a run.
///
/// # Errors
/// What keeps it from running: all errors of the flow, or those of the one node and what stands
/// inside it; or that there is no such node.
pub fn plan(checked: &Checked, target: &Target) -> Result<Plan, Vec<Diagnostic>> {
    let graph = &checked.graph;
    let errors = |concerns: &dyn Fn(&Diagnostic) -> bool| {
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error && concerns(found);
        let errors: Vec<Diagnostic> =
            checked.diagnostics.iter().filter(is_error).cloned().collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    };
    match target {
        Target::Whole => {
            errors(&|_| true)?;
            Ok(plan_of(checked, &graph.sorted(None)))
        }
        Target::Node(id) => {
            let Some(node) = graph.find(id) else { return Err(vec![no_node(id)]) };
            let inside = |found: &Diagnostic| {
                let at = found.at.node.as_ref().and_then(|at| graph.find(at));
                let at = at.or_else(|| {
                    let (from, _) = found.at.wire.as_ref()?.as_str().split_once('>')?;
                    let from = graph.find(&crate::file::PortRef::parse(from).node)?;
                    // A wire concerns what it stands in, not the node that it leaves.
                    graph.nodes()[from].scope
                });
                at.is_some_and(|at| graph.around(at).any(|around| around == node))
            };
            errors(&inside)?;
            Ok(plan_of(checked, &[node]))
        }
    }
}

fn no_node(id: &NodeId) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: "name.unknown_node".to_owned(),
        message: format!("There is no node \"{id}\" in this flow. Choose one that is there."),
        at: At::default(),
    }
}

/// The plan of these nodes, which stand in one scope and come in topological order.
fn plan_of(checked: &Checked, sorted: &[usize]) -> Plan {
    let graph = &checked.graph;
    let mut places = vec![None; graph.nodes().len()];
    for (at, node) in sorted.iter().enumerate() {
        places[*node] = Some(at);
    }
    let mut new_index = vec![None; graph.wires().len()];
    let mut wires = Vec::new();
    for (index, wire) in graph.wires().iter().enumerate() {
        let (Some(from), Some(to)) = (places[wire.from], places[wire.to]) else { continue };
        new_index[index] = Some(wires.len());
        let graph::Wire { id, from_port, to_port, .. } = wire.clone();
        wires.push(PlanWire { id, from, from_port, to, to_port });
    }
    let renumber = |list: &[usize]| list.iter().filter_map(|wire| new_index[*wire]).collect();
    let nodes: Vec<PlanNode> = sorted
        .iter()
        .map(|node| PlanNode {
            wires_in: renumber(&graph.nodes()[*node].wires_in),
            wires_out: renumber(&graph.nodes()[*node].wires_out),
            ..plan_node(checked, *node)
        })
        .collect();
    let stages = stages(&nodes, &wires);
    Plan { nodes, wires, stages }
}

fn plan_node(checked: &Checked, at: usize) -> PlanNode {
    let graph: &Graph = &checked.graph;
    let node = &graph.nodes()[at];
    let id = &node.spec.id;
    let consumes = node.consumes.unwrap_or(Consumes::Each);
    PlanNode {
        spec: node.spec.clone(),
        title: checked.facts.get(id).map(|facts| facts.title.clone()).unwrap_or_default(),
        consumes,
        inputs: node.inputs.clone(),
        outputs: node.outputs.clone(),
        wires_in: Vec::new(),
        wires_out: Vec::new(),
        retain: checked.retained.binary_search(id).is_ok(),
        body: (consumes == Consumes::Scope).then(|| plan_of(checked, &graph.sorted(Some(at)))),
    }
}

/// Puts each node into the chain of the one before it, where it is the only one behind that.
fn stages(nodes: &[PlanNode], wires: &[PlanWire]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut stage_of = vec![0; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        let before = match node.wires_in[..] {
            [wire] if is_fusable(node) => Some(wires[wire].from),
            _ => None,
        };
        let chained = before
            .filter(|before| is_fusable(&nodes[*before]) && nodes[*before].wires_out.len() == 1);
        stage_of[at] = chained.map_or(stages.len(), |before| stage_of[before]);
        if stage_of[at] == stages.len() {
            stages.push(Stage { nodes: Vec::new() });
        }
        stages[stage_of[at]].nodes.push(at);
    }
    stages
}

fn is_fusable(node: &PlanNode) -> bool {
    node.consumes == Consumes::Each
}

#[cfg(test)]
mod tests;
