//! Sets one value inside a node or in the flow itself, by its JSON. Refuses what could not be read
//! back, in words.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::{find_mut, ids_of};
use crate::edit::{Edit, EditError};
use crate::file::{Body, FlowFile, NodeSpec, OnError, Retry};
use crate::id::{NodeId, TypeId};
use crate::pointer;
use crate::read;

/// Sets one value inside a node.
pub(super) fn set_node(
    flow: &mut FlowFile,
    id: &NodeId,
    key: &str,
    value: Option<&Json>,
) -> Result<Edit, EditError> {
    let all_ids: Vec<NodeId> = flow.nodes.iter().flat_map(ids_of).collect();
    let node = find_mut(&mut flow.nodes, id).ok_or_else(|| EditError::NoNode(id.clone()))?;
    if keys(key)?.first().is_some_and(|first| first == "id") {
        return Err(bad_key(key, "a node gets another id by renaming it"));
    }
    let change = |json: &Json, key: &str, value: Option<&Json>| {
        let (json, undo) = changed(json, key, value, check_node_key)?;
        let new = read::node(json).filter(|new| new.id == *id);
        Ok((new.ok_or_else(|| bad_value(key, value, "this would be no node"))?, undo))
    };
    let before = to_json(node);
    let (new, undo) = change(&before, key, value)?;
    check_ids(&all_ids, node, &new).map_err(|why| bad_value(key, value, &why))?;
    let undone = change(&to_json(&new), &undo.0, undo.1.as_ref());
    let (key, value) = exact(undo, undone.map(|(node, _)| to_json(&node)), before);
    *node = new;
    Ok(Edit::SetNode { node: id.clone(), key, value })
}

/// What a value set in a JSON makes of it, and how that is undone.
fn changed(
    json: &Json,
    key: &str,
    value: Option<&Json>,
    check: fn(&str, Option<&Json>) -> Result<(), String>,
) -> Result<(Json, pointer::Undo), EditError> {
    let mut json = json.clone();
    let keys = keys(key)?;
    let undo = pointer::set(&mut json, &keys, value.cloned()).map_err(|why| bad_key(key, &why))?;
    if let Some(first) = keys.first() {
        check(first, json.get(first)).map_err(|why| bad_value(key, value, &why))?;
    }
    Ok((json, undo))
}

/// The undo that was found, or the whole as it was where that would not be exact: a value may be
/// read with defaults filled in, be left out on writing, or have been one that cannot be set.
fn exact(undo: pointer::Undo, undone: Result<Json, EditError>, before: Json) -> pointer::Undo {
    // Compared as texts, in which the order of keys counts.
    let text = before.to_string();
    let is_exact = undone.is_ok_and(|undone| format!("{undone}") == text);
    if is_exact { undo } else { (String::new(), Some(before)) }
}

/// Nodes that come in with a body must have ids of their own.
fn check_ids(all: &[NodeId], old: &NodeSpec, new: &NodeSpec) -> Result<(), String> {
    let old = ids_of(old);
    let new = ids_of(new);
    for (index, id) in new.iter().enumerate() {
        let is_taken = all.contains(id) && !old.contains(id);
        let is_new = !old.contains(id);
        if is_taken || (is_new && new[..index].contains(id)) {
            return Err(format!("there is a node \"{id}\" already"));
        }
    }
    Ok(())
}

/// Whether a key of a node can be read back.
fn check_node_key(key: &str, value: Option<&Json>) -> Result<(), String> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return if key == "type" { Err("a node needs a type".to_owned()) } else { Ok(()) };
    };
    match key {
        "type" => read_as::<TypeId>(value),
        "name" | "note" | "connection" => read_as::<String>(value),
        "disabled" => read_as::<bool>(value),
        "params" => read_as::<Map<String, Json>>(value),
        "retry" => read_as::<Retry>(value),
        "timeout_ms" => read_as::<u64>(value),
        "on_error" => read_as::<OnError>(value),
        "concurrency" => read_as::<std::num::NonZeroU32>(value),
        "body" => read_as::<Body>(value),
        _ => Ok(()),
    }
}

fn read_as<T: DeserializeOwned>(value: &Json) -> Result<(), String> {
    serde_json::from_value::<T>(value.clone()).map(drop).map_err(|error| error.to_string())
}

/// Sets one value of the flow itself.
pub(super) fn set_flow(
    flow: &mut FlowFile,
    key: &str,
    value: Option<&Json>,
) -> Result<Edit, EditError> {
    match keys(key)?.first().map(String::as_str) {
        Some("nodes" | "wires") => {
            return Err(bad_key(key, "nodes and wires are added and removed one by one"));
        }
        Some("gantry") => return Err(bad_key(key, "the version of the format is Gantry's")),
        _ => {}
    }
    let change = |json: &Json, key: &str, value: Option<&Json>| {
        let (json, undo) = changed(json, key, value, check_flow_key)?;
        let new = read::header(json).filter(|new| new.nodes.is_empty());
        Ok((new.ok_or_else(|| bad_value(key, value, "this would be no flow"))?, undo))
    };
    let before = header(flow);
    let (mut new, undo) = change(&before, key, value)?;
    let undone = change(&header(&new), &undo.0, undo.1.as_ref());
    let (key, value) = exact(undo, undone.map(|(flow, _)| header(&flow)), before);
    new.nodes = std::mem::take(&mut flow.nodes);
    new.wires = std::mem::take(&mut flow.wires);
    *flow = new;
    Ok(Edit::SetFlow { key, value })
}

fn check_flow_key(key: &str, value: Option<&Json>) -> Result<(), String> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        let is_needed = matches!(key, "id" | "name");
        return if is_needed { Err(format!("a flow needs its {key}")) } else { Ok(()) };
    };
    match key {
        "$schema" | "name" | "about" => read_as::<String>(value),
        "id" => match value.as_str() {
            Some(id) if crate::id::is_flow_id(id) => Ok(()),
            _ => Err("use small letters, digits and hyphens".to_owned()),
        },
        "vars" => {
            let Json::Object(vars) = value else { return Err("this is no object".to_owned()) };
            vars.values().try_for_each(read_as::<crate::file::Var>)
        }
        "hosts" => read_as::<Vec<String>>(value),
        "runs" => read_as::<crate::file::RunPolicy>(value),
        "contract" => read_as::<crate::file::Contract>(value),
        "tests" => read_as::<Vec<Json>>(value),
        _ => Ok(()),
    }
}

/// The flow as JSON, without its nodes and wires.
fn header(flow: &FlowFile) -> Json {
    let mut json = to_json(&FlowFile { nodes: Vec::new(), wires: Vec::new(), ..flow.clone() });
    if let Json::Object(fields) = &mut json {
        fields.shift_remove("nodes");
        fields.shift_remove("wires");
    }
    json
}

fn to_json(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).expect("flows and nodes are always JSON")
}

fn keys(key: &str) -> Result<Vec<String>, EditError> {
    pointer::split(key)
        .ok_or_else(|| bad_key(key, "a key begins with a slash, such as /params/url"))
}

fn bad_key(key: &str, why: &str) -> EditError {
    EditError::BadKey { key: key.to_owned(), why: why.to_owned() }
}

fn bad_value(key: &str, value: Option<&Json>, why: &str) -> EditError {
    let value = value.map_or_else(|| "nothing".to_owned(), Json::to_string);
    EditError::BadValue { key: key.to_owned(), value, why: why.to_owned() }
}
