//! SWIFT statements: messages, blocks, what tags say, and the way back.

mod common;

use common::corpus;
use data::{
    Limits, Value,
    mt940::{self, Items, Options, WriteOptions},
};
use proptest::prelude::*;

fn read(text: &str) -> Result<Value, mt940::Error> {
    mt940::read(text.as_bytes(), &Options::default(), &Limits::default())
}

fn again(value: &Value, options: &Options) -> Value {
    let mut out = Vec::new();
    mt940::write(value, &WriteOptions::default(), &mut out).expect("tags");
    mt940::read(&out, options, &Limits::default()).expect("what was written")
}

const STATEMENT: &str = "{1:F01BANKNL2A}{2:O940}{3:{108:x}}{4:\r\n:20:REF\r\n:25:NL01BANK\r\n:28C:17/2\r\n:60F:C251231EUR100,00\r\n\
:61:2512310101RD9,5NTRFNONREF//B1\r\nmore\r\n:86:051?00Transfer?20Invoice\r\n 7?32A\r\n:61:260102DR12,NMSC\r\n:62F:D260102EUR2,50\r\n:64:C260102EUR0,00\r\n:86:whole\r\n-}{5:{CHK:1}}\r\n";

#[test]
fn tags_say_what_they_say() {
    let value = read(STATEMENT).unwrap();
    let message = value.at(0).unwrap();
    assert_eq!(
        message.get("blocks").unwrap().to_string(),
        r#"{"1":"F01BANKNL2A","2":"O940","3":"{108:x}","5":"{CHK:1}"}"#
    );
    assert_eq!(message.get("tags").unwrap().as_list().unwrap().len(), 10);
    let expected = r#"{"reference":"REF","account":"NL01BANK","number":"17","sequence":"2","opening":{"date":"2025-12-31","currency":"EUR","amount":100.00},"closing":{"date":"2026-01-02","currency":"EUR","amount":-2.50},"available":{"date":"2026-01-02","currency":"EUR","amount":0.00},"details":"whole","transactions":[{"date":"2025-12-31","entry_date":"2026-01-01","mark":"RD","amount":9.5,"type":"NTRF","reference":"NONREF","bank_reference":"B1","supplement":"more","details":"051?00Transfer?20Invoice\n 7?32A","detail_fields":{"code":"051","00":"Transfer","20":"Invoice 7","32":"A"}},{"date":"2026-01-02","mark":"D","funds_code":"R","amount":-12,"type":"NMSC"}]}"#;
    assert_eq!(message.get("statement").unwrap().to_string(), expected);
    assert_eq!(again(&value, &Options::default()), value);
}

#[test]
fn messages_end_in_several_ways() {
    let two = format!("{}{STATEMENT}", STATEMENT.trim_end());
    for text in [two.as_str(), ":20:A\n:20:B\n", "HEAD\n940\n:20:A\n-\n\u{1}\n:20:B\n-\u{3}"] {
        let value = read(text).unwrap();
        assert_eq!(value.as_list().unwrap().len(), 2, "{text}");
        assert_eq!(again(&value, &Options::default()), value, "{text}");
    }
    let value = read("").unwrap();
    assert_eq!(value.to_string(), "[]");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let table = [
        ("1\n2\n", "line 1: no tag such as `:20:` follows, so this is no SWIFT message"),
        (
            ":20:A\n:60F:X\n",
            "line 2: the tag :60F: holds `X`, which is not a mark, a date, a currency and an amount, as C260301EUR100,00; read the tags only if the bank writes it so",
        ),
        (
            ":20:A\n:61:261301D1,NTRF\n",
            "line 2: the tag :61: holds `261301D1,NTRF`, which is not a date, a mark, an amount and a type, as 2603020302D9,50NTRFNONREF; read the tags only if the bank writes it so",
        ),
        ("{1:F01\n", "line 1: the block `{1:F01` is not closed by `}`"),
    ];
    for (text, expected) in table {
        assert_eq!(read(text).unwrap_err().to_string(), expected, "{text}");
    }
    let options = Options { tags_only: true, ..Options::default() };
    let value = mt940::read(b":60F:X\n", &options, &Limits::default()).unwrap();
    assert_eq!(value.to_string(), r#"[{"tags":[{"tag":"60F","text":"X"}]}]"#);
    let items =
        Items::new(&b":20:A\n:60F:X\n-\n:20:B\n-\n"[..], Options::default(), Limits::default());
    let items: Vec<_> = items.unwrap().collect();
    assert!(items[0].is_err() && items[1].is_ok() && items.len() == 2);
    let error = mt940::write(
        &Value::object([(
            "tags",
            Value::list([Value::object(
                [("tag", "86"), ("text", "a\n-")].map(|(k, v)| (k, Value::from(v))),
            )]),
        )]),
        &WriteOptions::default(),
        &mut Vec::new(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "message 1: a line of the tag :86: would begin another tag or end the message"
    );
}

#[test]
#[allow(clippy::print_stdout, reason = "the result by file is shown")]
fn the_statements_of_banks_are_read() {
    let Some(folder) = corpus("finance/mt940") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "sta") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        match mt940::read(&bytes, &Options::default(), &Limits::default()) {
            Ok(value) => {
                assert_eq!(again(&value, &Options::default()), value, "{}", path.display());
            }
            Err(error) => {
                println!("{}: {error}", path.display());
                assert!(error.place.line().is_some(), "{error}");
            }
        }
    }
}

proptest! {
    #[test]
    fn tags_are_equal_after_writing_and_reading(tags in prop::collection::vec(("(2[1-9]|[3-8][0-9])[A-Z]?", "[a-zA-Z0-9?/:]{1,9}(\n[a-z ]{0,4}[a-z])?"), 1..6)) {
        let tags = tags.into_iter().map(|(tag, text)| Value::object([("tag", Value::from(tag)), ("text", text.into())]));
        let value = Value::list([Value::object([("tags", Value::list(tags))])]);
        let options = Options { tags_only: true, ..Options::default() };
        prop_assert_eq!(again(&value, &options), value);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(:61:|:60F:|:86:|:20:|\n|-}|\\{1:|\\{4:|2603020302|[CD0-9,?A-Zä])*") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let _ = Items::new(bytes, Options::default(), Limits::default()).map(Iterator::count);
        }
    }
}
