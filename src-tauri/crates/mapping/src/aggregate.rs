//! Sums, counts and the like over a list that is never at hand as a whole: item by item, in
//! constant memory. Not other expressions: those need the list.

use data::{Key, Kind, Value};

use crate::scan::{Kind as Token, Token as Placed, tokens};
use crate::{Expression, Fault};

/// An expression over a list that can be worked out item by item: `$sum(path)`, `$count($)`,
/// `$count(path)`, `$min(path)`, `$max(path)`, `$average(path)` and `$[0].path`.
///
/// It gives what [`Expression::eval`] gives for the whole list; a test compares the two.
///
/// ```
/// use data::Value;
/// use mapping::{Aggregate, Expression};
///
/// let sum = Aggregate::of(&Expression::parse("$sum(total)").unwrap()).unwrap();
/// let mut tally = sum.start();
/// for total in [2, 3] {
///     tally.take(&sum, &Value::object([("total", Value::from(total))])).unwrap();
/// }
/// assert_eq!(tally.finish(&sum), Some(Value::from(5)));
/// ```
#[derive(Debug, Clone)]
pub struct Aggregate {
    function: Function,
    steps: Vec<Key>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Sum,
    Count,
    Min,
    Max,
    Average,
    First,
}

/// What is known of the items so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    n_items: u64,
    n_found: u64,
    number: f64,
    first: Option<Value>,
}

impl Aggregate {
    /// Reads an expression, if it is of those that can be worked out item by item.
    pub fn of(expression: &Expression) -> Option<Self> {
        let tokens = tokens(expression.source()).ok()?;
        call(&tokens).or_else(|| first(&tokens))
    }

    /// The tally of no items.
    pub fn start(&self) -> Tally {
        Tally::default()
    }
}

fn call(tokens: &[Placed<'_>]) -> Option<Aggregate> {
    let [Placed { kind: Token::Variable(name), .. }, open, inner @ .., close] = tokens else {
        return None;
    };
    let function = match *name {
        "sum" => Function::Sum,
        "count" => Function::Count,
        "min" => Function::Min,
        "max" => Function::Max,
        "average" => Function::Average,
        _ => return None,
    };
    let is_call = open.kind == Token::Symbol("(") && close.kind == Token::Symbol(")");
    let steps = match inner {
        [Placed { kind: Token::Variable(""), .. }, rest @ ..] => steps(rest)?,
        [first, rest @ ..] => {
            let mut path = vec![name_of(first)?];
            path.extend(steps(rest)?);
            path
        }
        [] => return None,
    };
    is_call.then_some(Aggregate { function, steps })
}

/// `$[0]`, with a path behind it or not.
fn first(tokens: &[Placed<'_>]) -> Option<Aggregate> {
    let [item, open, index, close, rest @ ..] = tokens else { return None };
    let is_first = item.kind == Token::Variable("")
        && open.kind == Token::Symbol("[")
        && index.kind == Token::Number("0")
        && close.kind == Token::Symbol("]");
    is_first.then_some(Aggregate { function: Function::First, steps: steps(rest)? })
}

/// `.name.name`, to the end.
fn steps(tokens: &[Placed<'_>]) -> Option<Vec<Key>> {
    tokens
        .chunks(2)
        .map(|pair| match pair {
            [dot, name] if dot.kind == Token::Symbol(".") => name_of(name),
            _ => None,
        })
        .collect()
}

fn name_of(token: &Placed<'_>) -> Option<Key> {
    match token.kind {
        Token::Word("and" | "or" | "in" | "true" | "false" | "null" | "function" | "λ") => None,
        Token::Word(name) | Token::Quoted(name) => Some(Key::new(name)),
        _ => None,
    }
}

impl Tally {
    /// Takes the next item of the list.
    ///
    /// # Errors
    /// JSONata's T0412 for what is no number where numbers are needed.
    pub fn take(&mut self, aggregate: &Aggregate, item: &Value) -> Result<(), Fault> {
        self.n_items += 1;
        match aggregate.function {
            Function::First if self.n_items > 1 => Ok(()),
            Function::First => {
                self.first = field(item, &aggregate.steps);
                Ok(())
            }
            Function::Count if aggregate.steps.is_empty() => {
                self.n_found += 1;
                Ok(())
            }
            _ => self.walk(aggregate, item, &aggregate.steps),
        }
    }

    /// What the expression gives for all items that were taken; nothing as JSONata has it.
    pub fn finish(self, aggregate: &Aggregate) -> Option<Value> {
        match aggregate.function {
            Function::First => self.first,
            Function::Count => Some(Value::from(self.n_found)),
            _ if self.n_found == 0 => None,
            Function::Average => Some(Value::from(self.number / self.n_found as f64)),
            Function::Sum | Function::Min | Function::Max => Some(Value::from(self.number)),
        }
    }

    /// Follows the path; lists on the way are followed entry by entry, as JSONata maps over them.
    fn walk(&mut self, aggregate: &Aggregate, at: &Value, steps: &[Key]) -> Result<(), Fault> {
        if let Some(entries) = at.as_list() {
            return entries.iter().try_for_each(|entry| match (entry.kind(), steps) {
                // A list in a list that is the result already stays as it is.
                (Kind::List, []) => self.found(aggregate, entry),
                _ => self.walk(aggregate, entry, steps),
            });
        }
        let Some((step, rest)) = steps.split_first() else { return self.found(aggregate, at) };
        match at.as_object().and_then(|object| object.get_key(step)) {
            Some(value) => self.walk(aggregate, value, rest),
            None => Ok(()),
        }
    }

    fn found(&mut self, aggregate: &Aggregate, value: &Value) -> Result<(), Fault> {
        self.n_found += 1;
        if aggregate.function == Function::Count {
            return Ok(());
        }
        let Some(number) = value.as_f64() else {
            let name = aggregate.function.name();
            let kind = value.kind();
            let message = format!("`${name}` needs numbers, but an item has a {kind} there.");
            return Err(Fault::new("T0412", message));
        };
        self.number = match aggregate.function {
            _ if self.n_found == 1 => number,
            Function::Min => self.number.min(number),
            Function::Max => self.number.max(number),
            _ => self.number + number,
        };
        Ok(())
    }
}

impl Function {
    fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Min => "min",
            Self::Max => "max",
            Self::Average => "average",
            Self::First => "[0]",
        }
    }
}

/// The value at a path without lists on it.
fn field(item: &Value, steps: &[Key]) -> Option<Value> {
    let mut at = item;
    for step in steps {
        at = at.as_object()?.get_key(step)?;
    }
    Some(at.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::NoNames;

    fn tally(source: &str, items: &[Value]) -> Result<Option<Value>, String> {
        let expression = Expression::parse(source).unwrap();
        let aggregate = Aggregate::of(&expression).expect(source);
        let mut tally = aggregate.start();
        for item in items {
            tally.take(&aggregate, item).map_err(|fault| fault.code)?;
        }
        Ok(tally.finish(&aggregate))
    }

    fn whole(source: &str, items: &[Value]) -> Result<Option<Value>, String> {
        let expression = Expression::parse(source).unwrap();
        expression.eval(&Value::from(items.to_vec()), &NoNames).map_err(|fault| fault.code)
    }

    fn leaf() -> impl Strategy<Value = Value> {
        prop_oneof![
            8 => (-1_000_i64..1_000).prop_map(Value::from),
            4 => (-1e6..1e6).prop_map(Value::from),
            1 => "[a-z]{0,4}".prop_map(Value::from),
            1 => Just(Value::null()),
            1 => any::<bool>().prop_map(Value::from),
        ]
    }

    fn field() -> impl Strategy<Value = Value> {
        prop_oneof![
            6 => leaf(),
            2 => prop::collection::vec(leaf(), 0..4).prop_map(Value::from),
            2 => leaf().prop_map(|value| Value::object([("net", value)])),
        ]
    }

    fn item() -> impl Strategy<Value = Value> {
        prop::collection::vec((prop_oneof!["total", "price", "other"], field()), 0..4)
            .prop_map(Value::object)
    }

    proptest! {
        #[test]
        fn item_by_item_gives_what_the_whole_list_gives(
            items in prop::collection::vec(item(), 1..6),
            source in prop_oneof![
                "\\$(sum|count|min|max|average)\\((total|price\\.net|\\$\\.total)\\)",
                Just("$count($)".to_owned()),
            ],
        ) {
            prop_assert_eq!(tally(&source, &items), whole(&source, &items), "{}", source);
        }
    }

    #[test]
    fn the_first_item_s_field_is_found() {
        let items = [3, 4].map(|total| Value::object([("total", Value::from(total))]));
        assert_eq!(tally("$[0].total", &items), Ok(Some(Value::from(3))));
        assert_eq!(tally("$[0].total", &items), whole("$[0].total", &items));
        assert_eq!(tally("$[0].missing", &items), Ok(None));
    }

    #[test]
    fn other_expressions_need_the_list() {
        for source in ["total", "$sum(lines.(price * qty))", "$[1].a", "$sum(a) + 1", "$join(a)"] {
            let expression = Expression::parse(source).unwrap();
            assert!(Aggregate::of(&expression).is_none(), "{source}");
        }
    }
}
