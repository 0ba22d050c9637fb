//! What stands in the place of the socket: nothing, a recorder, a cassette, a mock, or a wall that
//! lets no write through. Everything before it works the same in all of them.

mod dry_run;
mod miss;
mod mock;
mod record;
mod replay;
mod rules;

use std::sync::Arc;

pub use self::miss::{Miss, Nearest};
pub use self::mock::Mock;
pub use self::record::{Personal, Recorded, Recorder};
pub(crate) use self::replay::pieces;
pub use self::replay::{Player, Report, Strictness};
pub use self::rules::{MockFile, Rule};

use crate::clock::Clock;
use crate::socket::Socket;
use crate::transport::Options;
use crate::wire::{WireAnswer, WireCall, WireError};

/// What stands in the place of the socket.
#[derive(Debug, Clone, Default)]
pub enum Mode {
    /// Nothing: every call is made.
    #[default]
    Live,
    /// Every call is made, and kept in a cassette.
    Record(Arc<Recorder>),
    /// No call is made: answers come from a cassette.
    Replay(Arc<Player>),
    /// No call is made: answers are made by rules.
    Mock(Arc<Mock>),
    /// Calls that read are made; those that write are held back and told.
    DryRun,
}

impl Mode {
    /// The time that calls wait by in this mode: one that jumps over every wait where nothing
    /// leaves the machine.
    pub fn clock(&self) -> Clock {
        if self.is_offline() { Clock::jumping() } else { Clock::Real }
    }

    /// Whether every call is simply made.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Live)
    }

    /// Whether no call leaves the machine, so that credentials are not needed.
    pub fn is_offline(&self) -> bool {
        matches!(self, Self::Replay(_) | Self::Mock(_))
    }

    /// Meets one hop of a call.
    pub(crate) async fn send(
        &self,
        call: WireCall<'_>,
        socket: &Socket,
        options: &Options,
    ) -> Result<WireAnswer, WireError> {
        let connection = call.request.connection.as_deref();
        match self {
            Self::Live => socket.send(call.out, connection, options).await,
            // Boxed, or every live call would take the room of the rarer modes.
            Self::Record(recorder) => {
                let live = socket.send(call.out, connection, options);
                Box::pin(recorder.meet(&call, live)).await
            }
            Self::Replay(player) => Box::pin(player.meet(&call)).await,
            Self::Mock(mock) => Box::pin(mock.meet(&call)).await,
            Self::DryRun => Box::pin(dry_run::meet(&call, socket, options)).await,
        }
    }
}
