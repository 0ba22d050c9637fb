//! Every code that a diagnostic of a flow can have, with what it means. Not the sentences.

/// What a diagnostic's code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeDoc {
    /// The code.
    pub code: &'static str,
    /// What it means.
    pub about: &'static str,
}

const fn c(code: &'static str, about: &'static str) -> CodeDoc {
    CodeDoc { code, about }
}

/// Every code, by its beginning. A new one is a line here.
#[rustfmt::skip]
pub const CODES: &[CodeDoc] = &[
    c("flow.empty", "The flow has no nodes yet."),
    c("flow.id", "The flow's id is empty or has characters that a file name should not have."),
    c("flow.no_start", "No node starts the flow."),
    c("flow.unread", "A part of the file could not be read and is kept as it was."),
    c("flow.key", "The flow has a key that this version does not know, or cannot read."),
    c("node.id", "A node's id is empty or has characters that a wire cannot name."),
    c("node.id_twice", "Two nodes have the same id."),
    c("node.unknown_type", "The catalogue has no such node type."),
    c("node.key", "A node has a key that this version does not know, or cannot read."),
    c("node.unreached", "No items can reach the node."),
    c("node.scope_empty", "A scope has nothing inside."),
    c("node.body", "A node that is no scope has a body."),
    c("node.retry_idle", "A node that calls no system has retries or a timeout."),
    c("node.retry_range", "The longest pause between tries is shorter than the first."),
    c("node.errors_lost", "Failed items leave by the error port, which leads nowhere."),
    c("node.start_disabled", "The node that starts the flow is disabled."),
    c("scope.place", "A node stands where it has no effect: it works inside certain scopes only."),
    c("scope.finally_twice", "A scope has more than one part that is done in any case."),
    c("scope.parts_joined", "A wire joins parts of a scope that are run for different reasons."),
    c("scope.nothing_tried", "A scope has handlers for errors, and nothing that could have any."),
    c("connection.missing", "A node names a connection that the environment in use does not have."),
    c("connection.environment", "The environment in use is none that connections are set up for."),
    c("connection.unread", "A connection that a node names cannot be read."),
    c("wire.no_node", "A wire names a node that is not there."),
    c("wire.no_port", "A wire names a port that its node does not have."),
    c("wire.error_port", "A wire leaves the error port of a node that has none."),
    c("wire.scope", "A wire leads into a scope or out of it."),
    c("wire.type", "A wire joins ports that carry different things."),
    c("wire.taken", "A second wire leads into an input that takes one."),
    c("wire.twice", "The same wire is there twice."),
    c("wire.cycle", "A wire closes a cycle."),
    c("param.missing", "A param that the node needs has no value."),
    c("param.unknown", "The node's type has no such param."),
    c("param.type", "A param's value is not of the kind that is needed."),
    c("param.range", "A number is too small or too large."),
    c("param.choice", "A value is none of the choices."),
    c("param.invalid", "The node's type refuses the param."),
    c("expression.syntax", "An expression cannot be read."),
    c("expression.fails", "A part of an expression fails whatever the item is."),
    c("name.unknown_var", "An expression names a variable that the flow does not have."),
    c("name.unknown_node", "An expression names a node that is not there."),
    c("name.not_before", "An expression names a node that does not come before."),
    c("name.unknown", "An expression names something that nothing gives a value."),
    c("name.out_of_reach", "A variable's value refers to something other than the environment."),
];
