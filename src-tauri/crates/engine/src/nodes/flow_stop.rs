//! `flow.stop`: ends the flow, well or with an error.

use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use flow::run::ErrorClass;
use mapping::{Expression, Template};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `flow.stop`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The flow ends at the first item for which this is true; at the first item without it.
    #[serde(default)]
    #[schemars(title = "Stop when")]
    when: Option<Expression>,
    /// What is told as the reason.
    #[serde(default)]
    #[schemars(title = "Reason")]
    message: Option<Template>,
    /// How the run ends.
    #[serde(default)]
    #[schemars(title = "The run")]
    status: Status,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// The run fails.
    #[default]
    #[schemars(title = "Fails")]
    Fail,
    /// The run ends well: nothing more is taken in, what is under way is finished.
    #[schemars(title = "Ends well")]
    Ok,
}

pub(crate) struct Stop;

impl NodeType for Stop {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["stop", "fail", "abort", "end", "exit", "guard", "assert", "limit"]),
            examples: vec![example(
                "Stop well at a marker",
                json!({ "when": "isLast", "status": "ok", "message": "Reached the marker" }),
                json!([{ "id": 1 }, { "id": 2, "isLast": true }, { "id": 3 }]),
                json!([{ "id": 1 }]),
            )],
            ..node_info(
                "flow.stop",
                "Stop",
                "Ends the flow, well or with an error.",
                "Passes items on until one meets the condition, then ends the run: with an error, \
                 whatever the error policies say, or well. Items before it go through to the end; \
                 the item itself and those behind it do not.",
                Family::Control,
                "octagon-x",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let verb = if params.status == Status::Fail { "fails" } else { "stops" };
        let summary = match &params.when {
            Some(when) => format!("{verb} when {when}"),
            None => format!("{verb} the run"),
        };
        Inspection { summary, passage: Passage::IN_PLACE, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Pure(Box::new(params)))
    }
}

impl Pure for Params {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let names = cx.names(&item.lineage);
        let stops = match &self.when {
            Some(when) => when
                .test(&item.value, &names)
                .map_err(|fault| StepError::fault(&fault, "/params/when"))?,
            None => true,
        };
        if !stops {
            out.pass(0, item.clone());
            return Ok(());
        }
        let message = match &self.message {
            Some(message) => message
                .text(&item.value, &names)
                .map_err(|fault| StepError::fault(&fault, "/params/message"))?,
            None => String::new(),
        };
        match self.status {
            Status::Ok => out.stop_well(message),
            Status::Fail => {
                let message = if message.is_empty() {
                    "The flow was told to stop.".to_owned()
                } else {
                    message
                };
                out.stop_failed(StepError::terminal(ErrorClass::Stopped, message));
            }
        }
        Ok(())
    }
}
