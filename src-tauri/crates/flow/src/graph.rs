//! A flow as a graph: nodes by number, wires with both ends resolved, scopes, and never a cycle.
//! Not what is wrong with a flow (`check` builds this and tells) nor what is run (`plan`).

use std::collections::HashMap;

use petgraph::algo::has_path_connecting;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::catalogue::{Consumes, Family, Passage, Port};
use crate::file::NodeSpec;
use crate::id::{NodeId, WireId};

/// A flow's nodes and wires, those inside scopes included. Wires that lead nowhere, or that would
/// close a cycle, are left out.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    wires: Vec<Wire>,
    by_id: HashMap<NodeId, usize>,
    /// Nodes as in `nodes`; an edge's weight is its place in `wires`.
    arrows: DiGraph<(), usize, u32>,
}

/// A node of a graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// The node as it stands in the file, without its body.
    pub spec: NodeSpec,
    /// The scope that it stands in, by its place in the graph.
    pub scope: Option<usize>,
    /// How it consumes items; none where its type is not known.
    pub consumes: Option<Consumes>,
    /// What family its type is of; none where its type is not known.
    pub family: Option<Family>,
    /// How items pass it.
    pub passage: Passage,
    /// What can be wired into it.
    pub inputs: Vec<Port>,
    /// What can be wired out of it.
    pub outputs: Vec<Port>,
    /// The wires into it, by their place in the graph, in the order of the wires.
    pub wires_in: Vec<usize>,
    /// The wires out of it, by their place in the graph, in the order of the wires.
    pub wires_out: Vec<usize>,
}

/// A wire between two ports that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// The wire's id, as written in the file.
    pub id: WireId,
    /// The node that it leaves, by its place in the graph.
    pub from: usize,
    /// The output that it leaves, by its place in the node's outputs.
    pub from_port: usize,
    /// The node that it enters, by its place in the graph.
    pub to: usize,
    /// The input that it enters, by its place in the node's inputs.
    pub to_port: usize,
    /// Its place among the wires of one port; behind those that have one without it.
    pub order: Option<u32>,
}

impl Node {
    /// Whether it can start a run.
    pub fn is_trigger(&self) -> bool {
        self.family == Some(Family::Trigger) && !self.spec.disabled
    }

    /// Whether it makes items by itself, once per run.
    pub fn is_source(&self) -> bool {
        self.consumes == Some(Consumes::Source) && self.family != Some(Family::Trigger)
    }

    /// The outputs whose items are results where no wire leads on: the first one, or all of them
    /// where they are alike.
    pub(crate) fn result_ports(&self) -> Vec<usize> {
        if !self.passage.all_outputs {
            return vec![0];
        }
        let is_result = |port: &usize| self.outputs[*port].name != crate::check::ERROR_PORT;
        (0..self.outputs.len()).filter(is_result).collect()
    }

    /// Whether it runs what stands inside it.
    pub fn is_scope(&self) -> bool {
        self.consumes == Some(Consumes::Scope) && !self.spec.disabled
    }
}

impl Graph {
    /// The nodes, in the order of the file, each scope before what stands inside it.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The wires, in the order of the file.
    pub fn wires(&self) -> &[Wire] {
        &self.wires
    }

    /// The place of a node.
    pub fn find(&self, id: &NodeId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The nodes of a scope, or of the flow itself, in topological order: nodes that do not depend
    /// on each other keep the order of the file.
    pub fn sorted(&self, scope: Option<usize>) -> Vec<usize> {
        let inside: Vec<usize> = self.children(scope).collect();
        let mut n_waiting: HashMap<usize, usize> =
            inside.iter().map(|node| (*node, self.nodes[*node].wires_in.len())).collect();
        let mut sorted = Vec::with_capacity(inside.len());
        // A walk in the order of the file, again and again, would be quadratic: a heap of the
        // ready ones gives the same order.
        let mut ready: std::collections::BinaryHeap<_> = inside
            .iter()
            .filter(|node| n_waiting[node] == 0)
            .map(|node| std::cmp::Reverse(*node))
            .collect();
        while let Some(std::cmp::Reverse(node)) = ready.pop() {
            sorted.push(node);
            for wire in &self.nodes[node].wires_out {
                let next = self.wires[*wire].to;
                let waiting = n_waiting.entry(next).or_insert(1);
                *waiting -= 1;
                if *waiting == 0 {
                    ready.push(std::cmp::Reverse(next));
                }
            }
        }
        sorted
    }

    /// The nodes inside a scope in groups that wires join, each in topological order. The groups
    /// are in the order in which their first nodes stand in the file.
    pub fn components(&self, scope: usize) -> Vec<Vec<usize>> {
        let mut groups = petgraph::unionfind::UnionFind::<usize>::new(self.nodes.len());
        for wire in self.wires.iter().filter(|wire| self.nodes[wire.from].scope == Some(scope)) {
            groups.union(wire.from, wire.to);
        }
        let mut found: indexmap::IndexMap<usize, Vec<usize>> = indexmap::IndexMap::new();
        for node in self.sorted(Some(scope)) {
            found.entry(groups.find(node)).or_default().push(node);
        }
        let mut found: Vec<Vec<usize>> = found.into_values().collect();
        found.sort_by_key(|nodes| nodes.iter().min().copied());
        found
    }

    /// The nodes right inside a scope, or of the flow itself, in the order of the file.
    pub fn children(&self, scope: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(move |node| self.nodes[*node].scope == scope)
    }

    /// Whether an item of `node` has come by `before`: along the wires, out of scopes that stand
    /// before, and into the scopes that `node` stands in.
    pub fn is_before(&self, before: usize, node: usize) -> bool {
        self.around(node).any(|to| {
            self.around(before).any(|from| {
                from != to
                    && self.nodes[from].scope == self.nodes[to].scope
                    && self.is_reached(from, to)
            })
        })
    }

    /// The node, the scope that it stands in, the scope around that, and so on.
    pub fn around(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(node), |at| self.nodes[*at].scope)
    }

    /// Whether wires lead from one node to another, in the same scope.
    pub fn is_reached(&self, from: usize, to: usize) -> bool {
        has_path_connecting(&self.arrows, index(from), index(to), None)
    }

    /// The nodes that wires lead to from these, these included.
    pub fn reached_from(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut work: Vec<usize> = starts.into_iter().collect();
        while let Some(node) = work.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                work.extend(self.nodes[node].wires_out.iter().map(|wire| self.wires[*wire].to));
            }
        }
        reached
    }

    /// The same graph with a scope's body laid open: what stands in it stands beside the scope, and
    /// what the body gives out goes where the scope's results go. Wires have other places in it.
    pub(crate) fn opened(&self, scope: usize) -> Self {
        let outer = self.nodes[scope].scope;
        let mut open = Self { by_id: self.by_id.clone(), ..Self::default() };
        for node in &self.nodes {
            let inside = node.scope == Some(scope);
            let scope = if inside { outer } else { node.scope };
            let (wires_in, wires_out) = (Vec::new(), Vec::new());
            open.arrows.add_node(());
            open.nodes.push(Node { scope, wires_in, wires_out, ..node.clone() });
        }
        let mut wires = Vec::with_capacity(self.wires.len());
        for wire in &self.wires {
            if wire.from != scope {
                wires.push(wire.clone());
            } else if wire.from_port == 0 {
                let last = self.children(Some(scope)).flat_map(|node| self.given_out(node));
                wires.extend(last.map(|(from, from_port)| Wire {
                    from,
                    from_port,
                    ..wire.clone()
                }));
            }
        }
        for wire in wires {
            // What stood inside a scope cannot stand behind it: no way leads back.
            let _ = open.add_wire(wire);
        }
        open.finish();
        open
    }

    /// The outputs of a node whose items are results, where no wire leaves it: the first one, or all
    /// of them where they are alike.
    fn given_out(&self, node: usize) -> Vec<(usize, usize)> {
        let about = &self.nodes[node];
        if !about.wires_out.is_empty() {
            return Vec::new();
        }
        about.result_ports().into_iter().map(|port| (node, port)).collect()
    }

    /// Adds a node; of several with one id the first is found by it.
    pub(crate) fn add_node(&mut self, node: Node) -> usize {
        let at = self.nodes.len();
        self.by_id.entry(node.spec.id.clone()).or_insert(at);
        self.nodes.push(node);
        self.arrows.add_node(());
        at
    }

    /// Adds a wire.
    ///
    /// # Errors
    /// The wire would close a cycle; the nodes on it are told, in order.
    pub(crate) fn add_wire(&mut self, wire: Wire) -> Result<(), Vec<usize>> {
        if self.is_reached(wire.to, wire.from) {
            return Err(self.way(wire.to, wire.from));
        }
        self.arrows.add_edge(index(wire.from), index(wire.to), self.wires.len());
        self.wires.push(wire);
        Ok(())
    }

    /// Sorts the wires of each node, once all are in.
    pub(crate) fn finish(&mut self) {
        let mut order: Vec<usize> = (0..self.wires.len()).collect();
        order.sort_by_key(|wire| self.wires[*wire].order.unwrap_or(u32::MAX));
        for wire in order {
            let (from, to) = (self.wires[wire].from, self.wires[wire].to);
            self.nodes[from].wires_out.push(wire);
            self.nodes[to].wires_in.push(wire);
        }
    }

    /// A shortest way between two nodes.
    fn way(&self, from: usize, to: usize) -> Vec<usize> {
        let cost = |_| 1_u32;
        petgraph::algo::astar(&self.arrows, index(from), |node| node == index(to), cost, |_| 0)
            .map(|(_, way)| way.into_iter().map(NodeIndex::index).collect())
            .unwrap_or_default()
    }

    /// The pairs of nodes that wires join; a pair comes as often as it has wires.
    pub fn arrows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.arrows.edge_references().map(|arrow| (arrow.source().index(), arrow.target().index()))
    }
}

fn index(node: usize) -> NodeIndex {
    NodeIndex::new(node)
}
