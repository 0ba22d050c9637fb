//! The command line as a shell sees it: exit codes, standard output, standard error.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::fs;
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

    #[expect(clippy::disallowed_methods, reason = "the command line is a program of its own")]
    fn run(&self, args: &[&str]) -> Said {
        let Output { status, stdout, stderr } =
            std::process::Command::new(env!("CARGO_BIN_EXE_gantry"))
                .args(args)
                .env("GANTRY_DATA_DIR", self.folder.path().join("data"))
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
        &["run", &fine, "--env", "test"],
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
