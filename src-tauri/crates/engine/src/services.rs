//! What the engine is given to work with. Not what it does with it.

use std::path::PathBuf;
use std::sync::Arc;

use transport::Transport;

use crate::called::{Flows, NoFlows};
use crate::marks::{Marks, MemoryMarks};
use crate::state::{MemoryState, State};
use crate::tables::{MemoryTables, Tables};

/// Folders and systems that nodes reach through their context.
#[derive(Debug, Clone)]
pub struct Services {
    /// Where relative paths in flows begin.
    pub base_dir: PathBuf,
    /// Where files go that are needed during a run only.
    pub temp_dir: PathBuf,
    /// The way to every system; one for the whole process, so that connections are used again.
    pub transport: Arc<Transport>,
    /// The local tables that flows look things up in.
    pub tables: Arc<dyn Tables>,
    /// What flows remember from run to run.
    pub state: Arc<dyn State>,
    /// What runs have seen, by which later ones tell items that came before.
    pub marks: Arc<dyn Marks>,
    /// The other flows, for those that call them.
    pub flows: Arc<dyn Flows>,
}

impl Default for Services {
    fn default() -> Self {
        Self {
            base_dir: PathBuf::from("."),
            temp_dir: std::env::temp_dir(),
            transport: Arc::new(Transport::default()),
            tables: Arc::new(MemoryTables::default()),
            state: Arc::new(MemoryState::default()),
            marks: Arc::new(MemoryMarks::default()),
            flows: Arc::new(NoFlows),
        }
    }
}

impl Services {
    /// A path as flows write it: relative ones begin at the base folder.
    pub fn path(&self, text: &str) -> PathBuf {
        self.base_dir.join(text.trim())
    }
}
