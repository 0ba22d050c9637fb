//! Items of an earlier run as a new run takes them in: with their paths, and with what they were at
//! nodes that later ones look back at. Not which items are given.

use std::collections::HashMap;

use data::Value;
use engine::known::{KnownItem, Passed, first_segments, n_segments};
use flow::check::ERROR_PORT;
use flow::id::NodeId;
use flow::run::Sample;

use crate::App;
use crate::opened::{OpenRun, kept, parse};
use crate::types::ApiError;

/// What is known of the items of a run at some of its nodes.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    nodes: Vec<Looked>,
    /// The triggers that gave one item.
    sole: Vec<NodeId>,
}

/// The items that left a node, by their paths.
#[derive(Debug)]
struct Looked {
    node: NodeId,
    items: HashMap<String, Value>,
}

impl Looks {
    /// What is known of a run's items at these nodes.
    pub(crate) async fn of(
        app: &App,
        run: &OpenRun,
        nodes: impl IntoIterator<Item = NodeId>,
    ) -> Result<Self, ApiError> {
        let mut looks = Self { nodes: Vec::new(), sole: sole_triggers(run) };
        for node in nodes {
            let sources: Vec<_> =
                run.outputs(&node).into_iter().filter(|of| of.port != ERROR_PORT).collect();
            let id = run.row.id.clone();
            let (_, raw) = app.read(move |store| kept(store, &id, &sources, 0, u64::MAX)).await?;
            let mut items = HashMap::with_capacity(raw.len());
            for item in raw {
                let sample: Sample = parse(item.get().as_bytes())?;
                items.insert(sample.item, sample.value);
            }
            looks.nodes.push(Looked { node, items });
        }
        Ok(looks)
    }

    /// The item of this path.
    pub(crate) fn item(&self, path: &str, value: Value) -> KnownItem {
        let n = n_segments(path).unwrap_or(0);
        let first = path.split([':', '/']).next().unwrap_or_default();
        let is_sole = n == 1 && self.sole.iter().any(|node| node.as_str() == first);
        let passed = self.nodes.iter().filter_map(|looked| self.passed(looked, path, n)).collect();
        KnownItem { value, path: path.to_owned(), is_sole, passed }
    }

    fn passed(&self, looked: &Looked, path: &str, n: usize) -> Option<Passed> {
        let Looked { node, items } = looked;
        let at = |segments: usize, value: &Value| Passed {
            node: node.clone(),
            segments,
            value: value.clone(),
        };
        if self.sole.contains(node) {
            return Some(at(0, items.values().next()?));
        }
        (1..=n).rev().find_map(|segments| {
            let found = items.get(&without_wires(first_segments(path, segments)))?;
            Some(at(segments, found))
        })
    }
}

/// The triggers that gave one item in a run: its path is not written in those of what came from it.
fn sole_triggers(run: &OpenRun) -> Vec<NodeId> {
    let triggers = run.checked.graph.nodes().iter().filter(|node| node.is_trigger());
    let gave_one = |node: &NodeId| {
        let n: u64 = run.outputs(node).iter().map(|source| run.n_passed(source)).sum();
        n == 1
    };
    triggers.map(|node| node.spec.id.clone()).filter(gave_one).collect()
}

/// A path as it is shown, without the wires that steps tell apart.
fn without_wires(path: &str) -> String {
    let shown = |segment: &str| segment.split('~').next().unwrap_or_default().to_owned();
    path.split('.').map(shown).collect::<Vec<_>>().join(".")
}
