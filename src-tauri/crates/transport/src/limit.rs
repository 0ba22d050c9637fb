//! The layer that keeps to a system's limits: so many calls per second, so many at once, and what
//! the system itself says of it. Shared by all flows of a connection, first come, first served.
//! Not the pauses between the tries of a step: see `retry`.

mod bucket;
mod quota;
mod told;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use flow::run::Timestamp;
use http::HeaderMap;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use self::bucket::Bucket;
use self::quota::{Due, Quotas, round};
use self::told::Told;
use crate::clock::Clock;
use crate::conduct::{Conduct, Note};
use crate::error::Kind;
use crate::per_clock::PerClock;
use crate::retry_after::retry_after;
use crate::spec::LimitSpec;

/// A wait that is longer than this is told.
const TOLD_ABOVE: Duration = Duration::from_millis(20);

/// The longest pause that a system can ask for, whatever the connection says.
const MAX_PAUSE: Duration = Duration::from_hours(1);

/// A reader that leaves an answer lying for so long gives its place to a call that waits for one.
/// Otherwise a flow that reads a list and calls for each of its items could wait for itself.
const LEFT_LYING: Duration = Duration::from_secs(5);

/// How a connection's limits stand.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema, TS)]
pub struct LimitHealth {
    /// The calls that wait for their turn.
    #[ts(type = "number")]
    pub waiting: usize,
    /// The most calls of the tightest limit that the system told of.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// How many of them are left.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<f64>,
    /// In how many milliseconds it begins anew.
    #[ts(optional, type = "number")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets_in_ms: Option<u64>,
    /// For how many milliseconds all calls are held back, where the system asked for it.
    #[ts(optional, type = "number")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_ms: Option<u64>,
}

/// The limits of one connection.
#[derive(Debug)]
pub(crate) struct Limit {
    name: Arc<str>,
    spec: LimitSpec,
    states: PerClock<Shared>,
}

/// A call that may leave. It keeps its place among the calls at once until it is dropped.
pub(crate) struct Permit {
    shared: Arc<Shared>,
    clock: Clock,
    /// Its place among the calls at once, where those are counted.
    place: Option<Arc<Mutex<Place>>>,
    number: Option<u64>,
    entered: Instant,
    is_answered: bool,
    learn: bool,
    max_pause: Duration,
    name: Arc<str>,
}

/// What all calls share.
struct Shared {
    now: Mutex<State>,
    /// Whose turn it is to wait for the rate; the others queue behind.
    turn: Semaphore,
    /// That what the first in the queue waits for may have changed.
    changed: Notify,
    n_waiting: AtomicUsize,
    /// The places for calls at once, where they are counted.
    places: Option<(u32, Arc<Semaphore>)>,
    taken: Mutex<Vec<Weak<Mutex<Place>>>>,
}

struct State {
    bucket: Option<Bucket>,
    rate: f64,
    quotas: Quotas,
    /// Until when the system asked us to pause.
    paused: Option<Instant>,
    /// The calls without an answer yet.
    on_the_way: usize,
    /// How long calls keep their places, on average.
    kept: Option<Duration>,
}

/// A place among the calls at once.
#[derive(Default)]
struct Place {
    permit: Option<OwnedSemaphorePermit>,
    /// Since when the reader has not asked for more.
    lying_since: Option<Instant>,
}

/// Counts a call that waits, as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl Limit {
    /// The limits of a connection; `name` is what it is called in reasons.
    pub(crate) fn new(name: &str, spec: &LimitSpec) -> Self {
        let states = PerClock::new(Shared::new(spec));
        Self { name: name.into(), spec: spec.clone(), states }
    }

    /// Waits until a call may leave.
    ///
    /// # Errors
    /// [`Kind::Cancelled`].
    pub(crate) async fn enter(
        &self,
        conduct: &Conduct,
        cancel: &CancellationToken,
    ) -> Result<Permit, Kind> {
        let shared = self.states.of(&conduct.clock, || Shared::new(&self.spec));
        let entered = conduct.clock.now();
        let wait = async {
            let place = shared.place(conduct).await;
            let number = shared.turn(&self.name, conduct).await;
            (place, number)
        };
        let (permit, number) = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Kind::Cancelled),
            entered = wait => entered,
        };
        let place = shared.places.as_ref().map(|(at_once, _)| {
            let place = Arc::new(Mutex::new(Place { permit, lying_since: None }));
            let mut taken = lock(&shared.taken);
            if taken.len() > 2 * *at_once as usize {
                taken.retain(|place| place.strong_count() > 0);
            }
            taken.push(Arc::downgrade(&place));
            place
        });
        Ok(Permit {
            shared,
            clock: conduct.clock.clone(),
            place,
            number,
            entered,
            is_answered: false,
            learn: self.spec.learn,
            max_pause: Duration::from_secs(self.spec.max_wait_seconds.into()).min(MAX_PAUSE),
            name: Arc::clone(&self.name),
        })
    }

    /// How the limits stand now, in real time.
    pub(crate) fn health(&self) -> LimitHealth {
        let shared = self.states.live();
        let now = Instant::now();
        let state = lock(&shared.now);
        let (limit, left, resets_in) = match state.quotas.tightest(now) {
            Some((limit, left, resets_in)) => (limit, Some(left), resets_in),
            None => (None, None, None),
        };
        let paused = state.paused.map(|until| until.saturating_duration_since(now));
        LimitHealth {
            waiting: shared.n_waiting.load(Ordering::Relaxed),
            limit,
            left,
            resets_in_ms: resets_in.map(millis),
            paused_ms: paused.filter(|left| !left.is_zero()).map(millis),
        }
    }
}

/// Returns the pause that an answer asks for because there were too many calls, or the system is
/// busy: `Retry-After` with 429, 503 and 403, or when a limit that is used up begins anew. Not
/// capped.
pub fn pause_asked(status: u16, headers: &HeaderMap, at: Timestamp) -> Option<Duration> {
    matches!(status, 403 | 429 | 503)
        .then(|| told::read(headers, at))
        .and_then(|told| asked(status, headers, at, &told))
}

fn asked(status: u16, headers: &HeaderMap, at: Timestamp, told: &[Told]) -> Option<Duration> {
    if !matches!(status, 403 | 429 | 503) {
        return None;
    }
    // A refusal by one of its limits names the pause as well as Retry-After would.
    let spent = told.iter().filter(|one| one.left == Some(0.0));
    let reset = || spent.filter_map(|one| one.resets_in).max();
    retry_after(headers, at).or_else(|| reset().filter(|_| status != 503))
}

impl Permit {
    /// Learns from the head of the answer, which arrived at `at` by the run's clock.
    pub(crate) fn answered(&mut self, status: u16, headers: &HeaderMap, at: Timestamp) {
        let now = self.clock.now();
        let mut state = lock(&self.shared.now);
        if !self.is_answered {
            self.is_answered = true;
            state.on_the_way = state.on_the_way.saturating_sub(1);
        }
        if let (Some(bucket), Some(number)) = (&mut state.bucket, self.number) {
            bucket.answered(number, now);
        }
        if self.learn {
            let told = told::read(headers, at);
            if let Some(asked) = asked(status, headers, at, &told) {
                let until = now + asked.min(self.max_pause);
                state.paused = Some(state.paused.map_or(until, |other| other.max(until)));
                tracing::debug!(connection = &*self.name, ms = millis(asked), "asked to pause");
            }
            let on_the_way = state.on_the_way;
            state.quotas.learn(told, on_the_way, now);
        }
        drop(state);
        self.shared.changed.notify_one();
    }

    /// Notes whether the answer is being read at the moment.
    pub(crate) fn reading(&self, is_reading: bool) {
        if let Some(place) = &self.place {
            lock(place).lying_since = (!is_reading).then(Instant::now);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let now = self.clock.now();
        let kept = now.saturating_duration_since(self.entered);
        let mut state = lock(&self.shared.now);
        if !self.is_answered {
            state.on_the_way = state.on_the_way.saturating_sub(1);
            if let (Some(bucket), Some(number)) = (&mut state.bucket, self.number) {
                bucket.ended(number, now);
            }
        }
        state.kept = Some(state.kept.map_or(kept, |mean| (mean * 7 + kept) / 8));
        drop(state);
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn new(spec: &LimitSpec) -> Self {
        let rate = spec.per_second.filter(|rate| *rate > 0.0 && rate.is_finite());
        let at_once = spec.at_once.filter(|n| *n > 0);
        Self {
            now: Mutex::new(State {
                bucket: rate.map(Bucket::per_second),
                rate: rate.unwrap_or_default(),
                quotas: Quotas::default(),
                paused: None,
                on_the_way: 0,
                kept: None,
            }),
            turn: Semaphore::new(1),
            changed: Notify::new(),
            n_waiting: AtomicUsize::new(0),
            places: at_once.map(|n| (n, Arc::new(Semaphore::new(n as usize)))),
            taken: Mutex::default(),
        }
    }

    /// Waits for a place among the calls at once.
    async fn place(&self, conduct: &Conduct) -> Option<OwnedSemaphorePermit> {
        let (at_once, places) = self.places.as_ref()?;
        if let Ok(permit) = Arc::clone(places).try_acquire_owned() {
            return Some(permit);
        }
        let ahead = self.n_waiting.load(Ordering::Relaxed) as u32;
        let _waiting = Waiting::new(&self.n_waiting);
        let mut acquiring = std::pin::pin!(Arc::clone(places).acquire_owned());
        let mut pause = TOLD_ABOVE;
        loop {
            tokio::select! {
                biased;
                permit = &mut acquiring => return permit.ok(),
                () = tokio::time::sleep(pause) => {}
            }
            if pause == TOLD_ABOVE {
                let kept = lock(&self.now).kept.unwrap_or(TOLD_ABOVE);
                let wait = kept.mul_f64(f64::from(ahead + 1) / f64::from(*at_once));
                let calls = if *at_once == 1 { "call" } else { "calls" };
                let are = if *at_once == 1 { "is" } else { "are" };
                let reason = format!("{at_once} {calls} at once {are} allowed");
                tell(conduct, wait.max(TOLD_ABOVE), reason);
                pause = LEFT_LYING / 5;
            }
            self.free_what_lies();
        }
    }

    /// Takes back the places of answers that nobody reads on.
    fn free_what_lies(&self) {
        let now = Instant::now();
        for place in lock(&self.taken).iter().filter_map(Weak::upgrade) {
            let mut place = lock(&place);
            let lies = place.lying_since.is_some_and(|since| now - since >= LEFT_LYING);
            if lies {
                place.permit = None;
            }
        }
    }

    /// Waits for the rate, and counts the call that leaves.
    async fn turn(&self, name: &str, conduct: &Conduct) -> Option<u64> {
        let clock = &conduct.clock;
        let mut told_until = None;
        let turn = if let Ok(turn) = self.turn.try_acquire() {
            turn
        } else {
            let now = clock.now();
            let ahead = self.n_waiting.load(Ordering::Relaxed) as u32;
            let _waiting = Waiting::new(&self.n_waiting);
            let (due, reason) = lock(&self.now).outlook(name, now, ahead);
            told_until = tell_wait(conduct, due, now, reason);
            // The semaphore is never closed.
            self.turn.acquire().await.ok()?
        };
        let mut waiting = None;
        loop {
            let now = clock.now();
            let (due, reason) = {
                let mut state = lock(&self.now);
                let (due, reason) = state.due(name, now);
                if due == Due::Now {
                    let number = state.take(now);
                    drop(turn);
                    return number;
                }
                (due, reason)
            };
            waiting.get_or_insert_with(|| Waiting::new(&self.n_waiting));
            match due {
                Due::Now => {}
                Due::At(at) => {
                    let is_news = told_until.is_none_or(|until| at > until + TOLD_ABOVE * 5);
                    if is_news && let Some(until) = tell_wait(conduct, at, now, reason) {
                        told_until = Some(until);
                    }
                    tokio::select! {
                        () = clock.sleep_until(at) => {}
                        () = self.changed.notified() => {}
                    }
                }
                Due::WhenAnswered => self.changed.notified().await,
            }
        }
    }
}

impl State {
    /// When the next call may leave, and what holds it back most.
    fn due(&mut self, name: &str, now: Instant) -> (Due, String) {
        if let Some(until) = self.paused {
            if until > now {
                return (Due::At(until), format!("{name} said Retry-After"));
            }
            self.paused = None;
        }
        let (said, reason) = self.quotas.due(self.on_the_way, now);
        let own = self.bucket.as_ref().map_or(now, |bucket| bucket.due(now));
        match said {
            Due::At(at) if at > own => (said, reason),
            Due::WhenAnswered if own <= now => (said, reason),
            _ if own > now => (Due::At(own), self.rate_reason()),
            _ => (Due::Now, String::new()),
        }
    }

    /// When a call with so many before it will leave, as far as it is known.
    fn outlook(&mut self, name: &str, now: Instant, ahead: u32) -> (Instant, String) {
        let (due, mut reason) = self.due(name, now);
        let first = match due {
            Due::At(at) => at,
            Due::Now | Due::WhenAnswered => now,
        };
        if reason.is_empty() && self.bucket.is_some() {
            reason = self.rate_reason();
        }
        let spacing = self.bucket.as_ref().map(Bucket::spacing).unwrap_or_default();
        (first + spacing * ahead, reason)
    }

    fn rate_reason(&self) -> String {
        match self.rate {
            1.0 => "its limit of 1 call per second".to_owned(),
            rate => format!("its limit of {} calls per second", round(rate)),
        }
    }

    fn take(&mut self, now: Instant) -> Option<u64> {
        self.on_the_way += 1;
        self.quotas.take(now);
        self.bucket.as_mut().map(|bucket| bucket.take(now))
    }
}

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Tells of a wait until `due` where it is long enough, and gives back what was told.
fn tell_wait(conduct: &Conduct, due: Instant, now: Instant, reason: String) -> Option<Instant> {
    let wait = due.saturating_duration_since(now);
    if wait <= TOLD_ABOVE || reason.is_empty() {
        return None;
    }
    tell(conduct, wait, reason);
    Some(due)
}

fn tell(conduct: &Conduct, wait: Duration, reason: String) {
    conduct.tell(Note::Waiting { wait_ms: millis(wait), reason });
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("number", &self.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
