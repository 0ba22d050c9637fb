//! What the commands take and give, the same on both sides. Not what they do.

use std::collections::HashMap;

use data::Value;
use flow::catalogue::Port;
use flow::diagnostic::Diagnostic;
use flow::edit::Edit;
use flow::file::{FlowFile, Layout};
use flow::id::{ConnectionId, FlowId, NodeId, RunId, WireId};
use flow::run::{ItemError, NodeCounts, NodeStatus, RunEvent, RunStatus, Sample, Timestamp};
use serde::{Deserialize, Serialize};
use transport::spec::Environment;
use ts_rs::TS;

/// A command that could not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What the UI can do about it.
    pub code: Code,
    /// A sentence for the user: what happened, why, and the next step.
    pub message: String,
    /// Where, when there is a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub at: Option<flow::diagnostic::At>,
}

/// Kinds of refusal that the UI acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// There is no such flow, run or template: go back to the list.
    NotFound,
    /// The flow was changed elsewhere: load it again.
    Stale,
    /// The flow has errors: show the problems.
    Broken,
    /// The file is of a newer Gantry.
    Newer,
    /// The input cannot be taken: show the sentence by the field.
    Invalid,
    /// It writes to a production system: ask the user, and start it again as confirmed.
    Confirm,
    /// The secrets are locked: ask for the passphrase.
    Locked,
    /// The disk is full or the database locked: nothing saved was lost.
    Storage,
    /// A defect of Gantry.
    Internal,
}

/// What the program is and where it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AppInfo {
    /// Gantry's version.
    pub version: String,
    /// The folder of the database.
    pub data_dir: String,
    /// When it was started: a run that began before and is under way goes on where it was.
    pub opened_at: Timestamp,
    /// Where the sample systems answer, once they were started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sandbox: Option<String>,
    /// Where webhooks are taken, such as `http://127.0.0.1:8686`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hooks: Option<String>,
    /// The flow to open at the start, where the host was given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub open: Option<FlowId>,
}

/// A flow in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FlowSummary {
    /// The flow.
    pub id: FlowId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// When it was last changed.
    pub saved_at: Timestamp,
    /// How many nodes it has.
    pub nodes: u32,
    /// The types of its nodes, for the icons.
    pub types: Vec<String>,
    /// How many errors stand in it.
    pub errors: u32,
    /// Its last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_run: Option<RunSummary>,
}

/// A flow that can be started from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TemplateSummary {
    /// The template's id.
    pub id: FlowId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// The types of its nodes, in order.
    pub types: Vec<String>,
    /// The flow, for the preview.
    pub flow: FlowFile,
    /// Its layout.
    pub layout: Layout,
}

/// A flow on the canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FlowView {
    /// The flow.
    pub flow: FlowFile,
    /// Where things lie.
    pub layout: Layout,
    /// What was found on looking at it.
    pub findings: Findings,
    /// How it is saved.
    pub saved: Saved,
}

/// What checking a flow brings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct Findings {
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What is known of each node.
    #[ts(as = "HashMap<String, NodeFacts>")]
    pub nodes: HashMap<NodeId, NodeFacts>,
}

/// What is known of one node of a flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct NodeFacts {
    /// Whether its type is in the catalogue.
    pub known: bool,
    /// Its name, or its type's title.
    pub title: String,
    /// What it does, in words: `keeps total > 100`.
    pub summary: String,
    /// What can be wired into it.
    pub inputs: Vec<Port>,
    /// What can be wired out of it, the error port included where it has one.
    pub outputs: Vec<Port>,
}

/// How a flow is saved.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct Saved {
    /// Grows with each change.
    pub rev: u64,
    /// When the last change was stored.
    pub at: Timestamp,
    /// What undo would take back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub undo: Option<String>,
    /// What redo would do again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub redo: Option<String>,
}

/// What an edit, an undo or a redo did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Applied {
    /// The change, to be made on the canvas too.
    pub edit: Edit,
    /// What was found afterwards.
    pub findings: Findings,
    /// How the flow is saved now.
    pub saved: Saved,
}

/// A run in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RunSummary {
    /// The run.
    pub id: RunId,
    /// Its flow.
    pub flow: FlowId,
    /// The flow's name at that time.
    pub flow_name: String,
    /// The flow's rev at that time.
    pub rev: u64,
    /// What started it.
    pub trigger: String,
    /// How it stands.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub took_ms: Option<u64>,
    /// Items that came out of the last nodes.
    pub items: u64,
    /// Items that were rejected.
    pub rejected: u64,
    /// One sentence: what came of it.
    pub summary: String,
    /// The run that it does again, or that called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent: Option<RunId>,
}

/// A run opened on the canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RunView {
    /// The run.
    pub run: RunSummary,
    /// The flow as it was.
    pub flow: FlowFile,
    /// Where things lay.
    pub layout: Layout,
    /// What was known of the nodes.
    pub findings: Findings,
    /// How each node ended.
    #[ts(as = "HashMap<String, NodeRun>")]
    pub nodes: HashMap<NodeId, NodeRun>,
    /// What passed each wire.
    #[ts(as = "HashMap<String, WireRun>")]
    pub wires: HashMap<WireId, WireRun>,
}

/// A node in a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct NodeRun {
    /// How it ended; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<NodeStatus>,
    /// What it did.
    pub counts: NodeCounts,
    /// What stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<ItemError>,
}

/// A wire in a run.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct WireRun {
    /// Items that passed.
    pub items: u64,
    /// Their bytes, as compact JSON.
    pub bytes: u64,
    /// How full its channel is, in percent.
    #[serde(default)]
    #[ts(optional, as = "Option<u8>")]
    pub fill: u8,
}

/// Some of the items that were kept of a wire or of a node's output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ItemsPage {
    /// The items.
    pub items: Vec<Sample>,
    /// How many passed in all.
    pub total: u64,
    /// How many of these were kept.
    pub kept: u64,
    /// Why not all were kept, in words; none when all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub limit: Option<String>,
}

/// Whose items are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Tap {
    /// What passed a wire.
    Wire {
        /// The wire.
        wire: WireId,
    },
    /// What left a node by a port.
    Output {
        /// The node.
        node: NodeId,
        /// The port.
        port: String,
    },
    /// What entered a node, all its wires together.
    Input {
        /// The node.
        node: NodeId,
    },
}

/// What happened in one node of a run, for the Raw tab and the errors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct NodeDetail {
    /// Events that name the node: calls, retries, rejects.
    pub events: Vec<RunEvent>,
    /// Whether there are more than these.
    pub more: bool,
}

/// What an expression or a template gives for one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Preview {
    /// The item, by lineage.
    pub item: String,
    /// The result; none for "nothing".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub value: Option<Value>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<PreviewError>,
}

/// Why an expression gave no result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PreviewError {
    /// JSONata's code, such as `S0202`.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// First and last+1 character, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub span: Option<(u32, u32)>,
}

/// What the host tells the UI without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UiEvent {
    /// A run was started, by whomever.
    RunStarted {
        /// The run.
        run: RunSummary,
    },
    /// Things happened in a run; only what is stored already.
    Run {
        /// The run.
        run: RunId,
        /// Its flow.
        flow: FlowId,
        /// What happened, in order.
        events: Vec<RunEvent>,
    },
    /// A run is over.
    RunFinished {
        /// The run.
        run: RunSummary,
    },
    /// Some events were dropped because they were not taken in time: load what is shown again.
    Resync,
    /// A flow was changed, made or deleted; load it again where `rev` is newer than yours.
    FlowChanged {
        /// The flow.
        flow: FlowId,
        /// Its rev; none when it is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        rev: Option<u64>,
    },
    /// A connection was changed, made, tested or deleted.
    ConnectionChanged {
        /// Its id.
        id: ConnectionId,
        /// Its environment.
        environment: Environment,
        /// Whether it is gone.
        gone: bool,
    },
    /// Parked items came, went or were changed.
    ParkedChanged,
    /// Something is waited for, or no longer.
    InboxChanged,
    /// A value that a flow remembers was set.
    StateChanged {
        /// The flow.
        flow: FlowId,
    },
    /// A local table was changed, made or deleted.
    TableChanged {
        /// Its name.
        table: String,
        /// Its rev; none when it is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        rev: Option<u64>,
    },
}

/// A flow and its layout as files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Exported {
    /// The text of `<id>.flow.json`.
    pub flow: String,
    /// The text of `<id>.layout.json`.
    pub layout: String,
}

/// A file of text that is given out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TextFile {
    /// What it is called.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What the items of a tap look like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct SchemaView(#[ts(as = "Schema")] pub data::Schema);

/// The shape of [`data::Schema`] as it crosses to the UI.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Schema {
    /// How many values were seen here.
    pub count: u64,
    /// How many of each kind.
    pub kinds: SchemaKinds,
    /// Whether some objects have no such member.
    pub optional: bool,
    /// Whether some were `null`.
    pub nullable: bool,
    /// Up to three different values; not for lists and objects.
    #[ts(optional, type = "unknown[]")]
    pub samples: Option<Vec<serde_json::Value>>,
    /// The smallest number.
    #[ts(optional, type = "unknown")]
    pub min: Option<serde_json::Value>,
    /// The largest number.
    #[ts(optional, type = "unknown")]
    pub max: Option<serde_json::Value>,
    /// Whether all numbers were whole.
    pub is_whole: bool,
    /// The length of the longest text, in characters.
    #[ts(optional)]
    pub max_length: Option<u32>,
    /// The format that all texts have.
    #[ts(optional)]
    pub format: Option<String>,
    /// Members of the objects, in the order in which they were first seen.
    #[ts(optional)]
    pub fields: Option<Vec<SchemaField>>,
    /// Whether objects had more different members than are listed.
    pub more_fields: bool,
    /// The elements of the lists, all taken together.
    #[ts(optional)]
    pub items: Option<Box<Schema>>,
}

/// One member of the objects that were seen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SchemaField {
    /// Its key.
    pub name: String,
    /// What was seen of it.
    pub schema: Schema,
}

/// How many values of each kind were seen.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SchemaKinds {
    /// `null`
    pub null: u64,
    /// `true` and `false`
    pub boolean: u64,
    /// Numbers
    pub number: u64,
    /// Texts
    pub text: u64,
    /// Lists
    pub list: u64,
    /// Objects
    pub object: u64,
}
