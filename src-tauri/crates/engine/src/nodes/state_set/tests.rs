//! Rules of what flows remember, shown on small flows.

use std::sync::Arc;

use flow::run::RunStatus;
use serde_json::{Value as Json, json};

use crate::journal::MemoryJournal;
use crate::services::Services;
use crate::state::{Keep, Kept, MemoryState, Setter, Setting, State};
use crate::tests::{Ran, flow, plain, request, run_by};
use crate::{Engine, EngineOptions, RunRequest};

struct Flows {
    engine: Engine,
    journal: Arc<MemoryJournal>,
    state: Arc<MemoryState>,
}

impl Flows {
    fn new() -> Self {
        let (journal, state) = (Arc::new(MemoryJournal::default()), Arc::<MemoryState>::default());
        let services = Services { state: state.clone(), ..Services::default() };
        let engine =
            Engine::new(EngineOptions { services, journal: journal.clone(), ..Default::default() });
        Self { engine, journal, state }
    }

    async fn run(&self, nodes: Json, wires: &[&str], request: RunRequest) -> Ran {
        // The journal of tests holds one run.
        let journal = Arc::clone(&self.journal);
        let run = request.run.clone();
        let before = journal.events(&run).len();
        assert_eq!(before, 0, "each run has an id of its own");
        run_by(&self.engine, journal, &flow(nodes, wires), request).await
    }

    async fn value(&self, key: &str) -> Json {
        let found = self.state.get(&"test".into(), key).await.unwrap();
        found.as_ref().map_or(Json::Null, plain)
    }
}

fn set(keep: &str) -> Json {
    json!({ "id": "keep", "type": "state.set", "params": {
        "key": "since", "value": "at", "keep": keep } })
}

#[tokio::test(start_paused = true)]
async fn a_value_is_kept_for_the_next_run() {
    let flows = Flows::new();
    let nodes = json!([{ "id": "start", "type": "trigger.manual" }, set("max")]);
    let input = json!([{ "at": "b" }, { "at": "c" }, {}, { "at": "a" }]);
    let ran = flows.run(nodes, &["start>keep"], request(input.clone())).await;
    assert_eq!(json!(ran.items), input, "items pass as they are");
    assert_eq!(flows.value("since").await, json!("c"));

    let read = Flows { journal: Arc::new(MemoryJournal::default()), ..flows };
    let services = Services { state: read.state.clone(), ..Services::default() };
    let journal = read.journal.clone();
    let engine = Engine::new(EngineOptions { services, journal, ..Default::default() });
    let read = Flows { engine, ..read };
    let get = json!({ "id": "get", "type": "state.get", "params": {
        "key": "since", "into": "from", "default": "a" } });
    let nodes = json!([{ "id": "start", "type": "trigger.manual" }, get]);
    let ran = read.run(nodes, &["start>get"], request(json!([{ "id": 1 }]))).await;
    assert_eq!(ran.items, [json!({ "id": 1, "from": "c" })]);
}

#[tokio::test(start_paused = true)]
async fn a_watermark_does_not_move_past_items_whose_write_failed() {
    let flows = Flows::new();
    let nodes = json!([
        { "id": "start", "type": "trigger.manual" },
        { "id": "write", "type": "test.call" },
        set("last")
    ]);
    let input = json!([{ "at": 1 }, { "at": 2 }, { "at": 3, "bad": true }, { "at": 4 }]);
    let ran = flows.run(nodes, &["start>write", "write>keep"], request(input)).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert_eq!(flows.value("since").await, json!(2), "what went well before is done");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_a_run_that_changes_nothing() {
    let flows = Flows::new();
    let nodes = json!([{ "id": "start", "type": "trigger.manual" }, set("last")]);
    let mut request = request(json!([{ "at": 1 }]));
    request.calls.conduct.mode = transport::Mode::DryRun;
    flows.run(nodes, &["start>keep"], request).await;
    assert_eq!(flows.value("since").await, Json::Null);
}

#[test]
fn setting_twice_is_harmless_and_a_run_never_goes_back() {
    let setting = |value: i64, item: u64, keep: Keep| Setting {
        flow: "f".into(),
        key: "k".to_owned(),
        value: data::Value::from(value),
        keep,
        by: Setter { run: "r".into(), place: "n/start:0".to_owned(), item, at: 0 },
    };
    let kept = |value: i64, item: u64| {
        let by = Some(setting(value, item, Keep::Last).by);
        Kept { value: Some(data::Value::from(value)), by }
    };
    let check = |new: Setting, old: Option<Kept>, expect: bool| {
        assert_eq!(new.is_news(old.as_ref()), expect, "{new:?} over {old:?}");
    };
    check(setting(5, 5, Keep::Last), None, true);
    check(setting(5, 5, Keep::Last), Some(kept(5, 5)), false);
    check(setting(3, 3, Keep::Last), Some(kept(5, 5)), false);
    check(setting(3, 8, Keep::Last), Some(kept(5, 5)), true);
    check(setting(3, 8, Keep::Max), Some(kept(5, 5)), false);
    check(setting(7, 8, Keep::Max), Some(kept(5, 5)), true);
    check(setting(7, 8, Keep::Min), Some(kept(5, 5)), false);
    // A value that a person has set, or taken away.
    check(setting(3, 0, Keep::Last), Some(Kept { by: None, ..kept(9, 9) }), true);
    check(setting(3, 0, Keep::Max), Some(Kept { value: None, by: None }), true);
}
