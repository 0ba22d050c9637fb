//! Makes what a cassette keeps of a call and its answer: unpacked, and without secrets. Not which
//! values are secret: see `mask`.

use std::borrow::Cow;
use std::path::Path;

use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use http::{HeaderMap, StatusCode, Version, header};
use tokio::io::AsyncReadExt;
use url::Url;
use vault::MASK;

use super::{Answer, Asked, Cassette, Failure, Outcome, Sent, SentPart, hex, sha256};
use crate::decode::{self, Encoding};
use crate::mask::{Masks, is_secret_name};
use crate::outgoing::Outgoing;
use crate::request::{Body, Content, Part};

/// The most bytes of a body that are kept, unpacked.
pub(crate) const MAX_KEPT_BYTES: usize = 64 * 1024 * 1024;

/// The longest text field of a form that is kept as it is.
const MAX_FIELD_BYTES: usize = 4096;

/// What says where a cookie is sent, and until when.
const SCOPE: [&str; 7] = ["path", "domain", "expires", "max-age", "secure", "httponly", "samesite"];

/// Hides secrets in what is kept of one call.
pub(crate) struct Redactor<'a> {
    pub(crate) masks: &'a Masks,
}

/// An answer as it came from the wire.
pub(crate) struct RawAnswer {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) broke: Option<Failure>,
}

impl Redactor<'_> {
    /// What is kept of a call.
    pub(crate) async fn asked(&self, out: &Outgoing) -> Asked {
        let body = match &out.body {
            Body::Empty => Sent::Nothing,
            Body::Bytes(bytes) => Sent::Bytes(self.bytes(bytes)),
            Body::File(path) => {
                let (sha256, bytes) = digest_of(path).await;
                Sent::File { sha256, bytes }
            }
            Body::Multipart(parts) => {
                let mut kept = Vec::with_capacity(parts.len());
                for part in parts {
                    kept.push(self.part(part).await);
                }
                Sent::Parts(kept)
            }
        };
        Asked {
            method: out.method.to_string(),
            url: self.masks.url(&out.url),
            headers: self.headers(&out.headers),
            body,
        }
    }

    /// What is kept of an answer.
    pub(crate) fn answer(&self, raw: RawAnswer) -> Answer {
        let mut headers = self.headers(&raw.headers);
        let is_empty = raw.body.is_empty();
        let (unpacked, broke) = match decode::encoding(&raw.headers) {
            Ok(Encoding::Identity) | Err(_) => (raw.body, raw.broke),
            Ok(encoding) => {
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"));
                let (unpacked, fault) = unpack(encoding, raw.body);
                // What broke the answer off on its way says more than where unpacking stopped.
                (unpacked, raw.broke.or(fault))
            }
        };
        let unpacked = Bytes::from(unpacked);
        let mut masks = self.masks.clone();
        learn_body(&mut masks, &unpacked);
        let body = Redactor { masks: &masks }.bytes(&unpacked);
        // The answer to HEAD gives the length of what it did not send.
        if !is_empty && broke.is_none() {
            set_length(&mut headers, body.len());
        }
        let version = format!("{:?}", raw.version);
        Answer { status: raw.status.as_u16(), version, headers, body, broke }
    }

    /// A failure without secrets in its words.
    pub(crate) fn failure(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Unreachable { reason } => {
                Failure::Unreachable { reason: self.masks.values_in(&reason) }
            }
            Failure::NotHttp { reason } => {
                Failure::NotHttp { reason: self.masks.values_in(&reason) }
            }
            Failure::Other { reason } => Failure::Other { reason: self.masks.values_in(&reason) },
            other => other,
        }
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let kept = headers.iter().map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), self.header(name.as_str(), &text))
        });
        kept.collect()
    }

    fn header(&self, name: &str, text: &str) -> String {
        if name == header::SET_COOKIE.as_str() {
            // The name and the scope of a cookie are kept, so that it is set in a replay too.
            let mut parts = text.split(';');
            let cookie = parts.next().unwrap_or("").split('=').next().unwrap_or("").trim();
            let scope = parts.filter(|part| {
                let name = part.split('=').next().unwrap_or("").trim().to_ascii_lowercase();
                SCOPE.contains(&name.as_str())
            });
            let pair = format!("{cookie}={MASK}");
            return scope.fold(pair, |cookie, part| cookie + ";" + part);
        }
        let shown = self.masks.header(name, text);
        match Url::parse(&shown) {
            Ok(url) if shown.starts_with("http") && url.query().is_some() => self.masks.url(&url),
            _ => shown,
        }
    }

    async fn part(&self, part: &Part) -> SentPart {
        let mut kept = SentPart {
            name: part.name.clone(),
            file_name: part.file_name.as_deref().map(|name| self.masks.values_in(name)),
            content_type: part.content_type.clone(),
            ..SentPart::default()
        };
        match &part.content {
            Content::Bytes(_) if is_secret_name(&part.name) => kept.value = Some(MASK.to_owned()),
            Content::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if part.file_name.is_none() && bytes.len() <= MAX_FIELD_BYTES => {
                    kept.value = Some(self.masks.values_in(text));
                }
                _ => kept.sha256 = Some(sha256(&self.bytes(bytes))),
            },
            Content::File(path) => kept.sha256 = Some(digest_of(path).await.0),
        }
        kept
    }

    /// A body without secrets.
    fn bytes(&self, bytes: &Bytes) -> Bytes {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return match self.masks.bytes(bytes) {
                Cow::Borrowed(_) => bytes.clone(),
                Cow::Owned(masked) => Bytes::from(masked),
            };
        };
        let masked = self.masks.body(text);
        if masked == text { bytes.clone() } else { Bytes::from(still_json(self, text, masked)) }
    }

    /// Hides secrets value by value, so that it stays JSON.
    fn json(&self, value: &mut serde_json::Value) {
        use serde_json::Value;
        match value {
            Value::Object(object) => {
                for (key, value) in object.iter_mut() {
                    if is_secret_name(key)
                        && !value.is_null()
                        && !value.is_object()
                        && !value.is_array()
                    {
                        *value = Value::from(MASK);
                    } else {
                        self.json(value);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.json(value)),
            Value::String(text) => *text = self.masks.values_in(text),
            Value::Number(number) => {
                let text = number.to_string();
                if self.masks.values_in(&text) != text {
                    *value = Value::from(MASK);
                }
            }
            Value::Bool(_) | Value::Null => {}
        }
    }
}

/// Learns what stands under a secret's name in a body, so that it is hidden where a system echoes
/// it.
pub(crate) fn learn_body(masks: &mut Masks, body: &[u8]) {
    let Ok(text) = std::str::from_utf8(body) else { return };
    if text.trim_start().starts_with(['{', '[']) {
        if let Ok(json) = serde_json::from_str(text) {
            learn_json(masks, &json);
        }
    } else if text.contains('=') && !text.contains(char::is_whitespace) {
        for (name, value) in url::form_urlencoded::parse(body) {
            masks.learn_header(&name, &value);
        }
    }
}

fn learn_json(masks: &mut Masks, json: &serde_json::Value) {
    match json {
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                match value.as_str() {
                    Some(text) => masks.learn_header(key, text),
                    None => learn_json(masks, value),
                }
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| learn_json(masks, value)),
        _ => {}
    }
}

/// The masked text, where it is JSON as the text was; else the text masked value by value.
fn still_json(redactor: &Redactor<'_>, text: &str, masked: String) -> String {
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_json(&masked) || !text.trim_start().starts_with(['{', '[', '"']) {
        return masked;
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(mut json) => {
            redactor.json(&mut json);
            // A key may hold one too; then what is kept is no JSON any more, but no secret either.
            redactor.masks.values_in(&json.to_string())
        }
        Err(_) => masked,
    }
}

/// Unpacks what is in memory already, as far as it goes.
pub(crate) fn unpack(encoding: Encoding, packed: Vec<u8>) -> (Vec<u8>, Option<Failure>) {
    if packed.is_empty() {
        return (packed, None);
    }
    let mut pieces = encoding.unpack(Box::pin(stream::iter([Ok(Bytes::from(packed))])));
    let mut whole = Vec::new();
    let reading = async {
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) if whole.len() + piece.len() > MAX_KEPT_BYTES => {
                    return Some(Failure::TooLarge { limit: MAX_KEPT_BYTES as u64 });
                }
                Ok(piece) => whole.extend_from_slice(&piece),
                Err(error) => {
                    let encoding = encoding.name().to_owned();
                    return Some(Failure::BadEncoding { encoding, reason: error.to_string() });
                }
            }
        }
        None
    };
    // Nothing is waited for: all of it is here.
    let fault = reading.now_or_never().flatten();
    (whole, fault)
}

/// Corrects the announced length, where one is announced.
pub(super) fn set_length(headers: &mut [(String, String)], bytes: usize) {
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("content-length") {
            *value = bytes.to_string();
        }
    }
}

/// The digest of a file's content, and its length; empty where it cannot be read, which sending it
/// tells.
async fn digest_of(path: &Path) -> (String, u64) {
    use sha2::Digest as _;
    let Ok(mut file) = tokio::fs::File::open(path).await else { return (String::new(), 0) };
    let (mut digest, mut length) = (sha2::Sha256::new(), 0);
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece).await {
            Ok(0) => return (hex(&digest.finalize()), length),
            Ok(n) => {
                digest.update(&piece[..n]);
                length += n as u64;
            }
            Err(_) => return (String::new(), 0),
        }
    }
}

impl Cassette {
    /// The same calls with whatever stands under a secret's name hidden, for files of other
    /// programs, which keep passwords and tokens in clear text.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        for entry in &mut self.entries {
            let mut masks = Masks::default();
            if let Ok(url) = Url::parse(&entry.asked.url) {
                masks.learn_url(&url);
            }
            let answered = match &entry.outcome {
                Outcome::Answer(answer) => answer.headers.as_slice(),
                Outcome::Failed { .. } => &[],
            };
            for (name, value) in entry.asked.headers.iter().chain(answered) {
                masks.learn_header(name, value);
            }
            if let Sent::Bytes(bytes) = &entry.asked.body {
                learn_body(&mut masks, bytes);
            }
            if let Outcome::Answer(answer) = &entry.outcome {
                learn_body(&mut masks, &answer.body);
            }
            let redactor = Redactor { masks: &masks };
            if let Ok(url) = Url::parse(&entry.asked.url) {
                entry.asked.url = masks.url(&url);
            }
            for (name, value) in &mut entry.asked.headers {
                *value = redactor.header(&name.to_ascii_lowercase(), value);
            }
            match &mut entry.asked.body {
                Sent::Bytes(bytes) => *bytes = redactor.bytes(bytes),
                Sent::Parts(parts) => {
                    for part in parts {
                        let is_secret = is_secret_name(&part.name);
                        part.value = part.value.as_ref().map(|text| {
                            if is_secret { MASK.to_owned() } else { masks.values_in(text) }
                        });
                    }
                }
                Sent::Nothing | Sent::File { .. } => {}
            }
            if let Outcome::Answer(answer) = &mut entry.outcome {
                for (name, value) in &mut answer.headers {
                    *value = redactor.header(&name.to_ascii_lowercase(), value);
                }
                answer.body = redactor.bytes(&answer.body);
                if !answer.body.is_empty() {
                    set_length(&mut answer.headers, answer.body.len());
                }
            }
        }
        self
    }
}
