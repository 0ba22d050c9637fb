//! What the engine is given to work with. Not what it does with it.

use std::path::PathBuf;

/// Folders and systems that nodes reach through their context.
#[derive(Debug, Clone)]
pub struct Services {
    /// Where relative paths in flows begin.
    pub base_dir: PathBuf,
    /// Where files go that are needed during a run only.
    pub temp_dir: PathBuf,
}

impl Default for Services {
    fn default() -> Self {
        Self { base_dir: PathBuf::from("."), temp_dir: std::env::temp_dir() }
    }
}
