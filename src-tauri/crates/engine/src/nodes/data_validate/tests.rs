//! What is told of items that do not meet a schema.

use data::Value;
use serde_json::{Value as Json, json};

use super::*;

#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn params(schema: Json) -> Params {
    serde_json::from_value(json!({ "schema": schema })).unwrap()
}

fn failures(schema: Json, item: Json) -> Vec<String> {
    let params = params(schema);
    let checking =
        Checking { validator: params.compile().unwrap(), mode: params.mode, of: params.of };
    checking.check(&Value::from(item)).into_iter().map(|failure| failure.message).collect()
}

#[track_caller]
fn check(schema: Json, item: Json, expect: &[&str]) {
    assert_eq!(failures(schema, item), expect);
}

#[test]
fn failures_are_sentences_with_their_place() {
    check(
        json!({
            "required": ["id", "lines"],
            "additionalProperties": false,
            "properties": {
                "total": { "type": "number", "minimum": 0 },
                "country": { "enum": ["DE", "FR"] },
                "lines": { "minItems": 1, "items": { "properties": {
                    "sku": { "pattern": "^[A-Z]+$" }, "qty": { "type": ["integer", "null"] }
                } } },
                "mail": { "format": "email" }
            }
        }),
        json!({
            "total": -3, "country": "IT", "mail": "ada", "note": 1,
            "lines": [{ "sku": "a1", "qty": 1.5 }]
        }),
        &[
            "The item has no \"id\", which is required.",
            "/total is -3, but must be at least 0.",
            "/country is \"IT\", but must be one of \"DE\", \"FR\".",
            "/mail is \"ada\", which is not an e-mail address.",
            "/lines/0/sku is \"a1\", which does not match the pattern ^[A-Z]+$.",
            "/lines/0/qty is 1.5, but must be null or a whole number.",
            "The item has \"note\", which the schema does not know.",
        ],
    );
}

#[test]
fn of_alternatives_the_nearest_is_told() {
    check(
        json!({ "anyOf": [
            { "required": ["a", "b", "c"] },
            { "required": ["iban"] }
        ] }),
        json!({ "name": "Ada" }),
        &[
            "The item fits none of the 2 alternatives. The nearest: The item has no \"iban\", which \
           is required.",
        ],
    );
}

#[test]
fn numbers_are_compared_by_all_their_digits() {
    let schema = json!({ "maximum": 9_007_199_254_740_992_i64 });
    check(schema.clone(), json!(9_007_199_254_740_992_i64), &[]);
    check(
        schema,
        json!(9_007_199_254_740_993_i64),
        &["The item is 9007199254740993, but must be at most 9007199254740992."],
    );
    let cents = json!({ "multipleOf": serde_json::from_str::<Json>("0.01").unwrap() });
    check(cents.clone(), serde_json::from_str("19.99").unwrap(), &[]);
    check(
        cents,
        serde_json::from_str("19.999").unwrap(),
        &["The item is 19.999, but must be a multiple of 0.01."],
    );
}

#[test]
fn only_the_first_failures_are_gathered() {
    let wrong: Vec<Json> = (0..500).map(|_| json!("x")).collect();
    let found = failures(json!({ "items": { "type": "number" } }), json!(wrong));
    assert_eq!(found.len(), TOLD_FAILURES + 1);
    assert_eq!(found[0], "/0 is \"x\", but must be a number.");
}

#[test]
fn a_schema_that_cannot_be_used_is_told_with_its_place() {
    let problem = |schema| params(schema).compile().map(|_| ()).unwrap_err();
    let wrong = problem(json!({ "properties": { "id": { "type": "txt" } } }));
    assert_eq!(wrong.key, "/params/schema/properties/id/type");
    assert!(wrong.message.starts_with("This is no JSON Schema: /properties/id/type "), "{wrong:?}");
    let text = problem(json!("id"));
    assert_eq!(text.key, "/params/schema");
    let regex = problem(json!({ "pattern": "(" }));
    assert!(regex.key.ends_with("/pattern"), "{regex:?}");
}

#[test]
fn nothing_is_fetched_for_a_schema() {
    for outside in ["http://127.0.0.1:9/x.json", "file:///etc/passwd", "other.json"] {
        let found = params(json!({ "$ref": outside })).compile().map(|_| ()).unwrap_err();
        assert!(found.message.contains("Schemas are not fetched"), "{found:?}");
    }
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let tree = json!({
        "$ref": "#/$defs/node",
        "$defs": { "node": { "properties": { "next": { "$ref": "#/$defs/node" },
            "n": { "type": "number" } } } }
    });
    let mut item = json!({ "n": "no" });
    for n in 0..200 {
        item = json!({ "n": n, "next": item });
    }
    assert_eq!(failures(tree, item).len(), 1);
    let round = json!({ "$ref": "#/$defs/a", "$defs": {
        "a": { "allOf": [{ "$ref": "#/$defs/b" }] }, "b": { "allOf": [{ "$ref": "#/$defs/a" }] }
    } });
    assert_eq!(failures(round, json!({ "id": 1 })), Vec::<String>::new());
}

#[test]
fn a_pattern_that_goes_back_without_end_is_given_up() {
    let found = failures(json!({ "pattern": "^(?=(a+)+$)b" }), json!("a".repeat(60) + "!"));
    assert_eq!(found.len(), 1, "{found:?}");
}
