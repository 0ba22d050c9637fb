//! Reads messages one by one: where they begin and end, their blocks, their tags.
//! What the tags say is in `statement`.

use std::io::{BufRead, Read};

use super::{Options, statement};
use crate::{
    Limits, Value,
    charset::Decoder,
    fault::{FaultKind, FormatError, Place, shown},
};

/// The messages of a source, one by one.
///
/// A message ends by `-` on a line of its own, by `-}`, or where the next begins with `:20:`.
/// After a message that is wrong the next one follows; when the source breaks off nothing does.
pub struct Items<R> {
    source: Decoder<R>,
    options: Options,
    limits: Limits,
    n_lines: u64,
    /// What was read of the next message.
    next: Option<String>,
    is_done: bool,
}

/// A tag, and the line on which it begins.
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) line: u64,
}

#[derive(Default)]
struct Message {
    header: Vec<(String, u64)>,
    blocks: Vec<(String, String)>,
    tags: Vec<Tag>,
    n_bytes: usize,
}

impl Message {
    fn is_empty(&self) -> bool {
        self.header.is_empty() && self.blocks.is_empty() && self.tags.is_empty()
    }
}

impl<R: Read> Items<R> {
    /// A reader of `source`, which needs no buffer of its own.
    ///
    /// # Errors
    /// An [`Error`](super::Error) when the start of the source cannot be read.
    pub fn new(source: R, options: Options, limits: Limits) -> Result<Self, FormatError> {
        let source = Decoder::new(source, |_| options.charset)
            .map_err(|error| FormatError::reading(&error, Place::Whole))?;
        Ok(Self { source, options, limits, n_lines: 0, next: None, is_done: false })
    }

    fn line(&mut self, n_left: usize) -> Result<Option<String>, FormatError> {
        if let Some(line) = self.next.take() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        let mut source = self.source.by_ref().take(n_left as u64 + 1);
        let n_bytes = source.read_until(b'\n', &mut line).map_err(|error| {
            FormatError::reading(&error, Place::Line { line: self.n_lines + 1 })
        })?;
        if n_bytes == 0 {
            return Ok(None);
        }
        self.n_lines += 1;
        if n_bytes > n_left {
            let problem = format!("the message is longer than {} bytes", self.limits.bytes);
            return Err(FormatError::at_line(FaultKind::Limit, self.n_lines, problem));
        }
        let line = String::from_utf8(line).map_err(|_| {
            let problem = "the line is not UTF-8; tell the charset";
            FormatError::at_line(FaultKind::Charset, self.n_lines, problem)
        })?;
        // Start and end of text (SOH, STX, ETX) frame some files.
        Ok(Some(line.trim_matches(['\u{1}', '\u{2}', '\u{3}', '\r', '\n']).to_owned()))
    }

    fn message(&mut self) -> Result<Option<Message>, FormatError> {
        let mut message = Message::default();
        loop {
            let n_left = self.limits.bytes.saturating_sub(message.n_bytes);
            let Some(line) = self.line(n_left)? else {
                return Ok((!message.is_empty()).then_some(message));
            };
            message.n_bytes += line.len() + 1;
            if self.take_line(&mut message, line)? {
                return Ok(Some(message));
            }
        }
    }

    /// Whether the message ends here.
    fn take_line(&mut self, message: &mut Message, line: String) -> Result<bool, FormatError> {
        if let Some(rest) = line.strip_prefix("-}") {
            let rest = self.blocks(message, rest)?;
            self.next = (!rest.is_empty()).then_some(rest);
            return Ok(true);
        }
        if line.trim_end() == "-" && !message.is_empty() {
            return Ok(true);
        }
        if line.starts_with("{1:") && !message.is_empty() {
            self.next = Some(line);
            return Ok(true);
        }
        if line.starts_with('{') && message.tags.is_empty() {
            let rest = self.blocks(message, &line)?;
            if !rest.is_empty() {
                self.next = Some(rest);
            }
            return Ok(false);
        }
        if let Some((name, text)) = tag(&line) {
            if name == "20" && !message.tags.is_empty() {
                self.next = Some(line);
                return Ok(true);
            }
            let (name, text) = (name.to_owned(), text.to_owned());
            message.tags.push(Tag { name, text, line: self.n_lines });
            return Ok(false);
        }
        match message.tags.last_mut() {
            Some(tag) => {
                tag.text.push('\n');
                tag.text.push_str(&line);
            }
            None if line.trim().is_empty() => {}
            None => message.header.push((line, self.n_lines)),
        }
        Ok(false)
    }

    /// Reads blocks in braces up to the text block or the next message; gives the rest of the line.
    fn blocks(&self, message: &mut Message, line: &str) -> Result<String, FormatError> {
        let fault =
            |problem: String| FormatError::at_line(FaultKind::Syntax, self.n_lines, problem);
        let mut rest = line.trim();
        while let Some(inner) = rest.strip_prefix('{') {
            let Some((id, content)) = inner.split_once(':') else {
                return Err(fault(format!("the block {} has no colon", shown(rest))));
            };
            if id == "4" {
                return Ok(content.trim_start().to_owned());
            }
            if id == "1" && !message.tags.is_empty() {
                return Ok(rest.to_owned());
            }
            let mut depth = 1;
            let end = content.find(|c| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                depth == 0
            });
            let Some(end) = end else {
                return Err(fault(format!("the block {} is not closed by `}}`", shown(rest))));
            };
            message.blocks.push((id.to_owned(), content[..end].to_owned()));
            rest = content[end + 1..].trim_start();
        }
        Ok(rest.to_owned())
    }

    fn read(&mut self) -> Result<Option<Value>, FormatError> {
        let Some(mut message) = self.message().inspect_err(|_| self.is_done = true)? else {
            return Ok(None);
        };
        if message.tags.is_empty() {
            let line = message.header.first().map_or(self.n_lines, |(_, line)| *line);
            let problem = "no tag such as `:20:` follows, so this is no SWIFT message";
            return Err(FormatError::at_line(FaultKind::Syntax, line, problem));
        }
        for tag in &mut message.tags {
            tag.text.truncate(tag.text.trim_end_matches(['\n', ' ']).len());
        }
        let mut members = Vec::new();
        if !message.header.is_empty() {
            let lines = message.header.iter().map(|(line, _)| Value::from(line));
            members.push(("header", Value::list(lines)));
        }
        if !message.blocks.is_empty() {
            let blocks = message.blocks.iter().map(|(id, text)| (id.as_str(), Value::from(text)));
            members.push(("blocks", Value::object(blocks)));
        }
        let tags = message.tags.iter();
        let tags = tags.map(|tag| {
            Value::object([("tag", Value::from(&tag.name)), ("text", Value::from(&tag.text))])
        });
        members.push(("tags", Value::list(tags)));
        if !self.options.tags_only {
            members.push(("statement", statement::read(&message.tags)?));
        }
        Ok(Some(Value::object(members)))
    }
}

/// `:61:…` as its name and text.
fn tag(line: &str) -> Option<(&str, &str)> {
    let (name, text) = line.strip_prefix(':')?.split_once(':')?;
    let digits = name.as_bytes();
    let is_name = match digits {
        [a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
        [a, b, c] => a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase(),
        _ => false,
    };
    let is_name = is_name || name == "NS";
    is_name.then_some((name, text))
}

impl<R: Read> Iterator for Items<R> {
    type Item = Result<Value, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let item = self.read();
        self.is_done |= matches!(item, Ok(None));
        item.transpose()
    }
}
