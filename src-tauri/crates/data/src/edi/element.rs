//! Elements as values and as text: a text, a list of components, `{"repeat": […]}`.

use std::sync::LazyLock;

use super::{EdiError, charset::Charset, error::Trail, named, source::Separators};
use crate::{Object, Shape, Value};

/// The key of a repetition.
pub(super) const REPEAT: &str = "repeat";
static SEGMENT: LazyLock<Shape> = LazyLock::new(|| Shape::new(["tag", "elements"]));

/// One segment taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segment {
    pub(super) tag: String,
    pub(super) elements: Vec<Value>,
}

impl Segment {
    /// `{"tag": …, "elements": […]}`
    pub(super) fn to_value(&self) -> Value {
        let elements = Value::from(self.elements.clone());
        Object::from_shape(&SEGMENT, [self.tag.as_str().into(), elements]).into()
    }

    /// The text of an element counted from 1, if it is there and plain.
    pub(super) fn text(&self, number: usize) -> &str {
        self.elements.get(number - 1).and_then(Value::as_str).unwrap_or_default()
    }

    /// Takes a segment's text apart.
    pub(super) fn parse(text: &str, separators: Separators) -> Self {
        let mut parts = split(text, separators.element, separators.release);
        let tag = if parts.is_empty() { "" } else { parts.remove(0) };
        let elements = parts.into_iter().map(|part| parse_element(part, separators));
        Self { tag: tag.to_owned(), elements: elements.collect() }
    }

    /// Reads a segment from a value; its elements may be texts, numbers and lists of them.
    pub(super) fn from_value(value: &Value, trail: &Trail<'_>) -> Result<Self, EdiError> {
        let tag = value.get("tag").and_then(Value::as_str);
        let Some(tag) = tag else {
            return Err(trail.error("is no segment; it needs a `tag` and a list of `elements`"));
        };
        if let Some(object) = value.as_object() {
            let is_known = |key: &str| ["tag", "elements"].contains(&key);
            named::check_keys(object, trail, is_known, || "tag, elements".to_owned())?;
        }
        let elements = match value.get("elements") {
            None => Vec::new(),
            Some(elements) => read_elements(elements, &trail.key("elements"))?,
        };
        Ok(Self { tag: tag.to_owned(), elements })
    }
}

/// The elements of a list.
pub(super) fn read_elements(value: &Value, trail: &Trail<'_>) -> Result<Vec<Value>, EdiError> {
    value.as_list().map(<[Value]>::to_vec).ok_or_else(|| {
        trail.error(format!("is a {}, and a list of elements is needed", value.kind()))
    })
}

/// The part before each separator that is not released, the separators' release left in.
fn split(text: &str, separator: u8, release: Option<u8>) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        if Some(bytes[at]) == release {
            at += 2;
            continue;
        }
        if bytes[at] == separator {
            parts.push(&text[from..at]);
            from = at + 1;
        }
        at += 1;
    }
    parts.push(&text[from..]);
    parts
}

fn parse_element(text: &str, separators: Separators) -> Value {
    let Some(repetition) = separators.repetition else {
        return parse_components(text, separators);
    };
    let parts = split(text, repetition, separators.release);
    if parts.len() == 1 {
        return parse_components(text, separators);
    }
    let repeats: Value = parts.into_iter().map(|part| parse_components(part, separators)).collect();
    Value::object([(REPEAT, repeats)])
}

fn parse_components(text: &str, separators: Separators) -> Value {
    let parts = split(text, separators.component, separators.release);
    if parts.len() == 1 {
        return unescape(text, separators.release);
    }
    parts.into_iter().map(|part| unescape(part, separators.release)).collect()
}

fn unescape(text: &str, release: Option<u8>) -> Value {
    let Some(release) = release.map(char::from).filter(|release| text.contains(*release)) else {
        return Value::from(text);
    };
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        // A release at the very end releases nothing and is dropped.
        let kept = if c == release { chars.next() } else { Some(c) };
        out.extend(kept);
    }
    Value::from(out)
}

/// Writes segments of one interchange.
pub(super) struct SegmentWriter {
    pub(super) out: Vec<u8>,
    separators: Separators,
    line_end: String,
    charset: Charset,
}

impl SegmentWriter {
    pub(super) fn new(separators: Separators, line_end: &str, charset: Charset) -> Self {
        Self { out: Vec::new(), separators, line_end: line_end.to_owned(), charset }
    }

    /// Writes a segment; elements that are missing at the end are not written.
    pub(super) fn write(&mut self, segment: &Segment, trail: &Trail<'_>) -> Result<(), EdiError> {
        self.begin(&segment.tag, trail)?;
        for (at, element) in segment.elements.iter().enumerate() {
            self.out.push(self.separators.element);
            let trail = &trail.element(&segment.tag, at + 1);
            match element.get(REPEAT) {
                None => self.components(element, trail)?,
                Some(repeats) => {
                    let Some(repetition) = self.separators.repetition else {
                        return Err(trail.error(
                            "repeats, but the interchange has no separator for repetitions",
                        ));
                    };
                    for (n, repeat) in read_elements(repeats, trail)?.iter().enumerate() {
                        if n > 0 {
                            self.out.push(repetition);
                        }
                        self.components(repeat, trail)?;
                    }
                }
            }
        }
        self.end();
        Ok(())
    }

    /// Writes a segment whose last element is written as it is.
    pub(super) fn write_raw(
        &mut self,
        tag: &str,
        elements: &[&str],
        trail: &Trail<'_>,
    ) -> Result<(), EdiError> {
        self.begin(tag, trail)?;
        for element in elements {
            self.out.push(self.separators.element);
            let bytes = self.encode(element, trail)?;
            self.out.extend_from_slice(&bytes);
        }
        self.end();
        Ok(())
    }

    pub(super) fn encode(&self, text: &str, trail: &Trail<'_>) -> Result<Vec<u8>, EdiError> {
        self.charset.encode(text).map_err(|c| {
            trail.error(format!("has `{c}`, which the character set {} has not", self.charset.name))
        })
    }

    fn begin(&mut self, tag: &str, trail: &Trail<'_>) -> Result<(), EdiError> {
        if tag.is_empty() || !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b':') {
            return Err(trail.error(format!("cannot be a segment with the tag `{tag}`")));
        }
        self.out.extend_from_slice(tag.as_bytes());
        Ok(())
    }

    fn end(&mut self) {
        self.out.push(self.separators.terminator);
        self.out.extend_from_slice(self.line_end.as_bytes());
    }

    fn components(&mut self, value: &Value, trail: &Trail<'_>) -> Result<(), EdiError> {
        let Some(components) = value.as_list() else {
            return self.text(value, trail);
        };
        for (at, component) in components.iter().enumerate() {
            if at > 0 {
                self.out.push(self.separators.component);
            }
            self.text(component, &trail.index(at))?;
        }
        Ok(())
    }

    fn text(&mut self, value: &Value, trail: &Trail<'_>) -> Result<(), EdiError> {
        let number = value.as_number();
        let digits = number.as_ref().map(crate::Number::text);
        let text = match (value.as_str(), &digits) {
            (Some(text), _) => text,
            (None, Some(digits)) => digits.as_ref(),
            (None, None) if value.is_null() => return Ok(()),
            _ => {
                return Err(trail.error(format!("is a {}, and a text is needed", value.kind())));
            }
        };
        for byte in self.encode(text, trail)? {
            if self.separators.contains(byte) {
                let Some(release) = self.separators.release else {
                    return Err(trail.error(format!(
                        "contains `{}`, which separates parts here; choose other `delimiters`",
                        char::from(byte).escape_default()
                    )));
                };
                self.out.push(release);
            }
            self.out.push(byte);
        }
        Ok(())
    }
}
