//! What is sent, kept, begun anew and told, against a small system of our own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use transport::Method;
use transport::spec::{ConnectionSpec, CsrfSpec};

use crate::fake::{Call, Fake};
use crate::{Account, auth};

fn told(status: u16) -> (u16, &'static str, String) {
    (status, "", "{}".to_owned())
}

/// A system that echoes what it was sent, as careless ones do.
async fn echo() -> Fake {
    Fake::start(|call: &Call| (200, "", json!({ "echo": [call.head, call.body] }).to_string()))
        .await
}

#[tokio::test]
async fn no_way_to_sign_in_tells_its_secret_even_where_the_system_echoes_it() {
    let canary = "c4n4ry-Key/+=?";
    let escaped: String = url::form_urlencoded::byte_serialize(canary.as_bytes()).collect();
    for (way, slots) in [
        (json!({ "type": "api_key", "name": "X-Key", "prefix": "Key " }), vec!["key"]),
        (json!({ "type": "api_key", "place": "query", "name": "k" }), vec!["key"]),
        (json!({ "type": "api_key", "place": "cookie", "name": "k" }), vec!["key"]),
        (json!({ "type": "headers", "names": ["X-App", "X-User"] }), vec!["X-App", "X-User"]),
        (json!({ "type": "basic", "user": "anna" }), vec!["password"]),
        (json!({ "type": "bearer" }), vec!["token"]),
        (json!({ "type": "oauth1", "consumer_key": "ck" }), vec!["consumer_secret"]),
        (
            json!({ "type": "sigv4", "access_key_id": "AK", "region": "r", "service": "s3" }),
            vec!["secret_access_key", "session_token"],
        ),
        (
            json!({ "type": "sigv4", "access_key_id": "AK", "region": "r", "service": "es",
                    "place": "query" }),
            vec!["secret_access_key", "session_token"],
        ),
        (json!({ "type": "ws_security", "user": "anna", "password": "text" }), vec!["password"]),
        (json!({ "type": "ws_security", "user": "anna" }), vec!["password"]),
    ] {
        let system = echo().await;
        let secrets: Vec<(&str, &str)> = slots.iter().map(|slot| (*slot, canary)).collect();
        let account = Account::new(&system.url(""), auth(&way), &secrets);
        let envelope = "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body/>\
            </e:Envelope>";
        let (status, answer) = account.post("/a?b=c", envelope).await;
        assert_eq!(status, 200, "{way} {answer}");
        let echoed: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let (head, body) =
            (echoed["echo"][0].as_str().unwrap(), echoed["echo"][1].as_str().unwrap());
        // What stands in the call besides the secret itself, and lets one in as well.
        let proofs: Vec<&str> = head
            .lines()
            .filter_map(|line| line.split_once("authorization: "))
            .map(|(_, value)| value)
            .chain(body.split("#PasswordDigest\">").nth(1).and_then(|rest| rest.split('<').next()))
            .chain(head.split("X-Amz-Signature=").nth(1).and_then(|rest| rest.get(..64)))
            .collect();
        for hidden in [canary, escaped.as_str()].into_iter().chain(proofs) {
            let shown = json!(hidden).to_string();
            assert!(!account.tells(shown.trim_matches('"')), "{way} tells {hidden}");
        }
    }
}

#[tokio::test]
async fn a_session_is_begun_once_for_all_calls_and_anew_when_it_is_refused() {
    let logins = Arc::new(AtomicU32::new(0));
    let system = {
        let logins = Arc::clone(&logins);
        Fake::start(move |call: &Call| {
            if call.path == "/api/login" {
                let sent: serde_json::Value = serde_json::from_str(&call.body).unwrap();
                if sent != json!({ "user": "anna", "password": "p\"{user}\\" }) {
                    return told(401);
                }
                let no = logins.fetch_add(1, Ordering::SeqCst) + 1;
                let body = json!({ "data": { "token": format!("t0ken-{no}") } }).to_string();
                return (200, "Set-Cookie: node=n0de-7; Path=/; HttpOnly\r\n", body);
            }
            // The first session holds until a call says that it is over.
            let no = logins.load(Ordering::SeqCst);
            let is_over = call.path == "/api/over" && no == 1;
            let is_in = call.header("x-session") == format!("AR-JWT t0ken-{no}")
                && call.header("cookie") == "node=n0de-7";
            told(if is_in && !is_over { 200 } else { 401 })
        })
        .await
    };
    let way = json!({
        "type": "session", "user": "anna",
        "login": { "path": "/login", "body": "{\"user\":\"{user}\",\"password\":{password}}" },
        "token": { "type": "path", "path": "data.token" },
        "header": "X-Session", "prefix": "AR-JWT ", "seconds": 3600,
    });
    let account = Account::new(&system.url("/api"), auth(&way), &[("password", "p\"{user}\\")]);
    let calls = (0..20).map(|_| account.get("/a"));
    for (status, _) in futures::future::join_all(calls).await {
        assert_eq!(status, 200);
    }
    assert_eq!(logins.load(Ordering::SeqCst), 1);
    assert_eq!(account.get("/over").await.0, 200);
    assert_eq!(logins.load(Ordering::SeqCst), 2);
    assert_eq!(system.calls("/api/over").len(), 2);
    for secret in ["p\\\"{user}", "t0ken", "n0de-7"] {
        assert!(!account.tells(secret), "{secret}");
    }

    let wrong = Account::new(&system.url("/api"), auth(&way), &[("password", "wrong")]);
    let error = wrong.send(wrong.request(Method::GET, "/a")).await.err().unwrap();
    assert_eq!(error.class(), flow::run::ErrorClass::Auth);
    assert!(error.message().contains("answered with 401"), "{error}");
}

#[tokio::test]
async fn a_csrf_token_is_fetched_for_writes_kept_with_its_cookies_and_fetched_again() {
    let current = Arc::new(Mutex::new(0));
    let system = {
        let current = Arc::clone(&current);
        Fake::start(move |call: &Call| {
            let mut no = current.lock().unwrap();
            let token = call.header("x-csrf-token");
            if token.eq_ignore_ascii_case("fetch") {
                *no += 1;
                let lines = [
                    "X-CSRF-Token: csrf-1\r\nSet-Cookie: sap=s1; Path=/\r\n",
                    "X-CSRF-Token: csrf-2\r\nSet-Cookie: sap=s2; Path=/\r\n",
                ];
                return (200, lines[*no - 1], String::new());
            }
            if call.head.starts_with("GET") {
                return told(if token.is_empty() { 200 } else { 400 });
            }
            if call.path == "/end" && *no == 1 {
                return (403, "X-CSRF-Token: Required\r\n", String::new());
            }
            let is_in = token == format!("csrf-{no}")
                && call.header("cookie") == format!("sap=s{no}")
                && call.header("authorization").starts_with("Basic ");
            told(if is_in { 201 } else { 403 })
        })
        .await
    };
    let spec = ConnectionSpec {
        auth: auth(&json!({ "type": "basic", "user": "u" })),
        csrf: Some(CsrfSpec { path: "/".to_owned(), header: "X-CSRF-Token".to_owned() }),
        ..ConnectionSpec::new("sap", system.url(""))
    };
    let account = Account::of(&spec, &[("password", "p4ssword")]);
    assert_eq!(account.get("/a").await.0, 200);
    assert_eq!(*current.lock().unwrap(), 0, "a read needs no token");
    let calls = (0..10).map(|_| account.post("/b", "{}"));
    for (status, _) in futures::future::join_all(calls).await {
        assert_eq!(status, 201);
    }
    assert_eq!(*current.lock().unwrap(), 1);
    assert_eq!(account.post("/end", "{}").await.0, 201);
    assert_eq!(*current.lock().unwrap(), 2);
    for secret in ["csrf-1", "csrf-2", "s1;", "p4ssword"] {
        assert!(!account.tells(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_digest_challenge_costs_one_round_trip_in_all() {
    let challenge = "WWW-Authenticate: Digest realm=\"r\", qop=\"auth\", algorithm=SHA-256, \
        nonce=\"n\"\r\n";
    let system = Fake::start(move |call: &Call| match call.header("authorization") {
        none if none.is_empty() => (401, challenge, String::new()),
        _ => told(200),
    })
    .await;
    let way = auth(&json!({ "type": "digest", "user": "u" }));
    let account = Account::new(&system.url(""), way, &[("password", "p4ssword")]);
    for _ in 0..5 {
        assert_eq!(account.get("/a").await.0, 200);
    }
    let calls = system.calls("/a");
    assert_eq!(calls.len(), 6);
    let last = calls[5].header("authorization");
    assert!(last.contains("nc=00000005") && last.contains("algorithm=SHA-256"), "{last}");
    let response = last.split("response=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(!account.tells(response) && !account.tells("p4ssword"));
}

#[tokio::test]
async fn cookies_are_kept_on_the_way_too() {
    let system = Fake::start(|call: &Call| match call.path.as_str() {
        "/in" => (302, "Location: /home\r\nSet-Cookie: sid=c00kie; Path=/\r\n", String::new()),
        _ if call.header("cookie") == "sid=c00kie" => told(200),
        _ => told(401),
    })
    .await;
    let spec = ConnectionSpec { cookies: true, ..ConnectionSpec::new("web", system.url("")) };
    let account = Account::of(&spec, &[]);
    assert_eq!(account.get("/home").await.0, 401);
    assert_eq!(account.get("/in").await.0, 200);
    assert_eq!(account.get("/home").await.0, 200);
    assert!(!account.tells("c00kie"));
    // They belong to this host, and the connection calls no other.
    let other = system.url("/home").replace("127.0.0.1", "localhost");
    let error = account.send(account.request(Method::GET, &other)).await.err().unwrap();
    assert!(error.message().contains("not a host of the connection"), "{error}");
}
