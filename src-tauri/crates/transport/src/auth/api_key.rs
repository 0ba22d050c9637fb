//! A key in a header, the query or a cookie. Not how it is kept: see `vault`.

use http::header;
use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::spec::ApiKeyPlace;

/// Puts the key into the call, in place of what stood there under its name. Returns what was made
/// of it, to be masked besides the key itself.
///
/// # Errors
/// [`Kind::SignIn`], where the name or the key has characters that its place may not have.
pub(crate) fn sign(
    call: &mut Outgoing,
    place: ApiKeyPlace,
    name: &str,
    prefix: &str,
    key: &Secret,
) -> Result<Vec<Secret>, Kind> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Kind::SignIn(
            "The connection's API key has no name to stand under: give the header's, parameter's \
             or cookie's name."
                .to_owned(),
        ));
    }
    let value = Secret::new(format!("{prefix}{}", key.reveal()));
    match place {
        ApiKeyPlace::Header => place::header(call, name, &value)?,
        ApiKeyPlace::Query => place::query(&mut call.url, &[(name, value.reveal())]),
        ApiKeyPlace::Cookie => {
            place::cookies(call, &[(name.to_owned(), value.clone())])?;
        }
    }
    let whole = call.headers.get(header::COOKIE).filter(|_| place == ApiKeyPlace::Cookie);
    let whole = whole.and_then(|cookie| cookie.to_str().ok()).map(Secret::new);
    Ok([value].into_iter().chain(whole).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::place::tests::call;

    fn signed(url: &str, place: ApiKeyPlace, name: &str, prefix: &str, key: &str) -> Outgoing {
        let mut call = call(url);
        sign(&mut call, place, name, prefix, &Secret::new(key)).unwrap();
        call
    }

    #[test]
    fn a_key_stands_in_its_header_behind_its_prefix_and_cannot_be_printed() {
        let call = signed("https://h/a", ApiKeyPlace::Header, "Authorization", "Token ", "k1");
        assert_eq!(call.headers["authorization"], "Token k1");
        assert!(!format!("{call:?}").contains("k1"));
    }

    #[test]
    fn a_key_in_the_query_takes_the_place_of_one_that_stands_there() {
        let call = signed(
            "https://h/a?page=1&key=old&x=%2F+y#f",
            ApiKeyPlace::Query,
            "key",
            "",
            "a+b&c=d é",
        );
        assert_eq!(call.url.as_str(), "https://h/a?page=1&x=%2F+y&key=a%2Bb%26c%3Dd%20%C3%A9#f");
        let call = signed("https://h/a", ApiKeyPlace::Query, "key", "", "k");
        assert_eq!(call.url.as_str(), "https://h/a?key=k");
    }

    #[test]
    fn a_key_in_a_cookie_stands_beside_the_others() {
        let mut call = call("https://h/a");
        call.headers.insert("cookie", "lang=de; sid=old".parse().unwrap());
        let masked = sign(&mut call, ApiKeyPlace::Cookie, "sid", "", &Secret::new("new")).unwrap();
        assert_eq!(call.headers["cookie"], "lang=de; sid=new");
        assert!(masked.contains(&Secret::new("lang=de; sid=new")));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_saying_what_it_is() {
        for (place, name, key) in [
            (ApiKeyPlace::Header, "X-Key", "line\nbreak"),
            (ApiKeyPlace::Header, "X Key", "hidden"),
            (ApiKeyPlace::Cookie, "sid", "with; hidden"),
            (ApiKeyPlace::Header, " ", "hidden"),
        ] {
            let error = sign(&mut call("https://h/"), place, name, "", &Secret::new(key));
            let Err(Kind::SignIn(message)) = error else { panic!("{name} {key}: {error:?}") };
            assert!(message.ends_with('.') && !message.contains("hidden"), "{message}");
        }
    }
}
