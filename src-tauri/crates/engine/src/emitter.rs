//! The sending half of a stage: counts what its nodes put out, samples it, passes it through the
//! pure nodes behind them and on to other stages. Not the taking in: see `inlet`.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use flow::plan::{Outlet, Route, Stage};
use flow::run::{ItemError, Sample, What};
use tokio::sync::mpsc;

use crate::error_value::error_value;
use crate::inlet::{Closed, WireOut};
use crate::item::{CHUNK_BYTES, CHUNK_ITEMS, Chunk, Item};
use crate::journal::SampleLimits;
use crate::lineage::{Lineage, Origin};
use crate::node::{Behaviour, PureContext};
use crate::ports::{Leave, Ports, StopRequest};
use crate::program::{Node, Program};
use crate::recorder::Note;
use crate::rules::{Policy, Rules};
use crate::run_scope::RunScope;
use crate::step::StepError;
use crate::tally::Tally;

/// Rejects of one node that are told of one by one; the rest are counted. Parked items are all told.
pub(crate) const TOLD_REJECTS: u32 = 1000;

/// Chunks moved through pure nodes before other tasks get their turn.
const WORK_AT_ONCE: usize = 16;

/// What the tasks of one run share.
pub(crate) struct World {
    pub(crate) scope: Arc<RunScope>,
    pub(crate) program: Arc<Program>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) limits: SampleLimits,
    /// The bytes that a barrier holds before it uses the disk.
    pub(crate) budget: usize,
}

/// What passes a channel between stages. A channel that closes without `End` broke off.
#[derive(Debug)]
pub(crate) enum Message {
    Chunk(Chunk),
    End,
}

/// Items that left a flow by one of its last nodes.
#[derive(Debug)]
pub struct Output {
    /// The node.
    pub node: flow::id::NodeId,
    /// Its port.
    pub port: String,
    /// The items.
    pub items: Chunk,
}

/// Why a stage ends before its last item.
#[derive(Debug)]
pub(crate) enum Halt {
    /// An item failed, and its node's policy is to stop.
    Failed { node: usize, error: Box<ItemError> },
    /// A node said that the flow is to end well here, with this sentence.
    Enough(String),
    /// Nobody wants more of this stage, and all is well.
    Unwanted,
    /// A node said that the turn of the loop around it ends here.
    Leave(Leave),
    /// A stage before or behind this one broke off, or the run was stopped.
    Broken,
    /// A node panicked.
    Defect,
}

pub(crate) struct Emitter {
    pub(crate) world: Arc<World>,
    pub(crate) stage: Arc<Stage>,
    /// The item of the scope that this instance runs for.
    pub(crate) within: Option<Lineage>,
    outlets: Vec<OutletState>,
    notes: Vec<Note>,
    /// Items on their way through the pure nodes; what comes first is on top. They move when the
    /// stage flushes, a little at a time, so that a node that makes many of few holds few.
    work: Vec<Work>,
    /// Why the stage ends once what came before has moved on.
    halt: Option<Halt>,
    /// Whether nothing that still comes in would go anywhere.
    is_unwanted: bool,
    /// How the turn of the loop around ends, where a member said so, and the members that did.
    left: Option<Leave>,
    left_at: Vec<usize>,
}

/// Items that wait for a pure member.
struct Work {
    member: usize,
    items: std::vec::IntoIter<Item>,
}

pub(crate) struct OutletState {
    pub(crate) way: Way,
    pub(crate) pending: Chunk,
    pub(crate) bytes: usize,
}

pub(crate) enum Way {
    Channel(WireOut),
    /// A wire whose items nobody wants any more.
    Unwanted,
    Output(mpsc::Sender<Output>),
    Nowhere,
}

impl Emitter {
    pub(crate) fn new(
        world: Arc<World>,
        stage: Arc<Stage>,
        within: Option<Lineage>,
        ways: impl IntoIterator<Item = Way>,
    ) -> Self {
        let outlets = ways
            .into_iter()
            .map(|way| OutletState { way, pending: Vec::new(), bytes: 0 })
            .collect();
        let (notes, work) = (Vec::new(), Vec::new());
        Self {
            world,
            stage,
            within,
            outlets,
            notes,
            work,
            halt: None,
            is_unwanted: false,
            left: None,
            left_at: Vec::new(),
        }
    }

    fn node(&self, member: usize) -> usize {
        self.stage.members[member].node
    }

    pub(crate) fn head_rules(&self) -> &Rules {
        &self.world.program.nodes[self.node(0)].rules
    }

    pub(crate) fn head_ports(&self) -> usize {
        self.world.program.nodes[self.node(0)].n_ports
    }

    /// Counts items into a member; the first one starts it.
    pub(crate) fn count_in(&mut self, member: usize, n_items: usize) {
        let node = self.node(member);
        let world = Arc::clone(&self.world);
        let tally = &world.tally.nodes[node];
        tally.items_in.fetch_add(n_items as u64, Relaxed);
        if tally.start() {
            let node = world.program.nodes[node].rules.id.clone();
            self.notes.push(Note::Event(What::NodeStarted { node }));
        }
    }

    pub(crate) fn count_busy(&self, member: usize, since: Instant) {
        let busy_us = since.elapsed().as_micros() as u64;
        self.world.tally.nodes[self.node(member)].busy_us.fetch_add(busy_us, Relaxed);
    }

    /// Gives items to the first member, a pure one; they move on with the next flush.
    pub(crate) fn enter(&mut self, items: Chunk) {
        self.reach(Route::Member(0), items, 0);
    }

    /// Takes what a member put out by a port; it moves on with the next flush.
    pub(crate) fn emit(&mut self, member: usize, port: usize, mut items: Chunk) {
        if items.is_empty() {
            return;
        }
        let world = Arc::clone(&self.world);
        let stage = Arc::clone(&self.stage);
        let node = &world.program.nodes[self.node(member)];
        let bytes = self.count_out(node, port, &items);
        if node.rules.is_kept {
            keep_values(node, &mut items);
        }
        self.route(&stage.members[member].routes[port], items, bytes);
    }

    fn count_out(&mut self, node: &Node, port: usize, items: &Chunk) -> usize {
        let bytes = size_of_items(items);
        let place = node.first_port + port;
        let world = Arc::clone(&self.world);
        let tally = &world.tally.ports[place];
        let n_items = items.len() as u64;
        tally.items.fetch_add(n_items, Relaxed);
        tally.bytes.fetch_add(bytes as u64, Relaxed);
        world.tally.nodes[node.rules.index].items_out.fetch_add(n_items, Relaxed);
        let limits = world.limits;
        let room = limits.items.saturating_sub(tally.sampled_items.load(Relaxed));
        if room > 0 && tally.sampled_bytes.load(Relaxed) < limits.bytes {
            self.sample(place, room, items);
        }
        bytes
    }

    fn sample(&mut self, place: usize, room: u32, items: &Chunk) {
        let tally = &self.world.tally.ports[place];
        let room_bytes = self.world.limits.bytes.saturating_sub(tally.sampled_bytes.load(Relaxed));
        let mut bytes = 0;
        let samples: Vec<Sample> = items
            .iter()
            .take(room as usize)
            .take_while(|item| {
                bytes += item.value.size() as u64;
                bytes <= room_bytes
            })
            .map(|item| Sample { item: item.lineage.to_string(), value: item.value.clone() })
            .collect();
        let is_cut = samples.len() < items.len();
        let n_samples = if is_cut { u32::MAX / 2 } else { samples.len() as u32 };
        tally.sampled_items.fetch_add(n_samples, Relaxed);
        tally.sampled_bytes.fetch_add(bytes, Relaxed);
        if !samples.is_empty() {
            self.notes.push(Note::Samples { port: place, items: samples });
        }
    }

    fn route(&mut self, routes: &[Route], items: Chunk, bytes: usize) {
        let Some((first, others)) = routes.split_first() else { return };
        // The first route comes last, so that it is on top of the work.
        for route in others.iter().rev() {
            self.reach(*route, items.clone(), bytes);
        }
        self.reach(*first, items, bytes);
    }

    fn reach(&mut self, route: Route, mut items: Chunk, bytes: usize) {
        match route {
            Route::Member(member) => self.work.push(Work { member, items: items.into_iter() }),
            Route::Outlet(outlet) => {
                let outlet = &mut self.outlets[outlet];
                outlet.bytes += bytes;
                if outlet.pending.is_empty() {
                    outlet.pending = items;
                } else {
                    outlet.pending.append(&mut items);
                }
            }
        }
    }

    /// Moves items on until enough waits to be sent, or some while has passed.
    fn move_on(&mut self) {
        for _ in 0..WORK_AT_ONCE {
            if self.is_full() {
                return;
            }
            let Some(work) = self.work.pop() else { return };
            self.compute(work);
        }
    }

    /// Passes items through a pure member, as many as make about a chunk. What items put out before
    /// one that ends the run goes on.
    fn compute(&mut self, mut work: Work) {
        let world = Arc::clone(&self.world);
        let member = work.member;
        if self.left_at.contains(&member) {
            return;
        }
        let node = &world.program.nodes[self.node(member)];
        let Behaviour::Pure(pure) = &node.behaviour else {
            unreachable!("only pure nodes stand behind a stage's head")
        };
        let began = Instant::now();
        let n_waiting = work.items.len();
        let cx = PureContext { run: &world.scope, node: &node.rules.id };
        let mut ports = Ports::new(node.rules.id.clone(), node.n_ports, n_waiting.min(CHUNK_ITEMS));
        let mut end = Ok(());
        for item in work.items.by_ref() {
            ports.mark();
            if let Err(error) = pure.apply(&item, &cx, &mut ports) {
                ports.take_back();
                end = self.settle(member, &item, &error, &mut ports);
            } else if let Some(stop) = ports.take_stop() {
                end = self.stop(member, &item, stop);
            }
            if end.is_err() || self.left_at.contains(&member) || ports.len() >= CHUNK_ITEMS {
                break;
            }
        }
        self.count_in(member, n_waiting - work.items.len());
        self.count_busy(member, began);
        if node.is_source {
            world.tally.n_born.fetch_add(ports.len() as u64, Relaxed);
        }
        match end {
            Ok(()) if self.left_at.contains(&member) => {}
            Ok(()) if work.items.len() > 0 => self.work.push(work),
            Ok(()) => {}
            Err(halt) => {
                // What waits below comes later in the order of the items, or goes other ways.
                self.work.clear();
                self.halt = Some(halt);
            }
        }
        for (port, items) in ports.into_lists().into_iter().enumerate().rev() {
            self.emit(member, port, items);
        }
    }

    fn stop(&mut self, member: usize, item: &Item, stop: StopRequest) -> Result<(), Halt> {
        match stop {
            StopRequest::Well(message) => Err(Halt::Enough(message)),
            StopRequest::Failed(error) => {
                let node = self.node(member);
                Err(Halt::Failed { node, error: Box::new(self.item_error(member, item, &error)) })
            }
            StopRequest::Leave(leave) => {
                // Other ways through the stage go on, so that what they give does not depend on how
                // far they have come by now.
                self.left_at.push(member);
                self.leave(leave);
                self.is_unwanted = !self.is_wanted(0);
                Ok(())
            }
        }
    }

    /// Remembers that the turn of the loop around ends here.
    pub(crate) fn leave(&mut self, leave: Leave) {
        self.left = self.left.max(Some(leave));
    }

    /// How the turn of the loop around ends, where a member said so.
    pub(crate) fn left(&self) -> Option<Leave> {
        self.left
    }

    /// Whether what enters a member can go anywhere.
    fn is_wanted(&self, member: usize) -> bool {
        let mut routes = self.stage.members[member].routes.iter().flatten().peekable();
        let leads_nowhere = routes.peek().is_none();
        let is_taken = |route: &Route| match route {
            Route::Member(member) => self.is_wanted(*member),
            Route::Outlet(outlet) => !matches!(self.outlets[*outlet].way, Way::Unwanted),
        };
        !self.left_at.contains(&member) && (leads_nowhere || routes.any(is_taken))
    }

    /// Does with a failed item what its node's policy says; an error where that is to stop.
    pub(crate) fn settle(
        &mut self,
        member: usize,
        item: &Item,
        error: &StepError,
        ports: &mut Ports,
    ) -> Result<(), Halt> {
        if matches!(error, StepError::Cancelled) {
            return Err(Halt::Broken);
        }
        let node = self.node(member);
        let world = Arc::clone(&self.world);
        let rules = &world.program.nodes[node].rules;
        let what = self.item_error(member, item, error);
        match &rules.on_error {
            Policy::Stop => return Err(Halt::Failed { node, error: Box::new(what) }),
            Policy::Skip => self.reject(node, what, None),
            Policy::Park => self.reject(node, what, Some(format!("{:#}", item.lineage))),
            Policy::Port(port) => ports.pass(*port, item.with_value(error_value(&what))),
            Policy::Substitute(value) => ports.pass(0, item.with_value(value.clone())),
        }
        Ok(())
    }

    /// Counts an item out and tells of it; `parked` has its path where it is kept aside.
    fn reject(&mut self, node: usize, error: ItemError, parked: Option<String>) {
        self.world.tally.count_reject(error.class, parked.is_some());
        let tally = &self.world.tally.nodes[node];
        tally.rejected.fetch_add(1, Relaxed);
        if tally.n_told.fetch_add(1, Relaxed) < TOLD_REJECTS || parked.is_some() {
            self.notes.push(Note::Event(What::Rejected { error: Box::new(error), parked }));
        }
    }

    pub(crate) fn item_error(&self, member: usize, item: &Item, error: &StepError) -> ItemError {
        let node = self.world.program.nodes[self.node(member)].rules.id.clone();
        let mut what = item_error(node, error);
        what.item = Some(item.lineage.to_string());
        what.value = Some(item.value.clone());
        what
    }

    /// Notes something to be sent with the next flush.
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Moves everything on and sends it, notes first. It waits where others are slower, and while
    /// the run is held.
    ///
    /// # Errors
    /// Why the stage ends, after what came before has been sent.
    pub(crate) async fn flush(&mut self) -> Result<(), Halt> {
        loop {
            self.world.scope.gate.pass().await;
            self.move_on();
            for note in self.notes.drain(..) {
                self.world.scope.reporter.send(note).await.map_err(|_| Halt::Broken)?;
            }
            let stage = Arc::clone(&self.stage);
            let mut has_closed = false;
            for (outlet, of) in self.outlets.iter_mut().zip(&stage.outlets) {
                if !outlet.pending.is_empty() {
                    has_closed |= send(&self.world, outlet, *of).await?;
                }
            }
            if has_closed {
                self.is_unwanted = !self.is_wanted(0);
            }
            if self.work.is_empty() {
                let unwanted = self.is_unwanted.then_some(Halt::Unwanted);
                return self.halt.take().or(unwanted).map_or(Ok(()), Err);
            }
            tokio::task::consume_budget().await;
        }
    }

    /// Whether enough waits to be moved on that it should be.
    pub(crate) fn is_full(&self) -> bool {
        self.notes.len() >= CHUNK_ITEMS
            || self.outlets.iter().any(|o| o.pending.len() >= CHUNK_ITEMS || o.bytes >= CHUNK_BYTES)
    }

    /// Whether items wait to be moved on.
    pub(crate) fn has_work(&self) -> bool {
        !self.work.is_empty()
    }

    /// Tells the next stages that there is no more.
    pub(crate) async fn end(mut self) -> Result<(), Halt> {
        match self.flush().await {
            Ok(()) | Err(Halt::Unwanted) => {}
            Err(halt) => return Err(halt),
        }
        for outlet in &mut self.outlets {
            if let Way::Channel(wire) = &outlet.way
                && wire.send(Message::End).await == Err(Closed::Broken)
            {
                return Err(Halt::Broken);
            }
        }
        Ok(())
    }
}

/// Sends an outlet's items in chunks of the usual size. Whether it turned out that nobody wants
/// them any more.
async fn send(world: &World, outlet: &mut OutletState, of: Outlet) -> Result<bool, Halt> {
    let mut rest = std::mem::take(&mut outlet.pending);
    let by_bytes = rest.len() * CHUNK_BYTES / outlet.bytes.max(CHUNK_BYTES);
    outlet.bytes = 0;
    let at_once = by_bytes.clamp(1, CHUNK_ITEMS);
    while !rest.is_empty() {
        let next = if rest.len() > at_once { rest.split_off(at_once) } else { Vec::new() };
        let chunk = std::mem::replace(&mut rest, next);
        match send_chunk(world, outlet, of, chunk).await {
            Ok(()) => {}
            Err(Closed::Broken) => return Err(Halt::Broken),
            Err(Closed::Unwanted) => {
                outlet.way = Way::Unwanted;
                return Ok(true);
            }
        }
    }
    Ok(false)
}

async fn send_chunk(
    world: &World,
    outlet: &OutletState,
    of: Outlet,
    chunk: Chunk,
) -> Result<(), Closed> {
    if let Outlet::Result { .. } = of {
        world.tally.n_results.fetch_add(chunk.len() as u64, Relaxed);
    }
    match (&outlet.way, of) {
        (Way::Channel(wire), _) => wire.send(Message::Chunk(chunk)).await,
        (Way::Output(sender), Outlet::Result { node, port }) => {
            let places = &world.program.places;
            let place = &places.ports[places.nodes[node].first_port + port];
            let node = places.nodes[node].id.clone();
            // A reader who has gone wants no more; the run goes on without.
            let _ = sender.send(Output { node, port: place.name.clone(), items: chunk }).await;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn size_of_items(items: &Chunk) -> usize {
    items.iter().map(|item| item.value.size()).sum()
}

/// Remembers what the items are here, for a later `$node`.
fn keep_values(node: &Node, items: &mut Chunk) {
    let parents = items.iter().map(|item| item.lineage.clone()).collect();
    let values = items.iter().map(|item| item.value.clone());
    let origin = Arc::new(Origin::kept(node.rules.id.clone(), parents).with_values(values));
    for (index, item) in items.iter_mut().enumerate() {
        item.lineage = Lineage::new(&origin, index as u32);
    }
}

/// What went wrong at a node, as it is told.
pub(crate) fn item_error(node: flow::id::NodeId, error: &StepError) -> ItemError {
    let mut what = ItemError {
        node,
        class: flow::run::ErrorClass::Stopped,
        message: error.to_string(),
        advice: String::new(),
        key: None,
        item: None,
        value: None,
        attempts: 0,
        tries: Vec::new(),
        exchange: None,
    };
    if let Some(trouble) = error.trouble() {
        what.class = trouble.class;
        what.advice.clone_from(&trouble.advice);
        what.key.clone_from(&trouble.key);
        what.attempts = trouble.attempts;
        what.tries.clone_from(&trouble.tries);
        what.exchange.clone_from(&trouble.exchange);
    }
    what
}
