//! The closed set of form fields that a node's params are shown with, lowered from the params'
//! JSON Schema. Not the values.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Field {
    /// The key in the params.
    pub key: String,
    /// The label, in the user's words.
    pub label: String,
    /// A sentence or two of help.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Whether the node cannot run without it.
    #[serde(default)]
    pub required: bool,
    /// Whether it is folded away at first.
    #[serde(default)]
    pub advanced: bool,
    /// What is taken when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub default: Option<Json>,
    /// An example value, shown as a placeholder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub example: Option<String>,
    /// What kind of input it is.
    pub kind: FieldKind,
}

/// Every kind of input that there is. A new one is a change here and in the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    /// A text taken as it is.
    Text {
        /// Whether it is shown with several lines.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        multiline: bool,
    },
    /// A text in which `{{ expression }}` is replaced for each item.
    Template {
        /// Whether it is shown with several lines.
        multiline: bool,
    },
    /// A JSONata expression, evaluated for each item.
    Expression,
    /// A number.
    Number {
        /// Whether it has no fraction.
        integer: bool,
        /// The least that is taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        min: Option<f64>,
        /// The most that is taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        max: Option<f64>,
    },
    /// Yes or no.
    Bool,
    /// One of a few.
    Choice {
        /// What there is to choose from.
        options: Vec<ChoiceOption>,
    },
    /// One of several groups of fields, told apart by the key `tag`.
    Variants {
        /// The key that names the variant.
        tag: String,
        /// The variants.
        options: Vec<Variant>,
    },
    /// Fields under one key.
    Group {
        /// The fields.
        fields: Vec<Field>,
    },
    /// A list of objects, shown as a table with one row each.
    Rows {
        /// The columns.
        columns: Vec<Field>,
    },
    /// A list of plain values.
    List {
        /// What each is.
        of: Box<FieldKind>,
    },
    /// Names with template values, such as headers.
    Pairs,
    /// Any JSON; texts in it may be templates.
    Json,
    /// The path of a file.
    File {
        /// Whether it is written to, rather than read.
        write: bool,
    },
}

/// One choice of a fixed list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChoiceOption {
    /// The stored value.
    pub value: String,
    /// What the user reads.
    pub label: String,
    /// What it means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

/// One group of fields among several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Variant {
    /// The stored value of the tag.
    pub value: String,
    /// What the user reads.
    pub label: String,
    /// What it means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Its fields.
    pub fields: Vec<Field>,
}
