//! The variables that an expression gives a value, scope by scope.

use std::cell::RefCell;
use std::rc::Rc;

use super::Scope;
use super::limits::Held;
use super::val::Val;
use crate::compile::Sym;

/// A scope and the scopes around it.
pub(crate) struct Frame<'v> {
    names: RefCell<Vec<(Sym, Val<'v>)>>,
    outer: Option<Rc<Frame<'v>>>,
    held: RefCell<Held>,
}

impl<'v> Frame<'v> {
    /// A scope within another.
    pub(crate) fn within(outer: &Scope<'v>) -> Rc<Self> {
        Self::with(outer, Vec::new())
    }

    /// A scope within another, with these names; of one that comes twice the last counts.
    pub(crate) fn with(outer: &Scope<'v>, names: Vec<(Sym, Val<'v>)>) -> Rc<Self> {
        let texts: usize = names.iter().map(|(_, value)| value.text_len()).sum();
        let bytes = 96 + names.capacity() * size_of::<(Sym, Val<'_>)>() + texts;
        Rc::new(Self {
            names: RefCell::new(names),
            outer: outer.clone(),
            held: RefCell::new(Held::new(bytes)),
        })
    }

    pub(crate) fn bind(&self, sym: Sym, value: Val<'v>) {
        self.held.borrow_mut().add(value.text_len());
        let mut names = self.names.borrow_mut();
        match names.iter_mut().find(|(known, _)| *known == sym) {
            Some((_, known)) => *known = value,
            None => names.push((sym, value)),
        }
    }

    /// The value of a name; none where no scope has it.
    pub(crate) fn get(scope: &Scope<'v>, sym: Sym) -> Option<Val<'v>> {
        let mut frame = scope.as_deref()?;
        loop {
            let names = frame.names.borrow();
            if let Some((_, value)) = names.iter().rev().find(|(known, _)| *known == sym) {
                return Some(value.clone());
            }
            drop(names);
            frame = frame.outer.as_deref()?;
        }
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        // A function in it may hold another frame, and so on.
        let names = std::mem::take(self.names.get_mut());
        let outer = self.outer.take();
        if !names.is_empty() {
            stacker::maybe_grow(32 * 1024, 1024 * 1024, || drop((names, outer)));
        }
    }
}
