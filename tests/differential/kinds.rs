//! The kinds of expressions, each with what is special about it.

use crate::expressions::{Scope, Writer};

mod builtins;
mod shapes;

/// A kind of expression: its name, its share, and how one is written.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) share: usize,
    pub(crate) write: fn(&mut Writer, &Scope) -> String,
}

const fn kind(name: &'static str, share: usize, write: fn(&mut Writer, &Scope) -> String) -> Kind {
    Kind { name, share, write }
}

/// Every kind. The shares are rough weights, not percent.
pub(crate) const KINDS: &[Kind] = &[
    kind("paths", 8, shapes::path),
    kind("predicates", 8, shapes::predicate),
    kind("sorts", 5, shapes::sort),
    kind("groups", 6, shapes::group),
    kind("mappings", 10, shapes::mapping),
    kind("conditionals", 4, shapes::conditional),
    kind("joins", 6, shapes::join),
    kind("ranges", 3, shapes::range),
    kind("transforms", 3, shapes::transform),
    kind("lambdas", 5, shapes::lambda),
    kind("higher order", 7, shapes::higher_order),
    kind("blocks", 4, shapes::block),
    kind("wildcards", 3, shapes::wildcard),
    kind("comparisons", 5, shapes::comparison),
    kind("errors", 5, shapes::error),
    kind("texts", 8, builtins::texts),
    kind("numbers", 7, builtins::numbers),
    kind("number pictures", 5, builtins::number_pictures),
    kind("whole number pictures", 4, builtins::integer_pictures),
    kind("dates", 6, builtins::dates),
    kind("lists", 7, builtins::lists),
    kind("objects", 6, builtins::objects),
    kind("regular expressions", 6, builtins::patterns),
    kind("coercions", 6, builtins::coercions),
    kind("encodings", 3, builtins::encodings),
];
