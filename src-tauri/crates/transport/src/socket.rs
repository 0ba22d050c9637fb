//! The connection pool: the only place in Gantry that opens a connection. Not the rules of a call:
//! see `policy`.

use std::sync::{Once, PoisonError, RwLock};

use http::{HeaderMap, Method, header};
use reqwest::multipart;
use url::Url;

use crate::error::Kind;
use crate::policy::is_loopback;
use crate::request::{Body, Content, Part};
use crate::transport::Options;

/// The most headers that an answer may have; hyper limits their bytes to about 400 KB by itself.
const MAX_HEADERS: usize = 256;

/// The most bytes of headers that an HTTP/2 answer may have.
const MAX_HEADER_BYTES: u32 = 256 * 1024;

/// Two pools, so that calls to this computer never go through a proxy. They are made at the first
/// call: reading the computer's trust store takes time that a run without calls need not spend.
pub(crate) struct Socket {
    pools: RwLock<Option<Pools>>,
}

#[derive(Clone)]
struct Pools {
    here: reqwest::Client,
    outside: reqwest::Client,
}

impl Socket {
    /// A socket without any pool yet.
    pub(crate) fn new() -> Self {
        Self { pools: RwLock::new(None) }
    }

    /// The pool for calls to a URL.
    ///
    /// # Errors
    /// Why the computer's trust store or one of the extra roots cannot be read.
    pub(crate) fn pool(&self, url: &Url, options: &Options) -> Result<reqwest::Client, String> {
        let made = self.pools.read().unwrap_or_else(PoisonError::into_inner).clone();
        let pools = match made {
            Some(pools) => pools,
            None => {
                let mut place = self.pools.write().unwrap_or_else(PoisonError::into_inner);
                match &*place {
                    Some(pools) => pools.clone(),
                    None => place.insert(Pools::new(options)?).clone(),
                }
            }
        };
        Ok(if is_loopback(url) { pools.here } else { pools.outside })
    }

    /// Leaves all connections behind: one of them is at a place that nobody can be sure of.
    pub(crate) fn renew(&self) {
        *self.pools.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Sends one call and reads the head of its answer.
pub(crate) async fn send(
    pool: &reqwest::Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: WireBody,
) -> reqwest::Result<reqwest::Response> {
    let mut request = pool.request(method, url).headers(headers);
    match body {
        WireBody::Empty => {}
        WireBody::Plain(body) => request = request.body(body),
        WireBody::Form(form) => request = request.multipart(form),
    }
    request.send().await
}

impl Pools {
    fn new(options: &Options) -> Result<Self, String> {
        install_crypto();
        let outside = client(options, reqwest::ClientBuilder::new())?;
        let here = client(options, reqwest::ClientBuilder::new().no_proxy())?;
        Ok(Self { here, outside })
    }
}

/// What goes over the wire as a body.
pub(crate) enum WireBody {
    Empty,
    Plain(reqwest::Body),
    Form(multipart::Form),
}

/// Opens the body for one hop.
pub(crate) async fn wire_body(body: &Body, headers: &mut HeaderMap) -> Result<WireBody, Kind> {
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

fn client(options: &Options, builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    let mut builder = builder
        .user_agent(options.user_agent.clone())
        .connect_timeout(options.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .http1_max_headers(MAX_HEADERS)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .referer(false)
        .tcp_nodelay(true);
    let mut roots = Vec::new();
    for pem in &options.extra_roots {
        let found =
            reqwest::Certificate::from_pem_bundle(pem).map_err(|error| error.to_string())?;
        roots.extend(found);
    }
    if !roots.is_empty() {
        builder = builder.tls_certs_merge(roots);
    }
    builder.build().map_err(|error| {
        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
    })
}

/// Rustls is built without a default for its arithmetic, so one is named, once for the process.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error only says that the host has named one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
