//! An item on its way through a flow: a value and the path it came by. Not how it is moved.

use data::Value;

use crate::lineage::Lineage;

/// The most items that travel together.
pub const CHUNK_ITEMS: usize = 500;

/// The most bytes, as compact JSON, that travel together; one larger item travels alone.
pub const CHUNK_BYTES: usize = 1 << 20;

/// One record with the path it came by: 32 bytes, cheap to clone.
#[derive(Debug, Clone)]
pub struct Item {
    /// The record.
    pub value: Value,
    /// Where it came from.
    pub lineage: Lineage,
}

/// Some items in order, at most [`CHUNK_ITEMS`] or [`CHUNK_BYTES`] between stages.
pub type Chunk = Vec<Item>;

impl Item {
    /// Makes an item.
    pub fn new(value: Value, lineage: Lineage) -> Self {
        Self { value, lineage }
    }

    /// The same item with another value, as a node that makes one of one gives it out.
    pub fn with_value(&self, value: Value) -> Self {
        Self { value, lineage: self.lineage.clone() }
    }
}
