//! Reads messages segment by segment, in memory that holds one message at a time.

use std::io::{BufRead, BufReader, Read};

use super::{
    Options,
    error::{Hl7Error, Place},
    field::{self, Separators},
};
use crate::{
    Limits, Object, Shape, Value,
    edi::charset::{self, Charset},
};

/// The messages of a source, one object each.
///
/// [`Limits::bytes`] bounds one message, [`Limits::text`] one segment. After a broken message the
/// next one is read; where the source breaks off is the last item.
pub struct Messages<R> {
    parts: Parts<R>,
}

impl<R: Read> Messages<R> {
    /// A reader of `source`, which needs no buffer of its own.
    pub fn new(source: R, options: Options, limits: Limits) -> Self {
        Self { parts: Parts::new(source, options, limits) }
    }
}

impl<R: Read> Iterator for Messages<R> {
    type Item = Result<Value, Hl7Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.parts.next()? {
                Ok(Part::Message(message)) => return Some(Ok(message)),
                Ok(Part::Batch(..)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Reads a whole file, with the headers and trailers of its batches.
pub(super) fn file(bytes: &[u8], options: Options, limits: &Limits) -> Result<Value, Hl7Error> {
    let mut file = File { is_strict: options.strict, ..File::default() };
    for part in Parts::new(bytes, options, *limits) {
        match part? {
            Part::Message(message) => {
                file.is_empty = false;
                match &mut file.batch {
                    Some(batch) => batch.messages.push(message),
                    None => file.messages.push(message),
                }
            }
            Part::Batch(segment, place) => file.batch_segment(&segment, &place)?,
        }
    }
    file.finish()
}

/// What a file consists of.
enum Part {
    Message(Value),
    /// One of `FHS`, `BHS`, `BTS` and `FTS`.
    Batch(Value, Place),
}

struct File {
    is_strict: bool,
    is_empty: bool,
    header: Option<Value>,
    trailer: Option<Value>,
    messages: Vec<Value>,
    batches: Vec<Value>,
    batch: Option<Batch>,
    warnings: Vec<Value>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            is_strict: false,
            is_empty: true,
            header: None,
            trailer: None,
            messages: Vec::new(),
            batches: Vec::new(),
            batch: None,
            warnings: Vec::new(),
        }
    }
}

struct Batch {
    header: Value,
    place: Place,
    messages: Vec<Value>,
}

impl File {
    fn batch_segment(&mut self, segment: &Value, place: &Place) -> Result<(), Hl7Error> {
        self.is_empty = false;
        match place.tag.as_str() {
            "FHS" if self.header.is_none() && self.batches.is_empty() => {
                self.header = Some(segment.clone());
            }
            "BHS" if self.batch.is_none() && self.messages.is_empty() => {
                let header = segment.clone();
                self.batch = Some(Batch { header, place: place.clone(), messages: Vec::new() });
            }
            "BTS" => {
                let Some(batch) = self.batch.take() else {
                    return Err(place.error("a batch ends that has not begun, `BHS` is missing,"));
                };
                self.check_count(segment, place, "messages", batch.messages.len())?;
                self.batches.push(Value::object([
                    ("header", batch.header),
                    ("messages", batch.messages.into()),
                    ("trailer", segment.clone()),
                ]));
            }
            "FTS" if self.header.is_some() && self.trailer.is_none() && self.batch.is_none() => {
                let n_batches = self.batches.len();
                self.check_count(segment, place, "batches", n_batches)?;
                self.trailer = Some(segment.clone());
            }
            tag => return Err(place.error(format!("`{tag}` has no place here"))),
        }
        Ok(())
    }

    /// Checks the first field of a trailer, which may be empty.
    fn check_count(
        &mut self,
        segment: &Value,
        place: &Place,
        what: &str,
        n_found: usize,
    ) -> Result<(), Hl7Error> {
        let said = segment.get("fields").and_then(|fields| fields.at(0));
        let said = said.and_then(Value::as_str).unwrap_or_default();
        if said.is_empty() || said.parse() == Ok(n_found) {
            return Ok(());
        }
        let problem = format!("the count says `{said}` and there are {n_found} {what}");
        if self.is_strict {
            return Err(place.field(1).error(problem));
        }
        self.warnings.push(warning(&problem, &place.field(1)));
        Ok(())
    }

    fn finish(self) -> Result<Value, Hl7Error> {
        if let Some(batch) = &self.batch {
            return Err(batch.place.error("the batch has no end, `BTS` is missing,"));
        }
        if self.is_empty {
            let place = Place { segment: 1, line: 1, ..Place::default() };
            return Err(place.error("there is no message, which begins with `MSH`,"));
        }
        let is_batch = self.header.is_some() || !self.batches.is_empty();
        let mut members = Vec::new();
        members.extend(self.header.map(|header| ("header", header)));
        if is_batch && (self.messages.is_empty() || !self.batches.is_empty()) {
            members.push(("batches", self.batches.into()));
        }
        if !is_batch || !self.messages.is_empty() {
            members.push(("messages", self.messages.into()));
        }
        members.extend(self.trailer.map(|trailer| ("trailer", trailer)));
        if !self.warnings.is_empty() {
            members.push(("warnings", self.warnings.into()));
        }
        Ok(Value::object(members))
    }
}

fn warning(problem: &str, place: &Place) -> Value {
    Value::object([
        ("message", Value::from(problem)),
        ("segment", place.segment.into()),
        ("tag", place.tag.as_str().into()),
        ("field", place.field.into()),
    ])
}

/// A segment as it stands in the source.
struct Raw {
    bytes: Vec<u8>,
    place: Place,
    /// How the line ended.
    end: &'static str,
}

struct Parts<R> {
    lines: Lines<R>,
    options: Options,
    limits: Limits,
    shape: Shape,
    /// The first segment of what comes next.
    ahead: Option<Raw>,
    /// Those of the last header, which hold for the trailers too.
    separators: Option<Separators>,
    is_done: bool,
}

impl<R: Read> Parts<R> {
    fn new(source: R, options: Options, limits: Limits) -> Self {
        Self {
            lines: Lines::new(source, limits.text),
            options,
            limits,
            shape: Shape::new(["tag", "fields"]),
            ahead: None,
            separators: None,
            is_done: false,
        }
    }

    fn part(&mut self) -> Result<Option<Part>, Hl7Error> {
        let Some(first) = self.next_line()? else { return Ok(None) };
        match first.place.tag.as_str() {
            "MSH" => self.message(first).map(|message| Some(Part::Message(message))),
            "FHS" | "BHS" | "BTS" | "FTS" => self.batch_segment(&first).map(Some),
            _ => {
                let shown = first.place.tag.escape_debug().to_string();
                let place = first.place.clone();
                self.skip_to_header()?;
                Err(place.error(format!("a message begins with `MSH`, and here stands `{shown}`,")))
            }
        }
    }

    fn message(&mut self, first: Raw) -> Result<Value, Hl7Error> {
        let mut n_bytes = first.bytes.len();
        let mut raws = vec![first];
        while let Some(raw) = self.next_line()? {
            if is_header(&raw.place.tag) {
                self.ahead = Some(raw);
                break;
            }
            n_bytes = n_bytes.saturating_add(raw.bytes.len());
            if n_bytes > self.limits.bytes {
                let limit = self.limits.bytes;
                self.skip_to_header()?;
                return Err(raw.place.error(format!("the message is longer than {limit} bytes")));
            }
            raws.push(raw);
        }
        self.parse(&raws)
    }

    fn batch_segment(&mut self, raw: &Raw) -> Result<Part, Hl7Error> {
        let (texts, _) = decode(std::slice::from_ref(raw))?;
        let text = texts.first().map_or("", String::as_str);
        let separators = match self.separators {
            Some(separators) if raw.place.tag.ends_with("TS") => separators,
            _ => separators(text, &raw.place)?.0,
        };
        self.separators = Some(separators);
        Ok(Part::Batch(self.segment(text, &separators, &raw.place)?, raw.place.clone()))
    }

    fn parse(&mut self, raws: &[Raw]) -> Result<Value, Hl7Error> {
        let (texts, charset) = decode(raws)?;
        let header = texts.first().map_or("", String::as_str);
        let place = raws.first().map(|raw| raw.place.clone()).unwrap_or_default();
        let (separators, odd) = separators(header, &place)?;
        self.separators = Some(separators);
        if let Some(problem) = odd.filter(|_| self.options.strict) {
            return Err(place.field(2).error(problem));
        }
        let segments = raws.iter().zip(&texts);
        let segments = segments.map(|(raw, text)| self.segment(text, &separators, &raw.place));
        let segments = segments.collect::<Result<Vec<_>, _>>()?;
        let msh = segments.first().and_then(|msh| msh.get("fields"));
        let raw_field = |number: usize| {
            header.split(separators.field).nth(number - 1).unwrap_or_default().into()
        };
        let mut members: Vec<(&str, Value)> = Vec::new();
        if msh.is_some() {
            members.push(("type", raw_field(9)));
            members.push(("control", raw_field(10)));
        }
        members.push(("segments", segments.into()));
        let line_end = raws.first().map_or("\r", |raw| raw.end);
        if line_end != "\r" {
            members.push(("line_end", line_end.into()));
        }
        members.extend(charset.map(|charset| ("charset", charset.name.into())));
        if let Some(problem) = odd {
            members.push(("warnings", Value::list([warning(problem, &place.field(2))])));
        }
        Ok(Value::object(members))
    }

    fn segment(
        &self,
        text: &str,
        separators: &Separators,
        place: &Place,
    ) -> Result<Value, Hl7Error> {
        let tag = &place.tag;
        if !is_tag(tag) {
            return Err(place.error(format!(
                "`{}` is no name of a segment, which has three large letters or digits,",
                tag.escape_debug()
            )));
        }
        let rest = &text[tag.len()..];
        let fields: Vec<Value> = if is_header(tag) && !matches!(tag.as_str(), "BTS" | "FTS") {
            let own = [separators.field.to_string()].map(Value::from);
            let mut parts = rest.split(separators.field).skip(1);
            let encoding = Value::from(parts.next().unwrap_or_default());
            let others = parts.map(|part| field::parse(part, separators));
            own.into_iter().chain([encoding]).chain(others).collect()
        } else if rest.is_empty() {
            Vec::new()
        } else if rest.starts_with(separators.field) {
            rest.split(separators.field)
                .skip(1)
                .map(|part| field::parse(part, separators))
                .collect()
        } else {
            let found = rest.chars().next().unwrap_or_default().escape_debug().to_string();
            return Err(place.error(format!(
                "after the name of the segment stands `{found}` and not `{}`",
                separators.field
            )));
        };
        Ok(Object::from_shape(&self.shape, [Value::from(tag), fields.into()]).into())
    }

    /// Passes over what belongs to a broken message.
    fn skip_to_header(&mut self) -> Result<(), Hl7Error> {
        while let Some(raw) = self.next_line()? {
            if is_header(&raw.place.tag) {
                self.ahead = Some(raw);
                break;
            }
        }
        Ok(())
    }

    fn next_line(&mut self) -> Result<Option<Raw>, Hl7Error> {
        if let Some(raw) = self.ahead.take() {
            return Ok(Some(raw));
        }
        let line = self.lines.next_line();
        self.is_done |= line.is_err();
        line
    }
}

impl<R: Read> Iterator for Parts<R> {
    type Item = Result<Part, Hl7Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let part = self.part();
        self.is_done |= matches!(part, Ok(None));
        part.transpose()
    }
}

fn separators(header: &str, place: &Place) -> Result<(Separators, Option<&'static str>), Hl7Error> {
    Separators::of_header(header).map_err(|problem| place.field(2).error(problem))
}

fn is_header(tag: &str) -> bool {
    matches!(tag, "MSH" | "FHS" | "BHS" | "BTS" | "FTS")
}

fn is_tag(tag: &str) -> bool {
    tag.len() == 3
        && tag.starts_with(|c: char| c.is_ascii_uppercase())
        && tag.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// The texts of a message, in UTF-8 if that is what they are, else by MSH-18.
fn decode(raws: &[Raw]) -> Result<(Vec<String>, Option<Charset>), Hl7Error> {
    let is_utf_8 = raws.iter().all(|raw| std::str::from_utf8(&raw.bytes).is_ok());
    let charset = if is_utf_8 { charset::UTF_8 } else { declared(raws) };
    let text = |raw: &Raw| {
        charset.decode(&raw.bytes).ok_or_else(|| {
            let name = charset.name;
            raw.place.error(format!("a byte is no character of the set {name}, see MSH-18,"))
        })
    };
    let texts = raws.iter().map(text).collect::<Result<_, _>>()?;
    Ok((texts, (!is_utf_8).then_some(charset)))
}

/// The set that MSH-18 names. Source: HL7 table 0211.
fn declared(raws: &[Raw]) -> Charset {
    let Some(header) = raws.first().map(|raw| &raw.bytes) else { return charset::LATIN_1 };
    let Some(separator) = header.get(3) else { return charset::LATIN_1 };
    let field = header.split(|b| b == separator).nth(17).unwrap_or_default();
    let field = String::from_utf8_lossy(field);
    let name = field.split(['~', '^']).next().unwrap_or_default();
    let name = name.replace("8859/", "iso-8859-");
    Charset::by_name(&name)
        .filter(|set| set.name != charset::UTF_8.name)
        .unwrap_or(charset::LATIN_1)
}

/// The lines of a source; blank ones are passed over.
struct Lines<R> {
    source: BufReader<R>,
    max_bytes: usize,
    n_segments: usize,
    /// How many were read, blank ones too.
    n_passed: usize,
    offset: usize,
}

impl<R: Read> Lines<R> {
    fn new(source: R, max_bytes: usize) -> Self {
        Self { source: BufReader::new(source), max_bytes, n_segments: 0, n_passed: 0, offset: 0 }
    }

    fn next_line(&mut self) -> Result<Option<Raw>, Hl7Error> {
        loop {
            let mut place = Place {
                segment: self.n_segments + 1,
                line: self.n_passed + 1,
                offset: self.offset,
                ..Place::default()
            };
            let mut bytes = Vec::new();
            let Some(end) = self.read_line(&mut bytes, &place)? else { return Ok(None) };
            self.n_passed += 1;
            if place.offset == 0 && bytes.starts_with(b"\xEF\xBB\xBF") {
                bytes.drain(..3);
            }
            // Files are kept with the frames of their connection too.
            if bytes.first() == Some(&0x0B) {
                bytes.remove(0);
            }
            if bytes.iter().all(|b| matches!(b, b' ' | b'\t' | 0x1A | 0x0B | 0x1C)) {
                continue;
            }
            self.n_segments += 1;
            let tag = String::from_utf8_lossy(&bytes[..bytes.len().min(3)]).into_owned();
            // A name cut off within a character is none.
            place.tag = if bytes.starts_with(tag.as_bytes()) { tag } else { String::new() };
            return Ok(Some(Raw { bytes, place, end }));
        }
    }

    /// Reads up to the next line's end and says how it ended.
    fn read_line(
        &mut self,
        bytes: &mut Vec<u8>,
        place: &Place,
    ) -> Result<Option<&'static str>, Hl7Error> {
        loop {
            let chunk = self.fill(place)?;
            if chunk.is_empty() {
                return Ok((!bytes.is_empty()).then_some("\r"));
            }
            let found = memchr::memchr2(b'\r', b'\n', chunk);
            let n_bytes = found.unwrap_or(chunk.len());
            let end = found.map(|at| chunk[at]);
            bytes.extend_from_slice(&chunk[..n_bytes]);
            self.consume(n_bytes + usize::from(end.is_some()));
            if bytes.len() > self.max_bytes {
                let limit = self.max_bytes;
                return Err(place.error(format!("a segment is longer than {limit} bytes")));
            }
            match end {
                None => {}
                Some(b'\n') => return Ok(Some("\n")),
                Some(_) if self.fill(place)?.first() == Some(&b'\n') => {
                    self.consume(1);
                    return Ok(Some("\r\n"));
                }
                Some(_) => return Ok(Some("\r")),
            }
        }
    }

    fn fill(&mut self, place: &Place) -> Result<&[u8], Hl7Error> {
        // The error is told once: after it the iteration ends.
        self.source
            .fill_buf()
            .map_err(|error| place.error(format!("the source broke off ({error})")))
    }

    fn consume(&mut self, n_bytes: usize) {
        self.offset += n_bytes;
        self.source.consume(n_bytes);
    }
}
