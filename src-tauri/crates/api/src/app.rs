//! Joins the store, the engine and whoever watches. Knows no window: hosts open it, send it
//! commands and listen to it.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use engine::journal::{Journal, NoJournal};
use engine::services::Services;
use engine::{Engine, EngineOptions};
use flow::catalogue::Catalogue;
use flow::id::{FlowId, RunId};
use flow::run::Timestamp;
use store::{Store, StoreError};
use tokio::sync::OnceCell;
use tokio::task::{AbortHandle, JoinSet};
use transport::Transport;
use vault::Vault;

use crate::called::KnownFlows;
use crate::connections::Consents;
use crate::hub::{Hub, Subscription};
use crate::ids::RunIds;
use crate::keeper::Keeper;
use crate::network::{self, NetworkKeeper};
use crate::opened::OpenRuns;
use crate::prepared::PreparedFlows;
use crate::remembered::Remembered;
use crate::sandbox::{Sandbox, SandboxOptions};
use crate::secrets;
use crate::tables::KeptTables;
use crate::turns::{RUNS_AT_ONCE, Turns};
use crate::types::{ApiError, Code};

/// The name of the database in the data folder.
const DATABASE: &str = "gantry.db";

/// The variable that says how much memory one sort or group may take before it uses the disk.
const BARRIER_KB: &str = "GANTRY_BARRIER_KB";

/// What is said of a run whose process ended.
const RESUMABLE: &str = "The program ended before the run did. It can go on where it was.";

/// What is said of one that left nothing to go on with.
const LOST: &str = "The program ended before the run did.";

/// How an app is opened.
#[derive(Debug, Clone, Default)]
pub struct AppOptions {
    /// The folder of the database; the platform's data folder without it.
    pub data_dir: Option<PathBuf>,
    /// What relative paths in flows begin at; the data folder without it.
    pub base_dir: Option<PathBuf>,
    /// Which of the environments in the settings flows read as `$env`.
    pub environment: Option<String>,
    /// Whether a database without flows gets the sample flow.
    pub first_flow: FirstFlow,
    /// Whether runs are kept.
    pub history: History,
    /// Where secrets are; what this computer offers without it.
    pub vault: Option<Arc<Vault>>,
}

/// What becomes of what runs tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum History {
    /// It is stored.
    #[default]
    Kept,
    /// It is gone with the run, and nobody sees it.
    None,
}

/// What an empty database begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FirstFlow {
    /// Nothing.
    #[default]
    None,
    /// The sample flow, so that the designer opens on something that runs.
    Sample,
}

/// Gantry without a window. Close it with [`App::close`].
pub struct App {
    pub(crate) data_dir: PathBuf,
    /// What relative paths in flows begin at.
    pub(crate) base_dir: PathBuf,
    /// Where called flows are looked for before they are looked for in the database.
    pub(crate) beside: Option<PathBuf>,
    pub(crate) environment: Option<String>,
    pub(crate) history: History,
    pub(crate) store: Arc<Store>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) network: Arc<NetworkKeeper>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) transport: Arc<Transport>,
    pub(crate) consents: Consents,
    pub(crate) engine: Engine,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) open_runs: OpenRuns,
    pub(crate) run_ids: RunIds,
    pub(crate) prepared: PreparedFlows,
    pub(crate) turns: Arc<Turns>,
    pub(crate) running: Mutex<HashMap<RunId, engine::RunControl>>,
    /// Owns every task of the app.
    pub(crate) tasks: Mutex<JoinSet<()>>,
    /// What came of the last recordings and replays.
    pub(crate) told: Mutex<VecDeque<(RunId, Vec<String>)>>,
    sandbox: OnceCell<Sandbox>,
    hooks_url: Mutex<Option<String>>,
    first_shown: Mutex<Option<FlowId>>,
    opened_at: Timestamp,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

impl App {
    /// Opens the database, and makes it where there is none.
    ///
    /// # Errors
    /// As [`Store::open`], in words for the user.
    pub async fn open(options: AppOptions) -> Result<Arc<Self>, ApiError> {
        let data_dir = match options.data_dir {
            Some(folder) => folder,
            None => default_data_dir()?,
        };
        let store = Arc::new(Store::open(&data_dir.join(DATABASE))?);
        let hub = Arc::new(Hub::default());
        let keeper = Arc::new(Keeper::new(Arc::clone(&store), Arc::clone(&hub)));
        let vault = match options.vault {
            Some(vault) => vault,
            None => secrets::open(&data_dir)?,
        };
        let transport = Arc::new(Transport::default());
        let network = Arc::new(NetworkKeeper::default());
        transport.log_to(network::log(&network));
        let remembered = Arc::new(Remembered::new(Arc::clone(&store), Arc::clone(&hub)));
        let flows = Arc::new(KnownFlows::default());
        let beside = options.base_dir.clone();
        let base_dir = options.base_dir.unwrap_or_else(|| data_dir.clone());
        // A run may be resumed from another folder.
        let base_dir = std::path::absolute(&base_dir).unwrap_or(base_dir);
        let services = Services {
            transport: Arc::clone(&transport),
            base_dir: base_dir.clone(),
            tables: Arc::new(KeptTables::new(Arc::clone(&store))),
            state: Arc::clone(&remembered) as Arc<dyn engine::state::State>,
            marks: remembered,
            flows: Arc::clone(&flows) as Arc<dyn engine::called::Flows>,
            ..Services::default()
        };
        let journal: Arc<dyn Journal> = match options.history {
            History::Kept => Arc::clone(&keeper) as Arc<dyn Journal>,
            History::None => Arc::new(NoJournal),
        };
        let engine = engine(services, journal);
        let app = Arc::new(Self {
            engine,
            vault,
            transport,
            consents: Consents::default(),
            open_runs: OpenRuns::default(),
            environment: options.environment,
            history: options.history,
            data_dir,
            base_dir,
            beside,
            hub: Arc::clone(&hub),
            keeper: Arc::clone(&keeper),
            network: Arc::clone(&network),
            store: Arc::clone(&store),
            catalogue: Arc::new(crate::catalogue()),
            run_ids: RunIds::new(),
            prepared: PreparedFlows::default(),
            turns: Arc::default(),
            running: Mutex::default(),
            tasks: Mutex::default(),
            told: Mutex::default(),
            sandbox: OnceCell::new(),
            hooks_url: Mutex::default(),
            first_shown: Mutex::default(),
            opened_at: now(),
        });
        flows.serve(&app);
        let (waits, kept) = (Arc::clone(&keeper), Arc::clone(&store));
        app.spawn(async move { waits.waits.serve(&kept).await });
        app.spawn(async move { keeper.serve().await });
        app.spawn(async move { hub.serve().await });
        app.spawn(async move { network.serve(&store).await });
        if options.history == History::Kept {
            let pruned = Arc::downgrade(&app);
            app.spawn(async move { crate::history::serve(&pruned).await });
        }
        app.store.end_interrupted(RESUMABLE, LOST).await?;
        app.bound_runs().await?;
        if options.first_flow == FirstFlow::Sample {
            app.add_sample().await?;
        }
        Ok(app)
    }

    /// Lets as many runs go at once as the setting says.
    async fn bound_runs(&self) -> Result<(), ApiError> {
        let settings = self.read(Store::settings).await?;
        if let Some((_, at_once)) = settings.iter().find(|(key, _)| key == RUNS_AT_ONCE) {
            self.turns.set_at_once(&serde_json::from_str(at_once).unwrap_or_default());
        }
        Ok(())
    }

    /// Holds the runs under way that can go on with the next start, ends the others as stopped by
    /// the user, and waits until what they told is stored.
    pub async fn close(&self) {
        // Those that wait for their turn stay as they are.
        self.turns.close();
        for (id, run) in &*lock(&self.running) {
            // A run that can go on with the next start begins nothing new; its writes end first.
            if self.keeper.goes_on(id) { run.pause() } else { run.cancel() }
        }
        // Runs end within moments of being stopped; a node that hangs must not keep the program.
        for _ in 0..100 {
            if self.keeper.can_end() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        tasks.shutdown().await;
        if let Err(error) = self.network.flush(&self.store).await {
            tracing::warn!(error = error.message, "the network log was not stored");
        }
    }

    /// Tells what happens from now on.
    pub fn subscribe(&self) -> Subscription {
        self.hub.subscribe()
    }

    /// Where the sample systems answer; they are started with the first call, unless
    /// `GANTRY_SANDBOX` says where some are.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn sandbox_url(&self) -> Result<String, ApiError> {
        if let Ok(url) = std::env::var("GANTRY_SANDBOX") {
            return Ok(url.trim_end_matches('/').to_owned());
        }
        let start = || Sandbox::start(SandboxOptions::default());
        let sandbox = self.sandbox.get_or_try_init(start).await.map_err(|cause| {
            let words = format!("The sample systems could not be started: {cause}.");
            ApiError::new(Code::Invalid, words)
        })?;
        Ok(sandbox.url())
    }

    /// Where the sample systems answer, if they were started.
    pub(crate) fn sandbox_started(&self) -> Option<String> {
        std::env::var("GANTRY_SANDBOX").ok().or_else(|| self.sandbox.get().map(Sandbox::url))
    }

    /// Says where webhooks are taken.
    pub fn set_hooks_url(&self, url: String) {
        *lock(&self.hooks_url) = Some(url);
    }

    pub(crate) fn hooks_url(&self) -> Option<String> {
        lock(&self.hooks_url).clone()
    }

    /// Says which flow a designer opens first.
    pub fn show_first(&self, flow: FlowId) {
        *lock(&self.first_shown) = Some(flow);
    }

    /// When the program was opened: a run that began before and goes on was resumed.
    pub(crate) fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    pub(crate) fn first_shown(&self) -> Option<FlowId> {
        lock(&self.first_shown).clone()
    }

    /// The folder of the database.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// All node types.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Asks the store off the threads that serve.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || question(&store)).await {
            Ok(answer) => Ok(answer?),
            Err(panic) => Err(ApiError::internal(panic)),
        }
    }

    /// Starts a task that ends with the app at the latest.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut tasks = lock(&self.tasks);
        // Those that are over are let go of.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task)
    }
}

fn engine(services: Services, journal: Arc<dyn Journal>) -> Engine {
    let mut options = EngineOptions { services, journal, ..EngineOptions::default() };
    if let Some(kb) = std::env::var(BARRIER_KB).ok().and_then(|kb| kb.parse::<usize>().ok()) {
        options.barrier_bytes = kb << 10;
    }
    Engine::new(options)
}

/// The time now, in milliseconds since 1970.
pub(crate) fn now() -> Timestamp {
    jiff::Timestamp::now().as_millisecond()
}

fn default_data_dir() -> Result<PathBuf, ApiError> {
    let folders = directories::ProjectDirs::from("", "", "Gantry").ok_or_else(|| {
        let words = "This user has no home folder to keep flows in. Name one with --data-dir.";
        ApiError::new(Code::Storage, words)
    })?;
    Ok(folders.data_dir().to_owned())
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
