//! Finds the places of a path in an item and puts something else there. Not what is put.

use data::{Path, Segment, Value};

/// What becomes of a part of an item.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    Same,
    Removed,
    New(Value),
}

/// Changes each value at a path.
///
/// Lists on the way are gone through entry by entry; `*` is any field or entry, and `**` any number
/// of levels. What stays the same is shared with the item.
pub(super) fn change(
    value: &Value,
    path: &[Segment],
    put: &mut impl FnMut(&Value) -> Change,
) -> Change {
    let Some((first, rest)) = path.split_first() else { return put(value) };
    match first {
        Segment::Key(key) if key.as_str() == "**" => {
            let here = change(value, rest, put);
            match &here {
                Change::Removed => here,
                Change::Same => children(value, |child, _| change(child, path, put)),
                // What was put here is done; only what lies deeper in it is looked at again.
                Change::New(new) if rest.is_empty() => Change::New(new.clone()),
                Change::New(new) => match children(new, |child, _| change(child, path, put)) {
                    Change::Same => here,
                    deeper => deeper,
                },
            }
        }
        Segment::Key(key) if key.as_str() == "*" => {
            children(value, |child, _| change(child, rest, put))
        }
        Segment::Key(key) => match (value.as_object(), value.as_list()) {
            (Some(object), _) => match object.get_key(key) {
                None => Change::Same,
                Some(member) => match change(member, rest, put) {
                    Change::Same => Change::Same,
                    Change::Removed => Change::New(object.without(key.as_str()).into()),
                    Change::New(new) => Change::New(object.with(key.clone(), new).into()),
                },
            },
            (None, Some(_)) => children(value, |entry, _| change(entry, path, put)),
            (None, None) => Change::Same,
        },
        Segment::Index(index) => children(value, |child, at| match at {
            Some(at) if at == *index => change(child, rest, put),
            _ => Change::Same,
        }),
    }
}

/// Changes each scalar within a value.
pub(super) fn scalars(value: &Value, put: &mut impl FnMut(&Value) -> Value) -> Value {
    if value.as_object().is_none() && value.as_list().is_none() {
        return put(value);
    }
    match children(value, |child, _| Change::New(scalars(child, put))) {
        Change::New(new) => new,
        Change::Same | Change::Removed => value.clone(),
    }
}

/// Changes the members or entries of a value; entries come with their place.
fn children(value: &Value, mut each: impl FnMut(&Value, Option<usize>) -> Change) -> Change {
    if let Some(object) = value.as_object() {
        let changes: Vec<Change> = object.values().iter().map(|child| each(child, None)).collect();
        if changes.iter().all(|change| *change == Change::Same) {
            return Change::Same;
        }
        let members = object.iter().zip(changes);
        let kept = members.filter_map(|((key, old), change)| match change {
            Change::Same => Some((key.clone(), old.clone())),
            Change::New(new) => Some((key.clone(), new)),
            Change::Removed => None,
        });
        return Change::New(Value::object(kept));
    }
    let Some(list) = value.as_list() else { return Change::Same };
    let changes: Vec<Change> = list.iter().enumerate().map(|(at, v)| each(v, Some(at))).collect();
    if changes.iter().all(|change| *change == Change::Same) {
        return Change::Same;
    }
    let kept = list.iter().zip(changes).filter_map(|(old, change)| match change {
        Change::Same => Some(old.clone()),
        Change::New(new) => Some(new),
        Change::Removed => None,
    });
    Change::New(kept.collect())
}

/// A rule's path as it is written: `lines.card`, `*.email`, `**.iban`.
pub(super) fn parse(text: &str) -> Result<Vec<Segment>, String> {
    let path = Path::parse(text.trim()).map_err(|error| format!("This is no path: {error}."))?;
    if path.is_root() {
        return Err("Say which field is masked.".to_owned());
    }
    Ok(path.segments().to_vec())
}
