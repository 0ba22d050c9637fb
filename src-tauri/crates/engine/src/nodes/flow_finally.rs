//! `flow.finally`: begins what is done in any case inside a try scope.

use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Passage, Problem, Role};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::node::{Behaviour, Handler, NodeType, Setup};

/// Params of `flow.finally`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {}

pub(crate) struct Finally;

impl NodeType for Finally {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            inputs: vec![],
            keywords: words(["finally", "always", "cleanup", "release", "unlock", "after"]),
            examples: vec![Example {
                around: Some(json!({ "type": "scope.try", "body": {
                    "nodes": [
                        { "id": "work", "type": "data.map", "params": { "keep": true, "fields": [
                            { "to": "done", "from": "true" }
                        ] } },
                        { "id": "always", "type": "flow.finally" },
                        { "id": "tidy", "type": "data.map", "params": { "fields": [
                            { "to": "id", "from": "id" }
                        ] } }
                    ],
                    "wires": [{ "from": "always", "to": "tidy" }]
                } })),
                ..example(
                    "What is done in the end gives nothing",
                    json!({}),
                    json!([{ "id": 1 }]),
                    json!([{ "id": 1, "done": true }]),
                )
            }],
            ..node_info(
                "flow.finally",
                "Finally",
                "Begins what is done in any case in a try scope.",
                "Stands in a try scope, without a wire in. Once an item has been tried, and what \
                 went wrong has been caught or not, this gives the item as it entered the scope, \
                 and what follows is done: a lock given back, a file closed. What comes of it is \
                 dropped, but an error in it is an error of the item. It is left out only where \
                 the run is stopped.",
                Family::Control,
                "flag",
                Consumes::Each,
            )
        }
    }

    fn inspect(_: &Params) -> Inspection {
        Inspection {
            summary: "in any case".to_owned(),
            passage: Passage { role: Role::Finally, ..Passage::default() },
            ..Inspection::default()
        }
    }

    fn build(_: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Handler(Handler::Finally))
    }
}
