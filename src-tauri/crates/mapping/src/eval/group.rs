//! Objects: `{key: value}`, alone and behind a path, where the values of one key come together.

use std::collections::HashMap;

use data::{Key, Object, Shape, Value};
use smallvec::SmallVec;

use super::val::{Row, Val};
use super::{Cx, Res, Scope, fault, placed};
use crate::Fault;
use crate::compile::{Gathers, Node, Op, Pairs, Sym};

/// A text and the entries of the item that have it.
type EntriesOf<'t, 'v> = (&'t str, SmallVec<[&'v Value; 2]>);

/// What came together under a key.
struct Gathered<T> {
    key: Key,
    pair: usize,
    entries: SmallVec<[T; 1]>,
}

impl<'v> Cx<'v, '_> {
    /// The object of an input, or of all entries of a list together.
    pub(crate) fn group(
        &self,
        pairs: &Pairs,
        input: &Val<'v>,
        scope: &Scope<'v>,
        node: &Node,
    ) -> Res<Val<'v>> {
        if let Val::Rows(rows) = input {
            return self.group_rows(pairs, rows, scope, node);
        }
        if let (Some(shape), false) = (&pairs.shape, input.is_list()) {
            // More members than a mask has bits are left to the general way.
            if pairs.has_mask() {
                return self.plain_object(pairs, shape, input, scope);
            }
        }
        if let Some(object) = self.group_lane(pairs, input, scope)? {
            return Ok(object);
        }
        let mut groups: Groups<Val<'v>> = Groups::default();
        let mut entries: Vec<Val<'v>> = Vec::new();
        if !input.is_list() || input.len() == Some(0) {
            entries.push(if input.is_list() { Val::Nothing } else { input.clone() });
        }
        for entry in entries.into_iter().chain(input.entries().filter(|_| input.is_list())) {
            self.account.step(1)?;
            for (index, (key, _)) in pairs.members.iter().enumerate() {
                let key = self.eval(key, &entry, scope)?;
                groups.add(&key, index, entry.clone()).map_err(|fault| placed(fault, node))?;
            }
        }
        let mut members = Vec::with_capacity(groups.list.len());
        for Gathered { key, pair, entries } in groups.list {
            let context = gathered(entries);
            let value = self.deep(&pairs.members[pair].1, &context, scope)?;
            if !value.is_nothing() {
                members.push((key, value));
            }
        }
        self.object(members)
    }

    /// Groups the entries of a list of the item by one text of each; none is no lane.
    fn group_lane(
        &self,
        pairs: &Pairs,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Option<Val<'v>>> {
        let ([(key, value)], Val::Ref(list)) = (&pairs.members[..], input) else {
            return Ok(None);
        };
        let Some(items) = list.as_list().filter(|items| !items.is_empty()) else {
            return Ok(None);
        };
        self.account.step(items.len() as u64)?;
        let mut groups: SmallVec<[EntriesOf<'_, 'v>; FEW]> = SmallVec::new();
        for item in items {
            let Some(text) = self.text_of(key, item) else { return Ok(None) };
            match groups.iter().position(|(known, _)| *known == text) {
                Some(at) => groups[at].1.push(item),
                None if groups.len() == FEW => return Ok(None),
                None => groups.push((text, SmallVec::from_elem(item, 1))),
            }
        }
        let mut values: SmallVec<[Value; FEW]> = SmallVec::new();
        let mut keys: SmallVec<[&str; FEW]> = SmallVec::new();
        for (text, entries) in &groups {
            if let Some(number) = self.sum_of(value, entries) {
                values.push(Value::from(number));
                keys.push(text);
                continue;
            }
            let context = match &entries[..] {
                [only] => Val::Ref(only),
                several => gathered(several.iter().map(|entry| Val::Ref(entry)).collect()),
            };
            let made = self.deep(value, &context, scope)?;
            // A function among the members is left to the general way.
            if super::output::holds_function(&made) {
                return Ok(None);
            }
            if let Some(made) = self.owned_value(made)? {
                values.push(made);
                keys.push(text);
            }
        }
        self.account.make_object(48 + 32 * values.len())?;
        let shape = pairs.shape_of(keys.iter().copied());
        Ok(Some(Val::Own(Value::from(Object::from_exact(&shape, values.into_iter())))))
    }

    /// The commonest object: one input, and keys that are known.
    pub(super) fn plain_object(
        &self,
        pairs: &Pairs,
        shape: &Shape,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let mut values: SmallVec<[Value; 16]> = SmallVec::new();
        let mut texts = 0;
        let mut missing = 0_u64;
        for (index, (_, node)) in pairs.members.iter().enumerate() {
            let value = match self.member_lane(node, input, scope)? {
                Some(found) => found,
                None => match self.deep(node, input, scope)? {
                    Val::Nothing => None,
                    other if super::output::holds_function(&other) => {
                        let keys = without(shape, missing);
                        let values = values.into_vec();
                        return self.rest(pairs, keys, values, index, other, input, scope);
                    }
                    other => self.owned_value(other)?,
                },
            };
            match value {
                Some(value) => {
                    texts += value.as_str().map_or(0, str::len);
                    values.push(value);
                }
                None => missing |= 1 << index,
            }
        }
        self.account.make_object(48 + 16 * values.len() + texts)?;
        let object = match missing {
            0 => Object::from_exact(shape, values.into_iter()),
            _ => Object::from_exact(&pairs.shape_without(shape, missing), values.into_iter()),
        };
        Ok(Val::Own(Value::from(object)))
    }

    /// The value of a member in a fast lane; the outer none is no lane.
    #[inline]
    fn member_lane(
        &self,
        node: &Node,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Option<Option<Value>>> {
        if node.has_lane {
            if let Some(found) = self.peek(node, input) {
                return Ok(Some(found.cloned()));
            }
            let number = self.number(node, input).filter(|number| number.is_finite());
            return Ok(number.map(|number| Some(Value::from(number))));
        }
        let Op::Path(path) = &node.op else { return Ok(None) };
        match path.gathers {
            Gathers::Nothing => Ok(None),
            Gathers::Fields => Ok(self.gather(node, input).map(|found| match &found[..] {
                [] => None,
                [only] => Some((*only).clone()),
                several => Some(Value::list(several.iter().map(|value| (*value).clone()))),
            })),
            Gathers::Objects if self.reads.is_none() => {
                let found = self.gather_objects(node, input, scope)?;
                Ok(found.map(|mut found| match found.len() {
                    0 => None,
                    1 => found.pop(),
                    _ => Some(Value::from(found)),
                }))
            }
            Gathers::Objects => Ok(None),
        }
    }

    /// Goes on where a member of a plain object is a function.
    fn rest(
        &self,
        pairs: &Pairs,
        keys: Vec<Key>,
        values: Vec<Value>,
        at: usize,
        value: Val<'v>,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let mut members: Vec<(Key, Val<'v>)> =
            keys.into_iter().zip(values.into_iter().map(Val::Own)).collect();
        let mut value = Some(value);
        for (key, node) in &pairs.members[at..] {
            let key = self.eval(key, input, scope)?;
            let value = match value.take() {
                Some(value) => value,
                None => self.deep(node, input, scope)?,
            };
            if !value.is_nothing() {
                members.push((Key::new(key.as_str().unwrap_or_default()), value));
            }
        }
        self.object(members)
    }

    /// The object of the rows of a path that binds names.
    pub(crate) fn group_rows(
        &self,
        pairs: &Pairs,
        rows: &[Row<'v>],
        scope: &Scope<'v>,
        node: &Node,
    ) -> Res<Val<'v>> {
        let mut groups: Groups<&Row<'v>> = Groups::default();
        for row in rows {
            self.account.step(1)?;
            let scope = super::path::row_scope(scope, row);
            for (index, (key, _)) in pairs.members.iter().enumerate() {
                let key = self.eval(key, &row.value, &scope)?;
                groups.add(&key, index, row).map_err(|fault| placed(fault, node))?;
            }
        }
        let mut members = Vec::with_capacity(groups.list.len());
        for Gathered { key, pair, entries } in groups.list {
            let row = self.together(&entries)?;
            let scope = super::path::row_scope(scope, &row);
            let value = self.deep(&pairs.members[pair].1, &row.value, &scope)?;
            if !value.is_nothing() {
                members.push((key, value));
            }
        }
        self.object(members)
    }

    /// Several rows as one: their values and what they bind as lists.
    fn together(&self, rows: &[&Row<'v>]) -> Res<Row<'v>> {
        let [first, rest @ ..] = rows else {
            return Ok(Row::new(Val::Nothing, Vec::new()));
        };
        if rest.is_empty() {
            return Ok((*first).clone());
        }
        let mut values = Vec::with_capacity(rows.len());
        let mut names: Vec<(Sym, Vec<Val<'v>>)> =
            first.names.iter().map(|(sym, _)| (*sym, Vec::new())).collect();
        for row in rows {
            self.append(&mut values, &row.value)?;
            for (sym, value) in &row.names {
                match names.iter_mut().find(|(known, _)| known == sym) {
                    Some((_, values)) => self.append(values, value)?,
                    None => names.push((*sym, value.entries().collect())),
                }
            }
        }
        let names = names.into_iter().map(|(sym, values)| (sym, Val::sequence(values))).collect();
        Ok(Row::new(Val::sequence(values), names))
    }
}

/// The keys of a shape without those of a mask.
fn without(shape: &Shape, missing: u64) -> Vec<Key> {
    let keys = shape.keys().iter().enumerate();
    keys.filter(|(at, _)| missing >> at & 1 == 0).map(|(_, key)| key.clone()).collect()
}

/// The groups in the order in which their keys came.
struct Groups<T> {
    list: Vec<Gathered<T>>,
    /// Where the groups stand, once there are many.
    index: Option<HashMap<Key, usize>>,
}

/// Up to here groups are looked for one by one.
const FEW: usize = 12;

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { list: Vec::new(), index: None }
    }
}

impl<T> Groups<T> {
    fn add(&mut self, key: &Val<'_>, pair: usize, entry: T) -> Result<(), Box<Fault>> {
        if key.is_nothing() {
            return Ok(());
        }
        let Some(text) = key.as_str() else {
            let message = "A field's name must be a text. Make it one with $string().";
            return Err(fault("T1003", message));
        };
        let at = if let Some(at) = self.find(text) {
            at
        } else {
            let key = Key::new(text);
            if self.list.len() >= FEW {
                let index = self.index.get_or_insert_default();
                index.insert(key.clone(), self.list.len());
            }
            self.list.push(Gathered { key, pair, entries: SmallVec::new() });
            self.list.len() - 1
        };
        let group = &mut self.list[at];
        if group.pair != pair {
            let message = format!("Two fields of the object have the same name \"{}\".", group.key);
            return Err(fault("D1009", message));
        }
        group.entries.push(entry);
        Ok(())
    }

    fn find(&self, text: &str) -> Option<usize> {
        let few = &self.list[..self.list.len().min(FEW)];
        let found = few.iter().position(|group| group.key.as_str() == text);
        match found {
            None if self.list.len() > FEW => self.index.as_ref()?.get(&Key::new(text)).copied(),
            found => found,
        }
    }
}

/// What a group's value is made from: its only entry, or all of them.
fn gathered(mut entries: SmallVec<[Val<'_>; 1]>) -> Val<'_> {
    if entries.len() == 1 {
        return entries.swap_remove(0);
    }
    // Lists among them are spread, as joining lists does.
    let mut out = Vec::with_capacity(entries.len());
    for entry in entries {
        if entry.is_list() { out.extend(entry.entries()) } else { out.push(entry) }
    }
    Val::sequence(out)
}
