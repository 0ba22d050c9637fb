//! The way of values into the evaluator and back. Not their meaning.
//!
//! The evaluator computes with `f64`. Numbers that an `f64` cannot hold exactly, such as long ids,
//! are remembered on the way in and given back with their digits where they come out unchanged.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use data::{Kind, Number, ObjectBuilder, Value};
use indexmap::IndexMap;
use jsonata_core::value::{JArray, JValue, with_stack};

use crate::Fault;

/// Values that a thread keeps converted: the item and the names of the last evaluations.
const KEPT: usize = 4;

/// A number of so many characters has at most 15 digits, which an `f64` gives back unchanged.
const SAFE_LEN: usize = 16;

thread_local! {
    static CONVERTED: RefCell<Vec<Converted>> = const { RefCell::new(Vec::new()) };
    /// Objects of the same keys share their shape.
    static BUILDER: RefCell<ObjectBuilder> = RefCell::new(ObjectBuilder::new());
}

/// A value with its counterpart. It holds the value, so that no other can take its place in memory.
struct Converted {
    value: Value,
    engine: JValue,
    digits: Rc<Digits>,
}

/// Numbers with more digits than an `f64` has, by the bits of the nearest one; none where several
/// share them.
#[derive(Default)]
pub(crate) struct Digits(HashMap<u64, Option<Number>>);

/// The digits that may come out of an evaluation.
#[derive(Default)]
pub(crate) struct Seen(Vec<Rc<Digits>>);

impl Seen {
    fn find(&self, number: f64) -> Option<Number> {
        let mut found = None;
        for digits in &self.0 {
            match (digits.0.get(&number.to_bits()), &found) {
                (None, _) => {}
                (Some(Some(new)), None) => found = Some(new.clone()),
                (Some(Some(new)), Some(old)) if new == old => {}
                _ => return None,
            }
        }
        found
    }
}

/// The value as the evaluator takes it. Converting the same object again, as when several
/// expressions look at one item, costs nothing.
pub(crate) fn into_engine(value: &Value, seen: &mut Seen) -> JValue {
    if value.as_object().is_none_or(data::Object::is_empty) {
        let mut digits = Digits::default();
        let engine = convert(value, &mut digits);
        seen.note(Rc::new(digits));
        return engine;
    }
    CONVERTED.with_borrow_mut(|kept| {
        if let Some(at) = kept.iter().position(|kept| is_same(&kept.value, value)) {
            seen.note(Rc::clone(&kept[at].digits));
            return kept[at].engine.clone();
        }
        let mut digits = Digits::default();
        let engine = convert(value, &mut digits);
        let digits = Rc::new(digits);
        seen.note(Rc::clone(&digits));
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Converted { value: value.clone(), engine: engine.clone(), digits });
        engine
    })
}

impl Seen {
    fn note(&mut self, digits: Rc<Digits>) {
        if !digits.0.is_empty() {
            self.0.push(digits);
        }
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    matches!((a.as_object(), b.as_object()), (Some(a), Some(b)) if a.ptr_eq(b))
}

fn convert(value: &Value, digits: &mut Digits) -> JValue {
    match value.kind() {
        Kind::Null => JValue::Null,
        Kind::Bool => JValue::Bool(value.as_bool() == Some(true)),
        Kind::Number => JValue::Number(number(value, digits)),
        Kind::Text => JValue::string(value.as_str().unwrap_or_default()),
        Kind::List => with_stack(|| {
            let items = value.as_list().unwrap_or_default();
            let is_flat = items.iter().all(|item| item.kind() != Kind::List);
            let items = items.iter().map(|item| convert(item, digits)).collect();
            JValue::Array(JArray::new_flat(items, is_flat))
        }),
        Kind::Object => with_stack(|| {
            let fields = value.as_object().into_iter().flatten();
            let fields: IndexMap<String, JValue> = fields
                .map(|(key, value)| (key.as_str().to_owned(), convert(value, digits)))
                .collect();
            JValue::object(fields)
        }),
    }
}

fn number(value: &Value, digits: &mut Digits) -> f64 {
    let nearest = value.as_f64().unwrap_or_default();
    if value.size() <= SAFE_LEN && nearest.is_finite() {
        return nearest;
    }
    let Some(exact) = value.as_number() else { return nearest };
    if Number::from_f64(nearest).as_ref() != Some(&exact) {
        let known = digits.0.entry(nearest.to_bits()).or_insert_with(|| Some(exact.clone()));
        if known.as_ref().is_some_and(|known| *known != exact) {
            *known = None;
        }
    }
    nearest
}

/// The evaluator's result; none where it is nothing.
///
/// # Errors
/// `G0006` for a function, `G0007` for a number that JSON cannot write.
pub(crate) fn from_engine(result: &JValue, seen: &Seen) -> Result<Option<Value>, Fault> {
    match result {
        JValue::Undefined => Ok(None),
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => Err(Fault::new(
            "G0006",
            "The expression gives a function, not a value. Call it with parentheses behind its name.",
        )),
        other => back(other, seen).map(Some),
    }
}

fn back(value: &JValue, seen: &Seen) -> Result<Value, Fault> {
    Ok(match value {
        JValue::Bool(value) => Value::from(*value),
        JValue::Number(value) => number_back(*value, seen)?,
        JValue::String(text) => Value::from(&**text),
        JValue::Array(items) => with_stack(|| {
            let items: Result<Vec<Value>, Fault> =
                items.iter().map(|item| back(item, seen)).collect();
            items.map(Value::from)
        })?,
        JValue::Object(fields) => with_stack(|| {
            let mut members = Vec::with_capacity(fields.len());
            for (key, value) in fields.iter() {
                // As JSON.stringify does, functions inside an object are left out.
                if !value.is_function() && !value.is_undefined() {
                    members.push((key, back(value, seen)?));
                }
            }
            Ok(BUILDER.with_borrow_mut(|builder| {
                for (key, value) in members {
                    builder.push(key, value);
                }
                Value::from(builder.finish())
            }))
        })?,
        _ => Value::null(),
    })
}

fn number_back(number: f64, seen: &Seen) -> Result<Value, Fault> {
    if let Some(exact) = seen.find(number) {
        return Ok(exact.into());
    }
    Number::from_f64(number).map(Value::from).ok_or_else(|| {
        Fault::new(
            "G0007",
            "The result is not a number that JSON can write. Check for a division by zero.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(json: &str) -> String {
        let value: Value = serde_json::from_str(json).unwrap();
        let mut seen = Seen::default();
        let engine = into_engine(&value, &mut seen);
        from_engine(&engine, &seen).unwrap().unwrap().to_string()
    }

    #[test]
    fn numbers_come_back_with_their_digits() {
        for json in [
            r#"{"id":12345678901234567890,"total":19.9,"tiny":0.1234567890123456789}"#,
            "[1e+400,-1,0,1.5e-7]",
            r#"{"a":[],"b":{},"c":[[null,true,"x"]]}"#,
        ] {
            assert_eq!(through(json), json);
        }
    }

    #[test]
    fn numbers_that_cannot_be_told_apart_come_back_rounded() {
        assert_eq!(
            through("[12345678901234567891,12345678901234567892]"),
            "[12345678901234567000,12345678901234567000]"
        );
    }

    #[test]
    fn an_object_that_was_converted_is_not_converted_again() {
        let value: Value = serde_json::from_str(r#"{"a":{"b":1}}"#).unwrap();
        let mut seen = Seen::default();
        let (first, second) = (into_engine(&value, &mut seen), into_engine(&value, &mut seen));
        match (first, second) {
            (JValue::Object(first), JValue::Object(second)) => assert!(Rc::ptr_eq(&first, &second)),
            _ => panic!("objects stay objects"),
        }
    }
}
