//! The rows of a mapping: as they stand in a flow, as the mapper shows them, and as the engine takes
//! them.

use data::Value;
use engine::map::MapField;
use flow::edit::Edit;
use flow::file::NodeSpec;
use mapping::{Expression, Fault};
use serde_json::Value as Json;

use super::reach::absolute;
use super::types::{MapRow, Reading, RowProblem, RowView};
use crate::types::PreviewError;

/// Where the rows stand in the node.
pub(super) const FIELDS: &str = "/params/fields";

/// The params of a mapping node, as far as they can be read.
#[derive(Debug, Default)]
pub(super) struct MapParams {
    pub(super) rows: Vec<MapRow>,
    pub(super) keep: bool,
}

/// Reads the rows of a node. What cannot be read is told by the flow's check; here it is a row
/// without it.
pub(super) fn read(spec: &NodeSpec) -> MapParams {
    let keep = spec.params.get("keep").and_then(Json::as_bool).unwrap_or_default();
    let rows = spec.params.get("fields").and_then(Json::as_array);
    MapParams { rows: rows.into_iter().flatten().map(row).collect(), keep }
}

fn row(json: &Json) -> MapRow {
    if let Ok(row) = serde_json::from_value(json.clone()) {
        return row;
    }
    let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let part = |key: &str| json.get(key).cloned().unwrap_or_default();
    let fields = json.get("fields").and_then(Json::as_array);
    MapRow {
        to: text("to"),
        from: text("from"),
        kind: serde_json::from_value(part("type")).unwrap_or_default(),
        missing: serde_json::from_value(part("missing")).unwrap_or_default(),
        default: json.get("default").cloned(),
        note: text("note"),
        fields: fields.map(|fields| fields.iter().map(row).collect()),
    }
}

/// The change that gives a node these rows.
pub(super) fn edit(node: &NodeSpec, rows: &[MapRow]) -> Edit {
    let value = Some(serde_json::to_value(rows).unwrap_or_default());
    Edit::SetNode { node: node.id.clone(), key: FIELDS.to_owned(), value }
}

/// The rows as the mapper shows them.
pub(super) fn views(rows: &[MapRow], at: &str, within: &[String]) -> Vec<RowView> {
    let view = |(index, row): (usize, &MapRow)| {
        let key = format!("{at}/{index}");
        let inner = row.fields.as_ref().map(|inner| {
            let within: Vec<String> = within.iter().cloned().chain([row.from.clone()]).collect();
            views(inner, &format!("{key}/fields"), &within)
        });
        RowView {
            to: row.to.clone(),
            from: row.from.clone(),
            kind: row.kind,
            missing: row.missing,
            default: row.default.clone(),
            note: row.note.clone(),
            reading: reading(&row.from, within),
            rows: inner,
            key,
        }
    };
    rows.iter().enumerate().map(view).collect()
}

/// What an expression in a row says.
pub(super) fn reading(text: &str, within: &[String]) -> Reading {
    if text.trim().is_empty() {
        return Reading::default();
    }
    match Expression::parse(text) {
        Ok(expression) => Reading {
            rule: mapping::rule::Rule::read(text),
            sources: sources(&expression).iter().map(|path| absolute(path, within)).collect(),
            fault: None,
        },
        Err(fault) => Reading { fault: Some(error(&fault)), ..Reading::default() },
    }
}

/// The paths that an expression reads, in the order of the source trees' paths.
fn sources(expression: &Expression) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // The entry, or the item, as a whole.
    if expression.source().trim() == "$" {
        found.push("$".to_owned());
    }
    for path in expression.explain().sources {
        let path = canonical(&path);
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

/// A path as the source trees write it.
fn canonical(path: &str) -> String {
    match mapping::rule::Rule::read(path) {
        Some(mapping::rule::Rule::Path { path }) => path,
        _ => path.to_owned(),
    }
}

pub(super) fn error(fault: &Fault) -> PreviewError {
    PreviewError {
        code: fault.code.clone(),
        message: fault.message.clone(),
        span: fault.span.as_ref().map(|span| (span.start, span.end)),
    }
}

/// The rows as the engine takes them. A row whose expression cannot be read makes nothing, and is
/// told.
pub(super) fn fields(rows: &[MapRow], at: &str, problems: &mut Vec<RowProblem>) -> Vec<MapField> {
    let field = |(index, row): (usize, &MapRow)| {
        let key = format!("{at}/{index}");
        let inner =
            row.fields.as_ref().map(|rows| fields(rows, &format!("{key}/fields"), problems));
        let (from, is_right) = match expression(row) {
            Ok(from) => (from, true),
            Err(error) => {
                problems.push(RowProblem { key: format!("{key}/from"), error });
                (nothing(), false)
            }
        };
        MapField {
            to: row.to.clone(),
            from,
            kind: row.kind,
            missing: if is_right { row.missing } else { engine::map::Missing::Omit },
            default: row.default.as_ref().map(Value::from_serde),
            note: row.note.clone(),
            fields: inner,
        }
    };
    rows.iter().enumerate().map(field).collect()
}

fn expression(row: &MapRow) -> Result<Expression, PreviewError> {
    if row.from.trim().is_empty() {
        let message = format!("The field \"{}\" is not mapped yet.", row.to);
        return Err(PreviewError { code: "unmapped".to_owned(), message, span: None });
    }
    Expression::parse(&row.from).map_err(|fault| error(&fault))
}

/// An expression that gives nothing.
fn nothing() -> Expression {
    Expression::parse("[][0]").expect("this is an expression")
}
