//! Webhooks over HTTP: a call begins a run, and is answered at once or by the flow. What a call is
//! and what answers it is the engine's.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use engine::respond::{Responder, Response};
use engine::webhook::{self, AnswerPlan, Call, Found};
use flow::id::FlowId;
use flow::run::RunStatus;
use store::RunRow;

use crate::App;
use crate::app::now;
use crate::launch::{Ended, Launch, Row};
use crate::types::{ApiError, Code};

pub(super) async fn call(
    State(app): State<Arc<App>>,
    params: RawPathParams,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let (mut flow, mut path) = ("", "");
    for (name, value) in &params {
        match name {
            "flow" => flow = value,
            _ => path = value,
        }
    }
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let call = Call {
        method: method.as_str(),
        path,
        query: uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
        received_at: now(),
    };
    let answer = answer(&app, &FlowId::from(flow), call).await;
    over_the_wire(&answer.unwrap_or_else(|refusal| refusal))
}

/// Runs the flow that takes the call, and gives its answer; or why none does.
async fn answer(app: &Arc<App>, flow: &FlowId, call: Call<'_>) -> Result<Response, Response> {
    let flow = app.ready(flow).await.map_err(|error| refuse(&error))?;
    let (hook, captures) = match webhook::find(&flow.hooks, call.method, call.path) {
        Found::Hook(hook, captures) => (hook, captures),
        Found::WrongMethod(allowed) => return Err(webhook::wrong_method(&allowed)),
        Found::Nothing => return Err(webhook::not_found()),
    };
    let item = webhook::item(&call, &captures)?;
    let run = app.next_run_id();
    let mut launch = Launch {
        trigger: "webhook",
        start: Some(hook.node.clone()),
        input: vec![item],
        ..Launch::default()
    };
    let plan = hook.plan(&run);
    launch.run = Some(run.clone());
    match plan {
        AnswerPlan::AtOnce(answer) => {
            let started = app.launch_alone(&flow, launch, Row::Later).await;
            let (run, _) = started.map_err(|error| refuse(&error))?;
            refuse_skipped(&run)?;
            Ok(answer)
        }
        AnswerPlan::WhenResponded(patience) => {
            let (responder, answer) = Responder::new();
            launch.responder = Some(responder);
            let started = app.launch_alone(&flow, launch, Row::Later).await;
            let (run, ended) = started.map_err(|error| refuse(&error))?;
            refuse_skipped(&run)?;
            match tokio::time::timeout(patience, answer).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(_)) => Err(without_answer(ended).await),
                Err(_) => Err(webhook::late()),
            }
        }
    }
}

fn refuse(error: &ApiError) -> Response {
    match error.code {
        Code::NotFound => webhook::not_found(),
        Code::Storage => webhook::problem(503, &error.message),
        _ => webhook::problem(500, &error.message),
    }
}

/// Refuses the call of a flow that is under way, and says to skip further runs then.
fn refuse_skipped(run: &RunRow) -> Result<(), Response> {
    match run.status {
        RunStatus::Cancelled => Err(webhook::problem(409, &run.summary)),
        _ => Ok(()),
    }
}

/// The run is over, or about to be, and none of its nodes answered.
async fn without_answer(ended: Ended) -> Response {
    match ended.await {
        Ok(outcome) if outcome.status == RunStatus::Failed => {
            webhook::problem(500, &outcome.summary)
        }
        _ => webhook::no_answer(),
    }
}

fn over_the_wire(answer: &Response) -> axum::response::Response {
    let wire = webhook::wire(answer);
    let mut response = axum::response::Response::new(Body::from(wire.body));
    *response.status_mut() =
        StatusCode::from_u16(wire.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in wire.headers {
        // A name or a value that HTTP does not take is left out: the rest is the answer still.
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::from_str(&value))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
