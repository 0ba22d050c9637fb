//! Objects: `{key: value}`, alone and behind a path, where the values of one key come together.

use std::collections::HashMap;

use data::{Key, Object, Shape, Value};

use super::val::{Row, Val, kind};
use super::{Cx, Res, Scope, fault, placed};
use crate::Fault;
use crate::compile::{Node, Pairs, Sym};

/// What came together under a key.
struct Gathered<T> {
    key: Key,
    pair: usize,
    entries: Vec<T>,
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
            return self.plain_object(pairs, shape, input, scope);
        }
        let mut groups: Groups<Val<'v>> = Groups::default();
        let mut entries: Vec<Val<'v>> = Vec::new();
        if !input.is_list() || input.len() == Some(0) {
            entries.push(if input.is_list() { Val::Nothing } else { input.clone() });
        }
        for entry in entries.into_iter().chain(input.entries().filter(|_| input.is_list())) {
            self.account.step(1)?;
            for (index, (key, _)) in pairs.pairs.iter().enumerate() {
                let key = self.eval(key, &entry, scope)?;
                groups.add(&key, index, entry.clone()).map_err(|fault| placed(fault, node))?;
            }
        }
        let mut members = Vec::with_capacity(groups.list.len());
        for Gathered { key, pair, entries } in groups.list {
            let context = gathered(entries);
            let value = self.deep(&pairs.pairs[pair].1, &context, scope)?;
            if !value.is_nothing() {
                members.push((key, value));
            }
        }
        self.object(members)
    }

    /// The commonest object: one input, and keys that are known.
    fn plain_object(
        &self,
        pairs: &Pairs,
        shape: &Shape,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let mut values: Vec<Value> = Vec::with_capacity(pairs.pairs.len());
        for (index, (_, node)) in pairs.pairs.iter().enumerate() {
            let value = self.deep(node, input, scope)?;
            match value.kind() {
                kind::NOTHING | kind::FUNCTION | kind::OBJECT | kind::LIST => {
                    match self.plain_value(&value)? {
                        Some(value) => values.push(value),
                        None => return self.rest(pairs, shape, values, index, value, input, scope),
                    }
                }
                _ => values.extend(self.to_value(&value)?),
            }
        }
        let texts: usize = values.iter().filter_map(Value::as_str).map(str::len).sum();
        self.account.make_object(48 + 16 * values.len() + texts)?;
        Ok(Val::Own(Value::from(Object::from_shape(shape, values))))
    }

    /// The value of a member that no function is in.
    fn plain_value(&self, value: &Val<'v>) -> Res<Option<Value>> {
        match value {
            Val::Members(_) => Ok(None),
            Val::List(list) if list.items.iter().any(|item| item.kind() & kind::FUNCTION != 0) => {
                Ok(None)
            }
            other => self.to_value(other),
        }
    }

    /// Goes on where a member of a plain object is missing or is a function.
    fn rest(
        &self,
        pairs: &Pairs,
        shape: &Shape,
        values: Vec<Value>,
        at: usize,
        value: Val<'v>,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let keys = shape.keys();
        let mut members: Vec<(Key, Val<'v>)> =
            keys.iter().cloned().zip(values.into_iter().map(Val::Own)).collect();
        if !value.is_nothing() {
            members.push((keys[at].clone(), value));
        }
        for (key, (_, node)) in keys.iter().zip(&pairs.pairs).skip(at + 1) {
            let value = self.deep(node, input, scope)?;
            if !value.is_nothing() {
                members.push((key.clone(), value));
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
            for (index, (key, _)) in pairs.pairs.iter().enumerate() {
                let key = self.eval(key, &row.value, &scope)?;
                groups.add(&key, index, row).map_err(|fault| placed(fault, node))?;
            }
        }
        let mut members = Vec::with_capacity(groups.list.len());
        for Gathered { key, pair, entries } in groups.list {
            let row = self.together(&entries)?;
            let scope = super::path::row_scope(scope, &row);
            let value = self.deep(&pairs.pairs[pair].1, &row.value, &scope)?;
            if !value.is_nothing() {
                members.push((key, value));
            }
        }
        self.object(members)
    }

    /// Several rows as one: their values and what they bind as lists.
    fn together(&self, rows: &[&Row<'v>]) -> Res<Row<'v>> {
        let [first, rest @ ..] = rows else {
            return Ok(Row { value: Val::Nothing, names: Vec::new() });
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
        Ok(Row { value: Val::sequence(values), names })
    }
}

/// The groups in the order in which their keys came.
struct Groups<T> {
    list: Vec<Gathered<T>>,
    index: HashMap<Key, usize>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { list: Vec::new(), index: HashMap::new() }
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
        let key = Key::new(text);
        let at = match self.index.get(&key) {
            Some(at) => *at,
            None => {
                self.index.insert(key.clone(), self.list.len());
                self.list.push(Gathered { key, pair, entries: Vec::new() });
                self.list.len() - 1
            }
        };
        let group = &mut self.list[at];
        if group.pair != pair {
            let message = format!("Two fields of the object have the same name \"{}\".", group.key);
            return Err(fault("D1009", message));
        }
        group.entries.push(entry);
        Ok(())
    }
}

/// What a group's value is made from: its only entry, or all of them.
fn gathered<'v>(mut entries: Vec<Val<'v>>) -> Val<'v> {
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
