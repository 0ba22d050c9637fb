//! How the calls of a node in a run are met: live, recorded, replayed, mocked or held back, with
//! which faults, and where they may go. Not what a connection brings: see `connection`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use flow::run::Exchange;

use crate::clock::Clock;
use crate::fault::Faults;
use crate::mode::Mode;
use crate::network::Whose;
use crate::socket::Socket;
use crate::transport::Options;
use crate::wire::{WireAnswer, WireCall, WireError};

/// How the calls of a node in a run are met.
#[derive(Clone, Default)]
pub struct Conduct {
    /// What stands in the place of the socket.
    pub mode: Mode,
    /// The time that calls wait by; one that jumps where nothing leaves the machine.
    pub clock: Clock,
    /// The faults that are switched on.
    pub faults: Option<Arc<Faults>>,
    /// The only hosts that the flow may reach; any without it.
    pub hosts: Option<Arc<[String]>>,
    /// Who is told of waits and of writes that were held back.
    pub tell: Option<Tell>,
    /// Set once a call that must not be made a second time may have reached the system: who gives
    /// up waiting for the step that makes it does not know what became of it.
    pub has_left: Arc<AtomicBool>,
    /// The node of the run that makes them, for the network log.
    pub whose: Option<Arc<Whose>>,
}

/// Who is told what happens to a call besides its exchanges.
pub type Tell = Arc<dyn Fn(Note) + Send + Sync>;

/// What happens to a call besides its exchanges.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// It waits before it leaves.
    Waiting {
        /// The wait, in milliseconds.
        wait_ms: u64,
        /// Why, in words for the user.
        reason: String,
    },
    /// A dry run held it back, as it would have been sent.
    WouldSend(Box<Exchange>),
}

impl Conduct {
    /// Whether answers come from a recording as it is. Its calls were let through when they were
    /// made; in a replay they end in another order, and how many fail in a row would be chance.
    pub(crate) fn repeats_a_recording(&self) -> bool {
        matches!(self.mode, Mode::Replay(_)) && self.faults.is_none()
    }

    /// Meets one hop of a call, where it leaves the layers.
    pub(crate) async fn meet(
        &self,
        call: WireCall<'_>,
        socket: &Socket,
        options: &Options,
    ) -> Result<WireAnswer, WireError> {
        match &self.faults {
            None => self.mode.send(call, socket, options).await,
            // Boxed, or every call would take the room of the rare ones.
            Some(faults) => Box::pin(faults.meet(call, self, socket, options)).await,
        }
    }

    /// Tells, where somebody listens.
    pub(crate) fn tell(&self, note: Note) {
        if let Some(tell) = &self.tell {
            tell(note);
        }
    }
}

impl fmt::Debug for Conduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conduct").field("mode", &self.mode).finish_non_exhaustive()
    }
}
