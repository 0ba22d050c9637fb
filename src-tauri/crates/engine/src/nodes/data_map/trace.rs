//! A mapping told step by step, for whoever designs it: what `data.map` makes of an item, and what
//! happened to each field on the way. Goes through the rows that a run goes through.

use data::Value;
use flow::catalogue::Problem;
use mapping::Names;

use super::convert::loss;
use super::params::MapField;
use super::rows::{Failure, Row, Rows, Watch, not_an_object};
use crate::step::{StepError, StepResult};

/// A mapping that tells what it does.
#[derive(Debug)]
pub struct Mapper {
    rows: Rows,
    keep: bool,
}

/// What became of one item.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// What the node gives for it; none where it is rejected.
    pub output: Option<Value>,
    /// What went wrong, in the order of the rows.
    pub troubles: Vec<FieldTrouble>,
    /// Which values were turned into another type.
    pub coercions: Vec<FieldCoercion>,
    /// The rows whose expression gave nothing, each with the entries that it stood in.
    pub missed: Vec<(String, Vec<usize>)>,
}

/// What went wrong with one field.
#[derive(Debug, Clone)]
pub struct FieldTrouble {
    /// The row: `/params/fields/0`.
    pub key: String,
    /// Which entries of the lists around it, from the outermost, counted from 0.
    pub entries: Vec<usize>,
    /// What went wrong.
    pub error: TroubleKind,
}

/// Why a field has no value.
#[derive(Debug, Clone)]
pub enum TroubleKind {
    /// The expression has no result.
    Fault(mapping::Fault),
    /// The value cannot be turned into the type.
    Type {
        /// The value.
        value: Value,
        /// A sentence.
        message: String,
    },
    /// There is no value, and the item is rejected for that.
    Missing {
        /// A sentence.
        message: String,
    },
    /// The item as a whole cannot be taken.
    Item {
        /// A sentence.
        message: String,
    },
}

/// A value that was turned into another type.
#[derive(Debug, Clone)]
pub struct FieldCoercion {
    /// The row.
    pub key: String,
    /// Which entries of the lists around it.
    pub entries: Vec<usize>,
    /// What the expression gave.
    pub from: Value,
    /// What became of it.
    pub to: Value,
    /// What was lost, or taken for granted.
    pub loss: Option<&'static str>,
}

impl Mapper {
    /// A mapping of these rows, each with where it stands in the node: `/params/fields/0`.
    ///
    /// # Errors
    /// The first row that does not fit the others.
    pub fn new(
        fields: impl IntoIterator<Item = (String, MapField)>,
        keep: bool,
    ) -> Result<Self, Problem> {
        Ok(Self { rows: Rows::of_placed(fields)?, keep })
    }

    /// What the mapping makes of an item.
    pub fn trace(&self, item: &Value, names: &dyn Names) -> Trace {
        let mut watch = Tracing::default();
        let output = match (self.keep, item.as_object()) {
            (false, _) => self.rows.object(item, names, &mut watch),
            (true, Some(base)) => self.rows.object_onto(base, item, names, &mut watch),
            (true, None) => Err(not_an_object(item)),
        };
        let mut trace = watch.trace;
        match output {
            Ok(value) if trace.troubles.is_empty() => trace.output = Some(value),
            Ok(_) => {}
            Err(error) => trace.troubles.push(of_item(&error)),
        }
        trace
    }
}

fn of_item(error: &StepError) -> FieldTrouble {
    let message = error.trouble().map_or_else(String::new, |trouble| trouble.message.clone());
    FieldTrouble { key: String::new(), entries: Vec::new(), error: TroubleKind::Item { message } }
}

/// Sees all that happens, and lets the other rows go on after a failure.
#[derive(Default)]
struct Tracing {
    trace: Trace,
    entries: Vec<usize>,
}

impl Watch for Tracing {
    fn failed(&mut self, row: &Row, failure: Failure) -> StepResult<()> {
        let error = match failure {
            Failure::Fault(fault) => TroubleKind::Fault(fault),
            Failure::Refused(Some(value), message) => TroubleKind::Type { value, message },
            Failure::Refused(None, message) => TroubleKind::Missing { message },
        };
        let (key, entries) = (row.key.clone(), self.entries.clone());
        self.trace.troubles.push(FieldTrouble { key, entries, error });
        Ok(())
    }

    fn missed(&mut self, row: &Row) {
        self.trace.missed.push((row.key.clone(), self.entries.clone()));
    }

    fn converted(&mut self, row: &Row, from: &Value, to: &Value) {
        let loss = loss(from, row.field.kind);
        if loss.is_none() && from == to && from.kind() == to.kind() {
            return;
        }
        self.trace.coercions.push(FieldCoercion {
            key: row.key.clone(),
            entries: self.entries.clone(),
            from: from.clone(),
            to: to.clone(),
            loss,
        });
    }

    fn enter(&mut self, index: usize) {
        self.entries.push(index);
    }

    fn leave(&mut self) {
        self.entries.pop();
    }
}
