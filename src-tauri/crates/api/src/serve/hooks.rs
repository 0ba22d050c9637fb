//! Webhooks over HTTP: a call begins a run, and is answered at once or by the flow. What the flow
//! does with the call is the engine's.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use data::{Limits, Value};
use engine::respond::{Responder, ResponseBody};
use flow::id::FlowId;
use flow::run::RunStatus;
use serde_json::json;

use crate::App;
use crate::hooks::{Answer, Hook};
use crate::launch::{Ended, Launch, Row};
use crate::prepared::ReadyFlow;
use crate::types::{ApiError, Code};

pub(super) async fn call(
    State(app): State<Arc<App>>,
    params: RawPathParams,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (mut flow, mut path) = ("", "");
    for (name, value) in &params {
        match name {
            "flow" => flow = value,
            _ => path = value,
        }
    }
    let flow = FlowId::from(flow);
    let found = async {
        let ready = app.ready(&flow).await.map_err(|error| refuse_open(&error))?;
        let hook = find(&ready, path, &method)?.clone();
        Ok((ready, hook))
    };
    let (ready, hook) = match found.await {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let call = match item(&method, path, &uri, &headers, &body) {
        Ok(call) => call,
        Err(refusal) => return refusal,
    };
    answer(&app, &ready, &hook, call).await
}

fn refuse_open(error: &ApiError) -> Response {
    let status = match error.code {
        Code::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refuse(status, &error.message)
}

fn find<'a>(flow: &'a ReadyFlow, path: &str, method: &Method) -> Result<&'a Hook, Response> {
    let path = path.trim_matches('/');
    let mut at_path = flow.hooks.iter().filter(|hook| hook.path == path).peekable();
    if at_path.peek().is_none() {
        let id = &flow.file.id;
        let known: Vec<String> =
            flow.hooks.iter().map(|hook| format!("/hooks/{id}/{}", hook.path)).collect();
        let words = match known.as_slice() {
            [] => format!("The flow {id} takes no webhooks."),
            known => format!("The flow {id} takes webhooks at {}.", known.join(", ")),
        };
        return Err(refuse(StatusCode::NOT_FOUND, &words));
    }
    let allowed: Vec<String> = at_path.clone().flat_map(|hook| hook.methods.clone()).collect();
    at_path.find(|hook| hook.takes(method.as_str())).ok_or_else(|| {
        let allowed = allowed.join(", ");
        let words = format!("This webhook is called with {allowed}.");
        let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, &words);
        if let Ok(allowed) = HeaderValue::from_str(&allowed) {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    })
}

/// The call as the item that begins the run.
fn item(
    method: &Method,
    path: &str,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Value, Response> {
    let texts = headers.iter().map(|(name, value)| {
        let text = value.to_str().map(Value::from);
        let text = text.unwrap_or_else(|_| String::from_utf8_lossy(value.as_bytes()).as_ref().into());
        (name.as_str(), text)
    });
    let query = form(uri.query().unwrap_or_default().as_bytes());
    Ok(Value::object([
        ("method", Value::from(method.as_str())),
        ("path", Value::from(path)),
        ("query", query),
        ("headers", Value::object(texts)),
        ("body", content(headers, body)?),
    ]))
}

fn content(headers: &HeaderMap, body: &Bytes) -> Result<Value, Response> {
    if body.is_empty() {
        return Ok(Value::null());
    }
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("application/json");
    let kind = media_type.split(';').next().unwrap_or_default().trim();
    if kind == "application/json" || kind.ends_with("+json") {
        return data::json::read(body, &Limits::default()).map_err(|cause| {
            refuse(StatusCode::BAD_REQUEST, &format!("The body is not JSON: {cause}."))
        });
    }
    if kind == "application/x-www-form-urlencoded" {
        return Ok(form(body));
    }
    match std::str::from_utf8(body) {
        Ok(text) => Ok(Value::from(text)),
        Err(_) => Ok(Value::from(base64(body))),
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A query, or a form, as an object; a name that comes several times has a list.
fn form(text: &[u8]) -> Value {
    if text.is_empty() {
        return Value::object::<&str>([]);
    }
    let mut fields: indexmap::IndexMap<String, Vec<Value>> = indexmap::IndexMap::new();
    for (name, value) in form_urlencoded::parse(text) {
        fields.entry(name.into_owned()).or_default().push(Value::from(&*value));
    }
    Value::object(fields.into_iter().map(|(name, mut values)| {
        let value = match values.len() {
            1 => values.swap_remove(0),
            _ => Value::list(values),
        };
        (name, value)
    }))
}

async fn answer(app: &Arc<App>, flow: &ReadyFlow, hook: &Hook, call: Value) -> Response {
    let mut launch = Launch {
        trigger: "webhook",
        start: Some(hook.node.clone()),
        input: vec![call],
        ..Launch::default()
    };
    let patience = match hook.answer {
        Answer::AtOnce => {
            return match app.launch_alone(flow, launch, Row::Later).await {
                Ok((row, _)) => {
                    let taken = json!({ "run": row.id.as_str() });
                    (StatusCode::ACCEPTED, axum::Json(taken)).into_response()
                }
                Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.message),
            };
        }
        Answer::WhenResponded { patience } => patience,
    };
    let (responder, answer) = Responder::new();
    launch.responder = Some(responder);
    let (row, ended) = match app.launch_alone(flow, launch, Row::Later).await {
        Ok(started) => started,
        Err(error) => return refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.message),
    };
    match tokio::time::timeout(patience, answer).await {
        Ok(Ok(answer)) => respond(answer),
        Ok(Err(_)) => without_answer(row.id.as_str(), ended).await,
        Err(_) => {
            let seconds = patience.as_secs_f32();
            let words = format!(
                "The flow did not answer within {seconds} s. It goes on: look at run {}.",
                row.id
            );
            refuse(StatusCode::GATEWAY_TIMEOUT, &words)
        }
    }
}

/// The flow has ended, or is about to, and none of its nodes answered.
async fn without_answer(run: &str, ended: Ended) -> Response {
    let Ok(outcome) = ended.await else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Gantry is being closed.");
    };
    match outcome.status {
        RunStatus::Ok | RunStatus::OkWithRejects => {
            axum::Json(json!({ "run": run, "summary": outcome.summary })).into_response()
        }
        _ => refuse(StatusCode::INTERNAL_SERVER_ERROR, &outcome.summary),
    }
}

fn respond(answer: engine::respond::Response) -> Response {
    let (bytes, media_type) = match answer.body {
        ResponseBody::Empty => (Vec::new(), None),
        ResponseBody::Json(value) => {
            let mut bytes = Vec::with_capacity(256);
            data::json::write(&value, &mut bytes).expect("memory is written");
            (bytes, Some("application/json"))
        }
        ResponseBody::Text(text) => (text.into_bytes(), Some("text/plain; charset=utf-8")),
    };
    let mut response = Response::new(axum::body::Body::from(bytes));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(media_type) = media_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    for (name, value) in answer.headers {
        // The check told of names and values that HTTP does not take.
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::from_str(&value))
        {
            headers.insert(name, value);
        }
    }
    response
}

fn refuse(status: StatusCode, words: &str) -> Response {
    (status, axum::Json(json!({ "error": { "message": words } }))).into_response()
}
