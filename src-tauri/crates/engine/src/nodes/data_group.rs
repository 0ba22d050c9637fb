//! `data.group`: makes one item of all items that have the same key.

mod totals;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use indexmap::IndexMap;
use mapping::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use self::totals::{State, Total};
use crate::catalogue::{example, node_info, words};
use crate::item::{Chunk, Item};
use crate::lineage::SetBuilder;
use crate::made::{Made, groups};
use crate::node::{Behaviour, Gather, Gathering, NodeType, Setup, broken_spill};
use crate::outbox::Outbox;
use crate::partition::Partitions;
use crate::spill::{Origins, Row, footprint};
use crate::step::{StepContext, StepError, StepResult};

/// Params of `data.group`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What items of one group have in common: paths into the item, or any JSONata expressions. All
    /// items are one group without any.
    #[serde(default)]
    #[schemars(title = "Group by")]
    by: Vec<Expression>,
    /// What a group's item has besides the keys. Without any it has the group's `items`.
    #[serde(default)]
    #[schemars(title = "Fields of a group")]
    fields: Vec<GroupField>,
}

/// One field of a group's item.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GroupField {
    /// The name of the field.
    #[schemars(title = "Field")]
    to: String,
    /// What it is made from, where `$` is the list of the group's items: `$sum(total)`,
    /// `$count($)`, `$[0].customer`.
    #[schemars(title = "Value")]
    from: Expression,
}

pub(crate) struct Group;

impl NodeType for Group {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "group",
                "aggregate",
                "sum",
                "count",
                "average",
                "collect",
                "batch",
                "list",
                "total",
                "reduce",
            ]),
            examples: vec![
                example(
                    "Totals per customer",
                    json!({ "by": ["customer"], "fields": [
                        { "to": "orders", "from": "$count($)" },
                        { "to": "total", "from": "$sum(total)" }
                    ] }),
                    json!([
                        { "customer": "ada", "total": 10 },
                        { "customer": "max", "total": 5 },
                        { "customer": "ada", "total": 20 }
                    ]),
                    json!([
                        { "customer": "ada", "orders": 2, "total": 30 },
                        { "customer": "max", "orders": 1, "total": 5 }
                    ]),
                ),
                example(
                    "All items as one list",
                    json!({ "fields": [{ "to": "rows", "from": "[$]" }] }),
                    json!([{ "id": 1 }, { "id": 2 }]),
                    json!([{ "rows": [{ "id": 1 }, { "id": 2 }] }]),
                ),
            ],
            ..node_info(
                "data.group",
                "Group",
                "Makes one item of all items that have the same key.",
                "Waits for all items, puts those with the same key together and makes one item of \
                 each group, in the order in which the groups first came. It has what the \
                 group has in common, and the **fields**, in which `$` is the list of the group's \
                 items: `$sum(total)`, `$count($)`, `$[0].name`, `$max(date)`.\n\nItems that have no key form a group of their own (the key is \
                 `null`). Without any key all items are one group; when no item comes in, nothing \
                 comes out. More items than fit the memory wait on disk.",
                Family::Data,
                "group",
                Consumes::Gather,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let by: Vec<_> = params.by.iter().map(ToString::to_string).collect();
        let summary = match &by[..] {
            [] => "all items together".to_owned(),
            by => format!("by {}", by.join(", ")),
        };
        Inspection { summary, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        let dir = setup.services.temp_dir.clone();
        let totals = params.fields.iter().map(|field| Total::of(&field.from)).collect();
        let totals: Option<Arc<[Total]>> = totals;
        let totals = totals.filter(|totals| !totals.is_empty());
        Ok(Behaviour::Gather(Box::new(Grouping { params: Arc::new(params), totals, dir })))
    }
}

struct Grouping {
    params: Arc<Params>,
    /// The fields, where none of them needs the items held.
    totals: Option<Arc<[Total]>>,
    dir: PathBuf,
}

impl Gather for Grouping {
    fn open(&self, _: &[&str]) -> Box<dyn Gathering> {
        Box::new(AtWork {
            params: Arc::clone(&self.params),
            totals: self.totals.clone(),
            dir: self.dir.clone(),
            running: IndexMap::new(),
            n_running_bytes: 0,
            rows: None,
            origins: Origins::default(),
            n_rows: 0,
        })
    }
}

struct AtWork {
    params: Arc<Params>,
    totals: Option<Arc<[Total]>>,
    dir: PathBuf,
    /// Groups whose items are counted as they come. Once these fill the memory, items of further
    /// groups are held like any.
    running: IndexMap<Value, Running>,
    n_running_bytes: usize,
    rows: Option<Partitions>,
    origins: Origins,
    n_rows: u64,
}

impl Params {
    fn key(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Value> {
        let mut key = Vec::with_capacity(self.by.len());
        for (index, by) in self.by.iter().enumerate() {
            let found = by
                .eval(&item.value, cx.names())
                .map_err(|fault| StepError::fault(&fault, format!("/params/by/{index}")))?;
            key.push(found.unwrap_or_default());
        }
        Ok(Value::from(key))
    }

    /// The item that is made of a group.
    fn make(&self, key: &Value, items: Vec<Value>, cx: &dyn StepContext) -> StepResult<Value> {
        let items = Value::from(items);
        let mut members: Vec<_> = self.keys(key).collect();
        if self.fields.is_empty() {
            members.push(("items".to_owned(), items));
            return Ok(Value::object(members));
        }
        for (index, field) in self.fields.iter().enumerate() {
            let found = field.from.eval(&items, cx.names()).map_err(|fault| {
                StepError::fault(&fault, format!("/params/fields/{index}/from"))
            })?;
            members.extend(found.map(|value| (field.to.clone(), value)));
        }
        Ok(Value::object(members))
    }

    /// The item that is made of a group's totals.
    fn total(&self, key: &Value, totals: &[Total], states: Box<[State]>) -> Value {
        let made = totals.iter().zip(states).map(|(total, state)| total.finish(state));
        let fields = self.fields.iter().zip(made);
        let fields = fields.filter_map(|(field, value)| Some((field.to.clone(), value?)));
        Value::object(self.keys(key).chain(fields))
    }

    /// What the group has in common, by name: the last part of a path, else `key1` and so on. A
    /// field of that name takes its place.
    fn keys(&self, key: &Value) -> impl Iterator<Item = (String, Value)> {
        let names = self.by.iter().enumerate().map(|(index, by)| match by.as_path() {
            Some([.., last]) => last.clone(),
            _ => format!("key{}", index + 1),
        });
        let keys = names.zip(key.as_list().unwrap_or_default().iter().cloned());
        keys.filter(|(name, _)| self.fields.iter().all(|field| field.to != *name))
    }
}

/// A group whose items are counted as they come.
struct Running {
    first_seq: u64,
    states: Box<[State]>,
    set: SetBuilder,
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
            let key = match self.params.key(&item, cx) {
                Ok(key) => key,
                Err(error) => {
                    out.reject(&item, error).await?;
                    continue;
                }
            };
            let place = self.origins.place(&item.lineage);
            let seq = self.n_rows;
            self.n_rows += 1;
            let Some(key) = self.count(key, place, seq, &item, cx, budget)? else { continue };
            let row = Row { seq, place, key, value: item.value };
            let rows = self.rows.get_or_insert_with(|| Partitions::new(self.dir.clone(), budget));
            rows.push(row).map_err(|error| broken_spill(&error))?;
        }
        Ok(())
    }

    async fn finish(&mut self, cx: &dyn StepContext, out: &mut Outbox<'_>) -> StepResult<()> {
        let mut made = Made::new(self.dir.clone(), out.budget());
        for (key, group) in std::mem::take(&mut self.running) {
            let totals = self.totals.as_deref().unwrap_or_default();
            let value = self.params.total(&key, totals, group.states);
            made.push(group.first_seq, &group.set, value)?;
        }
        let mut rows = self.rows.take();
        for part in 0..rows.as_ref().map_or(0, Partitions::n_parts) {
            let Some(rows) = &mut rows else { break };
            let part = rows.take(part).map_err(|error| broken_spill(&error))?;
            for (key, members) in groups(part) {
                let value = self.params.make(&key, members.items, cx)?;
                made.push(members.first_seq, &members.set, value)?;
            }
            tokio::task::yield_now().await;
        }
        drop(rows);
        made.send(self.origins.list(), out).await
    }
}

impl AtWork {
    /// Counts an item, if its group's items need not be held; gives the key back if they must.
    fn count(
        &mut self,
        key: Value,
        place: (u32, u32),
        seq: u64,
        item: &Item,
        cx: &dyn StepContext,
        budget: usize,
    ) -> StepResult<Option<Value>> {
        let Some(totals) = self.totals.clone() else { return Ok(Some(key)) };
        let is_first = !self.running.contains_key(&key);
        if is_first {
            if self.n_running_bytes > budget {
                return Ok(Some(key));
            }
            self.n_running_bytes += 160 + footprint(&key) + totals.len() * size_of::<State>();
        }
        let group = self.running.entry(key).or_insert_with(|| Running {
            first_seq: seq,
            states: totals.iter().map(Total::begin).collect(),
            set: SetBuilder::default(),
        });
        group.set.push(place.0, place.1);
        for (index, (total, state)) in totals.iter().zip(&mut group.states).enumerate() {
            let key = format_args!("/params/fields/{index}/from");
            total.add(state, &item.value, is_first, cx.names(), key)?;
        }
        Ok(None)
    }
}
