//! Which step's value `%` means: the parent is found when the expression is compiled, and the step
//! before it then keeps its value for whoever asks. Not how it is looked up: see `eval::path`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use super::{Bytes, Node, Op, Sym};
use crate::Fault;

/// A parent that is asked for; the copies of a slot are one.
#[derive(Debug, Clone)]
pub(crate) struct Slot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    label: AtomicU32,
    /// How many steps up the parent still is.
    level: AtomicI32,
}

impl Slot {
    pub(crate) fn new(label: u32) -> Self {
        Self(Arc::new(Inner { label: AtomicU32::new(label), level: AtomicI32::new(1) }))
    }

    /// The name under which the parent's value is kept; no variable can have it.
    pub(crate) fn sym(&self) -> Sym {
        Sym(u64::from(self.0.label.load(Ordering::Relaxed)))
    }

    pub(crate) fn level(&self) -> i32 {
        self.0.level.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, change: i32) {
        self.0.level.fetch_add(change, Ordering::Relaxed);
    }

    fn take_label_of(&self, other: &Self) {
        self.0.label.store(other.0.label.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// Looks for a slot's parent in a step.
///
/// # Errors
/// `S0217` where the step has no parent that could be known.
pub(crate) fn seek(node: &mut Node, slot: &Slot) -> Result<(), Bytes> {
    match &mut node.op {
        Op::Field(_) | Op::Wildcard => {
            slot.add(-1);
            if slot.level() == 0 {
                let extra = node.extra_mut();
                if let Some(ancestor) = &extra.ancestor {
                    slot.take_label_of(ancestor);
                }
                extra.ancestor = Some(slot.clone());
                extra.is_tuple = true;
            }
        }
        Op::Parent(_) => slot.add(1),
        Op::Block { parts, .. } => {
            if let Some(last) = parts.last_mut() {
                seek(last, slot)?;
                node.extra_mut().is_tuple = true;
            }
        }
        Op::Path(path) => {
            path.is_tuple = true;
            let mut index = path.steps.len() - 1;
            seek(&mut path.steps[index], slot)?;
            while slot.level() > 0 && index > 0 {
                index -= 1;
                seek(&mut path.steps[index], slot)?;
            }
        }
        _ => return Err(node.at.clone()),
    }
    Ok(())
}

/// Hands the parents that a part asks for on to what it stands in.
pub(crate) fn push(to: &mut Vec<Slot>, from: &Node) {
    to.extend_from_slice(from.seeking());
    if let Op::Parent(slot) = &from.op {
        to.push(slot.clone());
    }
}

/// Looks for the parents that the last step of a path asks for among the steps before it.
pub(crate) fn resolve(path: &mut Node) -> Result<(), Bytes> {
    let Op::Path(inner) = &mut path.op else { return Ok(()) };
    let mut slots = Vec::new();
    if let Some(last) = inner.steps.last() {
        push(&mut slots, last);
    }
    let mut unresolved = Vec::new();
    for slot in slots {
        let mut left = inner.steps.len() - 1;
        while slot.level() > 0 {
            if left == 0 {
                unresolved.push(slot.clone());
                break;
            }
            left -= 1;
            // Steps that only bind names belong to the one before them.
            while left > 0 && has_focus(&inner.steps[left]) && has_focus(&inner.steps[left - 1]) {
                left -= 1;
            }
            seek(&mut inner.steps[left], &slot)?;
        }
    }
    if !unresolved.is_empty() {
        path.extra_mut().seeking.extend(unresolved);
    }
    Ok(())
}

fn has_focus(node: &Node) -> bool {
    node.extra.as_ref().is_some_and(|extra| extra.focus.is_some())
}

/// The fault of a parent that cannot be known.
pub(crate) fn fault() -> Fault {
    Fault::new("S0217", "% has no parent here: it needs a field before it in the path.")
}
