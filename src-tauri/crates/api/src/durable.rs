//! Runs that outlast their process: held, resumed, retried, with a list of what they have written.
//! Not how a run goes: that is the engine's.

mod again;
mod earlier;
mod replay;
mod request;
mod resume;
pub(crate) mod steps;
mod writes;

use std::sync::Arc;

use engine::RunControl;
use flow::id::{NodeId, RunId};
use flow::run::{RunStatus, Timestamp};
use serde::{Deserialize, Serialize};
use store::ResumedBy;
use ts_rs::TS;

pub use self::earlier::Earlier;
pub(crate) use self::request::{KeptTarget, Request};
pub use self::resume::Resumes;
use crate::App;
use crate::app::lock;
use crate::runs::{Which, summary_of};
use crate::types::{ApiError, Code, RunSummary};

/// What a run has written so far, and what is not known of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct WritesView {
    /// How many writes are known to be done.
    pub done: u64,
    /// How many are known to have changed nothing.
    pub not_done: u64,
    /// How many were under way when the process ended, and nobody knows.
    pub unknown: u64,
    /// The writes, those that are not known first, then the last ones; at most 1,000.
    pub writes: Vec<WriteEntry>,
}

/// One write of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct WriteEntry {
    /// The step's name: `send/orders:3/17/call`.
    pub step: String,
    /// The node.
    pub node: NodeId,
    /// The item, by lineage.
    pub item: String,
    /// What it does, in words: `POST http://shop/orders`.
    pub about: String,
    /// How it stands.
    pub state: WriteState,
    /// When it began, or was done.
    pub at: Timestamp,
    /// What the user decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub decision: Option<WriteDecision>,
}

/// How a write stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WriteState {
    /// It was done.
    Done,
    /// It changed nothing.
    NotDone,
    /// It was under way when the process ended.
    Unknown,
}

/// What is to become of a write that nobody knows the outcome of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WriteDecision {
    /// It was not done: it is made again.
    Repeat,
    /// It was done: it is not made again, and gives nothing on to the nodes behind.
    Done,
}

/// Decisions about writes.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Decide {
    /// The run.
    pub run: RunId,
    /// What is to become of them.
    pub decision: WriteDecision,
    /// The steps that it is about; all that are not known without it.
    #[serde(default)]
    #[ts(optional)]
    pub steps: Option<Vec<String>>,
}

/// A run that is to be done again.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Retry {
    /// The run.
    pub run: RunId,
    /// From where.
    pub from: RetryFrom,
    /// With which version of the flow.
    #[serde(default)]
    #[ts(optional, as = "Option<RetryVersion>")]
    pub version: RetryVersion,
    /// Whether the user has confirmed what it writes to production systems.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub confirmed: bool,
}

/// From where a run is done again. Writes that were done are not made again in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RetryFrom {
    /// From the node that failed: all that went well is taken from the run.
    Failed,
    /// From this node: what stands before it is taken from the run.
    Node {
        /// The node.
        node: NodeId,
    },
    /// From the start: everything is read again.
    Start,
}

/// With which version of its flow a run is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RetryVersion {
    /// As the flow is now.
    #[default]
    Current,
    /// As it was in the run.
    Run,
}

/// Resumes a run whose process ended. What it had done is not done again.
///
/// Refused with [`Code::Invalid`](crate::types::Code::Invalid) while writes are not known and not
/// decided about.
pub async fn resume(app: &Arc<App>, which: Which) -> Result<RunSummary, ApiError> {
    let row = app.resume_alone(&which.run, ResumedBy::User).await?;
    Ok(summary_of(&row))
}

/// What a run has written.
pub async fn writes(app: &App, which: Which) -> Result<WritesView, ApiError> {
    let store = Arc::clone(&app.store);
    let view = move || {
        store.run(&which.run)?;
        writes::view(&store, &which.run)
    };
    Ok(tokio::task::spawn_blocking(view).await.map_err(ApiError::internal)??)
}

/// Decides about writes that nobody knows the outcome of.
pub async fn decide(app: &App, decide: Decide) -> Result<WritesView, ApiError> {
    let run = decide.run.clone();
    let row = app.read(move |store| store.run(&run)).await?;
    if !row.status.is_over() {
        let words = "The run is under way; what became of its writes will be known.";
        return Err(ApiError::new(Code::Invalid, words));
    }
    let Decide { run, decision, .. } = decide.clone();
    let store = Arc::clone(&app.store);
    let steps = move || writes::decided_about(&store, &decide);
    let steps = tokio::task::spawn_blocking(steps).await.map_err(ApiError::internal)??;
    app.store.decide(&run, steps, decision.name()).await?;
    writes(app, Which { run }).await
}

impl WriteDecision {
    /// As the database has it.
    fn name(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::Done => "done",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        [Self::Repeat, Self::Done].into_iter().find(|decision| decision.name() == name)
    }
}

/// Does a run again, as a new run.
pub async fn retry(app: &Arc<App>, retry: Retry) -> Result<RunSummary, ApiError> {
    again::retry(app, retry).await
}

/// Holds a run: nothing new is begun, what is under way goes on to its end.
pub async fn pause(app: &App, which: Which) -> Result<(), ApiError> {
    under_way(app, which, "hold it").await.map(|run| run.pause())
}

/// Lets a run that is held go on.
pub async fn unpause(app: &App, which: Which) -> Result<(), ApiError> {
    under_way(app, which, "let it go on").await.map(|run| run.unpause())
}

/// A run of this process that is under way.
async fn under_way(app: &App, which: Which, what: &str) -> Result<RunControl, ApiError> {
    if let Some(run) = lock(&app.running).get(&which.run) {
        return Ok(run.clone());
    }
    let id = which.run;
    let row = app.read(move |store| store.run(&id)).await?;
    let words = match row.status {
        RunStatus::Queued => "The run waits for its turn; nothing of it has begun.".to_owned(),
        RunStatus::Interrupted => {
            "The run's program has ended; resume the run to let it go on.".to_owned()
        }
        status if status.is_over() => "The run is over.".to_owned(),
        _ => format!("Another Gantry runs this flow; {what} there."),
    };
    Err(ApiError::new(Code::Invalid, words))
}
