//! Lets the calls of a connection in: signed, and sent once more where what let one in has run out
//! meanwhile. Also the way for the calls that a sign-in makes itself. Not how a call is signed: see
//! `auth`.

use std::sync::Arc;
use std::time::Duration;

use flow::run::Timestamp;
use futures::future::BoxFuture;
use http::Method;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vault::Secret;

use super::{Lower, Transport, elapsed_ms, fail};
use crate::auth::consent::Consent;
use crate::auth::{Signed, Told, Way};
use crate::clock::Clock;
use crate::conduct::Conduct;
use crate::connection::Connection;
use crate::error::{Kind, TransportError};
use crate::observe::Observe;
use crate::outgoing::Outgoing;
use crate::redirect::Redirects;
use crate::request::Request;
use crate::response::Response;

/// How long a call of a sign-in may take in all.
const SIGN_IN_TIME: Duration = Duration::from_mins(1);

/// The most that the answer to one may hold.
const SIGN_IN_BYTES: u64 = 1024 * 1024;

impl Transport {
    /// Sends a call with what lets it in; once more where that has run out. Each of the two keeps
    /// to the limits.
    pub(super) async fn send_let_in(
        &self,
        request: Request,
        connection: &Arc<Connection>,
        out: Outgoing,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let began = Instant::now();
        let first = out.clone();
        let (mut answer, signed) =
            self.send_limited(request.clone(), connection, first, began, cancel).await?;
        let way = || SignInWay::make(&self.lower, &request);
        let now = request.at + elapsed_ms(began);
        let is_refused = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(fail(&out, Kind::Cancelled, true, None)),
            is_refused = connection.auth.refused(connection, &signed, &mut answer, now, &way) => {
                is_refused?
            }
        };
        if !is_refused {
            return Ok(answer);
        }
        drop(answer);
        let (answer, signed) = self.send_limited(request, connection, out, began, cancel).await?;
        // A call is sent once more only once, whatever its answer says.
        connection.auth.learn(connection, &signed, &answer)?;
        Ok(answer)
    }

    /// Signs a call that is about to leave, and sends it.
    pub(super) async fn send_signed(
        &self,
        mut request: Request,
        connection: &Connection,
        out: Outgoing,
        began: Instant,
        cancel: &CancellationToken,
    ) -> Result<(Response, Signed), TransportError> {
        let mut out = Outgoing { at: request.at + elapsed_ms(began), ..out };
        let signed = {
            let way = || SignInWay::make(&self.lower, &request);
            let (auth, conduct) = (&connection.auth, &request.conduct);
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                signed = auth.sign(connection, conduct, &mut out, &way) => Some(signed?),
            }
        };
        let Some(signed) = signed else {
            return Err(fail(&out, Kind::Cancelled, false, None));
        };
        request.secrets.extend(signed.secrets.iter().cloned());
        let answer = self.lower.send(&request, out, cancel).await?;
        Ok((answer, signed))
    }

    /// Begins to let a user sign in to a connection. `at` is the time now.
    ///
    /// # Errors
    /// [`TransportError`], where this connection asks no user, or lacks something.
    pub async fn consent(
        &self,
        connection: &Arc<Connection>,
        observe: Option<Observe>,
        at: Timestamp,
    ) -> Result<Consent, TransportError> {
        let mut like = Request::new(Method::POST, "");
        like.connection = Some(Arc::clone(connection));
        like.observe = observe;
        like.at = at;
        Consent::begin(connection, SignInWay::make(&self.lower, &like), at).await
    }
}

/// The way that the calls of a sign-in go.
struct SignInWay {
    lower: Arc<Lower>,
    /// What they have in common: for whom they are, how they are met, who is told.
    like: Request,
}

impl SignInWay {
    fn make(lower: &Arc<Lower>, request: &Request) -> Arc<dyn Way> {
        // That such a call has left says nothing of whether the step's own has.
        let conduct = Conduct { has_left: Arc::default(), ..request.conduct.as_ref().clone() };
        let like = Request {
            timeout: Some(SIGN_IN_TIME),
            max_body: Some(SIGN_IN_BYTES),
            attempt: request.attempt,
            at: request.at,
            observe: request.observe.clone(),
            connection: request.connection.clone(),
            conduct: Arc::new(conduct),
            // They are the connection's, of no step: what calls of a token there are depends on
            // the time of the day, and a cassette and a dry run go by that.
            step: None,
            redirects: Redirects::Stop,
            ..Request::new(Method::POST, "")
        };
        Arc::new(Self { lower: Arc::clone(lower), like })
    }
}

impl Way for SignInWay {
    fn call(
        &self,
        out: Outgoing,
        secrets: Vec<Secret>,
    ) -> BoxFuture<'_, Result<Told, TransportError>> {
        Box::pin(async move {
            let request = Request { method: out.method.clone(), secrets, ..self.like.clone() };
            // Not stopped with the run: what it gets may be the only copy of a token.
            let mut answer = self.lower.send(&request, out, &CancellationToken::new()).await?;
            let body = answer.bytes().await?;
            Ok(Told { status: answer.status, headers: answer.headers, body })
        })
    }

    fn clock(&self) -> Clock {
        self.like.conduct.clock.clone()
    }
}
