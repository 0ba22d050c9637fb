//! How a run's calls are met: live, recorded, replayed, mocked or held back, with which faults; and
//! what is told of that once the run is over. Not the modes themselves: those are the transport's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::calls::Calls;
use flow::id::{NodeId, RunId};
use flow::run::Timestamp;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use transport::cassette::{self, About};
use transport::{Conduct, Fault, Faults, Mock, Mode, Personal, Player, Recorder, Strictness};
use ts_rs::TS;

use crate::App;
use crate::app::lock;
use crate::cassettes;
use crate::prepared::ReadyFlow;
use crate::types::{ApiError, Code};

/// How many runs' notices are kept.
const KEPT_RUNS: usize = 50;

/// The most notices that are told of one replay.
const MAX_TOLD: usize = 20;

/// What stands in the place of the systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunMode {
    /// Nothing: every call is made.
    #[default]
    Live,
    /// Every call is made, and kept in a cassette.
    Record,
    /// Answers come from a cassette.
    Replay,
    /// Answers are made by the rules of a mock.
    Mock,
    /// Calls that read are made, those that write are held back and told.
    DryRun,
}

impl RunMode {
    /// Whether writes may reach a system.
    pub fn writes(self) -> bool {
        matches!(self, Self::Live | Self::Record)
    }
}

/// How a run's calls are to be met.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Meeting {
    /// What stands in the place of the systems.
    #[ts(optional, as = "Option<RunMode>")]
    pub mode: RunMode,
    /// The cassette or the mock: its name in the data folder, or the path of its file. Without it
    /// a recording gets a name of its own, and a replay takes the flow's newest cassette.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cassette: Option<String>,
    /// Whether a replay takes calls that differ for the same.
    #[ts(optional, as = "Option<bool>")]
    pub lenient: bool,
    /// Whether personal data is kept out of a recording.
    #[ts(optional, as = "Option<bool>")]
    pub hide_personal: bool,
    /// The faults that are switched on.
    #[ts(optional, as = "Option<Vec<Fault>>")]
    pub faults: Vec<Fault>,
    /// Nodes whose calls are met in another way than the run's.
    #[ts(optional, as = "Option<IndexMap<NodeId, RunMode>>")]
    pub node_modes: IndexMap<NodeId, RunMode>,
}

impl Meeting {
    /// Whether a write of this node may reach a system.
    pub fn writes(&self, node: &NodeId) -> bool {
        self.node_modes.get(node).unwrap_or(&self.mode).writes()
    }
}

/// What meets a run's calls.
#[derive(Debug, Clone, Default)]
pub struct Met {
    pub(crate) conduct: Conduct,
    pub(crate) nodes: HashMap<NodeId, Conduct>,
    recorder: Option<Arc<Recorder>>,
    player: Option<Arc<Player>>,
    /// How it was asked for.
    pub(crate) meeting: Meeting,
    /// The time and the seed of the run.
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) seed: Option<u64>,
}

impl Met {
    /// Calls of a flow that a node of another run calls: met as those of that node are.
    pub(crate) fn as_called(conduct: Conduct, seed: u64, now: Timestamp) -> Self {
        let mode = match &conduct.mode {
            Mode::Live => RunMode::Live,
            Mode::Record(_) => RunMode::Record,
            Mode::Replay(_) => RunMode::Replay,
            Mode::Mock(_) => RunMode::Mock,
            Mode::DryRun => RunMode::DryRun,
        };
        // Who is told, and where it may go, is the called flow's own.
        let conduct = Conduct {
            mode: conduct.mode,
            clock: conduct.clock,
            faults: conduct.faults,
            ..Conduct::default()
        };
        let meeting = Meeting { mode, ..Meeting::default() };
        Self { conduct, meeting, started_at: Some(now), seed: Some(seed), ..Self::default() }
    }

    /// How the run's calls are made, with the accounts of its flow.
    pub(crate) fn calls(&self, flow: &ReadyFlow) -> Calls {
        Calls {
            connections: flow.connections.clone(),
            conduct: self.conduct.clone(),
            nodes: self.nodes.clone(),
        }
    }

    /// Ends a recording, and says what came of it or of a replay, in sentences; to be called once
    /// the run is over.
    ///
    /// # Errors
    /// [`Code::Storage`], where the cassette could not be written.
    pub async fn finish(&self) -> Result<Vec<String>, ApiError> {
        let mut told = Vec::new();
        if let Some(recorder) = self.recorder.clone() {
            let done = tokio::task::spawn_blocking(move || recorder.finish()).await;
            let recorded = done.map_err(ApiError::internal)?;
            let recorded =
                recorded.map_err(|error| ApiError::new(Code::Storage, error.to_string()))?;
            let (n, path) = (recorded.n_calls, recorded.path.display());
            let calls = if n == 1 { "1 call was".to_owned() } else { format!("{n} calls were") };
            told.push(format!("{calls} recorded in {path}."));
        }
        if let Some(player) = &self.player {
            let report = player.report();
            told.extend(report.notices.iter().take(MAX_TOLD).cloned());
            let n_unused = report.unused.len();
            if n_unused > 0 {
                let calls = if n_unused == 1 { "1 recorded call" } else { "recorded calls" };
                let n = if n_unused == 1 { String::new() } else { format!("{n_unused} ") };
                told.push(format!("{n}{calls} nobody asked for: {}.", some(&report.unused)));
            }
        }
        Ok(told)
    }
}

fn some(texts: &[String]) -> String {
    let shown = texts.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl App {
    /// Keeps what came of a run's recording or replay, for whoever asks.
    pub(crate) fn told_of(&self, run: &RunId, told: Result<Vec<String>, ApiError>) {
        let told = told.unwrap_or_else(|error| {
            tracing::warn!(%run, %error, "a recording could not be finished");
            vec![error.message]
        });
        if told.is_empty() {
            return;
        }
        let mut kept = lock(&self.told);
        kept.push_back((run.clone(), told));
        if kept.len() > KEPT_RUNS {
            kept.pop_front();
        }
    }

    /// Makes ready what meets a run's calls.
    ///
    /// # Errors
    /// [`Code::Invalid`] or [`Code::NotFound`], where the cassette or the mock cannot be used.
    pub async fn meet(&self, flow: &ReadyFlow, meeting: &Meeting) -> Result<Met, ApiError> {
        let modes = || meeting.node_modes.values().copied().chain([meeting.mode]);
        if modes().all(|mode| mode == RunMode::Live) && meeting.faults.is_empty() {
            return Ok(Met::default());
        }
        if let Some(unknown) = meeting
            .node_modes
            .keys()
            .find(|id| !crate::templates::all_nodes(&flow.file.nodes).any(|node| node.id == **id))
        {
            let words = format!("The flow has no node \"{unknown}\" whose calls could be met.");
            return Err(ApiError::new(Code::Invalid, words));
        }
        let (folder, name) = (self.cassettes_dir(), flow.file.name.clone());
        let (meeting, started_at) = (meeting.clone(), crate::app::now());
        let ready = move || ready(&folder, &name, &meeting, started_at);
        tokio::task::spawn_blocking(ready).await.map_err(ApiError::internal)?
    }

    /// Where cassettes and mocks are kept.
    pub(crate) fn cassettes_dir(&self) -> PathBuf {
        self.data_dir.join("cassettes")
    }
}

/// Opens and begins what the modes need, each once for all nodes.
fn ready(
    folder: &Path,
    flow: &str,
    meeting: &Meeting,
    started_at: Timestamp,
) -> Result<Met, ApiError> {
    let mut met = Met { meeting: meeting.clone(), started_at: Some(started_at), ..Met::default() };
    met.seed = Some(started_at as u64);
    let mut modes: HashMap<RunMode, Mode> = HashMap::new();
    let mut wanted: Vec<RunMode> = meeting.node_modes.values().copied().collect();
    wanted.push(meeting.mode);
    // A cassette is read before the recording that takes its place begins.
    for mode in [RunMode::Replay, RunMode::Mock, RunMode::Record] {
        if !wanted.contains(&mode) {
            continue;
        }
        let path = path_of(folder, flow, mode, meeting.cassette.as_deref(), started_at)?;
        let refused = |error: &cassette::CassetteError| {
            let code = if path.exists() { Code::Invalid } else { Code::NotFound };
            ApiError::new(code, error.to_string())
        };
        let ready = match mode {
            RunMode::Replay => {
                let strictness =
                    if meeting.lenient { Strictness::Lenient } else { Strictness::Strict };
                let player = Player::open(&path, strictness).map_err(|e| refused(&e))?;
                met.started_at = player.about().started_at.or(met.started_at);
                met.seed = player.about().seed.as_ref().and_then(|s| s.parse().ok()).or(met.seed);
                met.player = Some(Arc::clone(&player));
                Mode::Replay(player)
            }
            RunMode::Mock => Mode::Mock(Mock::open(&path).map_err(|e| refused(&e))?),
            _ => {
                let about = About {
                    started_at: met.started_at,
                    seed: met.seed.map(|seed| seed.to_string()),
                    flow: flow.to_owned(),
                    ..About::default()
                };
                let personal =
                    if meeting.hide_personal { Personal::Hidden } else { Personal::Kept };
                let recorder = Recorder::create(&path, about, personal).map_err(|e| refused(&e))?;
                met.recorder = Some(Arc::clone(&recorder));
                Mode::Record(recorder)
            }
        };
        modes.insert(mode, ready);
    }
    let faults =
        (!meeting.faults.is_empty()).then(|| Arc::new(Faults::new(meeting.faults.iter().cloned())));
    let conduct_of = |mode: RunMode| {
        let mode = match mode {
            RunMode::Live => Mode::Live,
            RunMode::DryRun => Mode::DryRun,
            other => modes.get(&other).cloned().unwrap_or_default(),
        };
        Conduct { clock: mode.clock(), mode, faults: faults.clone(), ..Conduct::default() }
    };
    met.conduct = conduct_of(meeting.mode);
    let nodes = meeting.node_modes.iter();
    met.nodes = nodes.map(|(node, mode)| (node.clone(), conduct_of(*mode))).collect();
    Ok(met)
}

/// The file of the cassette or the mock.
fn path_of(
    folder: &Path,
    flow: &str,
    mode: RunMode,
    given: Option<&str>,
    started_at: Timestamp,
) -> Result<PathBuf, ApiError> {
    match given.map(str::trim).filter(|given| !given.is_empty()) {
        Some(given) => cassettes::file_of(folder, given, mode == RunMode::Record),
        None if mode == RunMode::Record => {
            let at = jiff::Timestamp::from_millisecond(started_at).unwrap_or_default();
            let name = format!("{flow} {}", at.strftime("%Y-%m-%d %H-%M-%S"));
            Ok(cassette::file_in(folder, &cassettes::safe_name(&name)))
        }
        None => cassettes::newest_of(folder, flow).ok_or_else(|| {
            let words = "There is no cassette of this flow yet. Record a run first, or name one.";
            ApiError::new(Code::Invalid, words)
        }),
    }
}
