//! `scope.while`: runs the nodes inside it again and again with what came of the turn before.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Example, Family, Inside, Inspection, NodeInfo, Passage, Problem};
use flow::run::{ErrorClass, Timestamp};
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::emitter::Halt;
use crate::item::Item;
use crate::journal::Recorded;
use crate::lineage::{Lineage, Origin};
use crate::node::{Behaviour, NodeType, Setup, broken_spill};
use crate::ports::Leave;
use crate::scope::{Conduct, Conducted, Kept, Results, ScopeRules, Turns};
use crate::step::{StepContext, StepError, StepResult, StepWork};

/// Turns that a loop may take where the node does not say.
const USUAL_TURNS: NonZeroU32 = NonZeroU32::new(1_000).expect("it is not 0");

/// How long a loop may take where the node does not say: an hour.
const USUAL_MS: NonZeroU64 = NonZeroU64::new(3_600_000).expect("it is not 0");

/// Params of `scope.while`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::unsafe_derive_deserialize,
    reason = "the unsafe code is the async trait's, not ours"
)]
pub(crate) struct Params {
    /// Looked at before each turn: another one begins while this is true of the item.
    #[serde(default, rename = "while")]
    #[schemars(title = "Repeat while")]
    repeat: Option<Expression>,
    /// Looked at after each turn: there is no other once this is true of what came of it.
    #[serde(default)]
    #[schemars(title = "Until")]
    until: Option<Expression>,
    /// The most turns for one item. One more is an error of the class `guard`.
    #[serde(default = "usual_turns")]
    #[schemars(title = "Most turns")]
    max_iterations: NonZeroU32,
    /// The longest that all turns of one item may take, in milliseconds. What takes longer is
    /// stopped with an error of the class `guard`.
    #[serde(default = "usual_ms")]
    #[schemars(title = "Longest time (ms)")]
    max_ms: NonZeroU64,
    /// What leaves the loop.
    #[serde(default)]
    #[schemars(title = "Results")]
    results: Given,
}

/// What leaves a loop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Given {
    /// What came of the last turn.
    #[default]
    #[schemars(title = "Of the last turn")]
    Last,
    /// Everything that left the nodes inside, turn by turn.
    #[schemars(title = "Of all turns")]
    All,
}

fn usual_turns() -> NonZeroU32 {
    USUAL_TURNS
}

fn usual_ms() -> NonZeroU64 {
    USUAL_MS
}

pub(crate) struct While;

impl NodeType for While {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["while", "until", "repeat", "poll", "loop", "again", "guard"]),
            examples: vec![Example {
                body: Some(json!({ "nodes": [
                    { "id": "double", "type": "data.map", "params": { "fields": [
                        { "to": "n", "from": "n * 2" }
                    ] } }
                ] })),
                ..example(
                    "Double until it is enough",
                    json!({ "while": "n < 100" }),
                    json!([{ "n": 30 }, { "n": 200 }]),
                    json!([{ "n": 120 }, { "n": 200 }]),
                )
            }],
            ..node_info(
                "scope.while",
                "While",
                "Runs the nodes inside it again and again.",
                "Runs the nodes inside it for an item, then for the last item that came of it, and \
                 so on: **while** a condition holds of the item, **until** one holds of what came \
                 of a turn, or both. A turn from which nothing leaves is the last one, and a *Leave \
                 loop* node inside ends the turn or the loop.\n\nTwo guards are always on: so many \
                 turns, and so much time. An item that goes past one fails with the class `guard`, \
                 by the node's error policy; nothing of a failed item gets out.",
                Family::Control,
                "rotate-cw",
                Consumes::Scope,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let (summary, problem) = match (&params.repeat, &params.until) {
            (Some(repeat), None) => (format!("while {repeat}"), None),
            (None, Some(until)) => (format!("until {until}"), None),
            (Some(repeat), Some(until)) => (format!("while {repeat}, until {until}"), None),
            (None, None) => {
                let message = "Nothing says when this ends. Give it a condition to repeat while, \
                               or one to repeat until.";
                let problem =
                    Problem { key: "/params/while".to_owned(), message: message.to_owned() };
                (String::new(), Some(problem))
            }
        };
        Inspection {
            summary,
            problems: problem.into_iter().collect(),
            passage: Passage { inside: Inside::Turns, ..Passage::default() },
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let turns = Turns::Conducted(Arc::new(params));
        Ok(Behaviour::Scope(ScopeRules { concurrency: NonZeroU32::MIN, turns }))
    }
}

/// What came of one turn.
enum Turned {
    /// This item goes into the next one.
    On(Item),
    /// It was the last one.
    Last(Option<Item>),
}

#[async_trait]
impl Conduct for Params {
    async fn conduct(&self, at: &Conducted) -> Results {
        let mut kept = Kept::new(&at.world);
        let end = self.turns(at, &mut kept).await;
        Results { kept, end }
    }

    fn tells(&self) -> bool {
        true
    }
}

impl Params {
    async fn turns(&self, at: &Conducted, kept: &mut Kept) -> Result<(), Halt> {
        let cx = at.context();
        let due = if at.is_virtual() {
            None
        } else {
            Some(self.due(&cx).await.map_err(|error| at.failed(&error))?)
        };
        let origin = Arc::new(Origin::parts(at.rules().id.clone(), at.item.lineage.clone()));
        let mut item = at.item.clone();
        for n_turns in 0.. {
            if let Some(repeat) = &self.repeat
                && !at.test(repeat, &item, "/params/while")?
            {
                return self.give(at, Some(item), n_turns, kept);
            }
            if n_turns >= self.max_iterations.get() {
                return Err(at.failed(&self.too_many()));
            }
            // The number of the turn is in the path, so that no step is taken for one of another.
            let given = Item::new(item.value.clone(), Lineage::new(&origin, n_turns));
            let turned = tokio::select! {
                biased;
                turned = self.turn(at, &given, kept) => turned?,
                () = wait_until(&cx, due) => return Err(at.failed(&self.too_long())),
            };
            match turned {
                Turned::On(next) => item = next,
                Turned::Last(last) => return self.give(at, last, n_turns + 1, kept),
            }
        }
        Ok(())
    }

    async fn turn(&self, at: &Conducted, given: &Item, kept: &mut Kept) -> Result<Turned, Halt> {
        let began = (Instant::now(), at.world.scope.now());
        let mut last = None;
        let mut end = Ok(());
        for part in at.parts() {
            end = at
                .run(part, given, |chunk, dir| {
                    last = chunk.last().cloned().or(last.take());
                    if self.results == Given::All { kept.push(chunk, dir) } else { Ok(()) }
                })
                .await;
        }
        let has_failed = matches!(end, Err(Halt::Failed { .. }));
        let told = at.tell_turn(given, None, began, has_failed).await;
        told.map_err(|error| at.failed(&error))?;
        match end {
            Ok(()) => {}
            Err(Halt::Leave(Leave::Break)) => {
                return Ok(Turned::Last(last.or_else(|| Some(given.clone()))));
            }
            // What comes next then is what this turn had, as far as it came.
            Err(Halt::Leave(Leave::Continue)) => last = last.or_else(|| Some(given.clone())),
            Err(halt) => return Err(halt),
        }
        let Some(item) = last else { return Ok(Turned::Last(None)) };
        match &self.until {
            Some(until) if at.test(until, &item, "/params/until")? => Ok(Turned::Last(Some(item))),
            _ => Ok(Turned::On(item)),
        }
    }

    /// Gives out what came of the last turn. What passes without any turn is a result too.
    fn give(
        &self,
        at: &Conducted,
        last: Option<Item>,
        n_turns: u32,
        kept: &mut Kept,
    ) -> Result<(), Halt> {
        let is_kept_already = self.results == Given::All && n_turns > 0;
        let Some(item) = last.filter(|_| !is_kept_already) else { return Ok(()) };
        let dir = &at.world.scope.services.temp_dir;
        kept.push(vec![item], dir).map_err(|error| at.failed(&broken_spill(&error)))
    }

    /// When the time is up: as it was, where the item had begun before a restart.
    async fn due(&self, cx: &crate::embedded::EmbeddedContext) -> StepResult<Timestamp> {
        let most = i64::try_from(self.max_ms.get()).unwrap_or(i64::MAX / 2);
        let due = cx.now().saturating_add(most);
        let Some(ledger) = cx.ledger() else { return Ok(due) };
        let key = cx.key("guard");
        if let Some(Recorded::Done(known)) = ledger.find(&key, &StepWork::READS)? {
            return Ok(known.as_i64().unwrap_or(due));
        }
        ledger.done(&key, &StepWork::READS, cx.now(), Value::from(due)).await?;
        Ok(due)
    }

    fn too_many(&self) -> StepError {
        let most = self.max_iterations;
        StepError::terminal(
            ErrorClass::Guard,
            format!("After {most} turns the loop is still not done."),
        )
        .advice("Look whether its condition can ever be met, or let it have more turns.")
        .key("/params/max_iterations")
    }

    fn too_long(&self) -> StepError {
        let longest = Duration::from_millis(self.max_ms.get());
        StepError::terminal(
            ErrorClass::Guard,
            format!("After {longest:?} the loop is still not done."),
        )
        .advice("Look what its turns wait for, or let it have more time.")
        .key("/params/max_ms")
    }
}

async fn wait_until(cx: &crate::embedded::EmbeddedContext, due: Option<Timestamp>) {
    match due {
        Some(due) => cx.wait_until(due).await,
        None => std::future::pending().await,
    }
}
