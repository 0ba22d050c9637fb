//! Texts of every format, read and written again.

use data::{Limits, Value};
use serde_json::{Value as Json, json};

use super::*;

fn format(json: Json) -> Format {
    serde_json::from_value(json).unwrap()
}

/// Reads a text, writes what was read, and reads that: both values are the same.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "tests write JSON in place")]
fn check(settings: Json, text: &str, expect: Json) {
    let format = format(settings);
    let limits = Limits::default();
    let value = format.read(text, &limits).unwrap();
    assert_eq!(value.to_serde(), expect);
    let written = format.write(&value).unwrap();
    assert_eq!(format.read(&written, &limits).unwrap(), value, "{written}");
}

#[test]
fn what_is_read_and_written_is_read_the_same() {
    check(json!({ "type": "json", "indent": true }), "{\"a\": [1.25]}", json!({ "a": [1.25] }));
    check(json!({ "type": "ndjson" }), "{\"n\":1}\n{\"n\":2}\n", json!([{ "n": 1 }, { "n": 2 }]));
    check(
        json!({ "type": "csv", "trim": true }),
        "id; name\n1;\"Ada; King\"\n",
        json!([{ "id": "1", "name": "Ada; King" }]),
    );
    check(
        json!({ "type": "xml", "lists": ["line"] }),
        "<order id='7'><line>a</line></order>",
        json!({ "order": { "@id": "7", "line": ["a"] } }),
    );
    check(json!({ "type": "yaml" }), "a:\n  - 1\n  - x\n", json!({ "a": [1, "x"] }));
    let layout = json!({ "records": [{ "columns": [
        { "name": "sku", "start": 1, "length": 4 },
        { "name": "price", "start": 5, "length": 6, "type": "decimal", "decimals": 2 }
    ] }] });
    check(
        json!({ "type": "fixed", "layout": layout }),
        "A-1 001925\n",
        json!([{ "sku": "A-1", "price": 19.25 }]),
    );
    check(
        json!({ "type": "form", "nested": true }),
        "a[b]=1&tags[]=x&tags[]=y",
        json!({ "a": { "b": "1" }, "tags": ["x", "y"] }),
    );
}

#[test]
fn hl7_messages_are_read_one_by_one_and_written_again() {
    let text = "MSH|^~\\&|LAB||EHR||202603011200||ORU^R01|17|P|2.5\rPID|1||4711\r";
    let hl7 = format(json!({ "type": "hl7" }));
    let records: Vec<Value> =
        hl7.records_of(text, &Limits::default()).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(records[0].get("type").and_then(Value::as_str), Some("ORU^R01"));
    assert_eq!(hl7.write(&records[0]).unwrap(), text);
    assert_eq!(hl7.write(&hl7.read(text, &Limits::default()).unwrap()).unwrap(), text);
}

const ORDER: &str = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         \
    *260301*1200*^*00501*000000007*0*P*:~GS*PO*BUYER*SELLER*20260301*1200*7*X*005010~\
    ST*850*0001~BEG*00*SA*PO-77**20260301~PO1*1*12*EA*9.95**VP*A-1~CTT*1~SE*5*0001~\
    ST*850*0002~BEG*00*SA*PO-78**20260301~PO1*1*1*EA*5**VP*B-2~CTT*1~SE*5*0002~\
    GE*2*7~IEA*1*000000007~";

#[test]
fn messages_of_an_interchange_come_with_its_headers() {
    let x12 = format(json!({ "type": "x12" }));
    let records: Vec<Value> =
        x12.records_of(ORDER, &Limits::default()).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), 2);
    let second = records[1].to_serde();
    assert_eq!(second["order"]["number"], "PO-78");
    assert_eq!(second["lines"][0]["quantity"], "1");
    assert_eq!(second["interchange"]["sender"], "BUYER");
    assert!(second["group"].is_object(), "{second}");
    let whole = x12.read(ORDER, &Limits::default()).unwrap();
    assert_eq!(x12.write(&whole).unwrap(), ORDER);
}

#[test]
fn messages_that_were_items_come_into_one_interchange_again() {
    let x12 = format(json!({ "type": "x12" }));
    let mut encoder = Encoder::new(&x12).unwrap().unwrap();
    for message in x12.records_of(ORDER, &Limits::default()).unwrap() {
        encoder.write(&message.unwrap()).unwrap();
    }
    let refused = encoder.write(&Value::from(json!({ "id": 1 }))).unwrap_err();
    assert!(refused.contains("`id` is not known here"), "{refused}");
    assert_eq!(String::from_utf8(encoder.finish().unwrap()).unwrap(), ORDER);
}

#[test]
fn edifact_texts_keep_their_letters() {
    let text = "UNB+UNOC:3+BUYER+SELLER+260301:1200+7'UNH+1+ORDERS:D:96A:UN'BGM+220+PO-77+9'\
                NAD+BY+++Müller'UNT+4+1'UNZ+1+7'";
    let edifact = format(json!({ "type": "edifact" }));
    let read = edifact.read(text, &Limits::default()).unwrap();
    let written = edifact.write(&read).unwrap();
    assert!(written.contains("Müller"), "{written}");
}

#[test]
fn a_workbook_is_a_text_of_base64() {
    let xlsx = format(json!({ "type": "xlsx", "sheet": "Rates" }));
    let rows = Value::from(json!([{ "code": "DE", "vat": 19 }, { "code": "FR", "vat": 20.5 }]));
    let text = xlsx.write(&rows).unwrap();
    assert!(text.is_ascii() && !text.contains('\n'));
    assert_eq!(xlsx.read(&text, &Limits::default()).unwrap(), rows);
    let broken = xlsx.read("no workbook", &Limits::default()).unwrap_err();
    assert!(broken.starts_with("a workbook as a text must be Base64"), "{broken}");
}

#[test]
fn broken_texts_are_told_with_their_place() {
    let told =
        |settings: Json, text: &str| format(settings).read(text, &Limits::default()).unwrap_err();
    assert!(told(json!({ "type": "json" }), "{\n\"a\": }").contains("line 2"));
    assert!(told(json!({ "type": "xml" }), "<a>\n<b></a>").contains("line 2"));
    assert!(told(json!({ "type": "yaml" }), "a: [1\nb: 2").contains("line 2"));
    assert!(told(json!({ "type": "csv" }), "a,b\n1,2,3\n").contains("line 2"));
    assert!(told(json!({ "type": "x12" }), "ISA*00").contains("segment 1"));
    assert!(told(json!({ "type": "ndjson" }), "{}\n{").contains("line 2"));
}

#[test]
fn settings_that_cannot_be_followed_are_told() {
    let told = |settings: Json| {
        let problems = format(settings).problems("/params/format");
        problems.first().map(|problem| problem.key.clone())
    };
    assert_eq!(
        told(json!({ "type": "csv", "delimiter": "→" })).as_deref(),
        Some("/params/format/delimiter")
    );
    assert_eq!(
        told(json!({ "type": "xml", "lists": ["a b"] })).as_deref(),
        Some("/params/format/lists/0")
    );
    assert_eq!(told(json!({ "type": "fixed" })).as_deref(), Some("/params/format/layout"));
    assert_eq!(told(json!({ "type": "fixed", "layout": "nacha" })), None);
    assert_eq!(
        told(json!({ "type": "fixed", "layout": { "rows": 1 } })).as_deref(),
        Some("/params/format/layout")
    );
}

#[test]
fn an_encoder_gives_out_what_a_reader_reads() {
    let rows = [json!({ "id": 1, "name": "Ada" }), json!({ "id": 2, "name": "Bo" })];
    let encoded = |settings: Json| {
        let mut encoder = Encoder::new(&format(settings)).unwrap().unwrap();
        let mut bytes = Vec::new();
        for row in &rows {
            encoder.write(&Value::from(row)).unwrap();
            bytes.extend(encoder.take());
        }
        bytes.extend(encoder.finish().unwrap());
        bytes
    };
    let xml = String::from_utf8(encoded(json!({ "type": "xml", "root": "people", "item": "one" })))
        .unwrap();
    assert!(xml.contains("<people><one><id>1</id><name>Ada</name></one>"), "{xml}");
    let yaml = format(json!({ "type": "yaml" }));
    let source = std::io::Cursor::new(encoded(json!({ "type": "yaml" })));
    let read = yaml.records(source, None, None, Limits::default()).unwrap();
    let read: Vec<Json> = read.map(|row| row.unwrap().to_serde()).collect();
    assert_eq!(read, rows);
    let book = encoded(json!({ "type": "xlsx" }));
    let xlsx = format(json!({ "type": "xlsx" }));
    let read = xlsx.records(std::io::Cursor::new(book), None, None, Limits::default()).unwrap();
    let read: Vec<Json> = read.map(|row| row.unwrap().to_serde()).collect();
    assert_eq!(read, rows);
}
