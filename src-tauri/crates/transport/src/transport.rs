//! Sends a call through the layers, hop by hop. Not the layers themselves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use flow::run::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;
use vault::Vault;

use crate::body::{AnswerBody, Facts, Patience};
use crate::cause;
use crate::connection::{Connection, Connections};
use crate::decode;
use crate::error::{Kind, TransportError};
use crate::observe::Record;
use crate::policy;
use crate::redirect::{self, Redirects};
use crate::request::{Body, Request};
use crate::response::{Response, Timing};
use crate::socket::{self, Socket};
use crate::spec::ConnectionSpec;

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
            extra_roots: Vec::new(),
        }
    }
}

/// The way to every system; one for the whole process, so that connections are used again.
pub struct Transport {
    options: Options,
    socket: Socket,
    connections: Connections,
}

impl Default for Transport {
    fn default() -> Self {
        Self::new(Options::default())
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("options", &self.options).finish_non_exhaustive()
    }
}

/// One hop of a call.
struct Hop {
    url: Url,
    method: Method,
    headers: HeaderMap,
    has_body: bool,
    at: Timestamp,
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
        Self { options, socket: Socket::new(), connections: Connections::default() }
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

    /// Sends a call, and on where it is sent on to, and reads the head of the answer. Any status
    /// is an answer.
    ///
    /// # Errors
    /// [`TransportError`], where there is no answer.
    pub async fn send(
        &self,
        request: Request,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let began = Instant::now();
        let total = request.timeout.unwrap_or(self.options.total_timeout);
        let mut hop = first_hop(&request)?;
        let mut redirects = 0;
        loop {
            let idle = request.idle_timeout.unwrap_or(self.options.idle_timeout);
            let deadline = Deadline { idle, began, total };
            let (answer, mut record) = self.hop(&request, &hop, deadline, cancel).await?;
            let status = answer.status();
            if let Redirects::Follow { max, hosts } = &request.redirects
                && redirect::is_redirect(status)
            {
                record.tell();
                let next = follow(&hop, hosts, (status, answer.headers()), redirects, *max)
                    .map_err(|kind| fail(&hop, kind, true, Some(&mut record)))?;
                redirects += 1;
                hop = Hop { at: request.at + elapsed_ms(began), ..next };
                continue;
            }
            let timing = Timing { head: began.elapsed(), redirects };
            let patience = deadline.patience();
            return self.answer(&request, &hop, answer, record, patience, timing, cancel);
        }
    }

    /// Sends one hop and reads the head of its answer.
    async fn hop(
        &self,
        request: &Request,
        hop: &Hop,
        deadline: Deadline,
        cancel: &CancellationToken,
    ) -> Result<(reqwest::Response, Record), TransportError> {
        let mut headers = hop.headers.clone();
        policy::check(&hop.url, &headers).map_err(|kind| fail(hop, kind, false, None))?;
        let pool = self.socket.pool(&hop.url, &self.options).map_err(|reason| {
            let kind = Kind::NotAllowed(format!("Secure connections cannot be set up: {reason}."));
            fail(hop, kind, false, None)
        })?;
        let empty = Body::Empty;
        let body = if hop.has_body { &request.body } else { &empty };
        let body = socket::wire_body(body, &mut headers)
            .await
            .map_err(|kind| fail(hop, kind, false, None))?;
        let snippet_bytes = self.options.snippet_bytes;
        let mut record = Record::start(request, &hop.url, &headers, hop.at, snippet_bytes);
        record.set_method(&hop.method);
        // Looked at only now: opening files and reading the trust store took time already.
        let patience = deadline.patience();
        if patience.left.is_zero() {
            return Err(fail(hop, Kind::Total(deadline.total), false, Some(&mut record)));
        }
        let sending = socket::send(&pool, hop.method.clone(), hop.url.clone(), headers, body);
        let answer = tokio::select! {
            biased;
            () = cancel.cancelled() => Err((Kind::Cancelled, true)),
            answer = timeout(patience.idle.min(patience.left), sending) => match answer {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => Err(cause::of_send(&error, self.options.connect_timeout)),
                Err(_) if patience.left <= patience.idle => Err((Kind::Total(patience.total), true)),
                Err(_) => Err((Kind::NoAnswer(patience.idle), true)),
            },
        };
        match answer {
            Ok(answer) => {
                record.answered(answer.status().as_u16(), answer.headers());
                Ok((answer, record))
            }
            Err((kind, sent)) => Err(fail(hop, kind, sent, Some(&mut record))),
        }
    }

    /// Checks the head of the last answer, and makes its body readable.
    fn answer(
        &self,
        request: &Request,
        hop: &Hop,
        answer: reqwest::Response,
        mut record: Record,
        patience: Patience,
        timing: Timing,
        cancel: &CancellationToken,
    ) -> Result<Response, TransportError> {
        let headers = answer.headers().clone();
        let refuse = |kind, record: &mut Record| Err(fail(hop, kind, true, Some(record)));
        if headers.contains_key(header::TRANSFER_ENCODING)
            && headers.contains_key(header::CONTENT_LENGTH)
        {
            // Two ends for one body: where the next answer begins is anybody's guess, so nothing
            // more is read from such a connection (RFC 9112 § 6.3, request smuggling).
            drop(answer);
            self.socket.renew();
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
        let max_bytes = request.max_body.unwrap_or(self.options.max_body);
        let facts = Facts {
            host: policy::host_of(&hop.url),
            writes: !hop.method.is_safe(),
            max_bytes,
            max_whole: self.options.max_whole.min(max_bytes),
        };
        let expected = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse().ok());
        Ok(Response {
            status: answer.status().as_u16(),
            url: hop.url.clone(),
            version: version(answer.version()),
            timing,
            body: AnswerBody::new(
                answer.bytes_stream(),
                expected,
                encoding,
                headers.clone(),
                facts,
                patience,
                cancel.clone(),
                record,
            ),
            headers,
        })
    }
}

fn first_hop(request: &Request) -> Result<Hop, TransportError> {
    let unsent = |kind, host: String| TransportError {
        kind,
        host,
        sent: false,
        writes: request.writes(),
        exchange: None,
    };
    let url = policy::read_url(&request.url).map_err(|kind| unsent(kind, String::new()))?;
    let headers =
        read_headers(&request.headers).map_err(|kind| unsent(kind, policy::host_of(&url)))?;
    Ok(Hop {
        url,
        method: request.method.clone(),
        headers,
        has_body: !matches!(request.body, Body::Empty),
        at: request.at,
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
    headers
        .entry(header::ACCEPT_ENCODING)
        .or_insert_with(|| HeaderValue::from_static(decode::ACCEPTED));
    Ok(headers)
}

fn follow(
    hop: &Hop,
    hosts: &[String],
    answer: (StatusCode, &HeaderMap),
    redirects: u32,
    max: u32,
) -> Result<Hop, Kind> {
    if redirects >= max {
        return Err(Kind::TooManyRedirects(max));
    }
    let next = redirect::next(&hop.url, &hop.method, &hop.headers, hop.has_body, hosts, answer)?;
    Ok(Hop {
        url: next.url,
        method: next.method,
        headers: next.headers,
        has_body: next.keeps_body,
        at: hop.at,
    })
}

fn fail(hop: &Hop, kind: Kind, sent: bool, record: Option<&mut Record>) -> TransportError {
    let mut error = TransportError {
        kind,
        host: policy::host_of(&hop.url),
        sent,
        writes: !hop.method.is_safe(),
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

fn version(version: Version) -> String {
    format!("{version:?}")
}
