//! Parked items: those that failed and wait for somebody to mend them, grouped by cause. Not how an
//! item comes to be parked: that is its node's policy.

use std::sync::Arc;

use data::Value;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::{ErrorClass, ItemError, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::durable::RetryVersion;
use crate::types::{ApiError, RunSummary, TextFile};

/// Parked items that failed for the same reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ParkedGroup {
    /// The reason's key, to ask for its items by.
    pub cause: String,
    /// The flow.
    pub flow: FlowId,
    /// Its name.
    pub flow_name: String,
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub node_name: String,
    /// What kind of error it is.
    pub class: ErrorClass,
    /// The reason, in a sentence; what differs between the items is left out.
    pub message: String,
    /// The next step for the user.
    pub advice: String,
    /// Whether it is data or set-up, in a sentence: `11 others are fine, so this is data, not
    /// set-up.` Empty where it cannot be told.
    pub verdict: String,
    /// How many items are open.
    pub open: u64,
    /// How many are resolved.
    pub resolved: u64,
    /// When the first one failed.
    pub first_at: Timestamp,
    /// When the last one failed.
    pub last_at: Timestamp,
}

/// A parked item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ParkedItem {
    /// Its number.
    pub id: u64,
    /// The run that it failed in.
    pub run: RunId,
    /// The flow.
    pub flow: FlowId,
    /// The node.
    pub node: NodeId,
    /// The reason's key.
    pub cause: String,
    /// What went wrong, with the item as it entered the node, its call and its tries.
    pub error: ItemError,
    /// The item as somebody has mended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub edited: Option<Value>,
    /// How it stands.
    pub state: ParkedState,
    /// What was noted when it was resolved.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When it failed.
    pub at: Timestamp,
    /// The run that tries it again, or did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retried_by: Option<RunId>,
}

/// How a parked item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ParkedState {
    /// It waits.
    Open,
    /// It is being tried again.
    Retrying,
    /// It went through, or somebody said that it needs no more.
    Resolved,
}

/// Which parked items are asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ParkedAsk {
    /// Only those of this flow.
    #[ts(optional)]
    pub flow: Option<FlowId>,
    /// Only those of this run.
    #[ts(optional)]
    pub run: Option<RunId>,
    /// Only those with this reason.
    #[ts(optional)]
    pub cause: Option<String>,
    /// Only those that stand like this.
    #[ts(optional)]
    pub state: Option<ParkedState>,
    /// Only those with a smaller number.
    #[ts(optional)]
    pub before: Option<u64>,
    /// At most so many; 100 without it.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A parked item that is mended.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Mend {
    /// Its number.
    pub id: u64,
    /// What it is to be; as it was without it.
    #[serde(default)]
    #[ts(optional, type = "unknown")]
    pub value: Option<Value>,
}

/// Parked items that are tried again.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RetryParked {
    /// Their numbers; they may be of several flows and nodes.
    pub ids: Vec<u64>,
    /// With which version of the flow.
    #[serde(default)]
    #[ts(optional, as = "Option<RetryVersion>")]
    pub version: RetryVersion,
    /// Whether the user has confirmed what it writes to production systems.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub confirmed: bool,
}

/// Parked items that need no more.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Resolve {
    /// Their numbers.
    pub ids: Vec<u64>,
    /// Why.
    pub note: String,
}

/// The reasons of parked items, those with the most open items first.
pub async fn groups(app: &App, ask: ParkedAsk) -> Result<Vec<ParkedGroup>, ApiError> {
    let _ = (app, ask);
    Err(ApiError::pending())
}

/// Parked items, the newest first.
pub async fn list(app: &App, ask: ParkedAsk) -> Result<Vec<ParkedItem>, ApiError> {
    let _ = (app, ask);
    Err(ApiError::pending())
}

/// Mends an item; it is not tried again by that.
pub async fn mend(app: &App, mend: Mend) -> Result<ParkedItem, ApiError> {
    let _ = (app, mend);
    Err(ApiError::pending())
}

/// Tries items again from the node that they failed at: one run for each flow and node.
pub async fn retry(app: &Arc<App>, retry: RetryParked) -> Result<Vec<RunSummary>, ApiError> {
    let _ = (app, retry);
    Err(ApiError::pending())
}

/// Says that items need no more.
pub async fn resolve(app: &App, resolve: Resolve) -> Result<(), ApiError> {
    let _ = (app, resolve);
    Err(ApiError::pending())
}

/// Parked items as a file of JSON lines.
pub async fn export(app: &App, ask: ParkedAsk) -> Result<TextFile, ApiError> {
    let _ = (app, ask);
    Err(ApiError::pending())
}
