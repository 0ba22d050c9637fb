//! Any JSON with templates in its texts. Not single texts: see `template`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use data::{Key, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use crate::reference::Reference;
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
    Fixed(Value),
    Text(Template),
    List(Vec<Shape>),
    Object(Vec<(Key, Shape)>),
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
        render(&self.0.shape, item, names)
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
            return Ok(match template.fixed() {
                Some(fixed) => Shape::Fixed(fixed.clone()),
                None => Shape::Text(template),
            });
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
                .map(|(key, value)| Ok((Key::new(key), below(value, key, pointer, references)?)))
                .collect::<Result<_, (String, Fault)>>()?,
        ),
        other => return Ok(Shape::Fixed(Value::from_serde(other))),
    };
    Ok(if shape.is_fixed() { Shape::Fixed(shape.value()) } else { shape })
}

impl Shape {
    fn is_fixed(&self) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Text(_) => false,
            Self::List(items) => items.iter().all(Self::is_fixed),
            Self::Object(fields) => fields.iter().all(|(_, field)| field.is_fixed()),
        }
    }

    /// The value of what is fixed.
    fn value(&self) -> Value {
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Text(_) => Value::null(),
            Self::List(items) => items.iter().map(Self::value).collect(),
            Self::Object(fields) => {
                Value::object(fields.iter().map(|(key, field)| (key.clone(), field.value())))
            }
        }
    }
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

fn render(shape: &Shape, item: &Value, names: &dyn Names) -> Result<Option<Value>, Fault> {
    Ok(Some(match shape {
        Shape::Fixed(value) => value.clone(),
        Shape::Text(template) => return template.render(item, names),
        Shape::List(items) => {
            let mut list = Vec::with_capacity(items.len());
            for shape in items {
                list.extend(render(shape, item, names)?);
            }
            Value::from(list)
        }
        Shape::Object(fields) => {
            let mut members = Vec::with_capacity(fields.len());
            for (key, shape) in fields {
                if let Some(value) = render(shape, item, names)? {
                    members.push((key.clone(), value));
                }
            }
            Value::object(members)
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
            shape: Shape::Fixed(Value::null()),
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
