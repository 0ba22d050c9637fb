//! What an expression came to, here and there, and whether that is the same.

use serde_json::Value as Json;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Nothing,
    Value(Json),
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
            Self::Nothing
        } else {
            Self::Value(answer["result"].take())
        }
    }

    pub(crate) fn shown(&self) -> String {
        let text = match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Value(value) => value.to_string(),
            Self::Error(code) => format!("error {code}"),
        };
        text.chars().take(300).collect()
    }

    pub(crate) fn is_error(&self, code: &str) -> bool {
        matches!(self, Self::Error(own) if own == code)
    }

    /// Whether both are the same: numbers by their value, members in any order.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(left), Self::Value(right)) => is_same(left, right),
            _ => self == other,
        }
    }
}

fn is_same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| is_same(left, right)))
        }
        _ => left == right,
    }
}
