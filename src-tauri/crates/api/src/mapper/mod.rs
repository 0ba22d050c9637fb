//! The mapper: the fields that come in, the fields that go out, what makes the one of the other,
//! and what comes of it for the items of a run. What a mapping does is the engine's `data.map`;
//! a change is an ordinary `flows.edit`.

mod explain;
mod menu;
mod preview;
mod reach;
mod rows;
mod samples;
mod sheet;
mod sources;
mod suggest;
mod targets;
mod types;

use std::sync::Arc;

use flow::file::NodeSpec;
use flow::graph::Graph;
use flow::id::NodeId;

pub use self::explain::explain;
pub use self::menu::menu;
pub use self::preview::preview;
pub use self::sheet::{sheet_export, sheet_import};
pub use self::suggest::suggest;
pub use self::types::*;
use crate::App;
use crate::prepared::ReadyFlow;
use crate::runs::summary_of;
use crate::types::{ApiError, Code};

/// The type of node that the mapper is for.
const MAP: &str = "data.map";

/// A mapping node in its flow.
struct Place {
    ready: Arc<ReadyFlow>,
    graph: Graph,
    /// The node, by its place in the graph.
    at: usize,
}

impl Place {
    async fn of(app: &App, flow: &flow::id::FlowId, node: &NodeId) -> Result<Self, ApiError> {
        let ready = app.ready(flow).await?;
        let graph = flow::check::check(&ready.file, &app.catalogue).graph;
        let found = graph.find(node);
        let at = found.filter(|at| graph.nodes()[*at].spec.kind.as_str() == MAP);
        let at = at.ok_or_else(|| {
            let words = match found {
                Some(_) => format!("\"{node}\" maps no fields; the mapper is for nodes that do."),
                None => format!("The flow has no node \"{node}\"; it may have been deleted."),
            };
            ApiError::new(Code::NotFound, words)
        })?;
        Ok(Self { ready, graph, at })
    }

    fn spec(&self) -> &NodeSpec {
        &self.graph.nodes()[self.at].spec
    }

    /// What the user calls a node.
    fn title(&self, app: &App, at: usize) -> String {
        let spec = &self.graph.nodes()[at].spec;
        let of_type = || app.catalogue.get(&spec.kind).map(|kind| kind.info.title.clone());
        spec.name.clone().or_else(of_type).unwrap_or_else(|| spec.kind.to_string())
    }
}

/// Opens the mapper of a node.
pub async fn open(app: &Arc<App>, of: OfNode) -> Result<MapperView, ApiError> {
    let place = Place::of(app, &of.flow, &of.node).await?;
    let entered = samples::entering(app, &place, of.run.as_ref(), samples::MANY).await?;
    let sources = sources::trees(app, &place, entered.as_ref()).await?;
    let params = rows::read(place.spec());
    let (targets, targets_of) = targets::wanted(app, &place);
    Ok(MapperView {
        title: place.title(app, place.at),
        run: entered.map(|entered| summary_of(&entered.run.row)),
        sources,
        rows: rows::views(&params.rows, rows::FIELDS, &[]),
        keep: params.keep,
        targets,
        targets_of,
    })
}

/// Says what an expression does, as pills where it can be shown so.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn read(_: &App, ask: ReadText) -> Result<Reading, ApiError> {
    Ok(rows::reading(&ask.text, &ask.within))
}

/// Writes a rule as an expression.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn rule(_: &App, ask: WriteRule) -> Result<RuleText, ApiError> {
    let text = ask.rule.text();
    let reading = rows::reading(&text, &ask.within);
    Ok(RuleText { text, reading })
}

/// Says how a source field is reached from inside the lists that a row stands in.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn reach(_: &App, ask: Reach) -> Result<Reached, ApiError> {
    Ok(reach::reach(&ask.path, &ask.lists, &ask.within))
}
