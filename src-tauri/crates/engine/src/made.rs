//! What barriers make of groups of items: rows by their key, and the items made of them, given out
//! in the order in which the groups first came. Not what is made of a group.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use data::Value;
use indexmap::IndexMap;

use crate::item::CHUNK_ITEMS;
use crate::lineage::{Origin, SetBuilder};
use crate::node::broken_spill;
use crate::outbox::Outbox;
use crate::sorter::Sorter;
use crate::spill::Row;
use crate::step::StepResult;

/// The rows of one group.
#[derive(Default)]
pub(crate) struct Members {
    /// When the first of them came.
    pub(crate) first_seq: u64,
    pub(crate) items: Vec<Value>,
    pub(crate) set: SetBuilder,
}

/// The rows by key, in the order in which the keys first came.
pub(crate) fn groups(rows: Vec<Row>) -> IndexMap<Value, Members> {
    let mut groups: IndexMap<Value, Members> = IndexMap::new();
    for row in rows {
        let group = groups
            .entry(row.key)
            .or_insert_with(|| Members { first_seq: row.seq, ..Members::default() });
        group.set.push(row.place.0, row.place.1);
        group.items.push(row.value);
    }
    groups
}

/// Items that were made of groups, in any order.
pub(crate) struct Made {
    rows: Sorter,
    sets: HashMap<u64, Box<[u8]>>,
}

impl Made {
    pub(crate) fn new(dir: PathBuf, budget: usize) -> Self {
        Self { rows: Sorter::by_seq(dir, budget), sets: HashMap::new() }
    }

    /// Takes what was made of the group whose first item came as number `seq`.
    pub(crate) fn push(&mut self, seq: u64, set: &SetBuilder, value: Value) -> StepResult<()> {
        self.sets.insert(seq, set.as_bytes().into());
        let row = Row { seq, place: (0, 0), key: Value::null(), value };
        self.rows.push(row).map_err(|error| broken_spill(&error))
    }

    /// Gives everything out; `origins` are those that the sets were built with.
    pub(crate) async fn send(
        mut self,
        origins: Arc<Vec<Arc<Origin>>>,
        out: &mut Outbox<'_>,
    ) -> StepResult<()> {
        let mut rows = self.rows.finish().map_err(|error| broken_spill(&error))?;
        loop {
            let mut values = Vec::with_capacity(CHUNK_ITEMS);
            let mut members = Vec::with_capacity(CHUNK_ITEMS);
            while values.len() < CHUNK_ITEMS {
                let Some(row) = rows.next().map_err(|error| broken_spill(&error))? else { break };
                values.push(row.value);
                members.push(self.sets.remove(&row.seq).unwrap_or_default());
            }
            if values.is_empty() {
                return Ok(());
            }
            let sets = SetBuilder::finish(Arc::clone(&origins), members.iter().map(|set| &set[..]));
            out.send_made(0, values, sets).await?;
        }
    }
}
