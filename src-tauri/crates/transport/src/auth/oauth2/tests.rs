//! Waiting for another device, by a clock that jumps.

use std::sync::Mutex;
use std::time::Duration;

use futures::future::BoxFuture;
use http::HeaderMap;
use serde_json::json;
use vault::Vault;

use super::*;
use crate::auth::renew::asking;
use crate::auth::secrets::Secrets;
use crate::auth::way::Told;
use crate::clock::Clock;
use crate::outgoing::Outgoing;
use crate::request::Body;
use crate::spec::{AuthSpec, ConnectionSpec};

/// Answers calls from a list, the last first, and keeps when they came and what they said.
struct Script {
    answers: Mutex<Vec<(u16, serde_json::Value)>>,
    clock: Clock,
    came: Mutex<Vec<(Duration, String)>>,
    began: Instant,
}

impl Way for Script {
    fn call(
        &self,
        out: Outgoing,
        _secrets: Vec<Secret>,
    ) -> BoxFuture<'_, Result<Told, TransportError>> {
        let Body::Bytes(form) = out.body else { panic!("a form is sent") };
        let form = String::from_utf8(form.to_vec()).unwrap();
        self.came.lock().unwrap().push((self.clock.now() - self.began, form));
        let (status, body) = self.answers.lock().unwrap().pop().unwrap();
        let body = body.to_string().into();
        Box::pin(async move { Ok(Told { status, headers: HeaderMap::new(), body }) })
    }

    fn clock(&self) -> Clock {
        self.clock.clone()
    }
}

#[tokio::test]
async fn a_device_is_asked_as_often_as_the_system_allows_and_until_it_says_no() {
    let refusal = |error: &str| (400, json!({ "error": error }));
    let details = json!({
        "device_code": "d-code",
        "user_code": "AB-CD",
        "verification_uri": "https://h/x",
        "expires_in": "900",
        "interval": 5,
    });
    let script = Arc::new(Script {
        answers: Mutex::new(vec![
            refusal("expired_token"),
            refusal("slow_down"),
            refusal("authorization_pending"),
            (200, details),
        ]),
        clock: Clock::jumping(),
        came: Mutex::default(),
        began: Instant::now(),
    });
    let oauth: OAuth2Spec = serde_json::from_value(json!({
        "grant": "device_code",
        "token_url": "https://h/token",
        "device_url": "https://h/device",
        "client_id": "tv",
        "client_auth": "none",
    }))
    .unwrap();
    let spec = ConnectionSpec {
        auth: AuthSpec::Oauth2(Box::new(oauth.clone())),
        ..ConnectionSpec::new("shop", "https://h")
    };
    let account = Account {
        spec: Arc::new(spec),
        vault: Arc::new(Vault::memory()),
        secrets: Arc::new(Secrets::default()),
    };
    let asking = asking(&account, &oauth, Arc::clone(&script) as Arc<dyn Way>, 0);
    let details = asking.device().await.unwrap();
    assert_eq!(details.user_code().secret(), "AB-CD");
    let Err(NoToken::Failed(error)) = asking.device_token(&details).await else {
        panic!("nobody said yes");
    };
    assert!(error.message().contains("expired_token. Nobody said yes in time"), "{error}");
    let came = script.came.lock().unwrap();
    let seconds: Vec<u64> = came.iter().map(|(at, _)| at.as_secs()).collect();
    // 5 s while it is pending, 5 s more from when it is to slow down on (RFC 8628 § 3.5).
    assert_eq!(seconds, [0, 0, 5, 15]);
    assert!(came[3].1.contains("device_code=d-code"), "{}", came[3].1);
}
