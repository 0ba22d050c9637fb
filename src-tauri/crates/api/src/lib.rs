//! Every command, typed on both sides. Knows no window.

pub mod commands;
pub mod sandbox;
pub mod types;
