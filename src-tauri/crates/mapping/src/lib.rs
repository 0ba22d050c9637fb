//! JSONata over [`data::Value`]: expressions, texts with `{{ expressions }}` in them, and what can
//! be known of both without evaluating. Pure: time and randomness come in through [`Names`].
//!
//! The evaluator underneath is a crate of its own that nothing outside this one sees.
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

mod convert;
mod expression;
mod fast;
mod fault;
mod functions;
mod json_template;
mod names;
mod reference;
pub mod rule;
mod runtime;
mod scan;
pub mod suggest;
mod template;

pub use expression::Expression;
pub use fault::{Fault, Span};
pub use functions::{Function, functions};
pub use json_template::JsonTemplate;
pub use names::{Names, NoNames};
pub use reference::{Reference, Target};
pub use template::Template;
