//! Makes the calls that read, holds back those that write, and tells them with what they would
//! change. Not a mock: what is read is the system's own.

use std::time::Duration;

use bytes::Bytes;
use flow::run::{AnswerFrom, Exchange, FieldChange, Phases};
use futures::StreamExt;
use http::{HeaderMap, Method, StatusCode, Version, header};
use serde_json::Value;

use super::replay::pieces;
use crate::cassette::{RawAnswer, Redactor};
use crate::conduct::Note;
use crate::observe::Record;
use crate::outgoing::Outgoing;
use crate::request::Body;
use crate::socket::Socket;
use crate::transport::Options;
use crate::wire::{WireAnswer, WireCall, WireError};

/// How long the record as it is now is waited for.
const CURRENT_WAIT: Duration = Duration::from_secs(10);

/// The largest record that is compared.
const CURRENT_BYTES: usize = 1024 * 1024;

/// The most changes that are told of one call.
const MAX_CHANGES: usize = 200;

/// Meets one hop of a call.
pub(super) async fn meet(
    call: &WireCall<'_>,
    socket: &Socket,
    options: &Options,
) -> Result<WireAnswer, WireError> {
    if reads(call) {
        return socket.send(call.out, call.request.connection.as_deref(), options).await;
    }
    let mut exchange = call.record.exchange();
    exchange.from = AnswerFrom::DryRun;
    if matches!(call.out.method, Method::PUT | Method::PATCH) {
        exchange.changes = changes(call, socket, options).await;
    }
    call.request.conduct.tell(Note::WouldSend(Box::new(Exchange { status: None, ..exchange })));
    Ok(WireAnswer {
        status: StatusCode::NO_CONTENT,
        version: Version::HTTP_11,
        headers: HeaderMap::new(),
        body: pieces(Bytes::new(), None),
        from: AnswerFrom::DryRun,
        phases: Phases::default(),
        tls: None,
    })
}

/// Whether a call changes nothing: by its method, by what the node says, because a connection makes
/// it to be let in, or as a GraphQL query.
fn reads(call: &WireCall<'_>) -> bool {
    call.out.method.is_safe()
        || call.request.is_reading
        || call.request.step.is_none()
        || is_graphql_query(call.out)
}

fn is_graphql_query(out: &Outgoing) -> bool {
    let Body::Bytes(bytes) = &out.body else { return false };
    if out.method != Method::POST || !out.url.path().ends_with("graphql") {
        return false;
    }
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return false };
    let Some(query) = json["query"].as_str() else { return false };
    // A document may hold operations of several kinds; one that could write is not let through.
    let words = || query.split(|c: char| !c.is_alphanumeric() && c != '_');
    !words().any(|word| matches!(word, "mutation" | "subscription"))
}

/// What a write would change in the record that is there now; nothing where that cannot be read.
async fn changes(call: &WireCall<'_>, socket: &Socket, options: &Options) -> Vec<FieldChange> {
    let Body::Bytes(sent) = &call.out.body else { return Vec::new() };
    let Ok(new) = serde_json::from_slice::<Value>(sent) else { return Vec::new() };
    let current = tokio::time::timeout(CURRENT_WAIT, current(call, socket, options)).await;
    let Some(old) = current.ok().flatten() else { return Vec::new() };
    let is_whole = call.out.method == Method::PUT;
    let mut found = Vec::new();
    compare("", Some(&old), Some(&new), is_whole, &mut found);
    for change in &mut found {
        for side in [&mut change.was, &mut change.now].into_iter().flatten() {
            *side = call.masks.values_in(side);
        }
    }
    found
}

/// The record that is there now, by a GET of the same address; told like any call.
async fn current(call: &WireCall<'_>, socket: &Socket, options: &Options) -> Option<Value> {
    let mut out = call.out.clone();
    out.method = Method::GET;
    out.body = Body::Empty;
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING] {
        out.headers.remove(name);
    }
    let mut record = Record::start(call.request, &out, options.snippet_bytes);
    let connection = call.request.connection.as_deref();
    let answer = match socket.send(&out, connection, options).await {
        Ok(answer) => answer,
        Err(error) => {
            record
                .failed(&format!("The record could not be read for comparison: {:?}.", error.kind));
            return None;
        }
    };
    record.answered(&answer);
    let WireAnswer { status, version, headers, body: mut wire, .. } = answer;
    let mut body = Vec::new();
    while let Some(piece) = wire.next().await {
        body.extend_from_slice(&piece.ok()?);
        if body.len() > CURRENT_BYTES {
            return None;
        }
    }
    let raw = RawAnswer { status, version, headers, body, broke: None };
    let answer = Redactor { masks: record.masks() }.answer(raw);
    record.saw(&answer.body);
    if !status.is_success() || answer.body.len() > CURRENT_BYTES {
        return None;
    }
    serde_json::from_slice(&answer.body).ok()
}

/// Compares two records. Of a part of a record, only what is in it counts.
fn compare(
    path: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    is_whole: bool,
    found: &mut Vec<FieldChange>,
) {
    if found.len() >= MAX_CHANGES || old == new {
        return;
    }
    if let (Some(Value::Object(before)), Some(Value::Object(after))) = (old, new) {
        let gone = before.keys().filter(|key| is_whole && !after.contains_key(*key));
        for key in after.keys().chain(gone) {
            let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            compare(&path, before.get(key), after.get(key), is_whole, found);
        }
        return;
    }
    if let (Some(Value::Array(before)), Some(Value::Array(after))) = (old, new) {
        for at in 0..before.len().max(after.len()) {
            compare(&format!("{path}/{at}"), before.get(at), after.get(at), is_whole, found);
        }
        return;
    }
    let shown = |value: Option<&Value>| value.map(ToString::to_string);
    found.push(FieldChange { path: path.to_owned(), was: shown(old), now: shown(new) });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_of_a_record_changes_only_what_is_in_it() {
        let check = |is_whole, expect: &[&str]| {
            let old = json!({ "name": "A", "tags": [1, 2], "vat": { "id": 1, "rate": 19 } });
            let new = json!({ "name": "B", "tags": [1], "vat": { "rate": 19 }, "x": null });
            let mut found = Vec::new();
            compare("", Some(&old), Some(&new), is_whole, &mut found);
            let found: Vec<String> = found
                .iter()
                .map(|c| format!("{} {:?} {:?}", c.path, c.was.as_deref(), c.now.as_deref()))
                .collect();
            assert_eq!(found, expect);
        };
        let both = [
            r#"/name Some("\"A\"") Some("\"B\"")"#,
            r#"/tags/1 Some("2") None"#,
            r#"/x None Some("null")"#,
        ];
        check(false, &both);
        check(true, &[both[0], both[1], r#"/vat/id Some("1") None"#, both[2]]);
    }
}
