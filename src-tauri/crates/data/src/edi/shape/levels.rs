//! X12's `HL` loops: levels that name their parent by a number, as lists within each other.

use std::borrow::Cow;

use super::{EdiError, Emitter, Members, Node, Segment, Trail, named};
use crate::{Object, Value};

/// How levels stand in the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Within each other, by what they are.
    Nested,
    /// One after another; for levels whose numbers do not lead to a tree.
    Flat,
}

/// The keys of levels and their codes. Source: X12 data element 735.
const LEVELS: [(&str, &str); 6] = [
    ("shipments", "S"),
    ("orders", "O"),
    ("tares", "T"),
    ("packs", "P"),
    ("items", "I"),
    (ANY, ""),
];
/// The key of levels of any other kind.
const ANY: &str = "levels";
const ID: &str = "level_id";
const PARENT: &str = "level_parent";
const CODE: &str = "level";
const HAS_CHILDREN: &str = "has_levels";
/// Levels within each other beyond this stay flat.
const MAX_DEPTH: usize = 16;

/// Whether a key holds levels.
pub(super) fn is_key(key: &str) -> bool {
    LEVELS.iter().any(|(name, _)| *name == key)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn key_of(value: &Value) -> &'static str {
    let code = text(value, CODE);
    LEVELS.iter().find(|(_, known)| *known == code && !code.is_empty()).map_or(ANY, |(key, _)| key)
}

/// The members that hold the levels of a message.
pub(super) fn nest(node: &Node, levels: Vec<Value>, layout: Layout) -> Members {
    if levels.is_empty() {
        return Vec::new();
    }
    match (layout, parents(&levels)) {
        (Layout::Nested, Some(parents)) => nested(levels, &parents),
        _ => vec![(Cow::Borrowed(node.key), levels.into())],
    }
}

/// Each level's parent among those before it; nothing if they make no tree.
fn parents(levels: &[Value]) -> Option<Vec<Option<usize>>> {
    let mut places = std::collections::HashMap::new();
    let mut depths = Vec::with_capacity(levels.len());
    let mut found = Vec::with_capacity(levels.len());
    for (at, level) in levels.iter().enumerate() {
        let parent = match text(level, PARENT) {
            "" => None,
            id => Some(*places.get(id)?),
        };
        let depth = parent.map_or(0, |parent: usize| depths[parent] + 1);
        let is_new = places.insert(text(level, ID), at).is_none();
        if !is_new || depth > MAX_DEPTH {
            return None;
        }
        depths.push(depth);
        found.push(parent);
    }
    Some(found)
}

fn nested(mut levels: Vec<Value>, parents: &[Option<usize>]) -> Members {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); levels.len() + 1];
    let root = levels.len();
    for (at, parent) in parents.iter().enumerate() {
        children[parent.unwrap_or(root)].push(at);
    }
    // A child comes after its parent, so from the end on all children are complete.
    for at in (0..levels.len()).rev() {
        if let Some(object) = levels[at].as_object() {
            let mut object = object.clone();
            for (key, list) in group(&children[at], &levels) {
                object = object.with(key, list);
            }
            levels[at] = object.into();
        }
    }
    group(&children[root], &levels).map(|(key, list)| (Cow::Borrowed(key), list)).collect()
}

fn group<'a>(
    places: &'a [usize],
    levels: &'a [Value],
) -> impl Iterator<Item = (&'static str, Value)> + 'a {
    LEVELS.iter().filter_map(|(key, _)| {
        let of_key = places.iter().map(|at| &levels[*at]).filter(|level| key_of(level) == *key);
        let list: Vec<Value> = of_key.cloned().collect();
        (!list.is_empty()).then(|| (*key, list.into()))
    })
}

impl Emitter {
    /// Writes the levels that an object holds, numbered anew where they have no number.
    pub(super) fn levels(
        &mut self,
        node: &Node,
        object: &Object,
        trail: &Trail<'_>,
    ) -> Result<(), EdiError> {
        self.levels_below(node, object, "", trail, 0)
    }

    fn levels_below(
        &mut self,
        node: &Node,
        object: &Object,
        parent: &str,
        trail: &Trail<'_>,
        depth: usize,
    ) -> Result<(), EdiError> {
        let mut found: Vec<(&Object, (&str, &str), usize)> = Vec::new();
        for (key, code) in LEVELS {
            let Some(value) = object.get(key).filter(|value| !value.is_null()) else { continue };
            let trail = trail.key(key);
            let one = std::slice::from_ref(value);
            for (at, level) in value.as_list().unwrap_or(one).iter().enumerate() {
                let Some(level) = level.as_object() else {
                    let kind = level.kind();
                    return Err(trail
                        .index(at)
                        .error(format!("is a {kind}, and an object is needed")));
                };
                found.push((level, (key, code), at));
            }
        }
        if depth > MAX_DEPTH && !found.is_empty() {
            return Err(trail.error(format!("has more than {MAX_DEPTH} levels within each other")));
        }
        let number = |level: &Object| level.get(ID)?.as_str()?.parse::<u64>().ok();
        if found.iter().all(|(level, ..)| number(level).is_some()) {
            found.sort_by_key(|(level, ..)| number(level));
        }
        for (level, (key, code), at) in found {
            self.level(node, level, (parent, code), &trail.key(key).index(at), depth)?;
        }
        Ok(())
    }

    fn level(
        &mut self,
        node: &Node,
        level: &Object,
        (parent, code): (&str, &str),
        trail: &Trail<'_>,
        depth: usize,
    ) -> Result<(), EdiError> {
        let mut elements = named::unname(&node.fields, level, trail)?;
        let is_numbered = elements.first().and_then(Value::as_str).is_some_and(|id| !id.is_empty());
        if !is_numbered {
            let given = |key: &str| level.get(key).filter(|value| !value.is_null()).cloned();
            let has_children = LEVELS.iter().any(|(key, _)| level.get(key).is_some());
            elements = vec![
                (self.last_level + 1).to_string().into(),
                given(PARENT).unwrap_or(parent.into()),
                given(CODE).unwrap_or(code.into()),
                given(HAS_CHILDREN).unwrap_or(if has_children { "1" } else { "0" }.into()),
            ];
        }
        let id = elements.first().and_then(Value::as_str).unwrap_or_default().to_owned();
        self.last_level = id.parse().unwrap_or(self.last_level + 1);
        self.push(Segment { tag: node.tag.to_owned(), elements }, trail);
        let mut also: Vec<&str> = LEVELS.iter().map(|(key, _)| *key).collect();
        also.extend(node.fields.iter().flat_map(named::Field::keys));
        self.members(&node.children, level, &also, trail)?;
        self.levels_below(node, level, &id, trail, depth + 1)
    }
}
