//! How much an evaluation may take, and the account of it: expressions come from strangers.

use std::cell::Cell;
use std::time::Duration;

use data::Value;

use super::{Res, fault};
use crate::stopwatch::Stopwatch;

/// What one evaluation may take. Each limit that is reached is a fault that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run. `D1012`
    pub time: Duration,
    /// How many steps it may do: parts evaluated, entries looked at. `G0010`
    pub steps: u64,
    /// How deep calls may stand in one another. `D1011`
    pub depth: u32,
    /// How many bytes it may make, besides four times the item's own. `G0011`
    pub bytes: usize,
    /// How many bytes of JSON its result may have, besides four times the item's own. `G0012`
    pub output: usize,
}

impl Default for Limits {
    /// Two seconds, 200 million steps, 2,000 calls, 32 MB made, 32 MB of result.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(2),
            steps: 200_000_000,
            depth: 2_000,
            bytes: 32 << 20,
            output: 32 << 20,
        }
    }
}

thread_local! {
    /// Bytes of lists, texts and functions that evaluations of this thread hold at the moment.
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// Bytes that count as held until this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Held(usize);

impl Held {
    #[inline]
    pub(crate) fn new(bytes: usize) -> Self {
        // While a thread ends nothing is counted any more.
        let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
        Self(bytes)
    }

    /// Holds a large text while something else is evaluated.
    #[inline]
    pub(crate) fn if_large(bytes: usize) -> Option<Self> {
        (bytes > 1024).then(|| Self::new(bytes))
    }

    pub(crate) fn add(&mut self, bytes: usize) {
        if bytes > 0 {
            let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
            self.0 += bytes;
        }
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl Drop for Held {
    #[inline]
    fn drop(&mut self) {
        let _ = LIVE.try_with(|live| live.set(live.get().saturating_sub(self.0)));
    }
}

/// The clock is looked at every so many steps.
const STEPS_PER_LOOK: u64 = 512;

/// What an evaluation has taken so far.
pub(crate) struct Account<'c> {
    limits: &'c Limits,
    item: Option<&'c Value>,
    /// Unset until the first look: most evaluations end before it.
    started: Cell<Option<Stopwatch>>,
    steps: Cell<u64>,
    next_look: Cell<u64>,
    depth: Cell<u32>,
    /// What was held before the evaluation.
    held_before: usize,
    /// Bytes of objects that were made; they are not counted down, as nothing tells when they go.
    objects: Cell<usize>,
    /// The limit of bytes with the item's own share; counted only when it matters.
    allowed: Cell<usize>,
    n_made: Cell<u32>,
}

impl<'c> Account<'c> {
    pub(crate) fn new(limits: &'c Limits, item: Option<&'c Value>) -> Self {
        Self {
            limits,
            item,
            started: Cell::new(None),
            steps: Cell::new(0),
            next_look: Cell::new(STEPS_PER_LOOK.min(limits.steps)),
            depth: Cell::new(0),
            held_before: LIVE.try_with(Cell::get).unwrap_or(0),
            objects: Cell::new(0),
            allowed: Cell::new(limits.bytes),
            n_made: Cell::new(0),
        }
    }

    /// Counts steps.
    #[inline]
    pub(crate) fn step(&self, n: u64) -> Res<()> {
        let steps = self.steps.get() + n;
        self.steps.set(steps);
        if steps >= self.next_look.get() { self.look(steps) } else { Ok(()) }
    }

    #[cold]
    fn look(&self, steps: u64) -> Res<()> {
        if steps > self.limits.steps {
            let message = format!(
                "The expression did more than {} steps. Look for a function that never ends, or split the work over several nodes.",
                self.limits.steps
            );
            return Err(fault("G0010", message));
        }
        self.next_look.set(steps + STEPS_PER_LOOK);
        self.look_at_clock()
    }

    /// Looks at the clock; for builtins that do much in one step.
    pub(crate) fn look_at_clock(&self) -> Res<()> {
        let Some(started) = self.started.get() else {
            self.start_clock();
            return Ok(());
        };
        if started.elapsed() <= self.limits.time {
            return Ok(());
        }
        let ms = self.limits.time.as_millis();
        let message = format!(
            "The expression took longer than {ms} ms. Look for a function that never ends, or for a very long list."
        );
        Err(fault("D1012", message))
    }

    /// Starts the clock; for work that may take long before the first look.
    pub(crate) fn start_clock(&self) {
        if self.started.get().is_none() {
            self.started.set(Some(Stopwatch::start()));
        }
    }

    /// Asks for bytes that are about to be made; what holds them counts them, see [`Held`].
    #[inline]
    pub(crate) fn make(&self, n: usize) -> Res<()> {
        self.n_made.set(self.n_made.get().saturating_add(1));
        let bytes = self.bytes().saturating_add(n);
        if bytes > self.allowed.get() {
            return self.make_much(bytes);
        }
        // Much takes long, in one step.
        if n > 1 << 16 { self.look_at_clock() } else { Ok(()) }
    }

    /// Asks for the bytes of an object and counts them.
    #[inline]
    pub(crate) fn make_object(&self, n: usize) -> Res<()> {
        self.objects.set(self.objects.get() + n);
        self.make(0)
    }

    fn bytes(&self) -> usize {
        let live = LIVE.try_with(Cell::get).unwrap_or(0);
        live.saturating_sub(self.held_before) + self.objects.get()
    }

    #[cold]
    fn make_much(&self, bytes: usize) -> Res<()> {
        if self.allowed.get() == self.limits.bytes {
            // Larger items may need more; counting them takes time, so it is done but once.
            self.allowed.set(self.limits.bytes.saturating_add(1 + self.share()));
            if bytes <= self.allowed.get() {
                return Ok(());
            }
        }
        let message = format!(
            "The expression would need more than {} MB of memory. Look for a very long list or text, or split the work over several nodes.",
            self.allowed.get() >> 20
        );
        Err(fault("G0011", message))
    }

    fn share(&self) -> usize {
        self.item.map_or(0, |item| item.size().saturating_mul(4))
    }

    /// Whether so little was made that nothing can be nested very deep.
    pub(crate) fn is_shallow(&self) -> bool {
        self.n_made.get() < 200
    }

    /// Refuses a result that is too large.
    pub(crate) fn check_output(&self, result: &Value) -> Res<()> {
        let allowed = self.limits.output.saturating_add(self.share());
        if result.size() <= allowed {
            return Ok(());
        }
        let message = format!(
            "The result is larger than {} MB of JSON. Split it over several items.",
            allowed >> 20
        );
        Err(fault("G0012", message))
    }

    /// Does something one call deeper.
    pub(crate) fn deeper<T>(&self, f: impl FnOnce() -> Res<T>) -> Res<T> {
        let depth = self.depth.get() + 1;
        if depth > self.limits.depth {
            let message = "The expression nests too deep. Look for a function that calls itself without an end.";
            return Err(fault("D1011", message));
        }
        self.depth.set(depth);
        // Each level takes some hundred bytes of stack in release builds, some thousand in debug.
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, f);
        self.depth.set(depth - 1);
        result
    }
}
