//! `state.set`: keeps a value for later runs, once the items that it was taken from have come by.
//! Not the reading: see `state.get`.

use std::hash::Hasher as _;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use flow::run::ErrorClass;
use mapping::{Expression, Template};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use transport::Mode;

use crate::catalogue::{example, node_info, words};
use crate::item::{Chunk, Item};
use crate::node::{Behaviour, Gather, Gathering, NodeType, Setup};
use crate::outbox::Outbox;
use crate::run_scope::Fnv;
use crate::state::{Keep, Setter, Setting};
use crate::step::{Effect, StepContext, StepError, StepResult, StepWork};

/// Params of `state.set`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The name of the value, such as `since`. One name for all items: `$vars`, `$env` and `$run`
    /// can be used in it, fields of items cannot.
    key: Template,
    /// The value that an item brings, such as `updatedAt`. Items for which it gives nothing are
    /// passed over.
    value: Expression,
    /// Which of the items' values is kept.
    #[serde(default)]
    #[schemars(title = "Of several, keep")]
    keep: Keep,
}

pub(crate) struct StateSet;

impl NodeType for StateSet {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "state",
                "remember",
                "watermark",
                "cursor",
                "checkpoint",
                "commit",
                "since",
                "set",
            ]),
            examples: vec![example(
                "Remember the newest change, for the next run",
                json!({ "key": "since", "value": "updatedAt", "keep": "max" }),
                json!([{ "id": 1, "updatedAt": "2026-03-02" }, { "id": 2, "updatedAt": "2026-03-01" }]),
                json!([{ "id": 1, "updatedAt": "2026-03-02" }, { "id": 2, "updatedAt": "2026-03-01" }]),
            )],
            ..node_info(
                "state.set",
                "Set state",
                "Keeps a value for later runs, and passes the items on.",
                "Stands behind what has to be done first: an item that comes here has been through \
                 all nodes before, so the value is only ever that of work that is done. Values are \
                 kept page by page as items come; where the run fails before an item comes here, \
                 its value is not kept.\n\n*The largest* and *the smallest* look at the value of \
                 earlier runs too, so a watermark never goes back. **Get state** reads the value. \
                 Dry runs, replays and mocks keep nothing.",
                Family::Data,
                "bookmark-check",
                Consumes::Gather,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let which = match params.keep {
            Keep::Last => "",
            Keep::Max => "largest ",
            Keep::Min => "smallest ",
        };
        Inspection {
            summary: format!("{} = {which}{}", params.key.source(), params.value),
            problems: problem(params).into_iter().collect(),
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        match problem(&params) {
            Some(problem) => Err(problem),
            None => Ok(Behaviour::Gather(Box::new(Remembering { params: Arc::new(params) }))),
        }
    }
}

fn problem(params: &Params) -> Option<Problem> {
    let is_empty = params.key.source().trim().is_empty();
    is_empty.then(|| Problem {
        key: "/params/key".to_owned(),
        message: "Name the value, such as since.".to_owned(),
    })
}

struct Remembering {
    params: Arc<Params>,
}

impl Gather for Remembering {
    fn open(&self, _: &[&str]) -> Box<dyn Gathering> {
        Box::new(AtWork { params: Arc::clone(&self.params), n_items: 0 })
    }
}

struct AtWork {
    params: Arc<Params>,
    /// Items that have come.
    n_items: u64,
}

/// The value of a chunk that is to be kept.
struct Best {
    value: Value,
    /// The number of its item among all that have come.
    number: u64,
    /// Its item, as step keys name it.
    item: String,
}

impl AtWork {
    /// The value to keep of a chunk, and the items that could not be looked at.
    fn best(&mut self, chunk: &Chunk, cx: &dyn StepContext) -> (Option<Best>, Vec<Failed>) {
        let (mut best, mut failed): (Option<Best>, Vec<Failed>) = (None, Vec::new());
        for (index, item) in chunk.iter().enumerate() {
            let number = self.n_items;
            self.n_items += 1;
            match self.params.value.eval(&item.value, cx.names()) {
                Err(fault) => {
                    failed.push((index, StepError::fault(&fault, "/params/value")));
                }
                Ok(None) => {}
                Ok(Some(value)) => {
                    let keep = self.params.keep;
                    if best.as_ref().is_none_or(|best| keep.takes(&value, &best.value)) {
                        best = Some(Best { value, number, item: format!("{:#}", item.lineage) });
                    }
                }
            }
        }
        (best, failed)
    }

    async fn keep(&self, best: Best, cx: &dyn StepContext) -> StepResult<()> {
        if !matches!(cx.conduct().mode, Mode::Live | Mode::Record(_)) {
            return Ok(());
        }
        let key = self
            .params
            .key
            .text(&Value::null(), cx.names())
            .map_err(|fault| StepError::fault(&fault, "/params/key"))?;
        let setting = Setting {
            flow: cx.flow().clone(),
            key: key.trim().to_owned(),
            value: best.value,
            keep: self.params.keep,
            by: Setter {
                run: cx.run_id().clone(),
                place: format!("{}/{}", cx.node(), cx.item_key()),
                item: best.number,
                at: cx.now(),
            },
        };
        let mut content = Fnv::default();
        content.write(setting.value.to_string().as_bytes());
        let work = StepWork {
            effect: Effect::Repeatable,
            content: content.finish(),
            about: format!("keep \"{}\"", setting.key),
        };
        // Named by its item, never by a count of chunks: after a restart chunks are cut elsewhere.
        let part = format!("set/{}", best.item);
        let state = &cx.services().state;
        cx.step_as(&part, work, |_| {
            let setting = setting.clone();
            Box::pin(async move {
                let key = setting.key.clone();
                state.set(setting).await.map_err(|cause| not_kept(&key, &cause))?;
                Ok(Value::null())
            })
        })
        .await?;
        Ok(())
    }
}

type Failed = (usize, StepError);

#[async_trait]
impl Gathering for AtWork {
    async fn take(
        &mut self,
        _: usize,
        chunk: Chunk,
        cx: &dyn StepContext,
        out: &mut Outbox<'_>,
    ) -> StepResult<()> {
        let (best, failed) = self.best(&chunk, cx);
        if failed.is_empty() {
            if let Some(best) = best {
                self.keep(best, cx).await?;
            }
            return out.send(0, chunk).await;
        }
        // An item that stops the run is told first: what the chunk brings is then not kept.
        let mut failed = failed.into_iter().peekable();
        let mut passed: Vec<Item> = Vec::with_capacity(chunk.len());
        for (index, item) in chunk.into_iter().enumerate() {
            match failed.next_if(|(at, _)| *at == index) {
                Some((_, error)) => out.reject(&item, error).await?,
                None => passed.push(item),
            }
        }
        if let Some(best) = best {
            self.keep(best, cx).await?;
        }
        out.send(0, passed).await
    }

    async fn finish(&mut self, _: &dyn StepContext, _: &mut Outbox<'_>) -> StepResult<()> {
        Ok(())
    }
}

fn not_kept(key: &str, cause: &str) -> StepError {
    let message = format!("The value \"{key}\" could not be kept: {cause}");
    StepError::retryable(ErrorClass::Internal, message)
        .advice("Make room on the disk, then run the flow again from there.")
}

#[cfg(test)]
mod tests;
