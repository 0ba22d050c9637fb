//! Local tables as code lists in a mapping: `$lookup($tables.countries, code)`. Only tables that an
//! expression names are read. Not a join: that is `data.lookup`.

use std::sync::{Arc, PoisonError, RwLock};

use data::Value;
use mapping::{Expression, Fault, Names};

use super::params::MapField;
use crate::node::PureContext;
use crate::step::StepResult;
use crate::tables::Table;

/// The tables that rows name, in the order in which they are named.
pub fn tables_of<'f>(fields: impl IntoIterator<Item = &'f MapField>) -> Vec<String> {
    let mut found = Vec::new();
    for field in fields {
        let inner = tables_of(field.fields.as_deref().unwrap_or_default());
        for name in tables_in(&field.from).into_iter().chain(inner) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// The tables that an expression names.
pub fn tables_in(expression: &Expression) -> Vec<String> {
    if !expression.source().contains("$tables") {
        return Vec::new();
    }
    let name = |path: &String| {
        let rest = path.strip_prefix("$tables.")?;
        Some(match rest.strip_prefix('`') {
            Some(quoted) => quoted.split('`').next().unwrap_or_default().to_owned(),
            None => rest.split('.').next().unwrap_or_default().to_owned(),
        })
    };
    expression.explain().sources.iter().filter_map(name).collect()
}

/// A table as an object: each row by the text of its first cell. A table of two columns has the
/// second cell there, a wider one the row; of several rows with a key the first one counts.
pub fn code_list(table: &Table) -> Value {
    let mut members: Vec<(String, Value)> = Vec::with_capacity(table.rows.len());
    let mut seen = std::collections::HashSet::new();
    let [key, others @ ..] = &table.columns[..] else { return Value::object::<&str>([]) };
    for row in &table.rows {
        let Some(code) = row.get(key).filter(|code| !code.is_null()) else { continue };
        let code = code.as_str().map_or_else(|| code.to_string(), |text| text.trim().to_owned());
        let value = match others {
            [only] => row.get(only).cloned().unwrap_or_default(),
            _ => row.clone(),
        };
        if seen.insert(code.clone()) {
            members.push((code, value));
        }
    }
    Value::object(members)
}

/// The code lists of a mapping, made again only where a table has changed.
#[derive(Debug, Default)]
pub(super) struct CodeLists {
    names: Vec<String>,
    made: RwLock<Option<(Vec<Arc<Table>>, Value)>>,
}

impl CodeLists {
    pub(super) fn of(fields: &[MapField]) -> Self {
        Self { names: tables_of(fields), made: RwLock::default() }
    }

    /// The value of `$tables`; none where no expression names a table.
    pub(super) fn value(&self, cx: &PureContext<'_>) -> StepResult<Option<Value>> {
        if self.names.is_empty() {
            return Ok(None);
        }
        let tables =
            self.names.iter().map(|name| cx.table(name)).collect::<StepResult<Vec<_>>>()?;
        let is_same = |known: &[Arc<Table>]| {
            known.iter().zip(&tables).all(|(known, table)| Arc::ptr_eq(known, table))
        };
        if let Some((known, value)) = &*self.made.read().unwrap_or_else(PoisonError::into_inner)
            && is_same(known)
        {
            return Ok(Some(value.clone()));
        }
        let lists = self.names.iter().zip(&tables);
        let value = Value::object(lists.map(|(name, table)| (name.as_str(), code_list(table))));
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Some((tables, value.clone()));
        Ok(Some(value))
    }
}

/// Names with `$tables` among them.
pub(super) struct WithTables<'a> {
    pub(super) names: &'a dyn Names,
    pub(super) tables: &'a Value,
}

impl Names for WithTables<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        if name == "tables" { Some(self.tables.clone()) } else { self.names.get(name) }
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        self.names.node(id)
    }

    fn now_ms(&self) -> Option<i64> {
        self.names.now_ms()
    }

    fn seed(&self) -> Option<u64> {
        self.names.seed()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_is_a_code_list_by_its_first_column() {
        let table = |columns: &[&str], rows: serde_json::Value| Table {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: serde_json::from_value(rows).unwrap(),
        };
        let two = table(
            &["code", "name"],
            json!([{ "code": "DE", "name": "Germany" }, { "code": 7, "name": "Seven" },
                   { "code": "DE", "name": "again" }, { "code": null, "name": "no key" }]),
        );
        assert_eq!(code_list(&two).to_string(), r#"{"DE":"Germany","7":"Seven"}"#);
        let wide = table(&["a", "b", "c"], json!([{ "a": "x", "b": 1, "c": 2 }]));
        assert_eq!(code_list(&wide).to_string(), r#"{"x":{"a":"x","b":1,"c":2}}"#);
    }

    #[test]
    fn only_tables_that_are_named_are_read() {
        let of = |text: &str| tables_in(&Expression::parse(text).unwrap());
        assert_eq!(of("$lookup($tables.countries, code)"), ["countries"]);
        assert_eq!(of("$lookup($tables.`tax rates`, code).rate & $tables.b.c"), ["tax rates", "b"]);
        assert_eq!(of("'$tables.x'"), Vec::<String>::new());
    }
}
