//! Where Gantry comes to something else than the npm package, and why it shall.

use serde_json::Value as Json;

use crate::outcome::Outcome;

/// A class of deviations.
pub(crate) struct Deviation {
    pub(crate) name: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) holds: fn(source: &str, theirs: &Outcome, ours: &Outcome) -> bool,
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "a function is no result",
        reason: "JSON has no functions: what comes to one is an error here, and left out or empty there",
        holds: |_, theirs, ours| has(theirs, "not a value") && ours.is_error("G0006"),
    },
    Deviation {
        name: "a number that JSON cannot write",
        reason: "NaN and Infinity become null when JavaScript writes them; here they are an error",
        holds: |_, theirs, ours| has(theirs, "not a number") && matches!(ours, Outcome::Error(_)),
    },
];

/// Whether a value has a mark of `evaluate.mjs` anywhere.
fn has(outcome: &Outcome, mark: &str) -> bool {
    fn find(value: &Json, mark: &str) -> bool {
        match value {
            Json::Array(items) => items.iter().any(|item| find(item, mark)),
            Json::Object(members) => {
                members.contains_key(mark) || members.values().any(|item| find(item, mark))
            }
            _ => false,
        }
    }
    matches!(outcome, Outcome::Value(value) if find(value, mark))
}
