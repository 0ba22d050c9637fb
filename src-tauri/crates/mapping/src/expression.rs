//! One JSONata expression: read once, evaluated for many items. Not texts with expressions in
//! them: see `template`.

use std::fmt;
use std::sync::Arc;

use data::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::compile::{Node, Op, compile};
use crate::eval::{Limits, Options, evaluate, is_true};
use crate::explain::{Explanation, Read};
use crate::reference::{Reference, Target, references};
use crate::syntax::{Expr, ExprKind, parse, span};
use crate::{Fault, Names};

/// A JSONata expression. Cheap to clone, and shared between threads.
#[derive(Clone)]
pub struct Expression(Arc<Inner>);

struct Inner {
    source: String,
    references: Vec<Reference>,
    literal: bool,
    path: Option<Vec<String>>,
    node: Node,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        let (tree, faults) = parse(source);
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        let node = compile(source, &tree, false)?;
        Ok(Self(Arc::new(Inner {
            source: source.to_owned(),
            references: references(source, &tree)?,
            literal: is_literal(&tree),
            path: as_path(&tree),
            node,
        })))
    }

    /// Evaluates the expression for an item. `None` is JSONata's "nothing", which is not null.
    ///
    /// # Errors
    /// JSONata's own, a limit that was reached (see [`Limits`]), or a name that cannot be resolved.
    pub fn eval(&self, item: &Value, names: &dyn Names) -> Result<Option<Value>, Fault> {
        self.run(Some(item), names, &Limits::default(), Options::default())
    }

    /// Evaluates the expression within other limits, and without an item where there is none.
    ///
    /// # Errors
    /// As [`Expression::eval`].
    pub fn eval_within(
        &self,
        item: Option<&Value>,
        names: &dyn Names,
        limits: &Limits,
    ) -> Result<Option<Value>, Fault> {
        self.run(item, names, limits, Options::default())
    }

    /// Evaluates the expression counting in decimals, as `$decimal(…)` around it would: 0.1 + 0.2 is
    /// 0.3, and sums of money lose no cent. Numbers beyond 28 digits are counted as usual.
    ///
    /// # Errors
    /// As [`Expression::eval`].
    pub fn eval_decimal(&self, item: &Value, names: &dyn Names) -> Result<Option<Value>, Fault> {
        let options = Options { is_decimal: true, ..Options::default() };
        self.run(Some(item), names, &Limits::default(), options)
    }

    /// Evaluates the expression for an item, to a yes or no by JSONata's `$boolean`: empty texts,
    /// lists and objects, zero, null and nothing are no.
    ///
    /// # Errors
    /// As [`Expression::eval`].
    pub fn test(&self, item: &Value, names: &dyn Names) -> Result<bool, Fault> {
        if let Some(value) = self.plain(item) {
            return Ok(value.is_some_and(is_true));
        }
        Ok(self.eval(item, names)?.is_some_and(|value| is_true(&value)))
    }

    /// What the expression is made from: the paths of the item that it reads, and for each field
    /// of an object that it makes, those of that field.
    pub fn explain(&self) -> Explanation {
        crate::explain::explain(&self.0.source)
    }

    /// The values of the item that were read for its result, with their places.
    ///
    /// # Errors
    /// As [`Expression::eval`].
    pub fn trace(&self, item: &Value, names: &dyn Names) -> Result<Vec<Read>, Fault> {
        let reads = std::cell::RefCell::default();
        let options = Options { reads: Some(&reads), ..Options::default() };
        self.run(Some(item), names, &Limits::default(), options)?;
        Ok(crate::explain::places(item, &reads.take()))
    }

    /// The parts of the expression that fail whatever the item is, such as a call with too few
    /// arguments.
    pub fn check(&self) -> Vec<Fault> {
        crate::check::check(&self.0.source)
    }

    /// The source as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What the expression refers to besides its item, in the order of the source.
    pub fn references(&self) -> &[Reference] {
        &self.0.references
    }

    /// Whether the expression is one text, number, `true`, `false` or `null`.
    pub fn is_literal(&self) -> bool {
        self.0.literal
    }

    /// The field names, where the expression is a plain path such as `customer.address.city`.
    pub fn as_path(&self) -> Option<&[String]> {
        self.0.path.as_deref()
    }

    fn run(
        &self,
        item: Option<&Value>,
        names: &dyn Names,
        limits: &Limits,
        options: Options<'_>,
    ) -> Result<Option<Value>, Fault> {
        if let (Some(item), None) = (item, options.reads) {
            if let Some(value) = self.plain(item) {
                return Ok(value.cloned());
            }
        }
        evaluate(&self.0.node, item, names, limits, options).map_err(|fault| self.placed(*fault))
    }

    /// The value of a plain path through objects, which needs no evaluation; none where a list is
    /// on the way.
    #[inline]
    fn plain<'v>(&self, item: &'v Value) -> Option<Option<&'v Value>> {
        let Op::Path(path) = &self.0.node.op else { return None };
        if self.0.node.extra.is_some() || path.keeps_list {
            return None;
        }
        let mut value = item;
        for step in &path.steps {
            let Op::Field(field) = &step.op else { return None };
            if step.extra.is_some() || value.as_list().is_some() {
                return None;
            }
            match value.as_object().and_then(|object| field.of(object)) {
                Some(found) => value = found,
                None => return Some(None),
            }
        }
        Some(Some(value))
    }

    /// A fault with its place in UTF-16 units, as editors count.
    fn placed(&self, mut fault: Fault) -> Fault {
        fault.span = fault.span.map(|at| {
            let len = self.0.source.len();
            span(&self.0.source, (at.start as usize).min(len), (at.end as usize).min(len))
        });
        fault
    }
}

fn is_literal(tree: &Expr) -> bool {
    match &tree.kind {
        ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null => true,
        ExprKind::Negate(operand) => matches!(operand.kind, ExprKind::Number(_)),
        _ => false,
    }
}

fn as_path(tree: &Expr) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = tree;
    loop {
        match &rest.kind {
            ExprKind::Name(name) => {
                names.push(name.clone());
                names.reverse();
                return Some(names);
            }
            ExprKind::Dot(left, right) => {
                let ExprKind::Name(name) = &right.kind else { return None };
                names.push(name.clone());
                rest = left;
            }
            _ => return None,
        }
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.0.source)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Expression {}

impl std::str::FromStr for Expression {
    type Err = Fault;

    fn from_str(source: &str) -> Result<Self, Fault> {
        Self::parse(source)
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.source)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        Self::parse(&source).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Expression {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "expression" })
    }
}

impl Target {
    /// The reference as it is written in an expression.
    pub fn text(&self) -> String {
        match self {
            Self::Var(name) => format!("$vars.{name}"),
            Self::Vars => "$vars".to_owned(),
            Self::Env(name) => format!("$env.{name}"),
            Self::Envs => "$env".to_owned(),
            Self::Node(id) => format!("$node(\"{id}\")"),
            Self::Run => "$run".to_owned(),
            Self::Unknown(name) => format!("${name}"),
        }
    }
}

#[cfg(test)]
mod tests;
