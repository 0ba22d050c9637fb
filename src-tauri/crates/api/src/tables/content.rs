//! What a table holds, and what an edit does to it. Pure: not where tables are kept.

use std::collections::HashSet;

use data::{Kind, Number, Value};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Beyond this a database is the better place.
const MOST_ROWS: usize = 200_000;

/// More columns do not fit a code list.
const MOST_COLUMNS: usize = 200;

/// Bytes of a table as JSON: each edit writes it anew.
pub(super) const MOST_BYTES: usize = 16 << 20;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// What its cells are.
    #[serde(default)]
    pub kind: CellKind,
}

/// What the cells of a column are; any of them may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// Texts: also numbers whose digits are a name, such as `007`.
    #[default]
    Text,
    /// Numbers.
    Number,
    /// Yes or no.
    Bool,
}

/// The cells of some rows, each as long as there are columns.
pub(super) type Rows = Vec<Vec<Value>>;

/// A change of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TableEdit {
    /// Rows in place of others: changed cells, rows put in, rows taken out.
    Rows {
        /// The first of them, counted from 0.
        at: usize,
        /// How many rows are taken out there.
        remove: usize,
        /// The rows that are put there.
        #[ts(type = "(string | number | boolean | null)[][]")]
        insert: Rows,
    },
    /// Columns renamed, moved, put in, taken out, or of another kind.
    Columns {
        /// The columns as they are to be.
        columns: Vec<TableColumn>,
        /// For each of them, which column it was, counted from 0; none for a new one.
        from: Vec<Option<usize>>,
    },
    /// Everything anew.
    All {
        /// The columns.
        columns: Vec<TableColumn>,
        /// The rows.
        #[ts(type = "(string | number | boolean | null)[][]")]
        rows: Rows,
    },
}

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Content {
    pub(super) columns: Vec<TableColumn>,
    pub(super) rows: Rows,
}

impl Content {
    /// Makes a change; gives the change as it was made (a text in a column of numbers is a number
    /// by then), and the one that takes it back.
    ///
    /// # Errors
    /// A sentence. The content is then to be thrown away.
    pub(super) fn apply(&mut self, edit: TableEdit) -> Result<(TableEdit, TableEdit), String> {
        match edit {
            TableEdit::Rows { at, remove, insert } => self.splice(at, remove, insert),
            TableEdit::Columns { columns, from } => self.rearrange(columns, from),
            TableEdit::All { columns, rows } => {
                let inverse = TableEdit::All {
                    columns: std::mem::take(&mut self.columns),
                    rows: std::mem::take(&mut self.rows),
                };
                self.columns = checked(columns)?;
                self.rows = self.fit(rows, 0)?;
                self.check_size()?;
                let made =
                    TableEdit::All { columns: self.columns.clone(), rows: self.rows.clone() };
                Ok((made, inverse))
            }
        }
    }

    fn splice(
        &mut self,
        at: usize,
        remove: usize,
        insert: Rows,
    ) -> Result<(TableEdit, TableEdit), String> {
        let end = at.checked_add(remove).filter(|end| *end <= self.rows.len());
        let end = end.ok_or_else(|| {
            format!("The table has {} rows, so these cannot be changed.", self.rows.len())
        })?;
        let insert = self.fit(insert, at)?;
        let n_new = insert.len();
        let old: Rows = self.rows.splice(at..end, insert.iter().cloned()).collect();
        self.check_size()?;
        let made = TableEdit::Rows { at, remove, insert };
        Ok((made, TableEdit::Rows { at, remove: n_new, insert: old }))
    }

    fn rearrange(
        &mut self,
        columns: Vec<TableColumn>,
        from: Vec<Option<usize>>,
    ) -> Result<(TableEdit, TableEdit), String> {
        if from.len() != columns.len() || from.iter().flatten().any(|at| *at >= self.columns.len())
        {
            return Err("The columns do not fit the table. Load it again.".to_owned());
        }
        let columns = checked(columns)?;
        let kept: HashSet<usize> = from.iter().flatten().copied().collect();
        let keeps_kinds = from
            .iter()
            .zip(&columns)
            .all(|(from, new)| from.is_none_or(|at| self.columns[at].kind == new.kind));
        // What is lost cannot be told by where columns came from.
        let loses = kept.len() < self.columns.len() || !keeps_kinds;
        let old = if loses { Some(self.clone()) } else { None };
        let old_columns = std::mem::replace(&mut self.columns, columns.clone());
        let rows = std::mem::take(&mut self.rows);
        let moved = rows.into_iter().map(|row| {
            let cell = |at: &Option<usize>| at.and_then(|at| row.get(at).cloned());
            from.iter().map(|at| cell(at).unwrap_or_default()).collect()
        });
        let moved: Rows = moved.collect();
        self.rows = self.fit(moved, 0)?;
        self.check_size()?;
        let inverse = if let Some(old) = old {
            TableEdit::All { columns: old.columns, rows: old.rows }
        } else {
            let came_to = |at: usize| from.iter().position(|from| *from == Some(at));
            let from = (0..old_columns.len()).map(came_to).collect();
            TableEdit::Columns { columns: old_columns, from }
        };
        Ok((TableEdit::Columns { columns, from }, inverse))
    }

    /// Rows with the cells that their columns want; `first` is the place of the first of them.
    fn fit(&self, rows: Rows, first: usize) -> Result<Rows, String> {
        let n_columns = self.columns.len();
        let fitted = rows.into_iter().enumerate().map(|(at, mut row)| {
            let line = first + at + 1;
            if row.len() > n_columns {
                let n = row.len();
                return Err(format!(
                    "Row {line} has {n} cells, but there are {n_columns} columns."
                ));
            }
            row.resize(n_columns, Value::null());
            for (cell, column) in row.iter_mut().zip(&self.columns) {
                *cell = fit(cell, column.kind)
                    .map_err(|why| format!("Row {line}, column \"{}\": {why}", column.name))?;
            }
            Ok(row)
        });
        fitted.collect()
    }

    fn check_size(&self) -> Result<(), String> {
        if self.rows.len() > MOST_ROWS {
            return Err(format!(
                "A table holds at most {MOST_ROWS} rows. Keep larger ones in a file or a database, \
                 and use Join."
            ));
        }
        let n_bytes: usize = self.rows.iter().flatten().map(|cell| cell.size() + 1).sum();
        if n_bytes > MOST_BYTES {
            return Err(format!(
                "A table holds at most {} MB. Keep larger ones in a file or a database, and use \
                 Join.",
                MOST_BYTES >> 20
            ));
        }
        Ok(())
    }
}

/// Columns with names that can be told apart.
fn checked(mut columns: Vec<TableColumn>) -> Result<Vec<TableColumn>, String> {
    if columns.is_empty() {
        return Err("A table needs a column.".to_owned());
    }
    if columns.len() > MOST_COLUMNS {
        return Err(format!("A table has at most {MOST_COLUMNS} columns."));
    }
    let mut seen = HashSet::new();
    for column in &mut columns {
        column.name = column.name.trim().to_owned();
        if column.name.is_empty() {
            return Err("A column needs a name.".to_owned());
        }
        if !seen.insert(column.name.clone()) {
            return Err(format!("There are two columns \"{}\". Rename one.", column.name));
        }
    }
    Ok(columns)
}

/// A cell as its column wants it; empty texts are empty cells.
fn fit(cell: &Value, kind: CellKind) -> Result<Value, String> {
    let text = cell.as_str().map(str::trim);
    if cell.is_null() || text == Some("") {
        return Ok(Value::null());
    }
    match (kind, cell.kind()) {
        (_, Kind::List | Kind::Object) => Err("a cell holds one value.".to_owned()),
        (CellKind::Text, Kind::Text)
        | (CellKind::Number, Kind::Number)
        | (CellKind::Bool, Kind::Bool) => Ok(cell.clone()),
        (CellKind::Text, _) => Ok(Value::from(cell.to_string())),
        (CellKind::Number, _) => text
            .and_then(Number::parse)
            .map(Value::from)
            .ok_or_else(|| format!("{cell} is no number. Write it as 1234.5.")),
        (CellKind::Bool, _) => match text.map(str::to_lowercase).as_deref() {
            Some("true" | "yes" | "1") => Ok(Value::from(true)),
            Some("false" | "no" | "0") => Ok(Value::from(false)),
            None if cell.as_i64() == Some(1) => Ok(Value::from(true)),
            None if cell.as_i64() == Some(0) => Ok(Value::from(false)),
            _ => Err(format!("{cell} is neither yes nor no. Write true or false.")),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn edit(json: serde_json::Value) -> TableEdit {
        serde_json::from_value(json).unwrap()
    }

    fn units() -> Content {
        let mut content = Content::default();
        content
            .apply(edit(json!({ "type": "all",
                "columns": [{ "name": "unit" }, { "name": "grams", "kind": "number" }],
                "rows": [["kg", "1000"], ["g", 1], ["t"]] })))
            .unwrap();
        content
    }

    fn cells(content: &Content) -> serde_json::Value {
        serde_json::to_value(&content.rows).unwrap()
    }

    /// Makes an edit, takes it back and makes it again; gives the rows after it.
    #[track_caller]
    fn check(json: serde_json::Value) -> serde_json::Value {
        let before = units();
        let mut content = before.clone();
        let (made, inverse) = content.apply(edit(json)).unwrap();
        let after = content.clone();
        content.apply(inverse).unwrap();
        assert_eq!(content, before, "what was taken back is as before");
        content.apply(made).unwrap();
        assert_eq!(content, after);
        cells(&after)
    }

    #[test]
    fn cells_are_what_their_column_says() {
        assert_eq!(cells(&units()), json!([["kg", 1000], ["g", 1], ["t", null]]));
        let refused =
            |cell: serde_json::Value, kind: CellKind| fit(&Value::from(cell), kind).unwrap_err();
        assert_eq!(
            refused(json!("1,5"), CellKind::Number),
            "\"1,5\" is no number. Write it as 1234.5."
        );
        assert_eq!(fit(&Value::from(json!("Yes")), CellKind::Bool), Ok(Value::from(true)));
        assert_eq!(fit(&Value::from(json!(7)), CellKind::Text), Ok(Value::from("7")));
    }

    #[test]
    fn every_edit_can_be_taken_back() {
        let rows = check(
            json!({ "type": "rows", "at": 1, "remove": 1, "insert": [["mg", "0.001"], ["lb"]] }),
        );
        assert_eq!(rows[1][0], "mg");
        assert_eq!(rows.as_array().map(Vec::len), Some(4));
        let moved = check(json!({ "type": "columns", "from": [1, null, 0], "columns": [
            { "name": "grams", "kind": "number" }, { "name": "note" }, { "name": "unit" }] }));
        assert_eq!(moved[0], json!([1000, null, "kg"]));
        let dropped =
            check(json!({ "type": "columns", "from": [0], "columns": [{ "name": "unit" }] }));
        assert_eq!(dropped, json!([["kg"], ["g"], ["t"]]));
        let texts = check(json!({ "type": "columns", "from": [0, 1], "columns": [
            { "name": "unit" }, { "name": "grams" }] }));
        assert_eq!(texts[0], json!(["kg", "1000"]));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let refused = |json| units().apply(edit(json)).unwrap_err();
        let bad_cell =
            json!({ "type": "rows", "at": 2, "remove": 0, "insert": [["lb", 453], ["oz", "x"]] });
        assert_eq!(
            refused(bad_cell),
            "Row 4, column \"grams\": \"x\" is no number. Write it as 1234.5."
        );
        let twice =
            json!({ "type": "all", "columns": [{ "name": "a" }, { "name": " a" }], "rows": [] });
        assert_eq!(refused(twice), "There are two columns \"a\". Rename one.");
        let beyond = json!({ "type": "rows", "at": 3, "remove": 1, "insert": [] });
        assert!(refused(beyond).starts_with("The table has 3 rows"));
        let names = json!({ "type": "columns", "from": [0, 1], "columns": [
            { "name": "unit", "kind": "number" }, { "name": "grams", "kind": "number" }] });
        assert!(refused(names).starts_with("Row 1, column \"unit\": \"kg\" is no number"));
    }
}
