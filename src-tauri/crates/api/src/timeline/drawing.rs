//! Draws a waterfall from a run's events. Pure: the same events make the same picture. Not where the
//! events come from.

use std::collections::HashMap;
use std::fmt::Write as _;

use flow::check::Checked;
use flow::graph::Graph;
use flow::id::NodeId;
use flow::run::{Exchange, RunEvent, Timestamp, What};
use indexmap::IndexMap;

use super::{Bar, BarKind, Lane, Timeline};

/// The most bars besides those of the nodes as a whole: the longest ones tell the story.
const MOST_BARS: usize = 2000;

/// A waterfall in the making.
pub(super) struct Drawing<'a> {
    checked: &'a Checked,
    began: Option<Timestamp>,
    /// When the last thing happened.
    last: Timestamp,
    is_over: bool,
    lanes: IndexMap<NodeId, Draft>,
    /// Times at which the run as a whole stood still, with the reason.
    held: Vec<(Timestamp, Timestamp, &'static str)>,
    held_since: Option<Timestamp>,
    /// What was asked and not answered yet.
    asked: HashMap<(NodeId, String, String), (Timestamp, String)>,
}

#[derive(Default)]
struct Draft {
    began: Timestamp,
    ended: Option<Timestamp>,
    bars: Vec<Bar>,
}

impl<'a> Drawing<'a> {
    pub(super) fn of(checked: &'a Checked) -> Self {
        Self {
            checked,
            began: None,
            last: 0,
            is_over: false,
            lanes: IndexMap::new(),
            held: Vec::new(),
            held_since: None,
            asked: HashMap::new(),
        }
    }

    /// Takes in the next event.
    pub(super) fn take(&mut self, event: RunEvent) {
        let at = event.at;
        let before = self.last;
        self.began.get_or_insert(at);
        self.last = self.last.max(at);
        match event.what {
            What::Resumed { .. } => self.go_on(before, at),
            What::Paused => self.held_since = Some(at),
            What::Unpaused => self.release(at),
            What::NodeStarted { node } => {
                self.lane(node, at);
            }
            What::NodeFinished { node, .. } => {
                if let Some(lane) = self.lanes.get_mut(&node) {
                    lane.ended = Some(at);
                }
            }
            What::Called { node, item, exchange } => self.push(node, call(item, &exchange)),
            What::Retrying { node, item, attempt, wait_ms, reason, .. } => {
                let bar = bar(BarKind::Retry, at, wait_ms, item, reason);
                self.push(node, Bar { attempt: Some(attempt), ..bar });
            }
            What::Waiting { node, item, wait_ms, reason, due } => {
                let kind = if due.is_some() { BarKind::Wait } else { BarKind::Limit };
                self.push(node, bar(kind, at, wait_ms, item, reason));
            }
            What::Turn { node, item, branch, began, took_ms, failed } => {
                let text = branch.map(|branch| branch.to_string()).unwrap_or_default();
                let bar = bar(BarKind::Turn, began, took_ms, item, text);
                self.push(node, Bar { failed, ..bar });
            }
            What::Asked { node, item, signal, question, .. } => {
                let text = question.unwrap_or_else(|| format!("waits for \"{signal}\""));
                self.asked.insert((node, item, signal), (at, text));
            }
            What::Answered { node, item, signal, outcome } => {
                self.answer((node, item, signal), at, &outcome);
            }
            What::Finished { .. } => self.is_over = true,
            What::Started { .. }
            | What::Passed { .. }
            | What::Progress { .. }
            | What::Counted { .. }
            | What::WouldSend { .. }
            | What::Rejected { .. } => {}
        }
    }

    /// The run goes on after its process ended: nothing happened meanwhile, and its nodes begin anew.
    fn go_on(&mut self, before: Timestamp, at: Timestamp) {
        let since = self.held_since.take().unwrap_or(before);
        self.held.push((since, at, "Gantry was not running."));
        for lane in self.lanes.values_mut() {
            lane.ended = None;
        }
        self.asked.clear();
    }

    fn release(&mut self, at: Timestamp) {
        if let Some(since) = self.held_since.take() {
            self.held.push((since, at, "The run was held."));
        }
    }

    fn answer(&mut self, key: (NodeId, String, String), at: Timestamp, outcome: &str) {
        let Some((since, text)) = self.asked.remove(&key) else { return };
        let took_ms = at.saturating_sub(since).max(0) as u64;
        let (node, item, _) = key;
        self.push(node, bar(BarKind::Wait, since, took_ms, item, format!("{text}: {outcome}")));
    }

    fn lane(&mut self, node: NodeId, at: Timestamp) -> &mut Draft {
        self.lanes.entry(node).or_insert_with(|| Draft { began: at, ..Draft::default() })
    }

    fn push(&mut self, node: NodeId, bar: Bar) {
        let lane = self.lane(node, bar.began);
        // What a node tells may come before the word that it has begun.
        lane.began = lane.began.min(bar.began);
        lane.bars.push(bar);
    }

    /// The waterfall; of a run that goes on, as it is `now`.
    pub(super) fn finish(mut self, now: Option<Timestamp>) -> Timeline {
        let ended = match now {
            Some(now) if !self.is_over => now.max(self.last),
            _ => self.last,
        };
        for (key, _) in self.asked.clone() {
            self.answer(key, ended, "no answer yet");
        }
        self.release(ended);
        let graph = &self.checked.graph;
        let mut timeline = Timeline {
            began: self.began.unwrap_or(ended),
            ended,
            lanes: Vec::with_capacity(self.lanes.len()),
            more: false,
            summary: String::new(),
        };
        let mut places = Vec::with_capacity(self.lanes.len());
        for (node, draft) in self.lanes {
            let Some(place) = graph.find(&node) else { continue };
            places.push(place);
            timeline.lanes.push(lane(self.checked, place, draft, ended, &self.held));
        }
        timeline.more = keep_longest(&mut timeline.lanes);
        for place in critical(graph, &places, &timeline.lanes) {
            timeline.lanes[place].critical = true;
        }
        timeline.summary = summary(&timeline, graph, &places);
        // Those that began together stand as they do in the flow.
        let mut lanes: Vec<(usize, Lane)> = places.into_iter().zip(timeline.lanes).collect();
        lanes.sort_by_key(|(place, lane)| (lane.began, *place));
        timeline.lanes = lanes.into_iter().map(|(_, lane)| lane).collect();
        timeline
    }
}

fn bar(kind: BarKind, began: Timestamp, took_ms: u64, item: String, text: String) -> Bar {
    Bar { kind, began, took_ms, item, attempt: None, status: None, failed: false, text }
}

fn call(item: String, exchange: &Exchange) -> Bar {
    let text = format!("{} {}", exchange.method, exchange.url);
    Bar {
        attempt: Some(exchange.attempt),
        status: exchange.status,
        failed: exchange.error.is_some() || exchange.status.is_some_and(|status| status >= 400),
        ..bar(BarKind::Call, exchange.at, exchange.took_ms, item, text)
    }
}

fn lane(
    checked: &Checked,
    place: usize,
    draft: Draft,
    run_ended: Timestamp,
    held: &[(Timestamp, Timestamp, &'static str)],
) -> Lane {
    let graph = &checked.graph;
    let spec = &graph.nodes()[place].spec;
    let title = checked.facts.get(&spec.id).map(|facts| facts.title.clone());
    let began = draft.began;
    let ended = draft.ended.unwrap_or(run_ended).max(began);
    let mut bars =
        vec![bar(BarKind::Work, began, span(began, ended), String::new(), String::new())];
    bars.extend(draft.bars);
    for (since, until, text) in held {
        let (since, until) = ((*since).max(began), (*until).min(ended));
        if since < until {
            let text = (*text).to_owned();
            bars.push(bar(BarKind::Paused, since, span(since, until), String::new(), text));
        }
    }
    for bar in &mut bars {
        // A pause that was broken off, with its run, did not last as long as it was to.
        bar.took_ms = bar.took_ms.min(span(bar.began, run_ended));
    }
    bars[1..].sort_by_key(|bar| bar.began);
    Lane {
        node: spec.id.clone(),
        name: spec.name.clone().or(title).unwrap_or_else(|| spec.id.to_string()),
        depth: graph.around(place).count().saturating_sub(1) as u32,
        began,
        ended,
        critical: false,
        bars,
    }
}

fn span(began: Timestamp, ended: Timestamp) -> u64 {
    ended.saturating_sub(began).max(0) as u64
}

/// Lets go of the shortest bars where there are too many; whether there were.
fn keep_longest(lanes: &mut [Lane]) -> bool {
    let all = |lanes: &[Lane]| -> Vec<(bool, u64)> {
        let details = lanes.iter().flat_map(|lane| lane.bars.iter().skip(1));
        details.map(|bar| (bar.failed, bar.took_ms)).collect()
    };
    let mut ranks = all(lanes);
    if ranks.len() <= MOST_BARS {
        return false;
    }
    ranks.sort_unstable_by(|a, b| b.cmp(a));
    let least = ranks[MOST_BARS - 1];
    // Of those that rank the same as the last one kept, only so many have room.
    let mut room = MOST_BARS - ranks.iter().filter(|rank| **rank > least).count();
    for lane in lanes {
        let mut is_whole = true;
        lane.bars.retain(|bar| {
            if std::mem::take(&mut is_whole) {
                return true;
            }
            let rank = (bar.failed, bar.took_ms);
            rank > least
                || (rank == least && room > 0 && {
                    room -= 1;
                    true
                })
        });
    }
    true
}

/// The lanes that the end of the run waited for, found by going back from it: of those that fed a
/// node, the one that ended last.
fn critical(graph: &Graph, places: &[usize], lanes: &[Lane]) -> Vec<usize> {
    let lane_of: HashMap<usize, usize> =
        places.iter().enumerate().map(|(lane, place)| (*place, lane)).collect();
    let ended = |place: &usize| lane_of.get(place).map(|lane| (lanes[*lane].ended, *place));
    let mut marked = Vec::new();
    // The scopes whose insides are still to be looked at; the flow itself is none.
    let mut scopes = vec![None];
    while let Some(scope) = scopes.pop() {
        let mut at =
            graph.children(scope).filter(|place| lane_of.contains_key(place)).max_by_key(ended);
        while let Some(place) = at {
            let Some(lane) = lane_of.get(&place).copied().filter(|lane| !marked.contains(lane))
            else {
                break;
            };
            marked.push(lane);
            if graph.nodes()[place].is_scope() {
                scopes.push(Some(place));
            }
            let feeding =
                graph.nodes()[place].wires_in.iter().map(|wire| graph.wires()[*wire].from);
            at = feeding.filter(|from| lane_of.contains_key(from)).max_by_key(ended);
        }
    }
    marked
}

/// One sentence or two: which node took the most time, and what it waited for.
fn summary(timeline: &Timeline, graph: &Graph, places: &[usize]) -> String {
    let took = |lane: &Lane| span(lane.began, lane.ended);
    let leaves = timeline.lanes.iter().zip(places);
    let leaves = leaves.filter(|(lane, place)| lane.critical && !graph.nodes()[**place].is_scope());
    // The first of those that took the same: it is the one the others waited for.
    let Some(longest) = leaves.map(|(lane, _)| lane).rev().max_by_key(|lane| took(lane)) else {
        return "No node has begun.".to_owned();
    };
    let all = span(timeline.began, timeline.ended);
    let mut words = format!(
        "\"{}\" took the most time, {} of {}",
        longest.name,
        duration(took(longest)),
        duration(all)
    );
    let waits = [
        (BarKind::Limit, "waited for the rate that the system allows"),
        (BarKind::Retry, "waited before another try"),
        (BarKind::Wait, "waited as the flow asks"),
        (BarKind::Paused, "stood still"),
        (BarKind::Call, "in calls"),
    ];
    let of = |kind| covered(longest.bars.iter().filter(|bar| bar.kind == kind));
    let most = waits.map(|(kind, why)| (of(kind), why)).into_iter().rev().max_by_key(|(ms, _)| *ms);
    if let Some((ms, why)) = most.filter(|(ms, _)| ms * 10 >= took(longest) && *ms > 0) {
        let _ = write!(words, "; {} of it {why}", duration(ms));
    }
    words.push('.');
    words
}

/// The time that these bars cover; where several overlap, it counts once.
fn covered<'a>(bars: impl Iterator<Item = &'a Bar>) -> u64 {
    let mut spans: Vec<(Timestamp, Timestamp)> =
        bars.map(|bar| (bar.began, bar.began + bar.took_ms as i64)).collect();
    spans.sort_unstable();
    let (mut total, mut until) = (0, Timestamp::MIN);
    for (began, ended) in spans {
        total += span(began.max(until), ended);
        until = until.max(ended);
    }
    total
}

/// A duration in words: `412 ms`, `8.1 s`, `3 min 20 s`, `2 h 5 min`.
fn duration(ms: u64) -> String {
    match ms {
        ..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
