//! Who may call: only pages that the designer itself served, and whoever knows the token. Webhooks
//! are not guarded here.

use std::fmt;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Site;

/// The header that the designer sends the token in.
const HEADER: &str = "x-gantry-token";

/// A secret of this start, made of 128 random bits.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    pub(super) fn new() -> std::io::Result<Self> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(std::io::Error::other)?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bits))))
    }

    /// Whether the text is the token, in a time that does not tell how much of it is right.
    fn is(&self, given: &str) -> bool {
        let (own, given) = (self.0.as_bytes(), given.as_bytes());
        let differing = own.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(differing) == 0 && own.len() == given.len()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[derive(Debug)]
pub(super) struct Guard {
    token: Token,
    port: u16,
}

impl Guard {
    pub(super) fn new(token: Token, port: u16) -> Self {
        Self { token, port }
    }

    /// Cookies are shared by all ports of a host, so the port is in the name.
    fn cookie(&self) -> String {
        format!("gantry-{}", self.port)
    }

    /// The cookie to set for a browser that came by the entrance.
    pub(super) fn set_cookie(&self, query: Option<&str>) -> Option<String> {
        let given = query_token(query?)?;
        self.token
            .is(given)
            .then(|| format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie(), self.token))
    }

    /// Whether the request was made for this program. A page of another site that has its name
    /// point to this machine still sends its own name.
    fn is_own_host(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.is_some_and(|host| self.is_own_address(host))
    }

    /// Whether it comes from a page of this program, or from no page at all.
    fn is_own_origin(&self, headers: &HeaderMap) -> bool {
        headers.get(header::ORIGIN).is_none_or(|origin| {
            let address = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
            address.is_some_and(|address| self.is_own_address(address))
        })
    }

    fn is_own_address(&self, address: &str) -> bool {
        let Some((host, port)) = address.rsplit_once(':') else { return false };
        matches!(host, "127.0.0.1" | "localhost" | "[::1]") && port == self.port.to_string()
    }

    fn has_token(&self, request: &Request) -> bool {
        let headers = request.headers();
        let by_header = headers.get(HEADER).and_then(|token| token.to_str().ok());
        let name = self.cookie();
        let by_cookie = headers.get_all(header::COOKIE).iter().find_map(|cookies| {
            let mut cookies = cookies.to_str().ok()?.split(';');
            cookies.find_map(|cookie| cookie.trim().strip_prefix(&name)?.strip_prefix('='))
        });
        let by_query = request.uri().query().and_then(query_token);
        [by_header, by_cookie, by_query].into_iter().flatten().any(|token| self.token.is(token))
    }
}

fn query_token(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("token="))
}

pub(super) async fn check_host(State(site): State<Site>, request: Request, next: Next) -> Response {
    if !site.guard.is_own_host(request.headers()) {
        return (StatusCode::FORBIDDEN, "This address is not Gantry's. Open it by 127.0.0.1.")
            .into_response();
    }
    if !site.guard.is_own_origin(request.headers()) {
        return (StatusCode::FORBIDDEN, "Pages of other sites may not call Gantry.")
            .into_response();
    }
    next.run(request).await
}

pub(super) async fn ask_for_token(
    State(site): State<Site>,
    request: Request,
    next: Next,
) -> Response {
    if !site.guard.has_token(&request) {
        let words = "The token is missing or of another start. Open the address that `gantry serve` \
                     printed, with its token.";
        return (StatusCode::UNAUTHORIZED, words).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new(Token("secret".to_owned()), 8686)
    }

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, header::HeaderValue::from_static(value))])
    }

    #[test]
    fn only_the_own_address_is_a_host() {
        let check = |host, expect| {
            assert_eq!(guard().is_own_host(&headers(header::HOST, host)), expect, "{host}");
        };
        check("127.0.0.1:8686", true);
        check("localhost:8686", true);
        check("127.0.0.1:8687", false);
        check("evil.example:8686", false);
        check("127.0.0.1.evil.example:8686", false);
        check("127.0.0.1", false);
        assert!(!guard().is_own_host(&HeaderMap::new()));
    }

    #[test]
    fn only_own_pages_are_an_origin() {
        let check = |origin, expect| {
            assert_eq!(guard().is_own_origin(&headers(header::ORIGIN, origin)), expect, "{origin}");
        };
        check("http://127.0.0.1:8686", true);
        check("http://evil.example", false);
        check("https://127.0.0.1:8686", false);
        check("null", false);
        assert!(guard().is_own_origin(&HeaderMap::new()));
    }

    #[test]
    fn the_token_comes_by_header_cookie_or_query() {
        let check = |request: axum::http::request::Builder, expect| {
            let request = request.body(axum::body::Body::empty()).unwrap();
            assert_eq!(guard().has_token(&request), expect, "{request:?}");
        };
        let to = |uri: &str| Request::builder().uri(uri);
        check(to("/").header(HEADER, "secret"), true);
        check(to("/").header(HEADER, "secreT"), false);
        check(to("/").header(HEADER, "secret "), false);
        check(to("/").header(HEADER, "secre"), false);
        check(to("/").header(header::COOKIE, "a=b; gantry-8686=secret"), true);
        check(to("/").header(header::COOKIE, "gantry-1=secret"), false);
        check(to("/api/events?token=secret"), true);
        check(to("/api/events?token="), false);
        check(to("/api/events"), false);
    }
}
