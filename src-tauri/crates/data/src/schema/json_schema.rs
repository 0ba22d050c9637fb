//! A JSON Schema (draft 2020-12) that what was seen fulfils.
//! Says types, members and few values; no numbers or lengths, which the next item may exceed.

use super::{Schema, TextFormat};
use crate::Value;

impl Schema {
    /// The JSON Schema of what was seen.
    ///
    /// Members that were always there are required. Formats are those that JSON Schema knows.
    pub fn json_schema(&self) -> Value {
        let mut members = vec![(
            "$schema".to_owned(),
            Value::from("https://json-schema.org/draft/2020-12/schema"),
        )];
        self.push_members(&mut members);
        Value::object(members)
    }

    fn push_members(&self, members: &mut Vec<(String, Value)>) {
        let mut push = |name: &str, value: Value| members.push((name.to_owned(), value));
        let mut types = self.types();
        match types.len() {
            0 => {}
            1 => push("type", types.remove(0)),
            _ => push("type", Value::from(types)),
        }
        if self.is_enumeration() {
            let mut values = self.values.clone();
            if self.nullable {
                values.push(Value::null());
            }
            push("enum", Value::from(values));
        } else if let Some(name) = self.format.and_then(TextFormat::json_schema_name) {
            // An empty text has no format.
            if self.empty == 0 {
                push("format", Value::from(name));
            }
        }
        if let Some(items) = &self.items {
            push("items", items.members());
        }
        if self.kinds.object > 0 {
            let fields = self.fields.iter();
            let properties = fields.clone().map(|field| (&field.name, field.schema.members()));
            push("properties", Value::object(properties));
            let required = fields.filter(|field| !field.schema.optional);
            let required = Value::list(required.map(|field| Value::from(&field.name)));
            if required.as_list().is_some_and(|names| !names.is_empty()) {
                push("required", required);
            }
        }
    }

    fn members(&self) -> Value {
        let mut members = Vec::new();
        self.push_members(&mut members);
        Value::object(members)
    }

    fn types(&self) -> Vec<Value> {
        let kinds = &self.kinds;
        let number = if self.is_whole { "integer" } else { "number" };
        let all = [
            (kinds.object, "object"),
            (kinds.list, "array"),
            (kinds.text, "string"),
            (kinds.number, number),
            (kinds.boolean, "boolean"),
            (kinds.null, "null"),
        ];
        all.into_iter().filter(|(n, _)| *n > 0).map(|(_, name)| Value::from(name)).collect()
    }
}
