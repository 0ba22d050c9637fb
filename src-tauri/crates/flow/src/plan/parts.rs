//! The parts of a scope's body that are run by themselves: branches, what is tried, what is done
//! about errors. Not how a part is cut into stages.

use super::{Part, stages};
use crate::catalogue::{Inside, Role};
use crate::graph::Graph;

/// The parts of what stands inside a scope, in the order of the file. None where nothing does.
pub(super) fn of_body(graph: &Graph, scope: usize) -> Vec<Part> {
    let inside = graph.nodes()[scope].passage.inside;
    let groups = match inside {
        Inside::Whole | Inside::Optional | Inside::Turns => vec![graph.sorted(Some(scope))],
        Inside::Branches => graph.components(scope),
        Inside::Guarded => guarded(graph, scope),
    };
    let parts = groups.into_iter().filter_map(|nodes| {
        let first = *nodes.first()?;
        // A part that begins with a node that is switched off is switched off.
        let role = if inside == Inside::Guarded { role_of(graph, &nodes) } else { Role::Plain };
        let is_off = role != Role::Plain && graph.nodes()[first].spec.disabled;
        (!is_off).then(|| Part { first, role, plan: stages::of_part(graph, nodes) })
    });
    parts.collect()
}

/// What is tried is one part, whatever wires join; each handler is one.
fn guarded(graph: &Graph, scope: usize) -> Vec<Vec<usize>> {
    let (tried, handlers): (Vec<_>, Vec<_>) =
        graph.components(scope).into_iter().partition(|nodes| role_of(graph, nodes) == Role::Plain);
    let is_tried = |node: &usize| tried.iter().any(|nodes| nodes.contains(node));
    let tried: Vec<usize> = graph.sorted(Some(scope)).into_iter().filter(is_tried).collect();
    std::iter::once(tried).chain(handlers).collect()
}

/// What the nodes that wires join are for.
fn role_of(graph: &Graph, nodes: &[usize]) -> Role {
    let roles = nodes.iter().map(|node| graph.nodes()[*node].passage.role);
    roles.into_iter().find(|role| matches!(role, Role::Catch | Role::Finally)).unwrap_or_default()
}
