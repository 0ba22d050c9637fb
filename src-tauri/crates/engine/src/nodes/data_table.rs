//! `data.table`: gives rows that stand in the flow itself.

use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use mapping::JsonTemplate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `data.table`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The rows, as a list of JSON objects. Texts in them may be templates such as
    /// `{{ $vars.shop }}`.
    rows: JsonTemplate,
}

pub(crate) struct Table;

impl NodeType for Table {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["table", "rows", "constant", "sample", "static", "lookup", "list"]),
            examples: vec![example(
                "Two shops",
                json!({ "rows": [{ "shop": "north" }, { "shop": "south" }] }),
                json!([{}]),
                json!([{ "shop": "north" }, { "shop": "south" }]),
            )],
            ..node_info(
                "data.table",
                "Table",
                "Gives rows that stand in the flow itself.",
                "Gives its rows, one item each, whenever an item comes in; without a wire in, once \
                 per run. Good for small lists to look things up in (see Join), and for trying a \
                 flow without a system.",
                Family::Data,
                "table",
                Consumes::Source,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let n_rows = params.rows.source().as_array().map_or(1, Vec::len);
        let rows = if n_rows == 1 { "row" } else { "rows" };
        Inspection {
            summary: format!("gives {n_rows} {rows}"),
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
        let rows = self
            .rows
            .render(&item.value, &names)
            .map_err(|fault| StepError::fault(&fault, "/params/rows"))?
            .unwrap_or_else(|| Value::list([]));
        let rows = rows.as_list().unwrap_or(std::slice::from_ref(&rows));
        out.split(0, item.lineage.clone(), rows.iter().cloned());
        Ok(())
    }
}
