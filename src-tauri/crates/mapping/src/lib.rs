//! JSONata over [`data::Value`]: expressions, texts with `{{ expressions }}` in them, and what can
//! be known of both without evaluating. Pure: time and randomness come in through [`Names`].
//!
//! An expression is read into a tree (`syntax`), made into steps (`compile`) and evaluated over
//! values that are borrowed from the item (`eval`, with the functions in `builtins`). Expressions
//! come from strangers: [`Limits`] hold for each evaluation.
//!
//! ```
//! use mapping::{Expression, NoNames};
//!
//! let total = Expression::parse("$sum(lines.(price * quantity))").unwrap();
//! let order: data::Value =
//!     serde_json::from_str(r#"{"lines": [{"price": 2.5, "quantity": 2}, {"price": 1, "quantity": 3}]}"#).unwrap();
//! let sum = total.eval(&order, &NoNames).unwrap().unwrap();
//! assert_eq!(serde_json::to_string(&sum).unwrap(), "8");
//! ```
//!
//! # Where it differs from JSONata 2.2 on purpose
//!
//! - Numbers of the item keep their digits as long as nothing computes with them: large ids compare
//!   exactly, and `3.0` is written as `3.0`. `$decimal(…)` counts in decimals.
//! - Objects keep their fields in the order in which they came; JavaScript puts names that look like
//!   numbers first.
//! - A result that JSON cannot write, an endless number or a function, is a fault, not `null`.
//! - Texts are Unicode: half a surrogate pair is the replacement character. Two of the official
//!   cases cannot be written down for that reason; all others come out as they should.
//! - Limits of time, steps, depth and memory are always on, see [`Limits`].
//! - Time zones of negative half hours are counted right; month names are read in any case.
//! - Regular expressions search in linear time; those with look-around or back-references need to go
//!   back and forth, and give up at a limit.
//! - `$node("id")`, `$vars`, `$env` and `$run` are Gantry's own.
//!
//! Each smaller one is listed with its reason in `tests/differential/deviations.rs`, where thousands
//! of made expressions are held against the npm package.

#![allow(clippy::unnecessary_box_returns, reason = "faults are boxed: they are rare and large")]
#![allow(
    clippy::option_option,
    reason = "a lane that does not lead through, one that leads to nothing, and one to a value"
)]
#![allow(clippy::float_cmp, reason = "JSONata compares numbers exactly")]

mod builtins;
mod check;
mod compile;
mod eval;
mod explain;
mod expression;
mod fault;
mod functions;
mod json_template;
mod names;
pub mod pattern;
pub mod picture;
mod reference;
pub mod rule;
mod stopwatch;
pub mod suggest;
pub mod syntax;
mod template;
pub mod url;

pub use eval::Limits;
pub use explain::{Explanation, Read};
pub use expression::Expression;
pub use fault::{Fault, Span};
pub use functions::{Function, functions};
pub use json_template::JsonTemplate;
pub use names::{Names, NoNames};
pub use reference::{Reference, Target};
pub use template::Template;
