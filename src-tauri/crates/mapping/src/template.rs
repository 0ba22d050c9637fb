//! Texts with `{{ expression }}` in them. Not single expressions, and not JSON with texts in it.
//!
//! A text that is one whole `{{ }}` keeps the type of its result; in a longer text results become
//! text. `{{{{` stands for two braces that begin nothing; `}}` outside an expression is just text.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use data::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use crate::reference::Reference;
use crate::syntax::{Kind, Lexer, span, units};
use crate::{Expression, Fault, Names, Span};

/// A text in which expressions are replaced by their results. Cheap to clone.
#[derive(Clone)]
pub struct Template(Arc<Inner>);

struct Inner {
    source: Json,
    /// The value, where there are no expressions.
    fixed: Option<Value>,
    parts: Vec<Part>,
    references: Vec<Reference>,
}

enum Part {
    Text(String),
    Expression { expression: Expression, place: Span },
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// `G0001` for an unclosed `{{`, or what is wrong with an expression; the place counts in the
    /// whole text.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        let parts = parts(source)?;
        let references = parts.iter().flat_map(Part::references).collect();
        let fixed = match &parts[..] {
            [] => Some(Value::from("")),
            [Part::Text(text)] => Some(Value::from(text.as_str())),
            _ => None,
        };
        Ok(Self(Arc::new(Inner { source: Json::from(source), fixed, parts, references })))
    }

    /// The template that gives this value and has no expressions.
    pub fn literal(value: Json) -> Self {
        let fixed = Some(Value::from_serde(&value));
        Self(Arc::new(Inner { source: value, fixed, parts: Vec::new(), references: Vec::new() }))
    }

    /// Fills the template in for an item. `None` where it is one whole `{{ }}` that gives nothing.
    ///
    /// # Errors
    /// An expression's fault, or `G0002` where one in a longer text gives nothing.
    pub fn render(&self, item: &Value, names: &dyn Names) -> Result<Option<Value>, Fault> {
        if let [Part::Expression { expression, place }] = &self.0.parts[..] {
            return expression.eval(item, names).map_err(|fault| within(fault, place));
        }
        match &self.0.fixed {
            Some(fixed) => Ok(Some(fixed.clone())),
            None => self.text(item, names).map(|text| Some(Value::from(text))),
        }
    }

    /// Fills the template in for an item, as a text: numbers with exactly their digits, lists and
    /// objects as compact JSON.
    ///
    /// # Errors
    /// An expression's fault, or `G0002` where one gives nothing.
    pub fn text(&self, item: &Value, names: &dyn Names) -> Result<String, Fault> {
        let mut out = String::new();
        if let Some(fixed) = &self.0.fixed {
            push_text(&mut out, fixed);
        }
        let parts = if self.0.fixed.is_some() { &[] } else { &self.0.parts[..] };
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Expression { expression, place } => {
                    let value =
                        expression.eval(item, names).map_err(|fault| within(fault, place))?;
                    let value = value.ok_or_else(|| gives_nothing(expression, place))?;
                    push_text(&mut out, &value);
                }
            }
        }
        Ok(out)
    }

    /// The value, where there are no expressions in it.
    pub fn fixed(&self) -> Option<&Value> {
        self.0.fixed.as_ref()
    }

    /// The source as it was written.
    pub fn source(&self) -> Cow<'_, str> {
        match &self.0.source {
            Json::String(source) => Cow::Borrowed(source),
            other => Cow::Owned(other.to_string()),
        }
    }

    /// What the expressions refer to besides the item; the places count in the whole text.
    pub fn references(&self) -> &[Reference] {
        &self.0.references
    }

    /// Whether there are no expressions in it.
    pub fn is_literal(&self) -> bool {
        self.0.fixed.is_some()
    }

    /// The expression, where the template is one whole `{{ }}`.
    pub fn as_expression(&self) -> Option<&Expression> {
        match &self.0.parts[..] {
            [Part::Expression { expression, .. }] => Some(expression),
            _ => None,
        }
    }

    /// The expressions in it, each with its place in the whole text.
    pub fn expressions(&self) -> impl Iterator<Item = (&Expression, &Span)> {
        self.0.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Expression { expression, place } => Some((expression, place)),
        })
    }
}

impl Part {
    fn references(&self) -> Vec<Reference> {
        let Self::Expression { expression, place } = self else { return Vec::new() };
        let shift = |found: &Reference| Reference {
            to: found.to.clone(),
            span: found.span.start + place.start..found.span.end + place.start,
        };
        expression.references().iter().map(shift).collect()
    }
}

fn parts(source: &str) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while let Some(found) = source[at..].find("{{") {
        let open = at + found;
        text.push_str(&source[at..open]);
        if source[open..].starts_with("{{{{") {
            text.push_str("{{");
            at = open + 4;
            continue;
        }
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        let start = open + 2;
        let end = closing(source, start)?.ok_or_else(|| unclosed(source, open))?;
        let offset = units(&source[..start]);
        let expression =
            Expression::parse(&source[start..end]).map_err(|fault| fault.shifted(offset))?;
        let place = span(source, start, end);
        parts.push(Part::Expression { expression, place });
        at = end + 2;
    }
    text.push_str(&source[at..]);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

/// Finds the `}}` that ends the expression beginning at `start`: the first one that is in no text,
/// comment or bracket.
fn closing(source: &str, start: usize) -> Result<Option<usize>, Fault> {
    let mut lexer = Lexer::new(source, start);
    let mut depth = 0_usize;
    // A slash begins a regular expression where no value stands before it.
    let mut operand_is_due = true;
    loop {
        let token = match lexer.next(operand_is_due) {
            Ok(token) => token,
            // What has no end swallows the braces: tell of that, if the braces are there.
            Err(fault) => {
                return if source[start..].contains("}}") { Err(fault) } else { Ok(None) };
            }
        };
        operand_is_due = match token.kind {
            Kind::Symbol(symbol) => !matches!(symbol, ")" | "]" | "}" | "%"),
            _ => false,
        };
        match token.kind {
            Kind::End => return Ok(None),
            Kind::Symbol("{") => depth += 1,
            Kind::Symbol("}") if depth > 0 => depth -= 1,
            Kind::Symbol("}") if source[token.end..].starts_with('}') => {
                return Ok(Some(token.start));
            }
            _ => {}
        }
    }
}

fn unclosed(source: &str, open: usize) -> Fault {
    Fault::new(
        "G0001",
        "An expression begins here with {{ and is not closed. Add }} behind it, or write {{{{ for two plain braces.",
    )
    .at(span(source, open, open + 2))
}

/// A fault of an expression, placed in the whole text.
fn within(fault: Fault, place: &Span) -> Fault {
    match fault.span {
        Some(_) => fault.shifted(place.start),
        None => fault.at(place.clone()),
    }
}

fn gives_nothing(expression: &Expression, place: &Span) -> Fault {
    Fault::new(
        "G0002",
        format!(
            "{{{{ {} }}}} gives nothing for this item, so that the text cannot be made. Is the field missing?",
            expression.source().trim()
        ),
    )
    .at(place.clone())
}

fn push_text(out: &mut String, value: &Value) {
    match value.as_str() {
        Some(text) => out.push_str(text),
        None => out.push_str(&value.to_string()),
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({})", self.0.source)
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Default for Template {
    fn default() -> Self {
        Self::literal(Json::from(""))
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.source.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Template {
    /// Takes a text; a number, `true`, `false` and null are taken as they are.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(source) => Self::parse(&source).map_err(serde::de::Error::custom),
            Json::Array(_) | Json::Object(_) => {
                Err(serde::de::Error::custom("a text is needed here, not a list or an object"))
            }
            other => Ok(Self::literal(other)),
        }
    }
}

impl JsonSchema for Template {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "number", "boolean", "null"],
            "format": "template"
        })
    }
}

#[cfg(test)]
mod tests;
