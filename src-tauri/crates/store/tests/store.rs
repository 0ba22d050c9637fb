//! The rules of the database, each by its name.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::path::PathBuf;
use std::sync::Arc;

use flow::id::{FlowId, NodeId, RunId};
use flow::run::RunStatus;
use store::{
    Append, FlowChange, History, LargeValue, Lasts, NewFlow, ResumedBy, RunQuery, RunRow, RunStart,
    SampleChunk, SnapshotId, Step, StepBatch, Store, StoreError,
};
use tempfile::TempDir;

struct Place {
    _folder: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gantry.db");
    Place { _folder: folder, path }
}

fn new_flow(id: &str) -> NewFlow {
    NewFlow {
        id: id.into(),
        name: "Orders".to_owned(),
        file: "{\"n\":0}".to_owned(),
        layout: "{}".to_owned(),
        at: 1,
    }
}

fn change(id: &str, rev: u64, file: &str, history: History) -> FlowChange {
    let file = Some((file.to_owned(), "Orders".to_owned()));
    FlowChange { id: id.into(), rev, file, layout: None, history, at: 2 }
}

fn step(label: &str) -> Step {
    Step { label: label.to_owned(), edit: "{}".to_owned(), inverse: format!("\"{label}\"") }
}

fn row(id: &str, flow: &str, status: RunStatus) -> RunRow {
    RunRow {
        id: id.into(),
        flow: flow.into(),
        flow_name: "Orders".to_owned(),
        rev: 1,
        trigger: "manual".to_owned(),
        status,
        started_at: 5,
        took_ms: None,
        items: 0,
        rejected: 0,
        summary: String::new(),
        snapshot: SnapshotId::of("{}", "{}"),
        parent: None,
    }
}

fn append(id: &str, row: RunRow) -> Append {
    Append { row: Some(row), ..Append::to(id.into()) }
}

fn chunk(node: &str, port: &str, items: &[&str]) -> SampleChunk {
    let items_json = format!("[{}]", items.join(","));
    SampleChunk {
        node: node.into(),
        port: port.to_owned(),
        count: items.len() as u64,
        items: items_json.into_bytes(),
    }
}

#[tokio::test]
async fn a_newer_database_is_refused_with_words_and_left_alone() {
    let place = place();
    drop(Store::open(&place.path).unwrap());
    let connection = rusqlite::Connection::open(&place.path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = Store::open(&place.path).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error:?}");
    assert!(error.to_string().contains("update Gantry"), "{error}");
}

#[tokio::test]
async fn undo_and_redo_survive_a_restart() {
    let place = place();
    let id = FlowId::from("orders");
    let store = Store::open(&place.path).unwrap();
    store.create_flow(new_flow("orders")).await.unwrap();
    let first = change("orders", 1, "{\"n\":1}", History::Push(step("one")));
    assert_eq!(store.change_flow(first).await.unwrap(), 2);
    let second = change("orders", 2, "{\"n\":2}", History::Push(step("two")));
    assert_eq!(store.change_flow(second).await.unwrap(), 3);
    drop(store);

    let store = Store::open(&place.path).unwrap();
    assert_eq!(store.undo_step(&id).unwrap().unwrap().inverse, "\"two\"");
    store.change_flow(change("orders", 3, "{\"n\":1}", History::Undo)).await.unwrap();
    drop(store);

    let store = Store::open(&place.path).unwrap();
    let flow = store.flow(&id).unwrap();
    assert_eq!(
        (flow.rev, flow.undo.as_deref(), flow.redo.as_deref()),
        (4, Some("one"), Some("two"))
    );
    store.change_flow(change("orders", 4, "{\"n\":2}", History::Redo)).await.unwrap();
    let flow = store.flow(&id).unwrap();
    assert_eq!((flow.undo.as_deref(), flow.redo), (Some("two"), None));
}

#[tokio::test]
async fn a_new_edit_forgets_what_could_be_redone() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    store.create_flow(new_flow("orders")).await.unwrap();
    store.change_flow(change("orders", 1, "1", History::Push(step("one")))).await.unwrap();
    store.change_flow(change("orders", 2, "0", History::Undo)).await.unwrap();
    store.change_flow(change("orders", 3, "3", History::Push(step("three")))).await.unwrap();
    let flow = store.flow(&"orders".into()).unwrap();
    assert_eq!((flow.undo.as_deref(), flow.redo), (Some("three"), None));
}

#[tokio::test]
async fn a_change_for_an_old_rev_is_refused_even_from_another_process() {
    let place = place();
    let (one, other) = (Store::open(&place.path).unwrap(), Store::open(&place.path).unwrap());
    one.create_flow(new_flow("orders")).await.unwrap();
    let edit = || change("orders", 1, "{}", History::Push(step("x")));
    let (a, b) = tokio::join!(one.change_flow(edit()), other.change_flow(edit()));
    let refused = [a, b].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(
        matches!(refused[..], [StoreError::Stale { expected: 1, found: 2, .. }]),
        "{refused:?}"
    );
    assert_eq!(one.rev(&"orders".into()).unwrap(), Some(2));
}

#[tokio::test]
async fn a_refused_change_does_not_take_others_with_it() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    store.create_flow(new_flow("orders")).await.unwrap();
    let (again, fresh) =
        tokio::join!(store.create_flow(new_flow("orders")), store.create_flow(new_flow("others")));
    assert_eq!(again, Err(StoreError::Exists { id: "orders".to_owned() }));
    assert_eq!(fresh, Ok(()));
    assert_eq!(store.flows().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_writers_and_two_processes_never_meet_a_lock() {
    let place = place();
    let stores =
        [Arc::new(Store::open(&place.path).unwrap()), Arc::new(Store::open(&place.path).unwrap())];
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..32 {
        let store = Arc::clone(&stores[writer % 2]);
        writers.spawn(async move {
            for n in 0..20 {
                let id = format!("{writer:02}-{n:02}");
                let appends = vec![append(&id, row(&id, "orders", RunStatus::Ok))];
                store.append(appends).await.done().await?;
                store.runs(&RunQuery { limit: 5, ..RunQuery::default() })?;
            }
            Ok::<(), StoreError>(())
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap().unwrap();
    }
    let all = RunQuery { limit: 1000, ..RunQuery::default() };
    assert_eq!(stores[0].runs(&all).unwrap().len(), 640);
}

#[tokio::test]
async fn what_waits_is_committed_before_the_store_closes() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    for n in 0..500 {
        let id = format!("{n:04}");
        drop(store.append(vec![append(&id, row(&id, "orders", RunStatus::Ok))]).await);
    }
    drop(store);
    let store = Store::open(&place.path).unwrap();
    let all = RunQuery { limit: 1000, ..RunQuery::default() };
    assert_eq!(store.runs(&all).unwrap().len(), 500);
}

#[tokio::test]
async fn runs_are_listed_by_flow_and_status_in_pages() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    for n in 0..10 {
        let id = format!("{n:04}");
        let flow = if n % 2 == 0 { "even" } else { "odd" };
        let status = if n % 5 == 0 { RunStatus::Failed } else { RunStatus::Ok };
        store.append(vec![append(&id, row(&id, flow, status))]).await.done().await.unwrap();
    }
    let ids = |flow: Option<&str>, status, before: Option<&str>, limit| -> Vec<String> {
        let query = RunQuery {
            flow: flow.map(Into::into),
            status,
            before: before.map(Into::into),
            limit,
            ..RunQuery::default()
        };
        store.runs(&query).unwrap().iter().map(|run| run.id.to_string()).collect()
    };
    assert_eq!(ids(None, None, None, 2), ["0009", "0008"]);
    assert_eq!(ids(None, None, Some("0008"), 2), ["0007", "0006"]);
    assert_eq!(ids(Some("even"), None, None, 2), ["0008", "0006"]);
    assert_eq!(ids(None, Some(RunStatus::Failed), None, 9), ["0005", "0000"]);
    assert_eq!(ids(Some("odd"), Some(RunStatus::Failed), None, 9), ["0005"]);
    assert_eq!(ids(Some("even"), Some(RunStatus::Ok), None, 9), ["0008", "0006", "0004", "0002"]);
}

#[tokio::test]
async fn kept_items_are_read_in_pages_over_shared_and_own_rows() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    let (run, node) = (RunId::from("r"), NodeId::from("orders"));
    let large = format!("\"{}\"", "x".repeat(40_000));
    for samples in [
        vec![chunk("orders", "out", &["1", "2"]), chunk("big", "kept", &["9"])],
        vec![chunk("orders", "out", &["3", &large]), chunk("big", "kept", &["8"])],
        vec![chunk("orders", "out", &["5"])],
    ] {
        let append = Append { samples, ..Append::to(run.clone()) };
        store.append(vec![append]).await.done().await.unwrap();
    }
    let page = |port, offset, limit| {
        let (kept, items) = store.samples(&run, &node, port, offset, limit).unwrap();
        (
            kept,
            items.iter().map(|i| i.get().chars().take(2).collect::<String>()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(page("out", 0, 3).1, ["1", "2", "3"]);
    assert_eq!(page("out", 1, 3).1, ["2", "3", "\"x"]);
    assert_eq!(page("out", 4, 3), (5, vec!["5".to_owned()]));
    assert_eq!(page("error", 0, 3), (0, vec![]));
    assert_eq!(store.samples(&run, &"big".into(), "kept", 0, 9).unwrap().0, 2);
}

#[tokio::test]
async fn only_the_runs_of_a_dead_process_are_ended() {
    let place = place();
    let alive = Store::open(&place.path).unwrap();
    let running = append("a", row("a", "orders", RunStatus::Running));
    alive.append(vec![running]).await.done().await.unwrap();
    let other = Store::open(&place.path).unwrap();
    assert_eq!(other.end_interrupted("it can be resumed", "it was cut off").await.unwrap(), []);
    drop(alive);
    assert_eq!(
        other.end_interrupted("it can be resumed", "it was cut off").await.unwrap(),
        [RunId::from("a")]
    );
    let run = other.run(&"a".into()).unwrap();
    assert_eq!((run.status, run.summary.as_str()), (RunStatus::Failed, "it was cut off"));
}

#[tokio::test]
async fn a_deleted_run_takes_its_events_and_items_along() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    let mut full = append("a", row("a", "orders", RunStatus::Ok));
    full.events = Some((0, b"[]".to_vec()));
    full.samples = vec![chunk("orders", "out", &["1"])];
    store.append(vec![full]).await.done().await.unwrap();
    assert_eq!(store.events(&"a".into()).unwrap(), [b"[]"]);
    store.delete_run(&"a".into()).await.unwrap();
    assert!(store.events(&"a".into()).unwrap().is_empty());
    assert_eq!(store.samples(&"a".into(), &"orders".into(), "out", 0, 9).unwrap().0, 0);
    assert!(matches!(store.run(&"a".into()), Err(StoreError::NotFound { .. })));
}

#[test]
fn a_file_that_is_no_database_is_told_as_damaged() {
    let place = place();
    std::fs::write(&place.path, "this is not a database, it only has its name".repeat(99)).unwrap();
    let error = Store::open(&place.path).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

fn content(rows: &str, n_rows: u64) -> store::TableContent {
    store::TableContent { columns: "[]".to_owned(), rows: rows.to_owned(), n_rows }
}

fn table_change(rev: u64, rows: &str, history: History) -> store::TableChange {
    store::TableChange { name: "Units".to_owned(), rev, content: content(rows, 1), history, at: 3 }
}

#[tokio::test]
async fn a_table_is_changed_once_for_each_rev_and_its_edits_can_be_undone() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    store.create_table("Units", content("[]", 0), 1).await.unwrap();
    let again = store.create_table("units", content("[]", 0), 1).await;
    assert_eq!(again, Err(StoreError::TableExists { name: "units".to_owned() }));

    let one = table_change(1, "[[1]]", History::Push(step("One")));
    assert_eq!(store.change_table(one.clone()).await, Ok(2));
    let stale = store.change_table(one).await;
    assert!(
        matches!(stale, Err(StoreError::StaleTable { expected: 1, found: 2, .. })),
        "{stale:?}"
    );

    let table = store.table("units").unwrap();
    assert_eq!(
        (table.rows.as_str(), table.undo.as_deref(), table.redo),
        ("[[1]]", Some("One"), None)
    );
    assert_eq!(store.table_undo_step("Units").unwrap(), Some(step("One")));
    store.change_table(table_change(2, "[]", History::Undo)).await.unwrap();
    drop(store);

    let store = Store::open(&place.path).unwrap();
    let table = store.table("Units").unwrap();
    assert_eq!((table.undo, table.redo.as_deref()), (None, Some("One")));
    store.change_table(table_change(3, "[[1]]", History::Redo)).await.unwrap();
    assert_eq!(store.tables().unwrap().len(), 1);
    store.delete_table("Units").await.unwrap();
    assert!(matches!(store.table("Units"), Err(StoreError::NotFound { .. })));
    assert_eq!(store.table_rev("Units"), Ok(None));
}

#[tokio::test]
async fn edits_of_a_large_table_do_not_pile_up_without_end() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    store.create_table("Units", content("[]", 0), 1).await.unwrap();
    let large = "x".repeat(20 << 20);
    for rev in 1..=5 {
        let step = Step { label: rev.to_string(), edit: large.clone(), inverse: large.clone() };
        store.change_table(table_change(rev, "[]", History::Push(step))).await.unwrap();
    }
    let mut n_undone = 0;
    let mut rev = 6;
    while store.table_undo_step("Units").unwrap().is_some() {
        rev = store.change_table(table_change(rev, "[]", History::Undo)).await.unwrap();
        n_undone += 1;
    }
    assert_eq!(n_undone, 1, "64 MB hold one edit of 40 MB");
}

fn steps(bytes: &[u8], values: Vec<LargeValue>, lasts: Lasts) -> StepBatch {
    StepBatch { bytes: bytes.to_vec(), values, lasts }
}

fn kept_steps(store: &Store, run: &str) -> Vec<Vec<u8>> {
    let mut kept = Vec::new();
    let visit = |n, batch: &[u8]| {
        assert_eq!(store.step_batch(n).unwrap(), batch);
        kept.push(batch.to_vec());
        Ok(())
    };
    store.each_step_batch(&run.into(), visit).unwrap();
    kept
}

#[tokio::test]
async fn a_run_that_can_be_resumed_is_interrupted_and_taken_once() {
    let place = place();
    let dead = Store::open(&place.path).unwrap();
    let start = RunStart { request: "{}".to_owned(), input: Some(vec![1]) };
    let appends = vec![
        Append {
            start: Some(start.clone()),
            events: Some((0, b"[{},{}]".to_vec())),
            samples: vec![chunk("orders", "out", &["1"])],
            ..append("a", row("a", "orders", RunStatus::Paused))
        },
        append("b", row("b", "orders", RunStatus::Running)),
    ];
    dead.append(appends).await.done().await.unwrap();
    drop(dead);
    let store = Store::open(&place.path).unwrap();
    assert_eq!(store.end_interrupted("go on", "lost").await.unwrap().len(), 2);
    let stands = |id: &str| {
        let row = store.run(&id.into()).unwrap();
        (row.status, row.summary)
    };
    assert_eq!(stands("a"), (RunStatus::Interrupted, "go on".to_owned()));
    assert_eq!(stands("b"), (RunStatus::Failed, "lost".to_owned()));
    let run = RunId::from("a");
    assert_eq!(store.next_seq(&run).unwrap(), 2);
    assert_eq!(store.run_start(&run).unwrap(), Some((start, 0)));
    let claims = [ResumedBy::Program, ResumedBy::User];
    let (first, second) =
        tokio::join!(store.claim_run(&run, claims[0]), store.claim_run(&run, claims[1]));
    assert_eq!((first.unwrap(), second.unwrap()), (true, false));
    assert_eq!(stands("a"), (RunStatus::Running, String::new()));
    assert_eq!(store.run_start(&run).unwrap().unwrap().1, 1);
    assert_eq!(store.samples(&run, &"orders".into(), "out", 0, 9).unwrap().0, 0);
    assert_eq!(store.end_interrupted("go on", "lost").await.unwrap(), []);
}

#[tokio::test]
async fn steps_are_kept_in_order_until_the_run_is_ok_or_deleted() {
    let place = place();
    let store = Store::open(&place.path).unwrap();
    let large = LargeValue::new(vec![7; 300_000]);
    for (run, end) in [("a", Some(RunStatus::Ok)), ("b", Some(RunStatus::Failed)), ("c", None)] {
        for (lasts, bytes) in [(Lasts::Power, b"1"), (Lasts::Process, b"2")] {
            let values = vec![large.clone()];
            let append =
                Append { steps: Some(steps(bytes, values, lasts)), ..Append::to(run.into()) };
            store.append(vec![append]).await.done().await.unwrap();
        }
        let status = end.unwrap_or(RunStatus::Running);
        store.append(vec![append(run, row(run, "orders", status))]).await.done().await.unwrap();
    }
    let value = |run: &str| store.step_value(&run.into(), &large.hash);
    assert_eq!(kept_steps(&store, "a"), Vec::<Vec<u8>>::new());
    assert_eq!(value("a"), None);
    assert_eq!(kept_steps(&store, "b"), [b"1", b"2"]);
    assert_eq!(value("b"), Some(large.bytes.clone()));
    let (run, step) = (RunId::from("b"), vec!["send/1/call".to_owned()]);
    store.decide(&run, step.clone(), "repeat").await.unwrap();
    store.decide(&run, step, "done").await.unwrap();
    let decided = ("send/1/call".to_owned(), "done".to_owned());
    assert_eq!(store.decisions(&run).unwrap(), [decided]);
    let signal = store.add_signal(&run, "paid", "{}".to_owned(), 5).await.unwrap();
    assert_eq!(store.signals(&run).unwrap()[0].name, "paid");
    store.delete_run(&run).await.unwrap();
    assert_eq!(kept_steps(&store, "b"), Vec::<Vec<u8>>::new());
    assert_eq!((value("b"), store.decisions(&run).unwrap()), (None, vec![]));
    assert_eq!(store.signals(&run).unwrap(), []);
    assert!(!store.remove_signal(signal).await.unwrap());
    assert_eq!(value("c"), Some(large.bytes.clone()));
}
