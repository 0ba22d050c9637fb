//! The places of a call that secrets are put into: headers, the query, cookies. Not what they are.

use http::{HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;
use vault::Secret;

use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::spec::ConnectionSpec;

/// All but the unreserved characters of RFC 3986 § 2.3.
pub(super) const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a text as signatures want it: every byte but the unreserved ones as `%XX`.
pub(super) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The address of a call that a sign-in makes: a whole one, or a path behind the base URL. `what`
/// names the call.
///
/// # Errors
/// [`Kind::SignIn`], where it is none.
pub(super) fn address(connection: &ConnectionSpec, path: &str, what: &str) -> Result<Url, Kind> {
    let path = path.trim();
    let is_whole = path.contains("://") || path.starts_with(['/', '?']) || path.is_empty();
    let url = connection.url(&if is_whole { path.to_owned() } else { format!("/{path}") });
    url.map_err(|why| Kind::SignIn(format!("The {what} cannot be asked for: {why}")))
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Puts a secret into a header, in place of what stood there.
///
/// # Errors
/// [`Kind::SignIn`], where name or value have characters that headers may not have.
pub(super) fn header(call: &mut Outgoing, name: &str, text: &Secret) -> Result<(), Kind> {
    let value = HeaderValue::from_bytes(text.reveal().as_bytes()).map_err(|_| {
        Kind::SignIn(format!(
            "The secret for \"{name}\" has a line break or another character in it that headers \
             may not have: enter it again without."
        ))
    })?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| {
        Kind::SignIn(format!(
            "\"{name}\" is not a header's name: correct the connection's sign-in."
        ))
    })?;
    call.let_in_by(name, value);
    Ok(())
}

/// Puts parameters at the end of the query, in place of those of the same names; all others stay
/// as they are written.
pub(super) fn query(url: &mut Url, pairs: &[(&str, &str)]) {
    let is_new = |kept: &&str| {
        let name = kept.split('=').next().unwrap_or("").replace('+', " ");
        let name = percent_decode_str(&name).decode_utf8_lossy().into_owned();
        pairs.iter().all(|(new, _)| *new != name)
    };
    let kept = url.query().unwrap_or("").split('&').filter(|kept| !kept.is_empty());
    let mut parts: Vec<String> = kept.filter(is_new).map(str::to_owned).collect();
    for (name, value) in pairs {
        parts.push(format!("{}={}", escaped(name), escaped(value)));
    }
    url.set_query(Some(&parts.join("&")));
}

/// Puts cookies beside those that the call has, in place of those of the same names.
///
/// # Errors
/// [`Kind::SignIn`], where a name or value has characters that would end it.
pub(super) fn cookies(call: &mut Outgoing, pairs: &[(String, Secret)]) -> Result<(), Kind> {
    let ends = |text: &str| text.contains([';', '\r', '\n', '\0']);
    let mut parts = Vec::new();
    for line in call.headers.get_all(header::COOKIE) {
        let line = String::from_utf8_lossy(line.as_bytes());
        for part in line.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let name = part.split('=').next().unwrap_or("").trim();
            if pairs.iter().all(|(new, _)| new != name) {
                parts.push(part.to_owned());
            }
        }
    }
    for (name, value) in pairs {
        if ends(name) || name.contains('=') || ends(value.reveal()) {
            return Err(Kind::SignIn(format!(
                "The cookie \"{}\" cannot be sent: its name or value has a semicolon or a line \
                 break in it.",
                name.chars().take(100).collect::<String>()
            )));
        }
        parts.push(format!("{name}={}", value.reveal()));
    }
    if !parts.is_empty() {
        header(call, "cookie", &Secret::new(parts.join("; ")))?;
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use http::{HeaderMap, Method};

    use super::*;
    use crate::request::Body;

    /// A call at 2015-08-30T12:36:00Z.
    pub(in crate::auth) fn call(url: &str) -> Outgoing {
        Outgoing {
            method: Method::GET,
            url: url.parse().unwrap(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            at: 1_440_938_160_000,
            credentials: Vec::new(),
            is_led_here: false,
        }
    }
}
