//! That a token has run out, told otherwise than by 401: then too it is renewed once, and the call
//! is sent once more.

use serde_json::json;
use std::sync::Arc;
use transport::spec::{ClientAuth, ConnectionSpec, ExpiredRule, Grant};
use vault::Vault;

use crate::fake::{Call, Fake, Told};
use crate::{Account, auth, now, oauth2};

/// Calls with the first token are answered as `refusal` says, all others with what they brought.
async fn check(rule: ExpiredRule, refusal: Told, n_tokens: usize) {
    let n_given = std::sync::atomic::AtomicUsize::new(0);
    let fake = Fake::start(move |call: &Call| match call.path.as_str() {
        "/token" => {
            let no = n_given.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            (200, "", json!({"access_token": format!("t{no}")}).to_string())
        }
        _ if call.token() == "t1" => refusal.clone(),
        _ => (200, "", json!({"got": call.body, "with": call.token()}).to_string()),
    })
    .await;
    let oauth = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Post);
    let spec = ConnectionSpec {
        auth: auth(oauth),
        expired: Some(rule),
        ..ConnectionSpec::new("shop", fake.url(""))
    };
    let account = Account::of(&spec, Arc::new(Vault::memory()), &[("client_secret", "s")]);
    let mut answer = account.get("/orders", now()).await.unwrap();
    let text = answer.text().await.unwrap();
    let expect = if n_tokens == 2 { "t2" } else { "{" };
    assert!(text.contains(expect), "{text}");
    assert_eq!(fake.calls("/token").len(), n_tokens);
    assert_eq!(fake.calls("/orders").len(), n_tokens);
}

fn rule(json: serde_json::Value) -> ExpiredRule {
    serde_json::from_value(json).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_a_header_and_a_path_in_the_body_tell_that_a_token_has_run_out() {
    let empty = || "{}".to_owned();
    check(ExpiredRule::default(), (401, "", empty()), 2).await;
    check(rule(json!({"statuses": [419]})), (419, "", empty()), 2).await;
    check(rule(json!({"statuses": [419]})), (401, "", empty()), 1).await;
    let header = json!({"header": "X-Auth", "header_contains": "expired"});
    check(rule(header.clone()), (403, "X-Auth: Token EXPIRED\r\n", empty()), 2).await;
    check(rule(header), (403, "X-Auth: no right\r\n", empty()), 1).await;
    let body = json!({"body_path": "error.code", "body_equals": "190"});
    let gone = json!({"error": {"code": 190}}).to_string();
    check(rule(body.clone()), (200, "", gone), 2).await;
    let other = json!({"error": {"code": 4}}).to_string();
    check(rule(body), (200, "", other), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_was_looked_into_is_still_whole() {
    let items: Vec<String> = (0..20_000).map(|no| format!("item {no}")).collect();
    let data = json!({ "items": items }).to_string();
    let body = data.clone();
    let fake = Fake::start(move |call: &Call| match call.path.as_str() {
        "/token" => (200, "", json!({"access_token": "t1"}).to_string()),
        _ => (200, "", data.clone()),
    })
    .await;
    let oauth = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Post);
    let spec = ConnectionSpec {
        auth: auth(oauth),
        expired: Some(rule(json!({"body_path": "error"}))),
        ..ConnectionSpec::new("shop", fake.url(""))
    };
    let account = Account::of(&spec, Arc::new(Vault::memory()), &[("client_secret", "s")]);
    let mut answer = account.get("/orders", now()).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), body);
    assert!(body.len() > 64 * 1024);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_sent_once_more_and_not_for_ever() {
    let fake = Fake::start(|call: &Call| match call.path.as_str() {
        "/token" => (200, "", json!({"access_token": "t"}).to_string()),
        _ => (401, "", r#"{"error":"no"}"#.to_owned()),
    })
    .await;
    let oauth = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Post);
    let account = Account::new(&fake.url(""), auth(oauth), &[("client_secret", "s")]);
    let mut answer = account.get("/orders", now()).await.unwrap();
    assert_eq!((answer.status, answer.text().await.unwrap().as_str()), (401, r#"{"error":"no"}"#));
    assert_eq!((fake.calls("/orders").len(), fake.calls("/token").len()), (2, 2));
}
