//! When two values are equal, and how numbers compare. Not the operators: see `operators`.

use std::cmp::Ordering;

use data::{Kind, Value};

use super::val::Val;

/// From here on an `f64` may stand for several whole numbers.
pub(crate) const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Whether two values are equal, to their depths; the order of fields does not matter, that of
/// lists does.
pub(crate) fn is_equal(a: &Val<'_>, b: &Val<'_>) -> bool {
    if let (Some(a), Some(b)) = (a.value(), b.value()) {
        return is_same(a, b);
    }
    match (a, b) {
        (Val::Number(a), Val::Number(b)) => a == b,
        (Val::Number(number), other) => is_number(other, *number),
        (other, Val::Number(number)) => is_number(other, *number),
        (Val::Members(a), Val::Members(b)) => {
            let has = |(key, value): &(data::Key, Val<'_>)| {
                b.list.iter().any(|(other, found)| other == key && is_equal(value, found))
            };
            a.list.len() == b.list.len() && a.list.iter().all(has)
        }
        _ => match (a.len(), b.len()) {
            (Some(n), Some(m)) => {
                n == m && a.entries().zip(b.entries()).all(|(a, b)| is_equal(&a, &b))
            }
            _ => false,
        },
    }
}

fn is_number(value: &Val<'_>, number: f64) -> bool {
    match value.value() {
        Some(value) if number.abs() >= MAX_EXACT => is_same(value, &Value::from(number)),
        _ => value.as_number() == Some(number),
    }
}

pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    match (a.kind(), b.kind()) {
        (Kind::Number, Kind::Number) => compare_numbers(a, b) == Ordering::Equal,
        (Kind::Text, Kind::Text) => a.as_str() == b.as_str(),
        (Kind::List, Kind::List) => {
            let (a, b) = (a.as_list().unwrap_or_default(), b.as_list().unwrap_or_default());
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Kind::Object, Kind::Object) => {
            let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return false };
            let has = |(key, value): (&data::Key, &Value)| {
                b.get_key(key).is_some_and(|found| is_same(value, found))
            };
            a.len() == b.len() && a.iter().all(has)
        }
        (Kind::Bool, Kind::Bool) => a.as_bool() == b.as_bool(),
        (Kind::Null, Kind::Null) => true,
        _ => false,
    }
}

/// Compares two numbers: exactly where both have digits that an `f64` may not hold.
pub(crate) fn compare_numbers(a: &Value, b: &Value) -> Ordering {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => a.compare(&b),
            _ => Ordering::Equal,
        },
    }
}

/// Compares two numbers.
pub(crate) fn compare(a: &Val<'_>, b: &Val<'_>) -> Ordering {
    if let (Some(a), Some(b)) = (a.value(), b.value()) {
        compare_numbers(a, b)
    } else {
        let (a, b) = (a.as_number().unwrap_or(0.0), b.as_number().unwrap_or(0.0));
        a.partial_cmp(&b).unwrap_or(Ordering::Equal)
    }
}

/// Compares two texts by their UTF-16 units, as JavaScript does.
pub(crate) fn compare_texts(a: &str, b: &str) -> Ordering {
    // The two orders differ only where one text has characters beyond 16 bits.
    let is_simple = |text: &str| text.bytes().all(|byte| byte < 0xee);
    if is_simple(a) && is_simple(b) { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}
