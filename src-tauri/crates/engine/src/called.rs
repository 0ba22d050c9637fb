//! Flows that flows call. The engine asks for them; the app runs them as runs of their own. Not the
//! node that calls: that is `flow.call`.

use std::fmt;
use std::sync::Arc;

use data::Value;
use flow::file::Contract;
use flow::id::{FlowId, RunId};
use flow::run::{ErrorClass, Timestamp};
use futures::future::{BoxFuture, ready};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use transport::Conduct;

use crate::step::{StepError, StepResult};

/// How deep flows may call each other.
pub const MAX_DEPTH: usize = 16;

/// Where other flows are.
pub trait Flows: fmt::Debug + Send + Sync {
    /// What is to be known of a flow before it is called; as it is now where no version is named.
    ///
    /// # Errors
    /// A [`StepError`], where there is no such flow or version.
    fn find<'a>(
        &'a self,
        flow: &'a FlowId,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, StepResult<Arc<CalledFlow>>>;

    /// Runs a flow to its end, and gives what left its last nodes. Where a run of that id has
    /// begun before, it goes on; where it is over, it gives what it gave. Dropping the future stops
    /// the run.
    ///
    /// # Errors
    /// What stopped the run, or a [`StepError`], where it cannot be begun.
    fn call(&self, call: FlowCall) -> BoxFuture<'_, StepResult<Vec<Value>>>;

    /// Begins a run of a flow that nobody waits for. Where a run of that id has begun before,
    /// nothing happens.
    ///
    /// # Errors
    /// A [`StepError`], where it cannot be begun.
    fn start(&self, call: FlowCall) -> BoxFuture<'_, StepResult<()>>;
}

/// What is to be known of a flow before it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct CalledFlow {
    /// Its name.
    pub name: String,
    /// Which version it is.
    pub version: String,
    /// What it takes and gives.
    pub contract: Option<Contract>,
}

/// A call of a flow.
#[derive(Debug, Clone)]
pub struct FlowCall {
    /// The flow.
    pub flow: FlowId,
    /// The version; as it is now without it.
    pub version: Option<String>,
    /// The start items.
    pub input: Vec<Value>,
    /// The id of its run: the same for the same step.
    pub run: RunId,
    /// What systems know its calls by: the same for the same step of runs that repeat each other.
    pub root: RunId,
    /// The run that calls.
    pub parent: RunId,
    /// The flows by whose calls it comes to be, the outermost first.
    pub callers: Vec<FlowId>,
    /// How its calls are met: as those of the node that calls.
    pub conduct: Conduct,
    /// The seed of its random numbers.
    pub seed: u64,
    /// What the time is when it begins.
    pub now: Timestamp,
    /// Stops the run that calls.
    pub cancel: CancellationToken,
}

/// The id of the run that a step of another run begins: always the same for the same step, and
/// beside that run where ids are sorted.
pub fn run_of(run: &RunId, place: &str) -> RunId {
    // Of an id that was made here before, only what stands for the first run is kept, so that ids
    // do not grow with the depth of calls.
    let first = run.as_str().split('-').next().unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(run.as_str());
    hash.update("/");
    hash.update(place);
    let digest = hash.finalize();
    let tail = digest.iter().take(8).fold(0_u64, |tail, byte| (tail << 8) | u64::from(*byte));
    RunId::from(format!("{first}-{tail:016x}"))
}

/// Why a JSON Schema of a contract cannot be used, in a sentence; none where it can.
pub fn contract_problem(schema: &serde_json::Value) -> Option<String> {
    crate::nodes::data_validate::Schema::new(schema).err()
}

/// No other flows.
#[derive(Debug)]
pub struct NoFlows;

impl Flows for NoFlows {
    fn find<'a>(
        &'a self,
        flow: &'a FlowId,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, StepResult<Arc<CalledFlow>>> {
        Box::pin(ready(Err(no_flow(flow))))
    }

    fn call(&self, call: FlowCall) -> BoxFuture<'_, StepResult<Vec<Value>>> {
        Box::pin(ready(Err(no_flow(&call.flow))))
    }

    fn start(&self, call: FlowCall) -> BoxFuture<'_, StepResult<()>> {
        Box::pin(ready(Err(no_flow(&call.flow))))
    }
}

/// The error of a flow that is not there.
pub fn no_flow(flow: &FlowId) -> StepError {
    StepError::terminal(ErrorClass::NotFound, format!("There is no flow \"{flow}\"."))
        .advice("Choose one of the workspace's flows, or put its file beside the one that calls.")
        .key("/params/flow")
}
