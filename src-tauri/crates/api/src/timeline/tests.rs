//! What a waterfall shows of a run.

use flow::file::FlowFile;
use flow::run::{NodeCounts, NodeStatus, RunStatus};
use serde_json::json;

use super::*;

/// `read` feeds `slow` and `quick`, which feed the loop `each` with `send` inside, and then `done`.
fn checked() -> Checked {
    let file: FlowFile = serde_json::from_value(json!({
        "gantry": 1, "id": "f", "name": "F",
        "nodes": [
            { "id": "read", "type": "trigger.manual", "name": "Read" },
            { "id": "slow", "type": "data.map", "params": { "fields": [] } },
            { "id": "quick", "type": "data.map", "params": { "fields": [] } },
            { "id": "each", "type": "scope.loop", "body": { "nodes": [
                { "id": "send", "type": "http.request", "name": "Send", "params": { "url": "http://127.0.0.1/" } } ],
                "wires": [] } },
            { "id": "done", "type": "data.map", "params": { "fields": [] } },
        ],
        "wires": [{ "from": "read", "to": "slow" }, { "from": "read", "to": "quick" },
                  { "from": "slow", "to": "each" }, { "from": "quick", "to": "each" },
                  { "from": "each", "to": "done" }],
    }))
    .unwrap();
    flow::check::check(&file, &crate::catalogue())
}

fn drawn(events: Vec<(Timestamp, What)>, now: Option<Timestamp>) -> Timeline {
    let checked = checked();
    let mut drawing = Drawing::of(&checked);
    for (seq, (at, what)) in (0..).zip(events) {
        drawing.take(RunEvent { seq, at, what });
    }
    drawing.finish(now)
}

fn started(node: &str) -> What {
    What::NodeStarted { node: node.into() }
}

fn finished(node: &str) -> What {
    let counts = NodeCounts::default();
    What::NodeFinished { node: node.into(), status: NodeStatus::Ok, counts, error: None }
}

fn called(at: Timestamp, took_ms: u64, status: u16, attempt: u32) -> What {
    let exchange = Exchange {
        at,
        took_ms,
        attempt,
        method: "POST".to_owned(),
        url: "http://shop/orders".to_owned(),
        status: Some(status),
        ..Exchange::default()
    };
    What::Called { node: "send".into(), item: "read:0".to_owned(), exchange: Box::new(exchange) }
}

fn waiting(wait_ms: u64, due: Option<Timestamp>) -> What {
    let (node, item, reason) = ("send".into(), "read:0".to_owned(), "2 a second".to_owned());
    What::Waiting { node, item, wait_ms, reason, due }
}

fn retrying(wait_ms: u64) -> What {
    let (node, item, reason) = ("send".into(), "read:0".to_owned(), "It broke.".to_owned());
    What::Retrying { node, item, attempt: 1, tries: 3, wait_ms, reason }
}

fn end() -> What {
    What::Finished { status: RunStatus::Ok, took_ms: 0, summary: String::new() }
}

fn whole_run() -> Vec<(Timestamp, What)> {
    vec![
        (1000, What::Started { trigger: "manual".to_owned() }),
        (1000, started("read")),
        (1010, finished("read")),
        (1010, started("slow")),
        (1010, started("quick")),
        (1050, finished("quick")),
        (1400, finished("slow")),
        (1400, started("each")),
        (1400, started("send")),
        (1400, waiting(2000, None)),
        (3500, called(3400, 100, 503, 1)),
        (3500, retrying(500)),
        (4100, called(4000, 100, 200, 2)),
        (4100, finished("send")),
        (4100, finished("each")),
        (4100, started("done")),
        (4110, finished("done")),
        (4110, end()),
    ]
}

#[test]
fn each_node_has_a_lane_with_what_it_did_and_waited_for() {
    let timeline = drawn(whole_run(), None);
    assert_eq!((timeline.began, timeline.ended, timeline.more), (1000, 4110, false));
    let lanes: Vec<(&str, u32, bool)> =
        timeline.lanes.iter().map(|l| (l.node.as_str(), l.depth, l.critical)).collect();
    assert_eq!(
        lanes,
        [
            ("read", 0, true),
            ("slow", 0, true),
            ("quick", 0, false),
            ("each", 0, true),
            ("send", 1, true),
            ("done", 0, true),
        ]
    );
    let send = &timeline.lanes[4];
    assert_eq!(send.name, "Send");
    let bars: Vec<(BarKind, Timestamp, u64, bool)> =
        send.bars.iter().map(|b| (b.kind, b.began, b.took_ms, b.failed)).collect();
    assert_eq!(
        bars,
        [
            (BarKind::Work, 1400, 2700, false),
            (BarKind::Limit, 1400, 2000, false),
            (BarKind::Call, 3400, 100, true),
            (BarKind::Retry, 3500, 500, false),
            (BarKind::Call, 4000, 100, false),
        ]
    );
    assert_eq!(
        timeline.summary,
        "\"Send\" took the most time, 2.7 s of 3.1 s; 2.0 s of it waited for the rate that the \
         system allows."
    );
}

#[test]
fn a_run_under_way_reaches_to_now_and_a_pause_no_further() {
    let mut events = whole_run();
    events.truncate(10);
    events.push((1500, What::Paused));
    let timeline = drawn(events, Some(2400));
    assert_eq!(timeline.ended, 2400);
    let send = timeline.lanes.iter().find(|lane| lane.node.as_str() == "send").unwrap();
    assert_eq!(send.ended, 2400);
    let paused = send.bars.iter().find(|bar| bar.kind == BarKind::Paused).unwrap();
    assert_eq!((paused.began, paused.took_ms), (1500, 900));
    let limit = send.bars.iter().find(|bar| bar.kind == BarKind::Limit).unwrap();
    assert_eq!(limit.took_ms, 1000);
    // What was over by then was not held.
    let read = &timeline.lanes[0];
    assert!(read.bars.iter().all(|bar| bar.kind == BarKind::Work));
}

#[test]
fn the_time_between_two_processes_is_shown_as_such() {
    let mut events = whole_run();
    events.truncate(10);
    events.extend([
        (9000, What::Resumed { steps: 3 }),
        (9000, started("send")),
        (9100, finished("send")),
        (9100, end()),
    ]);
    let timeline = drawn(events, None);
    let send = timeline.lanes.iter().find(|lane| lane.node.as_str() == "send").unwrap();
    assert_eq!((send.began, send.ended), (1400, 9100));
    let gap = send.bars.iter().find(|bar| bar.kind == BarKind::Paused).unwrap();
    assert_eq!((gap.began, gap.took_ms), (1400, 7600));
    assert_eq!(gap.text, "Gantry was not running.");
}

#[test]
fn who_is_asked_is_waited_for() {
    let key = || ("send".into(), "read:0".to_owned(), "ok?".to_owned());
    let asked = |question: Option<&str>| {
        let (node, item, signal) = key();
        let question = question.map(str::to_owned);
        What::Asked { node, item, signal, question, value: data::Value::null(), due: None }
    };
    let (node, item, signal) = key();
    let answered = What::Answered { node, item, signal, outcome: "approved".to_owned() };
    let timeline = drawn(
        vec![
            (0, started("send")),
            (10, asked(Some("Send it?"))),
            (70, answered),
            (80, asked(None)),
        ],
        Some(100),
    );
    let bars = &timeline.lanes[0].bars[1..];
    assert_eq!((bars[0].kind, bars[0].began, bars[0].took_ms), (BarKind::Wait, 10, 60));
    assert_eq!(bars[0].text, "Send it?: approved");
    assert_eq!((bars[1].began, bars[1].took_ms), (80, 20));
    assert_eq!(bars[1].text, "waits for \"ok?\": no answer yet");
}

#[test]
fn of_too_many_bars_the_failed_and_the_longest_are_shown() {
    let mut events = vec![(0, started("send"))];
    for n in 0..MOST_BARS as i64 + 500 {
        let status = if n == 3 { 500 } else { 200 };
        events.push((n, called(n, n as u64 % 10, status, 1)));
    }
    let timeline = drawn(events, None);
    assert!(timeline.more);
    let bars = &timeline.lanes[0].bars;
    assert_eq!(bars.len(), MOST_BARS + 1);
    assert_eq!(bars[0].kind, BarKind::Work);
    assert!(bars.iter().any(|bar| bar.failed));
    assert!(bars.windows(2).skip(1).all(|two| two[0].began <= two[1].began));
}

#[test]
fn a_run_of_which_nothing_is_known_says_so() {
    let timeline = drawn(Vec::new(), Some(5));
    assert_eq!((timeline.began, timeline.ended), (5, 5));
    assert_eq!(timeline.summary, "No node has begun.");
}
