//! How a vault is opened, and what it says of itself. Not the vault.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Secret, VaultError, env};

/// Who keeps secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeeperKind {
    /// The computer's keyring.
    Keyring,
    /// A file that a passphrase locks.
    File,
    /// Nobody, beyond the life of the program.
    Memory,
}

/// What a vault says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VaultState {
    /// Who keeps the secrets.
    pub keeper: KeeperKind,
    /// Whether nothing can be read or kept until it is unlocked.
    pub locked: bool,
    /// What people call who keeps them; where it is locked, with what to do.
    pub name: String,
}

/// How a vault is opened.
#[derive(Clone)]
pub struct VaultOptions {
    /// The data folder: the file is there, and the note of who keeps its secrets.
    pub folder: PathBuf,
    /// Who shall keep them; else who kept them so far, else the keyring where there is one.
    pub keeper: Option<KeeperKind>,
    /// The passphrase of the file; else it waits for [`Vault::unlock`](crate::Vault::unlock).
    pub passphrase: Option<Secret>,
    /// Secrets by the name of their environment variable, see [`variable`](crate::variable).
    pub variables: HashMap<String, Secret>,
    /// How much work a passphrase is to try, as a power of two. 18 takes about a second.
    pub work: u8,
}

impl fmt::Debug for VaultOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultOptions")
            .field("folder", &self.folder)
            .field("keeper", &self.keeper)
            .finish_non_exhaustive()
    }
}

impl VaultOptions {
    /// A vault for a data folder that asks no environment variable.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            keeper: None,
            passphrase: None,
            variables: HashMap::new(),
            work: 18,
        }
    }

    /// A vault for a data folder, as the environment wants it: `GANTRY_VAULT` is `keyring` or
    /// `file`, `GANTRY_PASSPHRASE_FILE` names a file with the passphrase, `GANTRY_PASSPHRASE` is
    /// it, and `GANTRY_SECRET_…` are secrets.
    ///
    /// # Errors
    /// [`VaultError::Keeper`] where one of them makes no sense.
    pub fn from_env(folder: impl Into<PathBuf>) -> Result<Self, VaultError> {
        let texts = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::read(folder.into(), texts.collect())
    }

    fn read(folder: PathBuf, variables: HashMap<String, String>) -> Result<Self, VaultError> {
        let given = |name: &str| variables.get(name).filter(|text| !text.is_empty());
        let keeper = match given("GANTRY_VAULT").map(String::as_str) {
            None => None,
            Some("keyring") => Some(KeeperKind::Keyring),
            Some("file") => Some(KeeperKind::File),
            Some(_) => {
                return Err(VaultError::Keeper(
                    "GANTRY_VAULT says who keeps the secrets: \"keyring\" or \"file\".".to_owned(),
                ));
            }
        };
        let passphrase = match given("GANTRY_PASSPHRASE_FILE") {
            Some(path) => Some(read_passphrase(path)?),
            None => given("GANTRY_PASSPHRASE").map(Secret::new),
        };
        let variables = env::secrets(variables.into_iter());
        Ok(Self { keeper, passphrase, variables, ..Self::new(folder) })
    }
}

/// The first line's end, which editors write, is no part of a passphrase.
fn read_passphrase(path: &str) -> Result<Secret, VaultError> {
    let text = std::fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(|cause| {
        VaultError::Keeper(format!(
            "The passphrase cannot be read from {path}, which GANTRY_PASSPHRASE_FILE names: {cause}."
        ))
    })?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<VaultOptions, VaultError> {
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        VaultOptions::read("folder".into(), variables.collect())
    }

    #[test]
    fn the_environment_says_who_keeps_the_secrets() {
        assert_eq!(read(&[]).unwrap().keeper, None);
        assert_eq!(read(&[("GANTRY_VAULT", "file")]).unwrap().keeper, Some(KeeperKind::File));
        assert_eq!(read(&[("GANTRY_VAULT", "keyring")]).unwrap().keeper, Some(KeeperKind::Keyring));
        let refused = read(&[("GANTRY_VAULT", "disk")]).unwrap_err().to_string();
        assert!(refused.contains("\"keyring\" or \"file\""), "{refused}");
    }

    #[test]
    fn a_passphrase_comes_from_a_file_or_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        std::fs::write(&path, "from a file\r\n").unwrap();
        let path = path.to_str().unwrap();
        let both =
            [("GANTRY_PASSPHRASE_FILE", path), ("GANTRY_PASSPHRASE", "from the environment")];
        let passphrase = |variables| read(variables).unwrap().passphrase;
        assert_eq!(passphrase(&both), Some(Secret::new("from a file")));
        assert_eq!(passphrase(&both[1..]), Some(Secret::new("from the environment")));
        let refused = read(&[("GANTRY_PASSPHRASE_FILE", "/nowhere")]).unwrap_err().to_string();
        assert!(refused.contains("/nowhere"), "{refused}");
    }
}
