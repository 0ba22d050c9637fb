//! What the commands about connections give. Not what they take.

use flow::field::FieldKind;
use flow::id::{ConnectionId, FlowId};
use flow::run::Timestamp;
use schemars::schema_for;
use serde::{Deserialize, Serialize};
use store::ConnectionRow;
use transport::spec::{ConnectionSpec, Environment, Slot};
use ts_rs::TS;

use super::{Health, Looked, Tested};

/// A connection in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConnectionSummary {
    /// The id that flows name it by.
    pub id: ConnectionId,
    /// Its environment.
    pub environment: Environment,
    /// What people call it.
    pub name: String,
    /// Where the system answers.
    pub base_url: String,
    /// How it lets us in, in words: `OAuth 2.0`.
    pub auth: String,
    /// How it stands.
    pub health: Health,
    /// Who we are there, by the last test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account: Option<String>,
    /// How many flows name it.
    pub flows: u32,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was last tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tested_at: Option<Timestamp>,
}

/// A connection opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    /// How it is written down.
    pub spec: ConnectionSpec,
    /// Its secrets: which there can be, and which are set.
    pub slots: Vec<SlotState>,
    /// Whether a user has to say yes in a browser before it works.
    pub asks_user: bool,
    /// How it stands.
    pub health: Health,
    /// The flows that name it.
    pub flows: Vec<FlowUse>,
    /// The environments in which there is a connection of this id.
    pub environments: Vec<Environment>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What its last test brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tested: Option<Tested>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tested_at: Option<Timestamp>,
}

/// A secret that a connection can have, and whether it is set. Never its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SlotState {
    /// The secret.
    pub slot: Slot,
    /// Whether it is set.
    pub is_set: bool,
    /// The environment variable that gives it, so that it cannot be changed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub variable: Option<String>,
}

/// A flow that names a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FlowUse {
    /// The flow.
    pub flow: FlowId,
    /// Its name.
    pub name: String,
}

pub(super) fn summary(
    row: &ConnectionRow,
    spec: &ConnectionSpec,
    looked: Looked,
    flows: u32,
) -> ConnectionSummary {
    ConnectionSummary {
        id: spec.id.clone(),
        environment: spec.environment,
        name: spec.name.clone(),
        base_url: spec.base_url.clone(),
        auth: auth_words(spec),
        health: looked.health,
        account: tested(row).and_then(|tested| tested.account),
        flows,
        updated_at: row.updated_at,
        tested_at: row.tested_at,
    }
}

pub(super) fn view(
    row: &ConnectionRow,
    spec: ConnectionSpec,
    looked: Looked,
    flows: Vec<FlowUse>,
    environments: Vec<Environment>,
) -> ConnectionView {
    ConnectionView {
        asks_user: spec.auth.asks_user(),
        spec,
        slots: looked.slots,
        health: looked.health,
        flows,
        environments,
        updated_at: row.updated_at,
        tested: tested(row),
        tested_at: row.tested_at,
    }
}

/// What the last test brought; one of another Gantry that cannot be read is none.
pub(super) fn tested(row: &ConnectionRow) -> Option<Tested> {
    serde_json::from_str(row.tested.as_deref()?).ok()
}

/// The way of signing in, as the form calls it.
fn auth_words(spec: &ConnectionSpec) -> String {
    static FORM: std::sync::LazyLock<Vec<flow::field::Field>> =
        std::sync::LazyLock::new(|| flow::field::Field::lower(&schema_for!(ConnectionSpec)));
    let json = serde_json::to_value(&spec.auth).unwrap_or_default();
    let tag = json["type"].as_str().unwrap_or_default();
    let field = FORM.iter().find(|field| field.key == "auth");
    match field.map(|field| &field.kind) {
        Some(FieldKind::Variants { options, .. }) => options
            .iter()
            .find(|option| option.value == tag)
            .map_or_else(|| tag.to_owned(), |option| option.label.clone()),
        _ => tag.to_owned(),
    }
}
