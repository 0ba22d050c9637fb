//! Groups whose fields are all sums, counts and the like: worked out item by item, so that a group
//! of any size takes the memory of one item. Not groups whose items are needed as a list.

use std::sync::Arc;

use data::Value;
use indexmap::IndexMap;
use mapping::{Aggregate, Fault, Tally};

use crate::lineage::SetBuilder;
use crate::spill::footprint;

/// The groups so far.
pub(super) struct Running {
    aggregates: Arc<[Aggregate]>,
    groups: IndexMap<Value, Group>,
    /// The tallies of the item at hand: kept only once all fields have taken it.
    scratch: Vec<Tally>,
    n_bytes: usize,
}

struct Group {
    first_seq: u64,
    tallies: Vec<Tally>,
    set: SetBuilder,
}

/// A group when all items have been taken.
pub(super) struct Finished {
    pub(super) first_seq: u64,
    /// One value for each field; none for JSONata's "nothing".
    pub(super) values: Vec<Option<Value>>,
    pub(super) set: SetBuilder,
}

impl Running {
    pub(super) fn new(aggregates: Arc<[Aggregate]>) -> Self {
        Self { aggregates, groups: IndexMap::new(), scratch: Vec::new(), n_bytes: 0 }
    }

    /// Takes an item, and tells whether it did: once the groups take up the budget, items of further
    /// groups are left to the caller.
    ///
    /// # Errors
    /// The number of the field that could not take the item, and why. The item then counts nowhere.
    pub(super) fn take(
        &mut self,
        key: &Value,
        item: &Value,
        seq: u64,
        place: (u32, u32),
        budget: usize,
    ) -> Result<bool, (usize, Fault)> {
        let found = self.groups.get_full_mut(key).map(|(index, _, _)| index);
        if found.is_none() && self.n_bytes > budget {
            return Ok(false);
        }
        self.scratch.clear();
        match found {
            Some(index) => self.scratch.extend_from_slice(&self.groups[index].tallies),
            None => self.scratch.extend(self.aggregates.iter().map(Aggregate::start)),
        }
        for (field, aggregate) in self.aggregates.iter().enumerate() {
            self.scratch[field].take(aggregate, item).map_err(|fault| (field, fault))?;
        }
        let index = found.unwrap_or_else(|| {
            self.n_bytes += size_of::<Group>()
                + footprint(key)
                + self.aggregates.len() * size_of::<Tally>();
            let group = Group {
                first_seq: seq,
                tallies: Vec::with_capacity(self.aggregates.len()),
                set: SetBuilder::default(),
            };
            self.groups.insert_full(key.clone(), group).0
        });
        let group = &mut self.groups[index];
        std::mem::swap(&mut group.tallies, &mut self.scratch);
        let n_bytes = group.set.as_bytes().len();
        group.set.push(place.0, place.1);
        self.n_bytes += group.set.as_bytes().len() - n_bytes;
        Ok(true)
    }

    /// All groups, in the order in which they first came.
    pub(super) fn finish(self) -> impl Iterator<Item = Finished> {
        let aggregates = self.aggregates;
        self.groups.into_values().map(move |group| {
            let values = group.tallies.into_iter().zip(&*aggregates);
            Finished {
                first_seq: group.first_seq,
                values: values.map(|(tally, aggregate)| tally.finish(aggregate)).collect(),
                set: group.set,
            }
        })
    }
}
