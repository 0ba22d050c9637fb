//! One per run: gives events their numbers and hands them to the journal in batches, with counters
//! sampled now and then. Not where they are kept.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use flow::id::{NodeId, RunId};
use flow::run::{Exchange, ItemError, NodeCounts, NodeStatus, RunEvent, Sample, Timestamp, What};
use tokio::sync::mpsc;

use crate::journal::{Journal, JournalError, Record};
use crate::lineage::Lineage;
use crate::step::StepError;
use crate::tally::{Places, Tally};

/// The most events in one batch.
const BATCH_EVENTS: usize = 100;

/// The most kept items in one batch.
const BATCH_SAMPLES: usize = 2000;

/// Notes that wait for the recorder; a full channel makes nodes wait until the journal has caught
/// up.
pub(crate) const NOTES: usize = 256;

/// Calls kept of each node whatever came of them.
const FIRST_CALLS: u32 = 20;

/// Failed calls kept of each node.
const FAILED_CALLS: u32 = 200;

/// Waits told of each node, whatever their length.
const FIRST_WAITS: u32 = 50;

/// Waits told of each node, where they are long ones.
const LONG_WAITS: u32 = 5000;

/// What a long wait is, in milliseconds.
const LONG_WAIT_MS: u64 = 1000;

/// Writes told of each node that a dry run held back.
const HELD_BACK: u32 = 1000;

/// Something to record.
#[derive(Debug)]
pub(crate) enum Note {
    Event(What),
    Samples { port: usize, items: Vec<Sample> },
    NodeFinished { node: usize, status: NodeStatus, error: Option<Box<ItemError>> },
}

/// The way from nodes to the recorder.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    notes: mpsc::Sender<Note>,
    calls: Arc<Mutex<Calls>>,
}

#[derive(Debug, Default)]
struct Calls {
    waiting: Vec<What>,
    /// Of each node, how much was kept.
    kept: Vec<Kept>,
}

/// How much was kept of one node's calls.
#[derive(Debug, Default, Clone, Copy)]
struct Kept {
    calls: u32,
    failed: u32,
    waits: u32,
    held_back: u32,
}

impl Reporter {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Note>) {
        let (notes, receiver) = mpsc::channel(NOTES);
        (Self { notes, calls: Arc::default() }, receiver)
    }

    pub(crate) async fn note(&self, what: What) -> Result<(), StepError> {
        self.send(Note::Event(what)).await
    }

    /// Waits where the recorder is behind; an error once the run is over.
    pub(crate) async fn send(&self, note: Note) -> Result<(), StepError> {
        self.notes.send(note).await.map_err(|_| StepError::Cancelled)
    }

    /// Keeps a call, as far as the limits go. It is recorded before any later note.
    pub(crate) fn called(
        &self,
        index: usize,
        node: &flow::id::NodeId,
        lineage: &Lineage,
        exchange: Exchange,
    ) {
        let has_failed = exchange.error.is_some() || exchange.status.is_none_or(|s| s >= 400);
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = calls.kept_of(index);
        if kept.calls >= FIRST_CALLS && (!has_failed || kept.failed >= FAILED_CALLS) {
            return;
        }
        kept.calls += 1;
        kept.failed += u32::from(has_failed);
        let (item, exchange) = (lineage.to_string(), Box::new(exchange));
        calls.waiting.push(What::Called { node: node.clone(), item, exchange });
    }

    /// Keeps what happened to a call besides, as far as the limits go.
    pub(crate) fn told(
        &self,
        index: usize,
        node: &flow::id::NodeId,
        lineage: &Lineage,
        note: transport::Note,
    ) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = calls.kept_of(index);
        let (node, item) = (node.clone(), lineage.to_string());
        let what = match note {
            transport::Note::Waiting { wait_ms, reason } => {
                kept.waits += 1;
                // Short waits are told of at first only, so that a long run with a low rate does
                // not fill the history with them.
                let is_kept = kept.waits <= FIRST_WAITS
                    || (wait_ms >= LONG_WAIT_MS && kept.waits <= LONG_WAITS);
                if !is_kept {
                    return;
                }
                What::Waiting { node, item, wait_ms, reason, due: None }
            }
            transport::Note::WouldSend(exchange) => {
                kept.held_back += 1;
                if kept.held_back > HELD_BACK {
                    return;
                }
                What::WouldSend { node, item, exchange }
            }
        };
        calls.waiting.push(what);
    }
}

impl Calls {
    fn kept_of(&mut self, index: usize) -> &mut Kept {
        if self.kept.len() <= index {
            self.kept.resize(index + 1, Kept::default());
        }
        &mut self.kept[index]
    }
}

/// Numbers, batches and hands on what is noted of one run.
pub(crate) struct Recorder {
    run: RunId,
    journal: Arc<dyn Journal>,
    places: Arc<Places>,
    tally: Arc<Tally>,
    calls: Arc<Mutex<Calls>>,
    batch: Vec<Record>,
    n_samples: usize,
    next_seq: u64,
    told_ports: Vec<u64>,
    /// How full the channels of each port's wires were when last told; empty until first looked at.
    told_fills: Vec<Vec<u8>>,
    /// How far nodes have come since that was last told.
    progress: Vec<(NodeId, u64, u64)>,
    told_nodes: Vec<NodeCounts>,
    is_finished: Vec<bool>,
}

impl Recorder {
    pub(crate) fn new(
        run: RunId,
        journal: Arc<dyn Journal>,
        places: Arc<Places>,
        tally: Arc<Tally>,
        reporter: &Reporter,
        next_seq: u64,
    ) -> Self {
        Self {
            run,
            journal,
            batch: Vec::with_capacity(2 + 2 * (places.nodes.len() + places.ports.len())),
            n_samples: 0,
            next_seq,
            told_ports: vec![0; places.ports.len()],
            told_fills: Vec::new(),
            progress: Vec::new(),
            told_nodes: vec![NodeCounts::default(); places.nodes.len()],
            is_finished: vec![false; places.nodes.len()],
            places,
            tally,
            calls: Arc::clone(&reporter.calls),
        }
    }

    /// Takes a note in. The batch may have to be handed on afterwards: see [`is_full`](Self::is_full).
    pub(crate) fn take(&mut self, note: Note, at: Timestamp) {
        self.take_calls(at);
        match note {
            // Told with the counters: a file of millions of rows is not told of row by row.
            Note::Event(What::Progress { node, done, of }) => {
                self.progress.retain(|(known, ..)| *known != node);
                self.progress.push((node, done, of));
            }
            Note::Event(what) => self.push(what, at),
            Note::Samples { port, items } => {
                let place = &self.places.ports[port];
                self.n_samples += items.len();
                let node = self.places.nodes[place.node].id.clone();
                self.batch.push(Record::Samples { node, port: place.name.clone(), items });
            }
            Note::NodeFinished { node, status, error } => {
                self.finish_node(node, status, error, at);
            }
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.batch.len() >= BATCH_EVENTS || self.n_samples >= BATCH_SAMPLES
    }

    /// Tells what was counted since the last time.
    pub(crate) fn take_counts(&mut self, at: Timestamp) {
        self.take_calls(at);
        let fills = self.tally.fills(&self.places);
        for port in 0..self.places.ports.len() {
            self.tell_port(port, fills.get(port).map_or(&[], Vec::as_slice), at);
        }
        self.told_fills = fills;
        for (node, done, of) in std::mem::take(&mut self.progress) {
            self.push(What::Progress { node, done, of }, at);
        }
        for node in 0..self.places.nodes.len() {
            let counts = self.tally.nodes[node].counts();
            let told = self.told_nodes[node];
            // Time alone is no news: a node that waits would be told of again and again.
            let is_news = (counts.items_in, counts.items_out, counts.rejected)
                != (told.items_in, told.items_out, told.rejected);
            if is_news && !self.is_finished[node] {
                self.told_nodes[node] = counts;
                let node = self.places.nodes[node].id.clone();
                self.push(What::Counted { node, counts }, at);
            }
        }
    }

    /// Tells that nothing waits in any channel any more, where something did when last told.
    pub(crate) fn empty_channels(&mut self, at: Timestamp) {
        if self.told_fills.iter().flatten().any(|fill| *fill > 0) {
            for port in 0..self.places.ports.len() {
                self.tell_port(port, &[], at);
            }
            self.told_fills = Vec::new();
        }
    }

    /// Finishes the nodes that have not told so themselves.
    pub(crate) fn finish_others(&mut self, status: impl Fn(usize) -> NodeStatus, at: Timestamp) {
        for node in 0..self.places.nodes.len() {
            if !self.is_finished[node] {
                self.finish_node(node, status(node), None, at);
            }
        }
    }

    /// Hands the batch to the journal.
    ///
    /// # Errors
    /// Those of the journal; the batch is lost to it then, and the run must fail.
    pub(crate) async fn flush(&mut self) -> Result<(), JournalError> {
        self.n_samples = 0;
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        self.journal.append(&self.run, batch).await
    }

    fn finish_node(
        &mut self,
        node: usize,
        status: NodeStatus,
        error: Option<Box<ItemError>>,
        at: Timestamp,
    ) {
        if std::mem::replace(&mut self.is_finished[node], true) {
            return;
        }
        let place = &self.places.nodes[node];
        let ports = place.first_port..place.first_port + place.n_ports;
        let counts = self.tally.nodes[node].counts();
        let node = place.id.clone();
        for port in ports {
            let fills = self.told_fills.get(port).cloned().unwrap_or_default();
            self.tell_port(port, &fills, at);
        }
        if let Some(index) = self.progress.iter().position(|(known, ..)| *known == node) {
            let (node, done, of) = self.progress.swap_remove(index);
            self.push(What::Progress { node, done, of }, at);
        }
        self.push(What::NodeFinished { node, status, counts, error }, at);
    }

    /// Tells what has passed a port, and how full the channels of its wires are, where that is news.
    fn tell_port(&mut self, port: usize, fills: &[u8], at: Timestamp) {
        let items = self.tally.ports[port].items.load(Relaxed);
        let has_passed = items != self.told_ports[port];
        self.told_ports[port] = items;
        let bytes = self.tally.ports[port].bytes.load(Relaxed);
        let told = self.told_fills.get(port).cloned().unwrap_or_default();
        let fill_of = |fills: &[u8], wire: usize| fills.get(wire).copied().unwrap_or_default();
        for wire in 0..self.places.ports[port].wires.len() {
            let fill = fill_of(fills, wire);
            if has_passed || fill != fill_of(&told, wire) {
                let wire = self.places.ports[port].wires[wire].clone();
                self.push(What::Passed { wire, items, bytes, fill }, at);
            }
        }
    }

    fn take_calls(&mut self, at: Timestamp) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut calls.waiting);
        drop(calls);
        for what in waiting {
            self.push(what, at);
        }
    }

    pub(crate) fn push(&mut self, what: What, at: Timestamp) {
        self.batch.push(Record::Event(RunEvent { seq: self.next_seq, at, what }));
        self.next_seq += 1;
    }
}
