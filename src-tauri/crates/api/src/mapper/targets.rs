//! The fields that later nodes read: what a mapping should make.

use engine::map::FieldType;
use flow::field::{Field, FieldKind};
use mapping::{Expression, JsonTemplate, Template};
use serde_json::Value as Json;

use super::Place;
use super::samples::passes_on;
use super::types::{TargetField, ValueKind};
use crate::App;

/// The fields that later nodes read, and which nodes these are.
pub(super) fn wanted(app: &App, place: &Place) -> (Vec<TargetField>, Vec<String>) {
    let graph = &place.graph;
    let (mut targets, mut readers) = (Vec::<TargetField>::new(), Vec::new());
    let mut seen = vec![false; graph.nodes().len()];
    let mut work = vec![place.at];
    while let Some(at) = work.pop() {
        let node = &graph.nodes()[at];
        for wire in &node.wires_out {
            let wire = &graph.wires()[*wire];
            if at != place.at && !passes_on(graph, at, &node.outputs[wire.from_port].name) {
                continue;
            }
            let to = wire.to;
            if std::mem::replace(&mut seen[to], true) {
                continue;
            }
            let title = place.title(app, to);
            let names = reads(app, place, to);
            if !names.is_empty() {
                readers.push(title.clone());
            }
            for name in names {
                match targets.iter_mut().find(|target| target.to == name) {
                    Some(known) => known.note = format!("{}, {title}", known.note),
                    None => targets.push(TargetField {
                        to: name,
                        kind: FieldType::Any,
                        note: format!("read by {title}"),
                        fields: None,
                    }),
                }
            }
            work.push(to);
        }
    }
    (targets, readers)
}

/// The fields of its items that a node reads.
fn reads(app: &App, place: &Place, node: usize) -> Vec<String> {
    let spec = &place.graph.nodes()[node].spec;
    let mut names = Vec::new();
    if let Some(kind) = app.catalogue.get(&spec.kind) {
        for field in &kind.info.fields {
            if let Some(value) = spec.params.get(&field.key) {
                in_value(&field.kind, value, &mut names);
            }
        }
    }
    if spec.kind.as_str() == "file.write" {
        let columns = spec.params.get("csv").and_then(|csv| csv.get("columns"));
        let columns = columns.and_then(Json::as_array).into_iter().flatten();
        names.extend(columns.filter_map(Json::as_str).map(str::to_owned));
    }
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn in_value(kind: &FieldKind, value: &Json, names: &mut Vec<String>) {
    match (kind, value) {
        (FieldKind::Expression, Json::String(text)) => {
            if let Ok(expression) = Expression::parse(text) {
                in_expression(&expression, names);
            }
        }
        (FieldKind::Template { .. }, Json::String(text)) => in_text(text, names),
        (FieldKind::Json | FieldKind::Pairs, value) => in_json(value, names),
        (FieldKind::Rows { columns }, Json::Array(rows)) => {
            for row in rows {
                in_fields(columns, row, names);
            }
        }
        (FieldKind::Group { fields }, value) => in_fields(fields, value, names),
        (FieldKind::List { of }, Json::Array(items)) => {
            for item in items {
                in_value(of, item, names);
            }
        }
        (FieldKind::Variants { tag, options }, value) => {
            let chosen = value.get(tag).and_then(Json::as_str);
            let variant = options.iter().find(|option| chosen == Some(option.value.as_str()));
            if let Some(variant) = variant {
                in_fields(&variant.fields, value, names);
            }
        }
        _ => {}
    }
}

fn in_fields(fields: &[Field], value: &Json, names: &mut Vec<String>) {
    for field in fields {
        // What the rows of a for-each read is in the entries of a list.
        if field.key == "fields" && matches!(field.kind, FieldKind::Rows { .. }) {
            continue;
        }
        if let Some(value) = value.get(&field.key) {
            in_value(&field.kind, value, names);
        }
    }
}

fn in_json(value: &Json, names: &mut Vec<String>) {
    if JsonTemplate::parse(value.clone()).is_err() {
        return;
    }
    match value {
        Json::String(text) => in_text(text, names),
        Json::Array(items) => items.iter().for_each(|item| in_json(item, names)),
        Json::Object(members) => members.values().for_each(|value| in_json(value, names)),
        _ => {}
    }
}

fn in_text(text: &str, names: &mut Vec<String>) {
    if let Ok(template) = Template::parse(text) {
        for (expression, _) in template.expressions() {
            in_expression(expression, names);
        }
    }
}

fn in_expression(expression: &Expression, names: &mut Vec<String>) {
    for path in expression.explain().sources {
        // What begins with a `$` is no field of the item; a star stands for fields unknown.
        if !path.starts_with('$') && !path.contains('*') {
            names.push(path.replace('`', ""));
        }
    }
}

/// What the values of a type are, and the entries of a list.
pub(super) fn value_kinds(kind: FieldType, is_for_each: bool) -> (ValueKind, Option<ValueKind>) {
    if is_for_each {
        return (ValueKind::List, Some(ValueKind::Object));
    }
    if let Some(entries) = kind.entries() {
        return (ValueKind::List, Some(value_kinds(entries, false).0));
    }
    let kind = match kind {
        FieldType::Text => ValueKind::Text,
        FieldType::Number | FieldType::Decimal | FieldType::DecimalComma => ValueKind::Number,
        FieldType::Integer => ValueKind::Integer,
        FieldType::Boolean => ValueKind::Boolean,
        FieldType::Date | FieldType::DateDmy | FieldType::DateMdy => ValueKind::Date,
        FieldType::DateTime => ValueKind::DateTime,
        FieldType::Object => ValueKind::Object,
        _ => ValueKind::Unknown,
    };
    (kind, None)
}
