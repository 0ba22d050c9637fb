//! Starts runs, for whomever: a user, a webhook, the command line. Not what is told of them: see
//! `keeper`.

use std::sync::Arc;

use data::Value;
use engine::journal::Replay;
use engine::known::Known;
use engine::respond::Responder;
use engine::{RunHandle, RunOutcome, RunRequest, Target};
use flow::diagnostic::{Diagnostic, Severity};
use flow::id::{NodeId, RunId};
use flow::run::{RunStatus, Timestamp};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use store::{RunRow, RunStart};
use tokio::sync::oneshot;

use crate::App;
use crate::app::{History, lock, now};
use crate::called::CalledBy;
use crate::durable::{Earlier, KeptTarget, Request, Resumes};
use crate::meet::Met;
use crate::prepared::ReadyFlow;
use crate::types::{ApiError, Code};

/// What a run is started with.
#[derive(Debug, Default)]
pub struct Launch {
    /// The run's id, from [`App::next_run_id`]; a new one without it.
    pub run: Option<RunId>,
    /// What started it: `manual`, `webhook`, `command line`.
    pub trigger: &'static str,
    /// The trigger node that fires; the flow's first without it.
    pub start: Option<NodeId>,
    /// The start items.
    pub input: Vec<Value>,
    /// Values that take the place of the flow's vars.
    pub vars: IndexMap<String, Value>,
    /// How far it goes.
    pub target: Target,
    /// Chunks that may wait to be taken as outputs; they must be taken then.
    pub outputs: Option<usize>,
    /// A further node whose items are outputs.
    pub outputs_of: Option<NodeId>,
    /// Who waits for the flow's answer.
    pub responder: Option<Responder>,
    /// What meets its calls, from [`App::meet`].
    pub met: Met,
    /// The run that it does again, or that calls it.
    pub parent: Option<RunId>,
    /// By whom it is called, where a flow does.
    pub called: Option<CalledBy>,
    /// What is known of its steps, where it does an earlier run again.
    pub replay: Option<Arc<dyn Replay>>,
    /// The run that it goes on with, from [`App::resuming`].
    pub resumes: Option<Resumes>,
    /// What it takes over of earlier runs.
    pub again: Again,
    /// Which steps of earlier runs it does not do again.
    pub(crate) retry: Option<Earlier>,
}

/// What a run takes over of earlier ones.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Again {
    /// The run that keys of its steps begin with; itself without it.
    pub root: Option<RunId>,
    /// Nodes that are not run.
    pub kept: Vec<NodeId>,
    /// The items that are given to it.
    pub known: Vec<Known>,
}

/// What came of a run that goes on by itself.
pub type Ended = oneshot::Receiver<RunOutcome>;

/// Whether whoever started a run can open it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Its row is stored by then.
    First,
    /// Its row is stored with the first of its events: for callers who only want the answer.
    Later,
}

impl App {
    /// The id of a run that is about to be started.
    pub fn next_run_id(&self) -> RunId {
        self.run_ids.next(now())
    }

    /// Starts a run. The caller keeps the handle: dropping it stops the run.
    ///
    /// # Errors
    /// [`Code::Broken`] with the first error of the flow, where it cannot run.
    pub async fn launch(
        &self,
        flow: &ReadyFlow,
        launch: Launch,
        row: Row,
    ) -> Result<(RunRow, RunHandle), ApiError> {
        flow.refuse_missing(&launch.target)?;
        let goes_on = launch.resumes.is_some();
        let (new, request) = self.expect(flow, launch).await?;
        let handle = match flow.prepared.start(request) {
            Ok(handle) => handle,
            Err(found) => return Err(self.refuse(&new, &found).await),
        };
        self.keeper.waits.enter(&new.id, handle.control().signals(), goes_on);
        if row == Row::First {
            // Where the run cannot be kept, it is not begun: the handle stops it.
            self.announce(&new.id).await?;
        }
        Ok((new, handle))
    }

    /// Makes a run known to whoever keeps it; one that goes on is taken for this process first.
    async fn expect(
        &self,
        flow: &ReadyFlow,
        mut launch: Launch,
    ) -> Result<(RunRow, RunRequest), ApiError> {
        if let Some(earlier) = &launch.retry {
            launch.replay = Some(self.with_earlier(earlier, launch.replay.take()).await?);
        }
        let last = match &launch.target {
            Target::Only(node) | Target::UpTo(node) => Arc::new([node.clone()]),
            Target::All | Target::From(_) => Arc::clone(&flow.last),
        };
        if let Some(Resumes { row, seed, resumed, .. }) = self.claimed(&mut launch).await? {
            self.keeper.expect_again(row.clone(), last);
            let request = RunRequest {
                seed,
                resumed: Some(resumed),
                ..request(flow, launch, row.id.clone(), &row.trigger, now())
            };
            return Ok((row, request));
        }
        let started_at = now();
        let id = launch.run.take().unwrap_or_else(|| self.run_ids.next(started_at));
        let trigger = launch.trigger;
        let new = RunRow {
            parent: launch.parent.clone(),
            ..new_row(flow, id.clone(), trigger, started_at)
        };
        let is_durable = self.history == History::Kept && flow.can_be_resumed(&launch);
        let seed = launch.met.seed.unwrap_or(started_at as u64);
        let clock_at = launch.met.started_at.unwrap_or(started_at);
        if self.history == History::Kept {
            let start = is_durable.then(|| self.start_of(flow, &launch, seed, clock_at));
            self.keeper.expect(new.clone(), last, start);
        }
        let request = RunRequest {
            seed,
            durable: is_durable,
            ..request(flow, launch, id, trigger, clock_at)
        };
        Ok((new, request))
    }

    /// The run that a launch goes on with, taken for this process.
    async fn claimed(&self, launch: &mut Launch) -> Result<Option<Resumes>, ApiError> {
        let Some(mut resumes) = launch.resumes.take() else { return Ok(None) };
        self.claim(&resumes).await?;
        resumes.row.status = RunStatus::Running;
        resumes.row.summary.clear();
        Ok(Some(resumes))
    }

    /// How a run is started, to be kept.
    fn start_of(
        &self,
        flow: &ReadyFlow,
        launch: &Launch,
        seed: u64,
        started_at: Timestamp,
    ) -> RunStart {
        let request = Request {
            start: launch.start.clone(),
            vars: launch.vars.clone(),
            env: flow.env.clone(),
            environment: flow.environment.clone(),
            base_dir: self.base_dir.clone(),
            seed,
            started_at,
            target: KeptTarget::from(&launch.target),
            meeting: launch.met.meeting.clone(),
            again: launch.again.clone(),
            retry: launch.retry.clone(),
            called: launch.called.clone(),
        };
        request.kept(&launch.input)
    }

    /// Forgets a run that could not be started after all.
    async fn refuse(&self, run: &RunRow, found: &[Diagnostic]) -> ApiError {
        self.keeper.forget(&run.id);
        let error = broken(found);
        // One that was to go on waits again.
        if let Err(error) = self.store.unclaim_run(&run.id, &error.message).await {
            tracing::warn!(run = %run.id, %error, "a run that cannot go on was not put back");
        }
        error
    }

    /// Waits until a run's row is stored.
    async fn announce(&self, id: &RunId) -> Result<(), ApiError> {
        if self.history == History::None {
            return Ok(());
        }
        self.keeper.announce(id).await.map_err(|error| {
            self.keeper.forget(id);
            ApiError::new(Code::Storage, error.message)
        })
    }

    /// Starts a run that goes on by itself, until it ends, is cancelled or the app closes.
    ///
    /// # Errors
    /// As [`App::launch`].
    pub async fn launch_alone(
        self: &Arc<Self>,
        flow: &ReadyFlow,
        launch: Launch,
        row: Row,
    ) -> Result<(RunRow, Ended), ApiError> {
        flow.refuse_missing(&launch.target)?;
        let (met, goes_on) = (launch.met.clone(), launch.resumes.is_some());
        let (new, request) = self.expect(flow, launch).await?;
        let run = match flow.prepared.begin(request) {
            Ok(run) => run,
            Err(found) => return Err(self.refuse(&new, &found).await),
        };
        let (tell, ended) = oneshot::channel();
        self.keeper.waits.enter(&new.id, run.control().signals(), goes_on);
        lock(&self.running).insert(new.id.clone(), run.control());
        let (app, id) = (Arc::clone(self), new.id.clone());
        let task = self.spawn(async move {
            let outcome = run.finish().await;
            lock(&app.running).remove(&id);
            app.told_of(&id, met.finish().await);
            // Most callers only want the run to be under way.
            let _ = tell.send(outcome);
        });
        if row == Row::First
            && let Err(error) = self.announce(&new.id).await
        {
            // It cannot be kept, so it is not begun.
            task.abort();
            lock(&self.running).remove(&new.id);
            return Err(error);
        }
        Ok((new, ended))
    }
}

/// What a run is started with, but for its seed and how it is kept.
fn request(
    flow: &ReadyFlow,
    launch: Launch,
    id: RunId,
    trigger: &str,
    now: Timestamp,
) -> RunRequest {
    let (root, callers) = match launch.called {
        Some(CalledBy { root, callers }) => (Some(root), callers),
        None => (None, Vec::new()),
    };
    RunRequest {
        trigger: trigger.to_owned(),
        start: launch.start,
        input: launch.input,
        vars: launch.vars,
        env: flow.env.clone(),
        target: launch.target,
        outputs: launch.outputs,
        outputs_of: launch.outputs_of,
        responder: launch.responder,
        calls: launch.met.calls(flow),
        replay: launch.replay,
        kept: launch.again.kept,
        known: launch.again.known,
        root: launch.again.root.or(root),
        callers,
        ..RunRequest::new(id, now)
    }
}

fn new_row(flow: &ReadyFlow, id: RunId, trigger: &str, started_at: Timestamp) -> RunRow {
    RunRow {
        id,
        flow: flow.file.id.clone(),
        flow_name: flow.file.name.clone(),
        rev: flow.rev,
        trigger: trigger.to_owned(),
        status: RunStatus::Running,
        started_at,
        took_ms: None,
        items: 0,
        rejected: 0,
        summary: String::new(),
        snapshot: flow.snapshot.clone(),
        parent: None,
    }
}

/// The refusal of a flow that has these errors.
pub(crate) fn broken(found: &[Diagnostic]) -> ApiError {
    let errors: Vec<&Diagnostic> =
        found.iter().filter(|found| found.severity == Severity::Error).collect();
    let Some(first) = errors.first() else {
        return ApiError::new(Code::Broken, "The flow cannot run.");
    };
    let more = match errors.len() {
        1 => String::new(),
        2 => " There is one more error.".to_owned(),
        n => format!(" There are {} more errors.", n - 1),
    };
    let words = format!("The flow cannot run: {}{more}", first.message);
    ApiError::new(Code::Broken, words).at(first.at.clone())
}
