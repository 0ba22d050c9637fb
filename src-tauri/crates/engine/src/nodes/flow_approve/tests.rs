//! Rules of approvals, shown on small flows.

use std::sync::Arc;

use flow::run::What;
use serde_json::{Value as Json, json};

use crate::journal::MemoryJournal;
use crate::tests::{Ran, check_run, flow, request};
use crate::{Clock, Engine, EngineOptions};

/// Asks about each item, and answers what is asked by the item's number.
async fn run(params: Json, input: Json, answers: &[Option<Json>]) -> Ran {
    let mut asks = json!({ "question": "Book {{ id }}?" });
    asks.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
    let tell = |to: &str| json!({ "fields": [{ "to": to, "from": "$" }] });
    let flow = flow(
        json!([
            { "id": "start", "type": "trigger.manual" },
            { "id": "ask", "type": "flow.approve", "params": asks },
            { "id": "yes", "type": "data.map", "params": tell("yes") },
            { "id": "no", "type": "data.map", "params": tell("no") },
            { "id": "late", "type": "data.map", "params": tell("late") }
        ]),
        if asks_end(&params) {
            &["start>ask", "ask.approved>yes", "ask.rejected>no", "ask.timed_out>late"]
        } else {
            &["start>ask", "ask.approved>yes", "ask.rejected>no", "start>late"]
        },
    );
    let journal = Arc::new(MemoryJournal::default());
    let engine = Engine::new(EngineOptions { journal: journal.clone(), ..Default::default() });
    let mut request = request(input);
    request.clock = Clock::Fixed(0);
    let handle = engine.prepare(&flow).start(request).expect("the flow has no errors");
    for (index, answer) in answers.iter().enumerate() {
        if let Some(answer) = answer {
            let item = format!("start:0/{index}");
            let name = format!("r/ask/{item}/approve");
            handle.signals().send(&name, serde_json::from_value(answer.clone()).unwrap());
        }
    }
    check_run(handle, journal).await
}

fn asks_end(params: &Json) -> bool {
    params.get("timeout_ms").is_some() || params.get("due").is_some()
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_may_be_changed_and_what_is_not_goes_another_way() {
    let input = json!([{ "id": 1 }, { "id": 2 }, { "id": 3 }, { "id": 4 }]);
    let answers = [
        Some(json!({ "approve": true })),
        Some(json!({ "approve": true, "value": { "id": 2, "total": 9 }, "note": "rounded" })),
        Some(json!({ "approve": false, "note": "no stock", "value": { "id": 99 } })),
        None,
    ];
    let ran = run(json!({ "timeout_ms": 60_000, "into": "review" }), input, &answers).await;
    let mut items = ran.items.clone();
    items.sort_by_key(ToString::to_string);
    assert_eq!(
        items,
        [
            json!({ "late": { "id": 4 } }),
            json!({ "no": { "id": 3, "review": { "approved": false, "note": "no stock" } } }),
            json!({ "yes": { "id": 1, "review": { "approved": true, "note": "" } } }),
            json!({ "yes": { "id": 2, "total": 9, "review": { "approved": true, "note": "rounded" } } }),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn each_question_is_told_with_its_item_and_until_when() {
    let input = json!([{ "id": 1, "until": "1970-01-01T00:01:00Z" }]);
    let ran = run(json!({ "due": "until" }), input.clone(), &[None]).await;
    let asked: Vec<&What> = ran
        .events
        .iter()
        .map(|event| &event.what)
        .filter(|what| matches!(what, What::Asked { .. } | What::Answered { .. }))
        .collect();
    let [What::Asked { question, value, due, signal, .. }, What::Answered { outcome, .. }] =
        asked[..]
    else {
        panic!("{asked:?}");
    };
    assert_eq!(question.as_deref(), Some("Book 1?"));
    assert_eq!(crate::tests::plain(value), input[0]);
    assert_eq!(*due, Some(60_000));
    assert_eq!(signal, "r/ask/start:0/0/approve");
    assert_eq!(outcome, "timed out");
}
