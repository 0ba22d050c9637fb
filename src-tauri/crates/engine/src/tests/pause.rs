//! Runs that are held: nothing new is begun, nothing is lost, and they can be stopped all the same.

use std::sync::Arc;
use std::time::Duration;

use flow::file::FlowFile;
use flow::id::RunId;
use flow::run::{RunStatus, What};
use serde_json::{Value as Json, json};

use super::{engine, flow, plain, request};
use crate::RunHandle;
use crate::journal::MemoryJournal;
use crate::nodes::testing::written;

/// Twelve items read in pages, each written within a loop, sorted, and written again.
fn written_twice(log: &str) -> FlowFile {
    let write = |id: &str| json!({ "id": id, "type": "test.call", "concurrency": 2, "params": { "log": log } });
    let body = json!({ "nodes": [write("first")], "wires": [] });
    flow(
        json!([
            { "id": "read", "type": "test.call" },
            { "id": "shape", "type": "data.map", "params": { "fields": [
                { "to": "n", "from": "n" }, { "to": "wait", "from": "40" } ] } },
            { "id": "each", "type": "scope.loop", "concurrency": 3, "body": body },
            { "id": "sort", "type": "data.sort", "params": { "by": [{ "value": "n" }] } },
            write("second"),
        ]),
        &["read>shape", "shape>each", "each>sort", "sort>second"],
    )
}

fn start(flow: &FlowFile, input: Json) -> (RunHandle, Arc<MemoryJournal>) {
    let (engine, journal) = engine(32 << 20);
    let mut request = request(input);
    request.outputs = Some(1000);
    (engine.prepare(flow).start(request).expect("the flow has no errors"), journal)
}

fn n_written(log: &str) -> u32 {
    written(log).values().sum()
}

#[tokio::test(start_paused = true)]
async fn a_held_run_begins_nothing_and_goes_on_where_it_was() {
    // Held while it reads, within the loop, at the sorting, at the second writing.
    for at_ms in [0, 5, 90, 130, 420, 460, 520, 700] {
        let log = format!("held at {at_ms}");
        let flow = written_twice(&log);
        let input = json!([{ "pages": 4, "rows": 3, "wait": 10 }]);
        let (mut handle, journal) = start(&flow, input);
        tokio::time::sleep(Duration::from_millis(at_ms)).await;
        handle.control().pause();
        // What is in flight takes 80 ms at most.
        tokio::time::sleep(Duration::from_millis(150)).await;
        let before = n_written(&log);
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(n_written(&log), before, "nothing is begun at {at_ms} ms");
        let held = journal.events(&RunId::from("r"));
        assert!(held.iter().any(|event| event.what == What::Paused), "at {at_ms} ms");
        handle.control().unpause();

        let mut outputs = handle.outputs.take().expect("outputs were asked for");
        let mut items = Vec::new();
        while let Some(output) = outputs.recv().await {
            items.extend(output.items.iter().map(|item| plain(&item.value)["n"].clone()));
        }
        let outcome = handle.wait().await;
        assert_eq!(outcome.status, RunStatus::Ok);
        assert_eq!(json!(items), json!((0..12).collect::<Vec<_>>()), "at {at_ms} ms");
        // Each is written by both nodes, and never again.
        assert!(written(&log).values().all(|times| *times == 2), "{:?}", written(&log));
        let events = journal.events(&RunId::from("r"));
        let turns = events.iter().filter(|e| matches!(e.what, What::Paused | What::Unpaused));
        assert_eq!(turns.count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_held_run_with_calls_in_flight_is_stopped_at_once() {
    let hour = json!({ "wait": 3_600_000 });
    let flow = flow(json!([{ "id": "call", "type": "test.call", "concurrency": 4 }]), &[]);
    let (handle, journal) = start(&flow, json!([hour, hour, hour, hour, hour, hour]));
    tokio::time::sleep(Duration::from_secs(1)).await;
    handle.control().pause();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(handle.control().is_paused());
    let asked = tokio::time::Instant::now();
    handle.cancel();
    let outcome = handle.wait().await;
    assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?}", asked.elapsed());
    assert_eq!(outcome.status, RunStatus::Cancelled);
    let events = journal.events(&RunId::from("r"));
    let last = events.last().map(|event| &event.what);
    assert!(matches!(last, Some(What::Finished { status: RunStatus::Cancelled, .. })), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_held_before_it_begins_waits() {
    let flow = flow(
        json!([{ "id": "shape", "type": "data.map", "params": { "fields": [{ "to": "n", "from": "n" }] } }]),
        &[],
    );
    let (mut handle, _) = start(&flow, json!([{ "n": 1 }]));
    handle.control().pause();
    let mut outputs = handle.outputs.take().expect("outputs were asked for");
    let waited = tokio::time::timeout(Duration::from_mins(1), outputs.recv()).await;
    assert!(waited.is_err(), "nothing leaves a run that is held");
    handle.control().unpause();
    assert_eq!(outputs.recv().await.map(|output| output.items.len()), Some(1));
}
