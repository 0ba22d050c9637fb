//! Sources without sense: whatever they are, they are read and evaluated without a panic, within
//! their limits, and with faults that have a place.

use std::time::Duration;

use data::Value;
use mapping::{Expression, Limits, NoNames, syntax};
use proptest::prelude::*;

/// What sources are put together from.
const PIECES: &[&str] = &[
    "a",
    "b.c",
    "lines",
    "price",
    "`odd name`",
    "$",
    "$$",
    "$x",
    "$v",
    "*",
    "**",
    "%",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'t'",
    "\"k\"",
    "1",
    "0",
    "2.50",
    "1e3",
    "-",
    "+",
    "*",
    "/",
    "%",
    "&",
    "=",
    "!=",
    "<",
    ">=",
    " in ",
    " and ",
    " or ",
    ".",
    ",",
    ";",
    ":",
    "?",
    "??",
    "?:",
    ":=",
    "~>",
    "@$x",
    "#$i",
    "^(",
    "[]",
    "[0]",
    "[-1]",
    "[price > 1]",
    "..",
    "function($v){",
    "λ($v){",
    "$sum(",
    "$map(",
    "$filter(",
    "$reduce(",
    "$string(",
    "$number(",
    "$substring(",
    "$replace(",
    "/a(b)?/i",
    "/x",
    "$match(",
    "$split(",
    "$join(",
    "$sort(",
    "$keys(",
    "$merge(",
    "$each(",
    "$eval(",
    "$fromMillis(",
    "$toMillis(",
    "$formatNumber(",
    "'#,##0.00'",
    "'[Y0001]-[M01]'",
    "$zip(",
    "$append(",
    "$spread(",
    "$sift(",
    "$single(",
    "$pad(",
    "$decimal(",
    "$now(",
    "|$|{'a':1}|",
    "|",
    "true",
    "false",
    "null",
    "/*",
    "*/",
    "\\",
    "ä",
    "😀",
    "{'k': ",
    "<s:s>",
];

fn item() -> Value {
    let text = r#"{"a": 1, "b": {"c": [1, 2, null]}, "odd name": "x y",
        "lines": [{"price": 2.50, "sku": "A"}, {"price": 0.1, "sku": "B", "more": [[1], []]}]}"#;
    serde_json::from_str(text).expect("the samples are JSON")
}

fn limits() -> Limits {
    Limits { time: Duration::from_millis(20), steps: 200_000, bytes: 4 << 20, ..Limits::default() }
}

fn try_out(source: &str) -> Result<(), TestCaseError> {
    let n_units = source.encode_utf16().count() as u32;
    let (tree, faults) = syntax::parse(source);
    prop_assert!(tree.span.end as usize <= source.len());
    for fault in &faults {
        prop_assert!(!fault.message.is_empty());
        let span = fault.span.clone().unwrap_or_default();
        prop_assert!(span.start <= span.end && span.end <= n_units, "{source}: {fault:?}");
    }
    let parsed = Expression::parse(source);
    prop_assert!(faults.is_empty() || parsed.is_err(), "{source}");
    let Ok(expression) = parsed else { return Ok(()) };
    let item = item();
    if let Err(fault) = expression.eval_within(Some(&item), &NoNames, &limits()) {
        let span = fault.span.unwrap_or_default();
        prop_assert!(span.end <= n_units, "{source}: {span:?}");
    }
    let _ = expression.eval_decimal(&Value::null(), &NoNames);
    let _ = expression.trace(&item, &NoNames);
    expression.explain();
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_expressions_do_no_harm(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        try_out(&pieces.concat())?;
        try_out(&pieces.join(" "))?;
    }

    #[test]
    fn any_text_does_no_harm(source in any::<String>()) {
        try_out(&source)?;
    }
}
