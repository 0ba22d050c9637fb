//! A connection as it is written down: a user's account at a system, in an environment. It holds
//! no secret, only says which there are. Not the connection at work: see `connection`.

mod auth;
mod policy;

use flow::id::ConnectionId;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

pub use self::auth::{
    ApiKeyPlace, AuthSpec, ClientAuth, Grant, JwtAlgorithm, JwtSpec, LoginSpec, OAuth1Spec,
    OAuth2Spec, PasswordKind, SessionSpec, SigV4Spec, SignaturePlace, Slot, TokenFrom,
    WsSecuritySpec,
};
pub use self::policy::{
    CapSpec, CircuitSpec, CsrfSpec, ExpiredRule, LimitSpec, ProbeSpec, ProxySpec, TlsSpec,
};

/// A user's account at a system, in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct ConnectionSpec {
    /// The id that flows name it by; the same in every environment.
    pub id: ConnectionId,
    /// Which of the system's installations it is.
    #[serde(default)]
    pub environment: Environment,
    /// What people call it.
    pub name: String,
    /// What it is for, or whom to ask about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where the system answers, such as `https://api.example.com/v2`. A node's address that begins
    /// with a slash is put behind it.
    #[serde(default)]
    #[schemars(title = "Base URL")]
    pub base_url: String,
    /// How it lets us in.
    #[serde(default)]
    #[schemars(title = "Sign-in")]
    pub auth: AuthSpec,
    /// Headers that every call carries, besides the sign-in's.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[ts(as = "std::collections::HashMap<String, String>")]
    pub headers: IndexMap<String, String>,
    /// The hosts that may get the credentials besides the base URL's: `files.example.com`,
    /// `*.example.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(title = "Other hosts")]
    pub hosts: Vec<String>,
    /// How often it may be asked.
    #[serde(default)]
    pub limits: LimitSpec,
    /// When asking is given up for a while.
    #[serde(default)]
    #[schemars(title = "Circuit breaker")]
    pub circuit: CircuitSpec,
    /// Which certificates are trusted and shown.
    #[serde(default)]
    #[schemars(title = "Certificates")]
    pub tls: TlsSpec,
    /// What stands between here and the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub proxy: Option<ProxySpec>,
    /// How the system says that a token has run out, where it is not by 401.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Token has run out when")]
    #[ts(optional)]
    pub expired: Option<ExpiredRule>,
    /// A token that writes must carry, fetched beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "CSRF token")]
    #[ts(optional)]
    pub csrf: Option<CsrfSpec>,
    /// Whether cookies are kept from call to call.
    #[serde(default)]
    pub cookies: bool,
    /// The call that tells who we are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Test call")]
    #[ts(optional)]
    pub probe: Option<ProbeSpec>,
    /// The largest and longest answers that are taken.
    #[serde(default)]
    #[schemars(title = "Caps")]
    pub caps: CapSpec,
    /// Whether it may be called over http, where it is not on this computer. Everybody between here
    /// and there can then read what is sent, credentials too.
    #[serde(default)]
    #[schemars(title = "Allow http without encryption")]
    pub allow_http: bool,
}

/// Which of a system's installations an account is at.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
    TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// For building.
    #[default]
    #[schemars(title = "Development")]
    Dev,
    /// For trying with real-looking data.
    #[schemars(title = "Test")]
    Test,
    /// Where business is done: marked in colour, asks before the first write of a run.
    #[schemars(title = "Production")]
    Production,
}

impl Environment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dev, Self::Test, Self::Production];

    /// The name that files, the command line and settings use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    /// Reads a name; `prod` is taken for `production`.
    pub fn of_name(name: &str) -> Option<Self> {
        if name == "prod" {
            return Some(Self::Production);
        }
        Self::ALL.into_iter().find(|environment| environment.name() == name)
    }
}

impl ConnectionSpec {
    /// Makes a connection without sign-in, with everything else as it is by default.
    pub fn new(id: impl Into<ConnectionId>, base_url: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            name: id.as_str().to_owned(),
            id,
            environment: Environment::default(),
            note: String::new(),
            base_url: base_url.into(),
            auth: AuthSpec::default(),
            headers: IndexMap::new(),
            hosts: Vec::new(),
            limits: LimitSpec::default(),
            circuit: CircuitSpec::default(),
            tls: TlsSpec::default(),
            proxy: None,
            expired: None,
            csrf: None,
            cookies: false,
            probe: None,
            caps: CapSpec::default(),
            allow_http: false,
        }
    }

    /// Who owns its secrets in the vault: `shop@production`.
    pub fn owner(&self) -> String {
        format!("{}@{}", self.id, self.environment.name())
    }

    /// A whole URL: what begins with a slash, or is empty, is put behind the base URL.
    ///
    /// # Errors
    /// A sentence, where it is none.
    pub fn url(&self, text: &str) -> Result<Url, String> {
        let text = text.trim();
        if !text.is_empty() && !text.starts_with(['/', '?']) {
            return crate::policy::read_url(text);
        }
        if self.base_url.trim().is_empty() {
            return Err(format!(
                "The address \"{text}\" has no host, and the connection {} has no base URL.",
                self.name
            ));
        }
        let base = self.base_url.trim().trim_end_matches('/');
        crate::policy::read_url(&format!("{base}{text}"))
    }

    /// Every secret that it can have, the sign-in's first.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = self.auth.slots();
        slots.extend(self.tls.slots());
        slots.extend(self.proxy.iter().flat_map(ProxySpec::slots));
        slots
    }
}

#[cfg(test)]
mod form_tests;
