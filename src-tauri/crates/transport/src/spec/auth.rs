//! How a system lets us in, as it is written down: one variant for each way. Secrets are named as
//! slots, their values are in the vault. Not how a call is signed: see `auth`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a system lets us in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AuthSpec {
    /// Nobody is asked for anything.
    #[default]
    #[schemars(title = "None")]
    None,
    /// A key that stands in a header, the query or a cookie.
    #[schemars(title = "API key")]
    ApiKey {
        /// Where it stands.
        #[serde(default)]
        place: ApiKeyPlace,
        /// The header's, parameter's or cookie's name.
        #[serde(default = "api_key_name")]
        name: String,
        /// What stands before the key, such as `Token `.
        #[serde(default)]
        prefix: String,
    },
    /// Several headers with secret values, such as an application's key and a user's key.
    #[schemars(title = "Headers")]
    Headers {
        /// The headers; each value is kept as a secret of that name.
        names: Vec<String>,
    },
    /// A user's name and password.
    #[schemars(title = "Basic")]
    Basic {
        /// The user's name.
        user: String,
    },
    /// A token that was given out by hand.
    #[schemars(title = "Bearer token")]
    Bearer,
    /// A user's name and password that never travel themselves (RFC 7616).
    #[schemars(title = "Digest")]
    Digest {
        /// The user's name.
        user: String,
    },
    /// OAuth 2.0.
    #[schemars(title = "OAuth 2.0")]
    Oauth2(Box<OAuth2Spec>),
    /// A token that we sign ourselves and send as a bearer token.
    #[schemars(title = "Signed token (JWT)")]
    Jwt(JwtSpec),
    /// OAuth 1.0a, HMAC-SHA256 (NetSuite calls it token-based authentication).
    #[schemars(title = "OAuth 1.0a")]
    Oauth1(OAuth1Spec),
    /// AWS Signature Version 4.
    #[schemars(title = "AWS Signature 4")]
    Sigv4(SigV4Spec),
    /// A SOAP header with a user's name and password.
    #[schemars(title = "WS-Security")]
    WsSecurity(WsSecuritySpec),
    /// A login call, whose token or cookie the other calls carry.
    #[schemars(title = "Session login")]
    Session(Box<SessionSpec>),
}

/// Where an API key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyPlace {
    /// In a header.
    #[default]
    Header,
    /// Behind the question mark of the address.
    Query,
    /// In a cookie.
    Cookie,
}

/// OAuth 2.0 (RFC 6749 and those after it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct OAuth2Spec {
    /// How the first token is got.
    #[serde(default)]
    pub grant: Grant,
    /// Where the user says yes, in the browser.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Authorization URL")]
    pub authorize_url: String,
    /// Where tokens are given out.
    #[schemars(title = "Token URL")]
    pub token_url: String,
    /// Where a code for another device is given out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Device authorization URL")]
    pub device_url: String,
    /// The id of the app that is registered there.
    pub client_id: String,
    /// How the app proves that it is itself.
    #[serde(default)]
    #[schemars(title = "Client authentication")]
    pub client_auth: ClientAuth,
    /// What is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// For whom the token is, where the system wants to be told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audience: String,
    /// The resource that the token is for (RFC 8707).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub resource: String,
    /// The user's name, for the password grant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The port of the loopback address that the browser comes back to; any free one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub redirect_port: Option<u16>,
    /// The path of that address.
    #[serde(default = "redirect_path")]
    pub redirect_path: String,
    /// What the system wants besides, in the authorization and token calls.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[ts(as = "std::collections::HashMap<String, String>")]
    pub extra: IndexMap<String, String>,
    /// What the app signs, for `private_key_jwt` and the JWT bearer grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub jwt: Option<JwtSpec>,
}

/// How the first token is got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The user says yes in the browser; always with PKCE.
    #[default]
    AuthorizationCode,
    /// The app itself is let in.
    ClientCredentials,
    /// The app has the user's password.
    Password,
    /// The user says yes on another device.
    DeviceCode,
    /// The app shows a token that it signed (RFC 7523).
    JwtBearer,
}

/// How an app proves that it is itself at the token URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// Not at all: it is an app on a user's computer.
    None,
    /// Id and secret in the header.
    #[default]
    Basic,
    /// Id and secret in the form.
    Post,
    /// A token signed with the secret.
    ClientSecretJwt,
    /// A token signed with a private key.
    PrivateKeyJwt,
}

/// A token that we sign ourselves. The key is the secret `private_key`, as PEM, or as text for the
/// algorithms with a shared secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct JwtSpec {
    /// How it is signed.
    #[serde(default)]
    pub algorithm: JwtAlgorithm,
    /// The id of the key (`kid`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_id: String,
    /// Who signs it (`iss`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// Whom it is about (`sub`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// For whom it is (`aud`); the token URL without it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audience: String,
    /// How long it is valid, in seconds.
    #[serde(default = "jwt_seconds")]
    pub seconds: u32,
    /// Other claims.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    #[ts(type = "Record<string, unknown>")]
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
pub enum JwtAlgorithm {
    /// RSA, SHA-256.
    #[default]
    RS256,
    /// RSA, SHA-384.
    RS384,
    /// RSA, SHA-512.
    RS512,
    /// RSA-PSS, SHA-256.
    PS256,
    /// The curve P-256.
    ES256,
    /// The curve P-384.
    ES384,
    /// Ed25519.
    EdDSA,
    /// A shared secret.
    HS256,
}

/// OAuth 1.0a.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct OAuth1Spec {
    /// The app's key.
    pub consumer_key: String,
    /// The user's token.
    #[serde(default)]
    pub token: String,
    /// The realm, such as a NetSuite account's number.
    #[serde(default)]
    pub realm: String,
}

/// AWS Signature Version 4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SigV4Spec {
    /// The id of the access key.
    pub access_key_id: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The service, such as `s3` or `execute-api`.
    pub service: String,
    /// Where the signature stands.
    #[serde(default)]
    pub place: SignaturePlace,
}

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignaturePlace {
    /// In the header `Authorization`.
    #[default]
    Header,
    /// Behind the question mark of the address.
    Query,
}

/// A SOAP header with a user's name and password (OASIS UsernameToken Profile 1.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WsSecuritySpec {
    /// The user's name.
    pub user: String,
    /// How the password is sent.
    #[serde(default)]
    pub password: PasswordKind,
    /// How long the message is valid, in seconds; no timestamp with 0.
    #[serde(default = "ws_seconds")]
    pub seconds: u32,
}

/// How a password is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum PasswordKind {
    /// As it is.
    Text,
    /// As a digest with a nonce and the time.
    #[default]
    Digest,
}

/// A login call, whose token or cookie the other calls carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SessionSpec {
    /// The user's name.
    #[serde(default)]
    pub user: String,
    /// The call that logs in.
    pub login: LoginSpec,
    /// Where the token stands in its answer; cookies are kept in any case.
    #[serde(default)]
    pub token: TokenFrom,
    /// The header that carries the token; none where the cookies are all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub header: String,
    /// What stands before the token in the header, such as `AR-JWT `.
    #[serde(default)]
    pub prefix: String,
    /// How long a session holds, in seconds; until the system refuses it without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub seconds: Option<u32>,
}

/// The call that logs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct LoginSpec {
    /// The method.
    #[serde(default = "login_method")]
    pub method: String,
    /// The address, or a path behind the base URL.
    pub path: String,
    /// The type of what is sent.
    #[serde(default = "login_type")]
    pub content_type: String,
    /// What is sent; `{user}` and `{password}` stand for the two, written as the type wants it.
    #[serde(default)]
    #[schemars(extend("x-multiline" = true))]
    pub body: String,
}

/// Where a token stands in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TokenFrom {
    /// Nowhere: the cookies are all.
    #[default]
    Cookies,
    /// The whole body is the token.
    Body,
    /// At this path in the JSON.
    Path {
        /// The path.
        path: String,
    },
    /// In this header.
    Header {
        /// The header's name.
        name: String,
    },
}

/// One secret that a connection can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Slot {
    /// The name it is kept under.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it is, in a sentence.
    pub help: String,
    /// Whether it has several lines, such as a key in PEM.
    pub multiline: bool,
    /// Whether the connection cannot work without it.
    pub required: bool,
    /// Whether Gantry gets it by itself, such as a refresh token.
    pub by_itself: bool,
}

impl Slot {
    /// The slot that holds what a connection was given by the system: tokens, a session.
    pub const TOKENS: &'static str = "tokens";

    pub(super) fn new(name: &str, label: &str, help: &str) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            help: help.to_owned(),
            multiline: false,
            required: true,
            by_itself: false,
        }
    }

    pub(super) fn multiline(self) -> Self {
        Self { multiline: true, ..self }
    }

    pub(super) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    fn by_itself(self) -> Self {
        Self { by_itself: true, ..self.optional() }
    }
}

impl AuthSpec {
    /// The secrets that this way needs.
    pub fn slots(&self) -> Vec<Slot> {
        let password = || Slot::new("password", "Password", "The user's password.");
        match self {
            Self::None => Vec::new(),
            Self::ApiKey { .. } => {
                vec![Slot::new("key", "Key", "The key that the system gave you.")]
            }
            Self::Headers { names } => {
                names.iter().map(|name| Slot::new(name, name, "The header's value.")).collect()
            }
            Self::Basic { .. } | Self::Digest { .. } | Self::WsSecurity(_) => vec![password()],
            Self::Bearer => {
                vec![Slot::new("token", "Token", "The token that the system gave you.")]
            }
            Self::Oauth2(spec) => spec.slots(),
            Self::Jwt(spec) => vec![spec.slot()],
            Self::Oauth1(_) => vec![
                Slot::new("consumer_secret", "Consumer secret", "The secret of the app."),
                Slot::new("token_secret", "Token secret", "The secret of the token.").optional(),
            ],
            Self::Sigv4(_) => vec![
                Slot::new(
                    "secret_access_key",
                    "Secret access key",
                    "The secret of the access key.",
                ),
                Slot::new("session_token", "Session token", "For temporary credentials only.")
                    .optional(),
            ],
            Self::Session(_) => vec![password(), tokens()],
        }
    }

    /// Whether a user has to say yes before it works.
    pub fn asks_user(&self) -> bool {
        matches!(self, Self::Oauth2(spec)
            if matches!(spec.grant, Grant::AuthorizationCode | Grant::DeviceCode))
    }
}

impl OAuth2Spec {
    fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        if matches!(
            self.client_auth,
            ClientAuth::Basic | ClientAuth::Post | ClientAuth::ClientSecretJwt
        ) {
            let help = "The secret of the app that is registered there.";
            slots.push(Slot::new("client_secret", "Client secret", help));
        }
        if self.grant == Grant::Password {
            slots.push(Slot::new("password", "Password", "The user's password."));
        }
        if self.grant == Grant::JwtBearer || self.client_auth == ClientAuth::PrivateKeyJwt {
            slots.push(self.jwt.as_ref().map_or_else(private_key, JwtSpec::slot));
        }
        slots.push(tokens());
        slots
    }
}

impl JwtSpec {
    fn slot(&self) -> Slot {
        match self.algorithm {
            JwtAlgorithm::HS256 => {
                let help = "The secret that it is signed with.";
                Slot::new("private_key", "Shared secret", help)
            }
            _ => private_key(),
        }
    }
}

fn private_key() -> Slot {
    Slot::new("private_key", "Private key", "The key that it is signed with, as PEM.").multiline()
}

fn tokens() -> Slot {
    Slot::new(Slot::TOKENS, "Tokens", "What the system gave out; renewed by itself.").by_itself()
}

fn api_key_name() -> String {
    "X-Api-Key".to_owned()
}

fn redirect_path() -> String {
    "/callback".to_owned()
}

fn jwt_seconds() -> u32 {
    300
}

fn ws_seconds() -> u32 {
    300
}

fn login_method() -> String {
    "POST".to_owned()
}

fn login_type() -> String {
    "application/json".to_owned()
}
