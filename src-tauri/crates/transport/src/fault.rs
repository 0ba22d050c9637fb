//! Faults that are switched on, to see what a flow does when a system fails. Not the real ones.

/// The faults that are switched on for a run.
#[derive(Debug, Default)]
pub struct Faults {}
