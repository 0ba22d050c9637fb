//! Calls functions of every kind. Not what the builtins do: see `builtins`.

use std::rc::Rc;
use std::sync::Arc;

use data::{Key, Value};
use smallvec::SmallVec;

use super::frame::Frame;
use super::val::{Closure, Function, Members, Val};
use super::{Cx, Res, Scope, fault};
use crate::pattern::Pattern;

/// The arguments of a call.
pub(crate) type Args<'v> = SmallVec<[Val<'v>; 4]>;

impl<'v> Cx<'v, '_> {
    /// Calls a function.
    pub(crate) fn apply(
        &self,
        function: &Function<'v>,
        arguments: Args<'v>,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let Function::Lambda(closure) = function else {
            return self.apply_other(function, arguments, input, scope);
        };
        let mut result = self.account.deeper(|| self.lambda(closure, arguments, input))?;
        // A call that was left by the last function is done here, at the same depth.
        while matches!(result, Val::TailCall) {
            let Some((next, arguments)) = self.pending.borrow_mut().take() else { break };
            result = match &next {
                Function::Lambda(closure) => {
                    self.account.deeper(|| self.lambda(closure, arguments, input))?
                }
                other => self.apply_other(other, arguments, input, scope)?,
            };
        }
        Ok(result)
    }

    /// Calls a function with one argument after another, as many as it can make use of.
    pub(crate) fn apply_some(
        &self,
        function: &Function<'v>,
        arity: usize,
        arguments: [Val<'v>; 3],
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        let arguments: Args<'v> = arguments.into_iter().take(arity.clamp(1, 3)).collect();
        self.apply(function, arguments, &Val::Nothing, scope)
    }

    fn lambda(
        &self,
        closure: &Rc<Closure<'v>>,
        mut arguments: Args<'v>,
        input: &Val<'v>,
    ) -> Res<Val<'v>> {
        self.account.make(0)?;
        let lambda = &closure.lambda;
        if let Some(signature) = &lambda.signature {
            signature.fit(&mut arguments, input)?;
        }
        let given = arguments.into_iter().chain(std::iter::repeat(Val::Nothing));
        let names = lambda.parameters.iter().copied().zip(given).collect();
        let scope = Some(Frame::with(&closure.scope, names));
        self.eval(&lambda.body, &closure.input, &scope)
    }

    fn apply_other(
        &self,
        function: &Function<'v>,
        arguments: Args<'v>,
        input: &Val<'v>,
        scope: &Scope<'v>,
    ) -> Res<Val<'v>> {
        match function {
            Function::Builtin(builtin) => self.builtin(*builtin, arguments, input, scope, None),
            Function::Lambda(_) => self.apply(function, arguments, input, scope),
            Function::Partial(partial) => {
                let mut new = arguments.into_iter();
                let filled = partial.given.iter().map(|given| match given {
                    Some(given) => given.clone(),
                    None => new.next().unwrap_or(Val::Nothing),
                });
                let filled = filled.collect();
                self.account.deeper(|| self.apply(&partial.function, filled, input, scope))
            }
            Function::Chain(chain) => self.account.deeper(|| {
                let first = self.apply(&chain.first, arguments, input, scope)?;
                let first: Args<'v> = [super::settled(first, false)].into_iter().collect();
                self.apply(&chain.second, first, input, scope)
            }),
            Function::Regex(pattern) => {
                let text = arguments.first().cloned().unwrap_or(Val::Nothing);
                let from = arguments.get(1).and_then(Val::as_number).unwrap_or(0.0);
                self.next_match(pattern, &text, from as usize)
            }
            Function::NextMatch(next) => {
                let (pattern, text, from) = &**next;
                if *from >= text.as_str().map_or(0, str::len) {
                    return Ok(Val::Nothing);
                }
                let found = self.next_match(pattern, text, *from)?;
                if let Val::Members(members) = &found {
                    let is_empty = members
                        .list
                        .iter()
                        .any(|(key, value)| key.as_str() == "match" && value.as_str() == Some(""));
                    if is_empty {
                        return Err(empty_match());
                    }
                }
                Ok(found)
            }
            Function::Transform(transform, made_in) => {
                let item = arguments.into_iter().next().unwrap_or(Val::Nothing);
                self.transform(transform, &item, made_in)
            }
        }
    }

    /// The first match from a byte on, as the object that JSONata's matchers give.
    fn next_match(&self, pattern: &Arc<Pattern>, text: &Val<'v>, from: usize) -> Res<Val<'v>> {
        let Some(string) = text.as_str() else { return Ok(Val::Nothing) };
        self.account.step(1 + string.len() as u64 / 256)?;
        let Some(found) = pattern.find_at(string, from).map_err(pattern_fault)? else {
            return Ok(Val::Nothing);
        };
        self.account.make(256)?;
        let group = |range: &Option<(usize, usize)>| match range {
            Some((start, end)) => Val::text(&string[*start..*end]),
            None => Val::Nothing,
        };
        let groups = found.groups.iter().map(group).collect();
        let units = |at: usize| Val::Number(f64::from(crate::syntax::units(&string[..at])));
        let next = Function::NextMatch(Rc::new((pattern.clone(), text.clone(), found.end)));
        Ok(Val::Members(Rc::new(Members::new(vec![
            (Key::new("match"), Val::text(&string[found.start..found.end])),
            (Key::new("start"), units(found.start)),
            (Key::new("end"), units(found.end)),
            (Key::new("groups"), Val::list(groups)),
            (Key::new("next"), Val::Function(next)),
        ]))))
    }

    /// A member of an object that may hold functions.
    pub(crate) fn member(object: &Val<'v>, name: &str) -> Val<'v> {
        match object {
            Val::Members(members) => members
                .list
                .iter()
                .find(|(key, _)| key.as_str() == name)
                .map_or(Val::Nothing, |(_, value)| value.clone()),
            Val::Ref(value) => value.get(name).map_or(Val::Nothing, Val::Ref),
            Val::Own(value) => value.get(name).cloned().map_or(Val::Nothing, Val::Own),
            _ => Val::Nothing,
        }
    }

    /// The members of an object.
    pub(crate) fn members(object: &Val<'v>) -> Vec<(Key, Val<'v>)> {
        let own = |value: &Value| {
            let members = value.as_object().into_iter().flatten();
            members.map(|(key, value)| (key.clone(), Val::Own(value.clone()))).collect()
        };
        match object {
            Val::Members(members) => members.list.clone(),
            Val::Ref(value) => {
                let members = value.as_object().into_iter().flatten();
                members.map(|(key, value)| (key.clone(), Val::Ref(value))).collect()
            }
            Val::Own(value) => own(value),
            _ => Vec::new(),
        }
    }
}

pub(crate) fn empty_match() -> Box<crate::Fault> {
    let message =
        "The regular expression matches where there is no text, so that it would match for ever.";
    fault("D1004", message)
}

pub(crate) fn pattern_fault(error: crate::pattern::PatternError) -> Box<crate::Fault> {
    fault(error.code, error.message)
}
