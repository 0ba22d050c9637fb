//! Flows that flows call, as runs of their own: begun, found again after a restart, stopped with
//! the run that waits for them. Not the node that calls: that is the engine's.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use data::Value;
use engine::called::{CalledFlow, FlowCall, Flows, no_flow};
use engine::step::{StepError, StepResult};
use engine::{Output, RunHandle, RunOutcome};
use flow::check::ERROR_PORT;
use flow::file::Layout;
use flow::id::{FlowId, RunId};
use flow::run::{ErrorClass, RunStatus};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use store::{RunRow, StoreError};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::App;
use crate::app::{History, lock, now};
use crate::flows;
use crate::launch::{Launch, Row};
use crate::meet::Met;
use crate::prepared::ReadyFlow;
use crate::turns::Place;
use crate::types::{ApiError, Code};

/// The trigger of runs that another run waits for: that one resumes them.
pub(crate) const WAITED_FOR: &str = "call";

/// The trigger of runs that another run has started, and that go on by themselves.
const BY_ITSELF: &str = "flow";

/// How long a flow is taken to be unchanged.
const FRESH: Duration = Duration::from_secs(1);

/// Chunks of results that may wait.
const CHUNKS: usize = 8;

/// Results that one call may give: more are not waited for.
const MOST_RESULTS: usize = 100_000;

/// By whom a run was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledBy {
    /// What systems know its calls by.
    pub root: RunId,
    /// The flows by whose calls it came to be, the outermost first.
    pub callers: Vec<FlowId>,
}

/// A version of a flow that calls can be bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pinned {
    /// Its name, for `version` of a call.
    pub version: String,
}

/// Keeps a flow as it is now for calls that are to stay with it.
pub async fn pin(app: &App, which: flows::Which) -> Result<Pinned, ApiError> {
    let (_, file, _) = flows::load(app, &which.flow).await?;
    // Where its nodes lie makes no version.
    let layout = flow::file::write_layout(&Layout::default());
    let text = flow::file::write(&file);
    let version = app.store.pin(&which.flow, text, layout, now()).await?;
    Ok(Pinned { version })
}

/// The flows that the app knows, for the engine: those of the database, and those beside the flow
/// file that is run.
#[derive(Default)]
pub(crate) struct KnownFlows {
    app: OnceLock<Weak<App>>,
    known: Mutex<HashMap<Named, (Instant, Arc<ReadyFlow>)>>,
}

/// A flow and its version.
type Named = (FlowId, Option<String>);

impl fmt::Debug for KnownFlows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownFlows")
    }
}

impl KnownFlows {
    /// Says which app this is of; to be called once.
    pub(crate) fn serve(&self, app: &Arc<App>) {
        let _ = self.app.set(Arc::downgrade(app));
    }

    fn app(&self) -> StepResult<Arc<App>> {
        self.app.get().and_then(Weak::upgrade).ok_or(StepError::Cancelled)
    }

    /// A flow, ready to be started.
    async fn ready(&self, flow: &FlowId, version: Option<&str>) -> StepResult<Arc<ReadyFlow>> {
        let key = (flow.clone(), version.map(str::to_owned));
        let began = Instant::now();
        if let Some((at, ready)) = lock(&self.known).get(&key)
            && began.duration_since(*at) < FRESH
        {
            return Ok(Arc::clone(ready));
        }
        let app = self.app()?;
        let found = Box::pin(find(&app, flow, version)).await;
        let ready = found.map_err(|error| refused(flow, &error))?.ok_or_else(|| match version {
            None => no_flow(flow),
            Some(version) => no_version(flow, version),
        })?;
        let mut known = lock(&self.known);
        known.retain(|_, (at, _)| began.duration_since(*at) < FRESH);
        known.insert(key, (began, Arc::clone(&ready)));
        Ok(ready)
    }

    /// Begins a run, or goes on with it, in a task of the app's.
    async fn begin(&self, app: &Arc<App>, call: FlowCall) -> StepResult<Begun> {
        let run = call.run.clone();
        let (flow, of) = (call.flow.clone(), |error: &ApiError| refused(&call.flow, error));
        let before = known_run(app, &run).await.map_err(|error| of(&error))?;
        let (ready, launch) = match before {
            None => {
                let ready = self.ready(&flow, call.version.as_deref()).await?;
                (ready, launch_of(call, WAITED_FOR))
            }
            Some(row) => match row.status {
                RunStatus::Ok | RunStatus::OkWithRejects => {
                    return results_of(app, &row).await.map(Begun::Over);
                }
                RunStatus::Failed => return Err(has_failed(&row)),
                RunStatus::Running | RunStatus::Paused | RunStatus::Queued => {
                    return Err(is_under_way(&row));
                }
                RunStatus::Interrupted | RunStatus::Cancelled => {
                    let resuming = Box::pin(app.resuming(&run)).await;
                    resuming.map_err(|error| cannot_go_on(&row, &error))?
                }
            },
        };
        let launch = Launch { outputs: Some(CHUNKS), ..launch };
        let launched = Box::pin(app.launch(&ready, launch, Row::First)).await;
        let (row, handle, place) = launched.map_err(|error| refused(&flow, &error))?;
        Ok(Begun::Going(ready, Box::new(row), handle, place))
    }
}

/// A run that was called.
enum Begun {
    /// It is over, and gave this.
    Over(Vec<Value>),
    /// It is under way.
    Going(Arc<ReadyFlow>, Box<RunRow>, RunHandle, Place),
}

impl Flows for KnownFlows {
    fn find<'a>(
        &'a self,
        flow: &'a FlowId,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, StepResult<Arc<CalledFlow>>> {
        Box::pin(async move {
            let ready = self.ready(flow, version).await?;
            Ok(Arc::new(CalledFlow {
                name: ready.file.name.clone(),
                version: ready.snapshot.to_string(),
                contract: ready.file.contract.clone(),
            }))
        })
    }

    fn call(&self, call: FlowCall) -> BoxFuture<'_, StepResult<Vec<Value>>> {
        Box::pin(async move {
            let app = self.app()?;
            let flow = call.flow.clone();
            // It ends with the run that calls, and with the step that waits for it.
            let stop = call.cancel.child_token();
            let _guard = stop.clone().drop_guard();
            let (ready, row, handle, place) = match self.begin(&app, call).await? {
                Begun::Over(results) => return Ok(results),
                Begun::Going(ready, row, handle, place) => (ready, row, handle, place),
            };
            let run = row.id;
            lock(&app.running).insert(run.clone(), handle.control());
            let (tell, told) = oneshot::channel();
            let (owner, of) = (Arc::clone(&app), run.clone());
            app.spawn(async move {
                let ended = finish(&ready, handle, &stop).await;
                let ended = kept(&owner, &of, ended).await;
                lock(&owner.running).remove(&of);
                drop(place);
                // Whoever called may have been stopped meanwhile.
                let _ = tell.send(ended);
            });
            let (outcome, results) = told.await.map_err(|_| StepError::Cancelled)??;
            match outcome.status {
                RunStatus::Ok | RunStatus::OkWithRejects => Ok(results),
                _ => Err(failed(&flow, &run, &outcome)),
            }
        })
    }

    fn start(&self, call: FlowCall) -> BoxFuture<'_, StepResult<()>> {
        Box::pin(async move {
            let (app, flow) = (self.app()?, call.flow.clone());
            let of = |error: ApiError| refused(&flow, &error);
            if known_run(&app, &call.run).await.map_err(of)?.is_some() {
                return Ok(());
            }
            let ready = self.ready(&flow, call.version.as_deref()).await?;
            let launch = launch_of(call, BY_ITSELF);
            Box::pin(app.launch_alone(&ready, launch, Row::First)).await.map_err(of)?;
            Ok(())
        })
    }
}

/// Finds a flow: beside the flow file that is run, else in the database; a version among those that
/// were pinned.
async fn find(
    app: &Arc<App>,
    flow: &FlowId,
    version: Option<&str>,
) -> Result<Option<Arc<ReadyFlow>>, ApiError> {
    let beside = app.beside.as_ref().map(|folder| folder.join(format!("{flow}.flow.json")));
    if let Some(path) = beside
        && flow.as_str().chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        && let Ok(text) = tokio::fs::read_to_string(path).await
    {
        let ready = app.ready_file(&text).await?;
        if version.is_none_or(|version| ready.snapshot.to_string() == version) {
            return Ok(Some(ready));
        }
    }
    let Some(version) = version else {
        return match app.ready(flow).await {
            Ok(ready) => Ok(Some(ready)),
            Err(error) if error.code == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        };
    };
    let (of, version) = (flow.clone(), version.to_owned());
    match app.read(move |store| store.pinned(&of, &version)).await? {
        Some(text) => app.ready_file(&text).await.map(Some),
        None => Ok(None),
    }
}

async fn known_run(app: &App, run: &RunId) -> Result<Option<RunRow>, ApiError> {
    let id = run.clone();
    let found = app.read(move |store| match store.run(&id) {
        Ok(row) => Ok(Some(row)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    });
    found.await
}

fn launch_of(call: FlowCall, trigger: &'static str) -> Launch {
    Launch {
        run: Some(call.run),
        trigger,
        input: call.input,
        met: Met::as_called(call.conduct, call.seed, call.now),
        parent: Some(call.parent),
        called: Some(CalledBy { root: call.root, callers: call.callers }),
        ..Launch::default()
    }
}

/// Takes what a run gives until it ends, in the order of its last nodes.
async fn finish(
    flow: &ReadyFlow,
    mut run: RunHandle,
    stop: &CancellationToken,
) -> StepResult<(RunOutcome, Vec<Value>)> {
    let mut outputs = run.outputs.take();
    let place = |output: &Output| {
        let node = flow.file.nodes.iter().position(|node| node.id == output.node);
        (node.unwrap_or(usize::MAX), output.port.clone())
    };
    let mut lists: BTreeMap<(usize, String), Vec<Value>> = BTreeMap::new();
    let (mut n_results, mut is_stopped) = (0, false);
    while let Some(receiver) = &mut outputs {
        tokio::select! {
            output = receiver.recv() => match output {
                None => outputs = None,
                Some(output) if output.port == ERROR_PORT => {}
                Some(output) => {
                    n_results += output.items.len();
                    // What is too much is only counted: the call says so.
                    if n_results > MOST_RESULTS {
                        run.cancel();
                        return Err(too_many(&flow.file.name));
                    }
                    let values = output.items.iter().map(|item| item.value.clone());
                    lists.entry(place(&output)).or_default().extend(values);
                }
            },
            () = stop.cancelled(), if !is_stopped => {
                is_stopped = true;
                run.cancel();
            }
        }
    }
    let cancel = run.cancellation();
    let outcome = {
        let wait = run.wait();
        tokio::pin!(wait);
        tokio::select! {
            outcome = &mut wait => outcome,
            () = stop.cancelled(), if !is_stopped => {
                cancel.cancel();
                wait.await
            }
        }
    };
    Ok((outcome, lists.into_values().flatten().collect()))
}

/// Keeps what a run gave until the one that called it has it.
async fn kept(
    app: &App,
    run: &RunId,
    ended: StepResult<(RunOutcome, Vec<Value>)>,
) -> StepResult<(RunOutcome, Vec<Value>)> {
    let (outcome, results) = ended?;
    let is_well = matches!(outcome.status, RunStatus::Ok | RunStatus::OkWithRejects);
    if is_well && app.history == History::Kept {
        let mut bytes = Vec::new();
        data::bin::encode(&Value::from(results.clone()), &mut bytes);
        app.store.keep_call_results(run, bytes).await.map_err(|error| {
            let message = format!("What the called flow gave could not be kept: {error}.");
            StepError::terminal(ErrorClass::Internal, message).advice("Make room on the disk.")
        })?;
    }
    Ok((outcome, results))
}

/// What a run that is over gave.
async fn results_of(app: &App, row: &RunRow) -> StepResult<Vec<Value>> {
    let id = row.id.clone();
    let found = app.read(move |store| store.call_results(&id)).await;
    let bytes = found.map_err(|error| refused(&row.flow, &error))?.ok_or_else(|| {
        let message = format!(
            "The flow \"{}\" has run to its end, but what it gave was lost with the program.",
            row.flow_name
        );
        StepError::terminal(ErrorClass::UnknownOutcome, message)
            .advice(format!("Look at what it did in its run {}.", row.id))
    })?;
    let list = crate::durable::steps::value(&bytes)
        .map_err(|error| refused(&row.flow, &ApiError::from(error)))?;
    Ok(list.as_list().unwrap_or_default().to_vec())
}

fn failed(flow: &FlowId, run: &RunId, outcome: &RunOutcome) -> StepError {
    if outcome.status == RunStatus::Cancelled {
        let message = format!("The called flow \"{flow}\" was stopped.");
        return StepError::terminal(ErrorClass::Stopped, message).advice(look_at(run));
    }
    let class = outcome.error.as_ref().map_or(ErrorClass::Internal, |error| error.class);
    let message = format!("The called flow \"{flow}\" failed. {}", outcome.summary);
    StepError::terminal(class, message).advice(look_at(run))
}

fn look_at(run: &RunId) -> String {
    format!("Look at its run {run}, and mend what failed there.")
}

fn has_failed(row: &RunRow) -> StepError {
    let message = format!("The called flow \"{}\" failed. {}", row.flow, row.summary);
    StepError::terminal(ErrorClass::Internal, message).advice(look_at(&row.id))
}

fn is_under_way(row: &RunRow) -> StepError {
    let message = format!("The run {} of the called flow is under way elsewhere.", row.id);
    StepError::terminal(ErrorClass::Conflict, message)
        .advice("Wait until it is over, then run this one again.")
}

fn cannot_go_on(row: &RunRow, why: &ApiError) -> StepError {
    let message = format!("The run of the called flow \"{}\" cannot go on. {why}", row.flow);
    StepError::terminal(ErrorClass::UnknownOutcome, message).advice(look_at(&row.id))
}

fn too_many(name: &str) -> StepError {
    let message = format!(
        "The called flow \"{name}\" gives more than {MOST_RESULTS} results, which is the most that \
         a call can give."
    );
    StepError::terminal(ErrorClass::Validation, message)
        .advice("Let the called flow write them into a file, and read that.")
}

fn no_version(flow: &FlowId, version: &str) -> StepError {
    let message = format!("There is no version {version} of the flow \"{flow}\".");
    StepError::terminal(ErrorClass::NotFound, message)
        .advice("Pin the flow's version again, or leave the version out.")
        .key("/params/version")
}

fn refused(flow: &FlowId, error: &ApiError) -> StepError {
    let class = match error.code {
        Code::NotFound => ErrorClass::NotFound,
        Code::Broken | Code::Invalid | Code::Newer => ErrorClass::Validation,
        _ => ErrorClass::Internal,
    };
    StepError::terminal(class, format!("The flow \"{flow}\" cannot be called: {error}"))
        .advice("Open that flow and mend what is wrong with it.")
        .key("/params/flow")
}
