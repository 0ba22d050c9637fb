//! `flow.approve`: asks a person about each item. Not where the question is shown: that is the
//! inbox of whoever runs the flow.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Port, Problem};
use mapping::{Expression, Template};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::flow_wait::{WAITING, ask, in_words, time_of, with_added};
use crate::catalogue::{node_info, port, words};
use crate::item::Item;
use crate::node::{Answer, Behaviour, Each, NodeType, Setup};
use crate::step::{StepContext, StepError, StepResult};

/// Params of `flow.approve`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What is asked, with expressions where it depends on the item: `Book order {{ id }}?`
    question: Template,
    /// How long an answer is waited for, in milliseconds; then the item leaves by `timed_out`.
    #[serde(default)]
    #[schemars(title = "Give up after (ms)")]
    timeout_ms: Option<u64>,
    /// Until when an answer is waited for, as an expression: `deliverAt`.
    #[serde(default)]
    #[schemars(title = "Give up at", extend("x-advanced" = true))]
    due: Option<Expression>,
    /// The key under which the answer is added to the item, as `{approved, note}`.
    #[serde(default)]
    #[schemars(title = "Add the answer to the item as", extend("x-advanced" = true))]
    into: Option<String>,
}

pub(crate) struct Approve;

impl NodeType for Approve {
    type Params = Params;

    fn info() -> NodeInfo {
        let shown = |title: &str, params| Example {
            title: title.to_owned(),
            params,
            input: vec![json!({ "id": 7, "total": 1250 })],
            output: None,
            ..Example::default()
        };
        NodeInfo {
            keywords: words([
                "approve", "approval", "person", "human", "ask", "confirm", "review", "inbox",
                "decide",
            ]),
            outputs: outputs(false),
            examples: vec![
                shown(
                    "Ask before an order is booked",
                    json!({ "question": "Book order {{ id }} of {{ total }} EUR?" }),
                ),
                shown(
                    "Ask, and go on without an answer after a day",
                    json!({ "question": "Book order {{ id }}?", "timeout_ms": 86_400_000, "into": "review" }),
                ),
            ],
            ..node_info(
                "flow.approve",
                "Ask for approval",
                "Asks a person about each item, who may change it.",
                "Each item waits in the inbox until somebody approves or rejects it. What is \
                 approved leaves by `approved`, as it was or as the person has changed it; what is \
                 rejected by `rejected`; what nobody has answered in time by `timed_out`, where a \
                 time is set.\n\nUp to a thousand items wait at once, and leave in the order in \
                 which they came. Questions outlast the program: answers given while the flow does \
                 not run are taken when it goes on.",
                Family::Control,
                "user-check",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let question = params.question.source();
        let summary = match params.timeout_ms {
            Some(ms) => format!("{}, within {}", question.trim(), in_words(ms)),
            None => question.trim().to_owned(),
        };
        Inspection {
            summary,
            outputs: Some(outputs(params.has_end())),
            problems: params.problem().into_iter().collect(),
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        match params.problem() {
            Some(problem) => Err(problem),
            None => Ok(Behaviour::Each(Box::new(params))),
        }
    }
}

fn outputs(has_end: bool) -> Vec<Port> {
    let mut outputs = vec![
        port("approved", "items that were approved, as they are then"),
        port("rejected", "items that were rejected"),
    ];
    if has_end {
        outputs.push(port("timed_out", "items that nobody has answered in time"));
    }
    outputs
}

impl Params {
    fn has_end(&self) -> bool {
        self.timeout_ms.is_some() || self.due.is_some()
    }

    fn problem(&self) -> Option<Problem> {
        let (key, message) = if self.question.source().trim().is_empty() {
            ("question", "Say what is asked.")
        } else if self.timeout_ms.is_some() && self.due.is_some() {
            ("due", "Say either how long, or until when an answer is waited for.")
        } else if self.into.as_deref().is_some_and(|key| key.trim().is_empty()) {
            ("into", "Name the key, or leave it out.")
        } else {
            return None;
        };
        Some(Problem { key: format!("/params/{key}"), message: message.to_owned() })
    }
}

/// Whether an answer is a yes: `true`, or an object that says so under `approve`.
pub(super) fn is_yes(answer: &Value) -> bool {
    let word = answer.get("approve").or(Some(answer));
    word.and_then(Value::as_bool).unwrap_or(false)
}

#[async_trait]
impl Each for Params {
    fn concurrency(&self) -> NonZeroU32 {
        WAITING
    }

    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        let question = self
            .question
            .text(&item.value, cx.names())
            .map_err(|fault| StepError::fault(&fault, "/params/question"))?;
        let due = match (&self.due, self.timeout_ms) {
            (Some(due), _) => Some(time_of(due, None, "/params/due", item, cx)?),
            (None, Some(ms)) => Some(cx.due(cx.key("due"), Duration::from_millis(ms)).await?),
            (None, None) => None,
        };
        let signal = cx.key("approve").to_string();
        let Some(answer) = ask(Some(question), &signal, item, due, cx).await? else {
            return Ok(Answer::By(2, item.value.clone()));
        };
        let is_approved = is_yes(&answer);
        let edited = answer.get("value").filter(|_| is_approved);
        let mut value = edited.unwrap_or(&item.value).clone();
        if let Some(key) = &self.into {
            let note = answer.get("note").cloned().unwrap_or_else(|| Value::from(""));
            let told = Value::object([("approved", Value::from(is_approved)), ("note", note)]);
            value = with_added(&value, key.trim(), told);
        }
        Ok(Answer::By(usize::from(!is_approved), value))
    }
}

#[cfg(test)]
mod tests;
