//! The door to the vault: how it stands, and its passphrase. A secret comes in here and never goes
//! out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use vault::{KeeperKind, Secret, Vault, VaultError, VaultOptions};

use crate::App;
use crate::settings::Nothing;
use crate::types::{ApiError, Code, UiEvent};

/// A secret as a user gave it. It can be read from JSON, and neither written nor printed; what is
/// not a text is refused without being told.
#[derive(Clone)]
pub struct GivenSecret(pub(crate) Secret);

impl fmt::Debug for GivenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for GivenSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own error would tell what it found in place of a text.
        match serde_json::Value::deserialize(deserializer) {
            Ok(serde_json::Value::String(text)) => Ok(Self(Secret::new(text))),
            _ => Err(serde::de::Error::custom("a secret is a text")),
        }
    }
}

impl From<Secret> for GivenSecret {
    fn from(secret: Secret) -> Self {
        Self(secret)
    }
}

/// A passphrase.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct Passphrase {
    /// The passphrase.
    #[ts(type = "string")]
    pub passphrase: GivenSecret,
}

/// How the vault stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VaultState {
    /// Who keeps the secrets.
    pub keeper: Keeper,
    /// Whether nothing can be read or kept until it is unlocked.
    pub locked: bool,
    /// What people call who keeps them; where it is locked, with what to do.
    pub name: String,
}

/// Who keeps the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// The keyring of the operating system.
    Keyring,
    /// A file that is encrypted with a passphrase.
    File,
    /// Nobody: they are gone with the program.
    Memory,
}

/// How the vault stands.
pub async fn state(app: &App, _: Nothing) -> Result<VaultState, ApiError> {
    let state = app.with_vault(Vault::state).await?;
    let keeper = match state.keeper {
        KeeperKind::Keyring => Keeper::Keyring,
        KeeperKind::File => Keeper::File,
        KeeperKind::Memory => Keeper::Memory,
    };
    Ok(VaultState { keeper, locked: state.locked, name: state.name })
}

/// Gives the vault its passphrase; the first one for a data folder becomes its own.
pub async fn unlock(app: &App, given: Passphrase) -> Result<VaultState, ApiError> {
    app.with_vault(move |vault| vault.unlock(given.passphrase.0)).await?;
    // How every connection stands can be told by now.
    app.hub.tell([UiEvent::Resync]);
    state(app, Nothing {}).await
}

/// Opens the vault of a data folder; nobody is asked for anything yet.
pub(crate) fn open(data_dir: &Path) -> Result<Arc<Vault>, ApiError> {
    let options = VaultOptions::from_env(data_dir).map_err(|error| refused(&error))?;
    Ok(Arc::new(Vault::open(options)))
}

impl App {
    /// Asks the vault off the threads that serve: a keyring may ask the user.
    pub(crate) async fn with_vault<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let vault = Arc::clone(&self.vault);
        match tokio::task::spawn_blocking(move || ask(&vault)).await {
            Ok(answer) => answer.map_err(|error| refused(&error)),
            Err(panic) => Err(ApiError::internal(panic)),
        }
    }
}

/// A refusal of the vault, for the user.
fn refused(error: &VaultError) -> ApiError {
    let code = match error {
        VaultError::Locked => Code::Locked,
        VaultError::WrongPassphrase => Code::Invalid,
        VaultError::Keeper(_) => Code::Storage,
    };
    ApiError::new(code, error.to_string())
}
