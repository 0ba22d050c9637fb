//! What an expression is made from: the paths it reads, known from its source alone, and for one
//! item the values that were read. The base of a field's provenance.

use std::collections::{BTreeSet, HashMap, HashSet};

use data::{Path, Value};

use crate::syntax::{Expr, ExprKind, parse};

/// What an expression is made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The paths that it reads, such as `lines.price`; what stands before a path that begins with
    /// `$` is the item of another node, a variable of the flow and the like.
    pub sources: Vec<String>,
    /// The same for each field of the object that it makes, if it makes one.
    pub fields: Vec<(String, Vec<String>)>,
}

/// A value of the item that was read, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Its place, such as `lines[0].price`.
    pub path: String,
    /// What was there.
    pub value: Value,
}

/// Explains a source; one that cannot be read is explained as far as it can.
pub(crate) fn explain(source: &str) -> Explanation {
    let (tree, _) = parse(source);
    let mut reader = Reader::default();
    reader.read(&tree, &Context::item());
    let fields = match &tree.kind {
        ExprKind::Object(pairs) => pairs.iter().filter_map(field).collect(),
        _ => Vec::new(),
    };
    Explanation { sources: reader.found.into_iter().collect(), fields }
}

fn field((key, value): &(Expr, Expr)) -> Option<(String, Vec<String>)> {
    let ExprKind::Text(name) = &key.kind else { return None };
    let mut reader = Reader::default();
    reader.read(value, &Context::item());
    Some((name.clone(), reader.found.into_iter().collect()))
}

/// The paths that a part's input may stand for; many, as a part can be chosen by a condition.
#[derive(Debug, Clone, Default)]
struct Context {
    paths: Vec<String>,
}

impl Context {
    fn item() -> Self {
        Self { paths: vec![String::new()] }
    }

    fn field(&self, name: &str) -> Self {
        let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let name = if plain { name.to_owned() } else { format!("`{name}`") };
        let join = |path: &String| {
            if path.is_empty() { name.clone() } else { format!("{path}.{name}") }
        };
        Self { paths: self.paths.iter().map(join).collect() }
    }

    fn with(mut self, other: Self) -> Self {
        for path in other.paths {
            if !self.paths.contains(&path) && self.paths.len() < MAX_PATHS {
                self.paths.push(path);
            }
        }
        self
    }
}

/// More paths than this are not told apart for one part.
const MAX_PATHS: usize = 64;

#[derive(Default)]
struct Reader {
    found: BTreeSet<String>,
    names: HashMap<String, Context>,
}

impl Reader {
    /// Notes what an expression's value is made from.
    fn read(&mut self, expr: &Expr, input: &Context) {
        let value = self.walk(expr, input);
        self.note(&value);
    }

    fn note(&mut self, value: &Context) {
        self.found.extend(value.paths.iter().filter(|path| !path.is_empty()).cloned());
    }

    /// What paths a part's value is; what goes into it otherwise is noted.
    fn walk(&mut self, expr: &Expr, input: &Context) -> Context {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.walk_within(expr, input))
    }

    fn walk_within(&mut self, expr: &Expr, input: &Context) -> Context {
        match &expr.kind {
            ExprKind::Name(name) => input.field(name),
            ExprKind::Wildcard | ExprKind::Descendants => input.field("*"),
            ExprKind::Variable(name) => match name.as_str() {
                "" => input.clone(),
                "$" => Context::item(),
                _ => self.names.get(name).cloned().unwrap_or_else(|| outside(name)),
            },
            ExprKind::Parent => Context {
                paths: input.paths.iter().map(|path| parent(parent(path)).to_owned()).collect(),
            },
            ExprKind::Dot(left, right) => {
                let left = self.walk(left, input);
                self.walk(right, &left)
            }
            ExprKind::Filter(left, condition) => {
                let left = self.walk(left, input);
                self.read(condition, &left);
                left
            }
            ExprKind::KeepList(left) => self.walk(left, input),
            ExprKind::Sort(left, terms) => {
                let left = self.walk(left, input);
                for term in terms {
                    self.read(&term.by, &left);
                }
                left
            }
            ExprKind::Focus(left, name) | ExprKind::Index(left, name) => {
                let value = self.walk(left, input);
                if matches!(expr.kind, ExprKind::Focus(..)) {
                    self.names.insert(name.clone(), value);
                    return input.clone();
                }
                value
            }
            ExprKind::Block(parts) => {
                let mut last = Context::default();
                for part in parts {
                    last = self.walk(part, input);
                }
                last
            }
            ExprKind::Bind(name, value) => {
                let value = self.walk(value, input);
                self.names.insert(name.clone(), value.clone());
                value
            }
            ExprKind::Condition(condition, then, otherwise) => {
                self.choice(condition, then, otherwise.as_deref(), input)
            }
            ExprKind::Default(left, right) | ExprKind::Coalesce(left, right) => {
                let left = self.walk(left, input);
                left.with(self.walk(right, input))
            }
            ExprKind::Group(left, pairs) => {
                let left = self.walk(left, input);
                self.read_all(pairs.iter().flat_map(|(key, value)| [key, value]), &left)
            }
            ExprKind::Call(procedure, arguments) => self.call(procedure, arguments, input),
            ExprKind::Apply(left, right) => {
                let left = self.walk(left, input);
                self.note(&left);
                self.walk(right, input);
                left
            }
            ExprKind::Lambda { body, .. } => {
                self.read(body, input);
                Context::default()
            }
            ExprKind::Transform { pattern, update, delete } => {
                let found = self.walk(pattern, input);
                self.read_all([&**update].into_iter().chain(delete.as_deref()), &found)
            }
            _ => self.read_all(expr.children(), input),
        }
    }

    /// The value of a part that only reads others, and gives no path of theirs.
    fn read_all<'e>(
        &mut self,
        parts: impl IntoIterator<Item = &'e Expr>,
        input: &Context,
    ) -> Context {
        for part in parts {
            self.read(part, input);
        }
        Context::default()
    }

    fn choice(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: Option<&Expr>,
        input: &Context,
    ) -> Context {
        self.read(condition, input);
        let then = self.walk(then, input);
        match otherwise {
            Some(otherwise) => then.with(self.walk(otherwise, input)),
            None => then,
        }
    }

    /// A call's value: functions that only choose among their first argument's entries give paths
    /// of it, `$node` those of a node; all arguments are read.
    fn call(&mut self, procedure: &Expr, arguments: &[Option<Expr>], input: &Context) -> Context {
        let name = match &procedure.kind {
            ExprKind::Variable(name) => name.as_str(),
            _ => "",
        };
        if let ("node", [Some(Expr { kind: ExprKind::Text(id), .. })]) = (name, arguments) {
            return Context { paths: vec![format!("$node(\"{id}\")")] };
        }
        let takes_function = matches!(name, "map" | "filter" | "single" | "reduce" | "sort");
        let mut given = arguments.iter().flatten();
        let Some(first) = given.next() else {
            return Context::default();
        };
        let first = self.walk(first, input);
        for argument in given {
            match &argument.kind {
                ExprKind::Lambda { parameters, body, .. } if takes_function => {
                    for parameter in parameters {
                        self.names.insert(parameter.clone(), first.clone());
                    }
                    let value = self.walk(body, input);
                    if name == "map" {
                        return value;
                    }
                    self.note(&value);
                }
                _ => self.read(argument, input),
            }
        }
        match name {
            "filter" | "single" | "sort" | "reverse" | "distinct" | "shuffle" => first,
            _ => {
                self.note(&first);
                Context::default()
            }
        }
    }
}

/// A name that the surroundings give a value.
fn outside(name: &str) -> Context {
    if crate::functions::is_function(name) {
        return Context::default();
    }
    Context { paths: vec![format!("${name}")] }
}

/// A path without its last field.
fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(before, _)| before)
}

/// Finds where values stand in an item, by their addresses.
///
/// Of a value and what is in it only the innermost that was read is told: `customer.name`, not
/// `customer` too.
pub(crate) fn places(item: &Value, addresses: &[*const Value]) -> Vec<Read> {
    let wanted: HashSet<*const Value> = addresses.iter().copied().collect();
    let mut found: Vec<(Path, &Value)> = Vec::new();
    let mut work: Vec<(&Value, Path)> = vec![(item, Path::root())];
    while let Some((value, path)) = work.pop() {
        let before = work.len();
        for (key, value) in value.as_object().into_iter().flatten() {
            work.push((value, path.key(key.clone())));
        }
        for (index, value) in value.as_list().into_iter().flatten().enumerate() {
            work.push((value, path.index(index)));
        }
        work[before..].reverse();
        if wanted.contains(&std::ptr::from_ref(value)) {
            // What is read stands right before what is read in it.
            let is_around =
                |(outer, _): &(Path, &Value)| path.segments().starts_with(outer.segments());
            while found.last().is_some_and(is_around) {
                found.pop();
            }
            found.push((path, value));
        }
    }
    found
        .into_iter()
        .map(|(path, value)| Read { path: path.to_string(), value: value.clone() })
        .collect()
}
