//! The layer that stops asking a system that is down, or that lets nobody in: after so many failures
//! in a row nothing is sent for a while, then one call tries. Shared by all flows of a connection.
//! Not the tries of a single step: see `retry`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::clock::Clock;
use crate::conduct::{Conduct, Note};
use crate::error::Kind;
use crate::per_clock::PerClock;
use crate::spec::CircuitSpec;

/// How a connection's circuit breaker stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema, TS)]
pub struct CircuitHealth {
    /// Whether calls go through.
    pub state: CircuitState,
    /// How many calls in a row have failed.
    pub failures: u32,
    /// What the last one of them came to, in words for the user.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub why: String,
    /// For how many milliseconds nothing has been sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub open_for_ms: Option<u64>,
    /// In how many milliseconds one call tries.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub again_in_ms: Option<u64>,
}

/// Whether calls go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// They do.
    #[default]
    Closed,
    /// They do not.
    Open,
    /// One does, to try.
    HalfOpen,
}

/// The circuit breaker of one connection.
#[derive(Debug)]
pub(crate) struct Circuit {
    name: String,
    spec: CircuitSpec,
    states: PerClock<Shared>,
}

/// A call that may go on. How it ends is told with [`Pass::ended`]; dropped, it tells nothing.
pub(crate) struct Pass {
    shared: Arc<Shared>,
    clock: Clock,
    is_probe: bool,
    spec: CircuitSpec,
}

/// How a call ended, as far as it tells whether the system is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The system did its work, whatever it said of the call.
    Fine,
    /// It did not, for this reason.
    Failed(String),
    /// It says nothing of the system.
    Unknown,
}

impl Outcome {
    /// What an answer tells.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 | 403 | 407 => Self::Failed(format!("It did not let us in ({status}).")),
            408 | 500..=599 => Self::Failed(format!("It answered {status}.")),
            // It is up, but has not looked at the call.
            429 => Self::Unknown,
            _ => Self::Fine,
        }
    }

    /// What a call without an answer tells; `message` says it to the user.
    pub(crate) fn of_kind(kind: &Kind, message: String) -> Self {
        match kind {
            Kind::Dns
            | Kind::Refused
            | Kind::Unreachable(_)
            | Kind::ConnectTimeout(_)
            | Kind::Tls(_)
            | Kind::Reset
            | Kind::NoAnswer(_)
            | Kind::Idle(_)
            | Kind::Total(_)
            | Kind::Cut { .. }
            | Kind::NotHttp(_)
            | Kind::Other(_) => Self::Failed(message),
            _ => Self::Unknown,
        }
    }
}

struct Shared {
    now: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    why: String,
    open: Option<Open>,
    /// How often it was opened, so that who waits knows whether it happened again.
    n_opened: u64,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    since: Instant,
    until: Instant,
    is_probing: bool,
}

/// What a call may do.
enum Step {
    Go { is_probe: bool },
    WaitUntil(Instant),
    WaitForProbe,
}

impl Circuit {
    /// The circuit breaker of a connection; `name` is what it is called in reasons.
    pub(crate) fn new(name: &str, spec: &CircuitSpec) -> Self {
        let states = PerClock::new(Shared::new());
        Self { name: name.to_owned(), spec: spec.clone(), states }
    }

    /// Waits until a call may go on: through one pause, where that is within its patience.
    ///
    /// # Errors
    /// [`Kind::CircuitOpen`] where the pause is longer, or the call that tried failed too;
    /// [`Kind::Cancelled`].
    pub(crate) async fn enter(
        &self,
        patience: Duration,
        conduct: &Conduct,
        cancel: &CancellationToken,
    ) -> Result<Pass, Kind> {
        let shared = self.states.of(&conduct.clock, Shared::new);
        let is_probe = if self.spec.failures == 0 || lock(&shared.now).open.is_none() {
            false
        } else {
            tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Kind::Cancelled),
                entered = self.wait(&shared, patience, conduct) => entered?,
            }
        };
        let (clock, spec) = (conduct.clock.clone(), self.spec.clone());
        Ok(Pass { shared, clock, is_probe, spec })
    }

    async fn wait(
        &self,
        shared: &Shared,
        patience: Duration,
        conduct: &Conduct,
    ) -> Result<bool, Kind> {
        let clock = &conduct.clock;
        let n_opened = lock(&shared.now).n_opened;
        let mut is_told = false;
        loop {
            let changed = shared.changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            let now = clock.now();
            let step = {
                let mut state = lock(&shared.now);
                if state.n_opened > n_opened {
                    return Err(state.refusal(now));
                }
                let step = state.step(now);
                if let Step::WaitUntil(until) = step
                    && until - now > patience
                {
                    return Err(state.refusal(now));
                }
                step
            };
            match step {
                Step::Go { is_probe } => return Ok(is_probe),
                Step::WaitUntil(until) => {
                    if !is_told {
                        is_told = true;
                        let reason = lock(&shared.now).reason(&self.name);
                        conduct.tell(Note::Waiting { wait_ms: millis(until - now), reason });
                    }
                    tokio::select! {
                        () = clock.sleep_until(until) => {}
                        () = changed => {}
                    }
                }
                Step::WaitForProbe => {
                    if !is_told {
                        is_told = true;
                        let reason = format!("one call tries whether {} is up again", self.name);
                        conduct.tell(Note::Waiting { wait_ms: 0, reason });
                    }
                    changed.await;
                }
            }
        }
    }

    /// How it stands now, in real time.
    pub(crate) fn health(&self) -> CircuitHealth {
        let now = Instant::now();
        let state = lock(&self.states.live().now);
        let (failures, why) = (state.failures, state.why.clone());
        let Some(open) = state.open else {
            return CircuitHealth { failures, why, ..CircuitHealth::default() };
        };
        let left = open.until.saturating_duration_since(now);
        let is_half = open.is_probing || left.is_zero();
        CircuitHealth {
            state: if is_half { CircuitState::HalfOpen } else { CircuitState::Open },
            failures,
            why,
            open_for_ms: Some(millis(now.saturating_duration_since(open.since))),
            again_in_ms: Some(millis(left)),
        }
    }
}

impl Pass {
    /// Notes how the call ended.
    pub(crate) fn ended(mut self, outcome: Outcome) {
        let now = self.clock.now();
        let mut state = lock(&self.shared.now);
        match outcome {
            Outcome::Fine => {
                if state.open.is_some() {
                    tracing::info!("the system answers again");
                }
                state.failures = 0;
                state.why.clear();
                state.open = None;
            }
            Outcome::Failed(why) => {
                state.failures = state.failures.saturating_add(1);
                state.why = why;
                let is_due = self.spec.failures > 0 && state.failures >= self.spec.failures;
                if self.is_probe || (is_due && state.open.is_none()) {
                    let since = state.open.map_or(now, |open| open.since);
                    let until = now + Duration::from_secs(self.spec.seconds.into());
                    state.open = Some(Open { since, until, is_probing: false });
                    state.n_opened += 1;
                    tracing::warn!(failures = state.failures, "a system is not asked for a while");
                }
                self.is_probe = false;
            }
            // A call that tried lets the next one try: see `drop`.
            Outcome::Unknown => {}
        }
        drop(state);
        self.shared.changed.notify_waiters();
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_probe {
            if let Some(open) = &mut lock(&self.shared.now).open {
                open.is_probing = false;
            }
            self.shared.changed.notify_waiters();
        }
    }
}

impl Shared {
    fn new() -> Self {
        Self { now: Mutex::default(), changed: Notify::new() }
    }
}

impl State {
    fn step(&mut self, now: Instant) -> Step {
        match &mut self.open {
            None => Step::Go { is_probe: false },
            Some(open) if open.until > now => Step::WaitUntil(open.until),
            Some(open) if open.is_probing => Step::WaitForProbe,
            Some(open) => {
                open.is_probing = true;
                Step::Go { is_probe: true }
            }
        }
    }

    fn refusal(&self, now: Instant) -> Kind {
        let ago = |at: Instant| now.saturating_duration_since(at);
        Kind::CircuitOpen {
            failures: self.failures,
            open_for: self.open.map_or(Duration::ZERO, |open| ago(open.since)),
            again_in: self.open.map_or(Duration::ZERO, |o| o.until.saturating_duration_since(now)),
            why: self.why.clone(),
        }
    }

    fn reason(&self, name: &str) -> String {
        let why = self.why.trim_end_matches('.');
        format!("{} calls to {name} in a row have failed: {why}", self.failures)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lab {
        circuit: Circuit,
        conduct: Conduct,
        told: Arc<Mutex<Vec<(u64, String)>>>,
    }

    fn lab(failures: u32) -> Lab {
        let told: Arc<Mutex<Vec<(u64, String)>>> = Arc::default();
        let listener = Arc::clone(&told);
        let conduct = Conduct {
            tell: Some(Arc::new(move |note| {
                if let Note::Waiting { wait_ms, reason } = note {
                    lock(&listener).push((wait_ms, reason));
                }
            })),
            ..Conduct::default()
        };
        let circuit = Circuit::new("the shop", &CircuitSpec { failures, seconds: 30 });
        Lab { circuit, conduct, told }
    }

    impl Lab {
        async fn enter(&self, patience_s: u64) -> Result<Pass, Kind> {
            let patience = Duration::from_secs(patience_s);
            self.circuit.enter(patience, &self.conduct, &CancellationToken::new()).await
        }

        async fn fail(&self, n: u32) {
            for _ in 0..n {
                self.enter(300).await.unwrap().ended(Outcome::of_status(503));
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_closes_after_a_call_that_tried() {
        let lab = lab(3);
        lab.fail(2).await;
        lab.enter(1).await.unwrap().ended(Outcome::of_status(404));
        lab.fail(3).await;
        assert_eq!(lab.circuit.health().state, CircuitState::Open);
        let began = Instant::now();
        let probe = lab.enter(300).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 30);
        assert!(probe.is_probe);
        assert_eq!(
            *lock(&lab.told),
            [(30_000, "3 calls to the shop in a row have failed: It answered 503".to_owned())]
        );
        probe.ended(Outcome::Fine);
        assert_eq!(lab.circuit.health(), CircuitHealth::default());
        assert!(!lab.enter(1).await.unwrap().is_probe);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_patience_is_told_since_when_and_why() {
        let lab = lab(1);
        lab.fail(1).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        let Err(Kind::CircuitOpen { failures, open_for, again_in, why }) = lab.enter(5).await
        else {
            panic!("it went through");
        };
        assert_eq!((failures, open_for.as_secs(), again_in.as_secs()), (1, 10, 20));
        assert_eq!(why, "It answered 503.");
    }

    #[tokio::test(start_paused = true)]
    async fn only_one_call_tries_and_the_others_go_by_how_it_ends() {
        let lab = Arc::new(lab(1));
        lab.fail(1).await;
        for outcome in [Outcome::of_status(500), Outcome::Fine] {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..8 {
                let (lab, outcome) = (Arc::clone(&lab), outcome.clone());
                tasks.spawn(async move {
                    let pass = lab.enter(300).await.map_err(|_| ())?;
                    let is_probe = pass.is_probe;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    pass.ended(outcome);
                    Ok(is_probe)
                });
            }
            let done: Vec<Result<bool, ()>> = tasks.join_all().await;
            let probes = done.iter().filter(|done| **done == Ok(true)).count();
            let passed = done.iter().filter(|done| done.is_ok()).count();
            assert_eq!(probes, 1);
            assert_eq!(passed, if outcome == Outcome::Fine { 8 } else { 1 });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_was_stopped_lets_another_one_try() {
        let lab = lab(1);
        lab.fail(1).await;
        drop(lab.enter(300).await.unwrap());
        assert!(lab.enter(0).await.unwrap().is_probe);
    }

    #[tokio::test]
    async fn a_virtual_time_has_failures_of_its_own() {
        let mut lab = lab(2);
        lab.conduct.clock = Clock::jumping();
        lab.fail(2).await;
        assert_eq!(lab.circuit.health().state, CircuitState::Closed);
        assert!(lab.enter(300).await.unwrap().is_probe);
        lab.conduct.clock = Clock::Real;
        assert!(!lab.enter(0).await.unwrap().is_probe);
    }

    #[test]
    fn what_says_nothing_of_the_system_does_not_count() {
        assert_eq!(Outcome::of_status(429), Outcome::Unknown);
        assert_eq!(Outcome::of_status(422), Outcome::Fine);
        assert!(matches!(Outcome::of_status(401), Outcome::Failed(_)));
        assert_eq!(Outcome::of_kind(&Kind::Cancelled, String::new()), Outcome::Unknown);
        assert!(matches!(Outcome::of_kind(&Kind::Refused, String::new()), Outcome::Failed(_)));
    }
}
