//! Marks the parts of a finished tree that can be evaluated without making values: see `eval::lane`.

use super::{Call, Extra, Gathers, Node, Op, Operator, Pairs, Path, Stage};
use crate::builtins::Builtin;

/// Marks a part and all parts in it.
pub(super) fn finish(node: &mut Node) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || finish_within(node));
}

fn finish_within(node: &mut Node) {
    if let Some(extra) = &mut node.extra {
        finish_extra(extra);
    }
    match &mut node.op {
        Op::Literal(_)
        | Op::Number(_)
        | Op::Field(_)
        | Op::Input
        | Op::Root
        | Op::Variable { .. }
        | Op::Function(_)
        | Op::Item(_)
        | Op::Wildcard
        | Op::Descendants
        | Op::Parent(_)
        | Op::Regex(_)
        // What is shared is finished where it is made.
        | Op::Lambda(_)
        | Op::Transform(_) => {}
        Op::Path(Path { steps: parts, .. })
        | Op::List { items: parts, .. }
        | Op::Block { parts, .. }
        | Op::Concat(parts) => parts.iter_mut().for_each(finish),
        Op::Negate(part) | Op::Bind(_, part) | Op::Decimal(part) => finish(part),
        Op::Range(left, right)
        | Op::Binary(_, left, right)
        | Op::Default { left, right, .. }
        | Op::Apply(left, right) => {
            finish(left);
            finish(right);
        }
        Op::Object(pairs) => finish_pairs(pairs),
        Op::Condition { condition, then, otherwise } => {
            finish(condition);
            finish(then);
            if let Some(otherwise) = otherwise {
                finish(otherwise);
            }
        }
        Op::Call(Call { procedure, arguments, .. }) => {
            finish(procedure);
            arguments.iter_mut().for_each(finish);
        }
        Op::Partial { procedure, arguments } => {
            finish(procedure);
            arguments.iter_mut().flatten().for_each(finish);
        }
        Op::Sort(terms) => terms.iter_mut().for_each(|term| finish(&mut term.by)),
    }
    if let Op::Path(path) = &mut node.op {
        let is_bare = node.extra.is_none() && !node.keeps_list;
        path.gathers = if is_bare { gathers(path) } else { Gathers::Nothing };
    }
    node.has_lane = node.extra.is_none() && !node.keeps_list && has_lane(&node.op);
}

fn finish_extra(extra: &mut Extra) {
    extra.filters.iter_mut().for_each(finish);
    for stage in &mut extra.stages {
        if let Stage::Filter(filter) = stage {
            finish(filter);
        }
    }
    extra.group.iter_mut().for_each(finish_pairs);
}

fn finish_pairs(pairs: &mut Pairs) {
    for (key, value) in &mut pairs.members {
        finish(key);
        finish(value);
    }
}

fn has_lane(op: &Op) -> bool {
    match op {
        Op::Literal(_) | Op::Number(_) | Op::Field(_) | Op::Input => true,
        Op::Path(path) => is_plain(path),
        Op::Negate(part) => part.has_lane,
        Op::Block { parts, binds: false } => matches!(&parts[..], [only] if only.has_lane),
        Op::Binary(operator, left, right) => {
            *operator != Operator::In && left.has_lane && right.has_lane
        }
        Op::Call(call) => match (&call.procedure.op, &call.arguments[..]) {
            (Op::Function(Builtin::Sum | Builtin::Count), [list]) => is_summed(list),
            (Op::Function(Builtin::ToMillis | Builtin::Round), [only]) => only.has_lane,
            (Op::Function(Builtin::Round), [number, digits]) => {
                number.has_lane && matches!(digits.op, Op::Number(_))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a path goes through fields alone.
fn is_plain(path: &Path) -> bool {
    !path.keeps_list
        && path.steps.iter().enumerate().all(|(index, step)| {
            let is_start = index == 0 && matches!(step.op, Op::Input);
            step.extra.is_none()
                && !step.keeps_list
                && (is_start || matches!(step.op, Op::Field(_)))
        })
}

/// Whether a list can be added up as a path goes: fields, then something that is counted.
fn is_summed(list: &Node) -> bool {
    let Op::Path(path) = &list.op else { return false };
    let Some((last, before)) = path.steps.split_last() else { return false };
    list.extra.is_none()
        && !list.keeps_list
        && !path.keeps_list
        && last.has_lane
        && before.iter().enumerate().all(|(index, step)| {
            let is_start = index == 0 && matches!(step.op, Op::Input);
            step.extra.is_none()
                && !step.keeps_list
                && (is_start || matches!(step.op, Op::Field(_)))
        })
}

/// What a path gathers from the entries of a list.
fn gathers(path: &Path) -> Gathers {
    let [before @ .., list, last] = &path.steps[..] else { return Gathers::Nothing };
    let is_plain = |step: &Node| step.extra.is_none() && !step.keeps_list;
    let is_field = |step: &Node| is_plain(step) && matches!(step.op, Op::Field(_));
    let compares = |stage: &Stage| match stage {
        Stage::Filter(filter) => filter.has_lane && matches!(filter.op, Op::Binary(..)),
        Stage::Index(_) => false,
    };
    let is_list = list.extra.as_ref().is_none_or(|extra| {
        !extra.is_tuple
            && extra.seeking.is_empty()
            && extra.filters.is_empty()
            && extra.group.is_none()
            && extra.stages.iter().all(compares)
    });
    let leads_to_list = !path.keeps_list
        && !path.is_tuple
        && before.iter().all(is_field)
        && matches!(list.op, Op::Field(_))
        && !list.keeps_list
        && is_list;
    match &last.op {
        Op::Field(_) if leads_to_list && is_plain(last) => Gathers::Fields,
        Op::Object(pairs) if leads_to_list && is_plain(last) && pairs.has_mask() => {
            Gathers::Objects
        }
        _ => Gathers::Nothing,
    }
}
