//! Elements that are open, and what becomes of them when they close.
//! Knows names by number and nothing of markup.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{
    ORDER, TEXT,
    names::{NameId, Names},
};
use crate::{ObjectBuilder, Value};

/// An element that is being built.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) attributes: Vec<(NameId, Value)>,
    /// Whether the attributes say that there is nothing, and nothing else.
    pub(super) is_nil: bool,
    /// The text since the last child.
    pub(super) run: String,
    children: Vec<(NameId, Slot)>,
    /// Where in `children` each name is, once there are many.
    index: HashMap<NameId, usize, RandomState>,
    /// The children in their order, `None` for the pieces of text.
    order: Vec<Option<NameId>>,
    /// Pieces of text before children, those of white space too.
    pieces: Vec<Value>,
    is_mixed: bool,
    /// Whether children of one name stand on both sides of another.
    is_interleaved: bool,
}

enum Slot {
    One(Value),
    Many(Vec<Value>),
}

/// More different children than these are found by hash.
const MANY_NAMES: usize = 12;

impl Frame {
    fn clear(&mut self) {
        self.attributes.clear();
        self.is_nil = false;
        self.run.clear();
        self.children.clear();
        self.index.clear();
        self.order.clear();
        self.pieces.clear();
        self.is_mixed = false;
        self.is_interleaved = false;
    }

    /// Ends the piece of text before a child, or before the end where there are children.
    pub(super) fn end_run(&mut self, trims: bool) {
        if self.run.is_empty() {
            return;
        }
        let is_blank = is_blank(&self.run);
        self.is_mixed |= !is_blank;
        if !(trims && is_blank) {
            let text = if trims { self.run.trim() } else { &self.run };
            self.pieces.push(Value::from(text));
            self.order.push(None);
        }
        self.run.clear();
    }

    fn find(&mut self, name: NameId) -> Option<usize> {
        // Children of one name mostly stand together.
        if self.children.last().is_some_and(|(last, _)| *last == name) {
            return Some(self.children.len() - 1);
        }
        if self.children.len() <= MANY_NAMES {
            return self.children.iter().position(|(other, _)| *other == name);
        }
        for at in self.index.len()..self.children.len() {
            self.index.insert(self.children[at].0, at);
        }
        self.index.get(&name).copied()
    }

    pub(super) fn add_child(&mut self, name: NameId, value: Value, is_list: bool) {
        let last = self.order.iter().rev().find_map(|child| *child);
        self.order.push(Some(name));
        let Some(at) = self.find(name) else {
            let slot = if is_list { Slot::Many(vec![value]) } else { Slot::One(value) };
            self.children.push((name, slot));
            return;
        };
        self.is_interleaved |= last != Some(name);
        match &mut self.children[at].1 {
            Slot::Many(values) => values.push(value),
            slot @ Slot::One(_) => {
                let Slot::One(first) = std::mem::replace(slot, Slot::Many(Vec::new())) else {
                    return;
                };
                *slot = Slot::Many(vec![first, value]);
            }
        }
    }
}

/// Whether there is nothing but the white space of XML.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The elements that are open, outermost first.
#[derive(Default)]
pub(super) struct Tree {
    frames: Vec<Frame>,
    spare: Vec<Frame>,
    /// One for each depth: elements at the same depth are often alike.
    builders: Vec<ObjectBuilder>,
    trims: bool,
}

impl Tree {
    /// Whether white space around texts is dropped is for `trims` to say.
    pub(super) fn new(trims: bool) -> Self {
        Self { trims, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(super) fn open(&mut self) -> &mut Frame {
        if let Some(parent) = self.frames.last_mut() {
            parent.end_run(self.trims);
        }
        let frame = self.spare.pop().unwrap_or_default();
        self.frames.push(frame);
        let at = self.frames.len() - 1;
        &mut self.frames[at]
    }

    pub(super) fn top(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    /// Closes the innermost element.
    pub(super) fn close(&mut self, names: &Names) -> Value {
        let Some(mut frame) = self.frames.pop() else { return Value::null() };
        let depth = self.frames.len();
        if self.builders.len() <= depth {
            self.builders.resize_with(depth + 1, ObjectBuilder::new);
        }
        let value = finish(&mut frame, self.trims, names, &mut self.builders[depth]);
        frame.clear();
        self.spare.push(frame);
        value
    }

    /// Drops what is open, after an error.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
    }
}

fn finish(frame: &mut Frame, trims: bool, names: &Names, object: &mut ObjectBuilder) -> Value {
    if frame.children.is_empty() {
        let text = if trims { frame.run.trim() } else { &frame.run };
        if frame.is_nil && text.is_empty() {
            return Value::null();
        }
        if frame.attributes.is_empty() {
            return Value::from(text);
        }
        for (name, value) in frame.attributes.drain(..) {
            object.push(names.text(name), value);
        }
        if !text.is_empty() {
            object.push(TEXT, Value::from(text));
        }
        return object.finish().into();
    }
    frame.end_run(trims);
    for (name, value) in frame.attributes.drain(..) {
        object.push(names.text(name), value);
    }
    let order = order(frame, names);
    if frame.is_mixed {
        let value = match frame.pieces.len() {
            1 => frame.pieces.pop().unwrap_or_default(),
            _ => Value::list(frame.pieces.drain(..)),
        };
        object.push(TEXT, value);
    }
    for (name, slot) in frame.children.drain(..) {
        let value = match slot {
            Slot::One(value) => value,
            Slot::Many(values) => Value::from(values),
        };
        object.push(names.text(name), value);
    }
    if let Some(order) = order {
        object.push(ORDER, order);
    }
    object.finish().into()
}

/// The names of the children, if writing text first and then each member would change their order.
fn order(frame: &Frame, names: &Names) -> Option<Value> {
    let has_text_first = frame.pieces.len() == 1 && frame.order.first() == Some(&None);
    if !frame.is_interleaved && (!frame.is_mixed || has_text_first) {
        return None;
    }
    let children = frame.order.iter().filter(|child| child.is_some() || frame.is_mixed);
    // Texts of more than 16 bytes are shared, so each name is made once.
    let mut texts: HashMap<NameId, Value, RandomState> = HashMap::default();
    let text = Value::from(TEXT);
    Some(Value::list(children.map(|child| match child {
        None => text.clone(),
        Some(name) => texts.entry(*name).or_insert_with(|| Value::from(names.text(*name))).clone(),
    })))
}
