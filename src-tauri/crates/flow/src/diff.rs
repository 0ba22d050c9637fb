//! What differs between two flows: nodes and wires added, removed, changed. Not how one becomes the
//! other: see `edit`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::file::{FlowFile, NodeSpec, Wire};
use crate::id::NodeId;
use crate::pointer::join;

/// What differs between two flows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Difference {
    /// Keys of the flow itself that differ, as JSON pointers.
    pub flow: Vec<String>,
    /// Nodes that only the later flow has, in its order.
    pub added: Vec<NodeId>,
    /// Nodes that only the earlier flow has, in its order.
    pub removed: Vec<NodeId>,
    /// Nodes of both that differ, in the later flow's order.
    pub changed: Vec<ChangedNode>,
    /// Wires that only the later flow has.
    pub wires_added: Vec<Wire>,
    /// Wires that only the earlier flow has.
    pub wires_removed: Vec<Wire>,
}

/// A node that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedNode {
    /// The node.
    pub node: NodeId,
    /// What differs, as JSON pointers inside the node: the deepest that say all.
    pub keys: Vec<String>,
    /// Whether it stands in another scope.
    pub moved: bool,
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares two flows. The order of nodes, of wires and of keys does not count.
pub fn diff(earlier: &FlowFile, later: &FlowFile) -> Difference {
    let (old, new) = (Parts::of(earlier), Parts::of(later));
    let is_in = |parts: &Parts<'_>, id: &NodeId| parts.places.contains_key(id);
    let mut changed = Vec::new();
    for (scope, node) in &new.nodes {
        let Some((old_scope, old_node)) = old.places.get(&node.id).map(|at| &old.nodes[*at]) else {
            continue;
        };
        let mut keys = Vec::new();
        differing(&without_body(old_node), &without_body(node), "", &mut keys);
        let moved = old_scope != scope;
        if moved || !keys.is_empty() {
            changed.push(ChangedNode { node: node.id.clone(), keys, moved });
        }
    }
    let mut flow = Vec::new();
    differing(&header(earlier), &header(later), "", &mut flow);
    let only = |these: &Parts<'_>, those: &Parts<'_>| {
        let missing = |(_, node): &&(Option<NodeId>, &NodeSpec)| !is_in(those, &node.id);
        these.nodes.iter().filter(missing).map(|(_, node)| node.id.clone()).collect()
    };
    let only_wires = |these: &Parts<'_>, those: &Parts<'_>| {
        these
            .wires
            .iter()
            .filter(|wire| !those.wires.contains(wire))
            .map(|w| (*w).clone())
            .collect()
    };
    Difference {
        flow,
        added: only(&new, &old),
        removed: only(&old, &new),
        changed,
        wires_added: only_wires(&new, &old),
        wires_removed: only_wires(&old, &new),
    }
}

/// A flow's nodes with their scopes, and its wires.
#[derive(Default)]
struct Parts<'f> {
    nodes: Vec<(Option<NodeId>, &'f NodeSpec)>,
    places: HashMap<NodeId, usize>,
    wires: Vec<&'f Wire>,
}

impl<'f> Parts<'f> {
    fn of(flow: &'f FlowFile) -> Self {
        let mut parts = Self::default();
        parts.collect(&flow.nodes, &flow.wires, None);
        parts
    }

    fn collect(&mut self, nodes: &'f [NodeSpec], wires: &'f [Wire], scope: Option<&NodeId>) {
        self.wires.extend(wires);
        for node in nodes {
            self.places.insert(node.id.clone(), self.nodes.len());
            self.nodes.push((scope.cloned(), node));
            if let Some(body) = &node.body {
                self.collect(&body.nodes, &body.wires, Some(&node.id));
            }
        }
    }
}

fn without_body(node: &NodeSpec) -> Json {
    without(node, &["body"])
}

fn header(flow: &FlowFile) -> Json {
    without(flow, &["nodes", "wires", "gantry"])
}

fn without(value: &impl Serialize, keys: &[&str]) -> Json {
    let mut json = serde_json::to_value(value).expect("flows and nodes are always JSON");
    for key in keys {
        json.as_object_mut().and_then(|fields| fields.shift_remove(*key));
    }
    json
}

/// Collects the pointers at which two values differ, as deep as objects go on both sides.
fn differing(old: &Json, new: &Json, at: &str, found: &mut Vec<String>) {
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => {
            let gone = old.keys().filter(|key| !new.contains_key(*key));
            for key in new.keys().chain(gone) {
                let missing = &Json::Null;
                let (old, new) = (old.get(key).unwrap_or(missing), new.get(key).unwrap_or(missing));
                differing(old, new, &join(at, key), found);
            }
        }
        _ if old == new => {}
        _ => found.push(at.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(nodes: &str, wires: &str) -> FlowFile {
        let text = format!(r#"{{"gantry":1,"id":"f","name":"F","nodes":{nodes},"wires":{wires}}}"#);
        crate::file::read(&text).unwrap()
    }

    #[test]
    fn a_difference_names_nodes_keys_and_wires() {
        let earlier = flow(
            r#"[{"id":"a","type":"t","params":{"x":1,"y":{"z":2}}},{"id":"b","type":"t"},
                {"id":"s","type":"s","body":{"nodes":[{"id":"c","type":"t"}],"wires":[]}}]"#,
            r#"[{"from":"a","to":"b"}]"#,
        );
        let later = flow(
            r#"[{"id":"s","type":"s"},{"id":"c","type":"t"},
                {"id":"a","type":"t","name":"A","params":{"y":{"z":3},"x":1}},{"id":"d","type":"t"}]"#,
            r#"[{"from":"a","to":"d"}]"#,
        );
        let found = diff(&earlier, &later);
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "flow": [],
                "added": ["d"],
                "removed": ["b"],
                "changed": [
                    {"node": "c", "keys": [], "moved": true},
                    {"node": "a", "keys": ["/name", "/params/y/z"], "moved": false},
                ],
                "wires_added": [{"from": "a", "to": "d"}],
                "wires_removed": [{"from": "a", "to": "b"}],
            })
        );
        assert!(diff(&earlier, &earlier).is_empty());
    }
}
