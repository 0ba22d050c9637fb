//! Keeps secrets in the computer's keyring: Secret Service, macOS Keychain, Windows Credential
//! Manager. Not who chooses it.
//!
//! A locked Secret Service says "no such entry" for every entry. So "none" is believed only while a
//! probe, an entry of our own, can be read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use crate::{Secret, SecretKey, VaultError};

/// What the entries stand under.
const SERVICE: &str = "dev.gantry";

const PROBE: &str = "probe";

/// An entry of Windows holds 2,560 bytes at most (`CRED_MAX_CREDENTIAL_BLOB_SIZE`).
const PIECE_BYTES: usize = if cfg!(windows) { 2_400 } else { 1024 * 1024 };

/// What an entry begins with that says where the pieces of a long secret are.
const PIECES: &str = "gantry:pieces:";

/// So long a secret that was read is known without asking again, which calls do many times a
/// second. Another program may have changed it meanwhile.
const KNOWN_FOR: Duration = Duration::from_secs(10);

/// Keeps secrets in the computer's keyring.
pub(crate) struct Keyring {
    store: Arc<CredentialStore>,
    service: String,
    piece_bytes: usize,
    known: Mutex<HashMap<SecretKey, (Instant, Option<Secret>)>>,
}

impl Keyring {
    /// The computer's keyring, for the data folder with this id.
    ///
    /// # Errors
    /// Why there is none that works, in words.
    pub(crate) fn open(id: &str) -> Result<Self, String> {
        let store = system_store().map_err(|cause| words(&cause))?;
        Self::with(store, id, PIECE_BYTES)
    }

    /// A keyring of this store, if it works.
    pub(crate) fn with(
        store: Arc<CredentialStore>,
        id: &str,
        piece_bytes: usize,
    ) -> Result<Self, String> {
        let service = format!("{SERVICE}.{id}");
        let keyring = Self { store, service, piece_bytes, known: Mutex::default() };
        keyring.probe().map_err(|cause| words(&cause))?;
        Ok(keyring)
    }

    /// What people call it.
    pub(crate) fn name() -> &'static str {
        if cfg!(windows) {
            "Windows Credential Manager"
        } else if cfg!(target_os = "macos") {
            "macOS Keychain"
        } else {
            "Keyring (Secret Service)"
        }
    }

    pub(crate) fn get(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        if let Some((at, secret)) = self.known().get(key)
            && at.elapsed() < KNOWN_FOR
        {
            return Ok(secret.clone());
        }
        let secret = self.read(key)?;
        self.known().insert(key.clone(), (Instant::now(), secret.clone()));
        Ok(secret)
    }

    pub(crate) fn set(&self, key: &SecretKey, secret: &Secret) -> Result<(), VaultError> {
        self.forget(key);
        let done = self.write(key, secret.reveal()).map_err(|cause| unkept(key, &cause));
        // Whoever read while it was written may have the old one.
        self.forget(key);
        done
    }

    pub(crate) fn delete(&self, key: &SecretKey) -> Result<(), VaultError> {
        self.forget(key);
        let done = self.remove(key).map_err(|cause| unkept(key, &cause));
        self.forget(key);
        done
    }

    /// Forgets what was read, so that it is asked for again.
    pub(crate) fn forget(&self, key: &SecretKey) {
        self.known().remove(key);
    }

    fn read(&self, key: &SecretKey) -> Result<Option<Secret>, VaultError> {
        let unread = |cause: &Error| {
            VaultError::Keeper(format!("The secret {key} cannot be read: {}", words(cause)))
        };
        let Some(bytes) = self.entry_bytes(&key.to_string()).map_err(|cause| unread(&cause))?
        else {
            // "None" of a keyring that was locked meanwhile means nothing.
            self.probe().map_err(|cause| unread(&cause))?;
            return Ok(None);
        };
        let bytes = match pieces(&bytes) {
            None => bytes,
            Some((generation, count)) => {
                let mut whole = Zeroizing::new(Vec::new());
                for at in 0..count {
                    let name = piece_name(key, generation, at);
                    let piece = self.entry_bytes(&name).map_err(|cause| unread(&cause))?;
                    whole.extend_from_slice(&piece.ok_or_else(|| {
                        VaultError::Keeper(format!(
                            "The secret {key} cannot be read: a piece of it is missing in the keyring. Enter it anew."
                        ))
                    })?);
                }
                whole
            }
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            VaultError::Keeper(format!(
                "The secret {key} cannot be read: what the keyring holds is no text. Enter it anew."
            ))
        })?;
        Ok(Some(Secret::new(text)))
    }

    /// Pieces first, then the entry that names them: until then the old secret stands whole.
    fn write(&self, key: &SecretKey, text: &str) -> Result<(), Error> {
        let name = key.to_string();
        let old = self.entry_bytes(&name)?;
        if text.len() <= self.piece_bytes && !text.starts_with(PIECES) {
            self.entry(&name)?.set_secret(text.as_bytes())?;
        } else {
            let generation = generation()?;
            let mut count = 0;
            for piece in text.as_bytes().chunks(self.piece_bytes) {
                self.entry(&piece_name(key, &generation, count))?.set_secret(piece)?;
                count += 1;
            }
            let head = format!("{PIECES}{generation}:{count}");
            self.entry(&name)?.set_secret(head.as_bytes())?;
        }
        // They are in nobody's way; the new secret is kept whether or not they go.
        if let Some(old) = old
            && let Err(cause) = self.remove_pieces(key, &old)
        {
            tracing::debug!(cause = %words(&cause), "pieces of an old secret stay in the keyring");
        }
        Ok(())
    }

    fn remove(&self, key: &SecretKey) -> Result<(), Error> {
        let name = key.to_string();
        let Some(old) = self.entry_bytes(&name)? else { return self.probe() };
        self.remove_entry(&name)?;
        self.remove_pieces(key, &old)
    }

    fn remove_pieces(&self, key: &SecretKey, old: &[u8]) -> Result<(), Error> {
        let Some((generation, count)) = pieces(old) else { return Ok(()) };
        for at in 0..count {
            self.remove_entry(&piece_name(key, generation, at))?;
        }
        Ok(())
    }

    fn remove_entry(&self, name: &str) -> Result<(), Error> {
        match self.entry(name)?.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        }
    }

    fn entry_bytes(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match self.entry(name)?.get_secret() {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(cause) => Err(cause),
        }
    }

    fn entry(&self, name: &str) -> Result<Entry, Error> {
        self.store.build(&self.service, name, None)
    }

    /// Reads an entry of our own, or else writes it and reads it again.
    fn probe(&self) -> Result<(), Error> {
        let entry = self.store.build(SERVICE, PROBE, None)?;
        match entry.get_secret() {
            Ok(_) => return Ok(()),
            Err(Error::NoEntry) => {}
            Err(cause) => return Err(cause),
        }
        entry.set_secret(PROBE.as_bytes())?;
        entry.get_secret().map(|_| ())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<SecretKey, (Instant, Option<Secret>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(target_os = "macos")]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// The pieces that an entry names: of which writing, and how many.
fn pieces(bytes: &[u8]) -> Option<(&str, usize)> {
    let (generation, count) =
        std::str::from_utf8(bytes).ok()?.strip_prefix(PIECES)?.split_once(':')?;
    Some((generation, count.parse().ok()?))
}

fn piece_name(key: &SecretKey, generation: &str, at: usize) -> String {
    format!("{key}#{generation}.{at}")
}

/// A name for the pieces of one writing, so that no two of them mix.
fn generation() -> Result<String, Error> {
    let number = getrandom::u64().map_err(|cause| {
        Error::PlatformFailure(format!("no random number could be had ({cause})").into())
    })?;
    Ok(format!("{number:016x}"))
}

fn unkept(key: &SecretKey, cause: &Error) -> VaultError {
    VaultError::Keeper(format!("The secret {key} could not be changed: {}", words(cause)))
}

/// What went wrong, in a sentence with what to do. Never what was read: some errors hold it.
fn words(cause: &Error) -> String {
    match cause {
        Error::PlatformFailure(cause) => format!("the keyring does not answer ({cause})."),
        Error::NoStorageAccess(cause) => format!(
            "the keyring is locked, or does not let Gantry in ({cause}). Unlock it and try again."
        ),
        Error::NoEntry => {
            "the keyring is locked: it does not give back what it was given. Unlock it and try again."
                .to_owned()
        }
        Error::TooLong(_, most) => {
            format!("the keyring takes names of {most} characters at most.")
        }
        Error::Invalid(what, why) => format!("the keyring refuses it ({what}: {why})."),
        Error::NotSupportedByStore(why) => format!("the keyring cannot do it ({why})."),
        Error::Ambiguous(_) => {
            "the keyring has several entries of that name. Remove them there.".to_owned()
        }
        _ => "the keyring gives something that cannot be read.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(store: &Arc<CredentialStore>) -> Keyring {
        Keyring::with(Arc::clone(store), "id", 8).unwrap()
    }

    fn fresh() -> Arc<CredentialStore> {
        keyring_core::mock::Store::new().unwrap()
    }

    #[test]
    fn a_long_secret_is_kept_in_pieces_and_read_whole() {
        let store = fresh();
        let key = SecretKey::new("shop@test", "private_key");
        let long = "-----BEGIN-----\nüüüüüüüüü\n".repeat(20);
        for text in ["", "short", "12345678", "123456789", &long, "gantry:pieces:x:1", "short"] {
            keyring(&store).set(&key, &Secret::new(text)).unwrap();
            assert_eq!(keyring(&store).get(&key).unwrap(), Some(Secret::new(text)));
        }
        keyring(&store).set(&key, &Secret::new(long)).unwrap();
        let head = keyring(&store).entry_bytes(&key.to_string()).unwrap().unwrap();
        let (generation, count) = pieces(&head).unwrap();
        assert!(count > 20);
        keyring(&store).delete(&key).unwrap();
        assert_eq!(keyring(&store).get(&key).unwrap(), None);
        for at in 0..count {
            let piece = keyring(&store).entry_bytes(&piece_name(&key, generation, at)).unwrap();
            assert!(piece.is_none(), "piece {at} stays behind");
        }
    }

    #[test]
    fn until_all_pieces_are_kept_the_old_secret_stands() {
        let store = fresh();
        let key = SecretKey::new("shop@test", "token");
        let keyring = keyring(&store);
        keyring.set(&key, &Secret::new("the old one, in pieces")).unwrap();
        // What a process leaves behind that was killed before it named its pieces.
        keyring.entry(&piece_name(&key, "0", 0)).unwrap().set_secret(b"the new ").unwrap();
        keyring.forget(&key);
        assert_eq!(keyring.get(&key).unwrap(), Some(Secret::new("the old one, in pieces")));
    }

    #[test]
    fn what_was_read_is_known_until_it_is_changed() {
        let store = fresh();
        let key = SecretKey::new("shop@test", "token");
        let keyring = keyring(&store);
        keyring.set(&key, &Secret::new("a")).unwrap();
        assert_eq!(keyring.get(&key).unwrap(), Some(Secret::new("a")));
        keyring.entry(&key.to_string()).unwrap().set_secret(b"b").unwrap();
        assert_eq!(keyring.get(&key).unwrap(), Some(Secret::new("a")));
        keyring.forget(&key);
        assert_eq!(keyring.get(&key).unwrap(), Some(Secret::new("b")));
        keyring.set(&key, &Secret::new("c")).unwrap();
        assert_eq!(keyring.get(&key).unwrap(), Some(Secret::new("c")));
    }

    #[test]
    fn errors_hold_nothing_that_was_read() {
        for cause in [
            Error::BadEncoding(b"canary".to_vec()),
            Error::BadDataFormat(b"canary".to_vec(), "why".into()),
            Error::BadStoreFormat("canary".to_owned()),
        ] {
            assert!(!words(&cause).contains("canary"));
        }
    }
}
