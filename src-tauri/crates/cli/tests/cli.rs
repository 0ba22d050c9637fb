//! The command line as a shell sees it: exit codes, standard output, standard error.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

struct Shell {
    folder: TempDir,
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Shell {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, args: &[&str]) -> Said {
        self.run_with(args, &[])
    }

    #[expect(clippy::disallowed_methods, reason = "the command line is a program of its own")]
    fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Said {
        let Output { status, stdout, stderr } =
            std::process::Command::new(env!("CARGO_BIN_EXE_gantry"))
                .args(args)
                .env("GANTRY_DATA_DIR", self.folder.path().join("data"))
                .env("GANTRY_VAULT", "file")
                .envs(variables.iter().copied())
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// A flow that keeps what is over `$vars.least`, and turns its number into a text.
    fn flow(&self, from: &str, on_error: &str) -> String {
        let flow = json!({ "gantry": 1, "id": "big", "name": "Big", "vars": { "least": { "value": 100 } },
            "nodes": [
                { "id": "start", "type": "trigger.manual" },
                { "id": "keep", "type": "data.filter", "params": { "where": "total > $vars.least" } },
                { "id": "shape", "type": "data.map", "on_error": on_error,
                  "params": { "fields": [{ "to": "no", "from": from }] } } ],
            "wires": [{ "from": "start", "to": "keep" }, { "from": "keep.kept", "to": "shape" }] });
        self.file("big.flow.json", &flow.to_string())
    }
}

/// A system that takes every call, each on a connection of its own.
fn system() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && socket.read(&mut byte).unwrap_or(0) == 1 {
                request.push(byte[0]);
            }
            let status = if request.windows(5).any(|part| part == b"right") {
                "200 OK"
            } else {
                "401 Unauthorized"
            };
            let body = r#"{"me":"Ada"}"#;
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n",
                body.len()
            );
            let _ =
                socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(body.as_bytes()));
        }
    });
    url
}

#[test]
fn connections_go_in_and_out_as_files_without_secrets_and_are_tested() {
    let shell = Shell::new();
    let spec = json!({ "id": "shop", "environment": "production", "name": "Shop",
        "base_url": system(), "auth": { "type": "api_key", "name": "X-Key" },
        "probe": { "path": "/me", "account": "me" } });
    let file = shell.file("shop.json", &spec.to_string());
    let said = shell.run(&["connections", "add", &file]);
    assert_eq!((said.code, said.out.as_str()), (0, "shop@production\n"), "{}", said.err);
    let how = "\"Key\" is missing: gantry secrets set shop@production key";
    assert!(said.err.contains(how), "{}", said.err);
    let again = shell.run(&["connections", "add", &file]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("--replace"), "{}", again.err);
    assert_eq!(shell.run(&["connections", "add", &file, "--replace"]).code, 0);

    let shown = shell.run(&["connections", "show", "shop@production"]);
    let written = shell.file("again.json", &shown.out);
    assert_eq!(shell.run(&["connections", "add", &written, "--replace"]).code, 0, "{}", shown.out);
    let absent = shell.run(&["connections", "show", "shop"]);
    assert_eq!(absent.code, 2);
    assert!(absent.err.contains("no connection shop in dev"), "{}", absent.err);

    let listed = shell.run(&["connections"]);
    assert!(listed.out.contains("lacks secrets"), "{}", listed.out);
    let key = [("GANTRY_SECRET_SHOP_PRODUCTION_KEY", "right")];
    let tested = shell.run_with(&["connections", "test", "shop", "--env", "prod"], &key);
    assert_eq!(tested.code, 0, "{}{}", tested.out, tested.err);
    assert!(tested.out.starts_with("Shop knows us as Ada.\naccount: Ada\n"), "{}", tested.out);
    let wrong = [("GANTRY_SECRET_SHOP_PRODUCTION_KEY", "wrong")];
    let tested = shell.run_with(&["connections", "test", "shop", "--env", "prod"], &wrong);
    assert_eq!(tested.code, 1);
    assert!(tested.out.starts_with("Shop refused the key (401)."), "{}", tested.out);
}

#[test]
fn a_run_that_writes_to_production_wants_a_yes() {
    let shell = Shell::new();
    let spec = json!({ "id": "shop", "environment": "production", "name": "Shop",
        "base_url": system(), "auth": { "type": "api_key", "name": "X-Key" } });
    shell.run(&["connections", "add", &shell.file("shop.json", &spec.to_string())]);
    let flow = json!({ "gantry": 1, "id": "post", "name": "Post",
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "post", "type": "http.request", "name": "Create order", "connection": "shop",
              "params": { "method": "POST", "url": "/orders" } } ],
        "wires": [{ "from": "start", "to": "post" }] });
    let flow = shell.file("post.flow.json", &flow.to_string());
    let key = [("GANTRY_SECRET_SHOP_PRODUCTION_KEY", "right")];

    let said = shell.run(&["import-flow", &flow]);
    assert_eq!((said.code, said.out.as_str()), (0, "post\n"));
    assert!(said.err.contains("\"shop\" is not set up for development"), "{}", said.err);
    let said = shell.run_with(&["run", &flow], &key);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("not set up for development, only for production"), "{}", said.err);
    let said = shell.run_with(&["run", &flow, "--env", "production"], &key);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("\"Create order\" (POST at Shop)"), "{}", said.err);
    assert!(said.err.contains("--yes"), "{}", said.err);
    let said = shell.run_with(&["run", &flow, "--env", "production", "--yes"], &key);
    assert_eq!((said.code, said.out.as_str()), (0, "{\"me\":\"Ada\"}\n"), "{}", said.err);
}

const ORDERS: &str =
    r#"[{"no": 1, "total": 50}, {"no": 2, "total": 150}, {"no": 3, "total": 250.0}]"#;

#[test]
fn a_run_gives_its_items_and_says_what_came_of_it() {
    let shell = Shell::new();
    let (flow, input) = (shell.flow("no", "stop"), shell.file("orders.json", ORDERS));
    let said = shell.run(&["run", &flow, "--input", &input]);
    assert_eq!((said.code, said.out.as_str()), (0, "{\"no\":2}\n{\"no\":3}\n"), "{}", said.err);
    assert!(said.err.starts_with("Big: "), "{}", said.err);
    let said =
        shell.run(&["run", &flow, "--input", &input, "--var", "least=200", "--format", "json"]);
    assert_eq!(said.out, "[\n{\"no\":3}\n]\n");
    let said = shell.run(&["run", &flow, "--input", &input, "--node", "keep"]);
    assert_eq!(said.out, "{\"no\":2,\"total\":150}\n{\"no\":3,\"total\":250.0}\n");
    let out = shell.folder.path().join("out.json").display().to_string();
    let said = shell.run(&["run", &flow, "--input", &input, "--out", &out]);
    assert_eq!((said.out.as_str(), said.code), ("", 0));
    let items: Json = serde_json::from_str(&fs::read_to_string(out).unwrap()).unwrap();
    assert_eq!(items, json!([{ "no": 2 }, { "no": 3 }]));
    let listed = shell.run(&["runs", "list", "--json"]);
    assert_eq!(listed.out.lines().count(), 4);
    let newest: Json = serde_json::from_str(listed.out.lines().next().unwrap()).unwrap();
    let shown = shell.run(&["runs", "show", newest["id"].as_str().unwrap()]);
    assert!(shown.out.contains("shape"), "{}", shown.out);
}

#[test]
fn exit_codes_tell_failed_broken_and_rejected_apart() {
    let shell = Shell::new();
    let input = shell.file("orders.json", ORDERS);
    let fails = shell.flow("$number('x' & no)", "stop");
    let said = shell.run(&["run", &fails, "--input", &input]);
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    assert!(said.err.contains("Failed at \"shape\""), "{}", said.err);
    let rejects = shell.flow("total > 200 ? no : $number('x')", "skip");
    let said = shell.run(&["run", &rejects, "--input", &input]);
    assert_eq!((said.code, said.out.as_str()), (3, "{\"no\":3}\n"), "{}", said.err);
    let broken = shell.flow("no +", "stop");
    for command in ["run", "check"] {
        let said = shell.run(&[command, &broken]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("at shape /params/fields/0/from"), "{}", said.err);
    }
    let fine = shell.flow("no", "stop");
    assert_eq!(shell.run(&["check", &fine]).code, 0);
    for usage in [
        &["run", "there-is-none"][..],
        &["run", &fine, "--var", "most=1"],
        &["run", &fine, "--mode", "replay"],
        &["run", &fine, "--env", "staging"],
        &["run", &fine, "--input", "gone.json"],
        &["explode"],
    ] {
        let said = shell.run(usage);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{usage:?}: {}", said.err);
        assert!(!said.err.is_empty());
    }
}

#[test]
fn an_expression_is_evaluated_over_a_document() {
    let shell = Shell::new();
    let input = shell.file("order.json", r#"{"lines": [{"n": 2}, {"n": 3}], "total": 19.90}"#);
    let eval = |expression: &str| shell.run(&["eval", expression, "--input", &input]);
    assert_eq!(eval("$sum(lines.n)").out, "5\n");
    assert_eq!(eval("total").out, "19.90\n");
    let nothing = eval("gone");
    assert_eq!((nothing.code, nothing.out.as_str()), (0, ""));
    assert_eq!(nothing.err, "");
    let below = eval("(\n  $x + ");
    assert!(below.err.contains("(line 2, column 8)\n    $x + \n         ^"), "{}", below.err);
    let fault = eval("lines.n & (");
    assert_eq!((fault.code, fault.out.as_str()), (1, ""));
    assert!(fault.err.starts_with('S'), "{}", fault.err);
}

#[test]
fn flows_go_into_the_database_and_are_run_by_id() {
    let shell = Shell::new();
    let flow = shell.flow("no", "stop");
    let said = shell.run(&["import-flow", &flow]);
    assert_eq!((said.code, said.out.as_str()), (0, "big\n"), "{}", said.err);
    let input = shell.file("orders.ndjson", "{\"no\": 7, \"total\": 500}\n");
    assert_eq!(shell.run(&["run", "big", "--input", &input]).out, "{\"no\":7}\n");
    let said = shell.run(&["run", "big", "--input", &input, "--no-history"]);
    assert_eq!(said.out, "{\"no\":7}\n");
    assert_eq!(shell.run(&["runs", "list", "--json"]).out.lines().count(), 1);
}

#[test]
fn the_catalogue_lists_all_types() {
    let said = Shell::new().run(&["catalogue", "--json"]);
    let types: Json = serde_json::from_str(&said.out).unwrap();
    assert!(types.as_array().unwrap().iter().any(|node| node["type"] == "http.request"));
}

#[test]
fn parked_items_are_listed_mended_and_tried_again() {
    let shell = Shell::new();
    let flow = shell.flow("$number(no)", "park");
    shell.run(&["import-flow", &flow]);
    let orders = r#"[{"no": "1", "total": 200}, {"no": "x", "total": 300}]"#;
    let input = shell.file("orders.json", orders);
    assert_eq!(shell.run(&["run", "big", "--input", &input]).code, 3);
    let said = shell.run(&["parked"]);
    assert!(said.out.contains("this is data, not set-up"), "{}", said.out);
    let said = shell.run(&["parked", "--json", "list"]);
    let item: Json = serde_json::from_str(&said.out).unwrap();
    let id = item["id"].to_string();
    assert_eq!(item["error"]["value"], json!({ "no": "x", "total": 300 }));
    let said = shell.run(&["parked", "retry", &id]);
    assert_eq!(said.code, 3, "it fails again: {}", said.err);
    let id = {
        let said = shell.run(&["parked", "--json", "list"]);
        serde_json::from_str::<Json>(&said.out).unwrap()["id"].to_string()
    };
    assert_eq!(shell.run(&["parked", "mend", &id, r#"{"no": "7", "total": 300}"#]).code, 0);
    let said = shell.run(&["parked", "retry"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(shell.run(&["parked"]).out.contains("No item waits."));
}
