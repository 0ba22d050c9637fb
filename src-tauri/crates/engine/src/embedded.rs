//! Steps on this machine: tries them, waits between tries, and tells of it. The distributed engine
//! has its own. Not which item is worked on when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use data::Value;
use flow::file::Retry;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::{ErrorClass, Exchange, Timestamp, Try, What};
use futures::future::BoxFuture;
use mapping::{Fault, Names};
use tokio_util::sync::CancellationToken;
use transport::retry::{self, Failure, Next};
use transport::{Conduct, Connection, Whose};

use crate::journal::Recorded;
use crate::ledger::Ledger;
use crate::lineage::Lineage;
use crate::respond::Responder;
use crate::rules::Rules;
use crate::run_scope::{RunScope, ancestor};
use crate::services::Services;
use crate::step::{Effect, StepContext, StepError, StepFn, StepKey, StepResult, StepWork, Trouble};

/// Waits that are shorter are simply begun anew after a restart.
const LASTING: Duration = Duration::from_secs(1);

/// How often a long wait looks at the wall's clock.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);

/// The context of one item at one node, on this machine.
pub(crate) struct EmbeddedContext {
    run: Arc<RunScope>,
    rules: Arc<Rules>,
    lineage: Lineage,
    n_random: AtomicU64,
    /// Whether a call of this try that must not be made again may have reached its system.
    has_left: Arc<AtomicBool>,
}

impl EmbeddedContext {
    pub(crate) fn new(run: Arc<RunScope>, rules: Arc<Rules>, lineage: Lineage) -> Self {
        Self { run, rules, lineage, n_random: AtomicU64::new(0), has_left: Arc::default() }
    }

    /// The journal of the run's steps, where there is one.
    pub(crate) fn ledger(&self) -> Option<&Ledger> {
        self.run.ledger.as_ref()
    }

    /// The time that the node waits by.
    fn clock(&self) -> &transport::Clock {
        &self.run.calls.conduct_of(&self.rules.id).clock
    }

    async fn due_of(&self, key: &StepKey, pause: Duration) -> StepResult<Timestamp> {
        let now = self.run.now();
        let due = now.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        let Some(ledger) = &self.run.ledger else { return Ok(due) };
        if let Some(Recorded::Done(known)) = ledger.find(key, &StepWork::READS)? {
            return Ok(known.as_i64().unwrap_or(due));
        }
        let work = StepWork { effect: Effect::Repeatable, ..StepWork::READS };
        ledger.done(key, &work, now, Value::from(due)).await?;
        Ok(due)
    }

    /// Waits by the wall's clock: what the computer sleeps through counts too. Where time jumps or
    /// stands still, the wait is as long as it looks when it begins.
    pub(crate) async fn wait_until(&self, due: Timestamp) {
        let is_real = matches!(self.clock(), transport::Clock::Real)
            && matches!(self.run.clock, crate::run_scope::Clock::From(_));
        if !is_real {
            let left = (due - self.run.now()).max(0) as u64;
            return self.clock().sleep(Duration::from_millis(left)).await;
        }
        loop {
            let left = due - self.run.now();
            if left <= 0 {
                return;
            }
            let left = Duration::from_millis(left as u64);
            tokio::time::sleep(left.min(LOOK_AT_CLOCK)).await;
        }
    }

    async fn wait_until_some(&self, due: Option<Timestamp>) {
        match due {
            Some(due) => self.wait_until(due).await,
            None => std::future::pending().await,
        }
    }

    async fn try_once(&self, work: &mut StepFn<'_>, attempt: u32) -> StepResult<Value> {
        let Some(limit) = self.rules.timeout else { return work(attempt).await };
        self.has_left.store(false, Ordering::Relaxed);
        match tokio::time::timeout(limit, work(attempt)).await {
            Ok(result) => result,
            Err(_) if self.has_left.load(Ordering::Relaxed) => Err(lost(limit)),
            Err(_) => Err(timed_out(limit)),
        }
    }

    /// Does a step that is not known to be done, and notes what came of it.
    async fn run_noted(
        &self,
        ledger: &Ledger,
        key: &StepKey,
        about: &StepWork,
        rules: &Retry,
        work: StepFn<'_>,
    ) -> StepResult<Value> {
        match ledger.find(key, about)? {
            Some(Recorded::Done(value)) => return Ok(value),
            Some(Recorded::Unknown) if about.effect == Effect::Writes => {
                return Err(not_known(&about.about));
            }
            Some(Recorded::Unknown) | None => {}
        }
        match about.effect {
            Effect::Local | Effect::Reads => {}
            // What it was made of has to be known before it leaves: it is not made otherwise later.
            Effect::Repeatable => ledger.settle().await?,
            Effect::Writes => ledger.begin(key, about, self.run.now()).await?,
        }
        let result = self.run_tries(rules, work).await;
        match &result {
            Ok(value) => ledger.done(key, about, self.run.now(), value.clone()).await?,
            Err(error) if about.effect == Effect::Writes && has_changed_nothing(error) => {
                ledger.undone(key, about, self.run.now()).await?;
            }
            Err(_) => {}
        }
        result
    }

    async fn run_tries(&self, rules: &Retry, mut work: StepFn<'_>) -> StepResult<Value> {
        let tries = rules.tries.get();
        let clock = self.clock();
        let began = clock.now();
        let mut past = Vec::new();
        for attempt in 1.. {
            if attempt > 1 {
                self.run.gate.pass().await;
            }
            let (at, try_began) = (self.run.now(), clock.now());
            let error = match self.try_once(&mut work, attempt).await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            past.extend(told_try(&error, at, clock.now() - try_began));
            let error = error.with(|trouble| {
                trouble.attempts = attempt;
                if past.len() > 1 {
                    trouble.tries.clone_from(&past);
                }
            });
            let Some(failure) = failure(&error) else { return Err(error) };
            let elapsed = clock.now() - began;
            let pause = match retry::next(rules, attempt, elapsed, &failure, self.random()) {
                Next::Again(pause) => pause,
                end => return Err(ended(error, end, rules)),
            };
            let wait_ms = pause.as_millis() as u64;
            if let Some(last) = past.last_mut() {
                last.wait_ms = Some(wait_ms);
            }
            let reason = error.trouble().map(retry_reason).unwrap_or_default();
            let node = self.rules.id.clone();
            let item = self.lineage.to_string();
            self.run
                .reporter
                .note(What::Retrying { node, item, attempt, tries, wait_ms, reason })
                .await?;
            clock.sleep(pause).await;
        }
        Err(StepError::Cancelled)
    }
}

fn told_try(error: &StepError, at: Timestamp, took: Duration) -> Option<Try> {
    let trouble = error.trouble()?;
    Some(Try {
        at,
        took_ms: took.as_millis() as u64,
        class: trouble.class,
        message: trouble.message.clone(),
        status: trouble.exchange.as_ref().and_then(|exchange| exchange.status),
        wait_ms: None,
    })
}

/// Whether a write that failed is known to have left everything as it was.
fn has_changed_nothing(error: &StepError) -> bool {
    error.trouble().is_some_and(|trouble| trouble.class != ErrorClass::UnknownOutcome)
}

/// The error of a write that an earlier part of the run had begun.
fn not_known(about: &str) -> StepError {
    let message = format!(
        "The program ended while this was under way, and what became of it is not known: {about}."
    );
    StepError::terminal(ErrorClass::UnknownOutcome, message).advice(
        "Look in the system whether the change was made, then say so in the run's list of writes; \
         an idempotency header makes repeating safe.",
    )
}

/// What the rules for trying again look at; none where the run was stopped.
fn failure(error: &StepError) -> Option<Failure> {
    let trouble = error.trouble()?;
    Some(Failure {
        class: trouble.class,
        status: trouble.exchange.as_ref().and_then(|exchange| exchange.status),
        is_passing: matches!(error, StepError::Retryable(_)),
        may_repeat: trouble.may_repeat,
        asked: trouble.retry_after,
    })
}

/// The error of a step that is not tried again although it could be, with the reason.
fn ended(error: StepError, end: Next, rules: &Retry) -> StepError {
    let reason = match end {
        Next::AskedTooLong(asked) => format!(
            "It asked to wait {} s, which is longer than the longest pause of {} s.",
            asked.as_secs(),
            rules.max_ms / 1_000
        ),
        Next::NoTimeLeft => "There is no time left for another try.".to_owned(),
        Next::Again(_) | Next::Failed | Next::Spent => return error,
    };
    error.with(|trouble| trouble.message = format!("{} {reason}", trouble.message))
}

fn retry_reason(trouble: &Trouble) -> String {
    match trouble.retry_after {
        Some(_) => format!("{} The system said how long to wait.", trouble.message),
        None => trouble.message.clone(),
    }
}

/// A try that ended by time after a write had left.
fn lost(limit: Duration) -> StepError {
    let limit_ms = limit.as_millis();
    let message = format!(
        "There was no result within {limit_ms} ms, and what became of the call is not known."
    );
    StepError::terminal(ErrorClass::UnknownOutcome, message)
        .advice(
            "Look in the system whether the change was made before you run it again; an \
             idempotency header makes repeating safe.",
        )
        .key("/timeout_ms")
}

fn timed_out(limit: Duration) -> StepError {
    let limit_ms = limit.as_millis();
    StepError::retryable(ErrorClass::Timeout, format!("There was no result within {limit_ms} ms."))
        .advice("Give the node a longer timeout, or let it try again.")
        .key("/timeout_ms")
}

impl StepContext for EmbeddedContext {
    fn run<'a>(
        &'a self,
        key: StepKey,
        about: StepWork,
        retry: &'a Retry,
        work: StepFn<'a>,
    ) -> BoxFuture<'a, StepResult<Value>> {
        Box::pin(async move {
            // Before it is noted as begun, too: what is held has not left.
            self.run.gate.pass().await;
            match &self.run.ledger {
                None => self.run_tries(retry, work).await,
                Some(ledger) => self.run_noted(ledger, &key, &about, retry, work).await,
            }
        })
    }

    fn tell(&self, what: What) -> BoxFuture<'_, StepResult<()>> {
        Box::pin(self.run.reporter.note(what))
    }

    fn sleep(&self, key: StepKey, pause: Duration) -> BoxFuture<'_, StepResult<()>> {
        Box::pin(async move {
            if matches!(self.clock(), transport::Clock::Virtual(_)) || pause < LASTING {
                self.clock().sleep(pause).await;
                return Ok(());
            }
            let due = self.due_of(&key, pause).await?;
            self.wait_until(due).await;
            Ok(())
        })
    }

    fn due(&self, key: StepKey, pause: Duration) -> BoxFuture<'_, StepResult<Timestamp>> {
        Box::pin(async move { self.due_of(&key, pause).await })
    }

    fn sleep_until(&self, due: Timestamp) -> BoxFuture<'_, StepResult<()>> {
        Box::pin(async move {
            self.wait_until(due).await;
            Ok(())
        })
    }

    fn wait_signal<'a>(
        &'a self,
        key: StepKey,
        name: &'a str,
        due: Option<Timestamp>,
    ) -> BoxFuture<'a, StepResult<Option<Value>>> {
        Box::pin(async move {
            if let Some(ledger) = &self.run.ledger
                && let Some(Recorded::Done(known)) = ledger.find(&key, &StepWork::READS)?
            {
                return Ok(known.get("signal").cloned());
            }
            let given = tokio::select! {
                biased;
                signal = self.run.signals.wait_for(name) => Some(signal),
                () = self.wait_until_some(due) => None,
            };
            if let Some(ledger) = &self.run.ledger {
                let kept = match &given {
                    Some(signal) => signal.to_record(),
                    None => Value::object(std::iter::empty::<(&str, Value)>()),
                };
                // It changes nothing a second time, and the one who gave it has to be sure of it.
                let work = StepWork { effect: Effect::Repeatable, ..StepWork::READS };
                ledger.done(&key, &work, self.run.now(), kept).await?;
            }
            Ok(given.map(|signal| signal.value))
        })
    }

    fn now(&self) -> Timestamp {
        self.run.now()
    }

    fn random(&self) -> u64 {
        let n = self.n_random.fetch_add(1, Ordering::Relaxed);
        self.run.random(&self.rules.id, &self.lineage, n)
    }

    fn run_id(&self) -> &RunId {
        &self.run.id
    }

    fn root(&self) -> &RunId {
        &self.run.root
    }

    fn flow(&self) -> &FlowId {
        &self.run.flow
    }

    fn callers(&self) -> &[FlowId] {
        &self.run.callers
    }

    fn seed(&self) -> u64 {
        self.run.seed
    }

    fn node(&self) -> &NodeId {
        &self.rules.id
    }

    fn lineage(&self) -> String {
        self.lineage.to_string()
    }

    fn item_key(&self) -> String {
        format!("{:#}", self.lineage)
    }

    fn retry(&self) -> &Retry {
        &self.rules.retry
    }

    fn names(&self) -> &dyn Names {
        self
    }

    fn cancel(&self) -> &CancellationToken {
        &self.run.cancel
    }

    fn report(&self, exchange: Exchange) {
        self.run.reporter.called(self.rules.index, &self.rules.id, &self.lineage, exchange);
    }

    fn connection(&self) -> StepResult<Option<&Arc<Connection>>> {
        let Some(id) = &self.rules.connection else { return Ok(None) };
        match self.run.calls.connections.get(id) {
            Some(connection) => Ok(Some(connection)),
            None => Err(StepError::terminal(
                ErrorClass::Auth,
                format!("The connection {id} is not set up in the environment of this run."),
            )
            .advice("Set it up under Connections, or duplicate it from another environment.")
            .key("/connection")),
        }
    }

    fn conduct(&self) -> Conduct {
        let (run, rules) = (Arc::clone(&self.run), Arc::clone(&self.rules));
        let lineage = self.lineage.clone();
        let whose = Whose { flow: run.flow.clone(), run: run.id.clone(), node: rules.id.clone() };
        let tell = move |note| run.reporter.told(rules.index, &rules.id, &lineage, note);
        Conduct {
            tell: Some(Arc::new(tell)),
            has_left: Arc::clone(&self.has_left),
            whose: Some(Arc::new(whose)),
            ..self.run.calls.conduct_of(&self.rules.id).clone()
        }
    }

    fn services(&self) -> &Services {
        &self.run.services
    }

    fn responder(&self) -> Option<&Responder> {
        self.run.responder.as_ref()
    }
}

impl Names for EmbeddedContext {
    fn get(&self, name: &str) -> Option<Value> {
        self.run.name(name)
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        ancestor(&self.lineage, id)
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.run.started_at)
    }

    fn seed(&self) -> Option<u64> {
        Some(StepContext::random(self))
    }
}
