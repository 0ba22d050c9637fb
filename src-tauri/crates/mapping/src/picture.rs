//! Pictures: the small formats that say how a number or a date is written. Each is read once and
//! kept; none knows of expressions. Semantics: XPath Functions 3.1 as `jsonata` 2.2.2 has them.

pub mod calendar;
pub mod datetime;
pub mod decimal;
pub mod integer;
pub mod iso;
pub mod number;
mod words;
