//! Starts runs, for whomever: a user, a webhook, the command line. Not what is told of them: see
//! `keeper`.

use std::sync::Arc;
use std::time::Duration;

use data::Value;
use engine::journal::Replay;
use engine::known::Known;
use engine::respond::Responder;
use engine::{RunControl, RunHandle, RunOutcome, RunRequest, Target};
use flow::diagnostic::{Diagnostic, Severity};
use flow::file::Overlap;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::{RunStatus, Timestamp};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use store::{RunRow, RunStart};
use tokio::sync::oneshot;

use crate::App;
use crate::app::{History, lock, now};
use crate::called::CalledBy;
use crate::durable::{KeptTarget, Request, Resumes};
use crate::meet::Met;
use crate::prepared::ReadyFlow;
use crate::turns::{Entry, Place};
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
    /// What is kept for going on with it, should its process end.
    pub going_on: GoingOn,
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
}

/// What is kept of a run for going on with it after its process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GoingOn {
    /// What it has done, where that is worth it.
    #[default]
    Kept,
    /// Nothing: it is failed when its process ends.
    Never,
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

/// How often a run that waits looks whether other processes have made room.
const LOOK_ELSEWHERE: Duration = Duration::from_millis(500);

/// What is said of a run that is skipped.
const SKIPPED: &str = "Not begun: another run of this flow was under way, and the flow says that \
                       a further one is skipped then.";

/// What is said of a run that was stopped while it waited.
const GIVEN_UP: &str = "Stopped before it began: it waited for its turn.";

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

    /// Starts a run, once it is its turn. The caller keeps the handle, for dropping it stops the run,
    /// and the place, which is held until then.
    ///
    /// # Errors
    /// [`Code::Broken`] with the first error of the flow, where it cannot run; [`Code::Invalid`]
    /// where another run of it goes and the flow says to skip it then.
    pub async fn launch(
        &self,
        flow: &ReadyFlow,
        launch: Launch,
        row: Row,
    ) -> Result<(RunRow, RunHandle, Place), ApiError> {
        flow.refuse_missing(&launch.target)?;
        let is_resumed = launch.resumes.is_some();
        let is_called = launch.called.is_some();
        let (new, request) = self.expect(flow, launch).await?;
        let run = match flow.prepared.begin(request) {
            Ok(run) => run,
            Err(found) => return Err(self.refuse(&new, &found).await),
        };
        self.keeper.waits.enter(&new.id, run.control().signals(), is_resumed);
        let entered = self.enter(flow, &new.id, run.control(), is_resumed, is_called).await?;
        let Some(mut place) = entered else {
            let skipped = self.not_begun(&new.id, SKIPPED).await;
            return Err(ApiError::new(Code::Invalid, skipped.summary));
        };
        if row == Row::First || !place.has_begun() {
            // Where the run cannot be kept, it is not begun.
            self.announce(&new.id).await?;
        }
        self.wait_for_turn(&mut place, &flow.file.id).await;
        Ok((new, run.spawn(), place))
    }

    /// Makes a run known to whoever keeps it; one that goes on is taken for this process first.
    async fn expect(
        &self,
        flow: &ReadyFlow,
        mut launch: Launch,
    ) -> Result<(RunRow, RunRequest), ApiError> {
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
            // One that takes something over from an earlier run keeps its steps for the next try,
            // but is not begun again by itself.
            let is_whole = is_durable && launch.replay.is_none();
            let start = is_whole.then(|| self.start_of(flow, &launch, seed, clock_at));
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
            called: launch.called.clone(),
            again: launch.again.clone(),
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
        let met = launch.met.clone();
        let is_resumed = launch.resumes.is_some();
        let is_called = launch.called.is_some();
        let (new, request) = self.expect(flow, launch).await?;
        let run = match flow.prepared.begin(request) {
            Ok(run) => run,
            Err(found) => return Err(self.refuse(&new, &found).await),
        };
        let (tell, ended) = oneshot::channel();
        self.keeper.waits.enter(&new.id, run.control().signals(), is_resumed);
        let entered = self.enter(flow, &new.id, run.control(), is_resumed, is_called).await?;
        let Some(mut place) = entered else {
            let outcome = self.not_begun(&new.id, SKIPPED).await;
            let (status, summary) = (outcome.status, outcome.summary.clone());
            let _ = tell.send(outcome);
            return Ok((RunRow { status, summary, ..new }, ended));
        };
        let status = if place.has_begun() { new.status } else { RunStatus::Queued };
        let row = if place.has_begun() { row } else { Row::First };
        let new = RunRow { status, ..new };
        lock(&self.running).insert(new.id.clone(), run.control());
        let (app, id) = (Arc::clone(self), new.id.clone());
        let flow_id = flow.file.id.clone();
        let task = self.spawn(async move {
            let control = run.control();
            let cancel = control.cancellation();
            let outcome = tokio::select! {
                biased;
                () = app.wait_for_turn(&mut place, &flow_id) => run.finish().await,
                () = cancel.cancelled(), if !app.turns.is_closing() => {
                    app.not_begun(&id, GIVEN_UP).await
                }
            };
            lock(&app.running).remove(&id);
            drop(place);
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

impl App {
    /// Asks for a place for a run; none where its flow says that it is not to be begun now.
    async fn enter(
        &self,
        flow: &ReadyFlow,
        id: &RunId,
        control: RunControl,
        is_resumed: bool,
        is_called: bool,
    ) -> Result<Option<Place>, ApiError> {
        let mut policy = flow.file.runs.clone().unwrap_or_default();
        if is_resumed && policy.overlap != Overlap::Parallel {
            // What has begun already is neither skipped nor put in the place of another.
            policy.overlap = Overlap::Queue;
        }
        let elsewhere = match policy.overlap {
            Overlap::Parallel => 0,
            _ => self.elsewhere(&flow.file.id).await?,
        };
        let entry = self.turns.enter(id, &flow.file.id, &policy, control, elsewhere, is_called);
        Ok(match entry {
            Entry::Skipped => None,
            Entry::Place(place) => {
                if !place.has_begun() {
                    self.keeper.queue(id);
                }
                Some(place)
            }
        })
    }

    /// Waits until a run may begin, with a look now and then at what other processes do.
    async fn wait_for_turn(&self, place: &mut Place, flow: &FlowId) {
        while !place.has_begun() {
            tokio::select! {
                () = place.begins() => {}
                () = tokio::time::sleep(LOOK_ELSEWHERE) => {
                    // Where it cannot be told, the next look will.
                    if let Ok(elsewhere) = self.elsewhere(flow).await {
                        self.turns.set_elsewhere(flow, elsewhere);
                    }
                }
            }
        }
    }

    async fn elsewhere(&self, flow: &FlowId) -> Result<usize, ApiError> {
        let flow = flow.clone();
        self.read(move |store| store.runs_elsewhere(&flow)).await
    }

    /// Ends a run that was not begun.
    async fn not_begun(&self, id: &RunId, why: &str) -> RunOutcome {
        if let Err(error) = self.keeper.end_unbegun(id, why).await {
            tracing::warn!(run = %id, %error, "that a run was not begun is not stored");
        }
        RunOutcome::not_begun(why)
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
        None => (launch.again.root, Vec::new()),
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
        root,
        callers,
        kept: launch.again.kept,
        known: launch.again.known,
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
