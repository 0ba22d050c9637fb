//! Functions on lists, but for those that take a function: see `higher`.

use std::collections::HashSet;

use data::Value;

use crate::eval::val::{Origin, Val};
use crate::eval::{Cx, Res, is_equal};

pub(super) fn append<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Res<Val<'v>> {
    let second = a.get(1).unwrap_or(&Val::Nothing);
    if a[0].is_nothing() {
        return Ok(second.clone());
    }
    if second.is_nothing() {
        return Ok(a[0].clone());
    }
    let mut out = Vec::new();
    cx.append(&mut out, &a[0])?;
    cx.append(&mut out, second)?;
    Ok(Val::list(out))
}

pub(super) fn zip<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Res<Val<'v>> {
    let n = a.iter().map(|list| list.len().unwrap_or(0)).min().unwrap_or(0);
    cx.account.step((n * a.len()) as u64)?;
    cx.account.make(size_of::<Val<'_>>() * n * (a.len() + 2))?;
    let row = |index: usize| {
        Val::list(a.iter().map(|list| list.at(index).unwrap_or(Val::Nothing)).collect())
    };
    Ok(Val::list((0..n).map(row).collect()))
}

pub(super) fn reverse<'v>(cx: &Cx<'v, '_>, list: &Val<'v>) -> Res<Val<'v>> {
    if list.len().unwrap_or(1) <= 1 {
        return Ok(list.clone());
    }
    let mut out = Vec::new();
    cx.append(&mut out, list)?;
    out.reverse();
    Ok(Val::list(out))
}

pub(super) fn shuffle<'v>(cx: &Cx<'v, '_>, list: &Val<'v>) -> Res<Val<'v>> {
    if list.len().unwrap_or(1) <= 1 {
        return Ok(list.clone());
    }
    let mut out = Vec::new();
    cx.append(&mut out, list)?;
    for last in (1..out.len()).rev() {
        out.swap(last, (cx.random()? * (last + 1) as f64) as usize);
    }
    Ok(Val::list(out))
}

/// Lists up to here are compared entry by entry, longer ones by hash.
const FEW: usize = 16;

pub(super) fn distinct<'v>(cx: &Cx<'v, '_>, list: &Val<'v>) -> Res<Val<'v>> {
    let n = list.len().unwrap_or(1);
    if n <= 1 {
        return Ok(list.clone());
    }
    cx.check_depth(list)?;
    cx.account.step(n as u64)?;
    cx.account.make(40 * n)?;
    let mut out: Vec<Val<'v>> = Vec::new();
    let mut seen: HashSet<Value> = HashSet::new();
    for entry in list.entries() {
        if n > FEW {
            // Functions are equal to nothing, so that each is distinct.
            if let Some(value) = cx.to_value(&entry)? {
                if !seen.insert(value) {
                    continue;
                }
            }
        } else if out.iter().any(|known| is_equal(known, &entry)) {
            continue;
        }
        cx.account.step(1)?;
        out.push(entry);
    }
    Ok(Val::of(out, if list.is_sequence() { Origin::Sequence } else { Origin::Made }))
}
