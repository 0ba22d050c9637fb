//! Functions on texts, but for those that look for something: see `matching`.

use super::Builtin;
use crate::eval::val::Val;
use crate::eval::{Cx, Res};
use crate::url;

pub(super) fn text<'v>(cx: &Cx<'v, '_>, builtin: Builtin, a: &[Val<'v>]) -> Res<Val<'v>> {
    let value = a[0].as_str().unwrap_or_default();
    cx.account.step(1 + value.len() as u64 / 64)?;
    cx.account.make(value.len())?;
    Ok(match builtin {
        Builtin::String => return string(cx, a),
        Builtin::Substring => return Ok(substring(a)),
        Builtin::Pad => return pad(cx, a),
        Builtin::Join => return join(cx, a),
        Builtin::SubstringBefore => {
            Val::text(value.split_once(mark(a)).map_or(value, |(before, _)| before))
        }
        Builtin::SubstringAfter => {
            Val::text(value.split_once(mark(a)).map_or(value, |(_, after)| after))
        }
        Builtin::Lowercase if value.is_ascii() => Val::text(&value.to_ascii_lowercase()),
        Builtin::Uppercase if value.is_ascii() => Val::text(&value.to_ascii_uppercase()),
        Builtin::Lowercase => changed(&a[0], value, &value.to_lowercase()),
        Builtin::Uppercase => changed(&a[0], value, &value.to_uppercase()),
        Builtin::Length => Val::Number(value.chars().count() as f64),
        Builtin::Trim => trim(&a[0], value),
        Builtin::Base64Encode => Val::text(&url::base64_encode(value)),
        Builtin::Base64Decode => Val::text(&url::base64_decode(value)),
        Builtin::EncodeUrlComponent => Val::text(&url::encode_component(value)),
        Builtin::EncodeUrl => Val::text(&url::encode_url(value)),
        Builtin::DecodeUrlComponent => Val::text(&url::decode_component(value)?),
        Builtin::DecodeUrl => Val::text(&url::decode_url(value)?),
        _ => Val::Nothing,
    })
}

/// The second argument; nothing is looked for as the text that JavaScript makes of it.
fn mark<'a>(a: &'a [Val<'_>]) -> &'a str {
    a.get(1).and_then(Val::as_str).unwrap_or("undefined")
}

/// The old text where nothing was changed.
fn changed<'v>(old: &Val<'v>, before: &str, after: &str) -> Val<'v> {
    if before == after { old.clone() } else { Val::text(after) }
}

fn string<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Res<Val<'v>> {
    if a[0].as_str().is_some() {
        return Ok(a[0].clone());
    }
    let is_pretty = match a.get(1) {
        Some(pretty) => cx.is_true(pretty)?,
        None => false,
    };
    let mut out = String::new();
    let value = a[0].unwrapped();
    cx.check_depth(&value)?;
    if is_pretty {
        cx.push_json(&mut out, &value, Some(0))?;
    } else {
        cx.push_text(&mut out, &value)?;
    }
    cx.account.make(out.len())?;
    Ok(Val::text(&out))
}

fn substring<'v>(a: &[Val<'v>]) -> Val<'v> {
    let text = a[0].as_str().unwrap_or_default();
    let start = a.get(1).and_then(Val::as_number).unwrap_or(0.0);
    let length = a.get(2).and_then(Val::as_number);
    let is_ascii = text.is_ascii();
    let n_chars = if is_ascii { text.len() } else { text.chars().count() } as f64;
    let start = if n_chars + start < 0.0 { 0.0 } else { start };
    let end = match length {
        Some(length) if length <= 0.0 => return Val::text(""),
        Some(length) if start >= 0.0 => start + length,
        Some(length) => n_chars + start + length,
        None => n_chars,
    };
    // As JavaScript's slice: cut to whole numbers, negative ones from the end.
    let place = |at: f64| {
        let at = at.trunc();
        let at = if at < 0.0 { (n_chars + at).max(0.0) } else { at };
        at.min(n_chars) as usize
    };
    let (start, end) = (place(start), place(end));
    if start >= end {
        return Val::text("");
    }
    if is_ascii {
        return Val::text(&text[start..end]);
    }
    let mut places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let from = places.nth(start).unwrap_or(text.len());
    let to = places.nth(end - start - 1).unwrap_or(text.len());
    Val::text(&text[from..to])
}

fn trim<'v>(old: &Val<'v>, text: &str) -> Val<'v> {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let mut out = String::with_capacity(text.len());
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    changed(old, text, &out)
}

fn pad<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Res<Val<'v>> {
    let text = a[0].as_str().unwrap_or_default();
    let Some(width) = a[1].as_number() else { return Ok(a[0].clone()) };
    let width = width.trunc();
    let filler = a.get(2).and_then(Val::as_str).filter(|text| !text.is_empty()).unwrap_or(" ");
    let missing = width.abs() - text.chars().count() as f64;
    if missing <= 0.0 {
        return Ok(a[0].clone());
    }
    let missing = missing as usize;
    let widest = filler.chars().map(char::len_utf8).max().unwrap_or(1);
    cx.account.make(text.len().saturating_add(missing.saturating_mul(widest)))?;
    let mut out = String::with_capacity(text.len() + missing);
    if width > 0.0 {
        out.push_str(text);
    }
    let n_chars = filler.chars().count();
    out.push_str(&filler.repeat(missing / n_chars));
    out.extend(filler.chars().take(missing % n_chars));
    if width < 0.0 {
        out.push_str(text);
    }
    Ok(Val::text(&out))
}

fn join<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Res<Val<'v>> {
    let separator = a.get(1).and_then(Val::as_str).unwrap_or_default();
    let mut out = String::new();
    for (index, entry) in a[0].entries().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        out.push_str(entry.as_str().unwrap_or_default());
        cx.account.step(1)?;
        cx.account.make(out.len())?;
    }
    Ok(Val::text(&out))
}
