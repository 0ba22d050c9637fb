//! Where a call is sent on to, and what it may take along. Not the sending.

use http::header::{self, HeaderMap, HeaderName};
use http::{Method, StatusCode};
use url::Url;

use crate::error::Kind;
use crate::mask::is_secret_name;
use crate::outgoing::Outgoing;
use crate::policy::{self, is_inside_host};
use crate::request::Body;

/// Whether and where a call may be sent on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirects {
    /// An answer that sends the call on is the answer.
    Stop,
    /// The call is sent on, this often at most.
    ///
    /// Credentials are dropped on the way to another origin. A call that carries a body goes to
    /// another host only if that host is listed, and no call from outside is sent to an address
    /// inside the own network.
    Follow {
        /// How often at most.
        max: u32,
        /// Hosts that calls with a body may be sent on to, besides their own.
        hosts: Vec<String>,
    },
}

impl Default for Redirects {
    fn default() -> Self {
        Self::Follow { max: 10, hosts: Vec::new() }
    }
}

/// Whether an answer sends the call on.
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Finds the next hop (RFC 9110 § 15.4): 303, and a POST at 301 and 302, become a GET without a
/// body; everything else stays as it is.
pub(crate) fn next(
    call: &Outgoing,
    allowed_hosts: &[String],
    status: StatusCode,
    answer: &HeaderMap,
) -> Result<Outgoing, Kind> {
    let (from, method) = (&call.url, &call.method);
    let Some(location) = answer.get(header::LOCATION) else {
        return Err(Kind::RedirectNowhere(status.as_u16()));
    };
    let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
    let refused = |reason: &str| Kind::RedirectRefused {
        to: location.split(['?', '#']).next().unwrap_or("").chars().take(200).collect(),
        reason: reason.to_owned(),
    };
    let mut url = from.join(&location).map_err(|_| refused("that is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("only https and http addresses are called"));
    }
    if is_inside_host(&url) && !is_inside_host(from) {
        return Err(refused("an outside system may not lead to an address inside the own network"));
    }
    if url.fragment().is_none() {
        url.set_fragment(from.fragment());
    }
    let becomes_get = match status.as_u16() {
        303 => *method != Method::HEAD,
        301 | 302 => *method == Method::POST,
        _ => false,
    };
    let keeps_body = call.has_body() && !becomes_get;
    let same_host = url.host() == from.host();
    let listed = policy::is_listed(allowed_hosts, &url);
    if keeps_body && !same_host && !listed {
        return Err(refused("its data would go to another host"));
    }
    let is_led_here = call.is_led_here || (!same_host && !is_inside_host(from));
    let mut next = Outgoing { url, is_led_here, ..call.clone() };
    if becomes_get {
        next.method = Method::GET;
        let of_body = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING];
        for name in of_body {
            next.headers.remove(name);
        }
    }
    if !keeps_body {
        next.body = Body::Empty;
    }
    if !is_same_origin(from, &next.url) {
        let is_credential =
            |name: &HeaderName| is_secret_name(name.as_str()) || call.credentials.contains(name);
        let secret: Vec<_> = next.headers.keys().filter(|n| is_credential(n)).cloned().collect();
        for name in secret {
            next.headers.remove(name);
        }
        next.headers.remove(header::HOST);
    }
    Ok(next)
}

fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.host() == other.host()
        && one.scheme() == other.scheme()
        && one.port_or_known_default() == other.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(from: &str, method: &Method, status: u16, to: &str) -> Result<Outgoing, Kind> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Bearer x".parse().unwrap());
        headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        let mut answer = HeaderMap::new();
        answer.insert(header::LOCATION, to.parse().unwrap());
        headers.insert("x-pass", "y".parse().unwrap());
        let call = Outgoing {
            method: method.clone(),
            url: from.parse().unwrap(),
            headers,
            body: if *method == Method::POST { Body::Bytes("{}".into()) } else { Body::Empty },
            at: 0,
            credentials: vec![HeaderName::from_static("x-pass")],
            is_led_here: false,
        };
        next(&call, &[], StatusCode::from_u16(status).unwrap(), &answer)
    }

    #[test]
    fn credentials_stay_at_their_origin() {
        let same = go("https://a.com/x/y", &Method::GET, 302, "z").unwrap();
        assert_eq!(same.url.as_str(), "https://a.com/x/z");
        assert!(same.headers.contains_key(header::AUTHORIZATION));
        for other in ["https://b.com/", "http://a.com/", "https://a.com:444/"] {
            let next = go("https://a.com/x", &Method::GET, 302, other).unwrap();
            assert!(!next.headers.contains_key(header::AUTHORIZATION), "{other}");
            assert!(!next.headers.contains_key("x-pass"), "{other}");
        }
    }

    #[test]
    fn the_method_is_kept_where_the_standard_says_so() {
        assert_eq!(go("https://a.com/", &Method::POST, 307, "/b").unwrap().method, Method::POST);
        let see_other = go("https://a.com/", &Method::POST, 303, "/b").unwrap();
        assert_eq!((&see_other.method, see_other.has_body()), (&Method::GET, false));
        assert!(!see_other.headers.contains_key(header::CONTENT_TYPE));
        assert_eq!(go("https://a.com/", &Method::PUT, 302, "/b").unwrap().method, Method::PUT);
    }

    #[test]
    fn some_places_are_refused() {
        for (method, to) in [
            (Method::GET, "file:///etc/passwd"),
            (Method::GET, "http://127.0.0.1/"),
            (Method::GET, "http://169.254.169.254/"),
            (Method::POST, "https://b.com/"),
        ] {
            let refused = go("https://a.com/", &method, 307, to).unwrap_err();
            assert!(matches!(refused, Kind::RedirectRefused { .. }), "{to}");
        }
    }
}
