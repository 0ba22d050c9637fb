//! Exchanges as an HTTP Archive (HAR 1.2), which browsers and other tools open. What is masked in
//! an exchange stays masked. Not cassettes, which keep more: see `cassette`.

use flow::run::{Exchange, Phases, Snippet, Timestamp};
use serde_json::{Value, json};
use url::Url;

/// Exchanges as the text of a HAR file.
///
/// Format: HAR 1.2, <http://www.softwareishard.com/blog/har-12-spec/>. Sizes that are not known are
/// -1, as it wants; what it has no place for stands under names that begin with `_`.
pub fn har<'a>(exchanges: impl IntoIterator<Item = &'a Exchange>) -> String {
    let entries: Vec<_> = exchanges.into_iter().map(entry).collect();
    let file = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "Gantry", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    });
    format!("{file:#}\n")
}

fn entry(exchange: &Exchange) -> Value {
    let mut entry = json!({
        "startedDateTime": date(exchange.at),
        "time": exchange.took_ms,
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        "timings": timings(exchange),
        "_attempt": exchange.attempt,
        "_from": exchange.from,
    });
    if let Some(error) = &exchange.error {
        entry["comment"] = json!(error);
    }
    if !exchange.masked.is_empty() {
        entry["_masked"] = json!(exchange.masked);
    }
    if let Some(tls) = &exchange.tls {
        entry["_securityDetails"] = json!({
            "protocol": tls.version,
            "subjectName": tls.subject,
            "issuer": tls.issuer,
            "validTo": tls.expires.map(|at| at / 1000),
        });
    }
    entry
}

fn request(exchange: &Exchange) -> Value {
    let query: Vec<_> = Url::parse(&exchange.url)
        .map(|url| url.query_pairs().map(|(name, value)| pair(&name, &value)).collect())
        .unwrap_or_default();
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": cookies(&exchange.request_headers, "cookie"),
        "headers": headers(&exchange.request_headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": size(exchange.request_body.as_ref()),
    });
    if let Some(body) = &exchange.request_body {
        request["postData"] = json!({
            "mimeType": value_of(&exchange.request_headers, "content-type"),
            "text": body.text,
        });
        if body.cut {
            request["postData"]["comment"] = json!(cut(body));
        }
    }
    request
}

fn response(exchange: &Exchange) -> Value {
    let body = exchange.response_body.as_ref();
    let mut content = json!({
        "size": body.map_or(0, |body| body.bytes),
        "mimeType": value_of(&exchange.response_headers, "content-type"),
        "text": body.map_or("", |body| body.text.as_str()),
    });
    if let Some(body) = body.filter(|body| body.cut) {
        content["comment"] = json!(cut(body));
    }
    json!({
        // What browsers write where there was no answer.
        "status": exchange.status.unwrap_or(0),
        "statusText": exchange.status.and_then(reason).unwrap_or(""),
        "httpVersion": "HTTP/1.1",
        "cookies": cookies(&exchange.response_headers, "set-cookie"),
        "headers": headers(&exchange.response_headers),
        "content": content,
        "redirectURL": value_of(&exchange.response_headers, "location"),
        "headersSize": -1,
        "bodySize": -1,
    })
}

/// Each part in milliseconds; -1 is what did not happen. `send` is part of `wait` here.
fn timings(exchange: &Exchange) -> Value {
    let Some(Phases { dns_us, connect_us, wait_us, receive_us }) = exchange.phases else {
        return json!({
            "blocked": -1, "dns": -1, "connect": -1, "ssl": -1,
            "send": 0, "wait": exchange.took_ms, "receive": 0,
        });
    };
    let ms = |us: Option<u64>| us.map_or(-1.0, |us| us as f64 / 1000.0);
    json!({
        "blocked": -1,
        "dns": ms(dns_us),
        "connect": ms(connect_us),
        "ssl": -1,
        "send": 0,
        "wait": ms(wait_us.or(Some(0))),
        "receive": ms(receive_us.or(Some(0))),
    })
}

fn headers(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| pair(name, value)).collect()
}

fn cookies(headers: &[(String, String)], header: &str) -> Vec<Value> {
    let of_one = |value: &str| -> Vec<Value> {
        // Of what a system sets, only the first pair is the cookie; the rest says how it is kept.
        let n_pairs = if header == "set-cookie" { 1 } else { usize::MAX };
        let pairs = value.split(';').take(n_pairs);
        pairs
            .filter_map(|text| text.split_once('='))
            .map(|(name, value)| pair(name.trim(), value.trim()))
            .collect()
    };
    let named = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(header));
    named.flat_map(|(_, value)| of_one(value)).collect()
}

fn pair(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

fn value_of<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    let found = headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

fn size(body: Option<&Snippet>) -> u64 {
    body.map_or(0, |body| body.bytes)
}

fn cut(body: &Snippet) -> String {
    format!("Only the beginning of {} bytes was kept.", body.bytes)
}

fn reason(status: u16) -> Option<&'static str> {
    http::StatusCode::from_u16(status).ok()?.canonical_reason()
}

/// A time as HAR wants it: ISO 8601.
fn date(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| format!("{at:.3}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_becomes_an_entry_with_its_phases() {
        let snippet = |text: &str, cut| Some(Snippet { text: text.into(), bytes: 9, cut });
        let exchange = Exchange {
            attempt: 2,
            at: 1_700_000_000_123,
            took_ms: 42,
            method: "POST".into(),
            url: "https://a.com/x?key=••••&page=2".into(),
            request_headers: vec![
                ("content-type".into(), "application/json".into()),
                ("cookie".into(), "a=1; b=2".into()),
            ],
            request_body: snippet("{}", false),
            status: Some(200),
            response_headers: vec![("set-cookie".into(), "s=1; Path=/".into())],
            response_body: snippet("[1", true),
            phases: Some(Phases {
                connect_us: Some(1500),
                wait_us: Some(2000),
                receive_us: Some(500),
                ..Phases::default()
            }),
            ..Exchange::default()
        };
        let failed = Exchange { error: Some("It broke off.".into()), ..Exchange::default() };
        let file: Value = serde_json::from_str(&har([&exchange, &failed])).unwrap();
        let entries = &file["log"]["entries"];
        assert_eq!(file["log"]["version"], "1.2");
        let entry = &entries[0];
        assert_eq!(entry["startedDateTime"], "2023-11-14T22:13:20.123Z");
        assert_eq!(entry["request"]["queryString"][1], json!({ "name": "page", "value": "2" }));
        assert_eq!(entry["request"]["queryString"][0]["value"], "••••");
        assert_eq!(entry["request"]["postData"]["mimeType"], "application/json");
        assert_eq!(entry["request"]["cookies"].as_array().unwrap().len(), 2);
        assert_eq!(entry["response"]["cookies"], json!([{ "name": "s", "value": "1" }]));
        assert_eq!(
            entry["response"]["content"]["comment"],
            "Only the beginning of 9 bytes was kept."
        );
        assert_eq!(entry["timings"]["connect"], 1.5);
        assert_eq!(entry["timings"]["dns"], -1.0);
        assert_eq!(entry["timings"]["wait"], 2.0);
        assert_eq!(
            (&entries[1]["response"]["status"], &entries[1]["comment"]),
            (&json!(0), &json!("It broke off."))
        );
    }
}
