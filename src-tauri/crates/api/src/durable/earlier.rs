//! What a run that does earlier ones again need not do: their writes, known by what was sent, and
//! what they read at nodes that are taken over. Not what is known of the run itself: see `replay`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use data::Value;
use engine::journal::{Asked, JournalError, Recorded, Replay};
use engine::step::Effect;
use flow::id::{NodeId, RunId};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

use super::WriteDecision;
use super::replay::{StepIndex, hash};
use super::steps::{self, KeptState};
use crate::App;
use crate::app::lock;
use crate::types::ApiError;

/// The runs that a run does again, the last one first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Earlier {
    pub(crate) runs: Vec<RunId>,
    /// Nodes whose steps are all taken over, those that read too.
    pub(crate) taken_over: Vec<NodeId>,
    /// Whether a write is known by its step's name only, and not by what was sent: where not all of
    /// the run is done again, another item's write is none of this one.
    pub(crate) by_name: bool,
}

impl Earlier {
    /// The writes of these runs, and nothing else.
    pub(crate) fn writes_of(runs: impl IntoIterator<Item = RunId>) -> Self {
        Self { runs: runs.into_iter().collect(), taken_over: Vec::new(), by_name: true }
    }
}

impl App {
    /// What is known of a run's steps, where it does earlier ones again: its own first.
    pub(crate) async fn with_earlier(
        &self,
        earlier: &Earlier,
        own: Option<Arc<dyn Replay>>,
    ) -> Result<Arc<dyn Replay>, ApiError> {
        let (store, earlier) = (Arc::clone(&self.store), earlier.clone());
        let open = move || EarlierSteps::open(&store, earlier);
        let steps = tokio::task::spawn_blocking(open).await.map_err(ApiError::internal)??;
        Ok(Arc::new(Chain { own, earlier: steps }))
    }
}

/// What is known of a run itself, and then of the runs that it does again.
#[derive(Debug)]
struct Chain {
    own: Option<Arc<dyn Replay>>,
    earlier: EarlierSteps,
}

impl Replay for Chain {
    fn find(&self, asked: &Asked<'_>) -> Result<Option<Recorded>, JournalError> {
        if let Some(own) = &self.own
            && let Some(found) = own.find(asked)?
        {
            return Ok(Some(found));
        }
        self.earlier.find(asked)
    }
}

/// The steps of earlier runs.
#[derive(Debug)]
struct EarlierSteps {
    runs: Vec<StepIndex>,
    taken_over: Vec<NodeId>,
    by_name: bool,
    /// The writes that were made, by their node and what was sent.
    writes: Mutex<HashMap<u128, Vec<Write>>>,
}

/// A write that was made, and is not made again.
#[derive(Debug)]
struct Write {
    run: usize,
    /// The step that made it.
    place: String,
    /// It has taken the place of a write of this run: another one alike is made.
    is_used: bool,
}

impl EarlierSteps {
    fn open(store: &Arc<Store>, earlier: Earlier) -> Result<Self, StoreError> {
        let Earlier { runs, taken_over, by_name } = earlier;
        let mut writes: HashMap<u128, Vec<Write>> = HashMap::new();
        let mut indexes = Vec::with_capacity(runs.len());
        for (run, id) in runs.iter().enumerate() {
            let index = StepIndex::open(Arc::clone(store), id)?;
            // The last record of a step says how it stands.
            let mut last: HashMap<String, (u64, bool)> = HashMap::new();
            store.each_step_batch(id, |_, batch| {
                steps::each(batch, |_, step| {
                    if step.effect == Effect::Reads || step.content == 0 {
                        return;
                    }
                    let is_made = match step.state {
                        KeptState::Done(_) | KeptState::DoneLarge(_) => true,
                        KeptState::Begun => index.decided(step.place) == Some(WriteDecision::Done),
                        KeptState::Undone => false,
                    };
                    last.insert(step.place.to_owned(), (step.content, is_made));
                })
            })?;
            let mut made: Vec<(String, u64)> = last
                .into_iter()
                .filter(|(_, (_, is_made))| *is_made)
                .map(|(place, (content, _))| (place, content))
                .collect();
            made.sort_unstable();
            for (place, content) in made {
                let node = place.split('/').next().unwrap_or_default();
                let alike = writes.entry(key(node, content)).or_default();
                alike.push(Write { run, place, is_used: false });
            }
            indexes.push(index);
        }
        Ok(Self { runs: indexes, taken_over, by_name, writes: Mutex::new(writes) })
    }

    /// The write that a step was in an earlier run: the one of the same name, or else one by which
    /// the same was sent, each taken once. Items are named anew where others came before them.
    fn made(&self, asked: &Asked<'_>) -> Option<(usize, String)> {
        let mut writes = lock(&self.writes);
        let alike = writes.get_mut(&key(asked.node.as_str(), asked.content))?;
        let same = alike.iter().position(|write| !write.is_used && write.place == asked.place);
        let any = || alike.iter().position(|write| !write.is_used);
        let found = if self.by_name { same? } else { same.or_else(any)? };
        alike[found].is_used = true;
        Some((alike[found].run, alike[found].place.clone()))
    }
}

impl Replay for EarlierSteps {
    fn find(&self, asked: &Asked<'_>) -> Result<Option<Recorded>, JournalError> {
        if asked.effect == Effect::Reads || asked.content == 0 {
            if !self.taken_over.contains(asked.node) {
                return Ok(None);
            }
            let mut found = self.runs.iter().map(|run| run.find(asked));
            return found.find_map(Result::transpose).transpose();
        }
        let Some((run, place)) = self.made(asked) else { return Ok(None) };
        let nothing = || Recorded::Done(Value::object([("items", Value::list([]))]));
        let found = self.runs[run].find(&Asked { place: &place, ..*asked })?;
        Ok(Some(found.filter(|found| *found != Recorded::Unknown).unwrap_or_else(nothing)))
    }
}

/// A node and what is sent, as one number.
fn key(node: &str, content: u64) -> u128 {
    hash(&format!("{node}/{content:x}"))
}
