//! Functions on dates. The time comes from outside.

use super::{Picture, kept};
use crate::Fault;
use crate::compile::Call;
use crate::eval::val::Val;
use crate::eval::{Cx, Res, fault};
use crate::picture::datetime::{DateTimePicture, Offset, format_iso};

/// The time of the evaluation.
fn now_ms(cx: &Cx<'_, '_>) -> Res<i64> {
    let now = cx.now.get().or_else(|| cx.names.now_ms());
    cx.now.set(now);
    now.ok_or_else(|| {
        fault("G0003", "There is no clock here, so $now() and $millis() have no value.")
    })
}

pub(super) fn millis<'v>(cx: &Cx<'v, '_>) -> Res<Val<'v>> {
    now_ms(cx).map(|ms| Val::Number(ms as f64))
}

pub(super) fn now<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], call: Option<&Call>) -> Res<Val<'v>> {
    format(cx, now_ms(cx)? as f64, a.first(), a.get(1), call)
}

pub(super) fn from_millis<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], call: Option<&Call>) -> Res<Val<'v>> {
    format(cx, a[0].as_number().unwrap_or(0.0), a.get(1), a.get(2), call)
}

fn format<'v>(
    cx: &Cx<'v, '_>,
    ms: f64,
    picture: Option<&Val<'v>>,
    zone: Option<&Val<'v>>,
    call: Option<&Call>,
) -> Res<Val<'v>> {
    let zone = zone.and_then(Val::as_str);
    let offset = zone.map(Offset::parse).transpose()?.unwrap_or_default();
    let mut out = std::mem::take(&mut *cx.scratch.borrow_mut());
    out.clear();
    match picture.and_then(Val::as_str) {
        None => format_iso(ms, offset, &mut out)?,
        Some(text) => {
            let index_from_end = usize::from(zone.is_some());
            date_picture(text, call, index_from_end, |picture| {
                picture.format(ms, offset, &mut out)
            })?;
        }
    }
    cx.account.make(out.len())?;
    let text = Val::text(&out);
    *cx.scratch.borrow_mut() = out;
    Ok(text)
}

fn date_picture<R>(
    text: &str,
    call: Option<&Call>,
    index_from_end: usize,
    f: impl FnOnce(&DateTimePicture) -> Result<R, Fault>,
) -> Res<R> {
    let slot = kept(call, index_from_end);
    if let Some(Some(Picture::Date(picture))) = slot.map(std::sync::OnceLock::get) {
        return Ok(f(picture)?);
    }
    let made = DateTimePicture::parse(text)?;
    let result = f(&made)?;
    if let Some(slot) = slot {
        let _ = slot.set(Picture::Date(Box::new(made)));
    }
    Ok(result)
}

pub(super) fn to_millis<'v>(cx: &Cx<'v, '_>, a: &[Val<'v>], call: Option<&Call>) -> Res<Val<'v>> {
    let text = a[0].as_str().unwrap_or_default();
    let Some(picture) = a.get(1).and_then(Val::as_str) else {
        return Ok(Val::Number(crate::picture::iso::parse(text)? as f64));
    };
    let now = || now_ms(cx).map_err(|fault| *fault);
    let found = date_picture(picture, call, 0, |picture| picture.parse_time(text, &now))?;
    Ok(found.map_or(Val::Nothing, Val::Number))
}
