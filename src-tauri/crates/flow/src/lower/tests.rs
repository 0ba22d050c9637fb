use std::num::NonZeroU32;

use indexmap::IndexMap;
use mapping::{Expression, JsonTemplate, Template};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::words;
use crate::field::Field;

/// Params of every kind.
#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Params {
    /// Where the call goes. More help
    /// over lines.
    ///
    /// A second paragraph.
    #[schemars(title = "Address", example = "https://example.com")]
    url: Template,
    #[schemars(extend("x-multiline" = true))]
    text: Option<Template>,
    only_if: Option<Expression>,
    /// How it is called.
    #[schemars(extend("x-advanced" = true))]
    #[serde(default)]
    method: Method,
    direction: Option<Direction>,
    body: Option<Body>,
    #[serde(default)]
    headers: IndexMap<String, Template>,
    #[schemars(range(max = 100))]
    concurrency: Option<NonZeroU32>,
    #[serde(default = "half")]
    ratio: f64,
    is_strict: bool,
    name: String,
    tags: Vec<String>,
    fields: Vec<Row>,
    group: Group,
    json: JsonTemplate,
    anything: serde_json::Value,
    #[schemars(extend("format" = "file-write"))]
    path: String,
    either: Either,
    nested: Option<Box<Nested>>,
    #[schemars(extend("x-hidden" = true))]
    #[serde(default)]
    internal: u8,
    #[serde(flatten)]
    flat: Flat,
}

#[derive(JsonSchema, Deserialize, Default, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Method {
    #[default]
    Get,
    /// Sends something.
    Post,
}

#[derive(JsonSchema, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    FromTop,
    FromBottom,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "only the schema is looked at")]
enum Body {
    /// Nothing is sent.
    None,
    /// Any JSON.
    Json {
        /// What is sent.
        value: JsonTemplate,
    },
    Form(Group),
}

#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Row {
    /// The field that is made.
    to: String,
    from: Option<Expression>,
}

/// Fields that belong together.
#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Group {
    inner: String,
}

#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is looked at")]
enum Either {
    Text(String),
    List(Vec<String>),
}

#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Nested {
    deeper: Option<Box<Nested>>,
}

#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Flat {
    flattened: i64,
}

fn half() -> f64 {
    0.5
}

#[test]
fn every_kind_of_param_becomes_its_field() {
    let mut fields = Field::lower(&schema_for!(Params));
    // How deep a type that holds itself goes is of no interest.
    let nested = fields.iter_mut().find(|field| field.key == "nested").unwrap();
    assert!(matches!(nested.kind, crate::field::FieldKind::Group { .. }));
    fields.retain(|field| field.key != "nested");
    insta::assert_snapshot!(serde_json::to_string_pretty(&fields).unwrap());
}

#[test]
fn keys_become_words() {
    for (key, label) in [
        ("base_ms", "Base ms"),
        ("orderNo", "Order no"),
        ("url", "URL"),
        ("next_url", "Next URL"),
        ("GET", "GET"),
        ("on_error", "On error"),
        ("type", "Type"),
        ("utf-8", "UTF 8"),
    ] {
        assert_eq!(words(key), label);
    }
}
