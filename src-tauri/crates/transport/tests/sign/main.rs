//! The ways to sign in that ask nobody for a token, through all layers: against a small system of
//! our own, and against real ones where they run. Those are test data beside the checkout
//! (`../shared/servers`), to be started by hand; a test whose system does not answer at its port
//! says so and passes.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

#[allow(dead_code, reason = "it is shared with the tests of OAuth 2.0, which ask for more")]
#[path = "../oidc/fake.rs"]
mod fake;
mod modes;
mod own;
mod real;

use std::sync::{Arc, Mutex};

use flow::run::{Exchange, Timestamp};
use tokio_util::sync::CancellationToken;
use transport::spec::{AuthSpec, ConnectionSpec};
use transport::{
    Body, Connection, Method, Observe, Request, Response, Secret, Transport, TransportError,
};
use vault::{SecretKey, Vault};

/// One connection at work, with all that is told of its calls.
struct Account {
    transport: Transport,
    connection: Arc<Connection>,
    told: Arc<Mutex<Vec<Exchange>>>,
}

impl Account {
    fn new(base_url: &str, auth: AuthSpec, secrets: &[(&str, &str)]) -> Self {
        Self::of(&ConnectionSpec { auth, ..ConnectionSpec::new("shop", base_url) }, secrets)
    }

    fn of(spec: &ConnectionSpec, secrets: &[(&str, &str)]) -> Self {
        let vault = Arc::new(Vault::memory());
        for (slot, value) in secrets {
            vault.set(&SecretKey::new(spec.owner(), *slot), Secret::new(*value)).unwrap();
        }
        let transport = Transport::default();
        let connection = transport.connection(spec, &vault);
        Self { transport, connection, told: Arc::default() }
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let told = Arc::clone(&self.told);
        let observe: Observe = Arc::new(move |exchange| told.lock().unwrap().push(exchange));
        let mut request = Request::new(method, path);
        request.connection = Some(Arc::clone(&self.connection));
        request.observe = Some(observe);
        request.at = now();
        request
    }

    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.transport.send(request, &CancellationToken::new()).await
    }

    /// The status and the body of the answer.
    async fn call(&self, method: Method, path: &str, body: Body) -> (u16, String) {
        let mut answer = self.send(self.request(method, path).body(body)).await.unwrap();
        (answer.status, answer.text().await.unwrap())
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.call(Method::GET, path, Body::Empty).await
    }

    async fn post(&self, path: &str, body: &str) -> (u16, String) {
        self.call(Method::POST, path, Body::Bytes(body.to_owned().into())).await
    }

    /// Whether a text stands in anything that was told.
    fn tells(&self, text: &str) -> bool {
        let told = self.told.lock().unwrap();
        assert!(!told.is_empty(), "nothing was told");
        serde_json::to_string(&*told).unwrap().contains(text)
    }
}

#[expect(clippy::disallowed_methods, reason = "systems go by the computer's clock")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_millis().try_into().unwrap()
}

fn auth(text: &serde_json::Value) -> AuthSpec {
    serde_json::from_value(text.clone()).unwrap()
}
