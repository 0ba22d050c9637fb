//! What a node puts out for the items it works on, by port. Not where the wires lead.

use std::sync::Arc;

use data::Value;
use flow::id::NodeId;

use crate::item::Item;
use crate::lineage::{Lineage, Origin};

/// The outputs of a node while it works on a chunk; ports are counted from 0.
#[derive(Debug)]
pub struct Ports {
    node: NodeId,
    lists: Vec<Vec<Item>>,
}

impl Ports {
    pub(crate) fn new(node: NodeId, n_ports: usize) -> Self {
        Self { node, lists: (0..n_ports).map(|_| Vec::new()).collect() }
    }

    /// Puts out an item as it is.
    #[inline]
    pub fn pass(&mut self, port: usize, item: Item) {
        self.lists[port].push(item);
    }

    /// Puts out a value made of one item, whose lineage it keeps.
    #[inline]
    pub fn put(&mut self, port: usize, lineage: Lineage, value: Value) {
        self.lists[port].push(Item { value, lineage });
    }

    /// Puts out the parts of one item.
    pub fn split(
        &mut self,
        port: usize,
        parent: Lineage,
        values: impl IntoIterator<Item = Value>,
    ) {
        let origin = Arc::new(Origin::parts(self.node.clone(), parent));
        let items = values
            .into_iter()
            .enumerate()
            .map(|(index, value)| Item { value, lineage: Lineage::new(&origin, index as u32) });
        self.lists[port].extend(items);
    }
}
