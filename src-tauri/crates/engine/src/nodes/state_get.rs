//! `state.get`: reads what the flow remembers from run to run. Not the setting: see `state.set`.

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use flow::run::ErrorClass;
use mapping::Template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::flow_wait::with_added;
use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Answer, Behaviour, Each, NodeType, Setup};
use crate::step::{StepContext, StepError, StepResult};

/// Params of `state.get`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The name of the value, such as `since`.
    key: Template,
    /// The key under which the value is added to the item; the value's own name without it.
    #[serde(default)]
    #[schemars(title = "Add it to the item as")]
    into: Option<String>,
    /// What is taken as long as nothing was set, such as `"2020-01-01"`; `null` without it.
    #[serde(default)]
    #[schemars(title = "Until it is set", with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

pub(crate) struct StateGet;

impl NodeType for StateGet {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "state",
                "remember",
                "watermark",
                "cursor",
                "last",
                "since",
                "variable",
                "get",
            ]),
            examples: vec![example(
                "Since when changes are fetched, at first since 2020",
                json!({ "key": "since", "default": "2020-01-01" }),
                json!([{}]),
                json!([{ "since": "2020-01-01" }]),
            )],
            ..node_info(
                "state.get",
                "Get state",
                "Adds what the flow remembers from earlier runs.",
                "Adds a value to each item that an earlier run of this flow has set with **Set \
                 state**, such as the time of the newest change it has seen. What the flow \
                 remembers, and what it was before, is shown under State, where it can be changed \
                 and reset. A run that goes on after a restart sees the value as it was.",
                Family::Data,
                "bookmark",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let into = params.into.as_ref().map(|key| format!(" into {key}")).unwrap_or_default();
        Inspection {
            summary: format!("{}{into}", params.key.source()),
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

fn problem(params: &Params) -> Option<Problem> {
    let (key, message) = if params.key.source().trim().is_empty() {
        ("key", "Name the value, such as since.")
    } else if params.into.as_deref().is_some_and(|key| key.trim().is_empty()) {
        ("into", "Name the key, or leave it out.")
    } else {
        return None;
    };
    Some(Problem { key: format!("/params/{key}"), message: message.to_owned() })
}

#[async_trait]
impl Each for Params {
    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        let key = self
            .key
            .text(&item.value, cx.names())
            .map_err(|fault| StepError::fault(&fault, "/params/key"))?;
        let (state, flow, of) = (&cx.services().state, cx.flow(), key.trim());
        let found = cx
            .step("get", |_| {
                Box::pin(async move {
                    let found = state.get(flow, of).await.map_err(|cause| not_read(of, &cause))?;
                    // What is not set is told from what is set to null.
                    Ok(Value::object(found.map(|value| ("value", value))))
                })
            })
            .await?;
        let value = found.get("value").or(self.default.as_ref()).cloned().unwrap_or_default();
        let into = self.into.as_deref().map_or(of, str::trim);
        Ok(Answer::One(with_added(&item.value, into, value)))
    }
}

fn not_read(key: &str, cause: &str) -> StepError {
    let message = format!("What the flow remembers as \"{key}\" cannot be read: {cause}");
    StepError::retryable(ErrorClass::Internal, message)
        .advice("Look under State whether the value is there, then run again.")
}
