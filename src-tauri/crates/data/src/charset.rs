//! Which characters the bytes of a source stand for, and reading them as UTF-8.
//! A mark at the start wins, then what was told, then what the bytes look like.

use std::{
    borrow::Cow,
    fmt,
    io::{self, BufRead, Read},
};

use encoding_rs::{DecoderResult, Encoding, UTF_8, WINDOWS_1252};

use crate::fault::{FaultKind, FormatError, Place, place_of};

/// A set of characters and how bytes stand for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    /// UTF-8.
    pub const UTF_8: Self = Self(UTF_8);
    /// Windows-1252, of which Latin-1 is a part.
    pub const WINDOWS_1252: Self = Self(WINDOWS_1252);

    /// The set of this name, as the WHATWG Encoding Standard knows it: `utf-8`, `latin1` …
    pub fn named(label: &str) -> Option<Self> {
        Encoding::for_label(label.trim().as_bytes()).map(Self)
    }

    /// Its name: `UTF-8`, `windows-1252`, `UTF-16LE` …
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What a mark at the start of the bytes says, and how long the mark is.
    pub(crate) fn marked(bytes: &[u8]) -> Option<(Self, usize)> {
        Encoding::for_bom(bytes).map(|(encoding, len)| (Self(encoding), len))
    }

    /// UTF-8 if the bytes can be that, else Windows-1252; a character cut off at the end is no
    /// fault.
    pub(crate) fn guess(sample: &[u8]) -> Self {
        match std::str::from_utf8(sample) {
            Err(error) if error.error_len().is_some() => Self::WINDOWS_1252,
            _ => Self::UTF_8,
        }
    }

    /// All of the bytes as text.
    pub(crate) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, FormatError> {
        if self == Self::UTF_8 {
            return as_utf8(bytes).map(Cow::Borrowed);
        }
        self.0.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
            let problem = format!("some bytes are no characters of {}", self.name());
            FormatError::new(FaultKind::Charset, Place::Whole, problem)
        })
    }

    /// All of the bytes as text; what is no character becomes U+FFFD.
    pub(crate) fn decode_lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        self.0.decode_without_bom_handling(bytes).0
    }

    /// The text as bytes of this set.
    pub(crate) fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, FormatError> {
        if self.0.output_encoding() != self.0 {
            let problem = format!("{} is read but not written; write UTF-8 instead", self.name());
            return Err(FormatError::new(FaultKind::Option, Place::Whole, problem));
        }
        let (bytes, _, has_unknown) = self.0.encode(text);
        if has_unknown {
            let is_known = |c: char| !self.0.encode(c.encode_utf8(&mut [0; 4])).2;
            let at = text.char_indices().find(|(_, c)| !is_known(*c)).map_or(0, |(at, _)| at);
            let c = text[at..].chars().next().unwrap_or_default();
            let problem = format!("{} has no character {c:?}; write UTF-8 instead", self.name());
            return Err(FormatError::at_byte(FaultKind::Charset, text, at, problem));
        }
        Ok(bytes)
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn as_utf8(bytes: &[u8]) -> Result<&str, FormatError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = error.valid_up_to();
        let before = std::str::from_utf8(&bytes[..valid]).unwrap_or_default();
        let problem = "the bytes are not UTF-8; save the source as UTF-8 or tell its charset";
        FormatError::new(FaultKind::Charset, place_of(before, valid), problem)
    })
}

/// All of a source as text: by its mark, else by `charset`, else by the look of the bytes.
pub(crate) fn read_all(
    bytes: &[u8],
    charset: Option<Charset>,
) -> Result<Cow<'_, str>, FormatError> {
    if let Some((charset, mark)) = Charset::marked(bytes) {
        return charset.decode(&bytes[mark..]);
    }
    charset.unwrap_or_else(|| Charset::guess(bytes)).decode(bytes)
}

/// So much of a source is looked at to tell its charset.
pub(crate) const SAMPLE_BYTES: usize = 16 << 10;

/// A source as UTF-8 that knows at which line and column it is.
/// What is UTF-8 already is passed on unchecked.
pub(crate) struct Decoder<R> {
    source: R,
    charset: Charset,
    input: Buffer,
    is_end: bool,
    /// What was decoded, where that is needed.
    output: Buffer,
    coder: Option<encoding_rs::Decoder>,
    n_lines: u64,
    n_columns: u64,
}

/// Bytes of which some are used up.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    at: usize,
}

impl Buffer {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }
}

const CHUNK_BYTES: usize = 64 << 10;

impl<R: Read> Decoder<R> {
    /// Looks at the start of `source`; `tell` is asked when there is no mark.
    pub(crate) fn new(
        mut source: R,
        tell: impl FnOnce(&[u8]) -> Option<Charset>,
    ) -> io::Result<Self> {
        let mut bytes = Vec::new();
        source.by_ref().take(SAMPLE_BYTES as u64).read_to_end(&mut bytes)?;
        let (charset, mark) = Charset::marked(&bytes)
            .unwrap_or_else(|| (tell(&bytes).unwrap_or_else(|| Charset::guess(&bytes)), 0));
        let coder =
            (charset != Charset::UTF_8).then(|| charset.0.new_decoder_without_bom_handling());
        Ok(Self {
            source,
            charset,
            input: Buffer { bytes, at: mark },
            is_end: false,
            output: Buffer::default(),
            coder,
            n_lines: 0,
            n_columns: 0,
        })
    }

    /// The charset that the source has.
    pub(crate) fn charset(&self) -> Charset {
        self.charset
    }

    /// The start of the source, decoded, before any of it was read.
    pub(crate) fn sample(&self) -> Cow<'_, [u8]> {
        if self.coder.is_none() {
            return Cow::Borrowed(self.input.rest());
        }
        let text = self.charset.decode_lossy(self.input.rest());
        Cow::Owned(text.into_owned().into_bytes())
    }

    /// Where the next character is.
    pub(crate) fn place(&self) -> Place {
        Place::Character { line: self.n_lines + 1, column: self.n_columns + 1 }
    }

    fn fill_input(&mut self) -> io::Result<()> {
        if !self.input.rest().is_empty() || self.is_end {
            return Ok(());
        }
        self.input.at = 0;
        self.input.bytes.resize(CHUNK_BYTES, 0);
        loop {
            match self.source.read(&mut self.input.bytes) {
                Ok(n_bytes) => {
                    self.input.bytes.truncate(n_bytes);
                    self.is_end = n_bytes == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.input.bytes.clear();
                    return Err(error);
                }
            }
        }
    }

    fn decode(&mut self) -> io::Result<()> {
        self.output.at = 0;
        self.output.bytes.clear();
        while self.output.bytes.is_empty() {
            self.fill_input()?;
            let Some(coder) = &mut self.coder else { return Ok(()) };
            self.output.bytes.resize(CHUNK_BYTES, 0);
            let (result, n_read, n_written) = coder.decode_to_utf8_without_replacement(
                self.input.rest(),
                &mut self.output.bytes,
                self.is_end,
            );
            self.output.bytes.truncate(n_written);
            self.input.at += n_read;
            match result {
                DecoderResult::Malformed(..) => {
                    let message = format!("some bytes are no characters of {}", self.charset);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                // Once it has seen the end a decoder is not to be used again.
                DecoderResult::InputEmpty if self.is_end => {
                    self.coder = None;
                    return Ok(());
                }
                DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> BufRead for Decoder<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.output.rest().is_empty() && self.coder.is_some() {
            self.decode()?;
        }
        if !self.output.rest().is_empty() {
            return Ok(self.output.rest());
        }
        if self.coder.is_none() {
            self.fill_input()?;
        }
        Ok(self.input.rest())
    }

    fn consume(&mut self, n_bytes: usize) {
        let buffer = if self.output.rest().is_empty() { &mut self.input } else { &mut self.output };
        let used = &buffer.bytes[buffer.at..buffer.at + n_bytes];
        let line = match memchr::memrchr(b'\n', used) {
            Some(last) => {
                self.n_lines += memchr::memchr_iter(b'\n', used).count() as u64;
                self.n_columns = 0;
                &used[last + 1..]
            }
            None => used,
        };
        self.n_columns += line.iter().filter(|&&b| b & 0xC0 != 0x80).count() as u64;
        buffer.at += n_bytes;
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.fill_buf()?.read(out)?;
        self.consume(n_bytes);
        Ok(n_bytes)
    }
}
