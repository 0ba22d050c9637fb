//! A message's segments as an object in business words, and back.
//! Verified as it is made: what would not come back as the same segments is not shaped.

mod levels;

use std::borrow::Cow;

use super::{
    EdiError,
    element::{Segment, read_elements},
    error::Trail,
    named::{self, ELEMENTS, Field},
    table::Node,
};
use crate::{Object, Value};

/// The key of segments that have no place in the table.
pub(super) const OTHER: &str = "other";
/// The key of the order of keys, where it is not the table's.
pub(super) const SEQUENCE: &str = "sequence";

type Members = Vec<(Cow<'static, str>, Value)>;

/// The members of a message by its table; nothing if they would not say all that is there.
pub(super) fn shape(nodes: &[Node], segments: &[Segment]) -> Option<Members> {
    let comes_back = |members: &Members| {
        let object = Object::new(members.iter().map(|(key, value)| (key.as_ref(), value.clone())));
        unshape(nodes, &object, &[], &Trail::default()).is_ok_and(|same| same == segments)
    };
    [levels::Layout::Nested, levels::Layout::Flat]
        .into_iter()
        .map(|layout| members(nodes, segments, layout))
        .find(comes_back)
}

fn members(nodes: &[Node], segments: &[Segment], layout: levels::Layout) -> Members {
    let mut stack = vec![Frame::new(nodes, 0, Vec::new())];
    for segment in segments {
        let Some((depth, at)) = find(&stack, &segment.tag) else {
            let other = segment.to_value();
            if let Some(frame) = stack.last_mut() {
                frame.put(frame.nodes.len(), other);
            }
            continue;
        };
        close_to(&mut stack, depth, layout);
        let frame = &mut stack[depth];
        let node = &frame.nodes[at];
        frame.at = at;
        let named = named::name(&node.fields, &segment.elements);
        if node.children.is_empty() {
            frame.put(at, Value::object(named));
        } else {
            let named = named.into_iter().map(|(key, value)| (Cow::Borrowed(key), value));
            // Its place is taken now, the value comes when the loop is closed.
            frame.take(at);
            stack.push(Frame::new(&node.children, at, named.collect()));
        }
    }
    close_to(&mut stack, 0, layout);
    stack.pop().map(|frame| frame.into_members(layout)).unwrap_or_default()
}

/// A loop that is being filled.
struct Frame<'t> {
    nodes: &'t [Node],
    /// Which of its parent's nodes it is.
    place: usize,
    /// The node that was met last.
    at: usize,
    members: Members,
    /// The values by node, those without one at the end.
    slots: Vec<Vec<Value>>,
    is_used: Vec<bool>,
    order: Vec<usize>,
}

impl<'t> Frame<'t> {
    fn new(nodes: &'t [Node], place: usize, members: Members) -> Self {
        let slots = vec![Vec::new(); nodes.len() + 1];
        let is_used = vec![false; nodes.len() + 1];
        Self { nodes, place, at: 0, members, slots, is_used, order: Vec::new() }
    }

    fn put(&mut self, at: usize, value: Value) {
        self.take(at);
        self.slots[at].push(value);
    }

    fn take(&mut self, at: usize) {
        self.order.push(at);
        self.is_used[at] = true;
    }

    fn takes(&self, at: usize, tag: &str) -> bool {
        let node = &self.nodes[at];
        node.tag == tag && (node.is_many || !self.is_used[at])
    }

    fn into_members(mut self, layout: levels::Layout) -> Members {
        let mut members = std::mem::take(&mut self.members);
        let slots = std::mem::take(&mut self.slots);
        for (at, mut values) in slots.into_iter().enumerate() {
            let Some(node) = self.nodes.get(at) else {
                if !values.is_empty() {
                    members.push((OTHER.into(), values.into()));
                }
                continue;
            };
            if node.is_level {
                members.extend(levels::nest(node, values, layout));
            } else if node.is_many {
                if !values.is_empty() {
                    members.push((node.key.into(), values.into()));
                }
            } else if let Some(value) = values.pop() {
                if !is_constant(node, &value) {
                    members.push((node.key.into(), value));
                }
            } else if node.constant.is_some() {
                members.push((node.key.into(), Value::null()));
            }
        }
        if !self.order.is_sorted() {
            let key = |at: &usize| self.nodes.get(*at).map_or(OTHER, |node| node.key);
            let sequence = self.order.iter().map(|at| Value::from(key(at)));
            members.push((SEQUENCE.into(), sequence.collect()));
        }
        members
    }
}

fn is_constant(node: &Node, value: &Value) -> bool {
    let elements = value.get(ELEMENTS).and_then(Value::as_list);
    node.constant.is_some()
        && elements
            .is_some_and(|elements| elements.len() == 1 && elements[0].as_str() == node.constant)
}

/// Where a segment belongs: in the innermost loop that takes it, rather onward than back.
fn find(stack: &[Frame<'_>], tag: &str) -> Option<(usize, usize)> {
    let onward = |depth: usize| {
        let frame = &stack[depth];
        (frame.at..frame.nodes.len()).find(|at| frame.takes(*at, tag)).map(|at| (depth, at))
    };
    let back = |depth: usize| {
        let frame = &stack[depth];
        (0..frame.at).rev().find(|at| frame.takes(*at, tag)).map(|at| (depth, at))
    };
    let depths = || (0..stack.len()).rev();
    depths().find_map(onward).or_else(|| depths().find_map(back))
}

fn close_to(stack: &mut Vec<Frame<'_>>, depth: usize, layout: levels::Layout) {
    while stack.len() > depth + 1 {
        let Some(frame) = stack.pop() else { return };
        let place = frame.place;
        let members = frame.into_members(layout);
        if let Some(parent) = stack.last_mut() {
            parent.slots[place].push(Value::object(
                members.into_iter().map(|(key, value)| (key.into_owned(), value)),
            ));
        }
    }
}

/// The segments of an object that a table names; `also` are keys that others take care of.
pub(super) fn unshape(
    nodes: &[Node],
    object: &Object,
    also: &[&str],
    trail: &Trail<'_>,
) -> Result<Vec<Segment>, EdiError> {
    let mut emitter = Emitter { out: Vec::new(), looked_for: None, found: None, last_level: 0 };
    emitter.members(nodes, object, also, trail)?;
    Ok(emitter.out)
}

/// The way to the member that one of [`unshape`]'s segments was made of.
pub(super) fn path_of(
    nodes: &[Node],
    object: &Object,
    also: &[&str],
    segment: usize,
) -> Option<String> {
    let looked_for = Some(segment);
    let mut emitter = Emitter { out: Vec::new(), looked_for, found: None, last_level: 0 };
    emitter.members(nodes, object, also, &Trail::default()).ok()?;
    emitter.found
}

struct Emitter {
    out: Vec<Segment>,
    /// The place of the segment whose path is asked for.
    looked_for: Option<usize>,
    found: Option<String>,
    /// The number of the level that was written last.
    last_level: u64,
}

impl Emitter {
    fn push(&mut self, segment: Segment, trail: &Trail<'_>) {
        if self.looked_for == Some(self.out.len()) {
            self.found = Some(trail.to_string());
        }
        self.out.push(segment);
    }

    /// Writes what a loop holds, in the table's order or that of its `sequence`.
    fn members(
        &mut self,
        nodes: &[Node],
        object: &Object,
        also: &[&str],
        trail: &Trail<'_>,
    ) -> Result<(), EdiError> {
        let has_levels = nodes.iter().any(|node| node.is_level);
        let is_known = |key: &str| {
            nodes.iter().any(|node| node.key == key)
                || [OTHER, SEQUENCE, ELEMENTS].contains(&key)
                || also.contains(&key)
                || (has_levels && levels::is_key(key))
        };
        let known = || nodes.iter().map(|node| node.key).collect::<Vec<_>>().join(", ");
        named::check_keys(object, trail, is_known, known)?;

        let mut done = vec![0; nodes.len() + 1];
        if let Some(sequence) = object.get(SEQUENCE).and_then(Value::as_list) {
            for key in sequence.iter().filter_map(Value::as_str) {
                let at = nodes.iter().position(|node| node.key == key).unwrap_or(nodes.len());
                let n_done = done[at];
                done[at] += 1;
                self.slot(nodes, at, object, (n_done, n_done + 1), trail)?;
            }
        }
        for (at, n_done) in done.into_iter().enumerate() {
            self.slot(nodes, at, object, (n_done, usize::MAX), trail)?;
        }
        Ok(())
    }

    /// Writes the values from one number up to another that stand at a node.
    fn slot(
        &mut self,
        nodes: &[Node],
        at: usize,
        object: &Object,
        (from, to): (usize, usize),
        trail: &Trail<'_>,
    ) -> Result<(), EdiError> {
        let Some(node) = nodes.get(at) else {
            let Some(others) = object.get(OTHER) else { return Ok(()) };
            let trail = trail.key(OTHER);
            let others = read_elements(others, &trail)?;
            for (n, other) in others.iter().enumerate().take(to).skip(from) {
                let trail = trail.index(n);
                self.push(Segment::from_value(other, &trail)?, &trail);
            }
            return Ok(());
        };
        if node.is_level {
            return if from == 0 { self.levels(node, object, trail) } else { Ok(()) };
        }
        let value = object.get(node.key);
        if let (Some(only), None, 0) = (node.constant, value, from) {
            let segment = Segment { tag: node.tag.to_owned(), elements: vec![only.into()] };
            self.push(segment, &trail.key(node.key));
            return Ok(());
        }
        let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(()) };
        let trail = trail.key(node.key);
        let Some(values) = value.as_list() else {
            return if from == 0 { self.value(node, value, &trail) } else { Ok(()) };
        };
        if !node.is_many && values.len() > 1 {
            return Err(trail.error("is a list, and there can be only one"));
        }
        for (n, value) in values.iter().enumerate().take(to).skip(from) {
            self.value(node, value, &trail.index(n))?;
        }
        Ok(())
    }

    fn value(&mut self, node: &Node, value: &Value, trail: &Trail<'_>) -> Result<(), EdiError> {
        let Some(object) = value.as_object() else {
            return Err(trail.error(format!("is a {}, and an object is needed", value.kind())));
        };
        let elements = named::unname(&node.fields, object, trail)?;
        self.push(Segment { tag: node.tag.to_owned(), elements }, trail);
        let names: Vec<&str> = node.fields.iter().flat_map(Field::keys).copied().collect();
        self.members(&node.children, object, &names, trail)
    }
}
