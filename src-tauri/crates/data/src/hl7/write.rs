//! Writes messages and batch files.

use super::{
    error::{Hl7Error, unwritable},
    field::{self, Separators},
    mllp,
};
use crate::{
    Object, Value,
    edi::charset::{self, Charset},
};

/// How messages follow one another in a file or on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// One after another.
    #[default]
    Plain,
    /// Each between the bytes of MLLP.
    Mllp,
}

impl Framing {
    /// Puts a message's bytes into the frame.
    pub fn frame(self, message: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Plain => message,
            Self::Mllp => mllp::encode(&message),
        }
    }
}

/// Writes a message, a list of them, or a file as [`read`](super::read) gives it.
///
/// A message needs its `segments`, the first of them `MSH` with both separator fields; its `type`
/// and `control` are not looked at, as MSH-9 and MSH-10 say them. Segments end with a carriage
/// return unless `line_end` says otherwise.
///
/// # Errors
/// [`Hl7Error::Write`] with the way to the member that cannot be written.
pub fn write(value: &Value) -> Result<Vec<u8>, Hl7Error> {
    let mut out = Vec::new();
    if let Some(messages) = value.as_list() {
        for (at, message) in messages.iter().enumerate() {
            write_message(message, &format!("[{at}]"), &mut out)?;
        }
        return Ok(out);
    }
    if value.get("segments").is_some() {
        write_message(value, "", &mut out)?;
        return Ok(out);
    }
    let Some(file) = value.as_object() else {
        return Err(unwritable("", format!("is a {}, and an object is needed", value.kind())));
    };
    check_keys(value, &["header", "batches", "messages", "trailer", "warnings"], "")?;
    if !["messages", "batches"].iter().any(|key| file.get(key).is_some()) {
        return Err(unwritable("", "has neither `segments` nor `messages` nor `batches`"));
    }
    write_part(file, "header", "", &mut out)?;
    for (at, batch) in list(file, "batches").iter().enumerate() {
        let path = format!("batches[{at}]");
        let Some(batch) = batch.as_object() else {
            return Err(unwritable(&path, "is no object"));
        };
        check_keys(&batch.clone().into(), &["header", "messages", "trailer"], &path)?;
        write_part(batch, "header", &format!("{path}."), &mut out)?;
        write_messages(batch, &format!("{path}."), &mut out)?;
        write_part(batch, "trailer", &format!("{path}."), &mut out)?;
    }
    write_messages(file, "", &mut out)?;
    write_part(file, "trailer", "", &mut out)?;
    Ok(out)
}

/// Refuses a member that nothing would be made of.
fn check_keys(value: &Value, known: &[&str], path: &str) -> Result<(), Hl7Error> {
    let keys = value.as_object().map_or(&[][..], Object::keys);
    match keys.iter().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let dot = if path.is_empty() { "" } else { "." };
            let path = format!("{path}{dot}{key}");
            Err(unwritable(&path, format!("is not known here; there is {}", known.join(", "))))
        }
    }
}

fn list<'v>(object: &'v Object, key: &str) -> &'v [Value] {
    object.get(key).and_then(Value::as_list).unwrap_or(&[])
}

fn write_messages(object: &Object, path: &str, out: &mut Vec<u8>) -> Result<(), Hl7Error> {
    for (at, message) in list(object, "messages").iter().enumerate() {
        write_message(message, &format!("{path}messages[{at}]"), out)?;
    }
    Ok(())
}

/// Writes a header or trailer of a batch, if there is one; it ends as the file's messages do.
fn write_part(object: &Object, key: &str, path: &str, out: &mut Vec<u8>) -> Result<(), Hl7Error> {
    let Some(segment) = object.get(key).filter(|segment| !segment.is_null()) else { return Ok(()) };
    let path = format!("{path}{key}");
    let Some(separators) = part_separators(object, segment, &path)? else { return Ok(()) };
    let mut text = String::new();
    write_segment(segment, &separators, &path, &mut text)?;
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(line_end(object).as_bytes());
    Ok(())
}

/// The separators of a header, or of the header that a trailer belongs to.
fn part_separators(
    object: &Object,
    segment: &Value,
    path: &str,
) -> Result<Option<Separators>, Hl7Error> {
    if let Some(own) = header_separators(segment, path)? {
        return Ok(Some(own));
    }
    if let Some(header) = object.get("header") {
        if let Some(of_header) = header_separators(header, path)? {
            return Ok(Some(of_header));
        }
    }
    Ok(Separators::of_header("BHS|^~\\&|").ok().map(|(separators, _)| separators))
}

/// How the lines of the first message end that an object holds.
fn line_end(object: &Object) -> &str {
    let messages = |object: &Object| list(object, "messages").first().cloned();
    let batch = list(object, "batches").first().and_then(Value::as_object);
    let first = messages(object).or_else(|| batch.and_then(messages));
    match first.as_ref().and_then(|first| first.get("line_end")).and_then(Value::as_str) {
        Some("\n") => "\n",
        Some("\r\n") => "\r\n",
        _ => "\r",
    }
}

fn write_message(message: &Value, path: &str, out: &mut Vec<u8>) -> Result<(), Hl7Error> {
    let dot = if path.is_empty() { "" } else { "." };
    let Some(segments) = message.get("segments").and_then(Value::as_list) else {
        return Err(unwritable(path, "is no message; it needs a list of `segments`"));
    };
    let known = ["type", "control", "segments", "line_end", "charset", "warnings"];
    check_keys(message, &known, path)?;
    let first_path = format!("{path}{dot}segments[0]");
    let first = segments.first().filter(|first| tag(first) == "MSH");
    let separators = first.map(|first| header_separators(first, &first_path)).transpose()?;
    let Some(separators) = separators.flatten() else {
        return Err(unwritable(&first_path, "must be the segment `MSH`, the message's header"));
    };
    let line_end = match message.get("line_end").and_then(Value::as_str) {
        None => "\r",
        Some(end @ ("\r" | "\n" | "\r\n")) => end,
        Some(_) => return Err(unwritable(&format!("{path}{dot}line_end"), "is no line break")),
    };
    let charset = match message.get("charset").and_then(Value::as_str) {
        None => charset::UTF_8,
        Some(name) => Charset::by_name(name).ok_or_else(|| {
            unwritable(&format!("{path}{dot}charset"), format!("`{name}` is not known"))
        })?,
    };
    for (at, segment) in segments.iter().enumerate() {
        let path = format!("{path}{dot}segments[{at}]");
        let mut text = String::new();
        write_segment(segment, &separators, &path, &mut text)?;
        let bytes = charset.encode(&text).map_err(|c| {
            unwritable(&path, format!("has `{c}`, which the set {} has not", charset.name))
        })?;
        out.extend_from_slice(&bytes);
        out.extend_from_slice(line_end.as_bytes());
    }
    Ok(())
}

fn tag(segment: &Value) -> &str {
    segment.get("tag").and_then(Value::as_str).unwrap_or_default()
}

/// The separators that a header names; nothing if the segment is none.
fn header_separators(segment: &Value, path: &str) -> Result<Option<Separators>, Hl7Error> {
    if !matches!(tag(segment), "MSH" | "BHS" | "FHS") {
        return Ok(None);
    }
    let field =
        |at: usize| segment.get("fields").and_then(|fields| fields.at(at)).and_then(Value::as_str);
    let (Some(separator), Some(encoding)) = (field(0), field(1)) else {
        let path = format!("{path}.fields");
        return Err(unwritable(&path, "must begin with the separators, like `|` and `^~\\&`"));
    };
    let is_one = separator.chars().count() == 1 && !encoding.contains(separator);
    if !is_one {
        return Err(unwritable(&format!("{path}.fields[0]"), "must be one character"));
    }
    let (separators, _) = Separators::of_header(&format!("MSH{separator}{encoding}"))
        .map_err(|problem| unwritable(&format!("{path}.fields[1]"), problem))?;
    Ok(Some(separators))
}

fn write_segment(
    segment: &Value,
    separators: &Separators,
    path: &str,
    out: &mut String,
) -> Result<(), Hl7Error> {
    let tag = tag(segment);
    check_keys(segment, &["tag", "fields"], path)?;
    if tag.len() != 3 || !tag.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return Err(unwritable(path, "needs a `tag` of three large letters or digits"));
    }
    out.push_str(tag);
    let fields = match segment.get("fields") {
        None => &[],
        Some(fields) => fields.as_list().ok_or_else(|| {
            unwritable(&format!("{path}.fields"), format!("is a {} and no list", fields.kind()))
        })?,
    };
    let mut rest = fields.iter().enumerate();
    if matches!(tag, "MSH" | "BHS" | "FHS") {
        out.push(separators.field);
        out.push_str(fields.get(1).and_then(Value::as_str).unwrap_or_default());
        rest.nth(1);
    }
    for (at, field) in rest {
        out.push(separators.field);
        field::write(field, separators, &format!("{path}.fields[{at}]"), out)?;
    }
    Ok(())
}
