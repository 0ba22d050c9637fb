//! Names of elements, each held once, and paths to elements.
//! A path chooses elements by their names only; values are found by `Path`.

use std::{collections::HashMap, fmt, str::FromStr};

use foldhash::fast::RandomState;
use thiserror::Error;

/// Which elements are meant: `/orders/order` from the root on, `order` wherever it is.
///
/// A step without a prefix stands for the name with any prefix; `*` stands for any element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementPath {
    steps: Vec<Box<str>>,
    is_from_root: bool,
}

/// Why a text is no path to elements.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{path}` is no path to elements; write one like /orders/order, or a name alone")]
pub struct ElementPathError {
    /// The text.
    pub path: String,
}

impl ElementPath {
    /// Whether the element with these names, from the root on, is meant.
    pub fn matches<S: AsRef<str>>(&self, names: &[S]) -> bool {
        let Some(skipped) = names.len().checked_sub(self.steps.len()) else { return false };
        (skipped == 0 || !self.is_from_root)
            && self.steps.iter().zip(&names[skipped..]).rev().all(|(step, name)| {
                let name = name.as_ref();
                **step == *name
                    || **step == *"*"
                    || name.split_once(':').is_some_and(|(_, local)| **step == *local)
            })
    }
}

impl FromStr for ElementPath {
    type Err = ElementPathError;

    fn from_str(text: &str) -> Result<Self, ElementPathError> {
        let text = text.trim();
        let (is_from_root, steps) = match text.strip_prefix("//") {
            Some(steps) => (false, steps),
            None => (text.starts_with('/'), text.strip_prefix('/').unwrap_or(text)),
        };
        let steps: Vec<Box<str>> = steps.split('/').map(Into::into).collect();
        if steps.iter().all(|step| &**step == "*" || super::is_name(step)) {
            return Ok(Self { steps, is_from_root });
        }
        Err(ElementPathError { path: text.to_owned() })
    }
}

impl fmt::Display for ElementPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_from_root { "/" } else { "" }, self.steps.join("/"))
    }
}

/// A name within [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NameId(u32);

/// Names by number, so that elements are compared by number and hold no texts.
#[derive(Default)]
pub(super) struct Names {
    ids: HashMap<Box<str>, NameId, RandomState>,
    texts: Vec<Box<str>>,
}

impl Names {
    pub(super) fn id(&mut self, name: &str) -> NameId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = NameId(self.texts.len() as u32);
        self.ids.insert(name.into(), id);
        self.texts.push(name.into());
        id
    }

    pub(super) fn text(&self, id: NameId) -> &str {
        &self.texts[id.0 as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}
