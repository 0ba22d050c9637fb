//! The rules that a connection's calls are held to, as they are written down. Not how they are
//! kept: each has its layer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::auth::Slot;

/// How often a system may be asked, by all flows together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSpec {
    /// The most calls per second; as many as there are without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schemars(title = "Calls per second")]
    pub per_second: Option<f64>,
    /// The most calls at once; as many as there are without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schemars(title = "Calls at once")]
    pub at_once: Option<u32>,
    /// Whether what the system says of its limits is kept to (`RateLimit-*`, `X-RateLimit-*`,
    /// `Retry-After`).
    #[schemars(title = "Keep to the limits that the system tells")]
    pub learn: bool,
    /// The longest pause that the system can ask for, in seconds, at most an hour.
    #[schemars(title = "Longest pause (s)")]
    pub max_wait_seconds: u32,
}

impl Default for LimitSpec {
    fn default() -> Self {
        Self { per_second: None, at_once: None, learn: true, max_wait_seconds: 3600 }
    }
}

/// When asking a system is given up for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct CircuitSpec {
    /// After how many failures in a row; never with 0.
    #[schemars(title = "Failures in a row")]
    pub failures: u32,
    /// For how long, in seconds; then one call tries.
    #[schemars(title = "Pause (s)")]
    pub seconds: u32,
}

impl Default for CircuitSpec {
    fn default() -> Self {
        Self { failures: 20, seconds: 30 }
    }
}

/// Which certificates are trusted and shown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSpec {
    /// A certificate authority that is trusted besides this computer's own, as PEM.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Extra certificate authority (PEM)", extend("x-multiline" = true))]
    pub extra_ca: String,
    /// Whether a certificate of ours is shown; it is kept as a secret.
    #[schemars(title = "Client certificate")]
    pub client_certificate: bool,
}

impl TlsSpec {
    pub(super) fn slots(&self) -> Vec<Slot> {
        if !self.client_certificate {
            return Vec::new();
        }
        vec![
            Slot::new(
                "client_certificate",
                "Client certificate",
                "Certificate and private key as PEM, or a PFX file in Base64.",
            )
            .multiline(),
            Slot::new("client_passphrase", "Passphrase", "The passphrase of the PFX file or key.")
                .optional(),
        ]
    }
}

/// What stands between here and a system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct ProxySpec {
    /// Its address: `http://proxy.example.com:3128`, `socks5h://127.0.0.1:1080`.
    pub url: String,
    /// The user's name there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
}

impl ProxySpec {
    pub(super) fn slots(&self) -> Vec<Slot> {
        if self.user.is_empty() {
            return Vec::new();
        }
        vec![Slot::new("proxy_password", "Proxy password", "The user's password at the proxy.")]
    }
}

/// How a system says that a token has run out. Each that is given is enough by itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ExpiredRule {
    /// By one of these statuses; 401 without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// By this header being there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub header: String,
    /// By this text in that header; any without it.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Header holds")]
    pub header_contains: String,
    /// By what stands at this path in the JSON answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Path in the body")]
    pub body_path: String,
    /// By this text being there; any without it.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schemars(title = "Value there")]
    pub body_equals: String,
}

/// A token that writes must carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct CsrfSpec {
    /// The call that fetches it: an address, or a path behind the base URL that may be read without
    /// changing anything.
    #[schemars(title = "Address", example = &"/sap/opu/odata/sap/API_BUSINESS_PARTNER")]
    pub path: String,
    /// The header that asks for it, gives it and carries it.
    #[serde(default = "csrf_header")]
    pub header: String,
}

/// The call that tells who we are at a system.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeSpec {
    /// The address, or a path behind the base URL; the base URL itself without it.
    pub path: String,
    /// Where the account's name stands in the answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// Where the environment stands in the answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub environment: String,
    /// Where the granted scopes stand in the answer; those of the token without it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scopes: String,
    /// Where what is left of the quota stands in the answer; the rate headers' without it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub quota: String,
}

/// The largest and longest answers that are taken; what is absent is as for every call.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default, deny_unknown_fields)]
pub struct CapSpec {
    /// The longest time until there is a connection, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schemars(title = "Until connected (ms)")]
    pub connect_ms: Option<u64>,
    /// The longest silence between two bytes, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schemars(title = "Silence (ms)")]
    pub idle_ms: Option<u64>,
    /// The longest time that a call waits in all, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schemars(title = "Whole call (ms)")]
    pub total_ms: Option<u64>,
    /// The largest unpacked body, in megabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schemars(title = "Body (MB)")]
    pub body_mb: Option<u32>,
    /// The most headers of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub headers: Option<u32>,
    /// The most that the headers of an answer may be together, in kilobytes; at most 400.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub header_kb: Option<u32>,
    /// The most times that a call is sent on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub redirects: Option<u32>,
    /// How deep JSON may be nested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    #[schemars(title = "Depth of JSON")]
    pub json_depth: Option<u32>,
}

fn csrf_header() -> String {
    "X-CSRF-Token".to_owned()
}
