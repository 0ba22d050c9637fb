//! Renewing: once for all calls that wait, in time, with a rotated refresh token, and after a call
//! was refused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::join_all;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use transport::spec::{ClientAuth, Grant};
use transport::{Body, Method, Request, Secret};
use vault::{SecretKey, Vault};

use crate::browser::Browser;
use crate::fake::{Call, Fake, Told};
use crate::grants::{code, sign_in};
use crate::provider::Provider;
use crate::{Account, auth, now, oauth2, words};

const CALLS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_with_a_token_that_has_run_out_make_one_refresh() {
    let Some(provider) = Provider::start(60) else { return };
    let account = signed_in(&provider).await;
    let before = account.kept();
    let n_before = account.n_calls("/token");
    // A minute on, by our clock: four fifths of the token's time are over, and the fifth too.
    let later = now() + 61_000;
    let answers = join_all((0..CALLS).map(|_| account.get("/api/orders", later))).await;
    assert_eq!(n_ok(answers), CALLS);
    assert_eq!(account.n_calls("/token") - n_before, 1, "refreshes");
    assert_eq!(account.n_calls("/api/orders"), CALLS, "no call was refused");
    let after = account.kept();
    assert_ne!(before["refresh_token"], after["refresh_token"], "the provider rotates");
    assert_ne!(before["access_token"], after["access_token"]);
    println!("{CALLS} calls with a token that had run out: 1 refresh, 0 refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_with_a_revoked_token_make_one_refresh_and_are_each_sent_once_more() {
    let Some(provider) = Provider::start(60) else { return };
    let account = signed_in(&provider).await;
    // What the provider has never given out is as good as revoked; revoking would end the grant.
    let mut tokens = account.kept();
    tokens["access_token"] = json!("revoked");
    let key = SecretKey::new(account.connection.spec.owner(), "tokens");
    account.vault.set(&key, Secret::new(tokens.to_string())).unwrap();
    let account = again(&account);
    let answers = join_all((0..CALLS).map(|_| account.get("/api/orders", now()))).await;
    assert_eq!(n_ok(answers), CALLS);
    assert_eq!(account.n_calls("/token"), 1, "refreshes");
    let seen = seen(&provider, &account).await;
    let seen: Vec<bool> = seen
        .iter()
        .filter(|call| call["path"] == "/api/orders")
        .map(|call| call["ok"] == true)
        .collect();
    let n_refused = seen.iter().filter(|ok| !**ok).count();
    assert_eq!(seen.len() - n_refused, CALLS, "the provider let each of them in once");
    assert!((1..=CALLS).contains(&n_refused), "{n_refused}");
    println!("{CALLS} calls with a revoked token: 1 refresh, {n_refused} refused and sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_in_the_middle_of_a_run_costs_one_refresh_and_one_call() {
    let n_calls = AtomicUsize::new(0);
    let rotate = one_time();
    let fake = Fake::start(move |call: &Call| match (call.path.as_str(), call.token().as_str()) {
        ("/orders", "t1") if n_calls.fetch_add(1, Ordering::Relaxed) >= 5 => {
            (401, "", "{}".to_owned())
        }
        _ => rotate(call),
    })
    .await;
    let account = rotating(&fake, &kept("t1", "r1", now(), now() + 3_600_000));
    for no in 0..10 {
        assert_eq!(account.get("/orders", now()).await.unwrap().status, 200, "call {no}");
    }
    assert_eq!((fake.calls("/token").len(), fake.calls("/orders").len()), (1, 11));
    assert_eq!(account.kept()["refresh_token"], "r2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_taken_back_asks_the_user_again() {
    let Some(provider) = Provider::start(60) else { return };
    let account = signed_in(&provider).await;
    let kept = account.kept();
    let refresh = kept["refresh_token"].as_str().unwrap();
    revoke(&provider, refresh).await;
    let said = words(account.get("/api/orders", now() + 61_000).await, &[refresh]);
    assert!(said.contains("holds no longer: invalid_grant"), "{said}");
    assert!(said.ends_with("Open it under Connections and sign in again."), "{said}");

    transport::sign_out(&account.connection.spec, &account.vault).unwrap();
    let account = again(&account);
    let said = words(account.get("/api/orders", now()).await, &[]);
    assert!(said.starts_with("Nobody has signed in"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_at_four_fifths_of_its_time() {
    let fake = Fake::start(numbered()).await;
    let spec = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Basic);
    let account = Account::new(&fake.url(""), auth(spec), &[("client_secret", "s")]);
    let began = 1_700_000_000_000;
    // What was got at `began` runs out 60 s later; a moment is added for the token call itself.
    for (at, expect) in
        [(0, "t1"), (40_000, "t1"), (47_900, "t1"), (55_000, "t2"), (90_000, "t2"), (110_000, "t3")]
    {
        account.get("/x", began + at).await.unwrap();
        assert_eq!(fake.calls("/x").last().unwrap().token(), expect, "after {at} ms");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_fails_is_let_be_as_long_as_the_token_holds() {
    let n_calls = AtomicUsize::new(0);
    let fake = Fake::start(move |call: &Call| match call.path.as_str() {
        "/token" if n_calls.fetch_add(1, Ordering::Relaxed) > 0 => {
            (503, "", json!({"error": "temporarily_unavailable"}).to_string())
        }
        "/token" => (200, "", token("t1", None)),
        _ => (200, "", "{}".to_owned()),
    })
    .await;
    let spec = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Basic);
    let account = Account::new(&fake.url(""), auth(spec), &[("client_secret", "s")]);
    let began = 1_700_000_000_000;
    for at in [0, 50_000, 50_500, 51_000] {
        assert_eq!(account.get("/x", began + at).await.unwrap().status, 200, "after {at} ms");
    }
    assert_eq!(fake.calls("/token").len(), 2, "it is asked again only after a while");
    let error = account.get("/x", began + 70_000).await.err().unwrap();
    assert!(error.is_transient(), "{error}");
    assert_eq!(error.class(), flow::run::ErrorClass::Server);
    assert!(error.to_string().contains("gives out no tokens just now"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_stopped_does_not_stop_the_refresh_that_it_began() {
    let (began, answered) = (Arc::new(tokio::sync::Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (began_there, answered_there) = (Arc::clone(&began), Arc::clone(&answered));
    let fake = Fake::start(move |call: &Call| match call.path.as_str() {
        "/token" => {
            began_there.notify_one();
            std::thread::sleep(std::time::Duration::from_millis(100));
            answered_there.fetch_add(1, Ordering::SeqCst);
            (200, "", token("t2", Some("r2")))
        }
        _ => (200, "", "{}".to_owned()),
    })
    .await;
    let account = rotating(&fake, &kept("t1", "r1", 0, 1));
    let cancel = CancellationToken::new();
    let mut request = Request::new(Method::GET, "/x");
    request.connection = Some(Arc::clone(&account.connection));
    request.at = now();
    let stop = async {
        began.notified().await;
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(account.transport.send(request, &cancel), stop);
    assert!(ended.err().unwrap().is_cancelled());
    assert_eq!(answered.load(Ordering::SeqCst), 0, "it was stopped while the system still thought");
    let mut answer = account.get("/x", now()).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "{}");
    assert_eq!(fake.calls("/token").len(), 1, "the second call took what the first had begun");
    assert_eq!(fake.calls("/x")[0].token(), "t2");
    assert_eq!(account.kept()["refresh_token"], "r2");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_has_renewed_is_taken_from_the_vault() {
    let fake = Fake::start(one_time()).await;
    let one = rotating(&fake, &kept("t1", "r1", 0, 1));
    one.get("/x", now()).await.unwrap();
    assert_eq!(one.kept()["refresh_token"], "r2");

    // A second process that began earlier and holds nothing: the vault has a fresh token.
    let other = again(&one);
    other.get("/x", now()).await.unwrap();
    assert_eq!(fake.calls("/token").len(), 1);

    // One that holds a token which the other process renewed meanwhile.
    let later = now() + 3_601_000;
    one.get("/x", later).await.unwrap();
    other.get("/x", later).await.unwrap();
    assert_eq!(fake.calls("/token").len(), 2, "the second took what the first had got");
    assert_eq!(fake.calls("/x").last().unwrap().token(), "t3");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_at_once_do_not_lose_the_sign_in() {
    // The system tells the second that its refresh token was used a moment ago.
    let fake = Fake::start(one_time()).await;
    let one = rotating(&fake, &kept("t1", "r1", 0, 1));
    let accounts: Vec<Account> = (0..8).map(|_| again(&one)).collect();
    let answers = join_all(accounts.iter().map(|account| account.get("/x", now()))).await;
    let errors: Vec<String> =
        answers.iter().filter_map(|answer| Some(answer.as_ref().err()?.to_string())).collect();
    println!("8 processes at once with one refresh token: {} went on", n_ok(answers));
    assert!(errors.is_empty(), "{errors:?}");
}

/// A token URL that takes each refresh token once: `r1` gives `r2` and so on.
pub(crate) fn one_time() -> impl Fn(&Call) -> Told + Send + Sync {
    let n_used = Mutex::new(1);
    move |call: &Call| {
        if call.path != "/token" {
            return (200, "", "{}".to_owned());
        }
        let mut n_used = n_used.lock().unwrap();
        if call.field("refresh_token") != Some(format!("r{n_used}")) {
            return (400, "", json!({"error": "invalid_grant"}).to_string());
        }
        *n_used += 1;
        (200, "", token(&format!("t{n_used}"), Some(&format!("r{n_used}"))))
    }
}

fn numbered() -> impl Fn(&Call) -> Told + Send + Sync {
    let n_given = AtomicUsize::new(0);
    move |call: &Call| match call.path.as_str() {
        "/token" => {
            let no = n_given.fetch_add(1, Ordering::Relaxed) + 1;
            (200, "", token(&format!("t{no}"), None))
        }
        _ => (200, "", "{}".to_owned()),
    }
}

fn token(access: &str, refresh: Option<&str>) -> String {
    let seconds = if refresh.is_some() { 3600 } else { 60 };
    json!({"access_token": access, "expires_in": seconds, "refresh_token": refresh}).to_string()
}

/// Tokens as the vault keeps them.
pub(crate) fn kept(access: &str, refresh: &str, obtained_at: i64, expires_at: i64) -> String {
    json!({
        "access_token": access,
        "refresh_token": refresh,
        "obtained_at": obtained_at,
        "expires_at": expires_at,
    })
    .to_string()
}

/// An account of a public app that was signed in before.
fn rotating(fake: &Fake, tokens: &str) -> Account {
    let spec = oauth2(Grant::AuthorizationCode, &fake.url("/token"), "desktop", ClientAuth::None);
    Account::new(&fake.url(""), auth(spec), &[("tokens", tokens)])
}

/// The same account in another process: only the vault is shared.
fn again(account: &Account) -> Account {
    Account::of(&account.connection.spec, Arc::clone(&account.vault), &[])
}

async fn signed_in(provider: &Provider) -> Account {
    let spec = code(provider, "desktop", ClientAuth::None);
    let account = Account::new(&provider.url(""), auth(spec), &[]);
    sign_in(&account, &mut Browser::default()).await.0.unwrap();
    account
}

async fn revoke(provider: &Provider, token: &str) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", "desktop"), ("token", token)])
        .finish();
    let request = Request::new(Method::POST, provider.url("/token/revocation"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::Bytes(form.into()));
    let account = transport::Transport::default();
    let answer = account.send(request, &CancellationToken::new()).await.unwrap();
    assert_eq!(answer.status, 200);
}

/// What the provider saw at its resource.
async fn seen(provider: &Provider, account: &Account) -> Vec<Value> {
    let request = Request::new(Method::GET, provider.url("/api/_seen"));
    let mut answer = account.transport.send(request, &CancellationToken::new()).await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

fn n_ok(answers: Vec<Result<transport::Response, transport::TransportError>>) -> usize {
    answers.into_iter().filter(|answer| answer.as_ref().is_ok_and(|a| a.status == 200)).count()
}

/// Kept for tests that look into the vault themselves.
pub(crate) fn tokens_in(vault: &Vault, owner: &str) -> Option<Value> {
    let kept: Option<Secret> = vault.get(&SecretKey::new(owner, "tokens")).unwrap();
    kept.map(|kept| serde_json::from_str(kept.reveal()).unwrap())
}
