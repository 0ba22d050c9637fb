//! What runs have seen, so that later ones know what came before. The engine marks; `store` keeps
//! the marks for the app, [`MemoryMarks`] for tests. Not what makes two items the same.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use flow::id::RunId;
use flow::run::Timestamp;
use futures::future::{BoxFuture, ready};

/// What stands for a key: half of a SHA-256, so that two keys never have the same.
pub type Digest = [u8; 16];

/// Where the marks are.
///
/// A mark counts while its run is under way, and after the run has ended well. What a run that
/// failed has marked counts no more, until a run that repeats it ends well. Runs that repeat each
/// other share their root, and take none of each other's items for seen.
pub trait Marks: fmt::Debug + Send + Sync {
    /// Looks keys up and marks those that are new, all at once; tells of each whether it is new.
    ///
    /// # Errors
    /// A sentence, where that cannot be done.
    fn mark(&self, marking: Marking) -> BoxFuture<'_, Result<Vec<bool>, String>>;

    /// Says whether what runs of this root have marked holds.
    ///
    /// # Errors
    /// A sentence, where that cannot be kept.
    fn settle<'a>(&'a self, root: &'a RunId, holds: bool) -> BoxFuture<'a, Result<(), String>>;
}

/// Keys that are looked up together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marking {
    /// What is remembered together.
    pub list: String,
    /// The root of the run.
    pub root: RunId,
    /// Now.
    pub at: Timestamp,
    /// Marks from before count no more.
    pub since: Timestamp,
    /// When these marks may be forgotten.
    pub until: Timestamp,
    /// The keys, each with its item by lineage.
    pub keys: Vec<(Digest, String)>,
    /// Whether new ones are marked; a run that changes nothing only looks.
    pub marks: bool,
}

/// Marks in memory.
#[derive(Debug, Default)]
pub struct MemoryMarks(Mutex<HashMap<(String, Digest), Vec<Mark>>>);

#[derive(Debug)]
struct Mark {
    root: RunId,
    at: Timestamp,
    counts: bool,
}

impl Marks for MemoryMarks {
    fn mark(&self, marking: Marking) -> BoxFuture<'_, Result<Vec<bool>, String>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut are_new = Vec::with_capacity(marking.keys.len());
        for (digest, _) in marking.keys {
            let marks = kept.entry((marking.list.clone(), digest)).or_default();
            marks.retain(|mark| mark.at >= marking.since);
            let own = marks.iter_mut().find(|mark| mark.root == marking.root);
            let is_new = match own {
                Some(own) => {
                    own.counts = true;
                    true
                }
                None => !marks.iter().any(|mark| mark.counts),
            };
            if is_new && marking.marks && marks.iter().all(|mark| mark.root != marking.root) {
                marks.push(Mark { root: marking.root.clone(), at: marking.at, counts: true });
            }
            are_new.push(is_new);
        }
        Box::pin(ready(Ok(are_new)))
    }

    fn settle<'a>(&'a self, root: &'a RunId, holds: bool) -> BoxFuture<'a, Result<(), String>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for mark in kept.values_mut().flatten().filter(|mark| mark.root == *root) {
            mark.counts = holds;
        }
        Box::pin(ready(Ok(())))
    }
}
