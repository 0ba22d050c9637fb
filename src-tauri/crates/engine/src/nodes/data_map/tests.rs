use mapping::{Fault, Names, NoNames};
use serde_json::{Value as Json, json};

use super::*;

/// Names as a run has them.
struct Run;

impl Names for Run {
    fn get(&self, name: &str) -> Option<data::Value> {
        (name == "vars").then(|| data::Value::object([("shop", data::Value::from("web"))]))
    }

    fn node(&self, id: &str) -> Result<data::Value, Fault> {
        NoNames.node(id)
    }
}

fn mapper(fields: Json, keep: bool) -> Result<Mapper, Problem> {
    let fields: Vec<MapField> = serde_json::from_value(fields).unwrap();
    let placed = fields.into_iter().enumerate();
    Mapper::new(placed.map(|(at, field)| (format!("{FIELDS}/{at}"), field)), keep)
}

fn trace(fields: Json, item: Json) -> Trace {
    let item: data::Value = serde_json::from_value(item).unwrap();
    mapper(fields, false).unwrap().trace(&item, &Run)
}

#[track_caller]
fn check(fields: Json, item: Json, expect: Json) {
    let trace = trace(fields, item);
    assert_eq!(trace.output.map(|value| serde_json::to_value(value).unwrap()), Some(expect));
}

#[test]
fn each_policy_does_what_it_says_where_there_is_no_value() {
    let fields = json!([
        { "to": "omitted", "from": "x" },
        { "to": "nulled", "from": "x", "missing": "null" },
        { "to": "text", "from": "x", "missing": "empty" },
        { "to": "list", "from": "x", "type": "list_of_number", "missing": "empty" },
        { "to": "object", "from": "x", "type": "object", "missing": "empty" },
        { "to": "each", "from": "x", "missing": "empty", "fields": [{ "to": "a", "from": "b" }] },
        { "to": "default", "from": "x", "missing": "default", "default": 7 },
    ]);
    let expect =
        json!({ "nulled": null, "text": "", "list": [], "object": {}, "each": [], "default": 7 });
    check(fields, json!({}), expect);
    let trace = trace(json!([{ "to": "a", "from": "x", "missing": "error" }]), json!({}));
    assert_eq!(trace.output, None);
    assert!(matches!(&trace.troubles[0].error, TroubleKind::Missing { message }
        if message == "The field \"a\" has no value: x gives nothing."));
}

#[test]
fn a_type_that_cannot_be_empty_says_so_before_the_run() {
    let fields = json!([{ "to": "a", "from": "x", "type": "number", "missing": "empty" }]);
    let problem = mapper(fields, false).unwrap_err();
    assert_eq!(problem.key, "/params/fields/0/missing");
    let fields = json!([{ "to": "a", "from": "x", "type": "text", "fields": [] }]);
    assert_eq!(mapper(fields, false).unwrap_err().key, "/params/fields/0/type");
    let fields = json!([{ "to": "l", "from": "x", "fields": [
        { "to": "a", "from": "x" }, { "to": "a.b", "from": "x" }] }]);
    assert_eq!(mapper(fields, false).unwrap_err().key, "/params/fields/0/fields/1/to");
}

#[test]
fn a_for_each_always_gives_a_list() {
    let fields = || json!([{ "to": "rows", "from": "lines[qty > 1]", "fields": [{ "to": "no", "from": "sku" }] }]);
    let lines = |lines: Json| json!({ "lines": lines });
    let a = json!({ "sku": "A", "qty": 2 });
    check(fields(), lines(json!([a, a])), json!({ "rows": [{ "no": "A" }, { "no": "A" }] }));
    // JSONata gives a single entry as itself, and a list of none as nothing.
    check(fields(), lines(json!([a])), json!({ "rows": [{ "no": "A" }] }));
    check(fields(), lines(a), json!({ "rows": [{ "no": "A" }] }));
    check(fields(), lines(json!([])), json!({}));
    let plain =
        json!([{ "to": "rows", "from": "lines", "fields": [{ "to": "no", "from": "sku" }] }]);
    check(plain.clone(), lines(json!([])), json!({ "rows": [] }));
    check(plain, lines(Json::Null), json!({ "rows": [] }));
}

#[test]
fn a_list_stays_a_list_when_it_has_one_entry() {
    let fields = json!([
        { "to": "as_list", "from": "lines.sku", "type": "list" },
        { "to": "as_texts", "from": "lines.no", "type": "list_of_text" },
        { "to": "as_is", "from": "tags" },
    ]);
    let item = json!({ "lines": [{ "sku": "A", "no": 1 }], "tags": ["one"] });
    check(fields, item, json!({ "as_list": ["A"], "as_texts": ["1"], "as_is": ["one"] }));
}

#[test]
fn rows_in_rows_reach_the_entry_what_stands_around_it_and_the_item() {
    let fields = json!([{ "to": "orders", "from": "orders", "fields": [
        { "to": "id", "from": "id" },
        { "to": "lines", "from": "lines", "fields": [
            { "to": "key", "from": "$item.batch & '/' & $outer.id & '/' & no & '@' & $vars.shop" }
        ] }
    ] }]);
    let item = json!({ "batch": "B", "orders": [
        { "id": 1, "lines": [{ "no": 10 }, { "no": 20 }] }, { "id": 2, "lines": { "no": 30 } }] });
    let expect = json!({ "orders": [
        { "id": 1, "lines": [{ "key": "B/1/10@web" }, { "key": "B/1/20@web" }] },
        { "id": 2, "lines": [{ "key": "B/2/30@web" }] } ] });
    check(fields, item, expect);
}

#[test]
fn all_troubles_of_an_item_are_told_with_their_entries() {
    let fields = json!([
        { "to": "no", "from": "no", "type": "integer" },
        { "to": "rows", "from": "lines", "fields": [{ "to": "qty", "from": "qty", "type": "number" }] },
        { "to": "late", "from": "$uppercase(no)" },
    ]);
    let item = json!({ "no": 1.5, "lines": [{ "qty": "2" }, { "qty": "x" }, { "qty": "007" }] });
    let trace = trace(fields, item);
    let told: Vec<(&str, &[usize])> =
        trace.troubles.iter().map(|t| (t.key.as_str(), &t.entries[..])).collect();
    assert_eq!(
        told,
        [
            ("/params/fields/0", &[][..]),
            ("/params/fields/1/fields/0", &[1]),
            ("/params/fields/2", &[])
        ]
    );
    let turned: Vec<(String, Option<&str>)> =
        trace.coercions.iter().map(|c| (c.to.to_string(), c.loss)).collect();
    assert_eq!(
        turned,
        [("2".to_owned(), None), ("7".to_owned(), Some("leading zeros are dropped"))]
    );
}

#[test]
fn amounts_are_counted_in_decimals() {
    let fields = json!([
        { "to": "exact", "from": "$sum(lines.(qty * price))", "type": "decimal" },
        { "to": "usual", "from": "$sum(lines.(qty * price))" },
    ]);
    let item = json!({ "lines": [{ "qty": 1, "price": 0.1 }, { "qty": 1, "price": 0.2 }] });
    let trace = trace(fields, item);
    let text = trace.output.unwrap().to_string();
    assert_eq!(text, r#"{"exact":0.3,"usual":0.30000000000000004}"#);
}

#[test]
fn params_of_before_are_read_as_they_were() {
    let params: Params = serde_json::from_value(json!({ "fields": [
        { "to": "a", "from": "b" },
        { "to": "c", "from": "d", "type": "date_time", "missing": "default", "default": "none" },
    ], "keep": true }))
    .unwrap();
    assert!(params.keep && params.fields[0].fields.is_none());
    assert_eq!(params.fields[1].kind, FieldType::DateTime);
}
