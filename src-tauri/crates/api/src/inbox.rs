//! What runs wait for: approvals by people, signals by systems. Not the waiting: that is the
//! engine's.

use std::collections::{HashMap, HashSet};

use data::Value;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::{RunStatus, Timestamp};
use serde::{Deserialize, Serialize};
use store::{InboxAnswer, InboxQuery, InboxRow};
use ts_rs::TS;

use crate::app::now;
use crate::types::{ApiError, Code, UiEvent};
use crate::{App, remembered};

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
    let limit = ask.limit.unwrap_or(100).min(1000);
    let query = InboxQuery { run: ask.run, answered: ask.answered, limit };
    let rows = app.read(move |store| store.inbox(&query)).await?;
    with_names(app, rows).await
}

/// Answers a request.
pub async fn decide(app: &App, decide: Decide) -> Result<InboxItem, ApiError> {
    let Decide { id, approve, value, note } = decide;
    let edited = value.filter(|_| approve).map(|value| ("value", value));
    let answer = [("approve", Value::from(approve)), ("note", Value::from(note.as_str()))];
    let answer = InboxAnswer {
        id,
        outcome: if approve { "approved" } else { "rejected" }.to_owned(),
        note,
        at: now(),
        value: Value::object(answer.into_iter().chain(edited)).to_string(),
    };
    let (row, number) = app.store.answer_inbox(answer).await?;
    if number.is_none() {
        let outcome = row.outcome.as_deref().unwrap_or("answered");
        let words = format!("This is {outcome} already; nothing was changed.");
        return Err(ApiError::new(Code::Invalid, words));
    }
    app.hub.tell([UiEvent::InboxChanged]);
    app.hand_in(&row.run).await?;
    let items = with_names(app, vec![row]).await?;
    items.into_iter().next().ok_or_else(|| ApiError::internal("a request has an item"))
}

/// Hands a signal in; gives how many runs got it. It is kept for a run that is not under way.
pub async fn signal(app: &App, signal: Signal) -> Result<u32, ApiError> {
    let Signal { run, name, value } = signal;
    let runs = if let Some(run) = run {
        let id = run.clone();
        let row = app.read(move |store| store.run(&id)).await?;
        if matches!(
            row.status,
            RunStatus::Ok | RunStatus::OkWithRejects | RunStatus::Failed | RunStatus::Cancelled
        ) {
            let words = "The run is over; it waits for no signal any more.";
            return Err(ApiError::new(Code::Invalid, words));
        }
        vec![run]
    } else {
        let name = name.clone();
        app.read(move |store| store.waiting_for(&name)).await?
    };
    let value = value.unwrap_or_default().to_string();
    for run in &runs {
        app.store.add_signal(run, &name, value.clone(), now()).await?;
        app.hand_in(run).await?;
    }
    Ok(u32::try_from(runs.len()).unwrap_or(u32::MAX))
}

/// The rows as the UI sees them, with the names of their nodes.
async fn with_names(app: &App, rows: Vec<InboxRow>) -> Result<Vec<InboxItem>, ApiError> {
    let mut names: HashMap<(String, NodeId), String> = HashMap::new();
    let mut read: HashSet<String> = HashSet::new();
    for row in &rows {
        if !read.insert(row.snapshot.to_string()) {
            continue;
        }
        let id = row.snapshot.clone();
        let Ok((file, _)) = app.read(move |store| store.snapshot(&id)).await else { continue };
        let Ok(file) = crate::flows::read_file(&file) else { continue };
        for node in crate::templates::all_nodes(&file.nodes) {
            let title = app.catalogue.get(&node.kind).map(|kind| kind.info.title.clone());
            let name = node.name.clone().or(title).unwrap_or_else(|| node.id.to_string());
            names.insert((row.snapshot.to_string(), node.id.clone()), name);
        }
    }
    let item = |row: InboxRow| InboxItem {
        node_name: names
            .get(&(row.snapshot.to_string(), row.node.clone()))
            .cloned()
            .unwrap_or_else(|| row.node.to_string()),
        id: row.id,
        run: row.run,
        flow: row.flow,
        flow_name: row.flow_name,
        node: row.node,
        item: row.item,
        signal: row.signal,
        question: row.question,
        value: remembered::value(&row.value),
        at: row.at,
        due: row.due,
        outcome: row.outcome,
        note: row.note,
        answered_at: row.answered_at,
    };
    Ok(rows.into_iter().map(item).collect())
}
