//! `data.dedupe`: lets the first of several equal items through, of this run or of earlier ones too.
//! Not where it is kept what earlier runs have seen: see `marks`.

mod seen;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use flow::run::ErrorClass;
use mapping::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use transport::Mode;

use self::seen::Seen;
use super::flow_wait::in_words;
use crate::catalogue::{example, node_info, port, words};
use crate::item::{Chunk, Item};
use crate::marks::{Digest, Marking};
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
    /// Whether items that came in earlier runs are duplicates too, and for how long.
    #[serde(default)]
    #[schemars(title = "Remember across runs")]
    remember: Option<Remember>,
}

/// For how long it is remembered what came; at least one of the two.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Remember {
    /// So many days.
    #[serde(default)]
    days: Option<u32>,
    /// So many hours.
    #[serde(default)]
    hours: Option<u32>,
    /// A name by which several nodes and flows remember together; each node by itself without it.
    #[serde(default)]
    #[schemars(title = "Together with others as", extend("x-advanced" = true))]
    name: Option<String>,
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
            examples: vec![
                example(
                    "One item per e-mail address",
                    json!({ "by": ["$lowercase(email)"] }),
                    json!([{ "email": "Ada@x.org", "n": 1 }, { "email": "ada@x.org", "n": 2 }]),
                    json!([{ "email": "Ada@x.org", "n": 1 }]),
                ),
                example(
                    "Each order once in 30 days, however often the shop gives it",
                    json!({ "by": ["id"], "remember": { "days": 30 } }),
                    json!([{ "id": 1 }, { "id": 2 }, { "id": 1 }]),
                    json!([{ "id": 1 }, { "id": 2 }]),
                ),
            ],
            ..node_info(
                "data.dedupe",
                "Remove duplicates",
                "Lets the first of several equal items through.",
                "Lets an item through when no item with the same key came before it in this run; \
                 the others leave by `duplicates`. Keys are compared exactly; items without a key \
                 have the key `null`. It works as items come and waits for none.\n\nWith *Remember \
                 across runs*, items that came in earlier runs are duplicates too. What a run has \
                 seen counts while it is under way and once it has ended well; what came in a run \
                 that failed or was stopped comes again. A run that goes on after a restart, or \
                 repeats another, does not take that one's items for duplicates. Dry runs, replays \
                 and mocks look, and remember nothing.",
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
        let summary = match params.remember.as_ref().map(Remember::in_words) {
            Some(within) => format!("{summary} in {within}"),
            None => summary,
        };
        let problems = params.remember.as_ref().and_then(Remember::problem).into_iter().collect();
        Inspection { summary, problems, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        if let Some(problem) = params.remember.as_ref().and_then(Remember::problem) {
            return Err(problem);
        }
        let dir = setup.services.temp_dir.clone();
        Ok(Behaviour::Gather(Box::new(Deduping {
            by: params.by.into(),
            remember: params.remember,
            dir,
        })))
    }
}

impl Remember {
    /// How long, in milliseconds.
    fn window_ms(&self) -> i64 {
        const HOUR_MS: i64 = 3_600_000;
        let hours = i64::from(self.days.unwrap_or(0)) * 24 + i64::from(self.hours.unwrap_or(0));
        hours * HOUR_MS
    }

    fn in_words(&self) -> String {
        in_words(self.window_ms().unsigned_abs())
    }

    fn problem(&self) -> Option<Problem> {
        let (key, message) = if self.window_ms() == 0 {
            ("remember/days", "Say for how many days or hours it is remembered what came.")
        } else if self.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
            ("remember/name", "Give it a name, or leave it out.")
        } else {
            return None;
        };
        Some(Problem { key: format!("/params/{key}"), message: message.to_owned() })
    }

    /// What is remembered together: by its name in the workspace, else by the node of the flow.
    fn list(&self, cx: &dyn StepContext) -> String {
        match &self.name {
            Some(name) => format!("name/{}", name.trim()),
            None => format!("node/{}/{}", cx.flow(), cx.node()),
        }
    }
}

struct Deduping {
    by: Arc<[Expression]>,
    remember: Option<Remember>,
    dir: PathBuf,
}

impl Gather for Deduping {
    fn open(&self, _: &[&str]) -> Box<dyn Gathering> {
        let seen = Seen::new(self.dir.clone());
        Box::new(AtWork { by: Arc::clone(&self.by), remember: self.remember.clone(), seen })
    }

    fn remembers(&self) -> bool {
        self.remember.is_some()
    }
}

struct AtWork {
    by: Arc<[Expression]>,
    remember: Option<Remember>,
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

    /// Tells of each of these keys whether no earlier run has seen it, and marks it then.
    async fn are_new(
        &self,
        keys: Vec<(Digest, String)>,
        cx: &dyn StepContext,
    ) -> StepResult<Vec<bool>> {
        let Some(remember) = self.remember.as_ref().filter(|_| !keys.is_empty()) else {
            return Ok(vec![true; keys.len()]);
        };
        let (at, window) = (cx.now(), remember.window_ms());
        let marking = Marking {
            list: remember.list(cx),
            root: cx.root().clone(),
            at,
            since: at - window,
            until: at + window,
            keys,
            marks: matches!(cx.conduct().mode, Mode::Live | Mode::Record(_)),
        };
        cx.services().marks.mark(marking).await.map_err(|cause| {
            let message = format!("What came before cannot be looked up: {cause}");
            StepError::terminal(ErrorClass::Internal, message)
                .advice("Make room on the disk, then run the flow again.")
        })
    }
}

/// What stands for a key.
fn digest(key: &Value) -> Digest {
    let mut hash = Sha256::new();
    hash.update(canonical(key).to_string());
    hash.finalize()[..16].try_into().expect("a SHA-256 has 32 bytes")
}

/// Equal values alike: members in the order of their names, numbers by their value.
fn canonical(value: &Value) -> Value {
    if let Some(list) = value.as_list() {
        return list.iter().map(canonical).collect();
    }
    if let Some(object) = value.as_object() {
        let mut members: Vec<_> = object.iter().collect();
        members.sort_unstable_by_key(|(key, _)| *key);
        return Value::object(members.into_iter().map(|(key, v)| (key.clone(), canonical(v))));
    }
    match value.as_f64() {
        // Whole numbers have one text whatever their digits were: 1, 1.0 and 1e0.
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => Value::from(number as i64),
        _ => value.clone(),
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
        // What came before in this run, and what is to be looked up, both in their order.
        let (mut waiting, mut keys) = (Vec::with_capacity(chunk.len()), Vec::new());
        for item in chunk {
            match self.key(&item, cx) {
                Ok(key) => {
                    let digest = self.remember.is_some().then(|| digest(&key));
                    let is_new = self
                        .seen
                        .insert(key, out.budget())
                        .map_err(|error| broken_spill(&error))?;
                    if is_new && let Some(digest) = digest {
                        keys.push((digest, format!("{:#}", item.lineage)));
                    }
                    waiting.push((item, is_new));
                }
                Err(error) => out.reject(&item, error).await?,
            }
        }
        let mut looked_up = self.are_new(keys, cx).await?.into_iter();
        for (item, is_first) in waiting {
            let is_new = is_first && looked_up.next().unwrap_or(true);
            if is_new { first.push(item) } else { again.push(item) }
        }
        out.send(0, first).await?;
        out.send(1, again).await
    }

    async fn finish(&mut self, _: &dyn StepContext, _: &mut Outbox<'_>) -> StepResult<()> {
        Ok(())
    }
}
