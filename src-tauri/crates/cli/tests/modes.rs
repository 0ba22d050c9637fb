//! `gantry run --mode` and `gantry cassette` as a shell sees them.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

struct Shell {
    folder: TempDir,
    base: String,
    seen: Arc<Mutex<Vec<String>>>,
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Shell {
    /// A folder, and a shop with two orders that takes further ones.
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream);
                let (mut first, mut length) = (String::new(), 0);
                let _ = reader.read_line(&mut first);
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                        break;
                    }
                    if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = n.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                let _ = reader.read_exact(&mut body);
                log.lock().unwrap().push(first.trim_end().to_owned());
                let answer = if first.starts_with("GET") {
                    r#"{"orders":[{"no":1,"email":"ann@x.org"},{"no":2,"email":"bob@x.org"}]}"#
                } else {
                    r#"{"taken":true}"#
                };
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                let length = answer.len();
                let reply = format!("{head}\r\ncontent-length: {length}\r\n\r\n{answer}");
                let _ = reader.get_mut().write_all(reply.as_bytes());
            }
        });
        Self { folder: tempfile::tempdir().unwrap(), base, seen }
    }

    #[expect(clippy::disallowed_methods, reason = "the command line is a program of its own")]
    fn run(&self, args: &[&str]) -> Said {
        let Output { status, stdout, stderr } =
            std::process::Command::new(env!("CARGO_BIN_EXE_gantry"))
                .args(args)
                .current_dir(self.folder.path())
                .env("GANTRY_DATA_DIR", self.folder.path().join("data"))
                .output()
                .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// Reads the orders and sends each on.
    fn flow(&self) -> String {
        let base = &self.base;
        let flow = json!({ "gantry": 1, "id": "orders", "name": "Orders", "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "read", "type": "http.request",
              "params": { "url": format!("{base}/orders"), "items": "orders" } },
            { "id": "send", "type": "http.request", "params": {
                "method": "POST", "url": format!("{base}/taken/{{{{ no }}}}"),
                "body": { "type": "json", "value": { "no": "{{ no }}" } } } } ],
            "wires": [{ "from": "start", "to": "read" }, { "from": "read", "to": "send" }] });
        let path = self.folder.path().join("orders.flow.json");
        fs::write(&path, flow.to_string()).unwrap();
        path.display().to_string()
    }

    fn n_seen(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

#[test]
fn a_run_is_recorded_replayed_and_handed_over() {
    let shell = Shell::new();
    let flow = shell.flow();
    let live = shell.run(&["run", &flow, "--mode", "record", "--cassette", "shop"]);
    assert_eq!((live.code, shell.n_seen()), (0, 3), "{}", live.err);
    assert_eq!(live.out, "{\"taken\":true}\n{\"taken\":true}\n");
    assert!(live.err.contains("3 calls were recorded in "), "{}", live.err);
    for args in [&["--cassette", "shop"][..], &[]] {
        let again = shell.run(&[&["run", &flow, "--mode", "replay"], args].concat());
        assert_eq!((again.code, &again.out, shell.n_seen()), (0, &live.out, 3), "{}", again.err);
    }
    let struck = shell.run(&["run", &flow, "--mode", "replay", "--fault", "500@1,node=read"]);
    assert_eq!((struck.code, struck.out.as_str()), (1, ""));
    assert!(struck.err.contains("a fault that was switched on"), "{}", struck.err);
    let bad = shell.run(&["run", &flow, "--fault", "oops"]);
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("\"oops\" is no fault. Write 429@3"), "{}", bad.err);

    let list = shell.run(&["cassette", "list", "--json"]);
    let row: Json = serde_json::from_str(&list.out).unwrap();
    assert_eq!(
        (&row["name"], &row["calls"], &row["flow"]),
        (&json!("shop"), &json!(3), &json!("Orders"))
    );
    let show = shell.run(&["cassette", "show", "shop"]);
    assert!(show.out.contains("POST") && show.out.lines().count() == 5, "{}", show.out);
    let call = shell.run(&["cassette", "show", "shop", "--call", "1"]);
    assert!(call.out.contains("ann@x.org"), "{}", call.out);
    let out = shell.folder.path().join("shop.har").display().to_string();
    assert_eq!(shell.run(&["cassette", "export", "shop", "--out", &out]).code, 0);
    let text = fs::read_to_string(&out).unwrap();
    assert!(!text.contains("ann@x.org") && text.contains("@example.invalid"), "{text}");
    assert_eq!(shell.run(&["cassette", "delete", "shop"]).code, 0);
    let gone = shell.run(&["run", &flow, "--mode", "replay", "--cassette", "shop"]);
    assert_eq!(gone.code, 2, "{}", gone.err);
    let taken = shell.run(&["cassette", "import", &out]);
    assert_eq!(taken.out, "\"shop\" was taken in.\n", "{}", taken.err);
    let again = shell.run(&["run", &flow, "--mode", "replay", "--cassette", "shop"]);
    assert_eq!((again.code, again.out), (0, live.out), "{}", again.err);
    assert_eq!(shell.n_seen(), 3);
}

#[test]
fn a_dry_run_and_a_mock_let_no_write_through() {
    let shell = Shell::new();
    let flow = shell.flow();
    let dry = shell.run(&["run", &flow, "--mode", "dry-run"]);
    assert_eq!((dry.code, shell.n_seen()), (0, 1), "{}", dry.err);
    assert_eq!(dry.out.lines().count(), 2);
    assert!(dry.out.contains("204"), "{}", dry.out);
    let mock = shell.folder.path().join("shop.mock.json");
    let rules = json!({ "mock": 1, "rules": [
        { "method": "GET", "path": "/orders", "json": { "orders": [{ "no": 7 }] } },
        { "method": "POST", "path": "/taken/{no}", "json": { "taken": "{{ params.no }}" } } ] });
    fs::write(&mock, rules.to_string()).unwrap();
    let mocked = shell.run(&["run", &flow, "--mode", "mock", "--cassette", "shop.mock.json"]);
    assert_eq!((mocked.code, mocked.out.as_str()), (0, "{\"taken\":\"7\"}\n"), "{}", mocked.err);
    let one = &["run", &flow, "--node-mode", "send=mock", "--cassette", "shop.mock.json"];
    let one = shell.run(one);
    assert_eq!((one.code, shell.n_seen()), (0, 2), "{}", one.err);
    assert_eq!(one.out, "{\"taken\":\"1\"}\n{\"taken\":\"2\"}\n");
    let bad = shell.run(&["run", &flow, "--node-mode", "sned=mock"]);
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("no node \"sned\""), "{}", bad.err);
}
