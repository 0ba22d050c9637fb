//! Names of object members, shared by all objects that use them.
//! The table that shares them is bounded: keys beyond it work the same and only cost more.

use std::{
    cmp::Ordering,
    fmt,
    hash::{BuildHasher, Hash, Hasher},
    sync::{LazyLock, Mutex, PoisonError},
};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use triomphe::Arc;

/// A member name: cheap to clone, and nearly always compared by its address.
#[derive(Clone)]
pub struct Key(Arc<Inner>);

struct Inner {
    hash: u64,
    /// The name as compact JSON writes it, with quotes and colon: `"id":`.
    quoted: Box<str>,
    /// The name itself where writing it needs escapes.
    plain: Option<Box<str>>,
}

static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

impl Key {
    /// Makes the key of this name, or finds the one that is already in use.
    pub fn new(text: &str) -> Self {
        intern(text, hash_text(text))
    }

    /// The name.
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0.plain {
            None => &self.0.quoted[1..self.0.quoted.len() - 2],
            Some(text) => text,
        }
    }

    /// Whether both are the same key in memory; equal keys nearly always are.
    #[inline]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The name in quotes, escaped, with its colon.
    #[inline]
    pub(crate) fn quoted(&self) -> &str {
        &self.0.quoted
    }

    #[inline]
    pub(crate) fn hash_code(&self) -> u64 {
        self.0.hash
    }

    fn build(text: &str, hash: u64) -> Self {
        let mut quoted = Vec::with_capacity(text.len() + 3);
        crate::json::write_text(text, &mut quoted);
        quoted.push(b':');
        let plain = (quoted.len() != text.len() + 3).then(|| text.into());
        let quoted =
            String::from_utf8(quoted).expect("escaping keeps UTF-8 whole").into_boxed_str();
        Self(Arc::new(Inner { hash, quoted, plain }))
    }
}

/// The hash under which keys are found in tables; stable within the process only.
#[inline]
pub(crate) fn hash_text(text: &str) -> u64 {
    HASHER.hash_one(text)
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other) || (self.0.hash == other.0.hash && self.as_str() == other.as_str())
    }
}

impl Eq for Key {}

impl PartialEq<str> for Key {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Key {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.ptr_eq(other) { Ordering::Equal } else { self.as_str().cmp(other.as_str()) }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<&String> for Key {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl From<&Key> for Key {
    fn from(key: &Key) -> Self {
        key.clone()
    }
}

const N_SHARDS: usize = 16;
/// 16 shards of 4,096 keys of at most 64 bytes: the whole table stays under 10 MB.
const SHARD_KEYS: usize = 4096;
const MAX_SHARED_LEN: usize = 64;

/// One part of the table of keys in use.
struct Shard {
    keys: HashTable<Key>,
    /// Keys to pass by before a full shard is searched again for unused ones.
    n_to_skip: usize,
}

static SHARDS: [Mutex<Shard>; N_SHARDS] =
    [const { Mutex::new(Shard { keys: HashTable::new(), n_to_skip: 0 }) }; N_SHARDS];

fn intern(text: &str, hash: u64) -> Key {
    if text.len() > MAX_SHARED_LEN {
        return Key::build(text, hash);
    }
    // A table of keys is whole after every step, so a panic elsewhere does not spoil it.
    let mut shard = SHARDS[hash as usize % N_SHARDS].lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = shard.keys.find(hash, |key| key.as_str() == text) {
        return key.clone();
    }
    let key = Key::build(text, hash);
    if shard.keys.len() >= SHARD_KEYS {
        if shard.n_to_skip > 0 {
            shard.n_to_skip -= 1;
            return key;
        }
        shard.keys.retain(|key| Arc::count(&key.0) > 1);
        if shard.keys.len() > SHARD_KEYS / 2 {
            shard.n_to_skip = SHARD_KEYS;
        }
        if shard.keys.len() >= SHARD_KEYS {
            return key;
        }
    }
    shard.keys.insert_unique(hash, key.clone(), Key::hash_code);
    key
}

#[cfg(test)]
pub(crate) fn shared_keys() -> usize {
    SHARDS.iter().map(|shard| shard.lock().unwrap().keys.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_distinct_keys_do_not_fill_the_table() {
        let mut held = Vec::new();
        for n in 0..1_000_000 {
            let key = Key::new(&format!("hostile-{n}"));
            if n % 8 == 0 {
                held.push(key);
            }
        }
        assert!(shared_keys() <= N_SHARDS * SHARD_KEYS);
        assert_eq!(held[17], Key::new("hostile-136"));
        drop(held);
        let bounded = |n| Key::new(&format!("later-{n}"));
        let later: Vec<Key> = (0..200_000).map(bounded).collect();
        drop(later);
        assert!((0..SHARD_KEYS * 40).all(|n| bounded(n).as_str().starts_with("later-")));
        assert!(
            Key::new("total").ptr_eq(&Key::new("total")) || shared_keys() == N_SHARDS * SHARD_KEYS
        );
    }
}
