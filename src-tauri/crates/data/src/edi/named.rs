//! Elements under names instead of numbers, and back without loss.
//! What the names cannot say exactly stays a list of `elements`.

use super::{
    EdiError,
    element::{REPEAT, read_elements},
    error::Trail,
};
use crate::{Object, Value};

/// How one element is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// It has no name here.
    Skipped,
    /// A text, or a composite as a list.
    Plain(&'static str),
    /// A composite whose components have names: an object.
    Parts(&'static str, Vec<&'static str>),
    /// A composite whose components stand beside the other elements.
    Inline(Vec<&'static str>),
}

/// The key under which elements stand that the names cannot say.
pub(super) const ELEMENTS: &str = "elements";

impl Field {
    /// Reads names like `number _ party(id,list) (qualifier,value)`.
    pub(super) fn parse_all(text: &'static str) -> Vec<Self> {
        text.split_ascii_whitespace().map(Self::parse).collect()
    }

    fn parse(text: &'static str) -> Self {
        match text.trim_end_matches(')').split_once('(') {
            None if text == "_" => Self::Skipped,
            None => Self::Plain(text),
            Some((name, parts)) => {
                let parts = parts.split(',').collect();
                if name.is_empty() { Self::Inline(parts) } else { Self::Parts(name, parts) }
            }
        }
    }

    /// The keys that this element takes in its object.
    pub(super) fn keys(&self) -> &[&'static str] {
        match self {
            Self::Skipped => &[],
            Self::Plain(name) | Self::Parts(name, _) => std::slice::from_ref(name),
            Self::Inline(parts) => parts,
        }
    }
}

/// The elements under their names; under `elements` if the names cannot say them.
pub(super) fn name(fields: &[Field], elements: &[Value]) -> Vec<(&'static str, Value)> {
    let named = try_name(fields, elements).filter(|members| {
        let object = Object::new(members.iter().cloned());
        unname(fields, &object, &Trail::default()).is_ok_and(|same| same == elements)
    });
    named.unwrap_or_else(|| vec![(ELEMENTS, elements.to_vec().into())])
}

fn try_name(fields: &[Field], elements: &[Value]) -> Option<Vec<(&'static str, Value)>> {
    let mut members = Vec::with_capacity(elements.len());
    for (at, element) in elements.iter().enumerate() {
        let is_last = at + 1 == elements.len();
        // An empty element at the very end is kept, as it says how many there are.
        if is_empty(element) && !is_last {
            continue;
        }
        match fields.get(at)? {
            Field::Skipped => return None,
            Field::Plain(name) => members.push((*name, element.clone())),
            Field::Parts(name, parts) => {
                let value = match element.get(REPEAT).and_then(Value::as_list) {
                    None => name_parts(parts, element)?,
                    Some(repeats) => {
                        let repeats = repeats.iter().map(|repeat| name_parts(parts, repeat));
                        repeats.collect::<Option<Vec<_>>>()?.into()
                    }
                };
                members.push((*name, value));
            }
            Field::Inline(parts) => members.extend(part_members(parts, element)?),
        }
    }
    Some(members)
}

fn is_empty(value: &Value) -> bool {
    value.as_str() == Some("")
}

fn name_parts(parts: &[&'static str], element: &Value) -> Option<Value> {
    part_members(parts, element).map(Value::object)
}

fn part_members(parts: &[&'static str], element: &Value) -> Option<Vec<(&'static str, Value)>> {
    let one = std::slice::from_ref(element);
    let components = element.as_list().unwrap_or(one);
    let is_said =
        |(at, component): &(usize, &Value)| !is_empty(component) || *at + 1 == components.len();
    let said = components.iter().enumerate().filter(is_said);
    said.map(|(at, component)| {
        component.as_str()?;
        Some((*parts.get(at)?, component.clone()))
    })
    .collect()
}

/// The elements of an object that names them.
pub(super) fn unname(
    fields: &[Field],
    object: &Object,
    trail: &Trail<'_>,
) -> Result<Vec<Value>, EdiError> {
    if let Some(elements) = object.get(ELEMENTS).filter(|value| !value.is_null()) {
        return read_elements(elements, &trail.key(ELEMENTS));
    }
    let mut elements: Vec<Option<Value>> = Vec::with_capacity(fields.len());
    for field in fields {
        elements.push(match field {
            Field::Skipped => None,
            Field::Plain(name) => object.get(name).cloned(),
            Field::Inline(parts) => unname_parts(parts, object),
            Field::Parts(name, parts) => match object.get(name) {
                None => None,
                Some(value) => Some(unname_composite(parts, value, &trail.key(name))?),
            },
        });
    }
    Ok(fill(elements))
}

fn unname_composite(
    parts: &[&'static str],
    value: &Value,
    trail: &Trail<'_>,
) -> Result<Value, EdiError> {
    if let Some(repeats) = value.as_list() {
        let repeats = repeats.iter().enumerate();
        let repeats = repeats.map(|(at, repeat)| unname_composite(parts, repeat, &trail.index(at)));
        let repeats = repeats.collect::<Result<Vec<_>, _>>()?;
        return Ok(Value::object([(REPEAT, Value::from(repeats))]));
    }
    let Some(object) = value.as_object() else { return Ok(value.clone()) };
    check_keys(object, trail, |key| parts.contains(&key), || parts.join(", "))?;
    Ok(unname_parts(parts, object).unwrap_or_else(|| Value::from("")))
}

fn unname_parts(parts: &[&'static str], object: &Object) -> Option<Value> {
    let components = fill(parts.iter().map(|part| object.get(part).cloned()).collect());
    match components.len() {
        0 => None,
        1 => components.into_iter().next(),
        _ => Some(components.into()),
    }
}

/// Empty texts for what is missing, but for the end.
fn fill(values: Vec<Option<Value>>) -> Vec<Value> {
    let is_there = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
    let n_values = values.iter().rposition(is_there).map_or(0, |last| last + 1);
    let values = values.into_iter().take(n_values);
    values.map(|value| value.filter(|value| !value.is_null()).unwrap_or("".into())).collect()
}

/// Refuses a member that nothing would be made of.
pub(super) fn check_keys(
    object: &Object,
    trail: &Trail<'_>,
    is_known: impl Fn(&str) -> bool,
    known: impl Fn() -> String,
) -> Result<(), EdiError> {
    match object.keys().iter().find(|key| !is_known(key.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(trail.key(key.as_str()).error(format!("is not known here; there is {}", known())))
        }
    }
}
