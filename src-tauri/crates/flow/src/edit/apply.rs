//! Makes changes to a flow and its layout, and tells how each is undone exactly. Not the changes'
//! shape: see `edit`.

mod set;
#[cfg(test)]
mod tests;

use crate::edit::{Edit, EditError, NewNode, NewWire};
use crate::file::{Body, FlowFile, Layout, NodeSpec, Place, Wire};
use crate::id::{NodeId, is_node_id};

/// Makes a change and returns the one that undoes it exactly: after both, the files are the same to
/// the byte.
///
/// # Errors
/// Why it cannot be made. Then nothing was changed, not even by the first parts of an
/// [`Edit::All`].
pub fn apply(flow: &mut FlowFile, layout: &mut Layout, edit: &Edit) -> Result<Edit, EditError> {
    if let Edit::Place { places } = edit {
        return Ok(place(layout, places));
    }
    let mut new_flow = flow.clone();
    let mut new_layout = layout.clone();
    let undo = step(&mut new_flow, &mut new_layout, edit)?;
    *flow = new_flow;
    *layout = new_layout;
    Ok(undo)
}

fn step(flow: &mut FlowFile, layout: &mut Layout, edit: &Edit) -> Result<Edit, EditError> {
    match edit {
        Edit::Add { nodes, wires } => add(flow, layout, nodes, wires),
        Edit::Remove { nodes, wires } => remove(flow, layout, nodes, wires),
        Edit::SetNode { node, key, value } => set::set_node(flow, node, key, value.as_ref()),
        Edit::SetFlow { key, value } => set::set_flow(flow, key, value.as_ref()),
        Edit::RenameNode { from, to } => rename(flow, layout, from, to),
        Edit::Place { places } => Ok(place(layout, places)),
        Edit::All { edits } => {
            let mut undos = Vec::with_capacity(edits.len());
            for edit in edits {
                undos.push(step(flow, layout, edit)?);
            }
            undos.reverse();
            Ok(all(undos))
        }
    }
}

/// Several changes as one; one alone stays as it is.
fn all(mut edits: Vec<Edit>) -> Edit {
    edits.retain(|edit| !matches!(edit, Edit::All { edits } if edits.is_empty()));
    if edits.len() == 1 { edits.remove(0) } else { Edit::All { edits } }
}

fn place(layout: &mut Layout, places: &[(NodeId, Option<Place>)]) -> Edit {
    let mut before = Vec::with_capacity(places.len());
    for (node, place) in places {
        let old = match place {
            Some(place) => layout.nodes.insert(node.clone(), *place),
            None => layout.nodes.shift_remove(node),
        };
        before.push((node.clone(), old));
    }
    before.reverse();
    Edit::Place { places: before }
}

fn add(
    flow: &mut FlowFile,
    layout: &mut Layout,
    nodes: &[NewNode],
    wires: &[NewWire],
) -> Result<Edit, EditError> {
    let mut undos = Vec::new();
    let mut added = Vec::new();
    for new in nodes {
        let ids = ids_of(&new.node);
        check_ids(flow, &ids)?;
        undos.extend(open_scope(flow, new.scope.as_ref())?);
        // What is known of these ids from before would be taken along when the node is removed.
        let stale: Vec<_> =
            ids.iter().filter_map(|id| Some((id.clone(), Some(*layout.nodes.get(id)?)))).collect();
        if !stale.is_empty() {
            undos.push(Edit::Place { places: stale });
        }
        undos.extend(dangling(flow, new)?);
        let list = lists(flow, new.scope.as_ref())?.0;
        insert(list, new.index, new.node.clone())?;
        if let Some(place) = new.place {
            layout.nodes.insert(new.node.id.clone(), place);
        }
        added.push(new.node.id.clone());
    }
    added.reverse();
    let mut removals = Vec::new();
    for new in wires {
        undos.extend(open_scope(flow, new.scope.as_ref())?);
        let list = lists(flow, new.scope.as_ref())?.1;
        let index = new.index.unwrap_or(list.len());
        insert(list, Some(index), new.wire.clone())?;
        removals.push(removal(flow, &new.wire, new.scope.as_ref(), index));
    }
    if removals.iter().all(|removal| matches!(removal, Edit::Remove { .. })) {
        let wires = wires.iter().rev().map(|new| new.wire.clone()).collect();
        undos.push(Edit::Remove { nodes: added, wires });
    } else {
        undos.push(Edit::Remove { nodes: added, wires: Vec::new() });
        undos.extend(removals);
    }
    undos.reverse();
    Ok(all(undos))
}

/// How the wire at this place is taken out. Broken flows have equal wires, of which the one that
/// is found first goes first: those before this one are taken out too, and put back.
fn removal(flow: &FlowFile, wire: &Wire, scope: Option<&NodeId>, index: usize) -> Edit {
    if locate(flow, wire) == Some((scope.cloned(), index)) {
        return Edit::Remove { nodes: Vec::new(), wires: vec![wire.clone()] };
    }
    let mut trial = flow.clone();
    let mut others = Vec::new();
    while let Some(found) = take_wire(&mut trial, wire) {
        let is_same_list = found.scope.as_ref() == scope;
        if is_same_list && found.index == Some(index) {
            break;
        }
        // When they are put back, this one no longer stands before them.
        let shift = usize::from(is_same_list);
        others.push(NewWire { index: found.index.map(|index| index - shift), ..found });
    }
    others.reverse();
    let wires = vec![wire.clone(); others.len() + 1];
    let remove = Edit::Remove { nodes: Vec::new(), wires };
    Edit::All { edits: vec![remove, Edit::Add { nodes: Vec::new(), wires: others }] }
}

/// The ids of a node and of all that stands inside it.
fn ids_of(node: &NodeSpec) -> Vec<NodeId> {
    let mut ids = vec![node.id.clone()];
    for inner in node.body.iter().flat_map(|body| &body.nodes) {
        ids.extend(ids_of(inner));
    }
    ids
}

fn check_ids(flow: &FlowFile, new: &[NodeId]) -> Result<(), EditError> {
    let there: std::collections::HashSet<NodeId> = flow.nodes.iter().flat_map(ids_of).collect();
    for (index, id) in new.iter().enumerate() {
        // A node without an id comes from a broken file, which it must be possible to restore.
        if id.as_str().is_empty() {
            continue;
        }
        if !is_node_id(id.as_str()) && !there.contains(id) && index == 0 {
            return Err(EditError::BadId(id.clone()));
        }
        if there.contains(id) || new[..index].contains(id) {
            return Err(EditError::Taken(id.clone()));
        }
    }
    Ok(())
}

/// Makes the body of a scope that has none.
fn open_scope(flow: &mut FlowFile, scope: Option<&NodeId>) -> Result<Option<Edit>, EditError> {
    let Some(scope) = scope else { return Ok(None) };
    let node = find_mut(&mut flow.nodes, scope).ok_or_else(|| EditError::NoNode(scope.clone()))?;
    if node.body.is_some() {
        return Ok(None);
    }
    node.body = Some(Body::default());
    let (node, key) = (scope.clone(), "/body".to_owned());
    Ok(Some(Edit::SetNode { node, key, value: None }))
}

/// How the wires are put back that name a node before it is there: removing the node would take
/// them along.
fn dangling(flow: &mut FlowFile, new: &NewNode) -> Result<Option<Edit>, EditError> {
    let scope = new.scope.as_ref();
    let wires: Vec<NewWire> = lists(flow, scope)?
        .1
        .iter()
        .enumerate()
        .filter(|(_, wire)| touches(wire, &new.node.id))
        .map(|(index, wire)| NewWire {
            wire: wire.clone(),
            scope: scope.cloned(),
            index: Some(index),
        })
        .collect();
    Ok((!wires.is_empty()).then(|| Edit::Add { nodes: Vec::new(), wires }))
}

fn insert<T>(list: &mut Vec<T>, index: Option<usize>, item: T) -> Result<(), EditError> {
    let index = index.unwrap_or(list.len());
    if index > list.len() {
        return Err(EditError::BadIndex { index, len: list.len() });
    }
    list.insert(index, item);
    Ok(())
}

fn remove(
    flow: &mut FlowFile,
    layout: &mut Layout,
    nodes: &[NodeId],
    wires: &[Wire],
) -> Result<Edit, EditError> {
    let mut old_nodes = Vec::new();
    let mut old_wires = Vec::new();
    let mut old_places = Vec::new();
    for wire in wires {
        let found = take_wire(flow, wire);
        old_wires.push(found.ok_or_else(|| EditError::NoWire(wire.id().to_string()))?);
    }
    for id in nodes {
        let (node, scope, index) =
            take_node(flow, id).ok_or_else(|| EditError::NoNode(id.clone()))?;
        let list = lists(flow, scope.as_ref())?.1;
        for index in (0..list.len()).rev().collect::<Vec<_>>() {
            if touches(&list[index], id) {
                let wire = list.remove(index);
                old_wires.push(NewWire { wire, scope: scope.clone(), index: Some(index) });
            }
        }
        for inner in ids_of(&node).iter().skip(1) {
            if let Some(place) = layout.nodes.shift_remove(inner) {
                old_places.push((inner.clone(), Some(place)));
            }
        }
        let place = layout.nodes.shift_remove(id);
        old_nodes.push(NewNode { node, scope, index: Some(index), place });
    }
    old_nodes.reverse();
    old_wires.reverse();
    let mut undos = vec![Edit::Add { nodes: old_nodes, wires: old_wires }];
    if !old_places.is_empty() {
        undos.push(Edit::Place { places: old_places });
    }
    Ok(all(undos))
}

fn rename(
    flow: &mut FlowFile,
    layout: &mut Layout,
    from: &NodeId,
    to: &NodeId,
) -> Result<Edit, EditError> {
    if from == to {
        return Ok(Edit::RenameNode { from: to.clone(), to: from.clone() });
    }
    if !is_node_id(to.as_str()) {
        return Err(EditError::BadId(to.clone()));
    }
    let is_named = |wires: &[Wire]| wires.iter().any(|wire| touches(wire, to));
    if flow.nodes.iter().flat_map(ids_of).any(|id| id == *to) || layout.nodes.contains_key(to) {
        return Err(EditError::Taken(to.clone()));
    }
    let (scope, index) =
        locate_node(&flow.nodes, from, None).ok_or_else(|| EditError::NoNode(from.clone()))?;
    let (nodes, wires) = lists(flow, scope.as_ref())?;
    // A wire to a node that is not there would become this node's, and not be undone.
    if is_named(wires) {
        return Err(EditError::Taken(to.clone()));
    }
    for wire in wires {
        for end in [&mut wire.from, &mut wire.to] {
            if end.node == *from {
                end.node = to.clone();
            }
        }
    }
    nodes[index].id = to.clone();
    if let Some(place) = layout.nodes.shift_remove(from) {
        layout.nodes.insert(to.clone(), place);
    }
    Ok(Edit::RenameNode { from: to.clone(), to: from.clone() })
}

fn touches(wire: &Wire, node: &NodeId) -> bool {
    wire.from.node == *node || wire.to.node == *node
}

fn find_mut<'n>(nodes: &'n mut [NodeSpec], id: &NodeId) -> Option<&'n mut NodeSpec> {
    for node in nodes {
        if node.id == *id {
            return Some(node);
        }
        if let Some(body) = &mut node.body {
            if let Some(found) = find_mut(&mut body.nodes, id) {
                return Some(found);
            }
        }
    }
    None
}

/// The lists of nodes and wires of the flow, or of a scope.
fn lists<'f>(
    flow: &'f mut FlowFile,
    scope: Option<&NodeId>,
) -> Result<(&'f mut Vec<NodeSpec>, &'f mut Vec<Wire>), EditError> {
    let Some(scope) = scope else { return Ok((&mut flow.nodes, &mut flow.wires)) };
    let body = find_mut(&mut flow.nodes, scope).and_then(|node| node.body.as_mut());
    let body = body.ok_or_else(|| EditError::NoNode(scope.clone()))?;
    Ok((&mut body.nodes, &mut body.wires))
}

/// The scope that a node stands in, and its place there.
fn locate_node(
    nodes: &[NodeSpec],
    id: &NodeId,
    scope: Option<&NodeId>,
) -> Option<(Option<NodeId>, usize)> {
    nodes.iter().enumerate().find_map(|(index, node)| {
        if node.id == *id {
            return Some((scope.cloned(), index));
        }
        locate_node(&node.body.as_ref()?.nodes, id, Some(&node.id))
    })
}

fn take_node(flow: &mut FlowFile, id: &NodeId) -> Option<(NodeSpec, Option<NodeId>, usize)> {
    let (scope, index) = locate_node(&flow.nodes, id, None)?;
    let node = lists(flow, scope.as_ref()).ok()?.0.remove(index);
    Some((node, scope, index))
}

/// Where a wire is: the first scope that has it, and there the last of its equals.
fn locate(flow: &FlowFile, wire: &Wire) -> Option<(Option<NodeId>, usize)> {
    fn inside(nodes: &[NodeSpec], wire: &Wire) -> Option<(Option<NodeId>, usize)> {
        nodes.iter().find_map(|node| {
            let body = node.body.as_ref()?;
            match body.wires.iter().rposition(|other| other == wire) {
                Some(index) => Some((Some(node.id.clone()), index)),
                None => inside(&body.nodes, wire),
            }
        })
    }
    match flow.wires.iter().rposition(|other| other == wire) {
        Some(index) => Some((None, index)),
        None => inside(&flow.nodes, wire),
    }
}

fn take_wire(flow: &mut FlowFile, wire: &Wire) -> Option<NewWire> {
    let (scope, index) = locate(flow, wire)?;
    let wire = lists(flow, scope.as_ref()).ok()?.1.remove(index);
    Some(NewWire { wire, scope, index: Some(index) })
}
