//! One JSONata expression: read once, evaluated for many items. Not texts with expressions in
//! them: see `template`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use data::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fast::{self, Fast, Stop, is_true};
use crate::reference::{Reference, Target, references};
use crate::runtime::{self, Program};
use crate::scan::{Kind, Token, span, tokens};
use crate::{Fault, Names};

/// A JSONata expression. Cheap to clone, and shared between threads.
#[derive(Clone)]
pub struct Expression(Arc<Inner>);

struct Inner {
    id: u64,
    source: String,
    references: Vec<Reference>,
    impure: bool,
    literal: bool,
    path: Option<Vec<String>>,
    fast: Option<Fast>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let tokens = tokens(source)?;
        runtime::check(source, &tokens)?;
        Ok(Self(Arc::new(Inner {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            source: source.to_owned(),
            references: references(source, &tokens)?,
            impure: tokens.iter().any(is_impure),
            literal: is_literal(&tokens),
            path: as_path(&tokens),
            fast: fast::compile(source, &tokens),
        })))
    }

    /// Evaluates the expression for an item. `None` is JSONata's "nothing", which is not null.
    ///
    /// # Errors
    /// JSONata's own, a limit of time, depth or length that was reached, or a name that cannot be
    /// resolved.
    pub fn eval(&self, item: &Value, names: &dyn Names) -> Result<Option<Value>, Fault> {
        if let Some(fast) = &self.0.fast {
            match fast.eval(item, names) {
                Ok(value) => return Ok(value),
                Err(Stop::Fault { start, end, fault }) => {
                    return Err(fault.at(span(&self.0.source, start, end)));
                }
                Err(Stop::Leave) => {}
            }
        }
        runtime::eval(&self.program(), item, names)
    }

    /// Evaluates the expression for an item, to a yes or no by JSONata's `$boolean`: empty texts,
    /// lists and objects, zero, null and nothing are no.
    ///
    /// # Errors
    /// As [`Expression::eval`].
    pub fn test(&self, item: &Value, names: &dyn Names) -> Result<bool, Fault> {
        Ok(self.eval(item, names)?.is_some_and(|value| is_true(&value)))
    }

    /// The source as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What the expression refers to besides its item, in the order of the source.
    pub fn references(&self) -> &[Reference] {
        &self.0.references
    }

    /// Whether the expression is one text, number, `true`, `false` or `null`.
    pub fn is_literal(&self) -> bool {
        self.0.literal
    }

    /// The field names, where the expression is a plain path such as `customer.address.city`.
    pub fn as_path(&self) -> Option<&[String]> {
        self.0.path.as_deref()
    }

    fn program(&self) -> Program<'_> {
        Program {
            id: self.0.id,
            source: &self.0.source,
            references: &self.0.references,
            impure: self.0.impure,
        }
    }
}

fn is_impure(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Variable("now" | "millis" | "random" | "shuffle" | "eval"))
}

fn is_literal(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [token] => match token.kind {
            Kind::Text(_) | Kind::Number(_) => true,
            Kind::Word(word) => matches!(word, "true" | "false" | "null"),
            _ => false,
        },
        [minus, number] => {
            minus.kind == Kind::Symbol("-") && matches!(number.kind, Kind::Number(_))
        }
        _ => false,
    }
}

fn as_path(tokens: &[Token<'_>]) -> Option<Vec<String>> {
    if tokens.len().is_multiple_of(2) || is_literal(tokens) {
        return None;
    }
    let mut names = Vec::with_capacity(tokens.len() / 2 + 1);
    for (index, token) in tokens.iter().enumerate() {
        match (&token.kind, index % 2) {
            (Kind::Word(name) | Kind::Quoted(name), 0) => names.push((*name).to_owned()),
            (Kind::Symbol("."), 1) => {}
            _ => return None,
        }
    }
    Some(names)
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.0.source)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Expression {}

impl std::str::FromStr for Expression {
    type Err = Fault;

    fn from_str(source: &str) -> Result<Self, Fault> {
        Self::parse(source)
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.source)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        Self::parse(&source).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Expression {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "expression" })
    }
}

impl Target {
    /// The reference as it is written in an expression.
    pub fn text(&self) -> String {
        match self {
            Self::Var(name) => format!("$vars.{name}"),
            Self::Vars => "$vars".to_owned(),
            Self::Env(name) => format!("$env.{name}"),
            Self::Envs => "$env".to_owned(),
            Self::Node(id) => format!("$node(\"{id}\")"),
            Self::Run => "$run".to_owned(),
            Self::Unknown(name) => format!("${name}"),
        }
    }
}

#[cfg(test)]
mod tests;
