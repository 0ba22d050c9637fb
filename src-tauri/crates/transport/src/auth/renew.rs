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
use super::session::{self, Session};
use super::tokens::{Pass, Tokens};
use super::way::Way;
use super::{again, sign_in_first, unsent};
use crate::error::{Kind, TransportError};
use crate::spec::{AuthSpec, ConnectionSpec, OAuth2Spec, SessionSpec, Slot};

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
    unkept: Option<Pass>,
    flight: Option<Flight>,
    let_be_until: Timestamp,
    n_renewals: u64,
}

/// A renewal that is on its way, as everybody waits for it.
type Flight = Shared<BoxFuture<'static, Result<Given, TransportError>>>;

/// What a call carries, and which of all that there were it is.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) pass: Arc<Pass>,
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
            let usable = state.held.clone().filter(|given| given.pass.is_valid(now));
            if let Some(given) = &usable
                && (given.pass.is_fresh(now) || now < state.let_be_until)
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
            self.join(&mut state, account, way, now, Some(Arc::clone(&refused.pass)))
        };
        flight.await
    }

    /// Takes what a user's sign-in got, once it is kept.
    pub(crate) fn take(&self, tokens: Tokens) {
        self.lock().hold(Pass::Tokens(tokens));
    }

    /// The renewal that is on its way, or a new one.
    fn join(
        self: &Arc<Self>,
        state: &mut State,
        account: impl FnOnce() -> Account,
        way: impl FnOnce() -> Arc<dyn Way>,
        now: Timestamp,
        refused: Option<Arc<Pass>>,
    ) -> Flight {
        if let Some(flight) = &state.flight {
            return flight.clone();
        }
        let (account, way) = (account(), way());
        let url = url_of(&account.spec).to_owned();
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
            let got = this.renew(&account, way, now, refused.as_deref()).await;
            let given = {
                let mut state = this.lock();
                state.flight = None;
                got.map(|pass| state.hold(pass))
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
        refused: Option<&Pass>,
    ) -> Result<Pass, TransportError> {
        let failed = |kind| unsent(kind, url_of(&account.spec));
        let _hold = secrets::hold(&account.spec, &account.vault).await;
        let unkept = self.lock().unkept.take();
        if let Some(pass) = unkept {
            self.keep(account, pass).await.map_err(failed)?;
        }
        let kept = kept(account).await.map_err(failed)?;
        if let Some(pass) = &kept
            && pass.is_fresh(now)
            && !refused.is_some_and(|refused| refused.is_same(pass))
        {
            return Ok(pass.clone());
        }
        let new = match &account.spec.auth {
            AuthSpec::Oauth2(oauth) => {
                let old = match kept {
                    Some(Pass::Tokens(tokens)) => Some(tokens),
                    _ => None,
                };
                let asking = asking(account, oauth, way, now);
                Pass::Tokens(tokens(account, &asking, old, now).await?)
            }
            AuthSpec::Session(session) => {
                Pass::Session(login(account, session, way.as_ref(), now, Need::Real).await?)
            }
            _ => return Err(failed(sign_in_first(&account.spec))),
        };
        self.keep(account, new.clone()).await.map_err(failed)?;
        Ok(new)
    }

    /// Keeps it in the vault, in place of the old. Where that fails it is not lost as long as the
    /// program runs: the next renewal keeps it first.
    async fn keep(&self, account: &Account, pass: Pass) -> Result<(), Kind> {
        let kept = secrets::keep(&account.spec, &account.vault, Slot::TOKENS, pass.written()).await;
        if kept.is_err() {
            self.lock().unkept = Some(pass);
        }
        kept
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gets new tokens with what is kept, or else with what the connection has.
async fn tokens(
    account: &Account,
    asking: &Asking,
    old: Option<Tokens>,
    now: Timestamp,
) -> Result<Tokens, TransportError> {
    let failed = |kind| unsent(kind, &asking.oauth.token_url);
    let asks_user = account.spec.auth.asks_user();
    let said = match old.as_ref().and_then(|old| Some((old, old.refresh.as_ref()?))) {
        Some((old, refresh)) => match refreshed(account, asking, old, refresh, now).await {
            Err(NoToken::Spent(said)) => said,
            Err(NoToken::Failed(error)) => return Err(error),
            Ok(new) => return Ok(new),
        },
        None if old.is_some() => "the token has run out, and no refresh token was given".to_owned(),
        None if asks_user => return Err(failed(sign_in_first(&account.spec))),
        None => String::new(),
    };
    if asks_user {
        return Err(failed(again(&account.spec, &said)));
    }
    asking.by_itself().await.map_err(|error| spent(account, error, &asking.oauth))
}

/// Gets new tokens with a refresh token; with another one where a second process has used it a
/// moment ago, and kept what it got for it.
async fn refreshed(
    account: &Account,
    asking: &Asking,
    old: &Tokens,
    refresh: &Secret,
    now: Timestamp,
) -> Result<Tokens, NoToken> {
    let said = match asking.refresh(old, refresh).await {
        Err(NoToken::Spent(said)) => said,
        settled => return settled,
    };
    match kept(account).await {
        Ok(Some(Pass::Tokens(theirs))) if theirs.refresh.as_ref() != Some(refresh) => {
            match &theirs.refresh {
                _ if theirs.is_fresh(now) => Ok(theirs),
                Some(newer) => asking.refresh(&theirs, newer).await,
                None => Err(NoToken::Spent(said)),
            }
        }
        _ => Err(NoToken::Spent(said)),
    }
}

/// Logs in.
async fn login(
    account: &Account,
    spec: &SessionSpec,
    way: &dyn Way,
    now: Timestamp,
    need: Need,
) -> Result<Session, TransportError> {
    let failed = |kind| unsent(kind, &account.spec.base_url);
    let began = Instant::now();
    let Account { spec: connection, vault, secrets } = account;
    let password = secrets.get(connection, vault, "password", need).await.map_err(failed)?;
    let (call, mut masked) =
        session::login_call(connection, spec, &password, now).map_err(failed)?;
    masked.push(password);
    let url = call.url.clone();
    let told = way.call(call, masked).await;
    // Whatever became of the login, the call that it is for never left.
    let told = told.map_err(|error| TransportError { sent: false, writes: false, ..error })?;
    if matches!(told.status, 408 | 425 | 429 | 500..=599) {
        let words = format!("Nobody can log in just now: the login was answered {}.", told.status);
        return Err(failed(Kind::SignInBusy(words)));
    }
    let at = now + Timestamp::try_from(began.elapsed().as_millis()).unwrap_or(0);
    let answer = (told.status, &told.headers, told.body.as_ref());
    session::of_answer(spec, &url, answer, at).map_err(failed)
}

/// Asks once, with placeholders, where a cassette may hold the answer. Whatever it says is not
/// used.
pub(crate) async fn rehearse(account: &Account, way: Arc<dyn Way>, now: Timestamp) {
    match &account.spec.auth {
        AuthSpec::Oauth2(oauth) => {
            let asking = asking(account, oauth, way, now);
            Asking { need: Need::Placeholder, ..asking }.rehearse().await;
        }
        AuthSpec::Session(spec) => {
            drop(login(account, spec, way.as_ref(), now, Need::Placeholder).await);
        }
        _ => {}
    }
}

/// What is kept in the vault by now.
async fn kept(account: &Account) -> Result<Option<Pass>, Kind> {
    let kept = secrets::read(&account.spec, &account.vault, Slot::TOKENS).await?;
    Ok(kept.as_ref().and_then(|kept| Pass::read(&account.spec.auth, kept)))
}

/// Where the system is asked.
fn url_of(spec: &ConnectionSpec) -> &str {
    match &spec.auth {
        AuthSpec::Oauth2(oauth) => &oauth.token_url,
        _ => &spec.base_url,
    }
}

impl State {
    fn hold(&mut self, pass: Pass) -> Given {
        self.n_renewals += 1;
        self.let_be_until = 0;
        let given = Given { pass: Arc::new(pass), no: self.n_renewals };
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
