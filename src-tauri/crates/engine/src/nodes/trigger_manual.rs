//! `trigger.manual`: begins a run when the user says so.

use data::Value;
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{items_port, words};
use crate::node::{Behaviour, NodeType, Setup, Trigger};
use crate::step::StepResult;

/// Params of `trigger.manual`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The items that a run starts with when it is given none, as a list of JSON values. Without
    /// any, it starts with one empty item.
    #[serde(default)]
    #[schemars(title = "Sample items", with = "Option<Vec<serde_json::Value>>")]
    input: Option<Vec<Value>>,
}

pub(crate) struct ManualTrigger;

impl NodeType for ManualTrigger {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["start", "begin", "button", "run"]),
            inputs: vec![],
            outputs: vec![items_port("out")],
            examples: vec![Example {
                title: "Start with two orders".to_owned(),
                params: json!({ "input": [{ "id": 1 }, { "id": 2 }] }),
                input: vec![],
                output: Some(vec![json!({ "id": 1 }), json!({ "id": 2 })]),
                ..Example::default()
            }],
            ..crate::catalogue::node_info(
                "trigger.manual",
                "Start",
                "Begins a run when you press Run.",
                "Begins a run when you press **Run** or call `gantry run`. It gives the items it was \
                 run with; without any, the ones set here; without those, one empty item `{}`, \
                 which is enough for the next node to do its work once.",
                Family::Trigger,
                "play",
                Consumes::Source,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let summary = match params.input.as_deref() {
            None | Some([]) => "starts when you press Run".to_owned(),
            Some([_]) => "starts with 1 item".to_owned(),
            Some(items) => format!("starts with {} items", items.len()),
        };
        Inspection { summary, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Trigger(Box::new(Start { input: params.input })))
    }
}

struct Start {
    input: Option<Vec<Value>>,
}

impl Trigger for Start {
    fn start(&self, given: Vec<Value>) -> StepResult<Vec<Value>> {
        if !given.is_empty() {
            return Ok(given);
        }
        Ok(match &self.input {
            Some(input) if !input.is_empty() => input.clone(),
            _ => vec![Value::object::<&str>([])],
        })
    }
}
