//! The key lists that objects share.
//! A shape knows where a key stands and how many bytes its keys take; it holds no values.

use std::{
    fmt,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError, Weak},
};

use hashbrown::HashTable;

use crate::key::{Key, hash_text};

/// The ordered, distinct keys of an object; objects from one source share theirs.
#[derive(Clone)]
pub struct Shape(Arc<Inner>);

struct Inner {
    keys: Box<[Key]>,
    /// Bytes of `{`, `}`, the quoted keys, colons and commas in compact JSON.
    fixed_size: usize,
    index: OnceLock<HashTable<u32>>,
    derived: Mutex<Vec<Derived>>,
    /// The shape that this one has a key more than, kept so that the next object which gets the
    /// same keys one by one finds the way that this one took.
    base: Option<Shape>,
}

/// A shape made from this one, held weakly so that it lives no longer than its objects.
struct Derived {
    change: Change,
    key: Key,
    shape: Weak<Inner>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Append,
    Remove,
}

/// From here on keys are found by hash; below it, comparing them one by one is faster.
const MIN_INDEXED: usize = 9;
/// Wider shapes are not remembered as steps: each step holds a whole key list.
const MAX_DERIVED_KEYS: usize = 512;
const MAX_DERIVED: usize = 8;
/// Longer rows of shapes are not kept, and dropping one takes bounded stack.
const MAX_BASES: usize = 16;

static EMPTY: LazyLock<Shape> = LazyLock::new(|| Shape::from_distinct(Box::default()));

impl Shape {
    /// Makes a shape of these keys; a key that comes again is left out.
    pub fn new<K: Into<Key>>(keys: impl IntoIterator<Item = K>) -> Self {
        let mut distinct = DistinctKeys::default();
        for key in keys {
            let _ = distinct.insert(key.into());
        }
        Self::from_distinct(distinct.into_keys())
    }

    /// The shape of `{}`.
    pub fn empty() -> Self {
        EMPTY.clone()
    }

    pub(crate) fn from_distinct(keys: Box<[Key]>) -> Self {
        Self::on_base(None, keys)
    }

    fn on_base(base: Option<Self>, keys: Box<[Key]>) -> Self {
        let n_commas = keys.len().saturating_sub(1);
        let fixed_size = 2 + n_commas + keys.iter().map(|key| key.quoted().len()).sum::<usize>();
        let base = base.filter(|base| base.n_bases() < MAX_BASES);
        let (index, derived) = (OnceLock::new(), Mutex::new(Vec::new()));
        Self(Arc::new(Inner { keys, fixed_size, index, derived, base }))
    }

    /// How many bases are behind one another.
    fn n_bases(&self) -> usize {
        self.0.base.as_ref().map_or(0, |base| base.n_bases() + 1)
    }

    /// The keys in their order.
    #[inline]
    pub fn keys(&self) -> &[Key] {
        &self.0.keys
    }

    /// How many keys there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.keys.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.keys.is_empty()
    }

    /// The place of a key.
    #[inline]
    pub fn index_of(&self, key: &str) -> Option<usize> {
        let keys = &self.0.keys;
        if keys.len() < MIN_INDEXED {
            return keys.iter().position(|known| known.as_str() == key);
        }
        let found = self.index().find(hash_text(key), |&at| keys[at as usize].as_str() == key);
        found.map(|&at| at as usize)
    }

    /// The place of a key that is at hand as a [`Key`]: by address, which is fastest.
    #[inline]
    pub fn index_of_key(&self, key: &Key) -> Option<usize> {
        let keys = &self.0.keys;
        if keys.len() < MIN_INDEXED {
            let by_address = keys.iter().position(|known| known.ptr_eq(key));
            return by_address.or_else(|| keys.iter().position(|known| known == key));
        }
        let found = self.index().find(key.hash_code(), |&at| keys[at as usize] == *key);
        found.map(|&at| at as usize)
    }

    /// Whether both are the same shape in memory, so that a place found in one holds in the other.
    #[inline]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    #[inline]
    pub(crate) fn fixed_size(&self) -> usize {
        self.0.fixed_size
    }

    /// This shape with one more key at its end, which it must not have yet.
    pub(crate) fn with(&self, key: &Key) -> Self {
        self.derive(Change::Append, key, || {
            self.keys().iter().chain(std::iter::once(key)).cloned().collect()
        })
    }

    /// This shape without the key at `at`.
    pub(crate) fn without(&self, at: usize) -> Self {
        let removed = self.keys()[at].clone();
        self.derive(Change::Remove, &removed, || {
            let (before, after) = (&self.keys()[..at], &self.keys()[at + 1..]);
            before.iter().chain(after).cloned().collect()
        })
    }

    fn derive(&self, change: Change, key: &Key, keys: impl FnOnce() -> Box<[Key]>) -> Self {
        if self.len() > MAX_DERIVED_KEYS {
            return Self::from_distinct(keys());
        }
        let mut derived = self.0.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = None;
        for (at, known) in derived.iter().enumerate() {
            if known.change == change && known.key == *key {
                if let Some(inner) = known.shape.upgrade() {
                    return Self(inner);
                }
                free = Some(at);
            } else if free.is_none() && known.shape.strong_count() == 0 {
                free = Some(at);
            }
        }
        // A shape with a key less is no base: taking keys away and adding them again has no end.
        let base = (change == Change::Append).then(|| self.clone());
        let shape = Self::on_base(base, keys());
        let entry = Derived { change, key: key.clone(), shape: Arc::downgrade(&shape.0) };
        match free {
            Some(at) => derived[at] = entry,
            None if derived.len() < MAX_DERIVED => derived.push(entry),
            None => {}
        }
        shape
    }

    fn index(&self) -> &HashTable<u32> {
        self.0.index.get_or_init(|| {
            let keys = &self.0.keys;
            let hash = |at: &u32| keys[*at as usize].hash_code();
            let mut table = HashTable::with_capacity(keys.len());
            for at in 0..keys.len() as u32 {
                table.insert_unique(hash(&at), at, hash);
            }
            table
        })
    }
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other) || self.keys() == other.keys()
    }
}

impl Eq for Shape {}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys()).finish()
    }
}

/// Collects keys and says for each whether it came before; quick for any number of them.
#[derive(Default)]
pub(crate) struct DistinctKeys {
    keys: Vec<Key>,
    index: HashTable<u32>,
}

impl DistinctKeys {
    /// The place of the key: a new one at the end, or `Err` with the one that it had.
    pub(crate) fn insert(&mut self, key: Key) -> Result<usize, usize> {
        let keys = &self.keys;
        if keys.len() < MIN_INDEXED {
            if let Some(at) = keys.iter().position(|known| *known == key) {
                return Err(at);
            }
        } else {
            let hash = |at: &u32| keys[*at as usize].hash_code();
            if self.index.is_empty() {
                for at in 0..keys.len() as u32 {
                    self.index.insert_unique(hash(&at), at, hash);
                }
            }
            let code = key.hash_code();
            if let Some(&at) = self.index.find(code, |&at| keys[at as usize] == key) {
                return Err(at as usize);
            }
            let new_hash = |at: &u32| keys.get(*at as usize).map_or(code, Key::hash_code);
            self.index.insert_unique(code, keys.len() as u32, new_hash);
        }
        self.keys.push(key);
        Ok(self.keys.len() - 1)
    }

    pub(crate) fn into_keys(self) -> Box<[Key]> {
        self.keys.into_boxed_slice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_added_one_by_one_lead_to_the_same_shape_while_it_is_in_use() {
        let first = Shape::new(["a", "b"]);
        let grown = |keys: &[&str]| {
            keys.iter().fold(first.clone(), |shape, key| shape.with(&Key::new(key)))
        };
        let kept = grown(&["c", "d", "e"]);
        assert!(kept.ptr_eq(&grown(&["c", "d", "e"])));
        assert!(!kept.ptr_eq(&grown(&["d", "c", "e"])));
        // However many were added, what is kept behind a shape has an end.
        let names: Vec<String> = (0..200).map(|n| format!("k{n}")).collect();
        let long = grown(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(long.len(), 202);
        assert!(long.n_bases() <= MAX_BASES);
    }
}
