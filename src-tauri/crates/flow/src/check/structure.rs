//! Checks of the flow and its nodes that need no look at params: ids, types, starts, scopes, keys
//! that any node may have.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::words::{did_you_mean, kind_of};
use super::{Checker, ERROR_PORT, at_node};
use crate::catalogue::{Consumes, Family, Inside};
use crate::diagnostic::{At, Severity};
use crate::file::OnError;
use crate::read::{FLOW_KEYS, NODE_KEYS, UNREAD};

impl Checker<'_> {
    /// The flow's own keys.
    pub(super) fn flow_itself(&mut self) {
        let flow = self.flow;
        if !crate::id::is_flow_id(flow.id.as_str()) {
            let message = format!(
                "The flow's id \"{}\" cannot be a file name. Use small letters, digits and hyphens, such as orders-to-erp.",
                flow.id
            );
            self.tell_flow("/id", Severity::Warning, "flow.id", message);
        }
        for kept in flow.rest.get(UNREAD).and_then(Json::as_array).into_iter().flatten() {
            let at = kept.get("at").and_then(Json::as_str).unwrap_or("the file");
            let message = format!(
                "What stands at {at} could not be read. It is kept in the file under \"{UNREAD}\"; put it right there, or delete it."
            );
            self.tell_flow(&format!("/{UNREAD}"), Severity::Warning, "flow.unread", message);
        }
        for (key, value) in flow.rest.iter().filter(|(key, _)| *key != UNREAD) {
            let (severity, message) = key_words(key, value, &FLOW_KEYS, "flow");
            self.tell_flow(&format!("/{key}"), severity, "flow.key", message);
        }
        if flow.nodes.is_empty() {
            let message = "The flow is empty. Drag a trigger from the palette to begin.";
            self.tell(Severity::Info, "flow.empty", At::default(), message);
        }
        self.vars();
    }

    fn tell_flow(&mut self, key: &str, severity: Severity, code: &str, message: String) {
        let at = At { key: Some(key.to_owned()), ..At::default() };
        self.tell(severity, code, at, message);
    }

    /// What holds between nodes: ids, and who starts whom.
    pub(super) fn structure(&mut self) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (node, spec) in self.specs.clone().into_iter().enumerate() {
            let id = spec.id.as_str();
            if let Some(other) = first.get(id).filter(|_| !id.is_empty()) {
                let message = format!(
                    "\"{}\" and \"{}\" have the same id, {id}. Give one of them another.",
                    self.title(*other),
                    self.title(node)
                );
                self.tell_at(node, "/id", Severity::Error, "node.id_twice", message);
            }
            first.entry(id).or_insert(node);
            if !crate::id::is_node_id(id) {
                let message = format!(
                    "The id \"{id}\" cannot be named by a wire. Use letters, digits, hyphens and underscores."
                );
                self.tell_at(node, "/id", Severity::Error, "node.id", message);
            }
        }
        self.starts();
    }

    fn starts(&mut self) {
        // An unknown type may well be a trigger: nothing is told of what stands behind it.
        let is_start = |node: &usize| match self.kind(*node) {
            Some(kind) => kind.info.family == Family::Trigger || kind.info.inputs.is_empty(),
            None => true,
        };
        let top: Vec<usize> = self.graph.children(None).collect();
        let starts: Vec<usize> = top.iter().copied().filter(is_start).collect();
        if starts.is_empty() && !top.is_empty() {
            let message = "Nothing starts this flow. Add a trigger and wire it to the first node.";
            self.tell(Severity::Warning, "flow.no_start", At::default(), message);
        }
        let reached = self.graph.reached_from(starts.iter().copied());
        for node in top {
            if !reached[node] && !starts.is_empty() {
                let message = format!(
                    "No items reach \"{}\", so that it never does anything. Wire an earlier node to it.",
                    self.title(node)
                );
                let at = at_node(self.specs[node]);
                self.tell(Severity::Warning, "node.unreached", at, message);
            }
        }
        for node in starts {
            if self.specs[node].disabled && self.kind(node).is_some() {
                let message = format!("\"{}\" starts the flow, but is disabled.", self.title(node));
                self.tell_at(node, "/disabled", Severity::Warning, "node.start_disabled", message);
            }
        }
    }

    /// All that is checked of one node.
    pub(super) fn node(&mut self, node: usize) {
        let spec = self.specs[node];
        for (key, value) in &spec.rest {
            let (severity, message) = key_words(key, value, &NODE_KEYS, "node");
            self.tell_at(node, &crate::pointer::join("", key), severity, "node.key", message);
        }
        let Some(kind) = self.kind(node) else {
            let known = self.catalogue.iter().map(|kind| kind.info.kind.as_str());
            let message = format!(
                "There is no node type \"{}\".{} The node is kept and written back, but cannot run.",
                spec.kind,
                did_you_mean(spec.kind.as_str(), known)
            );
            self.tell_at(node, "/type", Severity::Error, "node.unknown_type", message);
            return;
        };
        self.scope(node, kind.info.consumes);
        self.rules(node, kind.info.family, kind.info.consumes);
        if !spec.disabled {
            self.params(node);
        }
    }

    fn scope(&mut self, node: usize, consumes: Consumes) {
        let spec = self.specs[node];
        let is_empty = spec.body.as_ref().is_none_or(|body| body.nodes.is_empty());
        let may_be_empty = self.inspections[node].passage.inside == Inside::Optional;
        if consumes == Consumes::Scope && is_empty && !may_be_empty {
            let message = format!(
                "There is nothing inside \"{}\", so that it does nothing. Drag nodes into it.",
                self.title(node)
            );
            self.tell(Severity::Warning, "node.scope_empty", at_node(spec), message);
        }
        if consumes != Consumes::Scope && !is_empty {
            let message = format!(
                "\"{}\" is no scope: the nodes inside it are kept, but never run.",
                self.title(node)
            );
            self.tell_at(node, "/body", Severity::Warning, "node.body", message);
        }
    }

    /// The keys that any node may have.
    fn rules(&mut self, node: usize, family: Family, consumes: Consumes) {
        let spec = self.specs[node];
        let calls = matches!(family, Family::System | Family::File) || consumes == Consumes::Scope;
        let idle = [("/retry", spec.retry.is_some()), ("/timeout_ms", spec.timeout_ms.is_some())];
        for (key, _) in idle.into_iter().filter(|(_, is_set)| *is_set && !calls) {
            let message = format!(
                "\"{}\" calls no system, so that this has no effect. It can be removed.",
                self.title(node)
            );
            self.tell_at(node, key, Severity::Info, "node.retry_idle", message);
        }
        if let Some(retry) = spec.retry.as_ref().filter(|retry| retry.max_ms < retry.base_ms) {
            let message = format!(
                "The longest pause, {} ms, is shorter than the first, {} ms. Swap them.",
                retry.max_ms, retry.base_ms
            );
            self.tell_at(node, "/retry/max_ms", Severity::Warning, "node.retry_range", message);
        }
        if spec.on_error == Some(OnError::Port) {
            let graph = &self.graph.nodes()[node];
            let leads_on = graph
                .wires_out
                .iter()
                .any(|wire| graph.outputs[self.graph.wires()[*wire].from_port].name == ERROR_PORT);
            if !leads_on {
                let message = format!(
                    "Items that fail in \"{}\" leave by its error port, which leads nowhere: they are lost. Wire the port, or choose another rule for errors.",
                    self.title(node)
                );
                self.tell_at(node, "/on_error", Severity::Warning, "node.errors_lost", message);
            }
        }
    }
}

/// What to say of a key that is left over.
fn key_words(key: &str, value: &Json, known: &[&str], whose: &str) -> (Severity, String) {
    if known.contains(&key) {
        let message = format!(
            "The {whose}'s \"{key}\" is {}, which cannot be read: {value}. Set it anew.",
            kind_of(value)
        );
        return (Severity::Error, message);
    }
    let message = format!(
        "This version of Gantry knows no \"{key}\" of a {whose}.{} It is kept, and has no effect.",
        did_you_mean(key, known.iter().copied())
    );
    (Severity::Info, message)
}
