//! Paths: fields, wildcards, conditions, and the rows of paths that bind names.

use std::rc::Rc;

use data::Value;

use super::frame::Frame;
use super::limits::Held;
use super::val::{Origin, Row, Val};
use super::{Cx, Res, Scope, settled};
use crate::compile::{Extra, Field, Node, Op, Path, Stage};

/// What a path stands at: one value, or the entries of a list.
enum At<'v> {
    One(Val<'v>),
    Many(Val<'v>),
}

impl<'v> Cx<'v, '_> {
    /// A field of a value, or of each entry of a list.
    pub(crate) fn field(&self, field: &Field, input: &Val<'v>) -> Res<Val<'v>> {
        Ok(match input {
            Val::Ref(value) => match (value.as_object(), value.as_list()) {
                (Some(object), _) => match field.of(object) {
                    Some(found) => {
                        self.note(found);
                        Val::Ref(found)
                    }
                    None => Val::Nothing,
                },
                (_, Some(items)) => return self.field_of_each(field, input, items.len()),
                _ => Val::Nothing,
            },
            Val::Own(value) => match (value.as_object(), value.as_list()) {
                (Some(object), _) => field.of(object).cloned().map_or(Val::Nothing, Val::Own),
                (_, Some(items)) => return self.field_of_each(field, input, items.len()),
                _ => Val::Nothing,
            },
            Val::List(list) => return self.field_of_each(field, input, list.items.len()),
            Val::Members(_) => Self::member(input, field.key.as_str()),
            _ => Val::Nothing,
        })
    }

    fn field_of_each(&self, field: &Field, input: &Val<'v>, n: usize) -> Res<Val<'v>> {
        self.account.step(n as u64)?;
        let mut out = Vec::new();
        for entry in input.entries() {
            let found = if entry.is_list() {
                stacker::maybe_grow(32 * 1024, 1024 * 1024, || self.field(field, &entry))?
            } else {
                self.field(field, &entry)?
            };
            match found {
                Val::Nothing => {}
                found if found.is_list() => self.append(&mut out, &found)?,
                found => out.push(found),
            }
        }
        self.account.make(0)?;
        Ok(Val::sequence(out))
    }

    /// Notes that a value of the item was read.
    #[inline]
    fn note(&self, value: &Value) {
        if let Some(reads) = self.reads {
            reads.borrow_mut().push(std::ptr::from_ref(value));
        }
    }

    /// A path through fields of objects alone, from the input on.
    #[inline]
    pub(crate) fn path_lane(&self, path: &Path, input: &Val<'v>) -> Option<Val<'v>> {
        let Val::Ref(value) = input else { return None };
        if self.reads.is_some() {
            return None;
        }
        let mut value: &'v Value = value;
        for step in &path.steps {
            let Op::Field(field) = &step.op else { continue };
            match (value.as_object(), value.as_list()) {
                (Some(object), _) => match field.of(object) {
                    Some(found) => value = found,
                    None => return Some(Val::Nothing),
                },
                (_, Some(_)) => return None,
                _ => return Some(Val::Nothing),
            }
        }
        Some(Val::Ref(value))
    }

    pub(crate) fn path(
        &self,
        path: &Path,
        node: &Node,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let starts_with_variable = matches!(
            path.steps[0].op,
            Op::Variable { .. } | Op::Input | Op::Root | Op::Function(_)
        );
        let mut at = if input.is_list() && !starts_with_variable {
            At::Many(input.clone())
        } else {
            At::One(input.clone())
        };
        let last = path.steps.len() - 1;
        let mut rows: Option<Vec<Row<'v>>> = None;
        let mut is_rows = false;
        for (index, step) in path.steps.iter().enumerate() {
            is_rows |= step.is_tuple();
            if index == 0 && matches!(step.op, Op::List { is_cons: true, .. }) {
                let first = match &at {
                    At::One(value) => value.clone(),
                    At::Many(values) => values.clone(),
                };
                let value = self.eval(step, &first, scope)?;
                at = if value.is_list() { At::Many(value) } else { At::One(value) };
            } else if is_rows {
                rows = Some(self.row_step(step, &at, rows, scope)?);
                continue;
            } else {
                at = self.step(step, &at, index == last, scope)?;
            }
            let is_done = match &at {
                At::One(value) => value.is_nothing(),
                At::Many(values) => values.len() == Some(0),
            };
            if is_done {
                let is_cons = matches!(step.op, Op::List { is_cons: true, .. });
                if index < last && !(index == 0 && is_cons) {
                    at = At::One(Val::Nothing);
                }
                break;
            }
        }
        self.path_result(path, node, at, rows.filter(|_| is_rows), scope)
    }

    fn path_result(
        &self,
        path: &Path,
        node: &Node,
        at: At<'v>,
        rows: Option<Vec<Row<'v>>>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let group = node.extra.as_ref().and_then(|extra| extra.group.as_ref());
        if let Some(rows) = rows {
            if let Some(group) = group {
                return self.group_rows(group, &rows, scope, node);
            }
            if path.is_tuple {
                return Ok(Val::Rows(Rc::new(rows)));
            }
            let items = rows.into_iter().map(|row| row.value).collect();
            let origin = if path.keeps_list { Origin::Kept } else { Origin::Sequence };
            return Ok(Val::of(items, origin));
        }
        let mut result = match at {
            At::One(value) if path.keeps_list && !value.is_nothing() => Val::sequence(vec![value]),
            At::One(value) => value,
            At::Many(values) => values,
        };
        if path.keeps_list {
            result = kept(result);
        }
        match group {
            Some(group) => self.group(group, &result, scope, node),
            None => Ok(result),
        }
    }

    /// One step for each value; the entries of lists that it gives become one list.
    fn step(&self, step: &Node, at: &At<'v>, is_last: bool, scope: &Scope<'v>) -> Res<At<'v>> {
        if let Op::Sort(terms) = &step.op {
            let input = match at {
                At::One(value) => Val::sequence(vec![value.clone()]),
                At::Many(values) => values.clone(),
            };
            let mut sorted = self.sort_by_terms(terms, &input, scope, step)?;
            for stage in stages(step) {
                if let Stage::Filter(filter) = stage {
                    sorted = self.filter(filter, &sorted, scope)?;
                }
            }
            return Ok(At::Many(sorted));
        }
        let input = match at {
            At::One(value) => return Ok(flat_one(self.step_of(step, value, scope)?, is_last)),
            At::Many(values) => values,
        };
        let mut first = Val::Nothing;
        let mut n_found = 0_usize;
        let mut out: Vec<Val<'v>> = Vec::new();
        let mut held = Held::default();
        for entry in input.entries() {
            let found = self.step_of(step, &entry, scope)?;
            if found.is_nothing() {
                continue;
            }
            self.hold_more(&mut held, &found)?;
            self.hold_room(&mut held, &out)?;
            n_found += 1;
            match n_found {
                1 => first = found,
                2 => {
                    out.reserve(input.len().unwrap_or(2).min(256));
                    self.spread(&mut out, std::mem::take(&mut first))?;
                    self.spread(&mut out, found)?;
                }
                _ => self.spread(&mut out, found)?,
            }
        }
        if n_found < 2 {
            return Ok(flat_one(first, is_last));
        }
        self.account.make(0)?;
        Ok(At::Many(Val::sequence(out)))
    }

    /// Puts a step's result behind others; a list's entries, unless it was written with brackets.
    fn spread(&self, out: &mut Vec<Val<'v>>, found: Val<'v>) -> Res<()> {
        if found.is_list() && !found.is_cons() {
            return self.append(out, &found);
        }
        out.push(found);
        Ok(())
    }

    /// A step for one value, with its conditions.
    fn step_of(&self, step: &Node, value: &Val<'v>, scope: &Scope<'v>) -> Res<Val<'v>> {
        let mut found = self.eval(step, value, scope)?;
        for stage in stages(step) {
            if let Stage::Filter(filter) = stage {
                found = settled_filter(self.filter(filter, &found, scope)?);
            }
        }
        Ok(found)
    }

    /// One step of a path that binds names.
    fn row_step(
        &self,
        step: &Node,
        at: &At<'v>,
        rows: Option<Vec<Row<'v>>>,
        scope: &Scope<'v>,
    ) -> Res<Vec<Row<'v>>> {
        let plain = |value: Val<'v>| Row::new(value, Vec::new());
        let extra = step.extra.as_deref();
        let mut result: Vec<Row<'v>> = Vec::new();
        if let Op::Sort(terms) = &step.op {
            result = if let Some(rows) = rows {
                self.sort_rows(terms, rows, scope, step)?
            } else {
                let input = match at {
                    At::One(value) => Val::sequence(vec![value.clone()]),
                    At::Many(values) => values.clone(),
                };
                let sorted = self.sort_by_terms(terms, &input, scope, step)?;
                let mut rows: Vec<Row<'v>> = sorted.entries().map(plain).collect();
                if let Some(sym) = extra.and_then(|extra| extra.index) {
                    for (index, row) in rows.iter_mut().enumerate() {
                        row.set(sym, Val::Number(index as f64));
                    }
                }
                rows
            };
        } else {
            let rows = rows.unwrap_or_else(|| match at {
                At::One(value) => vec![plain(value.clone())],
                At::Many(values) => values.entries().map(plain).collect(),
            });
            for row in rows {
                let scope = row_scope(scope, &row);
                let found = self.eval(step, &row.value, &scope)?;
                self.widen(&row, &found, extra, &mut result)?;
            }
        }
        for stage in stages(step) {
            match stage {
                Stage::Filter(filter) => result = self.filter_rows(filter, result, scope)?,
                Stage::Index(sym) => {
                    for (index, row) in result.iter_mut().enumerate() {
                        row.set(*sym, Val::Number(index as f64));
                    }
                }
            }
        }
        Ok(result)
    }

    /// The rows that one row becomes by what a step found.
    fn widen(
        &self,
        row: &Row<'v>,
        found: &Val<'v>,
        extra: Option<&Extra>,
        out: &mut Vec<Row<'v>>,
    ) -> Res<()> {
        if let Val::Rows(inner) = found {
            for inner in &**inner {
                let mut new = Row::new(inner.value.clone(), row.names.clone());
                for (sym, value) in &inner.names {
                    new.set(*sym, value.clone());
                }
                out.push(new);
            }
            return Ok(());
        }
        for (index, value) in found.entries().enumerate() {
            self.account.step(1)?;
            self.account.make(0)?;
            let mut new = Row::new(value.clone(), row.names.clone());
            if let Some(extra) = extra {
                if let Some(sym) = extra.focus {
                    new.set(sym, value);
                    new.value = row.value.clone();
                }
                if let Some(sym) = extra.index {
                    new.set(sym, Val::Number(index as f64));
                }
                if let Some(slot) = &extra.ancestor {
                    new.set(slot.sym(), row.value.clone());
                }
            }
            out.push(new);
        }
        Ok(())
    }

    fn filter_rows(
        &self,
        filter: &Node,
        rows: Vec<Row<'v>>,
        scope: &Scope<'v>,
    ) -> Res<Vec<Row<'v>>> {
        if let Op::Number(number) = filter.op {
            let n = rows.len();
            return Ok(place(number, n)
                .and_then(|at| rows.into_iter().nth(at))
                .into_iter()
                .collect());
        }
        let n = rows.len();
        let mut out = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            let found = self.eval(filter, &row.value, &row_scope(scope, &row))?;
            for _ in 0..self.times(&found, index, n)? {
                out.push(row.clone());
            }
        }
        Ok(out)
    }

    /// The entries of a list that a condition holds for, or that stand at a position.
    pub(crate) fn filter(&self, filter: &Node, input: &Val<'v>, scope: &Scope<'v>) -> Res<Val<'v>> {
        if let Val::Rows(rows) = input {
            let rows = self.filter_rows(filter, rows.to_vec(), scope)?;
            return Ok(Val::Rows(Rc::new(rows)));
        }
        if let Op::Number(number) = filter.op {
            let n = input.len().unwrap_or(usize::from(!input.is_nothing()));
            let found = place(number, n)
                .and_then(|at| if input.is_list() { input.at(at) } else { Some(input.clone()) });
            return Ok(match found {
                Some(found) if found.is_list() => found,
                Some(found) => Val::sequence(vec![found]),
                None => Val::sequence(Vec::new()),
            });
        }
        let n = input.len().unwrap_or(1);
        let mut out = Vec::new();
        let mut held = Held::default();
        for (index, entry) in input.entries().enumerate() {
            self.hold_room(&mut held, &out)?;
            if let Some(holds) = self.test_lane(filter, &entry) {
                self.account.step(1)?;
                if holds {
                    out.push(entry);
                }
                continue;
            }
            let found = self.eval(filter, &entry, scope)?;
            for _ in 0..self.times(&found, index, n)? {
                out.push(entry.clone());
            }
        }
        self.account.make(0)?;
        Ok(Val::sequence(out))
    }

    /// How often an entry is taken: once where the condition is true, and once for each number
    /// that is its position.
    fn times(&self, found: &Val<'v>, index: usize, n: usize) -> Res<usize> {
        if let Some(number) = found.as_number() {
            return Ok(usize::from(place(number, n) == Some(index)));
        }
        if found.is_list() {
            self.account.step(found.len().unwrap_or(0) as u64)?;
            if found.entries().all(|entry| entry.as_number().is_some()) {
                let places = found.entries().filter_map(|entry| place(entry.as_number()?, n));
                return Ok(places.filter(|at| *at == index).count());
            }
        }
        Ok(usize::from(self.is_true(found)?))
    }

    pub(crate) fn wildcard(&self, input: &Val<'v>) -> Res<Val<'v>> {
        let input = input.unwrapped();
        let mut out = Vec::new();
        let entries: Vec<Val<'v>> = match (&input, input.is_list()) {
            // A list's entries are its members.
            (_, true) => input.entries().collect(),
            _ => Self::members(&input).into_iter().map(|(_, value)| value).collect(),
        };
        self.account.step(entries.len() as u64)?;
        for value in entries {
            if let Val::Ref(value) = value {
                self.note(value);
            }
            if value.is_list() { self.flatten(&mut out, &value)? } else { out.push(value) }
        }
        self.account.make(0)?;
        Ok(Val::sequence(out))
    }

    fn flatten(&self, out: &mut Vec<Val<'v>>, list: &Val<'v>) -> Res<()> {
        self.account.step(list.len().unwrap_or(0) as u64)?;
        for entry in list.entries() {
            if entry.is_list() {
                stacker::maybe_grow(32 * 1024, 1024 * 1024, || self.flatten(out, &entry))?;
            } else {
                out.push(entry);
            }
        }
        Ok(())
    }

    pub(crate) fn descendants(&self, input: &Val<'v>) -> Res<Val<'v>> {
        if input.is_nothing() {
            return Ok(Val::Nothing);
        }
        let mut out = Vec::new();
        self.descend(&mut out, &mut Held::default(), input)?;
        self.account.make(0)?;
        Ok(match out.len() {
            1 => out.swap_remove(0),
            _ => Val::sequence(out),
        })
    }

    fn descend(&self, out: &mut Vec<Val<'v>>, held: &mut Held, input: &Val<'v>) -> Res<()> {
        self.account.step(1)?;
        self.hold_room(held, out)?;
        let inner: Vec<Val<'v>> = if input.is_list() {
            input.entries().collect()
        } else {
            if let Val::Ref(value) = input {
                self.note(value);
            }
            out.push(input.clone());
            Self::members(input).into_iter().map(|(_, value)| value).collect()
        };
        for value in inner {
            stacker::maybe_grow(32 * 1024, 1024 * 1024, || self.descend(out, held, &value))?;
        }
        Ok(())
    }
}

pub(super) fn stages(step: &Node) -> &[Stage] {
    step.extra.as_ref().map_or(&[], |extra| &extra.stages)
}

/// The scope of a row: its names within the others.
pub(crate) fn row_scope<'v>(scope: &Scope<'v>, row: &Row<'v>) -> Scope<'v> {
    if row.names.is_empty() { scope.clone() } else { Some(Frame::with(scope, row.names.clone())) }
}

/// Where a step's only result leads: into it where it is a list. As the last step's result, a list
/// of the item stays what it is, and does not become its entry where it has but one.
fn flat_one(found: Val<'_>, is_last: bool) -> At<'_> {
    if !found.is_list() || found.is_cons() && !is_last {
        return At::One(found);
    }
    At::Many(found)
}

/// A condition's result within a path is spread by the path itself.
fn settled_filter(found: Val<'_>) -> Val<'_> {
    match &found {
        Val::List(list) if list.is_sequence() && list.items.is_empty() => Val::Nothing,
        _ => found,
    }
}

/// A position in a list of `n` entries, counted from 0, or from the end where it is negative.
fn place(number: f64, n: usize) -> Option<usize> {
    let floor = number.floor();
    let at = if floor < 0.0 { n as f64 + floor } else { floor };
    (at >= 0.0 && at < n as f64).then_some(at as usize)
}

/// A list that stays one however many entries it has.
fn kept(value: Val<'_>) -> Val<'_> {
    match &value {
        Val::List(list) if list.origin == Origin::Cons => {
            Val::of(vec![value.clone()], Origin::Kept)
        }
        Val::List(list) if list.is_sequence() => Val::of(list.items.clone(), Origin::Kept),
        _ => settled(value, false),
    }
}
