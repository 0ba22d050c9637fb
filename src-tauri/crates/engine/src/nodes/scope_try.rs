//! `scope.try`: runs the nodes inside it, and what is there for their errors.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use flow::catalogue::{
    Consumes, Example, Family, Inside, Inspection, NodeInfo, Passage, Problem, Role,
};
use flow::plan::Part;
use flow::run::{ErrorClass, ItemError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::emitter::{Halt, item_error};
use crate::error_value::error_value;
use crate::node::{Behaviour, Handler, NodeType, Setup};
use crate::scope::{Conduct, Conducted, Kept, Results, ScopeRules, Turns, inner_error};

/// Params of `scope.try`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// How many items are tried at once.
    #[serde(default)]
    #[schemars(title = "Items at once")]
    concurrency: Option<NonZeroU32>,
}

pub(crate) struct Try;

impl NodeType for Try {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["try", "catch", "finally", "error", "handle", "rescue", "fallback"]),
            examples: vec![Example {
                body: Some(json!({
                    "nodes": [
                        { "id": "number", "type": "data.map", "params": { "fields": [
                            { "to": "n", "from": "n", "type": "number" }
                        ] } },
                        { "id": "oops", "type": "flow.catch" },
                        { "id": "zero", "type": "data.map", "params": { "fields": [
                            { "to": "n", "from": "0" },
                            { "to": "was", "from": "item.n" }
                        ] } }
                    ],
                    "wires": [{ "from": "oops", "to": "zero" }]
                })),
                ..example(
                    "A number, or 0 where it is none",
                    json!({}),
                    json!([{ "n": "1" }, { "n": "x" }]),
                    json!([{ "n": 1 }, { "n": 0, "was": "x" }]),
                )
            }],
            ..node_info(
                "scope.try",
                "Try",
                "Runs the nodes inside it; what they cannot do is caught.",
                "Runs the nodes inside it for each item. When one fails for good, the first *Catch* \
                 inside that is for its class gets what went wrong, and what follows it takes the \
                 place of the results; nothing of what failed gets out. What follows a *Finally* is \
                 done in any case, and gives nothing.\n\nAn error that nothing catches, or one \
                 inside *Catch* or *Finally*, is an error of the item, which then is treated by \
                 the node's error policy and counts as one rejected item.",
                Family::Control,
                "shield",
                Consumes::Scope,
            )
        }
    }

    fn inspect(_: &Params) -> Inspection {
        Inspection {
            summary: "tries, and catches errors".to_owned(),
            passage: Passage { inside: Inside::Guarded, ..Passage::default() },
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let concurrency = params.concurrency.unwrap_or(NonZeroU32::MIN);
        Ok(Behaviour::Scope(ScopeRules { concurrency, turns: Turns::Conducted(Arc::new(Trying)) }))
    }
}

#[derive(Debug)]
struct Trying;

#[async_trait]
impl Conduct for Trying {
    async fn conduct(&self, at: &Conducted) -> Results {
        let part = |role| at.parts().iter().find(move |part| part.role == role);
        let mut tried = match part(Role::Plain) {
            Some(part) => at.keep(part, &at.item).await,
            None => passed(at),
        };
        if let Err(Halt::Failed { error, .. }) = &tried.end
            && let Some(part) = catching(at, error.class)
        {
            let item = at.item.with_value(error_value(&told(at, error)));
            tried = at.keep(part, &item).await;
        }
        // Where the run is stopped nothing more is begun.
        let is_over = matches!(tried.end, Err(Halt::Broken | Halt::Defect));
        if let Some(part) = part(Role::Finally).filter(|_| !is_over) {
            let ended = at.run(part, &at.item, |_, _| Ok(())).await;
            // The first error is the one to be told.
            if ended.is_err() && !matches!(tried.end, Err(Halt::Failed { .. })) {
                tried.end = ended;
            }
        }
        tried
    }
}

/// The item as it is, where there is nothing to try.
fn passed(at: &Conducted) -> Results {
    let mut kept = Kept::new(&at.world);
    let dir = &at.world.scope.services.temp_dir;
    let pushed = kept.push(vec![at.item.clone()], dir);
    let end = pushed.map_err(|error| at.failed(&crate::node::broken_spill(&error)));
    Results { kept, end }
}

/// The first part that is for errors of a class.
fn catching(at: &Conducted, class: ErrorClass) -> Option<&Part> {
    at.parts().iter().find(|part| {
        part.role == Role::Catch
            && match &at.world.program.nodes[part.first].behaviour {
                Behaviour::Handler(Handler::Catch(classes)) => {
                    classes.is_empty() || classes.contains(&class)
                }
                _ => false,
            }
    })
}

/// What went wrong with the item, as it entered the scope.
fn told(at: &Conducted, error: &ItemError) -> ItemError {
    let inner = inner_error(&at.world, at.node, error);
    let mut what = item_error(error.node.clone(), &inner);
    what.item = Some(at.item.lineage.to_string());
    what.value = Some(at.item.value.clone());
    what
}
