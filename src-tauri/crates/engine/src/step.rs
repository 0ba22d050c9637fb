//! Steps: the one seam through which a node acts on the world, and what can go wrong there. The
//! same nodes run embedded (see `embedded`) and on a distributed engine. Not the retry loop itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use data::Value;
use flow::file::Retry;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::{ErrorClass, Exchange, Timestamp, Try, What};
use futures::future::BoxFuture;
use mapping::{Fault, Names};
use tokio_util::sync::CancellationToken;
use transport::{Conduct, Connection};

use crate::respond::Responder;
use crate::services::Services;

/// What a step comes to.
pub type StepResult<T> = Result<T, StepError>;

/// The work of one step, called once per try with the number of the try, counted from 1.
pub type StepFn<'a> = Box<dyn FnMut(u32) -> BoxFuture<'a, StepResult<Value>> + Send + 'a>;

/// Names a step for good: `run / node path / lineage / part`, never a counter. Writes carry it as
/// idempotency key where the API knows one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepKey {
    /// The run.
    pub run: RunId,
    /// The node.
    pub node: NodeId,
    /// The item, by lineage.
    pub item: String,
    /// Which of the item's steps at this node: `call`, `page/3`.
    pub part: String,
}

impl StepKey {
    /// The step within its run: `node/item/part`.
    pub fn place(&self) -> String {
        let Self { node, item, part, .. } = self;
        format!("{node}/{item}/{part}")
    }
}

/// What a step does to the world, as far as doing it a second time matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing, and the same can be had again at any time, so it is not noted: parts of a file.
    Local,
    /// Nothing.
    Reads,
    /// It changes something, and does no harm a second time: the system knows it again by its key,
    /// or comes to the same.
    Repeatable,
    /// It changes something each time.
    Writes,
}

/// What a step is to do, for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepWork {
    /// What it does to the world.
    pub effect: Effect,
    /// What is to be done, as a number: the same work has the same. 0 where nobody asks.
    pub content: u64,
    /// What it does, in words: `POST http://shop/orders`. Empty where it only reads.
    pub about: String,
}

impl StepWork {
    /// Work that changes nothing.
    pub const READS: Self = Self { effect: Effect::Reads, content: 0, about: String::new() };

    /// Work on this machine that changes nothing, and is simply done again.
    pub const LOCAL: Self = Self { effect: Effect::Local, content: 0, about: String::new() };

    /// Work that changes nothing, and whose result has to be kept before what follows from it is
    /// done.
    pub const FIRST: Self = Self { effect: Effect::Repeatable, content: 0, about: String::new() };
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, node, item, part } = self;
        write!(f, "{run}/{node}/{item}/{part}")
    }
}

/// What a node may do while it works on one item. Every effect goes through it: calls, files,
/// waits, time, random numbers.
///
/// A context belongs to one item at one node: names, keys and random numbers are that item's.
pub trait StepContext: Send + Sync {
    /// Does `work`, again after a pause while `retry` says so of its error ([`transport::retry`]). At
    /// least once; its result is recorded once. What is recorded already is not done again; what
    /// must not be done twice and may have been done is an error of the class `unknown_outcome`.
    ///
    /// Each try ends after the node's `timeout_ms`. Nodes call [`step`](dyn StepContext::step),
    /// which takes the node's own retry rules.
    fn run<'a>(
        &'a self,
        key: StepKey,
        about: StepWork,
        retry: &'a Retry,
        work: StepFn<'a>,
    ) -> BoxFuture<'a, StepResult<Value>>;

    /// Tells of something that happened; it waits where the recorder is behind.
    fn tell(&self, what: What) -> BoxFuture<'_, StepResult<()>>;

    /// Waits. A wait of a second or more goes on after a restart, and ends at the same time.
    fn sleep(&self, key: StepKey, pause: Duration) -> BoxFuture<'_, StepResult<()>>;

    /// When a wait that begins now ends: as it was, where it had begun before a restart.
    fn due(&self, key: StepKey, pause: Duration) -> BoxFuture<'_, StepResult<Timestamp>>;

    /// Waits until then, by the run's clock; what the computer sleeps through counts too.
    fn sleep_until(&self, due: Timestamp) -> BoxFuture<'_, StepResult<()>>;

    /// Waits for a signal of that name from outside the run; `None` once it is `due`. A signal
    /// that came before goes before the time. What came of it is recorded, and is the same after a
    /// restart.
    fn wait_signal<'a>(
        &'a self,
        key: StepKey,
        name: &'a str,
        due: Option<Timestamp>,
    ) -> BoxFuture<'a, StepResult<Option<Value>>>;

    /// The time, by the run's clock.
    fn now(&self) -> Timestamp;

    /// The next random number of this item at this node: the same for the same seed, however the
    /// tasks were scheduled.
    fn random(&self) -> u64;

    /// The run.
    fn run_id(&self) -> &RunId;

    /// The run that this one repeats, where it does, else the run itself: what systems are to know
    /// again has its name.
    fn root(&self) -> &RunId;

    /// The flow.
    fn flow(&self) -> &FlowId;

    /// The flows by whose calls the run came to be, the outermost first.
    fn callers(&self) -> &[FlowId];

    /// The seed of the run's random numbers.
    fn seed(&self) -> u64;

    /// The node.
    fn node(&self) -> &NodeId;

    /// The item, by lineage: `orders:3/17`.
    fn lineage(&self) -> String;

    /// The item as step keys name it: the lineage, and which wire it came by where there are several.
    fn item_key(&self) -> String;

    /// The key of one of the item's steps at this node, in this run and in those that do it again.
    fn key(&self, part: &str) -> StepKey {
        StepKey {
            run: self.root().clone(),
            node: self.node().clone(),
            item: self.item_key(),
            part: part.to_owned(),
        }
    }

    /// The node's rules for trying again.
    fn retry(&self) -> &Retry;

    /// What expressions and templates can reach besides the item.
    fn names(&self) -> &dyn Names;

    /// Fires when the run is stopped. Awaiting within [`run`](Self::run) needs no look at it.
    fn cancel(&self) -> &CancellationToken;

    /// Keeps a call for the Raw tab of the node; secrets are masked already.
    fn report(&self, exchange: Exchange);

    /// The account that the node's calls are made with; none where it names none.
    ///
    /// # Errors
    /// A [`StepError`] where it names one that this run does not have.
    fn connection(&self) -> StepResult<Option<&Arc<Connection>>>;

    /// How the node's calls are met; what happens to them besides is told of this item.
    fn conduct(&self) -> Conduct;

    /// What the engine was given to work with: folders, the transport.
    fn services(&self) -> &Services;

    /// Where an answer to the caller goes, in a run that somebody waits for.
    fn responder(&self) -> Option<&Responder>;
}

impl dyn StepContext + '_ {
    /// Does `work` as the step `part` of this item, by the node's own retry rules.
    pub async fn step<'a, F>(&'a self, part: &str, work: F) -> StepResult<Value>
    where
        F: FnMut(u32) -> BoxFuture<'a, StepResult<Value>> + Send + 'a,
    {
        self.run(self.key(part), StepWork::READS, self.retry(), Box::new(work)).await
    }

    /// Does `work` as the step `part`, as [`step`](Self::step) does, where it is more than reading.
    pub async fn step_as<'a, F>(&'a self, part: &str, about: StepWork, work: F) -> StepResult<Value>
    where
        F: FnMut(u32) -> BoxFuture<'a, StepResult<Value>> + Send + 'a,
    {
        self.run(self.key(part), about, self.retry(), Box::new(work)).await
    }
}

/// Why a step has no result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StepError {
    /// It may work on another try.
    #[error("{0}")]
    Retryable(Box<Trouble>),
    /// It will not work on another try.
    #[error("{0}")]
    Terminal(Box<Trouble>),
    /// The run was stopped.
    #[error("the run was stopped")]
    Cancelled,
}

/// What went wrong, in words for the user.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// What kind of error it is.
    pub class: ErrorClass,
    /// A sentence: what happened, and why.
    pub message: String,
    /// The next step for the user.
    pub advice: String,
    /// The param that it came from, as a JSON pointer inside the node: `/params/url`.
    pub key: Option<String>,
    /// How long the system asked to wait.
    pub retry_after: Option<Duration>,
    /// The last call.
    pub exchange: Option<Box<Exchange>>,
    /// Whether the same work may be done a second time, whatever became of it.
    pub may_repeat: bool,
    /// How often it was tried; the runner fills it.
    pub attempts: u32,
    /// What became of each try; the runner fills it.
    pub tries: Vec<Try>,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Trouble {
    fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            advice: String::new(),
            key: None,
            retry_after: None,
            exchange: None,
            may_repeat: false,
            attempts: 0,
            tries: Vec::new(),
        }
    }
}

impl StepError {
    /// An error that another try may mend.
    pub fn retryable(class: ErrorClass, message: impl Into<String>) -> Self {
        Self::Retryable(Box::new(Trouble::new(class, message)))
    }

    /// An error that no other try will mend.
    pub fn terminal(class: ErrorClass, message: impl Into<String>) -> Self {
        Self::Terminal(Box::new(Trouble::new(class, message)))
    }

    /// What a fault of the expression at `key` (`/params/where`) is to the run.
    pub fn fault(fault: &Fault, key: impl Into<String>) -> Self {
        Self::terminal(ErrorClass::Expression, fault.message.clone()).key(key)
    }

    /// The same error with the next step for the user.
    pub fn advice(self, advice: impl Into<String>) -> Self {
        self.with(|trouble| trouble.advice = advice.into())
    }

    /// The same error with the param that it came from.
    pub fn key(self, key: impl Into<String>) -> Self {
        self.with(|trouble| trouble.key = Some(key.into()))
    }

    /// The same error with the pause that the system asked for.
    pub fn retry_after(self, pause: Duration) -> Self {
        self.with(|trouble| trouble.retry_after = Some(pause))
    }

    /// The same error of work that may be done a second time, whatever became of it: rules of the
    /// flow may try it again.
    pub fn may_repeat(self, may_repeat: bool) -> Self {
        self.with(|trouble| trouble.may_repeat = may_repeat)
    }

    /// The same error with the call it came of.
    pub fn exchange(self, exchange: Exchange) -> Self {
        self.with(|trouble| trouble.exchange = Some(Box::new(exchange)))
    }

    /// What went wrong; nothing did where the run was stopped.
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Retryable(trouble) | Self::Terminal(trouble) => Some(trouble),
            Self::Cancelled => None,
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Trouble)) -> Self {
        match &mut self {
            Self::Retryable(trouble) | Self::Terminal(trouble) => change(trouble),
            Self::Cancelled => {}
        }
        self
    }
}
