//! Between a webhook's HTTP and a run: which trigger takes a call, the item that a call becomes,
//! the answer as bytes. Not the listening, and not the start of the run: those are the host's.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data::{Limits, Value};
use flow::file::{FlowFile, NodeSpec};
use flow::id::{NodeId, RunId};
use flow::run::Timestamp;
use url::form_urlencoded;

use crate::nodes::trigger_webhook::{AnswerRule, Params};
use crate::respond::{Response, ResponseBody};

/// The most bytes of a call's body that a host should take.
pub const MAX_BODY_BYTES: usize = 16 << 20;

/// A webhook trigger of a flow.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The trigger.
    pub node: NodeId,
    params: Params,
}

/// Which trigger takes a call.
#[derive(Debug)]
pub enum Found<'a> {
    /// This one; with what stands for the parts in braces of its path.
    Hook(&'a Hook, Vec<(String, String)>),
    /// There is one with that path, but it takes these methods only.
    WrongMethod(String),
    /// None.
    Nothing,
}

/// What a call is answered, and when.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerPlan {
    /// This, at once.
    AtOnce(Response),
    /// What the flow answers, if it does so in time.
    WhenResponded(Duration),
}

/// A call as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path behind the flow's id.
    pub path: &'a str,
    /// The query, without the question mark.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
    /// When it arrived.
    pub received_at: Timestamp,
}

/// An answer as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireResponse {
    /// The status.
    pub status: u16,
    /// The headers, `content-type` included.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The webhook triggers of a flow that are not disabled.
pub fn hooks(flow: &FlowFile) -> Vec<Hook> {
    let is_hook = |node: &&NodeSpec| node.kind.as_str() == "trigger.webhook" && !node.disabled;
    let read = |node: &NodeSpec| {
        let params = serde_json::from_value(node.params.clone().into()).ok()?;
        Some(Hook { node: node.id.clone(), params })
    };
    flow.nodes.iter().filter(is_hook).filter_map(read).collect()
}

/// Finds the trigger that takes a call; one with fewer parts in braces goes first.
pub fn find<'a>(hooks: &'a [Hook], method: &str, path: &str) -> Found<'a> {
    let mut by_path: Vec<_> =
        hooks.iter().filter_map(|hook| Some((hook, captures(&hook.params.path, path)?))).collect();
    by_path.sort_by_key(|(_, captures)| captures.len());
    let takes = |hook: &Hook| hook.params.methods.iter().any(|own| own.name() == method);
    if let Some(at) = by_path.iter().position(|(hook, _)| takes(hook)) {
        let (hook, captures) = by_path.swap_remove(at);
        return Found::Hook(hook, captures);
    }
    match by_path.first() {
        None => Found::Nothing,
        Some((hook, _)) => {
            let names: Vec<_> = hook.params.methods.iter().map(|method| method.name()).collect();
            Found::WrongMethod(names.join(", "))
        }
    }
}

impl Hook {
    /// What the caller is answered, for a run with this id.
    pub fn plan(&self, run: &RunId) -> AnswerPlan {
        match &self.params.answer {
            AnswerRule::WhenResponded { timeout_ms } => {
                AnswerPlan::WhenResponded(Duration::from_millis(timeout_ms.get()))
            }
            AnswerRule::AtOnce { status, body } => {
                let body = match body {
                    None => ResponseBody::Json(Value::object([("run", Value::from(run.as_str()))])),
                    Some(serde_json::Value::String(text)) => ResponseBody::Text(text.clone()),
                    Some(json) => {
                        ResponseBody::Json(serde_json::from_value(json.clone()).unwrap_or_default())
                    }
                };
                AnswerPlan::AtOnce(Response { status: *status, headers: Vec::new(), body })
            }
        }
    }
}

/// Makes the item of a call.
///
/// # Errors
/// The answer for the caller, where its body is not what its content type says.
pub fn item(call: &Call<'_>, captures: &[(String, String)]) -> Result<Value, Response> {
    let body = body(call)?;
    Ok(call_item(call, captures, body))
}

/// The answer where no trigger takes the call.
pub fn not_found() -> Response {
    problem(404, "No flow listens at this address.")
}

/// The answer where a trigger takes other methods.
pub fn wrong_method(allowed: &str) -> Response {
    let mut response = problem(405, &format!("This address takes {allowed}."));
    response.headers.push(("allow".to_owned(), allowed.to_owned()));
    response
}

/// The answer where the run ended without one.
pub fn no_answer() -> Response {
    problem(500, "The flow ended without an answer.")
}

/// The answer where the run has none yet.
pub fn late() -> Response {
    problem(504, "The flow has no answer yet; it goes on.")
}

/// An answer with one sentence, as `{"error": …}`.
pub fn problem(status: u16, message: &str) -> Response {
    let body = ResponseBody::Json(Value::object([("error", Value::from(message))]));
    Response { status, headers: Vec::new(), body }
}

/// An answer as it goes over the wire. Headers that the connection itself sets are left out.
pub fn wire(response: &Response) -> WireResponse {
    const OF_CONNECTION: [&str; 4] =
        ["content-length", "transfer-encoding", "connection", "keep-alive"];
    let (own_type, body) = match &response.body {
        ResponseBody::Empty => (None, Vec::new()),
        ResponseBody::Json(value) => {
            (Some("application/json"), data::json::to_string(value).into_bytes())
        }
        ResponseBody::Text(text) => (Some("text/plain; charset=utf-8"), text.clone().into_bytes()),
    };
    let is_kept = |name: &str| !OF_CONNECTION.iter().any(|own| name.eq_ignore_ascii_case(own));
    let mut headers: Vec<_> =
        response.headers.iter().filter(|(name, _)| is_kept(name)).cloned().collect();
    if let Some(own_type) = own_type
        && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(("content-type".to_owned(), own_type.to_owned()));
    }
    WireResponse { status: response.status, headers, body }
}

/// The item of a call without any content, for runs that are started by hand.
pub(crate) fn empty_call() -> Value {
    let call =
        Call { method: "POST", path: "", query: "", headers: &[], body: &[], received_at: 0 };
    let item = call_item(&call, &[], Value::null());
    item.as_object().map(|object| object.without("received_at").into()).unwrap_or_default()
}

fn call_item(call: &Call<'_>, captures: &[(String, String)], body: Value) -> Value {
    let pairs = |pairs: &[(String, String)]| Value::object(grouped(pairs));
    let query: Vec<_> = form_urlencoded::parse(call.query.as_bytes()).into_owned().collect();
    let headers: Vec<_> = call
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), shown(name, value)))
        .collect();
    Value::object([
        ("method", Value::from(call.method)),
        ("path", Value::from(call.path)),
        ("params", pairs(captures)),
        ("query", pairs(&query)),
        ("headers", pairs(&headers)),
        ("body", body),
        ("received_at", Value::from(call.received_at)),
    ])
}

/// Names with their values; a name that comes several times has a list.
fn grouped(pairs: &[(String, String)]) -> Vec<(&str, Value)> {
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in pairs {
        match grouped.iter_mut().find(|(own, _)| own == name) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    let value = |values: Vec<&str>| match values[..] {
        [one] => Value::from(one),
        _ => values.into_iter().map(Value::from).collect(),
    };
    grouped.into_iter().map(|(name, values)| (name, value(values))).collect()
}

/// A header's value, hidden where it lets somebody in. A signature does not, and flows check it.
fn shown(name: &str, value: &str) -> String {
    let is_signature = || name.to_ascii_lowercase().contains("signature");
    if transport::is_secret_name(name) && !is_signature() {
        return transport::MASK.to_owned();
    }
    value.to_owned()
}

fn body(call: &Call<'_>) -> Result<Value, Response> {
    if call.body.is_empty() {
        return Ok(Value::null());
    }
    let content_type =
        call.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let content_type = content_type.map_or("", |(_, value)| value.as_str());
    let media_type = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if media_type.ends_with("/json") || media_type.ends_with("+json") {
        return data::json::read(call.body, &Limits::default())
            .map_err(|error| problem(400, &format!("The body is not valid JSON: {error}.")));
    }
    if media_type == "application/x-www-form-urlencoded" {
        let pairs: Vec<_> = form_urlencoded::parse(call.body).into_owned().collect();
        return Ok(Value::object(grouped(&pairs)));
    }
    match std::str::from_utf8(call.body) {
        Ok(text) if media_type.is_empty() && text.trim_start().starts_with(['{', '[']) => {
            let read = data::json::read(call.body, &Limits::default());
            Ok(read.unwrap_or_else(|_| Value::from(text)))
        }
        Ok(text) => Ok(Value::from(text)),
        Err(_) => Ok(Value::from(STANDARD.encode(call.body))),
    }
}

/// What stands for the parts in braces, where the path is of that pattern.
fn captures(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let parts = |text: &str| -> Vec<String> {
        text.trim_matches('/').split('/').map(str::to_owned).collect()
    };
    let (pattern, path) = (parts(pattern.trim()), parts(path));
    if pattern.len() != path.len() {
        return None;
    }
    let mut captures = Vec::new();
    for (own, part) in pattern.iter().zip(path) {
        match own.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(_) if part.is_empty() => return None,
            Some(name) => captures.push((name.to_owned(), decoded(&part))),
            None if decoded(own) == decoded(&part) => {}
            None => return None,
        }
    }
    Some(captures)
}

/// A part of a path without its percent signs.
fn decoded(part: &str) -> String {
    // In a path, unlike in a form, a plus is a plus.
    let part = part.replace('+', "%2B");
    form_urlencoded::parse(part.replace('&', "%26").replace('=', "%3D").as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(params: serde_json::Value) -> Hook {
        Hook { node: "hook".into(), params: serde_json::from_value(params).unwrap() }
    }

    fn call_with(content_type: &str, body: &[u8]) -> Result<Value, Response> {
        let headers = [
            ("Content-Type".to_owned(), content_type.to_owned()),
            ("Authorization".to_owned(), "Bearer canary".to_owned()),
            ("X-Hub-Signature".to_owned(), "abc".to_owned()),
        ];
        let call = Call {
            method: "POST",
            path: "orders/7",
            query: "a=1&b=2&a=3",
            headers: &headers,
            body,
            received_at: 5,
        };
        item(&call, &[("id".to_owned(), "7".to_owned())])
    }

    #[test]
    fn a_call_goes_to_the_trigger_with_its_path_and_method() {
        let hooks = [
            hook(serde_json::json!({ "path": "orders/{id}", "methods": ["POST", "PUT"] })),
            hook(serde_json::json!({ "path": "/orders/new" })),
            hook(serde_json::json!({})),
        ];
        let name = |method: &str, path: &str| match find(&hooks, method, path) {
            Found::Hook(hook, captures) => format!("{} {captures:?}", hook.params.path),
            Found::WrongMethod(allowed) => format!("405 {allowed}"),
            Found::Nothing => "404".to_owned(),
        };
        assert_eq!(name("POST", "orders/new"), "/orders/new []");
        assert_eq!(name("POST", "/orders/a%20b/"), r#"orders/{id} [("id", "a b")]"#);
        assert_eq!(name("PUT", "orders/new"), r#"orders/{id} [("id", "new")]"#);
        assert_eq!(name("GET", "orders/7"), "405 POST, PUT");
        assert_eq!(name("POST", "orders"), "404");
        assert_eq!(name("POST", ""), " []");
    }

    #[test]
    fn a_call_becomes_an_item() {
        let item = call_with("application/json; charset=utf-8", b"{\"total\":1.50}").unwrap();
        assert_eq!(
            item.to_string(),
            r#"{"method":"POST","path":"orders/7","params":{"id":"7"},"query":{"a":["1","3"],"b":"2"},"headers":{"content-type":"application/json; charset=utf-8","authorization":"••••","x-hub-signature":"abc"},"body":{"total":1.50},"received_at":5}"#
        );
        let body = |kind: &str, bytes: &[u8]| {
            call_with(kind, bytes).unwrap().get("body").unwrap().to_string()
        };
        assert_eq!(
            body("application/x-www-form-urlencoded", b"a=1&b=x+y"),
            r#"{"a":"1","b":"x y"}"#
        );
        assert_eq!(body("text/plain", b"hello"), r#""hello""#);
        assert_eq!(body("", b"[1]"), "[1]");
        assert_eq!(body("image/png", b"\x89PNG"), r#""iVBORw==""#);
        assert_eq!(call_with("application/json", b"{").unwrap_err().status, 400);
    }

    #[test]
    fn an_answer_goes_out_with_its_type_and_without_the_connection_s_headers() {
        let body = ResponseBody::Json(Value::from(1));
        let headers =
            vec![("Content-Length".to_owned(), "9".to_owned()), ("X-A".to_owned(), "b".to_owned())];
        let wire = wire(&Response { status: 201, headers, body });
        assert_eq!(
            wire.headers,
            [
                ("X-A".to_owned(), "b".to_owned()),
                ("content-type".to_owned(), "application/json".to_owned()),
            ]
        );
        assert_eq!((wire.status, &wire.body[..]), (201, &b"1"[..]));
    }
}
