//! The suites that need more than one crate, and the house rules.

mod templates;
mod tidy;
