//! The connection pool: the only place in Gantry that opens a connection. Not the rules of a call:
//! see `policy`.

use std::sync::{Once, PoisonError, RwLock};

use flow::run::{AnswerFrom, Phases};
use futures::StreamExt;
use http::{HeaderMap, header};
use reqwest::multipart;
use url::Url;

use crate::cause;
use crate::connection::Connection;
use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::policy::is_loopback;
use crate::request::{Body, Content, Part};
use crate::transport::Options;
use crate::wire::{WireAnswer, WireBytes, WireError};

/// The most headers that an answer may have; hyper limits their bytes to about 400 KB by itself.
const MAX_HEADERS: usize = 256;

/// The most bytes of headers that an HTTP/2 answer may have.
const MAX_HEADER_BYTES: u32 = 256 * 1024;

/// The pools; each is made at the first call that needs it, for reading the computer's trust store
/// takes time that a run without such calls need not spend.
pub(crate) struct Socket {
    pools: RwLock<Pools>,
}

#[derive(Default)]
struct Pools([Option<reqwest::Client>; 3]);

/// Where a call goes, as far as pools differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// To this computer over http: needs no trust store, and never goes through a proxy.
    PlainHere,
    /// To this computer over https, never through a proxy.
    Here,
    /// To everywhere else.
    Outside,
}

impl Socket {
    /// A socket without any pool yet.
    pub(crate) fn new() -> Self {
        Self { pools: RwLock::default() }
    }

    /// The pool for calls to a URL.
    ///
    /// # Errors
    /// Why the computer's trust store or one of the extra roots cannot be read.
    fn pool(&self, url: &Url, options: &Options) -> Result<reqwest::Client, String> {
        let route = Route::of(url);
        let made = {
            let pools = self.pools.read().unwrap_or_else(PoisonError::into_inner);
            pools.0[route as usize].clone()
        };
        if let Some(made) = made {
            return Ok(made);
        }
        let mut pools = self.pools.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have made it in between.
        match &mut pools.0[route as usize] {
            Some(made) => Ok(made.clone()),
            place => Ok(place.insert(client(options, route)?).clone()),
        }
    }

    /// Sends one hop and reads the head of its answer.
    pub(crate) async fn send(
        &self,
        out: &Outgoing,
        _connection: Option<&Connection>,
        options: &Options,
    ) -> Result<WireAnswer, WireError> {
        let pool = self.pool(&out.url, options).map_err(|reason| {
            let words = format!("Secure connections cannot be set up: {reason}.");
            WireError::unsent(Kind::NotAllowed(words))
        })?;
        let mut headers = out.headers.clone();
        let body = wire_body(&out.body, &mut headers).await.map_err(WireError::unsent)?;
        let mut request = pool.request(out.method.clone(), out.url.clone()).headers(headers);
        match body {
            WireBody::Empty => {}
            WireBody::Plain(body) => request = request.body(body),
            WireBody::Form(form) => request = request.multipart(form),
        }
        let mut answer = request.send().await.map_err(|error| {
            let (kind, sent) = cause::of_send(&error, options.connect_timeout);
            WireError { kind, sent }
        })?;
        let headers = std::mem::take(answer.headers_mut());
        Ok(WireAnswer {
            status: answer.status(),
            version: answer.version(),
            body: arriving(answer, &headers),
            headers,
            from: AnswerFrom::System,
            phases: Phases::default(),
            tls: None,
        })
    }

    /// Leaves all connections behind: one of them is at a place that nobody can be sure of.
    pub(crate) fn renew(&self) {
        *self.pools.write().unwrap_or_else(PoisonError::into_inner) = Pools::default();
    }
}

impl Route {
    fn of(url: &Url) -> Self {
        match (is_loopback(url), url.scheme()) {
            (true, "http") => Self::PlainHere,
            (true, _) => Self::Here,
            (false, _) => Self::Outside,
        }
    }
}

/// The bytes of a body, with what broke it off.
fn arriving(answer: reqwest::Response, headers: &HeaderMap) -> WireBytes {
    let expected = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let mut got = 0;
    Box::pin(answer.bytes_stream().map(move |piece| match piece {
        Ok(piece) => {
            got += piece.len() as u64;
            Ok(piece)
        }
        Err(error) => Err(cause::of_body(&error, got, expected)),
    }))
}

/// What goes over the wire as a body.
enum WireBody {
    Empty,
    Plain(reqwest::Body),
    Form(multipart::Form),
}

/// Opens the body for one hop.
async fn wire_body(body: &Body, headers: &mut HeaderMap) -> Result<WireBody, Kind> {
    match body {
        Body::Empty => Ok(WireBody::Empty),
        Body::Bytes(bytes) => Ok(WireBody::Plain(bytes.clone().into())),
        Body::File(path) => {
            let (file, len) = open(path).await?;
            headers.insert(header::CONTENT_LENGTH, len.into());
            Ok(WireBody::Plain(file.into()))
        }
        Body::Multipart(parts) => {
            // The form brings its own type, with the boundary in it.
            headers.remove(header::CONTENT_TYPE);
            let mut form = multipart::Form::new();
            for part in parts {
                form = form.part(part.name.clone(), wire_part(part).await?);
            }
            Ok(WireBody::Form(form))
        }
    }
}

async fn wire_part(part: &Part) -> Result<multipart::Part, Kind> {
    let mut wire = match &part.content {
        Content::Bytes(bytes) => {
            multipart::Part::stream_with_length(bytes.clone(), bytes.len() as u64)
        }
        Content::File(path) => {
            let (file, len) = open(path).await?;
            multipart::Part::stream_with_length(file, len)
        }
    };
    if let Some(name) = &part.file_name {
        wire = wire.file_name(name.clone());
    }
    if let Some(content_type) = &part.content_type {
        wire = wire
            .mime_str(content_type)
            .map_err(|_| Kind::BadRequest(format!("\"{content_type}\" is not a media type.")))?;
    }
    Ok(wire)
}

async fn open(path: &std::path::Path) -> Result<(tokio::fs::File, u64), Kind> {
    let fault = |error: std::io::Error| {
        Kind::BodyFile(format!("The file {} cannot be read: {error}.", path.display()))
    };
    let file = tokio::fs::File::open(path).await.map_err(fault)?;
    let len = file.metadata().await.map_err(fault)?.len();
    Ok((file, len))
}

fn client(options: &Options, route: Route) -> Result<reqwest::Client, String> {
    install_crypto();
    let mut builder = reqwest::ClientBuilder::new()
        .user_agent(options.user_agent.clone())
        .connect_timeout(options.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .http1_max_headers(MAX_HEADERS)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .referer(false)
        .tcp_nodelay(true);
    if route != Route::Outside {
        builder = builder.no_proxy();
    }
    if route == Route::PlainHere {
        builder = builder.tls_certs_only([]);
    } else {
        let mut roots = Vec::new();
        for pem in &options.extra_roots {
            roots.extend(
                reqwest::Certificate::from_pem_bundle(pem).map_err(|error| cause_of(&error))?,
            );
        }
        if !roots.is_empty() {
            builder = builder.tls_certs_merge(roots);
        }
    }
    builder.build().map_err(|error| cause_of(&error))
}

fn cause_of(error: &reqwest::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Rustls is built without a default for its arithmetic, so one is named, once for the process.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error only says that the host has named one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
