//! One run from its start to its last event: owns the tasks, feeds the recorder, stops everything.
//! Not what the tasks do.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use data::Value;
use flow::file::Var;
use flow::id::FlowId;
use flow::plan::{Given, Start};
use flow::run::{ErrorClass, ItemError, NodeStatus, RunStatus, What};
use indexmap::IndexMap;
use mapping::{Fault, Names, Template};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::emitter::{Halt, Output, World, item_error};
use crate::engine::{Resumed, RunOutcome, RunRequest};
use crate::error_value::class_name;
use crate::gate::Gate;
use crate::item::{CHUNK_ITEMS, Item};
use crate::journal::{Journal, JournalError, SampleLimits};
use crate::known::Known;
use crate::launch::{From, launch};
use crate::ledger::Ledger;
use crate::lineage::{Lineage, Origin};
use crate::node::Behaviour;
use crate::program::Program;
use crate::recorder::{Note, Recorder, Reporter};
use crate::run_scope::{Clock, RunScope};
use crate::services::Services;
use crate::signals::Signals;
use crate::stages::Stages;
use crate::step::{StepError, StepResult};
use crate::tables::RunTables;
use crate::tally::{Rejects, Tally};

/// How often the journal gets what has happened meanwhile.
const TICK: Duration = Duration::from_millis(50);

/// After a failure, how long those behind may take to finish what came before it.
const GRACE: Duration = Duration::from_secs(10);

/// Everything that a run begins with.
pub(crate) struct Beginning {
    pub(crate) flow: FlowId,
    pub(crate) vars: IndexMap<String, Var>,
    pub(crate) program: Arc<Program>,
    pub(crate) services: Arc<Services>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) samples: SampleLimits,
    pub(crate) barrier_bytes: usize,
    pub(crate) request: RunRequest,
    /// The longest that the run may take, counted from its first beginning.
    pub(crate) limit: Option<Duration>,
    pub(crate) outputs: Option<mpsc::Sender<Output>>,
    pub(crate) cancel: CancellationToken,
    pub(crate) signals: Arc<Signals>,
    pub(crate) gate: Arc<Gate>,
}

/// Runs a flow to its end.
pub(crate) async fn own(start: Beginning) -> RunOutcome {
    let (reporter, notes) = Reporter::new();
    let program = start.program;
    let places = Arc::clone(&program.places);
    let tally = Arc::new(Tally::new(&places));
    let request = start.request;
    let id = request.run.clone();
    let next_seq = request.resumed.map_or(0, |resumed| resumed.next_seq);
    let journal = start.journal;
    let mut keeping = JoinSet::new();
    let ledger = (request.durable && journal.keeps_steps()).then(|| {
        let (ledger, kept) = Ledger::new(id.clone(), Arc::clone(&journal), request.replay.clone());
        keeping.spawn(kept.serve());
        ledger
    });
    let recorder = Recorder::new(id, journal, places, Arc::clone(&tally), &reporter, next_seq);
    let env = Value::object(request.env.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let vars = vars(&start.vars, &request.vars, &env);
    let about = Value::object([
        ("id", Value::from(request.run.as_str())),
        ("flow", Value::from(start.flow.as_str())),
        ("trigger", Value::from(&request.trigger)),
    ]);
    let scope = RunScope {
        root: request.root.unwrap_or_else(|| request.run.clone()),
        id: request.run,
        flow: start.flow.clone(),
        callers: request.callers,
        vars: vars.as_ref().cloned().unwrap_or_default(),
        env,
        about,
        started_at: match (request.resumed, request.clock) {
            (Some(resumed), _) => resumed.started_at,
            (None, Clock::From(at) | Clock::Fixed(at)) => at,
        },
        clock: request.clock,
        began: Instant::now(),
        began_at: RunScope::begins_at(),
        seed: request.seed,
        services: start.services,
        tables: RunTables::default(),
        cancel: start.cancel,
        responder: request.responder,
        calls: request.calls,
        signals: start.signals,
        gate: start.gate,
        reporter,
        ledger,
    };
    let overdue = start.limit.map(|limit| {
        // What passed before a restart counts.
        let passed = (scope.now() - scope.started_at).max(0) as u64;
        Overdue { limit, at: scope.began + limit.saturating_sub(Duration::from_millis(passed)) }
    });
    let world = World {
        scope: Arc::new(scope),
        program,
        tally,
        limits: start.samples,
        budget: start.barrier_bytes,
    };
    let owner = Owner {
        world: Arc::new(world),
        recorder,
        notes,
        stages: Stages::default(),
        keeping,
        overdue,
        end: End::default(),
        known: request.known,
    };
    let begin = vars.map(|_| request.input);
    let first = match request.resumed {
        None => What::Started { trigger: request.trigger },
        Some(Resumed { steps, .. }) => What::Resumed { steps },
    };
    owner.run(first, begin, start.outputs).await
}

/// The flow's vars: texts in them are templates over `$env`; those given take their place.
fn vars(
    declared: &IndexMap<String, Var>,
    given: &IndexMap<String, Value>,
    env: &Value,
) -> Result<Value, Box<ItemError>> {
    let mut vars: IndexMap<&str, Value> = IndexMap::new();
    for (name, var) in declared {
        if given.contains_key(name) {
            continue;
        }
        let value: Value = serde_json::from_value(var.value.clone()).unwrap_or_default();
        let value = match value.as_str() {
            Some(text) => render(text, env).map_err(|fault| {
                let error = StepError::fault(&fault, format!("/vars/{name}/value"));
                Box::new(item_error("".into(), &error))
            })?,
            None => value,
        };
        vars.insert(name, value);
    }
    vars.extend(given.iter().map(|(name, value)| (name.as_str(), value.clone())));
    Ok(Value::object(vars))
}

fn render(text: &str, env: &Value) -> Result<Value, Fault> {
    let rendered = Template::parse(text)?.render(&Value::null(), &EnvNames(env))?;
    Ok(rendered.unwrap_or_default())
}

struct EnvNames<'a>(&'a Value);

impl Names for EnvNames<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        (name == "env").then(|| self.0.clone())
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        mapping::NoNames.node(id)
    }
}

/// The task that owns a run.
struct Owner {
    world: Arc<World>,
    recorder: Recorder,
    notes: mpsc::Receiver<Note>,
    stages: Stages,
    /// What keeps the run's steps.
    keeping: JoinSet<()>,
    overdue: Option<Overdue>,
    end: End,
    /// What is given of earlier runs.
    known: Vec<Known>,
}

/// When a run has taken longer than it may.
#[derive(Debug, Clone, Copy)]
struct Overdue {
    limit: Duration,
    at: Instant,
}

/// How a run comes to its end.
#[derive(Debug, Default)]
struct End {
    /// The node that failed, and how; no node where it is the run as a whole.
    failure: Option<(Option<usize>, ItemError)>,
    is_cancelled: bool,
    /// A node's wish to end well, with its sentence.
    enough: Option<String>,
    /// When those behind a failure must be done.
    deadline: Option<Instant>,
}

impl Owner {
    async fn run(
        mut self,
        first: What,
        begin: Result<Vec<Value>, Box<ItemError>>,
        outputs: Option<mpsc::Sender<Output>>,
    ) -> RunOutcome {
        let at = self.world.scope.now();
        self.recorder.push(first, at);
        match begin.and_then(|input| self.start_items(&input)) {
            Ok(mut items) => {
                let program = Arc::clone(&self.world.program);
                let given = |from: From| items.swap_remove(&from).unwrap_or_default();
                let launched = launch(&self.world, &program.plan, None, given, outputs.as_ref());
                self.stages = launched.stages;
            }
            Err(error) => self.end.failure = Some((None, *error)),
        }
        drop(outputs);
        self.watch().await;
        self.finish().await
    }

    /// The items that each first node is given.
    fn start_items(&self, input: &[Value]) -> Result<IndexMap<From, Vec<Item>>, Box<ItemError>> {
        let empty = || vec![Value::object::<&str>([])];
        let mut items = self.known_items();
        for Start { node, given } in &self.world.program.plan.starts {
            let node_of = &self.world.program.nodes[*node];
            let given = match given {
                Given::Input => input.to_vec(),
                Given::Empty => Vec::new(),
            };
            let id = &node_of.rules.id;
            if items.contains_key(&From::Start(*node)) {
                continue;
            }
            let values: StepResult<Vec<Value>> = match &node_of.behaviour {
                Behaviour::Trigger(trigger) => trigger.start(given),
                _ if given.is_empty() => Ok(empty()),
                _ => Ok(given),
            };
            let values = values.map_err(|error| Box::new(item_error(id.clone(), &error)))?;
            let is_trigger = matches!(node_of.behaviour, Behaviour::Trigger(_));
            if is_trigger && values.len() > 1 {
                self.world.tally.n_born.fetch_add(values.len() as u64, Relaxed);
            }
            items.insert(From::Start(*node), start_lineages(id, values));
        }
        Ok(items)
    }

    /// What is given of earlier runs, by where it is given.
    fn known_items(&self) -> IndexMap<From, Vec<Item>> {
        let places = &self.world.program.places;
        let mut items: IndexMap<From, Vec<Item>> = IndexMap::new();
        for known in &self.known {
            let Some(node) = places.nodes.iter().position(|place| place.id == known.node) else {
                continue;
            };
            let place = &places.nodes[node];
            let ports = &places.ports[place.first_port..place.first_port + place.n_ports];
            let from = match &known.port {
                None => From::Start(node),
                Some(name) => match ports.iter().position(|port| port.name == *name) {
                    Some(port) => From::Port { node, port },
                    None => continue,
                },
            };
            let list = items.entry(from).or_default();
            let made = known.items.iter().zip(0..);
            list.extend(made.map(|(item, index)| item.item(&known.node, index)));
            self.world.tally.n_born.fetch_add(known.items.len() as u64, Relaxed);
        }
        items
    }

    /// Records and waits until the last task is done.
    async fn watch(&mut self) {
        let mut tick = tokio::time::interval_at(Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_odd = false;
        let cancel = self.world.scope.cancel.clone();
        let mut overdue = self.overdue;
        let gate = Arc::clone(&self.world.scope.gate);
        let mut is_held = false;
        loop {
            let deadline = self.end.deadline;
            tokio::select! {
                biased;
                () = cancel.cancelled(), if !self.end.is_cancelled => {
                    self.end.is_cancelled = true;
                    self.stages.shutdown().await;
                }
                () = gate.changed_from(is_held) => {
                    is_held = !is_held;
                    let what = if is_held { What::Paused } else { What::Unpaused };
                    self.recorder.push(what, self.world.scope.now());
                    self.flush().await;
                }
                // Before the stages: what works without a pause would never let it have its turn.
                _ = tick.tick() => {
                    // Counters every other time: twice as seldom as events.
                    is_odd = !is_odd;
                    if !is_odd {
                        self.recorder.take_counts(self.world.scope.now());
                    }
                    self.flush().await;
                }
                Some(note) = self.notes.recv() => {
                    self.recorder.take(note, self.world.scope.now());
                    if self.recorder.is_full() {
                        self.flush().await;
                    }
                }
                ended = self.stages.next() => match ended {
                    None => break,
                    Some(Ok(())) => {}
                    Some(Err(halt)) => self.take_halt(halt),
                },
                () = until(deadline), if deadline.is_some() => self.stages.shutdown().await,
                () = until(overdue.map(|overdue| overdue.at)), if overdue.is_some() => {
                    self.fail(&too_long(overdue.take()));
                }
            }
        }
        while let Ok(note) = self.notes.try_recv() {
            self.recorder.take(note, self.world.scope.now());
        }
    }

    fn take_halt(&mut self, halt: Halt) {
        match halt {
            Halt::Failed { node, error } if self.end.failure.is_none() => {
                self.end.failure = Some((Some(node), *error));
                self.end.deadline = Some(Instant::now() + GRACE);
            }
            // A stage that has no more to do, or a loop that is left where there is none.
            Halt::Failed { .. } | Halt::Broken | Halt::Unwanted | Halt::Leave(_) => {}
            Halt::Defect => {
                tracing::error!(run = %self.world.scope.id, "a stage broke off");
                self.fail(&StepError::terminal(
                    ErrorClass::Internal,
                    "A node broke off by a defect of Gantry.",
                ));
            }
            Halt::Enough(message) => {
                self.end.enough.get_or_insert(message);
            }
        }
    }

    fn fail(&mut self, error: &StepError) {
        if self.end.failure.is_none() {
            self.end.failure = Some((None, item_error("".into(), error)));
            self.end.deadline = Some(Instant::now());
        }
    }

    /// Hands the batch to the journal. The stages go on meanwhile, in tasks of their own, and are
    /// stopped should the user wish so.
    async fn flush(&mut self) {
        self.stages.spread();
        let cancel = self.world.scope.cancel.clone();
        let flushed = {
            let mut flush = std::pin::pin!(self.recorder.flush());
            tokio::select! {
                biased;
                flushed = &mut flush => flushed,
                () = cancel.cancelled() => {
                    self.stages.abort_all();
                    flush.await
                }
            }
        };
        if let Err(JournalError { message }) = flushed {
            self.fail(&StepError::terminal(ErrorClass::Internal, message));
        }
    }

    async fn finish(mut self) -> RunOutcome {
        if let Some(ledger) = &self.world.scope.ledger
            && let Err(error) = ledger.settle().await
        {
            self.fail(&error);
        }
        self.keeping.abort_all();
        self.settle_marks().await;
        let at = self.world.scope.now();
        if let Some((Some(node), error)) = &self.end.failure {
            let (node, error) = (*node, Some(Box::new(error.clone())));
            self.recorder.take(Note::NodeFinished { node, status: NodeStatus::Failed, error }, at);
        }
        self.recorder.empty_channels(at);
        let tally = Arc::clone(&self.world.tally);
        let is_well = self.end.enough.is_some() && self.end.failure.is_none();
        self.recorder.finish_others(
            |node| match tally.nodes[node].is_started.load(Relaxed) {
                false => NodeStatus::Skipped,
                true if is_well => NodeStatus::Ok,
                true => NodeStatus::Cancelled,
            },
            at,
        );
        let mut outcome = self.outcome();
        let Finished { status, took_ms, summary } = Finished::of(&outcome);
        self.recorder.push(What::Finished { status, took_ms, summary }, at);
        if let Err(JournalError { message }) = self.recorder.flush().await
            && outcome.status != RunStatus::Failed
        {
            let error = StepError::terminal(ErrorClass::Internal, message.clone());
            outcome.status = RunStatus::Failed;
            outcome.summary = message;
            outcome.error = Some(item_error("".into(), &error));
        }
        tracing::info!(run = %self.world.scope.id, status = ?outcome.status, took_ms, "run finished");
        outcome
    }

    /// Says of what the run has marked as seen whether that holds.
    async fn settle_marks(&mut self) {
        let remembers = |node: &crate::program::Node| matches!(&node.behaviour, Behaviour::Gather(gather) if gather.remembers());
        if !self.world.program.nodes.iter().any(remembers) {
            return;
        }
        let scope = &self.world.scope;
        let holds = self.end.failure.is_none() && !self.end.is_cancelled;
        if let Err(cause) = scope.services.marks.settle(&scope.root, holds).await {
            let message = format!("What was seen could not be remembered: {cause}");
            self.fail(&StepError::terminal(ErrorClass::Internal, message));
        }
    }

    fn outcome(&self) -> RunOutcome {
        let World { tally, program, scope, .. } = &*self.world;
        let places = program.places.nodes.iter();
        let nodes: IndexMap<_, _> = places
            .zip(&tally.nodes)
            .map(|(place, tally)| (place.id.clone(), tally.counts()))
            .collect();
        let rejected = nodes.values().map(|counts| counts.rejected).sum();
        let items = tally.n_results.load(Relaxed);
        let status = match &self.end {
            End { failure: Some(_), .. } => RunStatus::Failed,
            End { is_cancelled: true, .. } => RunStatus::Cancelled,
            _ if rejected > 0 => RunStatus::OkWithRejects,
            _ => RunStatus::Ok,
        };
        let error = self.end.failure.as_ref().map(|(_, error)| error.clone());
        // A run that goes on has taken the time since its first beginning.
        let before_ms = match scope.clock {
            Clock::From(at) => (at - scope.started_at).max(0) as u64,
            Clock::Fixed(_) => 0,
        };
        let took_ms = before_ms + scope.began.elapsed().as_millis() as u64;
        let summary = self.summary(status, items, rejected);
        RunOutcome { status, summary, error, nodes, items, rejected, took_ms }
    }

    fn summary(&self, status: RunStatus, n_out: u64, n_rejected: u64) -> String {
        let World { tally, program, .. } = &*self.world;
        let n_in = tally.n_born.load(Relaxed).max(1);
        let writers = program.nodes.iter().zip(&tally.nodes).filter(|(node, _)| node.writes);
        let n_sent = writers
            .fold(None, |sum, (_, tally)| Some(sum.unwrap_or(0) + tally.items_out.load(Relaxed)));
        let items = if n_in == 1 { "item" } else { "items" };
        let out = match n_sent {
            Some(n_sent) => format!("{} sent", grouped(n_sent)),
            None => format!("{} out", grouped(n_out)),
        };
        let rejected = rejects(n_rejected, &tally.rejects());
        let counts = format!("{} {items} in, {out}{rejected}", grouped(n_in));
        match (status, &self.end.failure, &self.end.enough) {
            (RunStatus::Failed, Some((Some(_), error)), _) => {
                let index = program.places.nodes.iter().position(|place| place.id == error.node);
                let name = index.map_or(error.node.as_str(), |index| &program.nodes[index].name);
                format!("Failed at \"{name}\": {} ({counts})", error.message)
            }
            (RunStatus::Failed, Some((None, error)), _) => error.message.clone(),
            (RunStatus::Cancelled, ..) => format!("Stopped: {counts}"),
            (_, _, Some(message)) if !message.is_empty() => format!("{message} ({counts})"),
            _ => counts,
        }
    }
}

struct Finished {
    status: RunStatus,
    took_ms: u64,
    summary: String,
}

impl Finished {
    fn of(outcome: &RunOutcome) -> Self {
        let RunOutcome { status, took_ms, summary, .. } = outcome;
        Self { status: *status, took_ms: *took_ms, summary: summary.clone() }
    }
}

fn too_long(overdue: Option<Overdue>) -> StepError {
    let limit_ms = overdue.map_or(0, |overdue| overdue.limit.as_millis());
    let message = format!("The run took longer than the {limit_ms} ms that its flow allows.");
    StepError::terminal(ErrorClass::Timeout, message)
        .advice("Allow the flow more time in its settings, or find in the timeline what took long.")
        .key("/runs/timeout_ms")
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn start_lineages(node: &flow::id::NodeId, values: Vec<Value>) -> Vec<Item> {
    let is_sole = values.len() == 1;
    let mut items = Vec::with_capacity(values.len());
    let mut values = values.into_iter();
    for ordinal in 0.. {
        let origin = Arc::new(Origin::start(node.clone(), ordinal, is_sole));
        let before = items.len();
        let chunk = values.by_ref().take(CHUNK_ITEMS).enumerate();
        items.extend(chunk.map(|(index, v)| Item::new(v, Lineage::new(&origin, index as u32))));
        if items.len() == before {
            break;
        }
    }
    items
}

/// How many items were left out, and why where there were several reasons:
/// `, 1,204 rejected (1,200 validation, 4 timeout), 3 parked`.
fn rejects(n_rejected: u64, told: &Rejects) -> String {
    let mut words = String::new();
    let n_skipped = n_rejected.saturating_sub(told.parked);
    for (n, word) in [(n_skipped, "rejected"), (told.parked, "parked")] {
        if n > 0 {
            let _ = write!(words, ", {} {word}", grouped(n));
        }
    }
    if told.by_class.len() > 1 {
        let reason =
            |(class, n): &(ErrorClass, u64)| format!("{} {}", grouped(*n), class_words(*class));
        let mut by_count = told.by_class.clone();
        by_count.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let reasons: Vec<String> = by_count.iter().map(reason).collect();
        let _ = write!(words, " ({})", reasons.join(", "));
    }
    words
}

fn class_words(class: ErrorClass) -> String {
    class_name(class).replace('_', " ")
}

/// A count with its thousands set apart: `10,000`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
