//! JSON pointers (RFC 6901) into what a node or a flow is as JSON. Not the check of what is set.

use serde_json::{Map, Value as Json};

/// The pointer of a member of what is at `parent`.
pub(crate) fn join(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The keys of a pointer; none where it does not begin with a slash.
pub(crate) fn split(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let rest = pointer.strip_prefix('/')?;
    Some(rest.split('/').map(|key| key.replace("~1", "/").replace("~0", "~")).collect())
}

/// What a change at a pointer takes to be undone: the pointer to set, and what to.
pub(crate) type Undo = (String, Option<Json>);

/// Sets a value, or takes it away. Objects on the way are made; a list takes the index one past its
/// end, or `-`.
///
/// # Errors
/// A clause for the user: why there is no such place.
pub(crate) fn set(root: &mut Json, keys: &[String], value: Option<Json>) -> Result<Undo, String> {
    let Some((last, way)) = keys.split_last() else {
        let Some(value) = value else { return Err("the whole cannot be taken away".to_owned()) };
        return Ok((String::new(), Some(std::mem::replace(root, value))));
    };
    let mut at = root;
    let mut pointer = String::new();
    let mut made: Option<String> = None;
    for key in way {
        pointer = join(&pointer, key);
        if at.is_object() && at.get(key).is_none() {
            if value.is_none() {
                return Ok((pointer, None));
            }
            made.get_or_insert_with(|| pointer.clone());
        }
        at = enter(at, key).ok_or_else(|| format!("there is nothing at {pointer}"))?;
    }
    let here = join(&pointer, last);
    let undo = match at {
        Json::Object(fields) => set_field(fields, last, value, &pointer, &here),
        Json::Array(items) => set_entry(items, last, value, &pointer, &here)?,
        _ => return Err(format!("{pointer} is neither an object nor a list")),
    };
    Ok(made.map_or(undo, |made| (made, None)))
}

/// Goes one step down; an object's missing member is made, and null becomes an object.
fn enter<'j>(at: &'j mut Json, key: &str) -> Option<&'j mut Json> {
    match at {
        Json::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
        Json::Object(fields) => {
            let member = fields.entry(key).or_insert(Json::Null);
            if member.is_null() {
                *member = Json::Object(Map::new());
            }
            Some(member)
        }
        _ => None,
    }
}

fn set_field(
    fields: &mut Map<String, Json>,
    key: &str,
    value: Option<Json>,
    parent: &str,
    here: &str,
) -> Undo {
    let Some(value) = value else {
        let is_last = fields.keys().next_back().is_some_and(|last| last == key);
        let before = fields.clone();
        return match fields.shift_remove(key) {
            None => (here.to_owned(), None),
            Some(old) if is_last => (here.to_owned(), Some(old)),
            // A member put back would stand at the end: the whole object is put back.
            Some(_) => (parent.to_owned(), Some(Json::Object(before))),
        };
    };
    (here.to_owned(), fields.insert(key.to_owned(), value))
}

fn set_entry(
    items: &mut Vec<Json>,
    key: &str,
    value: Option<Json>,
    parent: &str,
    here: &str,
) -> Result<Undo, String> {
    let index = if key == "-" {
        items.len()
    } else {
        key.parse().map_err(|_| format!("{key} is not a place in the list {parent}"))?
    };
    match value {
        Some(value) if index < items.len() => {
            Ok((here.to_owned(), Some(std::mem::replace(&mut items[index], value))))
        }
        Some(value) if index == items.len() => {
            items.push(value);
            Ok((join(parent, &index.to_string()), None))
        }
        None if index < items.len() => {
            let before = items.clone();
            items.remove(index);
            Ok((parent.to_owned(), Some(Json::Array(before))))
        }
        None if index == items.len() => Ok((here.to_owned(), None)),
        _ => Err(format!("the list {parent} has only {} entries", items.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Sets, then undoes, and compares the texts, so that the order of keys counts.
    #[track_caller]
    fn check(before: &Json, pointer: &str, value: Option<Json>, after: &Json) {
        let mut json = before.clone();
        let (undo, old) = set(&mut json, &split(pointer).unwrap(), value).unwrap();
        assert_eq!(json.to_string(), after.to_string());
        set(&mut json, &split(&undo).unwrap(), old).unwrap();
        assert_eq!(json.to_string(), before.to_string());
    }

    #[test]
    fn what_is_set_can_be_put_back_exactly() {
        let json = json!({"a": {"x": 1, "y": 2}, "b": [1, 2]});
        check(&json, "/a/x", Some(json!(5)), &json!({"a": {"x": 5, "y": 2}, "b": [1, 2]}));
        check(&json, "/a/x", None, &json!({"a": {"y": 2}, "b": [1, 2]}));
        check(&json, "/a/y", None, &json!({"a": {"x": 1}, "b": [1, 2]}));
        check(&json, "/b/0", None, &json!({"a": {"x": 1, "y": 2}, "b": [2]}));
        check(&json, "/b/-", Some(json!(3)), &json!({"a": {"x": 1, "y": 2}, "b": [1, 2, 3]}));
        check(
            &json,
            "/c/d/e",
            Some(json!(3)),
            &json!({"a": {"x": 1, "y": 2}, "b": [1, 2], "c": {"d": {"e": 3}}}),
        );
        check(&json, "/c/d", None, &json);
        check(&json!({"a/b": 1}), "/a~1b", None, &json!({}));
    }

    #[test]
    fn a_place_that_cannot_be_is_refused() {
        let mut json = json!({"a": 1, "b": []});
        for pointer in ["/a/x", "/b/5", "/b/x", "/b/0/y"] {
            assert!(set(&mut json, &split(pointer).unwrap(), Some(json!(1))).is_err(), "{pointer}");
        }
        assert_eq!(split("a"), None);
    }
}
