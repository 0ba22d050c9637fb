//! Local tables that flows look things up in, by name. The engine reads them; `store` keeps them
//! for the app, [`MemoryTables`] for the command line's tests. Not how they are looked up in.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use data::Value;
use flow::run::ErrorClass;

use crate::step::{StepError, StepResult};

/// Where the named tables are.
pub trait Tables: fmt::Debug + Send + Sync {
    /// The table of that name as it stands now; none where there is no such table.
    ///
    /// A table that has not changed is the same `Arc` as before, so that what was made of it can be
    /// kept. The first read of a table may take a moment, as it comes from the disk.
    ///
    /// # Errors
    /// A sentence, where it cannot be read.
    fn table(&self, name: &str) -> Result<Option<Arc<Table>>, String>;
}

/// A table: rows with the same columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The names of the columns, in their order.
    pub columns: Vec<String>,
    /// The rows: objects with a member for each column, `null` where a cell is empty.
    pub rows: Vec<Value>,
}

/// Tables in memory.
#[derive(Debug, Default)]
pub struct MemoryTables(HashMap<String, Arc<Table>>);

impl MemoryTables {
    /// Holds these tables.
    pub fn new<N: Into<String>>(tables: impl IntoIterator<Item = (N, Table)>) -> Self {
        Self(tables.into_iter().map(|(name, table)| (name.into(), Arc::new(table))).collect())
    }
}

impl Tables for MemoryTables {
    fn table(&self, name: &str) -> Result<Option<Arc<Table>>, String> {
        Ok(self.0.get(name).cloned())
    }
}

/// The tables of one run, each as it was when the run first asked for it: no item sees another
/// state than those before it.
#[derive(Debug, Default)]
pub(crate) struct RunTables(Mutex<HashMap<String, Arc<Table>>>);

impl RunTables {
    pub(crate) fn get(&self, name: &str, of: &dyn Tables) -> StepResult<Arc<Table>> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = seen.get(name) {
            return Ok(Arc::clone(table));
        }
        let found = of.table(name).map_err(|cause| {
            let message = format!("The table \"{name}\" cannot be read: {cause}");
            StepError::terminal(ErrorClass::File, message)
                .advice("Open it under Tables to see whether it is well, then run again.")
        })?;
        let table = found.ok_or_else(|| {
            let message = format!("There is no table \"{name}\".");
            StepError::terminal(ErrorClass::NotFound, message)
                .advice("Make it under Tables, or correct the name.")
        })?;
        seen.insert(name.to_owned(), Arc::clone(&table));
        Ok(table)
    }
}
