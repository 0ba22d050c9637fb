//! Values as they travel through a flow.

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Value(serde_json::Value);
