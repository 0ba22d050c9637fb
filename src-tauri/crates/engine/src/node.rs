//! What a node type is: how it is described, checked and built, and the traits by which it
//! consumes items. Not how nodes are scheduled, retried or counted: the runner does that around
//! every node alike.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Inspection, NodeInfo, Problem};
use flow::file::NodeSpec;
use flow::id::NodeId;
use mapping::Names;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::item::{Chunk, Item};
use crate::lineage::Lineage;
use crate::outbox::Outbox;
use crate::ports::Ports;
use crate::scope::ScopeRules;
use crate::services::Services;
use crate::step::{StepContext, StepError, StepResult};
use crate::tables::Table;

/// A node type. One file in `nodes` each, and one line in the list there.
pub trait NodeType: 'static {
    /// What a node of this type is set up with. Doc comments are the form's help.
    type Params: DeserializeOwned + JsonSchema;

    /// What is told of the type. `fields` is filled from the params' schema and may be left empty.
    fn info() -> NodeInfo;

    /// Looks at a node's params without running it: its card's words, its ports, its problems.
    fn inspect(params: &Self::Params) -> Inspection;

    /// Looks at a node with the keys that every node may have, where they matter to its params.
    fn inspect_node(_spec: &NodeSpec, params: &Self::Params) -> Inspection {
        Self::inspect(params)
    }

    /// Makes a node ready to run.
    ///
    /// # Errors
    /// What is wrong with the params, where [`inspect`](Self::inspect) cannot have told.
    fn build(params: Self::Params, setup: &Setup<'_>) -> Result<Behaviour, Problem>;
}

/// What a node is built from besides its params.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The node as it stands in the file.
    pub spec: &'a NodeSpec,
    /// What the engine was given to work with.
    pub services: &'a Services,
}

/// How a node consumes items.
pub enum Behaviour {
    /// Begins a run.
    Trigger(Box<dyn Trigger>),
    /// Computes, item by item, without effects. Types of this kind say so by
    /// [`Passage::IN_PLACE`](flow::catalogue::Passage::IN_PLACE) too.
    Pure(Box<dyn Pure>),
    /// Acts, item by item, several at once where the node's `concurrency` says so. Sources are of
    /// this kind too: they answer one item with pages.
    Each(Box<dyn Each>),
    /// Sees the items in order, with a memory of its own.
    Gather(Box<dyn Gather>),
    /// Runs the graph inside it, as often as it says.
    Scope(ScopeRules),
    /// Begins a part of a scope that is run for a reason of its own.
    Handler(Handler),
}

/// What a part of a scope is run for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handler {
    /// Errors of these classes; of any class where there is none.
    Catch(Vec<flow::run::ErrorClass>),
    /// Whatever became of what stands beside it.
    Finally,
}

/// Begins a run.
pub trait Trigger: Send + Sync {
    /// The start items, from what the run was given.
    ///
    /// # Errors
    /// A [`StepError`] that ends the run.
    fn start(&self, given: Vec<Value>) -> StepResult<Vec<Value>>;
}

/// Computes, item by item. Synchronous and without effects, so that chains of these run without
/// any hand-over, and are simply run again on resume.
pub trait Pure: Send + Sync {
    /// Turns one item into what leaves by the ports. What was put out for an item that then fails
    /// is taken back.
    ///
    /// # Errors
    /// A [`StepError`], on which the node's error policy decides.
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()>;
}

/// What a [`Pure`] node may look at.
pub struct PureContext<'a> {
    pub(crate) run: &'a crate::run_scope::RunScope,
    pub(crate) node: &'a NodeId,
}

impl<'a> PureContext<'a> {
    /// What expressions can reach besides the item, for an item of this lineage.
    pub fn names(&self, of: &'a Lineage) -> impl Names + 'a {
        self.run.names(self.node, of)
    }

    /// The node.
    pub fn node(&self) -> &NodeId {
        self.node
    }

    /// A local table, as it was when the run first asked for it.
    ///
    /// # Errors
    /// A [`StepError`] where there is no such table, or where it cannot be read.
    pub fn table(&self, name: &str) -> StepResult<Arc<Table>> {
        self.run.tables.get(name, &*self.run.services.tables)
    }
}

/// Acts, item by item.
///
/// The runner keeps up to `concurrency` items in flight across chunk borders, and gives the results
/// out in the order of the items. Retries and timeouts are those of the steps it takes.
#[async_trait]
pub trait Each: Send + Sync {
    /// How many items are in flight where the node does not say `concurrency`.
    fn concurrency(&self) -> NonZeroU32 {
        NonZeroU32::MIN
    }

    /// Acts on one item.
    ///
    /// # Errors
    /// A [`StepError`], on which the node's error policy decides.
    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer>;
}

/// What comes of one item.
pub enum Answer {
    /// Nothing.
    None,
    /// The item as it came.
    Pass,
    /// One value, which keeps the item's lineage.
    One(Value),
    /// One value, which keeps the item's lineage, by an output counted from 0.
    By(usize, Value),
    /// Some values, parts of the item.
    Many(Vec<Value>),
    /// More values than are wanted at once; pulled page by page as they are needed.
    Pages(Box<dyn Pages>),
}

/// The pages of one item's answer: of an API, of a file.
#[async_trait]
pub trait Pages: Send {
    /// The next page, about [`CHUNK_ITEMS`](crate::item::CHUNK_ITEMS) values or what the system
    /// gives at once; `None` after the last.
    ///
    /// # Errors
    /// A [`StepError`], on which the node's error policy decides; no further page is asked for.
    async fn next(&mut self, cx: &dyn StepContext) -> StepResult<Option<Vec<Value>>>;
}

/// A node that sees its items in order and remembers: sorts, groups, joins, writes one file.
pub trait Gather: Send + Sync {
    /// Begins: once per run, and once per item of a scope that the node stands in.
    ///
    /// `lanes` are the wires that come in, by the name of their port, in the order in which their
    /// items are wanted (see [`Passage::first_inputs`](flow::catalogue::Passage::first_inputs)). The
    /// runner keeps those of later lanes aside, on disk where they are many.
    fn open(&self, lanes: &[&str]) -> Box<dyn Gathering>;

    /// Whether it marks items as seen for later runs, which holds once the run has ended well.
    fn remembers(&self) -> bool {
        false
    }
}

/// A [`Gather`] node at work.
#[async_trait]
pub trait Gathering: Send {
    /// Takes the next items of a lane. Lanes come one after the other. Items that fail are handed
    /// to [`Outbox::reject`].
    ///
    /// # Errors
    /// A [`StepError`] that ends the run.
    async fn take(
        &mut self,
        lane: usize,
        chunk: Chunk,
        cx: &dyn StepContext,
        out: &mut Outbox<'_>,
    ) -> StepResult<()>;

    /// Gives out what is left, after the last item of the last lane.
    ///
    /// # Errors
    /// A [`StepError`] that ends the run.
    async fn finish(&mut self, cx: &dyn StepContext, out: &mut Outbox<'_>) -> StepResult<()>;
}

/// A node type in the list of all.
#[derive(Clone, Copy)]
pub struct Registered {
    /// What is told of it, without the form.
    pub info: fn() -> NodeInfo,
    /// The JSON Schema of its params.
    pub schema: fn() -> schemars::Schema,
    /// Looks at one node.
    pub inspect: fn(&NodeSpec) -> Inspection,
    /// Builds one node.
    pub build: fn(&Setup<'_>) -> Result<Behaviour, Problem>,
}

impl Registered {
    /// The entry of one type.
    pub const fn of<T: NodeType>() -> Self {
        Self {
            info: T::info,
            schema: || schemars::SchemaGenerator::default().into_root_schema_for::<T::Params>(),
            inspect: inspect::<T>,
            build: build::<T>,
        }
    }
}

fn inspect<T: NodeType>(spec: &NodeSpec) -> Inspection {
    match params::<T::Params>(spec) {
        Ok(params) => T::inspect_node(spec, &params),
        Err(problem) => Inspection { problems: vec![problem], ..Inspection::default() },
    }
}

fn build<T: NodeType>(setup: &Setup<'_>) -> Result<Behaviour, Problem> {
    T::build(params::<T::Params>(setup.spec)?, setup)
}

/// Reads a node's params, naming the param that cannot be read.
fn params<P: DeserializeOwned>(spec: &NodeSpec) -> Result<P, Problem> {
    let params = serde_json::Value::Object(spec.params.clone());
    serde_path_to_error::deserialize(params).map_err(|error| {
        let mut key = String::from("/params");
        for segment in error.path() {
            match segment {
                serde_path_to_error::Segment::Seq { index } => {
                    let _ = write!(key, "/{index}");
                }
                serde_path_to_error::Segment::Map { key: name } => {
                    key.push('/');
                    key.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                _ => {}
            }
        }
        Problem { key, message: sentence(&error.inner().to_string()) }
    })
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// An error of a gather node that no item is to blame for.
pub fn broken_spill(error: &std::io::Error) -> StepError {
    StepError::terminal(
        flow::run::ErrorClass::File,
        format!("Items could not be kept on disk: {error}."),
    )
    .advice("Make room on the disk of the temporary folder, then run the flow again.")
}
