//! Parked items: those that failed and wait for somebody to mend them, grouped by cause. Not how an
//! item comes to be parked: that is its node's policy.

mod again;
mod notes;

use std::collections::HashMap;
use std::sync::Arc;

use data::Value;
use flow::check::Checked;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::{ErrorClass, ItemError, Timestamp};
use flow::triage::{self, Tried};
use serde::{Deserialize, Serialize};
use store::{NewParked, ParkedCause, ParkedQuery, ParkedRow};
use ts_rs::TS;

pub(crate) use self::notes::{RETRY, notes};
use crate::App;
use crate::durable::RetryVersion;
use crate::opened::parse;
use crate::types::{ApiError, Code, RunSummary, TextFile, UiEvent};

/// How many items are listed where nobody says.
const LISTED: u32 = 100;

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
    let query = query(&ask);
    let causes = app.read(move |store| store.parked_causes(&query)).await?;
    let mut names = Names::default();
    let mut groups = Vec::with_capacity(causes.len());
    for cause in causes {
        let (flow_name, node_name) = names.of(app, &cause.last).await;
        groups.push(group(cause, flow_name, node_name)?);
    }
    Ok(groups)
}

/// Parked items, the newest first.
pub async fn list(app: &App, ask: ParkedAsk) -> Result<Vec<ParkedItem>, ApiError> {
    let query = query(&ask);
    let rows = app.read(move |store| store.parked(&query)).await?;
    rows.into_iter().map(item).collect()
}

/// Mends an item; it is not tried again by that.
pub async fn mend(app: &App, mend: Mend) -> Result<ParkedItem, ApiError> {
    let Mend { id, value } = mend;
    let edited = value.map(|value| data::json::to_string(&value));
    let row = app.read(move |store| store.parked_item(id)).await?;
    if !app.store.mend_parked(id, edited).await? {
        let words = match state(&row.state) {
            ParkedState::Retrying => "The item is being tried again; wait for what comes of it.",
            ParkedState::Resolved | ParkedState::Open => "The item is resolved already.",
        };
        return Err(ApiError::new(Code::Invalid, words));
    }
    app.hub.tell([UiEvent::ParkedChanged]);
    item(app.read(move |store| store.parked_item(id)).await?)
}

/// Tries items again from the node that they failed at: one run for each flow and node, and for each
/// run that they failed in, whose keys their calls carry again.
pub async fn retry(app: &Arc<App>, retry: RetryParked) -> Result<Vec<RunSummary>, ApiError> {
    again::retry(app, retry).await
}

/// Says that items need no more.
pub async fn resolve(app: &App, resolve: Resolve) -> Result<(), ApiError> {
    let n_asked = resolve.ids.len() as u64;
    let n_resolved = app.store.resolve_parked(resolve.ids, resolve.note).await?;
    if n_resolved == 0 && n_asked > 0 {
        let words = "None of these items is open: they are resolved, or being tried again.";
        return Err(ApiError::new(Code::Invalid, words));
    }
    app.hub.tell([UiEvent::ParkedChanged]);
    Ok(())
}

/// Parked items as a file of JSON lines.
pub async fn export(app: &App, ask: ParkedAsk) -> Result<TextFile, ApiError> {
    let query = ParkedQuery { limit: ask.limit.unwrap_or(u32::MAX), ..query(&ask) };
    let rows = app.read(move |store| store.parked(&query)).await?;
    let mut text = String::new();
    for row in rows {
        let line = serde_json::to_string(&item(row)?).map_err(ApiError::internal)?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(TextFile { name: "parked.ndjson".to_owned(), text })
}

fn query(ask: &ParkedAsk) -> ParkedQuery {
    ParkedQuery {
        flow: ask.flow.clone(),
        run: ask.run.clone(),
        cause: ask.cause.clone(),
        state: ask.state.map(|state| state_name(state).to_owned()),
        before: ask.before,
        limit: ask.limit.unwrap_or(LISTED),
    }
}

fn group(
    found: ParkedCause,
    flow_name: String,
    node_name: String,
) -> Result<ParkedGroup, ApiError> {
    let ParkedCause { last, first_at, open, resolved, fine, failed } = found;
    let error: ItemError = parse(last.error.as_bytes())?;
    let tried = Tried { fine, failed: failed.max(open + resolved) };
    Ok(ParkedGroup {
        cause: last.cause,
        flow: last.flow,
        flow_name,
        node: last.node,
        node_name,
        class: error.class,
        message: last.message,
        advice: triage::next_step(&error, tried),
        verdict: triage::verdict(error.class, triage::status(&error), tried),
        open,
        resolved,
        first_at,
        last_at: last.at,
    })
}

fn item(row: ParkedRow) -> Result<ParkedItem, ApiError> {
    let ParkedRow { id, parked, edited, state: stands, note, retried_by, .. } = row;
    Ok(ParkedItem {
        id,
        run: parked.run,
        flow: parked.flow,
        node: parked.node,
        cause: parked.cause,
        error: parse(parked.error.as_bytes())?,
        edited: edited.map(|json| parse(json.as_bytes())).transpose()?,
        state: state(&stands),
        note,
        at: parked.at,
        retried_by,
    })
}

const STATES: [(ParkedState, &str); 3] = [
    (ParkedState::Open, "open"),
    (ParkedState::Retrying, "retrying"),
    (ParkedState::Resolved, "resolved"),
];

fn state_name(state: ParkedState) -> &'static str {
    STATES.iter().find(|(known, _)| *known == state).map_or("open", |(_, name)| name)
}

fn state(name: &str) -> ParkedState {
    STATES.iter().find(|(_, known)| *known == name).map_or(ParkedState::Open, |(state, _)| *state)
}

/// What flows and nodes are called, each flow looked at once.
#[derive(Default)]
struct Names(HashMap<FlowId, Option<(String, Checked)>>);

impl Names {
    /// The names of the flow and the node that an item was parked at: as they are now, or as they
    /// were where they are gone.
    async fn of(&mut self, app: &App, parked: &NewParked) -> (String, String) {
        if !self.0.contains_key(&parked.flow) {
            let found = crate::flows::load(app, &parked.flow).await.ok();
            let known = found.map(|(_, file, _)| {
                let checked = flow::check::check(&file, &app.catalogue);
                (file.name, checked)
            });
            self.0.insert(parked.flow.clone(), known);
        }
        let known = self.0.get(&parked.flow).and_then(Option::as_ref);
        let flow_name = known.map_or(&parked.flow_name, |(name, _)| name);
        let title = known.and_then(|(_, checked)| checked.facts.get(&parked.node));
        let node_name = title.map_or_else(|| parked.node.to_string(), |facts| facts.title.clone());
        (flow_name.clone(), node_name)
    }
}
