//! Any JSON with templates in its texts. Not single texts: see `template`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use data::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::reference::Reference;
use crate::template::to_value;
use crate::{Fault, Names, Template};

/// Any JSON in which the texts are templates. Cheap to clone.
///
/// A key whose value is one whole `{{ }}` that gives nothing is left out, and so is an entry of a
/// list. Keys are taken as they are.
#[derive(Clone)]
pub struct JsonTemplate(Arc<Inner>);

struct Inner {
    source: Json,
    shape: Shape,
    references: Vec<(String, Reference)>,
}

enum Shape {
    /// No expressions in it.
    Fixed(Json),
    Text(Template),
    List(Vec<Shape>),
    Object(Vec<(String, Shape)>),
}

impl JsonTemplate {
    /// Reads the templates in a JSON.
    ///
    /// # Errors
    /// The first text that cannot be read, with its place as a JSON pointer inside this JSON.
    pub fn parse(source: Json) -> Result<Self, (String, Fault)> {
        let mut references = Vec::new();
        let shape = shape(&source, &mut String::new(), &mut references)?;
        Ok(Self(Arc::new(Inner { source, shape, references })))
    }

    /// Fills it in for an item. `None` where it is one whole `{{ }}` that gives nothing.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn render(&self, item: &Value, names: &dyn Names) -> Result<Option<Value>, Fault> {
        render(&self.0.shape, item, names)?.map(to_value).transpose()
    }

    /// The JSON as it was written.
    pub fn source(&self) -> &Json {
        &self.0.source
    }

    /// What the expressions refer to besides the item, each with the JSON pointer of its text.
    pub fn references(&self) -> &[(String, Reference)] {
        &self.0.references
    }

    /// Whether there are no expressions in it.
    pub fn is_literal(&self) -> bool {
        matches!(self.0.shape, Shape::Fixed(_))
    }
}

fn shape(
    json: &Json,
    pointer: &mut String,
    references: &mut Vec<(String, Reference)>,
) -> Result<Shape, (String, Fault)> {
    let shape = match json {
        Json::String(source) => {
            let template = Template::parse(source).map_err(|fault| (pointer.clone(), fault))?;
            for found in template.references() {
                references.push((pointer.clone(), found.clone()));
            }
            // A text without expressions may still hold escaped braces.
            if template.is_literal() && !source.contains("{{") {
                return Ok(Shape::Fixed(json.clone()));
            }
            return Ok(Shape::Text(template));
        }
        Json::Array(items) => Shape::List(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| below(item, &index.to_string(), pointer, references))
                .collect::<Result<_, _>>()?,
        ),
        Json::Object(fields) => Shape::Object(
            fields
                .iter()
                .map(|(key, value)| Ok((key.clone(), below(value, key, pointer, references)?)))
                .collect::<Result<_, (String, Fault)>>()?,
        ),
        other => return Ok(Shape::Fixed(other.clone())),
    };
    let fixed = match &shape {
        Shape::List(items) => items.iter().all(|item| matches!(item, Shape::Fixed(_))),
        Shape::Object(fields) => fields.iter().all(|(_, field)| matches!(field, Shape::Fixed(_))),
        _ => false,
    };
    Ok(if fixed { Shape::Fixed(json.clone()) } else { shape })
}

fn below(
    json: &Json,
    key: &str,
    pointer: &mut String,
    references: &mut Vec<(String, Reference)>,
) -> Result<Shape, (String, Fault)> {
    let len = pointer.len();
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
    let shape = shape(json, pointer, references);
    pointer.truncate(len);
    shape
}

fn render(shape: &Shape, item: &Value, names: &dyn Names) -> Result<Option<Json>, Fault> {
    Ok(Some(match shape {
        Shape::Fixed(json) => json.clone(),
        Shape::Text(template) => {
            let Some(value) = template.render(item, names)? else { return Ok(None) };
            serde_json::to_value(&value)
                .map_err(|error| Fault::new("G0007", format!("The result is no JSON: {error}.")))?
        }
        Shape::List(items) => {
            let mut list = Vec::with_capacity(items.len());
            for shape in items {
                list.extend(render(shape, item, names)?);
            }
            Json::Array(list)
        }
        Shape::Object(fields) => {
            let mut object = Map::with_capacity(fields.len());
            for (key, shape) in fields {
                if let Some(value) = render(shape, item, names)? {
                    object.insert(key.clone(), value);
                }
            }
            Json::Object(object)
        }
    }))
}

impl fmt::Debug for JsonTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonTemplate({})", self.0.source)
    }
}

impl PartialEq for JsonTemplate {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Default for JsonTemplate {
    fn default() -> Self {
        Self(Arc::new(Inner {
            source: Json::Null,
            shape: Shape::Fixed(Json::Null),
            references: Vec::new(),
        }))
    }
}

impl Serialize for JsonTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.source.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonTemplate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Json::deserialize(deserializer)?).map_err(|(pointer, fault)| {
            serde::de::Error::custom(if pointer.is_empty() {
                fault.message
            } else {
                format!("{} ({pointer})", fault.message)
            })
        })
    }
}

impl JsonSchema for JsonTemplate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "JsonTemplate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "format": "json-template" })
    }
}
