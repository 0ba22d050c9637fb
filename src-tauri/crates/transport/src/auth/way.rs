//! The way for the calls that a sign-in makes itself: for tokens, a session, a challenge. Not the
//! calls of a node, which are let in by them.

use bytes::Bytes;
use futures::future::BoxFuture;
use http::HeaderMap;
use vault::Secret;

use crate::clock::Clock;
use crate::error::TransportError;
use crate::outgoing::Outgoing;

/// The way for the calls that a sign-in makes itself. They pass policy, fault, mode and socket as
/// every call does, and are told; they are not signed, and wait for no limit.
pub(crate) trait Way: Send + Sync {
    /// Sends a call, which is not stopped with the run that it is made for: what it gets may be the
    /// only copy of a token. `secrets` must not be seen in anything that is told of it.
    fn call(
        &self,
        out: Outgoing,
        secrets: Vec<Secret>,
    ) -> BoxFuture<'_, Result<Told, TransportError>>;

    /// The time that it waits by.
    fn clock(&self) -> Clock;
}

/// The whole answer to such a call.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}
