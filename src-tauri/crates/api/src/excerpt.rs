//! The words that a run is found by in the history: its errors, and the beginning of what its items
//! hold. Not the searching: that is the store's.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use data::Value;
use flow::run::What;

/// The most of it, in bytes.
const MOST: usize = 2000;

/// The most of one text, in bytes: longer ones are prose, and found by their beginning.
const OF_ONE: usize = 120;

/// The most texts looked at: a long run that says the same again and again costs no more.
const LOOKED_AT: u32 = 1000;

/// Collects words of a run; each text once, for an item passes many wires.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    text: String,
    seen: HashSet<u64>,
    hasher: RandomState,
    n_looked: u32,
}

impl Excerpt {
    /// Whether no more is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.text.len() >= MOST || self.n_looked >= LOOKED_AT
    }

    /// Takes in what an event says of an error.
    pub(crate) fn take_event(&mut self, what: &What) {
        match what {
            What::Rejected { error, .. } | What::NodeFinished { error: Some(error), .. } => {
                self.push(&error.message);
                if let Some(value) = error.value.as_ref().filter(|_| !self.is_full()) {
                    self.take(value);
                }
            }
            _ => {}
        }
    }

    /// Takes in what an item holds: texts and numbers, not the names of its fields.
    pub(crate) fn take(&mut self, value: &Value) {
        if self.is_full() {
            return;
        }
        if let Some(text) = value.as_str() {
            self.push(text);
        } else if let Some(list) = value.as_list() {
            for value in list {
                self.take(value);
            }
        } else if let Some(object) = value.as_object() {
            for (_, value) in object {
                self.take(value);
            }
        } else if value.as_number().is_some() {
            self.push(&value.to_string());
        }
    }

    fn push(&mut self, text: &str) {
        self.n_looked += 1;
        if self.is_full() || !text.contains(char::is_alphanumeric) {
            return;
        }
        let text = begin(text, OF_ONE);
        if self.seen.insert(self.hasher.hash_one(text)) {
            self.text.push(' ');
            self.text.push_str(text);
        }
    }

    /// All that was taken in, behind these.
    pub(crate) fn into_text(self, flow_name: &str, summary: &str) -> String {
        format!("{flow_name} {summary}{}", self.text)
    }
}

fn begin(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_item_is_found_by_what_it_holds_and_told_once() {
        let mut excerpt = Excerpt::default();
        let order = r#"{ "no": "A-17", "lines": [{ "sku": "bolt", "n": 2.50 }], "paid": true }"#;
        excerpt.take(&value(order));
        excerpt.take(&value(order));
        assert_eq!(excerpt.into_text("Orders", "1 in"), "Orders 1 in A-17 bolt 2.50");
    }

    #[test]
    fn much_is_cut_between_letters() {
        let mut excerpt = Excerpt::default();
        excerpt.take(&Value::from("ü".repeat(500)));
        for n in 0..10_000 {
            excerpt.take(&Value::from(format!("text {n}")));
        }
        assert!(excerpt.is_full());
        assert!(excerpt.into_text("", "").len() < MOST + 2 * OF_ONE);
    }
}
