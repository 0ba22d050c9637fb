//! Reads X12 interchanges one by one.

use std::{io::Read, sync::LazyLock};

use super::{super::Place, TABLES};
use crate::{
    Limits, Value,
    edi::{
        EdiError, Options, charset,
        element::Segment,
        envelope::{self, Faults, byte_text},
        message,
        named::{self, Field},
        source::{Raw, Separators, Source},
    },
};

/// Names of the elements of `ISA`, and how many characters each has.
pub(super) const ISA: [(&str, usize); 16] = [
    ("authorization_qualifier", 2),
    ("authorization", 10),
    ("security_qualifier", 2),
    ("security", 10),
    ("sender_qualifier", 2),
    ("sender", 15),
    ("receiver_qualifier", 2),
    ("receiver", 15),
    ("date", 6),
    ("time", 4),
    ("standard", 1),
    ("version", 5),
    ("control", 9),
    ("acknowledge", 1),
    ("usage", 1),
    ("component", 1),
];
pub(super) static GS: LazyLock<Vec<Field>> =
    LazyLock::new(|| Field::parse_all("code sender receiver date time control agency version"));
const GS_KEYS: [&str; 8] =
    ["code", "sender", "receiver", "date", "time", "control", "agency", "version"];
pub(super) static ST: LazyLock<Vec<Field>> =
    LazyLock::new(|| Field::parse_all("type control version"));

/// The interchanges of an X12 source, one object each; an error is the last item.
///
/// [`Limits::bytes`] bounds one interchange, [`Limits::text`] one segment.
pub struct Interchanges<R> {
    source: Source<R>,
    options: Options,
    limits: Limits,
    is_done: bool,
}

/// How an interchange was written.
struct Layout {
    separators: Separators,
    line_end: String,
    wrap: Option<usize>,
}

/// More than an `ISA` has, be it wrapped.
const ISA_BYTES: usize = 256;

impl<R: Read> Interchanges<R> {
    /// A reader of `source`, which needs no buffer of its own.
    pub fn new(source: R, options: Options, limits: Limits) -> Self {
        Self { source: Source::new(source, limits.text), options, limits, is_done: false }
    }

    fn interchange(&mut self) -> Result<Option<Value>, EdiError> {
        self.source.skip_space()?;
        let mut place = self.source.place();
        let head = self.source.peek(ISA_BYTES)?;
        if head.is_empty() {
            return Ok(None);
        }
        if !head.starts_with(b"ISA") {
            let shown =
                String::from_utf8_lossy(&head[..head.len().min(3)]).escape_debug().to_string();
            return Err(place
                .error(format!("an interchange begins with `ISA`, and here stands `{shown}`,")));
        }
        "ISA".clone_into(&mut place.tag);
        let (mut separators, wrap) = read_separators(head, &place)?;
        if wrap.is_some() {
            self.source.unwrap_lines();
        }
        let isa = self.source.segment(separators, |_| None)?;
        let elements = split_isa(&isa, separators)?;
        separators.repetition = repetition(&elements[10]);
        if let Some(problem) = separators.fault() {
            return Err(place.error(problem));
        }
        let mut n_bytes = isa.bytes.len();
        let mut raws = Vec::new();
        let mut line_end = Vec::new();
        loop {
            let space = self.source.skip_space()?;
            if raws.is_empty() {
                line_end = space;
            }
            if self.source.peek(1)?.is_empty() {
                let place = self.source.place();
                return Err(place.error("the interchange ends without `IEA`"));
            }
            let raw = self.source.segment(separators, |head| binary(head, separators.element))?;
            n_bytes = n_bytes.saturating_add(raw.bytes.len() + 1);
            if n_bytes > self.limits.bytes {
                let limit = self.limits.bytes;
                return Err(raw
                    .place
                    .error(format!("the interchange is longer than {limit} bytes")));
            }
            let is_last = raw.place.tag == "IEA";
            raws.push(raw);
            if is_last {
                break;
            }
        }
        line_end.retain(|b| matches!(b, b'\r' | b'\n'));
        let line_end = String::from_utf8_lossy(&line_end).into_owned();
        let layout = Layout { separators, line_end, wrap };
        Envelope::new(&elements, &layout, &self.options).read(&raws).map(Some)
    }
}

impl<R: Read> Iterator for Interchanges<R> {
    type Item = Result<Value, EdiError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let item = self.interchange();
        self.is_done = !matches!(item, Ok(Some(_)));
        item.transpose()
    }
}

/// The delimiters that the `ISA` shows, and its line's length if it is wrapped.
fn read_separators(head: &[u8], place: &Place) -> Result<(Separators, Option<usize>), EdiError> {
    let too_short = || place.error("the `ISA` is cut off; it has 16 elements and 106 characters,");
    let element = *head.get(3).ok_or_else(too_short)?;
    let mut n_elements = 0;
    let mut wrap = None;
    // What stands after the last separator: the component separator and the terminator.
    let mut last = Vec::with_capacity(2);
    for (at, byte) in head.iter().copied().enumerate().skip(3) {
        if n_elements == 16 {
            if last.len() == 1 || !matches!(byte, b'\r' | b'\n') {
                last.push(byte);
            }
            if last.len() == 2 {
                break;
            }
        } else if byte == element {
            n_elements += 1;
        } else if byte == b'\n' && wrap.is_none() {
            wrap = Some(at - usize::from(head[at - 1] == b'\r'));
        }
    }
    let &[component, terminator] = last.as_slice() else { return Err(too_short()) };
    let separators = Separators { element, component, repetition: None, release: None, terminator };
    match separators.fault() {
        None => Ok((separators, wrap)),
        Some(problem) => Err(place.error(problem)),
    }
}

fn split_isa(raw: &Raw, separators: Separators) -> Result<Vec<String>, EdiError> {
    let text = String::from_utf8_lossy(&raw.bytes);
    let elements: Vec<String> =
        text.split(char::from(separators.element)).skip(1).map(str::to_owned).collect();
    for (at, ((_, width), element)) in ISA.iter().zip(&elements).enumerate() {
        let n_chars = element.chars().count();
        if n_chars != *width {
            return Err(raw.place.element(at + 1).error(format!(
                "an element of the `ISA` has {n_chars} characters and must have {width}"
            )));
        }
    }
    if elements.len() != ISA.len() {
        let n_found = elements.len();
        return Err(raw.place.error(format!("an `ISA` has 16 elements and not {n_found};")));
    }
    Ok(elements)
}

/// ISA11 separates repetitions from version 00402 on; before it names a standard by a letter.
fn repetition(element: &str) -> Option<u8> {
    element.bytes().next().filter(|byte| !byte.is_ascii_alphanumeric() && *byte != b' ')
}

/// Where the data of a binary segment begin, and how many bytes they are.
fn binary(head: &[u8], element: u8) -> Option<(usize, usize)> {
    let n_before = match head.get(..4)? {
        [b'B', b'I', b'N', after] if *after == element => 1,
        [b'B', b'D', b'S', after] if *after == element => 2,
        _ => return None,
    };
    let mut parts = head.split(|b| *b == element);
    let at = parts.by_ref().take(n_before).map(|part| part.len() + 1).sum::<usize>();
    let digits = parts.next()?;
    let n_bytes = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let at = at + digits.len();
    (head.get(at) == Some(&element)).then_some((at + 1, n_bytes))
}

/// The state of an interchange that is being put together.
struct Envelope<'a> {
    isa: &'a [String],
    layout: &'a Layout,
    options: &'a Options,
    faults: Faults,
    services: Vec<Value>,
    groups: Vec<Value>,
    group: Option<Group>,
    message: Option<Message>,
}

struct Group {
    header: Segment,
    place: Place,
    messages: Vec<Value>,
}

struct Message {
    header: Segment,
    place: Place,
    segments: Vec<Segment>,
}

impl<'a> Envelope<'a> {
    fn new(isa: &'a [String], layout: &'a Layout, options: &'a Options) -> Self {
        Self {
            isa,
            layout,
            options,
            faults: Faults::new(*options),
            services: Vec::new(),
            groups: Vec::new(),
            group: None,
            message: None,
        }
    }

    fn read(mut self, raws: &[Raw]) -> Result<Value, EdiError> {
        let (texts, charset) = envelope::decode(raws, charset::LATIN_1)?;
        let mut end = None;
        for (raw, text) in raws.iter().zip(&texts) {
            let segment = self.parse(raw, text)?;
            match segment.tag.as_str() {
                "GS" => self.begin_group(segment, &raw.place)?,
                "ST" => self.begin_message(segment, &raw.place)?,
                "SE" => self.end_message(&segment, &raw.place)?,
                "GE" => self.end_group(&segment, &raw.place)?,
                "IEA" => {
                    self.check_closed(&raw.place)?;
                    let control = &self.isa[12];
                    let counts = ("groups", self.groups.len());
                    self.faults.check_trailer(&segment, &raw.place, counts, control)?;
                    end = envelope::odd_trailer(&segment, self.groups.len(), control);
                }
                _ => self.add(segment, &raw.place)?,
            }
        }
        let mut members = vec![("interchange", self.header()), ("delimiters", self.delimiters())];
        if let Some(charset) = charset.filter(|charset| charset.name != charset::UTF_8.name) {
            members.push(("charset", charset.name.into()));
        }
        if !self.services.is_empty() {
            members.push(("services", self.services.into()));
        }
        members.push(("groups", self.groups.into()));
        members.extend(end);
        members.extend(self.faults.into_member());
        Ok(Value::object(members))
    }

    fn parse(&self, raw: &Raw, text: &str) -> Result<Segment, EdiError> {
        let separators = self.layout.separators;
        let segment = match raw.binary_at {
            None => Segment::parse(text, separators),
            // In a set of several bytes a character the text is cut elsewhere than the bytes.
            Some(at) => {
                let (head, data) = text.split_at(text.floor_char_boundary(at - 1));
                let mut segment = Segment::parse(head, separators);
                segment.elements.push(data[1..].into());
                segment
            }
        };
        if !is_tag(&segment.tag) {
            let tag = segment.tag.escape_debug();
            return Err(raw.place.error(format!(
                "`{tag}` is no tag of a segment, which has two or three large letters or digits,"
            )));
        }
        let is_binary = matches!(segment.tag.as_str(), "BIN" | "BDS");
        if is_binary && raw.binary_at.is_none() {
            return Err(raw.place.error("the number of bytes that follow is missing"));
        }
        Ok(segment)
    }

    fn begin_group(&mut self, header: Segment, place: &Place) -> Result<(), EdiError> {
        self.check_closed(place)?;
        self.group = Some(Group { header, place: place.clone(), messages: Vec::new() });
        Ok(())
    }

    fn begin_message(&mut self, header: Segment, place: &Place) -> Result<(), EdiError> {
        if let Some(message) = &self.message {
            return Err(message.place.error("the message has no end, `SE` is missing,"));
        }
        if self.group.is_none() {
            return Err(place.error("the message stands outside of a group, `GS` is missing,"));
        }
        self.message = Some(Message { header, place: place.clone(), segments: Vec::new() });
        Ok(())
    }

    fn add(&mut self, segment: Segment, place: &Place) -> Result<(), EdiError> {
        if let Some(message) = &mut self.message {
            message.segments.push(segment);
        } else if self.group.is_none() && self.groups.is_empty() {
            self.services.push(segment.to_value());
        } else {
            return Err(place.error("the segment stands outside of a message"));
        }
        Ok(())
    }

    fn end_message(&mut self, trailer: &Segment, place: &Place) -> Result<(), EdiError> {
        let (Some(message), Some(group)) = (self.message.take(), &mut self.group) else {
            return Err(place.error("a message ends that has not begun, `ST` is missing,"));
        };
        let Message { header, segments, .. } = message;
        let n_segments = segments.len() + 2;
        let control = header.text(2);
        self.faults.check_trailer(trailer, place, ("segments", n_segments), control)?;
        let mut members = to_members(&ST, &header);
        let kind = header.text(1);
        members.extend(message::members(&TABLES, kind, &segments, self.options.shape));
        let odd = envelope::odd_trailer(trailer, n_segments, control);
        members.extend(odd.map(|(key, value)| (key.to_owned(), value)));
        group.messages.push(Value::object(members));
        Ok(())
    }

    fn end_group(&mut self, trailer: &Segment, place: &Place) -> Result<(), EdiError> {
        if let Some(message) = &self.message {
            return Err(message.place.error("the message has no end, `SE` is missing,"));
        }
        let Some(Group { header, messages, .. }) = self.group.take() else {
            return Err(place.error("a group ends that has not begun, `GS` is missing,"));
        };
        let control = header.text(6);
        let n_messages = messages.len();
        self.faults.check_trailer(trailer, place, ("messages", n_messages), control)?;
        let mut members = vec![
            ("group", Value::object(envelope::name_header(&GS, &header.elements, &GS_KEYS))),
            ("messages", messages.into()),
        ];
        members.extend(envelope::odd_trailer(trailer, n_messages, control));
        self.groups.push(Value::object(members));
        Ok(())
    }

    /// Refuses what begins or ends around a message or a group that is still open.
    fn check_closed(&self, _place: &Place) -> Result<(), EdiError> {
        if let Some(message) = &self.message {
            return Err(message.place.error("the message has no end, `SE` is missing,"));
        }
        if let Some(group) = &self.group {
            return Err(group.place.error("the group has no end, `GE` is missing,"));
        }
        Ok(())
    }

    fn header(&self) -> Value {
        let has_repetition = self.layout.separators.repetition.is_some();
        let named = ISA.iter().zip(self.isa).filter(|((name, _), element)| match *name {
            "standard" => !has_repetition,
            "component" => false,
            "authorization" | "security" => !element.trim_end().is_empty(),
            _ => true,
        });
        Value::object(named.map(|((name, _), element)| match *name {
            // Its zeros, and spaces where they should be, are part of it.
            "control" => (*name, Value::from(element)),
            _ => (*name, Value::from(element.trim_end())),
        }))
    }

    fn delimiters(&self) -> Value {
        let Layout { separators, line_end, wrap } = self.layout;
        let mut members = vec![
            ("element", byte_text(separators.element)),
            ("component", byte_text(separators.component)),
        ];
        members.extend(separators.repetition.map(|byte| ("repetition", byte_text(byte))));
        members.push(("segment", byte_text(separators.terminator)));
        members.push(("line_end", line_end.as_str().into()));
        members.extend(wrap.map(|n_bytes| ("wrap", n_bytes.into())));
        Value::object(members)
    }
}

fn to_members(fields: &[Field], segment: &Segment) -> Vec<(String, Value)> {
    let named = envelope::name_header(fields, &segment.elements, &["type", "control"]);
    if let [(named::ELEMENTS, elements)] = named.as_slice() {
        // The type is told all the same, so that the message can be found by it.
        let kind = segment.text(1).into();
        return vec![("type".to_owned(), kind), ("header".to_owned(), elements.clone())];
    }
    named.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn is_tag(tag: &str) -> bool {
    matches!(tag.len(), 2 | 3)
        && tag.starts_with(|c: char| c.is_ascii_uppercase())
        && tag.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
