//! The vocabulary of Gantry: flows as files and graphs, what is wrong with them, how they change,
//! and what is told of a run. Pure: no I/O, no clock, no tokio.

pub mod catalogue;
pub mod diagnostic;
pub mod edit;
pub mod field;
pub mod file;
pub mod id;
pub mod run;
