//! What the runner applies around every node: retries, timeout, error policy, concurrency. Not
//! what the node does.

use std::num::NonZeroU32;
use std::time::Duration;

use data::Value;
use flow::file::{OnError, Retry};
use flow::id::{ConnectionId, NodeId};

/// The keys that every node may have, ready for use.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) id: NodeId,
    /// The node's number in the program.
    pub(crate) index: usize,
    /// The account that its calls are made with.
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) retry: Retry,
    pub(crate) timeout: Option<Duration>,
    pub(crate) on_error: Policy,
    pub(crate) concurrency: NonZeroU32,
    /// Whether a later node asks for this one's values with `$node`.
    pub(crate) is_kept: bool,
}

/// What becomes of an item that failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Policy {
    Stop,
    Skip,
    Park,
    /// It leaves by this output, counted from 0.
    Port(usize),
    Substitute(Value),
}

impl Policy {
    pub(crate) fn of(on_error: Option<&OnError>, error_port: usize) -> Self {
        match on_error {
            None | Some(OnError::Stop) => Self::Stop,
            Some(OnError::Skip) => Self::Skip,
            Some(OnError::Park) => Self::Park,
            Some(OnError::Port) => Self::Port(error_port),
            Some(OnError::Substitute(json)) => {
                Self::Substitute(serde_json::from_value(json.clone()).unwrap_or_default())
            }
        }
    }
}
