//! Signing in where calls are recorded, replayed or held back: a cassette is handed over without
//! credentials, and a dry run still has to be let in to read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio_util::sync::CancellationToken;
use transport::cassette::About;
use transport::spec::{ClientAuth, Grant};
use transport::{
    Conduct, Method, Mode, Note, Personal, Player, Recorder, Request, Response, Strictness,
    TransportError,
};

use crate::fake::{Call, Fake};
use crate::{Account, auth, now, oauth2};

/// Gives out tokens that hold until they are refused at the third call.
async fn fake() -> Fake {
    let (n_tokens, n_calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Fake::start(move |call: &Call| match call.path.as_str() {
        "/token" => {
            let no = n_tokens.fetch_add(1, Ordering::Relaxed) + 1;
            (200, "", json!({"access_token": format!("canary-access-{no}")}).to_string())
        }
        _ if n_calls.fetch_add(1, Ordering::Relaxed) == 2 => (401, "", "{}".to_owned()),
        path => (200, "", json!({"path": path, "echo": call.token()}).to_string()),
    })
    .await
}

async fn send(
    account: &Account,
    method: Method,
    step: &str,
    conduct: &Arc<Conduct>,
) -> Result<Response, TransportError> {
    let mut request = Request::new(method, "/orders");
    request.connection = Some(Arc::clone(&account.connection));
    request.conduct = Arc::clone(conduct);
    request.step = Some(step.to_owned());
    request.at = now();
    account.transport.send(request, &CancellationToken::new()).await
}

fn by(mode: Mode) -> Arc<Conduct> {
    Arc::new(Conduct { clock: mode.clock(), mode, ..Conduct::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_is_replayed_without_credentials_and_holds_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = transport::cassette::file_in(folder.path(), "calls");
    let recorder = Recorder::create(&path, About::default(), Personal::Kept).unwrap();
    let fake = fake().await;
    let oauth = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Basic);
    let secrets = [("client_secret", "canary-client-secret")];
    let account = Account::new(&fake.url(""), auth(oauth), &secrets);
    let record = by(Mode::Record(Arc::clone(&recorder)));
    for no in 0..5 {
        let mut answer = send(&account, Method::GET, &format!("n/{no}"), &record).await.unwrap();
        assert_eq!(answer.status, 200, "call {no}");
        drop(answer.bytes().await.unwrap());
    }
    assert_eq!((fake.calls("/token").len(), fake.calls("/orders").len()), (2, 6));
    assert_eq!(recorder.finish().unwrap().n_calls, 8);
    drop(fake);

    let cassette = std::fs::read_to_string(&path).unwrap();
    assert!(!cassette.contains("canary"), "{cassette}");

    // Nothing is in this vault, and nobody listens any more.
    let bare =
        Account::new(&account.connection.spec.base_url, account.connection.spec.auth.clone(), &[]);
    let player = Player::open(&path, Strictness::Strict).unwrap();
    let replay = by(Mode::Replay(Arc::clone(&player)));
    for no in 0..5 {
        let mut answer = send(&bare, Method::GET, &format!("n/{no}"), &replay).await.unwrap();
        assert_eq!(answer.status, 200, "call {no}");
        assert!(answer.text().await.unwrap().contains("/orders"));
    }
    let report = player.report();
    // The first token: nobody has to be let in. That one was refused was met as it was.
    assert_eq!(report.unused.len(), 1, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_let_in_to_read_and_holds_back_what_writes() {
    let fake = fake().await;
    let oauth = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Basic);
    let account = Account::new(&fake.url(""), auth(oauth), &[("client_secret", "s")]);
    let held: Arc<std::sync::Mutex<Vec<Note>>> = Arc::default();
    let told = Arc::clone(&held);
    let conduct = Arc::new(Conduct {
        mode: Mode::DryRun,
        tell: Some(Arc::new(move |note| told.lock().unwrap().push(note))),
        ..Conduct::default()
    });
    assert_eq!(send(&account, Method::GET, "n/0", &conduct).await.unwrap().status, 200);
    assert_eq!(send(&account, Method::POST, "n/1", &conduct).await.unwrap().status, 204);
    assert_eq!((fake.calls("/token").len(), fake.calls("/orders").len()), (1, 1));
    let held = held.lock().unwrap();
    assert!(
        matches!(held.as_slice(), [Note::WouldSend(call)] if call.method == "POST"),
        "{held:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_call_does_not_count_as_the_steps_own() {
    let fake = fake().await;
    let oauth = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", ClientAuth::Basic);
    let account = Account::new(&fake.url(""), auth(oauth), &[("client_secret", "s")]);
    let conduct = by(Mode::Live);
    assert_eq!(send(&account, Method::GET, "n/0", &conduct).await.unwrap().status, 200);
    assert_eq!(fake.calls("/token").len(), 1);
    assert!(!conduct.has_left.load(Ordering::Relaxed), "only the token call was a POST");
}
