//! `flow.merge`: makes one stream of several.

use std::path::PathBuf;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Port, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, port, words};
use crate::item::{Chunk, Item};
use crate::lineage::Sets;
use crate::node::{Behaviour, Gather, Gathering, NodeType, Pure, PureContext, Setup, broken_spill};
use crate::outbox::Outbox;
use crate::ports::Ports;
use crate::spill::Queue;
use crate::step::{StepContext, StepResult};

/// Params of `flow.merge`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// How the streams are put together.
    #[serde(default)]
    #[schemars(title = "How to put together")]
    mode: Mode,
}

/// How streams are put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// All items of the first wire, then all of the second, and so on.
    #[default]
    #[schemars(title = "One wire after the other")]
    Append,
    /// The first items of all wires become one item, then the second ones, and so on.
    #[schemars(title = "Item by item")]
    Zip,
}

pub(crate) struct Merge;

impl NodeType for Merge {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["merge", "append", "union", "zip", "combine", "concat", "collect"]),
            inputs: vec![Port { many: true, ..port("in", "the wires, in their order") }],
            examples: vec![example(
                "Items pass in their order",
                json!({}),
                json!([{ "id": 1 }, { "id": 2 }]),
                json!([{ "id": 1 }, { "id": 2 }]),
            )],
            ..node_info(
                "flow.merge",
                "Merge",
                "Makes one stream of several.",
                "With `append`, gives out all items of the first wire, then all of the second, and \
                 so on. With `zip`, makes one item of the first items of all wires, then one of the \
                 second ones: their fields are put together, and where several have the same field \
                 the last wire's counts. Where one wire has fewer items than others, the rest goes \
                 out without it. To match items by a key, use Join.",
                Family::Control,
                "git-merge",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let (summary, passage) = match params.mode {
            Mode::Append => ("one wire after the other", Passage::IN_PLACE),
            Mode::Zip => ("item by item, by position", Passage::default()),
        };
        Inspection { summary: summary.to_owned(), passage, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(match params.mode {
            Mode::Append => Behaviour::Pure(Box::new(Append)),
            Mode::Zip => {
                let dir = setup.services.temp_dir.clone();
                Behaviour::Gather(Box::new(Zip { dir }))
            }
        })
    }
}

struct Append;

impl Pure for Append {
    fn apply(&self, item: &Item, _: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        out.pass(0, item.clone());
        Ok(())
    }
}

struct Zip {
    dir: PathBuf,
}

impl Gather for Zip {
    fn open(&self, lanes: &[&str]) -> Box<dyn Gathering> {
        let lanes = lanes.iter().map(|_| None).collect();
        Box::new(AtWork { dir: self.dir.clone(), lanes })
    }
}

struct AtWork {
    dir: PathBuf,
    lanes: Vec<Option<Queue>>,
}

impl AtWork {
    /// The next item of each lane that still has one, `last` being the last lane's.
    async fn zip(&mut self, last: Chunk, out: &mut Outbox<'_>) -> StepResult<()> {
        let (mut values, mut members) = (Vec::new(), Vec::new());
        for item in last {
            let mut row = self.row()?;
            row.push(item);
            let (value, lineages) = joined(row);
            values.push(value);
            members.push(lineages);
        }
        if values.is_empty() {
            return Ok(());
        }
        out.send_made(0, values, Sets::of(members.iter().map(|set| set.iter()))).await
    }

    fn row(&mut self) -> StepResult<Vec<Item>> {
        let mut row = Vec::with_capacity(self.lanes.len());
        for queue in self.lanes.iter_mut().flatten() {
            row.extend(queue.pop().map_err(|error| broken_spill(&error))?);
        }
        Ok(row)
    }
}

fn joined(row: Vec<Item>) -> (Value, Vec<crate::lineage::Lineage>) {
    let mut values = row.iter().map(|item| &item.value);
    let mut both = values.next().cloned().unwrap_or_default();
    for value in values {
        both = match (both.as_object(), value.as_object()) {
            (Some(left), Some(right)) => {
                let set = |object: data::Object, (key, value): (&data::Key, &Value)| {
                    object.with(key.clone(), value.clone())
                };
                Value::from(right.iter().fold(left.clone(), set))
            }
            _ => Value::list([both.clone(), value.clone()]),
        };
    }
    (both, row.into_iter().map(|item| item.lineage).collect())
}

#[async_trait]
impl Gathering for AtWork {
    async fn take(
        &mut self,
        lane: usize,
        chunk: Chunk,
        _: &dyn StepContext,
        out: &mut Outbox<'_>,
    ) -> StepResult<()> {
        if lane + 1 == self.lanes.len() {
            return self.zip(chunk, out).await;
        }
        let budget = out.budget();
        let queue = self.lanes[lane].get_or_insert_with(|| Queue::new(budget));
        for item in chunk {
            queue.push(item, &self.dir).map_err(|error| broken_spill(&error))?;
        }
        Ok(())
    }

    async fn finish(&mut self, _: &dyn StepContext, out: &mut Outbox<'_>) -> StepResult<()> {
        loop {
            let row = self.row()?;
            if row.is_empty() {
                return Ok(());
            }
            let (value, lineages) = joined(row);
            out.send_made(0, vec![value], Sets::of([lineages.iter()])).await?;
        }
    }
}
