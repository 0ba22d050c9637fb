//! The two doors between the page and Rust; `capabilities/main.json` opens no other.

use api::types::ApiError;
use serde_json::Value;
use tauri::State;
use tauri::ipc::{Channel, InvokeResponseBody, Response};

use crate::backend::Backend;

/// Answers one of `api`'s commands with the bytes of its JSON, as they are.
#[tauri::command]
pub(crate) async fn call(
    name: String,
    body: Option<Value>,
    backend: State<'_, Backend>,
) -> Result<Response, ApiError> {
    let answer = backend.call(&name, body.unwrap_or_default()).await?;
    Ok(Response::new(answer))
}

/// Sends every event from now on, in batches, until the page goes away.
#[tauri::command]
pub(crate) async fn subscribe(
    events: Channel<InvokeResponseBody>,
    backend: State<'_, Backend>,
) -> Result<(), ApiError> {
    backend.subscribe(move |batch| events.send(InvokeResponseBody::Json(batch)).is_ok()).await
}
