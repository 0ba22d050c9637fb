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
    /// The system lets everybody in, or only the headers below count.
    #[default]
    #[schemars(title = "None")]
    None,
    /// One key that the system gave you, sent with every call. Its documentation says where the key
    /// goes, such as "send it in the header X-Api-Key".
    #[schemars(title = "API key")]
    ApiKey {
        /// Where the system looks for the key.
        #[serde(default)]
        place: ApiKeyPlace,
        /// The header's, parameter's or cookie's name, as the system's documentation has it.
        #[serde(default = "api_key_name")]
        #[schemars(example = &"X-Api-Key")]
        name: String,
        /// What stands before the key, the space behind it included; most systems want nothing.
        #[serde(default)]
        #[schemars(title = "Text before the key", example = &"Token ")]
        prefix: String,
    },
    /// Several headers with secret values, such as one key for the app and one for the user. Give
    /// their names here; each value is then asked for as a secret.
    #[schemars(title = "Secret headers")]
    Headers {
        /// The names of the headers.
        #[schemars(title = "Headers", example = ["X-App-Key", "X-User-Key"])]
        names: Vec<String>,
    },
    /// A user's name and password, sent with every call. Some systems want an API key for the name
    /// or for the password.
    #[schemars(title = "Name and password (Basic)")]
    Basic {
        /// The user's name; it cannot have a colon in it.
        user: String,
    },
    /// A token that you made in the system's settings, sent as `Authorization: Bearer …`. Often
    /// called a personal access token.
    #[schemars(title = "Bearer token")]
    Bearer,
    /// A user's name and password; the password itself is never sent, only a proof of it
    /// (RFC 7616). Found in devices and older systems.
    #[schemars(title = "Name and password (Digest)")]
    Digest {
        /// The user's name.
        user: String,
    },
    /// An app that is registered at the system gets tokens, in your name or in its own, and renews
    /// them by itself. The system's developer pages tell the addresses and give out the client id.
    #[schemars(title = "OAuth 2.0")]
    Oauth2(Box<OAuth2Spec>),
    /// A token that Gantry signs anew for each call with your key, for systems that know the key's
    /// other half.
    #[schemars(title = "Signed token (JWT)")]
    Jwt(JwtSpec),
    /// Four keys that the system gave you sign each call (HMAC-SHA256). NetSuite calls it
    /// token-based authentication.
    #[schemars(title = "OAuth 1.0a")]
    Oauth1(OAuth1Spec),
    /// An AWS access key signs each call. Also for systems that speak S3's language, such as MinIO.
    #[schemars(title = "AWS access key (Signature 4)")]
    Sigv4(SigV4Spec),
    /// A user's name and password in the header of each SOAP message, put in by Gantry.
    #[schemars(title = "SOAP (WS-Security)")]
    WsSecurity(WsSecuritySpec),
    /// A call that logs in first; the others carry the token or the cookies that it brought. Gantry
    /// logs in again when the session has run out.
    #[schemars(title = "Session login")]
    Session(Box<SessionSpec>),
}

/// Where an API key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyPlace {
    /// In a header of the call, which is what most systems want.
    #[default]
    Header,
    /// Behind the question mark of the address. Addresses end up in the logs of systems, so choose
    /// a header where there is a choice.
    #[schemars(title = "Address (query)")]
    Query,
    /// In a cookie.
    Cookie,
}

/// OAuth 2.0 (RFC 6749 and those after it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct OAuth2Spec {
    /// How the first token is got.
    #[serde(default)]
    #[schemars(title = "Way to the first token")]
    pub grant: Grant,
    /// The page on which the user says yes, in the browser.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Authorization URL", example = &"https://login.example.com/authorize")]
    pub authorize_url: String,
    /// The address that gives out tokens.
    #[schemars(title = "Token URL", example = &"https://login.example.com/token")]
    pub token_url: String,
    /// The address that gives out a code to be typed in on another device.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Device authorization URL", extend("x-advanced" = true))]
    pub device_url: String,
    /// The id of the app that is registered at the system.
    pub client_id: String,
    /// How the app proves that it is itself.
    #[serde(default)]
    #[schemars(title = "Client authentication")]
    pub client_auth: ClientAuth,
    /// What the app asks to be allowed, as the system names it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(example = ["orders.read", "offline_access"])]
    pub scopes: Vec<String>,
    /// For whom the token is, where the system wants to be told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-advanced" = true))]
    pub audience: String,
    /// The resource that the token is for, where the system wants to be told (RFC 8707).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-advanced" = true))]
    pub resource: String,
    /// The user's name, where the app has the user's password.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-advanced" = true))]
    pub user: String,
    /// The port of this computer's own address that the browser comes back to; any free one without
    /// it. Give one where the system wants the whole address to be registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-advanced" = true))]
    #[ts(optional)]
    pub redirect_port: Option<u16>,
    /// The path of that address.
    #[serde(default = "redirect_path")]
    #[schemars(extend("x-advanced" = true))]
    pub redirect_path: String,
    /// Parameters that the system wants besides, in the authorization and token calls.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(title = "Extra parameters", extend("x-advanced" = true))]
    #[ts(as = "std::collections::HashMap<String, String>")]
    pub extra: IndexMap<String, String>,
    /// What the app signs, where it shows a signed token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Signed token", extend("x-advanced" = true))]
    #[ts(optional)]
    pub jwt: Option<JwtSpec>,
}

/// How the first token is got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The user says yes in the browser, and the app calls in that user's name (authorization code,
    /// always with PKCE).
    #[default]
    #[schemars(title = "A user says yes in the browser")]
    AuthorizationCode,
    /// The app calls in its own name (client credentials).
    #[schemars(title = "The app by itself")]
    ClientCredentials,
    /// The app has the user's password; only where the system knows no better way.
    #[schemars(title = "With a user's password")]
    Password,
    /// The user types in a code on another device (device code).
    #[schemars(title = "A user says yes on another device")]
    DeviceCode,
    /// The app shows a token that it signed, as service accounts do (RFC 7523).
    #[schemars(title = "With a signed token")]
    JwtBearer,
}

/// How an app proves that it is itself at the token URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// Not at all: it is registered as an app on a user's computer, which can keep no secret.
    #[schemars(title = "Without a secret")]
    None,
    /// Id and secret in the header; try this first.
    #[default]
    #[schemars(title = "Secret in the header")]
    Basic,
    /// Id and secret in the form that is sent.
    #[schemars(title = "Secret in the form")]
    Post,
    /// A token signed with the secret.
    #[schemars(title = "Token signed with the secret")]
    ClientSecretJwt,
    /// A token signed with a private key.
    #[schemars(title = "Token signed with a private key")]
    PrivateKeyJwt,
}

/// A token that we sign ourselves. The key is the secret `private_key`, as PEM, or as text for the
/// algorithms with a shared secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct JwtSpec {
    /// How it is signed.
    #[serde(default)]
    pub algorithm: JwtAlgorithm,
    /// The id of the key, where the system knows several (`kid`).
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
    #[schemars(title = "Valid for (seconds)", range(min = 1), extend("x-advanced" = true))]
    pub seconds: u32,
    /// Other claims, as a JSON object.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    #[schemars(title = "Other claims", extend("x-advanced" = true))]
    #[ts(type = "Record<string, unknown>")]
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
pub enum JwtAlgorithm {
    /// RSA, SHA-256; the usual one.
    #[default]
    #[schemars(title = "RS256")]
    RS256,
    /// RSA, SHA-384.
    #[schemars(title = "RS384")]
    RS384,
    /// RSA, SHA-512.
    #[schemars(title = "RS512")]
    RS512,
    /// RSA-PSS, SHA-256.
    #[schemars(title = "PS256")]
    PS256,
    /// A key on the curve P-256.
    #[schemars(title = "ES256")]
    ES256,
    /// A key on the curve P-384.
    #[schemars(title = "ES384")]
    ES384,
    /// A key on the curve Ed25519.
    #[schemars(title = "EdDSA")]
    EdDSA,
    /// A secret that both sides share, SHA-256.
    #[schemars(title = "HS256")]
    HS256,
}

/// OAuth 1.0a.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct OAuth1Spec {
    /// The key of the app (integration) that is registered at the system.
    pub consumer_key: String,
    /// The token's id, which says in whose name the app calls; its secret is asked for apart. Empty
    /// for calls in nobody's name.
    #[serde(default)]
    #[schemars(title = "Token ID")]
    pub token: String,
    /// The realm; for NetSuite the account's number, with `_SB1` for a sandbox.
    #[serde(default)]
    #[schemars(example = &"1234567_SB1")]
    pub realm: String,
}

/// AWS Signature Version 4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SigV4Spec {
    /// The id of the access key; its secret is asked for apart.
    #[schemars(example = &"AKIAIOSFODNN7EXAMPLE")]
    pub access_key_id: String,
    /// The region that the address belongs to.
    #[schemars(example = &"eu-central-1")]
    pub region: String,
    /// The service's short name, which is mostly the first part of its address: `s3` for storage,
    /// `execute-api` for an API Gateway.
    #[schemars(example = &"s3")]
    pub service: String,
    /// Where the signature stands.
    #[serde(default)]
    #[schemars(title = "Signature in", extend("x-advanced" = true))]
    pub place: SignaturePlace,
}

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignaturePlace {
    /// In the header `Authorization`, which every service takes.
    #[default]
    Header,
    /// Behind the question mark of the address, where headers cannot be sent.
    #[schemars(title = "Address (query)")]
    Query,
}

/// A SOAP header with a user's name and password (OASIS UsernameToken Profile 1.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct WsSecuritySpec {
    /// The user's name.
    pub user: String,
    /// How the password is sent; the service's description says which it wants.
    #[serde(default)]
    #[schemars(title = "Password as")]
    pub password: PasswordKind,
    /// How long each message is valid, in seconds; with 0 it says no time at all, for services that
    /// refuse a timestamp.
    #[serde(default = "ws_seconds")]
    #[schemars(title = "Valid for (seconds)", range(max = 86400), extend("x-advanced" = true))]
    pub seconds: u32,
}

/// How a password is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum PasswordKind {
    /// As it is, protected only by https.
    #[schemars(title = "Text")]
    Text,
    /// As a digest that holds for one message: nobody can use it again.
    #[default]
    #[schemars(title = "Digest")]
    Digest,
}

/// A login call, whose token or cookie the other calls carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct SessionSpec {
    /// The user's name.
    #[serde(default)]
    pub user: String,
    /// The call that logs in.
    #[schemars(title = "Login call")]
    pub login: LoginSpec,
    /// Where the token stands in the answer to it; cookies are kept in any case.
    #[serde(default)]
    #[schemars(title = "Token in the answer")]
    pub token: TokenFrom,
    /// The header in which the other calls carry the token; empty where the cookies are all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Header for the token", example = &"Authorization")]
    pub header: String,
    /// What stands before the token in that header, the space behind it included.
    #[serde(default)]
    #[schemars(title = "Text before the token", example = &"AR-JWT ")]
    pub prefix: String,
    /// How long a session holds, in seconds. A new one is begun before that; without it, when the
    /// system refuses the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Session holds for (seconds)", range(min = 1))]
    #[ts(optional)]
    pub seconds: Option<u32>,
}

/// The call that logs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct LoginSpec {
    /// The method, nearly always POST.
    #[serde(default = "login_method")]
    #[schemars(extend("x-advanced" = true))]
    pub method: String,
    /// The address, or a path behind the base URL. `{user}` and `{password}` may stand in it where
    /// the system wants them there.
    #[schemars(title = "Address", example = &"/api/login")]
    pub path: String,
    /// The type of what is sent: `application/json`, `application/x-www-form-urlencoded` for a form,
    /// `text/xml`.
    #[serde(default = "login_type")]
    #[schemars(example = &"application/x-www-form-urlencoded")]
    pub content_type: String,
    /// What is sent. `{user}` and `{password}` stand for the two; characters that the type gives a
    /// meaning, such as quotes, are written so that nothing breaks.
    #[serde(default)]
    #[schemars(
        extend("x-multiline" = true),
        example = &"{\"username\": \"{user}\", \"password\": \"{password}\"}"
    )]
    pub body: String,
}

/// Where a token stands in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TokenFrom {
    /// There is no token: the cookies that the answer sets are all.
    #[default]
    #[schemars(title = "Only cookies")]
    Cookies,
    /// The whole answer is the token.
    #[schemars(title = "The whole answer")]
    Body,
    /// In a field of the JSON answer.
    #[schemars(title = "A field of the answer")]
    Path {
        /// The way to the field, with dots.
        #[schemars(example = &"data.token")]
        path: String,
    },
    /// In a header of the answer.
    #[schemars(title = "A header of the answer")]
    Header {
        /// The header's name.
        #[schemars(example = &"X-Session-Token")]
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
