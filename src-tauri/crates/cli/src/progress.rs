//! What is seen of a run while it goes on: one line on a terminal's standard error, nothing
//! elsewhere.

use std::collections::HashMap;
use std::io::{self, IsTerminal};
use std::time::Duration;

use api::types::UiEvent;
use flow::id::NodeId;
use flow::run::What;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    done: HashMap<NodeId, u64>,
    latest: Option<NodeId>,
}

impl Progress {
    pub(crate) fn new(flow: &str) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {prefix} {msg} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_prefix(flow.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar, done: HashMap::new(), latest: None }
    }

    /// Whether anybody sees it.
    pub(crate) fn is_shown(&self) -> bool {
        self.bar.is_some()
    }

    pub(crate) fn take(&mut self, events: &[UiEvent]) {
        let Some(bar) = &self.bar else { return };
        for event in events {
            let UiEvent::Run { events, .. } = event else { continue };
            for event in events {
                match &event.what {
                    What::Counted { node, counts } | What::NodeFinished { node, counts, .. } => {
                        self.done.insert(node.clone(), counts.items_out);
                        self.latest = Some(node.clone());
                    }
                    What::Retrying { node, reason, wait_ms, .. } => {
                        bar.set_message(format!("{node} waits {wait_ms} ms: {reason}"));
                        return;
                    }
                    _ => {}
                }
            }
        }
        if let Some(node) = &self.latest {
            bar.set_message(format!("{node}: {}", self.done.get(node).unwrap_or(&0)));
        }
    }

    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
