//! Reads values from JSON that arrives in pieces, holding no more than the value being read.
//! It is fed and asked in turn and waits for nobody; `Items` drives it from a `Read`.

use super::{
    JsonError, JsonErrorKind, Limits,
    error::{Fault, Origin},
    parse::{Parser, skip_space},
    scan::Scan,
};
use crate::{Path, Segment, Value};

/// How the values stand in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// One value that is the whole source.
    Document,
    /// One value on each line (NDJSON, JSON Lines); blank lines are passed over.
    Lines,
    /// The items of the list at this path, read without holding the list; the rest of the document
    /// is checked and passed over. The empty path is a list at the top.
    Elements(Path),
}

/// A reader of JSON that is pushed to it piece by piece, as a response body arrives.
///
/// After each [`push`](Self::push) take values with [`next`](Self::next) until it gives `None`;
/// after [`finish`](Self::finish) do so once more. It keeps only what `next` has not taken yet.
/// A broken line is an error and the next line is read on; any other error ends the reading.
///
/// ```
/// use data::{Limits, json::{Format, Push}};
///
/// let mut push = Push::new(Format::Elements("orders".parse()?), Limits::default());
/// push.push(br#"{"total": 2, "orders": [{"id": 1}, {"i"#);
/// assert_eq!(push.next().unwrap()?.to_string(), r#"{"id":1}"#);
/// assert!(push.next().is_none());
/// push.push(br#"d": 2}]}"#);
/// push.finish();
/// assert_eq!(push.next().unwrap()?.to_string(), r#"{"id":2}"#);
/// assert!(push.next().is_none() && push.is_done());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Push {
    format: Format,
    limits: Limits,
    parser: Parser,
    /// Source text from `origin` on, whole characters only.
    text: String,
    /// Bytes of a character that has not come in full; after an error the bytes that are no text.
    partial: Vec<u8>,
    is_broken: bool,
    origin: Origin,
    /// How far `text` has been read.
    pos: usize,
    state: State,
    is_finished: bool,
}

enum State {
    /// Before the first byte.
    Start,
    /// Before a value on the path, whose next segment has this index.
    OnPath {
        depth: usize,
    },
    /// In an object on the path, before a key.
    BeforeKey {
        depth: usize,
        is_first: bool,
    },
    /// After a key, which is the one that is looked for or not.
    BeforeColon {
        depth: usize,
        is_match: bool,
    },
    /// In a list on the path, before the item of this index.
    BeforeIndex {
        depth: usize,
        index: usize,
    },
    /// In a member or item that is not on the path.
    Skipped {
        depth: usize,
        index: usize,
        scan: Scan,
    },
    AfterSkipped {
        depth: usize,
        index: usize,
    },
    /// In the list, before an item or its end.
    BeforeItem {
        is_first: bool,
    },
    /// In an item that has not come in full; it is passed over up to `scanned`.
    PartOfItem {
        scan: Scan,
        scanned: usize,
    },
    AfterItem,
    /// After the list, in what is left of the document.
    Rest {
        scan: Scan,
    },
    /// In a line, in which no end was found before this place.
    Line {
        searched: usize,
    },
    /// Only space may follow.
    End,
    Done,
}

/// What a step comes to: on to the next, a value, or more text is needed.
enum Turn {
    Next(State),
    Value(Value, State),
    Wait(State),
}

impl Push {
    /// A reader that has been given nothing yet.
    pub fn new(format: Format, limits: Limits) -> Self {
        Self {
            format,
            limits,
            parser: Parser::new(limits),
            text: String::new(),
            partial: Vec::new(),
            is_broken: false,
            origin: Origin::default(),
            pos: 0,
            state: State::Start,
            is_finished: false,
        }
    }

    /// Takes the next piece of the source; it may end anywhere, within a character too.
    pub fn push(&mut self, bytes: &[u8]) {
        if matches!(self.state, State::Done) {
            return;
        }
        self.forget_what_was_read();
        if self.is_broken {
            return;
        }
        let mut bytes = bytes;
        let mut joined = Vec::new();
        if !self.partial.is_empty() {
            joined.append(&mut self.partial);
            joined.extend_from_slice(bytes);
            bytes = &joined;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text.push_str(text),
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                self.text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                self.is_broken = error.error_len().is_some();
                self.partial = rest[..rest.len().min(4)].to_vec();
            }
        }
    }

    /// Says that the source has ended.
    pub fn finish(&mut self) {
        self.is_finished = true;
        self.is_broken |= !self.partial.is_empty();
    }

    /// Whether nothing more will come: the end was reached, or an error.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// The next value; `None` when more text is needed, or when [`is_done`](Self::is_done).
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator that gave None is not asked again"
    )]
    pub fn next(&mut self) -> Option<Result<Value, JsonError>> {
        loop {
            let state = std::mem::replace(&mut self.state, State::Done);
            match self.step(state) {
                Ok(Turn::Next(state)) => self.state = state,
                Ok(Turn::Value(value, state)) => {
                    self.state = state;
                    return Some(Ok(value));
                }
                Ok(Turn::Wait(state)) => {
                    self.state = state;
                    return self.check_end().map(Err);
                }
                Err(fault) => {
                    return Some(Err(self.origin.error(fault.kind, &self.text, fault.at)));
                }
            }
        }
    }

    /// Ends the reading with an error of the source.
    pub(super) fn fail(&mut self, kind: JsonErrorKind) -> JsonError {
        self.state = State::Done;
        self.origin.error(kind, &self.text, self.text.len())
    }

    /// The error for bytes that the reader stopped at, if it waits for more than there is.
    fn check_end(&mut self) -> Option<JsonError> {
        if matches!(self.state, State::Done) {
            return None;
        }
        if self.is_broken {
            self.state = State::Done;
            return Some(self.origin.error(
                JsonErrorKind::InvalidUtf8,
                &self.text,
                self.text.len(),
            ));
        }
        if self.text.len() - self.pos > self.limits.bytes {
            let kind = JsonErrorKind::TooLong { what: "value", limit: self.limits.bytes };
            let error = self.origin.error(kind, &self.text, self.pos);
            self.state = State::Done;
            return Some(error);
        }
        if !self.is_finished {
            return None;
        }
        let missing = match &self.state {
            State::End | State::Done => {
                self.state = State::Done;
                return None;
            }
            State::Start | State::OnPath { .. } | State::BeforeIndex { .. } => {
                JsonErrorKind::End("a value")
            }
            State::BeforeKey { .. } => JsonErrorKind::End("a key in quotes"),
            State::BeforeColon { .. } => JsonErrorKind::End("a colon"),
            State::Skipped { scan, .. } | State::PartOfItem { scan, .. } | State::Rest { scan } => {
                scan.missing()
            }
            State::AfterSkipped { .. } => JsonErrorKind::End("a comma or the end of the container"),
            State::BeforeItem { .. } => JsonErrorKind::End("an item or `]`"),
            State::AfterItem => JsonErrorKind::End("a comma or `]`"),
            State::Line { .. } => JsonErrorKind::End("the end of a line"),
        };
        self.state = State::Done;
        Some(self.origin.error(missing, &self.text, self.text.len()))
    }

    fn forget_what_was_read(&mut self) {
        if self.pos == 0 {
            return;
        }
        self.origin.advance(&self.text[..self.pos]);
        self.text.drain(..self.pos);
        if let State::PartOfItem { scanned: place, .. } | State::Line { searched: place } =
            &mut self.state
        {
            *place -= self.pos;
        }
        self.pos = 0;
    }

    /// The next byte after space, or 0 at the end of what has come.
    fn peek(&mut self) -> u8 {
        self.pos = skip_space(self.text.as_bytes(), self.pos);
        self.text.as_bytes().get(self.pos).copied().unwrap_or(0)
    }

    fn is_at_end(&self) -> bool {
        self.pos == self.text.len()
    }

    fn fault<T>(&self, kind: JsonErrorKind) -> Result<T, Fault> {
        Err(Fault { kind, at: self.pos })
    }

    fn step(&mut self, state: State) -> Result<Turn, Fault> {
        match state {
            State::Start => self.start(),
            State::Line { searched } => self.line(searched),
            State::BeforeItem { is_first } => self.item(is_first),
            State::PartOfItem { scan, scanned } => self.part_of_item(scan, scanned),
            State::AfterItem => self.after_item(),
            State::OnPath { depth } => self.on_path(depth),
            State::BeforeKey { depth, is_first } => self.key(depth, is_first),
            State::BeforeColon { depth, is_match } => self.colon(depth, is_match),
            State::BeforeIndex { depth, index } => self.index(depth, index),
            State::Skipped { depth, index, scan } => self.skipped(depth, index, scan),
            State::AfterSkipped { depth, index } => self.after_skipped(depth, index),
            State::Rest { mut scan } => {
                let Some(n_bytes) = self.feed(&mut scan)? else {
                    self.pos = self.text.len();
                    return Ok(Turn::Wait(State::Rest { scan }));
                };
                self.pos += n_bytes;
                Ok(Turn::Next(State::End))
            }
            State::End => {
                self.peek();
                if self.is_at_end() {
                    return Ok(Turn::Wait(State::End));
                }
                self.fault(JsonErrorKind::Trailing)
            }
            State::Done => Ok(Turn::Wait(State::Done)),
        }
    }

    fn feed(&self, scan: &mut Scan) -> Result<Option<usize>, Fault> {
        scan.feed(&self.text.as_bytes()[self.pos..])
            .map_err(|fault| Fault { at: fault.at + self.pos, ..fault })
    }

    fn start(&mut self) -> Result<Turn, Fault> {
        if self.text.is_empty() && !self.is_finished {
            return Ok(Turn::Wait(State::Start));
        }
        if self.text.starts_with('\u{feff}') {
            self.pos = '\u{feff}'.len_utf8();
        }
        match &self.format {
            Format::Document if !self.is_finished && !self.is_broken => {
                Ok(Turn::Wait(State::Start))
            }
            Format::Document if self.is_broken => {
                // What stands before the bytes that are no text may be wrong already.
                match self.parser.value(&self.text, self.pos) {
                    Err(fault) if !fault.is_end() => Err(fault),
                    _ => Ok(Turn::Wait(State::Start)),
                }
            }
            Format::Document if self.text.len() - self.pos > self.limits.bytes => {
                Ok(Turn::Wait(State::Start))
            }
            Format::Document => {
                let value = self.parser.document(&self.text, self.pos)?;
                self.pos = self.text.len();
                Ok(Turn::Value(value, State::End))
            }
            Format::Lines => Ok(Turn::Next(State::Line { searched: self.pos })),
            Format::Elements(_) => Ok(Turn::Next(State::OnPath { depth: 0 })),
        }
    }

    fn line(&mut self, searched: usize) -> Result<Turn, Fault> {
        let bytes = self.text.as_bytes();
        let end = match memchr::memchr(b'\n', &bytes[searched..]) {
            Some(at) => searched + at,
            None if self.is_finished && !self.is_broken => bytes.len(),
            None => return Ok(Turn::Wait(State::Line { searched: bytes.len() })),
        };
        let start = skip_space(&bytes[..end], self.pos);
        let next = (end + 1).min(bytes.len());
        let is_last = next == bytes.len() && self.is_finished && !self.is_broken;
        let after = if is_last { State::End } else { State::Line { searched: next } };
        self.pos = next;
        if start == end {
            return Ok(Turn::Next(after));
        }
        if end - start > self.limits.bytes {
            self.state = after;
            let kind = JsonErrorKind::TooLong { what: "value", limit: self.limits.bytes };
            return Err(Fault { kind, at: start });
        }
        match self.parser.document(&self.text[..end], start) {
            Ok(value) => Ok(Turn::Value(value, after)),
            Err(fault) => {
                // The next line is sound again.
                self.state = after;
                Err(fault)
            }
        }
    }

    fn item(&mut self, is_first: bool) -> Result<Turn, Fault> {
        let b = self.peek();
        if b == b']' && is_first {
            return Ok(Turn::Next(self.end_of_list()));
        }
        if self.is_at_end() {
            return Ok(Turn::Wait(State::BeforeItem { is_first }));
        }
        match self.parser.value(&self.text, self.pos) {
            Ok((value, end)) => {
                // Digits may follow in the next piece.
                if end == self.text.len() && matches!(b, b'-' | b'0'..=b'9') {
                    let state = State::BeforeItem { is_first };
                    return Ok(Turn::Wait(state));
                }
                if end - self.pos > self.limits.bytes {
                    let kind = JsonErrorKind::TooLong { what: "value", limit: self.limits.bytes };
                    return self.fault(kind);
                }
                self.pos = end;
                Ok(Turn::Value(value, State::AfterItem))
            }
            Err(fault) if fault.is_end() => {
                let state =
                    State::PartOfItem { scan: Scan::value(&self.limits), scanned: self.pos };
                Ok(Turn::Next(state))
            }
            Err(fault) => Err(fault),
        }
    }

    /// Looks only at what is new, so that an item in many pieces is parsed once.
    fn part_of_item(&mut self, mut scan: Scan, scanned: usize) -> Result<Turn, Fault> {
        match scan.feed(&self.text.as_bytes()[scanned..]) {
            Ok(None) => Ok(Turn::Wait(State::PartOfItem { scan, scanned: self.text.len() })),
            Ok(Some(_)) => Ok(Turn::Next(State::BeforeItem { is_first: false })),
            Err(fault) => Err(Fault { at: fault.at + scanned, ..fault }),
        }
    }

    fn after_item(&mut self) -> Result<Turn, Fault> {
        match self.peek() {
            b',' => {
                self.pos += 1;
                Ok(Turn::Next(State::BeforeItem { is_first: false }))
            }
            b']' => Ok(Turn::Next(self.end_of_list())),
            _ if self.is_at_end() => Ok(Turn::Wait(State::AfterItem)),
            _ => self.fault(JsonErrorKind::Expected("a comma or `]`")),
        }
    }

    fn segments(&self) -> &[Segment] {
        if let Format::Elements(path) = &self.format { path.segments() } else { &[] }
    }

    fn path_text(&self) -> String {
        if let Format::Elements(path) = &self.format { path.to_string() } else { String::new() }
    }

    fn end_of_list(&mut self) -> State {
        self.pos += 1;
        let open = self.segments().iter().map(|s| matches!(s, Segment::Key(_))).collect();
        State::Rest { scan: Scan::rest(open, &self.limits) }
    }

    fn on_path(&mut self, depth: usize) -> Result<Turn, Fault> {
        let b = self.peek();
        if self.is_at_end() {
            return Ok(Turn::Wait(State::OnPath { depth }));
        }
        let state = match (self.segments().get(depth), b) {
            (None, b'[') => State::BeforeItem { is_first: true },
            (Some(Segment::Key(_)), b'{') => State::BeforeKey { depth, is_first: true },
            (Some(Segment::Index(_)), b'[') => State::BeforeIndex { depth, index: 0 },
            (segment, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                let path = self.path_text();
                return self.fault(match segment {
                    None => JsonErrorKind::NotAList { path },
                    Some(_) => JsonErrorKind::Missing { path },
                });
            }
            _ => return self.fault(JsonErrorKind::Expected("a value")),
        };
        self.pos += 1;
        Ok(Turn::Next(state))
    }

    fn key(&mut self, depth: usize, is_first: bool) -> Result<Turn, Fault> {
        let b = self.peek();
        if self.is_at_end() {
            return Ok(Turn::Wait(State::BeforeKey { depth, is_first }));
        }
        if b == b'}' && is_first {
            return self.fault(JsonErrorKind::Missing { path: self.path_text() });
        }
        if b != b'"' {
            return self.fault(JsonErrorKind::Expected("a key in quotes"));
        }
        match self.parser.value(&self.text, self.pos) {
            Ok((key, end)) => {
                self.pos = end;
                let wanted = self.segments().get(depth);
                let is_match = matches!((wanted, key.as_str()),
                    (Some(Segment::Key(wanted)), Some(key)) if *wanted == *key);
                Ok(Turn::Next(State::BeforeColon { depth, is_match }))
            }
            Err(fault) if fault.is_end() => Ok(Turn::Wait(State::BeforeKey { depth, is_first })),
            Err(fault) => Err(fault),
        }
    }

    fn colon(&mut self, depth: usize, is_match: bool) -> Result<Turn, Fault> {
        if self.peek() != b':' {
            if self.is_at_end() {
                return Ok(Turn::Wait(State::BeforeColon { depth, is_match }));
            }
            return self.fault(JsonErrorKind::Expected("a colon"));
        }
        self.pos += 1;
        Ok(Turn::Next(if is_match {
            State::OnPath { depth: depth + 1 }
        } else {
            State::Skipped { depth, index: 0, scan: Scan::value(&self.limits) }
        }))
    }

    fn index(&mut self, depth: usize, index: usize) -> Result<Turn, Fault> {
        let b = self.peek();
        if self.is_at_end() {
            return Ok(Turn::Wait(State::BeforeIndex { depth, index }));
        }
        if b == b']' && index == 0 {
            return self.fault(JsonErrorKind::Missing { path: self.path_text() });
        }
        let is_match = matches!(self.segments().get(depth),
            Some(Segment::Index(wanted)) if *wanted == index);
        Ok(Turn::Next(if is_match {
            State::OnPath { depth: depth + 1 }
        } else {
            State::Skipped { depth, index, scan: Scan::value(&self.limits) }
        }))
    }

    fn skipped(&mut self, depth: usize, index: usize, mut scan: Scan) -> Result<Turn, Fault> {
        let Some(n_bytes) = self.feed(&mut scan)? else {
            self.pos = self.text.len();
            return Ok(Turn::Wait(State::Skipped { depth, index, scan }));
        };
        self.pos += n_bytes;
        Ok(Turn::Next(State::AfterSkipped { depth, index }))
    }

    fn after_skipped(&mut self, depth: usize, index: usize) -> Result<Turn, Fault> {
        let is_object = matches!(self.segments().get(depth), Some(Segment::Key(_)));
        match (self.peek(), is_object) {
            (b',', true) => {
                self.pos += 1;
                Ok(Turn::Next(State::BeforeKey { depth, is_first: false }))
            }
            (b',', false) => {
                self.pos += 1;
                Ok(Turn::Next(State::BeforeIndex { depth, index: index + 1 }))
            }
            (b'}', true) | (b']', false) => {
                self.fault(JsonErrorKind::Missing { path: self.path_text() })
            }
            _ if self.is_at_end() => Ok(Turn::Wait(State::AfterSkipped { depth, index })),
            (_, true) => self.fault(JsonErrorKind::Expected("a comma or `}`")),
            (_, false) => self.fault(JsonErrorKind::Expected("a comma or `]`")),
        }
    }
}
