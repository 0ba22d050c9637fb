//! Sends a call through the layers, hop by hop. Not the layers themselves.

mod sign_in;

use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use flow::run::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use vault::Vault;

use crate::auth::Signed;
use crate::body::{AnswerBody, Facts, Patience};
use crate::circuit::Outcome;
use crate::connection::{Connection, Connections};
use crate::decode;
use crate::error::{Kind, TransportError};
use crate::network::{self, Entry, NetworkLog};
use crate::observe::Record;
use crate::outgoing::Outgoing;
use crate::policy;
use crate::redirect::{self, Redirects};
use crate::request::Request;
use crate::response::{Response, Timing};
use crate::socket::Socket;
use crate::spec::ConnectionSpec;
use crate::wire::{WireAnswer, WireCall, WireError};

/// The limits that hold for every call that does not bring its own.
#[derive(Debug, Clone)]
pub struct Options {
    /// The longest time until there is a connection.
    pub connect_timeout: Duration,
    /// The longest silence between two bytes, that before the answer included.
    pub idle_timeout: Duration,
    /// The longest time that a call waits for the system in all.
    pub total_timeout: Duration,
    /// The most bytes of an unpacked body that is read as a stream.
    pub max_body: u64,
    /// The most bytes of an unpacked body that is held in memory.
    pub max_whole: u64,
    /// How much of a body is told.
    pub snippet_bytes: usize,
    /// What calls say they come from.
    pub user_agent: String,
    /// The most headers that an answer may have.
    pub max_headers: usize,
    /// The most bytes that they may have together; about 400 KB are read at most.
    pub max_header_bytes: usize,
    /// Certificate authorities that are trusted besides the computer's own, as PEM.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            total_timeout: Duration::from_mins(5),
            max_body: 256 * 1024 * 1024,
            max_whole: 64 * 1024 * 1024,
            snippet_bytes: 64 * 1024,
            user_agent: concat!("gantry/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_headers: 256,
            max_header_bytes: 256 * 1024,
            extra_roots: Vec::new(),
        }
    }
}

/// The way to every system; one for the whole process, so that connections are used again.
#[derive(Clone)]
pub struct Transport {
    lower: Arc<Lower>,
    connections: Arc<Connections>,
}

/// The layers below the sign-in: policy, fault, mode, socket.
struct Lower {
    options: Options,
    socket: Socket,
    log: OnceLock<NetworkLog>,
}

impl Default for Transport {
    fn default() -> Self {
        Self::new(Options::default())
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("options", &self.lower.options).finish_non_exhaustive()
    }
}

/// Until when a call may wait.
#[derive(Debug, Clone, Copy)]
struct Deadline {
    idle: Duration,
    began: Instant,
    total: Duration,
}

impl Deadline {
    fn patience(&self) -> Patience {
        let left = self.total.saturating_sub(self.began.elapsed());
        Patience { idle: self.idle, left, total: self.total }
    }
}

impl Transport {
    /// Makes a transport; opens no connection yet.
    pub fn new(options: Options) -> Self {
        let lower = Arc::new(Lower { options, socket: Socket::new(), log: OnceLock::new() });
        Self { lower, connections: Arc::default() }
    }

    /// Has all calls told for the network log: those of runs, for tokens, of probes and tests. The
    /// first one to ask is told.
    pub fn log_to(&self, log: NetworkLog) {
        // Only the app asks, once.
        let _ = self.lower.log.set(log);
    }

    /// The connection that is written down so, at work: shared by all calls that are made with it,
    /// as long as it is not written anew.
    pub fn connection(&self, spec: &ConnectionSpec, vault: &Arc<Vault>) -> Arc<Connection> {
        self.connections.get(spec, vault)
    }

    /// Begins a connection anew, to be called when its secrets were changed. `owner` is
    /// [`ConnectionSpec::owner`].
    pub fn forget(&self, owner: &str) {
        self.connections.forget(owner);
    }

    /// Sends a call through all layers, and on where it is sent on to, and reads the head of the
    /// answer. Any status is an answer.
    ///
    /// # Errors
    /// [`TransportError`], where there is no answer.
    pub async fn send(
        &self,
        request: Request,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let out = outgoing(&request)?;
        let Some(connection) = request.connection.clone() else {
            return self.lower.send(&request, out, cancel).await;
        };
        if request.conduct.repeats_a_recording() {
            return self.send_let_in(request, &connection, out, cancel).await;
        }
        let patience = self.lower.deadline(&request).total;
        let entered = connection.circuit.enter(patience, &request.conduct, cancel).await;
        let pass = entered.map_err(|kind| fail(&out, kind, false, None))?;
        let sent = self.send_let_in(request, &connection, out, cancel).await;
        pass.ended(match &sent {
            Ok(answer) => Outcome::of_status(answer.status),
            Err(error) => Outcome::of_kind(&error.kind, error.message()),
        });
        sent
    }

    /// Sends a call once its connection's limits allow it.
    async fn send_limited(
        &self,
        request: Request,
        connection: &Connection,
        out: Outgoing,
        began: Instant,
        cancel: &CancellationToken,
    ) -> Result<(Response, Signed), TransportError> {
        let entered = connection.limit.enter(&request.conduct, cancel).await;
        let mut permit = entered.map_err(|kind| fail(&out, kind, false, None))?;
        let at = request.at;
        let (mut answer, signed) =
            self.send_signed(request, connection, out, began, cancel).await?;
        permit.answered(answer.status, &answer.headers, at + elapsed_ms(began));
        answer.body.hold(permit);
        Ok((answer, signed))
    }
}

impl Lower {
    /// Sends a call that is let in already through the layers below: policy, fault, mode, socket.
    async fn send(
        &self,
        request: &Request,
        mut out: Outgoing,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let deadline = self.deadline(request);
        let mut redirects = 0;
        loop {
            let (answer, mut record) = self.hop(request, &out, deadline, cancel).await?;
            if let Redirects::Follow { max, hosts } = &request.redirects
                && redirect::is_redirect(answer.status)
            {
                record.tell();
                let max = Self::max_redirects(request, *max);
                if redirects >= max {
                    return Err(fail(&out, Kind::TooManyRedirects(max), true, Some(&mut record)));
                }
                let next = redirect::next(&out, hosts, answer.status, &answer.headers);
                let next = next.and_then(|mut next| {
                    if let Some(connection) = &request.connection {
                        let (from, headers) = (&out.url, &answer.headers);
                        let auth = &connection.auth;
                        auth.sent_on(connection, &request.conduct, from, headers, &mut next)?;
                    }
                    Ok(next)
                });
                let next = next.map_err(|kind| fail(&out, kind, true, Some(&mut record)))?;
                redirects += 1;
                out = Outgoing { at: request.at + elapsed_ms(deadline.began), ..next };
                continue;
            }
            let timing = Timing { head: deadline.began.elapsed(), redirects };
            return self.answer(request, &out, answer, record, deadline.patience(), timing, cancel);
        }
    }

    fn deadline(&self, request: &Request) -> Deadline {
        let caps = request.connection.as_ref().map(|connection| &connection.spec.caps);
        let ms = |cap: Option<u64>| cap.map(Duration::from_millis);
        let idle = request.idle_timeout.or_else(|| ms(caps?.idle_ms));
        let total = request.timeout.or_else(|| ms(caps?.total_ms));
        Deadline {
            idle: idle.unwrap_or(self.options.idle_timeout),
            began: Instant::now(),
            total: total.unwrap_or(self.options.total_timeout),
        }
    }

    fn max_redirects(request: &Request, max: u32) -> u32 {
        let cap = request.connection.as_ref().and_then(|c| c.spec.caps.redirects);
        cap.map_or(max, |cap| cap.min(max))
    }

    /// Sends one hop and reads the head of its answer.
    async fn hop(
        &self,
        request: &Request,
        out: &Outgoing,
        deadline: Deadline,
        cancel: &CancellationToken,
    ) -> Result<(WireAnswer, Record), TransportError> {
        let mut record = Record::start(request, out, self.options.snippet_bytes);
        let entry = self.log.get().map(|log| Entry::new(log, request, out));
        let left = entry.map(|entry| record.log(entry)).unwrap_or_default();
        if let Err(kind) = policy::check(out, request) {
            let error = fail(out, kind, false, None);
            record.only_logged(&error.message());
            return Err(error);
        }
        let patience = deadline.patience();
        if patience.left.is_zero() {
            return Err(fail(out, Kind::Total(deadline.total), false, Some(&mut record)));
        }
        let call = WireCall { request, out, masks: record.masks(), record: &record, patience };
        if !out.method.is_idempotent() && !request.is_keyed {
            request.conduct.has_left.store(true, Ordering::Relaxed);
        }
        let sending = request.conduct.meet(call, &self.socket, &self.options);
        let sending = network::marking(left, sending);
        let answer = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(WireError::sent(Kind::Cancelled)),
            answer = timeout(patience.idle.min(patience.left), sending) => match answer {
                Ok(answer) => answer,
                Err(_) if patience.left <= patience.idle => {
                    Err(WireError::sent(Kind::Total(patience.total)))
                }
                Err(_) => Err(WireError::sent(Kind::NoAnswer(patience.idle))),
            },
        };
        match answer {
            Ok(answer) => {
                record.answered(&answer);
                Ok((answer, record))
            }
            Err(WireError { kind, sent }) => Err(fail(out, kind, sent, Some(&mut record))),
        }
    }

    /// Checks the head of the last answer, and makes its body readable.
    fn answer(
        &self,
        request: &Request,
        out: &Outgoing,
        answer: WireAnswer,
        mut record: Record,
        patience: Patience,
        timing: Timing,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let WireAnswer { status, version, headers, body, .. } = answer;
        let refuse = |kind, record: &mut Record| Err(fail(out, kind, true, Some(record)));
        if headers.contains_key(header::TRANSFER_ENCODING)
            && headers.contains_key(header::CONTENT_LENGTH)
        {
            // Two ends for one body: where the next answer begins is anybody's guess, so nothing
            // more is read from such a connection (RFC 9112 § 6.3, request smuggling).
            drop(body);
            self.socket.renew(request.connection.as_deref());
            let reason = "it gives both a length and a chunked body".to_owned();
            return refuse(Kind::NotHttp(reason), &mut record);
        }
        let encoding = match decode::encoding(&headers) {
            Ok(encoding) => encoding,
            Err(encoding) => {
                let reason = "that encoding is not known here".to_owned();
                return refuse(Kind::BadEncoding { encoding, reason }, &mut record);
            }
        };
        let cap = request.connection.as_ref().and_then(|connection| connection.spec.caps.body_mb);
        let max_bytes = request
            .max_body
            .or(cap.map(|mb| u64::from(mb) * 1024 * 1024))
            .unwrap_or(self.options.max_body);
        let facts = Facts {
            host: policy::host_of(&out.url),
            writes: !out.method.is_safe(),
            max_bytes,
            max_whole: self.options.max_whole.min(max_bytes),
        };
        let headers_of_body = headers.clone();
        Ok(Response {
            status: status.as_u16(),
            url: out.url.clone(),
            version: format!("{version:?}"),
            timing,
            body: AnswerBody::new(
                body,
                encoding,
                headers_of_body,
                facts,
                patience,
                cancel.clone(),
                record,
            ),
            headers,
        })
    }
}

/// Makes the call that is about to leave of what a node asked for.
fn outgoing(request: &Request) -> Result<Outgoing, TransportError> {
    let unsent = |kind, host: String| TransportError {
        kind,
        host,
        sent: false,
        writes: request.writes(),
        exchange: None,
    };
    let url = match &request.connection {
        Some(connection) => connection.spec.url(&request.url),
        None => policy::read_url(&request.url),
    };
    let url = url.map_err(|why| unsent(Kind::BadRequest(why), String::new()))?;
    let mut headers =
        read_headers(&request.headers).map_err(|kind| unsent(kind, policy::host_of(&url)))?;
    let mut credentials = Vec::new();
    if let Some(connection) = &request.connection {
        let own: Vec<_> = connection.spec.headers.clone().into_iter().collect();
        let own = read_headers(&own).map_err(|kind| unsent(kind, policy::host_of(&url)))?;
        for (name, value) in &own {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        policy::check_own(&connection.spec, &url)
            .map_err(|kind| unsent(kind, policy::host_of(&url)))?;
        credentials.extend(own.keys().cloned());
    }
    headers
        .entry(header::ACCEPT_ENCODING)
        .or_insert_with(|| HeaderValue::from_static(decode::ACCEPTED));
    Ok(Outgoing {
        method: request.method.clone(),
        url,
        headers,
        body: request.body.clone(),
        at: request.at,
        credentials,
        is_led_here: false,
    })
}

fn read_headers(pairs: &[(String, String)]) -> Result<HeaderMap, Kind> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let bad = || {
            let shown: String = name.chars().take(100).collect();
            Kind::BadRequest(format!(
                "The header \"{shown}\" cannot be sent: its name or value has characters that headers may not have."
            ))
        };
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| bad())?;
        let value = HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| bad())?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn fail(out: &Outgoing, kind: Kind, sent: bool, record: Option<&mut Record>) -> TransportError {
    let kind = match &record {
        Some(record) => record.masks().kind(kind),
        None => kind,
    };
    let mut error = TransportError {
        kind,
        host: policy::host_of(&out.url),
        sent,
        writes: !out.method.is_safe(),
        exchange: None,
    };
    if let Some(record) = record {
        record.failed(&error.message());
        error.exchange = Some(Box::new(record.exchange()));
        record.tell();
    }
    error
}

fn elapsed_ms(began: Instant) -> Timestamp {
    Timestamp::try_from(began.elapsed().as_millis()).unwrap_or(Timestamp::MAX)
}
