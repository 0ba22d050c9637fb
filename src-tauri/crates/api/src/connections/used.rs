//! Which flows name which connections. Not what the connections are.

use std::collections::HashMap;

use flow::file::{FlowFile, NodeSpec};
use flow::id::ConnectionId;
use store::Store;

use super::FlowUse;
use crate::App;
use crate::templates::all_nodes;
use crate::types::ApiError;

/// The flows of the database by the connections that they name.
#[derive(Debug, Default)]
pub(super) struct Used(HashMap<ConnectionId, Vec<FlowUse>>);

impl Used {
    pub(super) fn of(&self, id: &ConnectionId) -> &[FlowUse] {
        self.0.get(id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Looks through all flows; one that cannot be read names none.
pub(super) async fn all(app: &App) -> Result<Used, ApiError> {
    let rows = app.read(Store::flows).await?;
    let mut used = Used::default();
    for row in rows {
        let Ok(file) = flow::file::read(&row.file) else { continue };
        for (id, _) in named_in(&file) {
            let flow = FlowUse { flow: row.id.clone(), name: row.name.clone() };
            used.0.entry(id.clone()).or_default().push(flow);
        }
    }
    Ok(used)
}

/// The connections that a flow names, each with the nodes that do, in the order of the file.
pub(super) fn named_in(file: &FlowFile) -> Vec<(&ConnectionId, Vec<&NodeSpec>)> {
    let mut named: Vec<(&ConnectionId, Vec<&NodeSpec>)> = Vec::new();
    for node in all_nodes(&file.nodes) {
        let Some(id) = &node.connection else { continue };
        match named.iter_mut().find(|(known, _)| *known == id) {
            Some((_, nodes)) => nodes.push(node),
            None => named.push((id, vec![node])),
        }
    }
    named
}

/// Whether a flow names any connection.
pub(crate) fn names_any(file: &FlowFile) -> bool {
    all_nodes(&file.nodes).any(|node| node.connection.is_some())
}
