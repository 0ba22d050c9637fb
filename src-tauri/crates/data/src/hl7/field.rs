//! Fields as values and as text, with their escapes.

use super::error::{Hl7Error, unwritable};
use crate::Value;

/// The key of a repetition.
const REPEAT: &str = "repeat";

/// The characters that set a message's parts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Separators {
    pub(super) field: char,
    pub(super) component: Option<char>,
    pub(super) repetition: Option<char>,
    pub(super) escape: Option<char>,
    pub(super) subcomponent: Option<char>,
}

impl Separators {
    /// Reads the separators that stand after `MSH`, `BHS` or `FHS`; the second says what is odd.
    pub(super) fn of_header(text: &str) -> Result<(Self, Option<&'static str>), &'static str> {
        let mut chars = text.chars().skip(3);
        let field = chars.next().ok_or("the separator of fields is missing")?;
        let encoding: Vec<char> = chars.take_while(|c| *c != field).take(6).collect();
        let at = |place: usize| encoding.get(place).copied();
        let mut found =
            Self { field, component: at(0), repetition: at(1), escape: at(2), subcomponent: at(3) };
        let mut odd = None;
        // `^~\\&` comes from programs that escape the backslash once too often.
        if found.subcomponent.is_some() && found.subcomponent == found.escape && at(4).is_some() {
            found.subcomponent = at(4);
            odd = Some("the escape character stands there twice");
        }
        let all = [found.component, found.repetition, found.escape, found.subcomponent];
        let all: Vec<char> = all.into_iter().flatten().chain([field]).collect();
        for (at, c) in all.iter().enumerate() {
            if c.is_alphanumeric() || c.is_whitespace() || c.is_control() {
                return Err("a letter, a digit or white space cannot separate");
            }
            if all[..at].contains(c) {
                return Err("one character is to separate two things");
            }
        }
        Ok((found, odd))
    }

    fn contains(&self, c: char) -> bool {
        let all = [self.component, self.repetition, self.escape, self.subcomponent];
        c == self.field || all.contains(&Some(c))
    }
}

/// Takes a field apart.
pub(super) fn parse(text: &str, separators: &Separators) -> Value {
    match split(text, separators.repetition) {
        None => parse_components(text, separators),
        Some(parts) => {
            let repeats: Value = parts.map(|part| parse_components(part, separators)).collect();
            Value::object([(REPEAT, repeats)])
        }
    }
}

fn parse_components(text: &str, separators: &Separators) -> Value {
    let component = |part: &str| match split(part, separators.subcomponent) {
        None => Value::from(unescape(part, separators)),
        Some(parts) => parts.map(|part| Value::from(unescape(part, separators))).collect(),
    };
    match split(text, separators.component) {
        Some(parts) => parts.map(component).collect(),
        None => match component(text) {
            // Subcomponents are always within a component.
            parts if parts.as_list().is_some() => Value::list([parts]),
            text => text,
        },
    }
}

/// The parts between a separator; nothing if it is not there.
fn split(text: &str, separator: Option<char>) -> Option<std::str::Split<'_, char>> {
    let separator = separator?;
    text.contains(separator).then(|| text.split(separator))
}

fn unescape(text: &str, separators: &Separators) -> String {
    let Some(escape) = separators.escape.filter(|escape| text.contains(*escape)) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(escape) {
        out.push_str(&rest[..at]);
        let after = &rest[at + escape.len_utf8()..];
        let Some(end) = after.find(escape) else {
            // An escape that is not closed is a text like any other.
            out.push_str(&rest[at..]);
            return out;
        };
        let code = &after[..end];
        if let Some(text) = escaped_text(code, separators) {
            out.push_str(&text);
        } else if is_kept(code) {
            out.push(escape);
            out.push_str(code);
            out.push(escape);
        } else {
            // Not an escape: the first character is text, the second may begin one.
            out.push(escape);
            rest = after;
            continue;
        }
        rest = &after[end + escape.len_utf8()..];
    }
    out.push_str(rest);
    out
}

/// What an escape stands for. Source: HL7 v2.8, 2.7.
fn escaped_text(code: &str, separators: &Separators) -> Option<String> {
    let one = |c: Option<char>| c.map(String::from);
    match code {
        "F" => one(Some(separators.field)),
        "S" => one(separators.component),
        "T" => one(separators.subcomponent),
        "R" => one(separators.repetition),
        "E" => one(separators.escape),
        ".br" => Some("\n".to_owned()),
        _ => hex_text(code.strip_prefix('X')?),
    }
}

fn hex_text(digits: &str) -> Option<String> {
    if digits.is_empty() || !digits.is_ascii() || digits.len() % 2 == 1 {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    let all_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes.filter(|_| all_hex)?).ok()
}

/// Whether an escape is kept as it is: highlighting, layout, character sets, local ones, and bytes
/// that are no text.
fn is_kept(code: &str) -> bool {
    let mut chars = code.chars();
    match chars.next() {
        Some('H' | 'N') => chars.next().is_none(),
        Some('C' | 'M' | 'X' | 'Z') => code.len() > 1 && chars.all(|c| c.is_ascii_alphanumeric()),
        Some('.') => {
            let rest = chars.as_str();
            rest != "br"
                && rest.get(..2).is_some_and(|name| name.bytes().all(|b| b.is_ascii_lowercase()))
                && rest[2..].chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' '))
        }
        _ => false,
    }
}

/// Writes a field.
pub(super) fn write(
    value: &Value,
    separators: &Separators,
    path: &str,
    out: &mut String,
) -> Result<(), Hl7Error> {
    let Some(repeats) = value.get(REPEAT).and_then(Value::as_list) else {
        return write_components(value, separators, path, out);
    };
    for (at, repeat) in repeats.iter().enumerate() {
        if at > 0 {
            out.push(needed(separators.repetition, "repetitions", path)?);
        }
        write_components(repeat, separators, &format!("{path}.{REPEAT}[{at}]"), out)?;
    }
    Ok(())
}

fn needed(separator: Option<char>, what: &str, path: &str) -> Result<char, Hl7Error> {
    separator
        .ok_or_else(|| unwritable(path, format!("has {what}, for which MSH-2 has no separator")))
}

fn write_components(
    value: &Value,
    separators: &Separators,
    path: &str,
    out: &mut String,
) -> Result<(), Hl7Error> {
    let Some(components) = value.as_list() else {
        return write_text(value, separators, path, out);
    };
    for (at, component) in components.iter().enumerate() {
        let path = format!("{path}[{at}]");
        if at > 0 {
            out.push(needed(separators.component, "components", &path)?);
        }
        let Some(parts) = component.as_list() else {
            write_text(component, separators, &path, out)?;
            continue;
        };
        for (at, part) in parts.iter().enumerate() {
            let path = format!("{path}[{at}]");
            if at > 0 {
                out.push(needed(separators.subcomponent, "subcomponents", &path)?);
            }
            write_text(part, separators, &path, out)?;
        }
    }
    Ok(())
}

fn write_text(
    value: &Value,
    separators: &Separators,
    path: &str,
    out: &mut String,
) -> Result<(), Hl7Error> {
    let number = value.as_number();
    let digits = number.as_ref().map(crate::Number::text);
    let text = match (value.as_str(), &digits) {
        (Some(text), _) => text,
        (None, Some(digits)) => digits.as_ref(),
        (None, None) if value.is_null() => return Ok(()),
        _ => return Err(unwritable(path, format!("is a {}, and a text is needed", value.kind()))),
    };
    escape(text, separators, path, out)
}

fn escape(
    text: &str,
    separators: &Separators,
    path: &str,
    out: &mut String,
) -> Result<(), Hl7Error> {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if separators.escape == Some(c) {
            if let Some(code) = after.split(c).next().filter(|code| after.len() > code.len()) {
                let is_whole = !code.chars().any(|c| separators.contains(c));
                if is_whole && is_kept(code) && escaped_text(code, separators).is_none() {
                    let n_bytes = code.len() + 2 * c.len_utf8();
                    out.push_str(&rest[..n_bytes]);
                    rest = &rest[n_bytes..];
                    continue;
                }
            }
        }
        rest = after;
        let code = match c {
            '\n' => ".br",
            '\r' => "X0D",
            c if c == separators.field => "F",
            c if separators.component == Some(c) => "S",
            c if separators.subcomponent == Some(c) => "T",
            c if separators.repetition == Some(c) => "R",
            c if separators.escape == Some(c) => "E",
            // The bytes that frame messages.
            '\u{b}' => "X0B",
            '\u{1c}' => "X1C",
            c => {
                debug_assert!(!separators.contains(c));
                out.push(c);
                continue;
            }
        };
        let Some(escape) = separators.escape else {
            let shown = c.escape_debug();
            return Err(unwritable(
                path,
                format!("contains `{shown}`, and MSH-2 has no character to escape it with"),
            ));
        };
        out.push(escape);
        out.push_str(code);
        out.push(escape);
    }
    Ok(())
}
