//! One total order over all values, with the equality and the hash that go with it.
//! Objects are equal when their members are, in whatever order these stand.

use std::{
    cmp::Ordering,
    hash::{BuildHasher, Hash, Hasher},
};

use crate::{
    key::{Key, hash_text},
    object::Object,
    value::{Kind, Repr, Value},
};

impl Value {
    /// Orders any two values: null < boolean < number < text < list < object.
    ///
    /// Numbers go by value, texts by code point, lists item by item, objects member by member in
    /// the order of their keys. `Equal` means `==`.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(b),
            (Repr::Text(a), Repr::Text(b)) => a.as_str().cmp(b.as_str()),
            (Repr::Bool(a), Repr::Bool(b)) => a.cmp(b),
            (Repr::List(a), Repr::List(b)) => a.items().cmp(b.items()),
            (Repr::Object(a), Repr::Object(b)) => compare_objects(a, b),
            _ => match (self.as_number(), other.as_number()) {
                (Some(a), Some(b)) => a.compare(&b),
                _ => self.kind().cmp(&other.kind()),
            },
        }
    }
}

fn compare_objects(a: &Object, b: &Object) -> Ordering {
    if a.ptr_eq(b) {
        return Ordering::Equal;
    }
    sorted_members(a).cmp(sorted_members(b))
}

fn sorted_members(object: &Object) -> impl Iterator<Item = (&Key, &Value)> {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_unstable_by_key(|(key, _)| *key);
    members.into_iter()
}

fn equal_objects(a: &Object, b: &Object) -> bool {
    if a.ptr_eq(b) {
        return true;
    }
    if a.shape().ptr_eq(b.shape()) {
        return a.values() == b.values();
    }
    a.len() == b.len() && a.iter().all(|(key, value)| b.get_key(key) == Some(value))
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Object(a), Repr::Object(b)) => equal_objects(a, b),
            (Repr::List(a), Repr::List(b)) => a.items() == b.items(),
            _ => self.compare(other) == Ordering::Equal,
        }
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        equal_objects(self, other)
    }
}

impl Eq for Object {}

impl Hash for Object {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Added up, so that the order of the members does not count.
        let sum = self.iter().fold(0_u64, |sum, (key, value)| {
            sum.wrapping_add(MEMBER_HASHER.hash_one((key.hash_code(), value)))
        });
        state.write_usize(self.len());
        state.write_u64(sum);
    }
}

/// Fixed, for all parts of an object must hash alike; the keys' own hashes carry the seed.
const MEMBER_HASHER: foldhash::fast::FixedState = foldhash::fast::FixedState::with_seed(0);

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.kind() as u8);
        match &self.0 {
            Repr::Null => {}
            Repr::Bool(bool) => bool.hash(state),
            Repr::Text(text) => state.write_u64(hash_text(text)),
            Repr::List(list) => list.items().hash(state),
            Repr::Object(object) => object.hash(state),
            Repr::Int(_) | Repr::Decimal(_) | Repr::Float(_) | Repr::Exact(_) => {
                debug_assert_eq!(self.kind(), Kind::Number);
                self.as_number().hash(state);
            }
        }
    }
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}
