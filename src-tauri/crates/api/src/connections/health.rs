//! How a connection stands, told from its secrets and its last test. Asks no system.

use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use store::ConnectionRow;
use transport::spec::{ConnectionSpec, Environment, Slot};
use ts_rs::TS;
use vault::VaultError;

use super::{SlotState, types};

/// How a connection stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Health {
    /// The kind.
    pub state: HealthState,
    /// A sentence: how it stands, and what to do.
    pub message: String,
    /// Since when, for what is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub since: Option<Timestamp>,
    /// Until when, for what runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub until: Option<Timestamp>,
}

/// The ways in which a connection can stand, the worst last but one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// It has all it needs, and the last test went well where there was one.
    Ready,
    /// It works, but what lets it in runs out soon and is not renewed by itself.
    Expiring,
    /// Secrets are missing.
    MissingSecrets,
    /// A user has to say yes in a browser.
    NeedsSignIn,
    /// The last test failed.
    Broken,
    /// Nobody can tell: the secrets are locked, or their keeper does not answer.
    Unknown,
}

/// How a connection stands; `trouble` is why its secrets could not be looked for.
pub(super) fn of(
    spec: &ConnectionSpec,
    slots: &[SlotState],
    row: &ConnectionRow,
    trouble: Option<&VaultError>,
) -> Health {
    let health = |state, message: String| Health { state, message, since: None, until: None };
    if let Some(trouble) = trouble {
        return health(HealthState::Unknown, trouble.to_string());
    }
    let missing: Vec<&str> = slots
        .iter()
        .filter(|state| state.slot.required && !state.is_set)
        .map(|state| state.slot.label.as_str())
        .collect();
    if let [first, rest @ ..] = missing.as_slice() {
        let words = match rest {
            [] => format!("\"{first}\" is missing: set it below \"Secrets\"."),
            [second] => {
                format!("\"{first}\" and \"{second}\" are missing: set them below \"Secrets\".")
            }
            more => format!(
                "\"{first}\" and {} more secrets are missing: set them below \"Secrets\".",
                more.len()
            ),
        };
        return health(HealthState::MissingSecrets, words);
    }
    let has_tokens = slots.iter().any(|state| state.slot.name == Slot::TOKENS && state.is_set);
    if spec.auth.asks_user() && !has_tokens {
        let words = "Nobody has said yes to it yet: press \"Connect\".";
        return health(HealthState::NeedsSignIn, words.to_owned());
    }
    if let Some(since) = row.broken_since {
        let tested = types::tested(row);
        let message = match tested {
            Some(tested) if !tested.advice.is_empty() => {
                format!("{} {}", tested.message, tested.advice)
            }
            Some(tested) => tested.message,
            None => "The last test failed: test it again.".to_owned(),
        };
        return Health { since: Some(since), ..health(HealthState::Broken, message) };
    }
    match row.tested_at {
        Some(_) => health(HealthState::Ready, "The last test went well.".to_owned()),
        None => {
            health(HealthState::Ready, "It has all it needs; it was not tested yet.".to_owned())
        }
    }
}

/// What people call an environment.
pub(crate) fn environment_words(environment: Environment) -> &'static str {
    match environment {
        Environment::Dev => "development",
        Environment::Test => "test",
        Environment::Production => "production",
    }
}
