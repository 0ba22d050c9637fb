//! What JSONata source says, as a tree with places: lexer, parser and the tree itself.
//! Not what it does: see `compile`.

mod lex;
mod parse;

use std::collections::HashSet;
use std::ops::Range;

pub(crate) use self::lex::{Kind, Lexer, span, units};
pub use self::parse::parse;

/// A place in the source, in bytes.
pub type Bytes = Range<u32>;

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// From its first to its last byte.
    pub span: Bytes,
    /// The place of its operator or opening bracket, where errors of it are told.
    pub at: Bytes,
    /// How many expressions stand in one another here, itself included.
    pub(crate) depth: u32,
}

/// The kinds of expression, as they are written: nothing is rearranged yet.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `'text'`
    Text(String),
    /// `12.50`, as it is written.
    Number(String),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
    /// `orders` or `` `order no` ``
    Name(String),
    /// `$name`; empty for `$`, and `$` for `$$`.
    Variable(String),
    /// `*`
    Wildcard,
    /// `**`
    Descendants,
    /// `%`
    Parent,
    /// `/pattern/flags`
    Regex {
        /// Between the slashes.
        pattern: String,
        /// Behind them: `i` and `m`.
        flags: String,
    },
    /// `left.right`
    Dot(Box<Expr>, Box<Expr>),
    /// `left[condition]`
    Filter(Box<Expr>, Box<Expr>),
    /// `left[]`
    KeepList(Box<Expr>),
    /// `left{key: value}`
    Group(Box<Expr>, Vec<(Expr, Expr)>),
    /// `left^(terms)`
    Sort(Box<Expr>, Vec<Term>),
    /// `left@$name`
    Focus(Box<Expr>, String),
    /// `left#$name`
    Index(Box<Expr>, String),
    /// `-operand`
    Negate(Box<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `from..to`, only within a list.
    Range(Box<Expr>, Box<Expr>),
    /// `{key: value}`
    Object(Vec<(Expr, Expr)>),
    /// `(a; b)`
    Block(Vec<Expr>),
    /// `left op right`
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `condition ? then : otherwise`
    Condition(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `left ?: right`: the left where it is truthy.
    Default(Box<Expr>, Box<Expr>),
    /// `left ?? right`: the left where it is anything.
    Coalesce(Box<Expr>, Box<Expr>),
    /// `$name := value`
    Bind(String, Box<Expr>),
    /// `left ~> right`
    Apply(Box<Expr>, Box<Expr>),
    /// `procedure(arguments)`; a `?` is an argument that is left open.
    Call(Box<Expr>, Vec<Option<Expr>>),
    /// `function($a) <s:s> { body }`
    Lambda {
        /// The names of the parameters, without `$`.
        parameters: Vec<String>,
        /// With its angle brackets.
        signature: Option<String>,
        /// What it gives.
        body: Box<Expr>,
    },
    /// `|pattern|update, delete|`
    Transform {
        /// Which objects are changed.
        pattern: Box<Expr>,
        /// The fields that are set in them.
        update: Box<Expr>,
        /// The fields that are taken out.
        delete: Option<Box<Expr>>,
    },
    /// What could not be read; a fault tells why.
    Broken,
}

/// One term of a sort.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Whether the largest comes first.
    pub is_descending: bool,
    /// What is compared.
    pub by: Expr,
}

/// The operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `&`
    Concat,
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
}

impl Operator {
    /// Whether it counts: `+`, `-`, `*`, `/` or `%`.
    pub fn is_arithmetic(self) -> bool {
        matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder)
    }

    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Concat => "&",
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl Expr {
    /// The expressions that stand directly in this one, in the order of the source.
    pub fn children(&self) -> Vec<&Self> {
        let mut out: Vec<&Self> = Vec::new();
        match &self.kind {
            ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Name(_)
            | ExprKind::Variable(_)
            | ExprKind::Wildcard
            | ExprKind::Descendants
            | ExprKind::Parent
            | ExprKind::Regex { .. }
            | ExprKind::Broken => {}
            ExprKind::KeepList(left)
            | ExprKind::Focus(left, _)
            | ExprKind::Index(left, _)
            | ExprKind::Negate(left)
            | ExprKind::Bind(_, left)
            | ExprKind::Lambda { body: left, .. } => out.push(left),
            ExprKind::Dot(left, right)
            | ExprKind::Filter(left, right)
            | ExprKind::Range(left, right)
            | ExprKind::Binary(_, left, right)
            | ExprKind::Default(left, right)
            | ExprKind::Coalesce(left, right)
            | ExprKind::Apply(left, right) => out.extend([&**left, right]),
            ExprKind::List(items) | ExprKind::Block(items) => out.extend(items),
            ExprKind::Object(pairs) => out.extend(pairs.iter().flat_map(|(k, v)| [k, v])),
            ExprKind::Group(left, pairs) => {
                out.push(left);
                out.extend(pairs.iter().flat_map(|(k, v)| [k, v]));
            }
            ExprKind::Sort(left, terms) => {
                out.push(left);
                out.extend(terms.iter().map(|term| &term.by));
            }
            ExprKind::Condition(condition, then, otherwise) => {
                out.extend([&**condition, then]);
                out.extend(otherwise.as_deref());
            }
            ExprKind::Call(procedure, arguments) => {
                out.push(procedure);
                out.extend(arguments.iter().flatten());
            }
            ExprKind::Transform { pattern, update, delete } => {
                out.extend([&**pattern, update]);
                out.extend(delete.as_deref());
            }
        }
        out
    }
}

/// Names that the expression itself gives a value: `$x := …`, `function($x)`, `@$x`, `#$x`.
///
/// Scopes are left aside: a name bound anywhere counts as bound everywhere, so that nothing is
/// called unknown that is not.
pub(crate) fn bound_names(tree: &Expr) -> HashSet<&str> {
    let mut names = HashSet::new();
    let mut work = vec![tree];
    while let Some(expr) = work.pop() {
        match &expr.kind {
            ExprKind::Bind(name, _) | ExprKind::Focus(_, name) | ExprKind::Index(_, name) => {
                names.insert(name.as_str());
            }
            ExprKind::Lambda { parameters, .. } => {
                names.extend(parameters.iter().map(String::as_str));
            }
            _ => {}
        }
        work.extend(expr.children());
    }
    names
}
