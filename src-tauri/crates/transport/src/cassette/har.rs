//! The written form of a cassette: HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), and
//! fields of our own that begin with an underscore, as the format asks. Not the exchanges of runs.
//!
//! ```text
//! log._gantry                  what is known of the recording
//! entries[]._step, _n          the step, and which of its calls
//! entries[]._failure, _sent    why there was no answer (its status is 0 then)
//! entries[]._broke             what broke the body off
//! content._sha256              names a large body; further entries with the same one give its name
//!                              in place of its text
//! ```

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    About, Answer, Asked, Cassette, CassetteError, Entry, Failure, Outcome, Sent, SentPart,
    compare, sha256,
};

/// From this length on, a body stands in the file once.
const NAMED_BYTES: usize = 1024;

/// Writes a cassette.
pub(super) fn write(cassette: &Cassette) -> String {
    let mut text = head(&cassette.about);
    let mut named = Named::default();
    for (at, entry) in cassette.entries.iter().enumerate() {
        let mut entry = self::entry(entry);
        named.shorten(&mut entry);
        text.push_str(if at == 0 { "\n" } else { ",\n" });
        text.push_str(&entry.to_string());
    }
    text.push_str(TAIL);
    text
}

/// What stands before the entries.
pub(super) fn head(about: &About) -> String {
    let mut own = serde_json::to_value(about).unwrap_or_default();
    if let Some(own) = own.as_object_mut() {
        own.shift_insert(0, "cassette".to_owned(), Value::from(1));
    }
    let creator = json!({ "name": "Gantry", "version": env!("CARGO_PKG_VERSION") });
    format!("{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"_gantry\":{own},\"entries\":[")
}

/// What stands behind the entries.
pub(super) const TAIL: &str = "\n]}}\n";

/// The large bodies that stand in a file by now.
#[derive(Default)]
pub(super) struct Named(std::collections::HashSet<String>);

impl Named {
    /// Leaves out the bodies that stand in the file already.
    pub(super) fn shorten(&mut self, entry: &mut Value) {
        for pointer in ["/request/postData", "/response/content"] {
            let Some(content) = entry.pointer_mut(pointer).and_then(Value::as_object_mut) else {
                continue;
            };
            let Some(name) = content.get("_sha256").and_then(Value::as_str) else { continue };
            if content.contains_key("text") && !self.0.insert(name.to_owned()) {
                content.shift_remove("text");
            }
        }
    }
}

/// One entry with its bodies.
pub(super) fn entry(entry: &Entry) -> Value {
    let mut out = Map::new();
    if let Some(step) = &entry.step {
        out.insert("_step".to_owned(), Value::from(step.as_str()));
    }
    out.insert("_n".to_owned(), Value::from(entry.n));
    out.insert("startedDateTime".to_owned(), Value::from(compare::written_time(entry.at)));
    out.insert("time".to_owned(), Value::from(entry.took_ms));
    out.insert("request".to_owned(), request(&entry.asked));
    let (response, own) = response(&entry.outcome, &entry.asked.url);
    out.insert("response".to_owned(), response);
    out.insert("cache".to_owned(), json!({}));
    out.insert("timings".to_owned(), json!({ "send": 0, "wait": entry.took_ms, "receive": 0 }));
    out.extend(own);
    Value::Object(out)
}

fn request(asked: &Asked) -> Value {
    let query: Vec<Value> = url::Url::parse(&asked.url).map_or_else(
        |_| Vec::new(),
        |url| {
            url.query_pairs().map(|(name, value)| json!({ "name": name, "value": value })).collect()
        },
    );
    let mut out = json!({
        "method": asked.method,
        "url": asked.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&asked.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": -1,
    });
    let mime = media_type(&asked.headers);
    let post = match &asked.body {
        Sent::Nothing => {
            out["bodySize"] = Value::from(0);
            None
        }
        Sent::Bytes(bytes) => {
            out["bodySize"] = Value::from(bytes.len());
            Some(content("_encoding", &mime, bytes))
        }
        Sent::Parts(parts) => {
            let params: Vec<Value> = parts.iter().map(part).collect();
            Some(json!({ "mimeType": "multipart/form-data", "params": params }))
        }
        Sent::File { sha256, bytes } => {
            out["bodySize"] = Value::from(*bytes);
            Some(json!({ "mimeType": mime, "_file": { "sha256": sha256, "bytes": bytes } }))
        }
    };
    if let (Some(post), Some(out)) = (post, out.as_object_mut()) {
        out.insert("postData".to_owned(), post);
    }
    out
}

fn part(part: &SentPart) -> Value {
    let mut out = Map::new();
    out.insert("name".to_owned(), Value::from(part.name.as_str()));
    let own = [
        ("value", &part.value),
        ("fileName", &part.file_name),
        ("contentType", &part.content_type),
        ("_sha256", &part.sha256),
    ];
    for (key, text) in own {
        if let Some(text) = text {
            out.insert(key.to_owned(), Value::from(text.as_str()));
        }
    }
    Value::Object(out)
}

fn response(outcome: &Outcome, url: &str) -> (Value, Map<String, Value>) {
    let mut own = Map::new();
    let written = |failure: &Failure| serde_json::to_value(failure).unwrap_or_default();
    let answer = match outcome {
        Outcome::Answer(answer) => answer,
        Outcome::Failed { failure, sent } => {
            own.insert("_failure".to_owned(), written(failure));
            own.insert("_sent".to_owned(), Value::from(*sent));
            let error = failure.sentence(url);
            let none = json!({
                "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
                "content": { "size": 0, "mimeType": "x-unknown" }, "redirectURL": "",
                "headersSize": -1, "bodySize": -1, "_error": error,
            });
            return (none, own);
        }
    };
    if let Some(failure) = &answer.broke {
        own.insert("_broke".to_owned(), written(failure));
    }
    let find = |name: &str| find(&answer.headers, name).unwrap_or_default();
    let reason = http::StatusCode::from_u16(answer.status).ok().and_then(|s| s.canonical_reason());
    let response = json!({
        "status": answer.status,
        "statusText": reason.unwrap_or_default(),
        "httpVersion": answer.version,
        "cookies": [],
        "headers": headers(&answer.headers),
        "content": content("encoding", &media_type(&answer.headers), &answer.body),
        "redirectURL": find("location"),
        "headersSize": -1,
        "bodySize": answer.body.len(),
    });
    (response, own)
}

fn headers(pairs: &[(String, String)]) -> Vec<Value> {
    pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

fn media_type(headers: &[(String, String)]) -> String {
    find(headers, "content-type").unwrap_or("x-unknown").to_owned()
}

fn content(encoding: &str, mime: &str, bytes: &Bytes) -> Value {
    let mut out = Map::new();
    out.insert("size".to_owned(), Value::from(bytes.len()));
    out.insert("mimeType".to_owned(), Value::from(mime));
    if bytes.len() >= NAMED_BYTES {
        out.insert("_sha256".to_owned(), Value::from(sha256(bytes)));
    }
    match std::str::from_utf8(bytes) {
        Ok("") => {}
        Ok(text) => {
            out.insert("text".to_owned(), Value::from(text));
        }
        Err(_) => {
            out.insert(encoding.to_owned(), Value::from("base64"));
            out.insert("text".to_owned(), Value::from(STANDARD.encode(bytes)));
        }
    }
    Value::Object(out)
}

/// Reads a cassette of our own, or a HAR file of any program.
pub(super) fn parse(text: &str) -> Result<Cassette, CassetteError> {
    let text = without_callback(text.trim_start_matches('\u{feff}').trim());
    let file: Value = serde_json::from_str(text).map_err(|cause| {
        CassetteError(format!("This is no cassette and no HAR file: it is not JSON ({cause})."))
    })?;
    let log = &file["log"];
    let Some(entries) = log["entries"].as_array() else {
        let words = "This is no cassette and no HAR file: it has no list of entries under \"log\".";
        return Err(CassetteError(words.to_owned()));
    };
    let own = &log["_gantry"];
    if own["cassette"].as_u64().is_some_and(|version| version > 1) {
        let words = "This cassette is of a newer Gantry. Update Gantry to read it.";
        return Err(CassetteError(words.to_owned()));
    }
    let is_own = own.is_object();
    let mut about: About = serde_json::from_value(own.clone()).unwrap_or_default();
    if !is_own {
        let creator = log["creator"]["name"].as_str();
        creator.unwrap_or("another program").clone_into(&mut about.creator);
    }
    let bodies = bodies(entries)?;
    let mut read = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let bad = |words: String| CassetteError(format!("Entry {}: {words}", at + 1));
        let mut entry = parse_entry(entry, &bodies).map_err(bad)?;
        if !is_own {
            entry.n = at as u32 + 1;
            plain(&mut entry);
        }
        read.push(entry);
    }
    Ok(Cassette { about, entries: read })
}

/// What other programs wrap around it: `onInputData({ ... })`.
fn without_callback(text: &str) -> &str {
    let inside = text.find('(').filter(|at| {
        let name = &text[..*at];
        !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | ' '))
    });
    let Some(start) = inside else { return text };
    let end = text.trim_end_matches([';', ' ', '\n', '\r']);
    end[start + 1..].strip_suffix(')').unwrap_or(text)
}

/// The bodies that have a name, by it.
fn bodies(entries: &[Value]) -> Result<HashMap<String, Bytes>, CassetteError> {
    let mut bodies = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for content in [&entry["request"]["postData"], &entry["response"]["content"]] {
            if let (Some(name), true) = (content["_sha256"].as_str(), content["text"].is_string()) {
                let bytes = own_body(content)
                    .map_err(|words| CassetteError(format!("Entry {}: {words}", at + 1)))?;
                bodies.entry(name.to_owned()).or_insert(bytes);
            }
        }
    }
    Ok(bodies)
}

fn own_body(content: &Value) -> Result<Bytes, String> {
    let text = content["text"].as_str().unwrap_or("");
    let encoding = content["encoding"].as_str().or_else(|| content["_encoding"].as_str());
    if encoding.is_some_and(|name| name.eq_ignore_ascii_case("base64")) {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        return STANDARD
            .decode(compact)
            .map(Bytes::from)
            .map_err(|cause| format!("its body is not in Base64 as it says ({cause})."));
    }
    Ok(Bytes::copy_from_slice(text.as_bytes()))
}

fn body(content: &Value, bodies: &HashMap<String, Bytes>) -> Result<Bytes, String> {
    match content["_sha256"].as_str() {
        Some(name) if !content["text"].is_string() => bodies
            .get(name)
            .cloned()
            .ok_or_else(|| format!("its body {name} is nowhere in the file.")),
        _ => own_body(content),
    }
}

fn parse_entry(entry: &Value, bodies: &HashMap<String, Bytes>) -> Result<Entry, String> {
    let request = &entry["request"];
    let url = request["url"].as_str().ok_or("its request has no \"url\".")?;
    let asked = Asked {
        method: request["method"].as_str().unwrap_or("GET").to_ascii_uppercase(),
        url: url.to_owned(),
        headers: pairs(&request["headers"]),
        body: sent(&request["postData"], bodies)?,
    };
    let failure = |value: &Value| {
        if value.is_null() {
            return Ok(None);
        }
        let read = serde_json::from_value::<Failure>(value.clone());
        read.map(Some).map_err(|cause| format!("its failure cannot be read ({cause})."))
    };
    let response = &entry["response"];
    let status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (100..1000).contains(status));
    let outcome = match (failure(&entry["_failure"])?, status) {
        (Some(failure), _) => {
            Outcome::Failed { failure, sent: entry["_sent"].as_bool().unwrap_or(true) }
        }
        (None, None) => {
            let reason = response["_error"].as_str().unwrap_or("no answer was recorded").to_owned();
            Outcome::Failed { failure: Failure::Other { reason }, sent: true }
        }
        (None, Some(status)) => Outcome::Answer(Answer {
            status,
            version: response["httpVersion"].as_str().unwrap_or("HTTP/1.1").to_owned(),
            headers: pairs(&response["headers"]),
            body: body(&response["content"], bodies)?,
            broke: failure(&entry["_broke"])?,
        }),
    };
    let at = entry["startedDateTime"].as_str().unwrap_or("");
    Ok(Entry {
        step: entry["_step"].as_str().map(str::to_owned),
        n: entry["_n"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
        at: at.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond),
        took_ms: entry["time"].as_f64().map_or(0, |ms| ms.max(0.0) as u64),
        asked,
        outcome,
    })
}

fn sent(post: &Value, bodies: &HashMap<String, Bytes>) -> Result<Sent, String> {
    if !post.is_object() {
        return Ok(Sent::Nothing);
    }
    if let Some(file) = post["_file"].as_object() {
        let sha256 = file.get("sha256").and_then(Value::as_str).unwrap_or("").to_owned();
        let bytes = file.get("bytes").and_then(Value::as_u64).unwrap_or(0);
        return Ok(Sent::File { sha256, bytes });
    }
    let params = post["params"].as_array().map_or(&[][..], Vec::as_slice);
    let is_form = post["mimeType"].as_str().unwrap_or("").contains("x-www-form-urlencoded");
    let has_text = post["text"].is_string() || post["_sha256"].is_string();
    if !has_text && !params.is_empty() && is_form {
        let text = |value: &Value, key: &str| value[key].as_str().unwrap_or("").to_owned();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(params.iter().map(|param| (text(param, "name"), text(param, "value"))));
        return Ok(Sent::Bytes(Bytes::from(form.finish())));
    }
    if !has_text && !params.is_empty() {
        let text = |param: &Value, key: &str| param[key].as_str().map(str::to_owned);
        let parts = params.iter().map(|param| SentPart {
            name: text(param, "name").unwrap_or_default(),
            file_name: text(param, "fileName"),
            content_type: text(param, "contentType"),
            value: text(param, "value"),
            sha256: text(param, "_sha256"),
        });
        return Ok(Sent::Parts(parts.collect()));
    }
    let bytes = body(post, bodies)?;
    Ok(if bytes.is_empty() { Sent::Nothing } else { Sent::Bytes(bytes) })
}

fn pairs(list: &Value) -> Vec<(String, String)> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    let pair = |pair: &Value| {
        let name = pair["name"].as_str()?;
        // Browsers keep HTTP/2's `:status` and `:path` among them.
        let is_header = !name.is_empty() && !name.starts_with(':');
        is_header.then(|| (name.to_owned(), pair["value"].as_str().unwrap_or("").to_owned()))
    };
    list.iter().filter_map(pair).collect()
}

/// Takes out of another program's entry what spoke of the body's way over the wire: its text is
/// unpacked already.
fn plain(entry: &mut Entry) {
    if let Outcome::Answer(answer) = &mut entry.outcome {
        answer.headers.retain(|(name, _)| {
            let name = name.to_ascii_lowercase();
            !matches!(name.as_str(), "content-encoding" | "transfer-encoding" | "content-length")
        });
    }
}
