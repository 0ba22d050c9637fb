//! Hands kept signals in to the runs of this process that wait for them, whoever kept them: this
//! program or another. Not what is waited for: see `inbox`.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use engine::signals::{Signal, Signals};
use flow::id::RunId;
use flow::run::{RunEvent, Timestamp, What};
use store::{InboxChange, SignalRow, Store};
use tokio::sync::Notify;

use crate::App;
use crate::app::lock;
use crate::remembered::value;
use crate::types::ApiError;

/// How often signals of other programs are looked for, while a run of this one waits.
const LOOK: Duration = Duration::from_millis(500);

/// The runs of this process that can be given signals.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    runs: Mutex<HashMap<RunId, Waiting>>,
    asked: Notify,
}

#[derive(Debug)]
struct Waiting {
    signals: Weak<Signals>,
    /// Whether it has asked for anything.
    asks: bool,
    /// What it was given already. Numbers are used again, so they alone do not tell.
    given: HashSet<(i64, Timestamp, String)>,
}

impl Waits {
    /// Makes a run known that begins; one that goes on may have asked before.
    pub(crate) fn enter(&self, run: &RunId, signals: &Arc<Signals>, asks: bool) {
        let mut runs = lock(&self.runs);
        runs.retain(|_, waiting| waiting.signals.strong_count() > 0);
        let signals = Arc::downgrade(signals);
        runs.insert(run.clone(), Waiting { signals, asks, given: HashSet::new() });
        drop(runs);
        if asks {
            self.asked.notify_one();
        }
    }

    /// What the events of a run are to the inbox.
    pub(crate) fn changes(&self, run: &RunId, events: &[RunEvent]) -> Vec<InboxChange> {
        let mut changes: Vec<InboxChange> = events.iter().filter_map(change).collect();
        if !changes.is_empty() {
            if let Some(waiting) = lock(&self.runs).get_mut(run) {
                waiting.asks = true;
            }
            self.asked.notify_one();
        }
        if let Some(RunEvent { at, what: What::Finished { .. }, .. }) = events.last() {
            let was_known = lock(&self.runs).remove(run);
            if was_known.is_some_and(|waiting| waiting.asks) || !changes.is_empty() {
                changes.push(InboxChange::Over { at: *at });
            }
        }
        changes
    }

    /// The runs under way that have asked for something.
    fn asking(&self) -> Vec<RunId> {
        let runs = lock(&self.runs);
        let asking =
            runs.iter().filter(|(_, waiting)| waiting.asks && waiting.signals.strong_count() > 0);
        asking.map(|(run, _)| run.clone()).collect()
    }

    fn give(&self, run: &RunId, rows: Vec<SignalRow>) {
        let mut runs = lock(&self.runs);
        let Some(waiting) = runs.get_mut(run) else { return };
        let Some(signals) = waiting.signals.upgrade() else { return };
        for row in rows {
            if waiting.given.insert((row.n, row.at, row.name.clone())) {
                let number = u64::try_from(row.n).ok();
                signals.send_kept(&row.name, Signal { value: value(&row.value), number });
            }
        }
    }

    /// Looks for signals as long as it is polled.
    pub(crate) async fn serve(&self, store: &Arc<Store>) {
        loop {
            if self.asking().is_empty() {
                self.asked.notified().await;
            }
            for run in self.asking() {
                let (store, of) = (Arc::clone(store), run.clone());
                match tokio::task::spawn_blocking(move || store.signals(&of)).await {
                    Ok(Ok(rows)) => self.give(&run, rows),
                    Ok(Err(error)) => tracing::warn!(%run, %error, "signals cannot be read"),
                    Err(_) => return,
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.asked.notified() => {}
            }
        }
    }
}

fn change(event: &RunEvent) -> Option<InboxChange> {
    let at = event.at;
    match &event.what {
        What::Asked { node, item, signal, question, value, due } => Some(InboxChange::Asked {
            node: node.clone(),
            item: item.clone(),
            signal: signal.clone(),
            question: question.clone(),
            value: value.to_string(),
            at,
            due: *due,
        }),
        What::Answered { node, item, outcome, .. } => Some(InboxChange::Answered {
            node: node.clone(),
            item: item.clone(),
            outcome: outcome.clone(),
            at,
        }),
        _ => None,
    }
}

impl App {
    /// Gives a run of this process the signals that are kept for it; nothing happens for others.
    pub(crate) async fn hand_in(&self, run: &RunId) -> Result<(), ApiError> {
        let of = run.clone();
        let rows = self.read(move |store| store.signals(&of)).await?;
        self.keeper.waits.give(run, rows);
        Ok(())
    }
}
