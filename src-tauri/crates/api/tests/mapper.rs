//! The mapper's commands, as a UI calls them, on a flow that has run.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::sync::Arc;
use std::time::Duration;

use api::types::{ApiError, UiEvent};
use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

struct Host {
    app: Arc<App>,
    _folder: TempDir,
}

impl Host {
    async fn try_call(&self, name: &str, args: Json) -> Result<Json, ApiError> {
        let answer = dispatch(&self.app, name, args.to_string().as_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    async fn call(&self, name: &str, args: Json) -> Json {
        self.try_call(name, args).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn run(&self) {
        let mut events = self.app.subscribe();
        let run = self.call("runs.start", json!({ "flow": "orders" })).await;
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), events.next()).await;
            let told = next.expect("the run tells something").expect("the app is open");
            let is_end = |event: &UiEvent| matches!(event, UiEvent::RunFinished { run: r } if run["id"] == r.id.as_str());
            if told.iter().any(is_end) {
                return;
            }
        }
    }

    async fn edit_rows(&self, rows: Json) {
        let open = self.call("flows.open", json!({ "flow": "orders" })).await;
        let edit =
            json!({ "type": "set_node", "node": "shape", "key": "/params/fields", "value": rows });
        let change =
            json!({ "flow": "orders", "rev": open["saved"]["rev"], "label": "Map", "edit": edit });
        self.call("flows.edit", change).await;
    }
}

/// Orders from a table, those over a limit, shaped, and written as CSV.
async fn host(rows: Json) -> Host {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = Some(folder.path().to_owned());
    let app = App::open(AppOptions { data_dir, ..AppOptions::default() }).await.unwrap();
    let host = Host { app, _folder: folder };
    let orders = json!([
        { "id": 1, "buyer": { "name": "Ada", "mail": "ada@example.com" }, "total": "19.90", "when": "2026-03-01T10:00:00Z",
          "lines": [{ "sku": "A-1", "qty": 2, "price": 9.5 }, { "sku": "B-2", "qty": 1, "price": 0.9 }], "tags": ["new"] },
        { "id": 2, "buyer": { "name": "Bob" }, "total": "7", "when": "2026-03-02T10:00:00Z",
          "lines": [{ "sku": "C-3", "qty": "x", "price": 7 }], "tags": [] },
        { "id": 3, "buyer": { "name": null, "mail": "cy@example.com" }, "total": "008", "when": "2026-03-03T10:00:00Z",
          "lines": [], "tags": ["vip", "new"] },
    ]);
    let flow = json!({
        "gantry": 1, "id": "orders", "name": "Orders",
        "vars": { "shop": { "value": "web" } },
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "orders", "type": "data.table", "name": "Orders of the shop", "params": { "rows": orders } },
            { "id": "some", "type": "data.filter", "params": { "where": "id > 0" } },
            { "id": "shape", "type": "data.map", "on_error": "skip", "params": { "fields": rows } },
            { "id": "big", "type": "data.filter", "params": { "where": "amount > 5 and customer.name != ''" } },
            { "id": "sorted", "type": "data.sort", "params": { "by": [{ "value": "orderNo" }] } },
        ],
        "wires": [{ "from": "start", "to": "orders" }, { "from": "orders", "to": "some" },
                  { "from": "some.kept", "to": "shape" }, { "from": "shape", "to": "big" },
                  { "from": "big.kept", "to": "sorted" }],
    });
    host.call("flows.import", json!({ "text": flow.to_string() })).await;
    host
}

fn at() -> Json {
    json!({ "flow": "orders", "node": "shape" })
}

fn rows() -> Json {
    json!([
        { "to": "orderNo", "from": "id", "type": "text" },
        { "to": "amount", "from": "total", "type": "number" },
        { "to": "day", "from": "when", "type": "date" },
        { "to": "customer.name", "from": "buyer.name", "missing": "error" },
        { "to": "positions", "from": "lines", "fields": [
            { "to": "article", "from": "sku" },
            { "to": "pieces", "from": "qty", "type": "integer" },
            { "to": "order", "from": "$item.id" }
        ] }
    ])
}

fn field<'j>(fields: &'j Json, path: &str) -> &'j Json {
    fn find<'j>(fields: &'j Json, path: &str) -> Option<&'j Json> {
        fields.as_array()?.iter().find_map(|field| {
            if field["path"] == path { Some(field) } else { find(&field["fields"], path) }
        })
    }
    find(fields, path).unwrap_or_else(|| panic!("no {path} in {fields:#}"))
}

#[tokio::test]
async fn before_a_run_the_fields_are_those_that_the_flow_says() {
    let host = host(rows()).await;
    let view = host.call("mapper.open", at()).await;
    assert_eq!(view["run"], Json::Null);
    let item = &view["sources"][0];
    assert_eq!((&item["kind"]["type"], &item["known"]), (&json!("item"), &json!("flow")));
    assert_eq!(field(&item["fields"], "lines.sku")["lists"], json!(["lines"]));
    let preview = host.call("mapper.preview", at()).await;
    assert_eq!((&preview["items"], &preview["problems"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn the_trees_tell_types_fill_rates_and_examples_of_the_last_run() {
    let host = host(rows()).await;
    host.run().await;
    let view = host.call("mapper.open", at()).await;
    assert_eq!(view["title"], "Map fields");
    let titles: Vec<&Json> =
        view["sources"].as_array().unwrap().iter().map(|s| &s["title"]).collect();
    assert_eq!(titles[0], "Item from Orders of the shop");
    assert_eq!(titles.last().unwrap(), &"Variables");
    let item = &view["sources"][0];
    assert_eq!((&item["known"], &item["count"]), (&json!("run"), &json!(3)));
    let mail = field(&item["fields"], "buyer.mail");
    assert_eq!((&mail["optional"], &mail["format"]), (&json!(true), &json!("email")));
    assert!((mail["fill"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9);
    let name = field(&item["fields"], "buyer.name");
    assert_eq!((&name["nullable"], &name["examples"]), (&json!(true), &json!(["Ada", "Bob"])));
    let tags = field(&item["fields"], "tags");
    assert_eq!((&tags["kind"], &tags["entries"]), (&json!("list"), &json!("text")));
    assert_eq!(field(&item["fields"], "lines.qty")["kind"], "mixed");
    let earlier = &view["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["path"] == "$node(\"orders\")")
        .unwrap();
    assert_eq!(field(&earlier["fields"], "$node(\"orders\").buyer.name")["kind"], "text");
    assert_eq!(earlier.get("out_of_reach"), None);
    let vars = view["sources"].as_array().unwrap().last().unwrap();
    assert_eq!(vars["fields"][0]["path"], "$vars.shop");
    let targets: Vec<&Json> =
        view["targets"].as_array().unwrap().iter().map(|t| &t["to"]).collect();
    assert_eq!(targets, ["amount", "customer.name", "orderNo"]);
    assert_eq!(view["rows"][4]["rows"][1]["key"], "/params/fields/4/fields/1");
    assert_eq!(view["rows"][4]["rows"][0]["reading"]["sources"], json!(["lines.sku"]));
    assert_eq!(view["rows"][4]["rows"][2]["reading"]["sources"], json!(["id"]));
    assert_eq!(view["rows"][0]["reading"]["rule"], json!({ "type": "path", "path": "id" }));
}

#[tokio::test]
async fn the_preview_gives_what_the_run_gave() {
    let host = host(rows()).await;
    host.run().await;
    let preview = host.call("mapper.preview", at()).await;
    assert_eq!((&preview["fine"], &preview["failing"]), (&json!(2), &json!(1)));
    assert_eq!(preview["failing_items"], json!([1]));
    let run = preview["run"].as_str().unwrap();
    let tap = json!({ "type": "output", "node": "shape", "port": "out" });
    let page =
        host.call("runs.items", json!({ "run": run, "tap": tap, "offset": 0, "limit": 10 })).await;
    let ran: Vec<&Json> =
        page["items"].as_array().unwrap().iter().map(|item| &item["value"]).collect();
    let shown: Vec<&Json> =
        preview["items"].as_array().unwrap().iter().filter_map(|item| item.get("output")).collect();
    assert_eq!(ran, shown);
    assert_eq!(ran[0]["positions"][1], json!({ "article": "B-2", "pieces": 1, "order": 1 }));
    assert_eq!(ran[1]["positions"], json!([]));
    assert_eq!(ran[1]["customer"]["name"], Json::Null);

    let trouble = &preview["items"][1]["troubles"][0];
    assert_eq!(
        (&trouble["key"], &trouble["entries"]),
        (&json!("/params/fields/4/fields/1"), &json!([0]))
    );
    assert_eq!(trouble["error"]["code"], "type");
    let totals = |key: &str| {
        let rows = preview["rows"].as_array().unwrap();
        rows.iter().find(|row| row["key"] == key).unwrap().clone()
    };
    let amount = &totals("/params/fields/1")["coercions"][0];
    assert_eq!(
        (&amount["from"], &amount["to"], &amount["count"], &amount["lossy"]),
        (&json!("text"), &json!("number"), &json!(3), &json!(1))
    );
    assert_eq!(
        (&amount["before"], &amount["loss"]),
        (&json!("008"), &json!("leading zeros are dropped"))
    );
    assert_eq!(totals("/params/fields/2")["coercions"][0]["loss"], "the time of day is dropped");
    let pieces = &totals("/params/fields/4/fields/1")["coercions"][0];
    assert_eq!((&pieces["refused"], &pieces["before"]), (&json!(1), &json!("x")));
}

#[tokio::test]
async fn rows_are_previewed_as_they_are_typed() {
    let host = host(rows()).await;
    host.run().await;
    let rows = json!([
        { "to": "a", "from": "id" },
        { "to": "b", "from": "$uppercase(" },
        { "to": "c", "from": "" },
        { "to": "a.x", "from": "id" },
        { "to": "d", "from": "nowhere", "missing": "empty", "type": "list_of_text" },
    ]);
    let mut ask = at();
    ask["rows"] = rows;
    ask["limit"] = json!(1);
    let preview = host.call("mapper.preview", ask).await;
    assert_eq!(preview["items"][0]["output"], json!({ "a": 1, "d": [] }));
    let problems = preview["problems"].as_array().unwrap();
    let told: Vec<(&str, &str)> = problems
        .iter()
        .map(|p| (p["key"].as_str().unwrap(), p["error"]["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told[0].0, "/params/fields/1/from");
    assert_eq!(told[1], ("/params/fields/2/from", "unmapped"));
    assert_eq!(told[2], ("/params/fields/3/to", "row"));
    let row = preview["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["key"] == "/params/fields/4")
        .unwrap();
    assert_eq!(row["missing"], 1);
}

#[tokio::test]
async fn a_node_that_was_drawn_after_the_run_has_samples_too() {
    let host = host(rows()).await;
    host.run().await;
    let open = host.call("flows.open", json!({ "flow": "orders" })).await;
    let node = json!({ "id": "late", "type": "data.map", "params": { "fields": [{ "to": "x", "from": "id" }] } });
    let edit = json!({ "type": "add", "nodes": [{ "node": node }],
                       "wires": [{ "wire": { "from": "some.kept", "to": "late" } }] });
    let change =
        json!({ "flow": "orders", "rev": open["saved"]["rev"], "label": "Add", "edit": edit });
    host.call("flows.edit", change).await;
    let preview = host.call("mapper.preview", json!({ "flow": "orders", "node": "late" })).await;
    assert_eq!(preview["fine"], 3);
    assert_eq!(preview["items"][2]["output"], json!({ "x": 3 }));
}

#[tokio::test]
async fn suggestions_reach_into_lists() {
    let host = host(rows()).await;
    host.run().await;
    let mut ask = at();
    ask["targets"] = json!([
        { "to": "OrderNumber" }, { "to": "Customer.Name" }, { "to": "EMail" }, { "to": "Colour" },
        { "to": "Positions", "fields": [{ "to": "Quantity" }, { "to": "ArticleNumber" }, { "to": "OrderDate" }] },
    ]);
    let found = host.call("mapper.suggest", ask).await;
    let told: Vec<(String, &str)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            (
                s["to"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|t| t.as_str().unwrap())
                    .collect::<Vec<_>>()
                    .join("/"),
                s["best"]["from"].as_str().unwrap(),
            )
        })
        .collect();
    let expect = [
        ("Customer.Name", "buyer.name"),
        ("EMail", "buyer.mail"),
        ("Positions", "lines"),
        ("Positions/Quantity", "qty"),
        ("Positions/ArticleNumber", "sku"),
    ];
    for (to, from) in expect {
        assert!(told.contains(&(to.to_owned(), from)), "{to}: {told:?}");
    }
    assert!(told.iter().all(|(to, _)| to != "Colour"), "{told:?}");
    let lines = found.as_array().unwrap().iter().find(|s| s["best"]["from"] == "lines").unwrap();
    assert_eq!(lines["best"]["for_each"], true);
}

#[tokio::test]
async fn a_sheet_comes_back_as_a_change_to_accept() {
    let host = host(rows()).await;
    host.run().await;
    for format in ["xlsx", "markdown"] {
        let mut ask = at();
        ask["format"] = json!(format);
        let file = host.call("mapper.sheet.export", ask).await;
        let mut given = at();
        given["base64"] = file["base64"].clone();
        let diff = host.call("mapper.sheet.import", given).await;
        assert_eq!(
            (&diff["changes"], &diff["same"], &diff["refused"]),
            (&json!([]), &json!(8), &json!([]))
        );
        assert_eq!(diff.get("edit"), None);
    }
    let mut ask = at();
    ask["format"] = json!("markdown");
    let file = host.call("mapper.sheet.export", ask).await;
    assert_eq!(file["name"], "orders-shape.md");
    let text = decode(file["base64"].as_str().unwrap());
    let line = text.lines().find(|line| line.contains("positions\\[\\].article")).unwrap();
    assert!(line.contains("| `lines.sku` | `sku` |") && line.contains("| `A-1` |"), "{text}");
    let edited = text.replace("`sku`", "`sku & '!'`");
    let mut given = at();
    given["base64"] = json!(encode(edited.as_bytes()));
    let diff = host.call("mapper.sheet.import", given).await;
    assert_eq!(diff["changes"][0]["target"], "positions[].article");
    let open = host.call("flows.open", json!({ "flow": "orders" })).await;
    let change = json!({ "flow": "orders", "rev": open["saved"]["rev"], "label": "Sheet", "edit": diff["edit"] });
    host.call("flows.edit", change).await;
    let view = host.call("mapper.open", at()).await;
    assert_eq!(view["rows"][4]["rows"][0]["from"], "sku & '!'");
}

#[tokio::test]
async fn texts_are_read_and_rules_are_written() {
    let host = host(rows()).await;
    let read = host.call("mapper.read", json!({ "text": "$ & '!'", "within": ["tags"] })).await;
    assert_eq!(read["rule"]["type"], "concat");
    let whole = host.call("mapper.read", json!({ "text": "$", "within": ["tags"] })).await;
    assert_eq!(whole["sources"], json!(["tags"]));
    let broken = host.call("mapper.read", json!({ "text": "total +" })).await;
    assert!(broken["fault"]["message"].is_string(), "{broken}");
    let rule = json!({ "type": "chain", "of": { "type": "path", "path": "sku" },
                       "steps": [{ "function": "upper" }] });
    let written = host.call("mapper.rule", json!({ "rule": rule, "within": ["lines"] })).await;
    assert_eq!(written["text"], "$uppercase(sku)");
    assert_eq!(written["reading"]["sources"], json!(["lines.sku"]));
    assert_eq!(written["reading"]["rule"], rule);
    let reach = json!({ "path": "lines.sku", "lists": ["lines"], "within": ["lines"] });
    let reached = host.call("mapper.reach", reach).await;
    assert_eq!(reached, json!({ "text": "sku", "several": false }));
}

#[tokio::test]
async fn only_mapping_nodes_have_a_mapper() {
    let host = host(rows()).await;
    let error = host
        .try_call("mapper.open", json!({ "flow": "orders", "node": "some" }))
        .await
        .unwrap_err();
    assert_eq!(error.message, "\"some\" maps no fields; the mapper is for nodes that do.");
    host.edit_rows(json!([{ "to": "x", "from": "id", "fields": [{ "to": "y", "from": "$item.id & $outer.id" }] }])).await;
    let open = host.call("flows.open", json!({ "flow": "orders" })).await;
    let of_shape = |d: &&Json| d["at"]["node"] == "shape";
    let told: Vec<&Json> =
        open["findings"]["diagnostics"].as_array().unwrap().iter().filter(of_shape).collect();
    assert!(told.is_empty(), "{told:?}");
}

fn decode(text: &str) -> String {
    use base64::Engine as _;
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[tokio::test]
async fn a_value_is_followed_back_to_its_sources() {
    let rows = json!([
        { "to": "total", "from": "$sum(lines.(qty * price))", "type": "decimal" },
        { "to": "who.name", "from": "buyer.name & ' of ' & $node('orders').id & $vars.shop" },
        { "to": "positions", "from": "lines[price < 5]", "fields": [
            { "to": "article", "from": "sku & '/' & $item.id" } ] }
    ]);
    let host = host(rows).await;
    host.run().await;
    let preview = host.call("mapper.preview", at()).await;
    let item = preview["items"][0]["item"].clone();
    let explain = |to: &str| {
        let mut ask = at();
        ask["item"] = item.clone();
        ask["to"] = json!(to);
        ask
    };
    let total = host.call("mapper.explain", explain("total")).await;
    assert_eq!(total["key"], "/params/fields/0");
    assert_eq!(
        total["sources"],
        json!([
            { "path": "lines.price", "nodes": ["some"], "reads": [
                { "path": "lines[0].price", "value": 9.5 }, { "path": "lines[1].price", "value": 0.9 }] },
            { "path": "lines.qty", "nodes": ["some"], "reads": [
                { "path": "lines[0].qty", "value": 2 }, { "path": "lines[1].qty", "value": 1 }] },
        ])
    );
    let name = host.call("mapper.explain", explain("who.name")).await;
    let sources = name["sources"].as_array().unwrap();
    let of = |path: &str| sources.iter().find(|source| source["path"] == path).unwrap();
    assert_eq!(of("$node(\"orders\").id")["nodes"], json!(["orders"]));
    assert_eq!(of("$node(\"orders\").id")["reads"][0]["value"], 1);
    assert_eq!(of("$vars.shop")["reads"][0]["value"], "web");
    assert_eq!(of("buyer.name")["reads"], json!([{ "path": "buyer.name", "value": "Ada" }]));
    // The second line is the first one that is left.
    let article = host.call("mapper.explain", explain("positions[0].article")).await;
    assert_eq!(article["key"], "/params/fields/2/fields/0");
    let sources = article["sources"].as_array().unwrap();
    let reads: Vec<&Json> = sources.iter().map(|source| &source["reads"][0]).collect();
    assert!(reads.contains(&&json!({ "path": "lines[1].sku", "value": "B-2" })), "{reads:?}");
    assert!(reads.contains(&&json!({ "path": "id", "value": 1 })), "{reads:?}");
    let error = host.try_call("mapper.explain", explain("nowhere")).await.unwrap_err();
    assert_eq!(error.message, "No row makes \"nowhere\", or its expression has no result here.");
}

#[tokio::test]
async fn the_fields_that_later_nodes_read_are_targets() {
    let host = host(rows()).await;
    let flow = json!({
        "gantry": 1, "id": "wide", "name": "Wide",
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "shape", "type": "data.map", "params": { "fields": [{ "to": "id", "from": "no" }] } },
            { "id": "send", "type": "http.request", "name": "Send it", "params": {
                "method": "POST", "url": "http://127.0.0.1:9/{{ region }}/orders",
                "body": { "type": "json", "value": { "no": "{{ $string(id) }}", "lines": [{ "first": "{{ positions[0].sku }}" }] } } } },
            { "id": "save", "type": "file.write", "params": {
                "path": "out.csv", "format": "csv", "csv": { "columns": ["id", "total"] } } },
        ],
        "wires": [{ "from": "start", "to": "shape" }, { "from": "shape", "to": "send" }, { "from": "shape", "to": "save" }],
    });
    host.call("flows.import", json!({ "text": flow.to_string() })).await;
    let view = host.call("mapper.open", json!({ "flow": "wide", "node": "shape" })).await;
    let targets = view["targets"].as_array().unwrap();
    let named: Vec<(&str, &str)> = targets
        .iter()
        .map(|target| (target["to"].as_str().unwrap(), target["note"].as_str().unwrap()))
        .collect();
    assert_eq!(
        named,
        [
            ("region", "read by Send it"),
            ("id", "read by Send it, Write file"),
            ("positions.sku", "read by Send it"),
            ("total", "read by Write file"),
        ]
    );
    assert_eq!(view["targets_of"], json!(["Send it", "Write file"]));
    assert_eq!(view["sources"][0]["known"], "nothing");
}

#[tokio::test]
async fn local_tables_are_code_lists() {
    let rows = json!([
        { "to": "who", "from": "$lookup($tables.People, buyer.name)", "missing": "default", "default": "?" },
        { "to": "lines", "from": "lines", "fields": [
            { "to": "name", "from": "$lookup($tables.People, sku) ?? sku" } ] },
    ]);
    let host = host(rows).await;
    host.call("tables.create", json!({ "table": "People" })).await;
    let rows = json!({ "type": "rows", "at": 0, "remove": 0, "insert": [["Ada", "Countess"], ["A-1", "Bolt"]] });
    host.call(
        "tables.edit",
        json!({ "table": "People", "rev": 1, "label": "Paste", "edit": rows }),
    )
    .await;
    host.run().await;
    let preview = host.call("mapper.preview", at()).await;
    assert_eq!(
        preview["items"][0]["output"],
        json!({ "who": "Countess", "lines": [{ "name": "Bolt" }, { "name": "B-2" }] })
    );
    assert_eq!(preview["items"][1]["output"]["who"], "?");
    let tap = json!({ "type": "output", "node": "shape", "port": "out" });
    let page = json!({ "run": preview["run"], "tap": tap, "offset": 0, "limit": 1 });
    let ran = host.call("runs.items", page).await;
    assert_eq!(ran["items"][0]["value"], preview["items"][0]["output"]);
    let menu = host.call("mapper.menu", json!({})).await;
    assert_eq!(menu["tables"], json!([{ "name": "People", "path": "$tables.People" }]));
    assert!(menu["functions"].as_array().unwrap().len() > 30);
    assert_eq!(menu["types"][4]["label"], "Amount, 1,234.50");
    let view = host.call("mapper.open", at()).await;
    let rule = &view["rows"][0]["reading"]["rule"];
    assert_eq!(rule["steps"][0]["args"], json!([{ "type": "path", "path": "$tables.People" }]));
}
