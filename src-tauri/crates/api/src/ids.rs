//! Makes ids: of runs, so that they sort by start time, and of flows from their names.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use flow::id::{FlowId, RunId};
use flow::run::Timestamp;

/// Crockford's base 32: no letters that are taken for digits, and in the order of ASCII.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Makes the ids of runs.
#[derive(Debug)]
pub(crate) struct RunIds {
    /// Tells this process from others that start a run in the same millisecond.
    salt: u64,
    last: Mutex<(Timestamp, u32)>,
}

impl RunIds {
    pub(crate) fn new() -> Self {
        Self { salt: RandomState::new().hash_one(std::process::id()), last: Mutex::default() }
    }

    /// The next id: ten digits of time, three that count within a millisecond, five of the process.
    pub(crate) fn next(&self, now: Timestamp) -> RunId {
        let (at, n) = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            // A clock that was set back, or more than 2^15 runs in a millisecond, must not break
            // the order.
            *last = match *last {
                (at, n) if now <= at && n < 0x7fff => (at, n + 1),
                (at, _) if now <= at => (at + 1, 0),
                _ => (now, 0),
            };
            *last
        };
        let mut id = String::with_capacity(18);
        digits(&mut id, at.max(0) as u64, 10);
        digits(&mut id, u64::from(n), 3);
        digits(&mut id, self.salt, 5);
        RunId::from(id)
    }
}

fn digits(out: &mut String, number: u64, n_digits: u32) {
    for place in (0..n_digits).rev() {
        out.push(char::from(DIGITS[(number >> (5 * place)) as usize & 31]));
    }
}

/// An id for a flow of that name: lower-case words joined by hyphens, not among the taken ones.
pub(crate) fn flow_id(name: &str, is_taken: impl Fn(&FlowId) -> bool) -> FlowId {
    slug(name, "flow", |id| is_taken(&FlowId::from(id))).into()
}

/// Lower-case words joined by hyphens, not among the taken ones; `empty` where `name` has none.
pub(crate) fn slug(name: &str, empty: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut words = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => words.push(c),
            'ä' => words.push_str("ae"),
            'ö' => words.push_str("oe"),
            'ü' => words.push_str("ue"),
            'ß' => words.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' => words.push('a'),
            'è' | 'é' | 'ê' | 'ë' => words.push('e'),
            'ì' | 'í' | 'î' | 'ï' => words.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ø' => words.push('o'),
            'ù' | 'ú' | 'û' => words.push('u'),
            'ç' => words.push('c'),
            'ñ' => words.push('n'),
            _ if words.ends_with('-') || words.is_empty() => {}
            _ => words.push('-'),
        }
    }
    words.truncate(60);
    let words = match words.trim_end_matches('-') {
        "" => empty,
        words => words,
    };
    if !is_taken(words) {
        return words.to_owned();
    }
    let mut n = 2_u64;
    loop {
        let numbered = format!("{words}-{n}");
        if !is_taken(&numbered) {
            return numbered;
        }
        n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_sort_by_start_even_within_a_millisecond_and_when_the_clock_is_set_back() {
        let ids = RunIds::new();
        let made: Vec<RunId> =
            [5, 5, 6, 3, 1_700_000_000_000].into_iter().map(|now| ids.next(now)).collect();
        let mut sorted = made.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(made, sorted);
    }

    #[test]
    fn a_flow_id_is_made_of_the_words_of_its_name() {
        let check = |name: &str, expect: &str| {
            assert_eq!(flow_id(name, |id| id.as_str() == "taken").as_str(), expect);
        };
        check("Orders to ERP", "orders-to-erp");
        check("  Übersicht: Köln & Nantes! ", "uebersicht-koeln-nantes");
        check("Taken", "taken-2");
        check("注文", "flow");
    }
}
