//! The parts that a source's tree is compiled to, one by one: how they are made and looked at.

use data::Value;

use super::parent;
use super::{Bytes, Gathers, Node, Op, Path};
use crate::syntax::{Expr, ExprKind};

/// A part that hands on the parents that its parts ask for.
pub(super) fn asking(op: Op, at: Bytes) -> Node {
    let mut seeking = Vec::new();
    match &op {
        Op::List { items, .. } | Op::Block { parts: items, .. } | Op::Concat(items) => {
            for item in items {
                parent::push(&mut seeking, item);
            }
        }
        Op::Object(pairs) => {
            for (key, value) in &pairs.members {
                parent::push(&mut seeking, key);
                parent::push(&mut seeking, value);
            }
        }
        Op::Negate(operand) | Op::Bind(_, operand) | Op::Decimal(operand) => {
            parent::push(&mut seeking, operand);
        }
        Op::Binary(_, left, right) | Op::Range(left, right) | Op::Default { left, right, .. } => {
            parent::push(&mut seeking, left);
            parent::push(&mut seeking, right);
        }
        Op::Condition { condition, then, otherwise } => {
            parent::push(&mut seeking, condition);
            parent::push(&mut seeking, then);
            if let Some(otherwise) = otherwise {
                parent::push(&mut seeking, otherwise);
            }
        }
        Op::Call(call) => {
            call.arguments.iter().for_each(|argument| parent::push(&mut seeking, argument));
        }
        Op::Partial { arguments, .. } => {
            arguments.iter().flatten().for_each(|argument| parent::push(&mut seeking, argument));
        }
        _ => {}
    }
    let mut node = Node::new(op, at);
    if !seeking.is_empty() {
        node.extra_mut().seeking = seeking;
    }
    node
}

pub(super) fn path_op(steps: Vec<Node>) -> Op {
    Op::Path(Path { steps, is_tuple: false, keeps_list: false, gathers: Gathers::Nothing })
}

pub(super) fn into_path(node: Node, at: Bytes) -> Node {
    match node.op {
        Op::Path(_) => node,
        _ => Node::new(path_op(vec![node]), at),
    }
}

pub(super) fn steps(path: &Node) -> &[Node] {
    match &path.op {
        Op::Path(path) => &path.steps,
        _ => &[],
    }
}

/// The last step of a path, or the part itself.
pub(super) fn last_step(node: &mut Node) -> &mut Node {
    if !matches!(&node.op, Op::Path(path) if !path.steps.is_empty()) {
        return node;
    }
    let Op::Path(path) = &mut node.op else { unreachable!("it was a path just now") };
    path.steps.last_mut().expect("a path has steps")
}

pub(super) fn literal_text(node: &Node) -> Option<&str> {
    match &node.op {
        Op::Literal(value) if node.extra.is_none() => value.as_str(),
        _ => None,
    }
}

/// A number as an `f64`, or as a value where that would lose digits.
pub(super) fn number_op(text: &str) -> Op {
    let float: f64 = text.parse().unwrap_or(f64::NAN);
    let exact = data::json::read(text.as_bytes(), &data::Limits::default()).ok();
    let is_same = exact.as_ref().is_none_or(|exact| {
        exact.as_number().zip(Value::from(float).as_number()).is_some_and(|(a, b)| a == b)
    });
    match exact {
        Some(exact) if !is_same => Op::Literal(exact),
        _ => Op::Number(float),
    }
}

/// Whether evaluating a part of a block can give a variable a value in the block.
pub(super) fn binds(expr: &Expr) -> bool {
    let mut work = vec![expr];
    while let Some(expr) = work.pop() {
        match &expr.kind {
            ExprKind::Bind(..) => return true,
            // $eval can bind too.
            ExprKind::Variable(name) if name == "eval" => return true,
            ExprKind::Block(_) | ExprKind::Lambda { .. } => {}
            _ => work.extend(expr.children()),
        }
    }
    false
}

/// Marks the calls whose result is the function's result.
pub(super) fn mark_tail(node: &mut Node) {
    if node.keeps_list
        || node.extra.as_ref().is_some_and(|e| !e.filters.is_empty() || e.group.is_some())
    {
        return;
    }
    match &mut node.op {
        Op::Call(_) => {}
        Op::Condition { then, otherwise, .. } => {
            mark_tail(then);
            if let Some(otherwise) = otherwise {
                mark_tail(otherwise);
            }
        }
        Op::Default { right, .. } => mark_tail(right),
        Op::Block { parts, .. } => {
            if let Some(last) = parts.last_mut() {
                mark_tail(last);
            }
        }
        _ => return,
    }
    node.is_tail = true;
}
