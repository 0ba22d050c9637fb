//! How a run was started, as it is kept for starting it the same way again. Not what is kept of its
//! steps.

use std::path::PathBuf;

use data::Value;
use engine::Target;
use flow::id::NodeId;
use flow::run::Timestamp;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use store::RunStart;

use crate::called::CalledBy;
use crate::launch::Again;
use crate::meet::{Meeting, RunMode};
use crate::types::ApiError;

/// All that a run was started with, but its start items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The trigger that fired.
    pub(crate) start: Option<NodeId>,
    pub(crate) vars: IndexMap<String, Value>,
    /// What `$env` had.
    pub(crate) env: IndexMap<String, Value>,
    /// Whose connections the flow found.
    pub(crate) environment: Option<String>,
    /// What relative paths began at.
    pub(crate) base_dir: PathBuf,
    pub(crate) seed: u64,
    /// When it began, by its clock.
    pub(crate) started_at: Timestamp,
    pub(crate) target: KeptTarget,
    pub(crate) meeting: Meeting,
    /// By whom it was called, where a flow did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) called: Option<CalledBy>,
    /// What it took over of earlier runs.
    #[serde(default)]
    pub(crate) again: Again,
}

/// How far a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptTarget {
    All,
    Only(NodeId),
    UpTo(NodeId),
    From(NodeId),
}

impl Request {
    /// As the database keeps it, with the start items.
    pub(crate) fn kept(&self, input: &[Value]) -> RunStart {
        let request = serde_json::to_string(self)
            .expect("a request has texts as keys, and memory is written");
        let input = (!input.is_empty()).then(|| {
            let mut bytes = Vec::new();
            data::bin::encode(&Value::from(input.to_vec()), &mut bytes);
            bytes
        });
        RunStart { request, input }
    }

    /// Reads what [`kept`](Self::kept) made.
    ///
    /// # Errors
    /// Where it is of another version, or damaged.
    pub(crate) fn read(start: &RunStart) -> Result<(Self, Vec<Value>), ApiError> {
        let request = crate::opened::parse(start.request.as_bytes())?;
        let input = match &start.input {
            Some(bytes) => {
                let list = super::steps::value(bytes)?;
                list.as_list().unwrap_or_default().to_vec()
            }
            None => Vec::new(),
        };
        Ok((request, input))
    }

    /// How its calls are met from now on. A recording ended with the process that made it.
    pub(crate) fn meeting_again(&self) -> Meeting {
        let live = |mode: RunMode| if mode == RunMode::Record { RunMode::Live } else { mode };
        let mut meeting = self.meeting.clone();
        meeting.mode = live(meeting.mode);
        for mode in meeting.node_modes.values_mut() {
            *mode = live(*mode);
        }
        meeting
    }
}

impl From<&Target> for KeptTarget {
    fn from(target: &Target) -> Self {
        match target {
            Target::All => Self::All,
            Target::Only(node) => Self::Only(node.clone()),
            Target::UpTo(node) => Self::UpTo(node.clone()),
            Target::From(node) => Self::From(node.clone()),
        }
    }
}

impl From<KeptTarget> for Target {
    fn from(target: KeptTarget) -> Self {
        match target {
            KeptTarget::All => Self::All,
            KeptTarget::Only(node) => Self::Only(node),
            KeptTarget::UpTo(node) => Self::UpTo(node),
            KeptTarget::From(node) => Self::From(node),
        }
    }
}
