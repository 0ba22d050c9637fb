//! `flow.catch`: begins what is done about errors inside a try scope.

use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Passage, Problem, Role};
use flow::run::ErrorClass;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::node::{Behaviour, Handler, NodeType, Setup};

/// Params of `flow.catch`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The classes of errors that are caught; errors of any class without one.
    #[serde(default)]
    #[schemars(title = "Kinds of errors")]
    classes: Vec<ErrorClass>,
}

pub(crate) struct Catch;

impl NodeType for Catch {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            inputs: vec![],
            keywords: words(["catch", "error", "except", "rescue", "handle", "fallback"]),
            examples: vec![Example {
                around: Some(json!({ "type": "scope.try", "body": {
                    "nodes": [
                        { "id": "number", "type": "data.map", "params": { "fields": [
                            { "to": "n", "from": "n", "type": "number" }
                        ] } },
                        { "id": "oops", "type": "flow.catch",
                          "params": { "classes": ["validation", "expression"] } },
                        { "id": "why", "type": "data.map", "params": { "fields": [
                            { "to": "class", "from": "error.class" },
                            { "to": "was", "from": "item.n" }
                        ] } }
                    ],
                    "wires": [{ "from": "oops", "to": "why" }]
                } })),
                ..example(
                    "What is no number is told",
                    json!({ "classes": ["validation", "expression"] }),
                    json!([{ "n": "x" }]),
                    json!([{ "class": "validation", "was": "x" }]),
                )
            }],
            ..node_info(
                "flow.catch",
                "Catch",
                "Begins what is done about errors of a try scope.",
                "Stands in a try scope, without a wire in. When an item fails there and the error \
                 is of one of the classes, this gives one item: `error` with `class`, `message` and \
                 `advice`, the `item` as it entered the scope, and its `lineage`. What follows \
                 takes the place of the scope's results. Of several, the first one in the order of \
                 the file that is for the class is taken.",
                Family::Control,
                "life-buoy",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let name = |class: &ErrorClass| match serde_json::to_value(class) {
            Ok(serde_json::Value::String(name)) => name.replace('_', " "),
            _ => String::new(),
        };
        let names: Vec<String> = params.classes.iter().map(name).collect();
        let summary = match &names[..] {
            [] => "any error".to_owned(),
            names => names.join(", "),
        };
        let passage = Passage { role: Role::Catch, ..Passage::default() };
        Inspection { summary, passage, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Handler(Handler::Catch(params.classes)))
    }
}
