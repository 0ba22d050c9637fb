//! What an answer's headers say of the system's limits. Not what is made of it: see `quota`.
//!
//! Sources: draft-ietf-httpapi-ratelimit-headers (up to -07 as three headers or one dictionary,
//! from -08 on as lists of policies), and what APIs send in the field: GitHub, Twitter, Okta,
//! HubSpot, Shopify, BigCommerce, OpenAI, Anthropic, Linear, Kong, Xero, Amazon.

use std::time::{Duration, UNIX_EPOCH};

use flow::run::Timestamp;
use http::{HeaderMap, HeaderName, header};

/// One limit, as an answer tells of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    /// What tells it apart from the system's other limits.
    pub(super) name: String,
    /// The most calls in a window.
    pub(super) limit: Option<f64>,
    /// How many of them are left.
    pub(super) left: Option<f64>,
    /// When it begins anew.
    pub(super) resets_in: Option<Duration>,
    /// How long a window is.
    pub(super) window: Option<Duration>,
    /// How many calls come back each second, where it drains rather than begins anew.
    pub(super) per_second: Option<f64>,
}

impl Told {
    fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            limit: None,
            left: None,
            resets_in: None,
            window: None,
            per_second: None,
        }
    }
}

/// The names under which a limit, what is left of it and its new beginning stand, and the window
/// in seconds where the names say it.
const TRIPLES: [(&str, &str, &str, u64); 15] = [
    ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", 0),
    ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", 0),
    ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", 0),
    ("x-rate-limit-requests-quota", "x-rate-limit-requests-left", "x-rate-limit-time-reset-ms", 0),
    (
        "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
        0,
    ),
    (
        "x-ratelimit-requests-limit",
        "x-ratelimit-requests-remaining",
        "x-ratelimit-requests-reset",
        0,
    ),
    (
        "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
        0,
    ),
    ("x-ratelimit-limit-second", "x-ratelimit-remaining-second", "", 1),
    ("x-ratelimit-limit-minute", "x-ratelimit-remaining-minute", "", 60),
    ("x-ratelimit-limit-hour", "x-ratelimit-remaining-hour", "", 3_600),
    ("x-ratelimit-limit-day", "x-ratelimit-remaining-day", "", 86_400),
    ("x-hubspot-ratelimit-max", "x-hubspot-ratelimit-remaining", "", 0),
    ("x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining", "", 86_400),
    ("", "x-minlimit-remaining", "", 60),
    ("", "x-appminlimit-remaining", "", 60),
];

/// Reads all limits that an answer tells of.
pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Vec<Told> {
    let mut told = Vec::new();
    // Most answers say nothing of the kind, and the others one thing or two: only that is looked up.
    let names: Vec<&str> =
        headers.keys().map(HeaderName::as_str).filter(|name| name.contains("limit")).collect();
    if names.is_empty() {
        return told;
    }
    let now = answered_at(headers).unwrap_or(now);
    if names.iter().any(|name| name.starts_with("ratelimit")) {
        told.extend(policies(headers));
    }
    for (limit, left, reset, window) in TRIPLES {
        if !names.contains(&left) {
            continue;
        }
        told.extend(triple(headers, now, limit, left, reset, window));
    }
    told.extend(drains(headers));
    if let Some(rate) = text(headers, "x-amzn-ratelimit-limit").and_then(number) {
        let per_second = Some(rate).filter(|rate| *rate > 0.0);
        told.push(Told { per_second, ..Told::new("x-amzn-ratelimit-limit") });
    }
    told
}

/// The time of the answer by the system's own clock, which its limits go by.
pub(super) fn answered_at(headers: &HeaderMap) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    Timestamp::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

fn triple(
    headers: &HeaderMap,
    now: Timestamp,
    limit: &str,
    left: &str,
    reset: &str,
    window_seconds: u64,
) -> Option<Told> {
    let limit_text = text(headers, limit);
    let left = text(headers, left).and_then(number)?;
    let mut told = Told::new(if limit.is_empty() { "minute" } else { limit });
    // GitHub counts searches apart from everything else.
    if let Some(resource) = text(headers, "x-ratelimit-resource") {
        told.name = format!("{limit}/{resource}");
    }
    told.left = Some(left.max(0.0));
    told.limit = limit_text.and_then(number);
    told.window = (window_seconds > 0).then(|| Duration::from_secs(window_seconds));
    if told.window.is_none() {
        // `100, 100;w=60`: the windows stand behind the limit.
        told.window = limit_text.and_then(|text| {
            let mut entries =
                items(text).into_iter().filter(|item| number(item.value) == told.limit);
            entries.find_map(|item| seconds(item.param("w")?))
        });
    }
    let interval = if limit == "x-hubspot-ratelimit-max" {
        millis(headers, "x-hubspot-ratelimit-interval-milliseconds")
    } else {
        millis(headers, "x-rate-limit-time-window-ms")
            .or_else(|| seconds(text(headers, "x-ratelimit-interval-seconds")?))
    };
    told.window = told.window.or(interval);
    told.resets_in = match reset {
        "x-rate-limit-time-reset-ms" => millis(headers, reset),
        "x-ratelimit-reset" => text(headers, "x-ratelimit-reset-after")
            .and_then(seconds)
            .or_else(|| resets_in(text(headers, reset)?, now)),
        _ => text(headers, reset).and_then(|text| resets_in(text, now)),
    };
    Some(told)
}

/// `RateLimit: "default";r=50;t=30` with `RateLimit-Policy: "default";q=100;w=60`, and
/// `RateLimit: limit=100, remaining=50, reset=30`.
fn policies(headers: &HeaderMap) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for value in headers.get_all("ratelimit-policy") {
        for item in value.to_str().map(items).unwrap_or_default() {
            let quota = item.param("q").and_then(number).or_else(|| number(item.value));
            let window = item.param("w").and_then(seconds);
            told.push(Told { limit: quota, window, ..Told::new(format!("policy {}", item.value)) });
        }
    }
    for value in headers.get_all("ratelimit") {
        let read = value.to_str().map(items).unwrap_or_default();
        if read.iter().any(|item| item.value.starts_with("remaining=")) {
            let of = |name: &str| {
                read.iter().find_map(|item| item.value.strip_prefix(name)?.strip_prefix('='))
            };
            let mut one = Told::new("ratelimit");
            one.limit = of("limit").and_then(number);
            one.left = of("remaining").and_then(number);
            one.resets_in = of("reset").and_then(seconds);
            told.push(one);
            continue;
        }
        for item in read {
            let name = format!("policy {}", item.value);
            let place = told.iter().position(|known| known.name == name).unwrap_or_else(|| {
                told.push(Told::new(name));
                told.len() - 1
            });
            told[place].left = item.param("r").and_then(number);
            told[place].resets_in = item.param("t").and_then(seconds);
        }
    }
    told
}

/// Shopify's bucket `32/40`: 32 of 40 are used, and it drains within 20 s whatever its size.
fn drains(headers: &HeaderMap) -> Option<Told> {
    const NAME: &str = "x-shopify-shop-api-call-limit";
    let (used, size) = text(headers, NAME)?.split_once('/')?;
    let (used, size) = (number(used)?, number(size)?);
    let mut told = Told::new(NAME);
    told.limit = Some(size);
    told.left = Some((size - used).max(0.0));
    told.per_second = Some(size / 20.0).filter(|rate| *rate > 0.0);
    Some(told)
}

/// How long it is until a moment that is told in one of the ways of the field: seconds from now,
/// a Unix time in seconds or milliseconds, a date, or a duration such as `1m30s`.
fn resets_in(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let until =
        |at_ms: f64| Some(Duration::from_secs_f64(((at_ms - now as f64) / 1e3).clamp(0.0, 1e9)));
    if let Some(n) = number(text) {
        return match n {
            n if n >= 1e11 => until(n),
            n if n >= 5e8 => until(n * 1e3),
            n => Some(Duration::from_secs_f64(n.max(0.0))),
        };
    }
    if let Some(duration) = duration(text) {
        return Some(duration);
    }
    if let Ok(at) = httpdate::parse_http_date(text) {
        return until(at.duration_since(UNIX_EPOCH).ok()?.as_millis() as f64);
    }
    iso(text).and_then(|at| until(at as f64))
}

/// A date as ISO 8601 and its relatives write it; in UTC where it names no zone.
fn iso(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    for format in ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%.f%z"] {
        if let Ok(at) = jiff::Timestamp::strptime(format, text) {
            return Some(at.as_millisecond());
        }
    }
    let local = text.trim_end_matches("UTC").trim_end_matches("GMT").trim();
    let local: jiff::civil::DateTime = local.parse().ok()?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// A duration such as `1m30.5s`, `12ms` or `6m0s`.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let unit_end = rest[digits..]
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .map_or(rest.len(), |end| digits + end);
        let scale = match &rest[digits..unit_end] {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            _ => return None,
        };
        total += number(&rest[..digits])? * scale;
        rest = &rest[unit_end..];
    }
    (!text.is_empty() && total <= 1e9).then(|| Duration::from_secs_f64(total))
}

/// An entry of a list with its parameters: `"default";q=100;w=60`.
struct Entry<'a> {
    value: &'a str,
    params: Vec<(&'a str, &'a str)>,
}

impl<'a> Entry<'a> {
    fn param(&self, name: &str) -> Option<&'a str> {
        self.params.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }
}

/// The entries of a list, read leniently: what APIs send seldom keeps to RFC 9651.
fn items(text: &str) -> Vec<Entry<'_>> {
    split(text, b',').into_iter().map(entry).collect()
}

fn entry(text: &str) -> Entry<'_> {
    let mut parts = split(text, b';').into_iter();
    let value = parts.next().unwrap_or("").trim().trim_matches('"');
    let pairs = parts.filter_map(|part| part.split_once('='));
    Entry { value, params: pairs.map(|(name, value)| (name.trim(), value.trim())).collect() }
}

fn split(text: &str, at: u8) -> Vec<&str> {
    let (mut parts, mut start, mut is_quoted) = (Vec::new(), 0, false);
    for (place, byte) in text.bytes().enumerate() {
        if byte == b'"' {
            is_quoted = !is_quoted;
        } else if byte == at && !is_quoted {
            parts.push(&text[start..place]);
            start = place + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    if name.is_empty() {
        return None;
    }
    headers.get(name)?.to_str().ok()
}

fn millis(headers: &HeaderMap, name: &str) -> Option<Duration> {
    seconds(text(headers, name)?).map(|ms| ms / 1_000)
}

fn seconds(text: &str) -> Option<Duration> {
    number(text).filter(|n| *n >= 0.0).map(|n| Duration::from_secs_f64(n.min(1e12)))
}

/// The number that a text begins with, up to a comma or a parameter.
fn number(text: &str) -> Option<f64> {
    let own = text.split([',', ';']).next()?.trim();
    let is_plain = own.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    own.parse().ok().filter(|n: &f64| is_plain && n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tuesday, 24 November 2026, 12:00:00 UTC.
    const NOW: Timestamp = 1_795_521_600_000;

    fn check(headers: &[(&'static str, &str)], expect: &[(Option<f64>, Option<f64>, Option<u64>)]) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let told = read(&map, NOW);
        let told: Vec<_> = told
            .iter()
            .map(|told| (told.limit, told.left, told.resets_in.map(|d| d.as_millis() as u64)))
            .collect();
        assert_eq!(told, expect, "{headers:?}");
    }

    fn check_reset(text: &str, expect_ms: Option<u64>) {
        let told = resets_in(text, NOW).map(|reset| reset.as_millis() as u64);
        assert_eq!(told, expect_ms, "{text}");
    }

    #[test]
    fn a_new_beginning_is_read_in_each_way_of_the_field() {
        check_reset("30", Some(30_000));
        check_reset("0.5", Some(500));
        check_reset("1795521660", Some(60_000));
        check_reset("1795521660.250", Some(60_250));
        check_reset("1795521660000", Some(60_000));
        check_reset("1595521660", Some(0));
        check_reset("2026-11-24T12:01:00Z", Some(60_000));
        check_reset("2026-11-24T12:01:00.5Z", Some(60_500));
        check_reset("2026-11-24T13:01:00+01:00", Some(60_000));
        check_reset("2026-11-24T13:01:00+0100", Some(60_000));
        check_reset("2026-11-24 13:01:00 +0100", Some(60_000));
        check_reset("2026-11-24 12:01:00 UTC", Some(60_000));
        check_reset("2026-11-24T12:01:00", Some(60_000));
        check_reset("Tue, 24 Nov 2026 12:01:00 GMT", Some(60_000));
        check_reset("1m30.5s", Some(90_500));
        check_reset("12ms", Some(12));
        check_reset("6m0s", Some(360_000));
        for nothing in ["", "soon", "-", "s", "1w", "NaN", "inf"] {
            check_reset(nothing, None);
        }
    }

    #[test]
    fn limits_are_read_in_each_way_of_the_field() {
        let (l, r) = ("x-ratelimit-limit", "x-ratelimit-remaining");
        check(
            &[(l, "60"), (r, "59"), ("x-ratelimit-reset", "1795521660")],
            &[(Some(60.0), Some(59.0), Some(60_000))],
        );
        check(
            &[(l, "5"), (r, "0"), ("x-ratelimit-reset-after", "1.25"), ("x-ratelimit-reset", "9")],
            &[(Some(5.0), Some(0.0), Some(1_250))],
        );
        check(
            &[
                ("ratelimit-limit", "100, 100;w=60"),
                ("ratelimit-remaining", "50"),
                ("ratelimit-reset", "30"),
            ],
            &[(Some(100.0), Some(50.0), Some(30_000))],
        );
        check(
            &[("ratelimit", "limit=100, remaining=50, reset=5")],
            &[(Some(100.0), Some(50.0), Some(5_000))],
        );
        check(
            &[
                ("ratelimit-policy", r#""burst";q=100;w=60,"day, long";q=1000;w=86400"#),
                ("ratelimit", r#""burst";r=50;t=30"#),
            ],
            &[(Some(100.0), Some(50.0), Some(30_000)), (Some(1_000.0), None, None)],
        );
        check(&[("x-shopify-shop-api-call-limit", "32/40")], &[(Some(40.0), Some(8.0), None)]);
        check(
            &[
                ("x-hubspot-ratelimit-max", "100"),
                ("x-hubspot-ratelimit-remaining", "99"),
                ("x-hubspot-ratelimit-interval-milliseconds", "10000"),
            ],
            &[(Some(100.0), Some(99.0), None)],
        );
        check(
            &[
                ("x-ratelimit-limit-requests", "60"),
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "1s"),
            ],
            &[(Some(60.0), Some(0.0), Some(1_000))],
        );
        check(&[("x-ratelimit-remaining", "many"), ("x-ratelimit-limit", "")], &[]);
        check(&[("content-type", "text/plain")], &[]);
    }

    #[test]
    fn the_systems_own_clock_says_what_now_is() {
        check(
            &[
                ("date", "Tue, 24 Nov 2026 11:00:00 GMT"),
                ("x-ratelimit-remaining", "1"),
                ("x-ratelimit-reset", "1795518060"),
            ],
            &[(None, Some(1.0), Some(60_000))],
        );
    }
}
