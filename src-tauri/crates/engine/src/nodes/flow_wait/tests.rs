//! Rules of waits, shown on small flows by a clock that stands still.

use std::sync::Arc;
use std::time::Duration;

use flow::run::What;
use serde_json::{Value as Json, json};

use crate::journal::MemoryJournal;
use crate::tests::{Ran, as_wire, check_run, flow, plain, request};
use crate::{Clock, Engine, EngineOptions, RunRequest};

const NOON: i64 = 1_800_000_000_000;

fn waiting(params: &Json) -> flow::file::FlowFile {
    flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "wait", "type": "flow.wait", "params": { "for": params } }
        ]),
        &["start>wait"],
    )
}

fn at_noon(input: Json) -> RunRequest {
    RunRequest { clock: Clock::Fixed(NOON), ..request(input) }
}

/// Runs a flow, and sends these signals after so many milliseconds each.
async fn run_with_signals(params: Json, input: Json, signals: &[(u64, &str, Json)]) -> Ran {
    let journal = Arc::new(MemoryJournal::default());
    let engine = Engine::new(EngineOptions { journal: journal.clone(), ..Default::default() });
    let flow = waiting(&params);
    let handle = engine.prepare(&flow).start(at_noon(input)).expect("the flow has no errors");
    let given = handle.signals();
    let sends = async {
        for (after, name, value) in signals {
            tokio::time::sleep(Duration::from_millis(*after)).await;
            given.send(name, serde_json::from_value(value.clone()).unwrap());
        }
    };
    let (ran, ()) = tokio::join!(check_run(handle, journal), sends);
    ran
}

#[tokio::test(start_paused = true)]
async fn hundreds_of_items_wait_side_by_side_and_leave_in_order() {
    let input: Vec<Json> = (0..500).map(|n| json!({ "n": n, "ms": 60_000 - n * 100 })).collect();
    let began = tokio::time::Instant::now();
    let params = json!({ "type": "duration", "ms": "{{ ms }}" });
    let ran = run_with_signals(params, json!(input), &[]).await;
    assert_eq!(ran.items, input);
    assert!(began.elapsed() < Duration::from_secs(61), "{:?}", began.elapsed());
    let told = ran.events.iter().filter(|event| matches!(event.what, What::Waiting { .. }));
    assert_eq!(told.count(), 500);
}

#[tokio::test(start_paused = true)]
async fn a_wait_until_a_time_ends_then_and_a_time_that_is_past_holds_nothing_up() {
    let began = tokio::time::Instant::now();
    let input = json!([
        { "at": "2020-01-01" },
        { "at": NOON + 90_000 },
        { "at": "2027-01-15T09:01:00+01:00" }
    ]);
    let ran = run_with_signals(json!({ "type": "until", "at": "at" }), input.clone(), &[]).await;
    assert_eq!(json!(ran.items), input);
    assert_eq!(began.elapsed().as_secs(), 90);
    let dues: Vec<i64> = ran
        .events
        .iter()
        .filter_map(|event| match event.what {
            What::Waiting { due, .. } => due,
            _ => None,
        })
        .collect();
    assert_eq!(dues, [NOON + 90_000, NOON + 60_000]);
}

#[tokio::test(start_paused = true)]
async fn a_signal_lets_its_item_go_on_with_what_it_brings() {
    let params = json!({ "type": "signal", "name": "paid-{{ id }}", "into": "payment" });
    let signals = [(0, "paid-2", json!({ "by": "card" })), (5, "paid-1", json!("cash"))];
    let ran = run_with_signals(params, json!([{ "id": 1 }, { "id": 2 }]), &signals).await;
    assert_eq!(
        json!(ran.items),
        json!([{ "id": 1, "payment": "cash" }, { "id": 2, "payment": { "by": "card" } }])
    );
    let outcomes: Vec<&str> = ran
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Answered { outcome, .. } => Some(outcome.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(outcomes, ["signalled", "signalled"]);
}

#[tokio::test(start_paused = true)]
async fn an_item_whose_signal_does_not_come_in_time_leaves_by_a_port_of_its_own() {
    let params = json!({ "type": "signal", "name": "go", "timeout_ms": 3_600_000 });
    let mut flow = waiting(&params);
    let late = json!({ "id": "late", "type": "data.map", "params": {
        "fields": [{ "to": "late", "from": "id" }] } });
    flow.nodes.push(serde_json::from_value(late).unwrap());
    flow.wires.push(serde_json::from_value(as_wire("wait.timed_out>late")).unwrap());
    let began = tokio::time::Instant::now();
    let journal = Arc::new(MemoryJournal::default());
    let engine = Engine::new(EngineOptions { journal: journal.clone(), ..Default::default() });
    let handle = engine.prepare(&flow).start(at_noon(json!([{ "id": 1 }, { "id": 2 }]))).unwrap();
    // Of two that wait for the same, the first one goes on.
    handle.signals().send("go", data::Value::null());
    let ran = check_run(handle, journal).await;
    assert_eq!(ran.items, [json!({ "late": 2 })]);
    assert_eq!(ran.count("wait"), (2, 2, 0));
    assert_eq!(began.elapsed().as_secs(), 3600);
}

#[tokio::test]
async fn where_time_is_jumped_over_nothing_really_waits() {
    let request = |input| {
        let mut request = request(input);
        request.calls.conduct.clock = transport::Clock::jumping();
        request
    };
    let began = std::time::Instant::now();
    let while_ = waiting(&json!({ "type": "duration", "ms": 86_400_000 }));
    let ran = crate::tests::run_with(&while_, request(json!([{ "id": 1 }])), 1 << 20).await;
    assert_eq!(ran.items, [json!({ "id": 1 })]);
    let signal = json!({ "type": "signal", "name": "go", "timeout_ms": 86_400_000 });
    let ran = crate::tests::run_with(&waiting(&signal), request(json!([{ "id": 1 }])), 1).await;
    assert_eq!(ran.items, Vec::<Json>::new(), "it was given up");
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn what_cannot_be_waited_for_is_told_before_the_run() {
    let check = |params: Json, expect: &str| {
        let prepared = Engine::new(EngineOptions::default()).prepare(&waiting(&params));
        let told = prepared.diagnostics().first().map(|d| d.message.clone()).unwrap_or_default();
        assert_eq!(told, expect, "{params}");
    };
    check(
        json!({ "type": "duration", "ms": "soon" }),
        "Give a number of milliseconds, such as 5000.",
    );
    check(
        json!({ "type": "until", "at": "at", "zone": "Mars" }),
        "There is no time zone Mars. Write it as Europe/Berlin.",
    );
    check(json!({ "type": "signal", "name": " " }), "\"Name\" needs a value.");
}

#[test]
fn lengths_of_time_are_words() {
    let check = |ms, expect: &str| assert_eq!(super::in_words(ms), expect);
    check(259_200_000, "3 days");
    check(3_600_000, "1 hour");
    check(90_000, "90 s");
    check(1500, "1500 ms");
    assert_eq!(
        plain(&super::with_added(&data::Value::from(1), "a", data::Value::from(2))),
        json!({ "a": 2 })
    );
}
