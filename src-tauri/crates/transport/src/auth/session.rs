//! A login call, whose token or cookies the other calls carry. Not when it is made, and that it is
//! made once for all calls that wait: that is the layer's.

use bytes::Bytes;
use flow::run::Timestamp;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use vault::Secret;

use super::cookies::{self, Jar};
use super::{expired, place};
use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::policy;
use crate::request::Body;
use crate::spec::{ConnectionSpec, SessionSpec, TokenFrom};

/// The part of a session's life after which it is begun anew, in hundredths.
const RENEW_AFTER_PERCENT: i64 = 80;

/// The longest token that is taken from an answer: longer ones are pages, not tokens.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// What a login brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// What calls carry in the header; none where the cookies are all.
    pub(crate) token: Option<Secret>,
    /// The cookies that were set, as they are written.
    cookies: Vec<Secret>,
    /// Where they were set.
    url: Url,
    /// When it began.
    pub(crate) obtained_at: Timestamp,
    /// When it ends, where that is known.
    pub(crate) expires_at: Option<Timestamp>,
}

/// The form that a session is kept in. Only ever inside a [`Secret`].
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
    #[serde(default)]
    cookies: Vec<String>,
    url: String,
    obtained_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl Session {
    /// Reads what is kept; none where it cannot be read, which is as good as nothing.
    pub(crate) fn read(kept: &Secret) -> Option<Self> {
        let written: Written = serde_json::from_str(kept.reveal()).ok()?;
        Some(Self {
            token: written.session_token.map(Secret::new),
            cookies: written.cookies.into_iter().map(Secret::new).collect(),
            url: written.url.parse().ok()?,
            obtained_at: written.obtained_at,
            expires_at: written.expires_at,
        })
    }

    /// Writes it as it is kept.
    pub(crate) fn written(&self) -> Secret {
        let reveal = |secret: &Secret| secret.reveal().to_owned();
        let written = Written {
            session_token: self.token.as_ref().map(reveal),
            cookies: self.cookies.iter().map(reveal).collect(),
            url: self.url.as_str().to_owned(),
            obtained_at: self.obtained_at,
            expires_at: self.expires_at,
        };
        Secret::new(serde_json::to_string(&written).unwrap_or_default())
    }

    /// Puts its cookies into the connection's jar, once it begins or is read again.
    pub(crate) fn fill(&self, jar: &Jar) {
        jar.keep(&self.url, self.cookies.iter().map(Secret::reveal));
    }

    /// Whether calls may carry it at this time.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }

    /// Whether it need not be begun anew yet: four fifths of its time are not over.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| {
            let life = (at - self.obtained_at).max(0);
            now < self.obtained_at + life / 100 * RENEW_AFTER_PERCENT
        })
    }

    /// What must not be seen of it.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let values = self.cookies.iter().filter_map(|line| {
            let (_, value) = line.reveal().split(';').next()?.split_once('=')?;
            Some(Secret::new(value.trim().trim_matches('"')))
        });
        self.token.iter().cloned().chain(values).collect()
    }
}

/// The call that logs in, with the user's name and password written as its type wants it. Returns
/// also what was made of the password.
///
/// # Errors
/// [`Kind::SignIn`], where the address, the method or the type cannot be used.
pub(crate) fn login_call(
    connection: &ConnectionSpec,
    spec: &SessionSpec,
    password: &Secret,
    at: Timestamp,
) -> Result<(Outgoing, Vec<Secret>), Kind> {
    let login = &spec.login;
    let path = fill(&login.path, Syntax::Address, &spec.user, password);
    let url = place::address(connection, path.reveal(), "login")?;
    let method = Method::from_bytes(login.method.trim().to_ascii_uppercase().as_bytes());
    let method = method.map_err(|_| {
        let shown: String = login.method.chars().take(30).collect();
        Kind::SignIn(format!("\"{shown}\" is not a method for the connection's login call."))
    })?;
    let syntax = Syntax::of(&login.content_type);
    let body = fill(&login.body, syntax, &spec.user, password);
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    if !login.body.is_empty() {
        let value = HeaderValue::from_str(login.content_type.trim()).map_err(|_| {
            Kind::SignIn("The type of the connection's login call cannot be sent.".to_owned())
        })?;
        headers.insert(header::CONTENT_TYPE, value);
    }
    let masked = [Syntax::Address, syntax]
        .map(|syntax| fill("{password}", syntax, "", password))
        .into_iter()
        .chain([body.clone()]);
    let masked = masked.filter(|secret| !secret.reveal().is_empty()).collect();
    let body = match body.reveal() {
        "" => Body::Empty,
        text => Body::Bytes(Bytes::from(text.to_owned())),
    };
    let credentials = Vec::new();
    Ok((Outgoing { method, url, headers, body, at, credentials, is_led_here: false }, masked))
}

/// What the answer to that call brought.
///
/// # Errors
/// [`Kind::SignIn`], where the login was refused, or brought no token.
pub(crate) fn of_answer(
    spec: &SessionSpec,
    url: &Url,
    (status, headers, body): (u16, &HeaderMap, &[u8]),
    at: Timestamp,
) -> Result<Session, Kind> {
    let host = policy::host_of(url);
    let cookies: Vec<Secret> = cookies::lines(headers).into_iter().map(Secret::new).collect();
    // A login form sends on to the first page, with the cookies in that answer.
    let is_sent_on = (300..400).contains(&status) && !cookies.is_empty();
    if !(200..300).contains(&status) && !is_sent_on {
        let next = match status {
            400..=403 => "check the user's name and the password",
            404 | 405 => "check the login call's path and method",
            _ => "try again later",
        };
        return Err(Kind::SignIn(format!(
            "The login at {host} was answered with {status}: {next}."
        )));
    }
    let nothing = |place: &str| {
        Kind::SignIn(format!(
            "The login at {host} was answered with {status}, but there is no token {place}: check \
             the user's name and the password, and where the token stands."
        ))
    };
    let token = match &spec.token {
        TokenFrom::Cookies if cookies.is_empty() => {
            return Err(Kind::SignIn(format!(
                "The login at {host} was answered with {status}, but no cookie was set: check the \
                 user's name and the password, and where the token stands."
            )));
        }
        TokenFrom::Cookies => None,
        TokenFrom::Body => Some(whole(body).ok_or_else(|| nothing("in its body"))?),
        TokenFrom::Path { path } => {
            let found = at_path(body, path);
            Some(found.ok_or_else(|| nothing(&format!("at the path {path}")))?)
        }
        TokenFrom::Header { name } => {
            let value = headers.get(name.trim()).and_then(|value| value.to_str().ok());
            let value = value.map(str::trim).filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| nothing(&format!("in the header {name}")))?;
            Some(value.to_owned())
        }
    };
    let expires_at = spec.seconds.map(|seconds| at + i64::from(seconds) * 1000);
    Ok(Session {
        token: token.map(Secret::new),
        cookies,
        url: url.clone(),
        obtained_at: at,
        expires_at,
    })
}

/// Puts the token into the call; the cookies come from the jar. Returns what was made of it.
///
/// # Errors
/// [`Kind::SignIn`], where the header's name or the token cannot be sent.
pub(crate) fn sign(
    call: &mut Outgoing,
    spec: &SessionSpec,
    session: &Session,
) -> Result<Vec<Secret>, Kind> {
    let (Some(token), false) = (&session.token, spec.header.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    let value = Secret::new(format!("{}{}", spec.prefix, token.reveal()));
    place::header(call, &spec.header, &value)?;
    Ok(vec![value])
}

/// The whole body as a token; one in quotes is a text of JSON.
fn whole(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let token = match serde_json::from_str(text) {
        Ok(Value::String(token)) => token,
        _ => text.to_owned(),
    };
    is_token(&token).then_some(token)
}

/// The token at a path such as `data.token`, `sessions[0].id` or `$.token`.
fn at_path(body: &[u8], path: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let token = match expired::at_path(&value, path)? {
        Value::String(token) => token.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    is_token(&token).then_some(token)
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TOKEN_BYTES && !text.contains(['\r', '\n'])
}

/// How values are written into a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Json,
    Xml,
    Form,
    /// A part of an address.
    Address,
    /// As they are.
    Plain,
}

impl Syntax {
    fn of(content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let (_, sub) = media_type.split_once('/').unwrap_or(("", ""));
        match sub {
            "json" => Self::Json,
            "xml" => Self::Xml,
            "x-www-form-urlencoded" => Self::Form,
            sub if sub.ends_with("+json") => Self::Json,
            sub if sub.ends_with("+xml") => Self::Xml,
            _ => Self::Plain,
        }
    }

    fn write(self, value: &str, is_in_text: bool) -> String {
        match self {
            Self::Json => {
                let quoted = Value::String(value.to_owned()).to_string();
                if is_in_text { quoted[1..quoted.len() - 1].to_owned() } else { quoted }
            }
            Self::Xml => quick_xml::escape::escape(value).into_owned(),
            Self::Form => url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            Self::Address => place::escaped(value),
            Self::Plain => value.to_owned(),
        }
    }
}

/// Puts name and password into a template, so that neither can end the place that it stands in.
/// What is put in is not looked at again.
fn fill(template: &str, syntax: Syntax, user: &str, password: &Secret) -> Secret {
    let mut filled = String::with_capacity(template.len());
    let (mut rest, mut is_in_text, mut is_escaped) = (template, false, false);
    while let Some(char) = rest.chars().next() {
        let value = [("{user}", user), ("{password}", password.reveal())]
            .into_iter()
            .find_map(|(name, value)| rest.strip_prefix(name).map(|after| (after, value)));
        if let Some((after, value)) = value {
            filled.push_str(&syntax.write(value, is_in_text));
            rest = after;
            continue;
        }
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' if is_in_text => is_escaped = true,
            '"' => is_in_text = !is_in_text,
            _ => {}
        }
        filled.push(char);
        rest = &rest[char.len_utf8()..];
    }
    Secret::new(filled)
}

#[cfg(test)]
mod tests;
