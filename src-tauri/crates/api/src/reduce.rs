//! What the events of a run come to: how each node and wire stands. Pure; the UI does the same with
//! the events that reach it live.

use std::collections::HashMap;
use std::sync::Arc;

use flow::check::ERROR_PORT;
use flow::id::{NodeId, WireId};
use flow::run::{NodeCounts, NodeStatus, RunEvent, RunStatus, What};

use crate::types::{NodeRun, WireRun};

/// How a run stands after some of its events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunState {
    /// How each node stands.
    pub nodes: HashMap<NodeId, NodeRun>,
    /// What passed each wire.
    pub wires: HashMap<WireId, WireRun>,
    /// How it ended: status, milliseconds, sentence. None while it runs.
    pub end: Option<(RunStatus, u64, String)>,
}

impl RunState {
    /// Takes in the next event.
    pub fn apply(&mut self, event: &RunEvent) {
        match &event.what {
            What::NodeStarted { node } => {
                self.nodes.entry(node.clone()).or_default();
            }
            What::Passed { wire, items, bytes, fill } => {
                let wire_run = WireRun { items: *items, bytes: *bytes, fill: *fill };
                self.wires.insert(wire.clone(), wire_run);
            }
            What::Resumed { .. } => *self = Self::default(),
            What::Counted { node, counts } => {
                self.nodes.entry(node.clone()).or_default().counts = *counts;
            }
            What::NodeFinished { node, status, counts, error } => {
                let run = NodeRun {
                    status: Some(*status),
                    counts: *counts,
                    error: error.as_deref().cloned(),
                };
                self.nodes.insert(node.clone(), run);
            }
            What::Finished { status, took_ms, summary } => {
                self.end = Some((*status, *took_ms, summary.clone()));
            }
            What::Started { .. }
            | What::Paused
            | What::Unpaused
            | What::Progress { .. }
            | What::Turn { .. }
            | What::Asked { .. }
            | What::Answered { .. }
            | What::Retrying { .. }
            | What::Waiting { .. }
            | What::WouldSend { .. }
            | What::Called { .. }
            | What::Rejected { .. } => {}
        }
    }

    /// Ends the nodes that a dead process left running.
    pub fn cut_off(&mut self) {
        for node in self.nodes.values_mut() {
            node.status.get_or_insert(NodeStatus::Cancelled);
        }
    }
}

/// What a run's summary row tells, kept up at each batch without the cost of a whole [`RunState`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    /// The nodes that no wire leaves: their items are the flow's results.
    last: Arc<[NodeId]>,
    /// Items that left by their ports, by the id that stands for a port without a wire.
    left: Vec<(WireId, u64)>,
    rejected: HashMap<NodeId, u64>,
}

impl Totals {
    pub(crate) fn new(last: Arc<[NodeId]>) -> Self {
        Self { last, ..Self::default() }
    }

    /// Whether the wire stands for a port of a last node. Errors are no results.
    fn is_result(&self, wire: &WireId) -> bool {
        let port = wire.as_str().strip_suffix('>').and_then(|port| port.split_once('.'));
        port.is_some_and(|(node, port)| {
            port != ERROR_PORT && self.last.iter().any(|last| last.as_str() == node)
        })
    }

    pub(crate) fn apply(&mut self, event: &RunEvent) {
        match &event.what {
            What::Resumed { .. } => *self = Self::new(Arc::clone(&self.last)),
            What::Passed { wire, items, .. } if self.is_result(wire) => {
                match self.left.iter_mut().find(|(known, _)| known == wire) {
                    Some((_, total)) => *total = *items,
                    None => self.left.push((wire.clone(), *items)),
                }
            }
            What::Counted { node, counts } | What::NodeFinished { node, counts, .. } => {
                self.count(node, *counts);
            }
            _ => {}
        }
    }

    fn count(&mut self, node: &NodeId, counts: NodeCounts) {
        if counts.rejected > 0 {
            self.rejected.insert(node.clone(), counts.rejected);
        }
    }

    pub(crate) fn items(&self) -> u64 {
        self.left.iter().map(|(_, items)| items).sum()
    }

    pub(crate) fn rejected(&self) -> u64 {
        self.rejected.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(what: Vec<What>) -> Vec<RunEvent> {
        (0..).zip(what).map(|(seq, what)| RunEvent { seq, at: 0, what }).collect()
    }

    fn counts(items_out: u64, rejected: u64) -> NodeCounts {
        NodeCounts { items_in: 3, items_out, rejected, busy_us: 1 }
    }

    #[test]
    fn a_run_is_the_sum_of_its_events() {
        let events = events(vec![
            What::Started { trigger: "manual".to_owned() },
            What::NodeStarted { node: "big".into() },
            What::Counted { node: "big".into(), counts: counts(1, 0) },
            What::Passed { wire: "big.kept>".into(), items: 1, bytes: 9, fill: 0 },
            What::Passed { wire: "big.kept>".into(), items: 2, bytes: 18, fill: 0 },
            What::Passed { wire: "big.error>".into(), items: 1, bytes: 4, fill: 0 },
            What::Passed { wire: "all.dropped>".into(), items: 5, bytes: 4, fill: 0 },
            What::NodeFinished {
                node: "big".into(),
                status: NodeStatus::Rejects,
                counts: counts(2, 1),
                error: None,
            },
            What::Finished {
                status: RunStatus::OkWithRejects,
                took_ms: 7,
                summary: "done".to_owned(),
            },
        ]);
        let (mut state, mut totals) = (RunState::default(), Totals::new(Arc::new(["big".into()])));
        for event in &events {
            state.apply(event);
            totals.apply(event);
        }
        assert_eq!(state.nodes[&NodeId::from("big")].status, Some(NodeStatus::Rejects));
        assert_eq!(
            state.wires[&WireId::from("big.kept>")],
            WireRun { items: 2, bytes: 18, fill: 0 }
        );
        assert_eq!(state.end, Some((RunStatus::OkWithRejects, 7, "done".to_owned())));
        assert_eq!((totals.items(), totals.rejected()), (2, 1));
    }
}
