//! Rows ready for items: what makes the fields of an object of one item, and of each entry of its
//! lists. A run and the preview of the mapper go through the same code; see `trace` for the latter.

use data::{Object, Value};
use flow::catalogue::Problem;
use flow::run::ErrorClass;
use mapping::{Fault, Names};

use super::convert::{FieldType, convert, shown};
use super::params::{MapField, Missing};
use super::shape::Tree;
use crate::step::{StepError, StepResult};

/// The rows of one object.
#[derive(Debug)]
pub(super) struct Rows {
    rows: Vec<Row>,
    tree: Tree,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// Where it stands in the node: `/params/fields/0`.
    pub(super) key: String,
    pub(super) field: MapField,
    /// What makes the entries, where it stands for each of a list.
    inner: Option<Rows>,
}

/// Why a row has no value for an item.
pub(super) enum Failure {
    /// Its expression has no result.
    Fault(Fault),
    /// What its expression gave cannot be taken; the value, and a sentence.
    Refused(Option<Value>, String),
}

/// Sees what happens while rows are worked on. The rows of a run are not watched.
pub(super) trait Watch {
    /// A row failed.
    ///
    /// # Errors
    /// What ends the work on the item; nothing, where the other rows shall be worked on.
    fn failed(&mut self, row: &Row, failure: Failure) -> StepResult<()>;

    /// A row's expression gave nothing.
    fn missed(&mut self, _row: &Row) {}

    /// A row's value was turned into its type.
    fn converted(&mut self, _row: &Row, _from: &Value, _to: &Value) {}

    /// The rows of an entry of a list come next.
    fn enter(&mut self, _index: usize) {}

    /// The rows of an entry are done.
    fn leave(&mut self) {}
}

/// How a run looks at rows: the first failure ends the work on the item.
pub(super) struct Unwatched;

impl Watch for Unwatched {
    fn failed(&mut self, row: &Row, failure: Failure) -> StepResult<()> {
        Err(row.error(&failure))
    }
}

impl Rows {
    /// Makes rows ready. `at` is where they stand in the node: `/params/fields`.
    pub(super) fn of(fields: Vec<MapField>, at: &str) -> Result<Self, Problem> {
        let rows = fields.into_iter().enumerate();
        Self::of_placed(rows.map(|(index, field)| (format!("{at}/{index}"), field)))
    }

    /// Makes rows ready, each with where it stands in the node.
    pub(super) fn of_placed(
        fields: impl IntoIterator<Item = (String, MapField)>,
    ) -> Result<Self, Problem> {
        let rows: Vec<Row> =
            fields.into_iter().map(|(key, field)| Row::of(key, field)).collect::<Result<_, _>>()?;
        let names = rows.iter().map(|row| (row.key.as_str(), row.field.to.as_str()));
        Ok(Self { tree: Tree::of(names)?, rows })
    }

    /// The object that the rows make.
    pub(super) fn object<W: Watch>(
        &self,
        item: &Value,
        names: &dyn Names,
        watch: &mut W,
    ) -> StepResult<Value> {
        Ok(self.tree.build(&self.values(item, names, watch)?))
    }

    /// The object with the fields set in it that the rows make.
    pub(super) fn object_onto<W: Watch>(
        &self,
        base: &Object,
        item: &Value,
        names: &dyn Names,
        watch: &mut W,
    ) -> StepResult<Value> {
        Ok(self.tree.build_onto(base, &self.values(item, names, watch)?))
    }

    fn values<W: Watch>(
        &self,
        item: &Value,
        names: &dyn Names,
        watch: &mut W,
    ) -> StepResult<Vec<Option<Value>>> {
        let mut values = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            values.push(match row.value(item, names, watch) {
                Ok(value) => value,
                Err(Stop::Failed(failure)) => {
                    watch.failed(row, failure)?;
                    None
                }
                Err(Stop::Inside(error)) => return Err(error),
            });
        }
        Ok(values)
    }
}

/// Why a row stops.
enum Stop {
    Failed(Failure),
    /// A row inside it ended the work on the item.
    Inside(StepError),
}

impl Row {
    fn of(key: String, field: MapField) -> Result<Self, Problem> {
        let problem =
            |under: &str, message: String| Problem { key: format!("{key}/{under}"), message };
        if field.missing == Missing::Empty && field.fields.is_none() && field.kind.empty().is_none()
        {
            let message = format!(
                "A {} cannot be empty. Choose null, a default value, or another type.",
                field.kind.name()
            );
            return Err(problem("missing", message));
        }
        let Some(inner) = &field.fields else { return Ok(Self { key, field, inner: None }) };
        if !matches!(field.kind, FieldType::Any | FieldType::List | FieldType::ListOfObject) {
            let message = format!(
                "\"{}\" makes an object for each entry, so it is a list and no {}. Choose the type list.",
                field.to,
                field.kind.name()
            );
            return Err(problem("type", message));
        }
        let inner = Some(Rows::of(inner.clone(), &format!("{key}/fields"))?);
        Ok(Self { key, field, inner })
    }

    fn value<W: Watch>(
        &self,
        item: &Value,
        names: &dyn Names,
        watch: &mut W,
    ) -> Result<Option<Value>, Stop> {
        // Amounts are counted in decimals, so that no cent is lost.
        let found = match self.field.kind {
            FieldType::Decimal | FieldType::DecimalComma => {
                self.field.from.eval_decimal(item, names)
            }
            _ => self.field.from.eval(item, names),
        };
        let Some(value) = found.map_err(|fault| Stop::Failed(Failure::Fault(fault)))? else {
            watch.missed(self);
            return self.absent().map_err(Stop::Failed);
        };
        if let Some(inner) = &self.inner {
            return self.for_each(inner, &value, item, names, watch).map(Some);
        }
        if self.field.kind == FieldType::Any {
            return Ok(Some(value));
        }
        match convert(&value, self.field.kind) {
            Ok(converted) => {
                watch.converted(self, &value, &converted);
                Ok(Some(converted))
            }
            Err(why) => {
                let told = format!("The field \"{}\" {why}", self.field.to);
                Err(Stop::Failed(Failure::Refused(Some(value), told)))
            }
        }
    }

    /// The value of a row whose expression gives nothing.
    fn absent(&self) -> Result<Option<Value>, Failure> {
        match self.field.missing {
            Missing::Omit => Ok(None),
            Missing::Null => Ok(Some(Value::null())),
            Missing::Empty if self.inner.is_some() => Ok(Some(Value::list([]))),
            Missing::Empty => Ok(Some(self.field.kind.empty().unwrap_or_default())),
            Missing::Default => Ok(Some(self.field.default.clone().unwrap_or_default())),
            Missing::Error => {
                let MapField { to, from, .. } = &self.field;
                let told = format!("The field \"{to}\" has no value: {from} gives nothing.");
                Err(Failure::Refused(None, told))
            }
        }
    }

    /// A list with an object for each entry; null is a list of none, a single value one of one.
    fn for_each<W: Watch>(
        &self,
        inner: &Rows,
        list: &Value,
        item: &Value,
        names: &dyn Names,
        watch: &mut W,
    ) -> Result<Value, Stop> {
        let whole = names.get("item").unwrap_or_else(|| item.clone());
        let names = InEntry::new(names, &whole, item);
        let entries = match list.as_list() {
            Some(entries) => entries,
            None if list.is_null() => &[],
            None => std::slice::from_ref(list),
        };
        let mut objects = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            watch.enter(index);
            let object = inner.object(entry, &names, watch);
            watch.leave();
            objects.push(object.map_err(|error| Stop::Inside(self.in_entry(index, error)))?);
        }
        Ok(Value::from(objects))
    }

    fn in_entry(&self, index: usize, error: StepError) -> StepError {
        error.with(|trouble| {
            let place = format!("In entry {} of \"{}\": ", index + 1, self.field.to);
            trouble.message.insert_str(0, &place);
        })
    }

    fn error(&self, failure: &Failure) -> StepError {
        let key = format!("{}/from", self.key);
        match failure {
            Failure::Fault(fault) => StepError::fault(fault, key),
            Failure::Refused(_, message) => {
                StepError::terminal(ErrorClass::Validation, message.clone())
                    .advice("Mend the data at its source, or change what the field is made from.")
                    .key(key)
            }
        }
    }
}

/// What the rows of an entry can reach besides the entry.
pub struct InEntry<'a> {
    names: &'a dyn Names,
    whole: &'a Value,
    outer: &'a Value,
}

impl<'a> InEntry<'a> {
    /// Names with `$item`, the whole item, and `$outer`, what stands around the entry.
    pub fn new(names: &'a dyn Names, whole: &'a Value, outer: &'a Value) -> Self {
        Self { names, whole, outer }
    }
}

impl Names for InEntry<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "item" => Some(self.whole.clone()),
            "outer" => Some(self.outer.clone()),
            name => self.names.get(name),
        }
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        self.names.node(id)
    }

    fn now_ms(&self) -> Option<i64> {
        self.names.now_ms()
    }

    fn seed(&self) -> Option<u64> {
        self.names.seed()
    }
}

/// What is told of an item that is no object where its fields are to be kept.
pub(super) fn not_an_object(value: &Value) -> StepError {
    StepError::terminal(
        ErrorClass::Validation,
        format!("The item is {}, a {}, so it has no fields to keep.", shown(value), value.kind()),
    )
    .advice("Switch \"keep\" off, or make objects of the items first.")
    .key("/params/keep")
}
