//! Rows with their keys, to be taken by key: in memory up to a budget, then in parts on disk by the
//! hash of the key, each small enough to be held. Not what is done with rows of one key.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::PathBuf;

use data::Value;

use crate::spill::{Row, Spool};

/// Parts on disk; each has a file handle and a buffer.
const N_PARTS: usize = 32;

/// Takes rows in any order.
pub(crate) struct Partitions {
    budget: usize,
    dir: PathBuf,
    rows: Vec<Row>,
    n_bytes: usize,
    parts: Vec<Spool>,
}

impl Partitions {
    pub(crate) fn new(dir: PathBuf, budget: usize) -> Self {
        Self { budget, dir, rows: Vec::new(), n_bytes: 0, parts: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Row) -> io::Result<()> {
        if !self.parts.is_empty() {
            return self.parts[part_of(&row.key)].write(&row);
        }
        self.n_bytes += row.footprint();
        self.rows.push(row);
        if self.n_bytes > self.budget { self.spill() } else { Ok(()) }
    }

    /// Whether rows are on disk.
    pub(crate) fn is_spilled(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Puts everything on disk.
    pub(crate) fn spill(&mut self) -> io::Result<()> {
        if self.is_spilled() {
            return Ok(());
        }
        self.parts = (0..N_PARTS).map(|_| Spool::new(&self.dir)).collect::<io::Result<_>>()?;
        for row in std::mem::take(&mut self.rows) {
            self.parts[part_of(&row.key)].write(&row)?;
        }
        Ok(())
    }

    /// The rows part by part, each part in the order in which its rows came. Rows with the same key
    /// are in the same part; what is not on disk is one part.
    pub(crate) fn n_parts(&self) -> usize {
        if self.is_spilled() { N_PARTS } else { 1 }
    }

    /// Takes one part's rows.
    pub(crate) fn take(&mut self, part: usize) -> io::Result<Vec<Row>> {
        if !self.is_spilled() {
            return Ok(std::mem::take(&mut self.rows));
        }
        let spool = &mut self.parts[part];
        let end = spool.n_bytes();
        let mut reader = spool.read(0, end)?;
        let mut rows = Vec::new();
        while let Some(row) = reader.next()? {
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The part that a key belongs to: the same for equal keys, in every run.
fn part_of(key: &Value) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % N_PARTS as u64) as usize
}
