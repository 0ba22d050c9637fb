//! The served designer and the webhooks, over real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::fmt::Write;
use std::sync::Arc;

use api::serve::{Page, Server};
use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

struct Served {
    app: Arc<App>,
    address: String,
    token: String,
    _serving: JoinSet<()>,
    _folder: TempDir,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}

async fn serve() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = Some(folder.path().to_owned());
    let app = App::open(AppOptions { data_dir, ..AppOptions::default() }).await.unwrap();
    let pages = |path: &str| {
        (path == "index.html").then(|| Page {
            bytes: b"<title>Designer</title>".as_slice().into(),
            media_type: "text/html".to_owned(),
        })
    };
    let server = Server::bind(Arc::clone(&app), Some(0), pages).await.unwrap();
    let address = server.url().trim_start_matches("http://").to_owned();
    let token = server.entrance().split_once("token=").unwrap().1.to_owned();
    let mut serving = JoinSet::new();
    serving.spawn(async move { server.run(CancellationToken::new()).await.unwrap() });
    Served { app, address, token, _serving: serving, _folder: folder }
}

impl Served {
    async fn connect(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let has_host = headers.iter().any(|(name, _)| *name == "host");
        let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !has_host {
            let _ = write!(request, "host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        let _ = write!(request, "content-length: {}\r\n\r\n{body}", body.len());
        let mut text = String::new();
        self.connect(&request).await.read_to_string(&mut text).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    async fn hook(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body).await
    }

    /// Takes in a flow that begins with a webhook `call`, has `nodes` behind it in a row, and
    /// answers when the flow does.
    async fn import(&self, id: &str, answer: Json, nodes: Json) {
        let mut all = vec![json!({ "id": "call", "type": "trigger.webhook",
            "params": { "path": "call", "answer": answer } })];
        all.extend(nodes.as_array().unwrap().iter().cloned());
        let wires: Vec<Json> = all
            .windows(2)
            .map(|pair| json!({ "from": pair[0]["id"], "to": pair[1]["id"] }))
            .collect();
        let flow = json!({ "gantry": 1, "id": id, "name": id, "nodes": all, "wires": wires });
        let args = json!({ "text": flow.to_string() }).to_string();
        dispatch(&self.app, "flows.import", args.as_bytes()).await.unwrap();
    }
}

fn when_responded() -> Json {
    json!({ "type": "when_responded", "timeout_ms": 300 })
}

#[tokio::test]
async fn only_who_has_the_token_may_call() {
    let served = serve().await;
    let call = "/api/call/app.info";
    assert_eq!(served.send("POST", call, &[], "{}").await.status, 401);
    assert_eq!(served.send("POST", call, &[("x-gantry-token", "0")], "{}").await.status, 401);
    let token = ("x-gantry-token", served.token.as_str());
    let answer = served.send("POST", call, &[token], "{}").await;
    assert_eq!((answer.status, &answer.json()["version"]), (200, &json!("0.1.0")));
    let rebound = [token, ("host", "evil.example")];
    assert_eq!(served.send("POST", call, &rebound, "{}").await.status, 403);
    let foreign = [token, ("origin", "http://evil.example")];
    assert_eq!(served.send("POST", call, &foreign, "{}").await.status, 403);
    let answer = served.send("POST", "/api/call/flows.open", &[token], r#"{"flow":"x"}"#).await;
    assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")));
}

#[tokio::test]
async fn the_entrance_lets_a_browser_in_by_a_cookie() {
    let served = serve().await;
    let page = served.send("GET", &format!("/?token={}", served.token), &[], "").await;
    assert_eq!((page.status, page.body.as_str()), (200, "<title>Designer</title>"));
    assert!(page.head.contains("content-security-policy"), "{}", page.head);
    let cookie = page.head.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap();
    let answer = served.send("POST", "/api/call/app.info", &[("cookie", cookie)], "{}").await;
    assert_eq!(answer.status, 200);
    let page = served.send("GET", "/?token=wrong", &[], "").await;
    assert!(!page.head.contains("set-cookie"), "{}", page.head);
    // The designer's own addresses are all the one page; files that are not there are not.
    assert_eq!(served.send("GET", "/flows/welcome", &[], "").await.body, "<title>Designer</title>");
    assert_eq!(served.send("GET", "/assets/gone.js", &[], "").await.status, 404);
}

#[tokio::test]
async fn events_arrive_as_they_happen() {
    let served = serve().await;
    let request = format!(
        "GET /api/events?token={} HTTP/1.1\r\nhost: {}\r\n\r\n",
        served.token, served.address
    );
    let mut stream = served.connect(&request).await;
    let mut text = String::new();
    let mut bytes = [0; 4096];
    let n = stream.read(&mut bytes).await.unwrap();
    text.push_str(&String::from_utf8_lossy(&bytes[..n]));
    assert!(text.contains("text/event-stream"), "{text}");
    served.import("a", when_responded(), json!([])).await;
    while !text.contains("\"flow_changed\"") {
        let n = stream.read(&mut bytes).await.unwrap();
        assert!(n > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
}

#[tokio::test]
async fn a_webhook_is_answered_by_its_flow() {
    let served = serve().await;
    let nodes = json!([
        { "id": "map", "type": "data.map", "params": { "fields": [{ "to": "no", "from": "body.number" }] } },
        { "id": "answer", "type": "flow.respond", "params": { "status": 201 } } ]);
    served.import("hook", when_responded(), nodes).await;
    let answer = served.hook("/hooks/hook/call", r#"{"number": 7.50}"#).await;
    assert_eq!((answer.status, answer.body.as_str()), (201, r#"{"no":7.50}"#));
    assert_eq!(served.hook("/hooks/hook/call", "{").await.status, 400);
    assert_eq!(served.send("GET", "/hooks/hook/call", &[], "").await.status, 405);
    assert_eq!(served.hook("/hooks/hook/other", "{}").await.status, 404);
    assert_eq!(served.hook("/hooks/none/call", "{}").await.status, 404);
    let large = "x".repeat((16 << 20) + 1);
    assert_eq!(served.hook("/hooks/hook/call", &large).await.status, 413);
    served.app.close().await;
    let list = dispatch(&served.app, "runs.list", br#"{"limit": 9}"#).await.unwrap();
    let runs: Json = serde_json::from_slice(&list).unwrap();
    assert_eq!((&runs[0]["trigger"], &runs[0]["status"]), (&json!("webhook"), &json!("ok")));
}

#[tokio::test]
async fn a_webhook_whose_flow_is_late_fails_or_says_nothing_is_answered_in_words() {
    let served = serve().await;
    // Nothing answers there: the flow waits.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let late = json!([{ "id": "wait", "type": "http.request", "params": { "method": "GET", "url": url } }]);
    served.import("late", when_responded(), late).await;
    let answer = served.hook("/hooks/late/call", "{}").await;
    assert_eq!(answer.status, 504, "{}", answer.body);
    let fails = json!([{ "id": "map", "type": "data.map",
        "params": { "fields": [{ "to": "no", "from": "$number('x')" }] } }]);
    served.import("fails", when_responded(), fails).await;
    let answer = served.hook("/hooks/fails/call", "{}").await;
    assert_eq!(answer.status, 500, "{}", answer.body);
    served.import("silent", when_responded(), json!([])).await;
    assert_eq!(served.hook("/hooks/silent/call", "{}").await.status, 500);
    served.import("quick", json!({ "type": "at_once" }), json!([])).await;
    let answer = served.hook("/hooks/quick/call", "{}").await;
    assert_eq!(answer.status, 202);
    assert!(answer.json()["run"].is_string(), "{}", answer.body);
}

#[tokio::test]
async fn a_changed_flow_answers_the_next_call_anew() {
    let served = serve().await;
    let nodes = json!([{ "id": "answer", "type": "flow.respond", "params": { "body": "one" } }]);
    served.import("hook", when_responded(), nodes).await;
    assert_eq!(served.hook("/hooks/hook/call", "{}").await.body, "one");
    let edit =
        json!({ "type": "set_node", "node": "answer", "key": "/params/body", "value": "two" });
    let edit = json!({ "flow": "hook", "rev": 1, "label": "x", "edit": edit }).to_string();
    dispatch(&served.app, "flows.edit", edit.as_bytes()).await.unwrap();
    assert_eq!(served.hook("/hooks/hook/call", "{}").await.body, "two");
}
