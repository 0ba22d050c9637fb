//! `data.split`: makes an item of each entry of a list.

use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use mapping::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `data.split`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The list: a path into the item, or any JSONata expression.
    #[schemars(title = "List to split")]
    list: Expression,
    /// The name of a field that each part gets its whole item in; parts stay as they are without
    /// it.
    #[serde(default)]
    #[schemars(title = "Keep the whole item in", extend("x-advanced" = true))]
    parent: Option<String>,
}

pub(crate) struct Split;

impl NodeType for Split {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["split", "explode", "flatten", "unnest", "list", "array", "lines"]),
            examples: vec![
                example(
                    "One item per order line",
                    json!({ "list": "lines" }),
                    json!([{ "id": 1, "lines": [{ "sku": "A" }, { "sku": "B" }] }]),
                    json!([{ "sku": "A" }, { "sku": "B" }]),
                ),
                example(
                    "Lines that know their order",
                    json!({ "list": "lines", "parent": "order" }),
                    json!([{ "id": 1, "lines": [{ "sku": "A" }] }]),
                    json!([{ "sku": "A", "order": { "id": 1, "lines": [{ "sku": "A" }] } }]),
                ),
            ],
            ..node_info(
                "data.split",
                "Split list",
                "Makes an item of each entry of a list.",
                "Makes an item of each entry of a list in the item, in order. A single value counts \
                 as a list of one; where there is no list, nothing comes out. Later nodes reach the \
                 whole item by `$node(\"…\")` with the id of a node before this one, or by the field \
                 named in **parent**.",
                Family::Data,
                "split",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        Inspection {
            summary: format!("splits {}", params.list),
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
        let found = self
            .list
            .eval(&item.value, &names)
            .map_err(|fault| StepError::fault(&fault, "/params/list"))?;
        let Some(found) = found.filter(|found| !found.is_null()) else { return Ok(()) };
        let parts = found.as_list().unwrap_or(std::slice::from_ref(&found));
        let with_parent = |part: &Value| match (&self.parent, part.as_object()) {
            (None, _) => part.clone(),
            (Some(key), Some(object)) => Value::from(object.with(key.as_str(), item.value.clone())),
            (Some(key), None) => {
                Value::object([("value", part.clone()), (key.as_str(), item.value.clone())])
            }
        };
        out.split(0, item.lineage.clone(), parts.iter().map(with_parent));
        Ok(())
    }
}
