//! Parses a JSON text that is at hand as a whole into a value.
//! Splitting a stream into such texts is `push`'s part.

use lean_string::LeanStr;

use super::{JsonErrorKind, Limits, error::Fault, stack::Stack};
use crate::{
    Key, Object, Value,
    number::{self, Decimal, NumberFault, Scanned},
    shape::Shape,
    shapes::{NONE, Shapes},
    value::{List, Repr},
};

/// A reader that learns the shapes of what it reads; keep one for all values of a source.
pub(crate) struct Parser {
    limits: Limits,
    shapes: Shapes,
    /// Values of the containers that are open, innermost last.
    stack: Stack,
    /// A text with its escapes resolved.
    scratch: String,
}

impl Parser {
    pub(crate) fn new(limits: Limits) -> Self {
        let limits = Limits { depth: limits.depth.min(Limits::MAX_DEPTH), ..limits };
        Self { limits, shapes: Shapes::default(), stack: Stack::default(), scratch: String::new() }
    }

    /// Reads the value that is all of `text` from `start` on, space aside.
    pub(crate) fn document(&mut self, text: &str, start: usize) -> Result<Value, Fault> {
        let (value, end) = self.value(text, start)?;
        let end = skip_space(text.as_bytes(), end);
        if end < text.len() {
            return Err(Fault { kind: JsonErrorKind::Trailing, at: end });
        }
        Ok(value)
    }

    /// Reads the value that begins at `start`, after space; returns it with the place after it.
    pub(crate) fn value(&mut self, text: &str, start: usize) -> Result<(Value, usize), Fault> {
        self.shapes.make_room();
        self.stack.clear();
        let pos = skip_space(text.as_bytes(), start);
        let mut run = Run {
            text,
            bytes: text.as_bytes(),
            pos,
            depth: self.limits.depth,
            reader: self,
            fault: None,
        };
        let result = run.value(Shapes::ROOT);
        let (pos, fault) = (run.pos, run.fault.take());
        match (result, fault) {
            (Ok(()), _) => Ok((self.stack.pop().unwrap_or_default(), pos)),
            (Err(Stopped), Some(fault)) => Err(fault),
            (Err(Stopped), None) => {
                Err(Fault { kind: JsonErrorKind::Expected("a value"), at: pos })
            }
        }
    }
}

/// The fault is kept aside, so that the way back up is a single bit.
struct Stopped;

type Step = Result<(), Stopped>;

/// One value being read. Each method leaves `pos` after what it read and the value on the stack.
struct Run<'t, 'p> {
    text: &'t str,
    bytes: &'t [u8],
    pos: usize,
    /// Levels that are left.
    depth: usize,
    reader: &'p mut Parser,
    fault: Option<Fault>,
}

impl Run<'_, '_> {
    #[cold]
    fn fail<T>(&mut self, kind: JsonErrorKind, at: usize) -> Result<T, Stopped> {
        self.fault = Some(Fault { kind, at });
        Err(Stopped)
    }

    #[cold]
    fn expected<T>(&mut self, what: &'static str) -> Result<T, Stopped> {
        let kind = if self.pos >= self.bytes.len() {
            JsonErrorKind::End(what)
        } else {
            JsonErrorKind::Expected(what)
        };
        self.fail(kind, self.pos)
    }

    /// The byte at `pos`, or 0 at the end of the text; a real 0 is as wrong everywhere.
    #[inline]
    fn peek(&self) -> u8 {
        self.bytes.get(self.pos).copied().unwrap_or(0)
    }

    #[inline]
    fn skip_space(&mut self) -> u8 {
        let b = self.peek();
        if b > b' ' {
            return b;
        }
        self.pos = skip_space(self.bytes, self.pos);
        self.peek()
    }

    /// Reads the value at `pos`. `context` is where its shapes were met before.
    fn value(&mut self, context: u32) -> Step {
        match self.peek() {
            b'"' => self.text_value(),
            b'-' | b'0'..=b'9' => self.number(),
            b'{' => self.object(context),
            b'[' => self.list(context),
            b't' => self.literal("true", Repr::Bool(true)),
            b'f' => self.literal("false", Repr::Bool(false)),
            b'n' => self.literal("null", Repr::Null),
            _ => self.expected("a value"),
        }
    }

    fn literal(&mut self, word: &'static str, repr: Repr) -> Step {
        let rest = &self.bytes[self.pos..];
        if rest.starts_with(word.as_bytes()) {
            self.pos += word.len();
            self.reader.stack.push(|| repr);
            return Ok(());
        }
        if word.as_bytes().starts_with(rest) {
            return self.fail(JsonErrorKind::End(word), self.bytes.len());
        }
        self.expected("a value")
    }

    #[inline(never)]
    fn number(&mut self) -> Step {
        match number::scan(self.bytes, self.pos) {
            Ok((scanned, end)) => {
                self.pos = end;
                let stack = &mut self.reader.stack;
                match scanned {
                    Scanned::Digits { digits, scale: 0 } => stack.push(|| Repr::Int(digits)),
                    Scanned::Digits { digits, scale } => {
                        stack.push(|| Repr::Decimal(Decimal::new(digits, scale)));
                    }
                    Scanned::Other(repr) => stack.push(|| repr.into()),
                }
                Ok(())
            }
            Err((fault, at)) => {
                let kind = match fault {
                    NumberFault::End => JsonErrorKind::End("a digit"),
                    NumberFault::NoDigit => JsonErrorKind::Number("expected a digit"),
                    NumberFault::LeadingZero => {
                        JsonErrorKind::Number("a number does not begin with a zero before digits")
                    }
                };
                self.fail(kind, at)
            }
        }
    }

    #[inline]
    fn descend(&mut self) -> Step {
        if self.depth == 0 {
            let kind = JsonErrorKind::TooDeep { limit: self.reader.limits.depth };
            return self.fail(kind, self.pos);
        }
        self.depth -= 1;
        Ok(())
    }

    fn list(&mut self, context: u32) -> Step {
        self.descend()?;
        self.pos += 1;
        let start = self.reader.stack.len();
        if self.skip_space() == b']' {
            self.pos += 1;
        } else {
            loop {
                self.value(context)?;
                match self.skip_space() {
                    b',' => self.pos += 1,
                    b']' => {
                        self.pos += 1;
                        break;
                    }
                    _ => return self.expected("a comma or `]`"),
                }
                self.skip_space();
            }
        }
        self.depth += 1;
        let list = List::new(self.reader.stack.take_from(start));
        self.reader.stack.push(|| Repr::List(list));
        Ok(())
    }

    fn object(&mut self, context: u32) -> Step {
        self.descend()?;
        self.pos += 1;
        let start = self.reader.stack.len();
        let mut node = Shapes::ROOT;
        if self.skip_space() == b'}' {
            self.pos += 1;
        } else {
            // Keys are expected as the last object in this place had them, up to the first that
            // differs, and from there on as each list of keys went on last time.
            let last = self.reader.shapes.last_within(context);
            let mut expected = self.reader.shapes.edge_at(last, 0);
            let mut is_alike = true;
            let mut n_keys = 0;
            loop {
                let edge = self.key(node, expected)?;
                if edge == NONE {
                    return self.unshared_object(node, start);
                }
                is_alike &= edge == expected;
                n_keys += 1;
                let (next, place) = self.reader.shapes.target(node, edge);
                self.colon()?;
                self.value(next)?;
                if let Some(at) = place {
                    self.reader.stack.move_top(start + at);
                }
                node = next;
                match self.skip_space() {
                    b',' => self.pos += 1,
                    b'}' => {
                        self.pos += 1;
                        break;
                    }
                    _ => return self.expected("a comma or `}`"),
                }
                self.skip_space();
                expected = if is_alike {
                    self.reader.shapes.edge_at(last, n_keys)
                } else {
                    self.reader.shapes.expected_next(node)
                };
            }
            if node != last {
                self.reader.shapes.remember(context, node);
            }
        }
        self.depth += 1;
        let shape = self.reader.shapes.shape(node);
        self.push_object(shape, start);
        Ok(())
    }

    fn push_object(&mut self, shape: Shape, start: usize) {
        let object = Object::from_parts(shape, self.reader.stack.take_from(start));
        self.reader.stack.push(|| Repr::Object(object));
    }

    /// Reads a key and finds the step it is; `NONE` (before the key) when no steps are left.
    #[inline]
    fn key(&mut self, node: u32, expected: u32) -> Result<u32, Stopped> {
        if expected != NONE {
            let quoted = self.reader.shapes.quoted(expected);
            if starts_with(&self.bytes[self.pos..], quoted) {
                self.pos += quoted.len();
                return Ok(expected);
            }
        }
        self.unexpected_key(node)
    }

    fn unexpected_key(&mut self, node: u32) -> Result<u32, Stopped> {
        let key_at = self.pos;
        let found = self.raw_key()?;
        let shapes = &mut self.reader.shapes;
        let edge = match found {
            Raw::Slice(from, to) => shapes.follow(node, &self.text[from..to]),
            Raw::Scratch => shapes.follow(node, &self.reader.scratch),
        };
        if edge.is_none() {
            self.pos = key_at;
        }
        Ok(edge.unwrap_or(NONE))
    }

    fn raw_key(&mut self) -> Result<Raw, Stopped> {
        if self.peek() != b'"' {
            return self.expected("a key in quotes");
        }
        self.raw_text()
    }

    #[inline]
    fn colon(&mut self) -> Step {
        if self.peek() != b':' && self.skip_space() != b':' {
            return self.expected("a colon");
        }
        self.pos += 1;
        self.skip_space();
        Ok(())
    }

    /// Reads on an object whose keys are too many, or too new, to be remembered.
    #[cold]
    fn unshared_object(&mut self, node: u32, start: usize) -> Step {
        let mut keys = self.reader.shapes.keys_of(node);
        loop {
            let key = match self.raw_key()? {
                Raw::Slice(from, to) => Key::new(&self.text[from..to]),
                Raw::Scratch => Key::new(&self.reader.scratch),
            };
            let place = keys.insert(key);
            self.colon()?;
            self.value(Shapes::ROOT)?;
            if let Err(at) = place {
                self.reader.stack.move_top(start + at);
            }
            match self.skip_space() {
                b',' => self.pos += 1,
                b'}' => {
                    self.pos += 1;
                    break;
                }
                _ => return self.expected("a comma or `}`"),
            }
            self.skip_space();
        }
        self.depth += 1;
        self.push_object(Shape::from_distinct(keys.into_keys()), start);
        Ok(())
    }

    // Out of line, as `number` is: within `value` they take the registers that recursion needs.
    #[inline(never)]
    fn text_value(&mut self) -> Step {
        match self.raw_text()? {
            Raw::Slice(from, to) => {
                self.reader.stack.push(|| Repr::Text(LeanStr::from(&self.text[from..to])));
            }
            Raw::Scratch => {
                self.reader.stack.push(|| Repr::Text(LeanStr::from(self.reader.scratch.as_str())));
            }
        }
        Ok(())
    }

    /// Reads the text whose opening quote is at `pos`.
    #[inline]
    fn raw_text(&mut self) -> Result<Raw, Stopped> {
        let from = self.pos + 1;
        match find_special(self.bytes, from) {
            Some(at) if self.bytes[at] == b'"' && at - from <= self.reader.limits.text => {
                self.pos = at + 1;
                Ok(Raw::Slice(from, at))
            }
            special => self.escaped_text(from, special),
        }
    }

    #[cold]
    fn escaped_text(&mut self, from: usize, mut special: Option<usize>) -> Result<Raw, Stopped> {
        self.reader.scratch.clear();
        let limit = self.reader.limits.text;
        let mut start = from;
        loop {
            let at = special.unwrap_or(self.bytes.len());
            if at - from > limit {
                return self.fail(JsonErrorKind::TooLong { what: "text", limit }, from - 1);
            }
            self.reader.scratch.push_str(&self.text[start..at]);
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.pos = at + 1;
                    return Ok(Raw::Scratch);
                }
                Some(b'\\') => start = self.escape(at)?,
                Some(&control) => return self.fail(JsonErrorKind::Control(control), at),
                None => return self.fail(JsonErrorKind::End("a closing quote"), at),
            }
            special = find_special(self.bytes, start);
        }
    }

    /// Resolves the escape whose backslash is at `at`; returns the place after it.
    fn escape(&mut self, at: usize) -> Result<usize, Stopped> {
        let Some(&letter) = self.bytes.get(at + 1) else {
            return self.fail(JsonErrorKind::End("an escape"), at + 1);
        };
        let char = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode_escape(at),
            _ => return self.fail(JsonErrorKind::Escape, at),
        };
        self.reader.scratch.push(char);
        Ok(at + 2)
    }

    fn unicode_escape(&mut self, at: usize) -> Result<usize, Stopped> {
        let first = self.hex(at)?;
        let mut end = at + 6;
        let mut code = u32::from(first);
        if (0xD800..0xDC00).contains(&first) {
            match (self.bytes.get(end), self.bytes.get(end + 1)) {
                (Some(b'\\'), Some(b'u')) => {}
                (Some(b'\\'), None) | (None, _) => {
                    return self.fail(JsonErrorKind::End("an escape"), self.bytes.len());
                }
                _ => return self.fail(JsonErrorKind::LoneSurrogate, at),
            }
            let second = self.hex(end)?;
            if !(0xDC00..0xE000).contains(&second) {
                return self.fail(JsonErrorKind::LoneSurrogate, at);
            }
            code = 0x10000 + ((code - 0xD800) << 10) + (u32::from(second) - 0xDC00);
            end += 6;
        }
        let Some(char) = char::from_u32(code) else {
            return self.fail(JsonErrorKind::LoneSurrogate, at);
        };
        self.reader.scratch.push(char);
        Ok(end)
    }

    /// The four hex digits of the `\u` at `at`.
    fn hex(&mut self, at: usize) -> Result<u16, Stopped> {
        let mut code = 0;
        for pos in at + 2..at + 6 {
            let Some(&b) = self.bytes.get(pos) else {
                return self.fail(JsonErrorKind::End("a hex digit"), pos);
            };
            let Some(digit) = char::from(b).to_digit(16) else {
                return self.fail(JsonErrorKind::Escape, at);
            };
            code = code << 4 | digit as u16;
        }
        Ok(code)
    }
}

/// A text just read: a part of the source, or resolved in the scratch text.
enum Raw {
    Slice(usize, usize),
    Scratch,
}

/// `bytes.starts_with(key)` without a call for the lengths that keys have.
#[inline]
fn starts_with(bytes: &[u8], key: &[u8]) -> bool {
    let Some(bytes) = bytes.get(..key.len()) else {
        return false;
    };
    if let (Some(a), Some(b)) = (bytes.first_chunk::<8>(), key.first_chunk::<8>()) {
        return a == b
            && match (bytes.last_chunk::<8>(), key.last_chunk::<8>()) {
                (Some(a), Some(b)) if key.len() <= 16 => a == b,
                _ => bytes[8..] == key[8..],
            };
    }
    match (bytes.first_chunk::<4>(), key.first_chunk::<4>()) {
        (Some(a), Some(b)) => a == b && bytes.last_chunk::<4>() == key.last_chunk::<4>(),
        _ => bytes == key,
    }
}

#[inline]
pub(super) fn skip_space(bytes: &[u8], mut pos: usize) -> usize {
    while matches!(bytes.get(pos), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        pos += 1;
    }
    pos
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Finds the next quote, backslash or control character, eight bytes at a time.
#[inline]
pub(super) fn find_special(bytes: &[u8], mut pos: usize) -> Option<usize> {
    while let Some(chunk) = bytes.get(pos..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * 0x22);
        let backslash = word ^ (ONES * 0x5C);
        // A borrow can only mark bytes after one that is rightly marked, and the first counts.
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let found = found & HIGHS;
        if found != 0 {
            return Some(pos + found.trailing_zeros() as usize / 8);
        }
        pos += 8;
    }
    let rest = bytes.get(pos..)?;
    rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20).map(|at| pos + at)
}
