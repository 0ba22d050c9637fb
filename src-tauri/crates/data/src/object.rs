//! Objects: a shared shape and the values in its order.
//! Keys keep their source order; of a key that comes twice the last value counts.

use std::fmt;

use triomphe::ThinArc;

use crate::{
    cached_size::CachedSize,
    key::Key,
    shape::{DistinctKeys, Shape},
    shapes::Shapes,
    value::{self, Value},
};

/// The members of a JSON object; cheap to clone, never changed in place.
#[derive(Clone)]
pub struct Object(ThinArc<Head, Value>);

/// What all clones of an object share besides its values.
struct Head {
    shape: Shape,
    size: CachedSize,
}

impl Object {
    /// Makes an object; a key that comes again keeps its first place and takes its last value.
    pub fn new<K: Into<Key>>(members: impl IntoIterator<Item = (K, Value)>) -> Self {
        let mut keys = DistinctKeys::default();
        let mut values = Vec::new();
        for (key, value) in members {
            match keys.insert(key.into()) {
                Ok(_) => values.push(value),
                Err(at) => values[at] = value,
            }
        }
        Self::from_parts(Shape::from_distinct(keys.into_keys()), values.into_iter())
    }

    /// Makes an object of a known shape, the values in the order of its keys.
    ///
    /// Values that are missing at the end are null; values beyond the last key are dropped.
    pub fn from_shape(shape: &Shape, values: impl IntoIterator<Item = Value>) -> Self {
        let mut values: Vec<Value> = values.into_iter().take(shape.len()).collect();
        values.resize(shape.len(), Value::null());
        Self::from_parts(shape.clone(), values.into_iter())
    }

    /// Makes an object of a known shape of as many values as the shape has keys, in their order.
    ///
    /// With fewer or more values it is as [`Object::from_shape`].
    #[inline]
    pub fn from_exact(shape: &Shape, values: impl ExactSizeIterator<Item = Value>) -> Self {
        if values.len() != shape.len() {
            return Self::from_shape(shape, values);
        }
        Self::from_parts(shape.clone(), values)
    }

    #[inline]
    pub(crate) fn from_parts(shape: Shape, values: impl ExactSizeIterator<Item = Value>) -> Self {
        debug_assert_eq!(shape.len(), values.len());
        let head = Head { shape, size: CachedSize::default() };
        Self(ThinArc::from_header_and_iter(head, values))
    }

    /// How many members there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.slice.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.slice.is_empty()
    }

    /// The shape, to find the same key in many objects once.
    #[inline]
    pub fn shape(&self) -> &Shape {
        &self.0.header.header.shape
    }

    /// Bytes as compact JSON; see [`Value::size`].
    pub(crate) fn size(&self) -> usize {
        self.0.header.header.size.get_or(|| {
            self.shape().fixed_size() + self.values().iter().map(Value::size).sum::<usize>()
        })
    }

    /// The keys in source order.
    #[inline]
    pub fn keys(&self) -> &[Key] {
        self.shape().keys()
    }

    /// The values in the order of the keys.
    #[inline]
    pub fn values(&self) -> &[Value] {
        &self.0.slice
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.shape().index_of(key).map(|at| &self.0.slice[at])
    }

    /// The value of a key that is at hand as a [`Key`].
    #[inline]
    pub fn get_key(&self, key: &Key) -> Option<&Value> {
        self.shape().index_of_key(key).map(|at| &self.0.slice[at])
    }

    /// The members in source order.
    pub fn iter(&self) -> Iter<'_> {
        self.keys().iter().zip(self.values())
    }

    /// This object with one member set: in its place if the key is there, else at the end.
    pub fn with(&self, key: impl Into<Key>, value: Value) -> Self {
        self.with_all([(key.into(), value)])
    }

    /// This object with some members set, one after the other as by [`Object::with`].
    pub fn with_all(&self, members: impl IntoIterator<Item = (Key, Value)>) -> Self {
        let members = members.into_iter();
        let mut values = Vec::with_capacity(self.len() + members.size_hint().0);
        values.extend_from_slice(self.values());
        let mut shape = self.shape().clone();
        for (key, value) in members {
            if let Some(at) = shape.index_of_key(&key) {
                values[at] = value;
            } else {
                values.push(value);
                shape = shape.with(&key);
            }
        }
        Self::from_parts(shape, values.into_iter())
    }

    /// This object without one member; the same object if the key is not there.
    pub fn without(&self, key: &str) -> Self {
        let Some(at) = self.shape().index_of(key) else {
            return self.clone();
        };
        let mut values = self.values().to_vec();
        values.remove(at);
        Self::from_parts(self.shape().without(at), values.into_iter())
    }

    /// Hands the values to `f` if no other clone of this object can see them.
    pub(crate) fn with_own_values(&mut self, f: impl FnOnce(&mut [Value])) {
        self.0.with_arc_mut(|arc| {
            if let Some(own) = triomphe::Arc::get_mut(arc) {
                f(own.slice_mut());
            }
        });
    }

    /// Whether both are the same object in memory.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.0.ptr() == other.0.ptr()
    }
}

/// The members of an object in source order.
pub type Iter<'a> = std::iter::Zip<std::slice::Iter<'a, Key>, std::slice::Iter<'a, Value>>;

impl<'a> IntoIterator for &'a Object {
    type Item = (&'a Key, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<K: Into<Key>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Self {
        Self::new(members)
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if self.0.slice.iter().any(Value::is_container) {
            self.with_own_values(value::drop_nested);
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Makes many objects one after another; those with the same keys in the same order share a shape.
#[derive(Default)]
pub struct ObjectBuilder {
    shapes: Shapes,
    keys: DistinctKeys,
    values: Vec<Value>,
    /// Where the known key lists have led; `None` once an object has left them.
    node: Option<u32>,
    is_open: bool,
}

impl ObjectBuilder {
    /// A builder that knows no shape yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member; a key that came before keeps its place and takes this value.
    pub fn push(&mut self, key: &str, value: Value) {
        if !self.is_open {
            self.is_open = true;
            self.shapes.make_room();
            self.node = Some(Shapes::ROOT);
        }
        if let Some(node) = self.node {
            if let Some(edge) = self.shapes.follow(node, key) {
                let (next, place) = self.shapes.target(node, edge);
                match place {
                    Some(at) => self.values[at] = value,
                    None => self.values.push(value),
                }
                self.node = Some(next);
                return;
            }
            self.keys = self.shapes.keys_of(node);
            self.node = None;
        }
        match self.keys.insert(Key::new(key)) {
            Ok(_) => self.values.push(value),
            Err(at) => self.values[at] = value,
        }
    }

    /// The object of the members pushed since the last call.
    pub fn finish(&mut self) -> Object {
        self.is_open = false;
        let shape = match self.node.take() {
            Some(node) => self.shapes.shape(node),
            None => Shape::from_distinct(std::mem::take(&mut self.keys).into_keys()),
        };
        Object::from_parts(shape, self.values.drain(..))
    }
}
