//! Runs a node that acts item by item: a window of items in flight across chunk borders, their
//! results in the order of the items. Not how a step is tried again: see `embedded`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use data::Value;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;

use crate::embedded::EmbeddedContext;
use crate::emitter::{Emitter, Halt, World};
use crate::inlet::{Inlet, Next};
use crate::item::{Chunk, Item};
use crate::lineage::{Lineage, Origin};
use crate::node::{Answer, Behaviour, Pages, broken_spill};
use crate::ports::Ports;
use crate::rules::Policy;
use crate::step::{StepError, StepResult};

/// Pages of one item that are fetched before they are wanted.
const PAGES_AHEAD: usize = 3;

/// Items that may be done and wait for a slower one before them, per item in flight.
const DONE_AHEAD: usize = 8;

/// Runs the node at the head of the emitter's stage until the inlet ends.
pub(crate) async fn run(inlet: &mut Inlet, emitter: &mut Emitter, node: usize) -> Result<(), Halt> {
    let mut window = Window::new(Arc::clone(&emitter.world), node);
    let mut source = Source::Open;
    loop {
        let settled = window.settle_heads(emitter);
        window.flush(emitter).await?;
        settled?;
        if window.has_settled_head() {
            continue;
        }
        window.begin_waiting(emitter);
        if window.is_idle() && source != Source::Open {
            return if source == Source::Broken { Err(Halt::Broken) } else { Ok(()) };
        }
        let wants_more = source == Source::Open && window.waiting.is_empty();
        tokio::select! {
            biased;
            Some(progress) = window.running.next(), if !window.running.is_empty() => {
                window.advance(progress);
            }
            next = inlet.next(), if wants_more => match next {
                Next::Chunk(_, chunk) => window.waiting.extend(chunk),
                Next::End => source = Source::Ended,
                Next::Broken => source = Source::Broken,
                Next::Failed(error) => {
                    return Err(crate::stage::failed(emitter, &broken_spill(&error)));
                }
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Open,
    Ended,
    Broken,
}

struct Window {
    world: Arc<World>,
    node: usize,
    concurrency: usize,
    /// Items taken in that have not begun.
    waiting: VecDeque<Item>,
    /// Items that have begun, in order; the first's number is `n_gone`.
    slots: VecDeque<Slot>,
    n_gone: u64,
    running: FuturesUnordered<BoxFuture<'static, Progress>>,
    /// Set when an item has failed for good and the policy is to stop: nothing more is begun.
    is_closing: bool,
}

struct Slot {
    item: Item,
    cx: Arc<EmbeddedContext>,
    began: Instant,
    /// What is to be given out, with the output that it leaves by.
    ready: VecDeque<(usize, Chunk)>,
    /// Pages that are not being asked for just now.
    pages: Option<Box<dyn Pages>>,
    n_pages: u64,
    end: Option<Result<(), StepError>>,
}

struct Progress {
    slot: u64,
    what: Step,
}

enum Step {
    Answered(StepResult<Answer>),
    Paged(Box<dyn Pages>, StepResult<Option<Vec<Value>>>),
}

impl Window {
    fn new(world: Arc<World>, node: usize) -> Self {
        let concurrency = world.program.nodes[node].rules.concurrency.get() as usize;
        Self {
            world,
            node,
            concurrency,
            waiting: VecDeque::new(),
            slots: VecDeque::new(),
            n_gone: 0,
            running: FuturesUnordered::new(),
            is_closing: false,
        }
    }

    fn is_idle(&self) -> bool {
        self.slots.is_empty() && self.waiting.is_empty()
    }

    /// Whether the first item has something to give out already.
    fn has_settled_head(&self) -> bool {
        self.slots.front().is_some_and(|head| head.end.is_some() || !head.ready.is_empty())
    }

    fn begin_waiting(&mut self, emitter: &mut Emitter) {
        while !self.is_closing
            && self.running.len() < self.concurrency
            && self.slots.len() < self.concurrency.saturating_mul(DONE_AHEAD)
        {
            let Some(item) = self.waiting.pop_front() else { return };
            emitter.count_in(0, 1);
            self.begin(item);
        }
    }

    fn begin(&mut self, item: Item) {
        let rules = Arc::clone(&self.world.program.nodes[self.node].rules);
        let scope = Arc::clone(&self.world.scope);
        let cx = Arc::new(EmbeddedContext::new(scope, rules, item.lineage.clone()));
        let slot = self.n_gone + self.slots.len() as u64;
        self.slots.push_back(Slot {
            item: item.clone(),
            cx: Arc::clone(&cx),
            began: Instant::now(),
            ready: VecDeque::new(),
            pages: None,
            n_pages: 0,
            end: None,
        });
        let (world, node) = (Arc::clone(&self.world), self.node);
        self.running.push(Box::pin(async move {
            let Behaviour::Each(each) = &world.program.nodes[node].behaviour else {
                unreachable!("a window is kept for nodes that act item by item only")
            };
            Progress { slot, what: Step::Answered(each.call(&item, &*cx).await) }
        }));
    }

    fn advance(&mut self, progress: Progress) {
        let number = progress.slot;
        let node = self.world.program.nodes[self.node].rules.id.clone();
        let Some(slot) = self.slots.get_mut((number - self.n_gone) as usize) else { return };
        match progress.what {
            Step::Answered(Err(error)) | Step::Paged(_, Err(error)) => slot.end = Some(Err(error)),
            Step::Answered(Ok(Answer::None)) | Step::Paged(_, Ok(None)) => slot.end = Some(Ok(())),
            Step::Answered(Ok(Answer::Pass)) => slot.finish_with(vec![slot.item.clone()]),
            Step::Answered(Ok(Answer::One(value))) => {
                slot.finish_with(vec![slot.item.with_value(value)]);
            }
            Step::Answered(Ok(Answer::By(port, value))) => {
                slot.ready.push_back((port, vec![slot.item.with_value(value)]));
                slot.end = Some(Ok(()));
            }
            Step::Answered(Ok(Answer::Many(values))) => {
                if slot.item.lineage.is_sole() {
                    self.world.tally.n_born.fetch_add(values.len() as u64, Relaxed);
                }
                let origin = Origin::parts(node, slot.item.lineage.clone());
                slot.finish_with(born(&Arc::new(origin), values));
            }
            Step::Answered(Ok(Answer::Pages(pages))) => slot.pages = Some(pages),
            Step::Paged(pages, Ok(Some(values))) => {
                let origin = Origin::page(node, slot.n_pages, slot.item.lineage.clone());
                slot.n_pages += 1;
                self.world.tally.n_born.fetch_add(values.len() as u64, Relaxed);
                slot.ready.push_back((0, born(&Arc::new(origin), values)));
                slot.pages = Some(pages);
            }
        }
        let stops = self.world.program.nodes[self.node].rules.on_error == Policy::Stop;
        self.is_closing |= stops && matches!(slot.end, Some(Err(_)));
        self.ask_ahead(number);
    }

    /// Asks for a slot's next page, unless enough of them wait already.
    fn ask_ahead(&mut self, number: u64) {
        let Some(slot) = self.slots.get_mut((number - self.n_gone) as usize) else { return };
        if slot.ready.len() >= PAGES_AHEAD {
            return;
        }
        let Some(mut pages) = slot.pages.take() else { return };
        let cx = Arc::clone(&slot.cx);
        self.running.push(Box::pin(async move {
            let next = pages.next(&*cx).await;
            Progress { slot: number, what: Step::Paged(pages, next) }
        }));
    }

    /// Gives out what the first items have made, and lets go of those that are done.
    fn settle_heads(&mut self, emitter: &mut Emitter) -> Result<(), Halt> {
        while let Some(head) = self.slots.front_mut() {
            for (port, chunk) in head.ready.drain(..) {
                emitter.emit(0, port, chunk);
            }
            let Some(end) = head.end.take() else {
                self.ask_ahead(self.n_gone);
                break;
            };
            emitter.count_busy(0, head.began);
            if let Err(error) = end {
                let item = head.item.clone();
                settle(emitter, &item, &error)?;
            }
            self.slots.pop_front();
            self.n_gone += 1;
            if emitter.is_full() || emitter.has_work() {
                break;
            }
        }
        Ok(())
    }

    /// Sends what was given out; calls in flight go on meanwhile.
    async fn flush(&mut self, emitter: &mut Emitter) -> Result<(), Halt> {
        let mut progressed = Vec::new();
        let flushed = {
            let mut flush = std::pin::pin!(emitter.flush());
            loop {
                tokio::select! {
                    biased;
                    flushed = &mut flush => break flushed,
                    Some(progress) = self.running.next(), if !self.running.is_empty() => {
                        progressed.push(progress);
                    }
                }
            }
        };
        for progress in progressed {
            self.advance(progress);
        }
        flushed
    }
}

impl Slot {
    fn finish_with(&mut self, chunk: Chunk) {
        self.ready.push_back((0, chunk));
        self.end = Some(Ok(()));
    }
}

/// Does with a failed item what its node's policy says, and gives out what comes of that.
pub(crate) fn settle(emitter: &mut Emitter, item: &Item, error: &StepError) -> Result<(), Halt> {
    let mut ports = Ports::new(emitter.head_rules().id.clone(), emitter.head_ports(), 1);
    emitter.settle(0, item, error, &mut ports)?;
    for (port, items) in ports.into_lists().into_iter().enumerate() {
        emitter.emit(0, port, items);
    }
    Ok(())
}

fn born(origin: &Arc<Origin>, values: Vec<Value>) -> Chunk {
    let items = values.into_iter().enumerate();
    items.map(|(index, value)| Item::new(value, Lineage::new(origin, index as u32))).collect()
}
