//! Lets a user sign in: in the browser, which comes back to this computer, or on another device.
//! Not the browser: whoever shows the address opens it.

use std::sync::Arc;
use std::time::Duration;

use flow::run::Timestamp;
use oauth2::StandardDeviceAuthorizationResponse;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vault::{Secret, Vault};

use super::loopback::{CameBack, Loopback};
use super::oauth2::{Asking, NoToken, authorize_url};
use super::renew::{Account, asking};
use super::scopes;
pub use super::scopes::ScopeInWords;
use super::secrets::{self, called};
use super::tokens::Tokens;
use super::way::Way;
use super::{again, unsent};
use crate::connection::Connection;
use crate::error::{Kind, TransportError};
use crate::spec::{AuthSpec, ConnectionSpec, Grant, OAuth2Spec, Slot};

/// How long a sign-in waits for the user.
const PATIENCE: Duration = Duration::from_mins(10);

/// A sign-in that waits for its user. Letting it go ends it.
pub struct Consent {
    /// What the browser is to open.
    pub url: String,
    /// What the user enters there, where it is another device.
    pub user_code: Option<String>,
    /// What is asked for.
    pub scopes: Vec<ScopeInWords>,
    connection: Arc<Connection>,
    account: Account,
    oauth: OAuth2Spec,
    way: Arc<dyn Way>,
    waiting: Waiting,
    patience: Duration,
    at: Timestamp,
    began: Instant,
}

/// What a sign-in waits for.
enum Waiting {
    Browser { loopback: Loopback, state: Secret, verifier: Secret },
    Device(Box<StandardDeviceAuthorizationResponse>),
}

/// What a connection was let do by its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The scopes that the system granted; those that were asked for where it does not say.
    pub scopes: Vec<ScopeInWords>,
    /// When the token runs out, where the system tells.
    pub expires_at: Option<Timestamp>,
    /// Whether it is renewed without the user.
    pub is_renewable: bool,
}

impl std::fmt::Debug for Consent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consent").field("connection", &self.account.spec.id).finish_non_exhaustive()
    }
}

impl Consent {
    /// Begins a sign-in.
    ///
    /// # Errors
    /// [`Kind::SignIn`], where this connection asks no user, or lacks something.
    pub(crate) async fn begin(
        connection: &Arc<Connection>,
        way: Arc<dyn Way>,
        at: Timestamp,
    ) -> Result<Self, TransportError> {
        let account = connection.auth.account(connection);
        let AuthSpec::Oauth2(oauth) = &account.spec.auth else {
            return Err(unsent(asks_nobody(&account.spec), &account.spec.base_url));
        };
        let oauth = oauth.as_ref().clone();
        let began = Instant::now();
        // Whoever cannot keep what the user is asked for does not ask.
        secrets::read(&account.spec, &account.vault, Slot::TOKENS)
            .await
            .map_err(|kind| unsent(kind, &oauth.token_url))?;
        let (url, user_code, waiting) = match oauth.grant {
            Grant::AuthorizationCode => browser(&account.spec, &oauth).await?,
            Grant::DeviceCode => {
                device(&account.spec, asking(&account, &oauth, Arc::clone(&way), at)).await?
            }
            _ => return Err(unsent(asks_nobody(&account.spec), &oauth.token_url)),
        };
        Ok(Self {
            url,
            user_code,
            scopes: oauth.scopes.iter().map(|scope| scopes::in_words(scope)).collect(),
            connection: Arc::clone(connection),
            account,
            oauth,
            way,
            waiting,
            patience: PATIENCE,
            at,
            began,
        })
    }

    /// Sets how long it waits for the user; 10 minutes without.
    pub fn patient_for(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Waits until the user said yes, and keeps what the system gave out. Once this returns, it is
    /// in the vault, and every call of the connection uses it.
    ///
    /// # Errors
    /// [`Kind::SignIn`] where the user or the system said no, or nobody said anything in time;
    /// [`Kind::Cancelled`].
    pub async fn wait(self, cancel: &CancellationToken) -> Result<SignedIn, TransportError> {
        let got = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(self.failed(Kind::Cancelled)),
            got = self.token() => got,
            () = tokio::time::sleep(self.patience) => Err(self.failed(Kind::SignIn(format!(
                "Nobody said yes to the sign-in of the connection {} within {} minutes: sign in \
                 again.",
                called(&self.account.spec),
                self.patience.as_secs().div_ceil(60)
            )))),
        };
        let tokens = got?;
        let Account { spec, vault, .. } = &self.account;
        secrets::keep(spec, vault, Slot::TOKENS, tokens.written())
            .await
            .map_err(|kind| self.failed(kind))?;
        let told = tokens.scope.split(' ').filter(|scope| !scope.is_empty());
        let granted: Vec<ScopeInWords> = told.map(scopes::in_words).collect();
        let signed_in = SignedIn {
            scopes: if granted.is_empty() { self.scopes.clone() } else { granted },
            expires_at: tokens.expires_at,
            is_renewable: tokens.refresh.is_some(),
        };
        self.connection.auth.renewal.take(tokens);
        Ok(signed_in)
    }

    async fn token(&self) -> Result<Tokens, TransportError> {
        let asking = Asking {
            began: self.began,
            ..asking(&self.account, &self.oauth, Arc::clone(&self.way), self.at)
        };
        let got = match &self.waiting {
            Waiting::Device(details) => asking.device_token(details).await,
            Waiting::Browser { loopback, state, verifier } => match loopback.wait(state).await {
                Err(error) => return Err(self.failed(Kind::SignIn(deaf(&error)))),
                Ok(CameBack::Refused { code, words }) => {
                    return Err(self.failed(said_no(&self.account.spec, &code, words)));
                }
                Ok(CameBack::Code(code)) => asking.code(&code, verifier, &loopback.url).await,
            },
        };
        got.map_err(|error| match error {
            NoToken::Failed(error) => error,
            NoToken::Spent(said) => self.failed(again(&self.account.spec, &said)),
        })
    }

    fn failed(&self, kind: Kind) -> TransportError {
        unsent(kind, &self.oauth.token_url)
    }
}

/// Forgets what the system gave out to a connection: its user has to sign in again.
///
/// # Errors
/// [`vault::VaultError`]; then it is as it was before.
pub fn sign_out(spec: &ConnectionSpec, vault: &Vault) -> Result<(), vault::VaultError> {
    vault.delete(&vault::SecretKey::new(spec.owner(), Slot::TOKENS))
}

/// What a connection was let do, as far as it is kept; none where nobody signed in.
///
/// # Errors
/// [`vault::VaultError`], where nobody can tell.
pub fn signed_in(
    spec: &ConnectionSpec,
    vault: &Vault,
) -> Result<Option<SignedIn>, vault::VaultError> {
    let kept = vault.get(&vault::SecretKey::new(spec.owner(), Slot::TOKENS))?;
    Ok(kept.as_ref().and_then(Tokens::read).map(|tokens| SignedIn {
        scopes: tokens.scope.split_whitespace().map(scopes::in_words).collect(),
        expires_at: tokens.expires_at,
        is_renewable: tokens.refresh.is_some(),
    }))
}

async fn browser(
    spec: &ConnectionSpec,
    oauth: &OAuth2Spec,
) -> Result<(String, Option<String>, Waiting), TransportError> {
    let listening = Loopback::listen(oauth.redirect_port, &oauth.redirect_path).await;
    let loopback = listening.map_err(|error| {
        let port = oauth.redirect_port.unwrap_or_default();
        unsent(
            Kind::SignIn(format!(
                "The browser cannot come back to port {port} of this computer for the connection \
                 {}: {error}. Close the program that uses it, or choose another redirect port.",
                called(spec)
            )),
            &oauth.token_url,
        )
    })?;
    let (url, state, verifier) =
        authorize_url(oauth, &loopback.url).map_err(|kind| unsent(kind, &oauth.authorize_url))?;
    Ok((url.into(), None, Waiting::Browser { loopback, state, verifier }))
}

async fn device(
    spec: &ConnectionSpec,
    asking: Asking,
) -> Result<(String, Option<String>, Waiting), TransportError> {
    let details = asking.device().await.map_err(|error| match error {
        NoToken::Failed(error) => error,
        NoToken::Spent(said) => unsent(again(spec, &said), &asking.oauth.token_url),
    })?;
    let whole = details.verification_uri_complete().map(|url| url.secret().clone());
    let url = whole.unwrap_or_else(|| details.verification_uri().to_string());
    let user_code = details.user_code().secret().clone();
    Ok((url, Some(user_code), Waiting::Device(Box::new(details))))
}

fn said_no(spec: &ConnectionSpec, code: &str, words: Option<String>) -> Kind {
    let short = |text: &str| text.chars().take(300).collect::<String>();
    let words = words.map(|words| format!(" ({})", short(words.trim_end_matches('.'))));
    let said = format!("{}{}", short(code), words.unwrap_or_default());
    Kind::SignIn(match code {
        "access_denied" => format!(
            "The sign-in of the connection {} was declined: {said}. Sign in again, and agree.",
            called(spec)
        ),
        _ => format!(
            "The system refused the sign-in of the connection {}: {said}. Check its client id, \
             scopes and redirect address.",
            called(spec)
        ),
    })
}

fn asks_nobody(spec: &ConnectionSpec) -> Kind {
    Kind::SignIn(format!(
        "The connection {} signs in by itself: there is nobody to ask. Test it instead.",
        called(spec)
    ))
}

fn deaf(error: &std::io::Error) -> String {
    format!("This computer stopped waiting for the browser: {error}. Sign in again.")
}
