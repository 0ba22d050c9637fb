//! The list of what a run has written, and what is decided about writes of unknown outcome. Not how
//! a run goes on after that.

use std::collections::HashMap;
use std::sync::Arc;

use flow::id::RunId;
use store::{Store, StoreError};

use super::replay::{Known, Stands, StepIndex};
use super::steps::{self, KeptStep};
use super::{Decide, WriteEntry, WriteState, WritesView};
use crate::types::{ApiError, Code};

/// How many writes are listed.
const LISTED: usize = 1000;

/// Lists a run's writes. It blocks.
pub(super) fn view(store: &Arc<Store>, run: &RunId) -> Result<WritesView, StoreError> {
    let index = StepIndex::open(Arc::clone(store), run)?;
    let mut writes: Vec<Known> = index.all().filter(|known| known.is_write).copied().collect();
    let count = |of: Stands| writes.iter().filter(|known| known.stands == of).count() as u64;
    let mut view = WritesView {
        done: count(Stands::Done),
        not_done: count(Stands::Undone),
        unknown: count(Stands::Begun),
        writes: Vec::new(),
    };
    // Those that are not known first, in their order; then the last ones.
    writes.sort_unstable_by_key(|known| (known.stands != Stands::Begun, known.last));
    let n_unknown = view.unknown as usize;
    let listed = (LISTED.saturating_sub(n_unknown)).min(writes.len() - n_unknown);
    writes.drain(n_unknown..writes.len() - listed);
    writes.truncate(LISTED);
    for known in &writes {
        let entry = index.read(known.last, |step| Ok(entry(&step, known.stands)))?;
        view.writes.push(WriteEntry { decision: index.decided(&entry.step), ..entry });
    }
    fill_about(store, run, &mut view.writes)?;
    Ok(view)
}

/// A write by its last record.
fn entry(step: &KeptStep<'_>, stands: Stands) -> WriteEntry {
    // `node/item/part`, and the item has slashes of its own: it ends where the part begins.
    let (node, rest) = step.place.split_once('/').unwrap_or((step.place, ""));
    let mut item = rest.rsplit_once('/').map_or("", |(item, _)| item);
    if let Some((before, "page" | "part")) = item.rsplit_once('/') {
        item = before;
    }
    WriteEntry {
        step: step.place.to_owned(),
        node: node.into(),
        item: item.to_owned(),
        about: step.about.to_owned(),
        state: match stands {
            Stands::Begun => WriteState::Unknown,
            Stands::Done => WriteState::Done,
            Stands::Undone => WriteState::NotDone,
        },
        at: step.at,
        decision: None,
    }
}

/// Says what the writes do whose last record does not say it: an earlier one does.
fn fill_about(store: &Store, run: &RunId, writes: &mut [WriteEntry]) -> Result<(), StoreError> {
    let silent = writes.iter_mut().filter(|write| write.about.is_empty());
    let mut silent: HashMap<String, &mut String> =
        silent.map(|write| (write.step.clone(), &mut write.about)).collect();
    if silent.is_empty() {
        return Ok(());
    }
    store.each_step_batch(run, |_, batch| {
        steps::each(batch, |_, step| {
            if !step.about.is_empty()
                && let Some(about) = silent.get_mut(step.place)
            {
                step.about.clone_into(about);
            }
        })
    })
}

/// The steps that a decision is about. It blocks.
pub(super) fn decided_about(store: &Arc<Store>, decide: &Decide) -> Result<Vec<String>, ApiError> {
    let index = StepIndex::open(Arc::clone(store), &decide.run)?;
    let mut unknown = Vec::new();
    for known in index.all().filter(|known| known.stands == Stands::Begun) {
        unknown.push(index.read(known.last, |step| Ok(step.place.to_owned()))?);
    }
    let Some(steps) = &decide.steps else { return Ok(unknown) };
    match steps.iter().find(|step| !unknown.contains(step)) {
        None => Ok(steps.clone()),
        Some(step) => {
            let words =
                format!("There is nothing to decide about \"{step}\": its outcome is known.");
            Err(ApiError::new(Code::Invalid, words))
        }
    }
}
