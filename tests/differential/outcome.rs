//! What an expression came to, here and there, and whether that is the same.

use serde_json::Value as Json;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Nothing,
    Value(Json),
    /// A value with NaN, Infinity, a function or a hole in it, which JSON has no form for.
    Unwritable(Json),
    /// An error code, or what JavaScript says where the package has no code.
    Error(String),
}

impl Outcome {
    /// Reads a line of `evaluate.mjs`.
    pub(crate) fn read(line: &str) -> Self {
        let mut answer: Json = serde_json::from_str(line).unwrap_or_default();
        if let Some(code) = answer["error"].as_str() {
            return Self::Error(code.to_owned());
        }
        if answer.get("nothing").is_some() {
            return Self::Nothing;
        }
        let value = answer["result"].take();
        if has(&value, "not a number") || has(&value, "not a value") {
            return Self::Unwritable(value);
        }
        Self::Value(value)
    }

    pub(crate) fn shown(&self) -> String {
        let text = match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Value(value) | Self::Unwritable(value) => value.to_string(),
            Self::Error(code) => format!("error {code}"),
        };
        text.chars().take(300).collect()
    }

    pub(crate) fn is_error(&self, code: &str) -> bool {
        matches!(self, Self::Error(own) if own == code)
    }

    /// Whether both are the same: numbers by their value, members in any order. What JSON cannot
    /// hold has no result to compare; it has to be an error here.
    #[expect(clippy::float_cmp, reason = "the same number is meant, to the last digit")]
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(left), Self::Value(right)) => is_same(left, right, &|a, b| a == b),
            (Self::Unwritable(_), Self::Error(_)) => true,
            // JavaScript writes null for a hole in a list.
            (Self::Unwritable(left), Self::Value(right)) => {
                is_same(&with_null(left), right, &|a, b| a == b)
            }
            // A failure of JavaScript itself has no code to compare.
            (Self::Error(left), Self::Error(right)) if left.starts_with("JavaScript: ") => {
                right != "panic"
            }
            _ => self == other,
        }
    }
}

pub(crate) fn is_hole(value: &Json) -> bool {
    value.get("not a value").is_some_and(|what| what == "nothing")
}

fn with_null(value: &Json) -> Json {
    match value {
        _ if is_hole(value) => Json::Null,
        Json::Array(items) => items.iter().map(with_null).collect(),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), with_null(value)));
            Json::Object(members.collect())
        }
        _ => value.clone(),
    }
}

/// Whether a value has a mark of `evaluate.mjs` anywhere.
fn has(value: &Json, mark: &str) -> bool {
    match value {
        Json::Array(items) => items.iter().any(|item| has(item, mark)),
        Json::Object(members) => {
            members.contains_key(mark) || members.values().any(|item| has(item, mark))
        }
        _ => false,
    }
}

/// Whether two values are the same, where `numbers` tells it of two numbers.
pub(crate) fn is_same(left: &Json, right: &Json, numbers: &dyn Fn(f64, f64) -> bool) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| numbers(left, right))
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| is_same(left, right, numbers))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| {
                    right.get(key).is_some_and(|right| is_same(left, right, numbers))
                })
        }
        _ => left == right,
    }
}
