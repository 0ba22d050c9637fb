//! How a run's calls are made: with which accounts, and met how. Not the calls.

use std::collections::HashMap;
use std::sync::Arc;

use flow::id::{ConnectionId, NodeId};
use transport::{Conduct, Connection};

/// How a run's calls are made.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// The accounts that the flow's nodes name, in the environment that the run is in.
    pub connections: HashMap<ConnectionId, Arc<Connection>>,
    /// How calls are met.
    pub conduct: Conduct,
    /// How the calls of these nodes are met instead.
    pub nodes: HashMap<NodeId, Conduct>,
}

impl Calls {
    /// Lets no node reach other hosts than these, where nobody named fewer.
    pub(crate) fn keep_to(&mut self, hosts: &Arc<[String]>) {
        for conduct in self.nodes.values_mut().chain([&mut self.conduct]) {
            conduct.hosts.get_or_insert_with(|| Arc::clone(hosts));
        }
    }

    /// How the calls of a node are met.
    pub(crate) fn conduct_of(&self, node: &NodeId) -> &Conduct {
        self.nodes.get(node).unwrap_or(&self.conduct)
    }
}
