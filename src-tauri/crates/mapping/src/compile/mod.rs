//! The form of an expression that is evaluated: paths as steps, constants and regular expressions
//! made once, functions found. Not the source's tree: see `syntax`.

mod finish;
mod lower;
mod nodes;
mod parent;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use data::{Key, Shape, Value};

pub(crate) use self::lower::compile;
pub(crate) use self::parent::Slot;
use crate::builtins::{Builtin, Kept, Signature};
use crate::pattern::Pattern;
pub(crate) use crate::syntax::{Bytes, Operator};

/// A part of a compiled expression.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) op: Op,
    /// Where errors of it are told.
    pub(crate) at: Bytes,
    /// Whether a list of one entry stays a list.
    pub(crate) keeps_list: bool,
    /// Whether its value is its function's: a sequence is then settled by the caller.
    pub(crate) is_tail: bool,
    /// Whether it may be evaluated without making values.
    pub(crate) has_lane: bool,
    /// What few parts have.
    pub(crate) extra: Option<Box<Extra>>,
}

/// What stands behind a part, and what it does as a step of a path.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// Conditions behind a part that is no step.
    pub(crate) filters: Vec<Node>,
    /// Conditions and positions behind a step, in their order.
    pub(crate) stages: Vec<Stage>,
    /// `{key: value}` behind the part.
    pub(crate) group: Option<Pairs>,
    /// `@$name`
    pub(crate) focus: Option<Sym>,
    /// `#$name`
    pub(crate) index: Option<Sym>,
    /// Who in this path asks for this step's parent.
    pub(crate) ancestor: Option<Slot>,
    /// Whether the step binds names besides its value.
    pub(crate) is_tuple: bool,
    /// Parents that are asked for and not found yet.
    pub(crate) seeking: Vec<Slot>,
}

/// What stands behind a step.
#[derive(Debug)]
pub(crate) enum Stage {
    Filter(Node),
    Index(Sym),
}

#[derive(Debug)]
pub(crate) struct Pairs {
    pub(crate) members: Vec<(Node, Node)>,
    /// The keys, where all are texts and distinct.
    pub(crate) shape: Option<Shape>,
    /// The shapes of the objects in which some members are missing, by which.
    pub(crate) partial: Mutex<Vec<(u64, Shape)>>,
    /// Shapes of grouped objects that came lately, by the hash of their keys.
    pub(crate) lately: Mutex<Vec<Option<(Sym, Shape)>>>,
}

impl Pairs {
    /// How many shapes with members missing are remembered.
    const MAX_PARTIAL: usize = 32;

    /// How many shapes of grouped objects are remembered.
    const N_LATELY: usize = 128;

    /// The shape of these keys, which are distinct.
    pub(crate) fn shape_of<'k>(&self, keys: impl Iterator<Item = &'k str> + Clone) -> Shape {
        let hash = Sym(keys.clone().fold(0, |hash: u64, key| hash.rotate_left(9) ^ Sym::of(key).0));
        // Another thread that is at it is not waited for.
        let Ok(mut lately) = self.lately.try_lock() else { return Shape::new(keys) };
        if lately.is_empty() {
            lately.resize(Self::N_LATELY, None);
        }
        let slot = &mut lately[(hash.0 % Self::N_LATELY as u64) as usize];
        if let Some((known, shape)) = slot {
            let is_same = || shape.keys().iter().map(Key::as_str).eq(keys.clone());
            if *known == hash && is_same() {
                return shape.clone();
            }
        }
        let shape = Shape::new(keys);
        *slot = Some((hash, shape.clone()));
        shape
    }

    /// Whether the keys are known, and so few that a mask can say which are missing.
    pub(crate) fn has_mask(&self) -> bool {
        self.shape.as_ref().is_some_and(|shape| shape.len() <= 64)
    }

    /// The shape without the members of this mask.
    pub(crate) fn shape_without(&self, shape: &Shape, missing: u64) -> Shape {
        let kept = || {
            let keys = shape.keys().iter().enumerate();
            Shape::new(keys.filter(|(at, _)| missing >> at & 1 == 0).map(|(_, key)| key.clone()))
        };
        // Another thread that is at it is not waited for.
        let Ok(mut partial) = self.partial.try_lock() else { return kept() };
        if let Some((_, shape)) = partial.iter().find(|(mask, _)| *mask == missing) {
            return shape.clone();
        }
        let made = kept();
        if partial.len() < Self::MAX_PARTIAL {
            partial.push((missing, made.clone()));
        }
        made
    }
}

#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) is_descending: bool,
    pub(crate) by: Node,
}

/// The name of a variable, as the hash of its text; two names that clash would be one variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Sym(pub(crate) u64);

impl Sym {
    /// FNV-1a: the same in every expression, so that `$eval` sees its surroundings.
    pub(crate) fn of(name: &str) -> Self {
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }
}

/// A field's name, with the place where it stood last.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: Key,
    hint: AtomicU32,
}

impl Field {
    pub(crate) fn new(name: &str) -> Self {
        Self { key: Key::new(name), hint: AtomicU32::new(0) }
    }

    /// The field's value in an object.
    #[inline]
    pub(crate) fn of<'o>(&self, object: &'o data::Object) -> Option<&'o Value> {
        let hint = self.hint.load(Ordering::Relaxed) as usize;
        if object.keys().get(hint).is_some_and(|key| key.ptr_eq(&self.key)) {
            return object.values().get(hint);
        }
        self.search(object)
    }

    #[cold]
    fn search<'o>(&self, object: &'o data::Object) -> Option<&'o Value> {
        let at = object.shape().index_of_key(&self.key)?;
        self.hint.store(at as u32, Ordering::Relaxed);
        object.values().get(at)
    }
}

#[derive(Debug)]
pub(crate) enum Op {
    Literal(Value),
    /// A number that no digits are lost of as an `f64`.
    Number(f64),
    Field(Field),
    /// `$`
    Input,
    /// `$$`
    Root,
    Variable {
        sym: Sym,
        name: Box<str>,
    },
    /// A function of JSONata by its name, which nothing hides.
    Function(Builtin),
    /// `$node("id")`
    Item(Box<str>),
    Wildcard,
    Descendants,
    Parent(Slot),
    Path(Path),
    Regex(Arc<Pattern>),
    Negate(Box<Node>),
    List {
        items: Vec<Node>,
        is_cons: bool,
    },
    Range(Box<Node>, Box<Node>),
    Object(Pairs),
    Block {
        parts: Vec<Node>,
        binds: bool,
    },
    Binary(Operator, Box<Node>, Box<Node>),
    Concat(Vec<Node>),
    Condition {
        condition: Box<Node>,
        then: Box<Node>,
        otherwise: Option<Box<Node>>,
    },
    /// `?:` where `by_truth`, else `??`.
    Default {
        left: Box<Node>,
        right: Box<Node>,
        by_truth: bool,
    },
    Bind(Sym, Box<Node>),
    Apply(Box<Node>, Box<Node>),
    Call(Call),
    Partial {
        procedure: Box<Node>,
        arguments: Vec<Option<Node>>,
    },
    Lambda(Arc<Lambda>),
    Transform(Arc<Transform>),
    /// A step only.
    Sort(Vec<Term>),
    /// `$decimal(…)`
    Decimal(Box<Node>),
}

/// What a path gathers that goes through fields to a list, takes entries by comparing them, and
/// ends with one part for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gathers {
    /// It is another path.
    Nothing,
    /// A field of each.
    Fields,
    /// An object of each.
    Objects,
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) steps: Vec<Node>,
    /// Whether it is a part of a path that binds names, and must hand them on.
    pub(crate) is_tuple: bool,
    pub(crate) keeps_list: bool,
    /// What it gathers from the entries of a list.
    pub(crate) gathers: Gathers,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) procedure: Box<Node>,
    pub(crate) arguments: Vec<Node>,
    /// The name, for errors.
    pub(crate) name: Box<str>,
    /// A picture among the arguments, once it was read.
    pub(crate) kept: Kept,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) parameters: Vec<Sym>,
    pub(crate) signature: Option<Signature>,
    pub(crate) body: Node,
}

#[derive(Debug)]
pub(crate) struct Transform {
    pub(crate) pattern: Node,
    pub(crate) update: Node,
    pub(crate) delete: Option<Node>,
}

impl Node {
    pub(crate) fn new(op: Op, at: Bytes) -> Self {
        Self { op, at, keeps_list: false, is_tail: false, has_lane: false, extra: None }
    }

    pub(crate) fn extra_mut(&mut self) -> &mut Extra {
        self.extra.get_or_insert_with(Box::default)
    }

    pub(crate) fn seeking(&self) -> &[Slot] {
        self.extra.as_ref().map_or(&[], |extra| &extra.seeking)
    }

    pub(crate) fn is_tuple(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.is_tuple)
    }
}
