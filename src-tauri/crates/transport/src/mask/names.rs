//! Which names secrets stand under, in headers, queries and bodies. Not their values.

/// Places in a list are called tokens too, and hiding them would hide how paging goes.
const PLACES: [&str; 6] = ["page", "next", "continuation", "skip", "sync", "cursor"];

/// What a secret's name has in it.
const PARTS: [&str; 14] = [
    "authorization",
    "cookie",
    "apikey",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "privatekey",
    "accesskey",
    "signature",
    "sessionid",
    "subscriptionkey",
];

/// What a secret's name is as a whole.
const WHOLE: [&str; 6] = ["pwd", "auth", "jwt", "sig", "hmac", "xauth"];

/// Whether what stands under this name is taken for a secret, in headers, queries and bodies.
pub fn is_secret_name(name: &str) -> bool {
    let letters = || name.bytes().filter(u8::is_ascii_alphanumeric);
    let mut short = [0; 64];
    let mut long = Vec::new();
    // Asked for every header and every key of a body that is shown, so it takes no memory.
    let place = if name.len() <= short.len() {
        &mut short[..]
    } else {
        long.resize(name.len(), 0);
        &mut long[..]
    };
    let mut len = 0;
    for (to, letter) in place.iter_mut().zip(letters()) {
        *to = letter.to_ascii_lowercase();
        len += 1;
    }
    let name = &place[..len];
    let has = |part: &str| name.windows(part.len()).any(|window| window == part.as_bytes());
    if name.ends_with(b"token") && PLACES.iter().any(|place| has(place)) {
        return false;
    }
    let begins_part = |at: &[u8]| {
        // The letters that parts begin with, so that most places are passed over at once.
        matches!(at.first(), Some(b'a' | b'c' | b'p' | b's' | b't'))
            && PARTS.iter().any(|part| at.starts_with(part.as_bytes()))
    };
    (0..name.len()).any(|at| begins_part(&name[at..]))
        || WHOLE.iter().any(|own| own.as_bytes() == name)
}

/// Whether what stands under this name behind the question mark of an address is taken for one.
pub(crate) fn is_secret_param(name: &str) -> bool {
    is_secret_name(name) || name.eq_ignore_ascii_case("key")
}
