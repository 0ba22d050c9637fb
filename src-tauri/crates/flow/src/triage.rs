//! What an error is to the user: its reason without what differs between items, whether it passes by
//! itself, is in the data or in the set-up, and what to do next. Not how errors come about.

use data::Value;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::run::{ErrorClass, ItemError};

/// The longest reason, in bytes.
const MAX_CAUSE: usize = 300;

/// Texts of an item that are looked for in a message; more are in large documents only.
const MAX_TEXTS: usize = 2_000;

/// What has to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing: the system was busy or away, and another try may do.
    Transient,
    /// The records that failed: others went through.
    Data,
    /// The flow, the account or the system's set-up: nothing went through.
    SetUp,
    /// The record, for it cannot be told from one alone whether it is data or set-up.
    Unclear,
    /// The system: nobody knows whether the change was made.
    UnknownOutcome,
    /// Gantry.
    Defect,
}

/// How items did at the node that the error is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried {
    /// How many went through.
    pub fine: u64,
    /// How many failed, for whatever reason.
    pub failed: u64,
}

/// The reason of an error, in the same words for all items that failed for it.
pub fn cause(error: &ItemError) -> String {
    let status = status(error).map(|status| status.to_string());
    let texts = error.value.as_ref().map(texts).unwrap_or_default();
    let mut words = String::new();
    let mut rest = error.message.as_str();
    while let Some(start) = rest.find('"') {
        let (before, quoted) = rest.split_at(start);
        without_numbers(before, status.as_deref(), &mut words);
        let Some(end) = quoted[1..].find('"').map(|end| end + 1) else {
            rest = quoted;
            break;
        };
        let text = &quoted[1..end];
        let is_of_item = texts.iter().any(|known| is_shown(known, text));
        words.push_str(if is_of_item { "\"…\"" } else { &quoted[..=end] });
        rest = &quoted[end + 1..];
    }
    without_numbers(rest, status.as_deref(), &mut words);
    let end = (0..=MAX_CAUSE.min(words.len())).rev().find(|end| words.is_char_boundary(*end));
    words.truncate(end.unwrap_or(0));
    words
}

/// What an error comes to, from its class, its status and how others did.
pub fn kind(class: ErrorClass, status: Option<u16>, tried: Tried) -> Kind {
    let by_others = match tried {
        Tried { fine: 1.., .. } => Kind::Data,
        Tried { failed: 2.., .. } => Kind::SetUp,
        Tried { .. } => Kind::Unclear,
    };
    match (class, status) {
        (ErrorClass::Internal, _) => Kind::Defect,
        (ErrorClass::UnknownOutcome, _) => Kind::UnknownOutcome,
        (_, Some(408 | 429 | 500 | 502 | 503 | 504)) => Kind::Transient,
        (
            ErrorClass::Timeout | ErrorClass::Limit | ErrorClass::Connection | ErrorClass::Server,
            None,
        ) => Kind::Transient,
        (ErrorClass::Auth, _) if tried.fine == 0 => Kind::SetUp,
        _ => by_others,
    }
}

/// Whether it is data or set-up, in a sentence: `11 others are fine, so this is data, not set-up.`
/// Empty where it cannot be told.
pub fn verdict(class: ErrorClass, status: Option<u16>, tried: Tried) -> String {
    let Tried { fine, failed } = tried;
    let others = match fine {
        1 => "1 other is fine".to_owned(),
        n => format!("{} others are fine", grouped(n)),
    };
    let all = match failed {
        0 | 1 => "None went through".to_owned(),
        2 => "Both failed".to_owned(),
        n => format!("All {} failed", grouped(n)),
    };
    match kind(class, status, tried) {
        Kind::Data if class == ErrorClass::Auth => {
            format!("{others}, so the account works: it may not see or change these records.")
        }
        Kind::Data => format!("{others}, so this is data, not set-up."),
        Kind::SetUp => format!("{all}, so this is set-up, not data."),
        Kind::Transient if fine > 0 => {
            format!("{others}, so the system was busy or away for a while: try these again.")
        }
        Kind::Transient => {
            format!("{all}: the system was busy or away. Try again once it answers.")
        }
        Kind::UnknownOutcome => {
            "Nobody knows whether the change was made: look in the system before trying again."
                .to_owned()
        }
        Kind::Defect => "This is a defect of Gantry, neither data nor set-up.".to_owned(),
        Kind::Unclear => String::new(),
    }
}

/// The next step for the user: the error's own, or what its kind and class ask for.
pub fn next_step(error: &ItemError, tried: Tried) -> String {
    if !error.advice.is_empty() {
        return error.advice.clone();
    }
    let words = match (kind(error.class, status(error), tried), error.class) {
        (Kind::Transient, _) => "Try again; with more tries or longer pauses it heals by itself.",
        (Kind::UnknownOutcome, _) => {
            "Look in the system whether the change was made, then try again or resolve it."
        }
        (Kind::Defect, _) => "Report it, with the flow.",
        (Kind::SetUp, ErrorClass::Auth) => "Test the connection, and put its account right.",
        (Kind::SetUp, _) => "Put the node right, then try all of them again.",
        (_, ErrorClass::Auth) => "Give the account access to these records, then try again.",
        (_, ErrorClass::NotFound) => "Make the record that is missing, or mend the key.",
        (_, ErrorClass::Conflict) => "Compare with the record that is there, then mend or resolve.",
        (_, ErrorClass::Expression) => "Mend the item, or let the expression bear what is missing.",
        (_, ErrorClass::Rejected) => "Mend what was said no to, or resolve it with a note.",
        _ => "Mend the item, then try it again.",
    };
    words.to_owned()
}

/// The status of the last answer, where there was one.
pub fn status(error: &ItemError) -> Option<u16> {
    error.exchange.as_ref().and_then(|exchange| exchange.status)
}

/// Whether a message that shows `text` may mean this text of the item, whole or its beginning.
fn is_shown(known: &str, text: &str) -> bool {
    known == text
        || text.strip_suffix('…').is_some_and(|start| !start.is_empty() && known.starts_with(start))
}

/// The texts and numbers of an item, as a message would show them.
fn texts(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let json = serde_json::to_value(value).unwrap_or_default();
    let mut work = vec![&json];
    while let Some(at) = work.pop() {
        match at {
            _ if found.len() >= MAX_TEXTS => break,
            serde_json::Value::Array(list) => work.extend(list),
            serde_json::Value::Object(fields) => work.extend(fields.values()),
            serde_json::Value::String(text) => found.push(text.clone()),
            serde_json::Value::Number(number) => found.push(number.to_string()),
            serde_json::Value::Bool(_) | serde_json::Value::Null => {}
        }
    }
    found
}

/// Adds words, with `…` for those that have digits: keys, ids, dates, places. Statuses and spans of
/// time say what happened, and systems' addresses where: they stay.
fn without_numbers(words: &str, status: Option<&str>, out: &mut String) {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let mut rest = words;
    while !rest.is_empty() {
        let (address, behind) = rest.split_at(address_len(rest, out));
        out.push_str(address);
        rest = behind;
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let is_span = word.bytes().all(|b| b.is_ascii_digit())
            && [" ms", " s ", " s.", " s,"].iter().any(|unit| behind.starts_with(unit));
        let has_digit = word.bytes().any(|b| b.is_ascii_digit());
        out.push_str(if has_digit && !is_span && Some(word) != status { "…" } else { word });
        let gap = behind.find(is_part).unwrap_or(behind.len());
        out.push_str(&behind[..gap]);
        rest = &behind[gap..];
    }
}

/// How long the address of a system is that a text begins with: `127.0.0.1:80`, or the port behind
/// the name of a host in `before`. 0 where it begins with none.
fn address_len(text: &str, before: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let is_host = before
        .strip_suffix(':')
        .is_some_and(|name| name.ends_with(|c: char| c.is_ascii_alphabetic()));
    if is_host {
        return digits(text);
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let host = text[..end].trim_end_matches('.');
    let parts = host.split('.');
    if parts.clone().count() != 4 || !parts.clone().all(|part| part.parse::<u8>().is_ok()) {
        return 0;
    }
    let port = text[host.len()..].strip_prefix(':').map_or(0, digits);
    host.len() + if port > 0 { port + 1 } else { 0 }
}

fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Exchange;

    fn error(class: ErrorClass, message: &str, status: Option<u16>, item: &str) -> ItemError {
        ItemError {
            node: "send".into(),
            class,
            message: message.to_owned(),
            advice: String::new(),
            key: None,
            item: Some("orders:0/3".to_owned()),
            value: serde_json::from_str(item).ok(),
            attempts: 1,
            tries: Vec::new(),
            exchange: status
                .map(|status| Box::new(Exchange { status: Some(status), ..Exchange::default() })),
        }
    }

    #[test]
    fn items_that_fail_for_the_same_reason_have_the_same_cause() {
        let check = |status, messages: [(&str, &str); 2], expect: &str| {
            for (message, item) in messages {
                let error = error(ErrorClass::Validation, message, status, item);
                assert_eq!(cause(&error), expect);
            }
        };
        check(
            None,
            [
                (r#"The field "n" is "x", which is no number."#, r#"{"n":"x"}"#),
                (
                    r#"The field "n" is "a longer…", which is no number."#,
                    r#"{"n":"a longer text"}"#,
                ),
            ],
            r#"The field "n" is "…", which is no number."#,
        );
        check(
            Some(422),
            [
                ("http://127.0.0.1:80/orders/7 answered 422.", r#"{"id":7}"#),
                ("http://127.0.0.1:80/orders/A-9_1 answered 422.", r#"{"id":"A-9_1"}"#),
            ],
            "http://127.0.0.1:80/orders/… answered 422.",
        );
        check(
            None,
            [
                ("No answer within 50 ms for order 12.", "1"),
                ("No answer within 50 ms for order 7.", "1"),
            ],
            "No answer within 50 ms for order ….",
        );
        check(
            None,
            [("shop.lan:8080 said no to 12.", "1"), ("shop.lan:8080 said no to 7.", "1")],
            "shop.lan:8080 said no to ….",
        );
        let long = error(ErrorClass::Server, &"ä".repeat(400), None, "1");
        assert_eq!(cause(&long).len(), 300);
        let open = error(ErrorClass::Server, "an \"open quote 7", None, "1");
        assert_eq!(cause(&open), "an \"open quote …");
    }

    #[test]
    fn some_that_fail_are_data_all_that_fail_are_set_up() {
        let check = |class, status, fine, failed, expect: Kind, words: &str| {
            let tried = Tried { fine, failed };
            assert_eq!(kind(class, status, tried), expect, "{class:?} {status:?} {tried:?}");
            assert_eq!(verdict(class, status, tried), words);
        };
        let data = ErrorClass::Validation;
        check(
            data,
            Some(422),
            11,
            1,
            Kind::Data,
            "11 others are fine, so this is data, not set-up.",
        );
        check(data, Some(400), 1, 1, Kind::Data, "1 other is fine, so this is data, not set-up.");
        check(data, None, 0, 12, Kind::SetUp, "All 12 failed, so this is set-up, not data.");
        check(data, None, 0, 2, Kind::SetUp, "Both failed, so this is set-up, not data.");
        check(data, None, 0, 1, Kind::Unclear, "");
        let auth = ErrorClass::Auth;
        check(
            auth,
            Some(401),
            0,
            1,
            Kind::SetUp,
            "None went through, so this is set-up, not data.",
        );
        check(
            auth,
            Some(403),
            9_999,
            1,
            Kind::Data,
            "9,999 others are fine, so the account works: it may not see or change these records.",
        );
        check(
            ErrorClass::Server,
            Some(503),
            3,
            1,
            Kind::Transient,
            "3 others are fine, so the system was busy or away for a while: try these again.",
        );
        check(
            ErrorClass::Connection,
            None,
            0,
            5,
            Kind::Transient,
            "All 5 failed: the system was busy or away. Try again once it answers.",
        );
        for status in [408, 429, 500, 502, 503, 504] {
            assert_eq!(kind(ErrorClass::Server, Some(status), Tried::default()), Kind::Transient);
        }
        for status in [400, 404, 405, 409, 422, 501] {
            let some = Tried { fine: 4, failed: 1 };
            assert_eq!(kind(ErrorClass::Server, Some(status), some), Kind::Data);
        }
    }

    #[test]
    fn every_error_has_a_next_step() {
        let mut known = error(ErrorClass::NotFound, "x", None, "1");
        assert_eq!(
            next_step(&known, Tried::default()),
            "Make the record that is missing, or mend the key."
        );
        known.advice = "Do this.".to_owned();
        assert_eq!(next_step(&known, Tried::default()), "Do this.");
    }
}
