//! One command over HTTP. Not which there are.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Site;
use crate::types::{ApiError, Code};

pub(super) async fn call(
    State(site): State<Site>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    match crate::dispatch(&site.app, &name, &body).await {
        Ok(answer) => (json, answer).into_response(),
        Err(error) => (status(&error), json, error.to_json()).into_response(),
    }
}

fn status(error: &ApiError) -> StatusCode {
    match error.code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Stale | Code::Confirm => StatusCode::CONFLICT,
        Code::Broken | Code::Newer | Code::Invalid | Code::Locked => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Code::Storage => StatusCode::INSUFFICIENT_STORAGE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
