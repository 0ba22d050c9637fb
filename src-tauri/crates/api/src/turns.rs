//! Whose turn it is: how many runs go at once, of a flow and in all, and which of those that wait
//! begins next. Not how a run is started: see `launch`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use engine::RunControl;
use flow::file::{Overlap, RunPolicy};
use flow::id::{FlowId, RunId};
use tokio::sync::oneshot;

use crate::app::lock;

/// How many runs go at once where nothing is set: more than a computer has use for, few enough that
/// a flood of calls does not fill its memory.
const AT_ONCE: usize = 200;

/// The setting that says how many runs go at once, of all flows.
pub(crate) const RUNS_AT_ONCE: &str = "runs_at_once";

/// The runs that go and those that wait.
#[derive(Debug)]
pub(crate) struct Turns(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Those that go, the oldest first.
    going: Vec<Going>,
    /// Those that wait, in the order in which they were asked for.
    waiting: VecDeque<Waiting>,
    /// How many runs of a flow other processes have, as far as it matters.
    elsewhere: HashMap<FlowId, usize>,
    at_once: usize,
    /// Nothing is begun any more: the program ends.
    is_closing: bool,
}

#[derive(Debug)]
struct Going {
    run: RunId,
    flow: FlowId,
    control: RunControl,
    /// It was stopped, to make room.
    is_leaving: bool,
}

#[derive(Debug)]
struct Waiting {
    run: RunId,
    flow: FlowId,
    control: RunControl,
    /// How many runs of its flow may go at once; as many as there are without it.
    of_flow: Option<usize>,
    /// A run waits for it, so that it must not wait for runs of all flows to become fewer.
    is_called: bool,
    tell: oneshot::Sender<()>,
}

/// What becomes of a run that is asked for.
#[derive(Debug)]
pub(crate) enum Entry {
    /// It has a place, now or later.
    Place(Place),
    /// It is not begun.
    Skipped,
}

/// A run's place among those that go or wait; dropping it makes room for the next.
#[derive(Debug)]
pub struct Place {
    turns: Arc<Turns>,
    run: RunId,
    begins: oneshot::Receiver<()>,
    has_begun: bool,
}

impl Default for Turns {
    fn default() -> Self {
        Self(Mutex::new(State {
            going: Vec::new(),
            waiting: VecDeque::new(),
            elsewhere: HashMap::new(),
            at_once: AT_ONCE,
            is_closing: false,
        }))
    }
}

impl Turns {
    /// Says how many runs go at once, of all flows; what is no number stands for the usual one.
    pub(crate) fn set_at_once(&self, value: &serde_json::Value) {
        let given = value.as_u64().and_then(|n| usize::try_from(n).ok());
        let mut state = lock(&self.0);
        state.at_once = given.filter(|n| *n > 0).unwrap_or(AT_ONCE);
        state.admit();
    }

    /// Lets nothing begin any more.
    pub(crate) fn close(&self) {
        lock(&self.0).is_closing = true;
    }

    /// Whether the program ends.
    pub(crate) fn is_closing(&self) -> bool {
        lock(&self.0).is_closing
    }

    /// Asks for a place, for a run that another one waits for where it `is_called`. `elsewhere` is how many runs of the flow other processes have.
    pub(crate) fn enter(
        self: &Arc<Self>,
        run: &RunId,
        flow: &FlowId,
        policy: &RunPolicy,
        control: RunControl,
        elsewhere: usize,
        is_called: bool,
    ) -> Entry {
        let mut state = lock(&self.0);
        let at_once = policy.at_once.map_or(1, |n| n.get() as usize);
        let of_flow = (policy.overlap != Overlap::Parallel).then_some(at_once);
        if of_flow.is_some() {
            state.elsewhere.insert(flow.clone(), elsewhere);
        }
        match policy.overlap {
            Overlap::Parallel | Overlap::Queue => {}
            Overlap::Skip if state.n_of(flow) + elsewhere >= at_once => return Entry::Skipped,
            Overlap::Skip => {}
            Overlap::Replace => state.make_room(flow, at_once),
        }
        let (tell, begins) = oneshot::channel();
        let (run, flow) = (run.clone(), flow.clone());
        state.waiting.push_back(Waiting {
            run: run.clone(),
            flow,
            control,
            of_flow,
            is_called,
            tell,
        });
        state.admit();
        let mut place = Place { turns: Arc::clone(self), run, begins, has_begun: false };
        place.has_begun = place.begins.try_recv().is_ok();
        Entry::Place(place)
    }

    /// Tells how many runs of a flow other processes have now.
    pub(crate) fn set_elsewhere(&self, flow: &FlowId, n: usize) {
        let mut state = lock(&self.0);
        if n == 0 {
            state.elsewhere.remove(flow);
        } else {
            state.elsewhere.insert(flow.clone(), n);
        }
        state.admit();
    }
}

impl State {
    /// How many runs of a flow go or wait here.
    fn n_of(&self, flow: &FlowId) -> usize {
        let going = self.going.iter().filter(|going| going.flow == *flow).count();
        going + self.waiting.iter().filter(|waiting| waiting.flow == *flow).count()
    }

    /// Stops the oldest runs of a flow until there is room for one more.
    fn make_room(&mut self, flow: &FlowId, at_once: usize) {
        let staying = |going: &&mut Going| going.flow == *flow && !going.is_leaving;
        let n_going = self.going.iter_mut().filter(staying).count();
        let n_waiting = self.waiting.iter().filter(|waiting| waiting.flow == *flow).count();
        let mut too_many = (n_going + n_waiting + 1).saturating_sub(at_once);
        for going in self.going.iter_mut().filter(staying).take(too_many) {
            going.is_leaving = true;
            going.control.cancel();
        }
        too_many = too_many.saturating_sub(n_going);
        let waiting = self.waiting.iter().filter(|waiting| waiting.flow == *flow);
        waiting.take(too_many).for_each(|waiting| waiting.control.cancel());
    }

    /// Lets those begin that have room; of one flow, in their order.
    fn admit(&mut self) {
        if self.is_closing {
            return;
        }
        let mut full: HashSet<FlowId> = HashSet::new();
        let mut at = 0;
        while at < self.waiting.len() {
            let next = &self.waiting[at];
            if self.going.len() >= self.at_once && !next.is_called {
                at += 1;
                continue;
            }
            let n_going = self.going.iter().filter(|going| going.flow == next.flow).count();
            let n_elsewhere = self.elsewhere.get(&next.flow).copied().unwrap_or_default();
            let has_room = next.of_flow.is_none_or(|most| n_going + n_elsewhere < most);
            if !has_room || full.contains(&next.flow) {
                full.insert(next.flow.clone());
                at += 1;
                continue;
            }
            if let Some(Waiting { run, flow, control, tell, .. }) = self.waiting.remove(at) {
                // One that was given up has no place to be told of any more.
                if tell.send(()).is_ok() {
                    self.going.push(Going { run, flow, control, is_leaving: false });
                }
            }
        }
    }
}

impl Place {
    /// Whether the run may begin.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Waits until the run may begin. May be dropped while it waits.
    pub(crate) async fn begins(&mut self) {
        if !self.has_begun {
            // The one who tells lives as long as the place.
            let _ = (&mut self.begins).await;
            self.has_begun = true;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.turns.0);
        state.going.retain(|going| going.run != self.run);
        state.waiting.retain(|waiting| waiting.run != self.run);
        state.admit();
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    struct Queue(Arc<Turns>);

    fn policy(overlap: Overlap, at_once: u32) -> RunPolicy {
        RunPolicy { overlap, at_once: NonZeroU32::new(at_once), ..RunPolicy::default() }
    }

    impl Queue {
        fn new() -> Self {
            Self(Arc::default())
        }

        fn enter(&self, run: &str, policy: &RunPolicy) -> Option<(Place, RunControl)> {
            self.enter_flow(run, "flow", policy, 0)
        }

        fn enter_flow(
            &self,
            run: &str,
            flow: &str,
            policy: &RunPolicy,
            elsewhere: usize,
        ) -> Option<(Place, RunControl)> {
            let control = RunControl::default();
            let given = control.clone();
            match self.0.enter(&run.into(), &flow.into(), policy, given, elsewhere, false) {
                Entry::Place(place) => Some((place, control)),
                Entry::Skipped => None,
            }
        }
    }

    /// Which of these may begin by now.
    async fn begun(places: &mut [&mut (Place, RunControl)]) -> Vec<bool> {
        let mut begun = Vec::new();
        for (place, _) in places {
            let waited = tokio::time::timeout(std::time::Duration::ZERO, place.begins()).await;
            begun.push(waited.is_ok());
        }
        begun
    }

    #[tokio::test]
    async fn runs_side_by_side_all_begin() {
        let (queue, parallel) = (Queue::new(), RunPolicy::default());
        let places: Vec<_> = (0..50).map(|n| queue.enter(&n.to_string(), &parallel)).collect();
        assert!(places.iter().flatten().all(|(place, _)| place.has_begun()));
    }

    #[tokio::test]
    async fn queued_runs_begin_in_their_order_as_places_come_free() {
        let (queue, two) = (Queue::new(), policy(Overlap::Queue, 2));
        let mut a = queue.enter("a", &two).unwrap();
        let mut b = queue.enter("b", &two).unwrap();
        let mut c = queue.enter("c", &two).unwrap();
        let mut d = queue.enter("d", &two).unwrap();
        assert_eq!(begun(&mut [&mut a, &mut b, &mut c, &mut d]).await, [true, true, false, false]);
        // One that waits no longer lets the next one pass.
        drop(c);
        assert_eq!(begun(&mut [&mut d]).await, [false]);
        drop(b);
        assert_eq!(begun(&mut [&mut d]).await, [true]);
    }

    #[tokio::test]
    async fn a_run_is_skipped_while_another_goes() {
        let (queue, skip) = (Queue::new(), policy(Overlap::Skip, 1));
        let first = queue.enter("a", &skip).unwrap();
        assert!(queue.enter("b", &skip).is_none());
        drop(first);
        assert!(queue.enter("c", &skip).is_some());
        assert!(queue.enter_flow("d", "other", &skip, 1).is_none(), "one goes elsewhere");
    }

    #[tokio::test]
    async fn the_oldest_run_is_stopped_for_the_newest_which_begins_after_its_end() {
        let (queue, replace) = (Queue::new(), policy(Overlap::Replace, 1));
        let a = queue.enter("a", &replace).unwrap();
        let mut b = queue.enter("b", &replace).unwrap();
        assert!(a.1.is_cancelled());
        assert_eq!(begun(&mut [&mut b]).await, [false]);
        let mut c = queue.enter("c", &replace).unwrap();
        assert!(b.1.is_cancelled(), "it waited, and a newer one takes its place");
        drop(b);
        drop(a);
        assert_eq!(begun(&mut [&mut c]).await, [true]);
        assert!(!c.1.is_cancelled());
    }

    #[tokio::test]
    async fn so_many_runs_go_at_once_of_all_flows() {
        let (queue, parallel) = (Queue::new(), RunPolicy::default());
        queue.0.set_at_once(&serde_json::json!(2));
        let mut a = queue.enter_flow("a", "x", &parallel, 0).unwrap();
        let b = queue.enter_flow("b", "y", &parallel, 0).unwrap();
        let mut c = queue.enter_flow("c", "z", &parallel, 0).unwrap();
        assert_eq!(begun(&mut [&mut a, &mut c]).await, [true, false]);
        drop(b);
        assert_eq!(begun(&mut [&mut c]).await, [true]);
        let mut d = queue.enter_flow("d", "z", &parallel, 0).unwrap();
        assert_eq!(begun(&mut [&mut d]).await, [false]);
        queue.0.set_at_once(&serde_json::json!(null));
        assert_eq!(begun(&mut [&mut d]).await, [true]);
    }

    #[tokio::test]
    async fn runs_of_other_processes_count() {
        let (queue, one) = (Queue::new(), policy(Overlap::Queue, 1));
        let mut a = queue.enter_flow("a", "x", &one, 1).unwrap();
        assert_eq!(begun(&mut [&mut a]).await, [false]);
        queue.0.set_elsewhere(&"x".into(), 0);
        assert_eq!(begun(&mut [&mut a]).await, [true]);
    }
}
