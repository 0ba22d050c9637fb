//! XLSX: what is written is read again, sheets are found, and hostile workbooks are refused.

mod common;

use std::io::{Cursor, Read, Write};

use data::{
    Limits, Value, json,
    xlsx::{self, Column, ErrorCells, Header, Options, SheetOptions, Workbook, XlsxError},
};
use proptest::prelude::*;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect(text)
}

fn read(bytes: &[u8], options: &Options) -> Result<Value, XlsxError> {
    xlsx::read(bytes, options, &Limits::default())
}

fn write(items: &Value, sheet: &SheetOptions) -> Vec<u8> {
    xlsx::write(items.as_list().expect("a list"), sheet).expect("a workbook")
}

/// The workbook with one of its parts changed.
fn change(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a part");
        let name = file.name().expect("a name").into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).expect("a part of text");
        if name == part {
            text = change(text);
        }
        out.start_file(name, SimpleFileOptions::default()).expect("a part");
        out.write_all(text.as_bytes()).expect("a part");
    }
    out.finish().expect("a zip file").into_inner()
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn what_is_written_is_read_again() {
    let items = value(
        r#"[{"id":1,"name":"Ünï 😀 <&> \"x\"","total":19.9,"paid":true,"due":"2026-03-01"},
            {"id":2,"name":"00123","total":-0.1,"paid":false,"due":"2026-03-01T14:30:00"},
            {"id":3,"name":"=1+1","total":1e-7,"due":"2026-03-01T00:00:00"},
            {"id":4,"name":" two\nlines ","total":123456789012345,"due":"2026-03-01T10:00:00.250"}]"#,
    );
    let file = write(&items, &SheetOptions::new("Orders"));
    assert_eq!(read(&file, &Options::default()).expect("rows"), items);
    assert_eq!(
        file,
        write(&items, &SheetOptions::new("Orders")),
        "the same values, the same bytes"
    );
}

#[test]
fn what_a_sheet_cannot_hold_is_kept_as_text_or_left_out() {
    let items = value(
        r#"[{"a":12345678901234567890,"b":null,"c":"","d":[1,{"x":2}],"e":0.12345678901234567890123}]"#,
    );
    let expect = value(
        r#"[{"a":"12345678901234567890","d":"[1,{\"x\":2}]","e":"0.12345678901234567890123"}]"#,
    );
    let file = write(&items, &SheetOptions::new("S"));
    assert_eq!(read(&file, &Options::default()).expect("rows"), expect);
}

#[test]
fn columns_have_titles_formats_and_an_order() {
    let items = value(r#"[{"n":1.5,"day":"2026-03-01","other":1,"x":2},{"n":2}]"#);
    let sheet = SheetOptions {
        columns: vec![
            Column {
                title: Some("Day".into()),
                number_format: Some("dd.mm.yyyy".into()),
                ..Column::new("day")
            },
            Column { number_format: Some("0.00".into()), width: Some(20.0), ..Column::new("n") },
        ],
        filter: true,
        ..SheetOptions::new("Styled")
    };
    let mut writer = xlsx::Writer::new();
    writer.sheet(sheet).expect("a sheet");
    for item in items.as_list().expect("items") {
        writer.write(item).expect("a row");
    }
    let unknown: Vec<_> = writer.unknown_keys().iter().map(ToString::to_string).collect();
    assert_eq!(unknown, ["other", "x"]);
    let file = writer.finish().expect("a workbook");
    let expect = value(r#"[{"Day":"2026-03-01","n":1.5},{"n":2}]"#);
    assert_eq!(read(&file, &Options::default()).expect("rows"), expect);
}

#[test]
fn a_workbook_has_several_sheets() {
    let mut writer = xlsx::Writer::new();
    for name in ["One", "Two"] {
        writer.sheet(SheetOptions::new(name)).expect("a sheet");
        writer.write(&value(&format!(r#"{{"sheet":"{name}"}}"#))).expect("a row");
    }
    let again = writer.sheet(SheetOptions::new("ONE")).expect_err("the name is taken");
    assert!(again.to_string().contains("another sheet has it"), "{again}");
    let file = writer.finish().expect("a workbook");
    let workbook = Workbook::from_bytes(&file, &Limits::default()).expect("a workbook");
    assert_eq!(workbook.sheets(), ["One", "Two"]);
    let two = Options { sheet: Some("Two".into()), ..Options::default() };
    assert_eq!(read(&file, &two).expect("rows"), value(r#"[{"sheet":"Two"}]"#));
    let three = Options { sheet: Some("Three".into()), ..Options::default() };
    let error = read(&file, &three).expect_err("no such sheet").to_string();
    assert_eq!(error, "the workbook has no sheet `Three`; it has `One`, `Two`");
}

#[test]
fn names_that_come_again_and_cells_without_one_are_numbered() {
    let items = value(
        r#"[{"a":"n","b":"n","c":"n_2","d":"column_6"},{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}]"#,
    );
    let file = write(&items, &SheetOptions { header: false, ..SheetOptions::new("S") });
    let expect = value(r#"[{"n":1,"n_2":2,"n_2_2":3,"column_6":4,"column_5":5,"column_6_2":6}]"#);
    assert_eq!(read(&file, &Options::default()).expect("rows"), expect);
    // A row that is wider each time costs no more than its cells.
    let stairs: Value =
        (0..3000_usize).map(|at| Value::object([(format!("k{at}"), Value::from(at))])).collect();
    let file = write(&stairs, &SheetOptions { header: false, ..SheetOptions::new("S") });
    let rows = read(&file, &Options { header: Header::None, ..Options::default() }).expect("rows");
    assert_eq!(rows.at(2999).map(ToString::to_string).as_deref(), Some(r#"{"column_3000":2999}"#));
}

#[test]
fn the_header_and_the_range_can_be_told() {
    let items = value(r#"[{"a":"Title"},{"a":"x","b":"x","c":"z"},{"a":1,"b":2,"c":3,"d":4}]"#);
    let file = write(&items, &SheetOptions { header: false, ..SheetOptions::new("S") });
    let check = |options: Options, expect: &str| {
        assert_eq!(read(&file, &options).expect("rows"), value(expect), "{options:?}");
    };
    check(
        Options { header: Header::Row(2), ..Options::default() },
        r#"[{"x":1,"x_2":2,"z":3,"column_4":4}]"#,
    );
    check(
        Options { header: Header::Row(2), range: Some("B:C".into()), ..Options::default() },
        r#"[{"x":2,"z":3}]"#,
    );
    check(
        Options { header: Header::None, range: Some("B2:C9".into()), ..Options::default() },
        r#"[{"column_1":"x","column_2":"z"},{"column_1":2,"column_2":3}]"#,
    );
    let wrong = Options { range: Some("9:C".into()), ..Options::default() };
    assert!(read(&file, &wrong).is_ok_and(|rows| rows.as_list() == Some(&[])));
    let wrong = Options { range: Some("hello".into()), ..Options::default() };
    let error = read(&file, &wrong).expect_err("no range").to_string();
    assert!(error.starts_with("`hello` is no range"), "{error}");
}

#[test]
fn an_error_in_a_cell_is_told_with_its_place() {
    let file = write(&value(r#"[{"a":1,"b":7},{"a":2,"b":8}]"#), &SheetOptions::new("Sums"));
    let file = change(&file, SHEET, |text| {
        text.replace(r#"<c r="B2"><v>7</v></c>"#, r#"<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>"#)
    });
    let mut workbook = Workbook::from_bytes(&file, &Limits::default()).expect("a workbook");
    let rows: Vec<_> = workbook.rows(&Options::default()).expect("rows").collect();
    let error = rows[0].as_ref().expect_err("an error").to_string();
    assert!(error.starts_with("Sums!B2 holds the error #DIV/0!"), "{error}");
    assert_eq!(rows[1].as_ref().ok(), Some(&value(r#"{"a":2,"b":8}"#)));
    let text = Options { error_cells: ErrorCells::Text, ..Options::default() };
    let expect = value(r##"[{"a":1,"b":"#DIV/0!"},{"a":2,"b":8}]"##);
    assert_eq!(read(&file, &text).expect("rows"), expect);
    let missing = Options { error_cells: ErrorCells::Missing, ..Options::default() };
    assert_eq!(read(&file, &missing).expect("rows"), value(r#"[{"a":1},{"a":2,"b":8}]"#));
}

#[test]
fn dates_are_read_as_their_format_shows_them() {
    let file = write(&value(r#"[{"a":"2026-03-01"},{"a":0.5}]"#), &SheetOptions::new("S"));
    let check = |format: &str, expect: &str| {
        let file = change(&file, "xl/styles.xml", |text| {
            let from = text.find("formatCode=").expect("a format");
            let to = from + text[from..].find("/>").expect("its end");
            format!("{}formatCode=\"{format}\"{}", &text[..from], &text[to..])
        });
        let rows = read(&file, &Options::default()).expect("rows");
        let first = rows.at(0).and_then(|row| row.get("a")).map(ToString::to_string);
        assert_eq!(first.as_deref(), Some(expect), "{format}");
    };
    check("dd.mm.yy", "\"2026-03-01\"");
    check("d/m/yy h:mm", "\"2026-03-01T00:00:00\"");
    check("h:mm:ss", "\"00:00:00\"");
    check("[h]:mm", "\"PT1105968H\"");
    check("0.00", "46082");
    let file = change(&file, "xl/workbook.xml", |text| {
        text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    let rows = read(&file, &Options::default()).expect("rows");
    assert_eq!(rows, value(r#"[{"a":"2030-03-02"},{"a":0.5}]"#));
}

#[test]
fn hostile_workbooks_are_refused() {
    let file = write(&value(r#"[{"a":"x"}]"#), &SheetOptions::new("S"));
    let refused = |file: &[u8], part: &str| {
        let limits = Limits { bytes: 1 << 20, ..Limits::default() };
        let error = xlsx::read(file, &Options::default(), &limits).expect_err(part).to_string();
        assert!(error.contains(part), "{error}");
    };
    refused(b"", "no XLSX workbook");
    refused(b"PK\x03\x04", "no XLSX workbook");
    refused(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0], "old Excel file");
    let bomb = change(&file, SHEET, |text| text + &" ".repeat(2 << 20));
    assert!(bomb.len() < 20_000);
    refused(&bomb, "more than 1048576 bytes when unpacked");
    let claim = change(&file, "xl/sharedStrings.xml", |text| {
        text.replace("uniqueCount=\"2\"", "uniqueCount=\"99999999999999\"")
    });
    assert_ne!(claim, file);
    refused(&claim, "claim to be more");
    let outside = change(&file, SHEET, |text| text.replace("\"A2\"", "\"ZZZ9999999\""));
    refused(&outside, "sheet `S` is damaged after cell A1");
    let cut = change(&file, SHEET, |text| text[..text.find("</row>").unwrap_or(9)].to_owned());
    refused(&cut, "damaged");
    // Neither costs memory: no block of cells is made.
    let wide = change(&file, SHEET, |text| {
        text.replace("ref=\"A1:A2\"", "ref=\"A1:XFD1048576\"").replace("\"A2\"", "\"XFD1048576\"")
    });
    assert_ne!(wide, file);
    let rows = read(&wide, &Options::default()).expect("rows");
    assert_eq!(rows, value(r#"[{"column_16384":"x"}]"#));
}

#[test]
fn names_of_sheets_are_made_safe() {
    for (text, expect) in [
        ("Orders", "Orders"),
        ("a/b:c*?", "abc"),
        ("'quoted'", "quoted"),
        ("", "Sheet"),
        ("History", "Sheet"),
        ("0123456789012345678901234567890123456789", "0123456789012345678901234567890"),
    ] {
        let name = xlsx::safe_sheet_name(text);
        assert_eq!(name, expect);
        xlsx::write([], &SheetOptions::new(name)).expect("a workbook");
    }
    let error = xlsx::write([], &SheetOptions::new("a/b")).expect_err("a slash").to_string();
    assert!(error.starts_with("`a/b` cannot name a sheet"), "{error}");
}

#[test]
fn a_text_too_long_for_a_cell_is_told_with_its_place() {
    let long = Value::object([("a", Value::from("x".repeat(32_768)))]);
    let error = xlsx::write([&long], &SheetOptions::new("S")).expect_err("too long").to_string();
    assert_eq!(error, "S!A2 takes a text of more than 32767 characters; shorten it");
    let error = xlsx::write([&Value::from(1)], &SheetOptions::new("S")).expect_err("no object");
    assert!(error.to_string().starts_with("row 2 of sheet `S` is a number"), "{error}");
}

fn any_cell() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from).prop_filter("finite", |value| !value.is_null()),
        ".{1,20}".prop_map(Value::from),
        "[\u{1}-\u{7f}_x0-9A-F]{1,12}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_of_any_cells_are_equal_after_write_and_read(
        rows in prop::collection::vec(prop::collection::vec(any_cell(), 3), 0..6)
    ) {
        let items = Value::list(rows.into_iter().map(|cells| {
            Value::object(["a", "b", "c"].into_iter().zip(cells))
        }));
        let file = write(&items, &SheetOptions::new("Any"));
        let again = read(&file, &Options::default()).expect("rows");
        prop_assert_eq!(again, items);
    }

    #[test]
    fn random_bytes_in_a_workbook_never_panic(
        at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 1..8)
    ) {
        let items = value(r#"[{"a":"x","b":"2026-03-01"},{"a":1,"b":true}]"#);
        let mut file = write(&items, &SheetOptions::new("S"));
        let at = at.index(file.len() - bytes.len());
        file[at..at + bytes.len()].copy_from_slice(&bytes);
        let _ = read(&file, &Options::default());
    }

    #[test]
    fn random_text_in_a_sheet_never_panics(
        at in any::<prop::sample::Index>(), text in "[<>/=\"A-Z0-9:rtsce ]{1,6}"
    ) {
        let items = value(r#"[{"a":"x","b":"2026-03-01"},{"a":1,"b":true}]"#);
        let file = write(&items, &SheetOptions::new("S"));
        for part in [SHEET, "xl/styles.xml", "xl/workbook.xml", "xl/sharedStrings.xml"] {
            let file = change(&file, part, |mut part| {
                let at = at.index(part.len() - text.len());
                part.replace_range(at..at + text.len(), &text);
                part
            });
            let _ = read(&file, &Options::default());
        }
    }
}
