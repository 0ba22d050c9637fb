//! `data.filter`: lets items through that meet a condition.

use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use mapping::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, port, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `data.filter`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// An item is kept where this is true.
    r#where: Expression,
}

pub(crate) struct Filter;

impl NodeType for Filter {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["filter", "where", "if", "keep", "drop", "condition", "select"]),
            outputs: vec![
                port("kept", "items that meet the condition"),
                port("dropped", "the others"),
            ],
            examples: vec![
                example(
                    "Keep large orders",
                    json!({ "where": "total > 100" }),
                    json!([{ "id": 1, "total": 50 }, { "id": 2, "total": 250 }]),
                    json!([{ "id": 2, "total": 250 }]),
                ),
                example(
                    "Keep items that have a field",
                    json!({ "where": "$exists(email) and email != ''" }),
                    json!([{ "email": "ada@example.com" }, { "email": "" }, {}]),
                    json!([{ "email": "ada@example.com" }]),
                ),
            ],
            ..node_info(
                "data.filter",
                "Filter",
                "Lets items through that meet a condition.",
                "Items for which the condition is true leave by `kept`, the others by `dropped`, \
                 both in their order. Empty texts, lists and objects, zero, `null` and nothing \
                 count as not true.",
                Family::Data,
                "filter",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        Inspection {
            summary: format!("keeps {}", params.r#where),
            passage: Passage::IN_PLACE,
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Pure(Box::new(params)))
    }
}

impl Pure for Params {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let names = cx.names(&item.lineage);
        let is_kept = self
            .r#where
            .test(&item.value, &names)
            .map_err(|fault| StepError::fault(&fault, "/params/where"))?;
        out.pass(usize::from(!is_kept), item.clone());
        Ok(())
    }
}
