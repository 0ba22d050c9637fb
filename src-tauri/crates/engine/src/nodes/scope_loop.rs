//! `scope.loop`: runs the nodes inside it once per item.

use std::num::NonZeroU32;

use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::node::{Behaviour, NodeType, ScopeRules, Setup};

/// Params of `scope.loop`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// How many items are worked on at once.
    #[serde(default)]
    #[schemars(title = "Items at once")]
    concurrency: Option<NonZeroU32>,
}

pub(crate) struct Loop;

impl NodeType for Loop {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["loop", "each", "foreach", "iterate", "repeat", "scope", "parallel"]),
            examples: vec![example(
                "Without nodes inside, items pass as they are",
                json!({ "concurrency": 4 }),
                json!([{ "id": 1 }, { "id": 2 }]),
                json!([{ "id": 1 }, { "id": 2 }]),
            )],
            ..node_info(
                "scope.loop",
                "For each",
                "Runs the nodes inside it once per item.",
                "Runs the nodes inside it once for each item that comes in, several at once if you \
                 like. Nodes inside without a wire in get the item; what leaves the last nodes \
                 inside leaves the loop, in the order of the items.\n\nSorting, grouping and \
                 joining inside the loop see what belongs to one item only. When a node inside \
                 fails, the loop's error policy decides about the item: with any policy but \
                 \"stop\", nothing of a failed item gets out.",
                Family::Control,
                "repeat",
                Consumes::Scope,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let summary = match params.concurrency.map_or(1, NonZeroU32::get) {
            1 => "one item after the other".to_owned(),
            n => format!("{n} items at once"),
        };
        Inspection { summary, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let concurrency = params.concurrency.unwrap_or(NonZeroU32::MIN);
        Ok(Behaviour::Scope(ScopeRules { concurrency }))
    }
}
