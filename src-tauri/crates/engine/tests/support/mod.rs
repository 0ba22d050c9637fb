//! What the tests of nodes that reach outside share: a small HTTP server on loopback that answers
//! by a function, and runs of small flows.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use engine::journal::MemoryJournal;
use engine::services::Services;
use engine::{Engine, EngineOptions, RunOutcome, RunRequest};
use flow::file::FlowFile;
use flow::id::RunId;
use flow::run::{Exchange, ItemError, What};
use serde_json::{Value as Json, json};
use transport::Conduct;
use transport::spec::ConnectionSpec;
use vault::Vault;

/// A request as the server got it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Got {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How many requests came before it.
    pub(crate) nth: usize,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A server on loopback; it ends with the test's process.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Got>>>,
}

impl Server {
    /// Starts a server that answers each request with the bytes that `answer` gives.
    pub(crate) fn start(answer: impl Fn(&Got) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&seen));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &*answer, &log));
            }
        });
        Self { url, seen }
    }

    /// What it was asked.
    pub(crate) fn seen(&self) -> Vec<Got> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn targets(&self) -> Vec<String> {
        self.seen().into_iter().map(|got| got.target).collect()
    }
}

fn serve(stream: TcpStream, answer: &dyn Fn(&Got) -> Vec<u8>, log: &Mutex<Vec<Got>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut got = read(&mut reader)?;
        got.nth = {
            let mut log = log.lock().unwrap();
            log.push(got.clone());
            log.len() - 1
        };
        reader.get_mut().write_all(&answer(&got)).ok()?;
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Got> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n_bytes| *n_bytes > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut got = Got { method: words.next()?, target: words.next()?, ..Got::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n_bytes| *n_bytes > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        got.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = got.header("content-length").parse().unwrap_or(0);
    got.body = vec![0; length];
    reader.read_exact(&mut got.body).ok()?;
    Some(got)
}

/// The bytes of an answer.
pub(crate) fn reply(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut out = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        for part in [name, ": ", value, "\r\n"] {
            out.push_str(part);
        }
    }
    let mut out = (out + "\r\n").into_bytes();
    out.extend_from_slice(body);
    out
}

/// The bytes of an answer with JSON.
pub(crate) fn json_reply(body: &Json) -> Vec<u8> {
    reply("200 OK", &[("Content-Type", "application/json")], body.to_string())
}

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) outcome: RunOutcome,
    /// What left the last nodes, as text, so that digits and the order of keys count.
    pub(crate) items: Vec<String>,
    pub(crate) lineages: Vec<String>,
    pub(crate) exchanges: Vec<Exchange>,
    /// What was told of the run, one after the other.
    pub(crate) events: Vec<Json>,
    /// The same and its outcome, as one text.
    pub(crate) told: String,
}

impl Ran {
    pub(crate) fn error(&self) -> &ItemError {
        self.outcome.error.as_ref().expect("the run failed")
    }
}

/// A flow of these nodes in one line, begun by hand.
pub(crate) fn line(nodes: Vec<Json>) -> FlowFile {
    let mut all = vec![json!({ "id": "start", "type": "trigger.manual" })];
    all.extend(nodes);
    let ids: Vec<_> = all.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
    let wires: Vec<_> =
        ids.windows(2).map(|pair| json!({ "from": pair[0], "to": pair[1] })).collect();
    let file = json!({ "gantry": 1, "id": "test", "name": "Test", "nodes": all, "wires": wires });
    serde_json::from_value(file).unwrap()
}

/// Runs a flow on these items.
pub(crate) async fn run(flow: &FlowFile, input: Json, base_dir: &Path) -> Ran {
    run_met(flow, input, base_dir, Conduct::default()).await
}

/// Runs a flow on these items, its calls met like this.
pub(crate) async fn run_met(
    flow: &FlowFile,
    input: Json,
    base_dir: &Path,
    conduct: Conduct,
) -> Ran {
    let journal = Arc::new(MemoryJournal::default());
    let services = Services { base_dir: base_dir.to_owned(), ..Services::default() };
    let (transport, vault) = (Arc::clone(&services.transport), Arc::new(Vault::memory()));
    let engine = Engine::new(EngineOptions {
        services,
        journal: journal.clone(),
        ..EngineOptions::default()
    });
    let prepared = engine.prepare(flow);
    let id = RunId::from("r");
    let mut request = RunRequest::new(id.clone(), 1_000_000);
    request.input = serde_json::from_value(input).unwrap();
    request.outputs = Some(4);
    request.calls.conduct = conduct;
    for id in flow.nodes.iter().filter_map(|node| node.connection.clone()) {
        let connection = transport.connection(&ConnectionSpec::new(id.clone(), ""), &vault);
        request.calls.connections.insert(id, connection);
    }
    let mut handle = match prepared.start(request) {
        Ok(handle) => handle,
        Err(problems) => panic!("{problems:#?}"),
    };
    let (mut items, mut lineages) = (Vec::new(), Vec::new());
    let mut outputs = handle.outputs.take().unwrap();
    while let Some(output) = outputs.recv().await {
        for item in output.items {
            items.push(item.value.to_string());
            lineages.push(item.lineage.to_string());
        }
    }
    let outcome = handle.wait().await;
    let events = journal.events(&id);
    let told = format!("{} {outcome:?}", serde_json::to_string(&events).unwrap());
    let as_json = events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    let exchanges = events
        .into_iter()
        .filter_map(|event| match event.what {
            What::Called { exchange, .. } => Some(*exchange),
            _ => None,
        })
        .collect();
    Ran { outcome, items, lineages, exchanges, events: as_json, told }
}

/// Runs one `http.request` on these items.
pub(crate) async fn call(node: Json, input: Json) -> Ran {
    let mut node = node;
    node["id"] = json!("call");
    node["type"] = json!("http.request");
    run(&line(vec![node]), input, Path::new(".")).await
}
