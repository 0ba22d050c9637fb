//! Runs of a part of a flow on what earlier runs brought: which nodes are fresh, what a run would do
//! and what it would take over. Not the running.

use flow::id::{FlowId, NodeId, RunId};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::flows::Which;
use crate::types::ApiError;

/// How a node's last outputs stand to the flow as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Freshness {
    /// How they stand.
    pub state: FreshState,
    /// Why it is stale, in words for the user; empty otherwise.
    pub why: String,
    /// The run that they are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<RunId>,
}

/// How a node's last outputs stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FreshState {
    /// It has not been run.
    Never,
    /// They are what it would make again.
    Fresh,
    /// Something has changed since.
    Stale,
}

/// Which part of a flow is to be run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PlanAsk {
    /// The flow.
    pub flow: FlowId,
    /// This node alone.
    #[serde(default)]
    #[ts(optional)]
    pub node: Option<NodeId>,
    /// Up to this node.
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<NodeId>,
    /// From this node on.
    #[serde(default)]
    #[ts(optional)]
    pub from: Option<NodeId>,
    /// Whether fresh outputs are taken over.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub anew: bool,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct RunPlan {
    /// The nodes that it would come to, in order.
    pub nodes: Vec<PlannedNode>,
    /// One sentence: `Runs 2 nodes, takes over 3 from the run of 14:02.`
    pub summary: String,
}

/// What a run would do with a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlannedNode {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Whether its outputs would be taken over from an earlier run.
    pub reused: bool,
    /// Why, in words for the user: `ran at 14:02, nothing has changed`.
    pub why: String,
    /// How many items would be taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub items: Option<u64>,
}

/// How the last outputs of each node of a flow stand.
pub async fn freshness(app: &App, which: Which) -> Result<IndexMap<NodeId, Freshness>, ApiError> {
    let _ = (app, which);
    Err(ApiError::pending())
}

/// What a run of a part of a flow would do, without running it.
pub async fn plan(app: &App, ask: PlanAsk) -> Result<RunPlan, ApiError> {
    let _ = (app, ask);
    Err(ApiError::pending())
}
