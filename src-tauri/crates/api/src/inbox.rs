//! What runs wait for: approvals by people, signals by systems. Not the waiting: that is the
//! engine's.

use data::Value;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::types::ApiError;

/// Something that a run waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InboxItem {
    /// Its number.
    pub id: u64,
    /// The run.
    pub run: RunId,
    /// The flow.
    pub flow: FlowId,
    /// Its name.
    pub flow_name: String,
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub node_name: String,
    /// The item, by lineage.
    pub item: String,
    /// The signal that is waited for.
    pub signal: String,
    /// What is asked; none where a system is to send the signal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub question: Option<String>,
    /// The item to be looked at.
    #[ts(type = "unknown")]
    pub value: Value,
    /// When it was asked.
    pub at: Timestamp,
    /// When it is waited for no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub due: Option<Timestamp>,
    /// `approved`, `rejected`, `signalled`, `timed out`, `cancelled`; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub outcome: Option<String>,
    /// What was noted with the answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub answered_at: Option<Timestamp>,
}

/// Which requests are asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct InboxAsk {
    /// Only those of this run.
    #[ts(optional)]
    pub run: Option<RunId>,
    /// Whether those that are answered are wanted too.
    #[ts(optional, as = "Option<bool>")]
    pub answered: bool,
    /// At most so many; 100 without it.
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// A person's answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Decide {
    /// The request's number.
    pub id: u64,
    /// Whether it is approved.
    pub approve: bool,
    /// The item as it was edited; as it was without it.
    #[serde(default)]
    #[ts(optional, type = "unknown")]
    pub value: Option<Value>,
    /// A note.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub note: String,
}

/// A signal from a system.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Signal {
    /// The run; all that wait for it without it.
    #[serde(default)]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// Its name.
    pub name: String,
    /// What it brings.
    #[serde(default)]
    #[ts(optional, type = "unknown")]
    pub value: Option<Value>,
}

/// What is waited for, the oldest first.
pub async fn list(app: &App, ask: InboxAsk) -> Result<Vec<InboxItem>, ApiError> {
    let _ = (app, ask);
    Err(ApiError::pending())
}

/// Answers a request.
pub async fn decide(app: &App, decide: Decide) -> Result<InboxItem, ApiError> {
    let _ = (app, decide);
    Err(ApiError::pending())
}

/// Hands a signal in; gives how many runs got it. It is kept for a run that is not under way.
pub async fn signal(app: &App, signal: Signal) -> Result<u32, ApiError> {
    let _ = (app, signal);
    Err(ApiError::pending())
}
