//! Fields of a group that need no items held: counts, sums, greatest, least, averages, the first
//! item's fields. They give what the expression would give of the whole list.

use data::Value;
use flow::run::ErrorClass;
use mapping::{Expression, Names};

use crate::step::{StepError, StepResult};

/// A field that is counted as items come.
#[derive(Debug, Clone)]
pub(super) enum Total {
    /// `$count($)`
    Count,
    /// `$sum(path)` and the like.
    Numbers(Fold, Expression),
    /// `$[0].path`
    First(Expression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Sum,
    Max,
    Min,
    Average,
}

/// How far a total has come.
#[derive(Debug, Clone)]
pub(super) enum State {
    Count(u64),
    Numbers { n: u64, sum: f64, extreme: Option<f64> },
    First(Option<Value>),
}

impl Total {
    /// The total that an expression is, if it is one.
    pub(super) fn of(expression: &Expression) -> Option<Self> {
        let source: String = expression.source().split_whitespace().collect();
        if source == "$count($)" {
            return Some(Self::Count);
        }
        if let Some(path) = source.strip_prefix("$[0].") {
            return plain_path(path).map(Self::First);
        }
        let folds = [
            ("$sum(", Fold::Sum),
            ("$max(", Fold::Max),
            ("$min(", Fold::Min),
            ("$average(", Fold::Average),
        ];
        folds.into_iter().find_map(|(begin, fold)| {
            let path = source.strip_prefix(begin)?.strip_suffix(')')?;
            plain_path(path).map(|path| Self::Numbers(fold, path))
        })
    }

    pub(super) fn begin(&self) -> State {
        match self {
            Self::Count => State::Count(0),
            Self::Numbers(..) => State::Numbers { n: 0, sum: 0.0, extreme: None },
            Self::First(_) => State::First(None),
        }
    }

    /// Takes the next item of a group in. `is_first` tells whether it is the group's first.
    pub(super) fn add(
        &self,
        state: &mut State,
        item: &Value,
        is_first: bool,
        names: &dyn Names,
        key: std::fmt::Arguments<'_>,
    ) -> StepResult<()> {
        match (self, state) {
            (Self::Count, State::Count(n)) => *n += 1,
            (Self::First(path), State::First(first)) if is_first => {
                *first = path
                    .eval(item, names)
                    .map_err(|fault| StepError::fault(&fault, key.to_string()))?;
            }
            (Self::Numbers(fold, path), State::Numbers { n, sum, extreme }) => {
                let found = path
                    .eval(item, names)
                    .map_err(|fault| StepError::fault(&fault, key.to_string()))?;
                let Some(found) = found else { return Ok(()) };
                for value in found.as_list().unwrap_or(std::slice::from_ref(&found)) {
                    let number = value.as_f64().ok_or_else(|| no_number(value, path, key))?;
                    *n += 1;
                    *sum += number;
                    *extreme = Some(match (fold, *extreme) {
                        (Fold::Max, Some(before)) => before.max(number),
                        (Fold::Min, Some(before)) => before.min(number),
                        _ => number,
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The value; none where the group has nothing to make it of.
    pub(super) fn finish(&self, state: State) -> Option<Value> {
        match (self, state) {
            (_, State::Count(n)) => Some(Value::from(n)),
            (_, State::First(first)) => first,
            (_, State::Numbers { n: 0, .. }) => None,
            (Self::Numbers(Fold::Average, _), State::Numbers { n, sum, .. }) => {
                Some(Value::from(sum / n as f64))
            }
            (Self::Numbers(Fold::Sum, _), State::Numbers { sum, .. }) => Some(Value::from(sum)),
            (_, State::Numbers { extreme, .. }) => extreme.map(Value::from),
        }
    }
}

fn plain_path(source: &str) -> Option<Expression> {
    Expression::parse(source).ok().filter(|path| path.as_path().is_some())
}

fn no_number(value: &Value, path: &Expression, key: std::fmt::Arguments<'_>) -> StepError {
    StepError::terminal(
        ErrorClass::Expression,
        format!("{path} is {value} for an item, which is no number."),
    )
    .advice("Turn it into a number first, for instance with a Map node.")
    .key(key.to_string())
}

#[cfg(test)]
mod tests {
    use mapping::NoNames;
    use serde_json::json;

    use super::*;

    /// The total and the evaluator agree on these items.
    fn check(source: &str, items: serde_json::Value) {
        let expression = Expression::parse(source).unwrap();
        let total = Total::of(&expression).unwrap();
        let items: Value = serde_json::from_value(items).unwrap();
        let mut state = total.begin();
        for (at, item) in items.as_list().unwrap().iter().enumerate() {
            total.add(&mut state, item, at == 0, &NoNames, format_args!("")).unwrap();
        }
        assert_eq!(total.finish(state), expression.eval(&items, &NoNames).unwrap(), "{source}");
    }

    #[test]
    fn totals_are_what_the_expression_gives_of_the_list() {
        let items = json!([
            { "a": 0.1, "b": { "c": 7 }, "d": "x" },
            { "a": 0.2, "b": { "c": -3 } },
            { "e": [1, 2] },
            { "a": 17, "e": 3 }
        ]);
        for source in [
            "$count($)",
            "$sum(a)",
            "$max(a)",
            "$min(b.c)",
            "$average( a )",
            "$sum(e)",
            "$[0].d",
            "$[0].b.c",
            "$[0].nothing",
            "$max(nothing)",
            "$average(b.c)",
        ] {
            check(source, items.clone());
        }
        assert!(Total::of(&Expression::parse("$sum(a * 2)").unwrap()).is_none());
        assert!(Total::of(&Expression::parse("$count(a)").unwrap()).is_none());
    }
}
