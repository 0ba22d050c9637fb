//! What the program is, what there is to build from, and what the user chose.

use std::collections::BTreeMap;

use flow::catalogue::NodeInfo;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

use crate::App;
use crate::connections::ENVIRONMENT;
use crate::turns::RUNS_AT_ONCE;
use crate::types::{ApiError, AppInfo, UiEvent};

/// A command that takes nothing.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// A setting with its new value.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Its value.
    #[ts(type = "unknown")]
    pub value: Json,
}

/// All settings.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Settings(#[ts(type = "Record<string, unknown>")] pub BTreeMap<String, Json>);

/// What the program is and where it runs.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn info(app: &App, _: Nothing) -> Result<AppInfo, ApiError> {
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_dir: app.data_dir.display().to_string(),
        opened_at: app.opened_at(),
        sandbox: app.sandbox_started(),
        hooks: app.hooks_url(),
        open: app.first_shown(),
    })
}

/// All node types, in the order of the palette.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn catalogue(app: &App, _: Nothing) -> Result<Vec<NodeInfo>, ApiError> {
    Ok(app.catalogue.iter().map(|node| node.info.clone()).collect())
}

/// All settings, by key.
pub async fn get(app: &App, _: Nothing) -> Result<Settings, ApiError> {
    let texts = app.read(store::Store::settings).await?;
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Json::Null);
    Ok(Settings(texts.into_iter().map(|(key, text)| (key, read(&text))).collect()))
}

/// Sets one.
pub async fn set(app: &App, setting: Setting) -> Result<(), ApiError> {
    app.store.set_setting(&setting.key, &setting.value.to_string()).await?;
    // The environment may be another one now.
    app.prepared.forget_all();
    if setting.key == RUNS_AT_ONCE {
        app.turns.set_at_once(&setting.value);
    }
    if setting.key == ENVIRONMENT {
        // What a flow lacks, and whose systems it writes to, is another thing now.
        app.hub.tell([UiEvent::Resync]);
    }
    Ok(())
}
