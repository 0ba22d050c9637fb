//! `flow.branch`: sends each item the way whose condition it meets.

use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Port, Problem};
use mapping::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, port, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `flow.branch`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The ways, looked at from the first to the last.
    #[serde(default)]
    cases: Vec<Case>,
    /// Give items that meet no condition out by `otherwise`; they end here without it.
    #[serde(default = "yes")]
    #[schemars(title = "Way for all others", extend("x-advanced" = true))]
    otherwise: bool,
    /// Send an item every way whose condition it meets, rather than the first only.
    #[serde(default)]
    #[schemars(title = "Every way that fits", extend("x-advanced" = true))]
    all: bool,
}

fn yes() -> bool {
    true
}

/// One way.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The name of the way, and of its port.
    #[schemars(title = "Name of the way")]
    name: String,
    /// An item goes this way where this is true.
    #[schemars(title = "Condition")]
    when: Expression,
}

pub(crate) struct Branch;

impl NodeType for Branch {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["branch", "switch", "if", "else", "route", "case", "condition"]),
            outputs: vec![port("otherwise", "items that meet no condition")],
            examples: vec![
                example(
                    "Orders by country",
                    json!({ "cases": [{ "name": "home", "when": "country = 'DE'" }] }),
                    json!([{ "id": 1, "country": "DE" }, { "id": 2, "country": "FR" }]),
                    json!([{ "id": 1, "country": "DE" }]),
                ),
                example(
                    "All conditions that hold",
                    json!({ "all": true, "cases": [
                        { "name": "large", "when": "total > 100" },
                        { "name": "new", "when": "isNew" }
                    ] }),
                    json!([{ "total": 250, "isNew": true }]),
                    json!([{ "total": 250, "isNew": true }]),
                ),
            ],
            ..node_info(
                "flow.branch",
                "Branch",
                "Sends each item the way whose condition it meets.",
                "Every case has a name and a condition, and is a port of its own. An item leaves by \
                 the first case whose condition is true, or, with **all**, by each of them. Items \
                 that meet none leave by `otherwise`.",
                Family::Control,
                "git-branch",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let mut problems = Vec::new();
        for (index, case) in params.cases.iter().enumerate() {
            let key = format!("/params/cases/{index}/name");
            let is_taken = params.cases[..index].iter().any(|other| other.name == case.name)
                || ["otherwise", "error"].contains(&case.name.as_str());
            let message = if case.name.is_empty() || case.name.contains(['.', '>']) {
                "A case needs a name without dots. Give it one.".to_owned()
            } else if is_taken {
                format!("The name \"{}\" is taken. Choose another.", case.name)
            } else {
                continue;
            };
            problems.push(Problem { key, message });
        }
        let summary = match &params.cases[..] {
            [] => String::new(),
            [only] => format!("{} if {}", only.name, only.when),
            cases => {
                let names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
                format!("{} ways: {}", cases.len(), names.join(", "))
            }
        };
        let passage = Passage { all_outputs: true, ..Passage::IN_PLACE };
        Inspection { summary, outputs: Some(outputs(params)), problems, passage }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Pure(Box::new(params)))
    }
}

fn outputs(params: &Params) -> Vec<Port> {
    let cases = params.cases.iter().map(|case| port(&case.name, case.when.source()));
    let otherwise = params.otherwise.then(|| port("otherwise", "items that meet no condition"));
    cases.chain(otherwise).collect()
}

impl Pure for Params {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let names = cx.names(&item.lineage);
        let mut is_met = false;
        for (index, case) in self.cases.iter().enumerate() {
            let goes_here = case
                .when
                .test(&item.value, &names)
                .map_err(|fault| StepError::fault(&fault, format!("/params/cases/{index}/when")))?;
            if goes_here {
                is_met = true;
                out.pass(index, item.clone());
                if !self.all {
                    break;
                }
            }
        }
        if !is_met && self.otherwise {
            out.pass(self.cases.len(), item.clone());
        }
        Ok(())
    }
}
