//! The three doors between the page and Rust; `capabilities/main.json` opens no other.

use api::types::{ApiError, Code};
use serde_json::Value;
use tauri::State;
use tauri::ipc::{Channel, InvokeResponseBody, Response};

use crate::backend::Backend;

/// Answers one of `api`'s commands with the bytes of its JSON.
///
/// Bytes, because the page reads them three times as fast as JSON that Tauri hands over.
#[tauri::command]
pub(crate) async fn call(
    name: String,
    body: Value,
    backend: State<'_, Backend>,
) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(&body).map_err(|error| ApiError {
        code: Code::Internal,
        message: format!("What the page asked cannot be written as JSON: {error}."),
        at: None,
    })?;
    Ok(Response::new(backend.call(&name, &body).await?))
}

/// Sends every event from now on, in batches, until the page goes away.
#[tauri::command]
#[allow(clippy::needless_pass_by_value, reason = "a command takes what Tauri hands it")]
pub(crate) fn subscribe(
    events: Channel<InvokeResponseBody>,
    backend: State<'_, Backend>,
) -> Result<(), ApiError> {
    backend.subscribe(move |batch| events.send(InvokeResponseBody::Json(batch)).is_ok())
}

/// Opens a web address in the system's browser, where a user signs in to a system.
#[tauri::command]
#[allow(clippy::needless_pass_by_value, reason = "a command takes what Tauri hands it")]
pub(crate) fn open_outside(url: String) -> Result<(), ApiError> {
    let refuse = |message: String| ApiError { code: Code::Invalid, message, at: None };
    // A page must not be able to start programs or open files: a web address does neither.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(refuse(format!("\"{url}\" is no web address, so it is not opened.")));
    }
    open::that_detached(&url).map_err(|error| {
        refuse(format!(
            "The browser could not be started: {error}. Open the address yourself: {url}"
        ))
    })
}
