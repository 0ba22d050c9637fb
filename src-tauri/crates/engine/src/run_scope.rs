//! What all nodes of one run share: its names, its clock, its services, its way to the recorder.
//! Not the tasks: those are the runner's.

use std::cell::Cell;
use std::fmt::Write as _;
use std::hash::Hasher;
use std::sync::Arc;

use data::Value;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::Timestamp;
use mapping::{Fault, Names};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::calls::Calls;
use crate::gate::Gate;
use crate::ledger::Ledger;
use crate::lineage::{Lineage, Unresolved};
use crate::recorder::Reporter;
use crate::respond::Responder;
use crate::services::Services;
use crate::signals::Signals;
use crate::tables::RunTables;

/// The computer's time.
#[expect(
    clippy::disallowed_methods,
    reason = "the engine's one look at the wall's clock: a long wait has to end on time although \
              the computer slept"
)]
fn wall() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as Timestamp)
}

/// What a run reads as the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Real time, which was this when the run began.
    From(Timestamp),
    /// Always this, so that a run gives the same bytes again.
    Fixed(Timestamp),
}

/// What all nodes of one run share.
#[derive(Debug)]
pub struct RunScope {
    /// The run.
    pub(crate) id: RunId,
    /// The run that keys of its steps begin with: itself, or the one that it does again in part.
    pub(crate) root: RunId,
    /// The flow.
    pub(crate) flow: FlowId,
    /// The flows by whose calls it came to be, the outermost first.
    pub(crate) callers: Vec<FlowId>,
    pub(crate) vars: Value,
    pub(crate) env: Value,
    /// What expressions read as `$run`.
    pub(crate) about: Value,
    pub(crate) clock: Clock,
    /// When the run first began, by its clock: the time that expressions read, so that what is
    /// computed again after a restart comes to the same.
    pub(crate) started_at: Timestamp,
    pub(crate) began: Instant,
    /// What the wall's clock showed when this part of the run began.
    pub(crate) began_at: Timestamp,
    pub(crate) seed: u64,
    pub(crate) services: Arc<Services>,
    pub(crate) tables: RunTables,
    pub(crate) cancel: CancellationToken,
    pub(crate) responder: Option<Responder>,
    pub(crate) calls: Calls,
    pub(crate) signals: Arc<Signals>,
    /// Passed before anything new is begun.
    pub(crate) gate: Arc<Gate>,
    pub(crate) reporter: Reporter,
    /// The journal of the run's steps, where it is to outlast the process.
    pub(crate) ledger: Option<Ledger>,
}

impl RunScope {
    /// What the wall's clock shows now, for [`RunScope::began_at`].
    pub(crate) fn begins_at() -> Timestamp {
        wall()
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self.clock {
            Clock::From(start) => start + (wall() - self.began_at).max(0),
            Clock::Fixed(at) => at,
        }
    }

    pub(crate) fn names<'a>(&'a self, node: &'a NodeId, lineage: &'a Lineage) -> ItemNames<'a> {
        ItemNames { run: self, node, lineage, n_seeds: Cell::new(0) }
    }

    pub(crate) fn name(&self, name: &str) -> Option<Value> {
        match name {
            "vars" => Some(self.vars.clone()),
            "env" => Some(self.env.clone()),
            "run" => Some(self.about.clone()),
            _ => None,
        }
    }

    /// The `n`th random number of an item at a node.
    pub(crate) fn random(&self, node: &NodeId, lineage: &Lineage, n: u64) -> u64 {
        let mut hash = Fnv::default();
        hash.write(&self.seed.to_le_bytes());
        hash.write(node.as_str().as_bytes());
        let _ = write!(hash, "/{lineage:#}/{n}");
        mix(hash.0)
    }
}

/// FNV-1a: the same on every machine and in every version, unlike the standard library's hasher.
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl std::fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.write(text.as_bytes());
        Ok(())
    }
}

/// The last step of SplitMix64, which makes near inputs into far outputs.
pub(crate) fn mix(mut n: u64) -> u64 {
    n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// The names that expressions can reach besides an item.
#[derive(Debug)]
pub struct ItemNames<'a> {
    run: &'a RunScope,
    node: &'a NodeId,
    lineage: &'a Lineage,
    n_seeds: Cell<u64>,
}

impl Names for ItemNames<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        self.run.name(name)
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        ancestor(self.lineage, id)
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.run.started_at)
    }

    fn seed(&self) -> Option<u64> {
        self.n_seeds.set(self.n_seeds.get() + 1);
        Some(self.run.random(self.node, self.lineage, self.n_seeds.get()))
    }
}

/// The value of `$node("id")` for an item.
pub(crate) fn ancestor(lineage: &Lineage, id: &str) -> Result<Value, Fault> {
    lineage.value_at(id).map_err(|why| {
        let message = match why {
            Unresolved::NotOnPath => format!(
                "The item {lineage} did not come by the node \"{id}\", so $node(\"{id}\") has no value for it. Refer to a node on the item's path."
            ),
            Unresolved::Several => format!(
                "The item {lineage} was made of several items of \"{id}\", so $node(\"{id}\") is not one value. Carry what you need along in the grouped or joined item."
            ),
            Unresolved::NotKept => format!(
                "What the item {lineage} was at \"{id}\" is not known in this run. Run the whole flow, so that $node(\"{id}\") has a value."
            ),
        };
        Fault::new("G0005", message)
    })
}
