//! `flow.call`: runs another flow for each item, and gives its results. Not the other run: that is
//! begun by whoever knows the flows (see `called`).

use std::hash::Hasher as _;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Problem};
use flow::file::Contract;
use flow::id::FlowId;
use flow::run::ErrorClass;
use mapping::{Expression, Names};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::data_validate::Schema;
use super::flow_wait::with_added;
use crate::called::{CalledFlow, FlowCall, MAX_DEPTH, run_of};
use crate::catalogue::{node_info, port, words};
use crate::item::Item;
use crate::node::{Answer, Behaviour, Each, NodeType, Setup};
use crate::run_scope::Fnv;
use crate::step::{Effect, StepContext, StepError, StepResult, StepWork};

/// Results that one call may give: more belong into a file.
const MOST_RESULTS: usize = 100_000;

/// Params of `flow.call`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The id of the flow that is called, such as `book-order`.
    flow: String,
    /// The version that is called, from **Pin this version**; the flow as it is now without it.
    #[serde(default)]
    #[schemars(extend("x-advanced" = true))]
    version: Option<String>,
    /// What the flow is given: an expression for one item, or for a list of items. The item itself
    /// without it.
    #[serde(default)]
    #[schemars(title = "What it is given")]
    input: Option<Expression>,
    /// Whether the results are waited for. Without that the flow runs by itself, and the item goes
    /// on with the `run`.
    #[serde(default = "yes")]
    #[schemars(title = "Wait for the results")]
    wait: bool,
    /// How the results are given.
    #[serde(default)]
    results: Results,
    /// The key under which the results are added to the item; they take its place without it.
    #[serde(default)]
    #[schemars(title = "Add the results to the item as", extend("x-advanced" = true))]
    into: Option<String>,
}

fn yes() -> bool {
    true
}

/// How results are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Results {
    /// Each as an item; as a list where they are added to the item.
    #[default]
    #[schemars(title = "As items")]
    Items,
    /// The one result that there is, or `null`. Several are an error.
    #[schemars(title = "As one value")]
    One,
}

pub(crate) struct Call;

impl NodeType for Call {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "call",
                "flow",
                "subflow",
                "function",
                "reuse",
                "run",
                "module",
                "procedure",
            ]),
            outputs: vec![port("out", "what the called flow gives")],
            writes: true,
            examples: examples(),
            ..node_info(
                "flow.call",
                "Call a flow",
                "Runs another flow for each item, and gives its results.",
                DOCS,
                Family::Control,
                "workflow",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let flow = params.flow.trim();
        let summary = match (flow.is_empty(), params.wait) {
            (true, _) => String::new(),
            (_, true) => format!("calls {flow}"),
            (_, false) => format!("starts {flow}"),
        };
        Inspection {
            summary,
            problems: problem(params).into_iter().collect(),
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        match problem(&params) {
            Some(problem) => Err(problem),
            None => Ok(Behaviour::Each(Box::new(Calling { params, checks: Mutex::default() }))),
        }
    }
}

const DOCS: &str = "\
Runs another flow as a run of its own, once per item; several at once where the node says so. The \
flow is given the item, or what *What it is given* makes of it: an object is one start item, a list \
is several. What leaves its last nodes is its result.

**Contract.** A flow may say in its settings what it takes and gives, as JSON Schemas. What does not \
meet them is an error of the kind *validation*, before the flow is called or after it.

**Versions.** Without a version the flow is called as it is now. With one, it stays what it was when \
it was pinned, whatever is changed in it since.

**Errors.** When the called flow fails, the item does, with what failed; its run is in the history. \
When this run is stopped, so is the one it waits for. Where this run goes on after a restart, the \
called one goes on too: nothing is called twice.

A flow may call itself by way of others; deeper than 16 calls is an error.";

fn examples() -> Vec<Example> {
    let example = |title: &str, params| Example {
        title: title.to_owned(),
        params,
        input: vec![json!({ "id": 7, "lines": [{ "sku": "A" }] })],
        output: None,
        ..Example::default()
    };
    vec![
        example("Book each order by the flow for that", json!({ "flow": "book-order" })),
        example(
            "Look up all lines by another flow, and add what it found",
            json!({ "flow": "look-up-lines", "input": "lines", "into": "found" }),
        ),
        example(
            "Start a report, and go on",
            json!({ "flow": "report", "input": "{ \"order\": id }", "wait": false, "into": "report" }),
        ),
    ]
}

fn problem(params: &Params) -> Option<Problem> {
    let is_blank = |text: &Option<String>| text.as_deref().is_some_and(|t| t.trim().is_empty());
    let (key, message) = if params.flow.trim().is_empty() {
        ("flow", "Choose the flow that is called.")
    } else if is_blank(&params.version) {
        ("version", "Name the version, or leave it out.")
    } else if is_blank(&params.into) {
        ("into", "Name the key, or leave it out.")
    } else {
        return None;
    };
    Some(Problem { key: format!("/params/{key}"), message: message.to_owned() })
}

struct Calling {
    params: Params,
    /// The contract of the version that was called last, ready for use.
    checks: Mutex<Option<Arc<Checks>>>,
}

/// A contract ready for use.
struct Checks {
    version: String,
    input: Option<Schema>,
    output: Option<Schema>,
}

impl Checks {
    fn new(called: &CalledFlow) -> StepResult<Self> {
        let contract = called.contract.clone().unwrap_or_default();
        let Contract { input, output } = &contract;
        let ready = |schema: &Option<serde_json::Value>, what: &str| match schema {
            None => Ok(None),
            Some(schema) => Schema::new(schema).map(Some).map_err(|why| {
                let message = format!(
                    "What the flow \"{}\" says that it {what} cannot be used: {why}",
                    called.name
                );
                StepError::terminal(ErrorClass::Validation, message)
                    .advice("Correct the contract in the settings of that flow.")
                    .key("/params/flow")
            }),
        };
        Ok(Self {
            version: called.version.clone(),
            input: ready(input, "takes")?,
            output: ready(output, "gives")?,
        })
    }
}

impl Calling {
    fn checks(&self, called: &CalledFlow) -> StepResult<Arc<Checks>> {
        let mut known = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(checks) = known.as_ref().filter(|checks| checks.version == called.version) {
            return Ok(Arc::clone(checks));
        }
        let checks = Arc::new(Checks::new(called)?);
        *known = Some(Arc::clone(&checks));
        Ok(checks)
    }

    /// The start items of the called flow.
    fn input(&self, item: &Value, names: &dyn Names) -> StepResult<Vec<Value>> {
        let Some(input) = &self.params.input else { return Ok(vec![item.clone()]) };
        let found =
            input.eval(item, names).map_err(|fault| StepError::fault(&fault, "/params/input"))?;
        Ok(match found {
            None => Vec::new(),
            Some(list) if list.as_list().is_some() => list.as_list().unwrap_or_default().to_vec(),
            Some(one) => vec![one],
        })
    }

    async fn called(
        &self,
        flow: &FlowId,
        input: Vec<Value>,
        cx: &dyn StepContext,
    ) -> StepResult<Value> {
        let mut content = Fnv::default();
        for value in &input {
            content.write(value.to_string().as_bytes());
        }
        content.write(flow.as_str().as_bytes());
        content.write(self.params.version.as_deref().unwrap_or_default().as_bytes());
        let work = StepWork {
            // The called run is found again by its id, and its own steps are journaled.
            effect: Effect::Repeatable,
            content: content.finish(),
            about: format!("the flow {flow}"),
        };
        let (services, wait) = (cx.services(), self.params.wait);
        let call = |attempt: u32| {
            // A further try is another run: the first one has failed.
            let part = if attempt == 1 { "call".to_owned() } else { format!("call/{attempt}") };
            FlowCall {
                flow: flow.clone(),
                version: self.params.version.as_deref().map(|version| version.trim().to_owned()),
                input: input.clone(),
                run: run_of(cx.run_id(), &cx.key(&part).place()),
                root: run_of(cx.root(), &cx.key(&part).place()),
                parent: cx.run_id().clone(),
                callers: cx.callers().iter().chain([cx.flow()]).cloned().collect(),
                conduct: cx.conduct(),
                seed: cx.seed(),
                now: if cx.conduct().mode.is_offline() {
                    cx.names().now_ms().unwrap_or_default()
                } else {
                    cx.now()
                },
                cancel: cx.cancel().clone(),
            }
        };
        cx.step_as("call", work, |attempt| {
            let call = call(attempt);
            Box::pin(async move {
                if !wait {
                    let run = Value::object([("run", Value::from(call.run.as_str()))]);
                    services.flows.start(call).await?;
                    return Ok(run);
                }
                let results = services.flows.call(call).await?;
                if results.len() > MOST_RESULTS {
                    return Err(too_many(results.len()));
                }
                Ok(Value::from(results))
            })
        })
        .await
    }

    fn answer(&self, item: &Value, given: Value) -> StepResult<Answer> {
        let into = self.params.into.as_deref().map(str::trim);
        let results = given.as_list().unwrap_or_default();
        let value = match (self.params.wait, self.params.results, into) {
            (true, Results::Items, None) => return Ok(Answer::Many(results.to_vec())),
            (true, Results::Items, Some(_)) | (false, ..) => given,
            (true, Results::One, _) => match results {
                [] => Value::null(),
                [one] => one.clone(),
                several => return Err(not_one(several.len())),
            },
        };
        Ok(Answer::One(match into {
            Some(key) => with_added(item, key, value),
            None => value,
        }))
    }
}

#[async_trait]
impl Each for Calling {
    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        let flow = FlowId::from(self.params.flow.trim());
        guard_depth(&flow, cx)?;
        let version = self.params.version.as_deref().map(str::trim);
        let called = cx.services().flows.find(&flow, version).await?;
        let checks = self.checks(&called)?;
        let input = self.input(&item.value, cx.names())?;
        for (at, value) in input.iter().enumerate() {
            let complaints = checks.input.as_ref().map(|schema| schema.complaints(value));
            refuse(complaints, &called.name, "takes", at, input.len(), "/params/input")?;
        }
        let given = self.called(&flow, input, cx).await?;
        let results = given.as_list().filter(|_| self.params.wait).unwrap_or_default();
        for (at, value) in results.iter().enumerate() {
            let complaints = checks.output.as_ref().map(|schema| schema.complaints(value));
            refuse(complaints, &called.name, "gives", at, results.len(), "/params/flow")?;
        }
        self.answer(&item.value, given)
    }
}

/// Refuses calls that are too deep: flows that call each other without an end.
fn guard_depth(flow: &FlowId, cx: &dyn StepContext) -> StepResult<()> {
    if cx.callers().len() < MAX_DEPTH {
        return Ok(());
    }
    let chain: Vec<&str> =
        cx.callers().iter().chain([cx.flow(), flow]).map(FlowId::as_str).collect();
    let message =
        format!("Flows call each other more than {MAX_DEPTH} deep: {}.", chain.join(" calls "));
    Err(StepError::terminal(ErrorClass::Guard, message)
        .advice("Let one of these flows end the chain: call only while a condition holds.")
        .key("/params/flow"))
}

/// The error of a value that does not meet a contract.
fn refuse(
    complaints: Option<Vec<String>>,
    name: &str,
    what: &str,
    at: usize,
    of: usize,
    key: &str,
) -> StepResult<()> {
    let Some(complaints) = complaints.filter(|complaints| !complaints.is_empty()) else {
        return Ok(());
    };
    let which = if of > 1 { format!(" (item {} of {of})", at + 1) } else { String::new() };
    let message = format!(
        "It does not meet what the flow \"{name}\" says that it {what}{which}: {}",
        complaints.join(" ")
    );
    let advice = match what {
        "takes" => "Give the flow what it takes, with \"What it is given\" or a mapping before.",
        _ => "Mend what the called flow gives, or change its contract.",
    };
    Err(StepError::terminal(ErrorClass::Validation, message).advice(advice).key(key))
}

fn not_one(n_results: usize) -> StepError {
    let message = format!("The called flow gave {n_results} results, and one was wanted.");
    StepError::terminal(ErrorClass::Validation, message)
        .advice("Take the results as items, or let the called flow give one.")
        .key("/params/results")
}

fn too_many(n_results: usize) -> StepError {
    let message = format!(
        "The called flow gave {n_results} results; {MOST_RESULTS} is the most that a call can give."
    );
    StepError::terminal(ErrorClass::Validation, message)
        .advice("Let the called flow write them into a file, and read that.")
        .key("/params/flow")
}

#[cfg(test)]
mod tests;
