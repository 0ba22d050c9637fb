//! Functions that look for something in a text: a text, a regular expression, or whatever a
//! function says it found.

use std::sync::Arc;

use data::Key;

use crate::Fault;
use crate::eval::val::{Function, Val};
use crate::eval::{Args, Cx, Held, Res, Scope, empty_match, fault, pattern_fault};
use crate::pattern::Pattern;

/// Something found: where it stands in bytes, what it is, and its groups.
struct Found<'v> {
    start: usize,
    end: usize,
    text: String,
    groups: Vec<Val<'v>>,
}

/// The matches of a regular expression or a function, one after another.
enum Finder<'a, 'v> {
    Pattern { pattern: &'a Arc<Pattern>, at: usize, is_first: bool },
    Function { next: Option<Function<'v>>, is_first: bool },
}

impl<'v> Finder<'_, 'v> {
    fn next(
        &mut self,
        cx: &Cx<'v, '_>,
        text: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Option<Found<'v>>> {
        let string = text.as_str().unwrap_or_default();
        match self {
            Self::Pattern { pattern, at, is_first } => {
                if !*is_first && *at >= string.len() {
                    return Ok(None);
                }
                cx.account.step(1)?;
                let Some(found) = pattern.find_at(string, *at).map_err(pattern_fault)? else {
                    return Ok(None);
                };
                if !std::mem::take(is_first) && found.start == found.end {
                    return Err(empty_match());
                }
                *at = found.end;
                let group = |range: &Option<(usize, usize)>| match range {
                    Some((start, end)) => Val::text(&string[*start..*end]),
                    None => Val::Nothing,
                };
                Ok(Some(Found {
                    start: found.start,
                    end: found.end,
                    text: string[found.start..found.end].to_owned(),
                    groups: found.groups.iter().map(group).collect(),
                }))
            }
            Self::Function { next, is_first } => {
                let Some(function) = next.take() else { return Ok(None) };
                let mut arguments = Args::new();
                if std::mem::take(is_first) {
                    arguments.push(text.clone());
                }
                let found = cx.apply(&function, arguments, &Val::Nothing, scope)?;
                if found.is_nothing() {
                    return Ok(None);
                }
                let (found, after) = of_function(&found, string)?;
                *next = after;
                Ok(Some(found))
            }
        }
    }
}

/// Reads what a matching function gives: `{match, start, end, groups, next}`.
fn of_function<'v>(
    found: &Val<'v>,
    text: &str,
) -> Result<(Found<'v>, Option<Function<'v>>), Box<Fault>> {
    let start = Cx::member(found, "start").as_number();
    let end = Cx::member(found, "end").as_number();
    let groups = Cx::member(found, "groups");
    let next = Cx::member(found, "next");
    let is_some = start.is_some() || end.is_some() || groups.is_list();
    if !is_some && !matches!(next, Val::Function(_)) {
        let message = "The function that looks for matches must give an object with match, start, end, groups and next.";
        return Err(fault("T1010", message));
    }
    let matched = Cx::member(found, "match");
    let matched = matched.as_str().unwrap_or_default().to_owned();
    let start = byte_of(text, start.unwrap_or(0.0));
    let end = byte_of(text, end.unwrap_or(0.0)).max(start);
    let next = match next {
        Val::Function(next) => Some(next),
        _ => None,
    };
    Ok((Found { start, end, text: matched, groups: groups.entries().collect() }, next))
}

/// The byte at which a UTF-16 unit begins.
fn byte_of(text: &str, unit: f64) -> usize {
    let mut left = unit.max(0.0);
    for (at, c) in text.char_indices() {
        if left < 1.0 {
            return at;
        }
        left -= c.len_utf16() as f64;
    }
    text.len()
}

fn finder<'a, 'v>(what: &'a Val<'v>) -> Option<Finder<'a, 'v>> {
    match what {
        Val::Function(Function::Regex(pattern)) => {
            Some(Finder::Pattern { pattern, at: 0, is_first: true })
        }
        Val::Function(function) => {
            Some(Finder::Function { next: Some(function.clone()), is_first: true })
        }
        _ => None,
    }
}

/// The most matches that are wanted.
fn limit(a: &[Val<'_>], index: usize, code: &str, name: &str) -> Res<f64> {
    match a.get(index).and_then(Val::as_number) {
        Some(limit) if limit < 0.0 => {
            let message = format!("The limit of {name} must not be negative.");
            Err(fault(code, message))
        }
        Some(limit) => Ok(limit),
        None => Ok(f64::INFINITY),
    }
}

pub(super) fn contains<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let text = a[0].as_str().unwrap_or_default();
    cx.account.step(1 + text.len() as u64 / 256)?;
    match &a[1] {
        Val::Function(Function::Regex(pattern)) => {
            cx.account.start_clock();
            Ok(pattern.is_match(text).map_err(pattern_fault)?.into())
        }
        Val::Nothing => Ok(Val::Nothing),
        other => match (other.as_str(), finder(other)) {
            (Some(part), _) => Ok(text.contains(part).into()),
            (_, Some(mut finder)) => Ok(finder.next(cx, &a[0], scope)?.is_some().into()),
            _ => Ok(false.into()),
        },
    }
}

pub(super) fn matches<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let limit = limit(a, 2, "D3040", "$match()")?;
    let text = a[0].as_str().unwrap_or_default();
    let Some(mut finder) = finder(&a[1]) else { return Ok(Val::Nothing) };
    cx.account.start_clock();
    let mut out = Vec::new();
    // Positions are counted on from match to match.
    let (mut byte, mut unit) = (0, 0_u32);
    let mut held = Held::default();
    while (out.len() as f64) < limit {
        cx.hold_room(&mut held, &out)?;
        let Some(found) = finder.next(cx, &a[0], scope)? else { break };
        cx.account.make(256 + found.text.len())?;
        if found.start >= byte {
            unit += crate::syntax::units(&text[byte..found.start]);
        } else {
            unit = crate::syntax::units(&text[..found.start]);
        }
        byte = found.start;
        out.push(cx.object(vec![
            (Key::new("match"), Val::text(&found.text)),
            (Key::new("index"), Val::Number(f64::from(unit))),
            (Key::new("groups"), Val::list(found.groups)),
        ])?);
    }
    Ok(Val::sequence(out))
}

pub(super) fn split<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let limit = limit(a, 2, "D3020", "$split()")?;
    let text = a[0].as_str().unwrap_or_default();
    let mut out: Vec<Val<'v>> = Vec::new();
    if let Some(separator) = a[1].as_str() {
        let limit = limit.trunc();
        let mut held = Held::default();
        let mut push = |part: &str| -> Res<bool> {
            cx.account.step(1)?;
            cx.account.make(part.len())?;
            cx.hold_room(&mut held, &out)?;
            if (out.len() as f64) < limit {
                out.push(Val::text(part));
            }
            Ok((out.len() as f64) < limit)
        };
        if separator.is_empty() {
            for (at, c) in text.char_indices() {
                if !push(&text[at..at + c.len_utf8()])? {
                    break;
                }
            }
        } else {
            for part in text.split(separator) {
                if !push(part)? {
                    break;
                }
            }
        }
        return Ok(Val::list(out));
    }
    let Some(mut finder) = finder(&a[1]) else { return Ok(Val::Nothing) };
    cx.account.start_clock();
    let mut start = 0;
    let mut held = Held::default();
    while (out.len() as f64) < limit {
        cx.hold_room(&mut held, &out)?;
        let Some(found) = finder.next(cx, &a[0], scope)? else {
            out.push(Val::text(&text[start..]));
            break;
        };
        cx.account.make(size_of::<Val<'_>>() + found.start.saturating_sub(start))?;
        out.push(Val::text(&text[start.min(found.start)..found.start]));
        start = found.end;
    }
    Ok(Val::list(out))
}

pub(super) fn replace<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], scope: &Scope<'v>) -> Res<Val<'v>> {
    let text = a[0].as_str().unwrap_or_default();
    if a[1].as_str() == Some("") {
        let message = "The text that $replace() looks for must not be empty.";
        return Err(fault("D3010", message));
    }
    let limit = limit(a, 3, "D3011", "$replace()")?;
    if limit <= 0.0 {
        return Ok(a[0].clone());
    }
    if let Some(part) = a[1].as_str() {
        return replace_text(cx, &a[0], part, &a[2], limit);
    }
    if let (Val::Function(Function::Regex(pattern)), Some(by)) = (&a[1], a[2].as_str()) {
        if !by.contains('$') {
            return replace_plain(cx, &a[0], pattern, by, limit);
        }
    }
    let Some(mut finder) = finder(&a[1]) else { return Ok(a[0].clone()) };
    cx.account.start_clock();
    let mut out = String::new();
    let mut position = 0;
    let mut n_found = 0.0;
    while n_found < limit {
        let Some(found) = finder.next(cx, &a[0], scope)? else { break };
        n_found += 1.0;
        out.push_str(&text[position.min(found.start)..found.start]);
        position = found.start + found.text.len();
        match (&a[2], a[2].as_str()) {
            (_, Some(by)) => substitute(&mut out, by, &found),
            (Val::Function(function), _) => {
                let arguments = [as_object(cx, &found)?].into_iter().collect();
                let by = cx.apply(function, arguments, &Val::Nothing, scope)?;
                let Some(by) = by.as_str() else {
                    let message = "The function that replaces must give a text.";
                    return Err(fault("D3012", message));
                };
                out.push_str(by);
            }
            _ => out.push_str("undefined"),
        }
        cx.account.make(out.len())?;
    }
    if n_found == 0.0 {
        return Ok(a[0].clone());
    }
    out.push_str(text.get(position..).unwrap_or_default());
    cx.account.make(out.len())?;
    Ok(Val::text(&out))
}

fn as_object<'v>(cx: &Cx<'v, '_>, found: &Found<'v>) -> Res<Val<'v>> {
    cx.object(vec![
        (Key::new("match"), Val::text(&found.text)),
        (Key::new("start"), Val::Number(found.start as f64)),
        (Key::new("end"), Val::Number(found.end as f64)),
        (Key::new("groups"), Val::list(found.groups.clone())),
    ])
}

/// Replaces a text by a text, or by what a function makes of nothing: JSONata puts its name there.
fn replace_text<'v>(
    cx: &Cx<'v, '_>,
    old: &Val<'v>,
    part: &str,
    by: &Val<'v>,
    limit: f64,
) -> Res<Val<'v>> {
    let text = old.as_str().unwrap_or_default();
    let Some(by) = by.as_str() else {
        let message = "A text can be replaced by a text only; a function needs a regular expression to look for.";
        return Err(fault("D3012", message));
    };
    let mut out = String::new();
    let mut position = 0;
    let mut n_found = 0.0;
    for (start, _) in text.match_indices(part) {
        if n_found >= limit {
            break;
        }
        n_found += 1.0;
        cx.account.step(1)?;
        cx.account.make(out.len() + start - position + by.len())?;
        out.push_str(&text[position..start]);
        out.push_str(by);
        position = start + part.len();
    }
    if n_found == 0.0 {
        return Ok(old.clone());
    }
    out.push_str(&text[position..]);
    cx.account.make(out.len())?;
    Ok(Val::text(&out))
}

/// Replaces the matches of a regular expression by a text without groups in it: the commonest case.
fn replace_plain<'v>(
    cx: &Cx<'v, '_>,
    old: &Val<'v>,
    pattern: &Pattern,
    by: &str,
    limit: f64,
) -> Res<Val<'v>> {
    let text = old.as_str().unwrap_or_default();
    cx.account.start_clock();
    let mut out = std::mem::take(&mut *cx.scratch.borrow_mut());
    out.clear();
    let mut position = 0;
    let mut n_found = 0.0;
    for span in pattern.spans(text) {
        if n_found >= limit {
            break;
        }
        let (start, end) = span.map_err(pattern_fault)?;
        n_found += 1.0;
        cx.account.step(1)?;
        cx.account.make(out.len() + start - position + by.len())?;
        out.push_str(&text[position..start]);
        out.push_str(by);
        position = end;
    }
    if n_found == 0.0 {
        *cx.scratch.borrow_mut() = out;
        return Ok(old.clone());
    }
    out.push_str(&text[position..]);
    cx.account.make(out.len())?;
    let made = Val::text(&out);
    if out.capacity() <= 1 << 16 {
        *cx.scratch.borrow_mut() = out;
    }
    Ok(made)
}

/// Puts the replacement of a match behind a text: `$0` is the match, `$1` its first group, `$$` a
/// dollar.
fn substitute(out: &mut String, by: &str, found: &Found<'_>) {
    let n_groups = found.groups.len();
    let mut rest = by;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        match rest.as_bytes().first() {
            Some(b'$') => {
                out.push('$');
                rest = &rest[1..];
            }
            Some(b'0') => {
                out.push_str(&found.text);
                rest = &rest[1..];
            }
            _ => {
                let most = if n_groups == 0 { 1 } else { n_groups.ilog10() as usize + 1 };
                let n_digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let number = |n: usize| rest[..n].parse::<usize>().ok();
                let mut index = number(n_digits);
                if most > 1 && index.is_some_and(|index| index > n_groups) {
                    index = number(n_digits.min(most - 1));
                }
                let Some(index) = index else {
                    out.push('$');
                    continue;
                };
                if let Some(group) = index.checked_sub(1).and_then(|at| found.groups.get(at)) {
                    out.push_str(group.as_str().unwrap_or_default());
                }
                // As many digits as the number has, written without zeros in front.
                rest = &rest[index.to_string().len().min(rest.len())..];
            }
        }
    }
    out.push_str(rest);
}
