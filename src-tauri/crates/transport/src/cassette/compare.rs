//! Whether two calls are the same but for what changes from run to run, and what differs where they
//! are not. Not which recorded call is looked at: see `mode::replay`.

use std::fmt;

use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use vault::MASK;

use super::{Asked, Sent, SentPart, personal, sha256};

/// The longest value that a difference shows.
const MAX_SHOWN_CHARS: usize = 80;

/// The most differences that are looked for in a body.
const MAX_DIFFERENCES: usize = 20;

/// Names of values that signatures and clocks change from call to call.
const VOLATILE: [&str; 10] = [
    "_",
    "nonce",
    "timestamp",
    "oauth_nonce",
    "oauth_timestamp",
    "oauth_signature",
    "x-amz-date",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
];

/// What tells no two calls apart, besides credentials and what signatures change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ignore {
    /// Parameters of the query and of forms, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<String>,
    /// Values in JSON bodies, by their pointer (`/meta/sent_at`) or, without a slash, by their key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<String>,
}

impl Ignore {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn has_param(&self, name: &str) -> bool {
        VOLATILE.iter().any(|own| own.eq_ignore_ascii_case(name))
            || self.query.iter().any(|own| own == name)
    }

    fn has_value(&self, pointer: &str) -> bool {
        let key = pointer.rsplit('/').next().unwrap_or("");
        let is_volatile = |name: &str| VOLATILE.iter().any(|own| own.eq_ignore_ascii_case(name));
        is_volatile(key)
            || self
                .body
                .iter()
                .any(|own| if own.starts_with('/') { own == pointer } else { own == key })
    }
}

/// One place in which a call is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The place: `method`, `host`, `path`, `query page`, `body /customer/name`.
    pub place: String,
    /// What was recorded; none where there was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// What it is now; none where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |side: &Option<String>| {
            side.as_ref().map_or_else(|| "nothing".to_owned(), |text| format!("\"{text}\""))
        };
        write!(f, "{}: recorded {}, now {}", self.place, quoted(&self.recorded), quoted(&self.now))
    }
}

/// A call as far as it tells calls apart. Both sides are redacted before, so that credentials never
/// do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Look {
    pub(crate) method: String,
    /// Scheme, host and port.
    pub(crate) origin: String,
    pub(crate) path: String,
    query: Vec<(String, String)>,
    body: Content,
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
    Text(String),
    Digest(String),
    Parts(Vec<SentPart>),
}

impl Look {
    /// Looks at a call.
    pub(crate) fn of(asked: &Asked) -> Self {
        let (origin, path, query) = match Url::parse(&asked.url) {
            Ok(url) => (
                url.origin().ascii_serialization(),
                // The mask is written out in a file and encoded in a URL.
                url.path().replace("%E2%80%A2", "•"),
                url.query_pairs().into_owned().collect(),
            ),
            Err(_) => (String::new(), asked.url.clone(), Vec::new()),
        };
        let body = Content::of(asked);
        Self { method: asked.method.clone(), origin, path, query: sorted(query), body }
    }

    /// What a recorded call differs in from one that is made now.
    pub(crate) fn differences(&self, now: &Self, ignore: &Ignore) -> Vec<Difference> {
        let mut found = Vec::new();
        let texts = [
            ("method", &self.method, &now.method),
            ("host", &self.origin, &now.origin),
            ("path", &self.path, &now.path),
        ];
        for (place, recorded, now) in texts {
            if !same(recorded, now) {
                found.push(Difference {
                    place: place.to_owned(),
                    recorded: Some(short(recorded)),
                    now: Some(short(now)),
                });
            }
        }
        pairs("query", &self.query, &now.query, ignore, &mut found);
        bodies(&self.body, &now.body, ignore, &mut found);
        found
    }
}

impl Content {
    fn of(asked: &Asked) -> Self {
        match &asked.body {
            Sent::Nothing => Self::Nothing,
            Sent::Parts(parts) => Self::Parts(parts.clone()),
            Sent::File { sha256, .. } => Self::Digest(sha256.clone()),
            Sent::Bytes(bytes) => {
                let Ok(text) = std::str::from_utf8(bytes) else {
                    return Self::Digest(sha256(bytes));
                };
                let start = text.trim_start();
                if start.is_empty() {
                    return Self::Nothing;
                }
                if start.starts_with(['{', '['])
                    && let Ok(json) = serde_json::from_str(text)
                {
                    return Self::Json(json);
                }
                if start.starts_with('<') {
                    return Self::Text(without_security(text));
                }
                let is_form = asked.headers.iter().any(|(name, value)| {
                    name.eq_ignore_ascii_case("content-type")
                        && value.starts_with("application/x-www-form-urlencoded")
                });
                if is_form {
                    let pairs = url::form_urlencoded::parse(text.as_bytes());
                    return Self::Form(sorted(pairs.into_owned().collect()));
                }
                Self::Text(text.to_owned())
            }
        }
    }

    fn shown(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Json(json) => Some(short(&json.to_string())),
            Self::Form(pairs) => {
                let pairs: Vec<String> =
                    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                Some(short(&pairs.join("&")))
            }
            Self::Text(text) => Some(short(text)),
            Self::Digest(digest) => Some(format!("content with the SHA-256 {digest}")),
            Self::Parts(parts) => {
                let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
                Some(format!("a form with {}", names.join(", ")))
            }
        }
    }
}

fn bodies(recorded: &Content, now: &Content, ignore: &Ignore, found: &mut Vec<Difference>) {
    match (recorded, now) {
        (Content::Nothing, Content::Nothing) => {}
        (Content::Json(recorded), Content::Json(now)) => {
            json("", Some(recorded), Some(now), ignore, found);
        }
        (Content::Form(recorded), Content::Form(now)) => {
            pairs("body", recorded, now, ignore, found);
        }
        (Content::Text(recorded), Content::Text(now)) if same(recorded, now) => {}
        (Content::Digest(recorded), Content::Digest(now)) if recorded == now => {}
        (Content::Parts(recorded), Content::Parts(now))
            if recorded.len() == now.len()
                && recorded.iter().zip(now).all(|(recorded, now)| same_part(recorded, now)) => {}
        (recorded, now) => found.push(Difference {
            place: "body".to_owned(),
            recorded: recorded.shown(),
            now: now.shown(),
        }),
    }
}

fn same_part(recorded: &SentPart, now: &SentPart) -> bool {
    let values = match (&recorded.value, &now.value) {
        (Some(recorded), Some(now)) => same(recorded, now),
        (recorded, now) => recorded == now,
    };
    values
        && recorded.name == now.name
        && recorded.file_name == now.file_name
        && recorded.sha256 == now.sha256
}

/// Compares names with values, whose order does not count.
fn pairs(
    place: &str,
    recorded: &[(String, String)],
    now: &[(String, String)],
    ignore: &Ignore,
    found: &mut Vec<Difference>,
) {
    let mut names: Vec<&str> = recorded.iter().chain(now).map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| !ignore.has_param(name)) {
        let of = |pairs: &[(String, String)]| -> Vec<String> {
            let own = pairs.iter().filter(|(own, _)| own == name);
            own.map(|(_, value)| value.clone()).collect()
        };
        let (before, after) = (of(recorded), of(now));
        let is_same = before.len() == after.len()
            && before.iter().zip(&after).all(|(before, after)| same(before, after));
        if !is_same {
            let shown = |values: &[String]| (!values.is_empty()).then(|| short(&values.join(", ")));
            found.push(Difference {
                place: format!("{place} {name}"),
                recorded: shown(&before),
                now: shown(&after),
            });
        }
    }
}

/// Compares JSON field by field; the order of fields does not count.
fn json(
    pointer: &str,
    recorded: Option<&Value>,
    now: Option<&Value>,
    ignore: &Ignore,
    found: &mut Vec<Difference>,
) {
    if found.len() >= MAX_DIFFERENCES || ignore.has_value(pointer) {
        return;
    }
    match (recorded, now) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let added = after.keys().filter(|key| !before.contains_key(*key));
            for key in before.keys().chain(added) {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                json(&pointer, before.get(key), after.get(key), ignore, found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for at in 0..before.len().max(after.len()) {
                let pointer = format!("{pointer}/{at}");
                json(&pointer, before.get(at), after.get(at), ignore, found);
            }
        }
        (Some(before), Some(after)) if same_scalar(before, after) => {}
        (recorded, now) => {
            let shown = |value: Option<&Value>| {
                value.map(|value| match value {
                    Value::String(text) => short(text),
                    other => short(&other.to_string()),
                })
            };
            found.push(Difference {
                place: if pointer.is_empty() {
                    "body".to_owned()
                } else {
                    format!("body {pointer}")
                },
                recorded: shown(recorded),
                now: shown(now),
            });
        }
    }
}

fn same_scalar(before: &Value, after: &Value) -> bool {
    // What stands under a secret's name is a text of dots, whatever it was.
    let is_masked = |value: &Value| value.as_str() == Some(MASK);
    if is_masked(before) || is_masked(after) {
        return true;
    }
    match (before, after) {
        (Value::String(before), Value::String(after)) => same(before, after),
        (Value::Number(before), Value::Number(after)) => {
            before == after || same_number(&before.to_string(), &after.to_string())
        }
        (before, after) => before == after,
    }
}

/// `2.50` and `2.5` are one number; large ids are compared by their digits.
fn same_number(before: &str, after: &str) -> bool {
    let is_short = before.len() <= 15 && after.len() <= 15;
    is_short && before.parse::<f64>().ok() == after.parse::<f64>().ok()
}

/// Whether two texts are the same, where dots stand for anything.
pub(crate) fn same(recorded: &str, now: &str) -> bool {
    if recorded == now {
        return true;
    }
    let (recorded, now) = (personal::as_masks(recorded), personal::as_masks(now));
    fits(&recorded, &now) || fits(&now, &recorded)
}

/// Whether a text fits a pattern in which dots stand for anything.
fn fits(pattern: &str, text: &str) -> bool {
    if !pattern.contains(MASK) {
        return pattern == text;
    }
    let mut parts = pattern.split(MASK);
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// A message without its WS-Security header, which is another one in each call.
fn without_security(xml: &str) -> String {
    let find = |from: usize, is_end: bool| {
        let mut at = from;
        while let Some(found) = xml[at..].find('<') {
            let start = at + found;
            let tag = xml[start + 1..].split(['>', ' ', '\n', '\t', '\r']).next().unwrap_or("");
            let (tag, ends) = tag.strip_prefix('/').map_or((tag, false), |tag| (tag, true));
            if ends == is_end && tag.rsplit(':').next() == Some("Security") {
                return Some(start);
            }
            at = start + 1;
        }
        None
    };
    let Some(start) = find(0, false) else { return xml.to_owned() };
    let Some(end) = find(start, true) else { return xml.to_owned() };
    format!("{}{}", &xml[..start], &xml[end..])
}

fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    // Values of one name keep their order: it may count.
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs
}

fn short(text: &str) -> String {
    let mut chars = text.chars();
    let shown: String = chars.by_ref().take(MAX_SHOWN_CHARS).collect();
    if chars.next().is_some() { shown + "…" } else { shown }
}

/// The time of a call as HAR files write it.
pub(super) fn written_time(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn asked(url: &str, content_type: &str, body: &str) -> Asked {
        Asked {
            method: "POST".to_owned(),
            url: url.to_owned(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: Sent::Bytes(Bytes::copy_from_slice(body.as_bytes())),
        }
    }

    fn check(recorded: (&str, &str), now: (&str, &str), expect: &[&str]) {
        let look = |(url, body)| Look::of(&asked(url, "application/json", body));
        let ignore = Ignore { query: vec!["since".to_owned()], body: vec!["sent_at".to_owned()] };
        let found = look(recorded).differences(&look(now), &ignore);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn order_credentials_and_what_is_ignored_tell_no_calls_apart() {
        check(("http://h/p?a=1&b=2&_=7", ""), ("http://h/p?b=2&a=1&_=8&since=x", ""), &[]);
        check(("http://h/p?api_key=••••", ""), ("http://h/p?api_key=placeholder", ""), &[]);
        check(("http://h/p/••••/x", ""), ("http://h/p/anything/x", ""), &[]);
        check(
            ("http://h/", r#"{"a":1.50,"b":{"token":"••••","c":[1]},"sent_at":1}"#),
            ("http://h/", r#"{"b":{"c":[1],"token":12},"a":1.5,"sent_at":2}"#),
            &[],
        );
    }

    #[test]
    fn differences_are_told_field_by_field() {
        check(
            ("http://h/p?page=2", r#"{"customer":{"name":"Ann","n":1},"l":[1,2]}"#),
            ("http://g/p?page=3&x=", r#"{"customer":{"name":"Bob"},"l":[1],"new":null}"#),
            &[
                r#"host: recorded "http://h", now "http://g""#,
                r#"query page: recorded "2", now "3""#,
                r#"query x: recorded nothing, now """#,
                r#"body /customer/name: recorded "Ann", now "Bob""#,
                r#"body /customer/n: recorded "1", now nothing"#,
                r#"body /l/1: recorded "2", now nothing"#,
                r#"body /new: recorded nothing, now "null""#,
            ],
        );
    }

    #[test]
    fn a_form_and_a_signed_message_are_compared_by_what_they_say() {
        let form = |body| Look::of(&asked("http://h/", "application/x-www-form-urlencoded", body));
        assert_eq!(form("a=1&b=x+y").differences(&form("b=x%20y&a=1"), &Ignore::default()), []);
        let soap = |nonce: &str| {
            let xml = format!("<e><h><w:Security a='1'><n>{nonce}</n></w:Security></h><b/></e>");
            Look::of(&asked("http://h/", "text/xml", &xml))
        };
        assert_eq!(soap("1").differences(&soap("2"), &Ignore::default()), []);
    }

    #[test]
    fn dots_stand_for_anything() {
        for (pattern, text, expect) in [
            ("••••", "", true),
            ("a••••", "abc", true),
            ("a••••c", "abc", true),
            ("a••••c", "abd", false),
            ("••••b••••", "xbx", true),
            ("••••b••••", "xax", false),
            ("a••••b••••c", "a1b2b3c", true),
        ] {
            assert_eq!(same(pattern, text), expect, "{pattern} {text}");
            assert_eq!(same(text, pattern), expect, "{text} {pattern}");
        }
    }
}
