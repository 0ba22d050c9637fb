//! The transport against a server that breaks the rules of HTTP on purpose. The server is test
//! data beside the checkout; where it or Python is not there, these tests say so and pass.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use transport::{
    Body, Kind, Method, Options, Request, Response, TlsFault, Transport, TransportError,
};

struct Faults {
    server: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Faults {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Faults {
    #[expect(clippy::disallowed_methods, reason = "the server that is called here is a program")]
    fn start() -> Option<Self> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let shared = std::env::var_os("GANTRY_SHARED").map(PathBuf::from).or_else(|| {
            [root.join("../shared"), root.join("../../shared")].into_iter().find(|p| p.is_dir())
        });
        let script = shared.map(|shared| shared.join("servers/faults/server.py"));
        let Some(script) = script.filter(|script| script.is_file()) else {
            println!("skipped: ../shared/servers/faults is not there");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        let port = free_ports(5);
        let server = Command::new("python3")
            .arg(script.canonicalize().unwrap())
            .current_dir(folder.path())
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(server) = server else {
            println!("skipped: python3 is not there");
            return None;
        };
        let faults = Self { server, port, _folder: folder };
        for _ in 0..300 {
            if std::net::TcpStream::connect(("127.0.0.1", port + 4)).is_ok() {
                return Some(faults);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!("skipped: the server did not start");
        None
    }

    fn url(&self, case: &str) -> String {
        format!("http://127.0.0.1:{}/{case}", self.port)
    }
}

fn free_ports(n: u16) -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let Some(last) = first.checked_add(n) else { continue };
        if (first..last).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
}

fn quick() -> Transport {
    Transport::new(Options {
        connect_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(20),
        max_body: 8 * 1024 * 1024,
        ..Options::default()
    })
}

async fn get(transport: &Transport, url: &str) -> Result<(Response, String), TransportError> {
    let cancel = CancellationToken::new();
    let mut answer = transport.send(Request::new(Method::GET, url), &cancel).await?;
    let text = answer.text().await?;
    Ok((answer, text))
}

#[tokio::test]
async fn every_broken_answer_is_an_error_of_its_own_and_never_half_an_answer() {
    let Some(faults) = Faults::start() else { return };
    let transport = quick();
    let check =
        async |case: &str, is_expected: fn(&Kind) -> bool| match get(&transport, &faults.url(case))
            .await
        {
            Ok((answer, text)) => panic!("{case} gave {} {text:?}", answer.status),
            Err(error) => {
                assert!(is_expected(&error.kind), "{case} gave {:?}", error.kind);
                assert!(error.message().ends_with('.') && !error.advice().is_empty(), "{error}");
                assert!(error.exchange.is_some(), "{case}");
            }
        };
    check("truncated", |k| *k == Kind::Cut { got: 15, expected: Some(4096) }).await;
    check("chunk-truncated", |k| matches!(k, Kind::Cut { expected: None, .. })).await;
    check("reset-mid-body", |k| matches!(k, Kind::Cut { expected: Some(999), .. })).await;
    check("reset", |k| *k == Kind::Reset).await;
    check("empty-close", |k| *k == Kind::Reset).await;
    for case in ["cl-and-te", "two-lengths", "chunk-bad-size", "chunk-huge-size", "cl-negative"] {
        check(case, |k| matches!(k, Kind::NotHttp(_))).await;
    }
    for case in ["gzip-lie", "gzip-truncated", "encoding-unknown", "gzip-twice"] {
        check(case, |k| matches!(k, Kind::BadEncoding { .. })).await;
    }
    check("charset-lie", |k| matches!(k, Kind::BadCharset { at: 8, .. })).await;
    check("json-bad-utf8", |k| matches!(k, Kind::BadCharset { at: 6, .. })).await;
    check("redirect-loop", |k| *k == Kind::TooManyRedirects(10)).await;
    check("redirect-no-location", |k| *k == Kind::RedirectNowhere(302)).await;
    check("redirect-file", |k| matches!(k, Kind::RedirectRefused { .. })).await;
    check("header-huge", |k| matches!(k, Kind::HeadTooLarge)).await;
    check("header-many", |k| matches!(k, Kind::HeadTooLarge)).await;
    for case in ["header-nul", "header-obs-fold", "http09", "garbage"] {
        check(case, |k| matches!(k, Kind::NotHttp(_))).await;
    }
}

#[tokio::test]
async fn odd_but_sound_answers_are_read_rightly() {
    let Some(faults) = Faults::start() else { return };
    let transport = quick();
    let check = async |case: &str, status: u16, expect: &str| {
        let (answer, text) = get(&transport, &faults.url(case)).await.unwrap();
        assert_eq!((answer.status, text.as_str()), (status, expect), "{case}");
    };
    check("ok", 200, "{\"ok\":true}").await;
    check("extra-bytes", 200, "{}").await;
    check("204-body", 204, "").await;
    check("json-bom", 200, "{\"ok\":true}").await;
    check("charset-latin1", 200, "{\"n\":\"Größe\"}").await;
    check("utf16", 200, "{\"n\":\"Größe\"}").await;
    check("100-flood", 200, "{}").await;
    check("status-999", 999, "{}").await;
    check("no-length-close", 200, "{\"items\":[1,2").await;
    check("redirect-relative", 200, "{\"ok\":true}").await;
    // After all that, the transport still works.
    check("ok", 200, "{\"ok\":true}").await;
}

#[tokio::test]
async fn nothing_waits_for_ever_and_a_stop_ends_every_wait() {
    let Some(faults) = Faults::start() else { return };
    let transport = Transport::new(Options {
        idle_timeout: Duration::from_millis(300),
        total_timeout: Duration::from_secs(3),
        ..Options::default()
    });
    let began = Instant::now();
    let hang = get(&transport, &faults.url("hang")).await.err().unwrap();
    assert!(matches!(hang.kind, Kind::NoAnswer(_)), "{hang}");
    let slow = get(&transport, &faults.url("slow-body")).await.err().unwrap();
    assert!(matches!(slow.kind, Kind::Idle(_)), "{slow}");
    let patient = Transport::new(Options {
        idle_timeout: Duration::from_secs(2),
        total_timeout: Duration::from_millis(2500),
        ..Options::default()
    });
    let slow = get(&patient, &faults.url("slow-body")).await.err().unwrap();
    assert!(matches!(slow.kind, Kind::Total(_)), "{slow}");
    let headers = get(&patient, &faults.url("slow-headers")).await.err().unwrap();
    assert!(matches!(headers.kind, Kind::NoAnswer(_)), "{headers}");
    assert!(began.elapsed() < Duration::from_secs(9));

    let cancel = CancellationToken::new();
    let patient = Transport::default();
    let stopped = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cancel.cancel();
        Instant::now()
    };
    let request = Request::new(Method::GET, faults.url("hang"));
    let (answer, at) = tokio::join!(patient.send(request, &cancel), stopped);
    assert!(answer.err().unwrap().is_cancelled());
    assert!(at.elapsed() < Duration::from_millis(500));
    let cancel = CancellationToken::new();
    let request = Request::new(Method::GET, faults.url("slow-body"));
    let mut answer = patient.send(request, &cancel).await.unwrap();
    cancel.cancel();
    assert!(answer.bytes().await.err().unwrap().is_cancelled());
}

#[tokio::test]
async fn bombs_and_endless_answers_stop_at_the_cap_in_flat_memory() {
    let Some(faults) = Faults::start() else { return };
    let transport = Transport::default();
    let cancel = CancellationToken::new();
    for case in ["endless", "gzip-bomb"] {
        let mut request = Request::new(Method::GET, faults.url(case));
        request.max_body = Some(256 * 1024 * 1024);
        let before = peak_kb();
        let mut answer = transport.send(request, &cancel).await.unwrap();
        let error = loop {
            match answer.body.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{case} ended"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind, Kind::TooLarge(256 * 1024 * 1024), "{case}");
        if let (Some(before), Some(after)) = (before, peak_kb()) {
            println!("{case}: peak {before} kB before, {after} kB after");
            // The kernel adds its counts up per thread, so the mark may seem to sink a little.
            let grown = after.saturating_sub(before);
            assert!(grown < 100 * 1024, "{case}: {before} -> {after} kB");
        }
    }
}

fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test]
async fn credentials_stay_at_their_origin_and_secrets_are_told_nowhere() {
    let Some(faults) = Faults::start() else { return };
    let transport = quick();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let cancel = CancellationToken::new();
    let request = |case: &str| {
        let told = told.clone();
        let mut request = Request::new(Method::GET, faults.url(case) + "?api_key=canary-1&page=2")
            .header("Authorization", "Bearer canary-2")
            .header("X-Api-Key", "canary-3");
        request.observe =
            Some(std::sync::Arc::new(move |exchange| told.lock().unwrap().push(exchange)));
        request
    };
    let mut answer = transport.send(request("redirect-other-origin"), &cancel).await.unwrap();
    let echoed = answer.text().await.unwrap().to_lowercase();
    assert!(echoed.starts_with("get /echo") && !echoed.contains("canary"), "{echoed}");
    let mut answer = transport.send(request("echo"), &cancel).await.unwrap();
    assert!(answer.text().await.unwrap().contains("canary-2"));
    let mut messages = Vec::new();
    for case in [
        "reset",
        "reset-mid-body",
        "truncated",
        "garbage",
        "redirect-file",
        "gzip-lie",
        "cl-and-te",
    ] {
        let failed = match transport.send(request(case), &cancel).await {
            Ok(mut answer) => answer.bytes().await.err(),
            Err(error) => Some(error),
        };
        messages.push(format!("{failed:?} {}", failed.as_ref().unwrap()));
    }
    let told = told.lock().unwrap().clone();
    assert_eq!(told.len(), 10);
    let all = format!("{messages:?} {}", serde_json::to_string(&told).unwrap());
    assert!(!all.contains("canary"), "{all}");
    assert!(all.contains("page=2"));
    // A write that carries data is not sent on to another host.
    let post = Request::new(Method::POST, faults.url("redirect-other-origin"))
        .body(Body::Bytes("{}".into()));
    let refused = transport.send(post, &cancel).await.err().unwrap();
    assert!(matches!(refused.kind, Kind::RedirectRefused { .. }), "{refused}");
}

#[tokio::test]
async fn a_write_that_broke_off_has_an_unknown_outcome() {
    use flow::run::ErrorClass;
    let Some(faults) = Faults::start() else { return };
    let transport = quick();
    let cancel = CancellationToken::new();
    let class = async |method: Method, url: &str| {
        let request = Request::new(method, url).body(Body::Bytes("{}".into()));
        match transport.send(request, &cancel).await {
            Ok(mut answer) => answer.bytes().await.err().unwrap().class(),
            Err(error) => error.class(),
        }
    };
    for case in ["reset", "reset-mid-body", "empty-close", "garbage"] {
        assert_eq!(
            class(Method::POST, &faults.url(case)).await,
            ErrorClass::UnknownOutcome,
            "{case}"
        );
    }
    assert_eq!(class(Method::GET, &faults.url("reset")).await, ErrorClass::Connection);
    let closed = format!("http://127.0.0.1:{}/", free_ports(1));
    assert_eq!(class(Method::POST, &closed).await, ErrorClass::Connection);
    assert_eq!(class(Method::POST, "https://no-such-host.invalid/").await, ErrorClass::Connection);
}

#[tokio::test]
async fn certificates_that_are_not_trusted_are_refused_with_the_reason() {
    let Some(faults) = Faults::start() else { return };
    let transport = quick();
    let check = async |port: u16, is_expected: fn(&TlsFault) -> bool| {
        let url = format!("https://127.0.0.1:{}/ok", faults.port + port);
        let error = get(&transport, &url).await.err().unwrap();
        let Kind::Tls(fault) = &error.kind else { panic!("{port}: {:?}", error.kind) };
        assert!(is_expected(fault), "{port}: {fault:?}");
    };
    for port in 1..=4 {
        check(port, |fault| *fault == TlsFault::SelfSigned).await;
    }
}

#[tokio::test]
async fn one_transport_takes_many_calls_at_once() {
    let Some(faults) = Faults::start() else { return };
    let transport = quick();
    let url = faults.url("ok");
    let calls = (0..50).map(|_| get(&transport, &url));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.unwrap().1, "{\"ok\":true}");
    }
}
