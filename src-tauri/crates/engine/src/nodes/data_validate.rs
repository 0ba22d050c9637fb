//! `data.validate`: checks items by a JSON Schema, compiled once. Not the checks themselves: those
//! are the `jsonschema` crate's, which looks at items in place (see `data_validate/instance`).

mod instance;
mod sentence;

use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Port, Problem};
use flow::run::ErrorClass;
use jsonschema::{PatternOptions, Validator};
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use self::instance::Items;
use self::sentence::{Failure, schema_problem};
use crate::catalogue::{example, node_info, port, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Failures of one item that are told; a check may find thousands.
const TOLD_FAILURES: usize = 10;

/// Steps back that one pattern may take on one text: patterns come from strangers' flows.
const PATTERN_STEPS: usize = 100_000;

/// Bytes that one compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 20;

/// Params of `data.validate`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The JSON Schema that items must meet. Drafts 4 to 2020-12 are known by their `$schema`;
    /// without one it is 2020-12. References lead to places inside the schema only.
    #[schemars(extend("format" = "json"))]
    schema: Json,
    /// What becomes of items that do not meet it.
    #[serde(default)]
    #[schemars(title = "If an item does not meet it")]
    mode: Mode,
    /// Checks this part of each item, rather than the whole item.
    #[serde(default)]
    #[schemars(title = "Part to check", extend("x-advanced" = true))]
    of: Option<Expression>,
    /// Whether `format` is checked too, such as `email` or `date`; without it formats are only
    /// remarks.
    #[serde(default = "yes")]
    #[schemars(title = "Check formats", extend("x-advanced" = true))]
    formats: bool,
}

fn yes() -> bool {
    true
}

/// What becomes of items that do not meet the schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// They leave by `invalid`, each as an object with the `item` and its `failures`.
    #[default]
    #[schemars(title = "Send it another way")]
    Route,
    /// They go on like all others, and are told of on `failures`.
    #[schemars(title = "Only tell")]
    Warn,
    /// They are rejected: the node's error policy says what becomes of them.
    #[schemars(title = "Reject it")]
    Fail,
}

pub(crate) struct Validate;

impl NodeType for Validate {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "validate",
                "check",
                "schema",
                "json schema",
                "contract",
                "verify",
                "quality",
            ]),
            outputs: outputs(Mode::Route),
            examples: vec![
                example(
                    "Orders that can be booked",
                    json!({ "schema": order_schema() }),
                    json!([
                        { "id": "A-1", "total": 12.5 },
                        { "id": "A-2", "total": -3 },
                        { "total": 4 }
                    ]),
                    json!([{ "id": "A-1", "total": 12.5 }]),
                ),
                example(
                    "Let all through, and tell what is wrong",
                    json!({ "mode": "warn", "of": "customer", "schema": {
                        "required": ["email"], "properties": { "email": { "format": "email" } }
                    } }),
                    json!([{ "id": 1, "customer": { "email": "ada" } }]),
                    json!([{ "id": 1, "customer": { "email": "ada" } }]),
                ),
            ],
            ..node_info(
                "data.validate",
                "Validate",
                "Checks items by a JSON Schema.",
                "Checks each item by a [JSON Schema](https://json-schema.org). By default items \
                 that meet it leave by `valid`, the others by `invalid` as `{item, failures}`. With \
                 *Only tell* all items go on by `out`, and what is wrong comes out of `failures` \
                 as well. With *Reject it* an item that does not meet the schema is an error of \
                 this node.\n\nEach failure has its place in the item as a JSON pointer (`at`), a \
                 sentence (`message`) and the schema's word for it (`rule`); the first ten of an \
                 item are told. Nothing is fetched: a `$ref` leads to a place inside the schema, \
                 such as `#/$defs/address`.",
                Family::Data,
                "shield-check",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let problems = params.compile().err().into_iter().collect();
        let what = match &params.of {
            Some(of) => format!("checks {of}"),
            None => match params.schema.get("title").and_then(Json::as_str) {
                Some(title) => format!("checks against {title}"),
                None => "checks by a schema".to_owned(),
            },
        };
        let summary = match params.mode {
            Mode::Route => what,
            Mode::Warn => format!("{what}, only tells"),
            Mode::Fail => format!("{what}, rejects"),
        };
        Inspection {
            summary,
            outputs: Some(outputs(params.mode)),
            problems,
            passage: Passage::IN_PLACE,
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let validator = params.compile()?;
        let Params { mode, of, .. } = params;
        Ok(Behaviour::Pure(Box::new(Checking { validator, mode, of })))
    }
}

fn outputs(mode: Mode) -> Vec<Port> {
    match mode {
        Mode::Route => vec![
            port("valid", "items that meet the schema"),
            port("invalid", "the others, each with its failures"),
        ],
        Mode::Warn => vec![
            port("out", "all items"),
            port("failures", "items that do not meet the schema, each with its failures"),
        ],
        Mode::Fail => vec![port("out", "items that meet the schema")],
    }
}

fn order_schema() -> Json {
    json!({
        "type": "object",
        "required": ["id"],
        "properties": { "id": { "type": "string" }, "total": { "type": "number", "minimum": 0 } }
    })
}

impl Params {
    fn compile(&self) -> Result<Validator<Items>, Problem> {
        compile(&self.schema, self.formats)
    }
}

/// Makes a schema ready; the keys of its problems begin with `/params/schema`.
fn compile(schema: &Json, formats: bool) -> Result<Validator<Items>, Problem> {
    if !matches!(schema, Json::Object(_) | Json::Bool(_)) {
        let message = "Give a JSON Schema: an object such as {\"required\": [\"id\"]}.";
        return Err(Problem { key: "/params/schema".to_owned(), message: message.to_owned() });
    }
    jsonschema::options_for::<Items>()
        .offline()
        .should_validate_formats(formats)
        .with_pattern_options(
            PatternOptions::fancy_regex().backtrack_limit(PATTERN_STEPS).size_limit(PATTERN_BYTES),
        )
        .build(schema)
        .map_err(|error| schema_problem(&error))
}

/// A schema that values are held against, for others than this node.
pub(crate) struct Schema(Validator<Items>);

impl Schema {
    /// Makes a schema ready.
    ///
    /// # Errors
    /// A sentence: why it is none.
    pub(crate) fn new(schema: &Json) -> Result<Self, String> {
        compile(schema, true).map(Self).map_err(|problem| problem.message)
    }

    /// What is wrong with a value, in sentences; nothing where it meets the schema.
    pub(crate) fn complaints(&self, value: &Value) -> Vec<String> {
        if self.0.is_valid(value) {
            return Vec::new();
        }
        let errors = self.0.iter_errors(value).take(TOLD_FAILURES);
        errors.map(|error| Failure::of(&error).message).collect()
    }
}

struct Checking {
    validator: Validator<Items>,
    mode: Mode,
    of: Option<Expression>,
}

impl Pure for Checking {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let failures = match &self.of {
            None => self.check(&item.value),
            Some(of) => {
                let names = cx.names(&item.lineage);
                let part = of
                    .eval(&item.value, &names)
                    .map_err(|fault| StepError::fault(&fault, "/params/of"))?;
                self.check(&part.ok_or_else(|| nothing_to_check(of))?)
            }
        };
        match (self.mode, failures.is_empty()) {
            (_, true) => out.pass(0, item.clone()),
            (Mode::Route, false) => out.put(1, item.lineage.clone(), told(item, &failures)),
            (Mode::Warn, false) => {
                out.pass(0, item.clone());
                out.put(1, item.lineage.clone(), told(item, &failures));
            }
            (Mode::Fail, false) => return Err(rejected(&failures)),
        }
        Ok(())
    }
}

impl Checking {
    /// The first failures of a value.
    fn check(&self, value: &Value) -> Vec<Failure> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        // One more, to know whether there are more.
        let errors = self.validator.iter_errors(value).take(TOLD_FAILURES + 1);
        errors.map(|error| Failure::of(&error)).collect()
    }
}

fn told(item: &Item, failures: &[Failure]) -> Value {
    let first = failures.iter().take(TOLD_FAILURES).map(Failure::to_value);
    Value::object([("item", item.value.clone()), ("failures", first.collect())])
}

fn nothing_to_check(of: &Expression) -> StepError {
    let message = format!("There is nothing to check: {of} gives nothing for this item.");
    StepError::terminal(ErrorClass::Validation, message)
        .advice("Check the whole item, and let the schema require the part.")
        .key("/params/of")
}

fn rejected(failures: &[Failure]) -> StepError {
    let told = failures.iter().take(TOLD_FAILURES).map(|failure| failure.message.as_str());
    let mut message = told.collect::<Vec<_>>().join(" ");
    if failures.len() > TOLD_FAILURES {
        message.push_str(" There are more.");
    }
    StepError::terminal(
        ErrorClass::Validation,
        format!("The item does not meet the schema. {message}"),
    )
    .advice("Mend the data at its source or with a mapping before, or change the schema.")
    .key("/params/schema")
}

#[cfg(test)]
mod tests;
