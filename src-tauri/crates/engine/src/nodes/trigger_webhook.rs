//! `trigger.webhook`: begins a run when a system calls an address. Not the listening: that is the
//! host's, by the functions in [`crate::webhook`].

use std::num::NonZeroU64;

use data::Value;
use flow::catalogue::{Carries, Consumes, Example, Family, Inspection, NodeInfo, Port, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::catalogue::{node_info, words};
use crate::node::{Behaviour, NodeType, Setup, Trigger};
use crate::step::StepResult;

/// Params of `trigger.webhook`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The end of the address, such as `orders` or `orders/{id}`; what stands for a part in braces
    /// comes as `params.id`.
    #[serde(default)]
    #[schemars(title = "Path")]
    pub(crate) path: String,
    /// The methods that are taken.
    #[serde(default = "post")]
    pub(crate) methods: Vec<Method>,
    /// What the caller is answered.
    #[serde(default)]
    pub(crate) answer: AnswerRule,
}

/// A method that a webhook takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    /// Something new, an event: what most systems send.
    #[schemars(title = "POST")]
    Post,
    /// A question.
    #[schemars(title = "GET")]
    Get,
    /// A replacement.
    #[schemars(title = "PUT")]
    Put,
    /// A change.
    #[schemars(title = "PATCH")]
    Patch,
    /// A deletion.
    #[schemars(title = "DELETE")]
    Delete,
}

/// What the caller is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum AnswerRule {
    /// An answer at once, before the flow has done its work.
    #[schemars(title = "At once")]
    AtOnce {
        /// The status.
        #[serde(default = "accepted")]
        #[schemars(range(min = 200, max = 599))]
        status: u16,
        /// The body, as JSON; a text is sent as it is. Without it the body says which run began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Json>,
    },
    /// What the node *Respond* says.
    #[schemars(title = "When the flow responds")]
    WhenResponded {
        /// How long the caller waits, in milliseconds; then it is told that there is no answer yet.
        #[serde(default = "half_a_minute")]
        #[schemars(title = "Longest wait (ms)")]
        timeout_ms: NonZeroU64,
    },
}

impl Default for AnswerRule {
    fn default() -> Self {
        Self::AtOnce { status: accepted(), body: None }
    }
}

impl Method {
    /// The method as it stands in a request.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

pub(crate) struct WebhookTrigger;

impl NodeType for WebhookTrigger {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["hook", "event", "callback", "push", "listen", "start", "api"]),
            inputs: vec![],
            outputs: vec![Port {
                name: "out".to_owned(),
                carries: Carries::Call,
                about: "The call, to be answered.".to_owned(),
                many: false,
            }],
            examples: vec![Example {
                title: "A shop tells of each new order".to_owned(),
                params: json!({ "path": "orders" }),
                input: vec![],
                output: None,
                ..Example::default()
            }],
            ..node_info(
                "trigger.webhook",
                "Webhook",
                "Begins a run when a system calls an address.",
                "Begins a run with each call of `/hooks/<flow>/<path>` at the address that Gantry \
                 listens on. The item is the call: `method`, `path`, `params`, `query`, `headers`, \
                 `body` and `received_at`. JSON and forms arrive read; another body is a text, or \
                 Base64 where it is no text. Credentials in headers are hidden.\n\nThe caller is \
                 answered at once, or by the node *Respond*.\n\nNobody is asked before a run that a \
                 webhook begins, also where it writes to production: whoever serves the flow with \
                 production as its environment has agreed to that.",
                Family::Trigger,
                "webhook",
                Consumes::Source,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let methods: Vec<_> = params.methods.iter().map(|method| method.name()).collect();
        let path = params.path.trim().trim_start_matches('/');
        let summary = format!("{} /{path}", methods.join(", "));
        let mut problems = Vec::new();
        if params.methods.is_empty() {
            let message = "Choose at least one method.".to_owned();
            problems.push(Problem { key: "/params/methods".to_owned(), message });
        }
        if let Some(message) = path_problem(path) {
            problems.push(Problem { key: "/params/path".to_owned(), message });
        }
        Inspection { summary, problems, ..Inspection::default() }
    }

    fn build(_: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Trigger(Box::new(Calls)))
    }
}

struct Calls;

impl Trigger for Calls {
    fn start(&self, given: Vec<Value>) -> StepResult<Vec<Value>> {
        if given.is_empty() {
            // Started by hand, a flow sees a call without content.
            return Ok(vec![crate::webhook::empty_call()]);
        }
        Ok(given)
    }
}

fn path_problem(path: &str) -> Option<String> {
    if path.contains(['?', '#', ' ']) {
        return Some("A path has no spaces, and no question mark or hash sign.".to_owned());
    }
    let is_odd = |part: &str| {
        let braces = part.matches(['{', '}']).count();
        braces > 0
            && !(braces == 2 && part.starts_with('{') && part.ends_with('}') && part.len() > 2)
    };
    path.split('/').any(is_odd).then(|| "A part in braces is one name: {id}.".to_owned())
}

fn post() -> Vec<Method> {
    vec![Method::Post]
}

fn accepted() -> u16 {
    202
}

fn half_a_minute() -> NonZeroU64 {
    const MS: NonZeroU64 = NonZeroU64::new(30_000).expect("it is not zero");
    MS
}
