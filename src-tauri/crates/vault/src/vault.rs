//! One door to all secrets, whatever keeps them. Not how each keeper does it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::Secret;

/// Names a secret: whose it is (`shop@production`), and which of theirs (`client_secret`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretKey {
    /// Whose it is.
    pub owner: String,
    /// Which of theirs.
    pub slot: String,
}

impl SecretKey {
    /// Makes a name.
    pub fn new(owner: impl Into<String>, slot: impl Into<String>) -> Self {
        Self { owner: owner.into(), slot: slot.into() }
    }
}

impl fmt::Display for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.slot)
    }
}

/// Why a secret cannot be read or kept. Never says what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It is kept in a file whose passphrase was not given yet.
    #[error("The secrets are locked: give the passphrase.")]
    Locked,
    /// Whoever keeps it did not answer as it should.
    #[error("{0}")]
    Keeper(String),
}

/// Where secrets are kept. Blocking: a keyring may ask the user.
pub struct Vault {
    memory: Mutex<HashMap<SecretKey, Secret>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault that forgets all when it is let go.
    pub fn memory() -> Self {
        Self { memory: Mutex::default() }
    }

    /// The secret of that name, where there is one.
    ///
    /// # Errors
    /// [`VaultError`], where nobody can tell.
    pub fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        Ok(self.held().get(key).cloned())
    }

    /// Keeps a secret in place of what it was. Once this returns, it is on the disk.
    ///
    /// # Errors
    /// [`VaultError`]; then it is as it was before.
    pub fn set(&self, key: &SecretKey, secret: Secret) -> Result<(), VaultError> {
        self.held().insert(key.clone(), secret);
        Ok(())
    }

    /// Lets go of a secret; that there was none is no error.
    ///
    /// # Errors
    /// [`VaultError`]; then it is as it was before.
    pub fn delete(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.held().remove(key);
        Ok(())
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<SecretKey, Secret>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
