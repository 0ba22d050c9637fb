//! What is told of a run: its events in order, its counts, its errors. Not how it is made: that is
//! the engine's.

use data::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::{NodeId, WireId};

/// Milliseconds since 1970-01-01 UTC.
pub type Timestamp = i64;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It waits for its turn: other runs of its flow go first.
    Queued,
    /// It is under way.
    Running,
    /// The user holds it: nothing new is begun.
    Paused,
    /// Its process ended before it did. It can be resumed where it was.
    Interrupted,
    /// All items went through.
    Ok,
    /// It came to its end, but some items were rejected.
    OkWithRejects,
    /// A node failed and stopped it.
    Failed,
    /// The user stopped it.
    Cancelled,
}

impl RunStatus {
    /// Whether nothing more comes of it by itself: it ended, or its process did.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running | Self::Paused)
    }
}

/// One thing that happened in a run. Appended, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RunEvent {
    /// Its number in the run, from 0 without gaps.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// The run began.
    Started {
        /// What started it: `manual`, `webhook`, `command line`.
        trigger: String,
    },
    /// The run goes on after its process ended. What nodes and wires counted begins anew: what was
    /// done is taken from the journal, and counted again on the way.
    Resumed {
        /// How many of its steps are known already.
        steps: u64,
    },
    /// The user holds the run.
    Paused,
    /// The user lets the run go on.
    Unpaused,
    /// A node got its first item, or began to make some.
    NodeStarted {
        /// The node.
        node: NodeId,
    },
    /// What has passed a wire by now; totals, not differences.
    Passed {
        /// The wire.
        wire: WireId,
        /// Items so far.
        items: u64,
        /// Bytes so far, as compact JSON.
        bytes: u64,
        /// How full its channel is, in percent: where the reader behind is slower, it fills.
        #[serde(default, skip_serializing_if = "is_zero")]
        #[ts(optional, as = "Option<u8>")]
        fill: u8,
    },
    /// How far a node has come, where it knows how much there is: a loop, a file.
    Progress {
        /// The node.
        node: NodeId,
        /// Done so far, in items or in bytes.
        done: u64,
        /// In all.
        of: u64,
    },
    /// One turn of a scope, or one branch of it, is over; the first ones, slow ones and failed ones.
    Turn {
        /// The scope.
        node: NodeId,
        /// The item of the turn, by lineage.
        item: String,
        /// The branch, by its first node, where the scope has branches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        branch: Option<NodeId>,
        /// When it began.
        began: Timestamp,
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// Whether it failed.
        failed: bool,
    },
    /// A node waits for a person, or for a signal from outside.
    Asked {
        /// The node.
        node: NodeId,
        /// The item, by lineage.
        item: String,
        /// The name of the signal that is waited for; unique in the run for an approval.
        signal: String,
        /// What is asked, in words; none where it is a signal of a system.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        question: Option<String>,
        /// The item to be looked at.
        #[ts(type = "unknown")]
        value: Value,
        /// When it is waited for no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        due: Option<Timestamp>,
    },
    /// What was asked has been answered, or the time is up.
    Answered {
        /// The node.
        node: NodeId,
        /// The item, by lineage.
        item: String,
        /// The signal's name.
        signal: String,
        /// `approved`, `rejected`, `signalled` or `timed out`.
        outcome: String,
    },
    /// What a node has done by now; totals.
    Counted {
        /// The node.
        node: NodeId,
        /// The counts.
        counts: NodeCounts,
    },
    /// A step is tried again after a pause.
    Retrying {
        /// The node.
        node: NodeId,
        /// The item, by lineage.
        item: String,
        /// The try that failed, counted from 1.
        attempt: u32,
        /// How many tries there are.
        tries: u32,
        /// The pause, in milliseconds.
        wait_ms: u64,
        /// Why, in words for the user: `the shop said Retry-After`.
        reason: String,
    },
    /// A call waits before it leaves: for the system's rate, for its recovery, for a token.
    Waiting {
        /// The node.
        node: NodeId,
        /// The item, by lineage.
        item: String,
        /// The wait, in milliseconds.
        wait_ms: u64,
        /// Why, in words for the user: `the shop said Retry-After`.
        reason: String,
        /// When it ends, where it outlasts the program: a wait that the flow asks for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        due: Option<Timestamp>,
    },
    /// A write that a dry run kept from leaving, as it would have been sent.
    WouldSend {
        /// The node.
        node: NodeId,
        /// The item, by lineage.
        item: String,
        /// The call, without an answer.
        exchange: Box<Exchange>,
    },
    /// A call to a system, kept for the Raw tab; the first ones of each node, and all that failed.
    Called {
        /// The node.
        node: NodeId,
        /// The item, by lineage.
        item: String,
        /// The call.
        exchange: Box<Exchange>,
    },
    /// An item left the flow with an error, by the node's error policy.
    Rejected {
        /// What went wrong.
        error: Box<ItemError>,
        /// Where the item is kept aside to be mended and tried again: its path as steps name it,
        /// which tells apart what came by several wires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        parked: Option<String>,
    },
    /// A node is done.
    NodeFinished {
        /// The node.
        node: NodeId,
        /// How it ended.
        status: NodeStatus,
        /// The counts.
        counts: NodeCounts,
        /// What went wrong, where it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        error: Option<Box<ItemError>>,
    },
    /// The run is over.
    Finished {
        /// How it ended.
        status: RunStatus,
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// One sentence: what came of it.
        summary: String,
    },
}

/// How a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NodeStatus {
    /// All its items went through.
    Ok,
    /// Some items were rejected.
    Rejects,
    /// It stopped the run.
    Failed,
    /// The run was stopped before it was done.
    Cancelled,
    /// It was not part of the run, or nothing reached it.
    Skipped,
}

/// What a node has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct NodeCounts {
    /// Items taken in.
    pub items_in: u64,
    /// Items given out, all ports together.
    pub items_out: u64,
    /// Items rejected.
    pub rejected: u64,
    /// Time spent on items, in microseconds, waiting included.
    pub busy_us: u64,
}

/// What went wrong with one item, or with a node as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ItemError {
    /// The node.
    pub node: NodeId,
    /// What kind of error it is.
    pub class: ErrorClass,
    /// A sentence: what happened, and why.
    pub message: String,
    /// The next step for the user.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// The param that it came from, as a JSON pointer inside the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key: Option<String>,
    /// The item, by lineage: `orders:3/17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub item: Option<String>,
    /// The item itself, as it entered the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub value: Option<Value>,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
    /// What became of each try, where there were several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Try>>")]
    pub tries: Vec<Try>,
    /// The last call, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub exchange: Option<Box<Exchange>>,
}

/// One try that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Try {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What kind of error it was.
    pub class: ErrorClass,
    /// What went wrong, in a sentence.
    pub message: String,
    /// The answer's status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<u16>,
    /// The pause after it, in milliseconds; none after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wait_ms: Option<u64>,
}

/// What kind of error it is; retry rules and catch clauses name these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// No answer in time.
    Timeout,
    /// The system did not let us in.
    Auth,
    /// The system asked to slow down.
    Limit,
    /// The data was refused, here or there.
    Validation,
    /// What was asked for is not there.
    NotFound,
    /// Somebody else changed it, or it exists already.
    Conflict,
    /// The system could not be reached, or broke off before anything was sent.
    Connection,
    /// The system failed.
    Server,
    /// The answer could not be understood.
    Answer,
    /// The call left, but what became of it is not known.
    UnknownOutcome,
    /// An expression could not be evaluated for the item.
    Expression,
    /// A file could not be read or written.
    File,
    /// The flow itself said stop.
    Stopped,
    /// A loop went past its bound.
    Guard,
    /// Somebody said no.
    Rejected,
    /// A defect of Gantry.
    Internal,
}

/// One call to a system, as it went over the wire; secrets are masked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct Exchange {
    /// The try, counted from 1.
    pub attempt: u32,
    /// When it left.
    pub at: Timestamp,
    /// How long it took until the last byte, in milliseconds.
    pub took_ms: u64,
    /// The request's method.
    pub method: String,
    /// The request's URL.
    pub url: String,
    /// The request's headers.
    pub request_headers: Vec<(String, String)>,
    /// The request's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub request_body: Option<Snippet>,
    /// The answer's status; none when there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<u16>,
    /// The answer's headers.
    pub response_headers: Vec<(String, String)>,
    /// The answer's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub response_body: Option<Snippet>,
    /// What went wrong, where there was no whole answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<String>,
    /// Where the answer came from.
    #[serde(default, skip_serializing_if = "AnswerFrom::is_system")]
    #[ts(optional, as = "Option<AnswerFrom>")]
    pub from: AnswerFrom,
    /// How long each part of it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub phases: Option<Phases>,
    /// The secure connection, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tls: Option<TlsFacts>,
    /// What was masked, by its place: `header authorization`, `query key`, `body token`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub masked: Vec<String>,
    /// What it would change in the record that is there, where a dry run held it back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
}

/// A field that a write would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldChange {
    /// The field, as a JSON pointer.
    pub path: String,
    /// What it is, as JSON; none where there is no such field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub was: Option<String>,
    /// What it would become, as JSON; none where it would go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub now: Option<String>,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFrom {
    /// From the system itself.
    #[default]
    System,
    /// From a cassette.
    Cassette,
    /// From a mock.
    Mock,
    /// From nowhere: a dry run kept the call from leaving.
    DryRun,
    /// From a fault that was switched on.
    Fault,
}

impl AnswerFrom {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    fn is_system(&self) -> bool {
        *self == Self::System
    }
}

/// How long each part of a call took, in microseconds; what did not happen is absent, such as
/// connecting where a connection was used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Phases {
    /// Finding the host's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub dns_us: Option<u64>,
    /// Opening the connection, secured where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub connect_us: Option<u64>,
    /// From then to the head of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wait_us: Option<u64>,
    /// From then to the last byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub receive_us: Option<u64>,
}

/// What is known of a secure connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct TlsFacts {
    /// The version: `TLS 1.3`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub version: String,
    /// Whom the certificate is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub subject: String,
    /// Who signed it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub issuer: String,
    /// Until when it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub expires: Option<Timestamp>,
}

/// The beginning of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Snippet {
    /// The text, up to a limit; empty for binary content.
    pub text: String,
    /// The whole length in bytes, where it is known.
    pub bytes: u64,
    /// Whether there is more than `text` shows.
    pub cut: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(fill: &u8) -> bool {
    *fill == 0
}

/// One item as it passed a wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Sample {
    /// The item, by lineage: `orders:3/17`.
    pub item: String,
    /// The value.
    #[ts(type = "unknown")]
    pub value: Value,
}
