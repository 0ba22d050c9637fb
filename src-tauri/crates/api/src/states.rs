//! What flows remember from run to run: watermarks and other values, with their history. Not how a
//! flow reads and sets them: those are nodes.

use data::Value;
use flow::id::{FlowId, RunId};
use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::types::ApiError;

/// A value that a flow remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StateEntry {
    /// The flow.
    pub flow: FlowId,
    /// Its name.
    pub flow_name: String,
    /// The key.
    pub key: String,
    /// The value; none once it was reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub value: Option<Value>,
    /// When it was last set.
    pub at: Timestamp,
    /// The run that set it; none where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<RunId>,
}

/// Which values are asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct StatesAsk {
    /// Only those of this flow.
    #[ts(optional)]
    pub flow: Option<FlowId>,
}

/// One value.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OfKey {
    /// The flow.
    pub flow: FlowId,
    /// The key.
    pub key: String,
}

/// A value that a person sets.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SetState {
    /// The flow.
    pub flow: FlowId,
    /// The key.
    pub key: String,
    /// The value; it is reset without it.
    #[serde(default)]
    #[ts(optional, type = "unknown")]
    pub value: Option<Value>,
}

/// The values that flows remember, by flow and key.
pub async fn list(app: &App, ask: StatesAsk) -> Result<Vec<StateEntry>, ApiError> {
    let _ = (app, ask);
    Err(ApiError::pending())
}

/// What a value has been, the newest first; at most 200.
pub async fn history(app: &App, of: OfKey) -> Result<Vec<StateEntry>, ApiError> {
    let _ = (app, of);
    Err(ApiError::pending())
}

/// Sets or resets a value.
pub async fn set(app: &App, set: SetState) -> Result<StateEntry, ApiError> {
    let _ = (app, set);
    Err(ApiError::pending())
}
