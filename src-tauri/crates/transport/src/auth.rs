//! Lets a call in at its system: signs it, gets what it needs to sign, and tells when that has run
//! out. One file for each way in `auth/`. Not how a way is written down: see `spec`.

mod api_key;
mod basic;
mod bearer;
pub(crate) mod consent;
mod cookies;
mod csrf;
mod digest;
mod expired;
mod headers;
mod jwt;
mod loopback;
mod oauth1;
mod oauth2;
mod place;
mod renew;
mod scopes;
mod secrets;
mod session;
mod sigv4;
mod tokens;
mod way;
mod ws_security;

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flow::run::Timestamp;
use http::HeaderMap;
use ring::rand::{SecureRandom, SystemRandom};
use url::Url;
use vault::Secret;

use self::cookies::Jar;
use self::csrf::Csrf;
use self::digest::Challenges;
use self::renew::{Account, Given, Renewal};
use self::secrets::{Need, PLACEHOLDER, Secrets, called};
use self::tokens::Pass;
use crate::conduct::Conduct;
use crate::connection::Connection;
use crate::error::{Kind, TransportError};
use crate::outgoing::Outgoing;
use crate::policy;
use crate::response::Response;
use crate::spec::{AuthSpec, ConnectionSpec, CsrfSpec, SessionSpec};

pub(crate) use self::way::{Told, Way};

/// The state of one connection's sign-in, shared by all its calls.
#[derive(Debug, Default)]
pub(crate) struct Auth {
    secrets: Arc<Secrets>,
    renewal: Arc<Renewal>,
    challenges: Challenges,
    jar: Jar,
    /// The session whose cookies are in the jar.
    session_no: Mutex<u64>,
    csrf: Csrf,
    /// Held while a CSRF token is fetched: a second one would end the session of the first.
    csrf_fetch: tokio::sync::Mutex<()>,
}

/// How a call was let in.
#[derive(Debug, Default)]
pub(crate) struct Signed {
    /// What must not be seen of it, besides what stands under a secret's name.
    pub(crate) secrets: Vec<Secret>,
    given: Option<Given>,
    csrf: Option<Secret>,
    /// The call as it left, where its answer is learned from.
    digest: Option<Outgoing>,
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
        let need = need(conduct);
        if matches!(connection.spec.auth, AuthSpec::None) && !uses_jar(&connection.spec) {
            return Ok(Signed { need, ..Signed::default() });
        }
        let mut csrf = None;
        let mut secrets = Vec::new();
        if let Some(spec) = connection.spec.csrf.as_ref().filter(|_| csrf::is_wanted(out)) {
            let token = self.csrf(connection, spec, need, out.at, way).await?;
            csrf::sign(out, spec, &token).map_err(|kind| unsent(kind, out.url.as_str()))?;
            secrets.push(token.clone());
            csrf = Some(token);
        }
        let mut signed = self.let_in(connection, need, out, way).await?;
        signed.secrets.extend(secrets);
        Ok(Signed { csrf, ..signed })
    }

    /// Signs a call, all but its CSRF token.
    async fn let_in(
        &self,
        connection: &Connection,
        need: Need,
        out: &mut Outgoing,
        way: MakeWay<'_>,
    ) -> Result<Signed, TransportError> {
        let before = out.headers.clone();
        let mut signed = Signed { need, ..Signed::default() };
        match &connection.spec.auth {
            AuthSpec::Oauth2(_) => self.sign_oauth2(connection, &mut signed, out, way).await?,
            AuthSpec::Session(spec) => {
                self.sign_session(connection, spec, &mut signed, out, way).await?;
            }
            auth => {
                signed.secrets = self.sign_with_secrets(connection, auth, need, out).await?;
            }
        }
        if uses_jar(&connection.spec) {
            let sent = self.jar.sign(out).map_err(|kind| unsent(kind, out.url.as_str()))?;
            signed.secrets.extend(sent);
        }
        // What was put in is dropped on the way to another origin, whatever its name.
        let put_in = out.headers.iter().filter(|(name, value)| before.get(*name) != Some(*value));
        let put_in: Vec<_> = put_in.map(|(name, _)| name.clone()).collect();
        out.credentials.extend(put_in);
        if matches!(connection.spec.auth, AuthSpec::Digest { .. }) {
            signed.digest = Some(out.clone());
        }
        Ok(signed)
    }

    async fn sign_oauth2(
        &self,
        connection: &Connection,
        signed: &mut Signed,
        out: &mut Outgoing,
        way: MakeWay<'_>,
    ) -> Result<(), TransportError> {
        let given = match signed.need {
            Need::Placeholder => None,
            Need::Real => {
                let account = || self.account(connection);
                Some(self.renewal.current(account, way, out.at).await?)
            }
        };
        let placeholder = Secret::new(PLACEHOLDER);
        let token = match given.as_ref().map(|given| given.pass.as_ref()) {
            Some(Pass::Tokens(tokens)) => &tokens.access,
            _ => &placeholder,
        };
        let made = bearer::sign(out, token).map_err(|kind| unsent(kind, out.url.as_str()))?;
        signed.secrets.extend(made);
        signed.secrets.extend(given.iter().flat_map(|given| given.pass.secrets()));
        signed.given = given;
        Ok(())
    }

    async fn sign_session(
        &self,
        connection: &Connection,
        spec: &SessionSpec,
        signed: &mut Signed,
        out: &mut Outgoing,
        way: MakeWay<'_>,
    ) -> Result<(), TransportError> {
        let failed = |kind, out: &Outgoing| unsent(kind, out.url.as_str());
        if signed.need == Need::Placeholder {
            if !spec.header.trim().is_empty() {
                let value = Secret::new(format!("{}{PLACEHOLDER}", spec.prefix));
                place::header(out, &spec.header, &value).map_err(|kind| failed(kind, out))?;
            }
            return Ok(());
        }
        let given = self.renewal.current(|| self.account(connection), way, out.at).await?;
        if let Pass::Session(session) = given.pass.as_ref() {
            {
                let mut no = self.session_no.lock().unwrap_or_else(PoisonError::into_inner);
                if *no != given.no {
                    self.jar.clear();
                    session.fill(&self.jar);
                    *no = given.no;
                }
            }
            let made = session::sign(out, spec, session).map_err(|kind| failed(kind, out))?;
            signed.secrets.extend(made);
        }
        signed.secrets.extend(given.pass.secrets());
        signed.given = Some(given);
        Ok(())
    }

    /// Signs with what the connection keeps as secrets; nobody is asked for anything.
    async fn sign_with_secrets(
        &self,
        connection: &Connection,
        auth: &AuthSpec,
        need: Need,
        out: &mut Outgoing,
    ) -> Result<Vec<Secret>, TransportError> {
        let get = async |slot: &str, out: &Outgoing| self.secret(connection, slot, need, out).await;
        let find = async |slot: &str| self.found(connection, slot, need).await;
        let (secrets, made) = match auth {
            AuthSpec::None | AuthSpec::Oauth2(_) | AuthSpec::Session(_) => return Ok(Vec::new()),
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
            AuthSpec::Digest { user } => {
                let password = get("password", out).await?;
                let nonce = random_text(16);
                let sign = |nonce: String| self.challenges.sign(out, user, &password, &nonce);
                let made = nonce.and_then(sign);
                (vec![password], made)
            }
            AuthSpec::Jwt(spec) => {
                let key = get("private_key", out).await?;
                let token = jwt::sign(spec, &key, "", out.at);
                let made = token.and_then(|token| bearer::sign(out, &token));
                (vec![key], made)
            }
            AuthSpec::Oauth1(spec) => {
                let consumer = get("consumer_secret", out).await?;
                let token = find("token_secret").await.map_err(|k| unsent(k, out.url.as_str()))?;
                let sign =
                    |nonce: String| oauth1::sign(out, spec, &consumer, token.as_ref(), &nonce);
                let made = random_text(16).and_then(sign);
                ([consumer].into_iter().chain(token).collect(), made)
            }
            AuthSpec::Sigv4(spec) => {
                let key = get("secret_access_key", out).await?;
                let token = find("session_token").await.map_err(|k| unsent(k, out.url.as_str()))?;
                let made = sigv4::sign(out, spec, &key, token.as_ref()).await;
                ([key].into_iter().chain(token).collect(), made)
            }
            AuthSpec::WsSecurity(spec) => {
                let password = get("password", out).await?;
                let made = random_bytes().and_then(|n| ws_security::sign(out, spec, &password, n));
                (vec![password], made)
            }
        };
        let made = made.map_err(|kind| unsent(kind, out.url.as_str()))?;
        Ok([secrets, made].concat())
    }

    /// The CSRF token for a write, fetched where there is none.
    async fn csrf(
        &self,
        connection: &Connection,
        spec: &CsrfSpec,
        need: Need,
        at: Timestamp,
        way: MakeWay<'_>,
    ) -> Result<Secret, TransportError> {
        if let Some(token) = self.csrf.token() {
            return Ok(token);
        }
        let _one_at_a_time = self.csrf_fetch.lock().await;
        if let Some(token) = self.csrf.token() {
            return Ok(token);
        }
        let failed = |kind| unsent(kind, &connection.spec.base_url);
        let fetch = csrf::fetch_call(&connection.spec, spec, at).map_err(failed)?;
        let told = match self.fetch(connection, fetch, need, way).await {
            Ok(told) => told,
            // A cassette without the fetch is as good as one with it.
            Err(_) if need == Need::Placeholder => return Ok(Secret::new(PLACEHOLDER)),
            Err(error) => return Err(TransportError { sent: false, writes: false, ..error }),
        };
        if need == Need::Placeholder {
            return Ok(Secret::new(PLACEHOLDER));
        }
        let token = csrf::of_answer(spec, told.status, &told.headers).map_err(failed)?;
        self.csrf.keep(token.clone());
        Ok(token)
    }

    /// Makes a call of the sign-in that has to be let in itself; once more where a challenge is
    /// the first answer.
    async fn fetch(
        &self,
        connection: &Connection,
        fetch: Outgoing,
        need: Need,
        way: MakeWay<'_>,
    ) -> Result<Told, TransportError> {
        let mut is_again = false;
        loop {
            let mut out = fetch.clone();
            let signed = self.let_in(connection, need, &mut out, way).await?;
            let told = way().call(out, signed.secrets).await?;
            if need == Need::Real {
                self.jar.learn(&fetch.url, &told.headers);
            }
            if let Some(call) = &signed.digest {
                let learned = self.challenges.learn(call, told.status, &told.headers);
                let is_asked = learned.map_err(|kind| unsent(kind, call.url.as_str()))?;
                if is_asked && !is_again {
                    is_again = true;
                    continue;
                }
            }
            return Ok(told);
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
        let spec = &connection.spec;
        if self.learn(connection, signed, answer)? {
            return Ok(true);
        }
        if let (Some(rule), Some(token)) = (&spec.csrf, &signed.csrf)
            && csrf::is_refused(rule, answer.status, &answer.headers)
        {
            self.csrf.forget(token);
            return Ok(true);
        }
        if !matches!(spec.auth, AuthSpec::Oauth2(_) | AuthSpec::Session(_))
            || !expired::is_expired(spec.expired.as_ref(), answer).await?
        {
            return Ok(false);
        }
        match &signed.given {
            Some(given) => {
                let account = || self.account(connection);
                self.renewal.after_refusal(given, account, way, now).await?;
            }
            // The cassette may hold the renewal too. Whether it does or not, the next call is met
            // as it was.
            None => renew::rehearse(&self.account(connection), way(), now).await,
        }
        if let Some(token) = &signed.csrf {
            // It was bound to the session that is over.
            self.csrf.forget(token);
        }
        Ok(true)
    }

    /// Learns what an answer says for the calls after it: its cookies, and a challenge. Returns
    /// whether that challenge is to be met by sending the call once more.
    ///
    /// # Errors
    /// Why the challenge cannot be met.
    pub(crate) fn learn(
        &self,
        connection: &Connection,
        signed: &Signed,
        answer: &Response,
    ) -> Result<bool, TransportError> {
        if uses_jar(&connection.spec) && signed.need == Need::Real {
            self.jar.learn(&answer.url, &answer.headers);
        }
        let Some(call) = &signed.digest else { return Ok(false) };
        let learned = self.challenges.learn(call, answer.status, &answer.headers);
        learned.map_err(|kind| unsent(kind, call.url.as_str()))
    }

    /// Keeps the cookies of an answer that sends a call on, and gives the next hop its own where
    /// it stays at the same origin.
    ///
    /// # Errors
    /// [`Kind::SignIn`], where a cookie cannot be sent.
    pub(crate) fn sent_on(
        &self,
        connection: &Connection,
        conduct: &Conduct,
        from: &Url,
        headers: &HeaderMap,
        next: &mut Outgoing,
    ) -> Result<(), Kind> {
        if !uses_jar(&connection.spec) || need(conduct) == Need::Placeholder {
            return Ok(());
        }
        self.jar.learn(from, headers);
        if from.origin() == next.url.origin() {
            self.jar.sign(next)?;
        }
        Ok(())
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

    /// A secret that the connection need not have.
    async fn found(
        &self,
        connection: &Connection,
        slot: &str,
        need: Need,
    ) -> Result<Option<Secret>, Kind> {
        let found = self.secrets.find(&connection.spec, &connection.vault, slot).await;
        found.or_else(|kind| if need == Need::Placeholder { Ok(None) } else { Err(kind) })
    }
}

/// Whether cookies are kept from call to call.
fn uses_jar(spec: &ConnectionSpec) -> bool {
    spec.cookies || spec.csrf.is_some() || matches!(spec.auth, AuthSpec::Session(_))
}

/// Where nothing leaves the machine nobody has to be let in: a cassette is handed over without
/// credentials.
fn need(conduct: &Conduct) -> Need {
    if conduct.mode.is_offline() { Need::Placeholder } else { Need::Real }
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
    fill_randomly(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn random_bytes() -> Result<[u8; 16], Kind> {
    let mut bytes = [0; 16];
    fill_randomly(&mut bytes)?;
    Ok(bytes)
}

fn fill_randomly(bytes: &mut [u8]) -> Result<(), Kind> {
    SystemRandom::new().fill(bytes).map_err(|_| {
        Kind::SignIn("This computer gives out no random numbers, so nothing can be signed.".into())
    })
}
