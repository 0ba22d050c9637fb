//! How much of the past is kept: the size of the history of runs, and its pruning by age, count and
//! size. Not the list of runs.

use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::settings::Nothing;
use crate::types::ApiError;

/// How large the history is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct HistoryView {
    /// How many runs there are.
    pub runs: u64,
    /// About how many bytes they take.
    pub bytes: u64,
    /// When the oldest one began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub oldest: Option<Timestamp>,
    /// How long they are kept.
    pub retention: Retention,
}

/// How long runs are kept; what is absent does not bound. Runs that are not over, and those with
/// open parked items, are kept in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// The age, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub days: Option<u32>,
    /// How many of each flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub runs: Option<u64>,
    /// How many megabytes in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mb: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: Some(90), runs: None, mb: Some(4096) }
    }
}

/// What was pruned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Pruned {
    /// How many runs.
    pub runs: u64,
    /// How large the history is now.
    pub left: u64,
}

/// How large the history is.
pub async fn view(app: &App, _: Nothing) -> Result<HistoryView, ApiError> {
    let _ = app;
    Err(ApiError::pending())
}

/// Says how long runs are kept, and prunes by it.
pub async fn keep(app: &App, retention: Retention) -> Result<Pruned, ApiError> {
    let _ = (app, retention);
    Err(ApiError::pending())
}
