//! The values of the containers that are open, innermost last.
//! Slots that are written in place: pushing onto a `Vec` makes each value elsewhere first, in
//! parts, and waits to load it as a whole, which took a tenth of all reading.

use crate::value::{Repr, Value};

/// A stack of values; slots beyond its top hold `null`.
#[derive(Default)]
pub(super) struct Stack {
    slots: Vec<Value>,
    len: usize,
}

impl Stack {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Drops all values.
    #[inline]
    pub(super) fn clear(&mut self) {
        if self.len > 0 {
            self.slots[..self.len].fill_with(Value::null);
            self.len = 0;
        }
    }

    /// Makes a value on top. It is made last of all, so that no panic has to drop it.
    #[inline]
    pub(super) fn push(&mut self, make: impl FnOnce() -> Repr) {
        if self.len == self.slots.len() {
            self.grow();
        }
        if let Some(slot) = self.slots.get_mut(self.len) {
            self.len += 1;
            // The old value is `null`, which needs no drop; to drop it would undo what is won.
            std::mem::forget(std::mem::replace(slot, Value(make())));
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.slots.resize_with((self.len * 2).max(64), Value::null);
    }

    /// Takes the value on top away and puts it at `at`.
    pub(super) fn move_top(&mut self, at: usize) {
        self.len -= 1;
        self.slots[at] = std::mem::take(&mut self.slots[self.len]);
    }

    /// Takes away the value on top.
    pub(super) fn pop(&mut self) -> Option<Value> {
        self.len = self.len.checked_sub(1)?;
        Some(std::mem::take(&mut self.slots[self.len]))
    }

    /// Takes away the values from `start` on. The iterator is to be used up.
    #[inline]
    pub(super) fn take_from(&mut self, start: usize) -> impl ExactSizeIterator<Item = Value> {
        let taken = &mut self.slots[start..self.len];
        self.len = start;
        taken.iter_mut().map(std::mem::take)
    }
}
