//! What the envelopes of both syntaxes have in common: named headers, counts, control numbers.

use super::{
    EdiError, Options, Place,
    charset::{self, Charset},
    element::Segment,
    error::Trail,
    named::{self, Field},
    source::{Raw, Separators},
};
use crate::{Object, Value};

/// A member that says how an interchange was written.
pub(super) fn byte_text(byte: u8) -> Value {
    Value::from(char::from(byte).to_string())
}

/// What does not agree in an envelope: an error, or a warning to be told with the interchange.
pub(super) struct Faults {
    is_strict: bool,
    warnings: Vec<Value>,
}

/// So many warnings are told of one interchange.
const MAX_WARNINGS: usize = 100;

impl Faults {
    pub(super) fn new(options: Options) -> Self {
        Self { is_strict: options.strict, warnings: Vec::new() }
    }

    pub(super) fn add(&mut self, place: &Place, problem: String) -> Result<(), EdiError> {
        if self.is_strict {
            return Err(place.error(problem));
        }
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(Value::object([
                ("message", Value::from(problem)),
                ("segment", place.segment.into()),
                ("tag", place.tag.as_str().into()),
                ("element", place.element.into()),
            ]));
        }
        Ok(())
    }

    /// Checks a trailer: its first element is a count, its second a control number.
    pub(super) fn check_trailer(
        &mut self,
        trailer: &Segment,
        place: &Place,
        (what, n_found): (&str, usize),
        control: &str,
    ) -> Result<(), EdiError> {
        let count = trailer.text(1);
        if count.parse() != Ok(n_found) {
            let problem = format!("the count says `{count}` and there are {n_found} {what}");
            self.add(&place.element(1), problem)?;
        }
        let said = trailer.text(2);
        if said != control {
            let problem =
                format!("the control number is `{said}` and that of the header `{control}`");
            self.add(&place.element(2), problem)?;
        }
        Ok(())
    }

    pub(super) fn into_member(self) -> Option<(&'static str, Value)> {
        (!self.warnings.is_empty()).then(|| ("warnings", self.warnings.into()))
    }
}

/// The trailer's elements, unless they are what the writer would make of the counts.
pub(super) fn odd_trailer(
    trailer: &Segment,
    n_found: usize,
    control: &str,
) -> Option<(&'static str, Value)> {
    let usual = [Value::from(n_found.to_string()), Value::from(control)];
    (trailer.elements != usual).then(|| ("trailer", trailer.elements.clone().into()))
}

/// Refuses members that an interchange or a group does not have.
pub(super) fn check_members(
    object: &Object,
    known: &[&str],
    trail: &Trail<'_>,
) -> Result<(), EdiError> {
    named::check_keys(object, trail, |key| known.contains(&key), || known.join(", "))
}

/// The elements of a trailer: those that the object gives, else count and control number.
pub(super) fn trailer(
    tag: &str,
    object: &Object,
    n_found: usize,
    control: &str,
    trail: &Trail<'_>,
) -> Result<Segment, EdiError> {
    let elements = match object.get("trailer").filter(|value| !value.is_null()) {
        Some(elements) => super::element::read_elements(elements, &trail.key("trailer"))?,
        None => vec![n_found.to_string().into(), control.into()],
    };
    Ok(Segment { tag: tag.to_owned(), elements })
}

/// The texts of all segments, in UTF-8 if that is what they are, else in the declared set.
pub(super) fn decode(
    raws: &[Raw],
    declared: Charset,
) -> Result<(Vec<String>, Option<Charset>), EdiError> {
    if raws.iter().all(|raw| raw.bytes.is_ascii()) {
        let text = |raw: &Raw| String::from_utf8_lossy(&raw.bytes).into_owned();
        return Ok((raws.iter().map(text).collect(), None));
    }
    let is_utf_8 = raws.iter().all(|raw| std::str::from_utf8(&raw.bytes).is_ok());
    let charset = if is_utf_8 { charset::UTF_8 } else { declared };
    let text = |raw: &Raw| {
        charset.decode(&raw.bytes).ok_or_else(|| {
            let name = charset.name;
            raw.place.error(format!("a byte is no character of the set {name}, which is declared,"))
        })
    };
    Ok((raws.iter().map(text).collect::<Result<_, _>>()?, Some(charset)))
}

/// The one byte of a member of `delimiters`.
pub(super) fn delimiter(delimiters: Option<&Object>, key: &str, usual: u8) -> Result<u8, EdiError> {
    Ok(optional_delimiter(delimiters, key)?.unwrap_or(usual))
}

pub(super) fn optional_delimiter(
    delimiters: Option<&Object>,
    key: &str,
) -> Result<Option<u8>, EdiError> {
    let value = delimiters.and_then(|delimiters| delimiters.get(key));
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    match value.as_str().map(str::as_bytes) {
        Some([byte]) => Ok(Some(*byte)),
        _ => Err(delimiter_error(key, "must be one ASCII character")),
    }
}

pub(super) fn check_delimiters(separators: Separators) -> Result<(), EdiError> {
    match separators.fault() {
        None => Ok(()),
        Some(problem) => Err(Trail::at("delimiters").error(format!("do not work: {problem}"))),
    }
}

fn delimiter_error(key: &str, problem: &str) -> EdiError {
    Trail::at("delimiters").key(key).error(problem)
}

/// What stands between segments: line breaks and nothing else.
pub(super) fn line_end(delimiters: Option<&Object>, usual: &str) -> Result<String, EdiError> {
    let value = delimiters.and_then(|delimiters| delimiters.get("line_end"));
    let text = value.and_then(Value::as_str).unwrap_or(usual);
    if text.len() > 8 || !text.bytes().all(|b| matches!(b, b'\r' | b'\n')) {
        return Err(delimiter_error("line_end", "must be a line break or empty"));
    }
    Ok(text.to_owned())
}

pub(super) fn charset(interchange: &Object) -> Result<Option<Charset>, EdiError> {
    let Some(name) = interchange.get("charset").and_then(Value::as_str) else { return Ok(None) };
    let unknown = || {
        Trail::at("charset").error(format!(
            "names `{name}`, which is no character set of interchanges; use `utf-8` or `iso-8859-1`"
        ))
    };
    Charset::by_name(name).map(Some).ok_or_else(unknown)
}

/// The elements of a header under their names; as they are where one is missing that the writer
/// would fill in.
pub(super) fn name_header(
    fields: &[Field],
    elements: &[Value],
    filled: &[&str],
) -> Vec<(&'static str, Value)> {
    let named = named::name(fields, elements);
    let has = |key: &&str| named.iter().any(|(name, _)| name == key);
    if filled.iter().all(has) { named } else { vec![(named::ELEMENTS, elements.to_vec().into())] }
}

/// An object of named elements with its gaps filled from `usual`.
pub(super) fn header(
    tag: &str,
    fields: &[Field],
    object: &Object,
    usual: &[(&str, String)],
    trail: &Trail<'_>,
) -> Result<Segment, EdiError> {
    let mut object = object.clone();
    if object.get(named::ELEMENTS).is_none() {
        for (key, value) in usual {
            if object.get(key).is_none_or(Value::is_null) {
                object = object.with(*key, value.as_str().into());
            }
        }
    }
    let elements = named::unname(fields, &object, trail)?;
    Ok(Segment { tag: tag.to_owned(), elements })
}

/// The text of a value that is a text or a number.
pub(super) fn text(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.to_owned()),
        None => value.as_number().map(|number| number.text().into_owned()),
    }
}
