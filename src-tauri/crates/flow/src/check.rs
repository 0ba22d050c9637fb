//! Looks at a flow as a whole: its graph, what is wrong with it, what is known of each node. By the
//! catalogue alone: it knows no node type. Nothing here refuses a flow; `plan` does.

mod codes;
mod names;
mod params;
mod scopes;
mod structure;
#[cfg(test)]
pub(crate) mod tests;
mod wires;
mod words;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::{Carries, Catalogue, Inspection, NodeType, Passage, Port};
use crate::diagnostic::{At, Diagnostic, Severity};
use crate::file::{Body, FlowFile, NodeSpec, OnError};
use crate::graph::{Graph, Node};
use crate::id::NodeId;

pub use codes::{CODES, CodeDoc};

/// The port by which failed items leave, where `on_error` is `port`.
pub const ERROR_PORT: &str = "error";
/// The name of the input of most nodes, which takes any number of wires.
pub const IN_PORT: &str = "in";
/// The name of the output of most nodes.
pub const OUT_PORT: &str = "out";

/// What looking at a flow brings.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// The flow as a graph, without the wires that cannot be.
    pub graph: Graph,
    /// What is wrong, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// What is known of each node.
    pub facts: HashMap<NodeId, NodeFacts>,
    /// Nodes that a node behind them asks for with `$node`.
    pub retained: Vec<NodeId>,
    /// Who asks for whom with `$node`: a node, and one before it.
    pub looks_back: Vec<(NodeId, NodeId)>,
}

/// What is known of one node of a flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NodeFacts {
    /// Whether its type is in the catalogue.
    pub known: bool,
    /// Its name, or its type's title.
    pub title: String,
    /// What it does, in words: `keeps total > 100`.
    pub summary: String,
    /// What can be wired into it.
    pub inputs: Vec<Port>,
    /// What can be wired out of it, the error port included where it has one.
    pub outputs: Vec<Port>,
}

impl Checked {
    /// Whether anything keeps the flow from running.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }
}

/// Looks at a flow.
pub fn check(flow: &FlowFile, catalogue: &Catalogue) -> Checked {
    let mut checker = Checker {
        flow,
        catalogue,
        graph: Graph::default(),
        found: Vec::new(),
        facts: HashMap::new(),
        looks_back: Vec::new(),
        specs: Vec::new(),
        inspections: Vec::new(),
    };
    checker.flow_itself();
    checker.collect(&flow.nodes, None);
    checker.wires(&flow.wires, None);
    checker.wires_of_bodies();
    checker.graph.finish();
    checker.structure();
    checker.scopes();
    for node in 0..checker.specs.len() {
        checker.node(node);
    }
    let Checker { graph, found, facts, mut looks_back, .. } = checker;
    looks_back.sort();
    looks_back.dedup();
    let mut retained: Vec<NodeId> = looks_back.iter().map(|(_, asked)| asked.clone()).collect();
    retained.sort();
    retained.dedup();
    Checked { graph, diagnostics: found, facts, retained, looks_back }
}

/// The work of [`check`], step by step.
struct Checker<'a> {
    flow: &'a FlowFile,
    catalogue: &'a Catalogue,
    graph: Graph,
    found: Vec<Diagnostic>,
    facts: HashMap<NodeId, NodeFacts>,
    looks_back: Vec<(NodeId, NodeId)>,
    /// The nodes of the graph as they stand in the file, bodies included.
    specs: Vec<&'a NodeSpec>,
    /// What the catalogue said of each of them.
    inspections: Vec<Inspection>,
}

impl<'a> Checker<'a> {
    /// Takes these nodes, and those in their bodies, into the graph.
    fn collect(&mut self, nodes: &'a [NodeSpec], scope: Option<usize>) {
        for spec in nodes {
            let kind = self.catalogue.get(&spec.kind);
            let inspection = kind.map(|kind| (kind.inspect)(spec)).unwrap_or_default();
            let facts = facts(spec, kind, &inspection);
            let node = self.graph.add_node(Node {
                spec: NodeSpec { body: None, ..spec.clone() },
                scope,
                consumes: kind.map(|kind| kind.info.consumes),
                family: kind.map(|kind| kind.info.family),
                passage: passage(spec, &inspection),
                inputs: facts.inputs.clone(),
                outputs: facts.outputs.clone(),
                wires_in: Vec::new(),
                wires_out: Vec::new(),
            });
            self.facts.entry(spec.id.clone()).or_insert(facts);
            self.specs.push(spec);
            self.inspections.push(inspection);
            if let Some(body) = &spec.body {
                self.collect(&body.nodes, Some(node));
            }
        }
    }

    fn wires_of_bodies(&mut self) {
        for node in 0..self.specs.len() {
            if let Some(Body { wires, .. }) = &self.specs[node].body {
                self.wires(wires, Some(node));
            }
        }
    }

    fn kind(&self, node: usize) -> Option<&'a NodeType> {
        self.catalogue.get(&self.specs[node].kind)
    }

    /// What the user calls a node: its name, its type's title, or its id.
    fn title(&self, node: usize) -> &str {
        let spec = self.specs[node];
        match (&spec.name, self.kind(node)) {
            (Some(name), _) if !name.is_empty() => name,
            (_, Some(kind)) => &kind.info.title,
            _ => spec.id.as_str(),
        }
    }

    fn tell(&mut self, severity: Severity, code: &str, at: At, message: impl Into<String>) {
        debug_assert!(codes::CODES.iter().any(|doc| doc.code == code), "{code} has no docs");
        let (code, message) = (code.to_owned(), message.into());
        self.found.push(Diagnostic { severity, code, message, at });
    }

    /// Tells of a key of a node.
    fn tell_at(
        &mut self,
        node: usize,
        key: &str,
        severity: Severity,
        code: &str,
        message: impl Into<String>,
    ) {
        let at = At { key: Some(key.to_owned()), ..at_node(self.specs[node]) };
        self.tell(severity, code, at, message);
    }
}

fn at_node(spec: &NodeSpec) -> At {
    At { node: Some(spec.id.clone()), ..At::default() }
}

fn facts(spec: &NodeSpec, kind: Option<&NodeType>, inspection: &Inspection) -> NodeFacts {
    let name = spec.name.clone().filter(|name| !name.is_empty());
    let Some(kind) = kind else {
        let mut outputs = vec![port(OUT_PORT, Carries::Items)];
        add_error_port(spec, &mut outputs);
        return NodeFacts {
            known: false,
            title: name.unwrap_or_else(|| spec.kind.to_string()),
            summary: String::new(),
            inputs: vec![Port { many: true, ..port(IN_PORT, Carries::Items) }],
            outputs,
        };
    };
    let mut outputs = inspection.outputs.clone().unwrap_or_else(|| kind.info.outputs.clone());
    add_error_port(spec, &mut outputs);
    NodeFacts {
        known: true,
        title: name.unwrap_or_else(|| kind.info.title.clone()),
        summary: inspection.summary.clone(),
        inputs: kind.info.inputs.clone(),
        outputs,
    }
}

/// How items pass a node. One that is switched off lets them through, and begins what it began.
fn passage(spec: &NodeSpec, inspection: &Inspection) -> Passage {
    if spec.disabled {
        Passage { role: inspection.passage.role, ..Passage::IN_PLACE }
    } else {
        inspection.passage
    }
}

fn add_error_port(spec: &NodeSpec, outputs: &mut Vec<Port>) {
    let has_one = outputs.iter().any(|port| port.name == ERROR_PORT);
    if spec.on_error == Some(OnError::Port) && !has_one {
        let about = "Items that failed, each with what went wrong".to_owned();
        outputs.push(Port { about, ..port(ERROR_PORT, Carries::Errors) });
    }
}

fn port(name: &str, carries: Carries) -> Port {
    Port { name: name.to_owned(), carries, about: String::new(), many: false }
}
