//! What is found in tables, and what is told where nothing is.

use std::sync::Arc;

use flow::run::RunStatus;
use serde_json::{Value as Json, json};

use crate::Engine;
use crate::EngineOptions;
use crate::journal::MemoryJournal;
use crate::services::Services;
use crate::tables::{MemoryTables, Table};
use crate::tests::{Ran, flow, request, run, run_by};

fn countries() -> Json {
    json!({ "type": "inline", "rows": [
        { "code": "DE", "name": "Germany" },
        { "code": "7", "name": "Seven" },
        { "code": "FR", "name": "France", "note": null },
        { "code": "DE", "name": "Deutschland" }
    ] })
}

/// A look-up of `code` in the countries, with further params.
async fn look_up(more: Json, items: Json) -> Ran {
    let mut params = json!({
        "table": countries(), "keys": [{ "column": "code", "from": "code" }],
        "add": [{ "column": "name" }]
    });
    for (key, value) in more.as_object().unwrap() {
        params[key] = value.clone();
    }
    let node = json!({ "id": "look", "type": "data.lookup", "params": params });
    let start = json!({ "id": "start", "type": "trigger.manual" });
    run(&flow(json!([start, node]), &["start>look"]), items).await
}

#[tokio::test(start_paused = true)]
async fn numbers_find_texts_and_spaces_do_not_count() {
    let ran = look_up(json!({}), json!([{ "code": 7 }, { "code": " FR " }, { "code": 7.0 }])).await;
    let names: Vec<&Json> = ran.items.iter().map(|item| &item["name"]).collect();
    assert_eq!(names, ["Seven", "France", "Seven"]);
}

#[tokio::test(start_paused = true)]
async fn of_several_rows_the_chosen_one_counts() {
    let items = json!([{ "code": "DE" }]);
    let first = look_up(json!({}), items.clone()).await;
    assert_eq!(first.items[0]["name"], "Germany");
    let last = look_up(json!({ "duplicates": "last" }), items.clone()).await;
    assert_eq!(last.items[0]["name"], "Deutschland");

    let node = json!({ "id": "look", "type": "data.lookup", "params": {
        "table": countries(), "keys": [{ "column": "code", "from": "code" }], "duplicates": "error"
    } });
    let start = json!({ "id": "start", "type": "trigger.manual" });
    let engine = Engine::new(EngineOptions::default());
    let prepared = engine.prepare(&flow(json!([start, node]), &["start>look"]));
    let told: Vec<&str> = prepared.diagnostics().iter().map(|d| d.message.as_str()).collect();
    assert_eq!(told, ["The rows 1 and 4 of the table have the same key DE."]);
}

#[tokio::test(start_paused = true)]
async fn each_policy_does_what_it_says() {
    let unknown = json!([{ "code": "XX" }]);
    let rejected = look_up(json!({}), unknown.clone()).await;
    assert_eq!(rejected.outcome.status, RunStatus::Failed);
    let error = rejected.outcome.error.unwrap();
    assert_eq!(error.message, "There is no row with code = \"XX\" in the table.");
    assert_eq!(error.key.as_deref(), Some("/params/missing"));

    let omitted = look_up(json!({ "missing": "omit" }), unknown.clone()).await;
    assert_eq!(omitted.items, [json!({ "code": "XX" })]);
    let null = look_up(json!({ "missing": "null" }), unknown.clone()).await;
    assert_eq!(null.items, [json!({ "code": "XX", "name": null })]);
    let default = json!({ "missing": "default", "default": { "name": "?" } });
    let filled = look_up(default, unknown.clone()).await;
    assert_eq!(filled.items, [json!({ "code": "XX", "name": "?" })]);
    let other_way = look_up(json!({ "missing": "port" }), unknown).await;
    assert_eq!(other_way.samples("look", "missing").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_item_without_a_key_is_told_so() {
    for item in [json!({}), json!({ "code": null }), json!({ "code": "" })] {
        let ran = look_up(json!({}), json!([item])).await;
        let message = ran.outcome.error.unwrap().message;
        assert!(message.starts_with("There is no row with code = "), "{message}");
    }
    let ran = look_up(json!({}), json!([{ "code": ["DE"] }])).await;
    let message = ran.outcome.error.unwrap().message;
    assert_eq!(message, "A list cannot be looked up: code must give one value.");
}

#[tokio::test(start_paused = true)]
async fn what_was_not_asked_for_by_name_leaves_the_items_fields_alone() {
    let item = json!([{ "code": "FR", "name": "own" }]);
    let all = look_up(json!({ "add": [] }), item.clone()).await;
    assert_eq!(all.items, [json!({ "code": "FR", "name": "own", "note": null })]);
    let named = look_up(json!({}), item.clone()).await;
    assert_eq!(named.items, [json!({ "code": "FR", "name": "France" })]);
    let apart =
        look_up(json!({ "as": "land", "ignore_case": true }), json!([{ "code": "fr" }])).await;
    assert_eq!(apart.items, [json!({ "code": "fr", "land": { "name": "France" } })]);
}

fn named_flow(column: &str) -> flow::file::FlowFile {
    let params = json!({
        "table": { "type": "named", "name": "units" },
        "keys": [{ "column": column, "from": "unit" }]
    });
    let node = json!({ "id": "look", "type": "data.lookup", "on_error": "skip", "params": params });
    flow(json!([{ "id": "start", "type": "trigger.manual" }, node]), &["start>look"])
}

async fn run_with_tables(tables: MemoryTables, flow: &flow::file::FlowFile) -> Ran {
    let services = Services { tables: Arc::new(tables), ..Services::default() };
    let journal = Arc::new(MemoryJournal::default());
    let options = EngineOptions { services, journal: journal.clone(), ..EngineOptions::default() };
    run_by(&Engine::new(options), journal, flow, request(json!([{ "unit": "kg" }]))).await
}

#[tokio::test(start_paused = true)]
async fn a_named_table_is_read_when_the_run_needs_it() {
    let rows = vec![data::Value::from(json!({ "unit": "kg", "factor": 1000 }))];
    let table = Table { columns: vec!["unit".to_owned(), "factor".to_owned()], rows };
    let tables = || MemoryTables::new([("units", table.clone())]);
    let ran = run_with_tables(tables(), &named_flow("unit")).await;
    assert_eq!(ran.items, [json!({ "unit": "kg", "factor": 1000 })]);

    let ran = run_with_tables(tables(), &named_flow("code")).await;
    let error = ran.outcome.error.expect("the column is not there, whatever the policy");
    assert_eq!(
        error.message,
        "The table has no column \"code\"; it has unit, factor. (Table \"units\".)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_not_there_ends_the_run() {
    let ran = run_with_tables(MemoryTables::default(), &named_flow("unit")).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert_eq!(ran.outcome.error.unwrap().message, "There is no table \"units\".");
}
