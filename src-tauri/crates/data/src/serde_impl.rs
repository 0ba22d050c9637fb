//! Values through serde, and to and from `serde_json::Value` at the edges.
//! Digits survive both ways; of an exponent `serde_json` keeps the value and writes its sign.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap, SerializeSeq},
};

use crate::{
    key::Key,
    number::Number,
    object::Object,
    value::{Repr, Value},
};

/// The key under which `serde_json` hands over a number with its digits.
const NUMBER_KEY: &str = "$serde_json::private::Number";

impl Value {
    /// Takes over a `serde_json` value.
    pub fn from_serde(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::null(),
            serde_json::Value::Bool(bool) => Self::from(*bool),
            serde_json::Value::Number(number) => from_serde_number(number),
            serde_json::Value::String(text) => Self::from(text.as_str()),
            serde_json::Value::Array(items) => {
                items.iter().map(Self::from_serde).collect::<Vec<_>>().into()
            }
            serde_json::Value::Object(members) => {
                Self::object(members.iter().map(|(key, value)| (key, Self::from_serde(value))))
            }
        }
    }

    /// Hands over as a `serde_json` value.
    pub fn to_serde(&self) -> serde_json::Value {
        match &self.0 {
            Repr::Null => serde_json::Value::Null,
            Repr::Bool(bool) => (*bool).into(),
            Repr::Text(text) => text.as_str().into(),
            Repr::List(list) => list.items().iter().map(Self::to_serde).collect(),
            Repr::Object(object) => object
                .iter()
                .map(|(key, value)| (key.as_str().to_owned(), value.to_serde()))
                .collect(),
            Repr::Int(int) => (*int).into(),
            Repr::Decimal(_) | Repr::Float(_) | Repr::Exact(_) => self
                .as_number()
                .and_then(|number| to_serde_number(&number))
                .map_or(serde_json::Value::Null, serde_json::Value::Number),
        }
    }
}

fn from_serde_number(number: &serde_json::Number) -> Value {
    Number::parse(number.as_str()).map_or(Value::null(), Value::from)
}

fn to_serde_number(number: &Number) -> Option<serde_json::Number> {
    number.text().parse().ok()
}

impl From<&serde_json::Value> for Value {
    fn from(value: &serde_json::Value) -> Self {
        Self::from_serde(value)
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        Self::from_serde(&value)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Null => serializer.serialize_unit(),
            Repr::Bool(bool) => serializer.serialize_bool(*bool),
            Repr::Text(text) => serializer.serialize_str(text),
            Repr::Int(int) => serializer.serialize_i64(*int),
            Repr::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.items().len()))?;
                for item in list.items() {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Repr::Object(object) => object.serialize(serializer),
            Repr::Decimal(_) | Repr::Float(_) | Repr::Exact(_) => {
                self.as_number().serialize(serializer)
            }
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self {
            map.serialize_entry(key.as_str(), value)?;
        }
        map.end()
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let crate::number::Repr::Int(int) = &self.0 {
            return serializer.serialize_i64(*int);
        }
        match to_serde_number(self) {
            Some(number) => number.serialize(serializer),
            None => serializer.serialize_f64(self.as_f64()),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let kind = value.kind();
        value
            .as_object()
            .cloned()
            .ok_or_else(|| de::Error::custom(format_args!("expected an object, not a {kind}")))
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl Serialize for crate::Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for crate::Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Key, E> {
        Ok(Key::new(text))
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::null())
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::null())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Number::parse(&value.to_string()).map_or(Value::null(), Value::from))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Number::parse(&value.to_string()).map_or(Value::null(), Value::from))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // In `serde_json`'s writing, which is what it had: `1.0` stays `1.0`.
        let number = serde_json::Number::from_f64(value);
        Ok(number.map_or(Value::null(), |number| from_serde_number(&number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: Vec<(Key, Value)> = Vec::new();
        while let Some(key) = map.next_key::<Key>()? {
            if members.is_empty() && key == NUMBER_KEY {
                let text: String = map.next_value()?;
                let number = Number::parse(&text);
                return number.map(Value::from).ok_or_else(|| de::Error::custom("not a number"));
            }
            members.push((key, map.next_value()?));
        }
        Ok(Value::object(members))
    }
}
