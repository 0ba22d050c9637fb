//! `scope.parallel`: runs the branches inside it side by side for each item, and joins them.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;

use flow::catalogue::{Consumes, Example, Family, Inside, Inspection, NodeInfo, Passage, Problem};
use flow::file::NodeSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::node::{Behaviour, NodeType, Setup};
use crate::scope::{Branches, Failing, JoinOn, Rule, ScopeRules, Turns};

/// Params of `scope.parallel`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Which branches have to be done before the item goes on.
    #[serde(default)]
    #[schemars(title = "Wait for")]
    join: Join,
    /// How many branches have to be done, where so many are waited for.
    #[serde(default)]
    #[schemars(title = "How many")]
    n: Option<NonZeroU32>,
    /// What leaves the scope.
    #[serde(default)]
    #[schemars(title = "Results")]
    results: Given,
    /// How many branches run at once; all of them without it.
    #[serde(default)]
    #[schemars(title = "Branches at once")]
    concurrency: Option<NonZeroU32>,
    /// What is special about branches. Each is known by its first node.
    #[serde(default)]
    #[schemars(title = "Branches", extend("x-advanced" = true))]
    branches: Vec<Branch>,
}

/// Which branches are waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Join {
    /// Every branch.
    #[default]
    #[schemars(title = "All branches")]
    All,
    /// The first one that succeeds; the others are stopped.
    #[schemars(title = "The first one")]
    Any,
    /// The first ones that succeed, so many as are asked for; the others are stopped.
    #[schemars(title = "The first few")]
    Some,
}

/// What leaves the scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Given {
    /// One object for each item, with the result of each branch by the branch's name.
    #[default]
    #[schemars(title = "One object")]
    Collect,
    /// What left the branches, one branch after the other.
    #[schemars(title = "All items")]
    Items,
}

/// What is special about a branch.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the key in the file says whose branch it is")]
struct Branch {
    /// The id of the branch's first node.
    #[schemars(title = "First node")]
    branch: String,
    /// The name of its result; the id of its first node without it.
    #[serde(default)]
    #[schemars(title = "Name")]
    name: Option<String>,
    /// What becomes of an error in it.
    #[serde(default)]
    #[schemars(title = "On error")]
    on_error: OnError,
    /// The result where it failed.
    #[serde(default)]
    #[schemars(title = "Value instead")]
    substitute: Option<serde_json::Value>,
    /// Its result is a list, however many items leave it. Otherwise a single item is the result
    /// itself, and none is null.
    #[serde(default)]
    #[schemars(title = "Always a list")]
    list: bool,
}

/// What becomes of an error in a branch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum OnError {
    /// The item fails.
    #[default]
    #[schemars(title = "The item fails")]
    Stop,
    /// The branch is left out, and counted as rejected.
    #[schemars(title = "Leave it out")]
    Skip,
    /// The value takes the place of the result.
    #[schemars(title = "Use a value instead")]
    Substitute,
}

pub(crate) struct Parallel;

impl NodeType for Parallel {
    type Params = Params;

    fn info() -> NodeInfo {
        let two = json!({ "nodes": [
            { "id": "stock", "type": "data.map", "params": { "fields": [
                { "to": "left", "from": "10 - sold" } ] } },
            { "id": "price", "type": "data.map", "params": { "fields": [
                { "to": "gross", "from": "net * 2" } ] } }
        ] });
        NodeInfo {
            keywords: words(["parallel", "branches", "scatter", "gather", "join", "race", "fork"]),
            examples: vec![
                Example {
                    body: Some(two.clone()),
                    ..example(
                        "Both, in one object",
                        json!({}),
                        json!([{ "sold": 3, "net": 50 }]),
                        json!([{ "stock": { "left": 7 }, "price": { "gross": 100 } }]),
                    )
                },
                Example {
                    body: Some(two),
                    ..example(
                        "Both, as items",
                        json!({ "results": "items" }),
                        json!([{ "sold": 3, "net": 50 }]),
                        json!([{ "left": 7 }, { "gross": 100 }]),
                    )
                },
            ],
            ..node_info(
                "scope.parallel",
                "Parallel",
                "Runs the branches inside it side by side, and joins them.",
                "Gives each item to all branches inside at once. Nodes that wires join are a \
                 branch; it is known by its first node, and branches stand in the order of the \
                 file. Once all of them are done, or the first, or the first few, their results \
                 leave as one object by branch, or as items, in the order of the branches whoever \
                 was faster.\n\nAn error in a branch fails the item, unless the branch has a rule \
                 of its own; the other branches are stopped then. Rejected are items that failed, \
                 and branches that were left out. In a replay, where no time passes, the first \
                 branches that succeed are looked for in their order.",
                Family::Control,
                "git-fork",
                Consumes::Scope,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let waits = match (params.join, params.n) {
            (Join::All, _) => "joins all branches".to_owned(),
            (Join::Any, _) => "takes the first branch".to_owned(),
            (Join::Some, Some(n)) => format!("takes the first {n} branches"),
            (Join::Some, None) => String::new(),
        };
        let mut problems = Vec::new();
        if params.join == Join::Some && params.n.is_none() {
            problems.push(problem("/params/n", "Say how many branches are waited for."));
        }
        for (index, branch) in params.branches.iter().enumerate() {
            if branch.on_error == OnError::Substitute && branch.substitute.is_none() {
                let key = format!("/params/branches/{index}/substitute");
                problems.push(problem(&key, "Say which value takes the place of the result."));
            }
        }
        let passage = Passage { inside: Inside::Branches, ..Passage::default() };
        Inspection { summary: waits, problems, passage, ..Inspection::default() }
    }

    fn inspect_node(spec: &NodeSpec, params: &Params) -> Inspection {
        let mut inspection = Self::inspect(params);
        let Some(body) = &spec.body else { return inspection };
        let begins = |id: &str| body.wires.iter().all(|wire| wire.to.node.as_str() != id);
        let heads: Vec<&str> = body.nodes.iter().map(|node| node.id.as_str()).collect();
        let heads: Vec<&str> = heads.into_iter().filter(|id| begins(id)).collect();
        for (index, branch) in params.branches.iter().enumerate() {
            if !heads.contains(&branch.branch.as_str()) {
                let key = format!("/params/branches/{index}/branch");
                let message = format!(
                    "No branch begins with a node \"{}\". Name a node inside without a wire in.",
                    branch.branch
                );
                inspection.problems.push(Problem { key, message });
            }
        }
        let n = params.n.filter(|_| params.join == Join::Some);
        if let Some(n) = n.filter(|n| n.get() as usize > heads.len()) {
            let message = format!("There are no {n} branches inside. Wait for fewer.");
            inspection.problems.push(problem("/params/n", &message));
        }
        inspection
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let join = match params.join {
            Join::All => JoinOn::All,
            Join::Any => JoinOn::First(NonZeroUsize::MIN),
            Join::Some => {
                let n = params.n.and_then(|n| NonZeroUsize::new(n.get() as usize));
                JoinOn::First(n.unwrap_or(NonZeroUsize::MIN))
            }
        };
        let rules = params.branches.into_iter().map(|branch| {
            let failing = match branch.on_error {
                OnError::Stop => Failing::Stop,
                OnError::Skip => Failing::Skip,
                OnError::Substitute => {
                    let value = branch.substitute.unwrap_or_default();
                    Failing::Substitute(serde_json::from_value(value).unwrap_or_default())
                }
            };
            let name = branch.name.unwrap_or_else(|| branch.branch.clone());
            (branch.branch, Rule { name, failing, is_list: branch.list })
        });
        let branches = Branches {
            join,
            at_once: params.concurrency.map_or(usize::MAX, |n| n.get() as usize),
            collects: params.results == Given::Collect,
            rules: rules.collect(),
        };
        let turns = Turns::Conducted(Arc::new(branches));
        Ok(Behaviour::Scope(ScopeRules { concurrency: NonZeroU32::MIN, turns }))
    }
}

fn problem(key: &str, message: &str) -> Problem {
    Problem { key: key.to_owned(), message: message.to_owned() }
}
