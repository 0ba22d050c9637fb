//! Hides secrets in whatever is told of a call: by the names they stand under, and by their values
//! wherever those show up again. Not what is sent: that is never changed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use vault::{MASK, Secret};

/// A value shorter than this is not looked for in texts: it would be found in too many words.
const LEAST_SECRET_LEN: usize = 4;

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

/// Hides what stands under a secret's name in a text of JSON, XML or a form.
pub fn mask_text(text: &str) -> String {
    Masks::default().body(text)
}

/// The secrets of one call.
#[derive(Default, Clone)]
pub(crate) struct Masks {
    values: Vec<String>,
}

impl Masks {
    /// Starts with what the caller knows to be secret.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let mut masks = Self::default();
        for secret in secrets {
            masks.learn(secret.reveal());
        }
        masks
    }

    /// Learns the secrets in a header: its value, the part behind the scheme's name, and the
    /// password of a Basic one.
    pub(crate) fn learn_header(&mut self, name: &str, value: &str) {
        if !is_secret_name(name) {
            return;
        }
        self.learn(value);
        if let Some((scheme, rest)) = value.split_once(' ') {
            self.learn(rest.trim());
            if scheme.eq_ignore_ascii_case("basic") {
                let plain =
                    STANDARD.decode(rest.trim()).ok().and_then(|b| String::from_utf8(b).ok());
                if let Some((_, password)) = plain.as_deref().and_then(|text| text.split_once(':'))
                {
                    self.learn(password);
                }
            }
        }
        if name.to_ascii_lowercase().contains("cookie") {
            for pair in value.split(';') {
                if let Some((_, value)) = pair.split_once('=') {
                    self.learn(value.trim());
                }
            }
        }
    }

    /// Learns the secrets in a URL: its password, and the query's.
    pub(crate) fn learn_url(&mut self, url: &url::Url) {
        if let Some(password) = url.password() {
            self.learn(password);
        }
        for (name, value) in url.query_pairs() {
            if is_secret_param(&name) {
                self.learn(&value);
            }
        }
    }

    /// The value of a header as it may be shown.
    pub(crate) fn header(&self, name: &str, value: &str) -> String {
        if is_secret_name(name) { MASK.to_owned() } else { self.values_in(value) }
    }

    /// A URL as it may be shown.
    pub(crate) fn url(&self, url: &url::Url) -> String {
        let mut text = url.to_string();
        if let Some(password) = url.password() {
            text = text.replacen(&format!(":{password}@"), &format!(":{MASK}@"), 1);
        }
        let (before, fragment) = match text.split_once('#') {
            Some((before, fragment)) => (before.to_owned(), format!("#{fragment}")),
            None => (text, String::new()),
        };
        let shown = match before.split_once('?') {
            Some((path, query)) => format!("{path}?{}", form(query, is_secret_param)),
            None => before,
        };
        self.values_in(&(shown + &fragment))
    }

    /// A body's text as it may be shown.
    pub(crate) fn body(&self, text: &str) -> String {
        let start = text.trim_start();
        let masked = if start.starts_with('<') {
            xml(text)
        } else if start.starts_with(['{', '[', '"']) {
            json(text)
        } else if text.contains('=') && !text.contains(char::is_whitespace) {
            form(text, is_secret_name)
        } else {
            header_lines(text)
        };
        self.values_in(&masked)
    }

    /// A text in which every known secret is hidden.
    pub(crate) fn values_in(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in &self.values {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), MASK);
            }
        }
        text
    }

    /// Learns a value in the forms in which it could show up again.
    fn learn(&mut self, value: &str) {
        if value.len() < LEAST_SECRET_LEN {
            return;
        }
        let escaped: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let packed = STANDARD.encode(value);
        let url_packed = URL_SAFE_NO_PAD.encode(value);
        for form in [value.to_owned(), escaped, packed, url_packed] {
            if !self.values.contains(&form) {
                self.values.push(form);
            }
        }
        // Longer ones first, so that no rest of them stays behind.
        self.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }
}

fn is_secret_param(name: &str) -> bool {
    is_secret_name(name) || name.eq_ignore_ascii_case("key")
}

fn form(text: &str, is_secret: impl Fn(&str) -> bool) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_secret(name) && !value.is_empty() => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Lines such as `Authorization: Bearer …`, which systems that echo a call answer with.
fn header_lines(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.split_once(':') {
        Some((name, value))
            if !name.trim().contains(char::is_whitespace)
                && is_secret_name(name)
                && !value.trim().is_empty() =>
        {
            let end = &value[value.trim_end().len()..];
            format!("{name}: {MASK}{end}")
        }
        _ => line.to_owned(),
    });
    lines.collect()
}

/// Hides the values of secret names in JSON, a cut text included.
fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let end = string_end(rest, start);
        let name = &rest[start..end];
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        let after = rest.trim_start();
        if !after.starts_with(':') || !is_secret_name(name) {
            continue;
        }
        let value = after[1..].trim_start();
        let value_start = rest.len() - value.len();
        let value_end = match value.as_bytes().first() {
            Some(b'"') => string_end(value, 0),
            Some(b'{' | b'[') | None => 0,
            Some(_) => value.find([',', '}', ']', '\n']).unwrap_or(value.len()),
        };
        if value_end > 0 && !value.starts_with("null") {
            out.push_str(&rest[..value_start]);
            out.push('"');
            out.push_str(MASK);
            out.push('"');
            rest = &value[value_end..];
        }
    }
    out.push_str(rest);
    out
}

/// The end of the JSON string that begins with the quote at `start`; the text's end if it is cut.
fn string_end(text: &str, start: usize) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(start + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Hides the texts of elements and attributes with a secret's name in XML, a cut text included.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |at| start + at + 1);
        let tag = &rest[start..end];
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        let name = tag[1..].split(|c: char| c.is_whitespace() || c == '>' || c == '/').next();
        let name = name.unwrap_or("").rsplit(':').next().unwrap_or("");
        let value_end = rest.find('<').unwrap_or(rest.len());
        if is_secret_name(name) && !tag.ends_with("/>") && !rest[..value_end].trim().is_empty() {
            out.push_str(MASK);
            rest = &rest[value_end..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(mask_text(text), expect);
    }

    #[test]
    fn what_stands_under_a_secret_name_is_hidden() {
        check(
            r#"{"user":"a","password" : "p\"q","n":1}"#,
            r#"{"user":"a","password" : "••••","n":1}"#,
        );
        check(r#"{"access_token":"abc"#, r#"{"access_token":"••••""#);
        check(r#"{"pin":1,"secret":1234}"#, r#"{"pin":1,"secret":"••••"}"#);
        check(r#"{"nextPageToken":"abc","token":null}"#, r#"{"nextPageToken":"abc","token":null}"#);
        check("client_id=a&client_secret=b", "client_id=a&client_secret=••••");
        check(
            "<w:Password Type='x'>p</w:Password><a/>",
            "<w:Password Type='x'>••••</w:Password><a/>",
        );
        check(
            "GET / HTTP/1.1\r\nAuthorization: Bearer x\r\n",
            "GET / HTTP/1.1\r\nAuthorization: ••••\r\n",
        );
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_shows_up_again() {
        let mut masks = Masks::new(&[Secret::new("vault-value")]);
        masks.learn_header("Authorization", "Basic dXNlcjpjYW5hcnk=");
        masks.learn_url(&"https://h/?api_key=k%20ey1&page=2".parse().unwrap());
        for echo in ["canary", "dXNlcjpjYW5hcnk=", "k ey1", "k+ey1", "vault-value"] {
            assert_eq!(masks.values_in(&format!("a {echo} b")), "a •••• b");
        }
        let url = "https://u:canary@h/p?page=2&key=abc&x=vault-value#f".parse().unwrap();
        assert_eq!(masks.url(&url), "https://u:••••@h/p?page=2&key=••••&x=••••#f");
    }
}
