//! The door to the vault: how it stands, and its passphrase. A secret comes in here and never goes
//! out.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use vault::{Secret, Vault, VaultError};

use crate::App;
use crate::settings::Nothing;
use crate::types::{ApiError, Code};

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
    /// Whether it wants its passphrase first.
    pub locked: bool,
    /// What people call it: `GNOME Keyring`, a file's path.
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
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn state(app: &App, _: Nothing) -> Result<VaultState, ApiError> {
    Ok(state_of(&app.vault))
}

/// Gives the vault its passphrase.
pub async fn unlock(app: &App, _given: Passphrase) -> Result<VaultState, ApiError> {
    Ok(state_of(&app.vault))
}

fn state_of(_vault: &Vault) -> VaultState {
    VaultState {
        keeper: Keeper::Memory,
        locked: false,
        name: "the memory of this program".to_owned(),
    }
}

/// Opens the vault of a data folder.
pub(crate) fn open(_data_dir: &Path) -> Result<Arc<Vault>, ApiError> {
    Ok(Arc::new(Vault::memory()))
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
pub(crate) fn refused(error: &VaultError) -> ApiError {
    let code = match error {
        VaultError::Locked | VaultError::WrongPassphrase => Code::Locked,
        VaultError::Keeper(_) => Code::Storage,
    };
    ApiError::new(code, error.to_string())
}
