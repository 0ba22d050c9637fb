//! What a call that went wrong is to the run: its class, whether another try may mend it, and a
//! sentence for the user. Not the calls.

use std::time::Duration;

use data::Value;
use flow::run::{ErrorClass, Exchange};
use transport::{HeaderMap, Kind, TransportError};

use crate::step::StepError;

/// The longest message that is taken over from an answer.
const MAX_MESSAGE_CHARS: usize = 300;

/// The longest piece of an answer that is shown in a sentence.
const MAX_SNIPPET_CHARS: usize = 200;

/// Whether a call may be made a second time when it is not known what became of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It may: it reads, or the system knows it again by its key.
    Safe,
    /// It may not.
    Unsafe,
}

/// A call that got no whole answer.
pub(super) fn of_transport(error: &TransportError, repeat: Repeat) -> StepError {
    if error.is_cancelled() {
        return StepError::Cancelled;
    }
    let may_repeat = !error.sent || repeat == Repeat::Safe;
    // A call that the system knows again is not lost when its answer is.
    let class = match error.class() {
        ErrorClass::UnknownOutcome if may_repeat => ErrorClass::Connection,
        class => class,
    };
    let step = if error.is_transient() && may_repeat {
        StepError::retryable(class, error.message())
    } else {
        StepError::terminal(class, error.message())
    };
    let step = step.advice(error.advice()).may_repeat(may_repeat);
    let step = match &error.kind {
        Kind::CircuitOpen { again_in, .. } => step.retry_after(*again_in),
        _ => step,
    };
    match &error.exchange {
        Some(exchange) => step.exchange((**exchange).clone()),
        None => step.key("/params/url"),
    }
}

/// An answer whose status says that it went wrong.
pub(super) struct Refusal<'a> {
    /// Who answered: the connection's name, or the host.
    pub(super) system: &'a str,
    /// The connection, where the call goes through one.
    pub(super) connection: Option<&'a str>,
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) repeat: Repeat,
    /// What was told of the call, its secrets hidden; the message is looked for in its body.
    pub(super) exchange: Exchange,
}

impl Refusal<'_> {
    /// The error of the step.
    pub(super) fn into_error(self) -> StepError {
        // Some systems refuse with 403 what is too much at once.
        let is_limit = self.status == 403 && self.retry_after.is_some();
        let class = if is_limit { ErrorClass::Limit } else { class(self.status, self.repeat) };
        let message = self.message();
        // A system that says "later" has not done it, so that holds for writes too.
        let is_later = is_limit || matches!(self.status, 429 | 503);
        let is_passing = matches!(self.status, 408 | 425 | 500 | 502 | 504 | 520..=530);
        let error = if is_later || (is_passing && self.repeat == Repeat::Safe) {
            StepError::retryable(class, message)
        } else {
            StepError::terminal(class, message)
        };
        // What was refused has not been done; of a failure on the way nobody knows.
        let error = error.may_repeat(
            self.repeat == Repeat::Safe || is_later || (400..500).contains(&self.status),
        );
        let error = match self.retry_after {
            Some(pause) => error.retry_after(pause),
            None => error,
        };
        error.advice(self.advice(class)).exchange(self.exchange)
    }

    fn message(&self) -> String {
        let Self { system, status, .. } = self;
        let system = capital(system);
        let text = self.exchange.response_body.as_ref().map_or("", |body| body.text.as_str());
        let said = said(text).unwrap_or_else(|| meaning(*status).to_owned());
        match status {
            404 | 410 => format!("{system} has nothing there: {said} ({status})."),
            429 => format!("{system} asks to slow down: {said} ({status})."),
            403 if self.retry_after.is_some() => {
                format!("{system} asks to slow down: {said} ({status}).")
            }
            400..=499 => format!("{system} refused the request: {said} ({status})."),
            300..=399 => format!("{system} did not answer the request itself: {said} ({status})."),
            500..=599 => format!("{system} failed: {said} ({status})."),
            _ => format!("{system} answered with a status that HTTP does not know ({status})."),
        }
    }

    fn advice(&self, class: ErrorClass) -> String {
        match (class, self.connection) {
            (ErrorClass::Auth, Some(connection)) => format!("Check the connection *{connection}*."),
            (ErrorClass::Auth, None) => "Check the credentials in the node's headers.".to_owned(),
            (ErrorClass::NotFound, _) => {
                "Check the URL; where the item names what is asked for, check the item.".to_owned()
            }
            (ErrorClass::Validation, _) => {
                "Compare what was sent, under Raw, with what the system expects.".to_owned()
            }
            (ErrorClass::Conflict, _) => {
                "Look in the system whether it was changed or made already.".to_owned()
            }
            (ErrorClass::Limit, _) => "Let the node try more often, or do less at once.".to_owned(),
            (ErrorClass::UnknownOutcome, _) => {
                "Look in the system whether the change was made before you run it again; an \
                 idempotency header makes repeating safe."
                    .to_owned()
            }
            _ => "Run it again later, or let the node try several times.".to_owned(),
        }
    }
}

/// An answer that arrived whole, but cannot be used.
pub(super) fn of_answer(
    system: &str,
    status: u16,
    media_type: &str,
    what: &str,
    exchange: Exchange,
) -> StepError {
    let kind = if media_type.is_empty() { "no content type" } else { media_type };
    let text = exchange.response_body.as_ref().map_or("", |body| body.text.trim());
    let shown = snippet(text);
    let shown = if shown.is_empty() { String::new() } else { format!(" It begins: {shown}") };
    let message = format!("{} answered {status} with {kind}, but {what}.{shown}", capital(system));
    StepError::terminal(ErrorClass::Answer, message)
        .advice("Look at the whole answer under Raw, and check the URL and the node's items path.")
        .exchange(exchange)
}

/// An answer that is an error by the node's own rule, whatever its status says.
pub(super) fn of_rule(system: &str, status: u16, exchange: Exchange) -> StepError {
    let text = exchange.response_body.as_ref().map_or("", |body| body.text.as_str());
    let said = said(text).unwrap_or_else(|| "it gave no reason".to_owned());
    let message = format!("{} refused the request: {said} ({status}).", capital(system));
    StepError::terminal(ErrorClass::Answer, message)
        .advice("Compare what was sent, under Raw, with what the system expects.")
        .exchange(exchange)
}

/// The same error, but not to be mended by another try.
pub(super) fn for_good(error: StepError) -> StepError {
    match error {
        StepError::Retryable(trouble) => StepError::Terminal(trouble),
        other => other,
    }
}

/// How long a refusal asks to wait.
pub(super) fn retry_after(
    status: u16,
    headers: &HeaderMap,
    now: flow::run::Timestamp,
) -> Option<Duration> {
    match status {
        403 | 429 => transport::pause_asked(status, headers, now),
        _ => transport::retry_after(headers, now),
    }
}

fn class(status: u16, repeat: Repeat) -> ErrorClass {
    match status {
        401 | 403 | 407 => ErrorClass::Auth,
        404 | 410 => ErrorClass::NotFound,
        408 => ErrorClass::Timeout,
        409 | 412 | 423 => ErrorClass::Conflict,
        425 | 429 => ErrorClass::Limit,
        400..=499 => ErrorClass::Validation,
        // A gateway that lost the system behind it does not know what that did.
        502 | 504 if repeat == Repeat::Unsafe => ErrorClass::UnknownOutcome,
        500..=599 => ErrorClass::Server,
        _ => ErrorClass::Answer,
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "the request is not valid",
        401 => "the credentials are missing or not valid",
        402 => "a payment is due",
        403 => "the credentials do not allow it",
        404 | 410 => "nothing was found under this address",
        405 => "this method is not offered there",
        406 => "it cannot answer in the form that is asked for",
        407 => "the proxy asks for credentials",
        408 => "it waited too long for the request",
        409 => "it conflicts with what is there already",
        412 => "it was changed in the meantime",
        413 => "the request is too large",
        415 => "it does not take this content type",
        422 => "the data is not valid",
        423 => "it is locked",
        429 => "too many requests",
        500 => "an internal error",
        501 => "it cannot do this",
        502 => "a system behind it gave a bad answer",
        503 => "it is not available at the moment",
        504 => "a system behind it did not answer in time",
        300..=399 => "the address has changed",
        _ => "it gave no reason",
    }
}

/// The message in an error's body: in the places where APIs put it in JSON, the title of an HTML
/// page, the text of an XML fault, or a short plain text.
fn said(text: &str) -> Option<String> {
    let text = text.trim();
    let found = match text.as_bytes().first()? {
        b'{' | b'[' => {
            let json = data::json::read(text.as_bytes(), &data::Limits::default()).ok()?;
            in_json(&json, 0)?
        }
        b'<' => ["faultstring", "Text", "message", "Message", "title"]
            .into_iter()
            .find_map(|name| in_element(text, name))?,
        _ => text.lines().next()?.to_owned(),
    };
    let line = found.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches(['.', '!', ' ']);
    let is_word = line.chars().any(char::is_alphabetic);
    let cut: String = line.chars().take(MAX_MESSAGE_CHARS).collect();
    is_word.then(|| if cut.len() < line.len() { cut + "…" } else { cut })
}

fn in_json(json: &Value, depth: u32) -> Option<String> {
    const KEYS: [&str; 16] = [
        "message",
        "error_description",
        "detail",
        "error",
        "errors",
        "title",
        "msg",
        "reason",
        "description",
        "faultstring",
        "fault",
        "value",
        "Message",
        "errorMessage",
        "error_message",
        "statusMessage",
    ];
    if depth > 4 {
        return None;
    }
    if let Some(text) = json.as_str() {
        return (!text.trim().is_empty()).then(|| text.to_owned());
    }
    if let Some(list) = json.as_list() {
        return in_json(list.first()?, depth + 1);
    }
    if json.as_object().is_some() {
        // An error that is itself a record says more than the code beside it.
        let nested = ["error", "errors", "fault"].into_iter().filter_map(|key| json.get(key));
        let nested = nested.filter(|value| value.as_str().is_none());
        return nested
            .into_iter()
            .find_map(|value| in_json(value, depth + 1))
            .or_else(|| KEYS.into_iter().find_map(|key| in_json(json.get(key)?, depth + 1)));
    }
    None
}

/// The text of the first element with that name, whatever its prefix.
fn in_element(xml: &str, name: &str) -> Option<String> {
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let tag = &rest[..rest.find('>')?];
        let own = tag.split(|c: char| c.is_whitespace() || c == '/').next()?;
        if own.rsplit(':').next() == Some(name) {
            let text = &rest[tag.len() + 1..];
            let text = text[..text.find('<').unwrap_or(text.len())].trim();
            return (!text.is_empty()).then(|| text.to_owned());
        }
    }
    None
}

fn snippet(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(MAX_SNIPPET_CHARS).collect();
    if cut.len() < line.len() { cut + "…" } else { cut }
}

/// A sentence begins with a capital letter, but a host is written as it is.
fn capital(name: &str) -> String {
    if name.contains(['.', ':']) || name == "localhost" {
        return name.to_owned();
    }
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str, repeat: Repeat) -> StepError {
        let exchange = Exchange {
            attempt: 1,
            at: 0,
            took_ms: 0,
            method: "GET".to_owned(),
            url: String::new(),
            request_headers: vec![],
            request_body: None,
            status: Some(status),
            response_headers: vec![],
            response_body: Some(flow::run::Snippet { text: body.to_owned(), bytes: 0, cut: false }),
            error: None,
            ..Exchange::default()
        };
        let connection = Some("Shop, test");
        let (system, retry_after) = ("the shop", None);
        Refusal { system, connection, status, retry_after, repeat, exchange }.into_error()
    }

    fn check(status: u16, body: &str, expect: &str) {
        let error = refusal(status, body, Repeat::Safe);
        assert_eq!(error.trouble().unwrap().message, expect);
    }

    #[test]
    fn the_sentence_takes_over_what_the_system_said() {
        check(
            401,
            r#"{"error": {"code": 7, "message": "the API key is not valid."}}"#,
            "The shop refused the request: the API key is not valid (401).",
        );
        check(
            401,
            "",
            "The shop refused the request: the credentials are missing or not valid (401).",
        );
        check(
            422,
            r#"{"errors":[{"field":"a","detail":"a is\n missing"}]}"#,
            "The shop refused the request: a is missing (422).",
        );
        check(
            400,
            r#"{"error":"invalid_grant","error_description":"expired"}"#,
            "The shop refused the request: expired (400).",
        );
        check(
            400,
            r#"{"error":{"code":"x","message":{"lang":"en","value":"Bad $filter"}}}"#,
            "The shop refused the request: Bad $filter (400).",
        );
        check(
            502,
            "<html><head><title>502 Bad Gateway</title></head></html>",
            "The shop failed: 502 Bad Gateway (502).",
        );
        check(
            500,
            "<s:Envelope><s:Fault><faultcode>c</faultcode><faultstring>No stock</faultstring>",
            "The shop failed: No stock (500).",
        );
        check(429, "{}", "The shop asks to slow down: too many requests (429).");
        check(999, "{}", "The shop answered with a status that HTTP does not know (999).");
    }

    #[test]
    fn the_class_and_the_retry_follow_the_status() {
        let check = |status, repeat, class, may_retry| {
            let error = refusal(status, "", repeat);
            assert_eq!(error.trouble().unwrap().class, class, "{status}");
            assert_eq!(matches!(error, StepError::Retryable(_)), may_retry, "{status}");
        };
        check(401, Repeat::Safe, ErrorClass::Auth, false);
        check(404, Repeat::Safe, ErrorClass::NotFound, false);
        check(409, Repeat::Safe, ErrorClass::Conflict, false);
        check(422, Repeat::Safe, ErrorClass::Validation, false);
        check(429, Repeat::Unsafe, ErrorClass::Limit, true);
        check(503, Repeat::Unsafe, ErrorClass::Server, true);
        check(500, Repeat::Safe, ErrorClass::Server, true);
        check(500, Repeat::Unsafe, ErrorClass::Server, false);
        check(504, Repeat::Unsafe, ErrorClass::UnknownOutcome, false);
        check(501, Repeat::Safe, ErrorClass::Server, false);
    }
}
