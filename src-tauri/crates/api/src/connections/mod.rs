//! Connections as a user sees them: listed, opened, made, changed, forgotten; their secrets are set
//! and never read. How a connection works is the transport's, where its secrets are is the vault's.

mod accounts;
mod consent;
mod health;
mod probe;
mod production;
mod types;
mod used;

use flow::id::ConnectionId;
use schemars::schema_for;
use serde::{Deserialize, Serialize};
use store::{ConnectionChange, ConnectionName, ConnectionRow, Store};
use transport::spec::{ConnectionSpec, Environment, Slot};
use ts_rs::TS;
use vault::SecretKey;

pub(crate) use self::accounts::{Accounts, ENVIRONMENT, FlowAccounts};
pub(crate) use self::consent::Consents;
pub use self::consent::{Consent, OfConsent, cancel, consent, disconnect, wait};
pub use self::health::{Health, HealthState};
pub use self::probe::{Tested, test};
pub(crate) use self::production::{ProductionWrite, is_writing, unconfirmed, within, writes};
pub use self::types::{ConnectionSummary, ConnectionView, FlowUse, SlotState};
pub(crate) use self::used::names_any;
use crate::App;
use crate::app::now;
use crate::ids::slug;
use crate::secrets::GivenSecret;
use crate::settings::Nothing;
use crate::types::{ApiError, Code, UiEvent};

/// The longest id: it is part of names in keyrings.
const LONGEST_ID: usize = 60;

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Which {
    /// Its id.
    pub id: ConnectionId,
    /// Its environment.
    pub environment: Environment,
}

/// A connection to be made or changed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Save {
    /// How it is written down; an id is made of its name where it has none.
    pub spec: ConnectionSpec,
    /// Which it was so far; a new one is made without it. Its secrets go along.
    #[serde(default)]
    #[ts(optional)]
    pub was: Option<Which>,
}

/// A connection to be copied to another environment. Its secrets are not: they differ there.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Duplicate {
    /// The id of the one that is copied.
    pub id: ConnectionId,
    /// Its environment.
    pub environment: Environment,
    /// The environment of the copy.
    pub to: Environment,
    /// The id of the copy; the same without it, so that flows find it there.
    #[serde(default)]
    #[ts(optional)]
    pub new_id: Option<ConnectionId>,
}

/// A secret to be set, or cleared where there is no value.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SetSecret {
    /// The connection's id.
    pub id: ConnectionId,
    /// Its environment.
    pub environment: Environment,
    /// The name of the secret.
    pub slot: String,
    /// Its value.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub value: Option<GivenSecret>,
}

/// All connections of all environments, by id.
pub async fn list(app: &App, _: Nothing) -> Result<Vec<ConnectionSummary>, ApiError> {
    let rows = app.read(Store::connections).await?;
    let used = used::all(app).await?;
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        let spec = read_spec(&row)?;
        let flows = used.of(&spec.id).len() as u32;
        let looked = look(app, &row, &spec).await?;
        list.push(types::summary(&row, &spec, looked, flows));
    }
    Ok(list)
}

/// A connection with how it stands.
pub async fn open(app: &App, which: Which) -> Result<ConnectionView, ApiError> {
    let row = load(app, &which).await?;
    let spec = read_spec(&row)?;
    let flows = used::all(app).await?.of(&spec.id).to_vec();
    let looked = look(app, &row, &spec).await?;
    let rows = app.read(Store::connections).await?;
    let mut environments = Vec::new();
    for other in rows.iter().filter(|other| other.name.id == row.name.id) {
        environments.extend(Environment::of_name(&other.name.environment));
    }
    Ok(types::view(&row, spec, looked, flows, environments))
}

/// The form of a connection.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn form(_: &App, _: Nothing) -> Result<Vec<flow::field::Field>, ApiError> {
    Ok(flow::field::Field::lower(&schema_for!(ConnectionSpec)))
}

/// Makes a connection, or changes one. Where its id or environment changes, its secrets go along.
pub async fn save(app: &App, save: Save) -> Result<ConnectionView, ApiError> {
    let Save { mut spec, was } = save;
    spec.name = spec.name.trim().to_owned();
    if spec.id.as_str().trim().is_empty() {
        let rows = app.read(Store::connections).await?;
        let id = slug(&spec.name, "connection", |id| rows.iter().any(|row| row.name.id == *id));
        spec.id = id.into();
    }
    check(&spec)?;
    let old = match &was {
        Some(which) => Some(read_spec(&load(app, which).await?)?),
        None => None,
    };
    let to = Which { id: spec.id.clone(), environment: spec.environment };
    let change = ConnectionChange {
        was: was.as_ref().map(name_of),
        name: name_of(&to),
        spec: serde_json::to_string(&spec).map_err(ApiError::internal)?,
        at: now(),
    };
    match old {
        Some(old) => {
            let kept = app.read(Store::connections).await?;
            if was.as_ref() != Some(&to) && kept.iter().any(|row| row.name == change.name) {
                return Err(taken(&to));
            }
            move_secrets(app, &old, &spec).await?;
            app.store.save_connection(change).await?;
            app.changed(
                &Which { id: old.id, environment: old.environment },
                was != Some(to.clone()),
            );
        }
        None => {
            app.store.save_connection(change).await.map_err(|error| match error {
                store::StoreError::ConnectionExists { .. } => taken(&to),
                other => other.into(),
            })?;
        }
    }
    app.changed(&to, false);
    open(app, to).await
}

/// Copies a connection, without its secrets.
pub async fn duplicate(app: &App, duplicate: Duplicate) -> Result<ConnectionView, ApiError> {
    let Duplicate { id, environment, to, new_id } = duplicate;
    let mut spec = read_spec(&load(app, &Which { id, environment }).await?)?;
    spec.environment = to;
    if let Some(id) = new_id {
        spec.id = id;
    }
    self::save(app, Save { spec, was: None }).await
}

/// Forgets a connection and its secrets. Flows that name it say so when they are run.
pub async fn delete(app: &App, which: Which) -> Result<(), ApiError> {
    let spec = read_spec(&load(app, &which).await?)?;
    let owner = spec.owner();
    let slots = spec.slots();
    app.consents.give_up(&which).await;
    // The secrets first: what is left when this breaks off is a connection that can be deleted
    // again, not a secret that nobody knows of.
    app.with_vault(move |vault| {
        let keys = slots.iter().map(|slot| SecretKey::new(&owner, &slot.name));
        // What an environment variable gives was never kept.
        keys.filter(|key| vault.variable_of(key).is_none()).try_for_each(|key| vault.delete(&key))
    })
    .await?;
    app.store.delete_connection(&name_of(&which)).await?;
    app.changed(&which, true);
    Ok(())
}

/// Sets a secret, or clears it. Nothing gives it back.
pub async fn secret(app: &App, set: SetSecret) -> Result<ConnectionView, ApiError> {
    let SetSecret { id, environment, slot, value } = set;
    let which = Which { id, environment };
    let spec = read_spec(&load(app, &which).await?)?;
    let Some(slot) = spec.slots().into_iter().find(|known| known.name == slot) else {
        let words = format!("The connection \"{}\" has no secret of that name.", spec.name);
        return Err(ApiError::new(Code::Invalid, words));
    };
    if slot.by_itself && value.is_some() {
        let words = format!("\"{}\" is what the system gives out; connect instead.", slot.label);
        return Err(ApiError::new(Code::Invalid, words));
    }
    let key = SecretKey::new(spec.owner(), slot.name);
    app.with_vault(move |vault| match value {
        Some(GivenSecret(secret)) if !secret.reveal().is_empty() => vault.set(&key, secret),
        _ => vault.delete(&key),
    })
    .await?;
    app.store.forget_connection_test(&name_of(&which)).await?;
    app.changed(&which, false);
    open(app, which).await
}

impl App {
    /// Lets go of what was made of a connection that is another one now, and tells of it.
    fn changed(&self, which: &Which, gone: bool) {
        let owner = format!("{}@{}", which.id, which.environment.name());
        self.transport.forget(&owner);
        self.prepared.forget_all();
        self.tell_changed(which, gone);
    }

    fn tell_changed(&self, which: &Which, gone: bool) {
        let Which { id, environment } = which.clone();
        self.hub.tell([UiEvent::ConnectionChanged { id, environment, gone }]);
    }
}

/// What is known of a connection besides how it is written down.
pub(crate) struct Looked {
    pub(crate) slots: Vec<SlotState>,
    pub(crate) health: Health,
}

async fn look(app: &App, row: &ConnectionRow, spec: &ConnectionSpec) -> Result<Looked, ApiError> {
    let (owner, slots) = (spec.owner(), spec.slots());
    let (vault, asked_of) = (std::sync::Arc::clone(&app.vault), spec.clone());
    let asked = tokio::task::spawn_blocking(move || {
        let mut states = Vec::with_capacity(slots.len());
        let mut trouble = None;
        for slot in slots {
            let key = SecretKey::new(&owner, &slot.name);
            let is_set = match vault.has(&key) {
                Ok(is_set) => is_set,
                Err(error) => {
                    trouble.get_or_insert(error);
                    false
                }
            };
            states.push(SlotState { slot, is_set, variable: vault.variable_of(&key) });
        }
        let signed_in = match trouble {
            None => transport::signed_in(&asked_of, &vault),
            Some(error) => Err(error),
        };
        (states, signed_in)
    });
    let (slots, signed_in) = asked.await.map_err(ApiError::internal)?;
    let health = health::of(spec, &slots, row, &signed_in, now());
    Ok(Looked { slots, health })
}

/// Takes the secrets along to where the connection is now; those that it has no more are deleted.
async fn move_secrets(
    app: &App,
    old: &ConnectionSpec,
    new: &ConnectionSpec,
) -> Result<(), ApiError> {
    let (from, to) = (old.owner(), new.owner());
    let stays: Vec<String> = new.slots().into_iter().map(|slot| slot.name).collect();
    let slots = old.slots();
    app.with_vault(move |vault| {
        // All are there twice before the first is gone: nothing is lost when this breaks off. What
        // an environment variable gives was never kept.
        let held = |slot: &Slot| vault.variable_of(&SecretKey::new(&from, &slot.name)).is_none();
        let slots: Vec<&Slot> = slots.iter().filter(|slot| held(slot)).collect();
        let kept = |slot: &Slot| stays.contains(&slot.name);
        if from != to {
            for slot in slots.iter().filter(|slot| kept(slot)) {
                if let Some(secret) = vault.get(&SecretKey::new(&from, &slot.name))? {
                    vault.set(&SecretKey::new(&to, &slot.name), secret)?;
                }
            }
        }
        for slot in slots.iter().filter(|slot| from != to || !kept(slot)) {
            vault.delete(&SecretKey::new(&from, &slot.name))?;
        }
        Ok(())
    })
    .await
}

pub(crate) async fn load(app: &App, which: &Which) -> Result<ConnectionRow, ApiError> {
    let name = name_of(which);
    app.read(move |store| store.connection(&name)).await
}

/// A connection as it is written down.
pub(crate) fn read_spec(row: &ConnectionRow) -> Result<ConnectionSpec, ApiError> {
    // By way of a value: see `flows::from_json`.
    serde_json::from_str::<serde_json::Value>(&row.spec).and_then(serde_json::from_value).map_err(
        |cause| {
            let ConnectionName { id, environment } = &row.name;
            let words = format!(
                "The connection \"{id}\" ({environment}) cannot be read: {cause}. It may be of a \
                 newer Gantry."
            );
            ApiError::new(Code::Invalid, words)
        },
    )
}

pub(crate) fn name_of(which: &Which) -> ConnectionName {
    ConnectionName { id: which.id.to_string(), environment: which.environment.name().to_owned() }
}

fn taken(which: &Which) -> ApiError {
    let (id, environment) = (&which.id, health::environment_words(which.environment));
    let words =
        format!("There is a connection \"{id}\" in {environment} already: choose another id.");
    ApiError::new(Code::Invalid, words)
}

/// What keeps a connection from being stored at all. What it lacks to work is its health.
fn check(spec: &ConnectionSpec) -> Result<(), ApiError> {
    let refuse = |words: String| Err(ApiError::new(Code::Invalid, words));
    if spec.name.is_empty() {
        return refuse("A connection needs a name.".to_owned());
    }
    let id = spec.id.as_str();
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if id.len() > LONGEST_ID || !id.chars().all(is_good) {
        return refuse(format!(
            "The id \"{id}\" cannot be: it is made of small letters, digits, hyphens, dots and \
             underscores, at most {LONGEST_ID} of them."
        ));
    }
    if !spec.base_url.is_empty() {
        let url = transport::Url::parse(&spec.base_url);
        match url {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                if !url.username().is_empty() || url.password().is_some() {
                    return refuse(
                        "The base URL has a name or password in it, which would be stored and \
                         shown: take it out, and choose \"Basic\" as the sign-in."
                            .to_owned(),
                    );
                }
            }
            _ => {
                return refuse(format!(
                    "The base URL \"{}\" is no address: write it with its scheme, such as \
                     https://api.example.com.",
                    spec.base_url
                ));
            }
        }
    }
    Ok(())
}
