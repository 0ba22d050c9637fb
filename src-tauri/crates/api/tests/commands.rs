//! Every command, as a UI calls it: JSON in, JSON out.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::sync::Arc;
use std::time::Duration;

use api::types::{ApiError, Code, UiEvent};
use api::{App, AppOptions, FirstFlow, Subscription, dispatch};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

struct Host {
    app: Arc<App>,
    folder: TempDir,
}

async fn open(folder: &TempDir, first_flow: FirstFlow) -> Arc<App> {
    let data_dir = Some(folder.path().to_owned());
    App::open(AppOptions { data_dir, first_flow, ..AppOptions::default() }).await.unwrap()
}

async fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    Host { app: open(&folder, FirstFlow::None).await, folder }
}

impl Host {
    async fn try_call(&self, name: &str, args: Json) -> Result<Json, ApiError> {
        let answer = dispatch(&self.app, name, args.to_string().as_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    async fn call(&self, name: &str, args: Json) -> Json {
        self.try_call(name, args).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refused(&self, name: &str, args: Json) -> ApiError {
        self.try_call(name, args).await.expect_err(name)
    }

    /// A flow that needs nothing from outside: three rows, those over 100, their numbers.
    async fn import_rows(&self) -> Json {
        let flow = json!({
            "gantry": 1, "id": "rows", "name": "Rows",
            "vars": { "least": { "value": 100 } },
            "nodes": [
                { "id": "start", "type": "trigger.manual" },
                { "id": "rows", "type": "data.table", "params": { "rows": [
                    { "no": 1, "total": 50 }, { "no": 2, "total": 150 }, { "no": 3, "total": 250 } ] } },
                { "id": "big", "type": "data.filter", "params": { "where": "total > $vars.least" } },
                { "id": "shape", "type": "data.map", "params": { "fields": [{ "to": "no", "from": "no" }] } },
            ],
            "wires": [{ "from": "start", "to": "rows" }, { "from": "rows", "to": "big" },
                      { "from": "big.kept", "to": "shape" }],
        });
        self.call("flows.import", json!({ "text": flow.to_string() })).await
    }

    /// Starts a run and waits for its end.
    async fn run(&self, args: Json) -> Json {
        let mut events = self.app.subscribe();
        let run = self.call("runs.start", args).await;
        assert_eq!(run["status"], "running");
        finished(&mut events, run["id"].as_str().unwrap()).await;
        self.call("runs.open", json!({ "run": run["id"] })).await
    }
}

/// Waits for the end of a run, and gives what was told until then.
async fn finished(events: &mut Subscription, run: &str) -> Vec<UiEvent> {
    let mut told = Vec::new();
    loop {
        let next = tokio::time::timeout(Duration::from_secs(20), events.next());
        for event in next.await.expect("the run tells something").expect("the app is open") {
            let is_end = matches!(&event, UiEvent::RunFinished { run: r } if r.id.as_str() == run);
            told.push(event);
            if is_end {
                return told;
            }
        }
    }
}

fn set_name(name: &str) -> Json {
    json!({ "type": "set_node", "node": "big", "key": "/name", "value": name })
}

#[tokio::test]
async fn the_first_start_brings_the_sample_flow_and_never_again() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host { app: open(&folder, FirstFlow::Sample).await, folder };
    assert_eq!(host.call("app.info", json!({})).await["open"], "welcome");
    host.call("flows.delete", json!({ "flow": "welcome" })).await;
    host.app.close().await;
    let app = open(&host.folder, FirstFlow::Sample).await;
    let host = Host { app, ..host };
    assert_eq!(host.call("flows.list", json!({})).await, json!([]));
}

#[tokio::test]
async fn edits_are_stored_undone_and_redone_over_a_restart() {
    let host = host().await;
    let view = host.import_rows().await;
    assert_eq!(view["saved"]["rev"], 1);
    let edit = json!({ "flow": "rows", "rev": 1, "label": "Rename", "edit": set_name("Large") });
    let applied = host.call("flows.edit", edit).await;
    assert_eq!(
        (&applied["saved"]["rev"], &applied["saved"]["undo"]),
        (&json!(2), &json!("Rename"))
    );
    assert_eq!(applied["findings"]["nodes"]["big"]["title"], "Large");
    host.app.close().await;

    let app = open(&host.folder, FirstFlow::None).await;
    let host = Host { app, ..host };
    let undone = host.call("flows.undo", json!({ "flow": "rows", "rev": 2 })).await;
    assert_eq!((&undone["saved"]["rev"], &undone["saved"]["redo"]), (&json!(3), &json!("Rename")));
    let open = host.call("flows.open", json!({ "flow": "rows" })).await;
    assert_eq!(open["flow"], view["flow"]);
    host.call("flows.redo", json!({ "flow": "rows", "rev": 3 })).await;
    let open = host.call("flows.open", json!({ "flow": "rows" })).await;
    assert_eq!(open["flow"]["nodes"][2]["name"], "Large");
    let refused = host.refused("flows.redo", json!({ "flow": "rows", "rev": 4 })).await;
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (Code::Invalid, "There is nothing to redo.")
    );
}

#[tokio::test]
async fn an_edit_for_an_old_rev_is_stale() {
    let host = host().await;
    host.import_rows().await;
    let edit = json!({ "flow": "rows", "rev": 1, "label": "x", "edit": set_name("A") });
    host.call("flows.edit", edit.clone()).await;
    assert_eq!(host.refused("flows.edit", edit).await.code, Code::Stale);
}

#[tokio::test]
async fn flows_are_made_copied_shared_and_deleted() {
    let host = host().await;
    let view = host.call("flows.create", json!({ "name": "Orders to ERP" })).await;
    assert_eq!(view["flow"]["id"], "orders-to-erp");
    let copy = host.call("flows.duplicate", json!({ "flow": "orders-to-erp" })).await;
    assert_eq!(copy["flow"]["name"], "Orders to ERP (copy)");
    let files = host.call("flows.export", json!({ "flow": "orders-to-erp" })).await;
    let again = host
        .call("flows.import", json!({ "text": files["flow"], "layout": files["layout"] }))
        .await;
    assert_eq!(
        (&again["flow"]["id"], &again["layout"]),
        (&json!("orders-to-erp-2"), &view["layout"])
    );
    host.call("flows.delete", json!({ "flow": "orders-to-erp" })).await;
    let refused = host.refused("flows.open", json!({ "flow": "orders-to-erp" })).await;
    assert_eq!(refused.code, Code::NotFound);
    let list = host.call("flows.list", json!({})).await;
    assert_eq!(list.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_words() {
    let host = host().await;
    let newer = json!({ "text": r#"{"gantry": 99, "id": "x", "name": "X"}"# });
    assert_eq!(host.refused("flows.import", newer).await.code, Code::Newer);
    assert_eq!(host.refused("flows.import", json!({ "text": "{" })).await.code, Code::Invalid);
    let refused = host.refused("flows.create", json!({ "name": " " })).await;
    assert_eq!(refused.message, "A flow needs a name.");
    let refused = host.refused("flows.explode", json!({})).await;
    assert_eq!(refused.message, "There is no command flows.explode.");
    assert_eq!(host.refused("flows.open", json!({ "folw": 1 })).await.code, Code::Invalid);
}

#[tokio::test]
async fn a_run_is_told_in_order_and_opened_with_its_counts_and_items() {
    let host = host().await;
    host.import_rows().await;
    let mut events = host.app.subscribe();
    let run = host.call("runs.start", json!({ "flow": "rows" })).await;
    let told = finished(&mut events, run["id"].as_str().unwrap()).await;
    assert!(matches!(told[0], UiEvent::RunStarted { .. }), "{told:?}");
    let seqs: Vec<u64> = told
        .iter()
        .flat_map(|event| match event {
            UiEvent::Run { events, .. } => events.iter().map(|event| event.seq).collect(),
            _ => vec![],
        })
        .collect();
    assert_eq!(seqs, (0..seqs.len() as u64).collect::<Vec<_>>());

    let view = host.call("runs.open", json!({ "run": run["id"] })).await;
    assert_eq!((&view["run"]["status"], &view["run"]["items"]), (&json!("ok"), &json!(2)));
    assert_eq!(view["wires"]["big.kept>shape"]["items"], 2);
    assert_eq!(view["nodes"]["big"]["counts"]["items_in"], 3);
    let items = |tap: Json| json!({ "run": run["id"], "tap": tap, "offset": 0, "limit": 10 });
    let page =
        host.call("runs.items", items(json!({ "type": "wire", "wire": "big.kept>shape" }))).await;
    assert_eq!((&page["total"], &page["kept"]), (&json!(2), &json!(2)));
    let dropped = json!({ "type": "output", "node": "big", "port": "dropped" });
    let page = host.call("runs.items", items(dropped)).await;
    assert_eq!(page["items"][0]["value"], json!({ "no": 1, "total": 50 }));
    let tap = json!({ "type": "input", "node": "big" });
    assert_eq!(host.call("runs.items", items(tap.clone())).await["total"], 3);
    let schema = host.call("runs.schema", json!({ "run": run["id"], "tap": tap })).await;
    assert_eq!((&schema["count"], &schema["fields"][1]["name"]), (&json!(3), &json!("total")));
    let list = host.call("runs.list", json!({ "flow": "rows", "limit": 5 })).await;
    assert_eq!(list[0]["id"], run["id"]);
    host.call("runs.delete", json!({ "run": run["id"] })).await;
    assert_eq!(host.refused("runs.open", json!({ "run": run["id"] })).await.code, Code::NotFound);
}

#[tokio::test]
async fn a_broken_flow_is_opened_but_not_run() {
    let host = host().await;
    host.import_rows().await;
    let edit =
        json!({ "type": "set_node", "node": "big", "key": "/params/where", "value": "total >" });
    let edit = json!({ "flow": "rows", "rev": 1, "label": "x", "edit": edit });
    let applied = host.call("flows.edit", edit).await;
    assert_eq!(applied["findings"]["diagnostics"][0]["severity"], "error");
    let refused = host.refused("runs.start", json!({ "flow": "rows" })).await;
    assert_eq!(refused.code, Code::Broken);
    assert_eq!(refused.at.unwrap().node.unwrap().as_str(), "big");
    assert_eq!(host.call("runs.list", json!({ "limit": 5 })).await, json!([]));
    assert_eq!(host.call("flows.list", json!({})).await[0]["errors"], 1);
}

#[tokio::test]
async fn one_node_runs_alone_on_the_items_it_had() {
    let host = host().await;
    host.import_rows().await;
    let early = host.refused("runs.start", json!({ "flow": "rows", "node": "shape" })).await;
    assert_eq!(early.message, "Nothing has reached \"shape\" yet. Run the flow first.");
    host.run(json!({ "flow": "rows" })).await;
    let view = host.run(json!({ "flow": "rows", "node": "shape" })).await;
    assert_eq!(view["nodes"]["shape"]["counts"]["items_in"], 2);
    assert_eq!(
        (&view["run"]["items"], &view["nodes"]["rows"]["status"]),
        (&json!(2), &json!("skipped"))
    );
    let given = json!({ "flow": "rows", "node": "shape", "input": [{ "no": 9 }] });
    assert_eq!(host.run(given).await["nodes"]["shape"]["counts"]["items_in"], 1);
}

#[tokio::test]
async fn an_expression_is_shown_for_the_items_of_the_last_run() {
    let host = host().await;
    host.import_rows().await;
    let ask = |text: &str, template: bool| json!({ "flow": "rows", "node": "shape", "text": text, "template": template, "limit": 10 });
    assert_eq!(host.call("expressions.preview", ask("no", false)).await, json!([]));
    host.run(json!({ "flow": "rows" })).await;
    let shown = host.call("expressions.preview", ask("total - $vars.least", false)).await;
    assert_eq!((&shown[0]["value"], &shown[1]["value"]), (&json!(50), &json!(150)));
    let shown = host.call("expressions.preview", ask("No. {{ $node('rows').no }}", true)).await;
    assert_eq!(shown[1]["value"], "No. 3");
    let shown = host.call("expressions.preview", ask("no +", false)).await;
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert!(shown[0]["error"]["message"].is_string(), "{shown}");
    let shown = host.call("expressions.preview", ask("nothing", false)).await;
    assert_eq!(shown[0].get("value"), None);
}

#[tokio::test]
async fn a_run_is_stopped() {
    let host = host().await;
    // The sample shop is slow to no end here: nothing answers on this port.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let flow = json!({ "gantry": 1, "id": "slow", "name": "Slow", "nodes": [
        { "id": "start", "type": "trigger.manual" },
        { "id": "wait", "type": "http.request", "params": { "method": "GET", "url": url } } ],
        "wires": [{ "from": "start", "to": "wait" }] });
    host.call("flows.import", json!({ "text": flow.to_string() })).await;
    let mut events = host.app.subscribe();
    let run = host.call("runs.start", json!({ "flow": "slow" })).await;
    let busy = host.refused("runs.delete", json!({ "run": run["id"] })).await;
    assert_eq!(busy.message, "The run is under way; stop it first.");
    let _call = listener.accept().await.unwrap();
    host.call("runs.cancel", json!({ "run": run["id"] })).await;
    finished(&mut events, run["id"].as_str().unwrap()).await;
    let view = host.call("runs.open", json!({ "run": run["id"] })).await;
    assert_eq!(view["run"]["status"], "cancelled");
    // To stop what is over is no mistake.
    host.call("runs.cancel", json!({ "run": run["id"] })).await;
}

#[tokio::test]
async fn rejected_items_are_listed_with_their_errors() {
    let host = host().await;
    host.import_rows().await;
    let edits = json!({ "type": "all", "edits": [
        { "type": "set_node", "node": "shape", "key": "/params/fields/0/from", "value": "$number('x' & no)" },
        { "type": "set_node", "node": "shape", "key": "/on_error", "value": "skip" } ] });
    let edit = json!({ "flow": "rows", "rev": 1, "label": "x", "edit": edits });
    host.call("flows.edit", edit).await;
    let view = host.run(json!({ "flow": "rows" })).await;
    let run = &view["run"];
    assert_eq!((&run["status"], &run["rejected"]), (&json!("ok_with_rejects"), &json!(2)));
    let errors = host.call("runs.errors", json!({ "run": run["id"], "limit": 10 })).await;
    assert_eq!((errors.as_array().unwrap().len(), &errors[0]["node"]), (2, &json!("shape")));
    let detail = host.call("runs.node", json!({ "run": run["id"], "node": "shape" })).await;
    assert!(detail["events"].as_array().unwrap().len() >= 3, "{detail}");
}

#[tokio::test]
async fn settings_and_environments_are_kept() {
    let host = host().await;
    host.call("settings.set", json!({ "key": "theme", "value": "dark" })).await;
    let environments = json!({ "test": { "least": 200 } });
    host.call("settings.set", json!({ "key": "environments", "value": environments })).await;
    host.call("settings.set", json!({ "key": "environment", "value": "test" })).await;
    assert_eq!(host.call("settings.get", json!({})).await["theme"], "dark");
    host.import_rows().await;
    let edit =
        json!({ "type": "set_flow", "key": "/vars/least/value", "value": "{{ $env.least }}" });
    let edit = json!({ "flow": "rows", "rev": 1, "label": "x", "edit": edit });
    host.call("flows.edit", edit).await;
    assert_eq!(host.run(json!({ "flow": "rows" })).await["run"]["items"], 1);
}

/// Base64 of some bytes, as a UI hands files over.
fn file(name: &str, bytes: &[u8]) -> Json {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
    json!({ "name": name, "base64": base64 })
}

#[tokio::test]
async fn a_table_is_made_changed_and_changed_back() {
    let host = host().await;
    let made = host.call("tables.create", json!({ "table": " Units " })).await;
    assert_eq!(made["name"], "Units");
    let taken = host.refused("tables.create", json!({ "table": "units" })).await;
    assert_eq!(taken.message, "There is a table units already: choose another name.");
    let nameless = host.refused("tables.create", json!({ "table": " " })).await;
    assert_eq!(nameless.message, "A table needs a name.");

    let rows = json!({ "type": "rows", "at": 0, "remove": 0, "insert": [["kg", "kilo"], ["t"]] });
    let change = json!({ "table": "Units", "rev": 1, "label": "Paste", "edit": rows });
    let applied = host.call("tables.edit", change.clone()).await;
    assert_eq!(applied["edit"]["insert"], json!([["kg", "kilo"], ["t", null]]));
    assert_eq!((&applied["saved"]["rev"], &applied["saved"]["undo"]), (&json!(2), &json!("Paste")));
    assert_eq!(host.refused("tables.edit", change).await.code, Code::Stale);

    host.call("tables.undo", json!({ "table": "Units", "rev": 2 })).await;
    let opened = host.call("tables.open", json!({ "table": "Units" })).await;
    assert_eq!((&opened["rows"], &opened["saved"]["redo"]), (&json!([]), &json!("Paste")));
    host.call("tables.redo", json!({ "table": "Units", "rev": 3 })).await;
    let listed = host.call("tables.list", json!({})).await;
    assert_eq!(listed[0]["rows"], 2);
    assert_eq!(listed[0]["columns"], json!(["key", "value"]));

    host.call("tables.delete", json!({ "table": "Units" })).await;
    assert_eq!(host.refused("tables.open", json!({ "table": "Units" })).await.code, Code::NotFound);
}

#[tokio::test]
async fn tables_come_from_files() {
    let host = host().await;
    let csv = "code;name\n007;Bond\n08;\"Zwei; drei\"\n".as_bytes();
    let take = |table: &str, file: Json| json!({ "table": table, "file": file });
    let made = host.call("tables.import", take("Agents", file("agents.csv", csv))).await;
    assert_eq!(made["rows"], json!([["007", "Bond"], ["08", "Zwei; drei"]]), "digits are names");
    let latin =
        host.call("tables.import", take("Old", file("a.txt", b"a,b\nM\xfcnchen,1\n"))).await;
    assert_eq!(latin["rows"], json!([["M\u{fc}nchen", "1"]]));

    let rows = [data::Value::from(json!({ "code": "DE", "vat": 19 }))];
    let xlsx = data::xlsx::write(&rows, &data::xlsx::SheetOptions::new("VAT")).unwrap();
    let mut replace = take("Agents", file("vat.XLSX", &xlsx));
    replace["rev"] = json!(1);
    let replaced = host.call("tables.import", replace).await;
    assert_eq!(replaced["rows"], json!([["DE", 19]]));
    assert_eq!(replaced["columns"][1], json!({ "name": "vat", "kind": "number" }));
    assert_eq!(replaced["saved"]["undo"], "Import vat.XLSX");
    host.call("tables.undo", json!({ "table": "Agents", "rev": 2 })).await;
    let back = host.call("tables.open", json!({ "table": "Agents" })).await;
    assert_eq!(back["rows"][0], json!(["007", "Bond"]));

    let broken = host.refused("tables.import", take("X", file("x.csv", b"a,b\n1,2,3\n"))).await;
    assert!(broken.message.contains("line 2 has 3 fields"), "{broken}");
    let other = host.refused("tables.import", take("X", file("x.doc", b""))).await;
    assert!(other.message.contains("CSV, XLSX or JSON"), "{other}");
}

#[tokio::test]
async fn runs_look_things_up_in_the_tables_as_they_are_by_then() {
    let host = host().await;
    let look = json!({ "table": { "type": "named", "name": "units" },
        "keys": [{ "column": "unit", "from": "unit" }], "missing": "null" });
    let flow = json!({ "gantry": 1, "id": "look", "name": "Look", "nodes": [
        { "id": "rows", "type": "data.table", "params": { "rows": [{ "unit": "kg" }] } },
        { "id": "look", "type": "data.lookup", "params": look }
    ], "wires": [{ "from": "rows", "to": "look" }] });
    host.call("flows.import", json!({ "text": flow.to_string() })).await;
    let missing = host.run(json!({ "flow": "look" })).await;
    assert_eq!(missing["run"]["status"], "failed");
    assert!(missing["run"]["summary"].as_str().unwrap().contains("There is no table \"units\""));

    let table = file("units.json", br#"[{ "unit": "kg", "grams": 1000 }]"#);
    host.call("tables.import", json!({ "table": "units", "file": table })).await;
    let found = |run: Json| async move {
        let tap = json!({ "type": "output", "node": "look", "port": "out" });
        json!({ "run": run["run"]["id"], "tap": tap, "offset": 0, "limit": 5 })
    };
    let asked = found(host.run(json!({ "flow": "look" })).await).await;
    let items = host.call("runs.items", asked).await;
    assert_eq!(items["items"][0]["value"], json!({ "unit": "kg", "grams": 1000 }));

    let edit = json!({ "type": "rows", "at": 0, "remove": 1, "insert": [["kg", "1e3"]] });
    let change = json!({ "table": "units", "rev": 1, "label": "Type", "edit": edit });
    host.call("tables.edit", change).await;
    let asked = found(host.run(json!({ "flow": "look" })).await).await;
    let items = host.call("runs.items", asked).await;
    assert_eq!(items["items"][0]["value"].to_string(), r#"{"unit":"kg","grams":1e+3}"#);
}

#[tokio::test]
async fn the_form_of_a_flow_is_made_from_its_contract() {
    let host = host().await;
    host.import_rows().await;
    assert_eq!(host.call("flows.form", json!({ "flow": "rows" })).await, json!([]));
    let flow = json!({
        "gantry": 1, "id": "typed", "name": "Typed", "nodes": [], "wires": [],
        "contract": { "input": { "type": "object", "required": ["since"], "properties": {
            "since": { "type": "string", "description": "From which day on." },
            "limit": { "type": "integer", "minimum": 1 } } } },
    });
    host.call("flows.import", json!({ "text": flow.to_string() })).await;
    let form = host.call("flows.form", json!({ "flow": "typed" })).await;
    let told: Vec<_> =
        form.as_array().unwrap().iter().map(|f| (&f["key"], &f["required"])).collect();
    assert_eq!(told, [(&json!("since"), &json!(true)), (&json!("limit"), &json!(false))]);
    assert_eq!(form[0]["help"], "From which day on.");
}
