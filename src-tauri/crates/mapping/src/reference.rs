//! What an expression refers to besides its item, found in its source. Not what it resolves to.

use std::collections::HashSet;

use crate::syntax::{Bytes, Expr, ExprKind, bound_names, span};
use crate::{Fault, Span};

/// One mention of something besides the item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What is meant.
    pub to: Target,
    /// Where in the source.
    pub span: Span,
}

/// What a reference means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// `$vars.name`
    Var(String),
    /// `$vars` as a whole, or with a name that is computed.
    Vars,
    /// `$env.name`
    Env(String),
    /// `$env` as a whole, or with a name that is computed.
    Envs,
    /// `$node("id")`
    Node(String),
    /// `$run`
    Run,
    /// `$name`, which nothing in the expression or in JSONata gives a value.
    Unknown(String),
}

/// Finds the references in an expression, in the order of the source.
///
/// # Errors
/// `G0004` where `$node` is not called with one text: what it means must be known before the run.
pub(crate) fn references(source: &str, tree: &Expr) -> Result<Vec<Reference>, Fault> {
    let mut finder = Finder { source, bound: bound_names(tree), found: Vec::new() };
    let mut work = vec![tree];
    while let Some(expr) = work.pop() {
        match &expr.kind {
            ExprKind::Call(procedure, arguments) if is_variable(procedure, "node") => {
                let [Some(Expr { kind: ExprKind::Text(id), .. })] = &arguments[..] else {
                    return Err(finder.no_id(procedure));
                };
                finder.add(Target::Node(id.clone()), &expr.span);
                continue;
            }
            ExprKind::Dot(left, right) => {
                let named = match (&left.kind, first_name(right)) {
                    (ExprKind::Variable(name), Some((field, end))) => {
                        finder.member(name, field, end)
                    }
                    _ => None,
                };
                if let Some((to, end)) = named {
                    finder.add(to, &(left.span.start..end));
                    work.extend(right.children());
                    continue;
                }
            }
            ExprKind::Variable(name) => finder.variable(name, expr)?,
            _ => {}
        }
        work.extend(expr.children());
    }
    finder.found.sort_by_key(|reference| reference.span.start);
    Ok(finder.found)
}

struct Finder<'a> {
    source: &'a str,
    bound: HashSet<&'a str>,
    found: Vec<Reference>,
}

impl Finder<'_> {
    fn add(&mut self, to: Target, at: &Bytes) {
        let span = span(self.source, at.start as usize, at.end as usize);
        self.found.push(Reference { to, span });
    }

    /// What `$name.field` means, and where it ends.
    fn member(&self, name: &str, field: &str, end: u32) -> Option<(Target, u32)> {
        if self.bound.contains(name) {
            return None;
        }
        match name {
            "vars" => Some((Target::Var(field.to_owned()), end)),
            "env" => Some((Target::Env(field.to_owned()), end)),
            "run" => Some((Target::Run, end)),
            _ => None,
        }
    }

    fn variable(&mut self, name: &str, expr: &Expr) -> Result<(), Fault> {
        let to = match name {
            "node" => return Err(self.no_id(expr)),
            "" | "$" => return Ok(()),
            _ if self.bound.contains(name) || crate::functions::is_function(name) => return Ok(()),
            "vars" => Target::Vars,
            "env" => Target::Envs,
            "run" => Target::Run,
            _ => Target::Unknown(name.to_owned()),
        };
        self.add(to, &expr.span);
        Ok(())
    }

    fn no_id(&self, node: &Expr) -> Fault {
        let message = "$node takes the id of one node in quotes, such as $node(\"orders\").";
        let place = span(self.source, node.span.start as usize, node.span.end as usize);
        Fault::new("G0004", message).at(place)
    }
}

fn is_variable(expr: &Expr, wanted: &str) -> bool {
    matches!(&expr.kind, ExprKind::Variable(name) if name == wanted)
}

/// The field that a step begins with, and where its name ends.
fn first_name(step: &Expr) -> Option<(&str, u32)> {
    match &step.kind {
        ExprKind::Name(name) | ExprKind::Text(name) => Some((name, step.span.end)),
        ExprKind::Filter(left, _) | ExprKind::KeepList(left) => first_name(left),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn check(source: &str) -> Vec<(Target, &str)> {
        references(source, &parse(source).0)
            .unwrap()
            .into_iter()
            .map(|found| (found.to, &source[found.span.start as usize..found.span.end as usize]))
            .collect()
    }

    #[test]
    fn references_are_found_with_their_places() {
        assert_eq!(
            check("$vars.shop & $env.`base url` & $run.id & $node(\"orders\").id & $count($vars)"),
            [
                (Target::Var("shop".to_owned()), "$vars.shop"),
                (Target::Env("base url".to_owned()), "$env.`base url`"),
                (Target::Run, "$run.id"),
                (Target::Node("orders".to_owned()), "$node(\"orders\")"),
                (Target::Vars, "$vars"),
            ]
        );
    }

    #[test]
    fn texts_comments_and_regular_expressions_hold_no_references() {
        assert_eq!(check("'$vars.a' & /* $vars.b */ `$vars` & $match(x, /$vars.c/)"), []);
    }

    #[test]
    fn names_that_nothing_binds_are_told() {
        assert_eq!(
            check("($x := 1; $map(a, function($v, $i) { $v + $x + $y }))"),
            [(Target::Unknown("y".to_owned()), "$y")]
        );
        assert_eq!(check("orders@$o.lines#$i[$o.id = $i]"), []);
    }

    #[test]
    fn a_node_is_named_by_a_text_in_the_source() {
        let source = "$node(name)";
        let fault = references(source, &parse(source).0).unwrap_err();
        assert_eq!((fault.code.as_str(), fault.span), ("G0004", Some(0..5)));
    }
}
