//! Steps on this machine: tries them, waits between tries, and tells of it. The distributed engine
//! has its own. Not which item is worked on when.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use data::Value;
use flow::file::Retry;
use flow::id::{NodeId, RunId};
use flow::run::{ErrorClass, Exchange, Timestamp, What};
use futures::future::BoxFuture;
use mapping::{Fault, Names};
use tokio_util::sync::CancellationToken;
use transport::{Conduct, Connection};

use crate::lineage::Lineage;
use crate::respond::Responder;
use crate::rules::Rules;
use crate::run_scope::{RunScope, ancestor};
use crate::services::Services;
use crate::step::{StepContext, StepError, StepFn, StepKey, StepResult, Trouble};

/// The context of one item at one node, on this machine.
pub(crate) struct EmbeddedContext {
    run: Arc<RunScope>,
    rules: Arc<Rules>,
    lineage: Lineage,
    n_random: AtomicU64,
}

impl EmbeddedContext {
    pub(crate) fn new(run: Arc<RunScope>, rules: Arc<Rules>, lineage: Lineage) -> Self {
        Self { run, rules, lineage, n_random: AtomicU64::new(0) }
    }

    /// The time that the node waits by.
    fn clock(&self) -> &transport::Clock {
        &self.run.calls.conduct_of(&self.rules.id).clock
    }

    async fn try_once(&self, work: &mut StepFn<'_>, attempt: u32) -> StepResult<Value> {
        let Some(limit) = self.rules.timeout else { return work(attempt).await };
        match tokio::time::timeout(limit, work(attempt)).await {
            Ok(result) => result,
            Err(_) => Err(timed_out(limit)),
        }
    }

    async fn run_tries(&self, retry: &Retry, mut work: StepFn<'_>) -> StepResult<Value> {
        let tries = retry.tries.get();
        for attempt in 1.. {
            let error = match self.try_once(&mut work, attempt).await {
                Ok(value) => return Ok(value),
                Err(error) => error.with(|trouble| trouble.attempts = attempt),
            };
            let StepError::Retryable(trouble) = &error else { return Err(error) };
            let pause = pause_ms(retry, attempt - 1, trouble.retry_after, self.random());
            let Some(wait_ms) = pause.filter(|_| attempt < tries) else { return Err(error) };
            let reason = retry_reason(trouble);
            let node = self.rules.id.clone();
            let item = self.lineage.to_string();
            self.run
                .reporter
                .note(What::Retrying { node, item, attempt, tries, wait_ms, reason })
                .await?;
            self.clock().sleep(Duration::from_millis(wait_ms)).await;
        }
        Err(StepError::Cancelled)
    }
}

/// Returns the pause before the next try, in milliseconds, `failed` counted from 0; none where the
/// system asked for a longer one than `max_ms` allows.
///
/// Full jitter: uniform in `0..=min(max, base * 2^failed)`. Source: AWS Architecture Blog,
/// "Exponential Backoff And Jitter". What the system asked for (`Retry-After`) wins.
fn pause_ms(retry: &Retry, failed: u32, asked: Option<Duration>, random: u64) -> Option<u64> {
    if let Some(asked) = asked {
        let asked_ms = asked.as_millis() as u64;
        return (asked_ms <= retry.max_ms).then_some(asked_ms);
    }
    let ceiling = retry.base_ms.saturating_mul(1_u64.checked_shl(failed).unwrap_or(u64::MAX));
    let ceiling = ceiling.min(retry.max_ms);
    Some(random % (ceiling.saturating_add(1)))
}

fn retry_reason(trouble: &Trouble) -> String {
    match trouble.retry_after {
        Some(_) => format!("{} The system said how long to wait.", trouble.message),
        None => trouble.message.clone(),
    }
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
        _: StepKey,
        retry: &'a Retry,
        work: StepFn<'a>,
    ) -> BoxFuture<'a, StepResult<Value>> {
        Box::pin(self.run_tries(retry, work))
    }

    fn sleep(&self, _: StepKey, pause: Duration) -> BoxFuture<'_, StepResult<()>> {
        Box::pin(async move {
            self.clock().sleep(pause).await;
            Ok(())
        })
    }

    fn wait_signal<'a>(
        &'a self,
        _: StepKey,
        name: &'a str,
        timeout: Option<Duration>,
    ) -> BoxFuture<'a, StepResult<Option<Value>>> {
        Box::pin(async move {
            let signal = self.run.signals.wait(name);
            Ok(match timeout {
                Some(timeout) => tokio::time::timeout(timeout, signal).await.ok(),
                None => Some(signal.await),
            })
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
        let tell = move |note| run.reporter.told(rules.index, &rules.id, &lineage, note);
        Conduct { tell: Some(Arc::new(tell)), ..self.run.calls.conduct_of(&self.rules.id).clone() }
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
        Some(self.run.now())
    }

    fn seed(&self) -> Option<u64> {
        Some(StepContext::random(self))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn check(failed: u32, asked_ms: Option<u64>, random: u64) -> Option<u64> {
        let retry = Retry { tries: NonZeroU32::MIN, base_ms: 200, max_ms: 1000 };
        pause_ms(&retry, failed, asked_ms.map(Duration::from_millis), random)
    }

    #[test]
    fn pauses_are_drawn_from_a_doubling_range_up_to_the_cap() {
        assert_eq!(check(0, None, 200), Some(200));
        assert_eq!(check(0, None, 201), Some(0));
        assert_eq!(check(1, None, 400), Some(400));
        assert_eq!(check(9, None, 1000), Some(1000));
        assert_eq!(check(200, None, 1001), Some(0));
    }

    #[test]
    fn what_the_system_asked_for_wins_within_the_cap() {
        assert_eq!(check(0, Some(900), 0), Some(900));
        assert_eq!(check(0, Some(5000), 0), None);
    }
}
