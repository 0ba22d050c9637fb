//! `http.request` against servers that break the rules on purpose: for every case it does what a
//! trusted client does. The servers are test data beside the checkout; what is not there is
//! skipped, and said so.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod faults_support;

use std::time::{Duration, Instant};

use faults_support::{Ask, FaultServer, Ran, Table, WireMock, go, peak_kb};
use flow::run::ErrorClass;
use serde_json::json;
use transport::spec::{CapSpec, ConnectionSpec};

/// Short enough that the suite takes seconds, long enough for a busy machine.
fn patient() -> CapSpec {
    CapSpec {
        connect_ms: Some(2000),
        idle_ms: Some(400),
        total_ms: Some(20_000),
        body_mb: Some(8),
        ..CapSpec::default()
    }
}

/// A call that fails: of this class, with all these words in its message, and no item given out.
fn fails(ran: &Ran, class: ErrorClass, words: &[&str]) -> Result<(), String> {
    let error =
        ran.outcome.error.as_ref().ok_or_else(|| format!("it went well: {:?}", ran.items))?;
    if error.class != class {
        return Err(format!("{:?} is not {class:?}: {}", error.class, error.message));
    }
    for word in words {
        if !error.message.contains(word) {
            return Err(format!("no \"{word}\" in: {}", error.message));
        }
    }
    let is_sentence = error.message.ends_with('.') || error.message.contains(". It begins: ");
    if !is_sentence || error.advice.is_empty() {
        return Err(format!("no sentence with advice: {} / {}", error.message, error.advice));
    }
    if !ran.items.is_empty() {
        return Err(format!("partial data was given out: {:?}", ran.items));
    }
    no_secret(ran)
}

/// A call that gives this item.
fn gives(ran: &Ran, expect: &str) -> Result<(), String> {
    if let Some(error) = &ran.outcome.error {
        return Err(error.message.clone());
    }
    if ran.items.concat() != expect {
        return Err(format!("{:?}", ran.items));
    }
    no_secret(ran)
}

fn no_secret(ran: &Ran) -> Result<(), String> {
    if ran.told.contains("canary") { Err("a secret is told".to_owned()) } else { Ok(()) }
}

fn count(found: u64, expect: u64) -> Result<(), String> {
    if found == expect { Ok(()) } else { Err(format!("asked {found} times, not {expect}")) }
}

#[tokio::test]
async fn a_trusted_client_meets_every_case_of_the_fault_server() {
    let Some(server) = FaultServer::start(&[]) else { return };
    let mut table = Table::default();
    waits(&server, &mut table).await;
    broken(&server, &mut table).await;
    resets(&server, &mut table).await;
    encodings(&server, &mut table).await;
    json_cases(&server, &mut table).await;
    redirects(&server, &mut table).await;
    later(&server, &mut table).await;
    heads(&server, &mut table).await;
    bombs(&server, &mut table);
    let unmet: Vec<_> = server.cases().into_iter().filter(|case| !table.has(case)).collect();
    assert!(unmet.is_empty(), "cases of the server that nobody met: {unmet:?}");
    table.finish("fault server");
}

async fn waits(server: &FaultServer, table: &mut Table) {
    let ask = |case: &str| Ask::new(server.url(case)).caps(patient());
    let began = Instant::now();
    let ran = go(ask("hang")).await;
    table.case(1, "hang", fails(&ran, ErrorClass::Timeout, &["did not answer within 400 ms"]));
    let stopped = go(ask("hang").idle(60_000).stop_after(200)).await;
    let is_stopped = stopped.outcome.status == flow::run::RunStatus::Cancelled;
    table.case(1, "hang, stopped", is_stopped.then_some(()).ok_or("it went on".to_owned()));
    let ran = go(ask("slow-headers")).await;
    table.case(2, "slow-headers", fails(&ran, ErrorClass::Timeout, &["did not answer"]));
    let ran = go(ask("slow-body")).await;
    table.case(2, "slow-body, idle", fails(&ran, ErrorClass::Timeout, &["stopped in the middle"]));
    let ran = go(ask("slow-body").idle(2000).total(2500)).await;
    table.case(2, "slow-body, total", fails(&ran, ErrorClass::Timeout, &["within 2500 ms"]));
    assert!(began.elapsed() < Duration::from_secs(15));
    let closed = faults_support::free_ports(1);
    let ran = go(Ask::new(format!("http://127.0.0.1:{closed}/")).caps(patient())).await;
    table.case(1, "refused", fails(&ran, ErrorClass::Connection, &["nothing listens"]));
}

async fn broken(server: &FaultServer, table: &mut Table) {
    let ask = |case: &str| Ask::new(server.url(case)).caps(patient());
    for (case, words) in [("truncated", "15 of 4096 bytes"), ("chunk-truncated", "broke off")] {
        table.case(3, case, fails(&go(ask(case)).await, ErrorClass::Connection, &[words]));
    }
    let ran = go(ask("no-length-close")).await;
    table.case(4, "no-length-close", fails(&ran, ErrorClass::Answer, &["not the JSON", "line 1"]));
    for case in ["cl-and-te", "two-lengths", "chunk-bad-size", "chunk-huge-size", "cl-negative"] {
        let mut verdict = fails(&go(ask(case)).await, ErrorClass::Answer, &["not valid HTTP"]);
        if verdict.is_ok() {
            verdict = gives(&go(ask("ok")).await, r#"{"ok":true}"#);
        }
        table.case(6, case, verdict);
    }
    table.case(7, "extra-bytes", gives(&go(ask("extra-bytes")).await, "{}"));
    let ran = go(ask("204-body")).await;
    let verdict =
        if ran.items.concat().contains("hello") { Err("the body".into()) } else { no_secret(&ran) };
    table.case(
        7,
        "204-body",
        verdict.and_then(|()| ran.outcome.error.map_or(Ok(()), |e| Err(e.message))),
    );
    table.case(0, "ok", gives(&go(ask("ok")).await, r#"{"ok":true}"#));
}

async fn resets(server: &FaultServer, table: &mut Table) {
    for case in ["reset", "reset-mid-body", "empty-close"] {
        let ask = || Ask::new(server.url(case)).caps(patient()).tries(2);
        let before = server.count(case);
        let ran = go(ask()).await;
        let safe = fails(&ran, ErrorClass::Connection, &[]);
        let safe = safe.and_then(|()| count(server.count(case) - before, 2));
        table.case(5, &format!("{case}, safe"), safe);
        let before = server.count(case);
        let ran = go(ask().post()).await;
        let lost = fails(&ran, ErrorClass::UnknownOutcome, &[]);
        let lost = lost.and_then(|()| count(server.count(case) - before, 1));
        table.case(5, &format!("{case}, write"), lost);
        let before = server.count(case);
        let ran = go(ask().post().keyed()).await;
        let keyed = fails(&ran, ErrorClass::Connection, &[]);
        let keyed = keyed.and_then(|()| count(server.count(case) - before, 2));
        table.case(5, &format!("{case}, keyed write"), keyed);
    }
}

async fn encodings(server: &FaultServer, table: &mut Table) {
    let ask = |case: &str| Ask::new(server.url(case)).caps(patient());
    for (case, name) in [
        ("gzip-lie", "gzip"),
        ("gzip-truncated", "gzip"),
        ("encoding-unknown", "sdch"),
        ("gzip-twice", "gzip, gzip"),
    ] {
        let verdict = fails(&go(ask(case)).await, ErrorClass::Answer, &["unpacked", name]);
        table.case(9, case, verdict);
    }
}

async fn json_cases(server: &FaultServer, table: &mut Table) {
    let ask = |case: &str| Ask::new(server.url(case)).caps(patient());
    let ran = go(ask("json-html")).await;
    let words = ["200", "application/json", "502 Bad Gateway"];
    table.case(10, "json-html", fails(&ran, ErrorClass::Answer, &words));
    let ran = go(ask("json-empty")).await;
    table.case(10, "json-empty", fails(&ran, ErrorClass::Answer, &["200", "application/json"]));
    let digits =
        r#"{"id":9007199254740993,"amount":0.1000000000000000055511151231257827,"huge":1e400}"#;
    table.case(11, "json-bignum", gives(&go(ask("json-bignum")).await, digits));
    // The rule: of a key that comes twice the last value counts.
    table.case(12, "json-dup", gives(&go(ask("json-dup")).await, r#"{"a":2}"#));
    for (row, case, word) in [
        (12, "json-nan", "line 1"),
        (12, "json-trailing", "line 2"),
        (13, "json-deep", "256"),
        (14, "json-bad-utf8", "byte 6"),
        (14, "charset-lie", "byte 8"),
        (14, "json-lone-surrogate", "line 1"),
    ] {
        table.case(row, case, fails(&go(ask(case)).await, ErrorClass::Answer, &[word]));
    }
    let caps = CapSpec { json_depth: Some(1), ..patient() };
    let ran = go(Ask::new(server.url("json-deep")).caps(caps)).await;
    table.case(13, "json-deep, own cap", fails(&ran, ErrorClass::Answer, &["1"]));
    for case in ["charset-latin1", "utf16"] {
        table.case(15, case, gives(&go(ask(case)).await, r#"{"n":"Größe"}"#));
    }
    table.case(15, "json-bom", gives(&go(ask("json-bom")).await, r#"{"ok":true}"#));
}

async fn redirects(server: &FaultServer, table: &mut Table) {
    let ask = |case: &str| Ask::new(server.url(case)).caps(patient());
    let ran = go(ask("redirect-loop")).await;
    table.case(16, "redirect-loop", fails(&ran, ErrorClass::Answer, &["more than 10 times"]));
    let caps = CapSpec { redirects: Some(3), ..patient() };
    let before = server.count("redirect-loop");
    let ran = go(Ask::new(server.url("redirect-loop")).caps(caps)).await;
    let verdict = fails(&ran, ErrorClass::Answer, &["more than 3 times"]);
    let n_asked = server.count("redirect-loop") - before;
    table.case(16, "redirect-loop, own cap", verdict.and_then(|()| count(n_asked, 4)));
    let ran = go(ask("redirect-no-location")).await;
    table.case(16, "redirect-no-location", fails(&ran, ErrorClass::Answer, &["302", "not where"]));
    let ran = go(ask("redirect-other-origin")).await;
    let echoed = ran.items.concat().to_lowercase();
    let verdict = if echoed.contains("get /echo") && !echoed.contains("canary") {
        no_secret(&ran)
    } else {
        Err(echoed)
    };
    table.case(17, "redirect-other-origin", verdict);
    let ran = go(ask("redirect-other-origin").hosts(&["127.0.0.1"])).await;
    let words = ["localhost", "may only reach"];
    table.case(
        17,
        "redirect-other-origin, not allowed",
        fails(&ran, ErrorClass::Validation, &words),
    );
    let ran = go(ask("redirect-other-origin").post()).await;
    let words = ["its data would go to another host"];
    table.case(17, "redirect-other-origin, write", fails(&ran, ErrorClass::Answer, &words));
    let ran = go(ask("redirect-file")).await;
    table.case(18, "redirect-file", fails(&ran, ErrorClass::Answer, &["refused", "only https"]));
    let ran = go(ask("redirect-relative").post()).await;
    let methods: Vec<_> = ran.exchanges.iter().map(|e| (e.method.as_str(), e.status)).collect();
    let verdict = gives(&ran, r#"{"ok":true}"#);
    let kept = methods == [("POST", Some(307)), ("POST", Some(200))];
    let verdict = verdict.and_then(|()| kept.then_some(()).ok_or(format!("{methods:?}")));
    table.case(19, "redirect-relative", verdict);
    let ran = go(Ask::new(server.url("echo")).caps(patient())).await;
    let is_carried = ran.items.concat().contains("canary");
    table.case(17, "echo", is_carried.then_some(()).ok_or("no credentials were sent".to_owned()));
}

async fn later(server: &FaultServer, table: &mut Table) {
    let ask = |case: &str| Ask::new(server.url(case)).caps(patient()).tries(2);
    let began = Instant::now();
    let before = server.count("429-seconds");
    let ran = go(ask("429-seconds")).await;
    let verdict = fails(&ran, ErrorClass::Limit, &["429"]);
    let verdict = verdict.and_then(|()| count(server.count("429-seconds") - before, 2));
    let has_waited = began.elapsed() >= Duration::from_secs(2);
    let verdict = verdict.and_then(|()| has_waited.then_some(()).ok_or("no wait".to_owned()));
    table.case(20, "429-seconds", verdict);
    let (began, before) = (Instant::now(), server.count("429-date"));
    let ran = go(ask("429-date")).await;
    let verdict = fails(&ran, ErrorClass::Limit, &["429"]);
    let verdict = verdict.and_then(|()| count(server.count("429-date") - before, 1));
    assert!(began.elapsed() < Duration::from_secs(2));
    table.case(20, "429-date, beyond the cap", verdict);
    let before = server.count("429-bad");
    let ran = go(ask("429-bad")).await;
    let verdict = fails(&ran, ErrorClass::Limit, &["429"]);
    table.case(20, "429-bad", verdict.and_then(|()| count(server.count("429-bad") - before, 2)));
    let ran = go(Ask::new(server.url("flaky-2")).caps(patient()).tries(3)).await;
    let verdict = gives(&ran, r#"{"ok":true}"#);
    table.case(21, "flaky-2", verdict.and_then(|()| count(server.count("flaky-2"), 3)));
    let ran = go(Ask::new(server.url("flaky-9")).caps(patient()).tries(3)).await;
    let verdict = fails(&ran, ErrorClass::Server, &["503"]);
    table.case(21, "flaky-9", verdict.and_then(|()| count(server.count("flaky-9"), 3)));
    let ran =
        go(Ask::new(server.url("200-error-body")).caps(patient()).fail_when("ok = false")).await;
    table.case(22, "200-error-body", fails(&ran, ErrorClass::Answer, &["invalid_auth"]));
}

async fn heads(server: &FaultServer, table: &mut Table) {
    let ask = |case: &str| Ask::new(server.url(case)).caps(patient());
    for case in ["header-huge", "header-many"] {
        let before = peak_kb();
        let ran = go(ask(case)).await;
        let grown = peak_kb().saturating_sub(before);
        let verdict = fails(&ran, ErrorClass::Answer, &["too many or too long headers"]);
        let is_flat = grown < 20 * 1024;
        table.case(
            25,
            case,
            verdict.and_then(|()| is_flat.then_some(()).ok_or(format!("{grown} kB"))),
        );
    }
    let caps = CapSpec { headers: Some(2), ..patient() };
    let ran = go(Ask::new(server.url("ok")).caps(caps)).await;
    table.case(25, "ok, own cap", fails(&ran, ErrorClass::Answer, &["too many"]));
    table.case(25, "100-flood", gives(&go(ask("100-flood")).await, "{}"));
    for (row, case) in
        [(25, "header-nul"), (25, "header-obs-fold"), (26, "http09"), (26, "garbage")]
    {
        let verdict = fails(&go(ask(case)).await, ErrorClass::Answer, &["not valid HTTP"]);
        table.case(row, case, verdict);
    }
    let ran = go(ask("status-999")).await;
    let error = ran.outcome.error.as_ref().map_or("", |error| error.message.as_str());
    let verdict = if error.contains("999") { no_secret(&ran) } else { Err(error.to_owned()) };
    table.case(26, "status-999", verdict);
}

/// In a process of its own each, so that its memory is its own too.
fn bombs(server: &FaultServer, table: &mut Table) {
    for case in ["gzip-bomb", "endless"] {
        for caps in ["own", "default"] {
            let told = faults_support::in_child(&server.url(case), caps);
            let verdict = told.and_then(|told| {
                let peak: u64 = told.peak_kb;
                println!("{case}, {caps} caps: {} (peak {} MB)", told.message, peak / 1024);
                if peak >= 100 * 1024 {
                    return Err(format!("{peak} kB of memory"));
                }
                if told.message.is_empty() { Err("it went well".to_owned()) } else { Ok(()) }
            });
            table.case(8, &format!("{case}, {caps} caps"), verdict);
        }
    }
}

/// The other side of [`bombs`]; a test like others when nobody asks.
#[tokio::test]
async fn a_bomb_is_met_in_a_process_of_its_own() {
    let Ok(url) = std::env::var(faults_support::CHILD_URL) else { return };
    let ask = Ask::new(url);
    let ask = match std::env::var(faults_support::CHILD_CAPS).as_deref() {
        Ok("own") => ask.caps(CapSpec { body_mb: Some(8), ..CapSpec::default() }),
        _ => ask.caps(CapSpec::default()),
    };
    let ran = go(ask.drop_items()).await;
    let message = ran.outcome.error.map(|error| error.message).unwrap_or_default();
    println!("{}", json!({ "message": message, "peak_kb": peak_kb() }));
}

#[tokio::test]
async fn certificates_are_trusted_and_shown_as_the_connection_says() {
    let Some(server) = FaultServer::start(&[]) else { return };
    let mut table = Table::default();
    let ask = |port: u16| Ask::new(server.tls_url("127.0.0.1", port, "ok")).caps(patient());
    let ok = r#"{"ok":true}"#;
    let tls = ErrorClass::Connection;
    for (name, port) in [("self-signed", 1), ("wrong-host", 2), ("localhost-only", 3)] {
        let verdict = fails(&go(ask(port)).await, tls, &["not trusted", "signed itself"]);
        table.case(23, &format!("{name}, not trusted"), verdict);
    }
    let ran = go(ask(1).trust(server.pem("self-signed.pem"))).await;
    let facts = ran.exchanges.first().and_then(|exchange| exchange.tls.clone()).unwrap_or_default();
    let is_told = facts.version.starts_with("TLS 1.") && facts.subject.contains("127.0.0.1");
    let verdict = gives(&ran, ok).and_then(|()| is_told.then_some(()).ok_or(format!("{facts:?}")));
    table.case(23, "self-signed, trusted", verdict);
    let ran = go(ask(2).trust(server.pem("wrong-host.pem"))).await;
    table.case(23, "wrong-host, trusted", fails(&ran, tls, &["for another host"]));
    let ran = go(ask(3).trust(server.pem("localhost-only.pem"))).await;
    table.case(23, "localhost-only by its address", fails(&ran, tls, &["for another host"]));
    let ask_name = Ask::new(server.tls_url("localhost", 3, "ok")).caps(patient());
    let ran = go(ask_name.trust(server.pem("localhost-only.pem"))).await;
    table.case(23, "localhost-only by its name", gives(&ran, ok));
    let ran = go(ask(1).trust("no certificate".to_owned())).await;
    let words = ["extra certificate authority", "cannot be used"];
    table.case(23, "what is no authority", fails(&ran, ErrorClass::Validation, &words));
    client_certificates(&server, &mut table).await;
    table.finish("certificates");
}

async fn client_certificates(server: &FaultServer, table: &mut Table) {
    let ok = r#"{"ok":true}"#;
    let trusted = server.pem("self-signed.pem");
    let ask =
        || Ask::new(server.tls_url("127.0.0.1", 4, "ok")).caps(patient()).trust(trusted.clone());
    let ran = go(ask()).await;
    table.case(
        24,
        "no certificate",
        fails(&ran, ErrorClass::Auth, &["asks for a client certificate"]),
    );
    let ran = go(ask().certificate(None, None)).await;
    let words = ["client certificate", "none is set"];
    table.case(24, "none in the vault", fails(&ran, ErrorClass::Validation, &words));
    let pem = trusted.clone() + &server.pem("self-signed.key");
    let ran = go(ask().certificate(Some(&pem), None)).await;
    table.case(24, "PEM", gives(&ran, ok));
    let other = server.pem("wrong-host.pem") + &server.pem("wrong-host.key");
    let ran = go(ask().certificate(Some(&other), None)).await;
    table.case(24, "another's", fails(&ran, ErrorClass::Auth, &["does not take"]));
    let Some((pfx, legacy, key)) = server.packed("canary-pass") else {
        println!("skipped: openssl cannot pack certificates");
        return;
    };
    let locked = trusted.clone() + &key;
    for (name, text) in [("PFX", &pfx), ("PFX of old", &legacy), ("encrypted PEM", &locked)] {
        let ran = go(ask().certificate(Some(text), Some("canary-pass"))).await;
        table.case(24, name, gives(&ran, ok));
    }
    let ran = go(ask().certificate(Some(&pfx), Some("canary-wrong"))).await;
    table.case(24, "PFX, wrong passphrase", fails(&ran, ErrorClass::Validation, &["passphrase"]));
}

#[tokio::test]
async fn wiremocks_faults_are_met_too() {
    let Some(mock) = WireMock::start().await else { return };
    let mut table = Table::default();
    let ask = |path: &str| Ask::new(format!("{}{path}", mock.url)).caps(patient());
    for (fault, class, word) in [
        ("EMPTY_RESPONSE", ErrorClass::Connection, "closed the connection"),
        ("CONNECTION_RESET_BY_PEER", ErrorClass::Connection, "closed the connection"),
        ("MALFORMED_RESPONSE_CHUNK", ErrorClass::Connection, "broke off"),
        ("RANDOM_DATA_THEN_CLOSE", ErrorClass::Answer, "not valid HTTP"),
    ] {
        mock.stub(&format!("/f/{fault}"), json!({ "fault": fault })).await;
        let ran = go(ask(&format!("/f/{fault}"))).await;
        // Garbage in a chunk's size is no HTTP, and a cut one a break: both never half an answer.
        let verdict = fails(&ran, class, &[word])
            .or_else(|_| fails(&ran, ErrorClass::Answer, &["not valid HTTP"]));
        table.case(0, fault, verdict);
        let ran = go(ask(&format!("/f/{fault}")).post()).await;
        let verdict = fails(&ran, ErrorClass::UnknownOutcome, &[]);
        table.case(0, &format!("{fault}, write"), verdict);
    }
    let dribble = json!({ "numberOfChunks": 10, "totalDuration": 2000 });
    let body = json!({ "body": "[1,2,3,4,5,6]", "chunkedDribbleDelay": dribble,
                       "headers": { "content-type": "application/json" } });
    mock.stub("/f/dribble", body).await;
    table.case(0, "dribble", gives(&go(ask("/f/dribble").idle(8000)).await, "123456"));
    let ran = go(ask("/f/dribble").idle(8000).total(900)).await;
    table.case(0, "dribble, total", fails(&ran, ErrorClass::Timeout, &["within 900 ms"]));
    let late = json!({ "body": "{}", "fixedDelayMilliseconds": 3000 });
    mock.stub("/f/late", late).await;
    table.case(
        0,
        "late",
        fails(&go(ask("/f/late")).await, ErrorClass::Timeout, &["did not answer"]),
    );
    table.finish("WireMock");
}

#[tokio::test]
async fn proxies_are_gone_through_with_credentials_and_told_when_they_refuse() {
    let mut table = Table::default();
    let proxy = faults_support::Proxy::start();
    let ask = |url: &str| {
        let mut spec = ConnectionSpec::new("c", "http://shop.example.test");
        spec.allow_http = true;
        Ask::new(url.to_owned()).spec(spec).caps(patient())
    };
    let shop = "http://shop.example.test/orders";
    let ran = go(ask(shop).proxy(&proxy.http(), "user", "canary-pw")).await;
    table.case(0, "HTTP proxy", gives(&ran, r#"{"through":"http://shop.example.test/orders"}"#));
    let ran = go(ask(shop).proxy(&proxy.http(), "user", "canary-bad")).await;
    table.case(
        0,
        "HTTP proxy, wrong password",
        fails(&ran, ErrorClass::Connection, &["proxy", "password"]),
    );
    let ran =
        go(ask("https://shop.example.test/x").proxy(&proxy.http(), "user", "canary-bad")).await;
    table.case(
        0,
        "tunnel, wrong password",
        fails(&ran, ErrorClass::Connection, &["proxy", "password"]),
    );
    let ran = go(ask(shop).proxy(&proxy.socks(), "user", "canary-pw")).await;
    table.case(0, "SOCKS5", gives(&ran, r#"{"through":"shop.example.test"}"#));
    let ran = go(ask(shop).proxy(&proxy.socks(), "user", "canary-bad")).await;
    table.case(0, "SOCKS5, wrong password", fails(&ran, ErrorClass::Connection, &["proxy"]));
    let closed = format!("http://127.0.0.1:{}", faults_support::free_ports(1));
    let ran = go(ask(shop).proxy(&closed, "", "")).await;
    table.case(
        0,
        "no proxy there",
        fails(&ran, ErrorClass::Connection, &["proxy", "nothing listens"]),
    );
    let here = proxy.origin();
    let ran = go(Ask::new(here).caps(patient()).proxy(&closed, "", "")).await;
    table.case(0, "this computer, past the proxy", gives(&ran, r#"{"through":"/here"}"#));
    table.finish("proxies");
}
