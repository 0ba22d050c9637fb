//! Which webhooks a flow takes. Not how they come in: see `serve`.

use std::time::Duration;

use flow::file::FlowFile;
use flow::id::NodeId;
use serde_json::Value as Json;

/// The type of the nodes that begin a run with a call.
const TRIGGER: &str = "trigger.webhook";

/// How long a caller waits for the flow's answer where the node does not say.
const PATIENCE: Duration = Duration::from_secs(30);

/// A webhook of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hook {
    /// The node that begins the run.
    pub(crate) node: NodeId,
    /// Behind the flow's id, without slashes around it.
    pub(crate) path: String,
    /// The methods that are taken; any where there is none.
    pub(crate) methods: Vec<String>,
    pub(crate) answer: Answer,
}

/// When a caller is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Before the flow begins.
    AtOnce,
    /// By a node of the flow, or when the flow has ended without one doing so.
    WhenResponded {
        /// How long that may take.
        patience: Duration,
    },
}

impl Hook {
    /// The webhooks of a flow, in the order of its nodes.
    pub(crate) fn all(flow: &FlowFile) -> Vec<Self> {
        let nodes = flow.nodes.iter().filter(|node| node.kind.as_str() == TRIGGER && !node.disabled);
        nodes
            .map(|node| {
                let params = &node.params;
                let path = params.get("path").and_then(Json::as_str).unwrap_or_default();
                Self {
                    node: node.id.clone(),
                    path: path.trim_matches('/').to_owned(),
                    methods: methods(params),
                    answer: answer(params),
                }
            })
            .collect()
    }

    pub(crate) fn takes(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|known| known == method)
    }
}

fn methods(params: &serde_json::Map<String, Json>) -> Vec<String> {
    let named = match (params.get("methods"), params.get("method")) {
        (Some(Json::Array(methods)), _) => methods.iter().filter_map(Json::as_str).collect(),
        (_, Some(Json::String(method))) => vec![method.as_str()],
        _ => vec!["POST"],
    };
    let named: Vec<String> = named.into_iter().map(str::to_ascii_uppercase).collect();
    if named.iter().any(|method| method == "ANY") { Vec::new() } else { named }
}

fn answer(params: &serde_json::Map<String, Json>) -> Answer {
    let answer = params.get("answer").unwrap_or(&Json::Null);
    let patience = answer["timeout_ms"].as_u64().map_or(PATIENCE, Duration::from_millis);
    match answer["type"].as_str() {
        Some("when_responded") => Answer::WhenResponded { patience },
        _ => Answer::AtOnce,
    }
}
