//! What each fault makes of an answer. Not when it strikes.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flow::run::{AnswerFrom, Phases};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use serde_json::Value;

use crate::cassette::unpack;
use crate::clock::Clock;
use crate::decode::{self, Encoding};
use crate::error::Kind;
use crate::mode::pieces;
use crate::wire::WireAnswer;

/// The largest answer that a fault works on as a whole; larger ones pass as they are.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The pieces that a slow body comes in.
const SLOW_BYTES: usize = 16 * 1024;

/// An answer that refuses the call.
pub(super) fn refusal(status: u16, retry_after: Option<u32>) -> WireAnswer {
    let mut headers = HeaderMap::new();
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    made_up(status, headers)
}

/// An answer that does not know the token any more.
pub(super) fn expired() -> WireAnswer {
    let mut headers = HeaderMap::new();
    let reason = HeaderValue::from_static("Bearer error=\"invalid_token\"");
    headers.insert(header::WWW_AUTHENTICATE, reason);
    made_up(401, headers)
}

fn made_up(status: u16, mut headers: HeaderMap) -> WireAnswer {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = format!("{{\"error\":\"{status}, a fault that was switched on\"}}");
    WireAnswer {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
        version: Version::HTTP_11,
        headers,
        body: pieces(Bytes::from(body), None),
        from: AnswerFrom::Fault,
        phases: Phases::default(),
        tls: None,
    }
}

/// The body in pieces, each after a pause.
pub(super) fn slow(answer: WireAnswer, ms: u64, clock: Clock) -> WireAnswer {
    let pause = Duration::from_millis(ms);
    let small = answer.body.flat_map(|piece| {
        let pieces: Vec<_> = match piece {
            Ok(bytes) => {
                let starts = (0..bytes.len()).step_by(SLOW_BYTES);
                let end = |start: usize| bytes.len().min(start + SLOW_BYTES);
                starts.map(|start| Ok(bytes.slice(start..end(start)))).collect()
            }
            Err(kind) => vec![Err(kind)],
        };
        stream::iter(pieces)
    });
    let body = small.then(move |piece| {
        let clock = clock.clone();
        async move {
            clock.sleep(pause).await;
            piece
        }
    });
    WireAnswer { body: Box::pin(body), from: AnswerFrom::Fault, ..answer }
}

/// The first half of the body.
pub(super) async fn cut(answer: WireAnswer) -> WireAnswer {
    let (answer, whole) = whole(answer).await;
    let Some(whole) = whole else { return answer };
    let got = whole.len() / 2;
    let broke = Kind::Cut { got: got as u64, expected: Some(whole.len() as u64) };
    let body = pieces(whole.slice(..got), Some(broke));
    WireAnswer { body, from: AnswerFrom::Fault, ..answer }
}

/// The body with a field that has another name, or none.
pub(super) async fn changed(answer: WireAnswer, field: &str, to: Option<&str>) -> WireAnswer {
    let (mut answer, whole) = whole(answer).await;
    let Some(whole) = whole else { return answer };
    let plain = match decode::encoding(&answer.headers) {
        Ok(Encoding::Identity) | Err(_) => whole.to_vec(),
        Ok(encoding) => match unpack(encoding, whole.to_vec()) {
            (plain, None) => plain,
            (_, Some(_)) => return WireAnswer { body: pieces(whole, None), ..answer },
        },
    };
    let Ok(mut json) = serde_json::from_slice::<Value>(&plain) else {
        return WireAnswer { body: pieces(whole, None), ..answer };
    };
    rename(&mut json, field, to);
    let body = Bytes::from(json.to_string());
    answer.headers.remove(header::CONTENT_ENCODING);
    if answer.headers.contains_key(header::CONTENT_LENGTH) {
        answer.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    WireAnswer { body: pieces(body, None), from: AnswerFrom::Fault, ..answer }
}

fn rename(value: &mut Value, field: &str, to: Option<&str>) {
    match value {
        Value::Object(object) => {
            if let Some(at) = object.keys().position(|key| key == field)
                && let Some(own) = object.shift_remove(field)
                && let Some(to) = to
            {
                // Where the new name is another field's already, that one is gone.
                let at = at.min(object.len());
                object.shift_remove(to);
                object.shift_insert(at.min(object.len()), to.to_owned(), own);
            }
            object.values_mut().for_each(|value| rename(value, field, to));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| rename(value, field, to)),
        _ => {}
    }
}

/// Reads a body whole. Where it is too large or breaks off, the answer goes on as it came.
async fn whole(answer: WireAnswer) -> (WireAnswer, Option<Bytes>) {
    let WireAnswer { mut body, status, version, headers, from, phases, tls } = answer;
    let mut got = BytesMut::new();
    let mut last = None;
    while got.len() <= MAX_BYTES {
        match body.next().await {
            None => {
                let body = pieces(Bytes::new(), None);
                let answer = WireAnswer { status, version, headers, body, from, phases, tls };
                return (answer, Some(got.freeze()));
            }
            Some(Ok(piece)) => got.extend_from_slice(&piece),
            Some(Err(kind)) => {
                last = Some(Err(kind));
                break;
            }
        }
    }
    let first = stream::iter([Ok(got.freeze())].into_iter().chain(last));
    let body = Box::pin(first.chain(body));
    (WireAnswer { status, version, headers, body, from, phases, tls }, None)
}

/// An answer that can be given again.
#[derive(Debug)]
pub(super) struct Kept {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    body: Bytes,
}

impl Kept {
    /// Keeps an answer that went well.
    pub(super) async fn of(answer: WireAnswer) -> (WireAnswer, Option<Self>) {
        if !answer.status.is_success() {
            return (answer, None);
        }
        let (answer, body) = whole(answer).await;
        let Some(body) = body else { return (answer, None) };
        let kept = Self {
            status: answer.status,
            version: answer.version,
            headers: answer.headers.clone(),
            body: body.clone(),
        };
        (WireAnswer { body: pieces(body, None), ..answer }, Some(kept))
    }

    /// The same answer again.
    pub(super) fn again(&self) -> WireAnswer {
        WireAnswer {
            status: self.status,
            version: self.version,
            headers: self.headers.clone(),
            body: pieces(self.body.clone(), None),
            from: AnswerFrom::Fault,
            phases: Phases::default(),
            tls: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_renamed_field_keeps_its_place() {
        let check = |to, expect: &str| {
            let mut json = json!({ "a": 1, "total": 2, "l": [{ "total": 3, "z": 4 }] });
            rename(&mut json, "total", to);
            assert_eq!(json.to_string(), expect);
        };
        check(Some("sum"), r#"{"a":1,"sum":2,"l":[{"sum":3,"z":4}]}"#);
        check(None, r#"{"a":1,"l":[{"z":4}]}"#);
    }
}
