//! Writes messages from their header, blocks and tags.
//! Texts go out as they are; the standard's character set and lengths are the mapping's to keep.

use std::io;

use crate::{
    Charset, Value,
    fault::{FaultKind, FormatError, Place, a, shown},
};

/// How messages are to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// How lines end.
    pub ending: Ending,
    /// The charset of the output.
    pub charset: Charset,
}

/// How lines end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ending {
    /// By carriage return and line feed, as SWIFT has it.
    #[default]
    Crlf,
    /// By a line feed.
    Lf,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { ending: Ending::default(), charset: Charset::UTF_8 }
    }
}

/// Writes a list of messages, or one, from `header`, `blocks` and `tags`.
///
/// # Errors
/// An [`Error`](super::Error) that counts the messages from 1.
pub fn write(
    value: &Value,
    options: &WriteOptions,
    out: &mut impl io::Write,
) -> Result<(), FormatError> {
    let messages = value.as_list().unwrap_or(std::slice::from_ref(value));
    for (at, message) in messages.iter().enumerate() {
        let mut text = message_text(message).map_err(|problem| {
            let place = Place::Part(format!("message {}", at + 1));
            FormatError::new(FaultKind::Value, place, problem)
        })?;
        if options.ending == Ending::Crlf {
            text = text.replace('\n', "\r\n");
        }
        let bytes = options.charset.encode(&text)?;
        out.write_all(&bytes).map_err(|error| FormatError::writing(&error))?;
    }
    Ok(())
}

fn text_of<'v>(value: Option<&'v Value>, what: &str) -> Result<&'v str, String> {
    value.and_then(Value::as_str).ok_or_else(|| format!("{what} is no text"))
}

fn message_text(message: &Value) -> Result<String, String> {
    let tags = message.get("tags").and_then(Value::as_list).filter(|tags| !tags.is_empty());
    let Some(tags) = tags else {
        return Err(format!(
            "a message has a list `tags` of {{tag, text}}, and this is {} without",
            a(message.kind())
        ));
    };
    let mut out = String::new();
    for line in message.get("header").and_then(Value::as_list).unwrap_or_default() {
        let line = text_of(Some(line), "a line of `header`")?;
        if line.trim().is_empty()
            || line.starts_with([':', '{', '-'])
            || line.contains(['\n', '\r'])
        {
            return Err(format!("{} cannot stand in `header`", shown(line)));
        }
        out.push_str(line);
        out.push('\n');
    }
    let blocks = message.get("blocks").and_then(Value::as_object);
    let mut trailer = String::new();
    for (id, text) in blocks.into_iter().flatten() {
        let text = text_of(Some(text), "a block")?;
        let block = format!("{{{id}:{text}}}");
        if id.as_str() < "4" { out.push_str(&block) } else { trailer.push_str(&block) }
    }
    if blocks.is_some() {
        out.push_str("{4:\n");
    }
    for tag in tags {
        let name = text_of(tag.get("tag"), "the `tag` of a tag")?;
        let text = text_of(tag.get("text"), "the `text` of a tag")?;
        let is_end = |line: &str| {
            line.starts_with("-}") || line.trim_end() == "-" || line.starts_with([':', '{'])
        };
        if text.lines().skip(1).any(is_end) {
            return Err(format!(
                "a line of the tag :{name}: would begin another tag or end the message"
            ));
        }
        out.extend([":", name, ":", text, "\n"]);
    }
    out.push_str(if blocks.is_some() { "-}" } else { "-" });
    out.push_str(&trailer);
    out.push('\n');
    Ok(out)
}
