//! The cookies that a system sets, kept from call to call and sent only where they belong
//! (RFC 6265). Not a cookie that holds an API key: see `api_key`.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cookie_store::{Cookie, CookieStore};
use http::{HeaderMap, header};
use url::Url;
use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;

/// The most bytes of one cookie with all it says of itself, as browsers have it.
const MAX_BYTES: usize = 8 * 1024;

/// The most cookies that a connection keeps; more is a system gone wrong.
const MAX_COOKIES: usize = 300;

/// The cookies of one connection.
#[derive(Default)]
pub(crate) struct Jar {
    store: Mutex<CookieStore>,
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jar").finish_non_exhaustive()
    }
}

impl Jar {
    /// Keeps the cookies of an answer from `url`, and lets go of those that it ends. Returns what
    /// must not be seen of them.
    pub(crate) fn learn(&self, url: &Url, headers: &HeaderMap) -> Vec<Secret> {
        self.keep(url, lines(headers))
    }

    /// Keeps cookies as [`lines`] has them.
    pub(crate) fn keep<'a>(
        &self,
        url: &Url,
        lines: impl IntoIterator<Item = &'a str>,
    ) -> Vec<Secret> {
        let mut store = self.store();
        let mut masked = Vec::new();
        for line in lines {
            let Ok(cookie) = Cookie::parse(line.to_owned(), url) else { continue };
            // The store's own way in for answers writes their values into logs.
            let name_and_value = Secret::new(cookie.value());
            if is_too_wide(&cookie, url) || store.iter_any().count() >= MAX_COOKIES {
                continue;
            }
            if store.insert(cookie.into_owned(), url).is_ok() {
                masked.push(name_and_value);
            }
        }
        masked
    }

    /// Puts the cookies into the call that belong to its address, beside those that it has.
    /// Returns what must not be seen of them.
    ///
    /// # Errors
    /// [`Kind::SignIn`], where one of them cannot be sent.
    pub(crate) fn sign(&self, call: &mut Outgoing) -> Result<Vec<Secret>, Kind> {
        let mut pairs: Vec<(usize, String, Secret)> = {
            let store = self.store();
            let found = store.matches(&call.url).into_iter();
            let pair = |cookie: &Cookie<'_>| {
                let path: &str = cookie.path.as_ref();
                (path.len(), cookie.name().to_owned(), Secret::new(cookie.value()))
            };
            found.map(pair).collect()
        };
        // Those with the longest paths go first (RFC 6265 § 5.4); the same order every time.
        pairs.sort_by(|(one_len, one, _), (other_len, other, _)| {
            other_len.cmp(one_len).then_with(|| one.cmp(other))
        });
        let pairs: Vec<(String, Secret)> =
            pairs.into_iter().map(|(_, name, value)| (name, value)).collect();
        place::cookies(call, &pairs)?;
        let whole = call.headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
        let whole = whole.filter(|_| !pairs.is_empty()).map(Secret::new);
        Ok(pairs.into_iter().map(|(_, value)| value).chain(whole).collect())
    }

    /// Forgets all of them, before a new login.
    pub(crate) fn clear(&self) {
        self.store().clear();
    }

    fn store(&self) -> MutexGuard<'_, CookieStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The cookies that an answer sets, as they are written.
pub(crate) fn lines(headers: &HeaderMap) -> Vec<&str> {
    let lines = headers.get_all(header::SET_COOKIE).iter();
    lines.filter_map(|line| line.to_str().ok()).filter(|line| line.len() <= MAX_BYTES).collect()
}

/// Whether a cookie wants to be sent to all hosts under one name such as `com`.
fn is_too_wide(cookie: &Cookie<'_>, url: &Url) -> bool {
    let Some(domain) = cookie.domain() else { return false };
    let domain = domain.trim_start_matches('.').trim_end_matches('.');
    let is_own = url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(domain));
    !domain.contains('.') && !is_own
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::auth::place::tests::call;

    fn sent(jar: &Jar, url: &str) -> String {
        let mut call = call(url);
        jar.sign(&mut call).unwrap();
        call.headers.get("cookie").map_or("", |value| value.to_str().unwrap()).to_owned()
    }

    fn jar(url: &str, lines: &[&str]) -> Jar {
        let jar = Jar::default();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::SET_COOKIE, line.parse().unwrap());
        }
        jar.learn(&url.parse().unwrap(), &headers);
        jar
    }

    #[test]
    fn a_cookie_is_sent_where_it_belongs() {
        let check = |line: &str, url: &str, expect: &str| {
            let jar = jar("https://api.example.com/v1/login", &[line]);
            assert_eq!(sent(&jar, url), expect, "{line} to {url}");
        };
        check("a=1", "https://api.example.com/v1/x", "a=1");
        check("a=1", "https://api.example.com/v2", "");
        check("a=1; Path=/", "https://api.example.com:8443/v2?x", "a=1");
        check("a=1; Path=/", "https://www.example.com/", "");
        check("a=1; Path=/", "https://api.example.com.evil.org/", "");
        check("a=1; Path=/; Domain=example.com", "https://www.example.com/", "a=1");
        check("a=1; Path=/; Domain=.example.com", "https://example.com/", "a=1");
        check("a=1; Path=/; Domain=example.com", "https://badexample.com/", "");
        check("a=1; Path=/; Domain=other.com", "https://api.example.com/", "");
        check("a=1; Path=/; Domain=com", "https://api.example.com/", "");
        check("a=1; Path=/; Secure", "http://api.example.com/", "");
        check("a=1; Path=/; Secure; HttpOnly", "https://api.example.com/", "a=1");
        check("a=1; Path=/; Max-Age=0", "https://api.example.com/", "");
        check("a=1; Path=/; Max-Age=60", "https://api.example.com/", "a=1");
        check("a=1; Path=/; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "https://api.example.com/", "");
        check("a=\"1 2\"; Path=/", "https://api.example.com/", "a=\"1 2\"");
        check("=nameless; Path=/", "https://api.example.com/", "");
    }

    #[test]
    fn cookies_stand_beside_those_of_the_call_and_are_masked() {
        let jar = jar("https://h/a/b", &["x=1; Path=/", "sid=secret; Path=/a", "y=2; Path=/"]);
        let mut call = call("https://h/a");
        call.headers.insert(header::COOKIE, "own=3; y=old".parse().unwrap());
        let masked = jar.sign(&mut call).unwrap();
        assert_eq!(call.headers["cookie"], "own=3; sid=secret; x=1; y=2");
        assert!(masked.contains(&Secret::new("secret")));
        assert!(!format!("{jar:?} {call:?}").contains("secret"));
        let ended = HeaderMap::from_iter([(
            header::SET_COOKIE,
            "sid=; Path=/a; Max-Age=0".parse().unwrap(),
        )]);
        jar.learn(&"https://h/".parse().unwrap(), &ended);
        assert_eq!(sent(&jar, "https://h/a"), "x=1; y=2");
        jar.clear();
        assert_eq!(sent(&jar, "https://h/a"), "");
    }

    #[test]
    fn a_system_cannot_fill_the_memory() {
        let jar = Jar::default();
        let url = "https://h/".parse().unwrap();
        for no in 0..2 * MAX_COOKIES {
            jar.keep(&url, [format!("c{no}=1").as_str()]);
        }
        assert_eq!(jar.store().iter_any().count(), MAX_COOKIES);
        let long = format!("c={}", "x".repeat(MAX_BYTES));
        let headers = HeaderMap::from_iter([(header::SET_COOKIE, long.parse().unwrap())]);
        assert!(lines(&headers).is_empty());
    }

    proptest! {
        /// Whatever a system says of a cookie, it goes to its own domain at most, and without a
        /// domain to its own host only.
        #[test]
        fn a_cookie_never_goes_to_another_host(
            host in "[a-c]{1,2}(\\.[a-c]{1,2}){1,3}",
            other in "[a-c]{1,2}(\\.[a-c]{1,2}){0,3}",
            domain in prop_oneof![Just(None), "\\.?[a-c]{1,2}(\\.[a-c]{1,2}){0,3}\\.?".prop_map(Some)],
            rest in "(; (Secure|HttpOnly|Path=/|SameSite=None|Max-Age=9)){0,3}",
        ) {
            let domain_part = domain.as_ref().map_or(String::new(), |d| format!("; Domain={d}"));
            let jar = Jar::default();
            let line = format!("sid=s3cret{domain_part}{rest}");
            jar.keep(&format!("https://{host}/").parse().unwrap(), [line.as_str()]);
            let is_sent = !sent(&jar, &format!("https://{other}/")).is_empty();
            let plain = domain.as_deref().unwrap_or("").trim_matches('.').to_owned();
            let is_inside = |name: &str| name == plain || name.ends_with(&format!(".{plain}"));
            let may = other == host
                || (plain.contains('.') && is_inside(&host) && is_inside(&other));
            prop_assert!(may || !is_sent, "{line} from {host} went to {other}");
        }
    }
}
