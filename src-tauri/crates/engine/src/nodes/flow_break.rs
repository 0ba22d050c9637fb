//! `flow.break`: ends a turn of the loop around it, or the loop.

use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Passage, Problem, Role};
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::{Leave, Ports};
use crate::step::{StepError, StepResult};

/// Params of `flow.break`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The loop is left at the first item for which this is true; at the first item without it.
    #[serde(default)]
    #[schemars(title = "When")]
    when: Option<Expression>,
    /// What ends.
    #[serde(default)]
    #[schemars(title = "Ends")]
    mode: Mode,
}

/// What ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// No other turn begins, and those that have begun after this one are stopped.
    #[default]
    #[schemars(title = "The loop")]
    Break,
    /// The next turn goes on.
    #[schemars(title = "This turn")]
    Continue,
}

pub(crate) struct Break;

impl NodeType for Break {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["break", "continue", "leave", "exit", "loop", "stop", "skip"]),
            examples: vec![Example {
                around: Some(
                    json!({ "type": "scope.loop", "params": { "items": "pages" }, "body": {
                    "nodes": [
                        { "id": "leave", "type": "flow.break", "params": { "when": "rows = 0" } }
                    ]
                } }),
                ),
                ..example(
                    "No further than the first empty page",
                    json!({ "when": "rows = 0" }),
                    json!([{ "pages": [{ "rows": 5 }, { "rows": 2 }, { "rows": 0 }, { "rows": 1 }] }]),
                    json!([{ "rows": 5 }, { "rows": 2 }]),
                )
            }],
            ..node_info(
                "flow.break",
                "Leave loop",
                "Ends a turn of the loop around it, or the loop.",
                "Passes items on until one meets the condition; that one and those behind it go no \
                 further here. What other ways inside the loop make in this turn is kept. Then the \
                 turn of the nearest *For each* or *While* around it ends, also from inside a try \
                 scope or branches in it, and with **the loop** no later turn counts: those that \
                 have begun already are stopped, and what they made is dropped.",
                Family::Control,
                "log-out",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let verb = if params.mode == Mode::Break { "leaves the loop" } else { "ends the turn" };
        let summary = match &params.when {
            Some(when) => format!("{verb} when {when}"),
            None => verb.to_owned(),
        };
        let passage = Passage { role: Role::Leave, ..Passage::IN_PLACE };
        Inspection { summary, passage, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Pure(Box::new(params)))
    }
}

impl Pure for Params {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let leaves = match &self.when {
            Some(when) => when
                .test(&item.value, &cx.names(&item.lineage))
                .map_err(|fault| StepError::fault(&fault, "/params/when"))?,
            None => true,
        };
        if leaves {
            out.leave(if self.mode == Mode::Break { Leave::Break } else { Leave::Continue });
        } else {
            out.pass(0, item.clone());
        }
        Ok(())
    }
}
