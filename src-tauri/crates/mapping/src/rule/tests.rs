use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Expression, NoNames};

/// A text and the rule that it is, which is written as the same text again.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn check(text: &str, expect: Json) {
    let rule = Rule::read(text).unwrap_or_else(|| panic!("{text} is no rule"));
    assert_eq!(serde_json::to_value(&rule).unwrap(), expect, "{text}");
    assert_eq!(rule.text(), text);
}

fn path(path: &str) -> Json {
    json!({ "type": "path", "path": path })
}

#[test]
fn simple_expressions_are_rules_and_rules_are_written_as_they_were() {
    check("customer.name", path("customer.name"));
    check("$item.`order no`", path("$item.`order no`"));
    check("$node(\"orders\").lines[0].sku", path("$node(\"orders\").lines[0].sku"));
    check("$", path("$"));
    check("\"a \\\"quoted\\\" text\"", json!({ "type": "constant", "value": "a \"quoted\" text" }));
    check("-12.50", serde_json::from_str(r#"{ "type": "constant", "value": -12.50 }"#).unwrap());
    check(
        "first & \" \" & last",
        json!({ "type": "concat", "parts": [
        path("first"), { "type": "constant", "value": " " }, path("last")] }),
    );
    check(
        "(price * qty) - 1",
        json!({ "type": "math", "op": "subtract",
        "left": { "type": "math", "op": "multiply", "left": path("price"), "right": path("qty") },
        "right": { "type": "constant", "value": 1 } }),
    );
    check(
        "$substring($uppercase($trim(name)), 0, 3)",
        json!({ "type": "chain", "of": path("name"),
        "steps": [{ "function": "trim" }, { "function": "upper" },
                  { "function": "first_letters", "args": [{ "type": "constant", "value": 3 }] }] }),
    );
    check(
        "(total > 100) ? \"large\" : \"small\"",
        json!({ "type": "if",
        "test": { "type": "compare", "op": "more", "left": path("total"),
                  "right": { "type": "constant", "value": 100 } },
        "then": { "type": "constant", "value": "large" },
        "otherwise": { "type": "constant", "value": "small" } }),
    );
    check(
        "$sum(lines.(price * qty))",
        json!({ "type": "chain", "steps": [{ "function": "sum" }],
        "of": { "type": "each", "list": "lines", "rule":
            { "type": "math", "op": "multiply", "left": path("price"), "right": path("qty") } } }),
    );
    check(
        "$lookup({\"DE\": \"Germany\"}, country) ?? \"?\"",
        json!({ "type": "chain", "of": path("country"),
        "steps": [{ "function": "code_list", "args": [{ "type": "constant", "value": { "DE": "Germany" } }] },
                  { "function": "if_missing", "args": [{ "type": "constant", "value": "?" }] }] }),
    );
    check(
        "(lines.sku)[-1]",
        json!({ "type": "chain", "of": path("lines.sku"), "steps": [{ "function": "last" }] }),
    );
}

#[test]
fn expressions_are_read_however_they_are_written() {
    let written = |text: &str| Rule::read(text).map(|rule| rule.text());
    assert_eq!(written("a&'-'&  b").as_deref(), Some("a & \"-\" & b"));
    assert_eq!(written("((a))").as_deref(), Some("a"));
    assert_eq!(written("a + b * c").as_deref(), Some("a + (b * c)"));
    assert_eq!(written("a and b and (c or d)").as_deref(), Some("a and b and (c or d)"));
    assert_eq!(written("total > 5 ? 1").as_deref(), Some("(total > 5) ? 1"));
    assert_eq!(written("/* why */ name").as_deref(), Some("name"));
}

#[test]
fn what_does_more_than_a_rule_is_none() {
    for text in [
        "",
        "$uppercase(",
        "lines[qty > 1].sku",
        "($x := 1; $x)",
        "$map(lines, function($l) { $l.sku })",
        "lines.{ \"a\": b }",
        "name ~> $uppercase",
        "$match(a, /b/)",
        "**.sku",
        "$replace(name, 'a')",
        "$substring(name)",
        "lines^(sku)",
        "$unknown(a)",
    ] {
        assert_eq!(Rule::read(text), None, "{text}");
    }
}

#[test]
fn each_function_of_the_menu_gives_what_its_example_says() {
    for entry in menu() {
        let args = entry.params.iter().map(|param| Rule::Constant { value: param.example.clone() });
        let step = Step { function: entry.name.clone(), args: args.collect() };
        let rule = Rule::Chain {
            of: Box::new(Rule::Path { path: "value".to_owned() }),
            steps: vec![step],
        };
        let text = rule.text();
        assert_eq!(Rule::read(&text).as_ref(), Some(&rule), "{text}");
        let item = match &entry.example_in {
            Some(value) => json!({ "value": value }),
            None => json!({}),
        };
        let item: data::Value = serde_json::from_value(item).unwrap();
        let given = Expression::parse(&text).unwrap().eval(&item, &NoNames).unwrap();
        let expect: data::Value = serde_json::from_value(entry.example_out.clone()).unwrap();
        assert_eq!(given, Some(expect), "{}: {text}", entry.name);
    }
}

fn a_path() -> impl Strategy<Value = String> {
    let name = prop_oneof!["[a-z][a-zA-Z0-9_]{0,6}", "[a-z ]{1,4}[#ä-]", Just("and".to_owned())];
    let root = prop_oneof![
        5 => Just(String::new()),
        1 => Just("$item.".to_owned()),
        1 => Just("$vars.".to_owned()),
        1 => Just("$node(\"a-1\").".to_owned()),
    ];
    (root, prop::collection::vec(name, 1..4)).prop_map(|(root, names)| {
        root + &names.iter().map(|name| path_name(name)).collect::<Vec<_>>().join(".")
    })
}

fn a_constant() -> impl Strategy<Value = Json> {
    let plain = prop_oneof![
        any::<i32>().prop_map(Json::from),
        "-?[1-9][0-9]{0,3}\\.[0-9]{1,3}".prop_map(|text| serde_json::from_str(&text).unwrap()),
        ".{0,8}".prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        Just(Json::Null),
    ];
    plain.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::Array),
            prop::collection::btree_map("[a-zA-Z\"' ]{0,4}", inner, 0..3)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// A step as `read` gives it: what JSONata's function would be taken for something else with these
/// arguments is left out.
fn a_step(rule: impl Strategy<Value = Rule> + Clone) -> impl Strategy<Value = Step> {
    let entries = menu();
    let number = (1..50_u32).prop_map(|n| Rule::Constant { value: Json::from(n) });
    let codes = prop::collection::btree_map("[A-Z]{2}", "[a-z]{0,4}", 1..3)
        .prop_map(|codes| Rule::Constant { value: json!(codes) });
    (0..entries.len(), any::<bool>(), number.clone(), number, rule.clone(), rule, codes).prop_map(
        move |(at, short, n, m, a, b, codes)| {
            let entry = &entries[at];
            let args = match entry.name.as_str() {
                "first_letters" | "last_letters" => vec![n],
                "part" if short => vec![n],
                "part" => vec![n, m],
                "pad_start" | "pad_end" => vec![n, a],
                "code_list" => vec![codes],
                _ => match (entry.params.len(), short && entry.params.iter().all(|p| p.optional)) {
                    (0, _) | (_, true) => vec![],
                    (1, _) => vec![a],
                    _ => vec![a, b],
                },
            };
            Step { function: entry.name.clone(), args }
        },
    )
}

fn a_rule() -> impl Strategy<Value = Rule> {
    let leaf = prop_oneof![
        a_path().prop_map(|path| Rule::Path { path }),
        a_constant().prop_map(|value| Rule::Constant { value }),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let math = prop::sample::select(vec![
            MathOp::Add,
            MathOp::Subtract,
            MathOp::Multiply,
            MathOp::Divide,
            MathOp::Remainder,
        ]);
        let compare = prop::sample::select(vec![
            CompareOp::Equal,
            CompareOp::NotEqual,
            CompareOp::Less,
            CompareOp::AtMost,
            CompareOp::More,
            CompareOp::AtLeast,
            CompareOp::In,
        ]);
        let parts = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            parts().prop_map(|parts| Rule::Concat { parts }),
            parts().prop_map(|parts| Rule::All { parts }),
            parts().prop_map(|parts| Rule::Any { parts }),
            (math, boxed.clone(), boxed.clone()).prop_map(|(op, left, right)| Rule::Math {
                op,
                left,
                right
            }),
            (compare, boxed.clone(), boxed.clone()).prop_map(|(op, left, right)| Rule::Compare {
                op,
                left,
                right
            }),
            (boxed.clone(), boxed.clone(), prop::option::of(boxed.clone()))
                .prop_map(|(test, then, otherwise)| Rule::If { test, then, otherwise }),
            (a_path(), boxed).prop_map(|(list, rule)| Rule::Each { list, rule }),
            (inner.clone(), prop::collection::vec(a_step(inner.clone()), 1..4)).prop_map(
                |(of, steps)| match of {
                    Rule::Chain { of, steps: mut first } => {
                        first.extend(steps);
                        Rule::Chain { of, steps: first }
                    }
                    of => Rule::Chain { of: Box::new(of), steps },
                }
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_rule_is_read_as_it_was_written(rule in a_rule()) {
        let text = rule.text();
        prop_assert_eq!(Rule::read(&text), Some(rule), "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_without_harm_and_what_is_a_rule_stays_one(text in any_text()) {
        if let Some(rule) = Rule::read(&text) {
            let written = rule.text();
            prop_assert_eq!(Rule::read(&written), Some(rule), "{} of {}", written, text);
        }
    }
}

/// Texts that look like expressions, most of them broken.
fn any_text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a",
        "b.c",
        "`d e`",
        "$item",
        "$",
        "$$",
        "$vars.x",
        "$node('n')",
        "1",
        "-2",
        "0.5",
        "'t'",
        "null",
        "true",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ":",
        "?",
        "??",
        "?:",
        "&",
        "+",
        "-",
        "*",
        "/",
        "%",
        "=",
        "<",
        "in",
        "and",
        "or",
        ".",
        "$substring(",
        "$pad(",
        "$lookup(",
        "$sum(",
        "$fromMillis(",
        "$toMillis(",
        "~>",
        ":=",
        "[0]",
        "[-1]",
        "{'k': 1}",
        " ",
        "\"",
        "^(",
        "é",
    ]);
    prop_oneof![prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat()), ".{0,30}",]
}
