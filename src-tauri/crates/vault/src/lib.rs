//! Secrets: where their values are kept, and the type that cannot be printed. Not who uses them.
//!
//! Three keep them, each in a file of its own: the computer's keyring (`keyring`), a file that a
//! passphrase locks (`file`), and, to read only and asked first, environment variables (`env`).
//! All of it blocks: a keyring may ask the user, and a passphrase takes a second to try. Async code
//! calls it from a thread that may wait.

mod disk;
mod env;
mod file;
mod hold;
mod keyring;
mod options;
mod secret;
mod vault;

pub use env::variable;
pub use hold::Hold;
pub use options::{KeeperKind, VaultOptions, VaultState};
pub use secret::{MASK, Secret};
pub use vault::{SecretKey, Vault, VaultError};
