//! The value that flows carry: immutable, 16 bytes, cheap to clone and to send.
//! Reading and writing are in `json`, comparing in `order`.

use std::{cell::Cell, fmt};

use lean_string::LeanStr;
use triomphe::{Arc, ThinArc};

use crate::{
    cached_size::CachedSize,
    key::Key,
    number::{self, Decimal, Number},
    object::Object,
};

/// A JSON value.
///
/// Cloning copies 16 bytes and at most counts a reference; texts of up to 16 bytes need no memory
/// of their own. Dropping takes bounded stack however deep a value is; comparing, hashing and
/// writing take stack by depth, which [`Limits`](crate::Limits) bounds for all that is read.
#[derive(Clone)]
pub struct Value(pub(crate) Repr);

#[derive(Clone)]
pub(crate) enum Repr {
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Float(f64),
    Exact(Arc<Box<str>>),
    Text(LeanStr),
    List(List),
    Object(Object),
}

const _: () = assert!(size_of::<Value>() == 16 && size_of::<Option<Value>>() == 16);
const _: () = {
    const fn is_shared_between_threads<T: Send + Sync>() {}
    is_shared_between_threads::<Value>();
};

/// The six kinds of JSON value, in the order in which they sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number
    Number,
    /// A text
    Text,
    /// A list
    List,
    /// An object
    Object,
}

impl Kind {
    /// The name users read: `null`, `boolean`, `number`, `text`, `list` or `object`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::Text => "text",
            Self::List => "list",
            Self::Object => "object",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Value {
    /// `null`
    #[inline]
    pub const fn null() -> Self {
        Self(Repr::Null)
    }

    /// Makes an object; of a key that comes twice the last value counts.
    pub fn object<K: Into<Key>>(members: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self(Repr::Object(Object::new(members)))
    }

    /// Makes a list.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        items.into_iter().collect::<Vec<_>>().into()
    }

    /// What kind of value this is.
    #[inline]
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Repr::Null => Kind::Null,
            Repr::Bool(_) => Kind::Bool,
            Repr::Int(_) | Repr::Decimal(_) | Repr::Float(_) | Repr::Exact(_) => Kind::Number,
            Repr::Text(_) => Kind::Text,
            Repr::List(_) => Kind::List,
            Repr::Object(_) => Kind::Object,
        }
    }

    /// Whether this is `null`.
    #[inline]
    pub fn is_null(&self) -> bool {
        matches!(self.0, Repr::Null)
    }

    /// The boolean, if it is one.
    #[inline]
    pub fn as_bool(&self) -> Option<bool> {
        if let Repr::Bool(bool) = self.0 { Some(bool) } else { None }
    }

    /// The text, if it is one.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        if let Repr::Text(text) = &self.0 { Some(text.as_str()) } else { None }
    }

    /// The number as the nearest `f64`, if it is a number.
    #[inline]
    pub fn as_f64(&self) -> Option<f64> {
        match &self.0 {
            Repr::Int(int) => Some(*int as f64),
            Repr::Float(float) => Some(*float),
            Repr::Decimal(decimal) => Some(decimal.to_f64()),
            _ => self.as_number().map(|number| number.as_f64()),
        }
    }

    /// The number as an `i64`, if it is a whole number in range.
    #[inline]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(int) => Some(*int),
            _ => self.as_number()?.as_i64(),
        }
    }

    /// The number with its exact digits, if it is one.
    #[inline]
    pub fn as_number(&self) -> Option<Number> {
        Some(Number(match &self.0 {
            Repr::Int(int) => number::Repr::Int(*int),
            Repr::Decimal(decimal) => number::Repr::Decimal(*decimal),
            Repr::Float(float) => number::Repr::Float(*float),
            Repr::Exact(text) => number::Repr::Exact(text.clone()),
            _ => return None,
        }))
    }

    /// The items, if it is a list.
    #[inline]
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Repr::List(list) = &self.0 { Some(list.items()) } else { None }
    }

    /// The object, if it is one.
    #[inline]
    pub fn as_object(&self) -> Option<&Object> {
        if let Repr::Object(object) = &self.0 { Some(object) } else { None }
    }

    /// The value of a member, if this is an object that has it.
    #[inline]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// The item at a place counted from 0, if this is a list that has it.
    pub fn at(&self, index: usize) -> Option<&Self> {
        self.as_list()?.get(index)
    }

    /// Bytes of the value as compact JSON.
    ///
    /// Exact, but for control characters in texts that JSON writes as `\u00..`: each counts as two.
    /// Lists and objects remember it: an item is counted at each node that it passes.
    pub fn size(&self) -> usize {
        match &self.0 {
            Repr::Null => 4,
            Repr::Bool(bool) => 5 - usize::from(*bool),
            Repr::Text(text) => 2 + text.len() + count_escapes(text.as_bytes()),
            Repr::List(list) => list.size(),
            Repr::Object(object) => object.size(),
            Repr::Int(_) | Repr::Decimal(_) | Repr::Float(_) | Repr::Exact(_) => {
                self.as_number().map_or(0, |number| number.size())
            }
        }
    }

    #[inline]
    pub(crate) fn is_container(&self) -> bool {
        matches!(self.0, Repr::List(_) | Repr::Object(_))
    }
}

/// Counts the bytes that take one more as JSON; written so that it compiles to vector code of
/// single bytes, whose sums fit one for 255 of them.
#[inline]
fn count_escapes(text: &[u8]) -> usize {
    let needs_escape = |b: &u8| u8::from(*b == b'"' || *b == b'\\' || *b < 0x20);
    let piece = |piece: &[u8]| usize::from(piece.iter().map(needs_escape).sum::<u8>());
    text.chunks(usize::from(u8::MAX)).map(piece).sum()
}

/// The items of a list.
#[derive(Clone)]
pub(crate) struct List(ThinArc<CachedSize, Value>);

impl List {
    #[inline]
    pub(crate) fn new(items: impl ExactSizeIterator<Item = Value>) -> Self {
        Self(ThinArc::from_header_and_iter(CachedSize::default(), items))
    }

    /// Bytes as compact JSON; see [`Value::size`].
    fn size(&self) -> usize {
        self.0.header.header.get_or(|| {
            let n_commas = self.items().len().saturating_sub(1);
            2 + n_commas + self.items().iter().map(Value::size).sum::<usize>()
        })
    }

    #[inline]
    pub(crate) fn items(&self) -> &[Value] {
        &self.0.slice
    }

    /// Hands the items to `f` if no other clone of this list can see them.
    fn with_own_items(&mut self, f: impl FnOnce(&mut [Value])) {
        self.0.with_arc_mut(|arc| {
            if let Some(own) = Arc::get_mut(arc) {
                f(own.slice_mut());
            }
        });
    }
}

impl Drop for List {
    fn drop(&mut self) {
        if self.0.slice.iter().any(Value::is_container) {
            self.with_own_items(drop_nested);
        }
    }
}

/// Containers within containers dropped by plain recursion before a list of work takes over.
const MAX_DROP_DEPTH: u32 = 64;

thread_local! {
    static DROP_DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Drops the containers among `values`, however deep they are, in bounded stack.
pub(crate) fn drop_nested(values: &mut [Value]) {
    // While a thread ends its locals may be gone; the list of work needs none.
    let depth = DROP_DEPTH.try_with(Cell::get).unwrap_or(MAX_DROP_DEPTH);
    if depth < MAX_DROP_DEPTH {
        let _ = DROP_DEPTH.try_with(|cell| cell.set(depth + 1));
        for value in values.iter_mut().filter(|value| value.is_container()) {
            *value = Value::null();
        }
        let _ = DROP_DEPTH.try_with(|cell| cell.set(depth));
        return;
    }
    let mut work = Vec::new();
    take_containers(values, &mut work);
    while let Some(mut value) = work.pop() {
        match &mut value.0 {
            Repr::List(list) => list.with_own_items(|own| take_containers(own, &mut work)),
            Repr::Object(object) => object.with_own_values(|own| take_containers(own, &mut work)),
            _ => {}
        }
    }
}

fn take_containers(values: &mut [Value], work: &mut Vec<Value>) {
    for value in values.iter_mut().filter(|value| value.is_container()) {
        work.push(std::mem::take(value));
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::null()
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(Repr::Bool(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value))
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self(Repr::Int(i64::from(value)))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self(Repr::Int(i64::from(value)))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Number::from(value).into()
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Number::from(value as u64).into()
    }
}

/// Infinities and NaN become `null`, as JSON cannot write them.
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Number::from_f64(value).map_or(Self::null(), Self::from)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self(number.0.into())
    }
}

impl From<number::Repr> for Repr {
    #[inline]
    fn from(number: number::Repr) -> Self {
        match number {
            number::Repr::Int(int) => Self::Int(int),
            number::Repr::Decimal(decimal) => Self::Decimal(decimal),
            number::Repr::Float(float) => Self::Float(float),
            number::Repr::Exact(text) => Self::Exact(text),
        }
    }
}

impl From<&str> for Value {
    #[inline]
    fn from(text: &str) -> Self {
        Self(Repr::Text(LeanStr::from(text)))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        Self::from(key.as_str())
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self(Repr::List(List::new(items.into_iter())))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self(Repr::Object(object))
    }
}

/// `None` becomes `null`.
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::null(), Into::into)
    }
}

impl FromIterator<Self> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        Self::list(items)
    }
}

/// Compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::json::to_string(self))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
