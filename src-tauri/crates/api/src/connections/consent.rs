//! A user's yes in the browser: begun, waited for, given up. The host opens the browser; what is
//! said there goes between the transport and the system.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use vault::SecretKey;

use super::{ConnectionView, Which, load, read_spec};
use crate::App;
use crate::types::{ApiError, Code};
use transport::spec::Slot;

/// A question to the user that stands in the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Consent {
    /// Its id.
    pub consent: String,
    /// The address that the host opens in the system's browser.
    pub url: String,
    /// The code that the user types there, where the browser is on another device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub user_code: Option<String>,
    /// What is asked for, in words.
    pub scopes_in_words: Vec<String>,
}

/// A question to the user.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OfConsent {
    /// Its id.
    pub consent: String,
}

/// Begins to ask the user.
pub async fn consent(app: &App, which: Which) -> Result<Consent, ApiError> {
    let spec = read_spec(&load(app, &which).await?)?;
    if !spec.auth.asks_user() {
        let words = format!("\"{}\" needs nobody's yes in a browser.", spec.name);
        return Err(ApiError::new(Code::Invalid, words));
    }
    Err(ApiError::new(Code::Invalid, "This version cannot ask in the browser yet."))
}

/// Waits until the user said yes or no.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn wait(_: &App, of: OfConsent) -> Result<ConnectionView, ApiError> {
    Err(unknown(&of))
}

/// Gives the question up.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn cancel(_: &App, _: OfConsent) -> Result<(), ApiError> {
    Ok(())
}

/// Lets go of what the system gave out: the connection has to be connected anew.
pub async fn disconnect(app: &App, which: Which) -> Result<ConnectionView, ApiError> {
    let spec = read_spec(&load(app, &which).await?)?;
    let key = SecretKey::new(spec.owner(), Slot::TOKENS);
    app.with_vault(move |vault| vault.delete(&key)).await?;
    app.changed(&which, false);
    super::open(app, which).await
}

fn unknown(of: &OfConsent) -> ApiError {
    let words = format!("Nobody is asked under {} any more: press \"Connect\" again.", of.consent);
    ApiError::new(Code::NotFound, words)
}
