//! Runs flows: stages, scopes, lineage, steps and the journal. It knows no database and no window;
//! events leave through [`journal::Journal`], effects through [`step::StepContext`].

mod build;
pub mod called;
pub mod calls;
pub mod catalogue;
mod embedded;
mod emitter;
pub mod engine;
mod error_value;
mod gate;
mod inlet;
pub mod item;
pub mod journal;
pub mod known;
mod launch;
mod ledger;
pub mod lineage;
mod made;
pub mod marks;
pub mod node;
mod nodes;
pub mod outbox;
mod partition;
pub mod ports;
mod program;
mod recorder;
pub mod respond;
mod rules;
mod run;
pub mod run_scope;
mod scope;
pub mod services;
pub mod signals;
mod sorter;
mod spill;
mod stage;
mod stages;
pub mod state;
pub mod step;
pub mod tables;
mod tally;
#[cfg(test)]
mod tests;
pub mod webhook;
mod window;

pub use emitter::Output;
pub use engine::{
    Engine, EngineOptions, Prepared, Resumed, Run, RunHandle, RunOutcome, RunRequest,
};
pub use flow::plan::Target;
pub use gate::RunControl;
pub use run_scope::Clock;

/// The rows of `data.map`: as params, and as a mapping that tells what it does to each field.
pub mod map {
    pub use crate::nodes::data_map::{
        FieldCoercion, FieldTrouble, FieldType, InEntry, MapField, Mapper, Missing, Params, Trace,
        TroubleKind, code_list, loss, tables_in, tables_of,
    };
}
