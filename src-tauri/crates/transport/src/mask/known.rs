//! Hides secrets whose values are known, in whatever form they show up in a text. Not what stands
//! under a secret's name: see `named`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use vault::{MASK, Secret};

use super::forms::{Needle, Writing, needles};
use super::search::Search;

/// A value shorter than this is not looked for in texts: it would be found in too many words.
pub(super) const LEAST_SECRET_LEN: usize = 4;

/// So often a text is undone: JSON in JSON in a form.
const MOST_WRITINGS: usize = 3;

/// A longer text is only undone where a part of a secret stands in it that nobody writes
/// differently. In a shorter one even letters that were escaped without need are found.
const LONG_TEXT: usize = 4096;

/// Secrets whose values are known, ready to be looked for.
#[derive(Default)]
pub(super) struct Known {
    values: Vec<Secret>,
    needles: Vec<Needle>,
    whole: Search,
    /// The longest part of letters and digits of each needle that has other characters too.
    parts: Search,
    /// Whether there is a needle without such a part.
    has_partless: bool,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("values", &self.values.len()).finish_non_exhaustive()
    }
}

impl Known {
    pub(super) fn of(values: Vec<Secret>) -> Self {
        let needles: Vec<_> = values.iter().flat_map(|value| needles(value.reveal())).collect();
        let whole = Search::of(needles.iter().map(|needle| needle.bytes.as_slice()).collect());
        let mut parts = Vec::new();
        let mut has_partless = false;
        for needle in &needles {
            let part = longest_part(&needle.bytes);
            if part.len() < LEAST_SECRET_LEN {
                has_partless = true;
            } else if part.len() < needle.bytes.len() && !parts.contains(&part) {
                parts.push(part);
            }
        }
        let parts = Search::of(parts);
        Self { values, needles, whole, parts, has_partless }
    }

    pub(super) fn values(&self) -> &[Secret] {
        &self.values
    }

    pub(super) fn knows(&self, value: &str) -> bool {
        self.values.iter().any(|known| known.reveal() == value)
    }

    /// Adds the places of all needles in a text.
    fn find(&self, text: &[u8], found: &mut Vec<Range<usize>>) {
        let is_packed = |at: usize| {
            let byte = text.get(at);
            byte.is_some_and(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(b))
        };
        self.whole.each(text, |which, mut start| {
            let needle = &self.needles[which];
            let (before, behind) = needle.around;
            let mut end = start + needle.bytes.len();
            if before > 0 && start > 0 && is_packed(start - 1) {
                start -= 1;
            }
            if behind > 0 && is_packed(end) {
                end += 1;
            }
            found.push(start..end);
        });
    }

    /// Whether a text may have one of the secrets written out.
    fn may_be_in(&self, text: &[u8]) -> bool {
        self.has_partless || self.parts.is_in(text)
    }

    /// The start of the longest end of a text that begins a needle, where a text was cut.
    fn begun(&self, text: &[u8]) -> Option<usize> {
        let begun = |needle: &Needle| {
            let most = needle.bytes.len().saturating_sub(1).min(text.len());
            (LEAST_SECRET_LEN..=most).rev().find(|len| text.ends_with(&needle.bytes[..*len]))
        };
        self.needles.iter().filter_map(begun).max().map(|len| text.len() - len)
    }
}

fn longest_part(bytes: &[u8]) -> &[u8] {
    let parts = bytes.split(|byte| !byte.is_ascii_alphanumeric());
    parts.max_by_key(|part| part.len()).unwrap_or_default()
}

/// Whether a text goes on behind its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It is whole.
    No,
    /// What is behind is not shown.
    Yes,
}

/// The text with a mask in place of each secret; as it is, where there is none.
pub(super) fn hide<'a>(sets: &[Arc<Known>], text: &'a [u8], cut: Cut) -> Cow<'a, [u8]> {
    let mut found = Vec::new();
    if text.len() >= LEAST_SECRET_LEN && u32::try_from(text.len()).is_ok() {
        let written = text.len() <= LONG_TEXT || sets.iter().any(|known| known.may_be_in(text));
        let writings = if written { MOST_WRITINGS } else { 0 };
        find_written(sets, text, None, writings, &mut found);
        if cut == Cut::Yes {
            let begun = sets.iter().filter_map(|known| known.begun(text)).min();
            found.extend(begun.map(|start| start..text.len()));
        }
    }
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_unstable_by_key(|place| place.start);
    let mut out = Vec::with_capacity(text.len());
    let mut end = 0;
    for place in found {
        if place.start >= end {
            out.extend_from_slice(&text[end..place.start]);
            out.extend_from_slice(MASK.as_bytes());
        }
        end = end.max(place.end);
    }
    out.extend_from_slice(&text[end..]);
    Cow::Owned(out)
}

/// Looks in the text, and in what it was before it was written out, in each way that occurs in it.
fn find_written(
    sets: &[Arc<Known>],
    text: &[u8],
    starts: Option<&[u32]>,
    writings: usize,
    found: &mut Vec<Range<usize>>,
) {
    let first = found.len();
    for known in sets {
        known.find(text, found);
    }
    if let Some(starts) = starts {
        for place in &mut found[first..] {
            *place = starts[place.start] as usize..starts[place.end] as usize;
        }
    }
    if writings == 0 {
        return;
    }
    for writing in Writing::ALL.into_iter().filter(|writing| writing.occurs(text)) {
        let (before, starts) = writing.undo(text, starts);
        if before != text {
            find_written(sets, &before, Some(&starts), writings - 1, found);
        }
    }
}
