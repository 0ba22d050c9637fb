//! Checks of nodes that have a meaning inside certain scopes only: what catches errors, what is done
//! in any case, what ends a loop. Not what is inside a scope otherwise.

use super::{Checker, at_node};
use crate::catalogue::{Inside, Role};
use crate::diagnostic::{At, Severity};

impl Checker<'_> {
    /// The places of nodes that have a role, and the parts of scopes.
    pub(super) fn scopes(&mut self) {
        for node in 0..self.specs.len() {
            match self.graph.nodes()[node].passage.role {
                Role::Plain => {}
                Role::Catch | Role::Finally => self.handler(node),
                Role::Leave if self.specs[node].disabled => {}
                Role::Leave => self.leave(node),
            }
            if self.inside(node) == Some(Inside::Guarded) {
                self.guarded(node);
            }
        }
    }

    /// How a scope takes what is inside it; none where the node is no scope.
    fn inside(&self, node: usize) -> Option<Inside> {
        let node = &self.graph.nodes()[node];
        node.is_scope().then_some(node.passage.inside)
    }

    fn handler(&mut self, node: usize) {
        let around = self.graph.nodes()[node].scope;
        let is_off = around.is_some_and(|scope| self.specs[scope].disabled);
        if is_off || around.and_then(|scope| self.inside(scope)) == Some(Inside::Guarded) {
            return;
        }
        let message = format!(
            "\"{}\" works right inside a try scope only. Drag it into one.",
            self.title(node)
        );
        self.tell(Severity::Error, "scope.place", at_node(self.specs[node]), message);
    }

    fn leave(&mut self, node: usize) {
        let around: Vec<usize> = self.graph.around(node).skip(1).collect();
        if around.into_iter().any(|scope| self.inside(scope) == Some(Inside::Turns)) {
            return;
        }
        let message = format!(
            "\"{}\" ends a loop, and stands in none. Drag it into a loop, or end the run with a stop node.",
            self.title(node)
        );
        self.tell(Severity::Error, "scope.place", at_node(self.specs[node]), message);
    }

    /// What is tried, and the handlers beside it.
    fn guarded(&mut self, scope: usize) {
        let is = |checker: &Self, node: usize, role| {
            checker.graph.nodes()[node].passage.role == role && !checker.specs[node].disabled
        };
        let inside: Vec<usize> = self.graph.children(Some(scope)).collect();
        let finals = inside.iter().copied().filter(|node| is(self, *node, Role::Finally));
        for node in finals.skip(1).collect::<Vec<_>>() {
            let message = format!(
                "\"{}\" has more than one part that is done in any case. Keep one, and wire the rest behind it.",
                self.title(scope)
            );
            self.tell(Severity::Error, "scope.finally_twice", at_node(self.specs[node]), message);
        }
        let handlers: Vec<usize> = inside
            .into_iter()
            .filter(|node| {
                matches!(self.graph.nodes()[*node].passage.role, Role::Catch | Role::Finally)
            })
            .collect();
        for wire in 0..self.graph.wires().len() {
            self.joins_parts(scope, wire, &handlers);
        }
        let is_reached = self.graph.reached_from(handlers.iter().copied());
        let is_tried = self.graph.children(Some(scope)).any(|node| !is_reached[node]);
        if !handlers.is_empty() && !is_tried {
            let message = format!(
                "There is nothing to try in \"{}\": all nodes inside belong to its handlers. Add what may fail.",
                self.title(scope)
            );
            self.tell(
                Severity::Warning,
                "scope.nothing_tried",
                at_node(self.specs[scope]),
                message,
            );
        }
    }

    /// A wire into what follows a handler, from something that does not.
    fn joins_parts(&mut self, scope: usize, wire: usize, handlers: &[usize]) {
        let (from, to) = (self.graph.wires()[wire].from, self.graph.wires()[wire].to);
        if self.graph.nodes()[from].scope != Some(scope) {
            return;
        }
        let follows =
            |node: usize, handler: usize| node == handler || self.graph.is_reached(handler, node);
        let Some(handler) = handlers
            .iter()
            .copied()
            .find(|handler| follows(to, *handler) && !follows(from, *handler))
        else {
            return;
        };
        let message = format!(
            "\"{}\" leads to what \"{}\" begins, and is run for another reason. Delete the wire: what follows both belongs behind the try scope.",
            self.title(from),
            self.title(handler)
        );
        let at = At { wire: Some(self.graph.wires()[wire].id.clone()), ..At::default() };
        self.tell(Severity::Error, "scope.parts_joined", at, message);
    }
}
