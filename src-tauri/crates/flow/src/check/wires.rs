//! Finds both ends of each wire, and takes it into the graph if it can be. Not how it is run.

use super::words::{did_you_mean, one_of};
use super::{Checker, ERROR_PORT, IN_PORT};
use crate::catalogue::{Carries, Port};
use crate::diagnostic::{At, Severity};
use crate::file::{PortRef, Wire};
use crate::graph;

/// Which end of a wire.
#[derive(Clone, Copy, PartialEq)]
enum End {
    From,
    To,
}

/// Why a wire cannot be: a code, and a sentence.
type Refusal = (&'static str, String);

impl Checker<'_> {
    /// Takes the wires of the flow, or of a scope, into the graph.
    pub(super) fn wires(&mut self, wires: &[Wire], scope: Option<usize>) {
        for wire in wires {
            if let Err((code, message)) = self.wire(wire, scope) {
                let at = At { wire: Some(wire.id()), ..At::default() };
                let is_harmless = code == "wire.twice";
                let severity = if is_harmless { Severity::Warning } else { Severity::Error };
                self.tell(severity, code, at, message);
            }
        }
    }

    fn wire(&mut self, wire: &Wire, scope: Option<usize>) -> Result<(), Refusal> {
        let from = self.end(&wire.from, scope)?;
        let to = self.end(&wire.to, scope)?;
        let from_port = self.port(from, &wire.from, End::From)?;
        let to_port = self.port(to, &wire.to, End::To)?;
        let output = &self.graph.nodes()[from].outputs[from_port];
        let input = &self.graph.nodes()[to].inputs[to_port];
        if !fits(output.carries, input.carries) {
            return Err((
                "wire.type",
                format!(
                    "\"{}\" gives {}, but \"{}\" takes {} here. Wire another port, or put a node between.",
                    self.title(from),
                    carried(output.carries),
                    self.title(to),
                    carried(input.carries)
                ),
            ));
        }
        let into: Vec<_> = self
            .graph
            .wires()
            .iter()
            .filter(|other| other.to == to && other.to_port == to_port)
            .collect();
        if into.iter().any(|other| other.from == from && other.from_port == from_port) {
            let message = format!(
                "\"{}\" is wired to \"{}\" twice. One of the two is left out; delete it.",
                self.title(from),
                self.title(to)
            );
            return Err(("wire.twice", message));
        }
        if !input.many && input.name != IN_PORT && !into.is_empty() {
            return Err((
                "wire.taken",
                format!(
                    "Input \"{}\" of \"{}\" takes one wire and has one already. Delete one, or join them with a merge node.",
                    input.name,
                    self.title(to)
                ),
            ));
        }
        let id = wire.id();
        let order = wire.order;
        let new = graph::Wire { id, from, from_port, to, to_port, order };
        self.graph.add_wire(new).map_err(|way| {
            let way: Vec<&str> = way.iter().map(|node| self.title(*node)).collect();
            let message = format!(
                "This wire leads back to \"{}\": {}. Items cannot go in circles; delete the wire, or repeat with a loop node.",
                self.title(to),
                way.join(" → ")
            );
            ("wire.cycle", message)
        })
    }

    /// The node at an end of a wire.
    fn end(&self, port: &PortRef, scope: Option<usize>) -> Result<usize, Refusal> {
        let Some(node) = self.graph.find(&port.node) else {
            let ids = self.specs.iter().map(|spec| spec.id.as_str());
            let message = format!(
                "There is no node \"{}\".{} Delete the wire, or draw it anew.",
                port.node,
                did_you_mean(port.node.as_str(), ids)
            );
            return Err(("wire.no_node", message));
        };
        if self.graph.nodes()[node].scope != scope {
            let message = format!(
                "\"{}\" stands in another scope. Wires cannot lead into a scope or out of it: wire the scope itself.",
                self.title(node)
            );
            return Err(("wire.scope", message));
        }
        Ok(node)
    }

    /// The port at an end of a wire; the node's first one where none is named.
    fn port(&self, node: usize, port: &PortRef, end: End) -> Result<usize, Refusal> {
        let ports = match end {
            End::From => &self.graph.nodes()[node].outputs,
            End::To => &self.graph.nodes()[node].inputs,
        };
        let Some(name) = &port.port else {
            return if ports.is_empty() {
                Err(self.no_port(node, None, ports, end))
            } else {
                Ok(0)
            };
        };
        ports
            .iter()
            .position(|port| port.name == *name)
            .ok_or_else(|| self.no_port(node, Some(name), ports, end))
    }

    fn no_port(&self, node: usize, name: Option<&str>, ports: &[Port], end: End) -> Refusal {
        let title = self.title(node);
        let what = if end == End::From { "output" } else { "input" };
        if ports.is_empty() {
            return ("wire.no_port", format!("\"{title}\" has no {what}. Delete the wire."));
        }
        let name = name.unwrap_or_default();
        if name == ERROR_PORT && end == End::From {
            let message = format!(
                "\"{title}\" has no error port. Set its rule for errors to \"port\", or delete the wire."
            );
            return ("wire.error_port", message);
        }
        let names = || ports.iter().map(|port| port.name.as_str());
        let message = format!(
            "\"{title}\" has no {what} \"{name}\".{} It has {}.",
            did_you_mean(name, names()),
            one_of(names())
        );
        ("wire.no_port", message)
    }
}

/// Whether what leaves one port may enter another: failed items and calls are items too, but not
/// the other way round.
fn fits(from: Carries, to: Carries) -> bool {
    match to {
        Carries::Items => true,
        // A call is answered for whatever became of it on the way.
        Carries::Call => from != Carries::Errors,
        Carries::Errors => from == Carries::Errors,
    }
}

fn carried(carries: Carries) -> &'static str {
    match carries {
        Carries::Items => "items",
        Carries::Errors => "failed items",
        Carries::Call => "calls",
    }
}
