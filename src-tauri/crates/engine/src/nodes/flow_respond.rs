//! `flow.respond`: answers the caller of a webhook. Not how the answer is written to a socket: see
//! [`crate::webhook`].

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Problem};
use flow::run::ErrorClass;
use futures::future::BoxFuture;
use indexmap::IndexMap;
use mapping::{JsonTemplate, Template};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{node_info, words};
use crate::item::Item;
use crate::node::{Answer, Behaviour, Each, NodeType, Setup};
use crate::respond::{Response, ResponseBody};
use crate::step::{StepContext, StepError, StepResult};

/// Params of `flow.respond`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The HTTP status of the answer.
    #[serde(default = "ok")]
    status: Template,
    /// Headers of the answer.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(extend("x-advanced" = true))]
    headers: IndexMap<String, Template>,
    /// The body: JSON with expressions in its texts; a text is sent as it is. Without it the item
    /// is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<JsonTemplate>,
}

pub(crate) struct Respond;

impl NodeType for Respond {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["answer", "reply", "return", "webhook", "response"]),
            writes: true,
            examples: vec![Example {
                title: "Tell the caller the order's number".to_owned(),
                params: json!({ "status": 201, "body": { "orderNo": "{{ orderNo }}" } }),
                input: vec![json!({ "orderNo": 7, "internal": true })],
                output: Some(vec![json!({ "orderNo": 7, "internal": true })]),
                ..Example::default()
            }],
            ..node_info(
                "flow.respond",
                "Respond",
                "Answers the webhook's caller.",
                "Answers the caller who waits for this run: a *Webhook* that is set to answer when \
                 the flow responds. The first item that arrives is the answer; a second one is an \
                 error. Items pass on, so that the flow can go on after it has answered. In a run \
                 that nobody waits for, items just pass.",
                Family::Control,
                "reply",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let status = params.status.source();
        let what = if params.body.is_some() { "its body" } else { "the item" };
        let mut problems = Vec::new();
        if params.status.is_literal() && status_of(status.trim()).is_none() {
            let message = "A status is a number from 200 to 599.".to_owned();
            problems.push(Problem { key: "/params/status".to_owned(), message });
        }
        Inspection {
            summary: format!("answers {} with {what}", status.trim()),
            problems,
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Each(Box::new(Responding { params })))
    }
}

struct Responding {
    params: Params,
}

#[async_trait]
impl Each for Responding {
    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        let response = self.fill(&item.value, cx)?;
        cx.step("respond", |_| -> BoxFuture<'_, StepResult<Value>> {
            let response = response.clone();
            Box::pin(async move {
                let Some(responder) = cx.responder() else { return Ok(Value::from(false)) };
                match responder.answer(response) {
                    Ok(()) => Ok(Value::from(true)),
                    Err(_) => Err(StepError::terminal(
                        ErrorClass::Validation,
                        "The caller was answered already, and there is only one answer to a call.",
                    )
                    .advice(
                        "Let only one item reach this node, for example by a filter before it.",
                    )),
                }
            })
        })
        .await?;
        Ok(Answer::Pass)
    }
}

impl Responding {
    fn fill(&self, item: &Value, cx: &dyn StepContext) -> StepResult<Response> {
        let names = cx.names();
        let status = self.params.status.text(item, names);
        let status = status.map_err(|fault| StepError::fault(&fault, "/params/status"))?;
        let status = status_of(status.trim()).ok_or_else(|| {
            let message = format!("\"{status}\" is no status: it is a number from 200 to 599.");
            StepError::terminal(ErrorClass::Validation, message).key("/params/status")
        })?;
        let mut headers = Vec::new();
        for (name, template) in &self.params.headers {
            let value = template.text(item, names);
            let key = format!("/params/headers/{}", name.replace('~', "~0").replace('/', "~1"));
            headers.push((name.clone(), value.map_err(|fault| StepError::fault(&fault, key))?));
        }
        let body = match &self.params.body {
            None => Some(item.clone()),
            Some(body) => {
                let value = body.render(item, names);
                value.map_err(|fault| StepError::fault(&fault, "/params/body"))?
            }
        };
        let body = match body {
            _ if matches!(status, 204 | 304) => ResponseBody::Empty,
            None => ResponseBody::Empty,
            Some(value) => match value.as_str() {
                Some(text) => ResponseBody::Text(text.to_owned()),
                None => ResponseBody::Json(value),
            },
        };
        Ok(Response { status, headers, body })
    }
}

fn status_of(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (200..600).contains(status))
}

fn ok() -> Template {
    Template::literal(json!(200))
}
