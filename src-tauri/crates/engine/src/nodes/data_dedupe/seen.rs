//! The keys that came before: in memory up to a budget; then their hashes in memory and themselves
//! on disk, so that two keys are the same only if they really are.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::PathBuf;

use data::Value;

use crate::spill::{Row, Spool, footprint};

/// A set of keys.
pub(super) struct Seen {
    dir: PathBuf,
    hasher: RandomState,
    memory: HashSet<Value>,
    n_bytes: usize,
    disk: Option<Disk>,
}

struct Disk {
    spool: Spool,
    /// Where the first key of a hash stands.
    first: HashMap<u64, u64>,
    /// Where further keys of the same hash stand: nearly always nowhere.
    more: HashMap<u64, Vec<u64>>,
}

impl Seen {
    pub(super) fn new(dir: PathBuf) -> Self {
        let memory = HashSet::new();
        Self { dir, hasher: RandomState::new(), memory, n_bytes: 0, disk: None }
    }

    /// Adds a key; whether it is new.
    pub(super) fn insert(&mut self, key: Value, budget: usize) -> io::Result<bool> {
        if self.disk.is_none() {
            let n_bytes = 40 + footprint(&key);
            let is_new = self.memory.insert(key);
            if is_new {
                self.n_bytes += n_bytes;
                if self.n_bytes > budget {
                    self.spill()?;
                }
            }
            return Ok(is_new);
        }
        let hash = self.hasher.hash_one(&key);
        match &mut self.disk {
            Some(disk) => disk.insert(hash, key),
            None => Ok(false),
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        let spool = Spool::new(&self.dir)?;
        let mut disk = Disk { spool, first: HashMap::new(), more: HashMap::new() };
        for key in std::mem::take(&mut self.memory) {
            disk.insert(self.hasher.hash_one(&key), key)?;
        }
        self.disk = Some(disk);
        Ok(())
    }
}

impl Disk {
    fn insert(&mut self, hash: u64, key: Value) -> io::Result<bool> {
        let first = self.first.get(&hash).copied();
        if let Some(first) = first {
            let more = self.more.get(&hash).cloned().unwrap_or_default();
            for place in std::iter::once(first).chain(more) {
                if self.read(place)? == Some(&key).cloned() {
                    return Ok(false);
                }
            }
        }
        let place = self.spool.n_bytes();
        self.spool.write(&Row { seq: 0, place: (0, 0), key, value: Value::null() })?;
        match first {
            None => {
                self.first.insert(hash, place);
            }
            Some(_) => self.more.entry(hash).or_default().push(place),
        }
        Ok(true)
    }

    fn read(&mut self, place: u64) -> io::Result<Option<Value>> {
        let end = self.spool.n_bytes();
        Ok(self.spool.read(place, end)?.next()?.map(|row| row.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_in_memory_and_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        for budget in [0, 500, 1 << 20] {
            let mut seen = Seen::new(dir.path().to_owned());
            for n in 0..60_i64 {
                assert!(seen.insert(Value::from(n % 30), budget).unwrap() == (n < 30), "{n}");
            }
        }
    }
}
