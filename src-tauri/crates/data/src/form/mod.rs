//! What forms send: `application/x-www-form-urlencoded` here, `multipart/form-data` in
//! [`multipart`].
//!
//! ```
//! use data::{Limits, form};
//!
//! let value = form::read(b"name=A+B&tag=x&tag=y", &form::Options::default(), &Limits::default())?;
//! assert_eq!(value.to_string(), r#"{"name":"A B","tag":["x","y"]}"#);
//! assert_eq!(form::to_string(&value, &form::Options::default())?, "name=A+B&tag=x&tag=y");
//! # Ok::<(), form::Error>(())
//! ```

pub mod multipart;
mod nested;

use std::{borrow::Cow, collections::HashMap, io};

/// Why a form could not be read, or a value not be written as one.
pub use crate::fault::FormatError as Error;
use crate::{
    Limits, Object, Value,
    fault::{FaultKind, Place, a, shown},
    json,
};

/// How a form is to be read and written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether `a[b]=c` is a member within a member and `a[0]=c`, `a[]=c` items of a list, as PHP
    /// and Rails read them; else brackets are part of the name.
    pub nested: bool,
}

/// Reads a form: an object of texts, and of lists where a name comes again.
///
/// `+` is a space. Pairs without `=` are empty texts, empty pairs are passed over.
///
/// # Errors
/// An [`Error`] that counts the pairs from 1.
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, Error> {
    if bytes.len() > limits.bytes {
        let problem = format!("the form is longer than {} bytes", limits.bytes);
        return Err(Error::new(FaultKind::Limit, Place::Whole, problem));
    }
    let mut tree = nested::Tree::default();
    let mut names: Vec<(String, Vec<Value>)> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for (at, pair) in bytes.trim_ascii_end().split(|b| *b == b'&').enumerate() {
        if pair.is_empty() {
            continue;
        }
        let place = || Place::Part(format!("pair {}", at + 1));
        if pair.len() > limits.text {
            let problem = format!("it is longer than {} bytes", limits.text);
            return Err(Error::new(FaultKind::Limit, place(), problem));
        }
        let (name, value) = match memchr::memchr(b'=', pair) {
            Some(equals) => (&pair[..equals], &pair[equals + 1..]),
            None => (pair, &[][..]),
        };
        let decode = |text| decode(text).map_err(|problem| fault(&place(), problem));
        let (name, value) = (decode(name)?, Value::from(decode(value)?));
        if options.nested {
            tree.insert(&name, value, limits.depth.min(Limits::MAX_DEPTH))
                .map_err(|problem| fault(&place(), problem))?;
        } else if let Some(&at) = index.get(&name) {
            names[at].1.push(value);
        } else {
            index.insert(name.clone(), names.len());
            names.push((name, vec![value]));
        }
    }
    if options.nested {
        return Ok(tree.into_value());
    }
    Ok(Value::object(names.into_iter().map(|(name, values)| (name, one_or_list(values)))))
}

/// A single value as itself, more as a list.
fn one_or_list(mut values: Vec<Value>) -> Value {
    if values.len() == 1 { values.remove(0) } else { Value::from(values) }
}

fn fault(place: &Place, problem: String) -> Error {
    Error::new(FaultKind::Syntax, place.clone(), problem)
}

fn decode(bytes: &[u8]) -> Result<String, String> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(b) = rest.next() {
        decoded.push(match b {
            b'+' => b' ',
            b'%' => {
                let hex = rest.as_slice().get(..2).and_then(|hex| {
                    let digit = |b: u8| char::from(b).to_digit(16);
                    Some(digit(hex[0])? * 16 + digit(hex[1])?)
                });
                let Some(byte) = hex else {
                    let text = shown(&String::from_utf8_lossy(bytes));
                    return Err(format!("a `%` without two hex digits in {text}; write `%25`"));
                };
                rest.nth(1);
                byte as u8
            }
            b => *b,
        });
    }
    String::from_utf8(decoded).map_err(|_| {
        let text = shown(&String::from_utf8_lossy(bytes));
        format!("{text} is not UTF-8")
    })
}

/// Writes an object as a form, lists as pairs of one name.
///
/// `null` is left out. Lists and objects within need [`Options::nested`].
///
/// # Errors
/// An [`Error`] with the path of what has no form.
pub fn write(value: &Value, options: &Options, out: &mut impl io::Write) -> Result<(), Error> {
    let text = to_string(value, options)?;
    out.write_all(text.as_bytes()).map_err(|error| Error::writing(&error))
}

/// Writes an object as the text of a form.
///
/// # Errors
/// As [`write`].
pub fn to_string(value: &Value, options: &Options) -> Result<String, Error> {
    let object = as_form(value)?;
    let mut out = String::new();
    for (key, value) in object {
        let name = key.as_str();
        if options.nested {
            nested::write(name, value, &mut out)?;
            continue;
        }
        for item in value.as_list().unwrap_or(std::slice::from_ref(value)) {
            push_pair(name, item, &mut out)?;
        }
    }
    Ok(out)
}

fn as_form(value: &Value) -> Result<&Object, Error> {
    value.as_object().ok_or_else(|| {
        let problem = format!("a form has names, and the value is {}", a(value.kind()));
        Error::new(FaultKind::Value, Place::Whole, format!("{problem}; map it to an object first"))
    })
}

fn push_pair(name: &str, value: &Value, out: &mut String) -> Result<(), Error> {
    let Some(text) = scalar(value) else {
        let problem = format!(
            "{} stands where a form has text; map it to a text, or let names be nested",
            a(value.kind())
        );
        return Err(Error::new(FaultKind::Value, Place::Part(format!("`{name}`")), problem));
    };
    if value.is_null() {
        return Ok(());
    }
    if !out.is_empty() {
        out.push('&');
    }
    out.extend(form_urlencoded::byte_serialize(name.as_bytes()));
    out.push('=');
    out.extend(form_urlencoded::byte_serialize(text.as_bytes()));
    Ok(())
}

/// The text of what is neither list nor object.
fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    if let Some(text) = value.as_str() {
        return Some(Cow::Borrowed(text));
    }
    let is_scalar = value.as_list().is_none() && value.as_object().is_none();
    is_scalar.then(|| Cow::Owned(json::to_string(value)))
}
