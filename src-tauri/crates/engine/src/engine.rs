//! The engine as hosts see it: prepare a flow once, start it many times, wait for the outcome or
//! stop it. Not how a run goes: see `run`.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data::Value;
use flow::catalogue::Catalogue;
use flow::diagnostic::Diagnostic;
use flow::file::FlowFile;
use flow::id::{FlowId, NodeId, RunId};
use flow::plan::{Selection, Target, plan};
use flow::run::{ErrorClass, ItemError, NodeCounts, RunStatus};
use futures::FutureExt;
use futures::future::BoxFuture;
use indexmap::IndexMap;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::build::{Built, build};
use crate::calls::Calls;
use crate::emitter::Output;
use crate::gate::{Gate, RunControl};
use crate::journal::{Journal, NoJournal, Replay, SampleLimits};
use crate::known::Known;
use crate::program::Program;
use crate::respond::Responder;
use crate::run::{Beginning, own};
use crate::run_scope::Clock;
use crate::services::Services;
use crate::signals::Signals;

/// What an engine is made of.
#[derive(Clone)]
pub struct EngineOptions {
    /// What nodes reach through their context.
    pub services: Services,
    /// Where events and samples go.
    pub journal: Arc<dyn Journal>,
    /// How many items are kept of each output port.
    pub samples: SampleLimits,
    /// The bytes that one barrier holds in memory before it uses the disk.
    pub barrier_bytes: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            services: Services::default(),
            journal: Arc::new(NoJournal),
            samples: SampleLimits::default(),
            barrier_bytes: 32 << 20,
        }
    }
}

/// Runs flows. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    options: Arc<EngineOptions>,
    services: Arc<Services>,
    catalogue: Arc<Catalogue>,
}

/// A flow that is ready to be started, any number of times. Cheap to clone.
#[derive(Clone)]
pub struct Prepared(Arc<Flow>);

struct Flow {
    engine: Engine,
    id: FlowId,
    vars: IndexMap<String, flow::file::Var>,
    /// The only hosts that its calls may reach.
    hosts: Option<Arc<[String]>>,
    /// The longest that a run may take.
    limit: Option<Duration>,
    built: Built,
    programs: Mutex<HashMap<Selection, Arc<Program>>>,
}

/// What a run is started with.
#[derive(Debug)]
pub struct RunRequest {
    /// The run's id.
    pub run: RunId,
    /// What started it, for the journal: `manual`, `webhook`.
    pub trigger: String,
    /// The trigger that fires; the flow's first without it.
    pub start: Option<NodeId>,
    /// The start items; the trigger's own without any.
    pub input: Vec<Value>,
    /// Values that take the place of the flow's `vars`.
    pub vars: IndexMap<String, Value>,
    /// What `$env` has.
    pub env: IndexMap<String, Value>,
    /// The seed of all random numbers.
    pub seed: u64,
    /// What the time is.
    pub clock: Clock,
    /// How far it goes.
    pub target: Target,
    /// Chunks that may wait to be read as outputs. Without it what leaves the last nodes is only
    /// counted and sampled; with it, [`RunHandle::outputs`] must be read, for the run waits.
    pub outputs: Option<usize>,
    /// A further node whose first port's items are outputs.
    pub outputs_of: Option<NodeId>,
    /// Where the flow's answer goes, where somebody waits for it.
    pub responder: Option<Responder>,
    /// How its calls are made.
    pub calls: Calls,
    /// The run that it repeats, whose name it has where systems are to know a call again.
    pub root: Option<RunId>,
    /// The flows by whose calls it came to be, the outermost first.
    pub callers: Vec<FlowId>,
    /// Whether its steps are kept by a journal that can, so that it can be resumed.
    pub durable: bool,
    /// What is known of its steps, where it is resumed, or repeats an earlier run.
    pub replay: Option<Arc<dyn Replay>>,
    /// Where the run goes on, where it is resumed.
    pub resumed: Option<Resumed>,
    /// Nodes that are not run: what they gave out in an earlier run is in `known`.
    pub kept: Vec<NodeId>,
    /// What is given to it of earlier runs.
    pub known: Vec<Known>,
}

/// A run that goes on after its process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumed {
    /// When it first began, by its clock.
    pub started_at: flow::run::Timestamp,
    /// The number of its next event.
    pub next_seq: u64,
    /// How many of its steps are known.
    pub steps: u64,
}

impl RunRequest {
    /// A run of the whole flow, by hand, at this time.
    pub fn new(run: RunId, now: flow::run::Timestamp) -> Self {
        Self {
            run,
            trigger: "manual".to_owned(),
            start: None,
            input: Vec::new(),
            vars: IndexMap::new(),
            env: IndexMap::new(),
            seed: 0,
            clock: Clock::From(now),
            target: Target::All,
            outputs: None,
            outputs_of: None,
            responder: None,
            calls: Calls::default(),
            root: None,
            callers: Vec::new(),
            durable: true,
            replay: None,
            resumed: None,
            kept: Vec::new(),
            known: Vec::new(),
        }
    }
}

/// A run that moves while it is waited for. Dropping it stops the run at once, without a last event.
pub struct Run {
    moves: BoxFuture<'static, RunOutcome>,
    control: RunControl,
    outputs: Option<mpsc::Receiver<Output>>,
}

/// A run in a task of its own. Dropping it stops the run at once, without a last event.
pub struct RunHandle {
    tasks: JoinSet<RunOutcome>,
    control: RunControl,
    /// What leaves the last nodes, where it was asked for.
    pub outputs: Option<mpsc::Receiver<Output>>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// How it ended.
    pub status: RunStatus,
    /// One sentence: what came of it.
    pub summary: String,
    /// What stopped it.
    pub error: Option<ItemError>,
    /// What each node did, in the order of the file.
    pub nodes: IndexMap<NodeId, NodeCounts>,
    /// Items that left the last nodes.
    pub items: u64,
    /// Items rejected.
    pub rejected: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Engine {
    /// Makes an engine.
    pub fn new(options: EngineOptions) -> Self {
        let services = Arc::new(options.services.clone());
        let catalogue = Arc::new(crate::catalogue::catalogue());
        Self { options: Arc::new(options), services, catalogue }
    }

    /// The same engine, with another folder that relative paths in flows begin at.
    #[must_use]
    pub fn at(&self, base_dir: std::path::PathBuf) -> Self {
        let mut options = (*self.options).clone();
        options.services.base_dir = base_dir;
        let services = Arc::new(options.services.clone());
        Self { options: Arc::new(options), services, catalogue: Arc::clone(&self.catalogue) }
    }

    /// Makes a flow ready to be started. Broken flows can be prepared too: starting one tells what
    /// is wrong.
    pub fn prepare(&self, flow: &FlowFile) -> Prepared {
        Prepared(Arc::new(Flow {
            engine: self.clone(),
            id: flow.id.clone(),
            vars: flow.vars.clone(),
            hosts: flow.hosts.clone().map(Into::into),
            limit: flow.runs.as_ref().and_then(|runs| runs.timeout_ms).map(Duration::from_millis),
            built: build(flow, &self.catalogue, &self.services),
            programs: Mutex::default(),
        }))
    }
}

impl Prepared {
    /// What is wrong with the flow, and what is worth knowing.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0.built.checked.diagnostics
    }

    /// Starts a run in a task of its own. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// What keeps the part of the flow that is asked for from running.
    pub fn start(&self, request: RunRequest) -> Result<RunHandle, Vec<Diagnostic>> {
        Ok(self.begin(request)?.spawn())
    }

    /// Makes a run that moves within the task that waits for it.
    ///
    /// # Errors
    /// As [`Prepared::start`].
    pub fn begin(&self, request: RunRequest) -> Result<Run, Vec<Diagnostic>> {
        let selection = Selection {
            start: request.start.clone(),
            target: request.target.clone(),
            outputs_of: request.outputs_of.clone(),
            kept: request.kept.clone(),
        };
        let program = self.0.program(selection)?;
        let (sender, outputs) = match request.outputs {
            Some(n_chunks) => {
                let (sender, receiver) = mpsc::channel(n_chunks.max(1));
                (Some(sender), Some(receiver))
            }
            None => (None, None),
        };
        let cancel = CancellationToken::new();
        let signals = Arc::new(Signals::default());
        let gate = Arc::new(Gate::default());
        let control = RunControl::new(cancel.clone(), Arc::clone(&signals), Arc::clone(&gate));
        let mut request = request;
        if let Some(hosts) = &self.0.hosts {
            request.calls.keep_to(hosts);
        }
        let start = Beginning {
            flow: self.0.id.clone(),
            vars: self.0.vars.clone(),
            program,
            services: Arc::clone(&self.0.engine.services),
            journal: Arc::clone(&self.0.engine.options.journal),
            samples: self.0.engine.options.samples,
            barrier_bytes: self.0.engine.options.barrier_bytes,
            request,
            limit: self.0.limit,
            outputs: sender,
            cancel,
            signals,
            gate,
        };
        Ok(Run { moves: Box::pin(own(start)), control, outputs })
    }
}

impl Run {
    /// What can be done to the run while it goes.
    pub fn control(&self) -> RunControl {
        self.control.clone()
    }

    /// What stops the run when it is cancelled.
    pub fn cancellation(&self) -> CancellationToken {
        self.control.cancellation()
    }

    /// Signals from outside that nodes of the run wait for.
    pub fn signals(&self) -> Arc<Signals> {
        Arc::clone(self.control.signals())
    }

    /// What leaves the last nodes, where it was asked for; it must be read beside [`Run::finish`].
    pub fn take_outputs(&mut self) -> Option<mpsc::Receiver<Output>> {
        self.outputs.take()
    }

    /// Gives the run a task of its own. Must be called within a tokio runtime.
    pub fn spawn(self) -> RunHandle {
        let Self { moves, control, outputs } = self;
        let mut tasks = JoinSet::new();
        tasks.spawn(moves);
        RunHandle { tasks, control, outputs }
    }

    /// Moves the run to its end. Outputs that were asked for are not waited for.
    pub async fn finish(mut self) -> RunOutcome {
        drop(self.outputs.take());
        let ended = AssertUnwindSafe(self.moves).catch_unwind().await;
        ended.unwrap_or_else(|_| RunOutcome::broken("it panicked"))
    }
}

impl RunHandle {
    /// Stops the run: calls in flight are broken off, no task is left. The outcome tells
    /// `Cancelled`.
    pub fn cancel(&self) {
        self.control.cancel();
    }

    /// What can be done to the run while it goes.
    pub fn control(&self) -> RunControl {
        self.control.clone()
    }

    /// What stops the run when it is cancelled, to be handed on.
    pub fn cancellation(&self) -> CancellationToken {
        self.control.cancellation()
    }

    /// Signals from outside that nodes of the run wait for.
    pub fn signals(&self) -> Arc<Signals> {
        Arc::clone(self.control.signals())
    }

    /// Waits for the end. Outputs that were asked for and not taken are no longer waited for.
    pub async fn wait(mut self) -> RunOutcome {
        drop(self.outputs.take());
        match self.tasks.join_next().await {
            Some(Ok(outcome)) => outcome,
            Some(Err(error)) => RunOutcome::broken(&error.to_string()),
            None => RunOutcome::broken("it had no task"),
        }
    }
}

impl RunOutcome {
    /// What comes of a run that was not begun, for this reason.
    pub fn not_begun(why: impl Into<String>) -> Self {
        Self {
            status: RunStatus::Cancelled,
            summary: why.into(),
            error: None,
            nodes: IndexMap::new(),
            items: 0,
            rejected: 0,
            took_ms: 0,
        }
    }

    fn broken(why: &str) -> Self {
        let summary = format!("The run broke off by a defect of Gantry: {why}.");
        let error = ItemError {
            node: "".into(),
            class: ErrorClass::Internal,
            message: summary.clone(),
            advice: "Report it, with the flow.".to_owned(),
            key: None,
            item: None,
            value: None,
            attempts: 0,
            tries: Vec::new(),
            exchange: None,
        };
        Self {
            status: RunStatus::Failed,
            summary,
            error: Some(error),
            nodes: IndexMap::new(),
            items: 0,
            rejected: 0,
            took_ms: 0,
        }
    }
}

impl Flow {
    /// The program of a part of the flow; it is planned when it is first asked for.
    fn program(&self, selection: Selection) -> Result<Arc<Program>, Vec<Diagnostic>> {
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = programs.get(&selection) {
            return Ok(Arc::clone(program));
        }
        let Built { checked, nodes, places } = &self.built;
        let plan = plan(checked, &selection)?;
        let (nodes, places) = (Arc::clone(nodes), Arc::clone(places));
        let program = Arc::new(Program { nodes, plan, places });
        programs.insert(selection, Arc::clone(&program));
        Ok(program)
    }
}
