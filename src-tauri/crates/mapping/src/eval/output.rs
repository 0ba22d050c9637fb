//! Turns what an evaluation works on into values and texts.

use std::fmt::Write as _;
use std::rc::Rc;

use data::{Key, Number, Object, Value};

use super::limits::Held;
use super::operators::out_of_range;
use super::val::{Members, Origin, Val};
use super::{Cx, Res, fault};

/// Values that nest deeper are refused, so that nothing that walks them runs out of stack.
const MAX_NESTING: usize = 500;

impl<'v> Cx<'v, '_> {
    /// The result of an evaluation.
    pub(crate) fn output(&self, result: Val<'v>) -> Res<Option<Value>> {
        let is_nothing = result.is_nothing();
        let Some(value) = self.owned_value(result)? else {
            if is_nothing {
                return Ok(None);
            }
            return Err(no_value());
        };
        if !self.account.is_shallow() {
            self.check_depth(&Val::Own(value.clone()))?;
            self.account.check_output(&value)?;
        }
        Ok(Some(value))
    }

    /// The value, without a copy where it is one already.
    #[inline]
    pub(crate) fn owned_value(&self, value: Val<'v>) -> Res<Option<Value>> {
        match value {
            Val::Own(value) => Ok(Some(value)),
            Val::Number(number) => number_value(number).map(Some),
            Val::Ref(value) => Ok(Some(value.clone())),
            Val::List(mut list) if list.origin != Origin::Wrapper => match Rc::get_mut(&mut list) {
                // Nobody else has the list, so that its entries can be moved.
                Some(own) => self.moved_list(std::mem::take(&mut own.items)),
                None => self.list_value(&list.items).map(Some),
            },
            other => self.to_value(&other.unwrapped()),
        }
    }

    fn moved_list(&self, items: Vec<Val<'v>>) -> Res<Option<Value>> {
        self.account.step(items.len() as u64)?;
        self.account.make_object(16 * (items.len() + 2))?;
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            out.push(match item {
                Val::Own(value) => value,
                Val::Ref(value) => value.clone(),
                Val::Number(number) => number_value(number)?,
                Val::Function(_) => return Err(no_value()),
                other => self.to_value_within(&other)?.unwrap_or_default(),
            });
        }
        Ok(Some(Value::from(out)))
    }

    /// The value; none for nothing and functions.
    pub(crate) fn to_value(&self, value: &Val<'v>) -> Res<Option<Value>> {
        Ok(Some(match value {
            Val::Ref(value) => (*value).clone(),
            Val::Own(value) => value.clone(),
            Val::Number(number) => number_value(*number)?,
            Val::Nothing | Val::Function(_) | Val::TailCall => return Ok(None),
            Val::Range(first, last) => {
                self.account.make_object(16 * (last - first + 1) as usize)?;
                Value::list((*first..=*last).map(Value::from))
            }
            Val::List(list) => self.list_value(&list.items)?,
            Val::Rows(rows) => {
                let items: Vec<Val<'v>> = rows.iter().map(|row| row.value.clone()).collect();
                self.list_value(&items)?
            }
            Val::Members(members) => {
                let mut out = Vec::with_capacity(members.list.len());
                for (key, value) in &members.list {
                    if let Some(value) = self.to_value_within(value)? {
                        out.push((key.clone(), value));
                    }
                }
                Value::from(Object::new(out))
            }
        }))
    }

    fn to_value_within(&self, value: &Val<'v>) -> Res<Option<Value>> {
        if matches!(value, Val::List(_) | Val::Members(_)) {
            stacker::maybe_grow(32 * 1024, 1024 * 1024, || self.to_value(value))
        } else {
            self.to_value(value)
        }
    }

    fn list_value(&self, items: &[Val<'v>]) -> Res<Value> {
        self.account.step(items.len() as u64)?;
        self.account.make_object(16 * (items.len() + 2))?;
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            if matches!(item, Val::Function(_)) {
                return Err(no_value());
            }
            // Nothing leaves an empty place, as it does in JavaScript's JSON.
            out.push(self.to_value_within(item)?.unwrap_or_default());
        }
        Ok(Value::from(out))
    }

    /// Holds a text that is kept with others, until they are a list.
    #[inline]
    pub(crate) fn hold_more(&self, held: &mut Held, value: &Val<'v>) -> Res<()> {
        match value.text_len() {
            0..256 => Ok(()),
            n_bytes => {
                held.add(n_bytes);
                self.account.make(0)
            }
        }
    }

    /// Holds the room of entries that are kept until they are a list, as it grows.
    #[inline]
    pub(crate) fn hold_room<T>(&self, held: &mut Held, entries: &Vec<T>) -> Res<()> {
        if entries.len() < entries.capacity() || entries.is_empty() {
            return Ok(());
        }
        held.add(entries.len() * size_of::<T>());
        self.account.make(2 * entries.len() * size_of::<T>())
    }

    /// Makes an object, as a value where no member is a function.
    pub(crate) fn object(&self, members: Vec<(Key, Val<'v>)>) -> Res<Val<'v>> {
        if members.iter().any(|(_, value)| holds_function(value)) {
            self.account.make(0)?;
            return Ok(Val::Members(Rc::new(Members::new(members))));
        }
        let texts: usize = members.iter().map(|(_, value)| value.text_len()).sum();
        self.account.make_object(48 + 16 * members.len() + texts)?;
        let mut out = Vec::with_capacity(members.len());
        for (key, value) in members {
            if let Some(value) = self.to_value_within(&value)? {
                out.push((key, value));
            }
        }
        Ok(Val::Own(Value::from(Object::new(out))))
    }

    /// Refuses a value that nests too deep.
    pub(crate) fn check_depth(&self, value: &Val<'v>) -> Res<()> {
        if self.account.is_shallow() || !(value.is_list() || is_object(value)) {
            return Ok(());
        }
        let too_deep = || {
            let message = format!("The value nests deeper than {MAX_NESTING} levels.");
            Err(fault("D1011", message))
        };
        let mut work: Vec<(Val<'v>, usize)> = vec![(value.clone(), 1)];
        while let Some((value, depth)) = work.pop() {
            self.account.step(1)?;
            if depth > MAX_NESTING {
                return too_deep();
            }
            match &value {
                Val::List(list) => {
                    let deep = list.items.iter().filter(|item| item.is_list() || is_object(item));
                    work.extend(deep.map(|item| (item.clone(), depth + 1)));
                }
                Val::Members(members) => {
                    work.extend(members.list.iter().map(|(_, value)| (value.clone(), depth + 1)));
                }
                // The item itself was bounded when it was read.
                _ => {
                    let Val::Own(own) = &value else { continue };
                    let mut stack = vec![(own, depth)];
                    while let Some((value, depth)) = stack.pop() {
                        self.account.step(1)?;
                        if depth > MAX_NESTING {
                            return too_deep();
                        }
                        let items = value.as_list().unwrap_or_default();
                        let values = value.as_object().map_or(&[][..], |object| object.values());
                        let containers = items.iter().chain(values).filter(|value| {
                            value.as_list().is_some() || value.as_object().is_some()
                        });
                        stack.extend(containers.map(|value| (value, depth + 1)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Puts a value's text behind another: `$string`, where nothing is an empty text.
    pub(crate) fn push_text(&self, out: &mut String, value: &Val<'v>) -> Res<()> {
        match value {
            Val::Nothing | Val::Function(_) | Val::TailCall => Ok(()),
            Val::Number(number) => push_number(out, *number),
            _ => {
                if let Some(text) = value.as_str() {
                    out.push_str(text);
                    return Ok(());
                }
                if let Some(number) = value.value().and_then(Value::as_number) {
                    return push_exact(out, &number);
                }
                self.check_depth(value)?;
                self.push_json(out, value, None)
            }
        }
    }

    /// Puts a value's JSON behind a text; with an indent where it is to be read by people.
    pub(crate) fn push_json(
        &self,
        out: &mut String,
        value: &Val<'v>,
        indent: Option<usize>,
    ) -> Res<()> {
        self.account.step(1)?;
        match value {
            Val::Function(_) => out.push_str("\"\""),
            Val::Nothing | Val::TailCall => out.push_str("null"),
            Val::Number(number) => return push_number(out, *number),
            Val::Members(_) => return self.push_members(out, Self::members(value), indent),
            _ => {
                if value.is_list() || matches!(value, Val::Rows(_)) {
                    return self.push_list(out, value, indent);
                }
                let Some(plain) = value.value() else { return Ok(()) };
                if plain.as_object().is_some() {
                    return self.push_members(out, Self::members(value), indent);
                }
                match plain.as_number() {
                    Some(number) => return push_exact(out, &number),
                    None => push_value(out, plain),
                }
            }
        }
        Ok(())
    }

    fn push_list(&self, out: &mut String, list: &Val<'v>, indent: Option<usize>) -> Res<()> {
        out.push('[');
        let mut is_first = true;
        for entry in list.entries() {
            push_separator(out, &mut is_first, indent);
            self.push_json(out, &entry, indent.map(|n| n + 1))?;
            self.account.make(out.len())?;
        }
        push_close(out, is_first, indent, ']');
        Ok(())
    }

    fn push_members(
        &self,
        out: &mut String,
        members: Vec<(Key, Val<'v>)>,
        indent: Option<usize>,
    ) -> Res<()> {
        out.push('{');
        let mut is_first = true;
        for (key, value) in members {
            if value.is_nothing() {
                continue;
            }
            push_separator(out, &mut is_first, indent);
            push_value(out, &Value::from(&key));
            out.push(':');
            if indent.is_some() {
                out.push(' ');
            }
            self.push_json(out, &value, indent.map(|n| n + 1))?;
            self.account.make(out.len())?;
        }
        push_close(out, is_first, indent, '}');
        Ok(())
    }
}

fn push_value(out: &mut String, value: &Value) {
    // Writing into a text cannot fail.
    let _ = write!(out, "{value}");
}

fn push_separator(out: &mut String, is_first: &mut bool, indent: Option<usize>) {
    if !std::mem::take(is_first) {
        out.push(',');
    }
    push_line(out, indent.map(|n| n + 1));
}

fn push_close(out: &mut String, is_empty: bool, indent: Option<usize>, close: char) {
    if !is_empty {
        push_line(out, indent);
    }
    out.push(close);
}

fn push_line(out: &mut String, indent: Option<usize>) {
    if let Some(indent) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", indent));
    }
}

fn is_object(value: &Val<'_>) -> bool {
    matches!(value, Val::Members(_))
        || value.value().is_some_and(|value| value.as_object().is_some())
}

/// Whether a value is a function, or a list or object of functions.
pub(super) fn holds_function(value: &Val<'_>) -> bool {
    match value {
        Val::Function(_) | Val::Members(_) => true,
        Val::List(list) => list.items.iter().any(holds_function),
        _ => false,
    }
}

fn no_value() -> Box<crate::Fault> {
    let message = "The result is a function. Call it with round brackets to get a value.";
    fault("G0006", message)
}

pub(crate) fn number_value(number: f64) -> Res<Value> {
    if !number.is_finite() {
        return Err(out_of_range());
    }
    Ok(Value::from(number))
}

/// A computed number as JSONata writes it: with at most 15 digits.
pub(crate) fn push_number(out: &mut String, number: f64) -> Res<()> {
    if !number.is_finite() {
        let message = "The number is larger than any that can be written.";
        return Err(fault("D3001", message));
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        let _ = write!(out, "{}", number as i64);
        return Ok(());
    }
    let shortest = Value::from(number);
    let before = out.len();
    push_value(out, &shortest);
    let n_digits = out[before..].bytes().filter(u8::is_ascii_digit).count();
    if n_digits > 15 && number.fract() != 0.0 {
        let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
        out.truncate(before);
        push_value(out, &Value::from(rounded));
    }
    Ok(())
}

/// A number of the item with all its digits; one in powers of ten as JSONata writes it, and one
/// that was computed too.
fn push_exact(out: &mut String, number: &Number) -> Res<()> {
    if let Some(float) = number.as_float() {
        return push_number(out, float);
    }
    let text = number.text();
    if text.contains(['e', 'E']) {
        push_value(out, &Value::from(number.as_f64()));
    } else {
        out.push_str(&text);
    }
    Ok(())
}
