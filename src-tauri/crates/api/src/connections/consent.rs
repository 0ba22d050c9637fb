//! A user's yes in the browser: begun, waited for, given up. The host opens the browser; what is
//! said there goes between the transport and the system.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use transport::spec::Slot;
use ts_rs::TS;

use super::{ConnectionView, Which, load, name_of, read_spec};
use crate::App;
use crate::app::{lock, now};
use crate::types::{ApiError, Code};

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

/// The questions to the user of this process, by id: one for a connection at most.
#[derive(Debug, Default)]
pub(crate) struct Consents {
    open: Mutex<HashMap<String, Asked>>,
}

/// A question that was put, and what came of it.
#[derive(Debug, Clone)]
struct Asked {
    which: Which,
    cancel: CancellationToken,
    /// None until there is an answer.
    outcome: watch::Receiver<Option<Result<(), ApiError>>>,
}

impl Consents {
    fn get(&self, of: &OfConsent) -> Result<Asked, ApiError> {
        lock(&self.open).get(&of.consent).cloned().ok_or_else(|| {
            let words = "Nobody is asked any more: press \"Sign in\" again.";
            ApiError::new(Code::NotFound, words)
        })
    }

    fn take(&self, which: &Which) -> Option<Asked> {
        let mut open = lock(&self.open);
        let id = open.iter().find(|(_, asked)| asked.which == *which)?.0.clone();
        open.remove(&id)
    }

    /// Gives up what is asked for a connection, and waits until its port is free again.
    pub(super) async fn give_up(&self, which: &Which) {
        if let Some(mut asked) = self.take(which) {
            asked.cancel.cancel();
            // An error says that the task is gone, and with it the port.
            let _ = asked.outcome.wait_for(Option::is_some).await;
        }
    }
}

/// Begins to ask the user. What was asked for this connection before is given up.
pub async fn consent(app: &Arc<App>, which: Which) -> Result<Consent, ApiError> {
    let spec = read_spec(&load(app, &which).await?)?;
    app.consents.give_up(&which).await;
    let connection = app.transport.connection(&spec, &app.vault);
    let begun = app.transport.consent(&connection, None, now()).await.map_err(|e| refused(&e))?;
    let shown = Consent {
        consent: app.next_run_id().to_string(),
        url: begun.url.clone(),
        user_code: begun.user_code.clone(),
        scopes_in_words: begun.scopes.iter().map(|scope| scope.words.clone()).collect(),
    };
    let (tell, outcome) = watch::channel(None);
    let cancel = CancellationToken::new();
    let asked = Asked { which: which.clone(), cancel: cancel.clone(), outcome };
    lock(&app.consents.open).insert(shown.consent.clone(), asked);
    // The answer is taken whether or not somebody waits for it; the transport's patience ends it.
    let weak = Arc::downgrade(app);
    app.spawn(async move {
        let outcome = begun.wait(&cancel).await;
        let outcome = match (outcome, weak.upgrade()) {
            (Ok(_), Some(app)) => app.signed_in(&which).await,
            (Ok(_), None) => Ok(()),
            (Err(error), _) => Err(refused(&error)),
        };
        let _ = tell.send(Some(outcome));
    });
    Ok(shown)
}

/// Waits until the user said yes or no.
pub async fn wait(app: &App, of: OfConsent) -> Result<ConnectionView, ApiError> {
    let mut asked = app.consents.get(&of)?;
    let outcome = match asked.outcome.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone().unwrap_or(Ok(())),
        Err(_) => Err(ApiError::new(Code::Invalid, "Gantry is being closed.")),
    };
    lock(&app.consents.open).remove(&of.consent);
    outcome?;
    super::open(app, asked.which).await
}

/// Gives the question up; that nobody is asked any more is no error.
pub async fn cancel(app: &App, of: OfConsent) -> Result<(), ApiError> {
    if let Ok(asked) = app.consents.get(&of) {
        app.consents.give_up(&asked.which).await;
    }
    Ok(())
}

/// Lets go of what the system gave out: the connection has to be connected anew.
pub async fn disconnect(app: &App, which: Which) -> Result<ConnectionView, ApiError> {
    let spec = read_spec(&load(app, &which).await?)?;
    if !spec.slots().iter().any(|slot| slot.name == Slot::TOKENS) {
        let words = format!("\"{}\" is never signed in: clear its secrets instead.", spec.name);
        return Err(ApiError::new(Code::Invalid, words));
    }
    app.consents.give_up(&which).await;
    app.with_vault(move |vault| transport::sign_out(&spec, vault)).await?;
    app.store.forget_connection_test(&name_of(&which)).await?;
    app.changed(&which, false);
    super::open(app, which).await
}

impl App {
    /// What was found out while nobody had said yes holds no more.
    async fn signed_in(&self, which: &Which) -> Result<(), ApiError> {
        self.store.forget_connection_test(&name_of(which)).await?;
        self.tell_changed(which, false);
        Ok(())
    }
}

fn refused(error: &transport::TransportError) -> ApiError {
    let words = [error.message(), error.advice()].join(" ");
    ApiError::new(Code::Invalid, words.trim())
}
