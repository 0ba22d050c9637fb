//! What plain scalars mean: the core schema of YAML 1.2.2, section 10.3.2.
//! Where it would lose or change what people mean, texts stay texts.

use crate::{Number, Value};

/// The value of a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(),
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => number(text).map_or_else(|| Value::from(text), Value::from),
    }
}

/// The number that a scalar stands for.
pub(super) fn number(text: &str) -> Option<Number> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    if let Some(number) = Number::parse(text) {
        return Some(number);
    }
    for (mark, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(mark) {
            let is_plain = digits.bytes().all(|b| b.is_ascii_alphanumeric());
            return u64::from_str_radix(digits, radix).ok().filter(|_| is_plain).map(Number::from);
        }
    }
    // `+1`, `.5` and `5.` are numbers that JSON writes otherwise.
    let (sign, rest) = match first {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let zero = if rest.starts_with('.') { "0" } else { "" };
    let mantissa_end = rest.find(['e', 'E']).unwrap_or(rest.len());
    let (mantissa, exponent) = rest.split_at(mantissa_end);
    let mantissa = match mantissa.strip_suffix('.') {
        Some(whole) if !whole.is_empty() && !whole.contains('.') => whole,
        _ => mantissa,
    };
    Number::parse(&format!("{sign}{zero}{mantissa}{exponent}"))
}

/// The value of a scalar with a tag of the core schema, or what it should have been.
pub(super) fn tagged(tag: &str, text: &str) -> Result<Value, &'static str> {
    match tag {
        "int" => number(text).filter(Number::is_whole).map(Value::from).ok_or("a whole number"),
        "float" => number(text).map(Value::from).ok_or("a number"),
        "bool" => Some(resolve(text)).filter(|v| v.as_bool().is_some()).ok_or("true or false"),
        "null" => Some(resolve(text)).filter(Value::is_null).ok_or("null"),
        _ => Ok(Value::from(text)),
    }
}
