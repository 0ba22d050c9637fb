//! Rules of the node, shown on small flows.
