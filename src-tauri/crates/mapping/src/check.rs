//! What is wrong with an expression that can be read, known before there is an item: calls that
//! cannot work, operators on what is no number, pictures that are none. Not what it refers to.

use std::collections::HashSet;

use data::Value;

use crate::builtins::Builtin;
use crate::syntax::{Expr, ExprKind, Operator, bound_names, parse, span};
use crate::{Expression, Fault, NoNames};

/// The parts of a source that fail whatever the item is, in their order.
pub(crate) fn check(source: &str) -> Vec<Fault> {
    let (tree, _) = parse(source);
    let bound = bound_names(&tree);
    let mut found = Vec::new();
    let mut work = vec![&tree];
    while let Some(expr) = work.pop() {
        let fault = match &expr.kind {
            ExprKind::Call(procedure, arguments) => call(source, &bound, procedure, arguments),
            ExprKind::Binary(operator, left, right) => operands(*operator, left, right),
            _ => None,
        };
        if let Some(fault) = fault {
            let (start, end) = (expr.span.start as usize, expr.span.end as usize);
            found.push(fault.at(span(source, start, end)));
        }
        work.extend(expr.children());
    }
    found.sort_by_key(|fault| fault.span.clone().map(|span| span.start));
    found
}

fn call(
    source: &str,
    bound: &HashSet<&str>,
    procedure: &Expr,
    arguments: &[Option<Expr>],
) -> Option<Fault> {
    let name = match &procedure.kind {
        ExprKind::Variable(name) => name,
        ExprKind::Name(name) if crate::functions::is_function(name) => {
            let message = format!("A function's name begins with $: write ${name}(…).");
            return Some(Fault::new("T1005", message));
        }
        _ => return None,
    };
    // A name that the expression gives a value itself may be anything.
    if bound.contains(name.as_str()) {
        return None;
    }
    let builtin = Builtin::named(name)?;
    let (least, most) = builtin.n_arguments();
    let n = arguments.len();
    if most.is_some_and(|most| n > most) || n < least {
        let function = crate::functions().iter().find(|function| function.name == name)?;
        let message =
            format!("${name} is called with {n} arguments. It is written {}.", function.signature);
        return Some(Fault::new("T0410", message));
    }
    constant(source, name, arguments)
}

/// Tries a call whose arguments are known; of one with a picture the picture is enough.
fn constant(source: &str, name: &str, arguments: &[Option<Expr>]) -> Option<Fault> {
    let has_picture = matches!(name, "formatNumber" | "formatInteger" | "fromMillis");
    if matches!(name, "error" | "assert" | "eval" | "random" | "now" | "millis" | "shuffle") {
        return None;
    }
    let mut texts = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        let argument = argument.as_ref()?;
        if is_literal(argument) {
            texts.push(&source[argument.span.start as usize..argument.span.end as usize]);
        } else if has_picture && index == 0 && arguments.len() > 1 {
            texts.push("1");
        } else {
            return None;
        }
    }
    let text = format!("${name}({})", texts.join(", "));
    let expression = Expression::parse(&text).ok()?;
    let fault = expression.eval(&Value::null(), &NoNames).err()?;
    // What there is no seed for works in a run; and the input that stands in for a first argument
    // is known only there.
    (!matches!(fault.code.as_str(), "G0003" | "T0411")).then_some(fault)
}

fn operands(operator: Operator, left: &Expr, right: &Expr) -> Option<Fault> {
    if !operator.is_arithmetic() {
        return None;
    }
    let is_wrong = |side: &Expr| {
        matches!(
            side.kind,
            ExprKind::Text(_)
                | ExprKind::Bool(_)
                | ExprKind::Null
                | ExprKind::List(_)
                | ExprKind::Object(_)
        )
    };
    let (code, side) = match (is_wrong(left), is_wrong(right)) {
        (true, _) => ("T2001", "left"),
        (_, true) => ("T2002", "right"),
        _ => return None,
    };
    let hint = if operator == Operator::Add { " Texts are joined with &." } else { "" };
    let message = format!("What stands to the {side} of {} is no number.{hint}", operator.text());
    Some(Fault::new(code, message))
}

fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Bool(_) => true,
        ExprKind::Negate(operand) => is_literal(operand),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Vec<(String, &str)> {
        check(source)
            .into_iter()
            .map(|fault| {
                let span = fault.span.unwrap_or_default();
                (fault.code, &source[span.start as usize..span.end as usize])
            })
            .collect()
    }

    #[test]
    fn calls_that_cannot_work_are_told_before_there_is_an_item() {
        assert_eq!(told("1 + sum(lines.price)"), [("T1005".to_owned(), "sum(lines.price)")]);
        assert_eq!(told("$substring()"), [("T0410".to_owned(), "$substring()")]);
        assert_eq!(told("$count(a, b)"), [("T0410".to_owned(), "$count(a, b)")]);
        assert_eq!(
            told("$formatNumber(total, '#0,00#0.0.0')"),
            [("D3081".to_owned(), "$formatNumber(total, '#0,00#0.0.0')")]
        );
        assert_eq!(told("$number('x')"), [("D3030".to_owned(), "$number('x')")]);
    }

    #[test]
    fn operators_on_what_is_no_number_are_told() {
        assert_eq!(told("name + ' x'"), [("T2002".to_owned(), "name + ' x'")]);
        assert_eq!(told("true * 2"), [("T2001".to_owned(), "true * 2")]);
    }

    #[test]
    fn what_may_work_is_not_told() {
        for source in [
            "$sum(lines.price)",
            "name.$uppercase()",
            "name.$substring(2)",
            "name.$substring($$.start)",
            "$formatNumber(total, '#,##0.00')",
            "$fromMillis(at, '[Y0001]-[M01]-[D01]', '+0100')",
            "($sum := function($a, $b, $c) { $a }; $sum(1, 2, 3))",
            "$zip(a, b, c, d)",
            "$now('[Y]')",
            "a & 'x' = 'b'",
            "$map(list, $substring(?, 0, 2))",
        ] {
            assert_eq!(told(source), [], "{source}");
        }
    }
}
