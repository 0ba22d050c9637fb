use proptest::prelude::*;

use super::*;
use crate::NoNames;

/// Names as a run has them, with a clock and a seed.
struct Run;

impl Names for Run {
    fn get(&self, name: &str) -> Option<Value> {
        let json = match name {
            "vars" => r#"{"shop": "http://shop", "list": [1, 2]}"#,
            "env" => r#"{"name": "test"}"#,
            "run" => r#"{"id": "r1"}"#,
            _ => return None,
        };
        serde_json::from_str(json).ok()
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        match id {
            "orders" => Ok(serde_json::from_str(r#"{"id": 7}"#).unwrap()),
            _ => Err(Fault::new("G0005", "There is none.")),
        }
    }

    fn now_ms(&self) -> Option<i64> {
        Some(1_700_000_000_123)
    }

    fn seed(&self) -> Option<u64> {
        Some(42)
    }
}

fn eval(source: &str, json: &str, names: &dyn Names) -> Result<Option<String>, Fault> {
    let item = serde_json::from_str(json).unwrap();
    let value = Expression::parse(source)?.eval(&item, names)?;
    Ok(value.map(|value| value.to_string()))
}

#[track_caller]
fn check(source: &str, json: &str, expected: &str) {
    assert_eq!(eval(source, json, &Run).unwrap().as_deref().unwrap_or("nothing"), expected);
}

#[track_caller]
fn refused(source: &str) -> (String, Option<(u32, u32)>, String) {
    let fault = Expression::parse(source).unwrap_err();
    (fault.code, fault.span.map(|span| (span.start, span.end)), fault.message)
}

#[test]
fn expressions_reach_the_item_and_the_names() {
    check("$sum(lines.price)", r#"{"lines": [{"price": 1.5}, {"price": 2}]}"#, "3.5");
    check("missing.field", "{}", "nothing");
    check("$vars.shop & '/' & $uppercase($env.name)", "{}", r#""http://shop/TEST""#);
    check("$count($vars.list)", "{}", "2");
    check("$run.id", "{}", r#""r1""#);
    check("$node('orders').id + 1", "{}", "8");
    check("[1..3].{'n': $}", "{}", r#"[{"n":1},{"n":2},{"n":3}]"#);
    check("$eval('$vars.shop')", "{}", r#""http://shop""#);
}

#[test]
fn a_node_that_is_not_there_is_a_fault_only_where_it_is_asked_for() {
    let fault = eval("1 + $node('x').id", "{}", &Run).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.span), ("G0005", Some(4..14)));
    let fault = eval("$node('x').id", "{}", &Run).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.span), ("G0005", Some(0..10)));
    check("true ? 1 : $node('x').id", "{}", "1");
}

#[test]
fn time_and_random_numbers_come_from_outside() {
    check("$millis()", "{}", "1700000000123");
    check("$now()", "{}", r#""2023-11-14T22:13:20.123Z""#);
    check("$now('[Y0001]-[M01]-[D01]')", "{}", r#""2023-11-14""#);
    check("$now('[H01]:[m01]', '+0200')", "{}", r#""00:13""#);
    let random = eval("[$random(), $random()]", "{}", &Run).unwrap();
    assert_eq!(random, eval("[$random(), $random()]", "{}", &Run).unwrap());
    assert_eq!(random.as_deref(), Some("[0.7415648787718233,0.1599103928769201]"));
    check("$shuffle([1,2,3,4,5])", "{}", "[2,3,5,1,4]");
    for source in ["$now()", "$millis()", "$random()", "$shuffle([1,2])"] {
        assert_eq!(eval(source, "{}", &NoNames).unwrap_err().code, "G0003", "{source}");
    }
}

#[test]
fn what_cannot_be_read_is_placed() {
    assert_eq!((refused("a +").0.as_str(), refused("a +").1), ("S0207", Some((3, 3))));
    assert_eq!(refused("a b").1, Some((2, 3)));
    assert_eq!(refused("äö[0").1, Some((4, 4)));
    assert_eq!((refused("a.b) + 1").0.as_str(), refused("a.b) + 1").1), ("S0201", Some((3, 4))));
    assert_eq!(refused("a ? 1 : ]").1, Some((8, 9)));
    assert_eq!(refused("").0, "S0207");
    assert_eq!(refused("'open").1, Some((0, 5)));
    assert!(refused("a.b) + 1").2.contains("`)` cannot stand here"));
}

#[test]
fn what_cannot_be_evaluated_has_jsonatas_code_and_a_sentence() {
    for (source, code) in [
        ("1 + 'a'", "T2002"),
        ("'a' < 1", "T2009"),
        ("$nosuch(1)", "T1006"),
        ("$number('x')", "D3030"),
        ("$sum", "G0006"),
        ("$error('There is no stock.')", "D3137"),
    ] {
        let fault = eval(source, "{}", &Run).unwrap_err();
        assert_eq!(fault.code, code, "{source}: {}", fault.message);
        assert!(fault.message.ends_with('.'), "{}", fault.message);
    }
}

#[test]
fn an_expression_without_an_end_is_stopped() {
    let code = |source: &str| eval(source, "{}", &Run).unwrap_err().code;
    assert_eq!(code("($f := function($n) { 1 + $f($n) }; $f(1))"), "D1011");
    assert_eq!(code("($f := function($n) { $f($n) }; $f(1))"), "D1012");
    assert_eq!(code("[1..9000000].($ * 2)"), "G0011");
}

#[test]
fn deep_sources_and_values_do_no_harm() {
    let deep = format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000));
    assert!(Expression::parse(&deep).is_err());
    assert!(Expression::parse(&"-".repeat(20_000)).is_err());
    let item = (0..20_000).fold(Value::null(), |value, _| Value::list([value]));
    let expression = Expression::parse("$count($) + 0").unwrap();
    assert_eq!(expression.eval(&item, &NoNames).unwrap(), Some(Value::from(1)));
}

#[test]
fn facts_are_known_without_evaluating() {
    let of = |source: &str| Expression::parse(source).unwrap();
    assert!(of("'a'").is_literal() && of("-1.5").is_literal() && of("null").is_literal());
    assert!(!of("a").is_literal() && !of("1 + 1").is_literal());
    assert_eq!(of("a.`b c`.d").as_path().unwrap(), ["a", "b c", "d"]);
    assert_eq!(of("a[0]").as_path(), None);
    assert_eq!(of("$vars.a").as_path(), None);
    assert!(
        of("total > 100")
            .test(&serde_json::from_str(r#"{"total": 101}"#).unwrap(), &NoNames)
            .unwrap()
    );
    assert!(!of("missing").test(&Value::null(), &NoNames).unwrap());
}

#[test]
fn expressions_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let expression = Expression::parse("$sum(a) * 2").unwrap();
    shared(&expression);
    let item: Value = serde_json::from_str(r#"{"a": [1, 2]}"#).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(expression.eval(&item, &NoNames).unwrap(), Some(Value::from(6)));
                }
            });
        }
    });
}

#[test]
fn expressions_are_texts_in_files() {
    let expression: Expression = serde_json::from_str("\"a.b\"").unwrap();
    assert_eq!(serde_json::to_string(&expression).unwrap(), "\"a.b\"");
    assert!(
        serde_json::from_str::<Expression>("\"a +\"")
            .unwrap_err()
            .to_string()
            .contains("too early")
    );
}

#[test]
fn every_function_of_the_table_can_be_called() {
    for function in crate::functions() {
        // Called without arguments they may complain of those, but must be known.
        let source = match function.name {
            "node" => "$node('orders')".to_owned(),
            "decimal" => "$type($decimal($string))".to_owned(),
            name => format!("$type(${name})"),
        };
        let shown = eval(&source, "{}", &Run).unwrap();
        let expected = if function.name == "node" { r#"{"id":7}"# } else { r#""function""# };
        assert_eq!(shown.as_deref(), Some(expected), "{}", function.name);
        assert!(function.signature.starts_with(&format!("${}(", function.name)));
    }
}

#[test]
fn digits_stay_as_long_as_nothing_is_counted() {
    let item = r#"{"id": 9007199254740993, "price": 19.90, "big": 123456789012345678901234567890}"#;
    let text = |source: &str| eval(source, item, &Run).unwrap().unwrap();
    assert_eq!(text("id"), "9007199254740993");
    assert_eq!(text("{'a': price}"), r#"{"a":19.90}"#);
    assert_eq!(text("$string(id) & '/' & price"), "\"9007199254740993/19.90\"");
    assert_eq!(text("$max([big, 1])"), "123456789012345678901234567890");
    assert_eq!(text("9007199254740993"), "9007199254740993");
    assert_eq!(text("id = 9007199254740992"), "false");
    assert_eq!(text("$number('9007199254740993')"), "9007199254740993");
}

#[test]
fn money_is_counted_in_decimals_where_it_is_asked_for() {
    let item =
        r#"{"lines": [{"price": 0.1, "n": 1}, {"price": 0.2, "n": 1}, {"price": 1e-7, "n": 0}]}"#;
    let text = |source: &str| eval(source, item, &Run).unwrap().unwrap();
    assert_eq!(text("0.1 + 0.2"), "0.30000000000000004");
    assert_eq!(text("$decimal(0.1 + 0.2)"), "0.3");
    assert_eq!(text("$decimal($sum(lines.(price * n)))"), "0.3");
    assert_eq!(text("$decimal($round(2.675, 2))"), "2.68");
    assert_eq!(text("$decimal(1 / 3)"), "0.3333333333333333333333333333");
    assert_eq!(text("$decimal(-0.5 - 0.5)"), "-1");
    assert_eq!(eval("$decimal(1 / 0)", item, &Run).unwrap_err().code, "D1001");
    let expression = Expression::parse("0.1 + 0.2").unwrap();
    let decimal = expression.eval_decimal(&Value::null(), &NoNames).unwrap().unwrap();
    assert_eq!(decimal.to_string(), "0.3");
}

#[test]
fn an_expression_tells_what_its_fields_are_made_from() {
    let explanation = Expression::parse(
        "{'no': orderNo, 'total': $sum(lines[qty > 0].(price * qty)), 'who': $vars.owner & customer.name,
          'list': $map(lines, function($l) { $l.sku })}",
    )
    .unwrap()
    .explain();
    let fields: Vec<(&str, Vec<&str>)> = explanation
        .fields
        .iter()
        .map(|(name, from)| (name.as_str(), from.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        fields,
        [
            ("no", vec!["orderNo"]),
            ("total", vec!["lines.price", "lines.qty"]),
            ("who", vec!["$vars.owner", "customer.name"]),
            ("list", vec!["lines.sku"]),
        ]
    );
    assert_eq!(explanation.sources.len(), 6);
}

#[test]
fn an_expression_tells_which_values_of_an_item_it_read() {
    let item = r#"{"lines": [{"price": 2, "qty": 3}, {"price": 5, "qty": 0}], "name": "x"}"#;
    let item: Value = serde_json::from_str(item).unwrap();
    let expression = Expression::parse("$sum(lines[qty > 0].price)").unwrap();
    let reads = expression.trace(&item, &NoNames).unwrap();
    let reads: Vec<String> =
        reads.iter().map(|read| format!("{}={}", read.path, read.value)).collect();
    assert_eq!(reads, ["lines[0].price=2", "lines[0].qty=3", "lines[1].qty=0"]);
}

/// Expressions whose parts have fast lanes.
const WITH_LANES: &[&str] = &[
    "a",
    "a.b",
    "lines.a",
    "lines.lines.a",
    "$",
    "$.a",
    "a + b",
    "a * b - 1",
    "-a",
    "(a + b) / 2",
    "a > b",
    "a = b",
    "a != 'x'",
    "a < 'x'",
    "a >= 1 and b",
    "a or lines",
    "a & b",
    "a & ' ' & lines.a",
    "$sum(a)",
    "$sum(lines.a)",
    "$sum(lines.(a * b))",
    "$sum($.lines.(a + b))",
    "$count(lines)",
    "$count(a)",
    "lines[a > 1]",
    "lines[a > 1].b",
    "lines[a = b].{'x': a, 'y': b}",
    "lines[a > 1][b < 2].a",
    "lines.{'x': a + b, 'y': $string(b)}",
    "lines[0].a",
    "lines{b: $sum(a)}",
    "lines{$string(a): $sum(b)}",
    "lines{b: $count($)}",
    "lines{b: a}",
    "lines{b: $sum($.(a * 2))}",
    "{'x': lines{b: $sum(a)}, 'y': a}",
    "{'a': a, 'b': lines.a, 'c': lines[a > 0].b, 'd': a * b, 'e': nothing}",
    "a ? b : lines",
    "lines[a].b",
    "lines[b = 'x' or a > 2].a",
    "$round(a, 1)",
    "$round(a * 1.5)",
    "$toMillis(a) + 1",
    "$formatNumber(a, '#0.00')",
    "$fromMillis(a, '[Y]')",
    "[lines.a]",
    "lines.a[]",
    "$uppercase(b)",
];

fn any_item() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::null()),
        any::<bool>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        (-30_i64..40).prop_map(|n| Value::from(n as f64 / 10.0)),
        prop::sample::select(vec!["", "x", "y", "2026-03-01T10:00:00Z"]).prop_map(Value::from),
    ];
    let object = |inner: BoxedStrategy<Value>| {
        prop::collection::vec((prop::sample::select(vec!["a", "b", "lines"]), inner), 0..4)
            .prop_map(Value::object)
    };
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let entry = object(inner.clone().boxed());
        prop_oneof![
            object(inner.boxed()),
            prop::collection::vec(entry.clone(), 0..6).prop_map(Value::list),
            prop::collection::vec(entry, 0..6)
                .prop_map(|entries| Value::object([("lines", Value::list(entries))])),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_lanes_give_what_the_general_way_gives(
        source in prop::sample::select(WITH_LANES), item in any_item()
    ) {
        let expression = Expression::parse(source).unwrap();
        let reads = std::cell::RefCell::default();
        // Who wants to know what is read gets no lane.
        let general = Options { reads: Some(&reads), ..Options::default() };
        let limits = crate::Limits::default();
        let code = |result: Result<Option<Value>, Fault>| {
            result.map(|value| value.map(|value| value.to_string())).map_err(|fault| fault.code)
        };
        for _ in 0..2 {
            let by_lane = code(expression.run(Some(&item), &NoNames, &limits, Options::default()));
            let generally = code(expression.run(Some(&item), &NoNames, &limits, general));
            prop_assert_eq!(by_lane, generally, "{} of {}", source, item);
        }
    }
}
