//! `data.dedupe`: lets the first of several equal items through.

mod seen;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use mapping::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use self::seen::Seen;
use crate::catalogue::{example, node_info, port, words};
use crate::item::{Chunk, Item};
use crate::node::{Behaviour, Gather, Gathering, NodeType, Setup, broken_spill};
use crate::outbox::Outbox;
use crate::step::{StepContext, StepError, StepResult};

/// Params of `data.dedupe`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What makes two items the same: paths into the item, or any JSONata expressions. The whole
    /// item without any.
    #[serde(default)]
    #[schemars(title = "Same when these are equal")]
    by: Vec<Expression>,
}

pub(crate) struct Dedupe;

impl NodeType for Dedupe {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["dedupe", "duplicates", "unique", "distinct", "once", "same"]),
            outputs: vec![
                port("out", "the first of each"),
                port("duplicates", "those that came again"),
            ],
            examples: vec![example(
                "One item per e-mail address",
                json!({ "by": ["$lowercase(email)"] }),
                json!([{ "email": "Ada@x.org", "n": 1 }, { "email": "ada@x.org", "n": 2 }]),
                json!([{ "email": "Ada@x.org", "n": 1 }]),
            )],
            ..node_info(
                "data.dedupe",
                "Remove duplicates",
                "Lets the first of several equal items through.",
                "Lets an item through when no item with the same key came before it in this run; \
                 the others leave by `duplicates`. Keys are compared exactly; items without a key \
                 have the key `null`. It works as items come and waits for none.",
                Family::Data,
                "copy-minus",
                Consumes::Gather,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let by: Vec<_> = params.by.iter().map(ToString::to_string).collect();
        let summary = match &by[..] {
            [] => "items that are the same".to_owned(),
            by => format!("one item per {}", by.join(", ")),
        };
        Inspection { summary, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        let dir = setup.services.temp_dir.clone();
        Ok(Behaviour::Gather(Box::new(Deduping { by: params.by.into(), dir })))
    }
}

struct Deduping {
    by: Arc<[Expression]>,
    dir: PathBuf,
}

impl Gather for Deduping {
    fn open(&self, _: &[&str]) -> Box<dyn Gathering> {
        Box::new(AtWork { by: Arc::clone(&self.by), seen: Seen::new(self.dir.clone()) })
    }
}

struct AtWork {
    by: Arc<[Expression]>,
    seen: Seen,
}

impl AtWork {
    fn key(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Value> {
        if self.by.is_empty() {
            return Ok(item.value.clone());
        }
        let mut key = Vec::with_capacity(self.by.len());
        for (index, by) in self.by.iter().enumerate() {
            let found = by
                .eval(&item.value, cx.names())
                .map_err(|fault| StepError::fault(&fault, format!("/params/by/{index}")))?;
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
        let (mut first, mut again) = (Chunk::new(), Chunk::new());
        for item in chunk {
            match self.key(&item, cx) {
                Ok(key) => {
                    let is_new = self
                        .seen
                        .insert(key, out.budget())
                        .map_err(|error| broken_spill(&error))?;
                    if is_new { first.push(item) } else { again.push(item) }
                }
                Err(error) => out.reject(&item, error).await?,
            }
        }
        out.send(0, first).await?;
        out.send(1, again).await
    }

    async fn finish(&mut self, _: &dyn StepContext, _: &mut Outbox<'_>) -> StepResult<()> {
        Ok(())
    }
}
