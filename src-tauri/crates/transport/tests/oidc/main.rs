//! Signing in with OAuth 2.0 against a certified OpenID provider, and against a small system of our
//! own for what the provider has no case of. The provider is test data beside the checkout; where
//! it or Node.js is not there, these tests say so and pass.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod browser;
mod expired;
mod fake;
mod grants;
mod kill;
mod offline;
mod provider;
mod renewal;

use std::sync::{Arc, Mutex};

use flow::run::{Exchange, Timestamp};
use tokio_util::sync::CancellationToken;
use transport::spec::{AuthSpec, ClientAuth, ConnectionSpec, Grant, OAuth2Spec};
use transport::{
    Connection, Method, Observe, Request, Response, Secret, Transport, TransportError,
};
use vault::{SecretKey, Vault};

/// One connection at work, with all that is told of its calls.
struct Account {
    transport: Transport,
    connection: Arc<Connection>,
    vault: Arc<Vault>,
    told: Arc<Mutex<Vec<Exchange>>>,
}

impl Account {
    fn new(base_url: &str, auth: AuthSpec, secrets: &[(&str, &str)]) -> Self {
        let spec = ConnectionSpec { auth, ..ConnectionSpec::new("shop", base_url) };
        Self::of(&spec, Arc::new(Vault::memory()), secrets)
    }

    fn of(spec: &ConnectionSpec, vault: Arc<Vault>, secrets: &[(&str, &str)]) -> Self {
        for (slot, value) in secrets {
            vault.set(&SecretKey::new(spec.owner(), *slot), Secret::new(*value)).unwrap();
        }
        let transport = Transport::default();
        let connection = transport.connection(spec, &vault);
        Self { transport, connection, vault, told: Arc::default() }
    }

    fn observe(&self) -> Observe {
        let told = Arc::clone(&self.told);
        Arc::new(move |exchange| told.lock().unwrap().push(exchange))
    }

    /// Calls a path at this time.
    async fn get(&self, path: &str, at: Timestamp) -> Result<Response, TransportError> {
        let mut request = Request::new(Method::GET, path);
        request.connection = Some(Arc::clone(&self.connection));
        request.observe = Some(self.observe());
        request.at = at;
        self.transport.send(request, &CancellationToken::new()).await
    }

    /// Calls the provider's own resource, and returns what it says of the token.
    async fn me(&self) -> serde_json::Value {
        let mut answer = self.get("/api/me", now()).await.unwrap();
        assert_eq!(answer.status, 200);
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    fn kept(&self) -> serde_json::Value {
        let key = SecretKey::new(self.connection.spec.owner(), "tokens");
        let kept = self.vault.get(&key).unwrap().unwrap();
        serde_json::from_str(kept.reveal()).unwrap()
    }

    /// How many calls went to a path that ends so.
    fn n_calls(&self, path: &str) -> usize {
        let told = self.told.lock().unwrap();
        told.iter().filter(|told| told.url.split('?').next().unwrap().ends_with(path)).count()
    }

    /// Whether a text stands in anything that was told.
    fn tells(&self, text: &str) -> bool {
        let told = self.told.lock().unwrap();
        assert!(!told.is_empty(), "nothing was told");
        serde_json::to_string(&*told).unwrap().contains(text)
    }
}

#[expect(clippy::disallowed_methods, reason = "the provider goes by the computer's clock")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_millis().try_into().unwrap()
}

fn oauth2(grant: Grant, token_url: &str, client_id: &str, client_auth: ClientAuth) -> OAuth2Spec {
    serde_json::from_value(serde_json::json!({
        "grant": grant,
        "token_url": token_url,
        "client_id": client_id,
        "client_auth": client_auth,
    }))
    .unwrap()
}

fn auth(spec: OAuth2Spec) -> AuthSpec {
    AuthSpec::Oauth2(Box::new(spec))
}

/// The words of an error, checked to be of the sign-in and to hold no secret.
fn words<T>(result: Result<T, TransportError>, secrets: &[&str]) -> String {
    let Err(error) = result else { panic!("it was let in") };
    assert_eq!(error.class(), flow::run::ErrorClass::Auth, "{error}");
    let words = format!("{error} {} {error:?}", error.advice());
    for secret in secrets {
        assert!(!words.contains(secret), "{words}");
    }
    error.message()
}
