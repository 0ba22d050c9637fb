//! What is told of a scope's turns: the first ones, slow ones and failed ones, and how many there
//! will be. Not the turns.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use flow::id::NodeId;
use flow::run::{Timestamp, What};

use super::feed::Unit;
use crate::emitter::{Emitter, World};
use crate::item::Item;
use crate::recorder::Note;

/// Turns told of each scope, whatever came of them.
const FIRST_TURNS: u32 = 50;

/// Turns told of each scope in all, where they failed or were slow.
const MOST_TURNS: u32 = 1_000;

/// What a slow turn is, in milliseconds.
const SLOW_MS: u64 = 1_000;

/// How often a scope tells how far it has come, in milliseconds.
const PROGRESS_MS: u64 = 250;

/// A turn that is over.
pub(super) struct Turn<'a> {
    item: &'a Item,
    began: Instant,
    began_at: Timestamp,
}

impl<'a> Turn<'a> {
    pub(super) fn of(item: &'a Item, began: Instant, began_at: Timestamp) -> Self {
        Self { item, began, began_at }
    }

    /// What is told of it, as far as the limits go.
    pub(super) fn what(
        &self,
        world: &World,
        node: usize,
        branch: Option<NodeId>,
        failed: bool,
    ) -> Option<What> {
        let took_ms = self.began.elapsed().as_millis() as u64;
        let tally = &world.tally.nodes[node];
        let n_told = tally.n_turns_told.load(Relaxed);
        let is_long = failed || took_ms >= SLOW_MS;
        if n_told >= FIRST_TURNS && (n_told >= MOST_TURNS || !is_long) {
            return None;
        }
        tally.n_turns_told.fetch_add(1, Relaxed);
        let node = world.program.nodes[node].rules.id.clone();
        let item = self.item.lineage.to_string();
        Some(What::Turn { node, item, branch, began: self.began_at, took_ms, failed })
    }
}

/// Counts turns that are over, where it is known how many there are, and tells of it now and then.
pub(super) fn progress(emitter: &mut Emitter, unit: &Unit, n_turns: u64) {
    if unit.entry.is_none() {
        return;
    }
    let tally = &emitter.world.tally.nodes[emitter.head_rules().index];
    let done = tally.turns_done.fetch_add(n_turns, Relaxed) + n_turns;
    let of = tally.turns_of.load(Relaxed);
    let now = emitter.world.scope.began.elapsed().as_millis() as u64;
    let last = tally.progress_at.load(Relaxed);
    let is_due = now >= last + PROGRESS_MS
        && tally.progress_at.compare_exchange(last, now, Relaxed, Relaxed).is_ok();
    // The last one is told by a scope that is no turn of another, which knows that it is the last.
    if is_due || (done >= of && emitter.within.is_none()) {
        let node = emitter.head_rules().id.clone();
        emitter.note(Note::Event(What::Progress { node, done, of }));
    }
}
