//! What is recorded of calls that are let in, and that a cassette replays without credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use transport::spec::{ConnectionSpec, CsrfSpec};
use transport::{Body, Conduct, Method, Mode, Personal, Player, Recorder, Strictness};

use crate::fake::{Call, Fake};
use crate::{Account, auth};

const CANARY: &str = "c4n4ry-Key-9";

const ENVELOPE: &str = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
    1</e:Body></e:Envelope>";

fn ways() -> Vec<(Value, Vec<&'static str>)> {
    let aws = |place: &str| {
        json!({ "type": "sigv4", "access_key_id": "AK", "region": "r", "service": "es",
                "place": place })
    };
    vec![
        (json!({ "type": "api_key", "name": "X-Key" }), vec!["key"]),
        (json!({ "type": "api_key", "place": "query", "name": "k" }), vec!["key"]),
        (json!({ "type": "api_key", "place": "cookie", "name": "k" }), vec!["key"]),
        (json!({ "type": "headers", "names": ["X-App"] }), vec!["X-App"]),
        (json!({ "type": "basic", "user": "anna" }), vec!["password"]),
        (json!({ "type": "bearer" }), vec!["token"]),
        (json!({ "type": "digest", "user": "anna" }), vec!["password"]),
        (json!({ "type": "oauth1", "consumer_key": "ck" }), vec!["consumer_secret"]),
        (aws("header"), vec!["secret_access_key", "session_token"]),
        (aws("query"), vec!["secret_access_key", "session_token"]),
        (json!({ "type": "ws_security", "user": "anna", "password": "text" }), vec!["password"]),
        (json!({ "type": "ws_security", "user": "anna" }), vec!["password"]),
        (
            json!({ "type": "session", "user": "anna", "header": "X-Session",
                    "login": { "path": "/login", "body": "{\"p\":{password}}" },
                    "token": { "type": "path", "path": "token" } }),
            vec!["password"],
        ),
    ]
}

/// A system that lets everybody in, once they have done what they are asked to.
async fn system(is_digest: bool) -> Fake {
    let was_refused = AtomicBool::new(false);
    Fake::start(move |call: &Call| {
        let is_fetch = call.header("x-csrf-token") == "Fetch";
        match call.path.split('?').next().unwrap() {
            "/login" => {
                let token = json!({ "token": "c4n4ry-Token-9" }).to_string();
                (200, "Set-Cookie: sid=c4n4ry-Cookie-9; Path=/\r\n", token)
            }
            "/csrf" if is_fetch && !(is_digest && call.header("authorization").is_empty()) => {
                (200, "X-CSRF-Token: c4n4ry-Csrf-9\r\n", String::new())
            }
            // Whoever comes without anything is asked to answer; and a session runs out once.
            _ if call.header("authorization").is_empty() && call.body.is_empty()
                || call.header("x-session").contains("Token")
                    && !was_refused.swap(true, Ordering::SeqCst) =>
            {
                let line = "WWW-Authenticate: Digest realm=\"r\", qop=\"auth\", nonce=\"n\"\r\n";
                (401, line, json!({ "refused": call.path.len() > 1 }).to_string())
            }
            _ => (200, "", json!({ "ok": true }).to_string()),
        }
    })
    .await
}

async fn run(account: &Account, mode: &Mode) -> Vec<(u16, String)> {
    let conduct =
        Arc::new(Conduct { clock: mode.clock(), mode: mode.clone(), ..Conduct::default() });
    let mut answers = Vec::new();
    for (step, method, body) in [
        ("n/0", Method::GET, Body::Empty),
        ("n/1", Method::POST, Body::Bytes(ENVELOPE.into())),
        ("n/2", Method::POST, Body::Bytes(ENVELOPE.into())),
    ] {
        let mut request = account.request(method, "/a?b=c").body(body);
        request.step = Some(step.to_owned());
        request.conduct = Arc::clone(&conduct);
        let mut answer = account.send(request).await.unwrap();
        answers.push((answer.status, answer.text().await.unwrap()));
    }
    answers
}

#[tokio::test]
async fn every_way_is_recorded_without_its_secrets_and_replayed_without_them() {
    for (way, slots) in ways() {
        for with_csrf in [false, true] {
            let csrf = CsrfSpec { path: "/csrf".to_owned(), header: "X-CSRF-Token".to_owned() };
            let system = system(way["type"] == "digest").await;
            let spec = ConnectionSpec {
                auth: auth(&way),
                csrf: with_csrf.then_some(csrf),
                ..ConnectionSpec::new("shop", system.url(""))
            };
            let folder = tempfile::tempdir().unwrap();
            let path = transport::cassette::file_in(folder.path(), "calls");
            let recorder =
                Recorder::create(&path, transport::cassette::About::default(), Personal::Kept)
                    .unwrap();
            let secrets: Vec<(&str, &str)> = slots.iter().map(|slot| (*slot, CANARY)).collect();
            let live =
                run(&Account::of(&spec, &secrets), &Mode::Record(Arc::clone(&recorder))).await;
            recorder.finish().unwrap();
            drop(system);

            let cassette = std::fs::read_to_string(&path).unwrap();
            assert!(!cassette.contains("c4n4ry"), "{way}: {cassette}");
            let player = Player::open(&path, Strictness::Strict).unwrap();
            let again = run(&Account::of(&spec, &[]), &Mode::Replay(player)).await;
            assert_eq!(live, again, "{way} {with_csrf}");
        }
    }
}
