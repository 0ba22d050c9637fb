//! Flows ready to be started, kept from run to run: a webhook must not read and check its flow at
//! each call. Not how they are run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use data::Value;
use engine::Prepared;
use engine::Target;
use engine::webhook::{Hook, hooks};
use flow::catalogue::Catalogue;
use flow::diagnostic::Diagnostic;
use flow::file::{FlowFile, Layout};
use flow::id::{ConnectionId, FlowId, NodeId, RunId};
use indexmap::IndexMap;
use serde_json::Value as Json;
use store::SnapshotId;
use transport::Connection;
use transport::spec::{ConnectionSpec, Environment};

use crate::App;
use crate::app::{History, lock};
use crate::connections::{self, FlowAccounts, ProductionWrite};
use crate::durable::Request;
use crate::flows::{load, read_file};
use crate::launch::{GoingOn, Launch, broken};
use crate::meet::Meeting;
use crate::templates::all_nodes;
use crate::types::{ApiError, Code};

/// How long a flow is taken to be unchanged without a look into the database. Changes in this
/// process are seen at once; those of another one after this.
const FRESH: Duration = Duration::from_secs(1);

/// The setting that holds what `$env` reads: an object of environments, each an object of values.
const ENVIRONMENTS: &str = "environments";

/// A flow ready to be started.
pub struct ReadyFlow {
    /// The flow.
    pub file: FlowFile,
    /// The rev that it was read at; 0 for a flow that is not in the database.
    pub rev: u64,
    pub(crate) prepared: Prepared,
    pub(crate) snapshot: SnapshotId,
    /// What `$env` has.
    pub(crate) env: IndexMap<String, Value>,
    pub(crate) hooks: Vec<Hook>,
    /// The nodes that no wire leaves.
    pub(crate) last: Arc<[NodeId]>,
    /// How the connections that it names were written down.
    specs: Vec<ConnectionSpec>,
    /// The same at work.
    pub(crate) connections: HashMap<ConnectionId, Arc<Connection>>,
    /// The connections that it lacks, one for each node.
    pub(crate) missing: Vec<Diagnostic>,
    /// What it changes at production systems.
    pub(crate) writes: Vec<ProductionWrite>,
    /// Whose connections it found; none where nobody said, and it names none.
    pub(crate) environment: Option<String>,
    /// Whether a run of it leaves anything behind that must not be done twice.
    leaves_traces: bool,
}

impl ReadyFlow {
    /// Refuses a run that goes so far and would come to a connection which is not there: no other
    /// takes its place.
    pub(crate) fn refuse_missing(&self, target: &Target) -> Result<(), ApiError> {
        let concerns = |found: &&Diagnostic| match target {
            Target::Only(node) => found.at.node.as_ref() == Some(node),
            Target::All | Target::UpTo(_) | Target::From(_) => true,
        };
        let missing: Vec<Diagnostic> = self.missing.iter().filter(concerns).cloned().collect();
        if missing.is_empty() { Ok(()) } else { Err(broken(&missing)) }
    }

    /// Whether a run of it is worth being kept for going on: a webhook's call without writes is as
    /// good made anew, and nothing is real that a cassette or a mock answers.
    pub(crate) fn can_be_resumed(&self, launch: &Launch) -> bool {
        let Meeting { mode, node_modes, .. } = &launch.met.meeting;
        let is_real = node_modes.values().chain([mode]).all(|mode| mode.writes());
        launch.going_on == GoingOn::Kept
            && is_real
            && (launch.trigger != "webhook" || self.leaves_traces)
    }

    /// The refusal of a run that goes so far, is met so, and writes to production, unless it was
    /// confirmed: [`Code::Confirm`] with a sentence that lists the writes.
    pub fn unconfirmed(&self, target: &Target, meeting: &Meeting) -> Option<ApiError> {
        self.unconfirmed_of(target, meeting, |_| true)
    }

    /// The same of a run that comes to these nodes only.
    pub(crate) fn unconfirmed_of(
        &self,
        target: &Target,
        meeting: &Meeting,
        is_run: impl Fn(&NodeId) -> bool,
    ) -> Option<ApiError> {
        let mut writes = connections::within(&self.writes, target);
        let is_made = |node: &NodeId| meeting.writes(node) && is_run(node);
        writes.retain(|write| write.at.node.as_ref().is_none_or(is_made));
        connections::unconfirmed(&writes)
    }
}

/// The flows that were prepared in this process.
#[derive(Default)]
pub(crate) struct PreparedFlows {
    known: Mutex<HashMap<FlowId, (Instant, Arc<ReadyFlow>)>>,
    /// How often something changed: what was read before a change is not kept after it.
    n_changes: AtomicU64,
}

impl PreparedFlows {
    /// To be called when the flow changed.
    pub(crate) fn forget(&self, flow: &FlowId) {
        self.n_changes.fetch_add(1, Ordering::SeqCst);
        lock(&self.known).remove(flow);
    }

    /// To be called when the environment changed.
    pub(crate) fn forget_all(&self) {
        self.n_changes.fetch_add(1, Ordering::SeqCst);
        lock(&self.known).clear();
    }

    fn fresh(&self, flow: &FlowId, now: Instant) -> Option<Arc<ReadyFlow>> {
        let known = lock(&self.known);
        let (looked_at, ready) = known.get(flow)?;
        (now.duration_since(*looked_at) < FRESH).then(|| Arc::clone(ready))
    }

    /// The flow if it is still at this rev, which makes it fresh again.
    fn still(&self, flow: &FlowId, rev: u64, now: Instant) -> Option<Arc<ReadyFlow>> {
        let mut known = lock(&self.known);
        let (looked_at, ready) = known.get_mut(flow)?;
        (ready.rev == rev).then(|| {
            *looked_at = now;
            Arc::clone(ready)
        })
    }

    fn keep(&self, ready: &Arc<ReadyFlow>, now: Instant, n_changes: u64) {
        let mut known = lock(&self.known);
        if self.n_changes.load(Ordering::SeqCst) == n_changes {
            known.insert(ready.file.id.clone(), (now, Arc::clone(ready)));
        }
    }
}

impl App {
    /// A flow of the database, ready to be started.
    ///
    /// # Errors
    /// [`Code::NotFound`], or why it cannot be read. That it is broken is told when it is started.
    pub async fn ready(&self, flow: &FlowId) -> Result<Arc<ReadyFlow>, ApiError> {
        let now = Instant::now();
        let n_changes = self.prepared.n_changes.load(Ordering::SeqCst);
        if let Some(ready) = self.prepared.fresh(flow, now) {
            return Ok(ready);
        }
        let id = flow.clone();
        if let Some(rev) = self.read(move |store| store.rev(&id)).await? {
            if let Some(ready) = self.prepared.still(flow, rev, now)
                && self.has_same_accounts(&ready).await?
            {
                return Ok(ready);
            }
        }
        let (row, file, layout) = load(self, flow).await?;
        let ready = self.prepare(file, &layout, row.rev).await?;
        self.prepared.keep(&ready, now, n_changes);
        Ok(ready)
    }

    /// A flow from a file, ready to be started without being in the database.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn ready_file(&self, text: &str) -> Result<Arc<ReadyFlow>, ApiError> {
        self.prepare(read_file(text)?, &Layout::default(), 0).await
    }

    /// A flow as it was in a run, ready to go on as it was started.
    pub(crate) async fn ready_again(
        &self,
        (file, layout): &(String, String),
        rev: u64,
        request: &Request,
    ) -> Result<Arc<ReadyFlow>, ApiError> {
        let layout = flow::file::read_layout(layout).unwrap_or_default();
        self.prepare_for(read_file(file)?, &layout, rev, Some(request)).await
    }

    /// A flow as it was in a run, ready to be started.
    ///
    /// # Errors
    /// As [`App::ready`].
    pub(crate) async fn ready_as_in(&self, run: &RunId) -> Result<Arc<ReadyFlow>, ApiError> {
        let id = run.clone();
        let (row, (file, layout)) = self
            .read(move |store| {
                let row = store.run(&id)?;
                let files = store.snapshot(&row.snapshot)?;
                Ok((row, files))
            })
            .await?;
        let layout = flow::file::read_layout(&layout).unwrap_or_default();
        self.prepare(read_file(&file)?, &layout, row.rev).await
    }

    /// Whether the connections of a flow are still as another process may have left them.
    async fn has_same_accounts(&self, ready: &ReadyFlow) -> Result<bool, ApiError> {
        if ready.specs.is_empty() && ready.missing.is_empty() {
            return Ok(true);
        }
        let accounts = self.accounts().await?.of(&ready.file);
        Ok(accounts.found == ready.specs && accounts.problems == ready.missing)
    }

    async fn prepare(
        &self,
        file: FlowFile,
        layout: &Layout,
        rev: u64,
    ) -> Result<Arc<ReadyFlow>, ApiError> {
        self.prepare_for(file, layout, rev, None).await
    }

    /// Makes a flow ready: as things are, or as they were for a run.
    async fn prepare_for(
        &self,
        file: FlowFile,
        layout: &Layout,
        rev: u64,
        was: Option<&Request>,
    ) -> Result<Arc<ReadyFlow>, ApiError> {
        let (text, layout) = (flow::file::write(&file), flow::file::write_layout(layout));
        let snapshot = SnapshotId::of(&text, &layout);
        let (env, prepared) = match was {
            None => (self.env(&text).await?, self.engine.prepare(&file)),
            Some(was) => {
                let engine = self.engine.at(was.base_dir.clone());
                (self.env_again(was, &text).await, engine.prepare(&file))
            }
        };
        let hooks = hooks(&file);
        if self.history == History::Kept {
            self.store.keep_snapshot(&snapshot, text, layout).await?;
        }
        let leaves = |node: &NodeId| file.wires.iter().any(|wire| wire.from.node == *node);
        let nodes = file.nodes.iter().map(|node| &node.id);
        let last = nodes.filter(|node| !leaves(node)).cloned().collect();
        let mut environment = was.map_or(&self.environment, |was| &was.environment).clone();
        let mut accounts = FlowAccounts::default();
        if connections::names_any(&file) {
            let all = match environment {
                Some(name) => self.accounts_of(name).await?,
                None => self.accounts().await?,
            };
            accounts = all.of(&file);
            environment = Some(all.name);
        }
        let FlowAccounts { found: specs, problems: missing } = accounts;
        let at_work =
            |spec: &ConnectionSpec| (spec.id.clone(), self.transport.connection(spec, &self.vault));
        Ok(Arc::new(ReadyFlow {
            rev,
            prepared,
            snapshot,
            env,
            hooks,
            last,
            connections: specs.iter().map(at_work).collect(),
            writes: connections::writes(&file, &self.catalogue, &specs),
            specs,
            missing,
            environment,
            leaves_traces: leaves_traces(&file, &self.catalogue),
            file,
        }))
    }

    /// What `$env` has for a flow: the values of the environment in use, and what Gantry itself
    /// offers where the flow asks for it.
    pub(crate) async fn env(&self, flow: &str) -> Result<IndexMap<String, Value>, ApiError> {
        let mut env = IndexMap::new();
        if self.environment.is_some() || flow.contains("$env") {
            env = self.environment_values().await?;
        }
        if flow.contains("$env.sandbox") && !env.contains_key("sandbox") {
            env.insert("sandbox".to_owned(), Value::from(self.sandbox_url().await?));
        }
        if flow.contains("$env.samples") && !env.contains_key("samples") {
            env.insert("samples".to_owned(), Value::from(self.samples_dir()?));
        }
        Ok(env)
    }

    /// What `$env` had in a run. The sample systems may stand elsewhere by now.
    async fn env_again(&self, was: &Request, flow: &str) -> IndexMap<String, Value> {
        let mut env = was.env.clone();
        if env.contains_key("sandbox")
            && let Ok(now) = self.env(flow).await
            && let Some(url) = now.get("sandbox")
        {
            env.insert("sandbox".to_owned(), url.clone());
        }
        env
    }

    async fn environment_values(&self) -> Result<IndexMap<String, Value>, ApiError> {
        let settings: HashMap<String, String> =
            self.read(store::Store::settings).await?.into_iter().collect();
        let name = self.environment_name(&settings);
        let environments: Json = settings
            .get(ENVIRONMENTS)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let Some(values) = environments[&name].as_object() else {
            if Environment::of_name(&name).is_some() {
                // Connections know these three, whether or not there are values for `$env`.
                return Ok(IndexMap::new());
            }
            let known: Vec<&str> = environments
                .as_object()
                .map(|known| known.keys().map(String::as_str).collect())
                .unwrap_or_default();
            let words = match known.as_slice() {
                [] => format!(
                    "There is no environment {name}, nor any other; make one in the settings."
                ),
                known => format!("There is no environment {name}; there are {}.", known.join(", ")),
            };
            return Err(ApiError::new(Code::Invalid, words));
        };
        Ok(values.iter().map(|(key, value)| (key.clone(), Value::from_serde(value))).collect())
    }

    /// The folder with the sample files, which are put there when a flow asks for them first.
    fn samples_dir(&self) -> Result<String, ApiError> {
        let folder = self.data_dir.join("samples");
        let refuse = |cause: std::io::Error| {
            let words =
                format!("The sample files cannot be written to {}: {cause}.", folder.display());
            ApiError::new(Code::Storage, words)
        };
        std::fs::create_dir_all(&folder).map_err(refuse)?;
        for (name, content) in SAMPLES {
            let path = folder.join(name);
            if !path.exists() {
                std::fs::write(path, content).map_err(refuse)?;
            }
        }
        Ok(folder.display().to_string().replace('\\', "/"))
    }
}

/// Whether a flow has a node that changes something, or waits for somebody: what a run of it has
/// done by then cannot be had again by running it anew.
fn leaves_traces(file: &FlowFile, catalogue: &Catalogue) -> bool {
    let waits = |kind: &str| matches!(kind, "flow.wait" | "flow.approve" | "flow.call");
    all_nodes(&file.nodes).filter(|node| !node.disabled).any(|node| {
        // The answer to the caller is lost with the process, whatever is kept.
        node.kind.as_str() != "flow.respond"
            && (waits(node.kind.as_str()) || connections::is_writing(node, catalogue))
    })
}

const SAMPLES: &[(&str, &str)] =
    &[("new-contacts.csv", include_str!("../../../../assets/samples/new-contacts.csv"))];
