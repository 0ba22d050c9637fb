//! Reads rules back from JSONata: only what `write` writes is a rule.

use serde_json::Value as Json;

use super::Rule;
use crate::Expression;
use crate::scan::{Kind, tokens};

impl Rule {
    /// The rule that an expression is; none where it does more than a rule can.
    pub fn read(text: &str) -> Option<Self> {
        let expression = Expression::parse(text).ok()?;
        if expression.as_path().is_some() {
            return Some(Self::Path { path: text.trim().to_owned() });
        }
        if expression.is_literal() {
            return Some(Self::Constant { value: literal(text)? });
        }
        None
    }
}

fn literal(text: &str) -> Option<Json> {
    match &tokens(text).ok()?[..] {
        [token] => match &token.kind {
            Kind::Text(text) => Some(Json::from(text.to_string())),
            _ => serde_json::from_str(text.trim()).ok(),
        },
        _ => serde_json::from_str(text.trim()).ok(),
    }
}
