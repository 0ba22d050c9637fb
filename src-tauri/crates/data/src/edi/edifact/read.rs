//! Reads EDIFACT interchanges one by one.

use std::{io::Read, sync::LazyLock};

use super::TABLES;
use crate::{
    Limits, Value,
    edi::{
        EdiError, Options, Place,
        charset::Charset,
        element::Segment,
        envelope::{self, Faults, byte_text},
        message,
        named::{self, Field},
        source::{Raw, Separators, Source},
    },
};

pub(super) static UNB: LazyLock<Vec<Field>> = LazyLock::new(|| {
    Field::parse_all(
        "syntax(id,version,directory,charset) sender(id,qualifier,internal_id,internal_sub_id)
         receiver(id,qualifier,internal_id,internal_sub_id) sent(date,time) control
         password(value,qualifier) application priority acknowledge agreement test",
    )
});
pub(super) static UNG: LazyLock<Vec<Field>> = LazyLock::new(|| {
    Field::parse_all(
        "code sender(id,qualifier) receiver(id,qualifier) sent(date,time) control agency
         version(version,release,association) password",
    )
});
pub(super) static UNH: LazyLock<Vec<Field>> = LazyLock::new(|| {
    Field::parse_all(
        "control (type,version,release,agency,association) access status(sequence,position)",
    )
});

/// The bytes of a `UNA`.
const UNA_BYTES: usize = 9;

/// How an interchange was written.
struct Layout {
    separators: Separators,
    decimal: u8,
    has_una: bool,
    line_end: String,
}

/// The interchanges of an EDIFACT source, one object each; an error is the last item.
///
/// [`Limits::bytes`] bounds one interchange, [`Limits::text`] one segment.
pub struct Interchanges<R> {
    source: Source<R>,
    options: Options,
    limits: Limits,
    is_done: bool,
}

impl<R: Read> Interchanges<R> {
    /// A reader of `source`, which needs no buffer of its own.
    pub fn new(source: R, options: Options, limits: Limits) -> Self {
        Self { source: Source::new(source, limits.text), options, limits, is_done: false }
    }

    fn interchange(&mut self) -> Result<Option<Value>, EdiError> {
        self.source.skip_space()?;
        if self.source.peek(1)?.is_empty() {
            return Ok(None);
        }
        let mut layout = self.service_characters()?;
        let place = self.source.place();
        let head = self.source.peek(3)?;
        if head != b"UNB" && !head.starts_with(b"UNB") {
            let shown =
                String::from_utf8_lossy(&head[..head.len().min(3)]).escape_debug().to_string();
            return Err(place.error(format!(
                "an interchange begins with `UNA` or `UNB`, and here stands `{shown}`,"
            )));
        }
        let unb = self.source.segment(layout.separators, |_| None)?;
        layout.set_repetition(&unb);
        let mut n_bytes = unb.bytes.len();
        let mut raws = vec![unb];
        let mut line_end = Vec::new();
        loop {
            let space = self.source.skip_space()?;
            if raws.len() == 1 {
                line_end = space;
            }
            if self.source.peek(1)?.is_empty() {
                let place = self.source.place();
                return Err(place.error("the interchange ends without `UNZ`"));
            }
            let raw = self.source.segment(layout.separators, |_| None)?;
            n_bytes = n_bytes.saturating_add(raw.bytes.len() + 1);
            if n_bytes > self.limits.bytes {
                let limit = self.limits.bytes;
                return Err(raw
                    .place
                    .error(format!("the interchange is longer than {limit} bytes")));
            }
            let is_last = raw.place.tag == "UNZ";
            raws.push(raw);
            if is_last {
                break;
            }
        }
        line_end.retain(|b| matches!(b, b'\r' | b'\n'));
        layout.line_end = String::from_utf8_lossy(&line_end).into_owned();
        Envelope::new(&layout, &self.options).read(&raws).map(Some)
    }

    /// Reads the `UNA`, or takes what is usual without one.
    fn service_characters(&mut self) -> Result<Layout, EdiError> {
        let place = self.source.place();
        let head = self.source.peek(UNA_BYTES)?;
        let mut bytes: [u8; UNA_BYTES] = *b"UNA:+.? '";
        let has_una = head.starts_with(b"UNA");
        if has_una {
            let found = head.get(..UNA_BYTES).and_then(|head| head.try_into().ok());
            bytes =
                found.ok_or_else(|| place.error("the `UNA` is cut off, it has 9 characters,"))?;
            self.source.skip(UNA_BYTES);
            self.source.skip_space()?;
        }
        let [_, _, _, component, element, decimal, release, repetition, terminator] = bytes;
        let given = |byte: u8| Some(byte).filter(|byte| *byte != b' ');
        let separators = Separators {
            element,
            component,
            repetition: given(repetition),
            release: given(release),
            terminator,
        };
        match separators.fault() {
            None => Ok(Layout { separators, decimal, has_una, line_end: String::new() }),
            Some(problem) => Err(place.error(problem)),
        }
    }
}

impl Layout {
    /// From syntax version 4 on `*` separates repetitions unless a `UNA` says otherwise.
    fn set_repetition(&mut self, unb: &Raw) {
        if self.has_una {
            return;
        }
        let text = String::from_utf8_lossy(&unb.bytes);
        let unb = Segment::parse(&text, self.separators);
        let version = unb.elements.first().and_then(|syntax| syntax.at(1)).and_then(Value::as_str);
        if version.is_some_and(|version| version.parse::<u8>().is_ok_and(|version| version >= 4)) {
            self.separators.repetition = Some(b'*');
        }
    }

    fn to_value(&self) -> Value {
        let Separators { element, component, repetition, release, terminator } = self.separators;
        let mut members =
            vec![("element", byte_text(element)), ("component", byte_text(component))];
        members.extend(repetition.map(|byte| ("repetition", byte_text(byte))));
        members.extend(release.map(|byte| ("release", byte_text(byte))));
        let decimal = if self.decimal.is_ascii() { self.decimal } else { b'.' };
        members.push(("decimal", byte_text(decimal)));
        members.push(("segment", byte_text(terminator)));
        members.push(("line_end", self.line_end.as_str().into()));
        members.push(("una", self.has_una.into()));
        Value::object(members)
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

/// The state of an interchange that is being put together.
struct Envelope<'a> {
    layout: &'a Layout,
    options: &'a Options,
    faults: Faults,
    header: Option<Segment>,
    services: Vec<Value>,
    /// Messages outside of groups.
    messages: Vec<Value>,
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
    fn new(layout: &'a Layout, options: &'a Options) -> Self {
        Self {
            layout,
            options,
            faults: Faults::new(*options),
            header: None,
            services: Vec::new(),
            messages: Vec::new(),
            groups: Vec::new(),
            group: None,
            message: None,
        }
    }

    fn read(mut self, raws: &[Raw]) -> Result<Value, EdiError> {
        let declared = raws.first().map_or("", |unb| {
            let syntax = unb.bytes.get(4..8).unwrap_or_default();
            std::str::from_utf8(syntax).unwrap_or_default()
        });
        let (texts, charset) = envelope::decode(raws, Charset::of_edifact(declared))?;
        let mut end = None;
        for (raw, text) in raws.iter().zip(&texts) {
            let segment = self.parse(raw, text)?;
            match segment.tag.as_str() {
                "UNB" if self.header.is_none() => self.header = Some(segment),
                "UNB" => return Err(raw.place.error("an interchange begins within another")),
                "UNG" => self.begin_group(segment, &raw.place)?,
                "UNH" => self.begin_message(segment, &raw.place)?,
                "UNT" => self.end_message(&segment, &raw.place)?,
                "UNE" => self.end_group(&segment, &raw.place)?,
                "UNZ" => end = self.end(&segment, &raw.place)?,
                _ => self.add(segment, &raw.place)?,
            }
        }
        let header = self.header.unwrap_or(Segment { tag: String::new(), elements: Vec::new() });
        let filled = ["syntax", "sender", "receiver", "sent", "control"];
        let header = Value::object(envelope::name_header(&UNB, &header.elements, &filled));
        let mut members = vec![("interchange", header), ("delimiters", self.layout.to_value())];
        if let Some(charset) = charset {
            members.push(("charset", charset.name.into()));
        }
        if !self.services.is_empty() {
            members.push(("services", self.services.into()));
        }
        if self.groups.is_empty() {
            members.push(("messages", self.messages.into()));
        } else {
            members.push(("groups", self.groups.into()));
        }
        members.extend(end);
        members.extend(self.faults.into_member());
        Ok(Value::object(members))
    }

    fn parse(&self, raw: &Raw, text: &str) -> Result<Segment, EdiError> {
        let segment = Segment::parse(text, self.layout.separators);
        if is_tag(&segment.tag) {
            return Ok(segment);
        }
        let tag: String = segment.tag.chars().take(8).flat_map(char::escape_debug).collect();
        Err(raw.place.error(format!(
            "`{tag}` is no tag of a segment, which has three large letters or digits,"
        )))
    }

    fn begin_group(&mut self, header: Segment, place: &Place) -> Result<(), EdiError> {
        self.check_closed()?;
        if !self.messages.is_empty() {
            return Err(place.error("a group begins after messages that are in none"));
        }
        self.group = Some(Group { header, place: place.clone(), messages: Vec::new() });
        Ok(())
    }

    fn begin_message(&mut self, header: Segment, place: &Place) -> Result<(), EdiError> {
        if let Some(message) = &self.message {
            return Err(message.place.error("the message has no end, `UNT` is missing,"));
        }
        if self.group.is_none() && !self.groups.is_empty() {
            return Err(place.error("the message stands outside of the groups"));
        }
        self.message = Some(Message { header, place: place.clone(), segments: Vec::new() });
        Ok(())
    }

    fn add(&mut self, segment: Segment, place: &Place) -> Result<(), EdiError> {
        let has_begun =
            self.group.is_some() || !self.groups.is_empty() || !self.messages.is_empty();
        if let Some(message) = &mut self.message {
            message.segments.push(segment);
        } else if has_begun {
            return Err(place.error("the segment stands outside of a message"));
        } else {
            self.services.push(segment.to_value());
        }
        Ok(())
    }

    fn end_message(&mut self, trailer: &Segment, place: &Place) -> Result<(), EdiError> {
        let Some(message) = self.message.take() else {
            return Err(place.error("a message ends that has not begun, `UNH` is missing,"));
        };
        let Message { header, segments, .. } = message;
        let n_segments = segments.len() + 2;
        let control = header.text(1);
        self.faults.check_trailer(trailer, place, ("segments", n_segments), control)?;
        let kind = kind(&header);
        let named = envelope::name_header(&UNH, &header.elements, &["control", "type"]);
        let mut members: Vec<(String, Value)> = match named.as_slice() {
            // The type is told all the same, so that the message can be found by it.
            [(named::ELEMENTS, elements)] => vec![
                ("type".to_owned(), kind.as_str().into()),
                ("header".to_owned(), elements.clone()),
            ],
            _ => named.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        };
        members.extend(message::members(&TABLES, &kind, &segments, self.options.shape));
        let odd = envelope::odd_trailer(trailer, n_segments, control);
        members.extend(odd.map(|(key, value)| (key.to_owned(), value)));
        let messages = match &mut self.group {
            Some(group) => &mut group.messages,
            None => &mut self.messages,
        };
        messages.push(Value::object(members));
        Ok(())
    }

    fn end_group(&mut self, trailer: &Segment, place: &Place) -> Result<(), EdiError> {
        if let Some(message) = &self.message {
            return Err(message.place.error("the message has no end, `UNT` is missing,"));
        }
        let Some(Group { header, messages, .. }) = self.group.take() else {
            return Err(place.error("a group ends that has not begun, `UNG` is missing,"));
        };
        let control = header.text(5);
        let n_messages = messages.len();
        self.faults.check_trailer(trailer, place, ("messages", n_messages), control)?;
        let filled = ["code", "sender", "receiver", "sent", "control", "agency"];
        let mut members = vec![
            ("group", Value::object(envelope::name_header(&UNG, &header.elements, &filled))),
            ("messages", messages.into()),
        ];
        members.extend(envelope::odd_trailer(trailer, n_messages, control));
        self.groups.push(Value::object(members));
        Ok(())
    }

    fn end(
        &mut self,
        trailer: &Segment,
        place: &Place,
    ) -> Result<Option<(&'static str, Value)>, EdiError> {
        self.check_closed()?;
        let control = self.header.as_ref().map_or("", |header| header.text(5)).to_owned();
        let counts = match self.groups.len() {
            0 => ("messages", self.messages.len()),
            n_groups => ("groups", n_groups),
        };
        self.faults.check_trailer(trailer, place, counts, &control)?;
        Ok(envelope::odd_trailer(trailer, counts.1, &control))
    }

    /// Refuses what begins or ends around a message or a group that is still open.
    fn check_closed(&self) -> Result<(), EdiError> {
        if let Some(message) = &self.message {
            return Err(message.place.error("the message has no end, `UNT` is missing,"));
        }
        if let Some(group) = &self.group {
            return Err(group.place.error("the group has no end, `UNE` is missing,"));
        }
        Ok(())
    }
}

/// The type in a `UNH`.
pub(super) fn kind(header: &Segment) -> String {
    let kind = header.elements.get(1);
    let first = kind.and_then(|kind| kind.at(0)).or(kind);
    first.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Three letters or digits, after which the numbers of its groups may follow: `LIN:1`.
fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split(':');
    let name = parts.next().unwrap_or_default();
    name.len() == 3
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
