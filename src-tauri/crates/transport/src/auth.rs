//! Lets a call in at its system: signs it, gets what it needs to sign, and tells when that has run
//! out. One file for each way in `auth/`. Not how a way is written down: see `spec`.

mod api_key;
mod basic;
mod bearer;
pub mod consent;
mod expired;
mod headers;
mod jwt;
mod loopback;
mod oauth2;
mod place;
mod renew;
mod scopes;
mod secrets;
mod sigv4;
mod tokens;
mod way;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flow::run::Timestamp;
use http::{HeaderValue, header};
use ring::rand::{SecureRandom, SystemRandom};
use vault::Secret;

use self::oauth2::Asking;
use self::renew::{Account, Given, Renewal};
use self::secrets::{Need, PLACEHOLDER, Secrets, called};
use crate::clock::Clock;
use crate::conduct::Conduct;
use crate::connection::Connection;
use crate::error::{Kind, TransportError};
use crate::outgoing::Outgoing;
use crate::policy;
use crate::response::Response;
use crate::spec::{AuthSpec, ConnectionSpec};

pub(crate) use self::way::{Told, Way};

/// The state of one connection's sign-in, shared by all its calls.
#[derive(Debug, Default)]
pub(crate) struct Auth {
    secrets: Arc<Secrets>,
    renewal: Arc<Renewal>,
}

/// How a call was let in.
#[derive(Debug, Default)]
pub(crate) struct Signed {
    /// What must not be seen of it, besides what stands under a secret's name.
    pub(crate) secrets: Vec<Secret>,
    given: Option<Given>,
    need: Option<Need>,
}

/// Makes the way for the calls of a sign-in, where there are any.
pub(crate) type MakeWay<'a> = &'a (dyn Fn() -> Arc<dyn Way> + Send + Sync);

impl Auth {
    /// Signs a call that is about to leave, and gets before what it needs for that.
    ///
    /// # Errors
    /// [`Kind::SignIn`] where a secret is missing or was refused, and what the calls of the
    /// sign-in met. The call itself has not left.
    pub(crate) async fn sign(
        &self,
        connection: &Connection,
        conduct: &Conduct,
        out: &mut Outgoing,
        way: MakeWay<'_>,
    ) -> Result<Signed, TransportError> {
        let need = need(conduct);
        let signed = self.sign_by_kind(connection, need, out, way).await?;
        Ok(Signed { need: Some(need), ..signed })
    }

    async fn sign_by_kind(
        &self,
        connection: &Connection,
        need: Need,
        out: &mut Outgoing,
        way: MakeWay<'_>,
    ) -> Result<Signed, TransportError> {
        match &connection.spec.auth {
            AuthSpec::Oauth2(_) if need == Need::Placeholder => {
                let token = Secret::new(PLACEHOLDER);
                bearer(out, &token)?;
                Ok(Signed { secrets: vec![token], ..Signed::default() })
            }
            AuthSpec::Oauth2(_) => {
                let account = || self.account(connection);
                let given = self.renewal.current(account, way, out.at).await?;
                bearer(out, &given.tokens.access)?;
                let secrets = given.tokens.secrets();
                Ok(Signed { secrets, given: Some(given), need: None })
            }
            AuthSpec::Jwt(spec) => {
                let key = self.secret(connection, "private_key", need, out).await?;
                let token = jwt::sign(spec, &key, "", out.at)
                    .map_err(|kind| unsent(kind, out.url.as_str()))?;
                bearer(out, &token)?;
                Ok(Signed { secrets: vec![token], ..Signed::default() })
            }
            AuthSpec::None => Ok(Signed::default()),
            _ => Ok(Signed::default()),
        }
    }

    /// Whether an answer says that what let the call in has run out, and it was got anew: then the
    /// call is to be signed and sent once more. Only ever asked once for a call.
    ///
    /// # Errors
    /// Why it could not be got anew.
    pub(crate) async fn refused(
        &self,
        connection: &Connection,
        signed: &Signed,
        answer: &mut Response,
        now: Timestamp,
        way: MakeWay<'_>,
    ) -> Result<bool, TransportError> {
        let AuthSpec::Oauth2(oauth) = &connection.spec.auth else { return Ok(false) };
        if !expired::is_expired(connection.spec.expired.as_ref(), answer).await? {
            return Ok(false);
        }
        if let Some(given) = &signed.given {
            let account = || self.account(connection);
            self.renewal.after_refusal(given, account, way, now).await?;
            return Ok(true);
        }
        if signed.need == Some(Need::Placeholder) {
            // The cassette may hold the renewal too; whether it does or not, the next call is met
            // as it was.
            let asking = renew::asking(&self.account(connection), oauth, way(), now);
            let asking = Asking { need: Need::Placeholder, ..asking };
            asking.rehearse().await;
            return Ok(true);
        }
        Ok(false)
    }

    fn account(&self, connection: &Connection) -> Account {
        Account {
            spec: Arc::new(connection.spec.clone()),
            vault: Arc::clone(&connection.vault),
            secrets: Arc::clone(&self.secrets),
        }
    }

    async fn secret(
        &self,
        connection: &Connection,
        slot: &str,
        need: Need,
        out: &Outgoing,
    ) -> Result<Secret, TransportError> {
        let got = self.secrets.get(&connection.spec, &connection.vault, slot, need).await;
        got.map_err(|kind| unsent(kind, out.url.as_str()))
    }
}

/// Time jumps only where nothing leaves the machine, and there nobody has to be let in: a cassette
/// is handed over without credentials.
fn need(conduct: &Conduct) -> Need {
    match conduct.clock {
        Clock::Real => Need::Real,
        Clock::Virtual(_) => Need::Placeholder,
    }
}

fn bearer(out: &mut Outgoing, token: &Secret) -> Result<(), TransportError> {
    let value = HeaderValue::from_str(&format!("Bearer {}", token.reveal().trim()));
    let value = value.map_err(|_| {
        let words = "The token has characters that headers may not have: sign in again.";
        unsent(Kind::SignIn(words.to_owned()), out.url.as_str())
    })?;
    out.let_in_by(header::AUTHORIZATION, value);
    Ok(())
}

/// An error before the call left, with the host of `url`.
fn unsent(kind: Kind, url: &str) -> TransportError {
    let host = url::Url::parse(url).map(|url| policy::host_of(&url)).unwrap_or_default();
    TransportError { kind, host, sent: false, writes: false, exchange: None }
}

/// That the user has to sign in for the first time.
fn sign_in_first(spec: &ConnectionSpec) -> Kind {
    Kind::SignIn(format!(
        "Nobody has signed in to the connection {} yet: open it under Connections and sign in.",
        called(spec)
    ))
}

/// That the user has to sign in once more.
fn again(spec: &ConnectionSpec, said: &str) -> Kind {
    Kind::SignIn(format!(
        "The sign-in of the connection {} holds no longer: {said}. Open it under Connections and \
         sign in again.",
        called(spec)
    ))
}

/// A text that nobody can guess, of so many random bytes.
fn random_text(n_bytes: usize) -> Result<String, Kind> {
    let mut bytes = vec![0; n_bytes];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        Kind::SignIn("This computer gives out no random numbers, so nothing can be signed.".into())
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
