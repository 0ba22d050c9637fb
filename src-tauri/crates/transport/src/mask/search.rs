//! Finds any of several byte strings in a text. Not what they mean.

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;

/// Fewer are found faster one by one than it takes to build an automaton for them.
const FEW: usize = 40;

/// Byte strings, ready to be looked for.
pub(super) enum Search {
    /// One by one.
    Few(Vec<memmem::Finder<'static>>),
    /// All at once.
    Many(AhoCorasick),
}

impl Default for Search {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Search {
    pub(super) fn of(patterns: Vec<&[u8]>) -> Self {
        let automaton = (patterns.len() > FEW)
            .then(|| AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok());
        if let Some(automaton) = automaton.flatten() {
            return Self::Many(automaton);
        }
        let finder = |pattern| memmem::Finder::new(pattern).into_owned();
        Self::Few(patterns.into_iter().map(finder).collect())
    }

    /// Tells of every place: which it is, and where it starts. They may lie over each other.
    pub(super) fn each(&self, text: &[u8], mut tell: impl FnMut(usize, usize)) {
        match self {
            Self::Many(automaton) => {
                for hit in automaton.find_overlapping_iter(text) {
                    tell(hit.pattern().as_usize(), hit.start());
                }
            }
            Self::Few(finders) => {
                for (which, finder) in finders.iter().enumerate() {
                    let mut from = 0;
                    while let Some(at) = finder.find(&text[from..]) {
                        tell(which, from + at);
                        from += at + 1;
                    }
                }
            }
        }
    }

    /// Whether any of them is in a text.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        match self {
            Self::Many(automaton) => automaton.is_match(text),
            Self::Few(finders) => finders.iter().any(|finder| finder.find(text).is_some()),
        }
    }
}
