//! What stands in the place of the socket: recording, replaying, mocking, holding back, and faults.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flow::run::{AnswerFrom, ErrorClass, Exchange};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use transport::cassette::{About, Cassette, Entry, Outcome};
use transport::{
    Body, Conduct, Fault, Faults, Kind, Method, Mock, Mode, Note, Personal, Player, Recorder,
    Request, Secret, Strictness, Transport, TransportError,
};

/// A server that answers each request by a function of its head and its body, until it is let go.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Server {
    async fn start(answer: impl Fn(&str, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, answer) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(answer));
        let mut tasks = JoinSet::new();
        let log = Arc::clone(&seen);
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            loop {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                calls.spawn(async move {
                    let mut got = Vec::new();
                    let mut piece = [0; 4096];
                    loop {
                        let n = stream.read(&mut piece).await.unwrap_or(0);
                        if n == 0 {
                            return;
                        }
                        got.extend_from_slice(&piece[..n]);
                        let text = String::from_utf8_lossy(&got).into_owned();
                        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                        let length = head.lines().find_map(|line| {
                            let (name, value) = line.split_once(':')?;
                            let is_length = name.eq_ignore_ascii_case("content-length");
                            is_length.then(|| value.trim().parse::<usize>().unwrap())
                        });
                        if body.len() < length.unwrap_or(0) {
                            continue;
                        }
                        log.lock().unwrap().push(head.lines().next().unwrap().to_owned());
                        let reply = answer(head, body);
                        // A reply of nothing is no reply: the connection stays open.
                        if reply.is_empty() {
                            tokio::time::sleep(Duration::from_mins(1)).await;
                        }
                        let _ = stream.write_all(&reply).await;
                        let _ = stream.shutdown().await;
                        return;
                    }
                });
            }
        });
        Self { url, seen, _tasks: tasks }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn reply(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

const JSON: &str = "content-type: application/json\r\n";

/// Conduct by a mode, with its clock.
fn by(mode: Mode) -> Conduct {
    Conduct { clock: mode.clock(), mode, ..Conduct::default() }
}

fn get(url: &str, step: &str, conduct: &Conduct) -> Request {
    let mut request = Request::new(Method::GET, url);
    request.step = Some(step.to_owned());
    request.conduct = Arc::new(conduct.clone());
    request
}

async fn send(request: Request) -> Result<(u16, String, AnswerFrom), TransportError> {
    let mut answer = Transport::default().send(request, &CancellationToken::new()).await?;
    let text = answer.text().await?;
    Ok((answer.status, text, answer.exchange().from))
}

fn recorder(folder: &Path) -> (PathBuf, Arc<Recorder>) {
    let path = transport::cassette::file_in(folder, "calls");
    let recorder = Recorder::create(&path, About::default(), Personal::Kept).unwrap();
    (path, recorder)
}

#[tokio::test]
async fn a_recorded_call_is_replayed_without_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let (path, recorder) = recorder(folder.path());
    let server = Server::start(|head, _| match head.split(' ').nth(1).unwrap() {
        "/moved" => reply(302, "location: /orders?page=1\r\n", ""),
        "/cut" => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":".to_vec(),
        "/reset" => Vec::new(),
        path => reply(200, JSON, &format!("{{\"path\":\"{path}\"}}")),
    })
    .await;
    let record = by(Mode::Record(Arc::clone(&recorder)));
    let calls = ["/orders?page=1&b=2", "/moved", "/cut"];
    let mut live = Vec::new();
    for (at, path) in calls.iter().enumerate() {
        live.push(send(get(&format!("{}{path}", server.url), &format!("n/{at}"), &record)).await);
    }
    let mut late = get(&format!("{}/reset", server.url), "n/9", &record);
    late.idle_timeout = Some(Duration::from_millis(100));
    live.push(send(late).await);
    let recorded = recorder.finish().unwrap();
    assert_eq!(recorded.n_calls, 5);
    let url = server.url.clone();
    drop(server);

    let player = Player::open(&path, Strictness::Strict).unwrap();
    let replay = by(Mode::Replay(Arc::clone(&player)));
    for (at, path) in ["/orders?b=2&page=1", "/moved", "/cut", "/reset"].iter().enumerate() {
        let step = if at == 3 { "n/9".to_owned() } else { format!("n/{at}") };
        let again = send(get(&format!("{url}{path}"), &step, &replay)).await;
        match (&live[at], again) {
            (Ok(live), Ok(again)) => {
                assert_eq!((live.0, &live.1), (again.0, &again.1));
                assert_eq!((live.2, again.2), (AnswerFrom::System, AnswerFrom::Cassette));
            }
            (Err(live), Err(again)) => {
                assert_eq!((&live.kind, live.sent), (&again.kind, again.sent));
            }
            (live, again) => panic!("{path}: {live:?} {again:?}"),
        }
    }
    let report = player.report();
    assert_eq!((report.n_calls, report.unused.len()), (5, 0));
}

#[tokio::test]
async fn a_miss_names_the_nearest_call_and_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let (path, recorder) = recorder(folder.path());
    let server = Server::start(|_, body| reply(200, JSON, body)).await;
    let post = |body: Json, conduct: &Conduct| {
        let mut request = get(&format!("{}/orders?page=2", server.url), "send/1", conduct);
        request.method = Method::POST;
        request.body = Body::Bytes(Bytes::from(body.to_string()));
        request
    };
    let record = by(Mode::Record(Arc::clone(&recorder)));
    let sent = json!({ "name": "Ann", "lines": [{ "n": 1 }] });
    send(post(sent.clone(), &record)).await.unwrap();
    recorder.finish().unwrap();

    let strict = by(Mode::Replay(Player::open(&path, Strictness::Strict).unwrap()));
    let other = json!({ "lines": [{ "n": 2 }], "name": "Ann" });
    let miss = send(post(other.clone(), &strict)).await.unwrap_err();
    assert!(matches!(miss.kind, Kind::NotRecorded(_)));
    assert_eq!((miss.class(), miss.is_transient(), miss.sent), (ErrorClass::Answer, false, false));
    let url = &server.url;
    assert_eq!(
        miss.message(),
        format!(
            "\"calls\" has no answer for POST {url}/orders?page=2. The nearest call in it is POST \
             {url}/orders?page=2 (send/1); it differs in body /lines/0/n: recorded \"1\", now \"2\"."
        )
    );
    assert_eq!(send(post(sent.clone(), &strict)).await.unwrap().1, sent.to_string());
    let again = send(post(sent, &strict)).await.unwrap_err();
    assert!(again.message().contains("was asked for more often than it was recorded"));

    let player = Player::open(&path, Strictness::Lenient).unwrap();
    let lenient = by(Mode::Replay(Arc::clone(&player)));
    for _ in 0..3 {
        assert_eq!(send(post(other.clone(), &lenient)).await.unwrap().0, 200);
    }
    assert_eq!(player.report().notices.len(), 3);
}

#[tokio::test]
async fn no_secret_gets_into_a_cassette() {
    let folder = tempfile::tempdir().unwrap();
    let (path, recorder) = recorder(folder.path());
    let server = Server::start(|head, body| {
        let headers = "set-cookie: sid=c00kie-canary; Path=/\r\ncontent-type: application/json\r\n";
        let echo = json!({ "head": head, "sent": body, "access_token": "t0ken-canary", "n": 1 });
        reply(200, headers, &echo.to_string())
    })
    .await;
    let record = by(Mode::Record(Arc::clone(&recorder)));
    let mut request = get(&format!("{}/a?api_key=query-canary&x=1", server.url), "n/1", &record)
        .header("authorization", "Bearer header-canary")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-note", "vault-canary");
    request.method = Method::POST;
    request.secrets = vec![Secret::new("vault-canary")];
    request.body = Body::Bytes(Bytes::from("password=body-canary&y=vault-canary"));
    let live = send(request.clone()).await.unwrap();
    assert!(live.1.contains("t0ken-canary"));
    // What was recorded is safe before the recording is finished.
    let part = std::fs::read_to_string(format!("{}.part", path.display())).unwrap();
    recorder.finish().unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    for text in [part, whole] {
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("sid=••••; Path=/"), "{text}");
    }
    // Without the credentials it is found all the same.
    let replay = by(Mode::Replay(Player::open(&path, Strictness::Strict).unwrap()));
    request.url = format!("{}/a?x=1&api_key=nothing", server.url);
    request.headers.retain(|(name, _)| name == "content-type");
    request.secrets.clear();
    request.conduct = Arc::new(replay);
    request.body = Body::Bytes(Bytes::from("y=anything&password=no"));
    let again = send(request).await.unwrap();
    assert_eq!(serde_json::from_str::<Json>(&again.1).unwrap()["n"], 1);
}

#[tokio::test]
async fn a_recording_that_is_killed_can_be_read_and_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (path, recorder) = recorder(folder.path());
    let server = Server::start(|_, _| reply(200, JSON, "{}")).await;
    let record = by(Mode::Record(Arc::clone(&recorder)));
    for page in [10, 9] {
        let url = format!("{}/p?page={page}", server.url);
        send(get(&url, &format!("n/page/{page}"), &record)).await.unwrap();
    }
    // In use it cannot be recorded a second time.
    let busy = Recorder::create(&path, About::default(), Personal::Kept).unwrap_err();
    assert!(busy.to_string().contains("is being recorded right now"), "{busy}");
    // The program is gone in the middle of a line.
    drop((record, recorder));
    let part = PathBuf::from(format!("{}.part", path.display()));
    let mut bytes = std::fs::read(&part).unwrap();
    bytes.extend_from_slice(b"{\"_step\":\"n/page/1");
    std::fs::write(&part, bytes).unwrap();
    assert!(transport::cassette::is_unfinished(&path) && !path.exists());
    let steps = |cassette: &Cassette| -> Vec<String> {
        cassette.entries.iter().map(|entry| entry.step.clone().unwrap()).collect()
    };
    assert_eq!(steps(&Cassette::read(&path).unwrap()), ["n/page/9", "n/page/10"]);
    // The next recording of that name leaves it as a cassette of its own.
    let next = Recorder::create(&path, About::default(), Personal::Kept).unwrap();
    next.finish().unwrap();
    let kept = folder.path().join("calls (interrupted 1).cassette.har");
    assert_eq!(steps(&Cassette::read(&kept).unwrap()), ["n/page/9", "n/page/10"]);
    assert_eq!(Cassette::read(&path).unwrap().entries, []);
    assert!(!transport::cassette::is_unfinished(&path));
}

#[tokio::test]
async fn packed_and_binary_bodies_come_back_as_they_were() {
    // `{"a":1}` as gzip.
    const PACKED: [u8; 27] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 84, 178, 50, 172, 5, 0, 175, 172, 27, 86, 7,
        0, 0, 0,
    ];
    let folder = tempfile::tempdir().unwrap();
    let (path, recorder) = recorder(folder.path());
    let server = Server::start(|head, _| {
        let (headers, body) = if head.contains("/packed") {
            ("content-encoding: gzip\r\ncontent-type: application/json\r\n", PACKED.to_vec())
        } else {
            ("content-type: application/octet-stream\r\n", (0..=255).cycle().take(5000).collect())
        };
        let mut reply = reply(200, headers, &" ".repeat(body.len()));
        reply.truncate(reply.len() - body.len());
        reply.extend(body);
        reply
    })
    .await;
    let record = by(Mode::Record(Arc::clone(&recorder)));
    let fetch = async |path: &str, conduct: &Conduct| {
        let request = get(&format!("{}{path}", server.url), path, conduct);
        let mut answer =
            Transport::default().send(request, &CancellationToken::new()).await.unwrap();
        answer.bytes().await.unwrap()
    };
    let live = [
        fetch("/packed", &record).await,
        fetch("/file", &record).await,
        fetch("/file2", &record).await,
    ];
    assert_eq!(live[0], r#"{"a":1}"#);
    recorder.finish().unwrap();
    // Equal bodies stand in the file once, and are readable where they are text.
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.len() < 12_000 && text.contains(r#""text":"{\"a\":1}""#), "{}", text.len());
    let replay = by(Mode::Replay(Player::open(&path, Strictness::Strict).unwrap()));
    for (at, path) in ["/packed", "/file", "/file2"].iter().enumerate() {
        assert_eq!(fetch(path, &replay).await, live[at], "{path}");
    }
}

#[tokio::test]
async fn a_mock_answers_by_its_rules() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.mock.json");
    let rules = json!({ "mock": 1, "rules": [
        { "method": "GET", "path": "/orders/{id}", "when": "query.full = 'yes'",
          "headers": { "x-id": "{{ params.id }}" },
          "json": { "id": "{{ $number(params.id) }}", "note": "order {{ params.id }}" } },
        { "method": "POST", "path": "/orders", "when": "body.total > 100", "status": 422,
          "json": { "error": "{{ body.total }} is too much" } },
        { "path": "/down/*", "failure": { "kind": "reset" } },
    ]});
    std::fs::write(&path, rules.to_string()).unwrap();
    let mock = by(Mode::Mock(Mock::open(&path).unwrap()));
    let found = send(get("https://shop.example/orders/17?full=yes", "n/1", &mock)).await.unwrap();
    assert_eq!(found, (200, r#"{"id":17,"note":"order 17"}"#.to_owned(), AnswerFrom::Mock));
    let mut write = get("https://shop.example/orders", "n/2", &mock);
    write.method = Method::POST;
    write.body = Body::Bytes(Bytes::from(r#"{"total":101}"#));
    assert_eq!(send(write).await.unwrap().1, r#"{"error":"101 is too much"}"#);
    let down = send(get("https://shop.example/down/a/b", "n/3", &mock)).await.unwrap_err();
    assert_eq!(down.kind, Kind::Reset);
    let miss = send(get("https://shop.example/orders/17", "n/4", &mock)).await.unwrap_err();
    assert!(
        miss.message().contains("The nearest call in it is GET /orders/{id}; it differs in when"),
        "{}",
        miss.message()
    );
    let bad = json!({ "mock": 1, "rules": [{ "path": "/a", "wehn": "x" }] });
    std::fs::write(&path, bad.to_string()).unwrap();
    assert!(Mock::open(&path).unwrap_err().to_string().contains("unknown field `wehn`"));
}

#[tokio::test]
async fn a_dry_run_reads_and_tells_what_it_would_write() {
    let server = Server::start(|_, _| reply(200, JSON, r#"{"name":"Ann","city":"Bonn"}"#)).await;
    let told: Arc<Mutex<Vec<Exchange>>> = Arc::default();
    let log = Arc::clone(&told);
    let mut dry = by(Mode::DryRun);
    dry.tell = Some(Arc::new(move |note| {
        if let Note::WouldSend(exchange) = note {
            log.lock().unwrap().push(*exchange);
        }
    }));
    let url = format!("{}/customers/1", server.url);
    assert_eq!(send(get(&url, "n/1", &dry)).await.unwrap().2, AnswerFrom::System);
    for (method, body) in [(Method::PATCH, r#"{"name":"Bob"}"#), (Method::POST, r#"{"name":"C"}"#)]
    {
        let mut write = get(&url, "n/2", &dry).header("authorization", "Bearer canary");
        write.method = method;
        write.body = Body::Bytes(Bytes::from(body));
        assert_eq!(send(write).await.unwrap(), (204, String::new(), AnswerFrom::DryRun));
    }
    let mut search = get(&format!("{}/graphql", server.url), "n/3", &dry);
    search.method = Method::POST;
    search.body = Body::Bytes(Bytes::from(r#"{"query":"{ orders { id } }"}"#));
    assert_eq!(send(search.clone()).await.unwrap().2, AnswerFrom::System);
    search.body = Body::Bytes(Bytes::from(r#"{"query":"query A { a } mutation B { b }"}"#));
    assert_eq!(send(search).await.unwrap().2, AnswerFrom::DryRun);

    let told = told.lock().unwrap();
    assert_eq!(told.len(), 3);
    assert_eq!((told[0].method.as_str(), told[0].from), ("PATCH", AnswerFrom::DryRun));
    assert_eq!(told[0].request_body.as_ref().unwrap().text, r#"{"name":"Bob"}"#);
    let changes: Vec<_> =
        told[0].changes.iter().map(|c| (&*c.path, c.was.as_deref(), c.now.as_deref())).collect();
    assert_eq!(changes, [("/name", Some("\"Ann\""), Some("\"Bob\""))]);
    assert!(!format!("{told:?}").contains("canary"));
    let methods: Vec<String> =
        server.seen().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["GET", "GET", "POST"]);
}

#[tokio::test]
async fn faults_strike_the_call_that_they_name() {
    let check = async |fault: &str, n: usize| {
        let server = Server::start(|head, _| {
            let page = head.split(' ').nth(1).unwrap();
            reply(200, JSON, &format!("{{\"page\":\"{page}\",\"total\":1}}"))
        })
        .await;
        let faults = Faults::new([fault.parse::<Fault>().unwrap()]);
        let conduct = Conduct { faults: Some(Arc::new(faults)), ..by(Mode::Live) };
        let mut got = Vec::new();
        for _ in 0..n {
            got.push(match send(get(&format!("{}/a", server.url), "n/1", &conduct)).await {
                Ok((status, text, from)) => format!("{status} {text} {from:?}"),
                Err(error) => format!("{:?}", error.kind),
            });
        }
        (got, server.seen().len())
    };
    let ok = r#"200 {"page":"/a","total":1} System"#;
    let fault =
        |status| format!(r#"{status} {{"error":"{status}, a fault that was switched on"}} Fault"#);
    assert_eq!(check("429@2", 3).await, (vec![ok.into(), fault(429), ok.into()], 2));
    assert_eq!(check("503x2", 3).await, (vec![fault(503), fault(503), ok.into()], 1));
    assert_eq!(check("expire@2", 2).await.0, [ok.to_owned(), fault(401)]);
    let (timeout, n_seen) = check("timeout", 2).await;
    assert_eq!((timeout[0].as_str(), timeout[1].as_str(), n_seen), ("NoAnswer(60s)", ok, 1));
    assert_eq!(check("reset", 1).await, (vec!["Reset".to_owned()], 0));
    assert_eq!(check("cut", 1).await.0, ["Cut { got: 11, expected: Some(23) }"]);
    assert_eq!(check("schema:total=sum", 1).await.0, [r#"200 {"page":"/a","sum":1} Fault"#]);
    assert_eq!(check("schema:-total", 1).await.0, [r#"200 {"page":"/a"} Fault"#]);
    let again = ok.replace("System", "Fault");
    assert_eq!(check("duplicate@2", 3).await, (vec![ok.into(), again, ok.into()], 2));
    assert_eq!(check("500,node=other", 1).await.0, [ok]);
    assert_eq!(check("500,host=other.example", 1).await.0, [ok]);
}

#[tokio::test]
async fn a_slow_body_costs_nothing_in_virtual_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.mock.json");
    std::fs::write(&path, r#"{"mock":1,"rules":[{"path":"/a","text":"x"}]}"#).unwrap();
    let faults = Some(Arc::new(Faults::new(["slow:40000".parse::<Fault>().unwrap()])));
    let conduct = Conduct { faults, ..by(Mode::Mock(Mock::open(&path).unwrap())) };
    let began = Instant::now();
    assert_eq!(send(get("https://h.example/a", "n/1", &conduct)).await.unwrap().1, "x");
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(conduct.clock.now() - tokio::time::Instant::now() > Duration::from_secs(39));
}

#[test]
fn har_files_of_other_programs_are_read_without_their_secrets() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let shared = std::env::var_os("GANTRY_SHARED").map(PathBuf::from).or_else(|| {
        [root.join("../shared"), root.join("../../shared")].into_iter().find(|p| p.is_dir())
    });
    let Some(folder) = shared.map(|shared| shared.join("corpus/har")).filter(|f| f.is_dir()) else {
        println!("skipped: ../shared/corpus/har is not there");
        return;
    };
    let (mut n_files, mut n_entries, mut refused) = (0, 0, Vec::new());
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match Cassette::read(&path) {
            Ok(cassette) => {
                n_files += 1;
                n_entries += cassette.entries.len();
                let redacted = cassette.redacted();
                let again = Cassette::parse(&redacted.to_har()).unwrap();
                assert_eq!(again.entries, redacted.entries, "{name}");
                assert!(!redacted.to_har().contains("Cookie\",\"value\":\"a"), "{name}");
            }
            Err(error) => {
                assert!(error.to_string().contains("no HAR file"), "{name}: {error}");
                refused.push(name);
            }
        }
    }
    println!(
        "{n_files} HAR files with {n_entries} calls read; {} refused: {refused:?}",
        refused.len()
    );
    assert!(n_files >= 6 && n_entries > 0);
    let har = |name: &String| Path::new(name).extension().is_some_and(|end| end == "har");
    assert_eq!(refused.iter().filter(|name| har(name)).count(), 0, "{refused:?}");
}

fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<i32>().prop_map(|n| json!(n)),
        "[a-zé\"\\\\ ]{0,6}".prop_map(|text| json!(text)),
        any::<bool>().prop_map(|is| json!(is)),
        Just(Json::Null),
    ]
}

fn fields(inner: BoxedStrategy<Json>) -> BoxedStrategy<Json> {
    let fields = proptest::collection::vec(("[a-z]{1,5}", inner), 0..5);
    fields.prop_map(|pairs| Json::Object(pairs.into_iter().collect())).boxed()
}

fn object() -> impl Strategy<Value = Json> {
    fields(prop_oneof![leaf(), fields(leaf().boxed())].boxed())
}

/// The same JSON with its fields in another order.
fn turned(json: &Json) -> Json {
    match json {
        Json::Object(object) => {
            object.iter().rev().map(|(key, value)| (key.clone(), turned(value))).collect()
        }
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// What was written is read again, and each recorded call is found whatever the order of its
    /// query and its fields.
    #[test]
    fn a_recorded_call_is_found_in_any_order(
        calls in proptest::collection::vec((object(), proptest::collection::vec(("[a-z]{1,4}", "[a-z0-9 &=]{0,4}"), 0..4)), 1..6),
    ) {
        let url = |query: &[(String, String)]| {
            let mut url = url::Url::parse("https://h.example/p").unwrap();
            if !query.is_empty() {
                url.query_pairs_mut().extend_pairs(query);
            }
            url.to_string()
        };
        let entries = calls.iter().enumerate().map(|(at, (body, query))| Entry {
            step: Some(format!("n/{at}")),
            n: 1,
            at: 0,
            took_ms: 1,
            asked: transport::cassette::Asked {
                method: "POST".to_owned(),
                url: url(query),
                headers: vec![],
                body: transport::cassette::Sent::Bytes(Bytes::from(body.to_string())),
            },
            outcome: Outcome::Answer(transport::cassette::Answer {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers: vec![],
                body: Bytes::from(at.to_string()),
                broke: None,
            }),
        });
        let cassette = Cassette { entries: entries.collect(), ..Cassette::default() };
        let read = Cassette::parse(&cassette.to_har()).unwrap();
        prop_assert_eq!(&read.entries, &cassette.entries);
        let replay = by(Mode::Replay(Arc::new(Player::new("c", read, Strictness::Strict))));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for (at, (body, query)) in calls.iter().enumerate().rev() {
            // Values of one name keep their order.
            let mut query = query.clone();
            query.sort_by(|a, b| b.0.cmp(&a.0));
            let mut request = get(&url(&query), &format!("n/{at}"), &replay);
            request.method = Method::POST;
            request.body = Body::Bytes(Bytes::from(turned(body).to_string()));
            let (_, text, _) = runtime.block_on(send(request)).unwrap();
            prop_assert_eq!(text, at.to_string());
        }
    }

    /// No credential of a foreign file is left in it, wherever it stands.
    #[test]
    fn no_credential_is_left_in_an_import(secret in "[A-Za-z0-9]{12,24}", place in 0..6_usize) {
        let secret = format!("canary{secret}");
        let bearer = format!("Bearer {secret}");
        let of = |at: usize, text: &str| if at == place { text.to_owned() } else { "plain".to_owned() };
        let har = json!({ "log": { "version": "1.2", "entries": [{
            "request": {
                "method": "POST",
                "url": format!("https://h.example/p?access_token={}&x=1", of(0, &secret)),
                "headers": [{ "name": "Authorization", "value": of(1, &bearer) },
                            { "name": "Cookie", "value": format!("sid={}", of(2, &secret)) }],
                "postData": { "mimeType": "application/json",
                              "text": json!({ "password": of(3, &secret), "a": 1 }).to_string() },
            },
            "response": {
                "status": 200, "httpVersion": "HTTP/1.1",
                "headers": [{ "name": "Set-Cookie", "value": format!("sid={}; Path=/", of(4, &secret)) }],
                "content": { "mimeType": "application/json", "size": 0,
                             "text": json!({ "refresh_token": of(5, &secret), "echo": of(1, &bearer) }).to_string() },
            },
        }] } });
        let cassette = Cassette::parse(&har.to_string()).unwrap().redacted();
        let text = cassette.to_har() + &cassette.without_personal().to_har();
        prop_assert!(!text.contains("canary"), "{}", text);
    }
}
