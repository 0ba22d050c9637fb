//! The secrets of one connection, as its calls need them: read from the vault once, off the threads
//! that calls run on. Not where they are kept: see `vault`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use vault::{Hold, Secret, SecretKey, Vault, VaultError};

use crate::error::Kind;
use crate::spec::ConnectionSpec;

/// What stands for a secret where nothing leaves the machine and none is needed.
pub(crate) const PLACEHOLDER: &str = "placeholder-not-a-secret";

/// The secrets of one connection that were read so far.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    read: Mutex<HashMap<String, Secret>>,
}

/// Whether a call can do without a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Need {
    /// The call leaves the machine.
    #[default]
    Real,
    /// The call is met by a cassette or a mock: a placeholder stands for what is missing.
    Placeholder,
}

impl Secrets {
    /// A secret that the connection cannot do without.
    ///
    /// # Errors
    /// [`Kind::SignIn`], where it is missing or cannot be read.
    pub(crate) async fn get(
        &self,
        spec: &ConnectionSpec,
        vault: &Arc<Vault>,
        slot: &str,
        need: Need,
    ) -> Result<Secret, Kind> {
        match (self.find(spec, vault, slot).await, need) {
            (Ok(Some(secret)), _) => Ok(secret),
            (_, Need::Placeholder) => Ok(Secret::new(PLACEHOLDER)),
            (Ok(None), Need::Real) => Err(Kind::SignIn(missing(spec, slot))),
            (Err(kind), Need::Real) => Err(kind),
        }
    }

    /// A secret, where the connection has it.
    ///
    /// # Errors
    /// [`Kind::SignIn`], where nobody can tell.
    pub(crate) async fn find(
        &self,
        spec: &ConnectionSpec,
        vault: &Arc<Vault>,
        slot: &str,
    ) -> Result<Option<Secret>, Kind> {
        if let Some(secret) = self.held().get(slot) {
            return Ok(Some(secret.clone()));
        }
        let found = read(spec, vault, slot).await?;
        if let Some(secret) = &found {
            self.held().insert(slot.to_owned(), secret.clone());
        }
        Ok(found)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<String, Secret>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a slot from the vault itself, past what was read before.
///
/// # Errors
/// [`Kind::SignIn`], where nobody can tell.
pub(crate) async fn read(
    spec: &ConnectionSpec,
    vault: &Arc<Vault>,
    slot: &str,
) -> Result<Option<Secret>, Kind> {
    let (vault, key) = (Arc::clone(vault), SecretKey::new(spec.owner(), slot));
    let found = tokio::task::spawn_blocking(move || vault.read_again(&key)).await;
    let error = match found {
        Ok(Ok(found)) => return Ok(found.filter(|secret| !secret.reveal().is_empty())),
        Ok(Err(error)) => error,
        Err(_) => VaultError::Keeper("Reading the secret was broken off.".to_owned()),
    };
    Err(unreadable(spec, &error))
}

/// Keeps a slot in the vault; once this returns, it is on the disk.
///
/// # Errors
/// [`Kind::SignIn`], where it could not be kept.
pub(crate) async fn keep(
    spec: &ConnectionSpec,
    vault: &Arc<Vault>,
    slot: &str,
    secret: Secret,
) -> Result<(), Kind> {
    let (vault, key) = (Arc::clone(vault), SecretKey::new(spec.owner(), slot));
    let kept = tokio::task::spawn_blocking(move || vault.set(&key, secret)).await;
    let error = match kept {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error,
        Err(_) => VaultError::Keeper("Writing the secret was broken off.".to_owned()),
    };
    Err(Kind::SignIn(format!(
        "The new tokens of the connection {} could not be kept. {error}",
        called(spec)
    )))
}

/// Waits until nobody else, in this process or another, renews what this connection was given.
pub(crate) async fn hold(spec: &ConnectionSpec, vault: &Arc<Vault>) -> Option<Hold> {
    let (vault, owner) = (Arc::clone(vault), spec.owner());
    // Without it they only do the same twice, and the vault has what came last.
    tokio::task::spawn_blocking(move || vault.hold(&owner)).await.ok()
}

/// The connection as people call it, with its environment.
pub(crate) fn called(spec: &ConnectionSpec) -> String {
    format!("\"{}\" ({})", spec.name, spec.environment.name())
}

fn missing(spec: &ConnectionSpec, slot: &str) -> String {
    let label = spec.slots().into_iter().find(|known| known.name == slot).map(|known| known.label);
    let label = label.unwrap_or_else(|| slot.to_owned()).to_lowercase();
    format!(
        "The connection {} has no {label} yet: set it under Connections, or with `gantry secrets \
         set {} {slot}`.",
        called(spec),
        spec.owner()
    )
}

fn unreadable(spec: &ConnectionSpec, error: &VaultError) -> Kind {
    Kind::SignIn(format!(
        "The secrets of the connection {} could not be read. {error}",
        called(spec)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::AuthSpec;

    #[tokio::test]
    async fn a_missing_secret_is_told_with_its_connection_and_where_to_set_it() {
        let spec = ConnectionSpec { auth: AuthSpec::Bearer, ..ConnectionSpec::new("shop", "") };
        let vault = Arc::new(Vault::memory());
        let secrets = Secrets::default();
        let Err(Kind::SignIn(said)) = secrets.get(&spec, &vault, "token", Need::Real).await else {
            panic!("it is missing");
        };
        assert_eq!(
            said,
            "The connection \"shop\" (dev) has no token yet: set it under Connections, or with \
             `gantry secrets set shop@dev token`."
        );
        let stands_in = secrets.get(&spec, &vault, "token", Need::Placeholder).await.unwrap();
        assert_eq!(stands_in.reveal(), PLACEHOLDER);
        vault.set(&SecretKey::new("shop@dev", "token"), Secret::new("t")).unwrap();
        assert_eq!(secrets.get(&spec, &vault, "token", Need::Real).await.unwrap().reveal(), "t");
    }
}
