//! How tokens are asked for at a system's token URL: every grant of OAuth 2.0, and every way in
//! which an app proves that it is itself. Not when: see `renew` and `consent`.

mod answer;
mod app;

use std::sync::Arc;

use flow::run::Timestamp;
use oauth2::basic::BasicTokenResponse;
use oauth2::{
    AuthorizationCode, PkceCodeVerifier, RefreshToken, RequestTokenError, ResourceOwnerPassword,
    ResourceOwnerUsername, Scope, StandardDeviceAuthorizationResponse, TokenResponse,
};
use tokio::time::Instant;
use url::Url;
use vault::Secret;

use super::jwt;
use super::renew::Account;
use super::secrets::Need;
use super::tokens::Tokens;
use super::way::Way;
use crate::error::{Kind, TransportError};
use crate::spec::{Grant, JwtSpec, OAuth2Spec};

use answer::Refusal;
use app::App;

pub(crate) use app::authorize_url;

/// One app that asks for tokens for one connection.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) account: Account,
    pub(crate) oauth: OAuth2Spec,
    pub(crate) need: Need,
    pub(crate) way: Arc<dyn Way>,
    /// The time when it began, by the calendar and by the clock.
    pub(crate) at: Timestamp,
    pub(crate) began: Instant,
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum NoToken {
    /// What was shown for it holds no longer: a refresh token that was used or revoked, a code that
    /// ran out. In the system's words.
    Spent(String),
    /// Anything else, told in full.
    Failed(TransportError),
}

impl From<TransportError> for NoToken {
    fn from(error: TransportError) -> Self {
        Self::Failed(error)
    }
}

impl Asking {
    /// Gets the first token with what the connection has: no user is asked.
    ///
    /// # Errors
    /// [`NoToken`]; a grant that asks a user is [`Kind::SignIn`].
    pub(crate) async fn by_itself(&self) -> Result<Tokens, NoToken> {
        let app = App::new(self).await?;
        let scopes = || self.oauth.scopes.iter().cloned().map(Scope::new);
        match self.oauth.grant {
            Grant::ClientCredentials => {
                let call = app.client.exchange_client_credentials().add_scopes(scopes());
                self.told(&app, call.request_async(&app).await)
            }
            Grant::Password => {
                let user = ResourceOwnerUsername::new(self.oauth.user.clone());
                let password = self.secret("password").await?;
                let app = app.hiding(&password);
                let password = ResourceOwnerPassword::new(password.reveal().to_owned());
                let call = app.client.exchange_password(&user, &password).add_scopes(scopes());
                self.told(&app, call.request_async(&app).await)
            }
            Grant::JwtBearer => {
                let jwt = self.assertion().await?;
                // The crate does not know this grant; its call is that of client credentials with
                // another type and what was signed (RFC 7523 § 2.1).
                let app = app
                    .hiding(&jwt)
                    .with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                    .with("assertion", jwt.reveal());
                let call = app.client.exchange_client_credentials().add_scopes(scopes());
                self.told(&app, call.request_async(&app).await)
            }
            Grant::AuthorizationCode | Grant::DeviceCode => {
                Err(self.failed(super::sign_in_first(&self.account.spec)).into())
            }
        }
    }

    /// Asks once, with placeholders, where a cassette may hold the answer. Whatever it says is not
    /// used.
    pub(crate) async fn rehearse(&self) {
        let old = Secret::new(super::secrets::PLACEHOLDER);
        let asked = match self.oauth.grant {
            Grant::AuthorizationCode | Grant::DeviceCode => self.refresh_token(&old).await,
            _ => self.by_itself().await,
        };
        drop(asked);
    }

    /// Gets a new token with a refresh token. The answer's refresh token takes the place of the
    /// one that was shown; where it has none, that one holds on.
    ///
    /// # Errors
    /// [`NoToken`].
    pub(crate) async fn refresh(&self, old: &Tokens, refresh: &Secret) -> Result<Tokens, NoToken> {
        let new = self.refresh_token(refresh).await?;
        Ok(Tokens {
            refresh: new.refresh.or_else(|| Some(refresh.clone())),
            scope: if new.scope.is_empty() { old.scope.clone() } else { new.scope },
            ..new
        })
    }

    async fn refresh_token(&self, refresh: &Secret) -> Result<Tokens, NoToken> {
        let app = App::new(self).await?.hiding(refresh);
        let token = RefreshToken::new(refresh.reveal().to_owned());
        let call = app.client.exchange_refresh_token(&token);
        self.told(&app, call.request_async(&app).await)
    }

    /// Gets the token for a code that the browser came back with.
    ///
    /// # Errors
    /// [`NoToken`].
    pub(crate) async fn code(
        &self,
        code: &Secret,
        verifier: &Secret,
        redirect: &Url,
    ) -> Result<Tokens, NoToken> {
        let app = App::new(self).await?.hiding(code).hiding(verifier).redirect(redirect);
        let call = app
            .client
            .exchange_code(AuthorizationCode::new(code.reveal().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.reveal().to_owned()));
        self.told(&app, call.request_async(&app).await)
    }

    /// Gets a code that the user enters on another device.
    ///
    /// # Errors
    /// [`NoToken`].
    pub(crate) async fn device(&self) -> Result<StandardDeviceAuthorizationResponse, NoToken> {
        let app = App::new(self).await?;
        let url = app::device_url(&self.oauth).map_err(|kind| self.failed(kind))?;
        let scopes = self.oauth.scopes.iter().cloned().map(Scope::new);
        let client = app.client.clone().set_device_authorization_url(url);
        let call = client.exchange_device_code().add_scopes(scopes);
        call.request_async(&app).await.map_err(|error| self.refused(&app, error))
    }

    /// Waits until the user said yes on the other device, asking as often as the system allows.
    ///
    /// # Errors
    /// [`NoToken`].
    pub(crate) async fn device_token(
        &self,
        details: &StandardDeviceAuthorizationResponse,
    ) -> Result<Tokens, NoToken> {
        let app =
            App::new(self).await?.hiding(&Secret::new(details.device_code().secret().clone()));
        let call = app.client.exchange_device_access_token(details);
        let clock = self.way.clock();
        let waited = call.request_async(&app, |pause| clock.sleep(pause), None).await;
        match waited {
            Ok(answer) => Ok(self.tokens(&answer)),
            Err(RequestTokenError::ServerResponse(error)) => {
                let refusal = Refusal {
                    code: error.error().to_string(),
                    words: error.error_description().cloned(),
                };
                Err(self.refusal(&app, &refusal))
            }
            Err(error) => Err(self.broken(&app, error)),
        }
    }

    fn told(
        &self,
        app: &App,
        answer: Result<BasicTokenResponse, app::Broken>,
    ) -> Result<Tokens, NoToken> {
        answer.map(|answer| self.tokens(&answer)).map_err(|error| self.refused(app, error))
    }

    fn tokens(&self, answer: &BasicTokenResponse) -> Tokens {
        let elapsed = Timestamp::try_from(self.began.elapsed().as_millis()).unwrap_or(0);
        let obtained_at = self.at + elapsed;
        let scopes = answer.scopes().map(Vec::as_slice).unwrap_or_default();
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let life = answer.expires_in().map(|life| life.as_millis());
        Tokens {
            access: Secret::new(answer.access_token().secret().clone()),
            refresh: answer.refresh_token().map(|token| Secret::new(token.secret().clone())),
            kind: answer.token_type().as_ref().to_owned(),
            scope: scopes.join(" "),
            obtained_at,
            expires_at: life.and_then(|ms| obtained_at.checked_add(ms.try_into().ok()?)),
        }
    }

    fn refused(&self, app: &App, error: app::Broken) -> NoToken {
        match error {
            RequestTokenError::ServerResponse(error) => {
                let refusal = Refusal {
                    code: error.error().to_string(),
                    words: error.error_description().cloned(),
                };
                self.refusal(app, &refusal)
            }
            error => self.broken(app, error),
        }
    }

    fn refusal(&self, app: &App, refusal: &Refusal) -> NoToken {
        let said = app.masked(&refusal.said());
        if refusal.code == "invalid_grant" {
            return NoToken::Spent(said);
        }
        if app.is_busy() || refusal.is_busy() {
            return self
                .failed(Kind::SignInBusy(format!(
                    "{} gives out no tokens just now: {said}.",
                    app.host()
                )))
                .into();
        }
        let advice = refusal.advice();
        self.failed(Kind::SignIn(format!("{} gave no token: {said}. {advice}", app.host()))).into()
    }

    fn broken<T: oauth2::ErrorResponse>(
        &self,
        app: &App,
        error: RequestTokenError<TransportError, T>,
    ) -> NoToken {
        let kind = match error {
            RequestTokenError::Request(error) => {
                // Whatever became of the token call, the call that it is for never left.
                return TransportError { sent: false, writes: false, ..error }.into();
            }
            _ if app.is_busy() => Kind::SignInBusy(format!(
                "{} gives out no tokens just now: it answered {}.",
                app.host(),
                app.status()
            )),
            _ => Kind::SignIn(format!(
                "{} answered {} with something that is no token: check the token URL of the \
                 connection {}.",
                app.host(),
                app.status(),
                super::called(&self.account.spec)
            )),
        };
        self.failed(kind).into()
    }

    /// An error of the call that the token is for: it never left.
    fn failed(&self, kind: Kind) -> TransportError {
        super::unsent(kind, &self.oauth.token_url)
    }

    async fn secret(&self, slot: &str) -> Result<Secret, TransportError> {
        let Account { spec, vault, secrets } = &self.account;
        let got = secrets.get(spec, vault, slot, self.need).await;
        got.map_err(|kind| self.failed(kind))
    }

    /// What a token is given for in the JWT bearer grant.
    async fn assertion(&self) -> Result<Secret, TransportError> {
        let jwt = self.jwt()?;
        let key = self.secret("private_key").await?;
        let or_id =
            |text: &str| if text.is_empty() { &self.oauth.client_id } else { text }.to_owned();
        let jwt = JwtSpec { issuer: or_id(&jwt.issuer), ..jwt.clone() };
        let signed = jwt::sign(&jwt, &key, &self.oauth.token_url, self.now());
        signed.map_err(|kind| self.failed(kind))
    }

    fn jwt(&self) -> Result<&JwtSpec, TransportError> {
        self.oauth.jwt.as_ref().ok_or_else(|| {
            self.failed(Kind::SignIn(format!(
                "The connection {} does not say what its app signs: fill in the part \"Signed \
                 token\" of its sign-in.",
                super::called(&self.account.spec)
            )))
        })
    }

    fn now(&self) -> Timestamp {
        self.at + Timestamp::try_from(self.began.elapsed().as_millis()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
