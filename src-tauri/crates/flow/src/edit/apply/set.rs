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
    value: Option<Json>,
) -> Result<Edit, EditError> {
    let all_ids: Vec<NodeId> = flow.nodes.iter().flat_map(ids_of).collect();
    let node = find_mut(&mut flow.nodes, id).ok_or_else(|| EditError::NoNode(id.clone()))?;
    let keys = keys(key)?;
    if keys.first().is_some_and(|first| first == "id") {
        return Err(bad_key(key, "a node gets another id by renaming it"));
    }
    let before = to_json(node);
    let mut json = before.clone();
    let (undo_key, undo_value) =
        pointer::set(&mut json, &keys, value.clone()).map_err(|why| bad_key(key, &why))?;
    if let Some(first) = keys.first() {
        check_node_key(first, json.get(first)).map_err(|why| bad_value(key, value.as_ref(), why))?;
    }
    let new = read::node(json)
        .filter(|new| new.id == *id)
        .ok_or_else(|| bad_value(key, value.as_ref(), "this would be no node".to_owned()))?;
    check_ids(&all_ids, node, &new).map_err(|why| bad_value(key, value.as_ref(), why))?;
    let undo = exact(&new, &before, undo_key, undo_value, read::node);
    *node = new;
    Ok(Edit::SetNode { node: id.clone(), key: undo.0, value: undo.1 })
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
    value: Option<Json>,
) -> Result<Edit, EditError> {
    let keys = keys(key)?;
    match keys.first().map(String::as_str) {
        Some("nodes" | "wires") => {
            return Err(bad_key(key, "nodes and wires are added and removed one by one"));
        }
        Some("gantry") => return Err(bad_key(key, "the version of the format is Gantry's")),
        _ => {}
    }
    let before = header(flow);
    let mut json = before.clone();
    let (undo_key, undo_value) =
        pointer::set(&mut json, &keys, value.clone()).map_err(|why| bad_key(key, &why))?;
    if let Some(first) = keys.first() {
        check_flow_key(first, json.get(first)).map_err(|why| bad_value(key, value.as_ref(), why))?;
    }
    let wrong = || bad_value(key, value.as_ref(), "this would be no flow".to_owned());
    let mut new = read::header(json).filter(|new| new.nodes.is_empty()).ok_or_else(wrong)?;
    let undo = exact(&new, &before, undo_key, undo_value, read::header);
    new.nodes = std::mem::take(&mut flow.nodes);
    new.wires = std::mem::take(&mut flow.wires);
    *flow = new;
    Ok(Edit::SetFlow { key: undo.0, value: undo.1 })
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
        "tests" => read_as::<Vec<Json>>(value),
        _ => Ok(()),
    }
}

/// The flow as JSON, without its nodes and wires.
fn header(flow: &FlowFile) -> Json {
    let (nodes, wires) = (Vec::new(), Vec::new());
    let FlowFile { schema, gantry, id, name, about, vars, tests, rest, .. } = flow.clone();
    let mut json =
        to_json(&FlowFile { schema, gantry, id, name, about, vars, nodes, wires, tests, rest });
    if let Json::Object(fields) = &mut json {
        fields.shift_remove("nodes");
        fields.shift_remove("wires");
    }
    json
}

/// The undo that was found, or the whole as it was where that would not be exact: a value may be
/// read with defaults filled in, or left out on writing.
fn exact<T: serde::Serialize>(
    new: &T,
    before: &Json,
    key: String,
    value: Option<Json>,
    read: fn(Json) -> Option<T>,
) -> pointer::Undo {
    let mut json = to_json(new);
    if let Json::Object(fields) = &mut json {
        if before.get("nodes").is_none() {
            fields.shift_remove("nodes");
            fields.shift_remove("wires");
        }
    }
    let keys = pointer::split(&key).unwrap_or_default();
    let undone = pointer::set(&mut json, &keys, value.clone());
    let restored = undone.ok().and_then(|_| read(json)).map(|restored| {
        let mut json = to_json(&restored);
        if let Json::Object(fields) = &mut json {
            if before.get("nodes").is_none() {
                fields.shift_remove("nodes");
                fields.shift_remove("wires");
            }
        }
        json.to_string()
    });
    // Compared as texts, in which the order of keys counts.
    if restored == Some(before.to_string()) {
        (key, value)
    } else {
        (String::new(), Some(before.clone()))
    }
}

fn to_json(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).expect("flows and nodes are always JSON")
}

fn keys(key: &str) -> Result<Vec<String>, EditError> {
    pointer::split(key).ok_or_else(|| bad_key(key, "a key begins with a slash, such as /params/url"))
}

fn bad_key(key: &str, why: &str) -> EditError {
    EditError::BadKey { key: key.to_owned(), why: why.to_owned() }
}

fn bad_value(key: &str, value: Option<&Json>, why: String) -> EditError {
    let value = value.map_or_else(|| "nothing".to_owned(), Json::to_string);
    EditError::BadValue { key: key.to_owned(), value, why }
}
