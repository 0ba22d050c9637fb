//! `data.join`: puts together items of two inputs that have the same key.

mod work;

use std::path::PathBuf;
use std::sync::Arc;

use data::Value;
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Passage, Problem};
use indexmap::IndexMap;
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, port, words};
use crate::node::{Behaviour, Gather, Gathering, NodeType, Setup};

/// Params of `data.join`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The key of the left items: a path into the item, or any JSONata expression.
    #[schemars(title = "Key on the left")]
    left_key: Expression,
    /// The key of the right items.
    #[schemars(title = "Key on the right")]
    right_key: Expression,
    /// Which items come out.
    #[serde(default)]
    #[schemars(title = "What comes out")]
    kind: JoinKind,
    /// The name of a field that the right item is put in. Without it the right item's fields are
    /// added to the left one, which keeps its own where both have one.
    #[serde(default, rename = "as")]
    #[schemars(title = "Put the right item into", extend("x-advanced" = true))]
    into: Option<String>,
}

/// Which items come out of a join.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum JoinKind {
    /// Pairs only.
    #[default]
    #[schemars(title = "Matches only")]
    Inner,
    /// Pairs, and left items that have no match.
    #[schemars(title = "All left items")]
    Left,
    /// Left items that have no match, as they are.
    #[schemars(title = "Left items without a match")]
    Anti,
    /// Pairs, left items that have no match, then right ones that have none.
    #[schemars(title = "All items of both sides")]
    Full,
}

pub(crate) struct Join;

impl NodeType for Join {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "join", "lookup", "enrich", "match", "vlookup", "combine", "compare", "missing",
            ]),
            inputs: vec![
                port("left", "the items that are looked at one by one"),
                port("right", "the items that they are matched with"),
            ],
            examples: vec![
                Example {
                    other_inputs: Some(customers()),
                    ..example(
                        "Orders with the names of their customers",
                        json!({ "left_key": "customer", "right_key": "id", "as": "buyer" }),
                        json!([{ "no": 1, "customer": "a" }, { "no": 2, "customer": "x" }]),
                        json!([{ "no": 1, "customer": "a", "buyer": { "id": "a", "name": "Ada" } }]),
                    )
                },
                Example {
                    other_inputs: Some(customers()),
                    ..example(
                        "Orders of customers that are not known",
                        json!({ "left_key": "customer", "right_key": "id", "kind": "anti" }),
                        json!([{ "no": 1, "customer": "a" }, { "no": 2, "customer": "x" }]),
                        json!([{ "no": 2, "customer": "x" }]),
                    )
                },
            ],
            ..node_info(
                "data.join",
                "Join",
                "Puts together items of two inputs that have the same key.",
                "Looks up, for each item of `left`, the items of `right` with the same key. Each \
                 match gives one item, in the order of the left items. With **kind** `left`, items \
                 without a match come out too; with `anti`, only those (what is missing on the \
                 right); with `full`, those of the right without a match follow at the \
                 end.\n\nKeys are compared exactly: the number `7` is not the text `\"7\"`. Items \
                 without a key, or with `null`, match nothing. More items than fit the memory are \
                 joined on disk.",
                Family::Data,
                "merge",
                Consumes::Gather,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let Params { left_key, right_key, .. } = params;
        let what = match params.kind {
            JoinKind::Inner => "pairs",
            JoinKind::Left => "left with its match",
            JoinKind::Anti => "left without a match",
            JoinKind::Full => "all of both",
        };
        let summary = format!("{what}, {left_key} = {right_key}");
        // The right side is kept, the left one then passes by.
        let passage = Passage { first_inputs: &["right"], ..Passage::default() };
        Inspection { summary, passage, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        let dir = setup.services.temp_dir.clone();
        Ok(Behaviour::Gather(Box::new(Joining { params: Arc::new(params), dir })))
    }
}

/// The right side of the examples.
fn customers() -> IndexMap<String, Vec<serde_json::Value>> {
    let rows = vec![json!({ "id": "a", "name": "Ada" }), json!({ "id": "b", "name": "Bo" })];
    IndexMap::from([("right".to_owned(), rows)])
}

struct Joining {
    params: Arc<Params>,
    dir: PathBuf,
}

impl Gather for Joining {
    fn open(&self, lanes: &[&str]) -> Box<dyn Gathering> {
        let is_right = lanes.iter().map(|lane| *lane == "right").collect();
        Box::new(work::AtWork::new(Arc::clone(&self.params), self.dir.clone(), is_right))
    }
}

impl Params {
    /// The item made of a pair.
    fn pair(&self, left: &Value, right: &Value) -> Value {
        match (&self.into, left.as_object(), right.as_object()) {
            (Some(key), Some(left), _) => Value::from(left.with(key.as_str(), right.clone())),
            (None, Some(left), Some(right)) => {
                let mut both = left.clone();
                for (key, value) in right {
                    if both.get_key(key).is_none() {
                        both = both.with(key.clone(), value.clone());
                    }
                }
                Value::from(both)
            }
            (into, ..) => Value::object([
                ("left", left.clone()),
                (into.as_deref().unwrap_or("right"), right.clone()),
            ]),
        }
    }

    /// The item made of a right item that has no match.
    fn alone(&self, right: &Value) -> Value {
        match &self.into {
            Some(key) => Value::object([(key.as_str(), right.clone())]),
            None => right.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_join_says_what_it_does() {
        let params = json!({ "left_key": "sku", "right_key": "id", "kind": "anti" });
        let params: Params = serde_json::from_value(params).unwrap();
        assert_eq!(Join::inspect(&params).summary, "left without a match, sku = id");
    }
}
