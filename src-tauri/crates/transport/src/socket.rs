//! The socket: the only place in Gantry that a call leaves from. Not the rules of a call: see
//! `policy`; nor how connections are made: see `pool`.

use flow::run::{AnswerFrom, Phases};
use futures::StreamExt;
use http::{HeaderMap, StatusCode, header};
use reqwest::multipart;

use crate::cause;
use crate::connection::Connection;
use crate::error::Kind;
use crate::network;
use crate::outgoing::Outgoing;
use crate::phases::{self, Guard};
use crate::pool::{Pool, Pools, Way};
use crate::request::{Body, Content, Part};
use crate::transport::Options;
use crate::wire::{WireAnswer, WireBytes, WireError};

/// The pools that all calls share whose connection needs none of its own.
#[derive(Default)]
pub(crate) struct Socket {
    pools: Pools,
}

impl Socket {
    /// A socket without any pool yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Sends one hop and reads the head of its answer.
    pub(crate) async fn send(
        &self,
        out: &Outgoing,
        connection: Option<&Connection>,
        options: &Options,
    ) -> Result<WireAnswer, WireError> {
        let pools = connection.and_then(|own| own.pools.as_ref()).unwrap_or(&self.pools);
        let pool = pools.get(&out.url, connection, options).await.map_err(WireError::unsent)?;
        let mut headers = out.headers.clone();
        let body = wire_body(&out.body, &mut headers).await.map_err(WireError::unsent)?;
        let mut request = pool.client.request(out.method.clone(), out.url.clone()).headers(headers);
        match body {
            WireBody::Empty => {}
            WireBody::Plain(body) => request = request.body(body),
            WireBody::Form(form) => request = request.multipart(form),
        }
        network::leaves();
        let guard = Guard::of(out, connection.map(|own| &own.spec));
        let (answer, phases) = phases::measured(guard, request.send()).await;
        let answer = answer.map_err(|error| {
            let (kind, sent) = cause::of_send(&error, &pool.way);
            WireError { kind, sent }
        })?;
        if let Some(kind) = refused(&answer, &pool.way) {
            return Err(WireError::sent(kind));
        }
        Ok(arrived(answer, &pool, phases))
    }

    /// Leaves all connections behind: one of them is at a place that nobody can be sure of.
    pub(crate) fn renew(&self, connection: Option<&Connection>) {
        connection.and_then(|own| own.pools.as_ref()).unwrap_or(&self.pools).renew();
    }
}

/// What is wrong with the head of an answer, where something is.
fn refused(answer: &reqwest::Response, way: &Way) -> Option<Kind> {
    let headers = answer.headers();
    let n_bytes: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > way.max_headers || n_bytes > way.max_header_bytes {
        return Some(Kind::HeadTooLarge);
    }
    let proxy = way.proxy.as_ref()?;
    (answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED).then(|| Kind::Proxy {
        proxy: proxy.clone(),
        reason: "it does not take the user and password".to_owned(),
    })
}

fn arrived(mut answer: reqwest::Response, pool: &Pool, phases: Phases) -> WireAnswer {
    let tls = pool.shown.facts(&answer);
    let headers = std::mem::take(answer.headers_mut());
    WireAnswer {
        status: answer.status(),
        version: answer.version(),
        body: arriving(answer, &headers),
        headers,
        from: AnswerFrom::System,
        phases,
        tls,
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
