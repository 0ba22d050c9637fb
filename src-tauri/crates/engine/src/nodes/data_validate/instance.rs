//! Items as the JSON Schema crate looks at them: in place, without a copy. Not what is checked.

use std::borrow::Cow;

use data::{Iter, Key, Kind, Number, Object, Value};
use jsonschema::JsonType;
use jsonschema::json::{self, Json, JsonNumber, Node, NodeIdentity, cmp};

/// Our values, as a representation that schemas can be checked on.
pub(super) struct Items;

impl Json for Items {
    type Node<'a> = &'a Value;
    type PreparedKey = Key;
    type StringBuffer = Value;

    fn prepare_key(key: &str) -> Key {
        Key::new(key)
    }

    fn with_string_node<T>(
        buffer: &mut Value,
        string: &str,
        f: impl FnOnce(Self::Node<'_>) -> T,
    ) -> T {
        *buffer = Value::from(string);
        f(buffer)
    }
}

impl<'a> Node<'a, Items> for &'a Value {
    type Object = &'a Object;
    type Array = &'a [Value];
    type Number = Digits;

    fn as_object(&self) -> Option<&'a Object> {
        Value::as_object(self)
    }

    fn as_array(&self) -> Option<&'a [Value]> {
        Value::as_list(self)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        Value::as_str(self).map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<Digits> {
        Value::as_number(self).map(Digits)
    }

    fn as_boolean(&self) -> Option<bool> {
        Value::as_bool(self)
    }

    fn is_null(&self) -> bool {
        Value::is_null(self)
    }

    fn is_number(&self) -> bool {
        self.kind() == Kind::Number
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            Kind::Null => JsonType::Null,
            Kind::Bool => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            Kind::Text => JsonType::String,
            Kind::List => JsonType::Array,
            Kind::Object => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match (self.kind(), expected) {
            (Kind::Text, serde_json::Value::String(text)) => Value::as_str(self) == Some(text),
            (Kind::Text, _) | (_, serde_json::Value::String(_)) => false,
            _ => cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(self.to_serde())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Value>(self) as usize))
    }
}

impl<'a> json::Object<'a, Items> for &'a Object {
    type Node = &'a Value;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        Object::len(self)
    }

    fn get(&self, key: &Key) -> Option<&'a Value> {
        self.get_key(key)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The members of an object, their names as texts.
pub(super) struct Members<'a>(Iter<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_str(), value))
    }
}

impl<'a> json::Array<'a, Items> for &'a [Value] {
    type Node = &'a Value;
    type ElementsIter = std::slice::Iter<'a, Value>;

    fn len(&self) -> usize {
        <[Value]>::len(self)
    }

    fn elements(&self) -> std::slice::Iter<'a, Value> {
        self.iter()
    }
}

/// A number with the digits it came with.
pub(super) struct Digits(Number);

impl JsonNumber for Digits {
    fn as_u64(&self) -> Option<u64> {
        match self.0.as_i64() {
            Some(int) => u64::try_from(int).ok(),
            None if self.0.is_whole() => self.0.text().parse().ok(),
            None => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        Some(self.0.as_f64()).filter(|number| number.is_finite())
    }

    fn as_str(&self) -> Cow<'_, str> {
        self.0.text()
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        let number = self.0.text().parse();
        Cow::Owned(number.unwrap_or_else(|_| serde_json::Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        self.0.is_whole()
    }

    fn is_written_as_integer(&self) -> bool {
        !self.0.text().contains(['.', 'e', 'E'])
    }
}
