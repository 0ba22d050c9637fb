//! Secrets: where their values are kept, and the type that cannot be printed. Not who uses them.

mod secret;
mod vault;

pub use secret::{MASK, Secret};
pub use vault::{SecretKey, Vault, VaultError};
