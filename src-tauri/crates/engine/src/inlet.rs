//! The taking half of a stage: the items of all its wires, one wire after the other. Wires whose
//! turn has not come are taken in at the same time and kept aside, so that no sender ever waits for
//! another (a diamond never stands still). Not what is done with the items.

use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use flow::id::NodeId;
use tokio::sync::mpsc;

use crate::emitter::Message;
use crate::item::{CHUNK_ITEMS, Chunk};
use crate::lineage::{Lineage, Origin};
use crate::spill::Queue;

/// The sending end of a wire between two stages.
#[derive(Debug)]
pub(crate) struct WireOut {
    sender: mpsc::Sender<Message>,
    is_unwanted: Arc<AtomicBool>,
}

/// The taking end of a wire between two stages.
#[derive(Debug)]
pub(crate) struct WireIn {
    receiver: mpsc::Receiver<Message>,
    is_unwanted: Arc<AtomicBool>,
}

/// Why a wire takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// Whoever took its items has all that it wants.
    Unwanted,
    /// Whoever took its items broke off.
    Broken,
}

/// A wire that holds so many chunks.
pub(crate) fn wire(n_chunks: usize) -> (WireOut, WireIn) {
    let (sender, receiver) = mpsc::channel(n_chunks);
    let is_unwanted = Arc::new(AtomicBool::new(false));
    (WireOut { sender, is_unwanted: Arc::clone(&is_unwanted) }, WireIn { receiver, is_unwanted })
}

impl WireOut {
    /// The channel, to see how full it is.
    pub(crate) fn watched(&self) -> mpsc::WeakSender<Message> {
        self.sender.downgrade()
    }

    /// Sends; it waits where the wire is full.
    pub(crate) async fn send(&self, message: Message) -> Result<(), Closed> {
        self.sender.send(message).await.map_err(|_| {
            // Said before the wire was closed.
            if self.is_unwanted.load(Ordering::Acquire) { Closed::Unwanted } else { Closed::Broken }
        })
    }
}

/// Where a stage takes its items from.
pub(crate) struct Inlet {
    lanes: Vec<LaneState>,
    /// The lane whose turn it is.
    turn: usize,
    temp_dir: PathBuf,
    budget: usize,
    /// The node whose input several wires enter.
    shared: Option<NodeId>,
}

enum LaneState {
    Given(std::vec::IntoIter<crate::item::Item>),
    Wire { wire: WireIn, aside: Option<Box<Queue>>, is_done: bool },
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Items of the lane with that number.
    Chunk(usize, Chunk),
    /// Every lane has ended.
    End,
    /// A lane broke off: the rest of its items will never come.
    Broken,
    /// Items could not be kept aside.
    Failed(std::io::Error),
}

impl Inlet {
    pub(crate) fn new(temp_dir: PathBuf, budget: usize) -> Self {
        Self { lanes: Vec::new(), turn: 0, temp_dir, budget, shared: None }
    }

    pub(crate) fn push_given(&mut self, items: Chunk) {
        self.lanes.push(LaneState::Given(items.into_iter()));
    }

    pub(crate) fn push_wire(&mut self, wire: WireIn) {
        self.lanes.push(LaneState::Wire { wire, aside: None, is_done: false });
    }

    /// Takes no more although more may come, and tells those who send that all is well.
    pub(crate) fn close(self) {
        for lane in &self.lanes {
            if let LaneState::Wire { wire, .. } = lane {
                wire.is_unwanted.store(true, Ordering::Release);
            }
        }
    }

    /// Tells apart what comes in by further wires, for the same item may come by several.
    pub(crate) fn tell_wires_apart(&mut self, node: NodeId) {
        self.shared = Some(node);
    }

    /// The next items. May be dropped while it waits: nothing is lost.
    pub(crate) async fn next(&mut self) -> Next {
        poll_fn(|cx| {
            loop {
                if self.turn >= self.lanes.len() {
                    return Poll::Ready(Next::End);
                }
                for later in self.turn + 1..self.lanes.len() {
                    if let Err(error) = self.take_aside(later, cx) {
                        return Poll::Ready(Next::Failed(error));
                    }
                }
                match self.poll_turn(cx) {
                    Poll::Ready(Some(Next::Chunk(lane, chunk))) => {
                        return Poll::Ready(Next::Chunk(lane, self.marked(lane, chunk)));
                    }
                    Poll::Ready(Some(next)) => return Poll::Ready(next),
                    Poll::Ready(None) => self.turn += 1,
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }

    fn marked(&self, lane: usize, mut chunk: Chunk) -> Chunk {
        if let (Some(node), 1..) = (&self.shared, lane) {
            let parents = chunk.iter().map(|item| item.lineage.clone()).collect();
            let origin = Arc::new(Origin::by_wire(node.clone(), lane as u64, parents));
            for (index, item) in chunk.iter_mut().enumerate() {
                item.lineage = Lineage::new(&origin, index as u32);
            }
        }
        chunk
    }

    /// Items of the lane whose turn it is; none when it has ended.
    fn poll_turn(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Option<Next>> {
        let turn = self.turn;
        match &mut self.lanes[turn] {
            LaneState::Given(items) => {
                let chunk: Chunk = items.by_ref().take(CHUNK_ITEMS).collect();
                Poll::Ready((!chunk.is_empty()).then_some(Next::Chunk(turn, chunk)))
            }
            LaneState::Wire { wire, aside, is_done } => {
                if let Some(queue) = aside {
                    match pop_chunk(queue) {
                        Ok(chunk) if chunk.is_empty() => *aside = None,
                        Ok(chunk) => return Poll::Ready(Some(Next::Chunk(turn, chunk))),
                        Err(error) => return Poll::Ready(Some(Next::Failed(error))),
                    }
                }
                if *is_done {
                    return Poll::Ready(None);
                }
                match wire.receiver.poll_recv(cx) {
                    Poll::Ready(Some(Message::Chunk(chunk))) => {
                        Poll::Ready(Some(Next::Chunk(turn, chunk)))
                    }
                    Poll::Ready(Some(Message::End)) => {
                        *is_done = true;
                        Poll::Ready(None)
                    }
                    Poll::Ready(None) => Poll::Ready(Some(Next::Broken)),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    /// Keeps aside what a later lane has sent by now.
    fn take_aside(
        &mut self,
        lane: usize,
        cx: &mut std::task::Context<'_>,
    ) -> Result<(), std::io::Error> {
        let LaneState::Wire { wire, aside, is_done } = &mut self.lanes[lane] else {
            return Ok(());
        };
        while !*is_done {
            match wire.receiver.poll_recv(cx) {
                Poll::Ready(Some(Message::Chunk(chunk))) => {
                    let queue = aside.get_or_insert_with(|| Box::new(Queue::new(self.budget)));
                    for item in chunk {
                        queue.push(item, &self.temp_dir)?;
                    }
                }
                Poll::Ready(Some(Message::End)) => *is_done = true,
                // Told of when its turn comes, after what it sent.
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        Ok(())
    }
}

fn pop_chunk(queue: &mut Queue) -> Result<Chunk, std::io::Error> {
    let mut chunk = Chunk::new();
    while chunk.len() < CHUNK_ITEMS {
        match queue.pop()? {
            Some(item) => chunk.push(item),
            None => break,
        }
    }
    Ok(chunk)
}
