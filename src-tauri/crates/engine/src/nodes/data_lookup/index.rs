//! A table made ready to be looked up in: from the text of a key to a row. Not what is done with
//! the row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use data::{Kind, Number, Value};

use super::Duplicates;
use crate::tables::Table;

/// Stands between the columns of one key; texts do not hold it.
const BETWEEN: char = '\u{1f}';

/// The rows of a table by their keys.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) table: Arc<Table>,
    rows: HashMap<Box<str>, u32>,
}

/// How keys are compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) ignore_case: bool,
    pub(super) duplicates: Duplicates,
}

impl Index {
    /// Makes the index of some columns. A row whose key has an empty cell cannot be found.
    ///
    /// # Errors
    /// A sentence: a column that is not there, or a key that comes twice where it must not.
    pub(super) fn new<'c>(
        table: Arc<Table>,
        columns: &(impl Iterator<Item = &'c str> + Clone),
        rules: Rules,
    ) -> Result<Self, String> {
        if let Some(column) = columns.clone().find(|name| !table.columns.iter().any(|c| c == name))
        {
            return Err(no_column(column, &table));
        }
        let mut rows: HashMap<Box<str>, u32> = HashMap::with_capacity(table.rows.len());
        for (at, row) in table.rows.iter().enumerate() {
            let mut key = String::new();
            let is_whole = columns.clone().all(|column| {
                let cell = row.get(column);
                matches!(
                    cell.map(|cell| add_part(&mut key, cell, rules.ignore_case)),
                    Some(Ok(true))
                )
            });
            if !is_whole {
                continue;
            }
            match rows.entry(key.into_boxed_str()) {
                Entry::Vacant(free) => {
                    free.insert(at as u32);
                }
                Entry::Occupied(mut taken) => match rules.duplicates {
                    Duplicates::First => {}
                    Duplicates::Last => {
                        taken.insert(at as u32);
                    }
                    Duplicates::Error => {
                        let key = taken.key().replace(BETWEEN, ", ");
                        let (first, second) = (*taken.get() + 1, at + 1);
                        return Err(format!(
                            "The rows {first} and {second} of the table have the same key {key}."
                        ));
                    }
                },
            }
        }
        Ok(Self { table, rows })
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.rows.get(key).and_then(|at| self.table.rows.get(*at as usize))
    }
}

/// Adds a column's value to a key; false where it is nothing that could be found.
///
/// # Errors
/// The kind of value that no key can have.
pub(super) fn add_part(key: &mut String, value: &Value, ignore_case: bool) -> Result<bool, Kind> {
    if !key.is_empty() {
        key.push(BETWEEN);
    }
    let before = key.len();
    match value.kind() {
        Kind::Null => return Ok(false),
        Kind::Text => {
            let text = value.as_str().unwrap_or_default().trim();
            if ignore_case {
                key.extend(text.chars().flat_map(char::to_lowercase));
            } else {
                key.push_str(text);
            }
        }
        Kind::Number => key.push_str(&value.as_number().map(|n| plain(&n)).unwrap_or_default()),
        Kind::Bool => key.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
        kind @ (Kind::List | Kind::Object) => return Err(kind),
    }
    Ok(key.len() > before)
}

/// A number as a table has it: `7` also where it came as `7.0` or `7e0`.
fn plain(number: &Number) -> String {
    number.as_i64().map_or_else(|| number.text().into_owned(), |int| int.to_string())
}

pub(super) fn no_column(name: &str, table: &Table) -> String {
    match table.columns.as_slice() {
        [] => format!("The table has no column \"{name}\": it is empty."),
        columns => {
            format!("The table has no column \"{name}\"; it has {}.", columns.join(", "))
        }
    }
}
