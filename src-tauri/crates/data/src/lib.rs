//! The values that flows carry, and the formats they come in and go out as.
//! Pure: it reads and writes through `Read` and `Write` only, knows no clock, no files, no tasks.
//!
//! Each format is a module with `read(bytes, …) -> Result<Value, Error>`, `write(value, …, out)`, and
//! `Items`, an iterator over the items of a source, where the format has items. Errors say what is
//! wrong and where.
//!
//! ```
//! use data::{Limits, Path, json};
//!
//! let order = json::read(br#"{"id": 7, "total": 19.90, "lines": [{"sku": "A-1"}]}"#, &Limits::default())?;
//! assert_eq!(order.get("total").unwrap().to_string(), "19.90");
//! assert_eq!("lines[0].sku".parse::<Path>()?.get(&order).unwrap().as_str(), Some("A-1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bin;
mod cached_size;
mod charset;
pub mod csv;
pub mod edi;
mod fault;
pub mod fixed;
pub mod form;
pub mod hl7;
pub mod json;
mod key;
pub mod mt940;
mod number;
mod object;
mod order;
mod path;
pub mod schema;
mod serde_impl;
mod shape;
mod shapes;
mod value;
pub mod xlsx;
pub mod xml;
pub mod yaml;

pub use crate::{
    charset::Charset,
    fault::{FaultKind, FormatError, Place},
    json::Limits,
    key::Key,
    number::Number,
    object::{Iter, Object, ObjectBuilder},
    path::{Path, PathError, Segment},
    schema::Schema,
    shape::Shape,
    value::{Kind, Value},
};
