//! Functions on objects, and on values of any kind.

use std::collections::HashSet;
use std::sync::Arc;

use data::Key;

use crate::compile::{Field, compile};
use crate::eval::val::{Val, kind};
use crate::eval::{Cx, Res, Scope, fault};

pub(super) fn type_name(value: &Val<'_>) -> &'static str {
    match value.kind() {
        kind::TEXT => "string",
        kind::NUMBER => "number",
        kind::BOOL => "boolean",
        kind::NULL => "null",
        kind::LIST => "array",
        kind::OBJECT => "object",
        _ => "function",
    }
}

pub(super) fn keys<'v>(cx: &Cx<'v, '_>, value: &Val<'v>) -> Res<Val<'v>> {
    let mut seen: HashSet<Key> = HashSet::new();
    let mut out = Vec::new();
    let mut work = vec![value.clone()];
    // A list's entries are looked into from the last to the first, so they are pushed in reverse.
    while let Some(value) = work.pop() {
        cx.account.step(1)?;
        if value.is_list() {
            let from = work.len();
            work.extend(value.entries());
            work[from..].reverse();
            continue;
        }
        for (key, _) in Cx::members(&value) {
            if seen.insert(key.clone()) {
                out.push(Val::text(key.as_str()));
            }
        }
    }
    cx.account.make(32 * out.len())?;
    Ok(Val::sequence(out))
}

pub(super) fn lookup<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Res<Val<'v>> {
    match a[1].as_str() {
        Some(name) => cx.field(&Field::new(name), &a[0]),
        None => Ok(Val::Nothing),
    }
}

pub(super) fn spread<'v>(cx: &Cx<'v, '_>, value: &Val<'v>) -> Res<Val<'v>> {
    if value.is_list() {
        let mut out = Vec::new();
        for entry in value.entries() {
            let inner = stacker::maybe_grow(32 * 1024, 1 << 20, || spread(cx, &entry))?;
            cx.append(&mut out, &inner)?;
        }
        return Ok(Val::sequence(out));
    }
    if value.kind() != kind::OBJECT {
        return Ok(value.clone());
    }
    let mut out = Vec::new();
    for member in Cx::members(value) {
        out.push(cx.object(vec![member])?);
    }
    Ok(Val::sequence(out))
}

pub(super) fn merge<'v>(cx: &Cx<'v, '_>, list: &Val<'v>) -> Res<Val<'v>> {
    let mut members: indexmap::IndexMap<Key, Val<'v>> = indexmap::IndexMap::new();
    for entry in list.entries() {
        let inner = Cx::members(&entry);
        cx.account.step(1 + inner.len() as u64)?;
        cx.account.make(40 * inner.len())?;
        members.extend(inner);
    }
    cx.object(members.into_iter().collect())
}

/// A copy is the value itself: nothing changes it.
pub(super) fn clone<'v>(cx: &Cx<'v, '_>, value: &Val<'v>) -> Res<Val<'v>> {
    Ok(cx.to_value(value)?.map_or(Val::Nothing, Val::Own))
}

pub(super) fn eval<'v>(
    cx: &Cx<'v, '_>,
    a: &[Val<'v>],
    input: &Val<'v>,
    scope: &Scope<'v>,
) -> Res<Val<'v>> {
    let source = a[0].as_str().unwrap_or_default();
    cx.account.step(10 + source.len() as u64)?;
    cx.account.make(64 * source.len())?;
    let (tree, faults) = crate::syntax::parse(source);
    let unreadable = |why: &crate::Fault| {
        fault("D3120", format!("The text given to $eval cannot be read: {}", why.message))
    };
    if let Some(first) = faults.first() {
        return Err(unreadable(first));
    }
    let node = Arc::new(compile(source, &tree, true).map_err(|why| unreadable(&why))?);
    let input = match a.get(1) {
        Some(given) if !given.is_nothing() => {
            if given.is_list() && !given.is_sequence() {
                crate::eval::wrapper(given)
            } else {
                given.clone()
            }
        }
        _ => input.clone(),
    };
    let result = cx.account.deeper(|| cx.eval(&node, &input, scope));
    result.map_err(|why| match why.code.as_str() {
        // Limits are the whole expression's.
        "D1011" | "D1012" | "G0010" | "G0011" => why,
        _ => fault("D3121", format!("The text given to $eval failed: {}", why.message)),
    })
}
