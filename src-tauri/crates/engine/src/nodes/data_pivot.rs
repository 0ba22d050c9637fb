//! `data.pivot`: turns a field's values into columns, one item a row. Not groups with fields of
//! their own: that is `data.group`.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use flow::run::ErrorClass;
use indexmap::{IndexMap, IndexSet};
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::item::{Chunk, Item};
use crate::made::{Made, groups};
use crate::node::{Behaviour, Gather, Gathering, NodeType, Setup, broken_spill};
use crate::outbox::Outbox;
use crate::partition::Partitions;
use crate::spill::{Origins, Row};
use crate::step::{StepContext, StepError, StepResult};

/// The most columns: more are a slip in the choice of the field.
const MAX_COLUMNS: usize = 2000;

/// Params of `data.pivot`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What stays a row: paths into the item, or any JSONata expressions. All items are one row
    /// without any.
    #[serde(default)]
    #[schemars(title = "Rows")]
    rows: Vec<Expression>,
    /// Whose values become columns.
    #[schemars(title = "Columns from")]
    column: Expression,
    /// What stands in the cells.
    #[schemars(title = "Values from")]
    value: Expression,
    /// What is made of several values in one cell.
    #[serde(default)]
    #[schemars(title = "Several values")]
    total: Fold,
    /// What stands where a row has no value; nothing without it.
    #[serde(default)]
    #[schemars(title = "Empty cells", with = "Option<serde_json::Value>")]
    empty: Option<Value>,
}

/// What is made of several values in one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Fold {
    /// Their sum.
    #[default]
    Sum,
    /// How many they are.
    Count,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// Their mean.
    Average,
    /// The one that came first.
    First,
    /// The one that came last.
    Last,
    /// All of them, as a list.
    List,
}

impl Fold {
    fn expression(self) -> Option<&'static str> {
        Some(match self {
            Self::Sum => "$sum($)",
            Self::Min => "$min($)",
            Self::Max => "$max($)",
            Self::Average => "$average($)",
            Self::Count | Self::First | Self::Last | Self::List => return None,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Sum => "sums",
            Self::Count => "counts",
            Self::Min => "the least",
            Self::Max => "the greatest",
            Self::Average => "means",
            Self::First => "the first",
            Self::Last => "the last",
            Self::List => "lists",
        }
    }
}

pub(crate) struct Pivot;

impl NodeType for Pivot {
    type Params = Params;

    fn info() -> NodeInfo {
        let sales = json!([
            { "shop": "Bern", "month": "May", "total": 10 },
            { "shop": "Bern", "month": "June", "total": 20 },
            { "shop": "Graz", "month": "May", "total": 5 },
            { "shop": "Bern", "month": "May", "total": 1.5 }
        ]);
        NodeInfo {
            keywords: words(["pivot", "cross", "crosstab", "columns", "transpose", "matrix"]),
            examples: vec![
                example(
                    "A row a shop, a column a month",
                    json!({ "rows": ["shop"], "column": "month", "value": "total" }),
                    sales.clone(),
                    json!([
                        { "shop": "Bern", "May": 11.5, "June": 20 },
                        { "shop": "Graz", "May": 5 }
                    ]),
                ),
                example(
                    "How many, with 0 where there are none",
                    json!({
                        "rows": ["shop"], "column": "month", "value": "total", "total": "count",
                        "empty": 0
                    }),
                    sales,
                    json!([
                        { "shop": "Bern", "May": 2, "June": 1 },
                        { "shop": "Graz", "May": 1, "June": 0 }
                    ]),
                ),
            ],
            ..node_info(
                "data.pivot",
                "Pivot",
                "Turns values of a field into columns.",
                "Waits for all items and makes one item of those that have the same row: what they \
                 have in common, and a column for each value that the column field has anywhere. \
                 Rows and columns stand in the order in which they first came. Several values in \
                 one cell are added up, or what you choose. More items than fit the memory are \
                 held on disk.",
                Family::Data,
                "table-properties",
                Consumes::Gather,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let rows: Vec<_> = params.rows.iter().map(ToString::to_string).collect();
        let rows = if rows.is_empty() { "one row".to_owned() } else { rows.join(", ") };
        let summary =
            format!("{} of {} by {rows} and {}", params.total.words(), params.value, params.column);
        Inspection { summary, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        let fold = params.total.expression().map(Expression::parse).transpose();
        let fold = fold
            .map_err(|fault| Problem { key: "/params/total".to_owned(), message: fault.message })?;
        let dir = setup.services.temp_dir.clone();
        Ok(Behaviour::Gather(Box::new(Pivoting { params: Arc::new(params), fold, dir })))
    }
}

struct Pivoting {
    params: Arc<Params>,
    /// What totals a list, where that takes an expression.
    fold: Option<Expression>,
    dir: PathBuf,
}

impl Gather for Pivoting {
    fn open(&self, _: &[&str]) -> Box<dyn Gathering> {
        Box::new(AtWork {
            params: Arc::clone(&self.params),
            fold: self.fold.clone(),
            dir: self.dir.clone(),
            columns: IndexSet::new(),
            rows: None,
            origins: Origins::default(),
            n_rows: 0,
        })
    }
}

struct AtWork {
    params: Arc<Params>,
    fold: Option<Expression>,
    dir: PathBuf,
    columns: IndexSet<String>,
    /// Each with the place of its column, and its value.
    rows: Option<Partitions>,
    origins: Origins,
    n_rows: u64,
}

/// An item as far as it matters here.
struct Cell {
    row: Value,
    column: String,
    value: Option<Value>,
}

impl Params {
    fn cell(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Cell> {
        let eval = |expression: &Expression, key: &str| {
            let found = expression.eval(&item.value, cx.names());
            found.map_err(|fault| StepError::fault(&fault, key))
        };
        let mut row = Vec::with_capacity(self.rows.len());
        for (index, by) in self.rows.iter().enumerate() {
            row.push(eval(by, &format!("/params/rows/{index}"))?.unwrap_or_default());
        }
        let column = eval(&self.column, "/params/column")?.unwrap_or_default();
        let column = match column.as_str() {
            Some(text) if !text.is_empty() => text.to_owned(),
            None if column.as_number().is_some() || column.as_bool().is_some() => {
                column.to_string()
            }
            _ => {
                let message = format!("\"{}\" gives no name for a column.", self.column);
                return Err(StepError::terminal(ErrorClass::Validation, message)
                    .advice("Choose a field that is a text or a number in every item.")
                    .key("/params/column"));
            }
        };
        let value = eval(&self.value, "/params/value")?.filter(|value| !value.is_null());
        Ok(Cell { row: Value::from(row), column, value })
    }

    /// What a row has in common, by name: the last part of a path, else `row1` and so on.
    fn keys(&self, row: &Value) -> impl Iterator<Item = (String, Value)> {
        let names = self.rows.iter().enumerate().map(|(index, by)| match by.as_path() {
            Some([.., last]) => last.clone(),
            _ => format!("row{}", index + 1),
        });
        names.zip(row.as_list().unwrap_or_default().iter().cloned())
    }
}

#[async_trait]
impl Gathering for AtWork {
    async fn take(
        &mut self,
        _: usize,
        chunk: Chunk,
        cx: &dyn StepContext,
        out: &mut Outbox<'_>,
    ) -> StepResult<()> {
        let budget = out.budget();
        for item in chunk {
            let cell = match self.params.cell(&item, cx) {
                Ok(cell) => cell,
                Err(error) => {
                    out.reject(&item, error).await?;
                    continue;
                }
            };
            let (column, _) = self.columns.insert_full(cell.column);
            if self.columns.len() > MAX_COLUMNS {
                let message = format!(
                    "\"{}\" has more than {MAX_COLUMNS} different values.",
                    self.params.column
                );
                return Err(StepError::terminal(ErrorClass::Validation, message)
                    .advice("Choose a field with few values, such as a month or a status.")
                    .key("/params/column"));
            }
            let place = self.origins.place(&item.lineage);
            let cell_value = [Some(Value::from(column as u64)), cell.value];
            let value = Value::from(cell_value.into_iter().flatten().collect::<Vec<_>>());
            let row = Row { seq: self.n_rows, place, key: cell.row, value };
            self.n_rows += 1;
            let rows = self.rows.get_or_insert_with(|| Partitions::new(self.dir.clone(), budget));
            rows.push(row).map_err(|error| broken_spill(&error))?;
        }
        Ok(())
    }

    async fn finish(&mut self, cx: &dyn StepContext, out: &mut Outbox<'_>) -> StepResult<()> {
        let Some(mut rows) = self.rows.take() else { return Ok(()) };
        let mut made = Made::new(self.dir.clone(), out.budget());
        for part in 0..rows.n_parts() {
            let part = rows.take(part).map_err(|error| broken_spill(&error))?;
            for (key, members) in groups(part) {
                let value = self.row(&key, members.items, cx)?;
                made.push(members.first_seq, &members.set, value)?;
            }
            tokio::task::yield_now().await;
        }
        made.send(self.origins.list(), out).await
    }
}

impl AtWork {
    /// The item that is made of a row's cells.
    fn row(&self, key: &Value, cells: Vec<Value>, cx: &dyn StepContext) -> StepResult<Value> {
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); self.columns.len()];
        for cell in cells {
            if let Some([column, value]) = cell.as_list()
                && let Some(column) = column.as_i64()
            {
                columns[column as usize].push(value.clone());
            }
        }
        let mut members: IndexMap<String, Value> = self.params.keys(key).collect();
        for (name, values) in self.columns.iter().zip(columns) {
            let total =
                if values.is_empty() { self.params.empty.clone() } else { self.total(values, cx)? };
            if let Some(total) = total {
                members.insert(name.clone(), total);
            }
        }
        Ok(Value::object(members))
    }

    fn total(&self, values: Vec<Value>, cx: &dyn StepContext) -> StepResult<Option<Value>> {
        Ok(match self.params.total {
            Fold::First => values.into_iter().next(),
            Fold::Last => values.into_iter().next_back(),
            Fold::Count => Some(Value::from(values.len() as u64)),
            Fold::List => Some(Value::from(values)),
            Fold::Sum | Fold::Min | Fold::Max | Fold::Average => match &self.fold {
                Some(fold) => fold
                    .eval(&Value::from(values), cx.names())
                    .map_err(|fault| StepError::fault(&fault, "/params/value"))?,
                None => None,
            },
        })
    }
}
