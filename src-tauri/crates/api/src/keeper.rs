//! The journal of the app: what runs tell goes to the store, several runs in one commit, and then
//! to the UI. Not how it is stored or shown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data::Value;
use engine::journal::{Journal, JournalError, Record, StepRecord, StepState};
use engine::signals::Signal;
use engine::step::Effect;
use flow::id::{NodeId, RunId};
use flow::run::{RunEvent, RunStatus, Sample, What};
use futures::future::BoxFuture;
use store::{Append, ParkNote, RunRow, RunStart, SampleChunk, StepBatch, Store};
use tokio::sync::{Notify, oneshot};

use crate::durable::steps;
use crate::excerpt::Excerpt;
use crate::hub::Hub;
use crate::parked;
use crate::reduce::Totals;
use crate::runs::summary_of;
use crate::types::{RunSummary, UiEvent};
use crate::waits::Waits;

/// How long records of several runs are gathered for one commit. Nobody waits for it but the end of
/// a run; a webhook's caller has the answer by then.
const GATHER: Duration = Duration::from_millis(20);

pub(crate) struct Keeper {
    store: Arc<Store>,
    hub: Arc<Hub>,
    live: Mutex<HashMap<RunId, Live>>,
    waiting: Mutex<Vec<Waiting>>,
    some: Notify,
    /// What runs wait for.
    pub(crate) waits: Waits,
}

/// A run under way.
struct Live {
    row: RunRow,
    totals: Totals,
    excerpt: Excerpt,
    is_stored: bool,
    /// How it was started, until that is surely kept.
    start: Option<RunStart>,
    /// Whether its row is kept at least as early as its steps.
    has_steps: bool,
    /// Whether it can go on after its process ended.
    goes_on: bool,
    /// Writes under way of which nobody would know what became of them.
    n_open: u64,
}

/// Records on their way to the store.
struct Waiting {
    append: Append,
    /// What becomes of parked items.
    parked: Vec<ParkNote>,
    news: Vec<UiEvent>,
    kept: oneshot::Sender<Result<(), JournalError>>,
}

impl Keeper {
    pub(crate) fn new(store: Arc<Store>, hub: Arc<Hub>) -> Self {
        let (live, waiting) = (Mutex::default(), Mutex::default());
        Self { store, hub, live, waiting, some: Notify::new(), waits: Waits::default() }
    }

    /// Makes a run known before it tells anything, with the nodes whose items are its results.
    /// `start` is how it is started again, where it can be.
    pub(crate) fn expect(&self, row: RunRow, last: Arc<[NodeId]>, start: Option<RunStart>) {
        let (totals, excerpt) = (Totals::new(last), Excerpt::default());
        let goes_on = start.is_some();
        let live = Live {
            row,
            totals,
            excerpt,
            is_stored: false,
            start,
            has_steps: false,
            goes_on,
            n_open: 0,
        };
        lock(&self.live).insert(live.row.id.clone(), live);
    }

    /// Makes a run known that goes on: its row is stored already.
    pub(crate) fn expect_again(&self, row: RunRow, last: Arc<[NodeId]>) {
        let (totals, excerpt) = (Totals::new(last), Excerpt::default());
        let live = Live {
            row,
            totals,
            excerpt,
            is_stored: true,
            start: None,
            has_steps: true,
            goes_on: true,
            n_open: 0,
        };
        lock(&self.live).insert(live.row.id.clone(), live);
    }

    /// Waits until a run is stored, so that whoever started it can open it.
    pub(crate) async fn announce(&self, id: &RunId) -> Result<(), JournalError> {
        let stored = {
            let mut waiting = lock(&self.waiting);
            let mut live = lock(&self.live);
            let new = live.get_mut(id).filter(|run| !run.is_stored);
            let (row, start, news) = match new {
                Some(run) => {
                    run.is_stored = true;
                    let started = UiEvent::RunStarted { run: summary_of(&run.row) };
                    (Some(run.row.clone()), run.start.clone(), vec![started])
                }
                // Its first events were faster: what waits behind them is stored after them.
                None => (None, None, Vec::new()),
            };
            let append = Append { row, start, ..Append::to(id.clone()) };
            let (kept, stored) = oneshot::channel();
            waiting.push(Waiting { append, parked: Vec::new(), news, kept });
            stored
        };
        self.some.notify_one();
        stored.await.unwrap_or_else(|_| Err(closing()))
    }

    /// Notes of a run that it waits for its turn. Its first event says that it has begun.
    pub(crate) fn queue(&self, id: &RunId) {
        if let Some(run) = lock(&self.live).get_mut(id) {
            run.row.status = RunStatus::Queued;
            // One that goes on had been stored as under way.
            run.is_stored = false;
        }
    }

    /// Ends a run that tells nothing, for it was not begun; the row is kept with the reason.
    pub(crate) async fn end_unbegun(&self, id: &RunId, why: &str) -> Result<(), JournalError> {
        let stored = {
            let mut waiting = lock(&self.waiting);
            let Some(run) = lock(&self.live).remove(id) else { return Ok(()) };
            let row = RunRow { status: RunStatus::Cancelled, summary: why.to_owned(), ..run.row };
            let text = Some(run.excerpt.into_text(&row.flow_name, why));
            let summary = summary_of(&row);
            let mut news = vec![UiEvent::RunFinished { run: summary.clone() }];
            if !run.is_stored {
                news.insert(0, UiEvent::RunStarted { run: summary });
            }
            let append = Append { row: Some(row), text, ..Append::to(id.clone()) };
            let (kept, stored) = oneshot::channel();
            waiting.push(Waiting { append, parked: Vec::new(), news, kept });
            stored
        };
        self.some.notify_one();
        stored.await.unwrap_or_else(|_| Err(closing()))
    }

    /// Forgets a run that could not be started after all.
    pub(crate) fn forget(&self, id: &RunId) {
        lock(&self.live).remove(id);
    }

    /// Hands on what waits, for as long as it is polled.
    pub(crate) async fn serve(&self) {
        loop {
            self.some.notified().await;
            tokio::time::sleep(GATHER).await;
            self.flush().await;
        }
    }

    async fn flush(&self) {
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        let mut told = Vec::with_capacity(waiting.len());
        let mut appends = Vec::with_capacity(waiting.len());
        let mut parked = Vec::new();
        for Waiting { append, parked: notes, news, kept } in waiting {
            appends.push(append);
            parked.extend(notes);
            told.push((news, kept));
        }
        if appends.is_empty() {
            return;
        }
        // Before the events: a run that is over must not leave out an item that it has parked.
        let parked = if parked.is_empty() { Ok(false) } else { self.store.park(parked).await };
        let outcome = match &parked {
            Ok(_) => self.store.append(appends).await.done().await,
            Err(error) => Err(error.clone()),
        };
        if outcome.is_ok() && parked == Ok(true) {
            self.hub.tell([UiEvent::ParkedChanged]);
        }
        for (news, kept) in told {
            if outcome.is_ok() {
                self.hub.tell(news);
            }
            let outcome = outcome.clone().map_err(|error| JournalError {
                message: format!("What the run told could not be stored: {error}."),
            });
            // A run that was dropped does not wait any more.
            let _ = kept.send(outcome);
        }
    }

    /// Turns records into what is stored and what is shown, and puts them into the queue.
    fn take(
        &self,
        run: &RunId,
        records: Vec<Record>,
    ) -> oneshot::Receiver<Result<(), JournalError>> {
        let (mut events, mut samples) = (Vec::with_capacity(records.len()), Vec::new());
        let mut kept_items = Vec::new();
        for record in records {
            match record {
                Record::Event(event) => events.push(event),
                Record::Samples { node, port, items } => {
                    samples.push(SampleChunk {
                        node,
                        port,
                        count: items.len() as u64,
                        items: samples_json(&items),
                    });
                    kept_items.push(items);
                }
            }
        }
        let batch = events.first().map(|first| (first.seq, json(&events)));
        let (kept, stored) = oneshot::channel();
        // Held until the records are in the queue: what a run's row says must not overtake them.
        let mut waiting = lock(&self.waiting);
        let counted = self.count(run, &events, &kept_items);
        let row = counted.as_ref().and_then(|counted| counted.stored().cloned());
        let parked = counted.as_ref().map(|counted| parked::notes(&counted.row, &events));
        let parked = parked.unwrap_or_default();
        let text = counted.as_ref().and_then(|counted| counted.text.clone());
        let start = counted.as_ref().and_then(|counted| counted.start.clone());
        let inbox = self.waits.changes(run, &events);
        let mut news = match counted {
            Some(counted) if !self.hub.is_deserted() => counted.news(events),
            _ => Vec::new(),
        };
        if !inbox.is_empty() {
            news.push(UiEvent::InboxChanged);
        }
        let to = Append::to(run.clone());
        let append = Append { row, events: batch, samples, start, text, inbox, ..to };
        waiting.push(Waiting { append, parked, news, kept });
        stored
    }

    /// Keeps the run's row up; none for a run that nobody expected.
    fn count(
        &self,
        id: &RunId,
        events: &[RunEvent],
        kept_items: &[Vec<Sample>],
    ) -> Option<Counted> {
        let mut live = lock(&self.live);
        let run = live.get_mut(id)?;
        for event in events {
            run.totals.apply(event);
            run.excerpt.take_event(&event.what);
        }
        for sample in kept_items.iter().flatten() {
            if run.excerpt.is_full() {
                break;
            }
            run.excerpt.take(&sample.value);
        }
        let is_new = !std::mem::replace(&mut run.is_stored, true);
        let start = run.start.clone().filter(|_| is_new);
        run.row.items = run.totals.items();
        run.row.rejected = run.totals.rejected();
        let Some(What::Finished { status, took_ms, summary }) = events.last().map(|e| &e.what)
        else {
            let was = run.row.status;
            for event in events {
                run.row.status = match event.what {
                    What::Paused => RunStatus::Paused,
                    What::Started { .. } | What::Resumed { .. } | What::Unpaused => {
                        RunStatus::Running
                    }
                    _ => run.row.status,
                };
            }
            let has_turned = run.row.status != was;
            let row = run.row.clone();
            let (text, has_begun) = (None, was == RunStatus::Queued);
            return Some(Counted {
                row,
                start,
                text,
                is_new,
                has_turned,
                has_begun,
                is_over: false,
            });
        };
        let Live { mut row, excerpt, .. } = live.remove(id)?;
        row.status = *status;
        row.took_ms = Some(*took_ms);
        row.summary.clone_from(summary);
        let text = Some(excerpt.into_text(&row.flow_name, &row.summary));
        let (has_turned, has_begun) = (false, false);
        Some(Counted { row, start, text, is_new, has_turned, has_begun, is_over: true })
    }

    /// Puts batches of steps into a form for the store. The first ones bring the run's row and how it
    /// was started: a step must not be kept of a run that nobody would know of.
    fn with_row(&self, run: &RunId, batches: Vec<StepBatch>) -> Vec<Append> {
        let mut appends: Vec<Append> = batches
            .into_iter()
            .map(|batch| Append { steps: Some(batch), ..Append::to(run.clone()) })
            .collect();
        let mut live = lock(&self.live);
        let new = live.get_mut(run).filter(|live| !live.has_steps);
        if let (Some(live), Some(first)) = (new, appends.first_mut()) {
            live.has_steps = true;
            first.row = Some(live.row.clone());
            first.start = live.start.take();
        }
        appends
    }

    /// Counts the writes of a run of which nobody would know what became of them, were it to end now.
    fn count_open(&self, run: &RunId, n_begun: u64, n_known: u64) {
        if let Some(live) = lock(&self.live).get_mut(run) {
            live.n_open = (live.n_open + n_begun).saturating_sub(n_known);
        }
    }

    /// Whether a run can go on after its process ended.
    pub(crate) fn goes_on(&self, run: &RunId) -> bool {
        lock(&self.live).get(run).is_some_and(|live| live.goes_on)
    }

    /// Whether the program could end now: the runs that are left can go on, and all their writes are
    /// known.
    pub(crate) fn can_end(&self) -> bool {
        let live = lock(&self.live);
        let mut begun = live.values().filter(|run| run.row.status != RunStatus::Queued);
        begun.all(|run| run.goes_on && run.n_open == 0)
    }
}

/// How a run stands after a batch.
struct Counted {
    row: RunRow,
    /// The words that it is found by, once it is over.
    text: Option<String>,
    /// How it was started, where the row is new.
    start: Option<RunStart>,
    is_new: bool,
    /// It is held now, or goes on.
    has_turned: bool,
    /// It had waited for its turn.
    has_begun: bool,
    is_over: bool,
}

impl Counted {
    /// The row, where it has to be stored anew.
    fn stored(&self) -> Option<&RunRow> {
        (self.is_new || self.has_turned || self.is_over).then_some(&self.row)
    }

    fn news(self, events: Vec<RunEvent>) -> Vec<UiEvent> {
        let summary = summary_of(&self.row);
        let mut news = Vec::with_capacity(3);
        if self.is_new || self.has_begun {
            let started =
                RunSummary { status: RunStatus::Running, took_ms: None, ..summary.clone() };
            news.push(UiEvent::RunStarted { run: started });
        }
        if !events.is_empty() {
            news.push(UiEvent::Run { run: self.row.id, flow: self.row.flow, events });
        }
        if self.is_over {
            news.push(UiEvent::RunFinished { run: summary });
        }
        news
    }
}

impl Journal for Keeper {
    fn append<'a>(
        &'a self,
        run: &'a RunId,
        records: Vec<Record>,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        let stored = self.take(run, records);
        self.some.notify_one();
        Box::pin(async move { stored.await.unwrap_or_else(|_| Err(closing())) })
    }

    fn keeps_steps(&self) -> bool {
        true
    }

    fn keep_steps<'a>(
        &'a self,
        run: &'a RunId,
        records: Vec<StepRecord>,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        // Not gathered: somebody waits. The store puts what waits into one commit.
        let taken = records.iter().filter_map(Signal::number_in).collect();
        let (n_begun, n_known) = open_writes(&records);
        let mut appends = self.with_row(run, steps::encode(records));
        if let Some(first) = appends.first_mut() {
            // With the step that took them, so that no signal is taken twice, nor lost.
            first.taken = taken;
        }
        self.count_open(run, n_begun, 0);
        Box::pin(async move {
            let kept = self.store.append(appends).await.done().await;
            self.count_open(run, 0, n_known);
            kept.map_err(|error| JournalError {
                message: format!("What the run has done could not be stored: {error}."),
            })
        })
    }
}

/// How many writes begin with these records, and of how many it is known what became of them.
fn open_writes(records: &[StepRecord]) -> (u64, u64) {
    let writes = records.iter().filter(|record| record.effect == Effect::Writes);
    writes.fold((0, 0), |(n_begun, n_known), record| match record.state {
        StepState::Begun => (n_begun + 1, n_known),
        StepState::Done { .. } | StepState::Undone => (n_begun, n_known + 1),
    })
}

fn closing() -> JournalError {
    JournalError { message: "Gantry is being closed.".to_owned() }
}

/// Items as a JSON list. Values write themselves: by way of serde they cost several times as much.
fn samples_json(items: &[Sample]) -> Vec<u8> {
    let mut list =
        Vec::with_capacity(items.iter().map(|s| s.item.len() + 24 + s.value.size()).sum());
    for sample in items {
        list.push(if list.is_empty() { b'[' } else { b',' });
        list.extend_from_slice(b"{\"item\":");
        data::json::write(&Value::from(sample.item.as_str()), &mut list)
            .and_then(|()| {
                list.extend_from_slice(b",\"value\":");
                data::json::write(&sample.value, &mut list)
            })
            .expect("memory is written");
        list.push(b'}');
    }
    if list.is_empty() {
        list.push(b'[');
    }
    list.push(b']');
    list
}

fn json<T: serde::Serialize>(list: &[T]) -> Vec<u8> {
    serde_json::to_vec(list).expect("events and items have texts as keys, and memory is written")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_items_are_written_as_serde_reads_them() {
        let check = |items: Vec<Sample>| {
            let read: Vec<Sample> = serde_json::from_slice(&samples_json(&items)).unwrap();
            assert_eq!(read, items);
        };
        let sample = |item: &str, json: &str| Sample {
            item: item.to_owned(),
            value: serde_json::from_str(json).unwrap(),
        };
        check(vec![]);
        check(vec![sample("a\"b:0/1", "{\"x\": 1.50}"), sample("a:0/2", "null")]);
    }
}
