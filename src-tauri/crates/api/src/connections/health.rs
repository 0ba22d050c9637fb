//! How a connection stands, told from its secrets and its last test. Asks no system.

use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use store::ConnectionRow;
use transport::SignedIn;
use transport::spec::{ConnectionSpec, Environment};
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

/// From so many days on before it runs out a sign-in is said to.
const SOON_DAYS: i64 = 14;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How a connection stands; `signed_in` is what its user let it do, or why nobody can tell.
pub(super) fn of(
    spec: &ConnectionSpec,
    slots: &[SlotState],
    row: &ConnectionRow,
    signed_in: &Result<Option<SignedIn>, VaultError>,
    now: Timestamp,
) -> Health {
    match signed_in {
        Err(trouble) => health(HealthState::Unknown, trouble.to_string()),
        Ok(signed_in) => missing_secrets(slots)
            .or_else(|| sign_in(spec, signed_in.as_ref(), now))
            .or_else(|| broken(row))
            .or_else(|| expiring(spec, signed_in.as_ref(), now))
            .unwrap_or_else(|| match row.tested_at {
                Some(_) => health(HealthState::Ready, "The last test went well."),
                None => health(HealthState::Ready, "It has all it needs; it was not tested yet."),
            }),
    }
}

fn health(state: HealthState, message: impl Into<String>) -> Health {
    Health { state, message: message.into(), since: None, until: None }
}

fn missing_secrets(slots: &[SlotState]) -> Option<Health> {
    let missing: Vec<&str> = slots
        .iter()
        .filter(|state| state.slot.required && !state.is_set)
        .map(|state| state.slot.label.as_str())
        .collect();
    let (first, rest) = missing.split_first()?;
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
    Some(health(HealthState::MissingSecrets, words))
}

fn sign_in(spec: &ConnectionSpec, signed_in: Option<&SignedIn>, now: Timestamp) -> Option<Health> {
    if !spec.auth.asks_user() {
        return None;
    }
    match signed_in {
        None => {
            let words = "Nobody has said yes to it yet: press \"Sign in\".";
            Some(health(HealthState::NeedsSignIn, words))
        }
        Some(SignedIn { expires_at: Some(at), is_renewable: false, .. }) if *at <= now => {
            let words = "The sign-in has run out: press \"Sign in\".";
            Some(Health { since: Some(*at), ..health(HealthState::NeedsSignIn, words) })
        }
        Some(_) => None,
    }
}

fn broken(row: &ConnectionRow) -> Option<Health> {
    let since = row.broken_since?;
    let message = match types::tested(row) {
        Some(tested) if !tested.advice.is_empty() => {
            format!("{} {}", tested.message, tested.advice)
        }
        Some(tested) => tested.message,
        None => "The last test failed: test it again.".to_owned(),
    };
    Some(Health { since: Some(since), ..health(HealthState::Broken, message) })
}

/// What a user let it do runs out, and nothing renews it. What the app gets by itself does not
/// matter here.
fn expiring(spec: &ConnectionSpec, signed_in: Option<&SignedIn>, now: Timestamp) -> Option<Health> {
    let SignedIn { expires_at: Some(at), is_renewable: false, .. } = signed_in? else {
        return None;
    };
    let days = (at - now) / DAY_MS;
    if !spec.auth.asks_user() || days >= SOON_DAYS {
        return None;
    }
    let words = match days {
        0 => "The sign-in runs out within a day: press \"Sign in\" to renew it.".to_owned(),
        1 => "The sign-in runs out tomorrow: press \"Sign in\" to renew it.".to_owned(),
        days => format!("The sign-in runs out in {days} days: press \"Sign in\" to renew it."),
    };
    Some(Health { until: Some(*at), ..health(HealthState::Expiring, words) })
}

/// What people call an environment.
pub(crate) fn environment_words(environment: Environment) -> &'static str {
    match environment {
        Environment::Dev => "development",
        Environment::Test => "test",
        Environment::Production => "production",
    }
}

#[cfg(test)]
mod tests {
    use store::ConnectionName;

    use super::*;

    fn spec(auth: &str) -> ConnectionSpec {
        let auth = serde_json::from_str(auth).unwrap();
        ConnectionSpec { auth, ..ConnectionSpec::new("shop", "https://shop.example") }
    }

    fn row() -> ConnectionRow {
        ConnectionRow {
            name: ConnectionName { id: "shop".to_owned(), environment: "dev".to_owned() },
            spec: String::new(),
            updated_at: 0,
            tested: None,
            tested_at: None,
            broken_since: None,
        }
    }

    #[test]
    fn a_sign_in_that_nothing_renews_is_said_to_run_out() {
        let oauth = spec(r#"{ "type": "oauth2", "token_url": "", "client_id": "" }"#);
        let check = |expires_at: Option<i64>, is_renewable, state, says: &str| {
            let signed_in = SignedIn { scopes: Vec::new(), expires_at, is_renewable };
            let found = of(&oauth, &[], &row(), &Ok(Some(signed_in)), 1_000);
            assert_eq!(found.state, state, "{found:?}");
            assert!(found.message.contains(says), "{found:?}");
        };
        check(Some(1_000 + 3 * DAY_MS), false, HealthState::Expiring, "in 3 days");
        check(Some(1_000 + DAY_MS), false, HealthState::Expiring, "tomorrow");
        check(Some(1_000 + 30 * DAY_MS), false, HealthState::Ready, "not tested");
        check(Some(1_000 + DAY_MS), true, HealthState::Ready, "not tested");
        check(Some(900), false, HealthState::NeedsSignIn, "run out");
        check(None, false, HealthState::Ready, "not tested");
        let found = of(&oauth, &[], &row(), &Ok(None), 1_000);
        assert_eq!(found.state, HealthState::NeedsSignIn);
        let found = of(&oauth, &[], &row(), &Err(VaultError::Locked), 1_000);
        assert_eq!(found.state, HealthState::Unknown);
    }
}
