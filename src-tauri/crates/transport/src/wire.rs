//! One hop of a call as it reaches the socket, or what stands in its place, and what comes back
//! from there: the seam between the layers and the network.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use flow::run::{AnswerFrom, Phases, TlsFacts};
use futures::Stream;
use http::{HeaderMap, StatusCode, Version};

use crate::body::Patience;
use crate::error::Kind;
use crate::mask::Masks;
use crate::observe::Record;
use crate::outgoing::Outgoing;
use crate::request::Request;

/// One hop of a call.
pub(crate) struct WireCall<'a> {
    /// What the node asked for: its step, its connection, how it is met.
    pub(crate) request: &'a Request,
    /// What goes over the wire, signed.
    pub(crate) out: &'a Outgoing,
    /// What must not be seen of it.
    pub(crate) masks: &'a Masks,
    /// What is told of it.
    pub(crate) record: &'a Record,
    /// How long it is waited for.
    pub(crate) patience: Patience,
}

/// The answer of one hop, as it came from the wire: packed as the system packed it.
pub(crate) struct WireAnswer {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: WireBytes,
    pub(crate) from: AnswerFrom,
    /// What is known of how long it took until the connection stood.
    pub(crate) phases: Phases,
    pub(crate) tls: Option<TlsFacts>,
}

/// The bytes of a body as they arrive.
pub(crate) type WireBytes = Pin<Box<dyn Stream<Item = Result<Bytes, Kind>> + Send>>;

/// A hop without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireError {
    pub(crate) kind: Kind,
    /// Whether it may have reached the system.
    pub(crate) sent: bool,
}

impl WireError {
    /// A hop that never left.
    pub(crate) fn unsent(kind: Kind) -> Self {
        Self { kind, sent: false }
    }

    /// A hop that may have arrived.
    pub(crate) fn sent(kind: Kind) -> Self {
        Self { kind, sent: true }
    }
}

impl fmt::Debug for WireAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireAnswer").field("status", &self.status).finish_non_exhaustive()
    }
}
