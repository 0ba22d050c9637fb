//! Messages as values, whichever syntax they are of: with `segments`, or with business names.

use super::{
    EdiError,
    element::{Segment, read_elements},
    error::Trail,
    shape,
    table::Tables,
};
use crate::{Object, Value};

/// The key of a message's segments where they have no names.
pub(super) const SEGMENTS: &str = "segments";
/// The keys of a message that say what it is, not what is in it.
pub(super) const OF_MESSAGE: [&str; 15] = [
    "type",
    "control",
    "version",
    "release",
    "agency",
    "association",
    "access",
    "status",
    "header",
    "trailer",
    SEGMENTS,
    "interchange",
    "delimiters",
    "charset",
    "group",
];

/// The members that hold a message's segments.
pub(super) fn members(
    tables: &Tables,
    kind: &str,
    segments: &[Segment],
    has_names: bool,
) -> Vec<(String, Value)> {
    let table = tables.message(kind).filter(|_| has_names);
    if let Some(members) = table.and_then(|nodes| shape::shape(nodes, segments)) {
        return members.into_iter().map(|(key, value)| (key.into_owned(), value)).collect();
    }
    let segments = segments.iter().map(Segment::to_value).collect();
    vec![(SEGMENTS.to_owned(), segments)]
}

/// The segments of a message.
pub(super) fn segments(
    tables: &Tables,
    message: &Object,
    trail: &Trail<'_>,
) -> Result<Vec<Segment>, EdiError> {
    if let Some(segments) = message.get(SEGMENTS) {
        let trail = trail.key(SEGMENTS);
        let segments = read_elements(segments, &trail)?;
        let segments = segments.iter().enumerate();
        return segments.map(|(at, value)| Segment::from_value(value, &trail.index(at))).collect();
    }
    let kind = kind(message, trail)?;
    let Some(nodes) = tables.message(&kind) else {
        return Err(trail.error(format!(
            "is a message of type {kind}, for which there are no names; give it as `segments`"
        )));
    };
    shape::unshape(nodes, message, &OF_MESSAGE, trail)
}

/// The way, within the message, to what one of its [`segments`] was made of.
pub(super) fn path_of(tables: &Tables, message: &Object, segment: usize) -> String {
    let kind = kind(message, &Trail::default()).unwrap_or_default();
    let nodes = tables.message(&kind).filter(|_| message.get(SEGMENTS).is_none());
    nodes
        .and_then(|nodes| shape::path_of(nodes, message, &OF_MESSAGE, segment))
        .unwrap_or_else(|| format!("{SEGMENTS}[{segment}]"))
}

/// The type of a message.
pub(super) fn kind(message: &Object, trail: &Trail<'_>) -> Result<String, EdiError> {
    let kind = message.get("type").map(|kind| match kind.as_str() {
        Some(text) => text.to_owned(),
        None => kind.to_string(),
    });
    kind.ok_or_else(|| trail.error("has no `type` that says which message it is"))
}

pub(super) fn shape(tables: &Tables, message: &Value) -> Result<Value, EdiError> {
    let trail = Trail::default();
    let object = object(message, &trail)?;
    if object.get(SEGMENTS).is_none() {
        return Ok(message.clone());
    }
    let segments = segments(tables, object, &trail)?;
    let members = members(tables, &kind(object, &trail)?, &segments, true);
    Ok(with_members(object, members))
}

pub(super) fn unshape(tables: &Tables, message: &Value) -> Result<Value, EdiError> {
    let trail = Trail::default();
    let object = object(message, &trail)?;
    let segments = segments(tables, object, &trail)?;
    let segments = segments.iter().map(Segment::to_value).collect();
    Ok(with_members(object, vec![(SEGMENTS.to_owned(), segments)]))
}

fn with_members(message: &Object, members: Vec<(String, Value)>) -> Value {
    let kept = message.iter().map(|(key, value)| (key.as_str().to_owned(), value.clone()));
    let kept = kept.filter(|(key, _)| OF_MESSAGE.contains(&key.as_str()) && key != SEGMENTS);
    Value::object(kept.chain(members))
}

pub(super) fn object<'v>(value: &'v Value, trail: &Trail<'_>) -> Result<&'v Object, EdiError> {
    let wrong = || trail.error(format!("is a {}, and an object is needed", value.kind()));
    value.as_object().ok_or_else(wrong)
}

/// The items of a list member; one that is no list counts as a list of it.
pub(super) fn items<'v>(object: &'v Object, key: &str) -> &'v [Value] {
    match object.get(key) {
        None => &[],
        Some(value) if value.is_null() => &[],
        Some(value) => value.as_list().unwrap_or(std::slice::from_ref(value)),
    }
}
