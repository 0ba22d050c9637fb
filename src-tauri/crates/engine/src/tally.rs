//! What has been counted in a run so far: items and bytes by output port, and the counts of nodes.
//! Not the events made of it: see the recorder.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use flow::id::{NodeId, WireId};
use flow::run::{ErrorClass, NodeCounts};
use tokio::sync::mpsc::{Sender, WeakSender};

use crate::emitter::Message;

/// The places that are counted in a program, in the order of its nodes.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) nodes: Vec<NodePlace>,
    pub(crate) ports: Vec<PortPlace>,
}

#[derive(Debug)]
pub(crate) struct NodePlace {
    pub(crate) id: NodeId,
    /// The number of its first port among all; its outputs follow one another.
    pub(crate) first_port: usize,
    pub(crate) n_ports: usize,
}

#[derive(Debug)]
pub(crate) struct PortPlace {
    pub(crate) node: usize,
    pub(crate) name: String,
    /// The wires that leave it, or `node.port>` where there is none.
    pub(crate) wires: Vec<WireId>,
}

/// The counters of one run.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) nodes: Box<[NodeTally]>,
    pub(crate) ports: Box<[PortTally]>,
    /// Items that systems, files, tables and triggers gave.
    pub(crate) n_born: AtomicU64,
    /// Items that left the last nodes.
    pub(crate) n_results: AtomicU64,
    /// The channels between the stages of the flow itself.
    channels: Mutex<Vec<Channel>>,
    /// Items that were rejected, by reason. Rejecting is seldom: a lock does.
    rejects: Mutex<Rejects>,
}

/// The rejects of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rejects {
    /// By reason, in the order of their coming.
    pub(crate) by_class: Vec<(ErrorClass, u64)>,
    /// How many of them are parked.
    pub(crate) parked: u64,
}

#[derive(Debug, Default)]
pub(crate) struct NodeTally {
    pub(crate) is_started: AtomicBool,
    pub(crate) items_in: AtomicU64,
    pub(crate) items_out: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) busy_us: AtomicU64,
    /// Rejects that were told of as events.
    pub(crate) n_told: AtomicU32,
    /// Turns of a scope that were told of as events.
    pub(crate) n_turns_told: AtomicU32,
    /// Turns of a scope that are over, of those that are known to be there.
    pub(crate) turns_done: AtomicU64,
    pub(crate) turns_of: AtomicU64,
    /// When it was last told how many, in milliseconds of the run.
    pub(crate) progress_at: AtomicU64,
}

#[derive(Debug, Default)]
pub(crate) struct PortTally {
    pub(crate) items: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) sampled_items: AtomicU32,
    pub(crate) sampled_bytes: AtomicU64,
}

impl Tally {
    pub(crate) fn new(places: &Places) -> Self {
        Self {
            nodes: places.nodes.iter().map(|_| NodeTally::default()).collect(),
            ports: places.ports.iter().map(|_| PortTally::default()).collect(),
            n_born: AtomicU64::new(0),
            n_results: AtomicU64::new(0),
            channels: Mutex::default(),
            rejects: Mutex::default(),
        }
    }

    /// Counts a reject of the run by its reason.
    pub(crate) fn count_reject(&self, class: ErrorClass, is_parked: bool) {
        let mut rejects = self.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        rejects.parked += u64::from(is_parked);
        match rejects.by_class.iter_mut().find(|(known, _)| *known == class) {
            Some((_, n)) => *n += 1,
            None => rejects.by_class.push((class, 1)),
        }
    }

    pub(crate) fn rejects(&self) -> Rejects {
        self.rejects.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A bounded channel behind a wire.
#[derive(Debug)]
struct Channel {
    port: usize,
    /// Which of the port's wires it is; none where only some of them are run.
    wire: Option<usize>,
    sender: WeakSender<Message>,
}

impl Tally {
    /// Looks from now on how full a channel is.
    pub(crate) fn watch(&self, port: usize, wire: Option<usize>, sender: &Sender<Message>) {
        let sender = sender.downgrade();
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.push(Channel { port, wire, sender });
    }

    /// How full the channels are, in percent, by port and wire; empty where there are none.
    pub(crate) fn fills(&self, places: &Places) -> Vec<Vec<u8>> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.is_empty() {
            return Vec::new();
        }
        let mut fills: Vec<Vec<u8>> =
            places.ports.iter().map(|port| vec![0; port.wires.len()]).collect();
        for Channel { port, wire, sender } in &*channels {
            // One whose sender is gone has nothing to wait for: it is read to its end.
            let Some(sender) = sender.upgrade() else { continue };
            let most = sender.max_capacity();
            let fill = (100 * (most - sender.capacity()) / most.max(1)) as u8;
            let of_port = &mut fills[*port];
            match wire.and_then(|wire| of_port.get_mut(wire)) {
                Some(of_wire) => *of_wire = fill,
                None => of_port.iter_mut().for_each(|of_wire| *of_wire = fill.max(*of_wire)),
            }
        }
        fills
    }
}

impl NodeTally {
    pub(crate) fn counts(&self) -> NodeCounts {
        NodeCounts {
            items_in: self.items_in.load(Relaxed),
            items_out: self.items_out.load(Relaxed),
            rejected: self.rejected.load(Relaxed),
            busy_us: self.busy_us.load(Relaxed),
        }
    }

    /// Whether this is the node's first item.
    pub(crate) fn start(&self) -> bool {
        // Looked at before it is written, so that a busy node does not share a dirty cache line.
        !self.is_started.load(Relaxed) && !self.is_started.swap(true, Relaxed)
    }
}
