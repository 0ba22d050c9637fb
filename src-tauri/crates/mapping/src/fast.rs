//! Evaluates the commonest expressions, paths, comparisons and joined texts, straight on values.
//! Not a second JSONata: whatever might turn out otherwise there is left to the evaluator, and a
//! test compares the two.

use data::{Key, Kind, Value};

use crate::scan::{Kind as Token, Token as Placed};
use crate::{Fault, Names};

/// An expression that can be evaluated here.
#[derive(Debug, Clone)]
pub(crate) enum Fast {
    Literal(Value),
    Path { from: From, steps: Vec<Key> },
    Compare { op: Op, left: Box<Fast>, right: Box<Fast> },
    And(Box<Fast>, Box<Fast>),
    Or(Box<Fast>, Box<Fast>),
    Join(Vec<Fast>),
}

/// Where a path begins.
#[derive(Debug, Clone)]
pub(crate) enum From {
    Item,
    Name(&'static str),
    Node { id: String, start: usize, end: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Why there is no result from here.
pub(crate) enum Stop {
    /// The evaluator must do it.
    Leave,
    /// A node's item is not there: which one, and why.
    Fault { start: usize, end: usize, fault: Fault },
}

type Found = Result<Option<Value>, Stop>;

/// Reads an expression, if it is of those that are evaluated here.
pub(crate) fn compile(source: &str, tokens: &[Placed<'_>]) -> Option<Fast> {
    let mut reader = Reader { source, tokens, at: 0 };
    let fast = reader.or()?;
    (reader.at == tokens.len()).then_some(fast)
}

/// A recursive descent over the tokens; every method gives up with none.
struct Reader<'a> {
    source: &'a str,
    tokens: &'a [Placed<'a>],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let is_here = self.peek().is_some_and(|token| *token == Token::Symbol(symbol));
        self.at += usize::from(is_here);
        is_here
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_here = self.peek().is_some_and(|token| *token == Token::Word(word));
        self.at += usize::from(is_here);
        is_here
    }

    fn or(&mut self) -> Option<Fast> {
        let mut left = self.and()?;
        while self.take_word("or") {
            left = Fast::Or(Box::new(left), Box::new(self.and()?));
        }
        Some(left)
    }

    fn and(&mut self) -> Option<Fast> {
        let mut left = self.compare()?;
        while self.take_word("and") {
            left = Fast::And(Box::new(left), Box::new(self.compare()?));
        }
        Some(left)
    }

    fn compare(&mut self) -> Option<Fast> {
        let left = self.join()?;
        let op = match self.peek() {
            Some(Token::Symbol("=")) => Op::Equal,
            Some(Token::Symbol("!=")) => Op::Unequal,
            Some(Token::Symbol("<")) => Op::Less,
            Some(Token::Symbol("<=")) => Op::LessOrEqual,
            Some(Token::Symbol(">")) => Op::Greater,
            Some(Token::Symbol(">=")) => Op::GreaterOrEqual,
            _ => return Some(left),
        };
        self.at += 1;
        Some(Fast::Compare { op, left: Box::new(left), right: Box::new(self.join()?) })
    }

    fn join(&mut self) -> Option<Fast> {
        let first = self.operand()?;
        if self.peek() != Some(&Token::Symbol("&")) {
            return Some(first);
        }
        let mut parts = vec![first];
        while self.take("&") {
            parts.push(self.operand()?);
        }
        Some(Fast::Join(parts))
    }

    fn operand(&mut self) -> Option<Fast> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        let from = match &token.kind {
            Token::Symbol("(") => {
                let inner = self.or()?;
                // Only yes and no are the same inside and outside of parentheses without a doubt.
                let is_bool = matches!(inner, Fast::Compare { .. } | Fast::And(..) | Fast::Or(..));
                return (self.take(")") && is_bool).then_some(inner);
            }
            Token::Symbol("-") => {
                let Some(Token::Number(digits)) = self.peek() else { return None };
                self.at += 1;
                return number(digits).map(|number| Fast::Literal(Value::from(-number)));
            }
            Token::Number(digits) => return number(digits).map(|n| Fast::Literal(Value::from(n))),
            Token::Text(text) => {
                let is_plain = !self.source[token.start..token.end].contains('\\');
                return is_plain.then(|| Fast::Literal(Value::from(text.as_str())));
            }
            Token::Word("true") => return Some(Fast::Literal(Value::from(true))),
            Token::Word("false") => return Some(Fast::Literal(Value::from(false))),
            Token::Word("null") => return Some(Fast::Literal(Value::null())),
            Token::Word(_) | Token::Quoted(_) => {
                self.at -= 1;
                return self.steps(From::Item, vec![self.name()?]);
            }
            Token::Variable("") => From::Item,
            Token::Variable("vars") => From::Name("vars"),
            Token::Variable("env") => From::Name("env"),
            Token::Variable("run") => From::Name("run"),
            Token::Variable("node") => {
                let (Some(Token::Symbol("(")), Some(Placed { kind: Token::Text(id), .. })) =
                    (self.peek(), self.tokens.get(self.at + 1))
                else {
                    return None;
                };
                self.at += 2;
                let end = self.tokens.get(self.at)?.end;
                let node = From::Node { id: id.clone(), start: token.start, end };
                if !self.take(")") {
                    return None;
                }
                node
            }
            _ => return None,
        };
        self.steps(from, Vec::new())
    }

    /// The rest of a path: `.name.name`, with what stands at the reader as its first step if `steps`
    /// has it already.
    fn steps(&mut self, from: From, mut steps: Vec<Key>) -> Option<Fast> {
        self.at += steps.len();
        while self.take(".") {
            steps.push(self.name()?);
            self.at += 1;
        }
        Some(Fast::Path { from, steps })
    }

    fn name(&self) -> Option<Key> {
        match self.peek()? {
            Token::Word("and" | "or" | "in" | "true" | "false" | "null" | "function" | "λ") => {
                None
            }
            Token::Word(name) | Token::Quoted(name) => Some(Key::new(name)),
            _ => None,
        }
    }
}

fn number(digits: &str) -> Option<f64> {
    digits.parse().ok().filter(|number: &f64| number.is_finite())
}

impl Fast {
    /// Evaluates for an item.
    pub(crate) fn eval(&self, item: &Value, names: &dyn Names) -> Found {
        match self {
            Self::Literal(value) => Ok(Some(value.clone())),
            Self::Path { from, steps } => path(from, steps, item, names),
            Self::Compare { op, left, right } => {
                compare(*op, left.eval(item, names)?.as_ref(), right.eval(item, names)?.as_ref())
            }
            Self::And(left, right) => {
                let both = is_yes(left.eval(item, names)?) && is_yes(right.eval(item, names)?);
                Ok(Some(Value::from(both)))
            }
            Self::Or(left, right) => {
                let any = is_yes(left.eval(item, names)?) || is_yes(right.eval(item, names)?);
                Ok(Some(Value::from(any)))
            }
            Self::Join(parts) => {
                let mut text = String::new();
                for part in parts {
                    if let Some(value) = part.eval(item, names)? {
                        push_text(&mut text, &value)?;
                    }
                }
                Ok(Some(Value::from(text)))
            }
        }
    }
}

fn path(from: &From, steps: &[Key], item: &Value, names: &dyn Names) -> Found {
    let named;
    let start = match from {
        From::Item => item,
        From::Name(name) => {
            named = names.get(name).ok_or(Stop::Leave)?;
            &named
        }
        From::Node { id, start, end } => {
            named =
                names.node(id).map_err(|fault| Stop::Fault { start: *start, end: *end, fault })?;
            &named
        }
    };
    // What a path makes of a list that it begins at depends on how it begins.
    if start.kind() == Kind::List && !(steps.is_empty() && matches!(from, From::Item)) {
        return Err(Stop::Leave);
    }
    let mut at = start;
    for (index, step) in steps.iter().enumerate() {
        match at.kind() {
            Kind::Object => match at.as_object().and_then(|object| object.get_key(step)) {
                Some(value) => at = value,
                None => return Ok(None),
            },
            Kind::List => return Ok(through_list(at, &steps[index..])),
            _ => return Ok(None),
        }
    }
    Ok(Some(at.clone()))
}

/// Follows a path from a list on: each step maps over the entries, and flattens what it finds.
fn through_list(list: &Value, steps: &[Key]) -> Option<Value> {
    let mut entries: Vec<Value> = list.as_list().unwrap_or_default().to_vec();
    for (index, step) in steps.iter().enumerate() {
        let mut results: Vec<(Value, bool)> = Vec::new();
        for entry in &entries {
            results.extend(lookup(entry, step));
        }
        // One list from the last step is the result as it stands, not a sequence.
        if let ([(only, false)], true) = (&results[..], index + 1 == steps.len()) {
            if only.kind() == Kind::List {
                return Some(only.clone());
            }
        }
        entries.clear();
        for (result, _) in results {
            match result.as_list() {
                Some(inner) => entries.extend_from_slice(inner),
                None => entries.push(result),
            }
        }
        if entries.is_empty() {
            return None;
        }
    }
    if entries.len() == 1 { entries.pop() } else { Some(Value::from(entries)) }
}

/// A field of an entry, and whether it is a sequence that was put together from a list's entries.
fn lookup(entry: &Value, key: &Key) -> Option<(Value, bool)> {
    match entry.kind() {
        Kind::Object => Some((entry.as_object()?.get_key(key)?.clone(), false)),
        Kind::List => {
            let mut found = Vec::new();
            collect(entry, key, &mut found);
            match found.len() {
                0 => None,
                1 => found.pop().map(|only| (only, false)),
                _ => Some((Value::from(found), true)),
            }
        }
        _ => None,
    }
}

fn collect(list: &Value, key: &Key, found: &mut Vec<Value>) {
    for entry in list.as_list().unwrap_or_default() {
        if let Some((value, _)) = lookup(entry, key) {
            match value.as_list() {
                Some(inner) => found.extend_from_slice(inner),
                None => found.push(value),
            }
        }
    }
}

fn compare(op: Op, left: Option<&Value>, right: Option<&Value>) -> Found {
    let (Some(left), Some(right)) = (left, right) else {
        return match op {
            Op::Equal | Op::Unequal => Ok(Some(Value::from(false))),
            // Whether the side that is there may be compared at all decides.
            _ if left.into_iter().chain(right).all(is_ordered) => Ok(None),
            _ => Err(Stop::Leave),
        };
    };
    let order = match (left.kind(), right.kind()) {
        (Kind::Number, Kind::Number) => left.as_f64().partial_cmp(&right.as_f64()),
        (Kind::Text, Kind::Text) => left.as_str().partial_cmp(&right.as_str()),
        (Kind::List | Kind::Object, _) | (_, Kind::List | Kind::Object) => return Err(Stop::Leave),
        (left_kind, right_kind) => {
            if !matches!(op, Op::Equal | Op::Unequal) {
                return Err(Stop::Leave);
            }
            let is_equal = left_kind == right_kind && left.as_bool() == right.as_bool();
            return Ok(Some(Value::from(is_equal == (op == Op::Equal))));
        }
    };
    let Some(order) = order else { return Err(Stop::Leave) };
    Ok(Some(Value::from(match op {
        Op::Equal => order.is_eq(),
        Op::Unequal => order.is_ne(),
        Op::Less => order.is_lt(),
        Op::LessOrEqual => order.is_le(),
        Op::Greater => order.is_gt(),
        Op::GreaterOrEqual => order.is_ge(),
    })))
}

fn is_ordered(value: &Value) -> bool {
    matches!(value.kind(), Kind::Number | Kind::Text)
}

fn is_yes(value: Option<Value>) -> bool {
    value.is_some_and(|value| is_true(&value))
}

/// JSONata's `$boolean` of a value.
pub(crate) fn is_true(value: &Value) -> bool {
    match value.kind() {
        Kind::Null => false,
        Kind::Bool => value.as_bool() == Some(true),
        Kind::Number => value.as_f64() != Some(0.0),
        Kind::Text => value.as_str() != Some(""),
        Kind::List => value.as_list().unwrap_or_default().iter().any(is_true),
        Kind::Object => value.as_object().is_some_and(|object| !object.is_empty()),
    }
}

/// Whole numbers below this are written with the same digits by everyone.
const PLAIN: f64 = 1e15;

fn push_text(text: &mut String, value: &Value) -> Result<(), Stop> {
    match value.kind() {
        Kind::Text => text.push_str(value.as_str().unwrap_or_default()),
        Kind::Null => text.push_str("null"),
        Kind::Bool => text.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
        Kind::Number => match value.as_f64() {
            Some(number) if number.fract() == 0.0 && number.abs() < PLAIN => {
                text.push_str(&(number as i64).to_string());
            }
            _ => return Err(Stop::Leave),
        },
        Kind::List | Kind::Object => return Err(Stop::Leave),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
