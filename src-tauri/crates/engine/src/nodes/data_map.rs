//! `data.map`: makes each item anew, field by field.

mod convert;
mod shape;

use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use flow::run::ErrorClass;
use mapping::{Expression, Names};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

pub(crate) use self::convert::FieldType;
use self::convert::convert;
use self::shape::Tree;
use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// Params of `data.map`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The fields of the new item, in their order.
    #[serde(default)]
    fields: Vec<MapField>,
    /// Start from the item as it is, and set these fields in it.
    #[serde(default)]
    #[schemars(title = "Keep the other fields")]
    keep: bool,
}

/// One field of the new item.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapField {
    /// The name of the field; dots make objects in objects, such as `customer.name`.
    #[schemars(title = "Field")]
    to: String,
    /// What it is made from: a path into the item, or any JSONata expression.
    #[schemars(title = "Value")]
    from: Expression,
    /// What it is turned into. A value that cannot be turned into it rejects the item.
    #[serde(default, rename = "type")]
    #[schemars(title = "Type")]
    kind: FieldType,
    /// What is done when the expression gives nothing for an item.
    #[serde(default)]
    #[schemars(title = "If there is no value", extend("x-advanced" = true))]
    missing: Missing,
    /// The value that the field gets where the expression gives none and the default is chosen.
    #[serde(default)]
    #[schemars(title = "Default value", extend("x-advanced" = true), with = "Option<serde_json::Value>")]
    default: Option<Value>,
}

/// What is done where a field has no value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Missing {
    /// The field is left out.
    #[default]
    #[schemars(title = "Leave the field out")]
    Omit,
    /// The field is null.
    #[schemars(title = "Set it to null")]
    Null,
    /// The item is rejected.
    #[schemars(title = "Reject the item")]
    Error,
    /// The field gets the default value.
    #[schemars(title = "Use the default value")]
    Default,
}

pub(crate) struct Map;

impl NodeType for Map {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "map",
                "transform",
                "set",
                "rename",
                "convert",
                "select",
                "fields",
                "shape",
            ]),
            examples: vec![
                example(
                    "Rename, convert and compute",
                    json!({ "fields": [
                        { "to": "orderNo", "from": "id", "type": "text" },
                        { "to": "customer.name", "from": "buyer.firstName & ' ' & buyer.lastName" },
                        { "to": "total", "from": "$sum(lines.(price * quantity))", "type": "number" }
                    ] }),
                    json!([{
                        "id": 17,
                        "buyer": { "firstName": "Ada", "lastName": "King" },
                        "lines": [{ "price": 2.5, "quantity": 2 }, { "price": 1, "quantity": 3 }]
                    }]),
                    json!([{ "orderNo": "17", "customer": { "name": "Ada King" }, "total": 8 }]),
                ),
                example(
                    "Keep the item and add a field",
                    json!({ "keep": true, "fields": [
                        { "to": "isLarge", "from": "total > 100" },
                        { "to": "note", "from": "remark", "missing": "default", "default": "none" }
                    ] }),
                    json!([{ "id": 1, "total": 250 }]),
                    json!([{ "id": 1, "total": 250, "isLarge": true, "note": "none" }]),
                ),
            ],
            ..node_info(
                "data.map",
                "Map fields",
                "Makes each item anew, field by field.",
                "Makes a new item of each item. Every row names a field (**to**), what it is made \
                 from (**from**, a path such as `customer.name` or any JSONata expression) and, \
                 where it matters, the **type** it must have.\n\nDots in the name make objects in \
                 objects. A value that cannot be turned into the type, such as `\"abc\"` into a \
                 number, rejects the item and names the field; the node's error policy says what \
                 becomes of it. Where the expression gives nothing, the field is left out unless \
                 **missing** says otherwise. `null` stays `null`.",
                Family::Data,
                "shuffle",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let n_fields = params.fields.len();
        let names: Vec<_> = params.fields.iter().take(3).map(|field| field.to.as_str()).collect();
        let more = if n_fields > 3 { format!(" and {} more", n_fields - 3) } else { String::new() };
        let verb = if params.keep { "adds" } else { "makes" };
        let summary = match n_fields {
            0 => String::new(),
            _ => format!("{verb} {}{more}", names.join(", ")),
        };
        let problems = Tree::of(params.fields.iter().map(|f| f.to.as_str())).err();
        Inspection {
            summary,
            problems: problems.into_iter().collect(),
            passage: Passage::IN_PLACE,
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let tree = Tree::of(params.fields.iter().map(|field| field.to.as_str()))?;
        let Params { fields, keep } = params;
        Ok(Behaviour::Pure(Box::new(Mapping { fields, keep, tree })))
    }
}

struct Mapping {
    fields: Vec<MapField>,
    keep: bool,
    tree: Tree,
}

impl Pure for Mapping {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let names = cx.names(&item.lineage);
        let mut values = Vec::with_capacity(self.fields.len());
        for (index, field) in self.fields.iter().enumerate() {
            values.push(field.value(index, &item.value, &names)?);
        }
        let value = match (self.keep, item.value.as_object()) {
            (false, _) => self.tree.build(&values),
            (true, Some(object)) => self.tree.build_onto(object, &values),
            (true, None) => return Err(not_an_object(&item.value)),
        };
        out.put(0, item.lineage.clone(), value);
        Ok(())
    }
}

fn not_an_object(value: &Value) -> StepError {
    StepError::terminal(
        ErrorClass::Validation,
        format!("The item is a {}, so it has no fields to keep.", value.kind()),
    )
    .advice("Switch \"keep\" off, or make objects of the items first.")
    .key("/params/keep")
}

impl MapField {
    fn value(&self, index: usize, item: &Value, names: &dyn Names) -> StepResult<Option<Value>> {
        let found = self
            .from
            .eval(item, names)
            .map_err(|fault| StepError::fault(&fault, format!("/params/fields/{index}/from")))?;
        let Some(value) = found else {
            return match self.missing {
                Missing::Omit => Ok(None),
                Missing::Null => Ok(Some(Value::null())),
                Missing::Default => Ok(Some(self.default.clone().unwrap_or_default())),
                Missing::Error => Err(Self::error(
                    index,
                    format!("The field \"{}\" has no value: {} gives nothing.", self.to, self.from),
                )),
            };
        };
        convert(&value, self.kind)
            .map(Some)
            .map_err(|why| Self::error(index, format!("The field \"{}\" {why}", self.to)))
    }

    fn error(index: usize, message: String) -> StepError {
        StepError::terminal(ErrorClass::Validation, message)
            .advice("Mend the data at its source, or change what the field is made from.")
            .key(format!("/params/fields/{index}/from"))
    }
}
