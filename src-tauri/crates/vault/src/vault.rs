//! One door to all secrets, whoever keeps them, and the choice of who does. Not how each does it.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::disk::{self, Turn};
use crate::env;
use crate::file::FileKeeper;
use crate::hold::{Hold, Holds};
use crate::keyring::Keyring;
use crate::options::{KeeperKind, VaultOptions, VaultState};
use crate::secret::Secret;

/// The file in the data folder that says who keeps its secrets.
const NOTE: &str = "vault.json";

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
    /// The passphrase that was given does not open the file.
    #[error(
        "The passphrase is not the one that the secrets were locked with. They stay as they are: try another."
    )]
    WrongPassphrase,
    /// Whoever keeps it did not answer as it should.
    #[error("{0}")]
    Keeper(String),
}

/// Where secrets are kept. Blocking: a keyring may ask the user, and the first secret that a
/// passphrase locks takes a second.
///
/// Who keeps them is chosen when the first one is asked for, so that a program which needs none
/// disturbs nobody.
pub struct Vault {
    variables: HashMap<String, Secret>,
    keeper: Mutex<Option<Arc<Keeper>>>,
    options: Option<VaultOptions>,
    holds: Arc<Holds>,
}

enum Keeper {
    Memory(Mutex<HashMap<SecretKey, Secret>>),
    Keyring(Keyring),
    File(FileKeeper),
    /// The keyring that has the secrets of this data folder does not work; why, in words.
    Away(String),
}

/// Who keeps the secrets of a data folder. Written with the first secret, so that they are looked
/// for where they are, even when another keeper would be chosen today.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    /// Tells the entries of this data folder from those of others in the same keyring.
    id: String,
    keeper: KeeperKind,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault that forgets all when it is let go.
    pub fn memory() -> Self {
        let keeper = Arc::new(Keeper::Memory(Mutex::default()));
        Self {
            variables: HashMap::new(),
            keeper: Mutex::new(Some(keeper)),
            options: None,
            holds: Arc::default(),
        }
    }

    /// The vault of a data folder. Asks nobody yet.
    pub fn open(options: VaultOptions) -> Self {
        Self {
            variables: options.variables.clone(),
            keeper: Mutex::new(None),
            options: Some(options),
            holds: Arc::default(),
        }
    }

    /// The secret of that name, where there is one. The environment's comes first.
    ///
    /// # Errors
    /// [`VaultError`], where nobody can tell.
    pub fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        if let Some(secret) = self.variables.get(&env::variable(key)) {
            return Ok(Some(secret.clone()));
        }
        match &*self.keeper()? {
            Keeper::Memory(held) => Ok(lock(held).get(key).cloned()),
            Keeper::Keyring(keyring) => keyring.get(key),
            Keeper::File(file) => file.get(key),
            Keeper::Away(why) => Err(VaultError::Keeper(why.clone())),
        }
    }

    /// As [`Vault::get`], but never from memory: what another process has kept since is seen.
    ///
    /// # Errors
    /// [`VaultError`], where nobody can tell.
    pub fn read_again(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        if let Keeper::Keyring(keyring) = &*self.keeper()? {
            keyring.forget(key);
        }
        self.get(key)
    }

    /// Waits until nobody else, here or in another process with this data folder, gets something
    /// new for this owner, and keeps them waiting as long as it is held. Who has waited reads again
    /// before using what was read earlier.
    pub fn hold(&self, owner: &str) -> Hold {
        let kept_there = |options: &&VaultOptions| options.keeper != Some(KeeperKind::Memory);
        let options = self.options.as_ref().filter(kept_there);
        self.holds.wait(owner, options.map(|options| options.folder.as_path()))
    }

    /// Whether there is a secret of that name.
    ///
    /// # Errors
    /// [`VaultError`], where nobody can tell.
    pub fn has(&self, key: &SecretKey) -> Result<bool, VaultError> {
        Ok(self.get(key)?.is_some())
    }

    /// The environment variable that gives a secret, where one does.
    pub fn variable_of(&self, key: &SecretKey) -> Option<String> {
        Some(env::variable(key)).filter(|name| self.variables.contains_key(name))
    }

    /// Keeps a secret in place of what it was. Once this returns, it is on the disk.
    ///
    /// # Errors
    /// [`VaultError`]; then it is as it was before.
    pub fn set(&self, key: &SecretKey, secret: Secret) -> Result<(), VaultError> {
        self.refuse_of_environment(key)?;
        // Chosen before it is noted, so that what is noted is what works.
        self.keeper()?;
        self.settle()?;
        match &*self.keeper()? {
            Keeper::Memory(held) => {
                lock(held).insert(key.clone(), secret);
                Ok(())
            }
            Keeper::Keyring(keyring) => keyring.set(key, &secret),
            Keeper::File(file) => file.set(key, secret),
            Keeper::Away(why) => Err(VaultError::Keeper(why.clone())),
        }
    }

    /// Lets go of a secret; that there was none is no error.
    ///
    /// # Errors
    /// [`VaultError`]; then it is as it was before.
    pub fn delete(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.refuse_of_environment(key)?;
        match &*self.keeper()? {
            Keeper::Memory(held) => {
                lock(held).remove(key);
                Ok(())
            }
            Keeper::Keyring(keyring) => keyring.delete(key),
            Keeper::File(file) => file.delete(key),
            Keeper::Away(why) => Err(VaultError::Keeper(why.clone())),
        }
    }

    /// Who keeps the secrets, and whether they can be read now.
    ///
    /// # Errors
    /// [`VaultError`], where the data folder cannot be read.
    pub fn state(&self) -> Result<VaultState, VaultError> {
        let state = |keeper, locked, name: String| VaultState { keeper, locked, name };
        Ok(match &*self.keeper()? {
            Keeper::Memory(_) => state(KeeperKind::Memory, false, "Memory".to_owned()),
            Keeper::Keyring(_) => state(KeeperKind::Keyring, false, Keyring::name().to_owned()),
            Keeper::File(file) => {
                let name = format!("Encrypted file {}", file.path().display());
                state(KeeperKind::File, file.is_locked(), name)
            }
            Keeper::Away(why) => {
                state(KeeperKind::Keyring, true, format!("{}: {why}", Keyring::name()))
            }
        })
    }

    /// Opens the file of secrets; the first passphrase for a data folder becomes its own. A keyring
    /// is asked once more whether it lets us in.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], and whatever keeps it from being opened.
    pub fn unlock(&self, passphrase: Secret) -> Result<(), VaultError> {
        match &*self.keeper()? {
            Keeper::Away(_) => *self.chosen() = None,
            Keeper::File(_) => self.settle()?,
            Keeper::Memory(_) | Keeper::Keyring(_) => {}
        }
        match &*self.keeper()? {
            Keeper::File(file) => file.unlock(passphrase),
            Keeper::Away(why) => Err(VaultError::Keeper(why.clone())),
            Keeper::Memory(_) | Keeper::Keyring(_) => Ok(()),
        }
    }

    fn refuse_of_environment(&self, key: &SecretKey) -> Result<(), VaultError> {
        match self.variable_of(key) {
            None => Ok(()),
            Some(name) => Err(VaultError::Keeper(format!(
                "The secret {key} is given by the environment variable {name}, so it cannot be changed here. Change it there, or take the variable away."
            ))),
        }
    }

    fn keeper(&self) -> Result<Arc<Keeper>, VaultError> {
        let mut chosen = self.chosen();
        if let Some(keeper) = &*chosen {
            return Ok(Arc::clone(keeper));
        }
        let options = self.options.as_ref().ok_or(VaultError::Locked)?;
        let keeper = Arc::new(choose(options, read_note(&options.folder)?.as_ref()));
        *chosen = Some(Arc::clone(&keeper));
        Ok(keeper)
    }

    /// Notes who keeps the secrets of the data folder, before the first is kept. Where another
    /// process did so first, its choice holds.
    fn settle(&self) -> Result<(), VaultError> {
        let Some(options) = &self.options else { return Ok(()) };
        if options.keeper == Some(KeeperKind::Memory) || read_note(&options.folder)?.is_some() {
            return Ok(());
        }
        let unwritten = |cause: io::Error| {
            VaultError::Keeper(format!(
                "The secret could not be kept: {} cannot be written ({cause}). Nothing was changed.",
                options.folder.join(NOTE).display()
            ))
        };
        let turn = Turn::wait(&options.folder).map_err(unwritten)?;
        let mut chosen = self.chosen();
        let keeper = if let Some(note) = read_note(&options.folder)? {
            note.keeper
        } else {
            let keeper = match (options.keeper, chosen.as_deref()) {
                (Some(kind), _) => kind,
                (None, Some(Keeper::Keyring(_))) => KeeperKind::Keyring,
                (None, _) => KeeperKind::File,
            };
            let text = serde_json::to_vec_pretty(&Note { id: new_id()?, keeper })
                .expect("two texts are always JSON");
            disk::replace(&options.folder, NOTE, &text, &turn).map_err(unwritten)?;
            keeper
        };
        // An entry in a keyring stands under the id, which was not known when it was chosen.
        if keeper == KeeperKind::Keyring || !matches!(chosen.as_deref(), Some(Keeper::File(_))) {
            *chosen = None;
        }
        Ok(())
    }

    fn chosen(&self) -> MutexGuard<'_, Option<Arc<Keeper>>> {
        lock(&self.keeper)
    }
}

/// Chooses who keeps the secrets: who was asked for, who kept them so far, the keyring if it works,
/// else the file.
fn choose(options: &VaultOptions, note: Option<&Note>) -> Keeper {
    let file = || {
        Keeper::File(FileKeeper::new(
            options.folder.clone(),
            options.passphrase.clone(),
            options.work,
        ))
    };
    // Without a note nothing was kept, so no entry is ever read under this id.
    let id = note.map_or("new", |note| &note.id);
    match options.keeper.or(note.map(|note| note.keeper)) {
        Some(KeeperKind::File) => file(),
        Some(KeeperKind::Memory) => Keeper::Memory(Mutex::default()),
        Some(KeeperKind::Keyring) => match Keyring::open(id) {
            Ok(keyring) => Keeper::Keyring(keyring),
            Err(why) => Keeper::Away(format!(
                "The secrets are in this computer's keyring, but {why} GANTRY_VAULT=file keeps new ones in a file with a passphrase instead."
            )),
        },
        None => match Keyring::open(id) {
            Ok(keyring) => Keeper::Keyring(keyring),
            Err(why) => {
                tracing::debug!(%why, "no keyring; secrets go to a file with a passphrase");
                file()
            }
        },
    }
}

fn read_note(folder: &Path) -> Result<Option<Note>, VaultError> {
    let path = folder.join(NOTE);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => {
            return Err(VaultError::Keeper(format!(
                "Where the secrets are cannot be read: {} ({cause}).",
                path.display()
            )));
        }
    };
    serde_json::from_slice(&text).map(Some).map_err(|cause| {
        VaultError::Keeper(format!(
            "Where the secrets are cannot be read: {} is damaged ({cause}). Put back a copy of it.",
            path.display()
        ))
    })
}

fn new_id() -> Result<String, VaultError> {
    let number = getrandom::u64().map_err(|cause| {
        VaultError::Keeper(format!(
            "The secret could not be kept: no random number could be had ({cause})."
        ))
    })?;
    Ok(format!("{number:016x}"))
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
