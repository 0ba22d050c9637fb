//! Values: equality, order, hash, sharing, paths, serde and the binary form.

mod common;

use std::{
    cmp::Ordering,
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use common::any_value;
use data::{
    Key, Kind, Limits, Number, Object, ObjectBuilder, Path, Shape, Value,
    bin::{self, BinError},
    json,
};
use proptest::prelude::*;

fn read(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect("JSON")
}

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn is_shared_between_threads<T: Send + Sync + 'static>() {}

#[test]
fn values_are_small_and_shared_between_threads() {
    is_shared_between_threads::<(Value, Object, Key, Shape, Number, Path, data::Schema)>();
    is_shared_between_threads::<(ObjectBuilder, bin::Decoder, json::Push)>();
    is_shared_between_threads::<json::Items<std::io::Empty>>();
    assert_eq!(size_of::<Value>(), 16);
}

#[test]
fn numbers_are_equal_by_value_however_they_are_written() {
    let groups: &[&[&str]] = &[
        &["0", "-0", "0.0", "-0.0", "0e5", "0.000e-7"],
        &["1", "1.0", "1e0", "10e-1", "0.1e1", "1.000000000000000000000000"],
        &["0.1", "1e-1", "0.10"],
        &["1000", "1e3", "1.0E+3"],
        &["9223372036854775807", "9223372036854775807.0", "9.223372036854775807e18"],
        &["123456789012345678901234567890", "1.2345678901234567890123456789e29"],
        &["-12.50", "-12.5", "-125e-1"],
        &["1e400", "10e399"],
    ];
    for (at, group) in groups.iter().enumerate() {
        for a in *group {
            for b in *group {
                assert_eq!(number(a), number(b), "{a} {b}");
                assert_eq!(hash(&number(a)), hash(&number(b)), "{a} {b}");
            }
            for (other_at, other) in groups.iter().enumerate() {
                assert_eq!(number(a) == number(other[0]), at == other_at, "{a} {}", other[0]);
            }
        }
    }
    assert_eq!(Value::from(0.1), read("0.1"));
    assert_eq!(Value::from(1.0), Value::from(1));
    assert_ne!(read("9007199254740993"), read("9007199254740992"));
    assert_ne!(read("9007199254740993"), Value::from(9_007_199_254_740_992.0));
}

#[test]
fn numbers_sort_by_value() {
    let sorted = [
        "-1e400",
        "-9223372036854775809",
        "-9223372036854775808",
        "-1000",
        "-1.5",
        "-1",
        "-0.1",
        "-1e-400",
        "0",
        "1e-400",
        "1e-7",
        "0.1",
        "0.10000000000000000001",
        "0.2",
        "1",
        "1.5",
        "2",
        "10",
        "9007199254740992",
        "9007199254740992.5",
        "9007199254740993",
        "1e100",
        "1e400",
        "1e401",
    ];
    for (at, a) in sorted.iter().enumerate() {
        for (other, b) in sorted.iter().enumerate() {
            assert_eq!(number(a).compare(&number(b)), at.cmp(&other), "{a} {b}");
        }
    }
}

#[test]
fn numbers_turn_into_machine_numbers() {
    let table = [
        ("2", Some(2), 2.0),
        ("2.0", Some(2), 2.0),
        ("2e3", Some(2000), 2000.0),
        ("2.5", None, 2.5),
        ("-0.0", Some(0), 0.0),
        ("9223372036854775807", Some(i64::MAX), 9_223_372_036_854_775_807.0),
        ("9223372036854775807.00", Some(i64::MAX), 9_223_372_036_854_775_807.0),
        ("9223372036854775808", None, 9_223_372_036_854_775_808.0),
        ("1e18", Some(1_000_000_000_000_000_000), 1e18),
        ("1e30", None, 1e30),
        ("1e400", None, f64::INFINITY),
        ("0.30000000000000004", None, 0.300_000_000_000_000_04),
        ("1.23456789012345678", None, 1.234_567_890_123_456_8),
    ];
    for (text, int, float) in table {
        assert_eq!(number(text).as_i64(), int, "{text}");
        assert!(number(text).as_f64().total_cmp(&float).is_eq() || float == 0.0, "{text}");
        assert_eq!(
            number(text).is_whole(),
            int.is_some() || !number(text).text().contains('.'),
            "{text}"
        );
    }
    for text in ["", "-", "01", "1.", ".5", "+1", "1e", "NaN", "Infinity", "0x1", " 1", "1 "] {
        assert!(Number::parse(text).is_none(), "{text}");
    }
}

#[test]
fn computed_numbers_are_written_as_ecmascript_writes_them() {
    let table = [
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e21, "1e+21"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
        (1.5e-9, "1.5e-9"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-1234.5, "-1234.5"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (f64::MAX, "1.7976931348623157e+308"),
    ];
    for (float, text) in table {
        assert_eq!(Value::from(float).to_string(), text);
        assert_eq!(Value::from(float).size(), text.len());
    }
    assert!(Value::from(f64::NAN).is_null() && Value::from(f64::INFINITY).is_null());
    assert_eq!(Value::from(u64::MAX).to_string(), "18446744073709551615");
}

#[test]
fn kinds_sort_in_their_order() {
    let sorted = [
        "null",
        "false",
        "true",
        "-1",
        "2",
        "10",
        "\"\"",
        "\"Z\"",
        "\"a\"",
        "\"ä\"",
        "[]",
        "[1]",
        "[1,2]",
        "[2]",
        "{}",
        "{\"a\":1}",
        "{\"a\":1,\"b\":1}",
        "{\"a\":2}",
        "{\"b\":1}",
    ];
    for (at, a) in sorted.iter().enumerate() {
        for (other, b) in sorted.iter().enumerate() {
            assert_eq!(read(a).compare(&read(b)), at.cmp(&other), "{a} {b}");
        }
    }
    assert_eq!(Kind::Bool.to_string(), "boolean");
}

#[test]
fn values_are_group_keys() {
    let groups: HashSet<Value> =
        ["1", "1.0", "\"1\"", "{\"a\":1,\"b\":2}", "{\"b\":2.0,\"a\":1}", "[1]", "[1.0]"]
            .map(read)
            .into_iter()
            .collect();
    assert_eq!(groups.len(), 4);
}

#[test]
fn objects_are_changed_by_making_new_ones() {
    let order = read(r#"{"id":1,"total":2}"#);
    let order = order.as_object().unwrap();
    assert_eq!(Value::from(order.with("id", 5.into())).to_string(), r#"{"id":5,"total":2}"#);
    let (a, b) = (order.with("paid", true.into()), order.with("paid", false.into()));
    assert_eq!(Value::from(a.clone()).to_string(), r#"{"id":1,"total":2,"paid":true}"#);
    assert!(a.shape().ptr_eq(b.shape()), "the same step leads to the same shape");
    let (c, d) = (a.without("id"), b.without("id"));
    assert_eq!(Value::from(c.clone()).to_string(), r#"{"total":2,"paid":true}"#);
    assert!(c.shape().ptr_eq(d.shape()));
    assert!(order.without("nothing").ptr_eq(order));
    assert_eq!(order.get("total"), order.get_key(&Key::new("total")));
    assert!(order.get("x").is_none());
}

#[test]
fn objects_of_a_known_shape_take_their_values_in_order() {
    let shape = Shape::new(["a", "b", "a", "c"]);
    assert_eq!(shape.len(), 3);
    let object = Object::from_shape(&shape, [1.into(), 2.into()]);
    assert_eq!(Value::from(object).to_string(), r#"{"a":1,"b":2,"c":null}"#);
    let object = Object::from_shape(&shape, (0..9).map(Value::from));
    assert_eq!(Value::from(object).to_string(), r#"{"a":0,"b":1,"c":2}"#);
}

#[test]
fn a_builder_shares_shapes_and_forgets_what_was_finished() {
    let mut builder = ObjectBuilder::new();
    let mut build = |keys: &[&str]| {
        for (at, key) in keys.iter().enumerate() {
            builder.push(key, at.into());
        }
        builder.finish()
    };
    let (a, b, c) = (build(&["x", "y"]), build(&["x", "z", "x"]), build(&["x", "y"]));
    assert!(a.shape().ptr_eq(c.shape()));
    assert_eq!(Value::from(b).to_string(), r#"{"x":2,"z":1}"#);
    assert_eq!(Value::from(build(&[])).to_string(), "{}");
    let wide: Vec<String> = (0..2000).map(|n| format!("k{n}")).collect();
    let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
    let object = build(&wide);
    assert_eq!(object.len(), 2000);
    assert_eq!(object.get("k1999").unwrap().as_i64(), Some(1999));
    assert_eq!(build(&wide), object);
}

#[test]
fn equal_keys_are_one_key_in_memory() {
    assert!(Key::new("total").ptr_eq(&Key::new("total")));
    let long = "x".repeat(1000);
    assert_eq!(Key::new(&long), Key::new(&long));
    assert_eq!(hash(&Key::new(&long)), hash(&Key::new(&long)));
}

#[test]
fn a_deep_value_is_dropped_in_bounded_stack() {
    let deep = |n: usize| {
        (0..n).fold(Value::null(), |value, at| {
            if at % 2 == 0 { vec![value, 1.into()].into() } else { Value::object([("a", value)]) }
        })
    };
    let thread = std::thread::Builder::new().stack_size(128 << 10);
    thread
        .spawn(move || {
            let value = deep(1_000_000);
            let shared = value.clone();
            drop(value);
            drop(shared);
            drop((0..100).map(|_| deep(1000)).collect::<Vec<_>>());
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn paths_lead_to_parts() {
    let value = read(r#"{"a":{"b":[{"c":1},[2,3]],"odd key":4,"x.y":5,"q\"":6},"$":7,"é":8}"#);
    let table = [
        ("", "", None),
        ("$", "", None),
        ("a.b[0].c", "a.b[0].c", Some("1")),
        ("$.a.b[1][0]", "a.b[1][0]", Some("2")),
        ("a.\"odd key\"", "a.\"odd key\"", Some("4")),
        ("a[\"x.y\"]", "a.\"x.y\"", Some("5")),
        ("a.\"q\\\"\"", "a.\"q\\\"\"", Some("6")),
        ("\"$\"", "\"$\"", Some("7")),
        ("é", "é", Some("8")),
        ("a.b[2]", "a.b[2]", Some("-")),
        ("a.b.c", "a.b.c", Some("-")),
        ("x", "x", Some("-")),
    ];
    for (text, shown, expected) in table {
        let path = Path::parse(text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(path.to_string(), if shown.is_empty() { "$" } else { shown });
        assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
        let found = path.get(&value).map(ToString::to_string);
        match expected {
            None => assert_eq!(path.get(&value), Some(&value)),
            Some("-") => assert_eq!(found, None),
            Some(text) => assert_eq!(found.as_deref(), Some(text)),
        }
    }
    let table = [
        (
            "a.",
            "path `a.`: expected a name (quote names with dots, brackets or spaces) at character 3",
        ),
        ("a[x]", "path `a[x]`: expected the number of an item at character 3"),
        ("a[1", "path `a[1`: expected `]` at character 4"),
        ("a[1]b", "path `a[1]b`: expected `.` or `[` at character 5"),
        ("a b", "path `a b`: expected `.` or `[` at character 2"),
        ("a.\"b", "path `a.\"b`: quotes that are not closed at character 3"),
    ];
    for (text, expected) in table {
        assert_eq!(Path::parse(text).unwrap_err().to_string(), expected);
    }
    assert_eq!(Path::root().key("a").index(2).key("b c").to_string(), "a[2].\"b c\"");
}

#[test]
fn digits_survive_serde_both_ways() {
    let text = r#"{"a":19.90,"b":1e+400,"c":123456789012345678901234567890,"d":-0.0,"e":[null,true,"x",5]}"#;
    let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
    let ours = Value::from_serde(&theirs);
    assert_eq!(ours.to_string(), text);
    assert_eq!(serde_json::to_string(&ours.to_serde()).unwrap(), text);
    assert_eq!(serde_json::to_string(&ours).unwrap(), text);
    assert_eq!(serde_json::from_str::<Value>(text).unwrap().to_string(), text);
    assert_eq!(serde_json::from_value::<Value>(theirs).unwrap().to_string(), text);
    assert_eq!(serde_json::to_value(&ours).unwrap(), ours.to_serde());
}

#[test]
fn damaged_spill_files_are_told() {
    let mut out = bin::Writer::new(Vec::new());
    let values = [
        read(r#"{"a":[1.50,-3,"text",null,true]}"#),
        read("[]"),
        Value::from(0.5),
        Value::from(i64::MIN),
    ];
    for value in &values {
        out.write(value).unwrap();
    }
    let bytes = out.finish().unwrap();
    let read_back: Vec<Value> = bin::Reader::new(bytes.as_slice()).map(Result::unwrap).collect();
    assert_eq!(read_back, values);
    for n_bytes in 0..bytes.len() {
        let last = bin::Reader::new(&bytes[..n_bytes]).last();
        assert!(matches!(last, None | Some(Ok(_) | Err(BinError::Damaged(_) | BinError::Read(_)))));
    }
    let deep = [7, 1].repeat(100_000);
    assert!(matches!(bin::decode(&deep), Err(BinError::Damaged("values are nested too deep"))));
}

proptest! {
    #[test]
    fn equality_order_and_hash_agree(a in any_value(), b in any_value(), c in any_value()) {
        prop_assert_eq!(a == b, a.compare(&b) == Ordering::Equal);
        prop_assert_eq!(a.compare(&b), b.compare(&a).reverse());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        let again = read(&a.to_string());
        prop_assert_eq!(hash(&a), hash(&again));
        if let Some(object) = a.as_object() {
            let turned = Value::object(object.iter().rev().map(|(k, v)| (k.clone(), v.clone())));
            prop_assert_eq!(&turned, &a);
            prop_assert_eq!(hash(&turned), hash(&a));
            prop_assert_eq!(turned.compare(&a), Ordering::Equal);
        }
    }

    #[test]
    fn the_binary_form_is_exact(values in prop::collection::vec(any_value(), 1..5)) {
        let mut decoder = bin::Decoder::default();
        for value in &values {
            let mut bytes = Vec::new();
            bin::encode(value, &mut bytes);
            let (back, n_bytes) = decoder.decode(&bytes).unwrap();
            prop_assert_eq!(n_bytes, bytes.len());
            prop_assert_eq!(back.to_string(), value.to_string());
        }
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = bin::decode(&bytes);
        let _ = bin::Reader::new(bytes.as_slice()).count();
    }

    #[test]
    fn serde_gives_the_same_value(value in any_value()) {
        // `serde_json` writes the sign of every exponent, and a small `e`.
        let plain = |value: &Value| value.to_string().replace("e+", "e").replace(['E', '+'], "e").replace("ee", "e");
        let through = Value::from_serde(&value.to_serde());
        prop_assert_eq!(&through, &value);
        prop_assert_eq!(plain(&through), plain(&value));
        let read: Value = serde_json::from_str(&value.to_string()).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(plain(&read), plain(&value));
    }

    #[test]
    fn paths_are_written_as_they_are_read(keys in prop::collection::vec(".{0,6}", 0..4), index: u16) {
        let path = keys.iter().fold(Path::root(), |path, key| path.key(key)).index(index.into());
        prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
    }

    #[test]
    fn any_text_is_a_path_or_none(text in ".{0,12}") {
        let _ = Path::parse(&text);
    }
}
