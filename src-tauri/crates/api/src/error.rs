//! How what went wrong below becomes an answer that the UI can act on.

use flow::diagnostic::At;
use store::StoreError;

use crate::types::{ApiError, Code};

impl ApiError {
    /// An error with a sentence for the user.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None }
    }

    /// The same with a place in the flow.
    #[must_use]
    pub fn at(mut self, at: At) -> Self {
        self.at = Some(at);
        self
    }

    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a command met a defect");
        Self::new(Code::Internal, format!("Gantry made a mistake: {cause}. Please report it."))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound { .. } => Code::NotFound,
            StoreError::Stale { .. } | StoreError::StaleTable { .. } => Code::Stale,
            StoreError::Newer { .. } => Code::Newer,
            StoreError::Exists { .. }
            | StoreError::TableExists { .. }
            | StoreError::ConnectionExists { .. } => Code::Invalid,
            StoreError::Full { .. }
            | StoreError::Locked { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Denied { .. }
            | StoreError::Closed => Code::Storage,
            StoreError::Sql { .. } => return Self::internal(error),
        };
        Self::new(code, sentence(&error.to_string()))
    }
}

/// Makes a sentence of an error's lower-case words.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

impl ApiError {
    /// The error as JSON, as it crosses to a UI.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an error is made of texts")
    }
}
