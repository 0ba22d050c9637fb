//! `scope.loop`: runs the nodes inside it once per item, or once per entry of a list in the item.

use std::num::NonZeroU32;
use std::sync::Arc;

use flow::catalogue::{Consumes, Example, Family, Inside, Inspection, NodeInfo, Passage, Problem};
use mapping::Expression;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::node::{Behaviour, NodeType, Setup};
use crate::scope::{ScopeRules, Turns};

/// Params of `scope.loop`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// A list in the item, each entry of which is one turn: a path into the item, or any JSONata
    /// expression. Without it each item is one turn.
    #[serde(default)]
    #[schemars(title = "List")]
    items: Option<Expression>,
    /// How many turns run at once.
    #[serde(default)]
    #[schemars(title = "Turns at once")]
    concurrency: Option<NonZeroU32>,
}

pub(crate) struct Loop;

impl NodeType for Loop {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["loop", "each", "foreach", "iterate", "repeat", "scope", "list"]),
            examples: vec![
                Example {
                    body: Some(json!({ "nodes": [
                        { "id": "line", "type": "data.map", "params": { "fields": [
                            { "to": "sku", "from": "sku" },
                            { "to": "double", "from": "amount * 2" }
                        ] } }
                    ] })),
                    ..example(
                        "One turn per order line",
                        json!({ "items": "lines" }),
                        json!([{ "id": 1, "lines": [
                            { "sku": "A", "amount": 1 }, { "sku": "B", "amount": 2 }
                        ] }]),
                        json!([{ "sku": "A", "double": 2 }, { "sku": "B", "double": 4 }]),
                    )
                },
                example(
                    "Without nodes inside, items pass as they are",
                    json!({ "concurrency": 4 }),
                    json!([{ "id": 1 }, { "id": 2 }]),
                    json!([{ "id": 1 }, { "id": 2 }]),
                ),
            ],
            ..node_info(
                "scope.loop",
                "For each",
                "Runs the nodes inside it once per item, or per entry of a list.",
                "Runs the nodes inside it once for each item that comes in, or once for each entry \
                 of a **list** in the item, several at once if you like. Nodes inside without a \
                 wire in get the item or the entry; what leaves the last nodes inside leaves the \
                 loop, in the order of the turns.\n\nSorting, grouping and joining inside the loop \
                 see what belongs to one turn only. When a node inside fails, the loop's error \
                 policy decides about the turn: with any policy but \"stop\", nothing of a failed \
                 turn gets out, and it counts as one rejected item. A *Leave loop* node inside ends \
                 the turn, or the loop: of the list at hand where there is a list, else for all \
                 further items.",
                Family::Control,
                "repeat",
                Consumes::Scope,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let one = if params.items.is_some() { "entry" } else { "item" };
        let pace = match params.concurrency.map_or(1, NonZeroU32::get) {
            1 => format!("one {one} after the other"),
            n if params.items.is_some() => format!("{n} entries at once"),
            n => format!("{n} items at once"),
        };
        let summary = match &params.items {
            Some(items) => format!("{items}, {pace}"),
            None => pace,
        };
        let passage = Passage { inside: Inside::Turns, ..Passage::default() };
        Inspection { summary, passage, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let concurrency = params.concurrency.unwrap_or(NonZeroU32::MIN);
        let turns = match params.items {
            Some(items) => Turns::Entries(Arc::new(items)),
            None => Turns::Items,
        };
        Ok(Behaviour::Scope(ScopeRules { concurrency, turns }))
    }
}
