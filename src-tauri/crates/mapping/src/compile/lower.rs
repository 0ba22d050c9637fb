//! Makes the compiled form of a source's tree, by the rules of JSONata's own parser: what is a
//! path, where conditions belong, what keeps lists.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use data::{Shape, Value};

use super::finish::finish;
use super::nodes::{
    asking, binds, into_path, last_step, literal_text, mark_tail, number_op, path_op, steps,
};
use super::parent::{self, Slot};
use super::{Bytes, Call, Field, Lambda, Node, Op, Operator, Pairs, Stage, Sym, Term, Transform};
use crate::Fault;
use crate::builtins::{Builtin, Kept, Signature};
use crate::pattern::Pattern;
use crate::syntax::{Expr, ExprKind, Term as SyntaxTerm, bound_names, span};

/// Compiles a tree.
///
/// `is_dynamic` is for `$eval`, whose surroundings may hide any function.
///
/// # Errors
/// What JSONata refuses in a well-formed expression, with its place.
pub(crate) fn compile(source: &str, tree: &Expr, is_dynamic: bool) -> Result<Node, Fault> {
    let mut lowering = Lowering { source, bound: bound_names(tree), is_dynamic, n_slots: 0 };
    let mut node = lowering.lower(tree)?;
    let is_parent = matches!(node.op, Op::Parent(_));
    if is_parent || !node.seeking().is_empty() {
        return Err(parent::fault().at(lowering.span(&node.at)));
    }
    finish(&mut node);
    Ok(node)
}

struct Lowering<'a> {
    source: &'a str,
    /// The names that the expression gives a value itself.
    bound: HashSet<&'a str>,
    is_dynamic: bool,
    n_slots: u32,
}

type Lowered = Result<Node, Fault>;

impl Lowering<'_> {
    fn span(&self, at: &Bytes) -> crate::Span {
        span(self.source, at.start as usize, at.end as usize)
    }

    fn lower(&mut self, expr: &Expr) -> Lowered {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.lower_within(expr))
    }

    fn lower_within(&mut self, expr: &Expr) -> Lowered {
        // A call is told of as a whole, anything else at its operator.
        let is_call = matches!(expr.kind, ExprKind::Call(..));
        let at = if is_call { expr.span.clone() } else { expr.at.clone() };
        let op = match &expr.kind {
            ExprKind::Text(text) => Op::Literal(Value::from(text.as_str())),
            ExprKind::Number(number) => number_op(number),
            ExprKind::Bool(bool) => Op::Literal(Value::from(*bool)),
            ExprKind::Null => Op::Literal(Value::null()),
            ExprKind::Name(name) => {
                let step = Node::new(Op::Field(Field::new(name)), at.clone());
                path_op(vec![step])
            }
            ExprKind::Variable(name) => self.variable(name),
            ExprKind::Wildcard => Op::Wildcard,
            ExprKind::Descendants => Op::Descendants,
            ExprKind::Parent => {
                self.n_slots += 1;
                Op::Parent(Slot::new(self.n_slots))
            }
            ExprKind::Regex { pattern, flags } => match Pattern::parse(pattern, flags) {
                Ok(pattern) => Op::Regex(Arc::new(pattern)),
                Err(error) => {
                    let fault = Fault::new(error.code, error.message);
                    return Err(fault.at(self.span(&expr.span)));
                }
            },
            ExprKind::Dot(left, right) => return self.dot(left, right, at),
            ExprKind::Filter(left, condition) => return self.filter(left, condition, &at),
            ExprKind::KeepList(left) => return self.keep_list(left),
            ExprKind::Group(left, pairs) => return self.group(left, pairs, &at),
            ExprKind::Sort(left, terms) => return self.sort(left, terms, at),
            ExprKind::Focus(left, name) => return self.focus(left, name, &at),
            ExprKind::Index(left, name) => return self.index(left, name),
            ExprKind::Negate(operand) => return self.negate(operand, at),
            ExprKind::List(items) => {
                let items = self.all(items)?;
                return Ok(asking(Op::List { items, is_cons: false }, at));
            }
            ExprKind::Range(from, to) => {
                Op::Range(Box::new(self.lower(from)?), Box::new(self.lower(to)?))
            }
            ExprKind::Object(pairs) => Op::Object(self.pairs(pairs)?),
            ExprKind::Block(parts) => return self.block(parts, at),
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            ExprKind::Condition(condition, then, otherwise) => Op::Condition {
                condition: Box::new(self.lower(condition)?),
                then: Box::new(self.lower(then)?),
                otherwise: match otherwise {
                    Some(otherwise) => Some(Box::new(self.lower(otherwise)?)),
                    None => None,
                },
            },
            ExprKind::Default(left, right) => self.default(left, right, true)?,
            ExprKind::Coalesce(left, right) => self.default(left, right, false)?,
            ExprKind::Bind(name, value) => Op::Bind(Sym::of(name), Box::new(self.lower(value)?)),
            ExprKind::Apply(left, right) => return self.apply(left, right, at),
            ExprKind::Call(procedure, arguments) => self.call(procedure, arguments)?,
            ExprKind::Lambda { parameters, signature, body } => {
                self.lambda(parameters, signature.as_deref(), body)?
            }
            ExprKind::Transform { pattern, update, delete } => {
                self.transform(pattern, update, delete.as_deref())?
            }
            ExprKind::Broken => {
                let message = "The expression could not be read.";
                return Err(Fault::new("S0500", message).at(self.span(&expr.span)));
            }
        };
        Ok(asking(op, at))
    }

    fn all(&mut self, exprs: &[Expr]) -> Result<Vec<Node>, Fault> {
        exprs.iter().map(|expr| self.lower(expr)).collect()
    }

    fn pairs(&mut self, pairs: &[(Expr, Expr)]) -> Result<Pairs, Fault> {
        let mut lowered = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            lowered.push((self.lower(key)?, self.lower(value)?));
        }
        let names: Option<Vec<&str>> = lowered.iter().map(|(key, _)| literal_text(key)).collect();
        let distinct =
            names.filter(|names| names.iter().collect::<HashSet<_>>().len() == names.len());
        let shape = distinct.map(Shape::new);
        Ok(Pairs { members: lowered, shape, partial: Mutex::default(), lately: Mutex::default() })
    }

    fn variable(&self, name: &str) -> Op {
        if self.is_dynamic || self.bound.contains(name) {
            return match name {
                "" => Op::Input,
                _ => Op::Variable { sym: Sym::of(name), name: name.into() },
            };
        }
        match name {
            "" => Op::Input,
            "$" => Op::Root,
            _ => match Builtin::named(name) {
                Some(builtin) => Op::Function(builtin),
                None => Op::Variable { sym: Sym::of(name), name: name.into() },
            },
        }
    }

    fn dot(&mut self, left: &Expr, right: &Expr, at: Bytes) -> Lowered {
        let left = self.lower(left)?;
        let is_parent = matches!(left.op, Op::Parent(_));
        let mut path = into_path(left, at);
        if is_parent {
            let mut seeking = Vec::new();
            if let Some(step) = steps(&path).first() {
                parent::push(&mut seeking, step);
            }
            path.extra_mut().seeking = seeking;
        }
        let right = self.lower(right)?;
        let right_keeps = matches!(&right.op, Op::Path(path) if path.keeps_list);
        let Op::Path(inner) = &mut path.op else { return Ok(path) };
        match right.op {
            // The group of a right side that is a path would be lost with it; it is its last step's.
            Op::Path(right_path) if right.extra.as_ref().is_none_or(|e| e.group.is_none()) => {
                inner.steps.extend(right_path.steps);
            }
            _ => {
                let mut step = right;
                if let Some(extra) = &mut step.extra {
                    extra.stages.extend(extra.filters.drain(..).map(Stage::Filter));
                }
                inner.steps.push(step);
            }
        }
        for step in &mut inner.steps {
            match &step.op {
                Op::Number(_) => return Err(self.literal_step(step)),
                Op::Literal(value) => match value.as_str() {
                    Some(name) => step.op = Op::Field(Field::new(name)),
                    None => return Err(self.literal_step(step)),
                },
                _ => {}
            }
        }
        inner.keeps_list |= right_keeps || inner.steps.iter().any(|step| step.keeps_list);
        let last = inner.steps.len() - 1;
        for index in [0, last] {
            if let Op::List { is_cons, .. } = &mut inner.steps[index].op {
                *is_cons = true;
            }
        }
        match parent::resolve(&mut path) {
            Ok(()) => Ok(path),
            Err(at) => Err(parent::fault().at(self.span(&at))),
        }
    }

    fn literal_step(&self, step: &Node) -> Fault {
        let message = "A number, true, false or null cannot be a step of a path. Put round brackets around it if its value is meant.";
        Fault::new("S0213", message).at(self.span(&step.at))
    }

    fn filter(&mut self, left: &Expr, condition: &Expr, at: &Bytes) -> Lowered {
        let mut left = self.lower(left)?;
        let mut condition = self.lower(condition)?;
        let is_path = matches!(left.op, Op::Path(_));
        let step = last_step(&mut left);
        if step.extra.as_ref().is_some_and(|extra| extra.group.is_some()) {
            let message = "A condition cannot stand behind a grouping. Put it before the {.";
            return Err(Fault::new("S0209", message).at(self.span(at)));
        }
        let seeking = condition.extra.as_mut().map(|e| std::mem::take(&mut e.seeking));
        let mut seeking = seeking.unwrap_or_default();
        for slot in &seeking {
            if slot.level() == 1 {
                parent::seek(step, slot).map_err(|at| parent::fault().at(self.span(&at)))?;
            } else {
                slot.add(-1);
            }
        }
        if let Op::Parent(slot) = &condition.op {
            seeking.push(slot.clone());
        }
        let extra = step.extra_mut();
        extra.seeking.extend(seeking);
        if is_path {
            extra.stages.push(Stage::Filter(condition));
        } else {
            extra.filters.push(condition);
        }
        Ok(left)
    }

    fn keep_list(&mut self, left: &Expr) -> Lowered {
        // The brackets count for the innermost part that conditions stand behind.
        let mut node = self.lower(left)?;
        node.keeps_list = true;
        if let Op::Path(path) = &mut node.op {
            path.keeps_list = true;
            if let Some(last) = path.steps.last_mut() {
                last.keeps_list = true;
            }
        }
        Ok(node)
    }

    fn group(&mut self, left: &Expr, pairs: &[(Expr, Expr)], at: &Bytes) -> Lowered {
        let mut node = self.lower(left)?;
        if node.extra.as_ref().is_some_and(|extra| extra.group.is_some()) {
            let message = "A step can be grouped only once.";
            return Err(Fault::new("S0210", message).at(self.span(at)));
        }
        let pairs = self.pairs(pairs)?;
        node.extra_mut().group = Some(pairs);
        Ok(node)
    }

    fn sort(&mut self, left: &Expr, terms: &[SyntaxTerm], at: Bytes) -> Lowered {
        let left = self.lower(left)?;
        let mut path = into_path(left, at.clone());
        let mut lowered = Vec::with_capacity(terms.len());
        let mut seeking = Vec::new();
        for term in terms {
            let by = self.lower(&term.by)?;
            parent::push(&mut seeking, &by);
            lowered.push(Term { is_descending: term.is_descending, by });
        }
        let mut step = Node::new(Op::Sort(lowered), at);
        if !seeking.is_empty() {
            step.extra_mut().seeking = seeking;
        }
        if let Op::Path(inner) = &mut path.op {
            inner.steps.push(step);
        }
        match parent::resolve(&mut path) {
            Ok(()) => Ok(path),
            Err(at) => Err(parent::fault().at(self.span(&at))),
        }
    }

    fn focus(&mut self, left: &Expr, name: &str, at: &Bytes) -> Lowered {
        let mut left = self.lower(left)?;
        let step = last_step(&mut left);
        let extra = step.extra.as_ref();
        if extra.is_some_and(|extra| !extra.stages.is_empty() || !extra.filters.is_empty()) {
            let message = "@ must stand before the conditions of a step.";
            return Err(Fault::new("S0215", message).at(self.span(at)));
        }
        if matches!(step.op, Op::Sort(_)) {
            let message = "@ must stand before the order of a step.";
            return Err(Fault::new("S0216", message).at(self.span(at)));
        }
        let extra = step.extra_mut();
        extra.focus = Some(Sym::of(name));
        extra.is_tuple = true;
        Ok(left)
    }

    fn index(&mut self, left: &Expr, name: &str) -> Lowered {
        let left = self.lower(left)?;
        let was_path = matches!(left.op, Op::Path(_));
        let at = left.at.clone();
        let mut path = into_path(left, at);
        let step = last_step(&mut path);
        let extra = step.extra_mut();
        if !was_path {
            extra.stages.extend(extra.filters.drain(..).map(Stage::Filter));
        }
        if extra.stages.is_empty() {
            extra.index = Some(Sym::of(name));
        } else {
            extra.stages.push(Stage::Index(Sym::of(name)));
        }
        extra.is_tuple = true;
        Ok(path)
    }

    fn negate(&mut self, operand: &Expr, at: Bytes) -> Lowered {
        let mut operand = self.lower(operand)?;
        if let Op::Number(number) = &mut operand.op {
            *number = -*number;
            return Ok(operand);
        }
        let exact = match &operand.op {
            Op::Literal(value) => value.as_number(),
            _ => None,
        };
        if let Some(number) = exact {
            operand.op = number_op(&format!("-{number}"));
            return Ok(operand);
        }
        Ok(asking(Op::Negate(Box::new(operand)), at))
    }

    fn block(&mut self, parts: &[Expr], at: Bytes) -> Lowered {
        let binds = self.is_dynamic || parts.iter().any(binds);
        let parts = self.all(parts)?;
        Ok(asking(Op::Block { parts, binds }, at))
    }

    fn binary(&mut self, operator: Operator, left: &Expr, right: &Expr) -> Result<Op, Fault> {
        let (left, right) = (self.lower(left)?, self.lower(right)?);
        if operator != Operator::Concat {
            return Ok(Op::Binary(operator, Box::new(left), Box::new(right)));
        }
        // A chain of texts is put together at once.
        let mut parts = Vec::new();
        match left {
            Node { op: Op::Concat(first), extra: None, keeps_list: false, .. } => parts = first,
            Node {
                op: Op::Concat(first),
                extra: Some(extra),
                keeps_list,
                at,
                is_tail,
                has_lane,
            } => {
                if extra.filters.is_empty() && extra.group.is_none() && !keeps_list {
                    parts = first;
                } else {
                    let extra = Some(extra);
                    parts.push(Node {
                        op: Op::Concat(first),
                        extra,
                        keeps_list,
                        at,
                        is_tail,
                        has_lane,
                    });
                }
            }
            other => parts.push(other),
        }
        parts.push(right);
        Ok(Op::Concat(parts))
    }

    fn default(&mut self, left: &Expr, right: &Expr, by_truth: bool) -> Result<Op, Fault> {
        let left = Box::new(self.lower(left)?);
        let right = Box::new(self.lower(right)?);
        Ok(Op::Default { left, right, by_truth })
    }

    fn call(&mut self, procedure: &Expr, arguments: &[Option<Expr>]) -> Result<Op, Fault> {
        if let (ExprKind::Variable(name), [Some(argument)]) = (&procedure.kind, arguments) {
            let is_own = !self.is_dynamic && !self.bound.contains(name.as_str());
            match (name.as_str(), &argument.kind) {
                ("node", ExprKind::Text(id)) if is_own => return Ok(Op::Item(id.as_str().into())),
                ("decimal", _) if is_own => {
                    return Ok(Op::Decimal(Box::new(self.lower(argument)?)));
                }
                _ => {}
            }
        }
        let name: Box<str> = match &procedure.kind {
            ExprKind::Variable(name) | ExprKind::Name(name) => name.as_str().into(),
            _ => "".into(),
        };
        let procedure = Box::new(self.lower(procedure)?);
        if arguments.iter().any(Option::is_none) {
            let mut lowered = Vec::with_capacity(arguments.len());
            for argument in arguments {
                lowered.push(match argument {
                    Some(argument) => Some(self.lower(argument)?),
                    None => None,
                });
            }
            return Ok(Op::Partial { procedure, arguments: lowered });
        }
        let mut lowered = Vec::with_capacity(arguments.len());
        for argument in arguments.iter().flatten() {
            lowered.push(self.lower(argument)?);
        }
        Ok(Op::Call(Call { procedure, arguments: lowered, name, kept: Kept::new() }))
    }

    fn apply(&mut self, left: &Expr, right: &Expr, at: Bytes) -> Lowered {
        let (left, right) = (self.lower(left)?, self.lower(right)?);
        let keeps_list = left.keeps_list || right.keeps_list;
        let op = Op::Apply(Box::new(left), Box::new(right));
        Ok(Node { keeps_list, ..Node::new(op, at) })
    }

    fn transform(
        &mut self,
        pattern: &Expr,
        update: &Expr,
        delete: Option<&Expr>,
    ) -> Result<Op, Fault> {
        let mut transform = Transform {
            pattern: self.lower(pattern)?,
            update: self.lower(update)?,
            delete: match delete {
                Some(delete) => Some(self.lower(delete)?),
                None => None,
            },
        };
        finish(&mut transform.pattern);
        finish(&mut transform.update);
        if let Some(delete) = &mut transform.delete {
            finish(delete);
        }
        Ok(Op::Transform(Arc::new(transform)))
    }

    fn lambda(
        &mut self,
        parameters: &[String],
        signature: Option<&str>,
        body: &Expr,
    ) -> Result<Op, Fault> {
        let mut body = self.lower(body)?;
        mark_tail(&mut body);
        finish(&mut body);
        Ok(Op::Lambda(Arc::new(Lambda {
            parameters: parameters.iter().map(|name| Sym::of(name)).collect(),
            // The parser has refused the others.
            signature: signature.and_then(|text| Signature::parse(text).ok()),
            body,
        })))
    }
}
