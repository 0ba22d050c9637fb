//! Reads flow and layout files of every version, and keeps what it cannot read. Not what is wrong
//! with a flow: see `check`.

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

use crate::file::{Body, FlowFile, Layout, NodeSpec, Place, VERSION, Var, Wire};
use crate::id::NodeId;
use crate::pointer::join;

/// Why a text is no flow at all. Anything less is a diagnostic of a flow that opens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON.
    #[error(
        "the file is not JSON: {problem} in line {line}, column {column}; mend it there in a text editor, or take an earlier version of the file"
    )]
    Json {
        /// What is wrong.
        problem: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is JSON, but no flow.
    #[error("the file is JSON, but not a flow of Gantry: {0}")]
    NotAFlow(String),
    /// It was written by a newer Gantry.
    #[error(
        "the file was written by a newer Gantry (format {found}, this one reads up to {VERSION}); update Gantry to open it"
    )]
    Newer {
        /// The version of its format.
        found: u64,
    },
}

/// The key of the flow under which entries that are not even objects are kept.
pub(crate) const UNREAD: &str = "unread";

/// One step from a version of the format to the next.
type Upgrade = fn(&mut Map<String, Json>);

/// The steps from version 1 on: the first makes version 2 of it.
const UPGRADES: [Upgrade; VERSION as usize - 1] = [];

/// Reads a flow file of any version up to [`VERSION`].
///
/// A member that cannot be read does not keep the flow from opening: it is kept in the `rest` of its
/// node or of the flow, written back as it was, and found by `check`. Entries of `nodes` and
/// `wires` that are not even objects are kept in the flow's `rest` as `unread`.
///
/// # Errors
/// The text is not JSON, not a flow, or of a newer version.
pub fn read(text: &str) -> Result<FlowFile, ReadError> {
    let mut fields = object(text)?;
    upgrade(&mut fields, &UPGRADES)?;
    Ok(flow_of(fields))
}

/// Reads a layout file. Places that cannot be read are forgotten: the nodes are laid out anew.
///
/// # Errors
/// The text is not a JSON object.
pub fn read_layout(text: &str) -> Result<Layout, ReadError> {
    let mut fields = object(text)?;
    let Some(Json::Object(nodes)) = fields.remove("nodes") else { return Ok(Layout::default()) };
    let places = nodes.into_iter().filter_map(|(id, place)| {
        let place: Place = serde_json::from_value(place).ok()?;
        Some((NodeId::from(id), place))
    });
    Ok(Layout { nodes: places.collect() })
}

fn object(text: &str) -> Result<Map<String, Json>, ReadError> {
    // Editors on Windows put a byte order mark before a text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json: Json = serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        let problem = told.split(" at line ").next().unwrap_or_default().to_owned();
        ReadError::Json { problem, line: error.line(), column: error.column() }
    })?;
    match json {
        Json::Object(fields) => Ok(fields),
        _ => Err(ReadError::NotAFlow("it is not an object".to_owned())),
    }
}

fn upgrade(fields: &mut Map<String, Json>, steps: &[Upgrade]) -> Result<(), ReadError> {
    let newest = steps.len() as u64 + 1;
    let version = match fields.get("gantry") {
        None => {
            let why = "the key \"gantry\" with the version of the format is missing";
            return Err(ReadError::NotAFlow(why.to_owned()));
        }
        Some(version) => version.as_u64().filter(|version| *version > 0).ok_or_else(|| {
            ReadError::NotAFlow(format!(
                "\"gantry\" is {version}, which is no version of the format"
            ))
        })?,
    };
    if version > newest {
        return Err(ReadError::Newer { found: version });
    }
    for step in &steps[version as usize - 1..] {
        step(fields);
    }
    if version < newest {
        // Inserted over, so that it keeps its place among the keys.
        fields.insert("gantry".to_owned(), newest.into());
    }
    Ok(())
}

fn flow_of(mut fields: Map<String, Json>) -> FlowFile {
    let mut unread = match fields.shift_remove(UNREAD) {
        Some(Json::Array(kept)) => kept,
        Some(other) => vec![other],
        None => Vec::new(),
    };
    let body = take_body(&mut fields, "", &mut unread);
    let mut flow = FlowFile {
        schema: take(&mut fields, "$schema"),
        gantry: take(&mut fields, "gantry").unwrap_or(VERSION),
        id: take(&mut fields, "id").unwrap_or_else(|| "".into()),
        name: take(&mut fields, "name").unwrap_or_default(),
        about: take(&mut fields, "about").unwrap_or_default(),
        vars: take_vars(&mut fields, &mut unread),
        hosts: take(&mut fields, "hosts"),
        runs: take(&mut fields, "runs"),
        contract: take(&mut fields, "contract"),
        nodes: body.nodes,
        wires: body.wires,
        tests: take(&mut fields, "tests").unwrap_or_default(),
        rest: fields,
    };
    if !unread.is_empty() {
        flow.rest.insert(UNREAD.to_owned(), Json::Array(unread));
    }
    flow
}

/// Takes a member out, if it can be read; what cannot stays. Null is as if it were not there.
fn take<T: DeserializeOwned>(fields: &mut Map<String, Json>, key: &str) -> Option<T> {
    let value = fields.get(key)?;
    if value.is_null() {
        fields.shift_remove(key);
        return None;
    }
    let value = serde_json::from_value(value.clone()).ok()?;
    fields.shift_remove(key);
    Some(value)
}

/// Takes the variables; one without `value` is taken for its value.
fn take_vars(fields: &mut Map<String, Json>, unread: &mut Vec<Json>) -> IndexMap<String, Var> {
    let vars = match fields.shift_remove("vars") {
        None | Some(Json::Null) => return IndexMap::new(),
        Some(Json::Object(vars)) => vars,
        Some(other) => {
            keep(unread, "/vars", &other);
            return IndexMap::new();
        }
    };
    let read = |(name, var): (String, Json)| {
        let Some(fields) = var.as_object().filter(|fields| fields.contains_key("value")) else {
            return (name, Var { value: var, about: String::new() });
        };
        keep_unknown(unread, &join("/vars", &name), fields, &["value", "about"]);
        let about = fields.get("about").and_then(Json::as_str).unwrap_or_default().to_owned();
        (name, Var { value: fields["value"].clone(), about })
    };
    vars.into_iter().map(read).collect()
}

/// Takes `nodes` and `wires` out.
fn take_body(fields: &mut Map<String, Json>, at: &str, unread: &mut Vec<Json>) -> Body {
    let mut body = Body::default();
    for (index, node) in take_list(fields, "nodes", at, unread).into_iter().enumerate() {
        let at = format!("{at}/nodes/{index}");
        match node {
            Json::Object(node) => body.nodes.push(node_of(node, &at, unread)),
            other => keep(unread, &at, &other),
        }
    }
    for (index, wire) in take_list(fields, "wires", at, unread).into_iter().enumerate() {
        let at = format!("{at}/wires/{index}");
        match (serde_json::from_value::<Wire>(wire.clone()), wire) {
            (Ok(read), Json::Object(fields)) => {
                keep_unknown(unread, &at, &fields, &["from", "to", "order"]);
                body.wires.push(read);
            }
            (_, wire) => keep(unread, &at, &wire),
        }
    }
    body
}

fn take_list(
    fields: &mut Map<String, Json>,
    key: &str,
    at: &str,
    unread: &mut Vec<Json>,
) -> Vec<Json> {
    match fields.shift_remove(key) {
        Some(Json::Array(items)) => items,
        None | Some(Json::Null) => Vec::new(),
        Some(other) => {
            keep(unread, &join(at, key), &other);
            Vec::new()
        }
    }
}

/// Keeps what could not be read, with the pointer to where it stood.
fn keep(unread: &mut Vec<Json>, at: &str, value: &Json) {
    unread.push(json!({ "at": at, "value": value }));
}

fn keep_unknown(unread: &mut Vec<Json>, at: &str, fields: &Map<String, Json>, known: &[&str]) {
    for (key, value) in fields.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
        keep(unread, &join(at, key), value);
    }
}

fn node_of(mut fields: Map<String, Json>, at: &str, unread: &mut Vec<Json>) -> NodeSpec {
    let at_body = join(at, "body");
    let body = match fields.shift_remove("body") {
        None | Some(Json::Null) => None,
        Some(Json::Object(mut inner)) => {
            let body = take_body(&mut inner, &at_body, unread);
            keep_unknown(unread, &at_body, &inner, &[]);
            Some(body)
        }
        Some(other) => {
            keep(unread, &at_body, &other);
            None
        }
    };
    if let Some(Json::Object(retry)) = fields.get("retry") {
        let known = ["tries", "base_ms", "factor", "jitter", "max_ms", "max_total_ms", "on"];
        keep_unknown(unread, &join(at, "retry"), retry, &known);
    }
    NodeSpec {
        id: take(&mut fields, "id").unwrap_or_else(|| "".into()),
        kind: take(&mut fields, "type").unwrap_or_else(|| "".into()),
        name: take(&mut fields, "name"),
        note: take(&mut fields, "note"),
        connection: take(&mut fields, "connection"),
        disabled: take(&mut fields, "disabled").unwrap_or_default(),
        params: take(&mut fields, "params").unwrap_or_default(),
        retry: take(&mut fields, "retry"),
        timeout_ms: take(&mut fields, "timeout_ms"),
        on_error: take(&mut fields, "on_error"),
        concurrency: take(&mut fields, "concurrency"),
        body,
        rest: fields,
    }
}

/// A node from its JSON, as [`read`] does it.
pub(crate) fn node(json: Json) -> Option<NodeSpec> {
    let Json::Object(fields) = json else { return None };
    let mut unread = Vec::new();
    let node = node_of(fields, "", &mut unread);
    unread.is_empty().then_some(node)
}

/// A flow without its nodes and wires from its JSON, as [`read`] does it.
pub(crate) fn header(json: Json) -> Option<FlowFile> {
    let Json::Object(mut fields) = json else { return None };
    let unread = fields.shift_remove(UNREAD);
    let mut flow = flow_of(fields);
    if let Some(unread) = unread {
        flow.rest.insert(UNREAD.to_owned(), unread);
    }
    Some(flow)
}

/// The keys of a node that have a type; in its `rest` they are what could not be read.
pub(crate) const NODE_KEYS: [&str; 12] = [
    "id",
    "type",
    "name",
    "note",
    "connection",
    "disabled",
    "params",
    "retry",
    "timeout_ms",
    "on_error",
    "concurrency",
    "body",
];

/// The keys of a flow that have a type; in its `rest` they are what could not be read.
pub(crate) const FLOW_KEYS: [&str; 9] =
    ["$schema", "gantry", "id", "name", "about", "hosts", "runs", "contract", "tests"];

#[cfg(test)]
mod tests;
