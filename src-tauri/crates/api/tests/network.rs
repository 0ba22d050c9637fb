//! The network log and the HAR of a run: every call that a server sees has an entry, and no entry
//! shows a secret.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::types::UiEvent;
use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use vault::Vault;

/// A server that notes the first line of every request that reaches it.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
    _tasks: tokio::task::JoinSet<()>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = tokio::task::JoinSet::new();
        let told = Arc::clone(&seen);
        tasks.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                answer(socket, &told).await;
            }
        });
        Self { url, seen, _tasks: tasks }
    }

    fn seen(&self) -> Vec<String> {
        let mut seen = self.seen.lock().unwrap().clone();
        seen.sort();
        seen
    }
}

async fn answer(mut socket: TcpStream, seen: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut piece = [0; 4096];
        let Ok(n @ 1..) = socket.read(&mut piece).await else { return };
        head.extend_from_slice(&piece[..n]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let path = target.split('?').next().unwrap();
    seen.lock().unwrap().push(format!("{method} {path}"));
    let (status, more, body) = match path {
        "/token" => (
            "200 OK",
            "",
            r#"{"access_token":"canary-token","token_type":"bearer","expires_in":3600}"#,
        ),
        "/moved" => ("302 Found", "location: /orders\r\n", ""),
        "/broken" => return,
        _ => ("200 OK", "", r#"[{"no":1,"echo":"canary-token"}]"#),
    };
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}content-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = socket.write_all(text.as_bytes()).await;
    let _ = socket.shutdown().await;
}

async fn call(app: &Arc<App>, name: &str, args: Json) -> Json {
    let answer = dispatch(app, name, args.to_string().as_bytes()).await;
    serde_json::from_slice(&answer.unwrap_or_else(|error| panic!("{name}: {error:?}"))).unwrap()
}

async fn run(app: &Arc<App>, flow: &str) -> Json {
    let mut events = app.subscribe();
    let run = call(app, "runs.start", json!({ "flow": flow })).await;
    loop {
        let next = tokio::time::timeout(Duration::from_secs(20), events.next()).await.unwrap();
        let is_end = |event: &UiEvent| matches!(event, UiEvent::RunFinished { run: ended } if Some(ended.id.as_str()) == run["id"].as_str());
        if next.unwrap().iter().any(is_end) {
            return run;
        }
    }
}

#[tokio::test]
async fn every_call_that_left_has_an_entry_and_no_entry_shows_a_secret() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = AppOptions {
        data_dir: Some(folder.path().to_owned()),
        vault: Some(Arc::new(Vault::memory())),
        ..AppOptions::default()
    };
    let app = App::open(options).await.unwrap();
    let spec = json!({
        "id": "shop", "name": "Shop", "base_url": server.url, "probe": { "path": "/me" },
        "auth": { "type": "oauth2", "grant": "client_credentials", "client_id": "gantry",
                  "token_url": format!("{}/token", server.url) },
    });
    call(&app, "connections.save", json!({ "spec": spec })).await;
    let secret = json!({ "id": "shop", "environment": "dev", "slot": "client_secret",
                         "value": "canary-secret" });
    call(&app, "connections.secret", secret).await;
    let node = |id: &str, path: &str| {
        json!({ "id": id, "type": "http.request", "connection": "shop",
                "on_error": "skip", "params": { "url": format!("{path}?api_key=canary-key") } })
    };
    let flow = json!({
        "gantry": 1, "id": "calls", "name": "Calls",
        "nodes": [{ "id": "start", "type": "trigger.manual" },
                  node("orders", "/orders"), node("moved", "/moved"), node("broken", "/broken")],
        "wires": [{ "from": "start", "to": "orders" }, { "from": "start", "to": "moved" },
                  { "from": "start", "to": "broken" }],
    });
    call(&app, "flows.import", json!({ "text": flow.to_string() })).await;
    let ran = run(&app, "calls").await;
    call(&app, "connections.test", json!({ "id": "shop", "environment": "dev" })).await;

    let seen = server.seen();
    for expect in ["POST /token", "GET /orders", "GET /moved", "GET /broken", "GET /me"] {
        assert!(seen.iter().any(|line| line == expect), "{expect}: {seen:?}");
    }
    let listed = call(&app, "network.list", json!({ "limit": 1000 })).await;
    let entries = listed.as_array().unwrap();
    let mut logged: Vec<String> = entries
        .iter()
        .map(|entry| {
            let url = entry["url"].as_str().unwrap();
            let path = url.strip_prefix(&server.url).unwrap().split('?').next().unwrap();
            format!("{} {path}", entry["method"].as_str().unwrap())
        })
        .collect();
    logged.sort();
    assert_eq!(logged, seen);
    assert!(
        entries.iter().all(|entry| entry["has_left"] == true && entry["at"].as_i64() > Some(0))
    );
    let broken = entries.iter().find(|e| e["node"] == "broken").unwrap();
    assert!(broken["error"].is_string() && broken["status"].is_null(), "{broken}");
    assert_eq!((&broken["run"], &broken["flow"]), (&ran["id"], &json!("calls")));
    assert!(entries.iter().all(|entry| entry["connection"] == "shop@dev"));

    // Pages go backwards, and a host is asked for alone.
    let first = call(&app, "network.list", json!({ "limit": 1 })).await;
    let ask = json!({ "limit": 1000, "before": first[0]["seq"] });
    assert_eq!(call(&app, "network.list", ask).await.as_array().unwrap().len(), entries.len() - 1);
    let elsewhere = json!({ "limit": 10, "host": "example.com" });
    assert_eq!(call(&app, "network.list", elsewhere).await, json!([]));

    let har = call(&app, "runs.har", json!({ "run": ran["id"] })).await;
    let csv = call(&app, "network.export", json!({ "format": "csv" })).await;
    let all = call(&app, "network.export", json!({ "format": "har" })).await;
    let file: Json = serde_json::from_str(har["text"].as_str().unwrap()).unwrap();
    let urls: Vec<_> =
        file["log"]["entries"].as_array().unwrap().iter().map(|e| &e["request"]["url"]).collect();
    assert!(urls.iter().any(|url| url.as_str().unwrap().contains("/moved")), "{urls:?}");
    assert_eq!(csv["text"].as_str().unwrap().lines().count(), seen.len() + 1);
    let file: Json = serde_json::from_str(all["text"].as_str().unwrap()).unwrap();
    assert_eq!(file["log"]["entries"].as_array().unwrap().len(), seen.len());
    for shown in [&listed, &har, &csv, &all] {
        assert!(!shown.to_string().contains("canary"), "{shown}");
    }
    app.close().await;
}
