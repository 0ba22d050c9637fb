//! `file.read` and `file.write` in a folder of their own.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "helpers of tests are tests too, and json! gives values"
)]

mod support;

use std::fs;
use std::path::Path;

use flow::run::{ErrorClass, RunStatus};
use serde_json::{Value as Json, json};
use support::{Ran, line, run};

async fn read(folder: &Path, params: Json) -> Ran {
    let node = json!({ "id": "file", "type": "file.read", "params": params });
    run(&line(vec![node]), json!([{}]), folder).await
}

/// Writes the items, and gives what comes by the port `written`.
async fn write(folder: &Path, params: Json, input: Json) -> Ran {
    let node = json!({ "id": "file", "type": "file.write", "params": params });
    let mut flow = line(vec![node]);
    let end = json!({ "id": "end", "type": "data.filter", "params": { "where": "true" } });
    flow.nodes.push(serde_json::from_value(end).unwrap());
    let wire = json!({ "from": "file.written", "to": "end" });
    flow.wires.push(serde_json::from_value(wire).unwrap());
    run(&flow, input, folder).await
}

#[tokio::test]
async fn every_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |name: &str, content: &[u8], params: Json, expect: &[&str]| {
        fs::write(folder.path().join(name), content).unwrap();
        let mut params = params;
        params["path"] = json!(name);
        let ran = read(folder.path(), params).await;
        assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
        assert_eq!(ran.items, expect, "{name}");
        ran
    };
    let rows = &[r#"{"id":"1","n":"a;b"}"#, r#"{"id":"2","n":""}"#];
    let csv = check("a.csv", b"\xef\xbb\xbfid,n\n1,a;b\n2,\n", json!({}), rows).await;
    assert_eq!(csv.lineages, ["file:0/0", "file:0/1"]);
    check("a.tsv", b"id\tn\n1\ta;b\n2\t\n", json!({}), rows).await;
    check(
        "a.txt",
        b"1;x\n",
        json!({ "format": "csv", "csv": { "header": false } }),
        &[r#"{"column_1":"1","column_2":"x"}"#],
    )
    .await;
    check("a.ndjson", b"{\"a\":1}\n{\"a\":2}", json!({}), &[r#"{"a":1}"#, r#"{"a":2}"#]).await;
    check("a.json", b" [1.50, 9007199254740993]", json!({}), &["1.50", "9007199254740993"]).await;
    check("b.json", b"{\"a\":[1,2]}", json!({}), &[r#"{"a":[1,2]}"#]).await;
    check("c.json", b"{\"a\":{\"b\":[1,2]},\"z\":0}", json!({ "items": "a.b" }), &["1", "2"]).await;
    check("l.csv", b"n\nGr\xf6\xdfe\n", json!({ "charset": "latin1" }), &[r#"{"n":"Größe"}"#])
        .await;
    check("empty.csv", b"", json!({}), &[]).await;
}

#[tokio::test]
async fn formats_are_found_by_the_name_or_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |name: &str, content: &[u8], params: Json, expect: &[&str]| {
        fs::write(folder.path().join(name), content).unwrap();
        let mut params = params;
        params["path"] = json!(name);
        let ran = read(folder.path(), params).await;
        assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
        assert_eq!(ran.items, expect, "{name}");
    };
    let xml = b"<?xml version='1.0' encoding='ISO-8859-1'?><o><r><n>Gr\xf6\xdfe</n></r><r/></o>";
    check("a.xml", xml, json!({ "items": "o.r" }), &["{\"n\":\"Gr\u{f6}\u{df}e\"}", "\"\""]).await;
    check("b.xml", b"<o><r>1</r></o>", json!({ "items": "/o/r" }), &["\"1\""]).await;
    let lists = json!({ "xml": { "lists": ["r"] } });
    check("c.dat", b"<o><r>1</r></o>", lists, &[r#"{"o":{"r":["1"]}}"#]).await;
    check("a.yaml", b"- 1\n- a: x\n", json!({}), &["1", r#"{"a":"x"}"#]).await;
    check("b.yml", b"---\na: 1\n---\na: 2\n", json!({}), &[r#"{"a":1}"#, r#"{"a":2}"#]).await;
    let layout = json!({ "records": [{ "columns": [
        { "name": "sku", "start": 1, "length": 3 },
        { "name": "qty", "start": 4, "length": 3, "type": "integer" }] }] });
    let fixed = json!({ "format": "fixed", "layout": layout });
    check(
        "a.txt",
        b"A-1007\nB-2010\n",
        fixed,
        &[r#"{"sku":"A-1","qty":7}"#, r#"{"sku":"B-2","qty":10}"#],
    )
    .await;
    check(
        "german.csv",
        b"n;m\nGr\xf6\xdfe;'x'\n",
        json!({}),
        &["{\"n\":\"Gr\u{f6}\u{df}e\",\"m\":\"x\"}"],
    )
    .await;

    let hl7 = b"MSH|^~\\&|LAB||EHR||202603011200||ORU^R01|17|P|2.5\rPID|1||4711\r";
    fs::write(folder.path().join("m.dat"), hl7).unwrap();
    let ran = read(folder.path(), json!({ "path": "m.dat" })).await;
    assert!(ran.items[0].starts_with(r#"{"type":"ORU^R01","control":"17""#), "{:?}", ran.items);
    let order = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         \
        *260301*1200*^*00501*000000007*0*P*:~GS*PO*BUYER*SELLER*20260301*1200*7*X*005010~\
        ST*850*0001~BEG*00*SA*PO-77**20260301~PO1*1*12*EA*9.95**VP*A-1~CTT*1~SE*5*0001~\
        GE*1*7~IEA*1*000000007~";
    fs::write(folder.path().join("o.edi"), order).unwrap();
    let ran = read(folder.path(), json!({ "path": "o.edi" })).await;
    assert!(ran.items[0].contains(r#""number":"PO-77""#), "{:?}", ran.items);
    let kept = read(folder.path(), json!({ "path": "o.edi", "segments": true })).await;
    assert!(
        kept.items[0].contains(r#"{"tag":"BEG","elements":["00","SA","PO-77""#),
        "{:?}",
        kept.items
    );
}

#[tokio::test]
async fn what_is_written_in_any_format_is_read_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let items = json!([{ "id": "A-1", "name": "Ada" }, { "id": "B-2", "name": "Bo" }]);
    let layout = json!({ "records": [{ "columns": [
        { "name": "id", "start": 1, "length": 5 }, { "name": "name", "start": 6, "length": 8 }] }] });
    let fixed = json!({ "format": "fixed", "layout": layout });
    for (name, settings, reading) in [
        (
            "a.xml",
            json!({ "xml": { "root": "people", "item": "one" } }),
            json!({ "items": "people.one" }),
        ),
        ("a.yaml", json!({}), json!({})),
        ("a.xlsx", json!({ "sheet": "People" }), json!({ "sheet": "People" })),
        ("a.dat", fixed.clone(), fixed),
    ] {
        let with_path = |mut params: Json| {
            params["path"] = json!(name);
            params
        };
        let wrote = write(folder.path(), with_path(settings), items.clone()).await;
        assert_eq!(wrote.outcome.status, RunStatus::Ok, "{name}: {}", wrote.told);
        let ran = read(folder.path(), with_path(reading)).await;
        let read: Vec<Json> = ran.items.iter().map(|i| serde_json::from_str(i).unwrap()).collect();
        assert_eq!(json!(read), items, "{name}");
    }
    let refused = write(folder.path(), json!({ "path": "b.x12" }), json!([{ "id": 1 }])).await;
    assert!(
        refused.error().message.contains("`id` is not known here"),
        "{}",
        refused.error().message
    );
}

#[tokio::test]
async fn what_is_wrong_in_a_file_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |name: &str, content: Option<&[u8]>, expect: &str| {
        if let Some(content) = content {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let ran = read(folder.path(), json!({ "path": name })).await;
        assert_eq!(ran.error().class, ErrorClass::File);
        assert!(ran.error().message.contains(expect), "{}", ran.error().message);
        assert!(ran.error().message.contains(name));
    };
    check("none.json", None, "There is no file").await;
    check("a.json", Some(b"[1,\n 2,\n x]"), "line 3, column 2").await;
    check("a.csv", Some(b"a,b\n1,2\n1,2,3\n"), "line 3 has 3 fields but there are 2 columns").await;
    check("cut.json", Some(b"[1,2"), "line 1, column 5").await;
    fs::create_dir(folder.path().join("dir.json")).unwrap();
    check("dir.json", None, "is a folder").await;
}

#[tokio::test]
async fn every_format_is_written_and_the_items_pass_on() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |name: &str, params: Json, input: Json, expect: &str| {
        let mut params = params;
        params["path"] = json!(name);
        let n_items = input.as_array().unwrap().len();
        let is_added = params["mode"] == "append";
        let before = fs::metadata(folder.path().join(name)).map_or(0, |meta| meta.len() as usize);
        let before = if is_added { before } else { 0 };
        let ran = write(folder.path(), params, input).await;
        assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), expect);
        let path = folder.path().join(name);
        let written = json!({ "path": path.to_string_lossy(), "items": n_items, "bytes": expect.len() - before });
        assert_eq!(ran.items, [written.to_string()]);
        assert_eq!(ran.lineages, ["file:0/0"]);
    };
    let rows = json!([{ "a": 1.5, "b": "x,y" }, { "a": null, "b": [1] }]);
    check(
        "new/dir/a.json",
        json!({}),
        rows.clone(),
        "[\n{\"a\":1.5,\"b\":\"x,y\"},\n{\"a\":null,\"b\":[1]}\n]\n",
    )
    .await;
    check(
        "a.ndjson",
        json!({}),
        rows.clone(),
        "{\"a\":1.5,\"b\":\"x,y\"}\n{\"a\":null,\"b\":[1]}\n",
    )
    .await;
    check("a.csv", json!({}), rows.clone(), "a,b\n1.5,\"x,y\"\n,[1]\n").await;
    check(
        "b.csv",
        json!({ "csv": { "columns": ["b"], "delimiter": ";" } }),
        rows.clone(),
        "b\n\"x,y\"\n[1]\n".replace('"', "").as_str(),
    )
    .await;
    check(
        "a.ndjson",
        json!({ "mode": "append" }),
        json!([{ "c": 1 }]),
        "{\"a\":1.5,\"b\":\"x,y\"}\n{\"a\":null,\"b\":[1]}\n{\"c\":1}\n",
    )
    .await;
}

#[tokio::test]
async fn a_csv_file_is_appended_to_by_its_own_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, "b,a\n1,2").unwrap();
    let params = json!({ "path": "a.csv", "mode": "append" });
    let node = json!({ "id": "file", "type": "file.write", "params": params, "on_error": "skip" });
    let input = json!([{ "a": 3, "b": 4 }, { "a": 5, "c": 6 }, { "b": 7 }]);
    let ran = run(&line(vec![node]), input, folder.path()).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "b,a\n1,2\n4,3\n7,\n");
    assert_eq!(ran.outcome.rejected, 1);
    assert!(ran.told.contains("no column for the field \\\"c\\\""), "{}", ran.told);
}

#[tokio::test]
async fn a_run_that_fails_leaves_the_old_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |name: &str, params: Json| {
        let path = folder.path().join(name);
        fs::write(&path, "old\n").unwrap();
        let mut params = params;
        params["path"] = json!(name);
        let nodes = vec![
            json!({ "id": "rows", "type": "file.read", "params": { "path": "bad.ndjson" } }),
            json!({ "id": "file", "type": "file.write", "params": params }),
        ];
        let mut bad = "{\"old\":1}\n".repeat(2000);
        bad += "{broken\n";
        fs::write(folder.path().join("bad.ndjson"), bad).unwrap();
        let ran = run(&line(nodes), json!([{}]), folder.path()).await;
        assert_eq!(ran.outcome.status, RunStatus::Failed);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old\n", "{name}");
        assert_eq!(
            fs::read_dir(folder.path())
                .unwrap()
                .filter(|entry| {
                    entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part")
                })
                .count(),
            0
        );
    };
    check("a.json", json!({})).await;
    check("a.ndjson", json!({})).await;
    check("b.ndjson", json!({ "mode": "append" })).await;
    check("a.csv", json!({ "mode": "append" })).await;
}

#[tokio::test]
async fn a_path_that_cannot_be_written_is_a_plain_sentence() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let ran = write(folder.path(), json!({ "path": "file/a.json" }), json!([{}])).await;
    assert_eq!(ran.error().class, ErrorClass::File);
    assert!(ran.error().message.contains("cannot be written"), "{}", ran.error().message);
    let ran = write(folder.path(), json!({ "path": "{{ id }}.json" }), json!([{ "id": 1 }])).await;
    assert_eq!(ran.error().class, ErrorClass::Expression);
    if Path::new("/dev/full").exists() {
        let ran = write(
            folder.path(),
            json!({ "path": "/dev/full", "format": "ndjson", "mode": "append" }),
            json!([{}]),
        )
        .await;
        assert!(ran.error().message.contains("no room left"), "{}", ran.error().message);
    }
}

#[tokio::test]
async fn a_large_file_goes_through_in_flat_memory() {
    let folder = tempfile::tempdir().unwrap();
    let row = "{\"id\":1,\"text\":\"".to_owned() + &"x".repeat(200) + "\"}\n";
    let n_rows = 100_000;
    fs::write(folder.path().join("in.ndjson"), row.repeat(n_rows)).unwrap();
    let nodes = vec![
        json!({ "id": "rows", "type": "file.read", "params": { "path": "in.ndjson" } }),
        json!({ "id": "copy", "type": "file.write", "params": { "path": "out.ndjson" } }),
    ];
    let before = peak_kb();
    let mut flow = line(nodes);
    // Only the summary leaves the flow.
    flow.nodes.push(
        serde_json::from_value(
            json!({ "id": "end", "type": "data.filter", "params": { "where": "false" } }),
        )
        .unwrap(),
    );
    flow.wires.push(serde_json::from_value(json!({ "from": "copy", "to": "end" })).unwrap());
    let ran = run(&flow, json!([{}]), folder.path()).await;
    assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
    let copied = fs::metadata(folder.path().join("out.ndjson")).unwrap().len();
    assert_eq!(copied, (row.len() * n_rows) as u64);
    if let (Some(before), Some(after)) = (before, peak_kb()) {
        println!("{} MB through: peak {before} kB before, {after} kB after", copied >> 20);
    }
}

fn peak_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
