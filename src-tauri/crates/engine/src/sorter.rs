//! Sorts rows of any number: in memory up to a budget, then by merging sorted runs on disk. Not
//! what they are sorted by: the caller compares.

use std::cmp::Ordering;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::spill::{Row, Spool, SpoolReader};

/// Runs merged at once; each has a file handle and a buffer.
const MAX_RUNS: usize = 48;

/// How two rows compare. Rows that compare equal keep their `seq` order.
pub(crate) type Compare = Box<dyn Fn(&Row, &Row) -> Ordering + Send>;

/// Takes rows in any order.
pub(crate) struct Sorter {
    compare: Compare,
    budget: usize,
    dir: PathBuf,
    rows: Vec<Row>,
    n_bytes: usize,
    runs: Vec<Run>,
    /// How many of the first rows are wanted.
    first: usize,
}

/// A sorted part on disk.
struct Run {
    spool: Spool,
}

/// Gives the rows in order.
pub(crate) enum Sorted {
    Memory(std::vec::IntoIter<Row>),
    Merge(Merge),
}

impl Sorter {
    pub(crate) fn new(dir: PathBuf, budget: usize, compare: Compare) -> Self {
        Self {
            compare,
            budget,
            dir,
            rows: Vec::new(),
            n_bytes: 0,
            runs: Vec::new(),
            first: usize::MAX,
        }
    }

    /// Gives only the first rows, and holds little more than these.
    pub(crate) fn keep_first(self, first: Option<NonZeroUsize>) -> Self {
        Self { first: first.map_or(usize::MAX, NonZeroUsize::get), ..self }
    }

    /// Sorts by `seq` alone.
    pub(crate) fn by_seq(dir: PathBuf, budget: usize) -> Self {
        Self::new(dir, budget, Box::new(|_, _| Ordering::Equal))
    }

    pub(crate) fn push(&mut self, row: Row) -> io::Result<()> {
        self.n_bytes += row.footprint();
        self.rows.push(row);
        // Twice as many as are wanted, so that each is compared a few times only.
        if self.rows.len() / 2 >= self.first {
            self.sort_rows();
            self.n_bytes = self.rows.iter().map(Row::footprint).sum();
        }
        if self.n_bytes > self.budget {
            self.write_run()?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<Sorted> {
        if self.runs.is_empty() {
            self.sort_rows();
            return Ok(Sorted::Memory(self.rows.into_iter()));
        }
        if !self.rows.is_empty() {
            self.write_run()?;
        }
        Merge::new(self.runs, self.compare, self.first).map(Sorted::Merge)
    }

    fn sort_rows(&mut self) {
        let compare = &self.compare;
        self.rows.sort_by(|a, b| compare(a, b).then(a.seq.cmp(&b.seq)));
        self.rows.truncate(self.first);
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.sort_rows();
        let mut spool = Spool::new(&self.dir)?;
        for row in std::mem::take(&mut self.rows) {
            spool.write(&row)?;
        }
        self.n_bytes = 0;
        self.runs.push(Run { spool });
        if self.runs.len() == MAX_RUNS {
            self.merge_runs()?;
        }
        Ok(())
    }

    /// Makes one run of all, so that their number stays small.
    fn merge_runs(&mut self) -> io::Result<()> {
        let compare = std::mem::replace(&mut self.compare, Box::new(|_, _| Ordering::Equal));
        let mut merge = Merge::new(std::mem::take(&mut self.runs), compare, self.first)?;
        let mut spool = Spool::new(&self.dir)?;
        while let Some(row) = merge.next()? {
            spool.write(&row)?;
        }
        self.compare = merge.compare;
        self.runs.push(Run { spool });
        Ok(())
    }
}

impl Sorted {
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        match self {
            Self::Memory(rows) => Ok(rows.next()),
            Self::Merge(merge) => merge.next(),
        }
    }
}

/// The runs being merged: of each the next row, the least one first in a heap.
pub(crate) struct Merge {
    compare: Compare,
    heap: Vec<Head>,
    n_left: usize,
}

struct Head {
    row: Row,
    reader: SpoolReader,
    /// Keeps the file.
    _run: Run,
}

impl Merge {
    fn new(runs: Vec<Run>, compare: Compare, n_left: usize) -> io::Result<Self> {
        let mut merge = Self { compare, heap: Vec::with_capacity(runs.len()), n_left };
        for mut run in runs {
            let end = run.spool.n_bytes();
            let mut reader = run.spool.read(0, end)?;
            if let Some(row) = reader.next()? {
                merge.heap.push(Head { row, reader, _run: run });
            }
        }
        for at in (0..merge.heap.len() / 2).rev() {
            merge.sink(at);
        }
        Ok(merge)
    }

    fn next(&mut self) -> io::Result<Option<Row>> {
        let Some(first) = self.heap.first_mut().filter(|_| self.n_left > 0) else {
            return Ok(None);
        };
        self.n_left -= 1;
        let row = match first.reader.next()? {
            Some(next) => std::mem::replace(&mut first.row, next),
            None => self.heap.swap_remove(0).row,
        };
        self.sink(0);
        Ok(Some(row))
    }

    fn is_less(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.heap[a].row, &self.heap[b].row);
        (self.compare)(a, b).then(a.seq.cmp(&b.seq)) == Ordering::Less
    }

    fn sink(&mut self, mut at: usize) {
        loop {
            let mut least = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < self.heap.len() && self.is_less(child, least) {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            self.heap.swap(at, least);
            at = least;
        }
    }
}
