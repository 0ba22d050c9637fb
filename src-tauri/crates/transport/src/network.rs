//! What is told of every call for the network log of the whole app: token calls, probes and tests
//! too. Not who keeps it, and not the raw view of a run: see `observe`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flow::id::{FlowId, NodeId, RunId};
use flow::run::{AnswerFrom, Exchange};

use crate::outgoing::Outgoing;
use crate::policy::host_of;
use crate::request::Request;

tokio::task_local! {
    /// Set by the socket once the call that the task is about leaves through it.
    static LEFT: Arc<AtomicBool>;
}

/// One hop of a call, as the network log shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Departure {
    /// The method.
    pub method: String,
    /// The URL, masked.
    pub url: String,
    /// The host, with its port where it is not the scheme's own.
    pub host: String,
    /// The answer's status; none when there was no answer.
    pub status: Option<u16>,
    /// The bytes of the body that was sent.
    pub bytes_out: u64,
    /// The bytes of the answer's body, unpacked, as far as it was read.
    pub bytes_in: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Where the answer came from.
    pub from: AnswerFrom,
    /// Whether it left the machine, or tried to.
    pub has_left: bool,
    /// The node of the run that made it; none for what Gantry does by itself.
    pub whose: Option<Arc<Whose>>,
    /// The connection that it was made with: `shop@production`.
    pub connection: Option<String>,
    /// What went wrong, masked.
    pub error: Option<String>,
}

/// The node of a run that makes calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The flow.
    pub flow: FlowId,
    /// The run.
    pub run: RunId,
    /// The node.
    pub node: NodeId,
}

/// Who keeps the network log. It is called on the way of every call, so it must not wait.
pub type NetworkLog = Arc<dyn Fn(Departure) + Send + Sync>;

/// What the log is told of one hop besides its exchange.
pub(crate) struct Entry {
    log: NetworkLog,
    host: String,
    connection: Option<String>,
    whose: Option<Arc<Whose>>,
    left: Arc<AtomicBool>,
}

impl Entry {
    pub(crate) fn new(log: &NetworkLog, request: &Request, out: &Outgoing) -> Self {
        Self {
            log: Arc::clone(log),
            host: host_of(&out.url),
            connection: request.connection.as_ref().map(|connection| connection.spec.owner()),
            whose: request.conduct.whose.clone(),
            left: Arc::default(),
        }
    }

    /// Set once the call leaves.
    pub(crate) fn left(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.left)
    }

    /// Tells the log.
    pub(crate) fn tell(self, exchange: &Exchange, bytes_in: u64) {
        let departure = Departure {
            method: exchange.method.clone(),
            url: exchange.url.clone(),
            host: self.host,
            status: exchange.status,
            bytes_out: exchange.request_body.as_ref().map_or(0, |body| body.bytes),
            bytes_in,
            took_ms: exchange.took_ms,
            from: exchange.from,
            has_left: self.left.load(Ordering::Relaxed),
            whose: self.whose,
            connection: self.connection,
            error: exchange.error.clone(),
        };
        (self.log)(departure);
    }
}

/// Runs what sends a call; the mark is set if it leaves through the socket.
pub(crate) async fn marking<T>(left: Arc<AtomicBool>, sending: impl Future<Output = T>) -> T {
    LEFT.scope(left, sending).await
}

/// Notes that the call that the task is about leaves.
pub(crate) fn leaves() {
    // Outside of a call there is nobody to tell.
    let _ = LEFT.try_with(|left| left.store(true, Ordering::Relaxed));
}
