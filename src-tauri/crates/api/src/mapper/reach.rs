//! Paths of the source trees and paths in rows: a row inside a list begins at the list's entry, so
//! that the same field is written in another way there. Pure.

use super::types::Reached;

/// How a source field is reached from a row. `lists` are the lists that the field stands in,
/// `within` what the rows around the target are made from, outermost first.
pub(super) fn reach(path: &str, lists: &[String], within: &[String]) -> Reached {
    let around = absolute_lists(within);
    let is_in = |list: &String| lists.contains(list) || list == path;
    let level = around.iter().rposition(is_in);
    let n_left = |list: &str| lists.iter().filter(|l| l.len() > list.len()).count();
    if let Some(level) = level {
        let list = &around[level];
        let below = below(path, list);
        let several = n_left(list) > 0;
        let text = match (around.len() - 1 - level, below) {
            (0, Some(below)) => Some(below.to_owned()),
            (0, None) => Some("$".to_owned()),
            (1, Some(below)) => Some(format!("$outer.{below}")),
            (1, None) => Some("$outer".to_owned()),
            _ => None,
        };
        if let Some(text) = text {
            return Reached { text, several };
        }
    }
    let text = match (within, path) {
        ([], path) => path.to_owned(),
        (_, "$") => "$item".to_owned(),
        (_, path) if path.starts_with('$') => path.to_owned(),
        (_, path) => format!("$item.{path}"),
    };
    Reached { text, several: !lists.is_empty() }
}

/// What a path in a row is in the source trees.
pub(super) fn absolute(path: &str, within: &[String]) -> String {
    absolute_in(path, &absolute_lists(within))
}

fn absolute_lists(within: &[String]) -> Vec<String> {
    let mut around: Vec<String> = Vec::with_capacity(within.len());
    for from in within {
        let plain = without_filters(from);
        let list = absolute_in(&plain, &around);
        around.push(list);
    }
    around
}

fn absolute_in(path: &str, around: &[String]) -> String {
    let join = |base: Option<&String>, rest: &str| match base {
        Some(base) => format!("{base}.{rest}"),
        None => rest.to_owned(),
    };
    let outer = around.len().checked_sub(2).and_then(|at| around.get(at));
    match path.split_once('.') {
        Some(("$item" | "$$", rest)) if !around.is_empty() => rest.to_owned(),
        Some(("$outer", rest)) => join(outer, rest),
        Some(("$", rest)) => join(around.last(), rest),
        _ if path == "$" => around.last().cloned().unwrap_or_else(|| path.to_owned()),
        _ if path.starts_with('$') => path.to_owned(),
        _ => join(around.last(), path),
    }
}

/// The rest of a path below another one.
fn below<'p>(path: &'p str, base: &str) -> Option<&'p str> {
    path.strip_prefix(base)?.strip_prefix('.')
}

/// A path without what stands in square brackets: `lines[qty > 0]` is `lines`.
fn without_filters(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut depth = 0_usize;
    for c in path.trim().chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, lists: &[&str], within: &[&str], text: &str, several: bool) {
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let reached = reach(path, &owned(lists), &owned(within));
        assert_eq!((reached.text.as_str(), reached.several), (text, several));
        assert_eq!(absolute(text, &owned(within)), path, "and back");
    }

    #[test]
    fn a_field_is_reached_from_inside_the_lists_around_a_row() {
        check("customer.name", &[], &[], "customer.name", false);
        check("lines.sku", &["lines"], &[], "lines.sku", true);
        check("lines.sku", &["lines"], &["lines"], "sku", false);
        check("lines.sku", &["lines"], &["lines[qty > 0]"], "sku", false);
        check("customer.name", &[], &["lines"], "$item.customer.name", false);
        check("$vars.shop", &[], &["lines"], "$vars.shop", false);
        check("$node(\"a\").lines.x", &["$node(\"a\").lines"], &["$node(\"a\").lines"], "x", false);
        check("lines.parts.no", &["lines", "lines.parts"], &["lines"], "parts.no", true);
        check("lines.parts.no", &["lines", "lines.parts"], &["lines", "parts"], "no", false);
        check("lines.sku", &["lines"], &["lines", "parts"], "$outer.sku", false);
        check("tags", &[], &["tags"], "$", false);
    }
}
