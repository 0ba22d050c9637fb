//! Writes flow and layout files, always the same text for the same flow. Not reading them.

use serde_json::Value as Json;

use crate::file::{FlowFile, Layout};

/// Lists and objects that fit into this many columns stand on one line.
const WIDTH: usize = 100;

/// Members whose entries each get a line of their own, so that a change shows as its line alone.
const OPEN: [&str; 5] = ["nodes", "wires", "vars", "tests", "body"];

/// The text of a flow file.
///
/// Keys stand in the order of the format, unknown ones behind them; two blanks per level; what is
/// short stands on one line. `write(&read(text)?)` is `text` for every text written by this.
pub fn write(flow: &FlowFile) -> String {
    let json = serde_json::to_value(flow).expect("a flow is always JSON");
    document(&json)
}

/// The text of a layout file: a line per node, by id.
pub fn write_layout(layout: &Layout) -> String {
    let mut nodes: Vec<_> = layout.nodes.iter().collect();
    nodes.sort_by_key(|(id, _)| *id);
    let nodes = nodes
        .into_iter()
        .map(|(id, place)| {
            let mut place = serde_json::to_value(place).expect("a place is always JSON");
            for number in place.as_object_mut().into_iter().flat_map(|place| place.values_mut()) {
                shorten(number);
            }
            (id.to_string(), place)
        })
        .collect();
    document(&serde_json::json!({ "nodes": Json::Object(nodes) }))
}

/// Writes `120.0` as `120`.
fn shorten(number: &mut Json) {
    if let Some(value) = number.as_f64() {
        if value.fract() == 0.0 && value.abs() < 1e15 {
            *number = Json::from(value as i64);
        }
    }
}

fn document(json: &Json) -> String {
    let mut out = String::new();
    open(&mut out, json, 0);
    out.push('\n');
    out
}

/// Writes a value at this level; `used` columns of its line are taken.
fn value(out: &mut String, json: &Json, level: usize, used: usize, is_open: bool) {
    if is_empty(json) || !(json.is_array() || json.is_object()) {
        return line(out, json);
    }
    if !is_open {
        let start = out.len();
        line(out, json);
        // One column is for the comma behind it.
        if !has_open(json) && used + out[start..].chars().count() < WIDTH {
            return;
        }
        out.truncate(start);
    }
    open(out, json, level);
}

/// Writes a list or an object over several lines.
fn open(out: &mut String, json: &Json, level: usize) {
    let indent = "  ".repeat(level + 1);
    match json {
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                out.push_str(&indent);
                value(out, item, level + 1, indent.len(), false);
            }
            out.push('\n');
            out.push_str(&indent[2..]);
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            for (index, (key, member)) in fields.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                out.push_str(&indent);
                let start = out.len();
                text(out, key);
                out.push_str(": ");
                let used = indent.len() + out[start..].chars().count();
                value(out, member, level + 1, used, OPEN.contains(&key.as_str()));
            }
            out.push('\n');
            out.push_str(&indent[2..]);
            out.push('}');
        }
        other => line(out, other),
    }
}

/// Writes a value on one line.
fn line(out: &mut String, json: &Json) {
    match json {
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                line(out, item);
            }
            out.push(']');
        }
        Json::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Json::Object(fields) => {
            for (index, (key, member)) in fields.iter().enumerate() {
                out.push_str(if index == 0 { "{ " } else { ", " });
                text(out, key);
                out.push_str(": ");
                line(out, member);
            }
            out.push_str(" }");
        }
        Json::String(string) => text(out, string),
        other => out.push_str(&other.to_string()),
    }
}

fn text(out: &mut String, string: &str) {
    out.push_str(&Json::from(string).to_string());
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Whether it is a scope with something in it, which never stands on one line.
fn has_open(json: &Json) -> bool {
    json.get("body").is_some_and(|body| !is_empty(body))
}
