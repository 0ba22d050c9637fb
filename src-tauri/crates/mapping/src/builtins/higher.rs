//! Functions that take a function.

use crate::eval::val::{Function, Val};
use crate::eval::{Args, Cx, Held, Res, Scope, fault};

/// The function among the arguments, and how many arguments it makes use of.
fn function<'a, 'v>(a: &'a [Val<'v>], index: usize) -> Option<(&'a Function<'v>, usize)> {
    match a.get(index)? {
        Val::Function(function) => Some((function, function.arity())),
        _ => None,
    }
}

fn no_function() -> Box<crate::Fault> {
    fault("T0410", "Argument 2 does not fit: a function is needed, such as function($v){ $v }.")
}

pub(super) fn map<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let Some((function, arity)) = function(a, 1) else { return Err(no_function()) };
    let mut held = Held::default();
    let mut out = Vec::new();
    for (index, entry) in a[0].entries().enumerate() {
        let arguments = [entry, Val::Number(index as f64), a[0].clone()];
        let result = cx.apply_some(function, arity, arguments, scope)?;
        if !result.is_nothing() {
            cx.hold_more(&mut held, &result)?;
            cx.hold_room(&mut held, &out)?;
            out.push(result);
        }
    }
    Ok(Val::sequence(out))
}

pub(super) fn filter<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let Some((function, arity)) = function(a, 1) else { return Err(no_function()) };
    let mut held = Held::default();
    let mut out = Vec::new();
    for (index, entry) in a[0].entries().enumerate() {
        let arguments = [entry.clone(), Val::Number(index as f64), a[0].clone()];
        let result = cx.apply_some(function, arity, arguments, scope)?;
        if cx.is_true(&result)? {
            cx.hold_room(&mut held, &out)?;
            out.push(entry);
        }
    }
    Ok(Val::sequence(out))
}

pub(super) fn single<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let function = function(a, 1);
    let mut found = None;
    for (index, entry) in a[0].entries().enumerate() {
        let is_meant = match function {
            Some((function, arity)) => {
                let arguments = [entry.clone(), Val::Number(index as f64), a[0].clone()];
                let result = cx.apply_some(function, arity, arguments, scope)?;
                cx.is_true(&result)?
            }
            None => true,
        };
        if is_meant && found.replace(entry).is_some() {
            return Err(fault("D3138", "$single() found more than one entry. Ask for less."));
        }
    }
    found.ok_or_else(|| fault("D3139", "$single() found no entry."))
}

pub(super) fn reduce<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let Some((function, arity)) = function(a, 1) else { return Err(no_function()) };
    if arity < 2 {
        let message = "The function of $reduce() must take two arguments at least: what there is so far, and the next entry.";
        return Err(fault("D3050", message));
    }
    let mut entries = a[0].entries().enumerate();
    let mut result = match a.get(2) {
        Some(start) if !start.is_nothing() => start.clone(),
        _ => entries.next().map_or(Val::Nothing, |(_, entry)| entry),
    };
    for (index, entry) in entries {
        let mut arguments: Args<'v> = [result, entry].into_iter().collect();
        if arity >= 3 {
            arguments.push(Val::Number(index as f64));
        }
        if arity >= 4 {
            arguments.push(a[0].clone());
        }
        result = cx.apply(function, arguments, &Val::Nothing, scope)?;
    }
    Ok(result)
}

pub(super) fn each<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let Some((function, arity)) = function(a, 1) else { return Ok(Val::Nothing) };
    let mut held = Held::default();
    let mut out = Vec::new();
    for (key, value) in Cx::members(&a[0]) {
        let arguments = [value, Val::text(key.as_str()), a[0].clone()];
        let result = cx.apply_some(function, arity, arguments, scope)?;
        if !result.is_nothing() {
            cx.hold_more(&mut held, &result)?;
            cx.hold_room(&mut held, &out)?;
            out.push(result);
        }
    }
    Ok(Val::sequence(out))
}

pub(super) fn sift<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let Some((function, arity)) = function(a, 1) else { return Ok(Val::Nothing) };
    let mut out = Vec::new();
    for (key, value) in Cx::members(&a[0]) {
        let arguments = [value.clone(), Val::text(key.as_str()), a[0].clone()];
        let result = cx.apply_some(function, arity, arguments, scope)?;
        if cx.is_true(&result)? {
            out.push((key, value));
        }
    }
    if out.is_empty() { Ok(Val::Nothing) } else { cx.object(out) }
}

pub(super) fn sort<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let n = a[0].len().unwrap_or(1);
    if n <= 1 {
        return Ok(a[0].clone());
    }
    let mut entries = Vec::new();
    cx.append(&mut entries, &a[0])?;
    let sorted = if let Some((function, _)) = function(a, 1) {
        cx.merge_sort(entries, &mut |a, b| {
            let arguments: Args<'v> = [a.clone(), b.clone()].into_iter().collect();
            let result = cx.apply(function, arguments, &Val::Nothing, scope)?;
            cx.is_true(&result)
        })?
    } else {
        let numbers = entries.iter().all(|entry| entry.as_number().is_some());
        let texts = entries.iter().all(|entry| entry.as_str().is_some());
        if !numbers && !texts {
            let message = "Without a function only lists of numbers or of texts can be sorted. Give a function as the second argument.";
            return Err(fault("D3070", message));
        }
        cx.merge_sort(entries, &mut |a, b| Ok(crate::eval::is_after(a, b)))?
    };
    Ok(Val::list(sorted))
}
