//! Where a gathering node gives out items, and hands in those that failed. Not for nodes that work
//! item by item: see `ports`.

use std::sync::Arc;

use data::Value;

use crate::emitter::{Emitter, Halt};
use crate::item::{Chunk, Item};
use crate::lineage::{Lineage, Origin, Sets};
use crate::ports::Ports;
use crate::step::{StepError, StepResult};

/// The outputs of a gathering node; sending waits where others are slower.
pub struct Outbox<'a> {
    emitter: &'a mut Emitter,
    /// Batches of items that this node has made, for their ordinals.
    n_made: &'a mut u64,
    halt: Option<Halt>,
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(emitter: &'a mut Emitter, n_made: &'a mut u64) -> Self {
        Self { emitter, n_made, halt: None }
    }

    pub(crate) fn into_halt(self) -> Option<Halt> {
        self.halt
    }

    /// Gives out items by a port, counted from 0, with the lineage they have.
    ///
    /// # Errors
    /// [`StepError::Cancelled`] once nobody takes them any more; to be passed on.
    pub async fn send(&mut self, port: usize, items: Chunk) -> StepResult<()> {
        self.emitter.emit(0, port, items);
        let flushed = self.emitter.flush().await;
        self.checked(flushed)
    }

    /// Gives out values, each made of a set of items.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_made(
        &mut self,
        port: usize,
        values: Vec<Value>,
        sets: Sets,
    ) -> StepResult<()> {
        let node = self.emitter.head_rules().id.clone();
        let within = self.emitter.within.clone();
        let origin = Arc::new(Origin::gathered(node, *self.n_made, sets, within));
        *self.n_made += 1;
        let items = values
            .into_iter()
            .enumerate()
            .map(|(index, value)| Item::new(value, Lineage::new(&origin, index as u32)))
            .collect();
        self.send(port, items).await
    }

    /// Hands in an item that failed; the node's error policy says what becomes of it.
    ///
    /// # Errors
    /// [`StepError::Cancelled`] where the policy is to stop; to be passed on.
    pub async fn reject(&mut self, item: &Item, error: StepError) -> StepResult<()> {
        let rules = self.emitter.head_rules();
        let mut ports = Ports::new(rules.id.clone(), self.emitter.head_ports(), 0);
        let settled = self.emitter.settle(0, item, &error, &mut ports);
        self.checked(settled)?;
        for (port, items) in ports.into_lists().into_iter().enumerate() {
            self.emitter.emit(0, port, items);
        }
        let flushed = self.emitter.flush().await;
        self.checked(flushed)
    }

    /// The bytes that a node should hold in memory before it uses the disk.
    pub fn budget(&self) -> usize {
        self.emitter.world.budget
    }

    fn checked(&mut self, result: Result<(), Halt>) -> StepResult<()> {
        result.map_err(|halt| {
            self.halt = Some(halt);
            StepError::Cancelled
        })
    }
}
