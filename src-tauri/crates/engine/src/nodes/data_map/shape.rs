//! Objects from a list of field values whose names are paths: `customer.name` stands in `customer`.
//! Objects with the same fields share their keys.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use data::{Key, Object, Path, Segment, Shape, Value};
use flow::catalogue::Problem;

/// The names of fields as a tree; its leaves are the places of the values.
#[derive(Debug)]
pub(super) struct Tree {
    members: Vec<(Key, Slot)>,
    /// The shapes of objects made before, by which of up to 64 members they have.
    shapes: RwLock<HashMap<u64, Shape>>,
}

#[derive(Debug)]
enum Slot {
    Value(usize),
    Object(Tree),
}

/// More shapes than this come from data that has no shape; they are not remembered.
const MAX_SHAPES: usize = 256;

impl Tree {
    /// Reads the names of fields, each with where its row stands in the node.
    pub(super) fn of<'a>(names: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Problem> {
        let mut tree = Self::empty();
        for (index, (key, name)) in names.enumerate() {
            let problem = |message: String| Problem { key: format!("{key}/to"), message };
            let path = Path::parse(name).map_err(|error| problem(format!("{error}.")))?;
            let mut keys = Vec::new();
            for segment in path.segments() {
                match segment {
                    Segment::Key(key) => keys.push(key.clone()),
                    Segment::Index(_) => {
                        return Err(problem(format!(
                            "\"{name}\" has a place in a list. Name fields only, or make the whole list with an expression."
                        )));
                    }
                }
            }
            if keys.is_empty() {
                return Err(problem("The field has no name. Give it one.".to_owned()));
            }
            tree.insert(&keys, index).map_err(|()| {
                problem(format!("\"{name}\" is both a value and an object. Choose another name."))
            })?;
        }
        Ok(tree)
    }

    fn empty() -> Self {
        Self { members: Vec::new(), shapes: RwLock::default() }
    }

    fn insert(&mut self, keys: &[Key], index: usize) -> Result<(), ()> {
        let [first, rest @ ..] = keys else { return Err(()) };
        let at = self.members.iter().position(|(key, _)| key == first);
        match (at, rest) {
            (None, []) => self.members.push((first.clone(), Slot::Value(index))),
            (None, rest) => {
                let mut inner = Self::empty();
                inner.insert(rest, index)?;
                self.members.push((first.clone(), Slot::Object(inner)));
            }
            (Some(at), rest) => match (&mut self.members[at].1, rest) {
                (Slot::Value(place), []) => *place = index,
                (Slot::Object(inner), [_, ..]) => inner.insert(rest, index)?,
                _ => return Err(()),
            },
        }
        Ok(())
    }

    /// The object of these values; those without one are left out, and so are objects with none.
    pub(super) fn build(&self, values: &[Option<Value>]) -> Value {
        Value::from(self.object(values))
    }

    fn object(&self, values: &[Option<Value>]) -> Object {
        let mut has = 0_u64;
        let mut present = Vec::with_capacity(self.members.len());
        for (at, (_, slot)) in self.members.iter().enumerate() {
            if let Some(value) = slot.value(values) {
                has |= 1_u64.checked_shl(at as u32).unwrap_or(0);
                present.push(value);
            }
        }
        Object::from_shape(&self.shape(has, values), present)
    }

    fn shape(&self, has: u64, values: &[Option<Value>]) -> Shape {
        let can_remember = self.members.len() <= 64;
        if can_remember
            && let Some(shape) =
                self.shapes.read().unwrap_or_else(PoisonError::into_inner).get(&has)
        {
            return shape.clone();
        }
        let present = self.members.iter().filter(|(_, slot)| slot.value(values).is_some());
        let shape = Shape::new(present.map(|(key, _)| key.clone()));
        let mut shapes = self.shapes.write().unwrap_or_else(PoisonError::into_inner);
        if can_remember && shapes.len() < MAX_SHAPES {
            shapes.insert(has, shape.clone());
        }
        shape
    }

    /// The object with these values set in it.
    pub(super) fn build_onto(&self, base: &Object, values: &[Option<Value>]) -> Value {
        let mut object = base.clone();
        for (key, slot) in &self.members {
            let value = match slot {
                Slot::Value(index) => values[*index].clone(),
                Slot::Object(inner) => match object.get_key(key).and_then(Value::as_object) {
                    Some(within) => Some(inner.build_onto(within, values)),
                    None => slot.value(values),
                },
            };
            if let Some(value) = value {
                object = object.with(key.clone(), value);
            }
        }
        Value::from(object)
    }
}

impl Slot {
    fn value(&self, values: &[Option<Value>]) -> Option<Value> {
        match self {
            Self::Value(index) => values[*index].clone(),
            Self::Object(inner) => {
                let object = inner.object(values);
                (!object.is_empty()).then(|| Value::from(object))
            }
        }
    }
}
