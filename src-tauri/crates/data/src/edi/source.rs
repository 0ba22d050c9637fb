//! Cuts a source of bytes into segments, in memory that holds one segment at a time.
//! What a segment means is for the syntaxes to say.

use std::io::{self, Read};

use super::{EdiError, Place};

const CHUNK_BYTES: usize = 64 << 10;

/// The bytes that set an interchange's parts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Separators {
    pub(super) element: u8,
    pub(super) component: u8,
    pub(super) repetition: Option<u8>,
    /// The byte that takes a separator's meaning from it.
    pub(super) release: Option<u8>,
    pub(super) terminator: u8,
}

impl Separators {
    /// Whether a byte sets parts apart or releases.
    pub(super) fn contains(self, byte: u8) -> bool {
        [self.element, self.component, self.terminator].contains(&byte)
            || [self.repetition, self.release].contains(&Some(byte))
    }

    /// The first two that are the same, or one that could be part of a text or a tag.
    pub(super) fn fault(self) -> Option<String> {
        let all = [Some(self.element), Some(self.component), self.repetition, self.release];
        let all: Vec<u8> = all.into_iter().flatten().chain([self.terminator]).collect();
        for (at, byte) in all.iter().enumerate() {
            let shown = char::from(*byte).escape_default();
            if !byte.is_ascii() || byte.is_ascii_alphanumeric() {
                return Some(format!("`{shown}` cannot be a separator"));
            }
            if all[..at].contains(byte) {
                return Some(format!("`{shown}` is to be two separators at once"));
            }
        }
        None
    }
}

/// One segment as it stands in the source, without its terminator.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) bytes: Vec<u8>,
    pub(super) place: Place,
    /// Where the data of a binary segment begin.
    pub(super) binary_at: Option<usize>,
}

/// A source of bytes with what is known of the place in it.
pub(super) struct Source<R> {
    inner: R,
    buffer: Vec<u8>,
    start: usize,
    is_at_end: bool,
    /// Whether line breaks are no part of the data but wrap it.
    is_wrapped: bool,
    n_segments: usize,
    line: usize,
    offset: usize,
    max_segment_bytes: usize,
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R, max_segment_bytes: usize) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            start: 0,
            is_at_end: false,
            is_wrapped: false,
            n_segments: 0,
            line: 1,
            offset: 0,
            max_segment_bytes,
        }
    }

    /// The place of the segment that comes next.
    pub(super) fn place(&self) -> Place {
        Place {
            segment: self.n_segments + 1,
            line: self.line,
            offset: self.offset,
            ..Place::default()
        }
    }

    /// The bytes at hand, at least `n_bytes` of them unless the source ends.
    pub(super) fn peek(&mut self, n_bytes: usize) -> Result<&[u8], EdiError> {
        while self.buffer.len() - self.start < n_bytes && self.fill()? {}
        Ok(&self.buffer[self.start..])
    }

    /// Passes over so many bytes that were peeked at.
    pub(super) fn skip(&mut self, n_bytes: usize) {
        let passed = &self.buffer[self.start..self.start + n_bytes];
        self.line += memchr::memchr_iter(b'\n', passed).count();
        self.offset += n_bytes;
        self.start += n_bytes;
    }

    /// Passes over white space and a byte order mark; returns what line breaks were there.
    pub(super) fn skip_space(&mut self) -> Result<Vec<u8>, EdiError> {
        let mut passed = Vec::new();
        loop {
            let is_at_start = self.offset == 0;
            let bytes = self.peek(3)?;
            let Some(&first) = bytes.first() else { return Ok(passed) };
            let n_bytes = match first {
                b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x1A => 1,
                _ if is_at_start && bytes.starts_with(b"\xEF\xBB\xBF") => 3,
                _ => return Ok(passed),
            };
            if passed.len() < 8 && n_bytes == 1 {
                passed.push(first);
            }
            self.skip(n_bytes);
        }
    }

    /// From now on line breaks are dropped wherever they stand.
    pub(super) fn unwrap_lines(&mut self) {
        self.is_wrapped = true;
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.retain(|b| !matches!(b, b'\r' | b'\n'));
    }

    /// The next segment up to its terminator.
    ///
    /// `binary` tells, of the bytes at hand, where the data of a binary segment begin and how many
    /// they are.
    pub(super) fn segment(
        &mut self,
        separators: Separators,
        binary: impl Fn(&[u8]) -> Option<(usize, usize)>,
    ) -> Result<Raw, EdiError> {
        let mut place = self.place();
        let head = self.peek(64)?;
        place.tag = tag_of(head, separators);
        let binary = binary(head);
        let n_bytes = match binary {
            Some((at, n_data)) => self.find_binary_end(at, n_data, separators, &place)?,
            None => self.find_end(separators, &place)?,
        };
        let bytes = self.buffer[self.start..self.start + n_bytes].to_vec();
        self.skip(n_bytes + 1);
        self.n_segments += 1;
        Ok(Raw { bytes, place, binary_at: binary.map(|(at, _)| at) })
    }

    fn find_end(&mut self, separators: Separators, place: &Place) -> Result<usize, EdiError> {
        let mut at = 0;
        loop {
            let bytes = &self.buffer[self.start..];
            let found = match separators.release {
                Some(release) => memchr::memchr2(separators.terminator, release, &bytes[at..]),
                None => memchr::memchr(separators.terminator, &bytes[at..]),
            };
            match found {
                Some(n_bytes) if bytes[at + n_bytes] == separators.terminator => {
                    return self.check_length(at + n_bytes, place);
                }
                // What is released, which may be the terminator, is passed over.
                Some(n_bytes) if at + n_bytes + 1 < bytes.len() => at += n_bytes + 2,
                _ => {
                    at = found.map_or(bytes.len(), |n_bytes| at + n_bytes);
                    self.check_length(at, place)?;
                    if !self.fill()? {
                        let shown = char::from(separators.terminator).escape_default();
                        return Err(place.error(format!(
                            "the source ends within a segment, `{shown}` is missing"
                        )));
                    }
                }
            }
        }
    }

    fn find_binary_end(
        &mut self,
        at: usize,
        n_data: usize,
        separators: Separators,
        place: &Place,
    ) -> Result<usize, EdiError> {
        let end = at.saturating_add(n_data);
        self.check_length(end, place)?;
        if self.peek(end + 1)?.get(end) == Some(&separators.terminator) {
            return Ok(end);
        }
        Err(place.error(format!(
            "the segment does not end after the {n_data} bytes of data that it announces"
        )))
    }

    fn check_length(&self, n_bytes: usize, place: &Place) -> Result<usize, EdiError> {
        let limit = self.max_segment_bytes;
        if n_bytes > limit {
            return Err(place.error(format!("a segment is longer than {limit} bytes")));
        }
        Ok(n_bytes)
    }

    /// Reads on; answers whether there was more.
    fn fill(&mut self) -> Result<bool, EdiError> {
        if self.is_at_end {
            return Ok(false);
        }
        if self.start > CHUNK_BYTES {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let n_before = self.buffer.len();
        self.buffer.resize(n_before + CHUNK_BYTES, 0);
        let n_bytes = loop {
            match self.inner.read(&mut self.buffer[n_before..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.buffer.truncate(n_before);
                    return Err(self.place().error(format!("the source broke off ({error})")));
                }
                Ok(n_bytes) => break n_bytes,
            }
        };
        self.buffer.truncate(n_before + n_bytes);
        self.is_at_end = n_bytes == 0;
        if self.is_wrapped {
            let mut kept = self.buffer.split_off(n_before);
            kept.retain(|b| !matches!(b, b'\r' | b'\n'));
            self.buffer.append(&mut kept);
        }
        Ok(!self.is_at_end)
    }
}

/// What stands before the first separator, for messages; at most 8 characters of it.
fn tag_of(bytes: &[u8], separators: Separators) -> String {
    let n_bytes = bytes.iter().position(|b| separators.contains(*b)).unwrap_or(bytes.len());
    let tag = String::from_utf8_lossy(&bytes[..n_bytes.min(8)]);
    tag.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
