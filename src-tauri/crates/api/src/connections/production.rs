//! The writes to production systems that a flow would make, to be confirmed before its run begins.
//! Not the asking: a UI asks in its window, the command line on its terminal.

use engine::Target;
use flow::catalogue::Catalogue;
use flow::diagnostic::At;
use flow::file::{FlowFile, NodeSpec};
use transport::spec::{ConnectionSpec, Environment};

use crate::templates::all_nodes;
use crate::types::{ApiError, Code};

/// A node that changes something at a production system.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ProductionWrite {
    /// Where it is in the flow.
    pub(crate) at: At,
    /// What the user calls the node.
    pub(crate) node: String,
    /// The method of its calls, where it has one.
    pub(crate) method: String,
    /// What the user calls the connection.
    pub(crate) connection: String,
}

/// The nodes that would write to production, in the order of the file.
pub(crate) fn writes(
    file: &FlowFile,
    catalogue: &Catalogue,
    connections: &[ConnectionSpec],
) -> Vec<ProductionWrite> {
    let production = |node: &NodeSpec| {
        let id = node.connection.as_ref()?;
        connections
            .iter()
            .find(|spec| spec.id == *id && spec.environment == Environment::Production)
    };
    let mut writes = Vec::new();
    for node in all_nodes(&file.nodes).filter(|node| !node.disabled) {
        if let Some(spec) = production(node)
            && let Some(method) = writing(node, catalogue)
        {
            let title = catalogue.get(&node.kind).map_or(node.id.as_str(), |kind| &kind.info.title);
            writes.push(ProductionWrite {
                at: At { node: Some(node.id.clone()), ..At::default() },
                node: node.name.clone().unwrap_or_else(|| title.to_owned()),
                method,
                connection: spec.name.clone(),
            });
        }
    }
    writes
}

/// The method that a node writes with; none for a node that only reads.
fn writing(node: &NodeSpec, catalogue: &Catalogue) -> Option<String> {
    if !catalogue.get(&node.kind).is_some_and(|kind| kind.info.writes) {
        return None;
    }
    // A node that calls by HTTP reads unless it says otherwise.
    let method = node.params.get("method").and_then(|method| method.as_str()).unwrap_or("GET");
    let method = method.to_ascii_uppercase();
    let reads = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
    (!reads).then_some(method)
}

/// Whether a node changes something at a system or a file.
pub(crate) fn is_writing(node: &NodeSpec, catalogue: &Catalogue) -> bool {
    let calls = node.kind.as_str().starts_with("http.");
    let writes = catalogue.get(&node.kind).is_some_and(|kind| kind.info.writes);
    if calls { writing(node, catalogue).is_some() } else { writes }
}

/// Those of the writes that a run makes which goes so far.
pub(crate) fn within<'a>(
    writes: &'a [ProductionWrite],
    target: &Target,
) -> Vec<&'a ProductionWrite> {
    let is_within = |write: &&ProductionWrite| match target {
        Target::Only(node) => write.at.node.as_ref() == Some(node),
        Target::All | Target::UpTo(_) | Target::From(_) => true,
    };
    writes.iter().filter(is_within).collect()
}

/// The refusal of a run whose writes nobody has confirmed.
pub(crate) fn unconfirmed(writes: &[&ProductionWrite]) -> Option<ApiError> {
    let first = writes.first()?;
    let list: Vec<String> = writes
        .iter()
        .map(|write| {
            let ProductionWrite { node, method, connection, .. } = write;
            format!("\"{node}\" ({method} at {connection})")
        })
        .collect();
    let words =
        format!("This run writes to production: {}. Confirm it to let it begin.", list.join(", "));
    Some(ApiError::new(Code::Confirm, words).at(first.at.clone()))
}
