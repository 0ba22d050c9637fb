//! The tables of the database as the engine reads them: kept in memory from run to run, and read
//! again once they have changed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use data::{Key, Object, Shape};
use engine::tables::{Table, Tables};
use store::{Store, StoreError};

use super::content::{Rows, TableColumn};
use crate::app::lock;

/// The tables of a store.
pub(crate) struct KeptTables {
    store: Arc<Store>,
    known: Mutex<HashMap<String, (u64, Arc<Table>)>>,
}

impl KeptTables {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { store, known: Mutex::default() }
    }

    fn read(&self, name: &str) -> Result<Option<(u64, Arc<Table>)>, String> {
        let whole = match self.store.table(name) {
            Ok(whole) => whole,
            // It was deleted between two looks.
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(crate::error::sentence(&error.to_string())),
        };
        let broken = |cause: serde_json::Error| format!("Its content is damaged ({cause}).");
        let columns: Vec<TableColumn> = serde_json::from_str(&whole.row.columns).map_err(broken)?;
        let rows: Rows = serde_json::from_str(&whole.rows).map_err(broken)?;
        let shape = Shape::new(columns.iter().map(|column| Key::new(&column.name)));
        let rows = rows.into_iter().map(|row| Object::from_shape(&shape, row).into()).collect();
        let columns = columns.into_iter().map(|column| column.name).collect();
        Ok(Some((whole.row.rev, Arc::new(Table { columns, rows }))))
    }
}

impl fmt::Debug for KeptTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptTables").finish_non_exhaustive()
    }
}

impl Tables for KeptTables {
    fn table(&self, name: &str) -> Result<Option<Arc<Table>>, String> {
        let rev = self.store.table_rev(name);
        let rev = rev.map_err(|error| crate::error::sentence(&error.to_string()))?;
        let Some(rev) = rev else {
            lock(&self.known).remove(name);
            return Ok(None);
        };
        if let Some((known, table)) = lock(&self.known).get(name)
            && *known == rev
        {
            return Ok(Some(Arc::clone(table)));
        }
        let found = self.read(name)?;
        if let Some((rev, table)) = &found {
            lock(&self.known).insert(name.to_owned(), (*rev, Arc::clone(table)));
        }
        Ok(found.map(|(_, table)| table))
    }
}
