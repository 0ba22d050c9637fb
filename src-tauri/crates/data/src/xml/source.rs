//! The bytes of an XML source as UTF-8, in bounded amounts.
//! Knows the XML declaration so far as it names the charset, and no other markup.

use std::io::{self, BufRead, Read};

use crate::{
    Charset,
    charset::Decoder,
    fault::{FaultKind, FormatError, Place},
};

/// A source that gives so many bytes and no more before it is asked to go on.
pub(super) struct Source<R> {
    decoder: Decoder<R>,
    pub(super) n_left: usize,
}

impl<R: Read> Source<R> {
    pub(super) fn new(source: R, charset: Option<Charset>) -> Result<Self, FormatError> {
        let mut unknown = None;
        let decoder = Decoder::new(source, |start| {
            charset
                .or_else(|| {
                    let label = declared(start)?;
                    let named = Charset::named(label);
                    if named.is_none() {
                        unknown = Some(label.to_owned());
                    }
                    // Who can read the declaration as bytes does not read UTF-16.
                    named.filter(|charset| !charset.name().starts_with("UTF-16"))
                })
                .or(Some(look(start)))
        })
        .map_err(|error| FormatError::reading(&error, Place::Whole))?;
        if let Some(label) = unknown {
            let problem = format!("the charset `{label}` of the XML declaration is not known");
            let place = Place::Character { line: 1, column: 1 };
            return Err(FormatError::new(FaultKind::Charset, place, problem));
        }
        Ok(Self { decoder, n_left: usize::MAX })
    }

    pub(super) fn place(&self) -> Place {
        self.decoder.place()
    }
}

/// Two-byte characters show in the first one; XML without a declaration is UTF-8.
fn look(start: &[u8]) -> Charset {
    match start {
        [b'<', 0, ..] => Charset::named("utf-16le").unwrap_or(Charset::UTF_8),
        [0, b'<', ..] => Charset::named("utf-16be").unwrap_or(Charset::UTF_8),
        _ => Charset::UTF_8,
    }
}

/// The charset that the XML declaration names.
fn declared(start: &[u8]) -> Option<&str> {
    let declaration = start.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let text = std::str::from_utf8(&declaration[..end]).ok()?;
    let value = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(value[1..].split_once(quote)?.0)
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.n_left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let chunk = self.decoder.fill_buf()?;
        Ok(&chunk[..chunk.len().min(self.n_left)])
    }

    fn consume(&mut self, n_bytes: usize) {
        self.n_left = self.n_left.saturating_sub(n_bytes);
        self.decoder.consume(n_bytes);
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.fill_buf()?.read(out)?;
        self.consume(n_bytes);
        Ok(n_bytes)
    }
}
