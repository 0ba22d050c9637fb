//! Reads rules back from JSONata: only what a rule can say is one.

use serde_json::{Map, Number, Value as Json};

use super::menu::{Entry, Form, called, written_as};
use super::write::path_name;
use super::{CompareOp, MathOp, Rule, Step};
use crate::syntax::{Expr, ExprKind, Operator, parse};

/// What nests deeper than this is nothing for pills.
const MAX_DEPTH: u32 = 60;

impl Rule {
    /// The rule that an expression is; none where it does more than a rule can, or is broken.
    pub fn read(text: &str) -> Option<Self> {
        let (tree, faults) = parse(text);
        if faults.is_empty() && tree.depth <= MAX_DEPTH { rule(&tree) } else { None }
    }
}

fn rule(expr: &Expr) -> Option<Rule> {
    if let Some(value) = constant(expr) {
        return Some(Rule::Constant { value });
    }
    if let Some(path) = path(expr) {
        return Some(Rule::Path { path });
    }
    match &expr.kind {
        ExprKind::Block(parts) => match &parts[..] {
            [one] => rule(one),
            _ => None,
        },
        ExprKind::Binary(operator, left, right) => binary(*operator, left, right),
        ExprKind::Condition(test, then, otherwise) => {
            let otherwise = match otherwise {
                Some(otherwise) => Some(Box::new(rule(otherwise)?)),
                None => None,
            };
            Some(Rule::If { test: boxed(test)?, then: boxed(then)?, otherwise })
        }
        ExprKind::Coalesce(left, right) => step(left, Form::IfMissing, &[right]),
        ExprKind::Default(left, right) => step(left, Form::IfEmpty, &[right]),
        ExprKind::Filter(left, index) => {
            let ExprKind::Block(parts) = &left.kind else { return None };
            let [list] = &parts[..] else { return None };
            step(list, Form::At(whole(index)?), &[])
        }
        ExprKind::Dot(list, each) => {
            let ExprKind::Block(parts) = &each.kind else { return None };
            let [each] = &parts[..] else { return None };
            Some(Rule::Each { list: path(list)?, rule: boxed(each)? })
        }
        ExprKind::Call(procedure, arguments) => {
            let ExprKind::Variable(name) = &procedure.kind else { return None };
            let arguments: Vec<&Expr> =
                arguments.iter().map(Option::as_ref).collect::<Option<_>>()?;
            call(name, &arguments)
        }
        _ => None,
    }
}

fn boxed(expr: &Expr) -> Option<Box<Rule>> {
    rule(expr).map(Box::new)
}

/// A fixed value: a text, a number, true, false, null, or a list or object of these.
fn constant(expr: &Expr) -> Option<Json> {
    Some(match &expr.kind {
        ExprKind::Text(text) => Json::from(text.as_str()),
        ExprKind::Number(_) => Json::Number(number(expr)?),
        ExprKind::Bool(bool) => Json::Bool(*bool),
        ExprKind::Null => Json::Null,
        ExprKind::Negate(inner) => {
            let positive = number(inner)?;
            Json::Number(format!("-{positive}").parse().ok()?)
        }
        ExprKind::List(items) => {
            Json::Array(items.iter().map(constant).collect::<Option<Vec<_>>>()?)
        }
        ExprKind::Object(pairs) => {
            let mut members = Map::new();
            for (key, value) in pairs {
                let ExprKind::Text(key) = &key.kind else { return None };
                // Of a key that comes twice neither is a fixed value.
                if members.insert(key.clone(), constant(value)?).is_some() {
                    return None;
                }
            }
            Json::Object(members)
        }
        _ => return None,
    })
}

fn number(expr: &Expr) -> Option<Number> {
    match &expr.kind {
        ExprKind::Number(text) => text.parse().ok(),
        _ => None,
    }
}

/// A whole number, such as the place in a list.
fn whole(expr: &Expr) -> Option<i32> {
    constant(expr)?.as_i64()?.try_into().ok()
}

/// A plain path as it is written canonically.
fn path(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(path_name(name)),
        ExprKind::Variable(name) => match name.as_str() {
            "" | "$" | "item" | "outer" | "vars" | "env" | "run" | "tables" => {
                Some(format!("${name}"))
            }
            _ => None,
        },
        ExprKind::Dot(left, right) => match &right.kind {
            ExprKind::Name(_) | ExprKind::Filter(..) => {
                Some(format!("{}.{}", path(left)?, path(right)?))
            }
            _ => None,
        },
        // One entry by its place: `lines[0]`.
        ExprKind::Filter(left, index) if matches!(left.kind, ExprKind::Name(_)) => {
            Some(format!("{}[{}]", path(left)?, whole(index)?))
        }
        ExprKind::Call(procedure, arguments) => match (&procedure.kind, &arguments[..]) {
            (ExprKind::Variable(name), [Some(id)]) if name == "node" => match &id.kind {
                ExprKind::Text(id) => Some(format!("$node({})", Json::from(id.as_str()))),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn binary(operator: Operator, left: &Expr, right: &Expr) -> Option<Rule> {
    let math = |op| Some(Rule::Math { op, left: boxed(left)?, right: boxed(right)? });
    let compare = |op| Some(Rule::Compare { op, left: boxed(left)?, right: boxed(right)? });
    match operator {
        Operator::Add => math(MathOp::Add),
        Operator::Subtract => math(MathOp::Subtract),
        Operator::Multiply => math(MathOp::Multiply),
        Operator::Divide => math(MathOp::Divide),
        Operator::Remainder => math(MathOp::Remainder),
        Operator::Equal => compare(CompareOp::Equal),
        Operator::Unequal => compare(CompareOp::NotEqual),
        Operator::Less => compare(CompareOp::Less),
        Operator::LessOrEqual => compare(CompareOp::AtMost),
        Operator::Greater => compare(CompareOp::More),
        Operator::GreaterOrEqual => compare(CompareOp::AtLeast),
        Operator::In => compare(CompareOp::In),
        Operator::Concat => Some(Rule::Concat { parts: parts(operator, left, right)? }),
        Operator::And => Some(Rule::All { parts: parts(operator, left, right)? }),
        Operator::Or => Some(Rule::Any { parts: parts(operator, left, right)? }),
    }
}

/// The operands of a row of the same operator, which is read from the left.
fn parts(operator: Operator, left: &Expr, right: &Expr) -> Option<Vec<Rule>> {
    let mut last = vec![right];
    let mut first = left;
    while let ExprKind::Binary(same, left, right) = &first.kind {
        if *same != operator {
            break;
        }
        last.push(right);
        first = left;
    }
    std::iter::once(first).chain(last.into_iter().rev()).map(rule).collect()
}

/// A value with one more step of a chain.
fn step(value: &Expr, form: Form, args: &[&Expr]) -> Option<Rule> {
    with_step(rule(value)?, written_as(form)?, args)
}

fn with_step(value: Rule, entry: &Entry, args: &[&Expr]) -> Option<Rule> {
    let least = entry.params.iter().filter(|param| !param.optional).count();
    if args.len() < least || args.len() > entry.params.len() {
        return None;
    }
    let args: Vec<Rule> = args.iter().map(|arg| rule(arg)).collect::<Option<_>>()?;
    let step = Step { function: entry.name.to_owned(), args };
    Some(match value {
        Rule::Chain { of, mut steps } => {
            steps.push(step);
            Rule::Chain { of, steps }
        }
        value => Rule::Chain { of: Box::new(value), steps: vec![step] },
    })
}

fn call(name: &str, arguments: &[&Expr]) -> Option<Rule> {
    match (name, arguments) {
        ("fromMillis", [inner, write @ ..]) => date(inner, write),
        ("substring", [value, from, count])
            if whole(from) == Some(0) && constant(count).is_some() =>
        {
            step(value, Form::First, &[count])
        }
        ("substring", [value, from]) if whole(from).is_some_and(|from| from < 0) => {
            negated(value, Form::Last, from, &[])
        }
        ("pad", [value, width, with]) if whole(width).is_some_and(|width| width < 0) => {
            negated(value, Form::PadStart, width, &[with])
        }
        ("lookup", [codes, value]) => {
            if !matches!(codes.kind, ExprKind::Object(_)) && path(codes).is_none() {
                return None;
            }
            step(value, Form::Before("lookup"), &[codes])
        }
        (name, [value, args @ ..]) => {
            let entry = called(name)?;
            with_step(rule(value)?, entry, args)
        }
        _ => None,
    }
}

/// A step whose first argument is written with a minus.
fn negated(value: &Expr, form: Form, number: &Expr, others: &[&Expr]) -> Option<Rule> {
    let ExprKind::Negate(positive) = &number.kind else { return None };
    let args: Vec<&Expr> = std::iter::once(&**positive).chain(others.iter().copied()).collect();
    step(value, form, &args)
}

/// `$fromMillis($toMillis(value, read), write)`
fn date(inner: &Expr, write: &[&Expr]) -> Option<Rule> {
    let ExprKind::Call(procedure, arguments) = &inner.kind else { return None };
    if !matches!(&procedure.kind, ExprKind::Variable(name) if name == "toMillis") {
        return None;
    }
    let arguments: Vec<&Expr> = arguments.iter().map(Option::as_ref).collect::<Option<_>>()?;
    match (&arguments[..], write) {
        ([value], [write]) => step(value, Form::WriteDate, &[write]),
        ([value, read], []) => step(value, Form::ReadDate, &[read]),
        ([value, read], [write]) => step(value, Form::ChangeDate, &[read, write]),
        _ => None,
    }
}
