//! What is left of a sign-in when the process is killed while it renews. The test starts itself
//! again as the process that is killed; it plays the system too, so that it knows the moment.

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use transport::Secret;
use transport::spec::{ClientAuth, ConnectionSpec, Grant};
use vault::{KeeperKind, Vault, VaultOptions};

use crate::fake::{Call, Fake, Told};
use crate::renewal::{kept, tokens_in};
use crate::{Account, auth, now, oauth2};

/// Where the child finds its vault, and the system.
const FOLDER: &str = "GANTRY_TEST_KILL_FOLDER";
const PORT: &str = "GANTRY_TEST_KILL_PORT";

/// When the process is killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    /// The refresh token has arrived at the system, which has not answered.
    BeforeTheAnswer,
    /// So long after the system has answered with new ones.
    AfterTheAnswer(Duration),
    /// The new access token is used for the first time.
    AtTheFirstUse,
}

/// The child: one call with a token that has run out.
#[tokio::test]
async fn child_makes_one_call() {
    let (Some(folder), Ok(port)) = (std::env::var_os(FOLDER), std::env::var(PORT)) else {
        return;
    };
    let account = Account::of(&spec(&port), Arc::new(open(folder.as_ref())), &[]);
    let _ = account.get("/x", now()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_kept_before_the_old_one_is_forgotten_also_under_a_kill() {
    for _ in 0..3 {
        let left = killed(Moment::BeforeTheAnswer).await;
        assert_eq!((left.kept.as_str(), left.n_given), ("r1", 1), "the old one, not used up");
        let left = killed(Moment::AtTheFirstUse).await;
        assert_eq!((left.kept.as_str(), left.n_given), ("r2", 2), "the new one, before its use");
    }
    // Between the answer and the disk nobody can do anything: the system has forgotten the old
    // one, and the new one was never kept. What must hold is that one of them is there, whole.
    let (mut n_old, mut n_new) = (0, 0);
    for step in 0..16 {
        let left = killed(Moment::AfterTheAnswer(Duration::from_millis(2 * step))).await;
        match left.kept.as_str() {
            "r1" => n_old += 1,
            "r2" => n_new += 1,
            other => panic!("{other}"),
        }
    }
    assert!(n_new > 0, "one of them was late enough");
    println!(
        "killed before the answer: 3 of 3 keep the old token; at the first use: 3 of 3 have the \
         new one; 0 to 30 ms after the answer: {n_new} have the new one, {n_old} the old one"
    );
}

/// What is left after a kill.
struct Left {
    /// The refresh token in the vault.
    kept: String,
    /// The last one that the system gave out.
    n_given: usize,
}

async fn killed(moment: Moment) -> Left {
    let folder = tempfile::tempdir().unwrap();
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    let n_given = Arc::new(Mutex::new(1));
    let (to_kill, given) = (Arc::clone(&child), Arc::clone(&n_given));
    let kill = move || {
        let mut child = to_kill.lock().unwrap().take().unwrap();
        // SIGKILL: nothing of it runs any more.
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let fake = Fake::start(move |call: &Call| -> Told {
        match (call.path.as_str(), moment) {
            ("/token", Moment::BeforeTheAnswer) => kill(),
            ("/token", _) => {
                *given.lock().unwrap() = 2;
                let body = json!({"access_token": "t2", "expires_in": 60, "refresh_token": "r2"});
                if let Moment::AfterTheAnswer(pause) = moment {
                    let kill = kill.clone();
                    std::thread::spawn(move || {
                        std::thread::sleep(pause);
                        kill();
                    });
                }
                return (200, "", body.to_string());
            }
            (_, Moment::AtTheFirstUse) => kill(),
            _ => {}
        }
        (200, "", "{}".to_owned())
    })
    .await;
    let spec = spec(&fake.port.to_string());
    let secrets = [("tokens", kept("t1", "r1", 0, 1))];
    let secrets: Vec<(&str, &str)> = secrets.iter().map(|(slot, v)| (*slot, v.as_str())).collect();
    drop(Account::of(&spec, Arc::new(open(folder.path())), &secrets));
    {
        // Held until the child is there to be killed.
        let mut child = child.lock().unwrap();
        *child = Some(start(folder.path(), fake.port));
    }
    for _ in 0..1000 {
        if child.lock().unwrap().is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(child.lock().unwrap().is_none(), "it was killed at {moment:?}");
    // The lock of the killed process is gone with it, and the file is whole.
    tokio::time::sleep(Duration::from_millis(30)).await;
    let kept = tokens_in(&open(folder.path()), &spec.owner()).unwrap();
    let n_given = *n_given.lock().unwrap();
    Left { kept: kept["refresh_token"].as_str().unwrap().to_owned(), n_given }
}

#[expect(clippy::disallowed_methods, reason = "the process that is killed is this test again")]
fn start(folder: &std::path::Path, port: u16) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child_makes_one_call"])
        .env(FOLDER, folder)
        .env(PORT, port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn open(folder: &std::path::Path) -> Vault {
    Vault::open(VaultOptions {
        keeper: Some(KeeperKind::File),
        passphrase: Some(Secret::new("correct horse")),
        work: 2,
        ..VaultOptions::new(folder)
    })
}

fn spec(port: &str) -> ConnectionSpec {
    let base = format!("http://127.0.0.1:{port}");
    let token_url = format!("{base}/token");
    let oauth = oauth2(Grant::AuthorizationCode, &token_url, "desktop", ClientAuth::None);
    ConnectionSpec { auth: auth(oauth), ..ConnectionSpec::new("shop", base) }
}
