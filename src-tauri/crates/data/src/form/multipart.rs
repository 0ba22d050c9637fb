//! `multipart/form-data` (RFC 7578): fields as texts, files as objects.
//! Held in memory as a whole; uploads that are streamed go past this module.
//!
//! A file is `{name, filename, type, text}`, or `base64` in the place of `text` where the bytes are
//! no text of their type. Names that come again are lists.

use std::{borrow::Cow, io};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};

use super::{Error, as_form, one_or_list, scalar};
use crate::{
    Limits, Object, Value,
    fault::{FaultKind, Place, a, shown},
};

/// How a multipart body is to be read and written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The boundary as the content type names it; without it the first line of the body tells it.
    pub boundary: Option<String>,
}

/// The boundary that a `Content-Type` header names.
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    kind.trim().to_ascii_lowercase().starts_with("multipart/").then_some(())?;
    parameter(parameters, "boundary")
}

/// The `Content-Type` header for this boundary.
pub fn content_type(boundary: &str) -> String {
    format!("multipart/form-data; boundary=\"{boundary}\"")
}

/// Reads a body: an object with a member for each name.
///
/// # Errors
/// An [`Error`] that counts the parts from 1.
pub fn read(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, Error> {
    let mut members: Vec<(String, Vec<Value>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    each_part(bytes, options, limits, |part| {
        let (name, value) = part.into_field()?;
        let at = *places.entry(name.clone()).or_insert(members.len());
        if at == members.len() {
            members.push((name, Vec::new()));
        }
        members[at].1.push(value);
        Ok(())
    })?;
    Ok(Value::object(members.into_iter().map(|(name, values)| (name, one_or_list(values)))))
}

/// Reads a body of any multipart type, as SOAP with attachments: a list of `{headers, type?,
/// text|base64}`, the names of headers in lower case.
///
/// # Errors
/// As [`read`].
pub fn read_parts(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Value, Error> {
    let mut parts = Vec::new();
    each_part(bytes, options, limits, |part| {
        parts.push(part.into_value()?);
        Ok(())
    })?;
    Ok(Value::from(parts))
}

fn each_part(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
    mut take: impl FnMut(Part<'_>) -> Result<(), String>,
) -> Result<(), Error> {
    if bytes.len() > limits.bytes {
        let problem = format!("the body is longer than {} bytes", limits.bytes);
        return Err(Error::new(FaultKind::Limit, Place::Whole, problem));
    }
    let delimiter = match &options.boundary {
        Some(boundary) => format!("--{boundary}").into_bytes(),
        None => first_line(bytes).ok_or_else(|| {
            let problem = "the body does not begin with `--` and a boundary; is it multipart?";
            Error::new(FaultKind::Syntax, Place::Whole, problem)
        })?,
    };
    let mut rest = Body { bytes, at: 0, delimiter: &delimiter };
    let mut n_parts = 0;
    rest.skip_to_first()?;
    while let Some(part) = rest.next_part(n_parts + 1)? {
        n_parts += 1;
        if part.len() > limits.text {
            let problem = format!("it is longer than {} bytes", limits.text);
            return Err(fault(n_parts, FaultKind::Limit, problem));
        }
        Part::read(part)
            .and_then(&mut take)
            .map_err(|problem| fault(n_parts, FaultKind::Syntax, problem))?;
    }
    Ok(())
}

fn fault(part: usize, kind: FaultKind, problem: impl Into<String>) -> Error {
    Error::new(kind, Place::Part(format!("part {part}")), problem)
}

fn first_line(bytes: &[u8]) -> Option<Vec<u8>> {
    let line = bytes.split(|b| *b == b'\n').next()?.trim_ascii_end();
    // A boundary has at most 70 characters (RFC 2046, section 5.1.1).
    (line.starts_with(b"--") && (3..=72).contains(&line.len())).then(|| line.to_vec())
}

/// A body and how far it is read.
struct Body<'b> {
    bytes: &'b [u8],
    /// After the last delimiter.
    at: usize,
    delimiter: &'b [u8],
}

impl<'b> Body<'b> {
    /// The next delimiter at the start of a line: where the line break before it is, and its end.
    fn find(&self, from: usize) -> Option<(usize, usize)> {
        let starts = memchr::memmem::find_iter(&self.bytes[from..], self.delimiter);
        starts.map(|start| start + from).find_map(|start| {
            let end = start + self.delimiter.len();
            let follows = matches!(
                self.bytes[end..],
                [] | [b'-', b'-', ..] | [b'\r' | b'\n' | b' ' | b'\t', ..]
            );
            let before = &self.bytes[..start];
            let line_end = match before {
                [] => 0,
                [.., b'\r', b'\n'] => start - 2,
                [.., b'\n'] => start - 1,
                _ => return None,
            };
            // The break that ends the line of the last delimiter can be the one before this.
            follows.then_some((line_end.max(from), end))
        })
    }

    fn skip_to_first(&mut self) -> Result<(), Error> {
        let Some((_, end)) = self.find(0) else {
            let boundary = shown(&String::from_utf8_lossy(self.delimiter));
            let problem = format!("{boundary} stands on no line; is it the boundary of this body?");
            return Err(Error::new(FaultKind::Syntax, Place::Whole, problem));
        };
        self.at = end;
        Ok(())
    }

    fn next_part(&mut self, n: usize) -> Result<Option<&'b [u8]>, Error> {
        if self.bytes[self.at..].starts_with(b"--") {
            return Ok(None);
        }
        let unclosed =
            || fault(n, FaultKind::Syntax, "the body ends before the boundary that closes it");
        let line = memchr::memchr(b'\n', &self.bytes[self.at..]).ok_or_else(unclosed)?;
        let start = self.at + line + 1;
        // A part without headers begins with the break that ends them.
        let (end, next) = self.find(start.saturating_sub(1)).ok_or_else(unclosed)?;
        self.at = next;
        Ok(Some(&self.bytes[start.min(end)..end.max(start.min(end))]))
    }
}

/// The headers of a part, their names in lower case, and its content.
struct Part<'b> {
    headers: Vec<(String, &'b str)>,
    content: &'b [u8],
}

impl<'b> Part<'b> {
    fn read(part: &'b [u8]) -> Result<Self, String> {
        let (headers, content) = split_headers(part).ok_or("no blank line ends its headers")?;
        let headers = std::str::from_utf8(headers).map_err(|_| "its headers are not UTF-8")?;
        let lines = headers.lines().filter(|line| !line.trim().is_empty());
        let headers = lines.map(|line| {
            line.split_once(':')
                .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
                .ok_or_else(|| format!("{} is no header; a colon is missing", shown(line)))
        });
        Ok(Self { headers: headers.collect::<Result<_, _>>()?, content })
    }

    fn header(&self, name: &str) -> Option<&'b str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }

    /// The content without its transfer encoding.
    fn content(&self) -> Result<Cow<'b, [u8]>, String> {
        let encoding = self.header("content-transfer-encoding").unwrap_or("binary");
        match encoding.to_ascii_lowercase().as_str() {
            "7bit" | "8bit" | "binary" => Ok(Cow::Borrowed(self.content)),
            "base64" => {
                let packed: Vec<u8> =
                    self.content.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
                let content = BASE64.decode(packed).map_err(|_| "its content is not base64")?;
                Ok(Cow::Owned(content))
            }
            other => Err(format!("its transfer encoding {} is not known", shown(other))),
        }
    }

    /// The name of a form's field, and its value.
    fn into_field(self) -> Result<(String, Value), String> {
        let disposition = self.header("content-disposition");
        let parameters = disposition.and_then(|value| value.split_once(';')).map(|(_, rest)| rest);
        let name = parameters
            .and_then(|parameters| parameter(parameters, "name"))
            .ok_or("it has no name; a form's parts have the header `Content-Disposition: form-data; name=…`")?;
        let filename = parameters.and_then(|parameters| {
            extended(parameters).or_else(|| parameter(parameters, "filename"))
        });
        let kind = self.header("content-type");
        let content = self.content()?;
        if let (Ok(text), None, None) = (std::str::from_utf8(&content), &filename, kind) {
            return Ok((name, Value::from(text)));
        }
        let mut members = vec![("name", Value::from(&name))];
        members.extend(filename.map(|filename| ("filename", Value::from(filename))));
        members.extend(kind.map(|kind| ("type", Value::from(kind))));
        members.push(content_member(kind, &content));
        Ok((name, Value::object(members)))
    }

    /// The part as it is, of whatever type.
    fn into_value(self) -> Result<Value, String> {
        let kind = self.header("content-type");
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), Value::from(*value)));
        let mut members = vec![("headers", Value::object(headers))];
        members.extend(kind.map(|kind| ("type", Value::from(kind))));
        members.push(content_member(kind, &self.content()?));
        Ok(Value::object(members))
    }
}

/// The content as text if that is what its type says and its bytes are.
fn content_member(kind: Option<&str>, content: &[u8]) -> (&'static str, Value) {
    match std::str::from_utf8(content).ok().filter(|_| kind.is_none_or(is_text)) {
        Some(text) => ("text", Value::from(text)),
        None => ("base64", Value::from(BASE64.encode(content))),
    }
}

fn is_text(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || matches!(
            kind.as_str(),
            "application/json"
                | "application/xml"
                | "application/yaml"
                | "application/x-ndjson"
                | "application/x-www-form-urlencoded"
        )
}

fn split_headers(part: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(content) = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n")) {
        return Some((&[], content));
    }
    let with_cr = memchr::memmem::find(part, b"\r\n\r\n").map(|at| (at, at + 4));
    let without = memchr::memmem::find(part, b"\n\n").map(|at| (at, at + 2));
    let (end, start) = match (with_cr, without) {
        (Some(a), Some(b)) => a.min(b),
        (found, other) => found.or(other)?,
    };
    Some((&part[..end], &part[start..]))
}

/// The value of a parameter: a token, or a text in quotes with its escapes undone.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (text, after) = if let Some(quoted) = value.strip_prefix('"') {
            unquote(quoted)?
        } else {
            let end = value.find(';').unwrap_or(value.len());
            (value[..end].trim().to_owned(), &value[end..])
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = after;
    }
}

/// The text up to the closing quote, and what follows it.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                // Browsers write these three as HTML says, section 4.10.21.8.
                let text = text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
                return Some((text, &quoted[at + 1..]));
            }
            // Windows paths come with plain backslashes, so only quotes are escaped.
            '\\' if quoted[at + 1..].starts_with('"') => text.extend(chars.next().map(|(_, c)| c)),
            c => text.push(c),
        }
    }
    None
}

/// `filename*=UTF-8''…`, RFC 8187.
fn extended(parameters: &str) -> Option<String> {
    let value = parameter(parameters, "filename*")?;
    let encoded = value.get(..7).filter(|start| start.eq_ignore_ascii_case("utf-8''"))?;
    super::decode(value[encoded.len()..].replace('+', "%2B").as_bytes()).ok()
}

/// Writes an object as a body, lists as parts of one name.
///
/// An object with `text` or `base64` is a file or a part with a type; `null` is left out. The
/// boundary is [`Options::boundary`], or one that the content does not hold.
///
/// # Errors
/// An [`Error`] with the path of what has no form.
pub fn write(value: &Value, options: &Options, out: &mut impl io::Write) -> Result<(), Error> {
    let object = as_form(value)?;
    let mut parts = Vec::new();
    for (key, value) in object {
        for item in value.as_list().unwrap_or(std::slice::from_ref(value)) {
            if !item.is_null() {
                parts.push(part_bytes(key.as_str(), item)?);
            }
        }
    }
    let boundary = options.boundary.as_deref().unwrap_or(BOUNDARY);
    if boundary.is_empty() || boundary.len() > 70 || !boundary.bytes().all(is_boundary) {
        let problem = "a boundary has 1 to 70 letters, digits and marks, and no quotes";
        return Err(Error::new(FaultKind::Option, Place::Whole, problem));
    }
    let delimiter = format!("--{boundary}");
    if let Some(at) =
        parts.iter().position(|part| memchr::memmem::find(part, delimiter.as_bytes()).is_some())
    {
        let problem = "the content holds the boundary; choose another";
        return Err(fault(at + 1, FaultKind::Option, problem));
    }
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(delimiter.as_bytes());
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(&part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("{delimiter}--\r\n").as_bytes());
    out.write_all(&body).map_err(|error| Error::writing(&error))
}

/// The boundary where none is told; content that holds it is refused.
pub const BOUNDARY: &str = "gantry-5c1f8e2a9b7d4036-form-part";

fn is_boundary(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&b)
}

fn part_bytes(name: &str, value: &Value) -> Result<Vec<u8>, Error> {
    let fail =
        |problem: String| Error::new(FaultKind::Value, Place::Part(format!("`{name}`")), problem);
    let quoted = |text: &str| {
        let text = text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        format!("\"{text}\"")
    };
    let mut head = format!("Content-Disposition: form-data; name={}", quoted(name));
    let content = match value.as_object() {
        None => scalar(value).map(|text| text.into_owned().into_bytes()),
        Some(file) => {
            if let Some(filename) = file.get("filename").and_then(Value::as_str) {
                head.extend(["; filename=", &quoted(filename)]);
            }
            if let Some(kind) = file.get("type").and_then(Value::as_str) {
                if kind.contains(['\r', '\n']) {
                    return Err(fail("its type has a line break".to_owned()));
                }
                head.extend(["\r\nContent-Type: ", kind]);
            }
            content(file).map_err(&fail)?
        }
    };
    let Some(content) = content else {
        return Err(fail(format!(
            "{} is no field and no file; map it to a text or to {{filename, type, text}}",
            a(value.kind())
        )));
    };
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(&content);
    Ok(bytes)
}

fn content(file: &Object) -> Result<Option<Vec<u8>>, String> {
    if let Some(text) = file.get("text").and_then(scalar) {
        return Ok(Some(text.into_owned().into_bytes()));
    }
    let Some(packed) = file.get("base64").and_then(Value::as_str) else { return Ok(None) };
    BASE64.decode(packed).map(Some).map_err(|error| format!("its base64 is broken: {error}"))
}
