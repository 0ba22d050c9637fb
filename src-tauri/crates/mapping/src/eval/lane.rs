//! The fast lanes: what needs no value to be made. Numbers are counted, texts compared and fields
//! found right in the item. Where a lane cannot go on it says so, and the part is evaluated anew;
//! what comes out is the same.

use std::cmp::Ordering;

use data::{Kind, Value};
use smallvec::SmallVec;

use super::equal::{compare_numbers, compare_texts, is_same};
use super::operators::{counted, is_true_value};
use super::val::Val;
use super::{Cx, Res, Scope};
use crate::builtins::{Builtin, Picture, kept};
use crate::compile::{Call, Field, Gathers, Node, Op, Operator, Path, Stage};
use crate::picture::datetime::Offset;

/// What one side of a comparison is.
#[derive(Clone, Copy)]
enum Side<'a> {
    Nothing,
    Number(f64),
    Value(&'a Value),
}

impl<'v> Cx<'v, '_> {
    /// The value of a part that is a constant or stands in the input; the outer none is no lane,
    /// the inner one nothing.
    #[inline]
    pub(crate) fn peek<'a>(&self, node: &'a Node, input: &'a Val<'v>) -> Option<Option<&'a Value>> {
        if !node.has_lane || self.reads.is_some() {
            return None;
        }
        match &node.op {
            Op::Literal(value) => Some(Some(value)),
            Op::Input => input.value().map(Some),
            Op::Field(field) => {
                let object = input.value()?.as_object()?;
                Some(field.of(object))
            }
            Op::Path(path) => peek_path(path, input),
            Op::Block { parts, .. } => self.peek(&parts[0], input),
            _ => None,
        }
    }

    /// The number that a part gives; none is no lane.
    pub(crate) fn number(&self, node: &Node, input: &Val<'v>) -> Option<f64> {
        if !node.has_lane {
            return None;
        }
        match &node.op {
            Op::Number(number) => Some(*number),
            Op::Binary(operator, left, right) if !self.is_decimal.get() => {
                let (x, y) = (self.number(left, input)?, self.number(right, input)?);
                if !x.is_finite() || !y.is_finite() {
                    return None;
                }
                counted(*operator, x, y)
            }
            Op::Negate(part) if !self.is_decimal.get() => self.number(part, input).map(|n| -n),
            Op::Block { parts, .. } => self.number(&parts[0], input),
            Op::Call(call) => match call.procedure.op {
                Op::Function(Builtin::Sum) if !self.is_decimal.get() => {
                    self.sum(&call.arguments[0], input)
                }
                Op::Function(Builtin::Count) => {
                    let list = self.peek(&call.arguments[0], input)??;
                    list.as_list().map(|items| items.len() as f64)
                }
                Op::Function(Builtin::ToMillis) => {
                    let text = self.peek(&call.arguments[0], input)??.as_str()?;
                    crate::picture::iso::parse(text).ok().map(|ms| ms as f64)
                }
                Op::Function(Builtin::Round) if !self.is_decimal.get() => {
                    let number = self.number(&call.arguments[0], input)?;
                    let digits = match call.arguments.get(1).map(|digits| &digits.op) {
                        None => 0.0,
                        Some(Op::Number(digits)) => *digits,
                        Some(_) => return None,
                    };
                    let is_plain =
                        number.is_finite() && digits.fract() == 0.0 && digits.abs() < 20.0;
                    is_plain.then(|| crate::picture::decimal::round(number, digits as i32))
                }
                _ => None,
            },
            _ => self.peek(node, input)??.as_f64(),
        }
    }

    /// Adds up what the last step of a path gives for the entries of a list.
    fn sum(&self, list: &Node, input: &Val<'v>) -> Option<f64> {
        let Op::Path(path) = &list.op else { return None };
        let (last, before) = path.steps.split_last()?;
        if self.reads.is_some() {
            return None;
        }
        if before.is_empty() {
            if let (Val::List(list), Op::Field(field)) = (input, &last.op) {
                return sum_of_entries(&list.items, field);
            }
            // One number, or a list of numbers.
            let found = self.peek(last, input)??;
            return match found.as_list() {
                Some(items) => {
                    items.iter().try_fold(0.0, |total, item| Some(total + item.as_f64()?))
                }
                None => found.as_f64(),
            };
        }
        let items = walk(before, input.value()?)?.as_list()?;
        // What an empty list gives depends on how the path came to it.
        if items.is_empty() {
            return None;
        }
        self.account.step(items.len() as u64).ok()?;
        let mut total = 0.0;
        for item in items {
            item.as_object()?;
            // Borrowed for the loop only, as it may be the item's or one that was made.
            let number = match &last.op {
                Op::Field(field) => field.of(item.as_object()?)?.as_f64()?,
                _ => Self::number_of(last, item)?,
            };
            if !number.is_finite() {
                return None;
            }
            total += number;
        }
        Some(total)
    }

    /// The text of a number by a picture that is a constant and was read before; none is no lane.
    pub(crate) fn picture_lane(
        &self,
        builtin: Builtin,
        call: &Call,
        input: &Val<'v>,
    ) -> Option<Val<'v>> {
        let [number, _] = &call.arguments[..] else { return None };
        let picture = kept(Some(call), 0)?.get()?;
        let number = self.number(number, input).filter(|number| number.is_finite())?;
        let mut out = self.scratch.borrow_mut();
        out.clear();
        match (builtin, picture) {
            (Builtin::FormatNumber, Picture::Number(picture)) => picture.format(number, &mut out),
            (Builtin::FromMillis, Picture::Date(picture)) => {
                picture.format(number, Offset::default(), &mut out).ok()?;
            }
            _ => return None,
        }
        Some(Val::text(&out))
    }

    /// The text that a part gives for an entry; none is no lane.
    pub(crate) fn text_of<'a>(&self, node: &'a Node, entry: &'a Value) -> Option<&'a str> {
        if !node.has_lane || self.reads.is_some() {
            return None;
        }
        match self.side_of(node, entry)? {
            Side::Value(value) => value.as_str(),
            _ => None,
        }
    }

    /// What `$sum(…)` of a field, or of what is counted for each, gives for entries; none is no lane.
    pub(crate) fn sum_of(&self, node: &Node, entries: &[&Value]) -> Option<f64> {
        let Op::Call(call) = &node.op else { return None };
        let (Op::Function(Builtin::Sum), [list]) = (&call.procedure.op, &call.arguments[..]) else {
            return None;
        };
        let Op::Path(path) = &list.op else { return None };
        if !node.has_lane || self.is_decimal.get() {
            return None;
        }
        let last = match &path.steps[..] {
            [only] if matches!(only.op, Op::Field(_)) => only,
            [start, last] if matches!(start.op, Op::Input) => last,
            _ => return None,
        };
        entries.iter().try_fold(0.0, |total, entry| {
            entry.as_object()?;
            let number = Self::number_of(last, entry)?;
            number.is_finite().then_some(total + number)
        })
    }

    /// As [`Cx::number`], for an input that is a plain value.
    fn number_of(node: &Node, input: &Value) -> Option<f64> {
        match &node.op {
            Op::Number(number) => Some(*number),
            Op::Literal(value) => value.as_f64(),
            Op::Field(field) => field.of(input.as_object()?)?.as_f64(),
            Op::Block { parts, .. } => Self::number_of(&parts[0], input),
            Op::Negate(part) => Self::number_of(part, input).map(|n| -n),
            Op::Path(path) => walk(&path.steps, input)?.as_f64(),
            Op::Binary(operator, left, right) => {
                let (x, y) = (Self::number_of(left, input)?, Self::number_of(right, input)?);
                if !x.is_finite() || !y.is_finite() {
                    return None;
                }
                counted(*operator, x, y)
            }
            _ => None,
        }
    }

    /// The values that a path of fields and conditions ends at, in the entries of one list; none is
    /// no lane.
    pub(crate) fn gather<'a>(
        &self,
        node: &'a Node,
        input: &'a Val<'v>,
    ) -> Option<SmallVec<[&'a Value; 8]>> {
        let Op::Path(path) = &node.op else { return None };
        if path.gathers != Gathers::Fields || self.reads.is_some() {
            return None;
        }
        let (last, before) = path.steps.split_last()?;
        let Op::Field(field) = &last.op else { return None };
        let items = walk(before, input.value()?)?.as_list()?;
        self.account.step(items.len() as u64).ok()?;
        let stages = super::path::stages(before.last()?);
        let mut out = SmallVec::new();
        for item in items {
            let object = item.as_object()?;
            if let (true, Some(found)) = (self.is_taken(stages, item)?, field.of(object)) {
                if found.as_list().is_some() {
                    return None;
                }
                out.push(found);
            }
        }
        Some(out)
    }

    /// The objects that a path of fields and conditions makes of the entries of one list; none is no
    /// lane.
    pub(crate) fn gather_objects(
        &self,
        node: &Node,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Option<Vec<Value>>> {
        let (Op::Path(path), Val::Ref(value)) = (&node.op, input) else { return Ok(None) };
        let Some((last, before)) = path.steps.split_last() else { return Ok(None) };
        let Op::Object(pairs) = &last.op else { return Ok(None) };
        let items = walk(before, value).and_then(Value::as_list);
        let (Some(items), Some(list), Some(shape)) = (items, before.last(), &pairs.shape) else {
            return Ok(None);
        };
        self.account.step(items.len() as u64)?;
        let stages = super::path::stages(list);
        let mut out = Vec::with_capacity(if stages.is_empty() { items.len() } else { 4 });
        for item in items {
            match self.is_taken(stages, item) {
                Some(false) => continue,
                Some(true) if item.as_list().is_none() => {}
                _ => return Ok(None),
            }
            match self.plain_object(pairs, shape, &Val::Ref(item), scope)? {
                Val::Own(value) => out.push(value),
                _ => return Ok(None),
            }
        }
        Ok(Some(out))
    }

    /// Whether all conditions of a step hold for an entry; none is no lane.
    fn is_taken(&self, stages: &[Stage], item: &Value) -> Option<bool> {
        for stage in stages {
            let Stage::Filter(filter) = stage else { return None };
            if !self.test_of(filter, item)? {
                return Some(false);
            }
        }
        Some(true)
    }

    /// As [`Cx::test_lane`], for an input that is a plain value.
    fn test_of(&self, node: &Node, input: &Value) -> Option<bool> {
        match &node.op {
            Op::Binary(Operator::And, left, right) => {
                Some(self.test_of(left, input)? && self.test_of(right, input)?)
            }
            Op::Binary(Operator::Or, left, right) => {
                Some(self.test_of(left, input)? || self.test_of(right, input)?)
            }
            Op::Binary(operator, left, right) if !operator.is_arithmetic() => {
                compared(*operator, self.side_of(left, input)?, self.side_of(right, input)?)
            }
            _ => None,
        }
    }

    fn side_of<'a>(&self, node: &'a Node, input: &'a Value) -> Option<Side<'a>> {
        match &node.op {
            Op::Literal(value) => Some(Side::Value(value)),
            Op::Number(number) => Some(Side::Number(*number)),
            Op::Path(path) => Some(found(&path.steps, input)?.map_or(Side::Nothing, Side::Value)),
            Op::Binary(operator, ..) if operator.is_arithmetic() && !self.is_decimal.get() => {
                Self::number_of(node, input).map(Side::Number)
            }
            _ => None,
        }
    }

    fn side<'a>(&self, node: &'a Node, input: &'a Val<'v>) -> Option<Side<'a>> {
        if let Some(found) = self.peek(node, input) {
            return Some(found.map_or(Side::Nothing, Side::Value));
        }
        self.number(node, input).map(Side::Number)
    }

    /// Whether a comparison or a field counts as true; none is no lane.
    pub(crate) fn test_lane(&self, node: &Node, input: &Val<'v>) -> Option<bool> {
        if !node.has_lane || self.reads.is_some() {
            return None;
        }
        match &node.op {
            Op::Block { parts, .. } => self.test_lane(&parts[0], input),
            Op::Binary(operator, left, right) => match operator {
                Operator::And => {
                    Some(self.test_lane(left, input)? && self.test_lane(right, input)?)
                }
                Operator::Or => Some(self.test_lane(left, input)? || self.test_lane(right, input)?),
                _ => compared(*operator, self.side(left, input)?, self.side(right, input)?),
            },
            _ => match self.side(node, input)? {
                Side::Nothing => Some(false),
                // As a condition a number is a position, and a list may be one of positions.
                Side::Number(_) => None,
                Side::Value(value) => match value.kind() {
                    Kind::Number | Kind::List => None,
                    _ => Some(is_true_value(value)),
                },
            },
        }
    }

    /// Whether a condition holds.
    pub(crate) fn holds(
        &self,
        node: &Node,
        input: &Val<'v>,
        scope: &super::Scope<'v>,
    ) -> Res<bool> {
        if let Some(holds) = self.test_lane(node, input) {
            return Ok(holds);
        }
        let value = self.eval(node, input, scope)?;
        self.is_true(&value)
    }
}

fn peek_path<'a>(path: &Path, input: &'a Val<'_>) -> Option<Option<&'a Value>> {
    found(&path.steps, input.value()?)
}

/// The value at the end of fields, or nothing; the outer none is a list on the way.
fn found<'a>(steps: &[Node], value: &'a Value) -> Option<Option<&'a Value>> {
    let mut value = value;
    for step in steps {
        let Op::Field(field) = &step.op else {
            // `$`, which only begins a path.
            continue;
        };
        if let Some(object) = value.as_object() {
            match field.of(object) {
                Some(found) => value = found,
                None => return Some(None),
            }
        } else if value.as_list().is_some() {
            return None;
        } else {
            return Some(None);
        }
    }
    Some(Some(value))
}

/// Adds up a field of the entries of a list that was made; none is no lane.
fn sum_of_entries(entries: &[Val<'_>], field: &Field) -> Option<f64> {
    let number = |entry: &Val<'_>| field.of(entry.value()?.as_object()?)?.as_f64();
    entries.iter().try_fold(0.0, |total, entry| Some(total + number(entry)?))
}

/// The value at the end of fields; none where one is missing or a list is on the way.
fn walk<'a>(steps: &[Node], value: &'a Value) -> Option<&'a Value> {
    let mut value = value;
    for step in steps {
        if let Op::Field(field) = &step.op {
            value = field.of(value.as_object()?)?;
        }
    }
    Some(value)
}

fn compared(operator: Operator, a: Side<'_>, b: Side<'_>) -> Option<bool> {
    if matches!(operator, Operator::Equal | Operator::Unequal) {
        let is_equal = match (a, b) {
            (Side::Nothing, _) | (_, Side::Nothing) => return Some(false),
            (Side::Value(a), Side::Value(b)) => {
                let is_plain = |value: &Value| !matches!(value.kind(), Kind::List | Kind::Object);
                if !is_plain(a) || !is_plain(b) {
                    return None;
                }
                is_same(a, b)
            }
            _ => number(a)? == number(b)?,
        };
        return Some(is_equal == (operator == Operator::Equal));
    }
    let order = match (a, b) {
        (Side::Value(a), Side::Value(b)) => match (a.kind(), b.kind()) {
            (Kind::Text, Kind::Text) => compare_texts(a.as_str()?, b.as_str()?),
            (Kind::Number, Kind::Number) => compare_numbers(a, b),
            _ => return None,
        },
        _ => number(a)?.partial_cmp(&number(b)?)?,
    };
    match operator {
        Operator::Less => Some(order == Ordering::Less),
        Operator::LessOrEqual => Some(order != Ordering::Greater),
        Operator::Greater => Some(order == Ordering::Greater),
        Operator::GreaterOrEqual => Some(order != Ordering::Less),
        _ => None,
    }
}

/// The number of a side; none where it is no number, or one that an `f64` may not tell from others.
fn number(side: Side<'_>) -> Option<f64> {
    let number = match side {
        Side::Nothing => return None,
        Side::Number(number) => number,
        Side::Value(value) => value.as_f64()?,
    };
    (number.abs() < super::equal::MAX_EXACT).then_some(number)
}
