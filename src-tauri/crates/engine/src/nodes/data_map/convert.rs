//! Turns values into the type that a field must have, or says why that cannot be. Not when: see
//! `rows`.

use data::{Number, Value};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a field can be turned into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// As it is.
    #[default]
    Any,
    /// A text; numbers keep their digits.
    Text,
    /// A number, also from a text such as `19.90`.
    Number,
    /// A number without a fraction.
    Integer,
    /// A number that keeps its digits, also from an amount such as `1,234.50` or `€ 12`. The
    /// expression is counted in decimals.
    #[schemars(title = "Amount, 1,234.50")]
    Decimal,
    /// A number that keeps its digits, from an amount with a decimal comma such as `1.234,50 €`. The
    /// expression is counted in decimals.
    #[schemars(title = "Amount, 1.234,50")]
    DecimalComma,
    /// True or false, also from `yes`, `no`, `1` and `0`.
    Boolean,
    /// A day, written `2026-03-01`.
    Date,
    /// A day, from one that begins with the day, such as `31/12/2026`.
    #[schemars(title = "Date, day/month/year")]
    DateDmy,
    /// A day, from one that begins with the month, such as `12/31/2026`.
    #[schemars(title = "Date, month/day/year")]
    DateMdy,
    /// A moment, written `2026-03-01T09:30:00Z`. One without an offset is taken as UTC.
    #[schemars(title = "Date and time")]
    DateTime,
    /// A list; a single value becomes a list of one.
    List,
    /// A list of texts.
    ListOfText,
    /// A list of numbers.
    ListOfNumber,
    /// A list of numbers without a fraction.
    ListOfInteger,
    /// A list of true and false.
    ListOfBoolean,
    /// A list of days.
    ListOfDate,
    /// A list of moments.
    ListOfDateTime,
    /// A list of objects.
    ListOfObject,
    /// An object.
    Object,
}

impl FieldType {
    /// All types, in the order of the menu.
    pub const ALL: &'static [Self] = &[
        Self::Any,
        Self::Text,
        Self::Number,
        Self::Integer,
        Self::Decimal,
        Self::DecimalComma,
        Self::Boolean,
        Self::Date,
        Self::DateDmy,
        Self::DateMdy,
        Self::DateTime,
        Self::List,
        Self::ListOfText,
        Self::ListOfNumber,
        Self::ListOfInteger,
        Self::ListOfBoolean,
        Self::ListOfDate,
        Self::ListOfDateTime,
        Self::ListOfObject,
        Self::Object,
    ];

    /// What it is called in a sentence: `whole number`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "value",
            Self::Text => "text",
            Self::Number => "number",
            Self::Integer => "whole number",
            Self::Decimal => "amount such as 1,234.50",
            Self::DecimalComma => "amount such as 1.234,50",
            Self::Boolean => "true or false",
            Self::Date => "date such as 2026-03-01",
            Self::DateDmy => "date such as 31/12/2026",
            Self::DateMdy => "date such as 12/31/2026",
            Self::DateTime => "time such as 2026-03-01T09:30:00Z",
            Self::List => "list",
            Self::ListOfText => "list of texts",
            Self::ListOfNumber => "list of numbers",
            Self::ListOfInteger => "list of whole numbers",
            Self::ListOfBoolean => "list of true and false",
            Self::ListOfDate => "list of dates",
            Self::ListOfDateTime => "list of times",
            Self::ListOfObject => "list of objects",
            Self::Object => "object",
        }
    }

    /// Whether it is a list, and of what.
    pub fn entries(self) -> Option<Self> {
        Some(match self {
            Self::List => Self::Any,
            Self::ListOfText => Self::Text,
            Self::ListOfNumber => Self::Number,
            Self::ListOfInteger => Self::Integer,
            Self::ListOfBoolean => Self::Boolean,
            Self::ListOfDate => Self::Date,
            Self::ListOfDateTime => Self::DateTime,
            Self::ListOfObject => Self::Object,
            _ => return None,
        })
    }

    /// What a field of this type is when it is empty; none for a type that cannot be empty.
    pub fn empty(self) -> Option<Value> {
        match self {
            Self::Any | Self::Text => Some(Value::from("")),
            Self::Object => Some(Value::object::<&str>([])),
            _ => self.entries().map(|_| Value::list([])),
        }
    }
}

/// Turns a value into a type; null stays null.
///
/// # Errors
/// The end of a sentence that begins with the field: `is "abc", which is no number.`
pub(crate) fn convert(value: &Value, to: FieldType) -> Result<Value, String> {
    if let Some(of) = to.entries() {
        return list(value, of);
    }
    if value.is_null() {
        return Ok(Value::null());
    }
    let converted = match to {
        FieldType::Text => text(value),
        FieldType::Number => number(value).map(Value::from),
        FieldType::Integer => number(value).and_then(whole),
        FieldType::Decimal => amount(value, '.', ','),
        FieldType::DecimalComma => amount(value, ',', '.'),
        FieldType::Boolean => boolean(value).map(Value::from),
        FieldType::Date => value.as_str().and_then(date),
        FieldType::DateDmy => value.as_str().and_then(|text| day(text, Order::DayFirst)),
        FieldType::DateMdy => value.as_str().and_then(|text| day(text, Order::MonthFirst)),
        FieldType::DateTime => date_time(value),
        FieldType::Object => value.as_object().map(|_| value.clone()),
        _ => Some(value.clone()),
    };
    converted.ok_or_else(|| format!("is {}, which is no {}.", shown(value), to.name()))
}

/// What is lost, or taken for granted, where a value was turned into a type; none where nothing is.
pub fn loss(value: &Value, to: FieldType) -> Option<&'static str> {
    let text = value.as_str().map(str::trim);
    match to {
        FieldType::Number | FieldType::Integer => {
            let digits = text?.trim_start_matches(['+', '-']);
            let is_padded = digits.len() > 1
                && digits.starts_with('0')
                && digits.as_bytes()[1].is_ascii_digit();
            is_padded.then_some("leading zeros are dropped")
        }
        FieldType::Decimal | FieldType::DecimalComma => {
            let has_unit = text?.contains(|c: char| c.is_alphabetic() || is_currency(c));
            has_unit.then_some("the currency is dropped")
        }
        FieldType::Date => {
            let has_time = text?.len() > 10;
            has_time.then_some("the time of day is dropped")
        }
        FieldType::DateTime => {
            let is_local = text?.parse::<Timestamp>().is_err();
            is_local.then_some("it names no time zone and is taken as UTC")
        }
        _ => None,
    }
}

/// A value as it is told in an error: short.
pub(crate) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn list(value: &Value, of: FieldType) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::list([]));
    }
    let Some(entries) = value.as_list() else {
        return Ok(Value::list([convert(value, of)?]));
    };
    if of == FieldType::Any {
        return Ok(value.clone());
    }
    let entry = |(index, entry): (usize, &Value)| {
        convert(entry, of).map_err(|why| format!("has an entry {} that {why}", index + 1))
    };
    Ok(Value::from(entries.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?))
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
        Some(text) => {
            let text = text.trim().trim_start_matches('+');
            Number::parse(text).or_else(|| Number::parse(&without_padding(text)?))
        }
        None => value.as_number(),
    }
}

/// `007` as JSON writes it: `7`.
fn without_padding(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let rest = digits.trim_start_matches('0');
    if rest.len() == digits.len() {
        return None;
    }
    let zero = if rest.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
    Some(format!("{sign}{zero}{rest}"))
}

fn whole(number: Number) -> Option<Value> {
    if let Some(int) = number.as_i64() {
        return Some(Value::from(int));
    }
    number.is_whole().then(|| Value::from(number))
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₽' | '₩' | '₺' | '¢' | '₫' | '₴' | '₪')
}

/// An amount as people write it, with every digit: a sign or brackets for less than nothing, a
/// currency before or behind, and groups of three.
fn amount(value: &Value, point: char, group: char) -> Option<Value> {
    let Some(text) = value.as_str() else { return value.as_number().map(Value::from) };
    let (text, is_bracketed) = match text.trim().strip_prefix('(') {
        Some(inner) => (inner.strip_suffix(')')?, true),
        None => (text.trim(), false),
    };
    let is_unit = |c: char| is_currency(c) || c.is_alphabetic() || c.is_whitespace();
    let text = text.trim_matches(is_unit);
    let (text, is_negative) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (rest.trim_start_matches(is_unit), true),
        None => (text.strip_prefix('+').unwrap_or(text), is_bracketed),
    };
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = match text.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let whole = ungrouped(whole, group)?;
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let sign = if is_negative { "-" } else { "" };
    let written = match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    };
    Number::parse(&written).map(Value::from)
}

/// The digits without the marks between groups of three; none where the groups are no threes.
fn ungrouped(text: &str, group: char) -> Option<String> {
    let is_mark = |c: char| c == group || matches!(c, '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}');
    let mut groups = text.split(is_mark);
    let first = groups.next()?;
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mut digits = first.to_owned();
    let mut n_groups = 1;
    for part in groups {
        n_groups += 1;
        if part.len() != 3 || !all_digits(part) {
            return None;
        }
        digits.push_str(part);
    }
    let fits = all_digits(first) && (n_groups == 1 || (1..=3).contains(&first.len()));
    fits.then_some(digits)
}

fn boolean(value: &Value) -> Option<bool> {
    if let Some(bool) = value.as_bool() {
        return Some(bool);
    }
    match value.as_str().map(|text| text.trim().to_lowercase()).as_deref() {
        Some("true" | "yes" | "y" | "on" | "1" | "ja" | "wahr" | "oui" | "x") => Some(true),
        Some("false" | "no" | "n" | "off" | "0" | "nein" | "falsch" | "non") => Some(false),
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

/// What comes first in a date that does not begin with the year.
#[derive(Clone, Copy)]
enum Order {
    DayFirst,
    MonthFirst,
}

fn day(text: &str, order: Order) -> Option<Value> {
    let text = text.trim();
    let separator = text.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, second, year] = parts[..] else { return None };
    // What begins with the year has one meaning only.
    if first.len() == 4 {
        return date(text);
    }
    let (day, month) = match order {
        Order::DayFirst => (first, second),
        Order::MonthFirst => (second, first),
    };
    let year: i16 = if year.len() == 4 { year.parse().ok()? } else { return None };
    Date::new(year, month.parse().ok()?, day.parse().ok()?)
        .ok()
        .map(|date| Value::from(date.to_string()))
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
        check(json!("0012"), T::Integer, Ok(json!(12)));
        check(json!("-00.5"), T::Number, Ok(json!(-0.5)));
        check(json!(12.0), T::Integer, Ok(json!(12)));
        check(json!(12.5), T::Integer, Err("is 12.5, which is no whole number."));
        check(json!("Yes"), T::Boolean, Ok(json!(true)));
        check(json!("Nein"), T::Boolean, Ok(json!(false)));
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
        check(json!(null), T::Number, Ok(json!(null)));
    }

    #[test]
    fn amounts_are_read_as_people_write_them_and_keep_their_digits() {
        let amount = |text: &str, to: FieldType| {
            convert(&Value::from(text), to).map(|value| value.to_string()).ok()
        };
        let point = |text: &str| amount(text, FieldType::Decimal);
        let comma = |text: &str| amount(text, FieldType::DecimalComma);
        assert_eq!(point("1,234.50").as_deref(), Some("1234.50"));
        assert_eq!(point("$ -1'234'567.00 ").as_deref(), Some("-1234567.00"));
        assert_eq!(point("(12.30) ").as_deref(), Some("-12.30"));
        assert_eq!(point("EUR 0012").as_deref(), Some("12"));
        assert_eq!(point(".5").as_deref(), Some("0.5"));
        assert_eq!(
            point("12345678901234567890.123456789").as_deref(),
            Some("12345678901234567890.123456789")
        );
        assert_eq!(comma("1.234,50 €").as_deref(), Some("1234.50"));
        assert_eq!(comma("7").as_deref(), Some("7"));
        for wrong in ["1,23,4.50", "1.2.3", "abc", "", "12,34", "1,2345"] {
            assert_eq!(point(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_are_read_in_the_order_that_is_declared() {
        check(json!("03/04/2026"), FieldType::DateDmy, Ok(json!("2026-04-03")));
        check(json!("03/04/2026"), FieldType::DateMdy, Ok(json!("2026-03-04")));
        check(json!("2026-04-03"), FieldType::DateMdy, Ok(json!("2026-04-03")));
        let no_such_day = Err("is \"31/02/2026\", which is no date such as 31/12/2026.");
        check(json!("31/02/2026"), FieldType::DateDmy, no_such_day);
    }

    #[test]
    fn a_list_stays_a_list_and_its_entries_get_their_type() {
        check(json!({"a": 1}), FieldType::List, Ok(json!([{"a": 1}])));
        check(json!(["1", 2]), FieldType::ListOfNumber, Ok(json!([1, 2])));
        check(json!("1"), FieldType::ListOfInteger, Ok(json!([1])));
        check(json!(null), FieldType::ListOfText, Ok(json!([])));
        let told = "has an entry 2 that is \"x\", which is no number.";
        check(json!([1, "x"]), FieldType::ListOfNumber, Err(told));
    }

    #[test]
    fn what_is_lost_is_told() {
        let loss = |text: &str, to| loss(&Value::from(text), to);
        assert_eq!(loss("007", FieldType::Integer), Some("leading zeros are dropped"));
        assert_eq!(loss("0.7", FieldType::Number), None);
        assert_eq!(loss("1 €", FieldType::DecimalComma), Some("the currency is dropped"));
        let moment = "2026-03-01T10:00:00Z";
        assert_eq!(loss(moment, FieldType::Date), Some("the time of day is dropped"));
        assert_eq!(loss(moment, FieldType::DateTime), None);
        assert!(loss("2026-03-01 10:00", FieldType::DateTime).is_some());
    }
}
