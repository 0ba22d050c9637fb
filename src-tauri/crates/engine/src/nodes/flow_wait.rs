//! `flow.wait`: holds each item for a while, until a time, or until a signal comes. Not the
//! waiting itself, which outlasts the program: that is the step's.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Port, Problem};
use flow::run::{ErrorClass, Timestamp, What};
use jiff::tz::TimeZone;
use mapping::{Expression, Template};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::data_dates::moment_of;
use crate::catalogue::{example, node_info, port, words};
use crate::item::Item;
use crate::node::{Answer, Behaviour, Each, NodeType, Setup};
use crate::step::{StepContext, StepError, StepResult};

/// Items that wait at once where the node does not say `concurrency`: they cost next to nothing.
pub(super) const WAITING: NonZeroU32 = NonZeroU32::new(1000).expect("a thousand is not zero");

/// Shorter waits are not told of.
const TOLD_MS: i64 = 1000;

/// No wait is longer than this: a hundred years, in milliseconds.
const LONGEST_MS: u64 = 100 * 365 * 24 * 3_600_000;

/// Params of `flow.wait`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What an item waits for.
    r#for: For,
}

/// What an item waits for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum For {
    /// So long after it came.
    #[schemars(title = "A while")]
    Duration {
        /// How long, in milliseconds: `5000`, or an expression such as `{{ pause }}`.
        #[schemars(title = "Milliseconds")]
        ms: Template,
    },
    /// A point in time; one that is past holds nothing up.
    #[schemars(title = "A time")]
    Until {
        /// The time: an expression that gives a date with a time such as `2026-03-01T08:00:00Z`, or
        /// milliseconds since 1970.
        at: Expression,
        /// The time zone of times that do not name one: `Europe/Berlin`; UTC without it.
        #[serde(default)]
        #[schemars(title = "Time zone", extend("x-advanced" = true))]
        zone: Option<String>,
    },
    /// A signal from outside, such as a system's word that something is done.
    #[schemars(title = "A signal")]
    Signal {
        /// Its name, such as `paid-{{ id }}`. Of several items that wait for the same name, each
        /// signal lets one go on, the one that came first.
        name: Template,
        /// How long it is waited for, in milliseconds; then the item leaves by `timed_out`. As long
        /// as it takes without it.
        #[serde(default)]
        #[schemars(title = "Give up after (ms)")]
        timeout_ms: Option<u64>,
        /// The key under which what the signal brings is added to the item.
        #[serde(default)]
        #[schemars(title = "Add what it brings as")]
        into: Option<String>,
    },
}

pub(crate) struct Wait;

impl NodeType for Wait {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["wait", "delay", "sleep", "pause", "until", "signal", "resume"]),
            outputs: vec![port("out", "items that have waited")],
            examples: vec![
                example(
                    "Half a second between coming and going",
                    json!({ "for": { "type": "duration", "ms": 500 } }),
                    json!([{ "id": 1 }]),
                    json!([{ "id": 1 }]),
                ),
                example(
                    "Until each item's own time, which is past here",
                    json!({ "for": { "type": "until", "at": "sendAt" } }),
                    json!([{ "id": 1, "sendAt": "2020-01-01T08:00:00Z" }]),
                    json!([{ "id": 1, "sendAt": "2020-01-01T08:00:00Z" }]),
                ),
                signal_example(),
            ],
            ..node_info(
                "flow.wait",
                "Wait",
                "Holds each item for a while, until a time, or until a signal comes.",
                DOCS,
                Family::Control,
                "hourglass",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let summary = match &params.r#for {
            For::Duration { ms } => match ms.fixed().and_then(Value::as_i64) {
                Some(ms) => in_words(ms.unsigned_abs()),
                None => format!("{} ms", ms.source()),
            },
            For::Until { at, .. } => format!("until {at}"),
            For::Signal { name, timeout_ms: None, .. } => format!("for {}", name.source()),
            For::Signal { name, timeout_ms: Some(ms), .. } => {
                format!("for {}, at most {}", name.source(), in_words(*ms))
            }
        };
        Inspection {
            summary,
            outputs: Some(outputs(params)),
            problems: problem(params).into_iter().collect(),
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        match problem(&params) {
            Some(problem) => Err(problem),
            None => Ok(Behaviour::Each(Box::new(params))),
        }
    }
}

const DOCS: &str = "\
Items wait side by side, up to a thousand at once, and leave in the order in which they came.

A wait outlasts the program: after a restart the run goes on where it was, and the wait ends when \
it would have ended. What the computer sleeps through counts.

A signal is sent with `gantry signal NAME`, or through the API. One that comes before it is waited \
for is kept until it is. With *Give up after*, an item whose signal does not come in time leaves by \
`timed_out`.

In a replay or a mock, time is jumped over: nothing waits for a time, and what is waited for with \
*Give up after* is given up at once unless it has come.";

fn signal_example() -> flow::catalogue::Example {
    flow::catalogue::Example {
        title: "Until the shop says that an order is paid, three days at most".to_owned(),
        params: json!({ "for": {
            "type": "signal", "name": "paid-{{ id }}", "timeout_ms": 259_200_000, "into": "payment"
        } }),
        input: vec![json!({ "id": 7 })],
        output: None,
        ..flow::catalogue::Example::default()
    }
}

fn outputs(params: &Params) -> Vec<Port> {
    let mut outputs = vec![port("out", "items that have waited")];
    if matches!(params.r#for, For::Signal { timeout_ms: Some(_), .. }) {
        outputs.push(port("timed_out", "items whose signal did not come in time"));
    }
    outputs
}

fn problem(params: &Params) -> Option<Problem> {
    let (key, message) = match &params.r#for {
        For::Duration { ms } => {
            let fixed = ms.fixed()?;
            let is_time = millis(fixed).is_some();
            let message = "Give a number of milliseconds, such as 5000.";
            (!is_time).then_some(("for/ms", message.to_owned()))?
        }
        For::Until { zone, .. } => {
            let name = zone.as_deref().map(str::trim).filter(|name| !name.is_empty())?;
            TimeZone::get(name).err()?;
            let message = format!("There is no time zone {name}. Write it as Europe/Berlin.");
            ("for/zone", message)
        }
        For::Signal { name, into, .. } => {
            if name.source().trim().is_empty() {
                ("for/name", "Name the signal, such as paid-{{ id }}.".to_owned())
            } else if into.as_deref().is_some_and(|key| key.trim().is_empty()) {
                ("for/into", "Name the key, or leave it out.".to_owned())
            } else {
                return None;
            }
        }
    };
    Some(Problem { key: format!("/params/{key}"), message })
}

/// A length of time in a few words: `3 days`, `90 s`.
pub(super) fn in_words(ms: u64) -> String {
    const UNITS: [(u64, &str, &str); 3] =
        [(86_400_000, "day", "days"), (3_600_000, "hour", "hours"), (60_000, "minute", "minutes")];
    for (unit, one, many) in UNITS {
        if ms >= unit && ms.is_multiple_of(unit) {
            let n = ms / unit;
            return format!("{n} {}", if n == 1 { one } else { many });
        }
    }
    if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") }
}

fn millis(value: &Value) -> Option<u64> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse::<f64>().ok()?,
        None => value.as_f64()?,
    };
    (number >= 0.0 && number <= LONGEST_MS as f64).then_some(number as u64)
}

/// The item with a value added under a key.
pub(super) fn with_added(item: &Value, key: &str, added: Value) -> Value {
    match item.as_object() {
        Some(object) => object.with(key, added).into(),
        None => Value::object([(key, added)]),
    }
}

#[async_trait]
impl Each for Params {
    fn concurrency(&self) -> NonZeroU32 {
        WAITING
    }

    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        match &self.r#for {
            For::Duration { ms } => {
                let ms = ms
                    .render(&item.value, cx.names())
                    .map_err(|fault| StepError::fault(&fault, "/params/for/ms"))?
                    .unwrap_or_default();
                let ms = millis(&ms).ok_or_else(|| {
                    let message = format!("{ms} is no number of milliseconds to wait.");
                    wrong("/params/for/ms", message)
                })?;
                let due = cx.due(cx.key("due"), Duration::from_millis(ms)).await?;
                wait_until(due, "the flow waits for a while", cx).await
            }
            For::Until { at, zone } => {
                let due = time_of(at, zone.as_deref(), "/params/for/at", item, cx)?;
                wait_until(due, "the flow waits for a time", cx).await
            }
            For::Signal { name, timeout_ms, into } => {
                let name = name
                    .text(&item.value, cx.names())
                    .map_err(|fault| StepError::fault(&fault, "/params/for/name"))?;
                let due = match timeout_ms {
                    Some(ms) => Some(cx.due(cx.key("due"), Duration::from_millis(*ms)).await?),
                    None => None,
                };
                let given = ask(None, name.trim(), item, due, cx).await?;
                Ok(match (given, into) {
                    (None, _) => Answer::By(1, item.value.clone()),
                    (Some(_), None) => Answer::Pass,
                    (Some(value), Some(key)) => {
                        Answer::One(with_added(&item.value, key.trim(), value))
                    }
                })
            }
        }
    }
}

/// The time that an expression gives for an item.
pub(super) fn time_of(
    at: &Expression,
    zone: Option<&str>,
    key: &str,
    item: &Item,
    cx: &dyn StepContext,
) -> StepResult<Timestamp> {
    let found = at.eval(&item.value, cx.names()).map_err(|fault| StepError::fault(&fault, key))?;
    let value = found
        .filter(|value| !value.is_null())
        .ok_or_else(|| wrong(key, format!("There is no time to wait for: {at} gives nothing.")))?;
    let zone = zone.map(str::trim).filter(|name| !name.is_empty());
    let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    moment_of(&value, &zone).map_err(|why| wrong(key, format!("{value} {why}.")))
}

fn wrong(key: &str, message: String) -> StepError {
    StepError::terminal(ErrorClass::Validation, message)
        .advice("Mend the data at its source, or change what this node waits for.")
        .key(key)
}

async fn wait_until(due: Timestamp, reason: &str, cx: &dyn StepContext) -> StepResult<Answer> {
    let left = due - cx.now();
    if left >= TOLD_MS {
        cx.tell(What::Waiting {
            node: cx.node().clone(),
            item: cx.lineage(),
            wait_ms: left.unsigned_abs(),
            reason: reason.to_owned(),
            due: Some(due),
        })
        .await?;
    }
    cx.sleep_until(due).await?;
    Ok(Answer::Pass)
}

/// Waits for a signal, and tells of it: `question` is what a person is asked.
pub(super) async fn ask(
    question: Option<String>,
    signal: &str,
    item: &Item,
    due: Option<Timestamp>,
    cx: &dyn StepContext,
) -> StepResult<Option<Value>> {
    let is_asked = question.is_some();
    let (node, lineage) = (cx.node().clone(), cx.lineage());
    cx.tell(What::Asked {
        node: node.clone(),
        item: lineage.clone(),
        signal: signal.to_owned(),
        question,
        value: item.value.clone(),
        due,
    })
    .await?;
    let given = cx.wait_signal(cx.key("signal"), signal, due).await?;
    let outcome = match &given {
        None => "timed out",
        Some(_) if !is_asked => "signalled",
        Some(answer) if super::flow_approve::is_yes(answer) => "approved",
        Some(_) => "rejected",
    };
    cx.tell(What::Answered {
        node,
        item: lineage,
        signal: signal.to_owned(),
        outcome: outcome.to_owned(),
    })
    .await?;
    Ok(given)
}

#[cfg(test)]
mod tests;
