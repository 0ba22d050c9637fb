//! `api`, opened for this window: or, when it could not be opened, the reason.
//!
//! A reason is no end: the window opens all the same, and the page shows the sentence that each of
//! its commands is answered with.

use api::types::{ApiError, Code};
use serde_json::Value;

use crate::Args;

/// What answers the page.
pub(crate) struct Backend;

impl Backend {
    pub(crate) async fn open(_args: &Args) -> Self {
        Self
    }

    pub(crate) async fn call(&self, name: &str, _body: Value) -> Result<String, ApiError> {
        Err(ApiError {
            code: Code::NotFound,
            message: format!("there is no command {name}"),
            at: None,
        })
    }

    /// Hands each batch of events to `send`, as JSON, until that returns false.
    pub(crate) async fn subscribe(
        &self,
        send: impl Fn(String) -> bool + Send + 'static,
    ) -> Result<(), ApiError> {
        send("[]".to_owned());
        Ok(())
    }

    pub(crate) async fn close(&self) {}
}
