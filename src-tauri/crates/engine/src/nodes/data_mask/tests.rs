//! What is hidden, and what stays as it was.

use data::Value;
use serde_json::{Value as Json, json};

use super::*;

#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn mask(rules: Json, item: Json) -> Json {
    let params: Params = serde_json::from_value(json!({ "seed": "s", "rules": rules })).unwrap();
    let faker = Faker::new("s");
    let mut value = Value::from(item);
    for rule in ready(&params).map_err(|problem| problem.message).unwrap() {
        if let Change::New(new) =
            change(&value, &rule.path, &mut |found| rule.put.instead_of(found, &faker))
        {
            value = new;
        }
    }
    value.to_serde()
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn check(path: &str, how: &str, item: Json, expect: Json) {
    assert_eq!(mask(json!([{ "path": path, "how": how }]), item), expect, "{path}");
}

#[test]
fn a_path_goes_through_lists_and_any_depth() {
    let item = json!({ "a": [{ "b": 1, "c": 2 }, { "b": [3, null] }], "b": { "b": 4, "d": 5 } });
    check(
        "a.b",
        "redact",
        item.clone(),
        json!({ "a": [{ "b": "***", "c": 2 }, { "b": ["***", null] }], "b": { "b": 4, "d": 5 } }),
    );
    check(
        "a[1].b",
        "redact",
        item.clone(),
        json!({ "a": [{ "b": 1, "c": 2 }, { "b": ["***", null] }], "b": { "b": 4, "d": 5 } }),
    );
    check("**.b", "remove", item.clone(), json!({ "a": [{ "c": 2 }, {}] }));
    check(
        "**.b",
        "redact",
        item.clone(),
        json!({ "a": [{ "b": "***", "c": 2 }, { "b": ["***", null] }],
            "b": { "b": "***", "d": "***" } }),
    );
    check(
        "*.d",
        "remove",
        item.clone(),
        json!({ "a": [{ "b": 1, "c": 2 }, { "b": [3, null] }], "b": { "b": 4 } }),
    );
    check("x.y", "redact", item.clone(), item);
}

#[test]
fn only_the_last_letters_are_kept() {
    check("n", "keep_last", json!({ "n": "DE89-3704" }), json!({ "n": "****-3704" }));
    check("n", "keep_last", json!({ "n": 123_456 }), json!({ "n": "**3456" }));
    check("n", "keep_last", json!({ "n": "abc" }), json!({ "n": "***" }));
    let rule = json!([{ "path": "n", "how": "keep_last", "keep": 2 }]);
    assert_eq!(mask(rule, json!({ "n": "abcd" })), json!({ "n": "**cd" }));
}

#[test]
fn fakes_keep_the_form_and_are_the_same_again() {
    let fake = |value: Json| {
        mask(json!([{ "path": "v", "how": "fake" }]), json!({ "v": value }))["v"].clone()
    };
    for value in [
        json!("Ada-King 17"),
        json!("Ünal"),
        json!(1234.5),
        json!(-7),
        serde_json::from_str("1.5e40").unwrap(),
        json!("0049 30"),
    ] {
        let made = fake(value.clone());
        assert_ne!(made, value);
        assert_eq!(made, fake(value.clone()), "the same seed gives the same");
        let shape = |value: &Json| -> String {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let kind = |c: char| match c {
                c if c.is_ascii_digit() => '9',
                c if c.is_uppercase() => 'A',
                c if c.is_alphabetic() => 'a',
                c => c,
            };
            text.chars().map(kind).collect()
        };
        assert_eq!(shape(&made), shape(&value));
    }
    assert!(fake(json!("ada@corp.de")).as_str().unwrap().ends_with("@example.com"));
    let date = fake(json!("2026-01-31T10:00:00Z"));
    let date = date.as_str().unwrap();
    assert!(
        date[..10].parse::<jiff::civil::Date>().is_ok() && date.ends_with("T10:00:00Z"),
        "{date}"
    );
    assert_eq!(fake(json!(null)), json!(null));
}

#[test]
fn a_card_number_keeps_a_check_digit_that_fits() {
    let made =
        mask(json!([{ "path": "card", "how": "fake" }]), json!({ "card": "4111 1111 1111 1111" }));
    let card = made["card"].as_str().unwrap();
    let digits: Vec<u32> = card.chars().filter_map(|c| c.to_digit(10)).collect();
    assert_eq!(digits.len(), 16);
    // The sum written out as the standard tells it, from the right.
    let mut sum = 0;
    for (at, digit) in digits.iter().rev().enumerate() {
        sum += if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 };
    }
    assert_eq!(sum % 10, 0, "{card}");
}

#[test]
fn equal_values_have_equal_hashes_and_other_seeds_others() {
    let value = Value::from("ada@example.com");
    let one = Faker::new("one").hash(&value);
    assert_eq!(one, Faker::new("one").hash(&value));
    assert_ne!(one, Faker::new("two").hash(&value));
    assert_ne!(one, Faker::new("one").hash(&Value::from("bob@example.com")));
    assert_eq!(one.as_str().map(str::len), Some(32));
}

#[test]
fn hashes_without_a_seed_are_refused() {
    let params: Params =
        serde_json::from_value(json!({ "rules": [{ "path": "a", "how": "hash" }] })).unwrap();
    assert_eq!(ready(&params).map(|_| ()).unwrap_err().key, "/params/seed");
    let params: Params = serde_json::from_value(json!({ "rules": [{ "path": "a[" }] })).unwrap();
    assert_eq!(ready(&params).map(|_| ()).unwrap_err().key, "/params/rules/0/path");
}
