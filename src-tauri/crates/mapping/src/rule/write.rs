//! Writes rules as JSONata. Reading them back is `read`'s.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::menu::{Form, form};
use super::{Rule, Step};

impl Rule {
    /// The rule as JSONata. A function that the menu does not have is written as JSONata's own of
    /// that name.
    pub fn text(&self) -> String {
        match self {
            Self::Path { path } => path.clone(),
            Self::Constant { value } => constant(value),
            Self::Concat { parts } => joined(parts, " & "),
            Self::All { parts } => joined(parts, " and "),
            Self::Any { parts } => joined(parts, " or "),
            Self::Chain { of, steps } => chain(of, steps),
            Self::Math { op, left, right } => {
                format!("{} {} {}", operand(left), op.sign(), operand(right))
            }
            Self::Compare { op, left, right } => {
                format!("{} {} {}", operand(left), op.sign(), operand(right))
            }
            Self::If { test, then, otherwise } => {
                let mut text = format!("{} ? {}", operand(test), operand(then));
                if let Some(otherwise) = otherwise {
                    let _ = write!(text, " : {}", operand(otherwise));
                }
                text
            }
            Self::Each { list, rule } => format!("{list}.({})", rule.text()),
        }
    }
}

fn joined(parts: &[Rule], between: &str) -> String {
    parts.iter().map(operand).collect::<Vec<_>>().join(between)
}

/// A rule as one side of an operator: in brackets unless it holds together by itself.
fn operand(rule: &Rule) -> String {
    let text = rule.text();
    if is_one_piece(rule) { text } else { format!("({text})") }
}

fn is_one_piece(rule: &Rule) -> bool {
    match rule {
        Rule::Path { .. } | Rule::Constant { .. } | Rule::Each { .. } => true,
        Rule::Chain { steps, .. } => steps.last().is_some_and(|step| {
            !matches!(form(&step.function), Some(Form::IfMissing | Form::IfEmpty))
        }),
        _ => false,
    }
}

fn chain(of: &Rule, steps: &[Step]) -> String {
    let mut is_piece = is_one_piece(of);
    let mut text = of.text();
    for step in steps {
        let args: Vec<String> = step.args.iter().map(Rule::text).collect();
        let arg = |at: usize| args.get(at).map_or("", String::as_str);
        let form = form(&step.function);
        text = match form {
            Some(Form::IfMissing | Form::IfEmpty) => {
                let sign = if form == Some(Form::IfEmpty) { "?:" } else { "??" };
                let value = if is_piece { text } else { format!("({text})") };
                let other = step.args.first().map(operand).unwrap_or_default();
                format!("{value} {sign} {other}")
            }
            Some(Form::At(index)) => format!("({text})[{index}]"),
            Some(Form::First) => format!("$substring({text}, 0, {})", arg(0)),
            Some(Form::Last) => format!("$substring({text}, {})", negative(arg(0))),
            Some(Form::PadStart) => format!("$pad({text}, {}, {})", negative(arg(0)), arg(1)),
            Some(Form::Before(name)) => format!("${name}({}, {text})", arg(0)),
            Some(Form::WriteDate) => format!("$fromMillis($toMillis({text}), {})", arg(0)),
            Some(Form::ReadDate) => format!("$fromMillis($toMillis({text}, {}))", arg(0)),
            Some(Form::ChangeDate) => {
                format!("$fromMillis($toMillis({text}, {}), {})", arg(0), arg(1))
            }
            Some(Form::Call(name)) => call(name, &text, &args),
            None => call(&step.function, &text, &args),
        };
        is_piece = !matches!(form, Some(Form::IfMissing | Form::IfEmpty));
    }
    text
}

fn negative(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None => format!("-{number}"),
    }
}

fn call(name: &str, value: &str, args: &[String]) -> String {
    let mut text = format!("${name}({value}");
    for arg in args {
        text.push_str(", ");
        text.push_str(arg);
    }
    text.push(')');
    text
}

/// A fixed value as JSONata: JSON is JSONata, but for the quotes that a reader likes.
fn constant(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(constant).collect::<Vec<_>>().join(", "))
        }
        Json::Object(members) => {
            let member =
                |(key, value): (&String, &Json)| format!("{}: {}", quoted(key), constant(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A text in quotes; JSONata's escapes are JSON's.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

/// The name of a field as a step of a path: in back-ticks where it is no plain word.
pub fn path_name(name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !matches!(name, "and" | "or" | "in" | "true" | "false" | "null" | "function");
    // A name with a back-tick in it can only stand as it is.
    if is_word || name.contains('`') { name.to_owned() } else { format!("`{name}`") }
}
