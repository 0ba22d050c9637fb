//! What stands in the place of the socket: nothing, a recorder, a cassette, a mock, or a wall that
//! lets no write through. Everything before it works the same in all of them.

use crate::socket::Socket;
use crate::transport::Options;
use crate::wire::{WireAnswer, WireCall, WireError};

/// What stands in the place of the socket.
#[derive(Debug, Clone, Default)]
pub enum Mode {
    /// Nothing: every call is made.
    #[default]
    Live,
}

impl Mode {
    /// Whether every call is simply made.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Live)
    }

    /// Meets one hop of a call.
    pub(crate) async fn send(
        &self,
        call: WireCall<'_>,
        socket: &Socket,
        options: &Options,
    ) -> Result<WireAnswer, WireError> {
        match self {
            Self::Live => socket.send(call.out, call.request.connection.as_deref(), options).await,
        }
    }
}
