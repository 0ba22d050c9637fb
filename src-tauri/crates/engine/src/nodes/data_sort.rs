//! `data.sort`: puts items in order, however many.

use std::cmp::Ordering;
use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::item::{CHUNK_ITEMS, Chunk, Item};
use crate::node::{Behaviour, Gather, Gathering, NodeType, Setup, broken_spill};
use crate::outbox::Outbox;
use crate::sorter::Sorter;
use crate::spill::{Origins, Row};
use crate::step::{StepContext, StepError, StepResult};

/// Params of `data.sort`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What the items are sorted by, the most important first.
    #[schemars(title = "Sort by")]
    by: Vec<By>,
    /// Only so many items are given out, the first ones in this order; all without it.
    #[serde(default)]
    #[schemars(title = "Only the first")]
    first: Option<NonZeroUsize>,
}

/// One thing to sort by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct By {
    /// A path into the item, or any JSONata expression.
    #[schemars(title = "Value")]
    value: Expression,
    /// Which way.
    #[serde(default)]
    direction: Direction,
}

/// Which way items are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Direction {
    /// The least first.
    #[default]
    #[schemars(title = "Ascending")]
    Asc,
    /// The greatest first.
    #[schemars(title = "Descending")]
    Desc,
}

pub(crate) struct Sort;

impl NodeType for Sort {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "sort",
                "order",
                "rank",
                "ascending",
                "descending",
                "top",
                "largest",
                "smallest",
                "limit",
            ]),
            examples: vec![
                example(
                    "The largest orders first",
                    json!({ "by": [{ "value": "total", "direction": "desc" }] }),
                    json!([{ "id": 1, "total": 50 }, { "id": 2, "total": 250 }]),
                    json!([{ "id": 2, "total": 250 }, { "id": 1, "total": 50 }]),
                ),
                example(
                    "The two largest",
                    json!({ "by": [{ "value": "total", "direction": "desc" }], "first": 2 }),
                    json!([{ "total": 50 }, { "total": 250 }, { "total": 90 }]),
                    json!([{ "total": 250 }, { "total": 90 }]),
                ),
                example(
                    "By country, then by name",
                    json!({ "by": [{ "value": "country" }, { "value": "$lowercase(name)" }] }),
                    json!([
                        { "country": "FR", "name": "Zoe" },
                        { "country": "DE", "name": "Max" },
                        { "country": "DE", "name": "ada" }
                    ]),
                    json!([
                        { "country": "DE", "name": "ada" },
                        { "country": "DE", "name": "Max" },
                        { "country": "FR", "name": "Zoe" }
                    ]),
                ),
            ],
            ..node_info(
                "data.sort",
                "Sort",
                "Puts items in order.",
                "Waits for all items and gives them out in order. Numbers go by value, texts by \
                 their characters (capitals before small letters; use `$lowercase` where that \
                 matters). With *only the first* it holds no more than it gives out. Items that have no value to sort by, or `null`, come last either way. \
                 Items that are equal keep their order. More items than fit the memory are sorted \
                 on disk.",
                Family::Data,
                "arrow-up-down",
                Consumes::Gather,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let words: Vec<_> = params
            .by
            .iter()
            .map(|by| match by.direction {
                Direction::Asc => by.value.to_string(),
                Direction::Desc => format!("{}, greatest first", by.value),
            })
            .collect();
        let problem = Problem {
            key: "/params/by".to_owned(),
            message: "There is nothing to sort by. Add a path such as \"total\".".to_owned(),
        };
        let problems = if words.is_empty() { vec![problem] } else { vec![] };
        let first = params.first.map_or_else(String::new, |n| format!(", the first {n}"));
        let summary = if words.is_empty() {
            String::new()
        } else {
            format!("by {}{first}", words.join("; "))
        };
        Inspection { summary, problems, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        let dir = setup.services.temp_dir.clone();
        Ok(Behaviour::Gather(Box::new(Sorting { by: params.by.into(), first: params.first, dir })))
    }
}

struct Sorting {
    by: Arc<[By]>,
    first: Option<NonZeroUsize>,
    dir: std::path::PathBuf,
}

impl Gather for Sorting {
    fn open(&self, _: &[&str]) -> Box<dyn Gathering> {
        let by = Arc::clone(&self.by);
        let dir = self.dir.clone();
        Box::new(AtWork {
            by,
            first: self.first,
            dir,
            sorter: None,
            origins: Origins::default(),
            n_rows: 0,
        })
    }
}

struct AtWork {
    by: Arc<[By]>,
    first: Option<NonZeroUsize>,
    dir: std::path::PathBuf,
    sorter: Option<Sorter>,
    origins: Origins,
    n_rows: u64,
}

/// Compares the keys of two rows: lists with one value for each thing to sort by, in lists of one
/// where there is a value and empty ones where there is none.
fn compare(directions: &[Direction], a: &Value, b: &Value) -> Ordering {
    let (a, b) = (a.as_list().unwrap_or_default(), b.as_list().unwrap_or_default());
    for (direction, (a, b)) in directions.iter().zip(a.iter().zip(b)) {
        let ordering = match (a.is_null(), b.is_null()) {
            (false, false) => match direction {
                Direction::Asc => a.compare(b),
                Direction::Desc => b.compare(a),
            },
            (a_is_null, b_is_null) => a_is_null.cmp(&b_is_null),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

impl AtWork {
    fn key(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Value> {
        let mut key = Vec::with_capacity(self.by.len());
        for (index, by) in self.by.iter().enumerate() {
            let found = by
                .value
                .eval(&item.value, cx.names())
                .map_err(|fault| StepError::fault(&fault, format!("/params/by/{index}/value")))?;
            key.push(found.unwrap_or_default());
        }
        Ok(Value::from(key))
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
        for item in chunk {
            let key = match self.key(&item, cx) {
                Ok(key) => key,
                Err(error) => {
                    out.reject(&item, error).await?;
                    continue;
                }
            };
            let place = self.origins.place(&item.lineage);
            let row = Row { seq: self.n_rows, place, key, value: item.value };
            self.n_rows += 1;
            let sorter = self.sorter.get_or_insert_with(|| {
                let directions: Vec<_> = self.by.iter().map(|by| by.direction).collect();
                let compare =
                    Box::new(move |a: &Row, b: &Row| compare(&directions, &a.key, &b.key));
                Sorter::new(self.dir.clone(), out.budget(), compare).keep_first(self.first)
            });
            sorter.push(row).map_err(|error| broken_spill(&error))?;
        }
        Ok(())
    }

    async fn finish(&mut self, _: &dyn StepContext, out: &mut Outbox<'_>) -> StepResult<()> {
        let Some(sorter) = self.sorter.take() else { return Ok(()) };
        let mut sorted = sorter.finish().map_err(|error| broken_spill(&error))?;
        loop {
            let mut chunk = Chunk::with_capacity(CHUNK_ITEMS);
            while chunk.len() < CHUNK_ITEMS {
                match sorted.next().map_err(|error| broken_spill(&error))? {
                    Some(row) => chunk.push(Item::new(row.value, self.origins.lineage(row.place))),
                    None => break,
                }
            }
            if chunk.is_empty() {
                return Ok(());
            }
            out.send(0, chunk).await?;
        }
    }
}
