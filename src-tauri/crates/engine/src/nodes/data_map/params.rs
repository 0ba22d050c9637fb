//! The params of `data.map`: rows of fields, and rows in rows. Not what they do.

use data::Value;
use mapping::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::convert::FieldType;

/// Params of `data.map`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The fields of the new item, in their order.
    #[serde(default)]
    pub fields: Vec<MapField>,
    /// Start from the item as it is, and set these fields in it.
    #[serde(default)]
    #[schemars(title = "Keep the other fields")]
    pub keep: bool,
}

/// One field of the new item.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapField {
    /// The name of the field; dots make objects in objects, such as `customer.name`.
    #[schemars(title = "Field")]
    pub to: String,
    /// What it is made from: a path into the item, or any JSONata expression.
    #[schemars(title = "Value")]
    pub from: Expression,
    /// What it is turned into. A value that cannot be turned into it rejects the item.
    #[serde(default, rename = "type")]
    #[schemars(title = "Type")]
    pub kind: FieldType,
    /// What is done when the expression gives nothing for an item.
    #[serde(default)]
    #[schemars(title = "If there is no value", extend("x-advanced" = true))]
    pub missing: Missing,
    /// The value that the field gets where the expression gives none and the default is chosen.
    #[serde(default)]
    #[schemars(title = "Default value", extend("x-advanced" = true), with = "Option<serde_json::Value>")]
    pub default: Option<Value>,
    /// What readers of the mapping should know.
    #[serde(default)]
    #[schemars(extend("x-advanced" = true))]
    pub note: String,
    /// For each entry of the list that the value gives, an object of these fields. In them a path
    /// begins at the entry, `$item` is the whole item, and `$outer` what stands around the entry.
    #[serde(default)]
    #[schemars(title = "For each entry", extend("x-advanced" = true))]
    pub fields: Option<Vec<MapField>>,
}

/// What is done where a field has no value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The field is left out.
    #[default]
    #[schemars(title = "Leave the field out")]
    Omit,
    /// The field is null.
    #[schemars(title = "Set it to null")]
    Null,
    /// The field is an empty text, list or object, by its type.
    #[schemars(title = "Set it to empty")]
    Empty,
    /// The field gets the default value.
    #[schemars(title = "Use the default value")]
    Default,
    /// The item is rejected.
    #[schemars(title = "Reject the item")]
    Error,
}

impl Missing {
    /// All policies, in the order of the menu.
    pub const ALL: &'static [Self] =
        &[Self::Omit, Self::Null, Self::Empty, Self::Default, Self::Error];
}
