//! Keeps secrets in files that a passphrase locks, where there is no keyring. Not who chooses it.
//!
//! Two files in the data folder, both in the format of age (<https://age-encryption.org/v1>):
//! `vault.key.age` is a key, locked with the passphrase, and `vault.age` are the secrets, locked
//! with the key. So the passphrase, which takes a second to try, is tried once in a process, and
//! the secrets are written anew in no time. The program `age` opens both.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use age::secrecy::{ExposeSecret, SecretString};
use age::{scrypt, x25519};
use zeroize::Zeroizing;

use crate::disk::{self, Turn};
use crate::{Secret, SecretKey, VaultError};

const KEY: &str = "vault.key.age";
const SECRETS: &str = "vault.age";

/// The head of a file with one recipient has about 200 bytes.
const HEAD_BYTES: u64 = 256;

/// More work than this is not from us: it would keep the program busy for minutes.
const MOST_WORK: u8 = 22;

/// By owner, then by slot.
type Secrets = BTreeMap<String, BTreeMap<String, Secret>>;

/// Keeps secrets in files that a passphrase locks.
pub(crate) struct FileKeeper {
    folder: PathBuf,
    work: u8,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    passphrase: Option<Secret>,
    /// Whether the passphrase that was given is not the right one.
    is_refused: bool,
    identity: Option<x25519::Identity>,
    secrets: Secrets,
    /// The head of the file that they were read from. No two are alike: age makes a key for each.
    head: Vec<u8>,
}

impl FileKeeper {
    /// Opens nothing yet: a passphrase is tried when the first secret is asked for.
    pub(crate) fn new(folder: PathBuf, passphrase: Option<Secret>, work: u8) -> Self {
        Self { folder, work, held: Mutex::new(Held { passphrase, ..Held::default() }) }
    }

    /// Where the secrets are.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(SECRETS)
    }

    /// Whether a passphrase must be given before anything can be kept.
    pub(crate) fn is_locked(&self) -> bool {
        let held = self.held();
        held.identity.is_none() && (held.passphrase.is_none() || held.is_refused)
    }

    /// Tries a passphrase; without files it becomes theirs.
    pub(crate) fn unlock(&self, passphrase: Secret) -> Result<(), VaultError> {
        if passphrase.reveal().is_empty() {
            return Err(VaultError::Keeper("A passphrase cannot be empty.".to_owned()));
        }
        let mut held = self.held();
        held.identity = None;
        held.is_refused = false;
        held.passphrase = Some(passphrase);
        let turn = Turn::wait(&self.folder).map_err(|cause| self.unwritten(&cause))?;
        self.identity(&mut held, Some(&turn))?;
        self.read(&mut held)
    }

    pub(crate) fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        let mut held = self.held();
        if self.identity(&mut held, None)?.is_none() {
            return Ok(None);
        }
        self.read(&mut held)?;
        Ok(held.secrets.get(&key.owner).and_then(|slots| slots.get(&key.slot)).cloned())
    }

    pub(crate) fn set(&self, key: &SecretKey, secret: Secret) -> Result<(), VaultError> {
        self.change(|secrets| {
            secrets.entry(key.owner.clone()).or_default().insert(key.slot.clone(), secret);
        })
    }

    pub(crate) fn delete(&self, key: &SecretKey) -> Result<(), VaultError> {
        if self.get(key)?.is_none() {
            return Ok(());
        }
        self.change(|secrets| {
            if let Some(slots) = secrets.get_mut(&key.owner) {
                slots.remove(&key.slot);
            }
            secrets.retain(|_, slots| !slots.is_empty());
        })
    }

    /// Changes what stands in the file now, which another process may have changed since.
    fn change(&self, change: impl FnOnce(&mut Secrets)) -> Result<(), VaultError> {
        let mut held = self.held();
        let turn = Turn::wait(&self.folder).map_err(|cause| self.unwritten(&cause))?;
        let recipient =
            self.identity(&mut held, Some(&turn))?.ok_or(VaultError::Locked)?.to_public();
        self.read(&mut held)?;
        let mut secrets = held.secrets.clone();
        change(&mut secrets);
        let locked = age::encrypt(&recipient, &written(&secrets))
            .map_err(|cause| self.unwritten(&io::Error::other(cause)))?;
        disk::replace(&self.folder, SECRETS, &locked, &turn)
            .map_err(|cause| self.unwritten(&cause))?;
        held.secrets = secrets;
        held.head = locked[..locked.len().min(HEAD_BYTES as usize)].to_vec();
        Ok(())
    }

    /// The key, where there is one. With the turn to write one is made.
    fn identity<'a>(
        &self,
        held: &'a mut Held,
        turn: Option<&Turn>,
    ) -> Result<Option<&'a x25519::Identity>, VaultError> {
        if held.identity.is_some() {
            return Ok(held.identity.as_ref());
        }
        let path = self.folder.join(KEY);
        let locked = match fs::read(&path) {
            Ok(locked) => Some(locked),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(unread(&path, &cause)),
        };
        if locked.is_none() && turn.is_none() {
            // Nothing was ever kept, which needs no passphrase to tell.
            return Ok(None);
        }
        if held.is_refused {
            return Err(VaultError::WrongPassphrase);
        }
        let passphrase = held.passphrase.as_ref().ok_or(VaultError::Locked)?;
        let identity = match (locked, turn) {
            (Some(locked), _) => match opened(&locked, passphrase, &path) {
                Err(VaultError::WrongPassphrase) => {
                    held.is_refused = true;
                    return Err(VaultError::WrongPassphrase);
                }
                other => other?,
            },
            (None, Some(turn)) => {
                let identity = x25519::Identity::generate();
                let locked = locked_with(&identity, passphrase, self.work)
                    .map_err(|cause| self.unwritten(&io::Error::other(cause)))?;
                disk::replace(&self.folder, KEY, &locked, turn)
                    .map_err(|cause| self.unwritten(&cause))?;
                identity
            }
            (None, None) => return Ok(None),
        };
        held.passphrase = None;
        Ok(Some(held.identity.insert(identity)))
    }

    /// Reads the secrets, unless they are known as they stand in the file.
    fn read(&self, held: &mut Held) -> Result<(), VaultError> {
        let path = self.path();
        let mut file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                held.secrets.clear();
                held.head.clear();
                return Ok(());
            }
            Err(cause) => return Err(unread(&path, &cause)),
        };
        let mut locked = Vec::new();
        file.by_ref()
            .take(HEAD_BYTES)
            .read_to_end(&mut locked)
            .map_err(|cause| unread(&path, &cause))?;
        if held.head == locked {
            return Ok(());
        }
        let head = locked.clone();
        file.read_to_end(&mut locked).map_err(|cause| unread(&path, &cause))?;
        let Some(identity) = &held.identity else { return Err(VaultError::Locked) };
        let plain = Zeroizing::new(age::decrypt(identity, &locked).map_err(|_| damaged(&path))?);
        let texts: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_slice(&plain).map_err(|_| damaged(&path))?;
        let secrets = |slots: BTreeMap<String, String>| {
            slots.into_iter().map(|(slot, text)| (slot, Secret::new(text))).collect()
        };
        held.secrets = texts.into_iter().map(|(owner, slots)| (owner, secrets(slots))).collect();
        held.head = head;
        Ok(())
    }

    fn unwritten(&self, cause: &io::Error) -> VaultError {
        VaultError::Keeper(format!(
            "The secret could not be kept: {} cannot be written ({cause}). Nothing was changed.",
            self.path().display()
        ))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn opened(locked: &[u8], passphrase: &Secret, path: &Path) -> Result<x25519::Identity, VaultError> {
    let mut with = scrypt::Identity::new(SecretString::from(passphrase.reveal().to_owned()));
    with.set_max_work_factor(MOST_WORK);
    let plain = age::decrypt(&with, locked).map_err(|cause| match cause {
        age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed
        | age::DecryptError::NoMatchingKeys => VaultError::WrongPassphrase,
        _ => damaged(path),
    })?;
    let plain = Zeroizing::new(plain);
    let text = std::str::from_utf8(&plain).map_err(|_| damaged(path))?;
    text.trim().parse().map_err(|_| damaged(path))
}

fn locked_with(
    identity: &x25519::Identity,
    passphrase: &Secret,
    work: u8,
) -> Result<Vec<u8>, age::EncryptError> {
    let mut with = scrypt::Recipient::new(SecretString::from(passphrase.reveal().to_owned()));
    with.set_work_factor(work);
    age::encrypt(&with, identity.to_string().expose_secret().as_bytes())
}

fn written(secrets: &Secrets) -> Zeroizing<Vec<u8>> {
    let texts: BTreeMap<&str, BTreeMap<&str, &str>> = secrets
        .iter()
        .map(|(owner, slots)| {
            let slots = slots.iter().map(|(slot, secret)| (slot.as_str(), secret.reveal()));
            (owner.as_str(), slots.collect())
        })
        .collect();
    Zeroizing::new(serde_json::to_vec(&texts).expect("texts under names are always JSON"))
}

fn unread(path: &Path, cause: &io::Error) -> VaultError {
    VaultError::Keeper(format!("The secrets cannot be read: {} ({cause}).", path.display()))
}

fn damaged(path: &Path) -> VaultError {
    VaultError::Keeper(format!(
        "The secrets cannot be read: {} is damaged, or was locked with another key. Put back a copy of both vault.key.age and vault.age, or move them away and enter the secrets anew.",
        path.display()
    ))
}
