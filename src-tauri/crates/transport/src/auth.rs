//! Lets a call in at its system: signs it, gets what it needs to sign, and tells when that has run
//! out. One file for each way in `auth/`. Not how a way is written down: see `spec`.

mod api_key;
mod basic;
mod bearer;
pub(crate) mod consent;
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
    need: Need,
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
        let before = out.headers.clone();
        let signed = self.sign_by_kind(connection, need(conduct), out, way).await?;
        // What was put in is dropped on the way to another origin, whatever its name.
        let put_in = out.headers.iter().filter(|(name, value)| before.get(*name) != Some(*value));
        out.credentials.extend(put_in.map(|(name, _)| name.clone()));
        Ok(signed)
    }

    async fn sign_by_kind(
        &self,
        connection: &Connection,
        need: Need,
        out: &mut Outgoing,
        way: MakeWay<'_>,
    ) -> Result<Signed, TransportError> {
        let get = async |slot: &str, out: &Outgoing| self.secret(connection, slot, need, out).await;
        let (secrets, made) = match &connection.spec.auth {
            AuthSpec::None => return Ok(Signed::default()),
            AuthSpec::ApiKey { place, name, prefix } => {
                let key = get("key", out).await?;
                let made = api_key::sign(out, *place, name, prefix, &key);
                (vec![key], made)
            }
            AuthSpec::Headers { names } => {
                let mut values = Vec::with_capacity(names.len());
                for name in names {
                    values.push((name.clone(), get(name, out).await?));
                }
                let made = headers::sign(out, &values);
                (values.into_iter().map(|(_, value)| value).collect(), made)
            }
            AuthSpec::Basic { user } => {
                let password = get("password", out).await?;
                let made = basic::sign(out, user, &password);
                (vec![password], made)
            }
            AuthSpec::Bearer => {
                let token = get("token", out).await?;
                let made = bearer::sign(out, &token);
                (vec![token], made)
            }
            AuthSpec::Oauth2(_) if need == Need::Placeholder => {
                let token = Secret::new(PLACEHOLDER);
                let made = bearer::sign(out, &token);
                (vec![token], made)
            }
            AuthSpec::Oauth2(_) => {
                let account = || self.account(connection);
                let given = self.renewal.current(account, way, out.at).await?;
                let made = bearer::sign(out, &given.tokens.access);
                let mut secrets = given.tokens.secrets();
                secrets.extend(made.map_err(|kind| unsent(kind, out.url.as_str()))?);
                return Ok(Signed { secrets, given: Some(given), need });
            }
            AuthSpec::Jwt(spec) => {
                let key = get("private_key", out).await?;
                let token = jwt::sign(spec, &key, "", out.at);
                let made = token.and_then(|token| bearer::sign(out, &token));
                (vec![key], made)
            }
            AuthSpec::Sigv4(spec) => {
                let key = get("secret_access_key", out).await?;
                let token = self.secrets.find(&connection.spec, &connection.vault, "session_token");
                let token = token.await.or_else(|kind| match need {
                    Need::Real => Err(unsent(kind, out.url.as_str())),
                    Need::Placeholder => Ok(None),
                })?;
                let made = sigv4::sign(out, spec, &key, token.as_ref()).await;
                ([key].into_iter().chain(token).collect(), made)
            }
            _ => return Ok(Signed::default()),
        };
        let made = made.map_err(|kind| unsent(kind, out.url.as_str()))?;
        Ok(Signed { secrets: [secrets, made].concat(), given: None, need })
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
        if signed.need == Need::Placeholder {
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
