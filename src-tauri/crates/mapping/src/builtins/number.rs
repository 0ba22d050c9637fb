//! Functions on numbers.

use data::Value;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Builtin, Picture, kept};
use crate::Fault;
use crate::compile::{Call, Operator};
use crate::eval::val::Val;
use crate::eval::{Cx, Res, as_decimal, fault, from_decimal};
use crate::picture::integer::IntegerPicture;
use crate::picture::number::{NumberOptions, NumberPicture};

pub(super) fn sum<'v>(cx: &Cx<'v, '_>, list: &Val<'v>) -> Res<Val<'v>> {
    if cx.is_decimal.get() {
        let mut total = Val::Number(0.0);
        for entry in list.entries() {
            cx.account.step(1)?;
            total = cx.arithmetic(Operator::Add, &total, &entry)?;
        }
        return Ok(total);
    }
    let mut total = 0.0;
    if let Val::List(list) = list {
        for chunk in list.items.chunks(256) {
            cx.account.step(chunk.len() as u64)?;
            total = chunk.iter().filter_map(Val::as_number).fold(total, |a, b| a + b);
        }
        return Ok(Val::Number(total));
    }
    for (index, entry) in list.entries().enumerate() {
        if index % 256 == 0 {
            cx.account.step(256)?;
        }
        total += entry.as_number().unwrap_or(0.0);
    }
    Ok(Val::Number(total))
}

pub(super) fn average<'v>(cx: &Cx<'v, '_>, list: &Val<'v>) -> Res<Val<'v>> {
    match list.len().unwrap_or(1) {
        0 => Ok(Val::Nothing),
        n => {
            let total = sum(cx, list)?;
            cx.arithmetic(Operator::Divide, &total, &Val::Number(n as f64))
        }
    }
}

/// The largest or smallest of a list.
pub(super) fn extreme<'v>(
    cx: &Cx<'v, '_>,
    list: &Val<'v>,
    pick: fn(f64, f64) -> f64,
) -> Res<Val<'v>> {
    cx.account.step(list.len().unwrap_or(1) as u64)?;
    let mut found: Option<(f64, Val<'v>)> = None;
    for entry in list.entries() {
        let Some(number) = entry.as_number() else { continue };
        let is_new = found.as_ref().is_none_or(|(best, _)| {
            let picked = pick(*best, number);
            picked == number && picked != *best
        });
        if is_new {
            // The entry itself is given, so that its digits stay.
            found = Some((number, entry));
        }
    }
    Ok(found.map_or(Val::Nothing, |(_, entry)| entry))
}

/// The number that a text holds; numbers keep their digits.
pub(super) fn number<'v>(value: &Val<'v>) -> Res<Val<'v>> {
    if let Some(bool) = value.value().and_then(Value::as_bool) {
        return Ok(Val::Number(f64::from(u8::from(bool))));
    }
    let Some(text) = value.as_str() else { return Ok(value.clone()) };
    if let Some(number) = read_number(text) {
        return Ok(number);
    }
    let shown: String = text.chars().take(60).collect();
    Err(fault("D3030", format!("\"{shown}\" is no number.")))
}

fn read_number<'v>(text: &str) -> Option<Val<'v>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && !digits.ends_with(|c: char| c.is_whitespace());
    // JSON's numbers have no zeros in front; those here may.
    let trimmed = digits.trim_start_matches('0');
    let body = if trimmed.starts_with(|c: char| c.is_ascii_digit()) {
        trimmed.to_owned()
    } else {
        format!("0{trimmed}")
    };
    let sign = if digits.len() < text.len() { "-" } else { "" };
    if is_plain {
        let whole = format!("{sign}{body}");
        if let Ok(exact) = data::json::read(whole.as_bytes(), &data::Limits::default()) {
            let float = exact.as_f64()?;
            return float.is_finite().then(|| {
                if exact.as_number().is_some_and(|n| Value::from(float).as_number() == Some(n)) {
                    Val::Number(float)
                } else {
                    Val::Own(exact)
                }
            });
        }
    }
    // In other bases; a sign makes it no number, in JavaScript too.
    let (radix, digits) = match text.get(..2)? {
        "0x" | "0X" => (16, &text[2..]),
        "0o" | "0O" => (8, &text[2..]),
        "0b" | "0B" => (2, &text[2..]),
        _ => return None,
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let fold = |n: f64, c: char| n * f64::from(radix) + f64::from(c.to_digit(radix).unwrap_or(0));
    Some(Val::Number(digits.chars().fold(0.0, fold)))
}

pub(super) fn simple<'v>(cx: &Cx<'v, '_>, builtin: Builtin, value: &Val<'v>) -> Res<Val<'v>> {
    let number = value.as_number().unwrap_or(0.0);
    if cx.is_decimal.get() && builtin != Builtin::Sqrt {
        if let Some(decimal) = as_decimal(value) {
            return Ok(from_decimal(match builtin {
                Builtin::Floor => decimal.floor(),
                Builtin::Ceil => decimal.ceil(),
                _ => decimal.abs(),
            }));
        }
    }
    Ok(Val::Number(match builtin {
        Builtin::Floor => number.floor(),
        Builtin::Ceil => number.ceil(),
        Builtin::Abs => number.abs(),
        _ if number < 0.0 => {
            let message = format!("{number} is negative, so it has no square root.");
            return Err(fault("D3060", message));
        }
        _ => number.sqrt(),
    }))
}

pub(super) fn round<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>]) -> Val<'v> {
    let number = a[0].as_number().unwrap_or(0.0);
    let digits = a.get(1).and_then(Val::as_number).unwrap_or(0.0);
    let digits = digits.clamp(-400.0, 400.0) as i32;
    if cx.is_decimal.get() {
        if let (Some(decimal), 0..=28) = (as_decimal(&a[0]), digits) {
            let even = RoundingStrategy::MidpointNearestEven;
            let rounded: Decimal = decimal.round_dp_with_strategy(digits as u32, even);
            return from_decimal(rounded);
        }
    }
    Val::Number(crate::picture::decimal::round(number, digits))
}

pub(super) fn power<'v>(a: &[Val<'v>]) -> Res<Val<'v>> {
    let base = a[0].as_number().unwrap_or(0.0);
    let exponent = a[1].as_number().unwrap_or(f64::NAN);
    let result = base.powf(exponent);
    // JavaScript has no result where the base is 1 or -1 and the exponent endless.
    if result.is_finite() {
        return Ok(Val::Number(result));
    }
    let message = format!("{base} to the power of {exponent} is no number that can be written.");
    Err(fault("D3061", message))
}

pub(super) fn format_number<'v>(
    cx: &Cx<'v, '_>,
    a: &[Val<'v>],
    call: Option<&Call>,
) -> Res<Val<'v>> {
    let value = a[0].as_number().unwrap_or(0.0);
    let Some(picture) = a[1].as_str() else { return Err(no_picture()) };
    let has_options = a.get(2).is_some_and(|options| !options.is_nothing());
    let mut out = std::mem::take(&mut *cx.scratch.borrow_mut());
    out.clear();
    let slot = if has_options { None } else { kept(call, 0) };
    if let Some(Some(Picture::Number(picture))) = slot.map(std::sync::OnceLock::get) {
        picture.format(value, &mut out);
    } else {
        let mut options = NumberOptions::default();
        if let Some(given) = a.get(2) {
            for (key, option) in Cx::members(given) {
                if let Some(text) = option.as_str() {
                    options.set(key.as_str(), text);
                }
            }
        }
        let made = NumberPicture::parse(picture, &options)?;
        made.format(value, &mut out);
        if let Some(slot) = slot {
            // Another thread may have been first; its picture is the same.
            let _ = slot.set(Picture::Number(Box::new(made)));
        }
    }
    let text = Val::text(&out);
    cx.account.make(out.len())?;
    *cx.scratch.borrow_mut() = out;
    Ok(text)
}

fn no_picture() -> Box<Fault> {
    fault("T0410", "Argument 2 does not fit: a picture is needed, such as #,##0.00.")
}

pub(super) fn format_base<'v>(a: &[Val<'v>]) -> Res<Val<'v>> {
    let value = crate::picture::decimal::round(a[0].as_number().unwrap_or(0.0), 0);
    let radix = a.get(1).and_then(Val::as_number).unwrap_or(10.0);
    Ok(Val::text(&crate::picture::decimal::format_base(value, radix)?))
}

fn integer_picture<R>(
    a: &[Val<'_>],
    call: Option<&Call>,
    f: impl FnOnce(&IntegerPicture) -> Result<R, Fault>,
) -> Res<R> {
    let Some(picture) = a[1].as_str() else { return Err(no_picture()) };
    let slot = kept(call, 0);
    if let Some(Some(Picture::Integer(picture))) = slot.map(std::sync::OnceLock::get) {
        return Ok(f(picture)?);
    }
    let made = IntegerPicture::parse(picture)?;
    let result = f(&made)?;
    if let Some(slot) = slot {
        let _ = slot.set(Picture::Integer(Box::new(made)));
    }
    Ok(result)
}

pub(super) fn format_integer<'v>(
    cx: &Cx<'v, '_>,
    a: &[Val<'v>],
    call: Option<&Call>,
) -> Res<Val<'v>> {
    let value = a[0].as_number().unwrap_or(0.0);
    let mut out = String::new();
    integer_picture(a, call, |picture| picture.format(value, &mut out))?;
    cx.account.make(out.len())?;
    Ok(Val::text(&out))
}

pub(super) fn parse_integer<'v>(a: &[Val<'v>], call: Option<&Call>) -> Res<Val<'v>> {
    let text = a[0].as_str().unwrap_or_default();
    integer_picture(a, call, |picture| picture.parse_number(text)).map(Val::Number)
}
