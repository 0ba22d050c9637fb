//! The vocabulary of Gantry: flows as files and graphs, what is wrong with them, how they change,
//! and what is told of a run. Pure: no I/O, no clock, no tokio.

pub mod catalogue;
pub mod check;
pub mod diagnostic;
pub mod diff;
pub mod edit;
pub mod field;
pub mod file;
pub mod freshness;
pub mod graph;
pub mod id;
mod lower;
pub mod plan;
mod pointer;
mod read;
pub mod run;
pub mod triage;
mod write;
