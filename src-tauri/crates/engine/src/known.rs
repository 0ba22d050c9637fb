//! Items that an earlier run has left, given to a run with the paths that they had there. Not which
//! items are worth giving: that is whoever starts the run.

use std::sync::Arc;

use data::Value;
use flow::id::NodeId;
use serde::{Deserialize, Serialize};

use crate::item::Item;
use crate::lineage::{Lineage, Origin};

/// What a run is given of an earlier one at one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The node.
    pub node: NodeId,
    /// The output that the items left by, of a node that is not run; none where they enter the
    /// node, which begins with them.
    pub port: Option<String>,
    /// The items, in order.
    pub items: Vec<KnownItem>,
}

/// An item of an earlier run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownItem {
    /// The item.
    pub value: Value,
    /// The path that it came by, as it was told: `orders:0/3.lines/2`. What is no path begins a
    /// new one.
    pub path: String,
    /// Whether it is the only item of the trigger that the path names, which then is not written in
    /// the paths of what comes from it.
    pub is_sole: bool,
    /// What it was at nodes that later nodes look back at with `$node`, the first ones first.
    pub passed: Vec<Passed>,
}

/// What an item was when it left a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passed {
    /// The node.
    pub node: NodeId,
    /// How many segments the item's path had by then; 0 for the trigger with one item.
    pub segments: usize,
    /// The item.
    pub value: Value,
}

impl KnownItem {
    /// The item as a run takes it in; `node` and `index` name it where its path does not.
    pub(crate) fn item(&self, node: &NodeId, index: u32) -> Item {
        let lineage = self.lineage().unwrap_or_else(|| {
            Lineage::new(&Arc::new(Origin::start(node.clone(), 0, false)), index)
        });
        Item::new(self.value.clone(), lineage)
    }

    fn lineage(&self) -> Option<Lineage> {
        let segments = segments(&self.path)?;
        let mut at = None;
        let is_sole = self.is_sole && segments.len() == 1;
        let root = self.passed.iter().find(|passed| passed.segments == 0);
        if let Some(trigger) = root.filter(|_| !is_sole) {
            at = Some(Lineage::new(&Arc::new(Origin::start(trigger.node.clone(), 0, true)), 0));
        }
        at = at.map(|at| self.remembered(at, 0));
        for (n, segment) in segments.iter().enumerate() {
            let next = segment.grow(at, is_sole)?;
            let n_segments = if is_sole { 0 } else { n + 1 };
            at = Some(self.remembered(next, n_segments));
        }
        at
    }

    /// The lineage with what the item was at the nodes it had passed by then.
    fn remembered(&self, mut at: Lineage, n_segments: usize) -> Lineage {
        for passed in self.passed.iter().filter(|passed| passed.segments == n_segments) {
            let kept = Origin::kept(passed.node.clone(), Box::new([at]));
            at = Lineage::new(&Arc::new(kept.with_values([passed.value.clone()])), 0);
        }
        at
    }
}

/// How many segments a path has; none where it is no path.
pub fn n_segments(path: &str) -> Option<usize> {
    segments(path).map(|segments| segments.len())
}

/// The path up to so many of its segments.
pub fn first_segments(path: &str, n: usize) -> &str {
    let end = path.match_indices('.').nth(n.saturating_sub(1)).map_or(path.len(), |(at, _)| at);
    if n == 0 { "" } else { &path[..end] }
}

/// One part of a path: `orders:0/3` or `lines/2`, and by which further wires it came on.
struct Segment<'a> {
    node: &'a str,
    ordinal: Option<u64>,
    index: u32,
    wires: Vec<u64>,
}

impl Segment<'_> {
    fn grow(&self, parent: Option<Lineage>, is_sole: bool) -> Option<Lineage> {
        let node = NodeId::from(self.node);
        let origin = match (parent, self.ordinal) {
            (None, Some(ordinal)) => Origin::start(node, ordinal, is_sole),
            (Some(parent), Some(ordinal)) => Origin::page(node, ordinal, parent),
            (Some(parent), None) => Origin::parts(node, parent),
            (None, None) => return None,
        };
        let mut at = Lineage::new(&Arc::new(origin), self.index);
        for wire in &self.wires {
            let by_wire = Origin::by_wire("".into(), *wire, Box::new([at]));
            at = Lineage::new(&Arc::new(by_wire), 0);
        }
        Some(at)
    }
}

fn segments(path: &str) -> Option<Vec<Segment<'_>>> {
    path.split('.').map(segment).collect()
}

fn segment(text: &str) -> Option<Segment<'_>> {
    let mut parts = text.split('~');
    let (place, index) = parts.next()?.split_once('/')?;
    let wires = parts.map(|wire| wire.parse().ok()).collect::<Option<_>>()?;
    let (node, ordinal) = match place.split_once(':') {
        Some((node, ordinal)) => (node, Some(ordinal.parse().ok()?)),
        None => (place, None),
    };
    Some(Segment { node, ordinal, index: index.parse().ok()?, wires })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str, is_sole: bool, passed: &[(&str, usize)]) -> KnownItem {
        let passed = passed.iter().map(|(node, segments)| Passed {
            node: (*node).into(),
            segments: *segments,
            value: Value::from(format!("at {node}")),
        });
        let value = Value::from(7);
        KnownItem { value, path: path.to_owned(), is_sole, passed: passed.collect() }
    }

    #[test]
    fn a_path_that_was_told_is_the_path_again() {
        for path in ["start:0/17", "orders:3/1.lines/2", "a:0/1~1.b:0/2.c/0~2", "a:1/0~1~2"] {
            let item = known(path, false, &[]).item(&"n".into(), 0);
            assert_eq!(format!("{:#}", item.lineage), path);
        }
        let item = known("no path", false, &[]).item(&"n".into(), 4);
        assert_eq!(item.lineage.to_string(), "n:0/4");
    }

    #[test]
    fn the_only_item_of_a_trigger_is_not_written_in_later_paths() {
        let item = known("start:0/0", true, &[("start", 0)]).item(&"n".into(), 0);
        assert_eq!(item.lineage.to_string(), "start:0/0");
        let page = Arc::new(Origin::page("orders".into(), 0, item.lineage));
        assert_eq!(Lineage::new(&page, 3).to_string(), "orders:0/3");
        assert_eq!(Lineage::new(&page, 3).value_at("start"), Ok(Value::from("at start")));
    }

    #[test]
    fn later_nodes_can_look_back_at_what_an_item_was() {
        let passed = [("start", 0), ("orders", 1), ("shape", 1), ("lines", 2)];
        let item = known("orders:3/1.lines/2", false, &passed).item(&"n".into(), 0);
        assert_eq!(item.lineage.to_string(), "orders:3/1.lines/2");
        for (node, _) in passed {
            assert_eq!(item.lineage.value_at(node), Ok(Value::from(format!("at {node}"))));
        }
        assert!(item.lineage.value_at("other").is_err());
    }

    #[test]
    fn a_path_is_cut_at_its_segments() {
        let path = "a:0/1.b/2.c:0/3";
        let cut: Vec<&str> = (0..=3).map(|n| first_segments(path, n)).collect();
        assert_eq!(cut, ["", "a:0/1", "a:0/1.b/2", path]);
        assert_eq!(n_segments(path), Some(3));
    }
}
