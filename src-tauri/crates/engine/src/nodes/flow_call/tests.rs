//! Rules of calls between flows, shown with flows in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use data::Value;
use flow::file::FlowFile;
use flow::id::{FlowId, RunId};
use flow::run::{ErrorClass, RunStatus};
use futures::future::{BoxFuture, ready};
use serde_json::{Value as Json, json};

use super::{CalledFlow, FlowCall, MAX_DEPTH, run_of};
use crate::called::{Flows, no_flow};
use crate::journal::MemoryJournal;
use crate::services::Services;
use crate::step::{StepError, StepResult};
use crate::tests::{Ran, flow, request, run_by};
use crate::{Engine, EngineOptions, RunRequest};

/// Flows in memory, each run to its end where it is called.
#[derive(Default)]
struct MemoryFlows {
    flows: HashMap<FlowId, FlowFile>,
    engine: OnceLock<Engine>,
    calls: Mutex<Vec<FlowCall>>,
}

impl std::fmt::Debug for MemoryFlows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryFlows")
    }
}

#[derive(Debug)]
struct Known(Weak<MemoryFlows>);

impl Flows for Known {
    fn find<'a>(
        &'a self,
        flow: &'a FlowId,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, StepResult<Arc<CalledFlow>>> {
        let known = self.0.upgrade().expect("the test holds it");
        Box::pin(ready(known.flows.get(flow).ok_or_else(|| no_flow(flow)).map(|file| {
            Arc::new(CalledFlow {
                name: file.name.clone(),
                version: version.unwrap_or("now").to_owned(),
                contract: file.contract.clone(),
            })
        })))
    }

    fn call(&self, call: FlowCall) -> BoxFuture<'_, StepResult<Vec<Value>>> {
        let known = self.0.upgrade().expect("the test holds it");
        known.calls.lock().unwrap().push(call.clone());
        Box::pin(async move {
            let file = known.flows.get(&call.flow).ok_or_else(|| no_flow(&call.flow))?;
            let request = RunRequest {
                input: call.input,
                root: Some(call.root),
                callers: call.callers,
                outputs: Some(4),
                ..RunRequest::new(call.run, call.now)
            };
            let engine = known.engine.get().expect("the test has set it");
            let mut run = engine.prepare(file).start(request).expect("the flow has no errors");
            let mut outputs = run.outputs.take().expect("outputs were asked for");
            let mut given = Vec::new();
            while let Some(output) = outputs.recv().await {
                given.extend(output.items.into_iter().map(|item| item.value));
            }
            let outcome = run.wait().await;
            match outcome.error {
                Some(error) => Err(StepError::terminal(error.class, error.message)),
                None => Ok(given),
            }
        })
    }

    fn start(&self, call: FlowCall) -> BoxFuture<'_, StepResult<()>> {
        let known = self.0.upgrade().expect("the test holds it");
        known.calls.lock().unwrap().push(call);
        Box::pin(ready(Ok(())))
    }
}

/// Runs the flow `main` that calls `called` with these params.
async fn call(called: FlowFile, params: Json, input: Json) -> (Ran, Vec<FlowCall>) {
    let known = Arc::new(MemoryFlows {
        flows: HashMap::from([(called.id.clone(), called)]),
        ..MemoryFlows::default()
    });
    let journal = Arc::new(MemoryJournal::default());
    let flows: Arc<dyn Flows> = Arc::new(Known(Arc::downgrade(&known)));
    let services = Services { flows, ..Services::default() };
    let engine =
        Engine::new(EngineOptions { services, journal: journal.clone(), ..Default::default() });
    known.engine.set(engine.clone()).ok().expect("it is set once");
    let main = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "call", "type": "flow.call", "params": params }
        ]),
        &["start>call"],
    );
    let ran = run_by(&engine, journal, &main, request(input)).await;
    let calls = known.calls.lock().unwrap().clone();
    (ran, calls)
}

fn doubling() -> FlowFile {
    let mut file = flow(
        json!([
            { "id": "begin", "type": "trigger.manual" },
            { "id": "double", "type": "data.map", "params": {
                "fields": [{ "to": "n", "from": "n * 2" }] } }
        ]),
        &["begin>double"],
    );
    file.id = "doubling".into();
    file.name = "Doubling".to_owned();
    let contract = json!({
        "input": { "type": "object", "required": ["n"], "properties": { "n": { "type": "number" } } },
        "output": { "properties": { "n": { "maximum": 100 } } }
    });
    file.contract = serde_json::from_value(contract).expect("the contract can be read");
    file
}

#[tokio::test(start_paused = true)]
async fn results_come_as_items_as_one_value_or_into_the_item() {
    let check = async |params: Json, input: Json, expect: Json| {
        let (ran, _) = call(doubling(), params, input).await;
        assert_eq!(json!(ran.items), expect, "{:?}", ran.outcome.error);
    };
    check(
        json!({ "flow": "doubling" }),
        json!([{ "n": 1 }, { "n": 2 }]),
        json!([{ "n": 2 }, { "n": 4 }]),
    )
    .await;
    check(
        json!({ "flow": "doubling", "input": "lines", "into": "done" }),
        json!([{ "lines": [{ "n": 1 }, { "n": 2 }] }]),
        json!([{ "lines": [{ "n": 1 }, { "n": 2 }], "done": [{ "n": 2 }, { "n": 4 }] }]),
    )
    .await;
    check(
        json!({ "flow": "doubling", "results": "one", "into": "done" }),
        json!([{ "n": 1 }]),
        json!([{ "n": 1, "done": { "n": 2 } }]),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_does_not_meet_the_contract_is_an_error_before_or_after_the_call() {
    let check = async |n: Json, n_calls: usize, expect: &str| {
        let (ran, calls) =
            call(doubling(), json!({ "flow": "doubling" }), json!([{ "n": n }])).await;
        let error = ran.outcome.error.expect("it fails");
        assert_eq!((error.class, error.message.as_str()), (ErrorClass::Validation, expect));
        assert_eq!(calls.len(), n_calls);
    };
    check(
        json!("x"),
        0,
        "It does not meet what the flow \"Doubling\" says that it takes: /n is \"x\", but must be a number.",
    )
    .await;
    check(
        json!(60),
        1,
        "It does not meet what the flow \"Doubling\" says that it gives: /n is 120, but must be at most 100.",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn flows_that_call_themselves_end_with_the_chain_in_words() {
    let mut endless = flow(
        json!([
            { "id": "begin", "type": "trigger.manual" },
            { "id": "again", "type": "flow.call", "params": { "flow": "endless" } }
        ]),
        &["begin>again"],
    );
    endless.id = "endless".into();
    let (ran, calls) = call(endless, json!({ "flow": "endless" }), json!([{}])).await;
    let error = ran.outcome.error.expect("it fails");
    assert_eq!(error.class, ErrorClass::Guard);
    assert!(
        error.message.contains("more than 16 deep: test calls endless calls endless"),
        "{}",
        error.message
    );
    assert_eq!(calls.len(), MAX_DEPTH);
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_is_not_waited_for_gives_its_run() {
    let params = json!({ "flow": "doubling", "wait": false, "into": "job" });
    let (ran, calls) = call(doubling(), params, json!([{ "n": 1 }])).await;
    let [FlowCall { run, input, .. }] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!(ran.items, [json!({ "n": 1, "job": { "run": run.as_str() } })]);
    assert_eq!(input.len(), 1);
    assert_eq!(ran.outcome.status, RunStatus::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_is_not_there_is_said_so() {
    let (ran, _) = call(doubling(), json!({ "flow": "halving" }), json!([{ "n": 1 }])).await;
    let error = ran.outcome.error.expect("it fails");
    assert_eq!(error.message, "There is no flow \"halving\".");
}

#[test]
fn the_same_step_has_the_same_run_and_ids_do_not_grow() {
    let first = run_of(&RunId::from("0abc"), "call/start:0/call");
    assert_eq!(first, run_of(&RunId::from("0abc"), "call/start:0/call"));
    assert_ne!(first, run_of(&RunId::from("0abc"), "call/start:0/call/2"));
    let second = run_of(&first, "call/start:0/call");
    assert_eq!(first.as_str().len(), second.as_str().len());
    assert!(first.as_str().starts_with("0abc-"), "{first}");
}
