//! Flows: listed, opened, changed, shared as files. What an edit means is `flow`'s, where it is kept
//! is the store's.

use std::sync::Arc;

use flow::diagnostic::Severity;
use flow::edit::Edit;
use flow::field::Field;
use flow::file::{FlowFile, Layout};
use flow::id::FlowId;
use serde::{Deserialize, Serialize};
use store::{FlowChange, FlowRow, History, NewFlow, RunQuery, Step, Store, StoreError};
use ts_rs::TS;

use crate::app::now;
use crate::connections::Accounts;
use crate::error::sentence;
use crate::ids::flow_id;
use crate::runs::summary_of;
use crate::settings::Nothing;
use crate::types::{
    ApiError, Applied, Code, Exported, Findings, FlowSummary, FlowView, RunSummary, Saved, UiEvent,
};
use crate::{App, checked, contracts, templates};

/// A flow.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Which {
    /// The flow.
    pub flow: FlowId,
}

/// A flow at the rev that the UI shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AtRev {
    /// The flow.
    pub flow: FlowId,
    /// Its rev.
    pub rev: u64,
}

/// A flow to be made.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Create {
    /// Its name.
    pub name: String,
    /// The template that it begins as.
    #[serde(default)]
    #[ts(optional)]
    pub template: Option<FlowId>,
}

/// A change of a flow.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Change {
    /// The flow.
    pub flow: FlowId,
    /// The rev that the change was made for.
    pub rev: u64,
    /// What the user reads in undo: `Add Filter`.
    pub label: String,
    /// The change.
    pub edit: Edit,
}

/// A flow file to be taken in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Import {
    /// The text of the flow file.
    pub text: String,
    /// The text of its layout file.
    #[serde(default)]
    #[ts(optional)]
    pub layout: Option<String>,
}

/// All flows, the last changed first.
pub async fn list(app: &App, _: Nothing) -> Result<Vec<FlowSummary>, ApiError> {
    let rows = app
        .read(|store| {
            let flows = store.flows()?;
            flows.into_iter().map(|flow| with_last_run(store, flow)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let accounts = app.accounts().await?;
    Ok(rows.into_iter().map(|(row, last_run)| summary(app, row, last_run, &accounts)).collect())
}

fn with_last_run(
    store: &Store,
    flow: FlowRow,
) -> Result<(FlowRow, Option<RunSummary>), StoreError> {
    let query = RunQuery { flow: Some(flow.id.clone()), limit: 1, ..RunQuery::default() };
    let last = store.runs(&query)?.first().map(summary_of);
    Ok((flow, last))
}

fn summary(
    app: &App,
    row: FlowRow,
    last_run: Option<RunSummary>,
    accounts: &Accounts,
) -> FlowSummary {
    let mut summary = FlowSummary {
        id: row.id,
        name: row.name,
        about: String::new(),
        saved_at: row.saved_at,
        nodes: 0,
        types: Vec::new(),
        errors: 1,
        last_run,
    };
    // A file that cannot be read is listed all the same; opening it tells why.
    if let Ok(file) = flow::file::read(&row.file) {
        summary.about.clone_from(&file.about);
        summary.nodes = templates::all_nodes(&file.nodes).count() as u32;
        summary.types = templates::types(&file);
        summary.errors = n_errors(&checked(app, &file, accounts));
    }
    summary
}

pub(crate) fn n_errors(findings: &Findings) -> u32 {
    findings.diagnostics.iter().filter(|d| d.severity == Severity::Error).count() as u32
}

/// Makes a flow, empty or as a template has it.
pub async fn create(app: &App, create: Create) -> Result<FlowView, ApiError> {
    let (mut file, layout) = match &create.template {
        Some(id) => {
            let template = templates::find(id)?;
            (template.flow, template.layout)
        }
        None => templates::empty(),
    };
    let name = create.name.trim();
    let words = match name {
        "" => file.id.to_string(),
        name => name.to_owned(),
    };
    if !name.is_empty() {
        name.clone_into(&mut file.name);
    }
    if file.name.is_empty() {
        return Err(ApiError::new(Code::Invalid, "A flow needs a name."));
    }
    add(app, file, layout, &words).await
}

/// Makes a copy of a flow.
pub async fn duplicate(app: &App, which: Which) -> Result<FlowView, ApiError> {
    let (_, mut file, layout) = load(app, &which.flow).await?;
    file.name = format!("{} (copy)", file.name);
    let words = file.name.clone();
    add(app, file, layout, &words).await
}

/// Takes a flow file in. Where there is a flow of its id already, the new one gets another.
pub async fn import(app: &App, import: Import) -> Result<FlowView, ApiError> {
    let file = read_file(&import.text)?;
    let layout = match import.layout.as_deref().map(flow::file::read_layout) {
        Some(Ok(layout)) => layout,
        Some(Err(cause)) => {
            let words = format!("The layout file cannot be read: {cause}.");
            return Err(ApiError::new(Code::Invalid, words));
        }
        None => Layout::default(),
    };
    let words = file.id.to_string();
    add(app, file, layout, &words).await
}

/// Stores a new flow under an id made of `words`.
async fn add(
    app: &App,
    mut file: FlowFile,
    layout: Layout,
    words: &str,
) -> Result<FlowView, ApiError> {
    let taken = app.read(Store::flows).await?;
    file.id = flow_id(words, |id| taken.iter().any(|flow| flow.id == *id));
    let new = NewFlow {
        id: file.id.clone(),
        name: file.name.clone(),
        file: flow::file::write(&file),
        layout: flow::file::write_layout(&layout),
        at: now(),
    };
    app.store.create_flow(new).await?;
    app.hub.tell([UiEvent::FlowChanged { flow: file.id.clone(), rev: Some(1) }]);
    open(app, Which { flow: file.id }).await
}

/// A flow for the canvas.
pub async fn open(app: &App, which: Which) -> Result<FlowView, ApiError> {
    let (row, flow, layout) = load(app, &which.flow).await?;
    let mut findings = checked(app, &flow, &app.accounts().await?);
    findings.diagnostics.extend(contracts::problems(app, &flow).await?);
    Ok(FlowView { findings, saved: saved(&row), flow, layout })
}

/// A flow as it is stored, read.
pub(crate) async fn load(app: &App, id: &FlowId) -> Result<(FlowRow, FlowFile, Layout), ApiError> {
    let id = id.clone();
    let row = app.read(move |store| store.flow(&id)).await?;
    let file = read_file(&row.file)?;
    // Without its layout a flow is laid out anew: no reason to refuse it.
    let layout = flow::file::read_layout(&row.layout).unwrap_or_default();
    Ok((row, file, layout))
}

pub(crate) fn read_file(text: &str) -> Result<FlowFile, ApiError> {
    flow::file::read(text).map_err(|cause| {
        let code = match cause {
            flow::file::ReadError::Newer { .. } => Code::Newer,
            _ => Code::Invalid,
        };
        ApiError::new(code, sentence(&cause.to_string()))
    })
}

fn saved(row: &FlowRow) -> Saved {
    Saved { rev: row.rev, at: row.saved_at, undo: row.undo.clone(), redo: row.redo.clone() }
}

/// Makes a change, once: for another rev than the stored one it is refused.
pub async fn edit(app: &App, change: Change) -> Result<Applied, ApiError> {
    let Change { flow, rev, label, edit } = change;
    apply(app, flow, rev, edit, |edit, inverse| {
        History::Push(Step { label, edit: to_json(edit), inverse: to_json(inverse) })
    })
    .await
}

/// Takes the last edit back.
pub async fn undo(app: &App, at: AtRev) -> Result<Applied, ApiError> {
    let id = at.flow.clone();
    let step = app.read(move |store| store.undo_step(&id)).await?;
    let step = step.ok_or_else(|| ApiError::new(Code::Invalid, "There is nothing to undo."))?;
    apply(app, at.flow, at.rev, from_json(&step.inverse)?, |_, _| History::Undo).await
}

/// Makes the last edit that was taken back again.
pub async fn redo(app: &App, at: AtRev) -> Result<Applied, ApiError> {
    let id = at.flow.clone();
    let step = app.read(move |store| store.redo_step(&id)).await?;
    let step = step.ok_or_else(|| ApiError::new(Code::Invalid, "There is nothing to redo."))?;
    apply(app, at.flow, at.rev, from_json(&step.edit)?, |_, _| History::Redo).await
}

async fn apply(
    app: &App,
    id: FlowId,
    rev: u64,
    edit: Edit,
    history: impl FnOnce(&Edit, &Edit) -> History,
) -> Result<Applied, ApiError> {
    let (row, mut file, mut layout) = load(app, &id).await?;
    if row.rev != rev {
        let stale = StoreError::Stale { flow: id.to_string(), expected: rev, found: row.rev };
        return Err(stale.into());
    }
    let inverse = flow::edit::apply(&mut file, &mut layout, &edit)
        .map_err(|cause| ApiError::new(Code::Invalid, sentence(&cause.to_string())))?;
    let (text, layout_text) = (flow::file::write(&file), flow::file::write_layout(&layout));
    let change = FlowChange {
        id: id.clone(),
        rev,
        file: (text != row.file).then(|| (text, file.name.clone())),
        layout: (layout_text != row.layout).then_some(layout_text),
        history: history(&edit, &inverse),
        at: now(),
    };
    let rev = app.store.change_flow(change).await?;
    app.prepared.forget(&id);
    app.hub.tell([UiEvent::FlowChanged { flow: id.clone(), rev: Some(rev) }]);
    let row = app.read(move |store| store.flow(&id)).await?;
    let mut findings = checked(app, &file, &app.accounts().await?);
    findings.diagnostics.extend(contracts::problems(app, &file).await?);
    Ok(Applied { edit, findings, saved: saved(&row) })
}

fn to_json(edit: &Edit) -> String {
    serde_json::to_string(edit).expect("an edit has texts as keys")
}

/// By way of a value: with numbers kept as written, serde cannot read a fraction straight into an
/// enum that is told apart by a key (serde-rs/json#559).
fn from_json(text: &str) -> Result<Edit, ApiError> {
    serde_json::from_str::<serde_json::Value>(text)
        .and_then(serde_json::from_value)
        .map_err(ApiError::internal)
}

/// Forgets a flow. Its runs stay.
pub async fn delete(app: &App, which: Which) -> Result<(), ApiError> {
    app.store.delete_flow(&which.flow).await?;
    app.prepared.forget(&which.flow);
    app.hub.tell([UiEvent::FlowChanged { flow: which.flow, rev: None }]);
    Ok(())
}

/// The form of an item that a flow takes, made from its contract; empty where it takes any.
pub async fn form(app: &App, which: Which) -> Result<Vec<Field>, ApiError> {
    let (_, file, _) = load(app, &which.flow).await?;
    let input = file.contract.and_then(|contract| contract.input);
    let schema = input.and_then(|schema| schemars::Schema::try_from(schema).ok());
    Ok(schema.map(|schema| Field::lower(&schema)).unwrap_or_default())
}

/// A flow as its two files.
pub async fn export(app: &App, which: Which) -> Result<Exported, ApiError> {
    let (_, file, layout) = load(app, &which.flow).await?;
    Ok(Exported { flow: flow::file::write(&file), layout: flow::file::write_layout(&layout) })
}

impl App {
    /// Puts the sample flow into a database without flows, and has the designer open it.
    pub(crate) async fn add_sample(self: &Arc<Self>) -> Result<(), ApiError> {
        let is_empty = self.read(|store| Ok(store.flows()?.is_empty())).await?;
        let asked = self.read(Store::settings).await?.iter().any(|(key, _)| key == SAMPLE_GIVEN);
        if !is_empty || asked {
            return Ok(());
        }
        let template = templates::sample();
        let view = add(self, template.flow, template.layout, template.id.as_str()).await?;
        self.store.set_setting(SAMPLE_GIVEN, "true").await?;
        self.show_first(view.flow.id);
        Ok(())
    }

    /// Takes the sample flow in anew where there is none, and has the designer open it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn show_sample(self: &Arc<Self>) -> Result<(), ApiError> {
        let id = templates::sample().id;
        let known = id.clone();
        let rev = self.read(move |store| store.rev(&known)).await?;
        if rev.is_none() {
            let template = templates::sample();
            add(self, template.flow, template.layout, template.id.as_str()).await?;
        }
        self.show_first(id);
        Ok(())
    }
}

/// The setting that remembers that the sample flow was given once: who deletes it is rid of it.
const SAMPLE_GIVEN: &str = "sample.given";

#[cfg(test)]
mod tests {
    use flow::file::Place;

    use super::*;

    #[test]
    fn a_place_is_read_from_the_history_as_it_was_written() {
        let place = Place { x: 280.0, y: -12.5, ..Place::default() };
        let edit = Edit::Place { places: vec![("orders".into(), Some(place))] };
        assert_eq!(from_json(&to_json(&edit)).expect("what was written can be read"), edit);
    }
}
