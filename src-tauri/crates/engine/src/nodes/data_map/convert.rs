//! Turns values into the type that a field must have, or says why that cannot be.

use data::{Number, Value};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a field can be turned into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldType {
    /// As it is.
    #[default]
    Any,
    /// A text; numbers keep their digits.
    Text,
    /// A number, also from a text such as `19.90`.
    Number,
    /// A number without a fraction.
    Integer,
    /// True or false, also from `yes`, `no`, `1` and `0`.
    Boolean,
    /// A day, written `2026-03-01`.
    Date,
    /// A moment, written `2026-03-01T09:30:00Z`. One without an offset is taken as UTC.
    DateTime,
    /// A list; a single value becomes a list of one.
    List,
    /// An object.
    Object,
}

/// Turns a value into a type; null stays null.
///
/// # Errors
/// The end of a sentence that begins with the field: `is "abc", which is no number.`
pub(crate) fn convert(value: &Value, to: FieldType) -> Result<Value, String> {
    if value.is_null() && to != FieldType::List {
        return Ok(Value::null());
    }
    let converted = match to {
        FieldType::Any => Some(value.clone()),
        FieldType::Text => text(value),
        FieldType::Number => number(value).map(Value::from),
        FieldType::Integer => number(value).and_then(whole),
        FieldType::Boolean => boolean(value).map(Value::from),
        FieldType::Date => value.as_str().and_then(date),
        FieldType::DateTime => date_time(value),
        FieldType::List => Some(list(value)),
        FieldType::Object => value.as_object().map(|_| value.clone()),
    };
    converted.ok_or_else(|| format!("is {}, which is no {}.", shown(value), name(to)))
}

fn name(to: FieldType) -> &'static str {
    match to {
        FieldType::Any => "value",
        FieldType::Text => "text",
        FieldType::Number => "number",
        FieldType::Integer => "whole number",
        FieldType::Boolean => "true or false",
        FieldType::Date => "date such as 2026-03-01",
        FieldType::DateTime => "time such as 2026-03-01T09:30:00Z",
        FieldType::List => "list",
        FieldType::Object => "object",
    }
}

/// A value as it is told in an error: short.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn text(value: &Value) -> Option<Value> {
    if let Some(bool) = value.as_bool() {
        return Some(Value::from(if bool { "true" } else { "false" }));
    }
    match value.as_number() {
        Some(number) => Some(Value::from(&*number.text())),
        None => value.as_str().map(|_| value.clone()),
    }
}

fn number(value: &Value) -> Option<Number> {
    match value.as_str() {
        Some(text) => Number::parse(text.trim().trim_start_matches('+')),
        None => value.as_number(),
    }
}

fn whole(number: Number) -> Option<Value> {
    if let Some(int) = number.as_i64() {
        return Some(Value::from(int));
    }
    number.is_whole().then(|| Value::from(number))
}

fn boolean(value: &Value) -> Option<bool> {
    if let Some(bool) = value.as_bool() {
        return Some(bool);
    }
    match value.as_str().map(|text| text.trim().to_ascii_lowercase()).as_deref() {
        Some("true" | "yes" | "1") => Some(true),
        Some("false" | "no" | "0") => Some(false),
        Some(_) => None,
        None => match value.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
    }
}

/// A day, from ISO 8601 with or without a time, or from `01.03.2026`.
fn date(text: &str) -> Option<Value> {
    let text = text.trim();
    // The day as it was where the moment was written down, not in UTC.
    let day = if text.parse::<Timestamp>().is_ok() { text.get(..10)? } else { text };
    let found = day.parse::<Date>().ok().or_else(|| Date::strptime("%d.%m.%Y", day).ok())?;
    Some(Value::from(found.to_string()))
}

/// A moment, from ISO 8601, or from milliseconds since 1970.
fn date_time(value: &Value) -> Option<Value> {
    if let Some(ms) = value.as_i64() {
        return Timestamp::from_millisecond(ms).ok().map(|at| Value::from(at.to_string()));
    }
    let text = value.as_str()?.trim();
    let has_offset = text.parse::<Timestamp>().is_ok();
    if has_offset {
        return Some(Value::from(text));
    }
    let civil = text.parse::<DateTime>().ok()?;
    let at = civil.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Value::from(at.to_string()))
}

fn list(value: &Value) -> Value {
    match (value.as_list(), value.is_null()) {
        (Some(_), _) => value.clone(),
        (None, true) => Value::list([]),
        (None, false) => Value::list([value.clone()]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
    fn check(from: serde_json::Value, to: FieldType, expect: Result<serde_json::Value, &str>) {
        let value: Value = serde_json::from_value(from.clone()).unwrap();
        let got = convert(&value, to).map(|value| serde_json::to_value(value).unwrap());
        assert_eq!(got, expect.map_err(str::to_owned), "{from} to {to:?}");
    }

    #[test]
    fn values_are_turned_into_their_type_or_refused_with_words() {
        use FieldType as T;
        check(json!(17), T::Text, Ok(json!("17")));
        check(json!(true), T::Text, Ok(json!("true")));
        check(json!(" 19.5 "), T::Number, Ok(json!(19.5)));
        check(json!("abc"), T::Number, Err("is \"abc\", which is no number."));
        check(json!("12"), T::Integer, Ok(json!(12)));
        check(json!(12.0), T::Integer, Ok(json!(12)));
        check(json!(12.5), T::Integer, Err("is 12.5, which is no whole number."));
        check(json!("Yes"), T::Boolean, Ok(json!(true)));
        check(json!("maybe"), T::Boolean, Err("is \"maybe\", which is no true or false."));
        check(json!("01.03.2026"), T::Date, Ok(json!("2026-03-01")));
        check(json!("2026-03-01T10:00:00Z"), T::Date, Ok(json!("2026-03-01")));
        check(json!("2026-03-01 10:00:00"), T::DateTime, Ok(json!("2026-03-01T10:00:00Z")));
        check(
            json!("2026-03-01T10:00:00+02:00"),
            T::DateTime,
            Ok(json!("2026-03-01T10:00:00+02:00")),
        );
        check(json!(0), T::DateTime, Ok(json!("1970-01-01T00:00:00Z")));
        check(json!({"a": 1}), T::List, Ok(json!([{"a": 1}])));
        check(json!(null), T::Number, Ok(json!(null)));
    }
}
