use proptest::prelude::*;

use super::*;
use crate::runtime::{self, Program};
use crate::scan::tokens;
use crate::{Expression, NoNames};

/// Names as a run has them.
struct Run;

impl Names for Run {
    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "vars" => {
                serde_json::from_str(r#"{"a": 1, "b": {"c": [{"a": "x"}, {"a": "y"}]}}"#).ok()
            }
            "env" => serde_json::from_str(r#"{"a": "x"}"#).ok(),
            _ => None,
        }
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        match id {
            "n" => Ok(serde_json::from_str(r#"{"a": [1, 2], "b": null}"#).unwrap()),
            _ => NoNames.node(id),
        }
    }
}

/// Compares what comes from here with what the evaluator says, errors included.
fn check(source: &str, item: &Value) -> Result<(), TestCaseError> {
    let tokens = tokens(source).unwrap();
    let fast = compile(source, &tokens).unwrap_or_else(|| panic!("{source} is not of the kind"));
    let expression = Expression::parse(source).unwrap();
    let program = Program {
        id: u64::MAX - u64::from(crc(source)),
        source,
        references: expression.references(),
        impure: false,
    };
    let slow = runtime::eval(&program, item, &Run);
    match fast.eval(item, &Run) {
        Err(Stop::Leave) => {}
        Err(Stop::Fault { fault, .. }) => {
            prop_assert_eq!(
                Some(fault.code),
                slow.err().map(|fault| fault.code),
                "{} of {}",
                source,
                item
            );
        }
        Ok(value) => prop_assert_eq!(Ok(value), slow, "{} of {}", source, item),
    }
    Ok(())
}

/// A number for a source, so that each has its own place among the compiled ones.
fn crc(source: &str) -> u32 {
    source.bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::json;
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|bool| json!(bool)),
        prop::sample::select(vec![
            json!(0),
            json!(1),
            json!(-3),
            json!(100),
            json!(1.5),
            json!(19.9),
            json!(1e20)
        ]),
        prop::sample::select(vec!["", "x", "y", "ä", "😀", "\u{ffff}", "1"])
            .prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| json!(items)),
            prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    })
}

fn any_path() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec![
        "$",
        "$vars",
        "$env",
        "$run",
        "$node(\"n\")",
        "$node('z')",
        "a",
        "b",
        "`c`",
        "d",
    ]);
    (start, prop::collection::vec(prop::sample::select(vec!["a", "b", "`c`", "d"]), 0..4)).prop_map(
        |(start, steps)| steps.into_iter().fold(start.to_owned(), |path, step| path + "." + step),
    )
}

fn any_operand() -> impl Strategy<Value = String> {
    let literal = prop::sample::select(vec![
        "0",
        "1",
        "-3",
        "100",
        "1.50",
        "\"x\"",
        "'y'",
        "''",
        "true",
        "false",
        "null",
        "\"ä\"",
        "'😀'",
        "'\u{ffff}'",
    ]);
    prop_oneof![3 => any_path(), 1 => literal.prop_map(str::to_owned)]
}

fn any_source() -> impl Strategy<Value = String> {
    let join =
        prop::collection::vec(any_operand(), 1..4).prop_map(|parts| parts.join(" & ")).boxed();
    let operand = prop_oneof![4 => any_operand(), 1 => join.clone()].boxed();
    let op = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let compare = (operand.clone(), op, operand)
        .prop_map(|(left, op, right)| format!("{left} {op} {right}"))
        .boxed();
    let yes = prop_oneof![3 => compare.clone(), 1 => any_operand(), 1 => compare.prop_map(|inner| format!("({inner})"))];
    let logic = prop::collection::vec((yes.clone(), prop::sample::select(vec!["and", "or"])), 1..4)
        .prop_map(|parts| {
            let (first, rest) = parts.split_first().unwrap();
            rest.iter().fold(first.0.clone(), |source, (next, op)| format!("{source} {op} {next}"))
        });
    prop_oneof![any_path(), join, yes, logic]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn what_is_evaluated_here_is_what_the_evaluator_says(source in any_source(), item in any_value()) {
        check(&source, &Value::from_serde(&item))?;
    }
}

/// Objects and lists within each other, with few names, so that paths find their way.
fn any_nested() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::json;
    let leaf = prop::sample::select(vec![json!(1), json!("x"), json!(null), json!([]), json!({})]);
    leaf.prop_recursive(6, 60, 3, |inner| {
        let both = (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"a": a, "b": b}));
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..3).prop_map(|items| json!(items)),
            1 => inner.prop_map(|a| json!({"a": a})),
            2 => both,
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn paths_through_lists_are_what_the_evaluator_says(
        steps in prop::collection::vec(prop::sample::select(vec!["a", "b"]), 1..5),
        inner in any_nested(),
        other in any_nested(),
    ) {
        let item = serde_json::json!({"a": inner, "b": other});
        check(&steps.join("."), &Value::from_serde(&item))?;
    }
}

#[test]
fn only_what_is_certain_is_evaluated_here() {
    for source in [
        "a[0]",
        "a.(b)",
        "(a).b",
        "a.*",
        "$sum(a)",
        "a + 1",
        "a in b",
        "a ? b : c",
        "{'a': b}",
        "[a]",
        "true.a",
        "'a\\n'",
        "a.'b'",
        "a = b = c",
        "$x",
        "-a",
        "a ~> $f",
    ] {
        let tokens = tokens(source).unwrap();
        assert!(compile(source, &tokens).is_none(), "{source}");
    }
}

#[test]
fn the_commonest_expressions_are_evaluated_here() {
    for source in [
        "a",
        "a.b.`c d`",
        "total > 100",
        "a = 'x' and (b != -1 or c)",
        "'A-' & id",
        "$vars.shop",
        "$node(\"n\").id",
        "$",
        "$.a",
        "null",
    ] {
        let tokens = tokens(source).unwrap();
        assert!(compile(source, &tokens).is_some(), "{source}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    let item: Value =
        serde_json::from_str(r#"{"id": 12345678901234567890, "total": 19.90}"#).unwrap();
    let shown = |source: &str| {
        Expression::parse(source).unwrap().eval(&item, &NoNames).unwrap().unwrap().to_string()
    };
    assert_eq!(shown("id"), "12345678901234567890");
    assert_eq!(shown("total"), "19.90");
    assert_eq!(shown("{\"id\": id}"), r#"{"id":12345678901234567890}"#);
    assert_eq!(shown("total * 2"), "39.8");
}
