//! What the operators give: arithmetic, comparison, logic, joining of texts, ranges.

use std::cmp::Ordering;

use data::Value;
use rust_decimal::Decimal;

use super::equal::{compare, compare_texts, is_equal};
use super::val::{Val, kind};
use super::{Cx, Held, Res, Scope, fault};
use crate::compile::{Node, Operator};

/// A range may have so many entries, as in JSONata.
const MAX_RANGE: i64 = 10_000_000;

impl<'v> Cx<'v, '_> {
    pub(crate) fn binary(
        &self,
        operator: Operator,
        left: &Node,
        right: &Node,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        match operator {
            Operator::And => {
                let holds =
                    self.truth_of(left, input, scope)? && self.truth_of(right, input, scope)?;
                return Ok(holds.into());
            }
            Operator::Or => {
                let holds =
                    self.truth_of(left, input, scope)? || self.truth_of(right, input, scope)?;
                return Ok(holds.into());
            }
            _ => {}
        }
        let a = self.eval(left, input, scope)?;
        let held = Held::if_large(a.text_len());
        let b = self.eval(right, input, scope)?;
        drop(held);
        match operator {
            Operator::Equal | Operator::Unequal => {
                if a.is_nothing() || b.is_nothing() {
                    return Ok(false.into());
                }
                self.check_depth(&a)?;
                self.check_depth(&b)?;
                Ok((is_equal(&a, &b) == (operator == Operator::Equal)).into())
            }
            Operator::In => {
                self.account.step(b.len().unwrap_or(0) as u64)?;
                let is_plain =
                    a.kind() & (kind::TEXT | kind::NUMBER | kind::BOOL | kind::NULL) != 0;
                Ok((is_plain && b.entries().any(|entry| is_equal(&a, &entry))).into())
            }
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => compared(operator, &a, &b),
            _ => self.arithmetic(operator, &a, &b),
        }
    }

    fn truth_of(&self, node: &Node, input: &Val<'v>, scope: &Scope<'v>) -> Res<bool> {
        if let Some(holds) = self.test_lane(node, input) {
            return Ok(holds);
        }
        let value = self.eval(node, input, scope)?;
        self.is_true(&value)
    }

    /// Whether a value counts as true; nothing does not.
    pub(crate) fn is_true(&self, value: &Val<'v>) -> Res<bool> {
        if let Some(bool) = value.value().and_then(Value::as_bool) {
            return Ok(bool);
        }
        if value.is_list() {
            self.account.step(value.len().unwrap_or(0) as u64)?;
            self.check_depth(value)?;
        }
        Ok(is_true(value))
    }

    pub(crate) fn arithmetic(&self, operator: Operator, a: &Val<'v>, b: &Val<'v>) -> Res<Val<'v>> {
        let (Some(x), Some(y)) = (a.as_number(), b.as_number()) else {
            return not_numbers(operator, a, b);
        };
        if x.is_nan() || y.is_nan() {
            return not_numbers(operator, a, b);
        }
        if x.is_infinite() || y.is_infinite() {
            return Err(out_of_range());
        }
        if self.is_decimal.get() {
            if let Some(result) = decimal(operator, a, b)? {
                return Ok(result);
            }
        }
        Ok(counted(operator, x, y).map_or(Val::Nothing, Val::Number))
    }

    pub(crate) fn negate(&self, value: &Val<'v>) -> Res<Val<'v>> {
        if value.is_nothing() {
            return Ok(Val::Nothing);
        }
        let Some(number) = value.as_number() else {
            return Err(fault("D1002", "Only a number can be negated."));
        };
        if self.is_decimal.get() {
            if let Some(result) = decimal(Operator::Subtract, &Val::Number(0.0), value)? {
                return Ok(result);
            }
        }
        Ok(Val::Number(-number))
    }

    /// Joins the texts of parts; nothing is an empty text.
    pub(crate) fn concat(
        &self,
        parts: &[Node],
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let mut out = std::mem::take(&mut *self.scratch.borrow_mut());
        out.clear();
        for part in parts {
            if let Some(found) = self.peek(part, input) {
                if let Some(text) = found.and_then(Value::as_str) {
                    out.push_str(text);
                    self.account.make(out.len())?;
                    continue;
                }
            }
            let held = Held::if_large(out.len());
            let value = self.eval(part, input, scope)?;
            self.push_text(&mut out, &value)?;
            drop(held);
            self.account.make(out.len())?;
        }
        let text = Val::text(&out);
        // A long text is not kept for the sake of the next one.
        if out.capacity() <= 1 << 16 {
            *self.scratch.borrow_mut() = out;
        }
        Ok(text)
    }
}

/// What an operator makes of two numbers; none where it does not count.
#[inline]
pub(super) fn counted(operator: Operator, x: f64, y: f64) -> Option<f64> {
    Some(match operator {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x * y,
        Operator::Divide => x / y,
        Operator::Remainder => x % y,
        _ => return None,
    })
}

fn not_numbers<'v>(operator: Operator, a: &Val<'v>, b: &Val<'v>) -> Res<Val<'v>> {
    let is_bad = |value: &Val<'v>| !value.is_nothing() && value.as_number().is_none_or(f64::is_nan);
    let (code, side) = match (is_bad(a), is_bad(b)) {
        (true, _) => ("T2001", "left"),
        (_, true) => ("T2002", "right"),
        _ => return Ok(Val::Nothing),
    };
    let found = if code == "T2001" { a } else { b };
    let hint = match found.kind() {
        kind::LIST => "Add it up with $sum(), or take one entry with [0].",
        kind::TEXT if operator == Operator::Add => {
            "Texts are joined with &; $number() makes a number of one."
        }
        _ => "Make it one with $number().",
    };
    let message = format!(
        "What stands to the {side} of {} is {}, not a number. {hint}",
        operator.text(),
        crate::builtins::kind_name(found.kind())
    );
    Err(fault(code, message))
}

pub(crate) fn out_of_range() -> Box<crate::Fault> {
    fault("D1001", "The number is larger than any that can be counted with.")
}

/// The exact decimal of a number; none where it has more digits than a decimal holds.
pub(crate) fn as_decimal(value: &Val<'_>) -> Option<Decimal> {
    let text = match value {
        Val::Number(number) => {
            return Decimal::from_str_exact(&Value::from(*number).to_string()).ok();
        }
        _ => value.value()?.as_number()?.text().into_owned(),
    };
    Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

pub(crate) fn from_decimal<'v>(decimal: Decimal) -> Val<'v> {
    let text = decimal.normalize().to_string();
    let value = data::json::read(text.as_bytes(), &data::Limits::default());
    value.map_or(Val::Nothing, Val::Own)
}

/// Arithmetic on decimals; none where a number is too large or too fine for them.
fn decimal<'v>(operator: Operator, a: &Val<'v>, b: &Val<'v>) -> Res<Option<Val<'v>>> {
    let (Some(x), Some(y)) = (as_decimal(a), as_decimal(b)) else { return Ok(None) };
    let result = match operator {
        Operator::Add => x.checked_add(y),
        Operator::Subtract => x.checked_sub(y),
        Operator::Multiply => x.checked_mul(y),
        Operator::Divide if y.is_zero() => return Err(out_of_range()),
        Operator::Divide => x.checked_div(y),
        _ => x.checked_rem(y),
    };
    Ok(result.map(from_decimal))
}

fn compared<'v>(operator: Operator, a: &Val<'v>, b: &Val<'v>) -> Res<Val<'v>> {
    const COMPARABLE: u8 = kind::NOTHING | kind::TEXT | kind::NUMBER;
    let (left, right) = (a.kind(), b.kind());
    if left & COMPARABLE == 0 || right & COMPARABLE == 0 {
        let message = format!("{} compares numbers or texts only.", operator.text());
        return Err(fault("T2010", message));
    }
    if a.is_nothing() || b.is_nothing() {
        return Ok(Val::Nothing);
    }
    if left != right {
        let message = format!(
            "{} cannot compare a number with a text. Make both the same with $number() or $string().",
            operator.text()
        );
        return Err(fault("T2009", message));
    }
    let is_nan = |value: &Val<'v>| value.as_number().is_some_and(f64::is_nan);
    if is_nan(a) || is_nan(b) {
        return Ok(false.into());
    }
    let order = match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => compare_texts(a, b),
        _ => compare(a, b),
    };
    Ok(Val::bool(match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }))
}

/// The whole numbers from one to another.
pub(crate) fn range<'v>(from: &Val<'v>, to: &Val<'v>) -> Res<Val<'v>> {
    let whole = |value: &Val<'v>, code: &str, side: &str| match value.as_number() {
        _ if value.is_nothing() => Ok(None),
        Some(number) if number.fract() == 0.0 && number.is_finite() => Ok(Some(number as i64)),
        _ => Err(fault(code, format!("The value to the {side} of .. is no whole number."))),
    };
    let (from, to) = (whole(from, "T2003", "left")?, whole(to, "T2004", "right")?);
    let (Some(from), Some(to)) = (from, to) else { return Ok(Val::Nothing) };
    if from > to {
        return Ok(Val::Nothing);
    }
    if to.saturating_sub(from) >= MAX_RANGE {
        let message = "A range can have at most 10,000,000 entries.";
        return Err(fault("D2014", message));
    }
    Ok(Val::Range(from, to))
}

/// JSONata's `$boolean`; nothing stays nothing.
pub(crate) fn truth(value: &Val<'_>) -> Option<bool> {
    (!value.is_nothing()).then(|| is_true(value))
}

/// Whether a value counts as true: texts and objects that are not empty, numbers but 0, lists with
/// any entry that does.
pub(crate) fn is_true(value: &Val<'_>) -> bool {
    match value {
        Val::Nothing | Val::Function(_) | Val::TailCall => false,
        Val::Number(number) => *number != 0.0 && !number.is_nan(),
        Val::Ref(value) => is_true_value(value),
        Val::Own(value) => is_true_value(value),
        Val::Members(members) => !members.list.is_empty(),
        Val::List(_) | Val::Range(..) | Val::Rows(_) => {
            value.entries().any(|entry| is_true(&entry))
        }
    }
}

pub(crate) fn is_true_value(value: &Value) -> bool {
    match value.kind() {
        data::Kind::Null => false,
        data::Kind::Bool => value.as_bool() == Some(true),
        data::Kind::Number => value.as_f64() != Some(0.0),
        data::Kind::Text => value.as_str() != Some(""),
        data::Kind::List => value.as_list().is_some_and(|items| items.iter().any(is_true_value)),
        data::Kind::Object => value.as_object().is_some_and(|object| !object.is_empty()),
    }
}
