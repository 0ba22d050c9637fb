//! Answers of token URLs, put into the form that RFC 6749 gives them: many systems keep to it only
//! nearly. Not what is done with a token.

use http::{Response, StatusCode, header};
use oauth2::HttpResponse;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// How much of a system's own words is told.
const MAX_WORDS: usize = 300;

/// Why a system gave no token, in its words.
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) words: Option<String>,
}

impl Refusal {
    /// The system's words in one line.
    pub(super) fn said(&self) -> String {
        let short = |text: &str| -> String {
            let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            line.trim().trim_end_matches('.').chars().take(MAX_WORDS).collect()
        };
        match self.words.as_deref().map(short).filter(|words| !words.is_empty()) {
            Some(words) => format!("{} ({words})", short(&self.code)),
            None => short(&self.code),
        }
    }

    /// Whether it may go better later (RFC 6749 § 4.1.2.1).
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.code.as_str(), "temporarily_unavailable" | "server_error" | "slow_down")
    }

    /// What to do about it (RFC 6749 § 5.2, RFC 8628 § 3.5, RFC 8707 § 2).
    pub(super) fn advice(&self) -> &'static str {
        match self.code.as_str() {
            "invalid_client" => {
                "Check the client id, the client secret and how the app proves that it is itself."
            }
            "unauthorized_client" | "unsupported_grant_type" => {
                "The app is registered for another way to get tokens: choose that grant, or have \
                 the registration changed."
            }
            "invalid_scope" => "Ask only for scopes that the app is registered for.",
            "invalid_target" => "Check the resource and the audience.",
            "access_denied" => "Somebody said no: sign in again, and agree.",
            "expired_token" => "Nobody said yes in time: sign in again.",
            _ => "Check the connection's sign-in.",
        }
    }
}

/// Puts an answer into the form that the library reads.
pub(super) fn put_right(status: u16, body: &[u8]) -> HttpResponse {
    let told = serde_json::from_slice(body).ok().or_else(|| form(body));
    let mut status = status;
    let body = match told {
        Some(Value::Object(mut told)) => {
            put_right_error(&mut told);
            if told.contains_key("error") && status < 300 {
                status = 400;
            }
            put_right_token(&mut told);
            Value::Object(told).to_string().into_bytes()
        }
        _ => body.to_vec(),
    };
    // Nothing but 200 is a token to the library, and some systems answer 201.
    let status = if (200..300).contains(&status) { 200 } else { status };
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let json = header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    answer
}

/// Some systems answer with a form, whatever they are asked for.
fn form(body: &[u8]) -> Option<Value> {
    let pairs: Map<String, Value> =
        form_urlencoded::parse(body).map(|(name, value)| (name.into(), value.into())).collect();
    let is_known = pairs.contains_key("access_token") || pairs.contains_key("error");
    is_known.then_some(Value::Object(pairs))
}

fn put_right_error(told: &mut Map<String, Value>) {
    if let Some(Value::Object(error)) = told.get("error") {
        let text = |name: &str| error.get(name).map(plain);
        let code = text("code").or_else(|| text("type")).or_else(|| text("status"));
        let words = text("message").or_else(|| text("description"));
        told.insert("error".into(), code.unwrap_or_else(|| "error".to_owned()).into());
        if let Some(words) = words {
            told.insert("error_description".into(), words.into());
        }
    }
    if told.get("error").is_some_and(Value::is_null) {
        told.remove("error");
    }
    for name in ["error", "error_description", "error_uri"] {
        if let Some(value) = told.get_mut(name).filter(|value| !value.is_string()) {
            *value = plain(value).into();
        }
    }
}

fn put_right_token(told: &mut Map<String, Value>) {
    if told.contains_key("access_token") {
        let kind = told.entry("token_type").or_insert(Value::Null);
        if !kind.is_string() {
            *kind = "Bearer".into();
        }
    }
    for name in ["expires_in", "interval"] {
        let Some(value) = told.get(name) else { continue };
        // Seconds as a text, with a fraction, or below zero for "never".
        match plain(value).trim().parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 => told.insert(name.into(), (seconds as u64).into()),
            _ => told.remove(name),
        };
    }
    if let Some(Value::Array(scopes)) = told.get("scope") {
        let scopes: Vec<String> = scopes.iter().map(plain).collect();
        told.insert("scope".into(), scopes.join(" ").into());
    }
    for name in ["scope", "refresh_token"] {
        let is_empty = |value: &Value| value.is_null() || value.as_str() == Some("");
        if told.get(name).is_some_and(is_empty) {
            told.remove(name);
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use oauth2::TokenResponse;
    use oauth2::basic::{BasicErrorResponse, BasicTokenResponse};

    use super::*;

    #[test]
    fn tokens_of_systems_that_keep_nearly_to_the_rules_are_read() {
        let check = |body: &str, expires_in: Option<u64>, scope: &str| {
            let answer = put_right(200, body.as_bytes());
            assert_eq!(answer.status(), 200, "{body}");
            let token: BasicTokenResponse = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!(token.access_token().secret(), "a", "{body}");
            assert_eq!(token.expires_in().map(|life| life.as_secs()), expires_in, "{body}");
            let scopes = token.scopes().map(Vec::as_slice).unwrap_or_default();
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            assert_eq!(scopes.join(" "), scope, "{body}");
        };
        check(r#"{"access_token":"a","token_type":"Bearer","expires_in":3600}"#, Some(3600), "");
        check(r#"{"access_token":"a","expires_in":"3599"}"#, Some(3599), "");
        check(r#"{"access_token":"a","token_type":null,"expires_in":1.5}"#, Some(1), "");
        check(r#"{"access_token":"a","expires_in":-1,"scope":["x","y"]}"#, None, "x y");
        check(r#"{"access_token":"a","scope":null,"refresh_token":"","error":null}"#, None, "");
        check("access_token=a&scope=repo+user&token_type=bearer", None, "repo user");
    }

    #[test]
    fn refusals_are_read_whatever_their_status_and_form() {
        let check = |status: u16, body: &str, expect: &str| {
            let answer = put_right(status, body.as_bytes());
            assert_ne!(answer.status(), 200, "{body}");
            let error: BasicErrorResponse = serde_json::from_slice(answer.body()).unwrap();
            let refusal = Refusal {
                code: error.error().to_string(),
                words: error.error_description().cloned(),
            };
            assert_eq!(refusal.said(), expect);
        };
        let said = "invalid_grant (It is spent)";
        check(400, r#"{"error":"invalid_grant","error_description":"It is spent."}"#, said);
        check(200, r#"{"error":"bad_code"}"#, "bad_code");
        check(401, r#"{"error":{"code":190,"message":"No\nmore"}}"#, "190 (No more)");
        check(400, "error=invalid_client&error_description=", "invalid_client");
    }
}
