//! What a stream of values looks like: kinds, counts, samples and formats for each field.
//! It describes what was seen and validates nothing.

mod format;
mod json_schema;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub use self::format::TextFormat;
use crate::{Key, Number, Object, Value};

/// What was seen at one place of the observed values; the root is the values themselves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Schema {
    /// How many values were seen here.
    pub count: u64,
    /// How many of each kind.
    pub kinds: Kinds,
    /// Whether some objects have no such member; never for the root or list elements.
    pub optional: bool,
    /// Whether some were `null`.
    pub nullable: bool,
    /// How many were empty texts.
    #[serde(skip_serializing_if = "is_zero")]
    pub empty: u64,
    /// Up to three different values, texts cut to 120 characters; not for lists and objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Value>,
    /// All different values in the order in which they came, if there are no more than twelve and
    /// none is longer than 60 characters; not for lists and objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// Whether there were more, so that [`values`](Self::values) is empty.
    #[serde(skip_serializing_if = "is_false")]
    pub more_values: bool,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Value>,
    /// The largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Value>,
    /// Whether all numbers were whole.
    pub is_whole: bool,
    /// The length of the shortest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// The length of the longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// The format that all texts have, empty ones aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<TextFormat>,
    /// Members of the objects, in the order in which they were first seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Whether objects had more different members than are listed.
    pub more_fields: bool,
    /// The elements of the lists, all taken together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Schema>>,
    #[serde(skip)]
    memo: Memo,
}

/// What observing needs to be quick and bounded; says nothing about the values.
#[derive(Debug, Clone, Default)]
struct Memo {
    /// Where in `fields` each key is.
    index: HashMap<Key, usize>,
    /// Fields in the whole tree; counted at its root only.
    n_fields: usize,
}

impl PartialEq for Memo {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// One member of the observed objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its key.
    pub name: Key,
    /// What was seen of it.
    pub schema: Schema,
}

/// How many values of each kind were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kinds {
    /// `null`
    pub null: u64,
    /// `true` and `false`
    pub boolean: u64,
    /// Numbers
    pub number: u64,
    /// Texts
    pub text: u64,
    /// Lists
    pub list: u64,
    /// Objects
    pub object: u64,
}

const MAX_SAMPLES: usize = 3;
const MAX_VALUES: usize = 12;
const MAX_VALUE_CHARS: usize = 60;
const MAX_SAMPLE_CHARS: usize = 120;
/// Objects used as tables can have any number of keys; a tree of more helps nobody.
const MAX_FIELDS: usize = 1000;
const MAX_FIELDS_IN_ALL: usize = 10_000;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Schema {
    /// A schema that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Describes these values.
    pub fn infer<'v>(values: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut schema = Self::new();
        for value in values {
            schema.observe(value);
        }
        schema
    }

    /// Takes one more value into account.
    pub fn observe(&mut self, value: &Value) {
        let mut n_fields = self.memo.n_fields;
        self.see(value, &mut n_fields);
        self.memo.n_fields = n_fields;
    }

    fn see(&mut self, value: &Value, n_fields: &mut usize) {
        self.count += 1;
        if let Some(object) = value.as_object() {
            self.see_object(object, n_fields);
        } else if let Some(items) = value.as_list() {
            self.kinds.list += 1;
            let schema = self.items.get_or_insert_default();
            for item in items {
                schema.see(item, n_fields);
            }
        } else if let Some(text) = value.as_str() {
            self.see_text(text);
            self.sample(value);
        } else if let Some(number) = value.as_number() {
            self.see_number(&number);
            self.sample(value);
        } else if value.is_null() {
            self.kinds.null += 1;
            self.nullable = true;
        } else {
            self.kinds.boolean += 1;
            self.sample(value);
        }
    }

    /// The field of this name, if objects with it were seen.
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields.iter().find(|field| field.name == *name).map(|field| &field.schema)
    }

    /// How many values say something: neither `null` nor an empty text.
    pub fn filled(&self) -> u64 {
        self.count.saturating_sub(self.kinds.null).saturating_sub(self.empty)
    }

    /// The share of the objects here in which the field of this name says something, 0 to 1.
    pub fn fill_rate(&self, name: &str) -> Option<f64> {
        let filled = self.field(name)?.filled();
        Some(filled as f64 / self.kinds.object.max(1) as f64)
    }

    /// Whether the values are a few that come again and again, as states and units do.
    pub fn is_enumeration(&self) -> bool {
        let is_scalar = self.kinds.list == 0 && self.kinds.object == 0 && self.kinds.boolean == 0;
        let n_values = self.values.len() as u64;
        is_scalar && n_values > 0 && self.filled() >= 4 * n_values
    }

    fn see_object(&mut self, object: &Object, n_fields: &mut usize) {
        let n_before = self.kinds.object;
        self.kinds.object += 1;
        for (at, (key, value)) in object.iter().enumerate() {
            if let Some(field) = self.field_mut(at, key, n_before, n_fields) {
                field.schema.see(value, n_fields);
            }
        }
        for field in &mut self.fields {
            field.schema.optional = field.schema.count < self.kinds.object;
        }
    }

    fn field_mut(
        &mut self,
        at: usize,
        key: &Key,
        n_before: u64,
        n_fields: &mut usize,
    ) -> Option<&mut Field> {
        // Objects of one source mostly have their members at the same places.
        if self.fields.get(at).is_some_and(|field| field.name == *key) {
            return self.fields.get_mut(at);
        }
        if self.memo.index.len() != self.fields.len() {
            self.memo.index = self
                .fields
                .iter()
                .enumerate()
                .map(|(at, field)| (field.name.clone(), at))
                .collect();
        }
        if let Some(&at) = self.memo.index.get(key) {
            return self.fields.get_mut(at);
        }
        if self.fields.len() >= MAX_FIELDS || *n_fields >= MAX_FIELDS_IN_ALL {
            self.more_fields = true;
            return None;
        }
        self.memo.index.insert(key.clone(), self.fields.len());
        *n_fields += 1;
        let schema = Self { optional: n_before > 0, ..Self::default() };
        self.fields.push(Field { name: key.clone(), schema });
        self.fields.last_mut()
    }

    fn see_number(&mut self, number: &Number) {
        self.is_whole = number.is_whole() && (self.kinds.number == 0 || self.is_whole);
        self.kinds.number += 1;
        let value = Value::from(number.clone());
        if self.min.as_ref().is_none_or(|min| value < *min) {
            self.min = Some(value.clone());
        }
        if self.max.as_ref().is_none_or(|max| value > *max) {
            self.max = Some(value);
        }
    }

    fn see_text(&mut self, text: &str) {
        let is_first = self.kinds.text == self.empty;
        self.kinds.text += 1;
        let length = text.chars().count();
        self.min_length = Some(self.min_length.map_or(length, |min| min.min(length)));
        self.max_length = Some(self.max_length.map_or(length, |max| max.max(length)));
        if text.is_empty() {
            self.empty += 1;
        } else if is_first {
            self.format = TextFormat::guess(text);
        } else {
            self.format = self.format.and_then(|format| format.widened(text));
        }
    }

    /// Keeps the value if it is another than those before, as long as they are few.
    fn note_value(&mut self, value: &Value) {
        if self.more_values || self.values.contains(value) {
            return;
        }
        let is_long =
            value.as_str().is_some_and(|text| text.chars().nth(MAX_VALUE_CHARS).is_some());
        if is_long || self.values.len() == MAX_VALUES {
            self.more_values = true;
            self.values = Vec::new();
            return;
        }
        self.values.push(value.clone());
    }

    fn sample(&mut self, value: &Value) {
        self.note_value(value);
        if self.samples.len() >= MAX_SAMPLES {
            return;
        }
        let cut = value.as_str().and_then(|text| {
            text.char_indices().nth(MAX_SAMPLE_CHARS).map(|(at, _)| Value::from(&text[..at]))
        });
        let sample = cut.unwrap_or_else(|| value.clone());
        if !self.samples.contains(&sample) {
            self.samples.push(sample);
        }
    }
}
