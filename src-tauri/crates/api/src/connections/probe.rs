//! Tests a connection: one call that reads, and what its answer tells: who we are there, what we may
//! do, how much is left. Not how a call is signed and sent: that is the transport's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use data::{Path, Value};
use flow::run::Exchange;
use serde::{Deserialize, Serialize};
use store::ConnectionTest;
use tokio_util::sync::CancellationToken;
use transport::spec::{AuthSpec, ConnectionSpec, ProbeSpec};
use transport::{Method, Request, TransportError};
use ts_rs::TS;

use super::{Which, load, name_of, read_spec};
use crate::App;
use crate::app::now;
use crate::types::ApiError;

/// The longest that a test takes: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest answer that is looked into; more than who we are is not asked for.
const MAX_BODY: u64 = 1024 * 1024;

/// What testing a connection brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Tested {
    /// Whether it works.
    pub ok: bool,
    /// Who we are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account: Option<String>,
    /// Which of its installations the system says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub environment: Option<String>,
    /// What we may do there.
    pub scopes: Vec<String>,
    /// What is left of the quota, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub quota: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// A sentence: what came of it.
    pub message: String,
    /// The next step for the user, where there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// The call as it went over the wire, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub exchange: Option<Exchange>,
}

/// Tests a connection, and keeps what came of it.
pub async fn test(app: &App, which: Which) -> Result<Tested, ApiError> {
    let spec = read_spec(&load(app, &which).await?)?;
    let tested = probe(app, &spec).await;
    let test = ConnectionTest {
        name: name_of(&which),
        tested: serde_json::to_string(&tested).map_err(ApiError::internal)?,
        is_ok: tested.ok,
        at: now(),
    };
    app.store.keep_connection_test(test).await?;
    app.tell_changed(&which, false);
    Ok(tested)
}

async fn probe(app: &App, spec: &ConnectionSpec) -> Tested {
    let began = Instant::now();
    let mut tested = match call(app, spec).await {
        Ok(answer) => read(spec, answer),
        Err(error) => failed(&error),
    };
    if tested.ok && tested.scopes.is_empty() {
        tested.scopes = granted(app, spec).await;
    }
    tested.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tested
}

/// The scopes of the token that let us in.
async fn granted(app: &App, spec: &ConnectionSpec) -> Vec<String> {
    let asked = spec.clone();
    let signed_in = app.with_vault(move |vault| transport::signed_in(&asked, vault)).await;
    let scopes = signed_in.ok().flatten().map(|signed_in| signed_in.scopes).unwrap_or_default();
    scopes.into_iter().map(|scope| scope.scope).collect()
}

/// What a system answered.
struct Answer {
    status: u16,
    limit: transport::LimitHealth,
    exchange: Exchange,
}

async fn call(app: &App, spec: &ConnectionSpec) -> Result<Answer, TransportError> {
    let path = spec.probe.as_ref().map_or("", |probe| probe.path.as_str());
    let mut request = Request::new(Method::GET, address(&spec.base_url, path));
    let connection = app.transport.connection(spec, &app.vault);
    request.connection = Some(Arc::clone(&connection));
    request.timeout = Some(PATIENCE);
    request.max_body = Some(MAX_BODY);
    request.at = now();
    request = request.header("accept", "application/json, */*;q=0.5");
    // Nobody stops a test; the patience ends it.
    let mut response = app.transport.send(request, &CancellationToken::new()).await?;
    let status = response.status;
    match response.bytes().await {
        Ok(_) => {}
        // Whom the status lets in it lets in, however long the page behind it is.
        Err(error) if !matches!(error.kind, transport::Kind::TooLarge(_)) => return Err(error),
        Err(_) => {}
    }
    Ok(Answer { status, limit: connection.limit(), exchange: response.exchange() })
}

/// The address of a path behind a base URL; a whole address stays as it is.
fn address(base_url: &str, path: &str) -> String {
    if path.starts_with("http://") || path.starts_with("https://") {
        return path.to_owned();
    }
    match (base_url.trim_end_matches('/'), path.trim_start_matches('/')) {
        (_, "") => base_url.to_owned(),
        (base, path) => format!("{base}/{path}"),
    }
}

fn failed(error: &TransportError) -> Tested {
    Tested {
        ok: false,
        account: None,
        environment: None,
        scopes: Vec::new(),
        quota: None,
        took_ms: 0,
        message: error.message(),
        advice: error.advice(),
        exchange: error.exchange.as_deref().cloned(),
    }
}

fn read(spec: &ConnectionSpec, answer: Answer) -> Tested {
    // What is shown is looked for in the answer as it is told, its secrets hidden: a system may
    // give back what it was sent.
    let text = answer.exchange.response_body.as_ref().map_or("", |body| body.text.as_str());
    let body = data::json::read(text.as_bytes(), &data::Limits::default()).ok();
    let probe = spec.probe.clone().unwrap_or_default();
    let find = |path: &str| {
        let path = (!path.is_empty()).then(|| Path::parse(path).ok()).flatten()?;
        path.get(body.as_ref()?).cloned()
    };
    let (ok, message, advice) = verdict(spec, &probe, answer.status, &find);
    let quota = find(&probe.quota).as_ref().and_then(in_words);
    Tested {
        ok,
        account: find(&probe.account).as_ref().and_then(in_words),
        environment: find(&probe.environment).as_ref().and_then(in_words),
        scopes: find(&probe.scopes).map(|found| list(&found)).unwrap_or_default(),
        quota: quota.or_else(|| quota_of(&answer.limit)),
        took_ms: 0,
        message,
        advice,
        exchange: Some(answer.exchange),
    }
}

/// Whether it works, a sentence, and the next step.
fn verdict(
    spec: &ConnectionSpec,
    probe: &ProbeSpec,
    status: u16,
    find: &dyn Fn(&str) -> Option<Value>,
) -> (bool, String, String) {
    let name = &spec.name;
    let shows = shows(&spec.auth);
    let is_named = !probe.path.is_empty();
    match status {
        200..=299 => {
            let absent = [&probe.account, &probe.environment, &probe.scopes, &probe.quota]
                .into_iter()
                .find(|path| !path.is_empty() && find(path).is_none());
            let advice = match absent {
                Some(path) => format!(
                    "Its answer has nothing at \"{path}\": see below \"Raw\" what it has, and \
                     correct the test call."
                ),
                None if !is_named && spec.auth != AuthSpec::None => {
                    "Name a test call that tells who we are there: many systems let anybody read \
                     their base URL."
                        .to_owned()
                }
                None => String::new(),
            };
            let account = find(&probe.account).as_ref().and_then(in_words);
            let words = match account {
                Some(account) => format!("{name} knows us as {account}."),
                None => format!("{name} answers and lets us in ({status})."),
            };
            (true, words, advice)
        }
        401 => {
            let words = format!("{name} refused {shows} (401).");
            (false, words, format!("Check {shows}, and that it is one for this environment."))
        }
        403 => {
            let words = format!("{name} knows {shows}, but does not allow this (403).");
            let advice = "Check which rights or scopes it has there, or name a test call that it \
                          may make.";
            (false, words, advice.to_owned())
        }
        407 => {
            let words = "The proxy refused us (407).".to_owned();
            (false, words, "Check the proxy's user and password.".to_owned())
        }
        429 => {
            let words = format!("{name} answers, but asks to slow down (429).");
            (false, words, "Test it again in a while.".to_owned())
        }
        // A base URL is seldom an address of its own; that somebody answers there is all it tells.
        404 | 405 if !is_named => {
            let words = format!(
                "{name} answers, but has nothing at its base URL ({status}), so whether it \
                 accepts {shows} is not known."
            );
            (true, words, "Name a test call that tells who we are there.".to_owned())
        }
        404 => {
            let words = format!("{name} has nothing at the test call's address (404).");
            (false, words, "Check the base URL and the test call's path.".to_owned())
        }
        300..=399 => {
            let words = format!("{name} sends the call on ({status}), perhaps to a sign-in page.");
            (false, words, "Check the base URL: it may be the address of the website.".to_owned())
        }
        500..=599 => {
            let words = format!("{name} failed ({status}).");
            (false, words, "Test it again later; if it goes on, ask the system's owner.".to_owned())
        }
        _ => {
            let words = format!("{name} refused the test call ({status}).");
            (false, words, "See below \"Raw\" what it says.".to_owned())
        }
    }
}

/// What we show a system to be let in.
fn shows(auth: &AuthSpec) -> &'static str {
    match auth {
        AuthSpec::None => "a call without sign-in",
        AuthSpec::ApiKey { .. } => "the key",
        AuthSpec::Headers { .. } => "the headers' values",
        AuthSpec::Basic { .. } | AuthSpec::Digest { .. } | AuthSpec::WsSecurity(_) => {
            "the user and password"
        }
        AuthSpec::Bearer | AuthSpec::Oauth2(_) | AuthSpec::Jwt(_) => "the token",
        AuthSpec::Oauth1(_) | AuthSpec::Sigv4(_) => "the signature",
        AuthSpec::Session(_) => "the session",
    }
}

/// A value as a person reads it.
fn in_words(value: &Value) -> Option<String> {
    match value.as_str() {
        Some("") => None,
        Some(text) => Some(text.chars().take(200).collect()),
        None if value.is_null() || value.as_list().is_some() || value.as_object().is_some() => None,
        None => Some(data::json::to_string(value)),
    }
}

/// The scopes of a list, or of a text with blanks or commas between.
fn list(value: &Value) -> Vec<String> {
    match (value.as_list(), value.as_str()) {
        (Some(list), _) => list.iter().filter_map(in_words).collect(),
        (None, Some(text)) => {
            text.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// What is left of the tightest limit that the system told of.
fn quota_of(limit: &transport::LimitHealth) -> Option<String> {
    let left = limit.left?;
    let words = match limit.limit {
        Some(limit) => format!("{left} of {limit} calls are left"),
        None => format!("{left} calls are left"),
    };
    Some(match limit.resets_in_ms.map(|ms| ms.div_ceil(1000)) {
        None => words,
        Some(seconds @ 0..=119) => format!("{words}, anew in {seconds} s"),
        Some(seconds) => format!("{words}, anew in {} min", seconds.div_ceil(60)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_put_behind_the_base_url() {
        let check = |base: &str, path: &str, expect: &str| assert_eq!(address(base, path), expect);
        check("https://a.example/v2/", "/me", "https://a.example/v2/me");
        check("https://a.example/v2", "me?x=1", "https://a.example/v2/me?x=1");
        check("https://a.example/v2/", "", "https://a.example/v2/");
        check("https://a.example", "https://id.example/me", "https://id.example/me");
    }
}
