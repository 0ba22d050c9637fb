//! No secret is anywhere: one text is in the secrets of a connection for every way to sign in, calls
//! of all of them meet every kind of failure, and then every byte that was written anywhere is
//! searched for it. It runs the program itself, so that what it prints and logs is searched too.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]
#![expect(clippy::print_stdout, reason = "it says how much was searched")]

#[path = "canary/accounts.rs"]
mod accounts;
#[path = "canary/search.rs"]
mod search;
#[path = "canary/system.rs"]
mod system;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use accounts::{Account, accounts, value};
use search::{CANARY, forms, search};
use serde_json::{Value as Json, json};
use system::System;

/// What the calls of each connection meet.
const MET: &[&str] = &[
    "ok", "digest", "post", "e500", "e401", "e403", "e404", "e429", "redirect", "away", "nowhere",
    "badjson", "html", "cut", "slow",
];

const SOAP: &str =
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>";

/// A folder for all that the program writes anywhere, and the program in it.
struct World {
    folder: tempfile::TempDir,
    address: String,
    token: String,
    n_answers: std::cell::Cell<u32>,
}

/// A process, which does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["data", "tmp", "said", "home"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder, address: String::new(), token: String::new(), n_answers: 0.into() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "the command line is a program of its own")]
    fn start(&self, name: &str, args: &[&str]) -> Child {
        let said =
            |what: &str| File::create(self.path("said").join(format!("{name}.{what}"))).unwrap();
        Command::new(env!("CARGO_BIN_EXE_gantry"))
            .args(args)
            .current_dir(self.path("home"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("GANTRY_DATA_DIR", self.path("data"))
            .env("GANTRY_VAULT", "file")
            .env("GANTRY_PASSPHRASE", format!("passphrase {CANARY}"))
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::piped())
            .stdout(said("out"))
            .stderr(said("err"))
            .spawn()
            .unwrap()
    }

    fn run(&self, name: &str, args: &[&str], input: &str) -> bool {
        let mut child = self.start(name, args);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait().unwrap().success()
    }

    fn said(&self, name: &str) -> String {
        fs::read_to_string(self.path("said").join(name)).unwrap_or_default()
    }

    /// Serves the designer, as a browser would use it.
    fn serve(&mut self) -> Running {
        let child = Running(self.start("serve", &["serve", "--port", "0"]));
        let entrance = until("the designer is served", || {
            self.said("serve.out")
                .lines()
                .next()
                .filter(|line| line.contains("token="))
                .map(str::to_owned)
        });
        let (url, token) = entrance.split_once("/?token=").unwrap();
        url.trim_start_matches("http://").clone_into(&mut self.address);
        token.clone_into(&mut self.token);
        child
    }

    fn request(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nx-gantry-token: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            self.address,
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        stream
    }

    /// Calls a command as the designer does, and keeps the answer, which is what it shows.
    fn call(&self, name: &str, args: &Json) -> (u16, Json) {
        let mut answer = Vec::new();
        let path = format!("/api/call/{name}");
        self.request("POST", &path, &args.to_string()).read_to_end(&mut answer).unwrap();
        let at = self.n_answers.get();
        self.n_answers.set(at + 1);
        fs::write(self.path("said").join(format!("{at:04}-{name}.answer")), &answer).unwrap();
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Json::Null))
    }

    fn done(&self, name: &str, args: impl std::borrow::Borrow<Json>) -> Json {
        let (status, answer) = self.call(name, args.borrow());
        assert_eq!(status, 200, "{name}: {answer}");
        answer
    }

    /// Keeps what the designer is told of by itself.
    fn listen(&self) -> std::thread::JoinHandle<()> {
        let mut stream = self.request("GET", "/api/events", "");
        let path = self.path("said").join("events");
        std::thread::spawn(move || {
            let mut file = File::create(path).unwrap();
            let _ = std::io::copy(&mut stream, &mut file);
        })
    }
}

#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_mins(2), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A flow in which each connection meets everything, at once.
fn flow(accounts: &[Account], id: &str, met: &[&str]) -> String {
    let mut nodes = vec![json!({ "id": "start", "type": "trigger.manual" })];
    let mut wires = Vec::new();
    for account in accounts {
        for what in met {
            let id = format!("{}-{what}", account.id);
            let mut params = json!({ "url": format!("/{what}") });
            if account.soap {
                params["method"] = json!("POST");
                params["body"] = json!({ "type": "xml", "value": SOAP });
            } else if *what == "post" {
                params["method"] = json!("POST");
                params["body"] = json!({ "type": "json", "value": { "a": 1 } });
            }
            let timeout = if *what == "slow" && met.len() > 1 { 700 } else { 60_000 };
            nodes.push(json!({ "id": id, "type": "http.request", "connection": account.id,
                "params": params, "on_error": "skip", "timeout_ms": timeout,
                "retry": { "tries": 2, "base_ms": 10, "max_ms": 100 } }));
            wires.push(json!({ "from": "start", "to": id }));
        }
    }
    json!({ "gantry": 1, "id": id, "name": id, "nodes": nodes, "wires": wires }).to_string()
}

fn sign_in(world: &World, account: &Account) {
    let at = json!({ "id": account.id, "environment": "dev" });
    let consent = world.done("connections.consent", at);
    let url = consent["url"].as_str().unwrap();
    if consent["user_code"].is_null() {
        // What the browser does: to the system, and back to where that sends it.
        let place = location(url);
        location(&place);
    }
    world.done("connections.consent.wait", json!({ "consent": consent["consent"] }));
}

/// Asks an address, and gives the place that it sends on to, if any.
fn location(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let line = answer.lines().find(|line| line.to_lowercase().starts_with("location: "));
    line.map(|line| line["location: ".len()..].trim().to_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_that_is_written_anywhere_has_a_secret_in_it() {
    let system = System::start().await;
    // What it does waits: the system answers on other threads.
    tokio::task::block_in_place(|| plays_through(&system));
}

fn plays_through(system: &System) {
    let mut world = World::new();
    let accounts = accounts(&system.url);
    let served = world.serve();
    let listening = world.listen();
    for account in &accounts {
        world.done("connections.save", json!({ "spec": account.spec }));
        for slot in account.slots {
            let value = value(account.id, slot);
            world.done(
                "connections.secret",
                json!({ "id": account.id, "environment": "dev", "slot": slot, "value": value }),
            );
        }
        if account.asks {
            sign_in(&world, account);
        }
        world.call("connections.test", &json!({ "id": account.id, "environment": "dev" }));
    }
    world.call(
        "connections.secret",
        &json!({ "id": "basic", "environment": "dev", "slot": CANARY, "value": CANARY }),
    );
    world.call("vault.unlock", &json!({ "passphrase": format!("wrong {CANARY}") }));

    let run = play(&world, &accounts);
    shows_that_secrets_were_used(system, &accounts);
    looks_at_everything(&world, &accounts, &run);

    // What is killed in the middle of its calls leaves what it had not tidied up yet.
    let slow = flow(&accounts, "slow", &["slow"]);
    fs::write(world.path("home").join("slow.flow.json"), &slow).unwrap();
    world.done("flows.import", json!({ "text": slow }));
    world.done("runs.start", json!({ "flow": "slow" }));
    let killed = Running(world.start("killed", &["run", "slow.flow.json", "--out", "items.json"]));
    std::thread::sleep(Duration::from_secs(3));
    // On Unix this is kill -9.
    drop((killed, served));
    listening.join().unwrap();

    assert!(world.run(
        "set",
        &["secrets", "set", "basic@dev", "password"],
        &value("basic", "password")
    ));
    assert!(!world.run("unknown", &["secrets", "set", "basic@dev", "passwort"], CANARY));
    assert!(world.run("list", &["secrets", "list"], ""));
    assert!(world.said("list.out").contains("basic@dev"), "{}", world.said("list.out"));
    assert!(world.run("runs", &["runs", "list", "--json"], ""));
    world.run("show", &["runs", "show", run.as_str(), "--json"], "");

    let n_bytes = size(world.folder.path());
    let found = search(world.folder.path());
    println!("searched {n_bytes} bytes for {} forms", forms().len());
    if !found.is_empty() {
        let shown: Vec<_> = found.iter().take(12).cloned().collect();
        panic!("found {} times:\n{}", found.len(), shown.join("\n---\n"));
    }
    assert!(n_bytes > 1_000_000, "only {n_bytes} bytes were searched");
}

/// Runs the flow in which each connection meets everything, recorded, and waits for its end.
fn play(world: &World, accounts: &[Account]) -> String {
    world.done("flows.import", json!({ "text": flow(accounts, "all", MET) }));
    let started =
        world.done("runs.start", json!({ "flow": "all", "mode": "record", "cassette": "all" }));
    let run = started["id"].as_str().unwrap().to_owned();
    until("the run is over", || {
        let view = world.done("runs.open", json!({ "run": run }));
        (view["run"]["status"] != "running" && !view["run"]["status"].is_null()).then_some(())
    });
    run
}

/// The search means nothing where no secret ever left the vault.
fn shows_that_secrets_were_used(system: &System, accounts: &[Account]) {
    let unused: Vec<_> = accounts
        .iter()
        .filter(|account| account.shows)
        .map(|account| format!("{}/e500", account.id))
        .filter(|path| !system.met(|met| met.with_canary.contains(path)))
        .collect();
    assert!(unused.is_empty(), "no secret was seen in {unused:?}");
    let unmet: Vec<_> = [
        "refused/token-fails",
        "session-refused/login-fails",
        "ws-digest/e500",
        "jwt/e500",
        "oauth1/e500",
        "digest/e500",
    ]
    .into_iter()
    .filter(|path| !system.met(|met| met.all.contains(*path)))
    .collect();
    assert!(unmet.is_empty(), "never called: {unmet:?}");
}

/// Everything that the designer can show, and everything that it can give out.
fn looks_at_everything(world: &World, accounts: &[Account], run: &str) {
    for account in accounts {
        let at = json!({ "id": account.id, "environment": "dev" });
        world.done("connections.open", at.clone());
        let mut copy = at;
        copy["to"] = json!("test");
        world.done("connections.duplicate", copy);
        for what in MET {
            let node = format!("{}-{what}", account.id);
            world.done("runs.node", json!({ "run": run, "node": node }));
        }
    }
    for (name, args) in [
        ("connections.list", json!({})),
        ("vault.state", json!({})),
        ("settings.get", json!({})),
        ("flows.list", json!({})),
        ("flows.open", json!({ "flow": "all" })),
        ("flows.export", json!({ "flow": "all" })),
        ("runs.list", json!({ "limit": 10 })),
        ("runs.open", json!({ "run": run })),
        ("runs.errors", json!({ "run": run, "limit": 10_000 })),
        ("network.list", json!({ "limit": 10_000 })),
        ("network.export", json!({ "format": "csv" })),
        ("cassettes.list", json!({})),
        ("cassettes.open", json!({ "name": "all" })),
    ] {
        world.done(name, args);
    }
    // What is given out tells of the calls: it is not empty, and so without secrets.
    for (name, args) in [
        ("runs.har", json!({ "run": run })),
        ("network.export", json!({ "format": "har" })),
        ("cassettes.export", json!({ "name": "all" })),
    ] {
        let given = world.done(name, args);
        let text = given["text"].as_str().unwrap();
        let n_masks = text.matches("\u{2022}\u{2022}\u{2022}\u{2022}").count();
        println!("{name}: {} bytes, {n_masks} masks", text.len());
        assert!(n_masks > 100, "{name} shows {n_masks} masks");
        let untold = accounts.iter().filter(|account| account.shows);
        let untold: Vec<_> = untold
            .map(|one| format!("/{}/e500", one.id))
            .filter(|path| !text.contains(path))
            .collect();
        assert!(untold.is_empty(), "{name} lacks {untold:?}");
    }
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                size(&entry.path())
            } else {
                entry.metadata().unwrap().len()
            }
        })
        .sum()
}

#[test]
fn what_is_planted_is_found_in_each_form() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    let path = folder.path().join("deep/file");
    fs::write(&path, "nothing of the kind: Kanarien, Vogel").unwrap();
    assert_eq!(search(folder.path()), Vec::<String>::new());
    for (name, form) in forms() {
        let mut bytes = vec![0, 159, 146, 150];
        bytes.extend_from_slice(&form);
        bytes.extend_from_slice(b"\xff behind");
        fs::write(&path, bytes).unwrap();
        let found = search(folder.path());
        assert!(found.iter().any(|line| line.contains(&format!("({name})"))), "{name}: {found:?}");
    }
}
