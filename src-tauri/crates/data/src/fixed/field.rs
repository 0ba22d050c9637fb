//! One column of one line: its text as a value, and a value as its text.
//! Numbers keep their digits; what does not fit is said, never cut.

use super::layout::{Align, Column, ColumnKind, Trim};
use crate::{
    Number, Value,
    fault::{a, shown},
    json,
};

/// The value of a column's text.
pub(super) fn read(column: &Column, text: &str) -> Result<Value, String> {
    if column.kind == ColumnKind::Text {
        return Ok(Value::from(trim_text(column, text)));
    }
    let plain = text.trim_matches(' ');
    if plain.is_empty() {
        return Ok(Value::null());
    }
    let number = match column.decimals.filter(|_| column.kind == ColumnKind::Decimal) {
        Some(decimals) => implied(plain, usize::from(decimals)),
        None => written(plain).filter(|number| {
            column.kind == ColumnKind::Decimal || number.is_whole() && !plain.contains('.')
        }),
    };
    number.map(Value::from).ok_or_else(|| {
        let wanted = match (column.kind, column.decimals) {
            (ColumnKind::Decimal, None) => "a number",
            _ => "digits",
        };
        format!("column `{}` holds {}, which is not {wanted}", column.name, shown(text))
    })
}

fn trim_text<'t>(column: &Column, text: &'t str) -> &'t str {
    let pad = column.pad();
    let text = match column.align() {
        _ if pad == ' ' => text,
        Align::Left => text.trim_end_matches(pad),
        Align::Right => text.trim_start_matches(pad),
    };
    match column.trim {
        Trim::Both => text.trim_matches(' '),
        Trim::Left => text.trim_start_matches(' '),
        Trim::Right => text.trim_end_matches(' '),
        Trim::None => text,
    }
}

fn split_sign(text: &str) -> (&str, &str) {
    match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A number as it is written, with zeros before it.
fn written(text: &str) -> Option<Number> {
    let (sign, rest) = split_sign(text);
    if !rest.starts_with(|c: char| c.is_ascii_digit())
        || !rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return None;
    }
    let digits = rest.trim_start_matches('0');
    let zero = if digits.is_empty() || digits.starts_with('.') { "0" } else { "" };
    Number::parse(&format!("{}{zero}{digits}", if is_zero(digits) { "" } else { sign }))
}

/// Digits of which the last ones stand after a point that is not written.
fn implied(text: &str, decimals: usize) -> Option<Number> {
    let (sign, digits) = split_sign(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if decimals > 0 { "." } else { "" };
    written(&format!("{sign}{whole}{point}{fraction}"))
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|b| matches!(b, b'0' | b'.'))
}

/// The text of a value, as long as the column.
pub(super) fn write(column: &Column, value: &Value) -> Result<String, String> {
    let name = &column.name;
    if value.is_null() {
        return Ok(" ".repeat(column.length));
    }
    if value.as_list().is_some() || value.as_object().is_some() {
        return Err(format!("column `{name}` takes no {}; map it to a text", value.kind()));
    }
    let text = match column.kind {
        ColumnKind::Text => plain(value),
        ColumnKind::Integer | ColumnKind::Decimal => number_text(column, value)?,
    };
    if text.contains(['\n', '\r']) {
        return Err(format!("column `{name}` cannot hold a line break"));
    }
    let n_chars = text.chars().count();
    let Some(n_pads) = column.length.checked_sub(n_chars) else {
        return Err(format!(
            "{} has {n_chars} characters but column `{name}` has {}; shorten it",
            shown(&text),
            column.length
        ));
    };
    let pad = column.pad();
    let fill: String = std::iter::repeat_n(pad, n_pads).collect();
    Ok(match (column.align(), text.strip_prefix('-')) {
        (Align::Left, _) => text + &fill,
        // Zeros stand between the sign and the digits.
        (Align::Right, Some(digits)) if pad == '0' && column.kind != ColumnKind::Text => {
            format!("-{fill}{digits}")
        }
        (Align::Right, _) => fill + &text,
    })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| json::to_string(value), str::to_owned)
}

fn number_text(column: &Column, value: &Value) -> Result<String, String> {
    let name = &column.name;
    let text = plain(value);
    let Some(number) = value.as_number().or_else(|| Number::parse(text.trim())) else {
        return Err(format!(
            "{} in column `{name}` is {}, not a number",
            shown(&text),
            a(value.kind())
        ));
    };
    let Some((sign, whole, fraction)) = digits(&number) else {
        return Err(format!("{} has too many digits for column `{name}`", shown(&text)));
    };
    let fraction = fraction.trim_end_matches('0');
    let decimals = match (column.kind, column.decimals) {
        (ColumnKind::Decimal, None) => {
            let point = if fraction.is_empty() { "" } else { "." };
            return Ok(format!("{sign}{whole}{point}{fraction}"));
        }
        (ColumnKind::Decimal, Some(decimals)) => usize::from(decimals),
        _ => 0,
    };
    if fraction.len() > decimals {
        return Err(format!(
            "{} has more than the {decimals} decimals of column `{name}`; round it first",
            shown(&text)
        ));
    }
    Ok(format!("{sign}{whole}{fraction:0<decimals$}"))
}

/// Sign, digits before and digits after the point; nothing for what no column could hold.
fn digits(number: &Number) -> Option<(&'static str, String, String)> {
    let text = number.text().into_owned();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.as_str()),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    if exponent.abs() > 400 {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let point = whole.len() as i32 + exponent;
    let (whole, fraction) = if point <= 0 {
        (String::new(), format!("{}{all}", "0".repeat(point.unsigned_abs() as usize)))
    } else if point as usize >= all.len() {
        (format!("{all}{}", "0".repeat(point as usize - all.len())), String::new())
    } else {
        (all[..point as usize].to_owned(), all[point as usize..].to_owned())
    };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if is_zero(whole) && is_zero(&fraction) { "" } else { sign };
    Some((sign, whole.to_owned(), fraction))
}
