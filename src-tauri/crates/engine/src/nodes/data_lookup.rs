//! `data.lookup`: adds to each item what a table has for its key. Not the tables: those are the
//! flow's own or come by name (see `tables`).

mod index;

use std::sync::{Arc, Mutex, PoisonError};

use data::{Key, Value};
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Port, Problem};
use flow::run::ErrorClass;
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::index::{Index, Rules, add_part, no_column};
use crate::catalogue::{example, node_info, port, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};
use crate::tables::Table;

/// Params of `data.lookup`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The table that is looked up in.
    table: Source,
    /// How the row is found: each of these columns must have the item's value. Numbers match texts
    /// of the same digits, and spaces around values do not count.
    #[serde(default)]
    #[schemars(title = "Find the row by")]
    keys: Vec<KeyColumn>,
    /// The columns that are added to the item; all of them but the keys if none is named.
    #[serde(default)]
    #[schemars(title = "Columns to add")]
    add: Vec<AddColumn>,
    /// The name of a field that the found columns are put in together; without it they become
    /// fields of the item.
    #[serde(default, rename = "as")]
    #[schemars(title = "Put the row into", extend("x-advanced" = true))]
    into: Option<String>,
    /// What is done where the table has no row for an item, or the item no key.
    #[serde(default)]
    #[schemars(title = "If there is no row")]
    missing: Missing,
    /// The row that is taken where there is none and the default is chosen, such as
    /// `{"name": "unknown"}`.
    #[serde(default)]
    #[schemars(
        title = "Default row",
        with = "Option<serde_json::Value>",
        extend("x-advanced" = true)
    )]
    default: Option<Value>,
    /// Which row is taken where several have the key.
    #[serde(default)]
    #[schemars(title = "If several rows have the key", extend("x-advanced" = true))]
    duplicates: Duplicates,
    /// Whether small and capital letters are the same in keys.
    #[serde(default)]
    #[schemars(title = "Ignore case", extend("x-advanced" = true))]
    ignore_case: bool,
}

/// Where a table is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Source {
    /// A table of this workspace, edited under Tables.
    #[schemars(title = "A table by name")]
    Named {
        /// The name of the table.
        #[serde(default)]
        name: String,
    },
    /// Rows that stand in the flow itself.
    #[schemars(title = "Rows in the flow")]
    Inline {
        /// The rows, as a list of JSON objects.
        #[serde(default)]
        #[schemars(with = "Vec<serde_json::Value>", extend("format" = "json"))]
        rows: Vec<Value>,
    },
}

/// A column that a row is found by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyColumn {
    /// The column of the table.
    column: String,
    /// The item's value: a path into it, or any JSONata expression.
    #[schemars(title = "Value")]
    from: Expression,
}

/// A column that is added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddColumn {
    /// The column of the table.
    column: String,
    /// The name of the field that it becomes; the column's without it. A field that is there is
    /// replaced.
    #[serde(default)]
    #[schemars(title = "Field")]
    to: Option<String>,
}

/// What is done where there is no row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Missing {
    /// The item is rejected: the node's error policy says what becomes of it.
    #[default]
    #[schemars(title = "Reject the item")]
    Reject,
    /// The item goes on as it is.
    #[schemars(title = "Leave the fields out")]
    Omit,
    /// The fields are null.
    #[schemars(title = "Set the fields to null")]
    Null,
    /// The default row is taken.
    #[schemars(title = "Use the default row")]
    Default,
    /// The item leaves by `missing`.
    #[schemars(title = "Send the item another way")]
    Port,
}

/// Which row counts where several have a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Duplicates {
    /// The first one.
    #[default]
    #[schemars(title = "Take the first")]
    First,
    /// The last one.
    #[schemars(title = "Take the last")]
    Last,
    /// None: the run stops and tells which rows they are.
    #[schemars(title = "Stop with an error")]
    Error,
}

pub(crate) struct Lookup;

impl NodeType for Lookup {
    type Params = Params;

    fn info() -> NodeInfo {
        let countries = json!({ "type": "inline", "rows": [
            { "code": "DE", "name": "Germany", "vat": 19 },
            { "code": "FR", "name": "France", "vat": 20 }
        ] });
        NodeInfo {
            keywords: words([
                "lookup",
                "look up",
                "vlookup",
                "map value",
                "code list",
                "translate",
                "enrich",
                "table",
                "cross reference",
            ]),
            examples: vec![
                example(
                    "A country's name for its code",
                    json!({
                        "table": countries,
                        "keys": [{ "column": "code", "from": "country" }],
                        "add": [{ "column": "name", "to": "countryName" }]
                    }),
                    json!([{ "id": 1, "country": "FR" }]),
                    json!([{ "id": 1, "country": "FR", "countryName": "France" }]),
                ),
                example(
                    "A default for codes that are not in the table",
                    json!({
                        "table": countries,
                        "keys": [{ "column": "code", "from": "$uppercase(country)" }],
                        "as": "land", "missing": "default",
                        "default": { "name": "unknown", "vat": 0 }
                    }),
                    json!([{ "country": "de" }, { "country": "xx" }]),
                    json!([
                        { "country": "de", "land": { "name": "Germany", "vat": 19 } },
                        { "country": "xx", "land": { "name": "unknown", "vat": 0 } }
                    ]),
                ),
            ],
            ..node_info(
                "data.lookup",
                "Look up",
                "Adds what a table has for each item.",
                "Finds, for each item, the row of a table with the item's key, and adds the row's \
                 columns. The table stands in the flow, or is one of the workspace's: those are \
                 edited and imported under **Tables** and serve many flows. A run sees a table as \
                 it was when it first needed it.\n\nKeys are compared as texts: the number `7` \
                 finds the row with `\"7\"`. **If there is no row** says what becomes of an item \
                 that the table does not know; nothing is left out silently unless you say so. To \
                 match two streams of items, see Join.",
                Family::Data,
                "search",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let keys: Vec<&str> = params.keys.iter().map(|key| key.from.source()).collect();
        let place = match &params.table {
            Source::Named { name } if name.trim().is_empty() => "",
            Source::Named { name } => name,
            Source::Inline { .. } => "its rows",
        };
        let summary = match (keys.is_empty(), place) {
            (true, _) | (_, "") => String::new(),
            (false, place) => format!("looks up {} in {place}", keys.join(", ")),
        };
        Inspection {
            summary,
            outputs: Some(outputs(params.missing)),
            problems: params.problems(),
            passage: Passage::IN_PLACE,
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        if let Some(problem) = params.problems().into_iter().next() {
            return Err(problem);
        }
        let own = match &params.table {
            Source::Named { .. } => None,
            Source::Inline { rows } => {
                let index = params.index(Arc::new(inline(rows)));
                Some(Arc::new(index.map_err(|(key, message)| Problem { key, message })?))
            }
        };
        Ok(Behaviour::Pure(Box::new(Looking { params, own, last: Mutex::default() })))
    }
}

fn outputs(missing: Missing) -> Vec<Port> {
    let out = port("out", "items with what was found");
    match missing {
        Missing::Port => vec![out, port("missing", "items that the table has no row for")],
        _ => vec![out],
    }
}

/// Rows of a flow as a table; a field that only some have is an empty cell in the others.
fn inline(rows: &[Value]) -> Table {
    let mut keys: indexmap::IndexSet<&Key> = indexmap::IndexSet::new();
    for row in rows.iter().filter_map(Value::as_object) {
        keys.extend(row.keys());
    }
    let row = |row: &Value| {
        Value::object(keys.iter().map(|key| {
            let cell = row.as_object().and_then(|row| row.get_key(key));
            ((*key).clone(), cell.cloned().unwrap_or_default())
        }))
    };
    Table {
        columns: keys.iter().map(|key| key.as_str().to_owned()).collect(),
        rows: rows.iter().map(row).collect(),
    }
}

impl Params {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |key: &str, message: &str| {
            problems.push(Problem { key: format!("/params/{key}"), message: message.to_owned() });
        };
        match &self.table {
            Source::Named { name } if name.trim().is_empty() => {
                add("table/name", "Say which table is looked up in.");
            }
            Source::Inline { rows } if rows.iter().any(|row| row.as_object().is_none()) => {
                add("table/rows", "Each row must be an object, such as {\"code\": \"DE\"}.");
            }
            _ => {}
        }
        if self.keys.is_empty() {
            add("keys", "Say by which column a row is found.");
        }
        if self.missing == Missing::Default {
            match &self.default {
                None => add("default", "Give the row that is taken where there is none."),
                Some(row) if row.as_object().is_none() => {
                    add("default", "The default row must be an object: {\"name\": \"unknown\"}.");
                }
                Some(_) => {}
            }
        }
        problems
    }

    /// Makes a table ready; else the key of the param, and a sentence.
    fn index(&self, table: Arc<Table>) -> Result<Index, (String, String)> {
        for (at, add) in self.add.iter().enumerate() {
            if !table.columns.contains(&add.column) {
                let key = format!("/params/add/{at}/column");
                return Err((key, no_column(&add.column, &table)));
            }
        }
        let rules = Rules { ignore_case: self.ignore_case, duplicates: self.duplicates };
        let columns = self.keys.iter().map(|key| key.column.as_str());
        Index::new(table, &columns, rules).map_err(|message| ("/params/keys".to_owned(), message))
    }

    /// The item with a row's columns.
    fn with_row(&self, item: &Value, row: &Value, table: &Table) -> StepResult<Value> {
        let Some(object) = item.as_object() else {
            let message = format!("The item is a {}, so no fields can be added.", item.kind());
            return Err(StepError::terminal(ErrorClass::Validation, message)
                .advice("Make objects of the items first."));
        };
        if let Some(into) = &self.into {
            let part = if row.is_null() {
                Value::null()
            } else {
                Value::object(self.columns_of(row, table))
            };
            return Ok(Value::from(object.with(into.as_str(), part)));
        }
        let mut columns = self.columns_of(row, table);
        if self.add.is_empty() {
            // What was not asked for by name does not take the place of what is there.
            columns.retain(|(key, _)| object.get_key(key).is_none());
        }
        Ok(Value::from(object.with_all(columns)))
    }

    fn columns_of(&self, row: &Value, table: &Table) -> Vec<(Key, Value)> {
        let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
        if self.add.is_empty() {
            let is_key = |name: &String| self.keys.iter().any(|key| key.column == *name);
            let columns = table.columns.iter().filter(|name| !is_key(name));
            return columns.map(|name| (Key::new(name), cell(name))).collect();
        }
        let name = |add: &AddColumn| match add.to.as_deref() {
            None | Some("") => Key::new(&add.column),
            Some(to) => Key::new(to),
        };
        self.add.iter().map(|add| (name(add), cell(&add.column))).collect()
    }
}

struct Looking {
    params: Params,
    /// The index of rows in the flow.
    own: Option<Arc<Index>>,
    /// The index of the named table that was last used; runs follow each other with the same.
    last: Mutex<Option<Arc<Index>>>,
}

impl Looking {
    fn index(&self, cx: &PureContext<'_>) -> StepResult<Arc<Index>> {
        if let Some(own) = &self.own {
            return Ok(Arc::clone(own));
        }
        let Source::Named { name } = &self.params.table else {
            unreachable!("the index of rows in the flow was made with the node")
        };
        let name = name.trim();
        let table = cx.table(name).map_err(|error| error.key("/params/table/name"))?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = last.as_ref().filter(|index| Arc::ptr_eq(&index.table, &table)) {
            return Ok(Arc::clone(index));
        }
        let index = self.params.index(table).map_err(|(key, message)| {
            StepError::terminal(ErrorClass::Validation, format!("{message} (Table \"{name}\".)"))
                .advice("Change the table under Tables, or this node.")
                .key(key)
        })?;
        let index = Arc::new(index);
        *last = Some(Arc::clone(&index));
        Ok(index)
    }

    /// The key of an item; none where a part of it is missing.
    fn key(&self, item: &Item, cx: &PureContext<'_>) -> StepResult<Option<String>> {
        let names = cx.names(&item.lineage);
        let mut key = String::new();
        for (at, part) in self.params.keys.iter().enumerate() {
            let place = || format!("/params/keys/{at}/from");
            let found = part.from.eval(&item.value, &names);
            let found = found.map_err(|fault| StepError::fault(&fault, place()))?;
            let Some(value) = found else { return Ok(None) };
            match add_part(&mut key, &value, self.params.ignore_case) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(kind) => {
                    let from = &part.from;
                    let message =
                        format!("A {kind} cannot be looked up: {from} must give one value.");
                    return Err(StepError::terminal(ErrorClass::Validation, message)
                        .advice("Choose one field as the key, or split the list first.")
                        .key(place()));
                }
            }
        }
        Ok(Some(key))
    }

    fn not_found(
        &self,
        item: &Item,
        table: &Table,
        cx: &PureContext<'_>,
        out: &mut Ports,
    ) -> StepResult<()> {
        let row = match self.params.missing {
            Missing::Omit => {
                out.pass(0, item.clone());
                return Ok(());
            }
            Missing::Port => {
                out.pass(1, item.clone());
                return Ok(());
            }
            Missing::Reject => return Err(self.no_row(item, cx)),
            Missing::Null => Value::null(),
            Missing::Default => self.params.default.clone().unwrap_or_default(),
        };
        let value = self.params.with_row(&item.value, &row, table)?;
        out.put(0, item.lineage.clone(), value);
        Ok(())
    }

    fn no_row(&self, item: &Item, cx: &PureContext<'_>) -> StepError {
        let names = cx.names(&item.lineage);
        let told = |key: &KeyColumn| {
            let value = key.from.eval(&item.value, &names).ok().flatten();
            match value {
                Some(value) => format!("{} = {value}", key.column),
                None => format!("{} = nothing ({} gives nothing)", key.column, key.from),
            }
        };
        let keys: Vec<String> = self.params.keys.iter().map(told).collect();
        let table = match &self.params.table {
            Source::Named { name } => format!("the table \"{}\"", name.trim()),
            Source::Inline { .. } => "the table".to_owned(),
        };
        let message = format!("There is no row with {} in {table}.", keys.join(" and "));
        StepError::terminal(ErrorClass::NotFound, message)
            .advice("Add the row, or say in the node what is done if there is none.")
            .key("/params/missing")
    }
}

impl Pure for Looking {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let index = match self.index(cx) {
            Ok(index) => index,
            Err(error) => {
                // No item can be looked up, so it is not this one that failed.
                out.stop_failed(error);
                return Ok(());
            }
        };
        let row = match self.key(item, cx)? {
            Some(key) => index.get(&key),
            None => None,
        };
        match row {
            None => self.not_found(item, &index.table, cx, out),
            Some(row) => {
                let value = self.params.with_row(&item.value, row, &index.table)?;
                out.put(0, item.lineage.clone(), value);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests;
