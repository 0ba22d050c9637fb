//! Evaluates compiled expressions: one tree walk over values that are borrowed from the item.
//! The rules are those of JSONata 2.2; what differs on purpose is told in the crate's docs.

mod apply;
mod equal;
mod frame;
mod group;
mod lane;
mod limits;
mod operators;
mod output;
mod path;
mod sort;
mod transform;
pub(crate) mod val;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use data::Value;

pub(crate) use self::apply::{Args, empty_match, pattern_fault};
pub(crate) use self::equal::is_equal;
pub(crate) use self::frame::Frame;
pub use self::limits::Limits;
pub(crate) use self::limits::{Account, Held};
pub(crate) use self::operators::{as_decimal, from_decimal, truth};
use self::val::{Chain, Closure, Function, Origin, Partial, Val};
use crate::compile::{Call, Node, Op};
use crate::{Fault, Names};

/// A result; faults are boxed, as they are rare and large.
pub(crate) type Res<T> = Result<T, Box<Fault>>;

pub(crate) fn fault(code: &str, message: impl Into<String>) -> Box<Fault> {
    Box::new(Fault::new(code, message))
}

/// What an evaluation knows besides its item.
pub(crate) struct Cx<'v, 'c> {
    pub(crate) names: &'c dyn Names,
    pub(crate) account: Account<'c>,
    /// `$$`
    root: Val<'v>,
    /// Whether numbers are counted as decimals, see `$decimal`.
    pub(crate) is_decimal: Cell<bool>,
    /// The call that a [`Val::TailCall`] stands for.
    pending: RefCell<Option<(Function<'v>, Args<'v>)>>,
    pub(crate) now: Cell<Option<i64>>,
    pub(crate) seed: Cell<Option<u64>>,
    /// The addresses of the item's values that were read, where somebody wants to know.
    pub(crate) reads: Option<&'c RefCell<Vec<*const Value>>>,
    /// Texts are put together here.
    pub(crate) scratch: RefCell<String>,
}

/// Evaluates an expression; the places of faults are in bytes.
pub(crate) fn evaluate<'v, 'c>(
    node: &Node,
    item: Option<&'v Value>,
    names: &'c dyn Names,
    limits: &'c Limits,
    options: Options<'c>,
) -> Res<Option<Value>>
where
    'v: 'c,
{
    let root = item.map_or(Val::Nothing, Val::Ref);
    let input = if root.is_list() { wrapper(&root) } else { root.clone() };
    let cx = Cx {
        names,
        account: Account::new(limits, item),
        root,
        is_decimal: Cell::new(options.is_decimal),
        pending: RefCell::new(None),
        now: Cell::new(None),
        seed: Cell::new(None),
        reads: options.reads,
        scratch: RefCell::default(),
    };
    let result = cx.eval(node, &input, &None)?;
    cx.output(result)
}

/// What few evaluations want.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options<'c> {
    /// Whether numbers are counted as decimals.
    pub(crate) is_decimal: bool,
    /// Where the addresses of what is read are put.
    pub(crate) reads: Option<&'c RefCell<Vec<*const Value>>>,
}

/// A list as one value: paths do not go into it at once.
pub(crate) fn wrapper<'v>(list: &Val<'v>) -> Val<'v> {
    Val::of(vec![list.clone()], Origin::Wrapper)
}

/// The innermost scope; none where no variable was given a value.
pub(crate) type Scope<'v> = Option<Rc<Frame<'v>>>;

impl<'v> Cx<'v, '_> {
    /// Evaluates a part for an input.
    pub(crate) fn eval(&self, node: &Node, input: &Val<'v>, scope: &Scope<'v>) -> Res<Val<'v>> {
        self.account.step(1)?;
        if node.has_lane {
            if let Some(found) = self.eval_lane(node, input) {
                return Ok(found);
            }
        }
        let mut result = match &node.op {
            Op::Literal(value) => Val::Own(value.clone()),
            Op::Number(number) => return Ok(Val::Number(*number)),
            Op::Input => input.unwrapped(),
            Op::Field(field) => self.field(field, input)?,
            Op::Path(path) => self.path(path, node, input, scope)?,
            _ => self.eval_rare(node, input, scope)?,
        };
        if let Some(extra) = &node.extra {
            for filter in &extra.filters {
                result = self.filter(filter, &result, scope)?;
            }
            if let (Some(group), false) = (&extra.group, matches!(node.op, Op::Path(_))) {
                result = self.group(group, &result, scope, node)?;
            }
        }
        Ok(if matches!(result, Val::List(_) | Val::Range(..)) && !node.is_tail {
            settled(result, node.keeps_list)
        } else {
            result
        })
    }

    /// Evaluates a part in a fast lane, if it leads through.
    #[inline]
    fn eval_lane(&self, node: &Node, input: &Val<'v>) -> Option<Val<'v>> {
        match &node.op {
            Op::Binary(operator, ..) if operator.is_arithmetic() => {
                self.number(node, input).map(Val::Number)
            }
            Op::Binary(..) => self.test_lane(node, input).map(Val::bool),
            Op::Call(_) => self.number(node, input).map(Val::Number),
            Op::Path(path) => self.path_lane(path, input),
            _ => None,
        }
    }

    #[inline(never)]
    fn eval_rare(&self, node: &Node, input: &Val<'v>, scope: &Scope<'v>) -> Res<Val<'v>> {
        Ok(match &node.op {
            Op::Root => self.root.clone(),
            Op::Variable { sym, name } => match Frame::get(scope, *sym) {
                Some(value) => value,
                None => self.named(name),
            },
            Op::Function(builtin) => Val::Function(Function::Builtin(*builtin)),
            Op::Item(id) => {
                let found = self.names.node(id);
                Val::Own(found.map_err(|fault| Box::new(fault.at(node.at.clone())))?)
            }
            Op::Wildcard => self.wildcard(input)?,
            Op::Descendants => self.descendants(input)?,
            Op::Parent(slot) => Frame::get(scope, slot.sym()).unwrap_or(Val::Nothing),
            Op::Regex(pattern) => Val::Function(Function::Regex(pattern.clone())),
            Op::Negate(operand) => {
                let value = self.eval(operand, input, scope)?;
                self.negate(&value).map_err(|fault| placed(fault, node))?
            }
            Op::List { items, is_cons } => self.list(items, *is_cons, input, scope)?,
            Op::Range(from, to) => {
                let (from, to) = (self.eval(from, input, scope)?, self.eval(to, input, scope)?);
                operators::range(&from, &to).map_err(|fault| placed(fault, node))?
            }
            Op::Object(pairs) => self.group(pairs, input, scope, node)?,
            Op::Block { parts, binds } => return self.block(parts, *binds, input, scope),
            Op::Binary(operator, left, right) => self
                .binary(*operator, left, right, input, scope)
                .map_err(|fault| placed(fault, node))?,
            Op::Concat(parts) => self.concat(parts, input, scope)?,
            Op::Condition { condition, then, otherwise } => {
                return match (self.holds(condition, input, scope)?, otherwise) {
                    (true, _) => self.deep(then, input, scope),
                    (false, Some(otherwise)) => self.deep(otherwise, input, scope),
                    (false, None) => Ok(Val::Nothing),
                };
            }
            Op::Default { left, right, by_truth } => {
                let value = self.eval(left, input, scope)?;
                let is_there = if *by_truth { self.is_true(&value)? } else { !value.is_nothing() };
                if is_there { value } else { self.eval(right, input, scope)? }
            }
            Op::Bind(sym, value) => {
                let value = self.eval(value, input, scope)?;
                // Outside of round brackets there is nobody who could ask for it.
                if let Some(scope) = scope {
                    scope.bind(*sym, value.clone());
                }
                value
            }
            Op::Apply(left, right) => self.pipe(left, right, node, input, scope)?,
            Op::Call(call) => self.call(call, None, node, input, scope)?,
            Op::Partial { procedure, arguments } => {
                self.partial(procedure, arguments, node, input, scope)?
            }
            Op::Lambda(lambda) => {
                self.account.make(0)?;
                let closure = Closure::new(lambda.clone(), input.clone(), scope.clone());
                Val::Function(Function::Lambda(Rc::new(closure)))
            }
            Op::Transform(transform) => {
                Val::Function(Function::Transform(transform.clone(), scope.clone()))
            }
            Op::Decimal(operand) => {
                let before = self.is_decimal.replace(true);
                let value = self.eval(operand, input, scope);
                self.is_decimal.set(before);
                value?
            }
            // A sort stands only in paths, which do it themselves; the rest is done in `eval`.
            Op::Sort(_)
            | Op::Literal(_)
            | Op::Number(_)
            | Op::Input
            | Op::Field(_)
            | Op::Path(_) => Val::Nothing,
        })
    }

    /// Evaluates a part that may nest as deep as the source does.
    fn deep(&self, node: &Node, input: &Val<'v>, scope: &Scope<'v>) -> Res<Val<'v>> {
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.eval(node, input, scope))
    }

    /// A name that the surroundings give a value.
    fn named(&self, name: &str) -> Val<'v> {
        if name == "$" {
            return self.root.clone();
        }
        if let Some(builtin) = crate::builtins::Builtin::named(name) {
            return Val::Function(Function::Builtin(builtin));
        }
        self.names.get(name).map_or(Val::Nothing, Val::Own)
    }

    fn block(
        &self,
        parts: &[Node],
        binds: bool,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let own = binds.then(|| Frame::within(scope));
        let scope = if binds { &own } else { scope };
        let mut result = Val::Nothing;
        for part in parts {
            result = self.deep(part, input, scope)?;
        }
        Ok(result)
    }

    fn list(
        &self,
        items: &[Node],
        is_cons: bool,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let value = self.deep(item, input, scope)?;
            if matches!(item.op, Op::List { .. }) {
                out.push(value);
                continue;
            }
            match (&value, items.len()) {
                (Val::Nothing, _) => {}
                // A range alone stays one.
                (Val::Range(..), 1) if !is_cons => return Ok(made_range(value)),
                _ => self.append(&mut out, &value)?,
            }
        }
        self.account.make(0)?;
        Ok(Val::of(out, if is_cons { Origin::Cons } else { Origin::Made }))
    }

    /// Puts the entries of a value behind others.
    pub(crate) fn append(&self, out: &mut Vec<Val<'v>>, value: &Val<'v>) -> Res<()> {
        if let Some(n) = value.len() {
            self.account.step(n as u64)?;
            self.account.make(size_of::<Val<'_>>() * n)?;
        }
        out.extend(value.entries());
        Ok(())
    }

    /// Does a call, with a first argument before the others where there is one.
    fn call(
        &self,
        call: &Call,
        first: Option<Val<'v>>,
        node: &Node,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let mut arguments = Args::new();
        arguments.extend(first);
        if let Op::Function(builtin) = call.procedure.op {
            if arguments.is_empty() {
                if let Some(text) = self.picture_lane(builtin, call, input) {
                    return Ok(text);
                }
            }
            self.arguments(&mut arguments, call, input, scope)?;
            return self
                .builtin(builtin, arguments, input, scope, Some(call))
                .map_err(|fault| placed(fault, node));
        }
        let procedure = self.deep(&call.procedure, input, scope)?;
        self.arguments(&mut arguments, call, input, scope)?;
        let Val::Function(function) = procedure else {
            return Err(placed(no_function(call, &procedure, scope, "T1006", "T1005"), node));
        };
        if node.is_tail && first_is_lambda(&function) {
            *self.pending.borrow_mut() = Some((function, arguments));
            return Ok(Val::TailCall);
        }
        self.apply(&function, arguments, input, scope).map_err(|fault| placed(fault, node))
    }

    fn arguments(
        &self,
        out: &mut Args<'v>,
        call: &Call,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<()> {
        let mut held = None;
        for argument in &call.arguments {
            let value = self.deep(argument, input, scope)?;
            if let Some(new) = Held::if_large(value.text_len()) {
                held.get_or_insert_with(Vec::new).push(new);
            }
            out.push(value);
        }
        Ok(())
    }

    fn partial(
        &self,
        procedure: &Node,
        arguments: &[Option<Node>],
        node: &Node,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            given.push(match argument {
                Some(argument) => Some(self.eval(argument, input, scope)?),
                None => None,
            });
        }
        let function = self.eval(procedure, input, scope)?;
        let Val::Function(function) = function else {
            let name = match &procedure.op {
                Op::Path(path) => match path.steps.first().map(|step| &step.op) {
                    Some(Op::Field(field)) => field.key.as_str(),
                    _ => "",
                },
                Op::Variable { name, .. } => name,
                _ => "",
            };
            let is_known = matches!(procedure.op, Op::Path(_))
                && function.is_nothing()
                && (Frame::get(scope, crate::compile::Sym::of(name)).is_some()
                    || crate::builtins::Builtin::named(name).is_some());
            let (code, message) = if is_known {
                ("T1007", format!("A function's name begins with $. Is ${name} meant?"))
            } else {
                ("T1008", "Only a function can be given some of its arguments.".to_owned())
            };
            return Err(placed(fault(code, message), node));
        };
        self.account.make(0)?;
        Ok(Val::Function(Function::Partial(Rc::new(Partial::new(function, given)))))
    }

    fn pipe(
        &self,
        left: &Node,
        right: &Node,
        node: &Node,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let value = self.deep(left, input, scope)?;
        if let (Op::Call(call), None) = (&right.op, &right.extra) {
            let result = self.call(call, Some(value), right, input, scope)?;
            return Ok(settled(result, right.keeps_list));
        }
        let Val::Function(function) = self.deep(right, input, scope)? else {
            let message = "A function must stand to the right of ~>.";
            return Err(placed(fault("T2006", message), node));
        };
        if let Val::Function(first) = value {
            self.account.make(0)?;
            return Ok(Val::Function(Function::Chain(Rc::new(Chain::new(first, function)))));
        }
        let arguments: Args<'v> = [value].into_iter().collect();
        self.apply(&function, arguments, &Val::Nothing, scope).map_err(|fault| placed(fault, node))
    }
}

fn first_is_lambda(function: &Function<'_>) -> bool {
    matches!(function, Function::Lambda(_))
}

/// Whether a value counts as true, by JSONata's `$boolean`.
pub(crate) fn is_true(value: &Value) -> bool {
    operators::is_true(&Val::Ref(value))
}

/// Whether one number or text comes after another.
pub(crate) fn is_after(a: &Val<'_>, b: &Val<'_>) -> bool {
    let order = match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => equal::compare_texts(a, b),
        _ => equal::compare(a, b),
    };
    order == std::cmp::Ordering::Greater
}

/// A sequence of one entry as the entry, and of none as nothing.
pub(crate) fn settled(value: Val<'_>, keeps_list: bool) -> Val<'_> {
    let Val::List(list) = &value else {
        return match value {
            Val::Range(first, last) if first == last && !keeps_list => Val::Number(first as f64),
            other => other,
        };
    };
    match (list.origin, list.items.len()) {
        (Origin::Made | Origin::Cons, _) => value,
        (_, 0) => Val::Nothing,
        (Origin::Kept, _) => value,
        (_, 1) if keeps_list => Val::of(list.items.clone(), Origin::Kept),
        (_, 1) => list.items[0].clone(),
        _ => value,
    }
}

/// A fault at a part, where it has no place yet.
pub(crate) fn placed(mut fault: Box<Fault>, node: &Node) -> Box<Fault> {
    if fault.span.is_none() {
        fault.span = Some(node.at.clone());
    }
    fault
}

/// A range as a list that stays one.
fn made_range(range: Val<'_>) -> Val<'_> {
    match range {
        Val::Range(first, last) if first == last => Val::list(vec![Val::Number(first as f64)]),
        other => other,
    }
}

/// The fault of a call of what is no function, with the name that was meant, maybe.
fn no_function<'v>(
    call: &Call,
    found: &Val<'v>,
    scope: &Scope<'v>,
    code: &str,
    hint_code: &str,
) -> Box<Fault> {
    let is_name = matches!(call.procedure.op, Op::Path(_)) && found.is_nothing();
    let is_known = is_name
        && (Frame::get(scope, crate::compile::Sym::of(&call.name)).is_some()
            || crate::builtins::Builtin::named(&call.name).is_some());
    if is_known {
        let message = format!("A function's name begins with $. Is ${} meant?", call.name);
        return fault(hint_code, message);
    }
    let shown = if call.name.is_empty() { "this" } else { &call.name };
    fault(code, format!("{shown} is no function, so it cannot be called."))
}
