//! What an expression refers to besides its item, found in its source. Not what it resolves to.

use crate::scan::{Kind, Token, span};
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

/// Finds the references in these tokens.
///
/// # Errors
/// `G0004` where `$node` is not called with one text: what it means must be known before the run.
pub(crate) fn references(source: &str, tokens: &[Token<'_>]) -> Result<Vec<Reference>, Fault> {
    let mut found = Vec::new();
    let bound = bound_names(tokens);
    for (index, token) in tokens.iter().enumerate() {
        let Kind::Variable(name) = token.kind else { continue };
        let field = field_after(&tokens[index + 1..]);
        let end = field.map_or(token.end, |(_, end)| end);
        let (to, end) = match name {
            "vars" | "env" if bound.contains(&name) => continue,
            "vars" => (field.map_or(Target::Vars, |(name, _)| Target::Var(name.to_owned())), end),
            "env" => (field.map_or(Target::Envs, |(name, _)| Target::Env(name.to_owned())), end),
            "run" if !bound.contains(&name) => (Target::Run, end),
            "node" => match node_after(&tokens[index + 1..]) {
                Some((id, end)) => (Target::Node(id.to_owned()), end),
                None => {
                    return Err(Fault::new(
                        "G0004",
                        "$node takes the id of one node in quotes, such as $node(\"orders\").",
                    )
                    .at(span(source, token.start, token.end)));
                }
            },
            "" | "$" => continue,
            name if bound.contains(&name) || crate::functions::is_function(name) => continue,
            name => (Target::Unknown(name.to_owned()), token.end),
        };
        found.push(Reference { to, span: span(source, token.start, end) });
    }
    Ok(found)
}

/// `.name` right after a variable.
fn field_after<'t>(tokens: &'t [Token<'_>]) -> Option<(&'t str, usize)> {
    let [dot, field, ..] = tokens else { return None };
    if dot.kind != Kind::Symbol(".") {
        return None;
    }
    match &field.kind {
        Kind::Word(name) | Kind::Quoted(name) => Some((name, field.end)),
        Kind::Text(name) => Some((name, field.end)),
        _ => None,
    }
}

/// `("id")` right after `$node`.
fn node_after<'t>(tokens: &'t [Token<'_>]) -> Option<(&'t str, usize)> {
    let [open, id, close, ..] = tokens else { return None };
    match (&open.kind, &id.kind, &close.kind) {
        (Kind::Symbol("("), Kind::Text(id), Kind::Symbol(")")) => Some((id, close.end)),
        _ => None,
    }
}

/// Names that the expression itself gives a value: `$x := …`, `function($x)`, `@$x`, `#$x`.
///
/// Scopes are left aside: a name bound anywhere counts as bound everywhere, so that nothing is
/// called unknown that is not.
fn bound_names<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut in_parameters = false;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Variable(name) => {
                let before = index.checked_sub(1).map(|before| &tokens[before].kind);
                let after = tokens.get(index + 1).map(|after| &after.kind);
                if in_parameters
                    || after == Some(&Kind::Symbol(":="))
                    || matches!(before, Some(Kind::Symbol("@" | "#")))
                {
                    names.push(name);
                }
            }
            Kind::Symbol("(") => {
                in_parameters =
                    index > 0 && matches!(tokens[index - 1].kind, Kind::Word("function" | "λ"));
            }
            Kind::Symbol(")") => in_parameters = false,
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tokens;

    fn check(source: &str) -> Vec<(Target, &str)> {
        references(source, &tokens(source).unwrap())
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
        let fault = references(source, &tokens(source).unwrap()).unwrap_err();
        assert_eq!((fault.code.as_str(), fault.span), ("G0004", Some(0..5)));
    }
}
