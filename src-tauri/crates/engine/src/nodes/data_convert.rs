//! `data.convert`: turns texts of a format into data, and data into such texts. Not the formats:
//! see `formats`.

use data::{Limits, Value};
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use flow::run::ErrorClass;
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::formats::{Format, is_list};
use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// A text within an item; longer ones belong into files, which are read bit by bit.
const LARGEST_TEXT: usize = 256 << 20;

/// Params of `data.convert`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Whether a text becomes data, or data becomes a text.
    #[serde(default)]
    #[schemars(title = "What is done")]
    action: Action,
    /// The format of the text.
    format: Format,
    /// The text to be read, such as `body`, or the data to be written; without it the whole item.
    #[serde(default)]
    #[schemars(title = "What is converted")]
    from: Option<Expression>,
    /// The field that the result is put in, beside the others; without it the result takes the
    /// item's place.
    #[serde(default)]
    #[schemars(title = "Put the result into")]
    to: Option<String>,
    /// Whether each record that is read becomes an item: a row, a line, an EDI message, an entry of
    /// a list.
    #[serde(default)]
    #[schemars(title = "One item per record")]
    split: bool,
}

/// Which way a conversion goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// A text becomes data.
    #[default]
    #[schemars(title = "Read a text")]
    Read,
    /// Data becomes a text.
    #[schemars(title = "Write a text")]
    Write,
}

pub(crate) struct Convert;

impl NodeType for Convert {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "convert",
                "parse",
                "format",
                "json",
                "ndjson",
                "csv",
                "xml",
                "yaml",
                "fixed width",
                "form",
                "edi",
                "hl7",
                "x12",
                "850",
                "edifact",
                "orders",
                "excel",
                "xlsx",
            ]),
            examples: vec![
                example(
                    "XML in a field becomes data",
                    json!({ "format": { "type": "xml", "lists": ["line"] }, "from": "body", "to": "doc" }),
                    json!([{ "no": 1, "body": "<order id=\"7\"><line>A-1</line></order>" }]),
                    json!([{
                        "no": 1, "body": "<order id=\"7\"><line>A-1</line></order>",
                        "doc": { "order": { "@id": "7", "line": ["A-1"] } }
                    }]),
                ),
                example(
                    "Each row of a CSV text becomes an item",
                    json!({ "format": { "type": "csv" }, "from": "text", "split": true }),
                    json!([{ "text": "sku;qty\nA-1;2\nB-2;5\n" }]),
                    json!([{ "sku": "A-1", "qty": "2" }, { "sku": "B-2", "qty": "5" }]),
                ),
                example(
                    "The item as YAML",
                    json!({ "action": "write", "format": { "type": "yaml" }, "to": "yaml" }),
                    json!([{ "sku": "A-1", "qty": 2 }]),
                    json!([{ "sku": "A-1", "qty": 2, "yaml": "sku: A-1\nqty: 2\n" }]),
                ),
            ],
            ..node_info(
                "data.convert",
                "Convert",
                "Turns texts such as XML, CSV or EDI into data, and back.",
                "Reads a text of the chosen **format** and gives what it says, or writes data as such \
                 a text. EDI comes as interchanges with their messages; with **one item per record** \
                 each message is an item of its own, with the headers it stood under. Orders, \
                 shipments and invoices (X12 850, 855, 856, 810; EDIFACT ORDERS, ORDRSP, DESADV, \
                 INVOIC) have business names such as `lines.quantity`.\n\nWhat is read can be written \
                 again as it was. Numbers keep their digits, CSV and EDI fields are texts: say with a \
                 mapping which are numbers. A text that is not sound rejects the item and names the \
                 place. For files of any size use Read file and Write file.",
                Family::Data,
                "shapes",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let name = params.format.name();
        let from = params.from.as_ref().map_or("the item", Expression::source);
        let summary = match params.action {
            Action::Read if params.split => format!("{name} in {from}, one item per record"),
            Action::Read => format!("reads {from} as {name}"),
            Action::Write => format!("writes {from} as {name}"),
        };
        Inspection {
            summary,
            problems: params.problems(),
            passage: Passage::IN_PLACE,
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        match params.problems().into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(Behaviour::Pure(Box::new(params))),
        }
    }
}

impl Params {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = self.format.problems("/params/format");
        if self.split && self.action == Action::Write {
            let message = "Only what is read has records. Switch this off, or read a text.";
            problems.push(Problem { key: "/params/split".to_owned(), message: message.to_owned() });
        }
        problems
    }

    fn read(&self, source: &Value, item: &Item, out: &mut Ports) -> StepResult<()> {
        let Some(text) = source.as_str() else {
            let from = self.from.as_ref().map_or("the item", Expression::source);
            let kind = source.kind();
            let message = format!("There is no text to read: {from} is a {kind}.");
            return Err(StepError::terminal(ErrorClass::Validation, message)
                .advice("Name the field that holds the text.")
                .key("/params/from"));
        };
        let limits = Limits { bytes: LARGEST_TEXT, ..Limits::default() };
        let unsound = |why: String| {
            let name = self.format.name();
            let message = format!("The text cannot be read as {name}: {why}.");
            StepError::terminal(ErrorClass::Validation, message)
                .advice("Mend the text at its source, or choose another format.")
                .key("/params/format")
        };
        if !self.split {
            let value = self.format.read(text, &limits).map_err(unsound)?;
            return self.put(value, item, out);
        }
        let records = self.format.records_of(text, &limits).map_err(unsound)?;
        let records = records.collect::<Result<Vec<_>, _>>().map_err(unsound)?;
        let with_item = |record: Value| match (&self.to, item.value.as_object()) {
            (Some(to), Some(object)) => Value::from(object.with(to.as_str(), record)),
            (Some(to), None) => Value::object([(to.as_str(), record)]),
            (None, _) => record,
        };
        out.split(0, item.lineage.clone(), records.into_iter().map(with_item));
        Ok(())
    }

    fn write(&self, source: &Value, item: &Item, out: &mut Ports) -> StepResult<()> {
        let text = self.format.write(source).map_err(|why| {
            let name = self.format.name();
            let message = format!("This cannot be written as {name}: {why}.");
            let advice = if is_list(&self.format) {
                "Map the data to the shape that the format wants; what is read of it has that shape."
            } else {
                "Map the data first, or change the settings of the format."
            };
            StepError::terminal(ErrorClass::Validation, message).advice(advice).key("/params/from")
        })?;
        self.put(Value::from(text), item, out)
    }

    fn put(&self, value: Value, item: &Item, out: &mut Ports) -> StepResult<()> {
        let value = match (&self.to, item.value.as_object()) {
            (None, _) => value,
            (Some(to), Some(object)) => Value::from(object.with(to.as_str(), value)),
            (Some(_), None) => {
                let kind = item.value.kind();
                let message = format!("The item is a {kind}, so nothing can be put beside it.");
                return Err(StepError::terminal(ErrorClass::Validation, message)
                    .advice("Leave the field empty: the result then takes the item's place.")
                    .key("/params/to"));
            }
        };
        out.put(0, item.lineage.clone(), value);
        Ok(())
    }
}

impl Pure for Params {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let source = match &self.from {
            None => item.value.clone(),
            Some(from) => {
                let names = cx.names(&item.lineage);
                let found = from.eval(&item.value, &names);
                let found = found.map_err(|fault| StepError::fault(&fault, "/params/from"))?;
                found.ok_or_else(|| {
                    let message = format!("There is nothing to convert: {from} gives nothing.");
                    StepError::terminal(ErrorClass::Validation, message)
                        .advice("Check the name of the field.")
                        .key("/params/from")
                })?
            }
        };
        match self.action {
            Action::Read => self.read(&source, item, out),
            Action::Write => self.write(&source, item, out),
        }
    }
}
