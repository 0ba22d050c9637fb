//! What an expression can reach besides its item. Not the item.

use data::Value;

use crate::Fault;

/// Serves the names that an expression can reach besides the item itself.
///
/// Time and randomness come from here too, so that the same run gives the same result.
pub trait Names {
    /// The value of `$vars`, `$env` or `$run`, by its name without the `$`.
    ///
    /// Each is an object; `None` makes the name nothing, as JSONata does with a name it does not
    /// know.
    fn get(&self, name: &str) -> Option<Value>;

    /// The item of node `id` that the current item came from.
    ///
    /// # Errors
    /// A [`Fault`] that says why there is none.
    fn node(&self, id: &str) -> Result<Value, Fault>;

    /// The time for `$now()` and `$millis()`, in milliseconds since 1970-01-01 UTC. It is asked for
    /// once per evaluation. Without one both are a fault.
    fn now_ms(&self) -> Option<i64> {
        None
    }

    /// The seed for `$random()` and `$shuffle()` of one evaluation. Without one both are a fault.
    fn seed(&self) -> Option<u64> {
        None
    }
}

/// No names at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        Err(no_node(id))
    }
}

pub(crate) fn no_node(id: &str) -> Fault {
    Fault::new(
        "G0005",
        format!(
            "There is no item of a node \"{id}\" here. Name a node that stands before this one."
        ),
    )
}
