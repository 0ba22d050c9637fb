//! Checks that what expressions refer to is there. Not the expressions themselves.

use mapping::{JsonTemplate, Reference, Target};

use super::words::did_you_mean;
use super::{Checker, at_node};
use crate::diagnostic::{At, Severity};
use crate::id::NodeId;
use crate::pointer::join;

impl Checker<'_> {
    /// The values of the flow's variables.
    pub(super) fn vars(&mut self) {
        for (name, var) in &self.flow.vars {
            let key = join(&join("/vars", name), "value");
            match JsonTemplate::parse(var.value.clone()) {
                Err((below, fault)) => {
                    let at = At {
                        key: Some(format!("{key}{below}")),
                        span: fault.span.map(|span| (span.start, span.end)),
                        ..At::default()
                    };
                    self.tell(Severity::Error, "expression.syntax", at, fault.message);
                }
                Ok(template) => {
                    for (below, reference) in template.references() {
                        self.var_reference(&format!("{key}{below}"), reference);
                    }
                }
            }
        }
    }

    fn var_reference(&mut self, key: &str, reference: &Reference) {
        if matches!(reference.to, Target::Env(_) | Target::Envs) {
            return;
        }
        let at = At {
            key: Some(key.to_owned()),
            span: Some((reference.span.start, reference.span.end)),
            ..At::default()
        };
        let message = format!(
            "A variable can refer to $env only: {} has no value here.",
            reference.to.text()
        );
        self.tell(Severity::Error, "name.out_of_reach", at, message);
    }

    /// What an expression at a key of a node refers to.
    pub(super) fn references(&mut self, node: usize, key: &str, references: &[Reference]) {
        for reference in references {
            let told = match &reference.to {
                Target::Var(name) => self.var(name),
                Target::Node(id) => self.node_reference(node, id),
                Target::Unknown(name)
                    if (IN_ENTRIES.contains(&name.as_str()) && is_in_entry(key))
                        || (name == "tables" && self.specs[node].kind.as_str() == "data.map") =>
                {
                    None
                }
                Target::Unknown(name) => Some((
                    Severity::Warning,
                    "name.unknown",
                    format!(
                        "Nothing gives ${name} a value, so that it is nothing.{}",
                        did_you_mean(name, KNOWN.into_iter().chain(functions()))
                    ),
                )),
                Target::Vars | Target::Env(_) | Target::Envs | Target::Run => None,
            };
            if let Some((severity, code, message)) = told {
                let at = At {
                    key: Some(key.to_owned()),
                    span: Some((reference.span.start, reference.span.end)),
                    ..at_node(self.specs[node])
                };
                self.tell(severity, code, at, message);
            }
        }
    }

    fn var(&self, name: &str) -> Option<(Severity, &'static str, String)> {
        if self.flow.vars.contains_key(name) {
            return None;
        }
        let names = self.flow.vars.keys().map(String::as_str);
        let message = format!(
            "The flow has no variable \"{name}\".{} Add it to the flow's variables.",
            did_you_mean(name, names)
        );
        Some((Severity::Error, "name.unknown_var", message))
    }

    fn node_reference(
        &mut self,
        node: usize,
        id: &str,
    ) -> Option<(Severity, &'static str, String)> {
        let id = NodeId::from(id);
        let Some(other) = self.graph.find(&id) else {
            let ids = self.specs.iter().map(|spec| spec.id.as_str());
            let message = format!(
                "There is no node \"{id}\".{} Name a node that stands before this one.",
                did_you_mean(id.as_str(), ids)
            );
            return Some((Severity::Error, "name.unknown_node", message));
        };
        if !self.graph.is_before(other, node) {
            let message = if other == node {
                format!(
                    "$node(\"{id}\") is this node itself, whose input is $. Name a node before it."
                )
            } else {
                format!(
                    "\"{id}\" does not come before \"{}\", so that $node(\"{id}\") has no item here. Wire it before, or name another node.",
                    self.specs[node].id
                )
            };
            return Some((Severity::Error, "name.not_before", message));
        }
        self.looks_back.push((self.specs[node].id.clone(), id));
        None
    }
}

/// Names that have a value without being functions.
const KNOWN: [&str; 3] = ["vars", "env", "run"];

/// What rows inside rows can refer to besides: they are evaluated for the entries of a list.
const IN_ENTRIES: [&str; 2] = ["item", "outer"];

/// Whether a key stands in a row inside a row: `/params/fields/0/fields/1/from`.
fn is_in_entry(key: &str) -> bool {
    key.matches("/fields/").count() > 1
}

fn functions() -> impl Iterator<Item = &'static str> {
    mapping::functions().iter().map(|function| function.name)
}
