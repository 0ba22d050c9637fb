//! Suggests which source field a target field is made from: by names, kinds and samples, offline
//! and always the same for the same fields. Not what a rule beyond a path could be.

mod names;
mod score;

pub use score::{Candidate, FieldFacts, FieldKind, Pairing, pair};

#[cfg(test)]
mod tests;
