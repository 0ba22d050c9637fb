//! Writes values as YAML in block style, two spaces a level.
//! Texts stand plain where no reader could take them for anything else, and in quotes elsewhere.

use std::io;

use super::scalar;
use crate::{Value, fault::FormatError, json};

/// Writes a value as one document.
///
/// # Errors
/// [`FaultKind::Io`](crate::FaultKind::Io) only: every value has a form in YAML.
pub fn write(value: &Value, out: &mut impl io::Write) -> Result<(), FormatError> {
    out.write_all(to_string(value).as_bytes()).map_err(|error| FormatError::writing(&error))
}

/// Writes values as documents, each begun by `---`.
///
/// # Errors
/// As [`write`].
pub fn write_all<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    out: &mut impl io::Write,
) -> Result<(), FormatError> {
    for value in values {
        let text = format!("---\n{}", to_string(value));
        out.write_all(text.as_bytes()).map_err(|error| FormatError::writing(&error))?;
    }
    Ok(())
}

/// Writes a value as the text of one document.
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    if is_nested(value) {
        put_nested(value, 0, &mut out);
    } else {
        put_scalar(value, 0, &mut out);
        out.push('\n');
    }
    out
}

/// Whether the value takes lines of its own.
fn is_nested(value: &Value) -> bool {
    value.as_list().is_some_and(|items| !items.is_empty())
        || value.as_object().is_some_and(|object| !object.is_empty())
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Writes a list or an object; the first line stands where `out` ends.
fn put_nested(value: &Value, depth: usize, out: &mut String) {
    if let Some(items) = value.as_list() {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                indent(depth, out);
            }
            out.push('-');
            if is_nested(item) {
                out.push(' ');
                put_nested(item, depth + 1, out);
            } else {
                out.push(' ');
                put_scalar(item, depth + 1, out);
                out.push('\n');
            }
        }
        return;
    }
    let Some(object) = value.as_object() else { return };
    for (at, (key, value)) in object.iter().enumerate() {
        if at > 0 {
            indent(depth, out);
        }
        put_key(key.as_str(), depth, out);
        if is_nested(value) {
            out.push('\n');
            indent(depth + 1, out);
            put_nested(value, depth + 1, out);
        } else {
            out.push(' ');
            put_scalar(value, depth + 1, out);
            out.push('\n');
        }
    }
}

/// Readers look no further than 1,024 characters for the colon after a key (YAML 1.2.2, 7.4.2).
const MAX_KEY_BYTES: usize = 500;

fn put_key(key: &str, depth: usize, out: &mut String) {
    if key.len() > MAX_KEY_BYTES {
        out.push_str("? ");
        put_quoted(key, out);
        out.push('\n');
        indent(depth, out);
    } else if is_plain(key) {
        out.push_str(key);
    } else {
        put_quoted(key, out);
    }
    out.push(':');
}

fn put_scalar(value: &Value, depth: usize, out: &mut String) {
    match value.as_str() {
        None => out.push_str(&json::to_string(value)),
        Some(text) if is_plain(text) => out.push_str(text),
        Some(text) if is_block(text) => put_block(text, depth, out),
        Some(text) => put_quoted(text, out),
    }
}

/// Whether a text means itself without quotes, in YAML 1.1 too.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "y",
        "yes",
        "n",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
        "nan",
        "inf",
        "nil",
        "none",
        "undefined",
    ];
    let is_inner = |c: char| {
        c.is_alphanumeric()
            || matches!(c, ' ' | '_' | '-' | '.' | '/' | '@' | '+' | '(' | ')' | '$')
    };
    let Some(first) = text.chars().next() else { return false };
    (first.is_alphabetic() || matches!(first, '_' | '/' | '$'))
        && text.len() <= 200
        && text.chars().all(is_inner)
        && !text.ends_with(' ')
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && scalar::resolve(text).as_str().is_some()
}

/// Whether a text can stand as lines below its key, as it is.
fn is_block(text: &str) -> bool {
    let lines = || text.strip_suffix('\n').unwrap_or(text).split('\n');
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text.chars().all(|c| c == '\n' || is_printable(c))
        && lines().all(|line| line.is_empty() || !line.trim_matches([' ', '\t']).is_empty())
        && lines().next_back().is_some_and(|last| !last.is_empty())
}

fn put_block(text: &str, depth: usize, out: &mut String) {
    let (text, mark) = match text.strip_suffix('\n') {
        Some(text) => (text, "|"),
        None => (text, "|-"),
    };
    out.push_str(mark);
    for line in text.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(depth.max(1), out);
            out.push_str(line);
        }
    }
}

/// Whether a character may stand unescaped on a line (YAML 1.2.2, section 5.1, and no breaks).
fn is_printable(c: char) -> bool {
    !matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        | '\u{fffe}' | '\u{ffff}')
        || c == '\t'
}

fn put_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_printable(c) => out.push(c),
            _ => out.extend(["\\u", &format!("{:04X}", u32::from(c))]),
        }
    }
    out.push('"');
}
