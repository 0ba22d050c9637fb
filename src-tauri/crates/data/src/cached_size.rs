//! The size of a list or an object, counted once. Not how it is counted: see `Value::size`.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A size that is not known until it is asked for. Whoever counts twice at the same time comes to
/// the same.
#[derive(Debug, Default)]
pub(crate) struct CachedSize(AtomicU32);

impl CachedSize {
    /// The size; `count` counts it where it is not known. What is larger than 4 GB is counted each
    /// time.
    #[inline]
    pub(crate) fn get_or(&self, count: impl FnOnce() -> usize) -> usize {
        match self.0.load(Relaxed) {
            0 => {
                let size = count();
                self.0.store(u32::try_from(size).unwrap_or(0), Relaxed);
                size
            }
            known => known as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Value;

    #[test]
    fn a_size_that_was_asked_for_before_is_that_of_the_value_and_of_no_other() {
        let value: Value = serde_json::from_str(r#"{"a":[1,2.50,"x\"y"],"b":{"c":null}}"#).unwrap();
        let expect = serde_json::to_string(&value).unwrap().len();
        assert_eq!((value.size(), value.size()), (expect, expect));
        let object = value.as_object().unwrap();
        let longer = Value::from(object.with("b", Value::from("longer than it was before")));
        assert_eq!(longer.size(), serde_json::to_string(&longer).unwrap().len());
        let text = Value::from("\"".repeat(600));
        assert_eq!(text.size(), 1202);
    }
}
