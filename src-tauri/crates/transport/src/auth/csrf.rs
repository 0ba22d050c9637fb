//! A token that writes must carry, fetched before the first of them and bound to the cookies of the
//! same session, as SAP's systems want it. Not how a user is let in.

use std::sync::{Mutex, MutexGuard, PoisonError};

use flow::run::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::request::Body;
use crate::spec::{ConnectionSpec, CsrfSpec};

/// The token of one connection.
#[derive(Debug, Default)]
pub(crate) struct Csrf {
    held: Mutex<Option<Secret>>,
}

impl Csrf {
    /// The token that was fetched, where it holds still.
    pub(crate) fn token(&self) -> Option<Secret> {
        self.held().clone()
    }

    /// Keeps a token that was fetched.
    pub(crate) fn keep(&self, token: Secret) {
        *self.held() = Some(token);
    }

    /// Lets go of a token that was refused, unless there is a newer one by now.
    pub(crate) fn forget(&self, refused: &Secret) {
        let mut held = self.held();
        if held.as_ref() == Some(refused) {
            *held = None;
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Secret>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a call has to carry the token: only those that write do.
pub(crate) fn is_wanted(call: &Outgoing) -> bool {
    !call.method.is_safe()
}

/// The call that fetches a token. It is to be let in like every call, and its cookies to be kept:
/// the token holds only together with them.
///
/// # Errors
/// [`Kind::SignIn`], where the address or the header's name cannot be used.
pub(crate) fn fetch_call(
    connection: &ConnectionSpec,
    spec: &CsrfSpec,
    at: Timestamp,
) -> Result<Outgoing, Kind> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(header_name(spec)?, HeaderValue::from_static("Fetch"));
    Ok(Outgoing {
        method: Method::GET,
        url: place::address(connection, &spec.path, "CSRF token")?,
        headers,
        body: Body::Empty,
        at,
        credentials: Vec::new(),
        is_led_here: false,
    })
}

/// The token in the answer to that call.
///
/// # Errors
/// [`Kind::SignIn`], where there is none.
pub(crate) fn of_answer(spec: &CsrfSpec, status: u16, headers: &HeaderMap) -> Result<Secret, Kind> {
    let told = headers.get(header_name(spec)?).and_then(|value| value.to_str().ok());
    match told.map(str::trim) {
        Some(token) if !token.is_empty() && !is_required(token) => Ok(Secret::new(token)),
        _ => Err(Kind::SignIn(format!(
            "The system gave out no CSRF token: it answered {status} to {} without the header {}.",
            spec.path, spec.header
        ))),
    }
}

/// Puts the token into a call that writes. Returns nothing to be masked but the token.
///
/// # Errors
/// [`Kind::SignIn`], where the header's name or the token cannot be sent.
pub(crate) fn sign(call: &mut Outgoing, spec: &CsrfSpec, token: &Secret) -> Result<(), Kind> {
    place::header(call, &spec.header, token)
}

/// Whether an answer says that the token has run out: 403 with `X-CSRF-Token: Required`. Then the
/// call was not carried out, and may be sent once more with a new one.
pub(crate) fn is_refused(spec: &CsrfSpec, status: u16, headers: &HeaderMap) -> bool {
    let told = headers.get(spec.header.as_str()).and_then(|value| value.to_str().ok());
    status == 403 && told.is_some_and(is_required)
}

fn is_required(token: &str) -> bool {
    token.trim().eq_ignore_ascii_case("required")
}

fn header_name(spec: &CsrfSpec) -> Result<HeaderName, Kind> {
    HeaderName::from_bytes(spec.header.trim().as_bytes()).map_err(|_| {
        Kind::SignIn(format!(
            "\"{}\" is not a header's name: correct the connection's CSRF token.",
            spec.header
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::place::tests::call;

    fn spec() -> CsrfSpec {
        CsrfSpec { path: "/sap/ping".to_owned(), header: "X-CSRF-Token".to_owned() }
    }

    fn told(token: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static("x-csrf-token"), token.parse().unwrap())])
    }

    #[test]
    fn a_token_is_fetched_for_writes_only() {
        let connection = ConnectionSpec::new("sap", "https://h/base/");
        let fetch = fetch_call(&connection, &spec(), 0).unwrap();
        assert_eq!((fetch.method.as_str(), fetch.url.as_str()), ("GET", "https://h/base/sap/ping"));
        assert_eq!(fetch.headers["x-csrf-token"], "Fetch");
        assert!(!is_wanted(&fetch));
        let mut post = call("https://h/");
        post.method = Method::POST;
        assert!(is_wanted(&post));
        let token = of_answer(&spec(), 200, &told("abc==")).unwrap();
        sign(&mut post, &spec(), &token).unwrap();
        assert_eq!(post.headers["x-csrf-token"], "abc==");
        assert!(post.credentials.contains(&HeaderName::from_static("x-csrf-token")));
    }

    #[test]
    fn a_token_is_fetched_again_where_the_system_requires_one() {
        assert!(is_refused(&spec(), 403, &told("Required")));
        assert!(is_refused(&spec(), 403, &told("required")));
        assert!(!is_refused(&spec(), 403, &HeaderMap::new()));
        assert!(!is_refused(&spec(), 200, &told("Required")));
        for none in [told(""), told("Required"), HeaderMap::new()] {
            let error = of_answer(&spec(), 404, &none);
            assert!(matches!(error, Err(Kind::SignIn(reason)) if reason.contains("404")));
        }
    }

    #[test]
    fn a_newer_token_is_not_forgotten_with_an_older_one() {
        let csrf = Csrf::default();
        let (old, new) = (Secret::new("old"), Secret::new("new"));
        csrf.keep(old.clone());
        csrf.keep(new.clone());
        csrf.forget(&old);
        assert_eq!(csrf.token(), Some(new.clone()));
        csrf.forget(&new);
        assert_eq!(csrf.token(), None);
    }
}
