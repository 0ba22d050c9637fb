//! `|pattern|update, delete|`: a copy of a value in which some objects have other fields.

use std::collections::HashMap;
use std::sync::Arc;

use data::{Key, Object, Value};

use super::val::{Val, kind};
use super::{Cx, Res, Scope, fault};
use crate::compile::Transform;

/// What becomes of the objects of the copy, by where they are in memory.
type Changes = HashMap<*const Object, Vec<(Key, Option<Value>)>>;

impl<'v> Cx<'v, '_> {
    /// The changed copy of a value.
    pub(crate) fn transform(
        &self,
        transform: &Arc<Transform>,
        item: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        if item.is_nothing() {
            return Ok(Val::Nothing);
        }
        if item.kind() & (kind::OBJECT | kind::LIST) == 0 {
            let message = "Only objects and lists can be changed with |…|…|.";
            return Err(fault("T0410", message));
        }
        self.check_depth(item)?;
        let Some(original) = self.to_value(item)? else { return Ok(Val::Nothing) };
        // The copy, and what is made of it; objects take more than their JSON.
        self.account.make_object(6 * original.size())?;
        let copy = copy(&original);
        let matches = self.eval(&transform.pattern, &Val::Own(copy.clone()), scope)?;
        let mut changes = Changes::new();
        for found in matches.entries() {
            self.change(transform, &found, &mut changes, scope)?;
        }
        Ok(Val::Own(rebuild(&copy, &changes)))
    }

    fn change(
        &self,
        transform: &Transform,
        found: &Val<'v>,
        changes: &mut Changes,
        scope: &Scope<'v>,
    ) -> Res<()> {
        let Some(object) = found.value().and_then(Value::as_object) else {
            // Fields of what is no object go nowhere, but the update is still looked at.
            self.eval(&transform.update, found, scope)?;
            return Ok(());
        };
        self.account.step(1)?;
        let address = address(object);
        // Changes made to objects within it before are seen by its update.
        let current = rebuild(&Value::from(object.clone()), changes);
        let update = self.eval(&transform.update, &Val::Own(current.clone()), scope)?;
        let mut list = Vec::new();
        if !update.is_nothing() {
            if update.kind() != kind::OBJECT {
                let message = "The second part of |…|…| must give an object.";
                return Err(fault("T2011", message));
            }
            for (key, value) in Self::members(&update) {
                if let Some(value) = self.to_value(&value)? {
                    list.push((key, Some(value)));
                }
            }
        }
        self.account.make_object(192)?;
        changes.entry(address).or_default().extend(list);
        let Some(delete) = &transform.delete else { return Ok(()) };
        let current = rebuild(&Value::from(object.clone()), changes);
        let delete = self.eval(delete, &Val::Own(current), scope)?;
        let mut list = Vec::new();
        for name in delete.entries() {
            let Some(name) = name.as_str() else {
                let message = "The third part of |…|…|…| must give texts, the names of fields.";
                return Err(fault("T2012", message));
            };
            list.push((Key::new(name), None));
        }
        changes.entry(address).or_default().extend(list);
        Ok(())
    }
}

fn address(object: &Object) -> *const Object {
    object.values().as_ptr().cast()
}

/// A copy that shares no object with the original, so that each has a place of its own.
fn copy(value: &Value) -> Value {
    stacker::maybe_grow(32 * 1024, 1024 * 1024, || {
        if let Some(items) = value.as_list() {
            return Value::list(items.iter().map(copy));
        }
        match value.as_object() {
            Some(object) => {
                let values = object.values().iter().map(copy);
                Value::from(Object::from_shape(object.shape(), values))
            }
            None => value.clone(),
        }
    })
}

fn rebuild(value: &Value, changes: &Changes) -> Value {
    stacker::maybe_grow(32 * 1024, 1024 * 1024, || {
        if let Some(items) = value.as_list() {
            return Value::list(items.iter().map(|item| rebuild(item, changes)));
        }
        let Some(object) = value.as_object() else { return value.clone() };
        let values = object.values().iter().map(|value| rebuild(value, changes));
        let mut rebuilt = Object::from_shape(object.shape(), values);
        for (key, value) in changes.get(&address(object)).into_iter().flatten() {
            rebuilt = match value {
                Some(value) => rebuilt.with(key.clone(), value.clone()),
                None => rebuilt.without(key.as_str()),
            };
        }
        Value::from(rebuilt)
    })
}
