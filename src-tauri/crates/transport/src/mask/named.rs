//! Hides what stands under a secret's name in texts of JSON, XML, forms, headers and addresses, cut
//! ones included. Not the values that are known: see `known`.

use std::borrow::Cow;
use std::ops::Range;

use vault::MASK;

use super::names::{is_secret_name, is_secret_param};

/// A text of JSON, XML, a form or header lines without what stands under a secret's name.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    let start = text.trim_start();
    let mut edits = Edits::of(text);
    if start.starts_with('<') {
        xml(&mut edits);
    } else if start.starts_with(['{', '[', '"']) {
        json(&mut edits);
    } else if text.contains('=') && !text.contains(char::is_whitespace) {
        form(&mut edits);
    } else {
        header_lines(&mut edits);
    }
    edits.done()
}

/// A text in which addresses have no secret behind their question mark or `#`.
pub(super) fn queries(text: &str) -> Cow<'_, str> {
    let mut edits = Edits::of(text);
    let mut from = 0;
    while let Some(at) = text[from..].find(['?', '#', '&', ';']) {
        let start = from + at + 1;
        let rest = &text[start..];
        from = start;
        let name_end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.%[]".contains(c));
        let Some(name_end) = name_end.filter(|end| rest[*end..].starts_with('=')) else { continue };
        let value = &rest[name_end + 1..];
        let len = value.find(|c: char| c.is_whitespace() || "&#;\"'<>,)".contains(c));
        let len = len.unwrap_or(value.len());
        if len > 0 && is_secret_param(&rest[..name_end]) {
            let value_start = start + name_end + 1;
            edits.put(value_start..value_start + len, MASK);
            from = value_start + len;
        }
    }
    edits.done()
}

/// A text, and what is written in place of some of it, from its beginning to its end.
struct Edits<'a> {
    text: &'a str,
    out: String,
    end: usize,
}

impl<'a> Edits<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, out: String::new(), end: 0 }
    }

    fn put(&mut self, place: Range<usize>, with: &str) {
        self.out.push_str(&self.text[self.end..place.start]);
        self.out.push_str(with);
        self.end = place.end;
    }

    fn done(mut self) -> Cow<'a, str> {
        if self.end == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.end..]);
        Cow::Owned(self.out)
    }
}

fn form(edits: &mut Edits<'_>) {
    let mut start = 0;
    for pair in edits.text.split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && is_secret_name(name)
            && !value.is_empty()
        {
            edits.put(start + name.len() + 1..start + pair.len(), MASK);
        }
        start += pair.len() + 1;
    }
}

/// Lines such as `Authorization: Bearer …`, which systems that echo a call answer with.
fn header_lines(edits: &mut Edits<'_>) {
    let mut start = 0;
    for line in edits.text.split_inclusive('\n') {
        if let Some((name, value)) = line.split_once(':')
            && !name.trim().contains(char::is_whitespace)
            && is_secret_name(name)
            && !value.trim().is_empty()
        {
            let value_start = start + name.len() + 1 + (value.len() - value.trim_start().len());
            edits.put(value_start..start + line.trim_end().len(), MASK);
        }
        start += line.len();
    }
}

/// Hides the values of secret names in JSON, and the items of a list that stands under one.
fn json(edits: &mut Edits<'_>) {
    let text = edits.text;
    let mut from = 0;
    while let Some(at) = text[from..].find('"') {
        let start = from + at;
        let end = string_end(text, start);
        from = end;
        let rest = &text[end..];
        let value = rest.trim_start();
        if !value.starts_with(':') || !is_secret_name(&text[start..end]) {
            continue;
        }
        let value = value[1..].trim_start();
        let value_start = text.len() - value.len();
        if value.starts_with('[') {
            from = list(edits, value_start);
        } else if let Some(len) = value_len(value) {
            edits.put(value_start..value_start + len, &format!("\"{MASK}\""));
            from = value_start + len;
        }
    }
}

/// Hides the texts and numbers of a list, and says where it goes on behind them.
fn list(edits: &mut Edits<'_>, start: usize) -> usize {
    let text = edits.text;
    let mut from = start + 1;
    loop {
        let rest = text[from..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let item_start = text.len() - rest.len();
        match value_len(rest) {
            Some(len) if !rest.starts_with(']') => {
                edits.put(item_start..item_start + len, &format!("\"{MASK}\""));
                from = item_start + len;
            }
            _ => return item_start,
        }
    }
}

/// The length of a text or number that begins here; of an object, a list or nothing there is none.
fn value_len(value: &str) -> Option<usize> {
    if value.starts_with("null") {
        return None;
    }
    match value.as_bytes().first()? {
        b'"' => Some(string_end(value, 0)),
        b'{' | b'[' | b']' | b'}' => None,
        _ => Some(value.find([',', '}', ']', '\n']).unwrap_or(value.len())),
    }
}

/// The end of the JSON string that begins with the quote at `start`; the text's end if it is cut.
fn string_end(text: &str, start: usize) -> usize {
    let mut from = start + 1;
    while let Some(at) = memchr::memchr2(b'"', b'\\', &text.as_bytes()[from..]) {
        if text.as_bytes()[from + at] == b'"' {
            return from + at + 1;
        }
        from = from + at + 2;
        if from >= text.len() {
            break;
        }
    }
    text.len()
}

/// Hides the texts of elements, and the values of attributes, with a secret's name in XML.
fn xml(edits: &mut Edits<'_>) {
    let text = edits.text;
    let mut from = 0;
    while let Some(at) = text[from..].find('<') {
        let start = from + at;
        let end = text[start..].find('>').map_or(text.len(), |at| start + at + 1);
        let tag = &text[start..end];
        attributes(edits, start, tag);
        from = end;
        let name = tag[1..].split(|c: char| c.is_whitespace() || c == '>' || c == '/').next();
        let value_end = text[end..].find('<').map_or(text.len(), |at| end + at);
        let is_whole = !tag.ends_with("/>") && !text[end..value_end].trim().is_empty();
        if is_whole && is_secret_name(local(name.unwrap_or_default())) {
            edits.put(end..value_end, MASK);
            from = value_end;
        }
    }
}

fn attributes(edits: &mut Edits<'_>, start: usize, tag: &str) {
    let mut from = 0;
    while let Some(at) = tag[from..].find('=') {
        let name_end = from + at;
        from = name_end + 1;
        let name = tag[..name_end].trim_end().rsplit(char::is_whitespace).next();
        let value = tag[from..].trim_start();
        let Some(quote) = value.chars().next().filter(|c| "\"'".contains(*c)) else { continue };
        let value_start = tag.len() - value.len() + 1;
        let len = tag[value_start..].find(quote).unwrap_or(tag.len() - value_start);
        if len > 0 && is_secret_name(local(name.unwrap_or_default())) {
            edits.put(start + value_start..start + value_start + len, MASK);
        }
        from = (value_start + len + 1).min(tag.len());
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or_default()
}
