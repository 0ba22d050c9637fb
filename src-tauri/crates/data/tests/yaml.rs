//! YAML: what scalars mean, aliases and their bombs, several documents, and the way back.

mod common;

use data::{
    FaultKind, Limits, Value, json,
    yaml::{self, Items, Options},
};
use proptest::prelude::*;

fn read(text: &str) -> Result<Value, yaml::Error> {
    yaml::read(text.as_bytes(), &Options::default(), &Limits::default())
}

#[test]
fn documents_become_values() {
    let table = [
        ("", "null"),
        ("# only\n", "null"),
        ("a: 1\nb: [x, 2.50, -0.0, ~, true]\n", r#"{"a":1,"b":["x",2.50,-0.0,null,true]}"#),
        ("- 12345678901234567890.10\n- 1e400\n", "[12345678901234567890.10,1e400]"),
        ("[+1, .5, 5., -.5, 0x1F, 0o17]", "[1,0.5,5,-0.5,31,15]"),
        (
            "[012, 1_000, yes, off, 2026-03-01, .inf, .nan, 0x, +, '1', \"2\"]",
            r#"["012","1_000","yes","off","2026-03-01",".inf",".nan","0x","+","1","2"]"#,
        ),
        (
            "[!!str 1, !!int '2', !!float 3, !!bool 'true', !!null '', ! 4, !own 5]",
            r#"["1",2,3,true,null,"4",5]"#,
        ),
        ("1: a\n~: b\ntrue: c\n'': d\n", r#"{"1":"a","~":"b","true":"c","":"d"}"#),
        (
            "a: &x {k: 1}\nb: *x\nc: [*x, *x]\n",
            r#"{"a":{"k":1},"b":{"k":1},"c":[{"k":1},{"k":1}]}"#,
        ),
        (
            "base: &b {x: 1, y: 2}\na:\n  <<: *b\n  y: 3\nc: {<<: [*b, {z: 4}]}\n\"<<\": 5\n",
            r#"{"base":{"x":1,"y":2},"a":{"y":3,"x":1},"c":{"x":1,"y":2,"z":4},"<<":5}"#,
        ),
        ("a: |\n  x\n   y\nb: >-\n  p\n  q\n", r#"{"a":"x\n y\n","b":"p q"}"#),
        ("\u{feff}--- x\n...\n", r#""x""#),
        ("a:\n- b:\n  - c\n", r#"{"a":[{"b":["c"]}]}"#),
    ];
    for (source, expected) in table {
        let value = read(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(value.to_string(), expected, "{source}");
        let written = yaml::to_string(&value);
        assert_eq!(read(&written).unwrap().to_string(), expected, "{written}");
    }
}

#[test]
fn values_become_block_style() {
    let value = json::read(
        br#"{"name":"A B","n":1.50,"no":"no","yes":["x",{"a":1,"b":[]},[[1],"2"]],"text":"p\nq\n","t":"p\n\n q","e":{},"d":"2026-03-01","q":"a: b","k y":null}"#,
        &Limits::default(),
    )
    .unwrap();
    let expected = "name: A B\n\"n\": 1.50\n\"no\": \"no\"\n\"yes\":\n  - x\n  - a: 1\n    b: []\n  - - - 1\n    - \"2\"\ntext: |\n  p\n  q\nt: |-\n  p\n\n   q\ne: {}\nd: \"2026-03-01\"\nq: \"a: b\"\nk y: null\n";
    assert_eq!(yaml::to_string(&value), expected);
    assert_eq!(read(expected).unwrap(), value);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let table = [
        ("a: 1\na: 2\n", "line 2, column 1: the key `a` comes twice"),
        (
            "a: 1\n? [x]\n: 1\n",
            "line 2, column 3: a list or an object stands as a key; write a text",
        ),
        (
            "a: 1\n--- \nb: 2\n",
            "line 2, column 1: a second document begins; read the source as several documents",
        ),
        ("a: !!int x\n", "line 1, column 4: `x` is tagged `!!int` but is not a whole number"),
        ("a: &x [*x]\n", "line 1, column 8: the alias stands within what it names"),
        ("a:\n  <<: 1\n", "line 2, column 7: `<<` merges objects, and something else stands here"),
    ];
    for (source, expected) in table {
        let error = read(source).expect_err(source);
        let place = error.place.line();
        assert!(place.is_some(), "{error}");
        assert_eq!(error.to_string(), expected, "{source}");
    }
    for (source, line) in [
        ("a: [1, 2\nb: 3\n", 2),
        ("a: 'x\n", 1),
        ("a: *x\n", 1),
        ("a:\n  b: 1\n c: 2\n", 3),
        ("a: @x", 1),
    ] {
        let error = read(source).expect_err(source);
        assert_eq!(error.kind, FaultKind::Syntax, "{source}");
        assert!(error.place.line().is_some_and(|found| found >= line), "{source}: {error}");
    }
    let error = yaml::read(b"a: \xff", &Options::default(), &Limits::default()).unwrap_err();
    assert_eq!((error.kind, error.place.line()), (FaultKind::Charset, Some(1)));
}

#[test]
fn bombs_are_refused_in_little_time() {
    let mut bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for n in 1..30 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        bomb.extend([&format!("a{n}: &a{n} "), "[", &aliases, "]\n"]);
    }
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for n in 1..400 {
        deep.extend([format!("a{n}: &a{n} [*a{}]\n", n - 1)]);
    }
    let table = [
        bomb,
        deep,
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
    ];
    for source in table {
        let start = std::time::Instant::now();
        let error = read(&source).expect_err("too much");
        assert!(start.elapsed().as_secs() < 5, "{error}");
        assert!(matches!(error.kind, FaultKind::Limit | FaultKind::Syntax), "{error}");
    }
}

#[test]
fn documents_of_a_stream_are_read_one_by_one() {
    let mut source = Vec::new();
    let values: Vec<Value> =
        (0..5000).map(|n| Value::object([("n", Value::from(n)), ("ä€", "ü😀".into())])).collect();
    yaml::write_all(&values, &mut source).unwrap();
    let items =
        Items::new(std::io::Cursor::new(source.clone()), Options::default(), Limits::default())
            .unwrap();
    assert_eq!(items.collect::<Result<Vec<_>, _>>().unwrap(), values);
    source.extend_from_slice(b"---\n\xff\n");
    let items =
        Items::new(std::io::Cursor::new(source), Options::default(), Limits::default()).unwrap();
    let items: Vec<_> = items.collect();
    assert!(items.last().unwrap().as_ref().unwrap_err().place.line().is_some());
    let long = format!("a: {}\n", "x".repeat(100_000)).into_bytes();
    let limits = Limits { bytes: 1000, ..Limits::default() };
    let mut items = Items::new(std::io::Cursor::new(long), Options::default(), limits).unwrap();
    assert_eq!(items.next().unwrap().unwrap_err().kind, FaultKind::Limit);
    assert!(items.next().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn values_are_equal_after_writing_and_reading(value in common::any_value(), text in "[a-c:#\\- \n\t'\"|>&*?%@{}\\[\\]!,0-9]{0,30}") {
        for value in [value, Value::object([(text.clone(), Value::from(text.as_str())), ("l".into(), Value::list([text.as_str().into()]))])] {
            let written = yaml::to_string(&value);
            let again = read(&written);
            prop_assert_eq!(again.as_ref(), Ok(&value), "{}", written);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[a-c:#\\- \n\t'\"|>&*?%@{}\\[\\]!,0-9<~]{0,60}") {
        let limits = Limits::default();
        let _ = yaml::read(&bytes, &Options::default(), &limits);
        let _ = read(&text);
        let _ = Items::new(std::io::Cursor::new(text.into_bytes()), Options::default(), limits).unwrap().count();
    }
}
