//! What the fault suite needs: the servers that break the rules, calls that carry secrets, and the
//! table of what was met.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod proxy;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use engine::journal::MemoryJournal;
use engine::services::Services;
use engine::{Engine, EngineOptions, RunOutcome, RunRequest};
use flow::file::FlowFile;
use flow::id::RunId;
use flow::run::{Exchange, What};
use serde_json::{Value as Json, json};
use transport::spec::{CapSpec, ConnectionSpec, ProxySpec};
use transport::{Method, Request, Secret, Transport};
use vault::{SecretKey, Vault};

pub(crate) use proxy::Proxy;

/// Names the case that a process of its own meets, and its caps.
pub(crate) const CHILD_URL: &str = "GANTRY_TEST_BOMB";
pub(crate) const CHILD_CAPS: &str = "GANTRY_TEST_BOMB_CAPS";

/// One call of an `http.request`, with secrets in its URL, headers and body.
pub(crate) struct Ask {
    url: String,
    is_post: bool,
    is_keyed: bool,
    tries: u32,
    fail_when: Option<&'static str>,
    spec: ConnectionSpec,
    vault: Vault,
    hosts: Option<Vec<String>>,
    stop_after: Option<Duration>,
    drops_items: bool,
}

/// What came of it.
pub(crate) struct Ran {
    pub(crate) outcome: RunOutcome,
    pub(crate) items: Vec<String>,
    pub(crate) exchanges: Vec<Exchange>,
    /// Everything that was told of the run.
    pub(crate) told: String,
}

impl Ask {
    pub(crate) fn new(url: String) -> Self {
        let mut spec = ConnectionSpec::new("c", "");
        spec.circuit.failures = 0;
        // The URL's own host is the connection's.
        spec.base_url = transport::Url::parse(&url).unwrap().origin().ascii_serialization();
        Self {
            url,
            is_post: false,
            is_keyed: false,
            tries: 1,
            fail_when: None,
            spec,
            vault: Vault::memory(),
            hosts: None,
            stop_after: None,
            drops_items: false,
        }
    }

    pub(crate) fn caps(mut self, caps: CapSpec) -> Self {
        self.spec.caps = caps;
        self
    }

    pub(crate) fn idle(mut self, ms: u64) -> Self {
        self.spec.caps.idle_ms = Some(ms);
        self
    }

    pub(crate) fn total(mut self, ms: u64) -> Self {
        self.spec.caps.total_ms = Some(ms);
        self
    }

    pub(crate) fn spec(mut self, spec: ConnectionSpec) -> Self {
        self.spec = spec;
        self.spec.circuit.failures = 0;
        self
    }

    pub(crate) fn post(mut self) -> Self {
        self.is_post = true;
        self
    }

    pub(crate) fn keyed(mut self) -> Self {
        self.is_keyed = true;
        self
    }

    pub(crate) fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    pub(crate) fn fail_when(mut self, rule: &'static str) -> Self {
        self.fail_when = Some(rule);
        self
    }

    pub(crate) fn hosts(mut self, hosts: &[&str]) -> Self {
        self.hosts = Some(hosts.iter().map(|&host| host.to_owned()).collect());
        self
    }

    pub(crate) fn stop_after(mut self, ms: u64) -> Self {
        self.stop_after = Some(Duration::from_millis(ms));
        self
    }

    pub(crate) fn drop_items(mut self) -> Self {
        self.drops_items = true;
        self
    }

    pub(crate) fn trust(mut self, pem: String) -> Self {
        self.spec.tls.extra_ca = pem;
        self
    }

    pub(crate) fn certificate(mut self, text: Option<&str>, passphrase: Option<&str>) -> Self {
        self.spec.tls.client_certificate = true;
        self.keep("client_certificate", text);
        self.keep("client_passphrase", passphrase);
        self
    }

    pub(crate) fn proxy(mut self, url: &str, user: &str, password: &str) -> Self {
        self.spec.proxy = Some(ProxySpec { url: url.to_owned(), user: user.to_owned() });
        self.keep("proxy_password", Some(password));
        self
    }

    fn keep(&mut self, slot: &str, text: Option<&str>) {
        if let Some(text) = text {
            let key = SecretKey::new(self.spec.owner(), slot);
            self.vault.set(&key, Secret::new(text)).unwrap();
        }
    }

    fn node(&self) -> Json {
        let mut node = json!({
            "id": "call", "type": "http.request", "connection": "c",
            "retry": { "tries": self.tries, "base_ms": 20 },
            "params": {
                "url": self.url,
                "query": { "api_key": "canary-in-the-url" },
                "headers": { "Authorization": "Bearer canary-in-a-header" },
            },
        });
        if self.is_post {
            node["params"]["method"] = json!("POST");
            let fields = json!({ "password": "canary-in-the-body" });
            node["params"]["body"] = json!({ "type": "form", "value": fields });
        }
        if self.is_keyed {
            node["params"]["idempotency"] = json!({});
        }
        if let Some(rule) = self.fail_when {
            node["params"]["fail_when"] = json!(rule);
        }
        node
    }
}

/// Makes the call.
pub(crate) async fn go(ask: Ask) -> Ran {
    let file = json!({
        "gantry": 1, "id": "test", "name": "Test",
        "nodes": [{ "id": "start", "type": "trigger.manual" }, ask.node()],
        "wires": [{ "from": "start", "to": "call" }],
    });
    let mut flow: FlowFile = serde_json::from_value(file).unwrap();
    flow.hosts = ask.hosts;
    let journal = Arc::new(MemoryJournal::default());
    let services = Services::default();
    let connection = services.transport.connection(&ask.spec, &Arc::new(ask.vault));
    let engine = Engine::new(EngineOptions {
        services,
        journal: journal.clone(),
        ..EngineOptions::default()
    });
    let prepared = engine.prepare(&flow);
    let id = RunId::from("r");
    let mut request = RunRequest::new(id.clone(), 1_000_000);
    request.input = vec![data::Value::default()];
    request.outputs = Some(4);
    request.calls.connections.insert("c".into(), connection);
    let mut handle = prepared.start(request).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut outputs = handle.outputs.take().unwrap();
    let mut items = Vec::new();
    if let Some(after) = ask.stop_after {
        tokio::time::sleep(after).await;
        handle.cancel();
    }
    while let Some(output) = outputs.recv().await {
        if !ask.drops_items {
            items.extend(output.items.iter().map(|item| item.value.to_string()));
        }
    }
    let waited = tokio::time::timeout(Duration::from_mins(2), handle.wait()).await;
    let outcome = waited.expect("the call hangs");
    let events = journal.events(&id);
    let told = format!("{} {outcome:?}", serde_json::to_string(&events).unwrap());
    let exchanges = events.into_iter().filter_map(|event| match event.what {
        What::Called { exchange, .. } => Some(*exchange),
        _ => None,
    });
    Ran { outcome, items, exchanges: exchanges.collect(), told }
}

/// What was met, and how.
#[derive(Default)]
pub(crate) struct Table {
    lines: Vec<(u8, String, Result<(), String>)>,
}

impl Table {
    /// Notes a case; `row` is its line in the table of cases, 0 where it has none.
    pub(crate) fn case(&mut self, row: u8, name: &str, verdict: Result<(), String>) {
        self.lines.push((row, name.to_owned(), verdict));
    }

    /// Whether a case of the server was met.
    pub(crate) fn has(&self, case: &str) -> bool {
        self.lines.iter().any(|(_, name, _)| name.split(',').next() == Some(case))
    }

    /// Prints the table.
    ///
    /// # Panics
    /// Where a case was not met as it should be.
    pub(crate) fn finish(mut self, what: &str) {
        self.lines.sort_by_key(|(row, ..)| *row);
        for (row, name, verdict) in &self.lines {
            let row = if *row == 0 { String::new() } else { row.to_string() };
            match verdict {
                Ok(()) => println!("{row:>3} {name:<40} ok"),
                Err(why) => println!("{row:>3} {name:<40} FAILED: {why}"),
            }
        }
        let n_ok = self.lines.iter().filter(|(_, _, verdict)| verdict.is_ok()).count();
        println!("{what}: {n_ok} of {}", self.lines.len());
        assert_eq!(n_ok, self.lines.len(), "{what}");
    }
}

/// The server of `shared/servers/faults`.
pub(crate) struct FaultServer {
    _process: Process,
    port: u16,
    folder: tempfile::TempDir,
}

/// A program that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl FaultServer {
    pub(crate) fn start(environment: &[(&str, &str)]) -> Option<Self> {
        let script = shared("faults/server.py")?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        let port = free_ports(5);
        let mut command = program("python3");
        command.arg(script).current_dir(folder.path()).env("PORT", port.to_string());
        command.envs(environment.iter().copied());
        let mut process = spawn(command)?;
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port + 4)).is_ok() {
                return Some(Self { _process: process, port, folder });
            }
            if process.0.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!("skipped: the fault server did not start");
        None
    }

    pub(crate) fn url(&self, case: &str) -> String {
        format!("http://127.0.0.1:{}/{case}", self.port)
    }

    pub(crate) fn tls_url(&self, host: &str, port: u16, case: &str) -> String {
        format!("https://{host}:{}/{case}", self.port + port)
    }

    /// The cases that the server says it has.
    pub(crate) fn cases(&self) -> Vec<String> {
        let text = self.plain("");
        let is_case = |line: &&str| !matches!(*line, "" | "_count" | "flaky-N");
        text.lines().filter(is_case).map(str::to_owned).collect()
    }

    /// How often a case was asked for.
    pub(crate) fn count(&self, case: &str) -> u64 {
        let counts: Json = serde_json::from_str(&self.plain("_count")).unwrap();
        counts[case].as_u64().unwrap_or(0)
    }

    /// Asks without the client that is tested.
    fn plain(&self, path: &str) -> String {
        use std::io::{Read, Write};
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(socket, "GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        text.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// A file that the server made: a certificate or its key.
    pub(crate) fn pem(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("run").join(name)).unwrap()
    }

    /// The server's own certificate and key as PFX in Base64, the same encrypted the old way, and
    /// the key alone encrypted.
    pub(crate) fn packed(&self, passphrase: &str) -> Option<(String, String, String)> {
        let run = self.folder.path().join("run");
        let pass = format!("pass:{passphrase}");
        let openssl = |args: &[&str]| {
            let mut command = program("openssl");
            let done = command.args(args).current_dir(&run).output().ok()?;
            done.status.success().then_some(())
        };
        let export = |out: &str, more: &[&str]| {
            let pair = ["-inkey", "self-signed.key", "-in", "self-signed.pem"];
            let mut args = vec!["pkcs12", "-export", "-out", out, "-passout", &pass];
            args.extend(pair);
            args.extend(more);
            openssl(&args)?;
            let bytes = std::fs::read(run.join(out)).ok()?;
            Some(base64::engine::general_purpose::STANDARD.encode(bytes))
        };
        let pfx = export("new.pfx", &[])?;
        let old = export(
            "old.pfx",
            &["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
        )?;
        openssl(&[
            "pkcs8",
            "-topk8",
            "-in",
            "self-signed.key",
            "-out",
            "locked.key",
            "-passout",
            &pass,
        ])?;
        Some((pfx, old, self.pem("locked.key")))
    }
}

/// `WireMock`, where it was installed and Java is there.
pub(crate) struct WireMock {
    pub(crate) url: String,
    transport: Transport,
    _process: Process,
    _folder: tempfile::TempDir,
}

impl WireMock {
    pub(crate) async fn start() -> Option<Self> {
        let build = shared("wiremock/node_modules/wiremock/build")?;
        let mut jars = std::fs::read_dir(build).unwrap().flatten().map(|entry| entry.path());
        let jar = jars.find(|path| path.extension().is_some_and(|ext| ext == "jar"))?;
        let folder = tempfile::tempdir().unwrap();
        let port = free_ports(1);
        let mut command = program("java");
        command.args(["-Xmx256m", "-jar"]).arg(jar).args(["--bind-address", "127.0.0.1"]);
        command.arg("--port").arg(port.to_string()).arg("--root-dir").arg(folder.path());
        let process = spawn(command)?;
        let url = format!("http://127.0.0.1:{port}");
        let mock =
            Self { url, transport: Transport::default(), _process: process, _folder: folder };
        for _ in 0..300 {
            if mock.admin(Method::GET, "health", Json::Null).await {
                return Some(mock);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("skipped: WireMock did not start");
        None
    }

    /// Has a path answered so, whatever the method and the query.
    pub(crate) async fn stub(&self, path: &str, response: Json) {
        let stub = json!({ "request": { "urlPath": path }, "response": response });
        assert!(self.admin(Method::POST, "mappings", stub).await);
    }

    async fn admin(&self, method: Method, path: &str, body: Json) -> bool {
        let url = format!("{}/__admin/{path}", self.url);
        let mut request = Request::new(method, url).header("content-type", "application/json");
        if !body.is_null() {
            request.body = transport::Body::Bytes(body.to_string().into());
        }
        let never = tokio_util::sync::CancellationToken::new();
        self.transport.send(request, &never).await.is_ok_and(|answer| answer.is_success())
    }
}

/// What a process of its own told.
pub(crate) struct Told {
    pub(crate) message: String,
    pub(crate) peak_kb: u64,
}

/// Meets a case in a process of its own.
pub(crate) fn in_child(url: &str, caps: &str) -> Result<Told, String> {
    let mut command = program(std::env::current_exe().unwrap());
    command.args(["--exact", "a_bomb_is_met_in_a_process_of_its_own", "--nocapture"]);
    let output = command.env(CHILD_URL, url).env(CHILD_CAPS, caps).output();
    let output = output.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = text.lines().find_map(|line| serde_json::from_str::<Json>(line).ok());
    let told = told.ok_or_else(|| format!("{text} {}", String::from_utf8_lossy(&output.stderr)))?;
    let message = told["message"].as_str().unwrap_or("").to_owned();
    Ok(Told { message, peak_kb: told["peak_kb"].as_u64().unwrap_or(0) })
}

/// The most memory that this process ever held, in kilobytes; 0 where the system does not tell.
pub(crate) fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The first of so many free ports.
pub(crate) fn free_ports(n: u16) -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let Some(last) = first.checked_add(n) else { continue };
        if (first..last).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
}

fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let shared = std::env::var_os("GANTRY_SHARED").map(PathBuf::from).or_else(|| {
        [root.join("../shared"), root.join("../../shared")].into_iter().find(|p| p.is_dir())
    });
    let found = shared.map(|shared| shared.join("servers").join(path)).filter(|path| path.exists());
    if found.is_none() {
        println!("skipped: ../shared/servers/{path} is not there");
    }
    found.and_then(|path| path.canonicalize().ok())
}

#[expect(clippy::disallowed_methods, reason = "the servers that are called here are programs")]
fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(name)
}

fn spawn(mut command: Command) -> Option<Process> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if child.is_err() {
        println!("skipped: {name} is not there");
    }
    child.ok().map(Process)
}
