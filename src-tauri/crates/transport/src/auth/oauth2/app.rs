//! An app at the token URL: the library's client, made as the connection says, and its calls sent
//! the way that all calls go. Not what is asked for.

use std::sync::atomic::{AtomicU16, Ordering};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::header;
use oauth2::basic::{BasicClient, BasicErrorResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, RedirectUrl,
    RequestTokenError, Scope, TokenUrl,
};
use serde_json::Value;
use url::{Url, form_urlencoded};
use vault::Secret;

use super::answer;
use super::{Asking, jwt};
use crate::error::{Kind, TransportError};
use crate::mask::Masks;
use crate::outgoing::Outgoing;
use crate::policy;
use crate::request::Body;
use crate::spec::{ClientAuth, Grant, JwtAlgorithm, JwtSpec, OAuth2Spec};

/// Why a token call brought no token.
pub(super) type Broken = RequestTokenError<TransportError, BasicErrorResponse>;

type Client =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An app at the token URL.
pub(super) struct App {
    pub(super) client: Client,
    asking: Asking,
    /// What the form carries besides what the library writes, in place of what it wrote.
    extra: Vec<(String, Secret)>,
    secrets: Vec<Secret>,
    host: String,
    status: AtomicU16,
}

impl App {
    /// Makes the app, with all that proves who it is.
    pub(super) async fn new(asking: &Asking) -> Result<Self, TransportError> {
        let oauth = &asking.oauth;
        let url = address("token URL", &oauth.token_url).map_err(|kind| asking.failed(kind))?;
        let host = policy::host_of(&url);
        let client = BasicClient::new(ClientId::new(oauth.client_id.clone()))
            .set_token_uri(TokenUrl::from_url(url));
        let mut app = Self {
            client: client.set_auth_type(AuthType::RequestBody),
            asking: asking.clone(),
            extra: Vec::new(),
            secrets: Vec::new(),
            host,
            status: AtomicU16::new(0),
        };
        for (name, value) in extra_of(oauth) {
            app = app.with(name, value);
        }
        match oauth.client_auth {
            ClientAuth::None => Ok(app),
            ClientAuth::Basic | ClientAuth::Post => {
                let secret = asking.secret("client_secret").await?;
                let mut app = app.hiding(&secret);
                if oauth.client_auth == ClientAuth::Basic {
                    app.client = app.client.set_auth_type(AuthType::BasicAuth);
                }
                let secret = ClientSecret::new(secret.reveal().to_owned());
                app.client = app.client.set_client_secret(secret);
                Ok(app)
            }
            ClientAuth::ClientSecretJwt => {
                let secret = asking.secret("client_secret").await?;
                let jwt = JwtSpec { algorithm: JwtAlgorithm::HS256, ..blank_jwt() };
                app.hiding(&secret).proved(&jwt, &secret)
            }
            ClientAuth::PrivateKeyJwt => {
                let key = asking.secret("private_key").await?;
                let jwt = asking.jwt()?;
                let jwt = if oauth.grant == Grant::JwtBearer {
                    // The rest of it says what the grant's own token says, not who the app is.
                    let (algorithm, key_id) = (jwt.algorithm, jwt.key_id.clone());
                    JwtSpec { algorithm, key_id, ..blank_jwt() }
                } else {
                    jwt.clone()
                };
                app.hiding(&key).proved(&jwt, &key)
            }
        }
    }

    /// Proves who the app is with a token that it signed (RFC 7523 § 2.2).
    fn proved(self, jwt: &JwtSpec, key: &Secret) -> Result<Self, TransportError> {
        let (asking, oauth) = (&self.asking, &self.asking.oauth);
        let or_id = |text: &str| if text.is_empty() { &oauth.client_id } else { text }.to_owned();
        let jwt =
            JwtSpec { issuer: or_id(&jwt.issuer), subject: or_id(&jwt.subject), ..jwt.clone() };
        let signed = jwt::sign(&jwt, key, &oauth.token_url, asking.now())
            .map_err(|kind| asking.failed(kind))?;
        Ok(self
            .hiding(&signed)
            .with("client_assertion_type", ASSERTION_TYPE)
            .with("client_assertion", signed.reveal()))
    }

    /// Adds to the form.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.extra.push((name.to_owned(), Secret::new(value)));
        self
    }

    /// Notes what must not be seen.
    pub(super) fn hiding(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Sets where the browser came back to.
    pub(super) fn redirect(mut self, url: &Url) -> Self {
        self.client = self.client.set_redirect_uri(RedirectUrl::from_url(url.clone()));
        self
    }

    /// Sends a call of the library the way that all calls go, and puts the answer right.
    async fn send(&self, call: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (parts, form) = call.into_parts();
        let url = address("token URL", &parts.uri.to_string())
            .map_err(|kind| self.asking.failed(kind))?;
        let mut headers = parts.headers;
        if let Some(value) = headers.get_mut(header::AUTHORIZATION) {
            value.set_sensitive(true);
        }
        let out = Outgoing {
            method: parts.method,
            url,
            headers,
            body: Body::Bytes(self.form(&form)),
            at: self.asking.now(),
            // It goes where the connection says and is sent on to nowhere.
            credentials: Vec::new(),
            is_led_here: false,
        };
        let told = self.asking.way.call(out, self.secrets.clone()).await?;
        self.status.store(told.status, Ordering::Relaxed);
        Ok(answer::put_right(told.status, &told.body))
    }

    /// The form as it is sent: with what the connection adds, and without what is empty.
    fn form(&self, form: &[u8]) -> Bytes {
        let mut pairs: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
        for (name, _) in &self.extra {
            pairs.retain(|(known, _)| known != name);
        }
        let extra =
            self.extra.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned()));
        pairs.extend(extra);
        pairs.retain(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into()
    }

    /// A text of the system in which nothing secret is seen.
    pub(super) fn masked(&self, text: &str) -> String {
        Masks::new(&self.secrets).values_in(text)
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The status of the last answer.
    pub(super) fn status(&self) -> u16 {
        self.status.load(Ordering::Relaxed)
    }

    /// Whether the last answer says that it may go better later.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.status(), 408 | 425 | 429 | 500..=599)
    }
}

impl<'c> AsyncHttpClient<'c> for App {
    type Error = TransportError;
    type Future = BoxFuture<'c, Result<HttpResponse, TransportError>>;

    fn call(&'c self, call: HttpRequest) -> Self::Future {
        Box::pin(self.send(call))
    }
}

/// Makes the address where the user says yes, its state, and the secret half of the proof that
/// whoever brings the code is who asked for it (PKCE, RFC 7636, always S256).
///
/// # Errors
/// [`Kind::SignIn`], where the connection has no usable address.
pub(crate) fn authorize_url(
    oauth: &OAuth2Spec,
    redirect: &Url,
) -> Result<(Url, Secret, Secret), Kind> {
    let url = address("authorization URL", &oauth.authorize_url)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = BasicClient::new(ClientId::new(oauth.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(url))
        .set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
    let mut call = client
        .authorize_url(CsrfToken::new_random)
        .set_pkce_challenge(challenge)
        .add_scopes(oauth.scopes.iter().cloned().map(Scope::new));
    for (name, value) in extra_of(oauth) {
        call = call.add_extra_param(name, value);
    }
    let (url, state) = call.url();
    Ok((url, Secret::new(state.into_secret()), Secret::new(verifier.into_secret())))
}

/// The address where a code for another device is given out.
pub(super) fn device_url(oauth: &OAuth2Spec) -> Result<DeviceAuthorizationUrl, Kind> {
    address("device authorization URL", &oauth.device_url).map(DeviceAuthorizationUrl::from_url)
}

/// Reads an address that the connection names.
fn address(what: &str, text: &str) -> Result<Url, Kind> {
    if text.trim().is_empty() {
        let words = format!("The connection has no {what}: the system's documentation names it.");
        return Err(Kind::SignIn(words));
    }
    let unread = |why| Kind::SignIn(format!("The connection's {what} cannot be called. {why}"));
    policy::read_url(text).map_err(unread)
}

fn extra_of(oauth: &OAuth2Spec) -> impl Iterator<Item = (&str, &str)> {
    let known = [("audience", oauth.audience.as_str()), ("resource", oauth.resource.as_str())];
    let own = oauth.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    known.into_iter().filter(|(_, value)| !value.is_empty()).chain(own)
}

fn blank_jwt() -> JwtSpec {
    JwtSpec {
        algorithm: JwtAlgorithm::default(),
        key_id: String::new(),
        issuer: String::new(),
        subject: String::new(),
        audience: String::new(),
        seconds: 60,
        claims: serde_json::Map::<String, Value>::new(),
    }
}
