//! Renews what a system gave out: before it runs out, once for all calls that wait, and kept in the
//! vault before anybody uses it. Not how it is asked for: see `oauth2`.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flow::run::Timestamp;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;
use vault::{Secret, Vault};

use super::oauth2::{Asking, NoToken};
use super::secrets::{self, Need, Secrets};
use super::tokens::Tokens;
use super::way::Way;
use super::{again, sign_in_first, unsent};
use crate::error::{Kind, TransportError};
use crate::spec::{AuthSpec, ConnectionSpec, Grant, OAuth2Spec, Slot};

/// How long a renewal that failed is let be while the token still holds, in milliseconds.
const LET_BE_MS: i64 = 10_000;

/// What a system gave out to one connection, shared by all its calls.
#[derive(Default)]
pub(crate) struct Renewal {
    state: Mutex<State>,
    /// Renewals on their way. They go on when the call that began them is stopped: what they get
    /// may be the only copy of a token.
    tasks: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    held: Option<Given>,
    /// Got, but not kept in the vault yet, because that failed.
    unkept: Option<Tokens>,
    flight: Option<Flight>,
    let_be_until: Timestamp,
    n_renewals: u64,
}

/// A renewal that is on its way, as everybody waits for it.
type Flight = Shared<BoxFuture<'static, Result<Given, TransportError>>>;

/// What a call carries, and which of all that there were it is.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) no: u64,
}

/// What a renewal needs of its connection.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) spec: Arc<ConnectionSpec>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) secrets: Arc<Secrets>,
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").finish_non_exhaustive()
    }
}

impl Renewal {
    /// What calls carry at this time, renewed where four fifths of its time are over.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn current(
        self: &Arc<Self>,
        account: impl FnOnce() -> Account,
        way: impl FnOnce() -> Arc<dyn Way>,
        now: Timestamp,
    ) -> Result<Given, TransportError> {
        let (flight, usable) = {
            let mut state = self.lock();
            let usable = state.held.clone().filter(|given| given.tokens.is_valid(now));
            if let Some(given) = &usable
                && (given.tokens.is_fresh(now) || now < state.let_be_until)
            {
                return Ok(given.clone());
            }
            (self.join(&mut state, account, way, now, None), usable)
        };
        match (flight.await, usable) {
            (Ok(given), _) => Ok(given),
            // It still holds for a while: the next call that needs one tries again.
            (Err(_), Some(given)) => {
                self.lock().let_be_until = now + LET_BE_MS;
                Ok(given)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// What calls carry from now on, after the system refused what was given; renewed unless it
    /// was meanwhile.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn after_refusal(
        self: &Arc<Self>,
        refused: &Given,
        account: impl FnOnce() -> Account,
        way: impl FnOnce() -> Arc<dyn Way>,
        now: Timestamp,
    ) -> Result<Given, TransportError> {
        let flight = {
            let mut state = self.lock();
            if let Some(given) = state.held.as_ref().filter(|given| given.no != refused.no) {
                return Ok(given.clone());
            }
            self.join(&mut state, account, way, now, Some(refused.tokens.access.clone()))
        };
        flight.await
    }

    /// Takes what a user's sign-in got, once it is kept.
    pub(crate) fn take(&self, tokens: Tokens) {
        self.lock().hold(tokens);
    }

    /// The renewal that is on its way, or a new one.
    fn join(
        self: &Arc<Self>,
        state: &mut State,
        account: impl FnOnce() -> Account,
        way: impl FnOnce() -> Arc<dyn Way>,
        now: Timestamp,
        refused: Option<Secret>,
    ) -> Flight {
        if let Some(flight) = &state.flight {
            return flight.clone();
        }
        let (account, way) = (account(), way());
        let url = match &account.spec.auth {
            AuthSpec::Oauth2(oauth) => oauth.token_url.clone(),
            _ => String::new(),
        };
        let (tell, told) = oneshot::channel();
        let broken_off = move |_| {
            let words = "The sign-in was broken off: run it again.".to_owned();
            Err(unsent(Kind::SignInBusy(words), &url))
        };
        let flight = told.map(|told| told.unwrap_or_else(broken_off)).boxed().shared();
        state.flight = Some(flight.clone());
        let this = Arc::clone(self);
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let ended = Ended(&this);
            let got = this.renew(&account, way, now, refused.as_ref()).await;
            let given = {
                let mut state = this.lock();
                state.flight = None;
                got.map(|tokens| state.hold(tokens))
            };
            drop(ended);
            let _ = tell.send(given);
        });
        flight
    }

    /// Gets what calls carry: what another process put into the vault, else from the system. It is
    /// in the vault before it is returned.
    async fn renew(
        &self,
        account: &Account,
        way: Arc<dyn Way>,
        now: Timestamp,
        refused: Option<&Secret>,
    ) -> Result<Tokens, TransportError> {
        let AuthSpec::Oauth2(oauth) = &account.spec.auth else {
            return Err(unsent(sign_in_first(&account.spec), &account.spec.base_url));
        };
        let failed = |kind| unsent(kind, &oauth.token_url);
        let unkept = self.lock().unkept.take();
        if let Some(tokens) = unkept {
            self.keep(account, tokens).await.map_err(failed)?;
        }
        let kept = self.kept(account).await.map_err(failed)?;
        if let Some(tokens) = &kept
            && tokens.is_fresh(now)
            && refused != Some(&tokens.access)
        {
            return Ok(tokens.clone());
        }
        let asking = asking(account, oauth, way, now);
        let new = match &kept {
            Some(Tokens { refresh: Some(refresh), .. }) => {
                self.refresh(account, &asking, kept.as_ref(), refresh, now).await?
            }
            Some(_) if account.spec.auth.asks_user() => {
                let said = "nothing to renew it with was given out";
                return Err(failed(again(&account.spec, said)));
            }
            _ => asking.by_itself().await.map_err(|error| spent(account, error, oauth))?,
        };
        self.keep(account, new.clone()).await.map_err(failed)?;
        Ok(new)
    }

    async fn refresh(
        &self,
        account: &Account,
        asking: &Asking,
        kept: Option<&Tokens>,
        refresh: &Secret,
        now: Timestamp,
    ) -> Result<Tokens, TransportError> {
        let Some(old) = kept else {
            return Err(unsent(sign_in_first(&account.spec), &account.spec.base_url));
        };
        let said = match asking.refresh(old, refresh).await {
            Ok(new) => return Ok(new),
            Err(NoToken::Failed(error)) => return Err(error),
            Err(NoToken::Spent(said)) => said,
        };
        // Another process may have used it a moment ago, and kept what it got for it.
        let kept = self.kept(account).await;
        if let Ok(Some(theirs)) = kept
            && theirs.refresh.as_ref() != Some(refresh)
        {
            if theirs.is_fresh(now) {
                return Ok(theirs);
            }
            if let Some(newer) = &theirs.refresh {
                let renewed = asking.refresh(&theirs, newer).await;
                return renewed.map_err(|error| spent(account, error, &asking.oauth));
            }
        }
        match asking.oauth.grant {
            Grant::AuthorizationCode | Grant::DeviceCode => {
                Err(unsent(again(&account.spec, &said), &asking.oauth.token_url))
            }
            _ => asking.by_itself().await.map_err(|error| spent(account, error, &asking.oauth)),
        }
    }

    async fn kept(&self, account: &Account) -> Result<Option<Tokens>, Kind> {
        let kept = secrets::read(&account.spec, &account.vault, Slot::TOKENS).await?;
        Ok(kept.as_ref().and_then(Tokens::read))
    }

    /// Keeps tokens in the vault, in place of the old ones. Where that fails they are not lost as
    /// long as the program runs: the next renewal keeps them first.
    async fn keep(&self, account: &Account, tokens: Tokens) -> Result<(), Kind> {
        let kept =
            secrets::keep(&account.spec, &account.vault, Slot::TOKENS, tokens.written()).await;
        if kept.is_err() {
            self.lock().unkept = Some(tokens);
        }
        kept
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn hold(&mut self, tokens: Tokens) -> Given {
        self.n_renewals += 1;
        self.let_be_until = 0;
        let given = Given { tokens: Arc::new(tokens), no: self.n_renewals };
        self.held = Some(given.clone());
        given
    }
}

/// Clears the way for the next renewal, also where this one ends in a panic.
struct Ended<'a>(&'a Renewal);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.lock().flight = None;
    }
}

/// Asks for tokens of this account.
pub(crate) fn asking(
    account: &Account,
    oauth: &OAuth2Spec,
    way: Arc<dyn Way>,
    at: Timestamp,
) -> Asking {
    let (account, oauth) = (account.clone(), oauth.clone());
    Asking { account, oauth, need: Need::Real, way, at, began: Instant::now() }
}

/// What is left to say when what was shown holds no longer.
pub(crate) fn spent(account: &Account, error: NoToken, oauth: &OAuth2Spec) -> TransportError {
    match error {
        NoToken::Failed(error) => error,
        NoToken::Spent(said) => unsent(again(&account.spec, &said), &oauth.token_url),
    }
}
