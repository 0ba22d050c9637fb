//! What a node puts out for the items it works on, by port. Not where the wires lead.

use std::sync::Arc;

use data::Value;
use flow::id::NodeId;

use crate::item::{Chunk, Item};
use crate::lineage::{Lineage, Origin};
use crate::step::StepError;

/// The outputs of a node while it works on a chunk; ports are counted from 0.
#[derive(Debug)]
pub struct Ports {
    node: NodeId,
    lists: Vec<Chunk>,
    /// How long the lists were when the item at hand began.
    marks: Vec<usize>,
    stop: Option<StopRequest>,
}

/// A node's wish that the flow ends here.
#[derive(Debug)]
pub(crate) enum StopRequest {
    Well(String),
    Failed(StepError),
    Leave(Leave),
}

/// How a turn of a loop ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leave {
    /// The next turn goes on.
    Continue,
    /// No other turn goes on.
    Break,
}

impl Ports {
    /// Room for what a chunk of `n_items` usually makes.
    pub(crate) fn new(node: NodeId, n_ports: usize, n_items: usize) -> Self {
        let mut lists = Vec::with_capacity(n_ports);
        lists.push(Vec::with_capacity(n_items));
        lists.resize_with(n_ports.max(1), Vec::new);
        Self { node, marks: vec![0; lists.len()], lists, stop: None }
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
    pub fn split(&mut self, port: usize, parent: Lineage, values: impl IntoIterator<Item = Value>) {
        let origin = Arc::new(Origin::parts(self.node.clone(), parent));
        let items = values
            .into_iter()
            .enumerate()
            .map(|(index, value)| Item { value, lineage: Lineage::new(&origin, index as u32) });
        self.lists[port].extend(items);
    }

    /// Ends the flow well with what came so far, and with a sentence for its summary: nothing more
    /// is taken in, what is under way goes on to its end.
    pub fn stop_well(&mut self, message: String) {
        self.stop = Some(StopRequest::Well(message));
    }

    /// Fails the run, whatever the node's error policy is.
    pub fn stop_failed(&mut self, error: StepError) {
        self.stop = Some(StopRequest::Failed(error));
    }

    /// Ends the turn of the loop around the node: the item at hand and those behind it go no
    /// further here.
    pub fn leave(&mut self, leave: Leave) {
        self.stop = Some(StopRequest::Leave(leave));
    }

    pub(crate) fn take_stop(&mut self) -> Option<StopRequest> {
        self.stop.take()
    }

    /// Begins with the next item: what is put out from here on can be taken back.
    pub(crate) fn mark(&mut self) {
        for (mark, list) in self.marks.iter_mut().zip(&self.lists) {
            *mark = list.len();
        }
    }

    pub(crate) fn take_back(&mut self) {
        for (mark, list) in self.marks.iter().zip(&mut self.lists) {
            list.truncate(*mark);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lists.iter().map(Vec::len).sum()
    }

    pub(crate) fn into_lists(self) -> Vec<Chunk> {
        self.lists
    }
}
