//! Runs that break off at any moment and go on: nothing is lost, and nothing is done twice but what
//! is known to do no harm.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flow::file::FlowFile;
use flow::id::RunId;
use flow::run::{ErrorClass, RunStatus, What};
use futures::future::BoxFuture;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{flow, plain, request};
use crate::journal::{
    Asked, Journal, JournalError, MemoryJournal, Record, Recorded, Replay, StepRecord, StepState,
};
use crate::nodes::testing::written;
use crate::{Engine, EngineOptions, Resumed, RunRequest};

/// A journal that outlasts the runs of a test, as a database outlasts a process.
#[derive(Debug, Default)]
struct Kept {
    told: MemoryJournal,
    steps: Mutex<HashMap<String, StepState>>,
    /// What is decided about steps of which nobody knows: they are done again.
    repeats: bool,
}

impl Kept {
    fn unknown(&self) -> BTreeSet<String> {
        let steps = self.steps.lock().unwrap();
        let begun = |state: &StepState| matches!(state, StepState::Begun);
        steps.iter().filter(|(_, state)| begun(state)).map(|(place, _)| place.clone()).collect()
    }
}

impl Journal for Kept {
    fn append<'a>(
        &'a self,
        run: &'a RunId,
        records: Vec<Record>,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        self.told.append(run, records)
    }

    fn keeps_steps(&self) -> bool {
        true
    }

    fn keep_steps<'a>(
        &'a self,
        _: &'a RunId,
        records: Vec<StepRecord>,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            // As long as a disk takes: a run may break off meanwhile.
            tokio::time::sleep(Duration::from_millis(1)).await;
            let records = records.into_iter().map(|record| (record.place, record.state));
            self.steps.lock().unwrap().extend(records);
            Ok(())
        })
    }
}

impl Replay for Kept {
    fn find(&self, asked: &Asked<'_>) -> Result<Option<Recorded>, JournalError> {
        Ok(match self.steps.lock().unwrap().get(asked.place) {
            Some(StepState::Done { value }) => Some(Recorded::Done(value.clone())),
            Some(StepState::Begun) if !self.repeats => Some(Recorded::Unknown),
            _ => None,
        })
    }
}

/// Reads in pages, loops over what was read, writes with retries, sorts, and writes again.
fn written_twice(log: &str, keyed: bool, concurrency: u32) -> FlowFile {
    let retry = json!({ "tries": 3, "base_ms": 5 });
    let write = |id: &str| {
        json!({ "id": id, "type": "test.call", "retry": retry, "concurrency": concurrency,
                "params": { "log": format!("{log}-{id}"), "keyed": keyed } })
    };
    flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "read", "type": "test.call" },
            { "id": "shape", "type": "data.map", "params": { "fields": [
                { "to": "n", "from": "n" }, { "to": "wait", "from": "2 + n % 3" },
                { "to": "fails", "from": "n % 4 = 0 ? 1 : 0" },
            ] } },
            { "id": "each", "type": "scope.loop", "params": { "concurrency": concurrency },
              "body": { "nodes": [write("first")], "wires": [] } },
            { "id": "sort", "type": "data.sort", "params": { "by": [{ "value": "n", "direction": "desc" }] } },
            write("last"),
        ]),
        &["start>read", "read>shape", "shape>each", "each>sort", "sort>last"],
    )
}

fn begin(from: Option<&Arc<Kept>>) -> RunRequest {
    let mut request = request(json!([{ "pages": 3, "rows": 4, "wait": 2 }]));
    if let Some(kept) = from {
        request.replay = Some(Arc::clone(kept) as Arc<dyn Replay>);
        let next_seq = kept.told.events(&"r".into()).len() as u64;
        request.resumed = Some(Resumed { started_at: 0, next_seq, steps: 0 });
    }
    request
}

/// Runs the flow and breaks it off after these pauses, one after the other, then lets it end.
async fn break_off(flow: &FlowFile, kept: &Arc<Kept>, pauses: &[u64]) -> (RunStatus, Vec<Json>) {
    let options = EngineOptions { journal: Arc::clone(kept) as _, ..EngineOptions::default() };
    let engine = Engine::new(options);
    let prepared = engine.prepare(flow);
    let mut is_first = true;
    for pause in pauses {
        let from = (!is_first).then_some(kept);
        is_first = false;
        let mut handle = prepared.start(begin(from)).unwrap();
        let mut outputs = handle.outputs.take().unwrap();
        let reading = async { while outputs.recv().await.is_some() {} };
        if tokio::time::timeout(Duration::from_millis(*pause), reading).await.is_ok() {
            // It came to its end before.
            handle.wait().await;
        }
    }
    let mut handle = prepared.start(begin((!is_first).then_some(kept))).unwrap();
    let mut outputs = handle.outputs.take().unwrap();
    let mut items = Vec::new();
    while let Some(output) = outputs.recv().await {
        items.extend(output.items.iter().map(|item| plain(&item.value)));
    }
    (handle.wait().await.status, items)
}

fn all() -> Vec<Json> {
    let of = |n: u64| json!({ "n": n, "wait": 2 + n % 3, "fails": u64::from(n.is_multiple_of(4)) });
    (0..12).rev().map(of).collect()
}

/// A log of its own for each case.
fn fresh_log() -> String {
    static N: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    format!("resume-{}", N.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

fn logs(log: &str) -> [BTreeMap<String, u32>; 2] {
    [written(&format!("{log}-first")), written(&format!("{log}-last"))]
}

fn in_virtual_time<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_run_that_breaks_off_at_any_moment_goes_on_and_loses_nothing(
        pauses in prop::collection::vec(0_u64..120, 0..5),
        concurrency in 1_u32..5,
    ) {
        let log = fresh_log();
        let kept = Arc::new(Kept::default());
        let flow = written_twice(&log, true, concurrency);
        let (status, items) = in_virtual_time(break_off(&flow, &kept, &pauses));
        prop_assert_eq!(status, RunStatus::Ok);
        prop_assert_eq!(items, all());
        for written in logs(&log) {
            prop_assert_eq!(written.len(), 12);
            // Each break may catch as many writes as were under way.
            let n_twice: u32 = written.values().map(|times| times - 1).sum();
            prop_assert!(n_twice <= concurrency * pauses.len() as u32, "{n_twice} twice");
        }
    }

    #[test]
    fn what_must_not_be_done_twice_is_repeated_only_where_it_was_under_way(
        pauses in prop::collection::vec(0_u64..120, 1..4),
        concurrency in 1_u32..5,
    ) {
        let log = fresh_log();
        let flow = written_twice(&log, false, concurrency);
        // Nobody decides: the first write that is not known stops the run, and none is repeated.
        let kept = Arc::new(Kept::default());
        let (status, _) = in_virtual_time(break_off(&flow, &kept, &pauses));
        for written in logs(&log) {
            prop_assert!(written.values().all(|times| *times == 1), "{written:?}");
        }
        let unknown = kept.unknown();
        prop_assert_eq!(status == RunStatus::Ok, unknown.is_empty(), "{:?}", unknown);
        // Somebody says to repeat them: those and no others.
        let log = fresh_log();
        let flow = written_twice(&log, false, concurrency);
        let kept = Arc::new(Kept { repeats: true, ..Kept::default() });
        let (status, items) = in_virtual_time(break_off(&flow, &kept, &pauses));
        prop_assert_eq!(status, RunStatus::Ok);
        prop_assert_eq!(items, all());
        for written in logs(&log) {
            prop_assert_eq!(written.len(), 12);
            let n_twice: u32 = written.values().map(|times| times - 1).sum();
            prop_assert!(n_twice <= concurrency * pauses.len() as u32, "{n_twice} twice");
        }
    }
}

#[test]
fn a_write_that_is_not_known_is_an_error_that_says_so() {
    let log = fresh_log();
    let kept = Arc::new(Kept::default());
    let flow = written_twice(&log, false, 1);
    let (status, _) = in_virtual_time(break_off(&flow, &kept, &[15]));
    assert_eq!(status, RunStatus::Failed);
    assert_eq!(kept.unknown().len(), 1);
    let error = kept.told.events(&"r".into()).into_iter().find_map(|event| match event.what {
        What::NodeFinished { error, .. } => error,
        _ => None,
    });
    let error = error.unwrap();
    assert_eq!(error.class, ErrorClass::UnknownOutcome);
    assert!(error.advice.contains("Look in the system"), "{}", error.advice);
}

#[test]
fn a_file_is_read_again_and_what_was_appended_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in.ndjson"), folder.path().join("out.ndjson"));
    let (rows, before) = ("{\"n\":1}\n{\"n\":2}\n", "{\"n\":0}\n");
    std::fs::write(&from, rows).unwrap();
    std::fs::write(&to, before).unwrap();
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "read", "type": "file.read", "params": { "path": from } },
            { "id": "write", "type": "file.write", "params": { "path": to, "mode": "append" } },
        ]),
        &["start>read", "read>write"],
    );
    let kept = Arc::new(Kept::default());
    let go_on = || in_real_time(go_on(&flow, &kept));
    assert_eq!(in_real_time(break_off(&flow, &kept, &[])).0, RunStatus::Ok);
    let whole = format!("{before}{rows}");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), whole);
    let places: Vec<String> = kept.steps.lock().unwrap().keys().cloned().collect();
    assert!(!places.iter().any(|place| place.contains("part")), "{places:?}");
    // It had come to its end but for the last word.
    assert_eq!(go_on(), RunStatus::Ok);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), whole);
    // It was killed while it wrote.
    kept.steps.lock().unwrap().retain(|place, _| !place.ends_with("/commit"));
    std::fs::write(&to, format!("{whole}{{\"n\"")).unwrap();
    assert_eq!(go_on(), RunStatus::Ok);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), whole);
    // The file that it reads is another one by now.
    std::fs::write(&from, "{\"n\":3}\n").unwrap();
    assert_eq!(go_on(), RunStatus::Failed);
    let events = kept.told.events(&"r".into());
    let said = events.iter().rev().find_map(|event| match &event.what {
        What::NodeFinished { error: Some(error), .. } => Some(error.message.clone()),
        _ => None,
    });
    assert!(said.clone().unwrap().contains("was changed since the run began"), "{said:?}");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), whole, "nothing of it is lost");
}

/// Lets a run go on that had come to its end, as if its last part had been lost.
async fn go_on(flow: &FlowFile, kept: &Arc<Kept>) -> RunStatus {
    let options = EngineOptions { journal: Arc::clone(kept) as _, ..EngineOptions::default() };
    let mut handle = Engine::new(options).prepare(flow).start(begin(Some(kept))).unwrap();
    let mut outputs = handle.outputs.take().unwrap();
    while outputs.recv().await.is_some() {}
    handle.wait().await.status
}

fn in_real_time<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}
