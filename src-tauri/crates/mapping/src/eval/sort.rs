//! Sorting: by terms, `^(…)`, and by a function. Stable; a fault of a comparison ends it.

use std::cmp::Ordering;

use super::equal::{compare, compare_texts};
use super::val::{Row, Val, kind};
use super::{Cx, Res, Scope, fault, placed};
use crate::compile::{Node, Term};

impl<'v> Cx<'v, '_> {
    /// The entries of a list in the order of terms.
    pub(crate) fn sort_by_terms(
        &self,
        terms: &[Term],
        input: &Val<'v>,
        scope: &Scope<'v>,
        node: &Node,
    ) -> Res<Val<'v>> {
        let n = input.len().unwrap_or(1);
        if n < 2 {
            // A list becomes a sequence once a path goes on from it.
            return Ok(Val::sequence(input.entries().collect()));
        }
        self.account.make(n * 3 * size_of::<Val<'_>>())?;
        let mut keyed = Vec::with_capacity(n);
        for entry in input.entries() {
            keyed.push((self.keys(terms, &entry, scope)?, entry));
        }
        let sorted = self.sort_keyed(terms, keyed).map_err(|fault| placed(fault, node))?;
        Ok(Val::sequence(sorted))
    }

    /// The rows of a path in the order of terms.
    pub(crate) fn sort_rows(
        &self,
        terms: &[Term],
        rows: Vec<Row<'v>>,
        scope: &Scope<'v>,
        node: &Node,
    ) -> Res<Vec<Row<'v>>> {
        if rows.len() < 2 {
            return Ok(rows);
        }
        let mut keyed = Vec::with_capacity(rows.len());
        for row in rows {
            let scope = super::path::row_scope(scope, &row);
            keyed.push((self.keys(terms, &row.value, &scope)?, row));
        }
        self.sort_keyed(terms, keyed).map_err(|fault| placed(fault, node))
    }

    fn keys(&self, terms: &[Term], entry: &Val<'v>, scope: &Scope<'v>) -> Res<Vec<Val<'v>>> {
        terms.iter().map(|term| self.eval(&term.by, entry, scope)).collect()
    }

    fn sort_keyed<T>(&self, terms: &[Term], keyed: Vec<(Vec<Val<'v>>, T)>) -> Res<Vec<T>> {
        let sorted = self.merge_sort(keyed, &mut |a, b| {
            for (term, (a, b)) in terms.iter().zip(a.0.iter().zip(&b.0)) {
                let order = compare_keys(a, b)?;
                if order != Ordering::Equal {
                    // What has no key comes last, whatever the direction.
                    let is_plain = !a.is_nothing() && !b.is_nothing();
                    let order =
                        if term.is_descending && is_plain { order.reverse() } else { order };
                    return Ok(order == Ordering::Greater);
                }
            }
            Ok(false)
        })?;
        Ok(sorted.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Sorts by a question: must `a` come after `b`?
    ///
    /// Our own merge, as the comparison may fail, and need not be an order at all.
    pub(crate) fn merge_sort<T>(
        &self,
        list: Vec<T>,
        is_after: &mut dyn FnMut(&T, &T) -> Res<bool>,
    ) -> Res<Vec<T>> {
        let n = list.len();
        if n < 2 {
            return Ok(list);
        }
        let mut left = list;
        let right = left.split_off(n / 2);
        let left = self.merge_sort(left, is_after)?;
        let right = self.merge_sort(right, is_after)?;
        self.account.step(n as u64)?;
        let mut out = Vec::with_capacity(n);
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let next = if is_after(a, b)? { right.next() } else { left.next() };
            out.extend(next);
        }
        out.extend(left);
        out.extend(right);
        Ok(out)
    }
}

fn compare_keys(a: &Val<'_>, b: &Val<'_>) -> Res<Ordering> {
    const COMPARABLE: u8 = kind::TEXT | kind::NUMBER;
    match (a.is_nothing(), b.is_nothing()) {
        (true, true) => return Ok(Ordering::Equal),
        (true, false) => return Ok(Ordering::Greater),
        (false, true) => return Ok(Ordering::Less),
        _ => {}
    }
    let (left, right) = (a.kind(), b.kind());
    if left & COMPARABLE == 0 || right & COMPARABLE == 0 {
        let message = "Only numbers and texts can be sorted by.";
        return Err(fault("T2008", message));
    }
    if left != right {
        let message = "Numbers and texts cannot be sorted together. Make all the same with $number() or $string().";
        return Err(fault("T2007", message));
    }
    Ok(match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => compare_texts(a, b),
        _ => compare(a, b),
    })
}
