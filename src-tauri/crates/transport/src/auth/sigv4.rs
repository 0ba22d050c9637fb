//! AWS Signature Version 4, by the signer of AWS's own SDK. Not how credentials are got: they are
//! kept as secrets.

use std::path::Path;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningInstructions, SigningSettings, UriPathNormalizationMode, sign as ask,
};
use aws_sigv4::sign::v4;
use flow::run::Timestamp;
use http::{HeaderMap, Method};
use percent_encoding::{percent_decode_str, percent_encode};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;
use tracing::subscriber::{NoSubscriber, with_default};
use url::Url;
use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::request::Body;
use crate::spec::{SigV4Spec, SignaturePlace};

/// How long a signature in an address is valid; the call is sent at once.
const EXPIRES: Duration = Duration::from_mins(5);

/// Headers that are not signed, because they are changed or added on the way.
const UNSIGNED: [&str; 13] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "cookie",
    "expect",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// What a signature brings along; left over from an earlier try, it would be signed too.
const OWN_HEADERS: [&str; 4] =
    ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
const OWN_PARAMS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// Where services differ in what they sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rules {
    /// Whether `//` and dots are taken out of the path.
    normalizes: bool,
    /// Whether the path, as it goes over the wire, is encoded once more.
    encodes_twice: bool,
    /// Whether the hash of the body is a header too, and may say that the body is not signed.
    names_body: bool,
    /// Whether the session token is added only behind the signature.
    token_after: bool,
}

impl Rules {
    /// S3's keys may have any character and any slashes in them, so their path is signed as it is
    /// ("Create a signed AWS API request" in the AWS IAM User Guide).
    fn of(service: &str) -> Self {
        let is_s3 = service == "s3" || service.starts_with("s3-") || service == "s3express";
        Self {
            normalizes: !is_s3,
            encodes_twice: !is_s3,
            names_body: is_s3,
            token_after: service == "iotdevicegateway",
        }
    }
}

/// What is signed of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Payload {
    /// Its SHA-256, in hex.
    Hash(String),
    /// Nothing but that it is not signed.
    Unsigned,
}

/// Signs the call. Its query, and the keys of S3, are written as AWS compares them: all but the
/// unreserved characters as `%XX`. Returns the signature.
///
/// A file is read once for its hash, where the service wants one: S3 does without over https.
///
/// # Errors
/// [`Kind::SignIn`], where the connection's data cannot be signed with, [`Kind::BodyFile`], where
/// the file cannot be read, and [`Kind::BadRequest`], where the call cannot be signed.
pub(crate) async fn sign(
    call: &mut Outgoing,
    spec: &SigV4Spec,
    secret_access_key: &Secret,
    session_token: Option<&Secret>,
) -> Result<Vec<Secret>, Kind> {
    for (text, what) in [
        (&spec.access_key_id, "id of the access key"),
        (&spec.region, "region"),
        (&spec.service, "service"),
    ] {
        if text.trim().is_empty() || text.contains(|c: char| c == '/' || !c.is_ascii_graphic()) {
            return Err(Kind::SignIn(format!(
                "The connection's AWS sign-in has no {what}, or one with a slash, a space or \
                 another character that it cannot have: correct it."
            )));
        }
    }
    let rules = Rules::of(&spec.service);
    let payload = payload(call, spec.place, rules).await?;
    sign_by(call, spec, rules, &payload, EXPIRES, secret_access_key, session_token)
}

async fn payload(call: &Outgoing, place: SignaturePlace, rules: Rules) -> Result<Payload, Kind> {
    if rules.names_body && place == SignaturePlace::Query {
        return Ok(Payload::Unsigned);
    }
    let may_be_unsigned = rules.names_body && call.url.scheme() == "https";
    match &call.body {
        Body::Empty => Ok(Payload::Hash(place::hex(&Sha256::digest(b"")))),
        Body::Bytes(bytes) => Ok(Payload::Hash(place::hex(&Sha256::digest(bytes)))),
        Body::File(_) | Body::Multipart(_) if may_be_unsigned => Ok(Payload::Unsigned),
        Body::File(path) => hash_of_file(path).await.map(Payload::Hash),
        Body::Multipart(_) => Err(Kind::BadRequest(
            "A form with files cannot be signed for AWS: send the file itself as the body, or use \
             S3 over https."
                .to_owned(),
        )),
    }
}

async fn hash_of_file(path: &Path) -> Result<String, Kind> {
    let fail = |error: std::io::Error| {
        Kind::BodyFile(format!("The file {} cannot be read: {error}.", path.display()))
    };
    let mut file = tokio::fs::File::open(path).await.map_err(fail)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 256 * 1024];
    loop {
        let len = file.read(&mut chunk).await.map_err(fail)?;
        if len == 0 {
            return Ok(place::hex(&hash.finalize()));
        }
        hash.update(&chunk[..len]);
    }
}

fn sign_by(
    call: &mut Outgoing,
    spec: &SigV4Spec,
    rules: Rules,
    payload: &Payload,
    expires: Duration,
    secret_access_key: &Secret,
    session_token: Option<&Secret>,
) -> Result<Vec<Secret>, Kind> {
    for name in OWN_HEADERS {
        call.headers.remove(name);
    }
    tidy(&mut call.url, rules);
    let (made, signature) = instructions(
        &call.method,
        call.url.as_str(),
        &call.headers,
        spec,
        rules,
        payload,
        (call.at, expires),
        secret_access_key,
        session_token,
    )?;
    let mut masked = vec![Secret::new(signature)];
    for (name, value) in made.headers() {
        let value = Secret::new(value);
        place::header(call, name, &value)?;
        if name == "authorization" {
            masked.push(value);
        }
    }
    let params: Vec<(&str, &str)> =
        made.params().iter().map(|(name, value)| (*name, value.as_ref())).collect();
    if !params.is_empty() {
        place::query(&mut call.url, &params);
    }
    Ok(masked)
}

/// Asks the signer what a call has to carry, and for the signature itself.
fn instructions(
    method: &Method,
    url: &str,
    headers: &HeaderMap,
    spec: &SigV4Spec,
    rules: Rules,
    payload: &Payload,
    (at, expires): (Timestamp, Duration),
    secret_access_key: &Secret,
    session_token: Option<&Secret>,
) -> Result<(SigningInstructions, String), Kind> {
    let cannot = |error: &dyn std::error::Error| {
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        Kind::BadRequest(format!("The call cannot be signed for AWS: {cause}."))
    };
    let identity = Credentials::new(
        spec.access_key_id.as_str(),
        secret_access_key.reveal().trim(),
        session_token.map(|token| token.reveal().trim().to_owned()),
        None,
        "gantry",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&spec.region)
        .name(&spec.service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_millis(at.unsigned_abs()))
        .settings(settings(spec.place, rules, expires))
        .build()
        .map_err(|error| cannot(&error))?
        .into();
    let signed = headers.iter().filter(|(name, _)| !UNSIGNED.contains(&name.as_str()));
    let signed = signed.filter_map(|(name, value)| {
        std::str::from_utf8(value.as_bytes()).ok().map(|value| (name.as_str(), value))
    });
    let body = match payload {
        Payload::Hash(hash) => SignableBody::Precomputed(hash.clone()),
        Payload::Unsigned => SignableBody::UnsignedPayload,
    };
    // The signer traces the headers that it signs, and there may be secrets among them.
    with_default(NoSubscriber::default(), || {
        let request = SignableRequest::new(method.as_str(), url, signed, body)
            .map_err(|error| cannot(&error))?;
        Ok(ask(request, &params).map_err(|error| cannot(&error))?.into_parts())
    })
}

fn settings(place: SignaturePlace, rules: Rules, expires: Duration) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.signature_location = match place {
        SignaturePlace::Header => SignatureLocation::Headers,
        SignaturePlace::Query => SignatureLocation::QueryParams,
    };
    settings.expires_in = (place == SignaturePlace::Query).then_some(expires);
    settings.uri_path_normalization_mode = UriPathNormalizationMode::from(rules.normalizes);
    if !rules.encodes_twice {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
    }
    if rules.names_body {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if rules.token_after {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    settings
}

/// Writes an address as AWS compares it, and takes an earlier signature out of it. AWS encodes what
/// arrives anew before it compares, and not every system that speaks its language does.
fn tidy(url: &mut Url, rules: Rules) {
    if !rules.encodes_twice {
        let path: Vec<String> = url.path().split('/').map(anew).collect();
        url.set_path(&path.join("/"));
    }
    if let Some(query) = url.query() {
        let is_own = |part: &&str| OWN_PARAMS.contains(&part.split('=').next().unwrap_or(""));
        let spaced = query.replace('+', " ");
        let kept = spaced.split('&').filter(|part| !is_own(part)).map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if part.contains('=') { format!("{}={}", anew(name), anew(value)) } else { anew(name) }
        });
        let query = kept.collect::<Vec<_>>().join("&");
        url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    }
}

/// A part of an address with all but the unreserved characters as `%XX`.
fn anew(part: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(part).collect();
    percent_encode(&bytes, place::RESERVED).to_string()
}

#[cfg(test)]
mod tests;
