//! Fixed width: columns, record types, what does not fit, and the way back.

mod common;

use data::{
    FaultKind, Limits, Value,
    fixed::{self, Align, Column, ColumnKind, Ending, Items, Layout, Record, ShortLines, Trim},
    json,
};
use proptest::prelude::*;

fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect("JSON")
}

fn prices() -> Layout {
    Layout::of(Record::new(
        "price",
        [
            Column::text("sku", 1, 5),
            Column::integer("qty", 6, 4),
            Column::decimal("price", 10, 7, 2),
            Column { kind: ColumnKind::Decimal, ..Column::text("rate", 18, 6) },
            Column { align: Some(Align::Right), pad: Some('*'), ..Column::text("note", 24, 4) },
        ],
    ))
}

fn read(text: &str, layout: &Layout) -> Result<String, String> {
    fixed::read(text.as_bytes(), layout, &Limits::default())
        .map(|value| value.to_string())
        .map_err(|error| error.to_string())
}

fn write(text: &str, layout: &Layout) -> Result<String, String> {
    let mut out = Vec::new();
    fixed::write(&value(text), layout, &mut out).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).expect("UTF-8"))
}

#[test]
fn columns_become_members_and_back() {
    let text = "A-1  00120001990 0001.5**ab\n\u{e4}\u{20ac}   -003-000005 000000****\n         0000000       *c*d\n";
    let expected = r#"[{"sku":"A-1","qty":12,"price":19.90,"rate":1.5,"note":"ab"},{"sku":"ä€","qty":-3,"price":-0.05,"rate":0,"note":""},{"sku":"","qty":null,"price":0.00,"rate":null,"note":"c*d"}]"#;
    let layout = prices();
    assert_eq!(read(text, &layout), Ok(expected.to_owned()));
    let written = write(expected, &layout).unwrap();
    assert_eq!(read(&written, &layout), Ok(expected.to_owned()));
    assert_eq!(written.lines().next(), text.lines().next());
}

#[test]
fn lines_of_a_wrong_length_are_named_or_padded() {
    let layout = Layout::of(Record::new("r", [Column::text("a", 1, 3), Column::text("b", 5, 2)]));
    assert_eq!(
        read("abc de\r\n\r\nab\n", &layout),
        Err("line 3: the line has 2 characters, but the record `r` has 6".into())
    );
    assert_eq!(
        read("abc def\n", &layout),
        Err("line 1: the line has 7 characters, but the record `r` has 6".into())
    );
    let padding = Layout { short_lines: ShortLines::Pad, ..layout.clone() };
    assert_eq!(read("ab\n", &padding), Ok(r#"[{"a":"ab","b":""}]"#.into()));
    let unbroken = Layout { unbroken: true, length: Some(6), ending: Ending::None, ..layout };
    let items = r#"[{"a":"abc","b":"de"},{"a":"fgh","b":"ij"}]"#;
    assert_eq!(read("abc defgh ij", &unbroken), Ok(items.into()));
    assert_eq!(write(items, &unbroken), Ok("abc defgh ij".into()));
}

#[test]
fn what_does_not_fit_is_never_cut() {
    let layout = prices();
    let table = [
        (
            r#"{"sku":"ABCDEF"}"#,
            "item 1: `ABCDEF` has 6 characters but column `sku` has 5; shorten it",
        ),
        (
            r#"[{},{"qty":12345}]"#,
            "item 2: `12345` has 5 characters but column `qty` has 4; shorten it",
        ),
        (
            r#"{"qty":1.5}"#,
            "item 1: `1.5` has more than the 0 decimals of column `qty`; round it first",
        ),
        (
            r#"{"price":1.005}"#,
            "item 1: `1.005` has more than the 2 decimals of column `price`; round it first",
        ),
        (r#"{"price":"x"}"#, "item 1: `x` in column `price` is a text, not a number"),
        (
            r#"{"price":1e300}"#,
            "item 1: `1000000000000000000000000000000000000000…` has 303 characters but column `price` has 7; shorten it",
        ),
        (r#"{"sku":["x"]}"#, "item 1: column `sku` takes no list; map it to a text"),
        (r#"{"sku":"a\nb"}"#, "item 1: column `sku` cannot hold a line break"),
        ("[1]", "item 1: a line is made of an object, and this is a number"),
    ];
    for (source, expected) in table {
        assert_eq!(write(source, &layout), Err(expected.to_owned()), "{source}");
    }
    assert_eq!(
        read("A-1  00x20001990 0001.5**ab", &layout),
        Err("line 1, column 6: record `price`, column `qty` holds `00x2`, which is not digits"
            .into())
    );
}

#[test]
fn records_are_told_by_what_stands_in_them() {
    let layout = Layout {
        records: vec![
            Record::new("head", [Column::text("id", 2, 3)]).when(1, ["H"]),
            Record::new("special", [Column::text("kind", 2, 3)]).when(1, ["S"]),
            Record::new("plain", [Column::integer("n", 2, 3)]).when(1, ["L"]).within("head"),
            Record::new("odd", [Column::text("t", 2, 3)]).when(1, ["L"]).within("special"),
        ],
        ..Layout::default()
    };
    let text = "HA  \nL001\nS x \nL0 1\n";
    let expected = r#"[{"record":"head","id":"A"},{"record":"plain","n":1},{"record":"special","kind":"x"},{"record":"odd","t":"0 1"}]"#;
    assert_eq!(read(text, &layout), Ok(expected.into()));
    assert_eq!(write(expected, &layout).unwrap().replace("Sx  ", "S x "), text);
    assert_eq!(
        read("L001", &layout),
        Err("line 1: `L001` is none of the records of the layout (head, special, plain, odd)"
            .into())
    );
    assert_eq!(write(r#"{"id":1}"#, &layout), Err("item 1: the member `record` does not say which record it is (head, special, plain, odd)".into()));
    let items = Items::new(&b"HA  \n?\nHB  \n"[..], layout.clone(), Limits::default()).unwrap();
    let items: Vec<_> = items.collect();
    assert!(items[0].is_ok() && items[1].is_err() && items[2].is_ok());
    let text = serde_json::to_string(&layout).unwrap();
    assert_eq!(serde_json::from_str::<Layout>(&text).unwrap(), layout);
    let typed: Layout = serde_json::from_str(r#"{"records":[{"name":"r","columns":[{"name":"a","start":1,"length":5,"type":"decimal","decimals":2}]}]}"#).unwrap();
    assert_eq!(read("00150", &typed), Ok(r#"[{"a":1.50}]"#.into()));
}

#[test]
fn a_layout_that_is_wrong_is_refused() {
    let table = [
        (vec![], "the layout has no record"),
        (
            vec![Column::text("a", 1, 3), Column::text("b", 3, 1)],
            "record `r` of the layout: the columns `a` and `b` overlap",
        ),
        (
            vec![Column::text("a", 0, 3)],
            "record `r` of the layout: column `a` needs a start and a length from 1",
        ),
        (
            vec![Column::text("a", 1, 1), Column::text("a", 2, 1)],
            "record `r` of the layout: the column `a` comes twice",
        ),
    ];
    for (columns, expected) in table {
        let records = if columns.is_empty() { vec![] } else { vec![Record::new("r", columns)] };
        let layout = Layout { records, ..Layout::default() };
        let error = layout.check().unwrap_err();
        assert_eq!((error.kind, error.to_string().as_str()), (FaultKind::Option, expected));
        assert_eq!(read("", &layout), Err(expected.to_owned()));
    }
}

const ACH: &str = "\
101 23138010401210428821906240000A094101Federal Reserve Bank   My Bank Name                   
5225Name on Account                     121042882 PPDREG.SALARY      190625   1121042880000001
62723138010412345678         0100000000               Receiver Account Name   0121042880000001
82250000010023138010000100000000000000000000121042882                          121042880000001
9000001000001000000010023138010000100000000000000000000                                       
9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999
";

#[test]
fn ach_files_are_read_and_written_to_the_byte() {
    let layout = Layout::nacha();
    layout.check().unwrap();
    let items = fixed::read(ACH.as_bytes(), &layout, &Limits::default()).unwrap();
    let entry = items.at(2).unwrap();
    assert_eq!(entry.get("record").unwrap().as_str(), Some("entry"));
    assert_eq!(entry.get("amount").unwrap().to_string(), "1000000.00");
    assert_eq!(entry.get("individual_name").unwrap().as_str(), Some("Receiver Account Name"));
    let mut out = Vec::new();
    fixed::write(&items, &layout, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), ACH);
}

proptest! {
    #[test]
    fn lines_are_equal_after_writing_and_reading(
        rows in prop::collection::vec(("[a-c ä]{0,5}", -999_i64..9999, -99_999_i64..999_999, "[a-d]{0,4}"), 1..6)
    ) {
        let layout = prices();
        let rows = rows.into_iter().map(|(sku, qty, cents, note)| {
            let sign = if cents < 0 { "-" } else { "" };
            let price = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100);
            Value::object([
                ("sku", Value::from(sku.trim())),
                ("qty", qty.into()),
                ("price", data::Number::parse(&price).unwrap().into()),
                ("rate", Value::null()),
                ("note", note.into()),
            ])
        });
        let value = Value::list(rows);
        let mut out = Vec::new();
        fixed::write(&value, &layout, &mut out).unwrap();
        prop_assert_eq!(fixed::read(&out, &layout, &Limits::default()).unwrap(), value);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), value in common::any_value()) {
        let layout = Layout { records: vec![Record::new("r", [Column { trim: Trim::None, ..Column::text("a", 2, 3) }, Column::integer("n", 6, 2)])], unbroken: true, length: Some(9), short_lines: ShortLines::Pad, ..Layout::default() };
        let _ = Items::new(bytes.as_slice(), layout.clone(), Limits::default()).unwrap().count();
        let _ = Items::new(bytes.as_slice(), Layout::nacha(), Limits::default()).unwrap().count();
        let item = Value::object([("a", value.clone()), ("n", value)]);
        let _ = fixed::write(&item, &layout, &mut Vec::new());
    }
}
