//! Which nodes' last outputs are what they would make again, and which are not, with the reason; and
//! which of them a run of a part can take over. Pure: what earlier runs did is told to it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value as Json;

use crate::check::Checked;
use crate::file::{Body, FlowFile, NodeSpec};
use crate::graph::Graph;
use crate::id::{NodeId, WireId};

/// Keys of a node that change how it works, and not what it gives out.
const NO_MATTER: [&str; 6] = ["name", "note", "retry", "timeout_ms", "concurrency", "body"];

/// The last time that a node was run.
#[derive(Debug, Clone)]
pub struct LastRun<'a> {
    /// The place of its run among all: later ones have larger numbers.
    pub order: u64,
    /// When, in words: `14:02`.
    pub when: &'a str,
    /// The flow as it was.
    pub flow: &'a FlowFile,
    /// Why its outputs are not what it would make again, whatever has been changed: it failed then,
    /// or its answers came from a cassette.
    pub trouble: Option<String>,
}

/// How a node's last outputs stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// It has not been run.
    Never,
    /// They are what it would make again.
    Fresh,
    /// Something has changed since, in words for the user.
    Stale(String),
}

/// How the last outputs of each node of a flow stand, in the order of the graph.
///
/// `title` gives the name of a node; `label` that of one of its keys, by its pointer in the node.
pub fn freshness(
    checked: &Checked,
    flow: &FlowFile,
    last: &HashMap<NodeId, LastRun<'_>>,
    label: impl Fn(&NodeSpec, &str) -> String,
) -> BTreeMap<usize, Stand> {
    let now = Parts::of(flow);
    let mut seen: HashMap<*const FlowFile, Parts<'_>> = HashMap::new();
    for run in last.values() {
        seen.entry(std::ptr::from_ref(run.flow)).or_insert_with(|| Parts::of(run.flow));
    }
    let graph = &checked.graph;
    let mut own = BTreeMap::new();
    for (at, node) in graph.nodes().iter().enumerate() {
        let stand = match last.get(&node.spec.id) {
            None => Stand::Never,
            Some(run) => {
                let was = &seen[&std::ptr::from_ref(run.flow)];
                let why = run
                    .trouble
                    .clone()
                    .or_else(|| changed(checked, &node.spec.id, (&now, flow), (was, run), &label));
                why.map_or(Stand::Fresh, Stand::Stale)
            }
        };
        own.insert(at, stand);
    }
    let mut spread = Spread { checked, last, own, stands: BTreeMap::new() };
    spread.within(None, None);
    spread.stands
}

/// A flow's nodes and wires, those inside scopes included.
struct Parts<'f> {
    nodes: HashMap<&'f NodeId, (Option<&'f NodeId>, &'f NodeSpec)>,
    wires: HashMap<&'f NodeId, Vec<(WireId, &'f NodeId)>>,
}

impl<'f> Parts<'f> {
    fn of(flow: &'f FlowFile) -> Self {
        let mut parts = Self { nodes: HashMap::new(), wires: HashMap::new() };
        parts.collect(&flow.nodes, &flow.wires, None);
        parts
    }

    fn collect(
        &mut self,
        nodes: &'f [NodeSpec],
        wires: &'f [crate::file::Wire],
        scope: Option<&'f NodeId>,
    ) {
        let mut in_order: Vec<_> = wires.iter().collect();
        in_order.sort_by_key(|wire| wire.order.unwrap_or(u32::MAX));
        for wire in in_order {
            self.wires.entry(&wire.to.node).or_default().push((wire.id(), &wire.from.node));
        }
        for node in nodes {
            self.nodes.insert(&node.id, (scope, node));
            if let Some(Body { nodes, wires }) = &node.body {
                self.collect(nodes, wires, Some(&node.id));
            }
        }
    }

    fn wires_into(&self, node: &NodeId) -> &[(WireId, &'f NodeId)] {
        self.wires.get(node).map_or(&[], Vec::as_slice)
    }

    fn inside(&self, scope: &NodeId) -> BTreeSet<&'f NodeId> {
        let is_inside = |(_, (of, _)): &(&&NodeId, &(Option<&NodeId>, _))| *of == Some(scope);
        self.nodes.iter().filter(is_inside).map(|(id, _)| *id).collect()
    }
}

/// What was changed at a node itself since it was run, in words.
fn changed(
    checked: &Checked,
    id: &NodeId,
    (now, flow): (&Parts<'_>, &FlowFile),
    (was, run): (&Parts<'_>, &LastRun<'_>),
    label: &impl Fn(&NodeSpec, &str) -> String,
) -> Option<String> {
    let when = run.when;
    let (scope, node) = now.nodes.get(id)?;
    let Some((old_scope, old)) = was.nodes.get(id) else {
        return Some(format!("Added since {when}."));
    };
    if old.disabled != node.disabled {
        let turned = if node.disabled { "off" } else { "on" };
        return Some(format!("Switched {turned} since {when}."));
    }
    if let Some(key) = first_difference(old, node) {
        return Some(format!("Edited since {when}: its {} changed.", label(node, &key)));
    }
    if scope != old_scope {
        return Some(format!("Moved since {when}: it stands in another place."));
    }
    if reads_vars(node) && flow.vars != run.flow.vars {
        return Some(format!("A variable of the flow changed since {when}."));
    }
    let title = |id: &NodeId| title(checked, id);
    let (wires, old_wires) = (now.wires_into(id), was.wires_into(id));
    let is_in = |list: &[(WireId, &NodeId)], wire: &WireId| list.iter().any(|(id, _)| id == wire);
    if let Some((_, from)) = wires.iter().find(|(wire, _)| !is_in(old_wires, wire)) {
        return Some(format!("A wire from \"{}\" was added since {when}.", title(from)));
    }
    if let Some((_, from)) = old_wires.iter().find(|(wire, _)| !is_in(wires, wire)) {
        return Some(if now.nodes.contains_key(*from) {
            format!("The wire from \"{}\" was taken away since {when}.", title(from))
        } else {
            format!("\"{from}\" before it was deleted since {when}.")
        });
    }
    if wires != old_wires {
        return Some(format!("The order of its wires changed since {when}."));
    }
    let gone = was.inside(id).difference(&now.inside(id)).next().copied();
    gone.map(|gone| format!("\"{gone}\" inside it was deleted since {when}."))
}

/// The first key that differs and matters, as a pointer inside the node.
fn first_difference(old: &NodeSpec, new: &NodeSpec) -> Option<String> {
    let json = |node: &NodeSpec| serde_json::to_value(node).unwrap_or_default();
    let (old, new) = (json(old), json(new));
    let (Json::Object(old), Json::Object(new)) = (&old, &new) else { return None };
    let keys = new.keys().chain(old.keys().filter(|key| !new.contains_key(*key)));
    let key = keys
        .filter(|key| !NO_MATTER.contains(&key.as_str()))
        .find(|key| old.get(*key) != new.get(*key))?;
    let params =
        |of: &serde_json::Map<String, Json>| of.get(key).and_then(Json::as_object).cloned();
    let (old, new) = (params(old).unwrap_or_default(), params(new).unwrap_or_default());
    let mut below = new.keys().chain(old.keys()).filter(|key| old.get(*key) != new.get(*key));
    Some(match below.next() {
        Some(below) => crate::pointer::join(&format!("/{key}"), below),
        None => format!("/{key}"),
    })
}

fn reads_vars(node: &NodeSpec) -> bool {
    let mut alone = node.clone();
    alone.body = None;
    serde_json::to_string(&alone).is_ok_and(|text| text.contains("$vars"))
}

fn title(checked: &Checked, id: &NodeId) -> String {
    checked.facts.get(id).map_or_else(|| id.to_string(), |facts| facts.title.clone())
}

/// Spreads what is stale to all that depends on it.
struct Spread<'a> {
    checked: &'a Checked,
    last: &'a HashMap<NodeId, LastRun<'a>>,
    own: BTreeMap<usize, Stand>,
    stands: BTreeMap<usize, Stand>,
}

impl Spread<'_> {
    /// Goes through the nodes of a scope, or of the flow; `around` is why all in it are stale.
    fn within(&mut self, scope: Option<usize>, around: Option<&str>) {
        let graph = &self.checked.graph;
        // A node inside that changed makes all turns of the scope others: its first nodes too.
        let in_loop = scope.and_then(|_| self.changed_inside(scope));
        for node in graph.sorted(scope) {
            let mut stand = self.own[&node].clone();
            if stand == Stand::Fresh {
                let first = graph.nodes()[node].wires_in.is_empty();
                let why = around
                    .map(str::to_owned)
                    .or_else(|| in_loop.clone().filter(|_| first))
                    .or_else(|| self.before(node))
                    .or_else(|| {
                        graph.nodes()[node].is_scope().then(|| self.changed_inside(Some(node)))?
                    });
                stand = why.map_or(Stand::Fresh, Stand::Stale);
            }
            let name = title(self.checked, &graph.nodes()[node].spec.id);
            let around = match &stand {
                Stand::Fresh => None,
                Stand::Never | Stand::Stale(_) => {
                    Some(format!("It stands inside \"{name}\", which is run again."))
                }
            };
            self.stands.insert(node, stand);
            self.within(Some(node), around.as_deref());
        }
    }

    /// Why what comes into a node is not what it was.
    fn before(&self, node: usize) -> Option<String> {
        let graph = &self.checked.graph;
        let order = |node: usize| self.last.get(&graph.nodes()[node].spec.id).map(|run| run.order);
        graph.nodes()[node].wires_in.iter().find_map(|wire| {
            let from = graph.wires()[*wire].from;
            let id = &graph.nodes()[from].spec.id;
            let name = title(self.checked, id);
            match self.stands.get(&from) {
                Some(Stand::Stale(_)) => Some(format!("\"{name}\" before it is stale.")),
                Some(Stand::Never) => Some(format!("\"{name}\" before it has not been run.")),
                _ if order(from) > order(node) => {
                    let when = self.last.get(id).map_or("", |run| run.when);
                    Some(format!("\"{name}\" before it has been run since, at {when}."))
                }
                _ => None,
            }
        })
    }

    /// Why what stands inside a scope is not as it was.
    fn changed_inside(&self, scope: Option<usize>) -> Option<String> {
        let graph = &self.checked.graph;
        let is_inside =
            |node: usize| graph.around(node).skip(1).any(|around| Some(around) == scope);
        let (node, _) =
            self.own.iter().find(|(node, stand)| is_inside(**node) && **stand != Stand::Fresh)?;
        let name = title(self.checked, &graph.nodes()[*node].spec.id);
        Some(format!("\"{name}\" in the same loop has changed or has not been run."))
    }
}

/// What a run of a part does: which nodes it runs, and which it takes over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cut {
    /// The nodes that are run, by their place in the graph.
    pub run: BTreeSet<usize>,
    /// The nodes that are not run and whose outputs are needed.
    pub taken: BTreeSet<usize>,
}

/// Cuts a part of a flow: `wanted` are its nodes, `always` those that are run in any case, and
/// `is_known` says whether a node's outputs can be taken over.
///
/// What stands behind a node that is run is run too; what is needed and not known is run. What later
/// nodes look back at with `$node` is known only where every way to them leads by it.
pub fn cut(
    checked: &Checked,
    wanted: &HashSet<usize>,
    always: impl IntoIterator<Item = usize>,
    is_known: impl Fn(usize) -> bool,
) -> Cut {
    let graph = &checked.graph;
    let mut cut = Cut { run: always.into_iter().collect(), taken: BTreeSet::new() };
    loop {
        let n_before = cut.run.len();
        let reached = graph.reached_from(cut.run.iter().copied());
        cut.run.extend(wanted.iter().copied().filter(|node| reached[*node]));
        let feeding = |node: &usize| {
            graph.nodes()[*node].wires_in.iter().map(|wire| graph.wires()[*wire].from)
        };
        let needed: BTreeSet<usize> = cut
            .run
            .iter()
            .flat_map(feeding)
            .filter(|from| wanted.contains(from) && !cut.run.contains(from))
            .collect();
        let (taken, unknown): (BTreeSet<_>, BTreeSet<_>) =
            needed.into_iter().partition(|node| is_known(*node));
        cut.run.extend(unknown);
        cut.taken = taken;
        let lost = lost_looks(checked, wanted, &cut, &is_known);
        cut.run.extend(lost);
        if cut.run.len() == n_before {
            return cut;
        }
    }
}

/// The nodes of the flow that are looked back at from nodes that are run, each with those that look.
pub fn looked_back_at(checked: &Checked, run: &BTreeSet<usize>) -> BTreeSet<usize> {
    let graph = &checked.graph;
    let is_run = |node: usize| graph.around(node).any(|around| run.contains(&around));
    checked
        .looks_back
        .iter()
        .filter_map(|(asker, asked)| Some((graph.find(asker)?, graph.find(asked)?)))
        .filter(|(asker, asked)| is_run(*asker) && !is_run(*asked))
        .map(|(_, asked)| asked)
        .collect()
}

/// Nodes that are looked back at, and whose items could not be told where they are taken over.
fn lost_looks(
    checked: &Checked,
    wanted: &HashSet<usize>,
    cut: &Cut,
    is_known: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let graph = &checked.graph;
    let lost = |asked: &usize| {
        let is_inside = graph.nodes()[*asked].scope.is_some();
        is_inside
            || !is_known(*asked)
            || cut.taken.iter().any(|node| passes_by(graph, *asked, *node))
    };
    looked_back_at(checked, &cut.run)
        .into_iter()
        .filter(lost)
        // What stands inside a scope is run by running the scope.
        .filter_map(|asked| graph.around(asked).last())
        .filter(|outermost| wanted.contains(outermost))
        .collect()
}

/// Whether some way from a start leads to a node without coming by `asked`, while another one does.
fn passes_by(graph: &Graph, asked: usize, node: usize) -> bool {
    if asked == node || !graph.is_reached(asked, node) {
        return false;
    }
    let mut work = vec![node];
    let mut seen = HashSet::new();
    while let Some(at) = work.pop() {
        if at == asked || !seen.insert(at) {
            continue;
        }
        let wires = &graph.nodes()[at].wires_in;
        if wires.is_empty() {
            return true;
        }
        work.extend(wires.iter().map(|wire| graph.wires()[*wire].from));
    }
    false
}

#[cfg(test)]
mod tests;
