//! What the cells of a sheet say of a row, and what is made of an edited cell.

use engine::map::{FieldType, Missing};
use serde_json::Value as Json;

use super::super::menu;
use super::super::types::MapRow;
use super::table::{COLUMNS, DEFAULT, MISSING, NOTE, RULE, SOURCE, TARGET, TYPE};
use crate::App;

/// A sample longer than this is cut.
const LONGEST_SAMPLE: usize = 200;

/// What types and policies are called.
pub(super) struct Labels {
    types: Vec<(FieldType, String)>,
    policies: Vec<(Missing, String)>,
}

/// A row with the lists around it.
#[derive(Debug, Clone)]
pub(super) struct Flat<'r> {
    /// The field as a sheet names it: `positions[].sku`, a list itself `positions[]`.
    pub(super) target: String,
    /// The names from the item on: `["positions", "sku"]`.
    pub(super) way: Vec<&'r str>,
    /// What the rows around it are made from.
    pub(super) within: Vec<String>,
    pub(super) row: &'r MapRow,
}

/// All rows, those inside lists behind their list.
pub(super) fn flat(rows: &[MapRow]) -> Vec<Flat<'_>> {
    let mut found = Vec::new();
    add(rows, "", &[], &[], &mut found);
    found
}

fn add<'r>(
    rows: &'r [MapRow],
    before: &str,
    way: &[&'r str],
    within: &[String],
    found: &mut Vec<Flat<'r>>,
) {
    for row in rows {
        let brackets = if row.fields.is_some() { "[]" } else { "" };
        let target = format!("{before}{}{brackets}", row.to);
        let way: Vec<&str> = way.iter().copied().chain([row.to.as_str()]).collect();
        let inner = format!("{target}.");
        found.push(Flat { target, way: way.clone(), within: within.to_vec(), row });
        if let Some(fields) = &row.fields {
            let within: Vec<String> = within.iter().cloned().chain([row.from.clone()]).collect();
            add(fields, &inner, &way, &within, found);
        }
    }
}

impl Labels {
    pub(super) fn of(app: &App) -> Self {
        let (types, policies) = (menu::types(app), menu::policies(app));
        Self {
            types: types.into_iter().map(|choice| (choice.value, choice.label)).collect(),
            policies: policies.into_iter().map(|choice| (choice.value, choice.label)).collect(),
        }
    }

    /// Labels as a test names them.
    #[cfg(test)]
    pub(super) fn named(types: &[(FieldType, &str)], policies: &[(Missing, &str)]) -> Self {
        Self {
            types: types.iter().map(|(value, label)| (*value, (*label).to_owned())).collect(),
            policies: policies.iter().map(|(value, label)| (*value, (*label).to_owned())).collect(),
        }
    }

    fn of_type(&self, kind: FieldType) -> &str {
        self.types.iter().find(|(known, _)| *known == kind).map_or("", |(_, label)| label)
    }

    fn of_policy(&self, missing: Missing) -> &str {
        self.policies.iter().find(|(known, _)| *known == missing).map_or("", |(_, label)| label)
    }

    /// The type of that label or name; nothing is any.
    pub(super) fn to_type(&self, text: &str) -> Result<FieldType, String> {
        find(&self.types, text, "type")
    }

    /// The policy of that label or name; nothing leaves the field out.
    pub(super) fn to_policy(&self, text: &str) -> Result<Missing, String> {
        find(&self.policies, text, "policy")
    }
}

fn find<T: Copy + Default + serde::Serialize>(
    known: &[(T, String)],
    text: &str,
    what: &str,
) -> Result<T, String> {
    if text.is_empty() {
        return Ok(T::default());
    }
    let name = |value: &T| serde_json::to_value(value).ok()?.as_str().map(str::to_owned);
    let is_meant = |(value, label): &&(T, String)| {
        label.eq_ignore_ascii_case(text) || name(value).is_some_and(|name| name == text)
    };
    if let Some((value, _)) = known.iter().find(is_meant) {
        return Ok(*value);
    }
    let labels: Vec<&str> = known.iter().map(|(_, label)| label.as_str()).collect();
    Err(format!("There is no {what} \"{text}\". Write one of these: {}.", labels.join("; ")))
}

/// The cells of a row, but for the samples.
pub(super) fn editable(row: &Flat<'_>, labels: &Labels, sources: &[String]) -> [String; 9] {
    let mut cells: [String; COLUMNS.len()] = Default::default();
    cells[TARGET].clone_from(&row.target);
    labels.of_type(row.row.kind).clone_into(&mut cells[TYPE]);
    labels.of_policy(row.row.missing).clone_into(&mut cells[MISSING]);
    cells[DEFAULT] = row.row.default.as_ref().map(default_text).unwrap_or_default();
    cells[SOURCE] = sources.join(", ");
    cells[RULE].clone_from(&row.row.from);
    cells[NOTE].clone_from(&row.row.note);
    cells
}

/// A default value: a text as it is, where it cannot be taken for something else.
fn default_text(value: &Json) -> String {
    match value {
        Json::String(text)
            if !text.trim().is_empty()
                && text.trim() == text
                && serde_json::from_str::<Json>(text).is_err() =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}

/// The default value that a cell says.
pub(super) fn to_default(text: &str) -> Option<Json> {
    if text.is_empty() {
        return None;
    }
    Some(serde_json::from_str(text).unwrap_or_else(|_| Json::from(text)))
}

/// A value as a sample.
pub(super) fn sample(value: &data::Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(LONGEST_SAMPLE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
