//! What an evaluation works on: values borrowed from the item as long as nothing changes them,
//! computed ones, and what JSON has no word for: nothing, sequences, functions.

use std::rc::Rc;
use std::sync::Arc;

use data::{Key, Value};

use super::Scope;
use super::limits::Held;
use crate::builtins::Builtin;
use crate::compile::{Lambda, Node, Sym, Transform};
use crate::pattern::Pattern;

/// A value during an evaluation. Cheap to clone; `'v` is the life of the item.
#[derive(Clone, Default)]
pub(crate) enum Val<'v> {
    /// JSONata's "nothing", which is not null.
    #[default]
    Nothing,
    /// The result of arithmetic.
    Number(f64),
    /// A part of the item, or of a constant.
    Ref(&'v Value),
    /// A value that was made, or is shared with one.
    Own(Value),
    /// A list that was made.
    List(Rc<List<'v>>),
    /// The whole numbers from the first to the last, both included: a list that takes no room.
    Range(i64, i64),
    /// An object that holds a function; objects without are values.
    Members(Rc<Members<'v>>),
    Function(Function<'v>),
    /// The rows of a path that binds names, handed from an inner path to the outer one.
    Rows(Rc<Vec<Row<'v>>>),
    /// A call that is left for the caller to do, so that it needs no stack.
    TailCall,
}

/// A list and how JSONata came by it.
pub(crate) struct List<'v> {
    pub(crate) items: Vec<Val<'v>>,
    pub(crate) origin: Origin,
    /// How many lists stand in one another here, this one included.
    nesting: u32,
    _held: Held,
}

/// How JSONata came by a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was made as a list.
    Made,
    /// It was written with brackets as a step, and is not spread by the path.
    Cons,
    /// It came from a path or the like: one entry counts as the entry itself.
    Sequence,
    /// It came from a path or the like, and stays a list even so.
    Kept,
    /// It only wraps an item that is a list itself.
    Wrapper,
}

/// Lists that nest deeper are dropped with care for the stack.
const DEEP: u32 = 64;
/// What a link of a long chain counts besides its own bytes: the stack that dropping it takes.
const PER_LINK: usize = 384;

impl<'v> List<'v> {
    pub(crate) fn new(items: Vec<Val<'v>>, origin: Origin) -> Self {
        let mut nesting = 0;
        let mut bytes = 64 + items.capacity() * size_of::<Val<'_>>();
        for item in &items {
            match item {
                Val::List(list) => nesting = nesting.max(list.nesting),
                Val::Own(value) => bytes += value.as_str().map_or(0, str::len),
                _ => {}
            }
        }
        if nesting > DEEP {
            bytes += PER_LINK;
        }
        Self { items, origin, nesting: nesting + 1, _held: Held::new(bytes) }
    }

    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self.origin, Origin::Sequence | Origin::Kept | Origin::Wrapper)
    }
}

impl Drop for List<'_> {
    fn drop(&mut self) {
        if self.nesting > DEEP {
            stacker::maybe_grow(32 * 1024, 1024 * 1024, || self.items.clear());
        }
    }
}

/// The members of an object that holds a function.
pub(crate) struct Members<'v> {
    pub(crate) list: Vec<(Key, Val<'v>)>,
    _held: Held,
}

impl<'v> Members<'v> {
    pub(crate) fn new(list: Vec<(Key, Val<'v>)>) -> Self {
        let bytes = 64 + list.capacity() * size_of::<(Key, Val<'_>)>();
        Self { list, _held: Held::new(bytes) }
    }
}

impl Drop for Members<'_> {
    fn drop(&mut self) {
        stacker::maybe_grow(32 * 1024, 1024 * 1024, || self.list.clear());
    }
}

/// A value in a path that binds names, with the names.
#[derive(Clone)]
pub(crate) struct Row<'v> {
    pub(crate) value: Val<'v>,
    pub(crate) names: Vec<(Sym, Val<'v>)>,
    _held: Held,
}

impl<'v> Row<'v> {
    pub(crate) fn new(value: Val<'v>, names: Vec<(Sym, Val<'v>)>) -> Self {
        // A name of its own is added to nearly every row.
        let bytes = size_of::<Self>() + (names.len() + 4) * size_of::<(Sym, Val<'_>)>();
        Self { value, names, _held: Held::new(bytes) }
    }

    pub(crate) fn set(&mut self, sym: Sym, value: Val<'v>) {
        match self.names.iter_mut().find(|(known, _)| *known == sym) {
            Some((_, known)) => *known = value,
            None => self.names.push((sym, value)),
        }
    }
}

#[derive(Clone)]
pub(crate) enum Function<'v> {
    Builtin(Builtin),
    Lambda(Rc<Closure<'v>>),
    Partial(Rc<Partial<'v>>),
    Chain(Rc<Chain<'v>>),
    Regex(Arc<Pattern>),
    /// `next` of a match: the pattern, the text, and the byte where it goes on.
    NextMatch(Rc<(Arc<Pattern>, Val<'v>, usize)>),
    Transform(Arc<Transform>, Scope<'v>),
}

/// A lambda with what it was made in.
pub(crate) struct Closure<'v> {
    pub(crate) lambda: Arc<Lambda>,
    pub(crate) input: Val<'v>,
    pub(crate) scope: Scope<'v>,
    _held: Held,
}

impl<'v> Closure<'v> {
    pub(crate) fn new(lambda: Arc<Lambda>, input: Val<'v>, scope: Scope<'v>) -> Self {
        Self { lambda, input, scope, _held: Held::new(size_of::<Self>() + 64) }
    }
}

/// A function with some of its arguments given.
pub(crate) struct Partial<'v> {
    pub(crate) function: Function<'v>,
    pub(crate) given: Vec<Option<Val<'v>>>,
    _held: Held,
}

impl<'v> Partial<'v> {
    pub(crate) fn new(function: Function<'v>, given: Vec<Option<Val<'v>>>) -> Self {
        let bytes = PER_LINK + given.len() * size_of::<Val<'_>>();
        Self { function, given, _held: Held::new(bytes) }
    }
}

/// The first function, then the second.
pub(crate) struct Chain<'v> {
    pub(crate) first: Function<'v>,
    pub(crate) second: Function<'v>,
    _held: Held,
}

impl<'v> Chain<'v> {
    pub(crate) fn new(first: Function<'v>, second: Function<'v>) -> Self {
        Self { first, second, _held: Held::new(PER_LINK) }
    }
}

/// Stands in for a function while it is dropped.
fn gone<'v>() -> Function<'v> {
    Function::Builtin(Builtin::Exists)
}

impl Drop for Partial<'_> {
    fn drop(&mut self) {
        let function = std::mem::replace(&mut self.function, gone());
        let given = std::mem::take(&mut self.given);
        stacker::maybe_grow(32 * 1024, 1024 * 1024, || drop((function, given)));
    }
}

impl Drop for Chain<'_> {
    fn drop(&mut self) {
        let first = std::mem::replace(&mut self.first, gone());
        let second = std::mem::replace(&mut self.second, gone());
        stacker::maybe_grow(32 * 1024, 1024 * 1024, || drop((first, second)));
    }
}

impl Function<'_> {
    /// How many arguments it can make use of: higher-order functions give no more.
    pub(crate) fn arity(&self) -> usize {
        match self {
            Self::Builtin(builtin) => builtin.arity(),
            Self::Lambda(closure) => closure.lambda.parameters.len(),
            Self::Partial(partial) => partial.given.iter().filter(|given| given.is_none()).count(),
            Self::Regex(_) => 2,
            Self::Chain(_) | Self::Transform(..) => 1,
            Self::NextMatch(_) => 0,
        }
    }
}

/// The kinds that signatures tell apart, each a bit.
pub(crate) mod kind {
    pub(crate) const TEXT: u8 = 1;
    pub(crate) const NUMBER: u8 = 2;
    pub(crate) const BOOL: u8 = 4;
    pub(crate) const NULL: u8 = 8;
    pub(crate) const LIST: u8 = 16;
    pub(crate) const OBJECT: u8 = 32;
    pub(crate) const FUNCTION: u8 = 64;
    pub(crate) const NOTHING: u8 = 128;
}

fn kind_of(value: &Value) -> u8 {
    match value.kind() {
        data::Kind::Null => kind::NULL,
        data::Kind::Bool => kind::BOOL,
        data::Kind::Number => kind::NUMBER,
        data::Kind::Text => kind::TEXT,
        data::Kind::List => kind::LIST,
        data::Kind::Object => kind::OBJECT,
    }
}

impl<'v> Val<'v> {
    pub(crate) fn bool(bool: bool) -> Self {
        Self::Own(Value::from(bool))
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Own(Value::from(text))
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        Self::of(items, Origin::Made)
    }

    /// A list of which one entry counts as the entry itself.
    pub(crate) fn sequence(items: Vec<Self>) -> Self {
        Self::of(items, Origin::Sequence)
    }

    pub(crate) fn of(items: Vec<Self>, origin: Origin) -> Self {
        Self::List(Rc::new(List::new(items, origin)))
    }

    #[inline]
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The value itself, where it is one.
    #[inline]
    pub(crate) fn value(&self) -> Option<&Value> {
        match self {
            Self::Ref(value) => Some(value),
            Self::Own(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> u8 {
        match self {
            Self::Nothing | Self::TailCall => kind::NOTHING,
            Self::Number(_) => kind::NUMBER,
            Self::Ref(value) => kind_of(value),
            Self::Own(value) => kind_of(value),
            Self::List(_) | Self::Range(..) | Self::Rows(_) => kind::LIST,
            Self::Members(_) => kind::OBJECT,
            Self::Function(_) => kind::FUNCTION,
        }
    }

    #[inline]
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => self.value()?.as_f64(),
        }
    }

    #[inline]
    pub(crate) fn as_str(&self) -> Option<&str> {
        self.value()?.as_str()
    }

    /// Bytes of a text that was made; 0 for anything else.
    #[inline]
    pub(crate) fn text_len(&self) -> usize {
        match self {
            Self::Own(value) => value.as_str().map_or(0, str::len),
            _ => 0,
        }
    }

    #[inline]
    pub(crate) fn is_list(&self) -> bool {
        match self {
            Self::List(_) | Self::Range(..) => true,
            _ => self.value().is_some_and(|value| value.as_list().is_some()),
        }
    }

    /// How many entries the list has; none where it is no list.
    pub(crate) fn len(&self) -> Option<usize> {
        match self {
            Self::List(list) => Some(list.items.len()),
            Self::Range(first, last) => Some((last - first + 1) as usize),
            _ => self.value()?.as_list().map(<[Value]>::len),
        }
    }

    /// The entry of a list.
    pub(crate) fn at(&self, index: usize) -> Option<Self> {
        match self {
            Self::List(list) => list.items.get(index).cloned(),
            Self::Range(first, last) => {
                let at = first + index as i64;
                (at <= *last).then_some(Self::Number(at as f64))
            }
            Self::Ref(value) => value.at(index).map(Val::Ref),
            Self::Own(value) => value.at(index).cloned().map(Val::Own),
            _ => None,
        }
    }

    /// The entries of a list, one after another; anything else is its only entry, and nothing has
    /// none.
    pub(crate) fn entries(&self) -> Entries<'_, 'v> {
        match self {
            Self::Nothing => Entries::None,
            Self::List(list) => Entries::Made(list.items.iter()),
            Self::Range(first, last) => Entries::Range(*first, *last),
            Self::Ref(value) => match value.as_list() {
                Some(items) => Entries::Borrowed(items.iter()),
                None => Entries::One(Some(self)),
            },
            Self::Own(value) => match value.as_list() {
                Some(items) => Entries::Owned(items.iter()),
                None => Entries::One(Some(self)),
            },
            _ => Entries::One(Some(self)),
        }
    }

    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self, Self::List(list) if list.is_sequence())
    }

    pub(crate) fn is_cons(&self) -> bool {
        matches!(self, Self::List(list) if list.origin == Origin::Cons)
    }

    /// The value that a wrapper wraps, or the value itself.
    pub(crate) fn unwrapped(&self) -> Self {
        match self {
            Self::List(list) if list.origin == Origin::Wrapper => list.items[0].clone(),
            other => other.clone(),
        }
    }
}

/// The entries of a list, see [`Val::entries`].
pub(crate) enum Entries<'a, 'v> {
    None,
    One(Option<&'a Val<'v>>),
    Made(std::slice::Iter<'a, Val<'v>>),
    Borrowed(std::slice::Iter<'v, Value>),
    Owned(std::slice::Iter<'a, Value>),
    Range(i64, i64),
}

impl<'v> Iterator for Entries<'_, 'v> {
    type Item = Val<'v>;

    #[inline]
    fn next(&mut self) -> Option<Val<'v>> {
        match self {
            Self::None => None,
            Self::One(one) => one.take().cloned(),
            Self::Made(items) => items.next().cloned(),
            Self::Borrowed(items) => items.next().map(Val::Ref),
            Self::Owned(items) => items.next().cloned().map(Val::Own),
            Self::Range(first, last) => {
                if first > last {
                    return None;
                }
                *first += 1;
                Some(Val::Number((*first - 1) as f64))
            }
        }
    }

    /// Exact, so that lists are made with the room that they need and no more.
    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = match self {
            Self::None => 0,
            Self::One(one) => usize::from(one.is_some()),
            Self::Made(items) => items.len(),
            Self::Borrowed(items) => items.len(),
            Self::Owned(items) => items.len(),
            Self::Range(first, last) => (*last - *first + 1).max(0) as usize,
        };
        (n, Some(n))
    }
}

impl From<f64> for Val<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Value> for Val<'_> {
    fn from(value: Value) -> Self {
        Self::Own(value)
    }
}

impl From<bool> for Val<'_> {
    fn from(bool: bool) -> Self {
        Self::bool(bool)
    }
}

const _: () = {
    const fn is_shared_between_threads<T: Send + Sync>() {}
    is_shared_between_threads::<Node>();
};
