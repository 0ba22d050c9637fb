//! CSV and schema inference.

mod common;

use common::corpus;
use data::{
    Limits, Schema, Value,
    csv::{self, CsvOptions, Dialect, Reader, Trim, Writer},
    fixed, json, mt940,
    schema::TextFormat,
    xml, yaml,
};

fn read(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect("JSON")
}

fn rows(text: impl AsRef<[u8]>, options: CsvOptions) -> Vec<Result<String, String>> {
    Reader::new(text.as_ref(), options)
        .expect("a source that does not break off")
        .map(|row| row.map(|v| v.to_string()).map_err(|e| e.to_string()))
        .collect()
}

fn ok(texts: &[&str]) -> Vec<Result<String, String>> {
    texts.iter().map(|text| Ok((*text).to_owned())).collect()
}

#[test]
fn rows_become_objects_of_texts() {
    let table: &[(&str, &[&str])] = &[
        ("a,b\n1,2\n3,4", &[r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":"4"}"#]),
        ("\u{feff}a;b\r\n1,5;2\r\n", &[r#"{"a":"1,5","b":"2"}"#]),
        ("a\tb\n1\t2\n", &[r#"{"a":"1","b":"2"}"#]),
        ("a|b\n\"1|2\"|3\n", &[r#"{"a":"1|2","b":"3"}"#]),
        (
            "name,note\n\"A, B\",\"say \"\"hi\"\"\nnow\"\n",
            &[r#"{"name":"A, B","note":"say \"hi\"\nnow"}"#],
        ),
        ("one\nx\n\ny\n", &[r#"{"one":"x"}"#, r#"{"one":"y"}"#]),
        ("a,b,c\n1\n", &[r#"{"a":"1"}"#]),
        ("a,,a,a\n1,2,3,4\n", &[r#"{"a":"1","column_2":"2","a_2":"3","a_3":"4"}"#]),
        ("a,b\n", &[]),
        ("", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(rows(text, CsvOptions::default()), ok(expected), "{text}");
    }
}

#[test]
fn options_are_followed() {
    let options = CsvOptions {
        header: false,
        delimiter: Some(b','),
        trim: Trim::All,
        ..CsvOptions::default()
    };
    assert_eq!(rows("x , 1;2\n", options), ok(&[r#"{"column_1":"x","column_2":"1;2"}"#]));
    let options = CsvOptions { trim: Trim::Header, ..CsvOptions::default() };
    assert_eq!(rows(" a , b \n 1 ,2\n", options), ok(&[r#"{"a":" 1 ","b":"2"}"#]));
}

#[test]
fn a_row_that_is_wrong_is_named_and_the_next_is_read() {
    let items = rows("a,b\n1,2\n\"x\ny\",2,3\n5,6\n", CsvOptions::default());
    assert_eq!(
        items[1].as_ref().unwrap_err(),
        "line 3 has 3 fields but there are 2 columns; quote fields that contain the delimiter"
    );
    assert_eq!(items[2], Ok(r#"{"a":"5","b":"6"}"#.to_owned()));
    let items = rows(b"a,b\n1,\xff\n3,4\n", CsvOptions::default());
    assert_eq!(
        items[0].as_ref().unwrap_err(),
        "line 2, field 2 is not UTF-8; save the file as UTF-8"
    );
    assert_eq!(items[1], Ok(r#"{"a":"3","b":"4"}"#.to_owned()));
}

#[test]
fn a_row_without_end_is_refused() {
    let text = format!("a,b\n1,2\n\"{}", "x,".repeat(100_000));
    let options = CsvOptions { max_row_bytes: 50_000, ..CsvOptions::default() };
    let items = rows(text, options);
    assert_eq!(items[0], Ok(r#"{"a":"1","b":"2"}"#.to_owned()));
    let expected = "the row on line 3 is longer than 50000 bytes; is a quote not closed?";
    assert_eq!(items[1].as_ref().unwrap_err(), expected);
    assert_eq!(items.len(), 2);
}

#[test]
fn a_header_of_equal_names_is_read_in_good_time() {
    let text = format!("{}a\n1\n", "a,".repeat(200_000));
    let options = CsvOptions { max_row_bytes: 1 << 20, ..CsvOptions::default() };
    assert_eq!(rows(text, options), ok(&[r#"{"a":"1"}"#]));
    let items = rows("a,a_2,a\n1,2,3\n", CsvOptions::default());
    assert_eq!(items, ok(&[r#"{"a":"1","a_2":"2","a_3":"3"}"#]));
}

#[test]
fn the_csv_samples_are_read() {
    let Some(folder) = corpus("csv") else { return };
    let mut n_checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let reader =
            Reader::new(std::fs::File::open(&path).unwrap(), CsvOptions::default()).unwrap();
        let rows: Vec<_> = reader.collect();
        assert!(!rows.is_empty(), "{}", path.display());
        let Ok(expected) = std::fs::read(path.with_extension("json")) else { continue };
        let expected = json::read(&expected, &Limits::default()).unwrap();
        // One sample's expectation is of another row than the one it has.
        let Some(expected) = expected.as_list() else { continue };
        let rows: Vec<Value> = rows.into_iter().map(Result::unwrap).collect();
        assert_eq!(rows, expected, "{}", path.display());
        n_checked += 1;
    }
    assert!(n_checked >= 4);
}

#[test]
fn objects_become_rows() {
    let mut writer = Writer::new(Vec::new(), b',');
    for text in [
        r#"{"id":1,"name":"A, \"B\"","tags":["x"],"none":null}"#,
        r#"{"name":"C","id":2.50,"extra":1}"#,
        r#"{"extra":2,"more":3}"#,
    ] {
        writer.write(&read(text)).unwrap();
    }
    assert_eq!(
        writer.write(&read("[1]")).unwrap_err().to_string(),
        "row 4 is a list, and CSV takes objects; map it to named fields first"
    );
    assert_eq!(writer.unknown_keys(), ["extra", "more"]);
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(text, "id,name,tags,none\n1,\"A, \"\"B\"\"\",\"[\"\"x\"\"]\",\n2.50,C,,\n,,,\n");
    let writer = Writer::with_columns(Vec::new(), b';', ["a", "b"]).unwrap();
    assert_eq!(writer.finish().unwrap(), b"a;b\n");
    let mut writer = Writer::with_columns(Vec::new(), b',', ["a"]).unwrap();
    writer.write(&read(r#"{"b":1}"#)).unwrap();
    let text = writer.finish().unwrap();
    assert_eq!(text, b"a\n\"\"\n");
}

#[test]
fn a_schema_tells_what_was_seen() {
    let items = [
        r#"{"id":1,"at":"2026-03-01T12:30:00Z","mail":"a@example.com","lines":[{"qty":1},{"qty":2.5,"gift":true}]}"#,
        r#"{"id":2,"at":"2026-03-02T00:00:00+01:00","mail":null,"lines":[]}"#,
        r#"{"id":30,"at":"2026-03-02T00:00","extra":"x"}"#,
        r#"{"id":-4,"at":"2026-03-02 10:00:00.5Z","mail":"b@example.org","lines":"none"}"#,
    ]
    .map(read);
    let schema = Schema::infer(&items);
    assert_eq!((schema.count, schema.kinds.object, schema.fields.len()), (4, 4, 5));
    let id = schema.field("id").unwrap();
    assert_eq!((id.count, id.optional, id.nullable, id.is_whole), (4, false, false, true));
    assert_eq!((id.min.clone(), id.max.clone()), (Some((-4).into()), Some(30.into())));
    assert_eq!(id.samples, [Value::from(1), Value::from(2), Value::from(30)]);
    assert_eq!(schema.field("at").unwrap().format, Some(TextFormat::DateTime));
    let mail = schema.field("mail").unwrap();
    assert_eq!((mail.optional, mail.nullable, mail.format), (true, true, Some(TextFormat::Email)));
    let lines = schema.field("lines").unwrap();
    assert_eq!((lines.kinds.list, lines.kinds.text, lines.optional), (2, 1, true));
    let line = lines.items.as_ref().unwrap();
    assert_eq!(line.count, 2);
    assert_eq!(
        (line.field("qty").unwrap().is_whole, line.field("gift").unwrap().optional),
        (false, true)
    );
    assert!(schema.field("extra").unwrap().optional);
    let text = serde_json::to_string(&schema).unwrap();
    assert!(text.contains(r#""format":"date-time""#), "{text}");
    let mut back: Schema = serde_json::from_str(&text).unwrap();
    assert_eq!(back, schema);
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    back.observe(&items[0]);
    assert_eq!(back.field("id").unwrap().count, 5);
}

#[test]
fn formats_are_told_by_their_look() {
    let table = [
        ("2026-03-01", Some(TextFormat::Date)),
        ("2026-13-01", None),
        ("2026-3-1", None),
        ("2026-03-01T25:00:00Z", None),
        ("2026-03-01T12:30:00.123+0100", Some(TextFormat::DateTime)),
        ("00000000-0000-4000-8000-00000000000a", Some(TextFormat::Uuid)),
        ("a@b", None),
        ("a b@c.de", None),
        ("https://example.com/a?b=c", Some(TextFormat::Uri)),
        ("urn:isbn:123", Some(TextFormat::Uri)),
        ("note: call", None),
        ("C:\\x", None),
        ("", None),
        ("ä@ö.de", Some(TextFormat::Email)),
        ("2026-03-01Tää:ää", None),
    ];
    for (text, format) in table {
        assert_eq!(TextFormat::guess(text), format, "{text}");
    }
}

#[test]
fn a_schema_of_a_table_of_keys_stays_small() {
    let members = (0..5000).map(|n| (format!("k{n}"), Value::from(n)));
    let schema = Schema::infer(&[Value::object(members)]);
    assert_eq!((schema.fields.len(), schema.more_fields), (1000, true));
}

#[test]
fn a_dialect_is_told_by_the_first_rows() {
    let told = |bytes: &[u8]| {
        let dialect = Dialect::detect(bytes);
        let (delimiter, quote) = (char::from(dialect.delimiter), char::from(dialect.quote));
        format!(
            "{} {delimiter:?} {quote:?} header={} comma={} {}",
            dialect.charset, dialect.header, dialect.decimal_comma, dialect.columns
        )
    };
    let utf16: Vec<u8> = "\u{feff}a\tb\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table: &[(&[u8], &str)] = &[
        (b"id,name\n1,A\n2,B\n", "UTF-8 ',' '\"' header=true comma=false 2"),
        (b"1,A\n2,B\n3,C\n", "UTF-8 ',' '\"' header=false comma=false 2"),
        (b"a;b\n1,5;x\n2,25;y\n", "UTF-8 ';' '\"' header=true comma=true 2"),
        (b"1,5;2,5\n3,25;4,1\n", "UTF-8 ';' '\"' header=false comma=true 2"),
        (b"name;price\nM\xfcller;1.234,50\n", "windows-1252 ';' '\"' header=true comma=true 2"),
        (b"\xef\xbb\xbfa|b\n'1|2'|'x'\n", "UTF-8 '|' '\\'' header=true comma=false 2"),
        (&utf16, "UTF-16LE '\\t' '\"' header=true comma=false 2"),
        (b"name,city\nA,B\nC,D\n", "UTF-8 ',' '\"' header=true comma=false 2"),
        (b"x,x\nA,B\n", "UTF-8 ',' '\"' header=false comma=false 2"),
        (b"it's,don't\nx's,y\n", "UTF-8 ',' '\"' header=true comma=false 2"),
        (b"2026-01-01,7\n", "UTF-8 ',' '\"' header=false comma=false 2"),
        (b"", "UTF-8 ',' '\"' header=true comma=false 0"),
    ];
    for (bytes, expected) in table {
        assert_eq!(told(bytes), *expected, "{}", String::from_utf8_lossy(bytes));
        let reader = Reader::detect(*bytes, &CsvOptions::default()).unwrap();
        assert_eq!(*reader.dialect(), Dialect::detect(bytes));
        let own: Vec<_> = reader.map(Result::unwrap).collect();
        let by_options = Reader::new(*bytes, Dialect::detect(bytes).options()).unwrap();
        assert_eq!(own, by_options.map(Result::unwrap).collect::<Vec<_>>());
    }
    let rows: Vec<_> =
        Reader::detect(&b"n\xe4me;x\nM\xfcller;1\n"[..], &CsvOptions::default()).unwrap().collect();
    assert_eq!(rows[0].as_ref().unwrap().to_string(), r#"{"näme":"Müller","x":"1"}"#);
}

#[test]
fn quotes_that_do_not_fit_are_named_unless_reading_is_lenient() {
    let table = [
        (
            "a,b\n\"x\"y,2\n3,4\n",
            "line 2 has text after the quote that closes a field; write a quote within a field twice, or read leniently",
            2,
        ),
        (
            "a,b\n1,2\n\"x\ny\" ,2\n3,4",
            "line 4 has text after the quote that closes a field; write a quote within a field twice, or read leniently",
            3,
        ),
        (
            "a,b\n1,2\n3,\"x\ny,2\n",
            "the quote that opens a field on line 3 is never closed; close it, or read leniently",
            2,
        ),
    ];
    for (text, expected, n) in table {
        let items = rows(text, CsvOptions::default());
        let error = items.iter().find_map(|row| row.as_ref().err());
        assert_eq!(error.unwrap(), expected, "{text}");
        assert_eq!(items.len(), n, "{text}");
        let lenient = rows(text, CsvOptions { lenient: true, ..CsvOptions::default() });
        assert!(lenient.iter().all(Result::is_ok), "{lenient:?}");
    }
    let fine = "a,b\n\"x\"\"y\",5\"\n\"\",\"\"\n";
    assert!(rows(fine, CsvOptions::default()).iter().all(Result::is_ok));
    let lenient = CsvOptions { lenient: true, ..CsvOptions::default() };
    let expected = ok(&[r#"{"a":"1","b":"2","column_3":"3"}"#]);
    assert_eq!(rows("a,b\n1,2,3\n", lenient), expected);
}

#[test]
fn a_list_becomes_rows_of_all_its_keys() {
    let mut out = Vec::new();
    csv::write(&read(r#"[{"a":1},{"b":"x;y","a":2}]"#), b';', &mut out).unwrap();
    assert_eq!(out, b"a;b\n1;\n2;\"x;y\"\n");
    let options = CsvOptions::default();
    let back = csv::read(&out, &options, &Limits::default()).unwrap();
    assert_eq!(back.to_string(), r#"[{"a":"1","b":""},{"a":"2","b":"x;y"}]"#);
}

proptest::proptest! {
    #[test]
    fn rows_are_equal_after_writing_and_reading(
        rows in proptest::collection::vec(proptest::collection::vec("[a-c,;\"\r\n ä']{0,6}", 3), 1..8),
        delimiter in proptest::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let rows = rows.into_iter().map(|row| Value::object(["x", "y", "z"].into_iter().zip(row.into_iter().map(Value::from))));
        let value = Value::list(rows);
        let mut out = Vec::new();
        csv::write(&value, delimiter, &mut out).unwrap();
        let options = CsvOptions { delimiter: Some(delimiter), ..CsvOptions::default() };
        proptest::prop_assert_eq!(csv::read(&out, &options, &Limits::default()).unwrap(), value);
    }

    #[test]
    fn no_bytes_make_csv_panic(bytes in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..200), text in "[\"',;\r\na1]{0,60}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let _ = Reader::detect(bytes, &CsvOptions::default()).map(Iterator::count);
            let lenient = CsvOptions { lenient: true, ..CsvOptions::default() };
            let _ = Reader::new(bytes, lenient).map(Iterator::count);
        }
    }
}

#[test]
fn a_schema_tells_values_fill_and_formats_in_texts() {
    let items: Vec<Value> = (0..20)
        .map(|n| {
            read(&format!(
                r#"{{"state":"{}","note":"{}","n":"{}","price":"{}","comma":"1.0{n:02},50","zip":"0{n:04}","paid":"{}","at":"12:3{}","x":{}}}"#,
                ["open", "paid"][n % 2],
                if n % 4 == 0 { "hi" } else { "" },
                n,
                if n < 3 { "7".to_owned() } else { format!("{n}.50") },
                n > 5,
                n % 10,
                if n == 3 { "null" } else { "1" },
            ))
        })
        .collect();
    let schema = Schema::infer(&items);
    let field = |name: &str| schema.field(name).unwrap();
    assert_eq!(field("state").values, [Value::from("open"), "paid".into()]);
    assert!(field("state").is_enumeration() && !field("note").is_enumeration());
    assert_eq!((schema.fill_rate("note"), schema.fill_rate("x")), (Some(0.25), Some(0.95)));
    assert_eq!((field("n").more_values, field("n").values.len()), (true, 0));
    assert_eq!((field("note").min_length, field("note").max_length), (Some(0), Some(2)));
    let formats: Vec<_> =
        ["n", "price", "comma", "zip", "paid", "at"].map(|name| field(name).format).into();
    let expected = [
        Some(TextFormat::Integer),
        Some(TextFormat::Decimal),
        Some(TextFormat::DecimalComma),
        None,
        Some(TextFormat::Boolean),
        Some(TextFormat::Time),
    ];
    assert_eq!(formats, expected);
    let text = serde_json::to_string(&schema).unwrap();
    assert_eq!(serde_json::from_str::<Schema>(&text).unwrap(), schema);
    let old = r#"{"count":1,"kinds":{"text":1},"samples":["a"]}"#;
    assert_eq!(serde_json::from_str::<Schema>(old).unwrap().filled(), 1);
}

#[test]
fn a_schema_becomes_json_schema() {
    let items = [
        r#"{"id":1,"at":"2026-03-01","lines":[{"q":1.5}],"a":null}"#,
        r#"{"id":2,"at":"2026-03-02","lines":[]}"#,
    ]
    .map(read);
    let expected = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":"integer"},"at":{"type":"string","format":"date"},"lines":{"type":"array","items":{"type":"object","properties":{"q":{"type":"number"}},"required":["q"]}},"a":{"type":"null"}},"required":["id","at","lines"]}"#;
    assert_eq!(Schema::infer(&items).json_schema().to_string(), expected);
}

/// A source that has a start and then the same again and again.
struct Endless {
    start: &'static [u8],
    again: &'static [u8],
    at: usize,
}

impl std::io::Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        for b in out.iter_mut() {
            let at = self.at.checked_sub(self.start.len());
            *b = at.map_or_else(|| self.start[self.at], |at| self.again[at % self.again.len()]);
            self.at += 1;
        }
        Ok(out.len())
    }
}

#[test]
fn items_are_read_from_sources_without_end() {
    let source = |start: &'static str, again: &'static str| Endless {
        start: start.as_bytes(),
        again: again.as_bytes(),
        at: 0,
    };
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let layout = fixed::Layout::of(fixed::Record::new("r", [fixed::Column::integer("id", 1, 3)]));
    let path = "/a/b".parse().unwrap();
    let options = xml::Options::default();
    let in_xml = xml::Items::new(source("<a>", "<b><id>7</id></b>"), path, options, limits);
    let in_yaml = yaml::Items::new(source("", "id: 7\n---\n"), yaml::Options::default(), limits);
    let in_csv = csv::Items::new(source("id\n", "7\n"), CsvOptions::default());
    let in_fixed = fixed::Items::new(source("", "007\n"), layout, limits);
    let in_mt940 =
        mt940::Items::new(source("", ":20:7\n:86:x\n-\n"), mt940::Options::default(), limits);
    let n = 20_000;
    let expect = |items: &mut dyn Iterator<Item = Value>, expected: &str| {
        let items: Vec<Value> = items.take(n).collect();
        assert_eq!(items.len(), n);
        let expected = read(expected);
        assert!(items.iter().all(|item| *item == expected), "{expected}");
    };
    expect(&mut in_xml.unwrap().map(Result::unwrap), r#"{"id":"7"}"#);
    expect(&mut in_yaml.unwrap().map(Result::unwrap), r#"{"id":7}"#);
    expect(&mut in_csv.unwrap().map(Result::unwrap), r#"{"id":"7"}"#);
    expect(&mut in_fixed.unwrap().map(Result::unwrap), r#"{"id":7}"#);
    let mut references = in_mt940.unwrap().map(|message| {
        message.unwrap().get("statement").unwrap().get("reference").unwrap().clone()
    });
    expect(&mut references, r#""7""#);
}

#[test]
fn a_character_that_is_none_ends_a_csv_source() {
    let mut bytes: Vec<u8> = "\u{feff}a\nx\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.extend([0x00, 0xD8, 0x0A, 0x00]);
    let items: Vec<_> = Reader::new(bytes.as_slice(), CsvOptions::default()).unwrap().collect();
    let error = items.last().unwrap().as_ref().unwrap_err().to_string();
    assert!(error.ends_with("some bytes are no characters of UTF-16LE"), "{error}");
}
