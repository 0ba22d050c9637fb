//! What flows remember from run to run: watermarks and other values, with their history. Not how a
//! flow reads and sets them: those are nodes.

use std::collections::HashMap;

use data::Value;
use flow::id::{FlowId, RunId};
use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use store::StateRow;
use ts_rs::TS;

use crate::app::now;
use crate::types::{ApiError, Code, UiEvent};
use crate::{App, remembered};

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
    let rows = app.read(move |store| store.states(ask.flow.as_ref())).await?;
    with_names(app, rows).await
}

/// What a value has been, the newest first; at most 200.
pub async fn history(app: &App, of: OfKey) -> Result<Vec<StateEntry>, ApiError> {
    let rows = app.read(move |store| store.state_history(&of.flow, &of.key)).await?;
    with_names(app, rows).await
}

/// Sets or resets a value.
pub async fn set(app: &App, set: SetState) -> Result<StateEntry, ApiError> {
    let SetState { flow, key, value } = set;
    let key = key.trim().to_owned();
    if key.is_empty() {
        return Err(ApiError::new(Code::Invalid, "Name the value that is to be set."));
    }
    let row = StateRow {
        flow: flow.clone(),
        key,
        value: value.map(|value| value.to_string()),
        at: now(),
        run: None,
        place: None,
        item: 0,
    };
    app.store.set_state(row.clone(), |_| true).await?;
    app.hub.tell([UiEvent::StateChanged { flow }]);
    let entries = with_names(app, vec![row]).await?;
    entries.into_iter().next().ok_or_else(|| ApiError::internal("a value has an entry"))
}

/// The rows with their flows' names; of a flow that is gone, its id stands for it.
async fn with_names(app: &App, rows: Vec<StateRow>) -> Result<Vec<StateEntry>, ApiError> {
    let flows = app.read(store::Store::flows).await?;
    let names: HashMap<FlowId, String> = flows.into_iter().map(|row| (row.id, row.name)).collect();
    let entry = |row: StateRow| StateEntry {
        flow_name: names.get(&row.flow).cloned().unwrap_or_else(|| row.flow.to_string()),
        flow: row.flow,
        key: row.key,
        value: row.value.as_deref().map(remembered::value),
        at: row.at,
        run: row.run,
    };
    Ok(rows.into_iter().map(entry).collect())
}
