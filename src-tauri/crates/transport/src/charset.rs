//! Turns bytes of any charset into UTF-8, piece by piece, never with silent replacement. Not
//! unpacking: see `decode`.

use bytes::Bytes;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use http::{HeaderMap, header};

/// Turns text into UTF-8. A byte order mark at the beginning is taken off, and wins over the
/// declared charset.
pub struct TextDecoder {
    decoder: Decoder,
    read: u64,
}

/// A place where the text is not in its charset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not valid {charset} text at byte {at}")]
pub struct CharsetError {
    /// The charset's name.
    pub charset: String,
    /// The byte at which it goes wrong, counted from 0.
    pub at: u64,
}

impl TextDecoder {
    /// Decodes by the charset of the `Content-Type`; UTF-8 without one.
    ///
    /// # Errors
    /// The charset's name, where it is not known.
    pub fn of(headers: &HeaderMap) -> Result<Self, String> {
        Ok(Self::new(charset(headers)?))
    }

    /// Decodes by a charset's name, as the web knows it.
    ///
    /// # Errors
    /// The name, where it is not known.
    pub fn named(name: &str) -> Result<Self, String> {
        let encoding = Encoding::for_label(name.trim().as_bytes());
        encoding.map(Self::new).ok_or_else(|| name.to_owned())
    }

    fn new(encoding: &'static Encoding) -> Self {
        Self { decoder: encoding.new_decoder(), read: 0 }
    }

    /// Decodes the next piece; `last` tells that none follows it.
    ///
    /// # Errors
    /// [`CharsetError`] with the place.
    pub fn push(&mut self, mut piece: &[u8], last: bool) -> Result<Bytes, CharsetError> {
        let mut out = Vec::new();
        loop {
            let room = self
                .decoder
                .max_utf8_buffer_length_without_replacement(piece.len())
                .unwrap_or(piece.len() * 3 + 16)
                .min(piece.len() + 1024);
            let start = out.len();
            out.resize(start + room.max(64), 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(piece, &mut out[start..], last);
            out.truncate(start + written);
            self.read += read as u64;
            piece = &piece[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(Bytes::from(out)),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, after) => {
                    return Err(CharsetError {
                        charset: self.decoder.encoding().name().to_owned(),
                        at: self.read.saturating_sub(u64::from(bad) + u64::from(after)),
                    });
                }
            }
        }
    }
}

/// Decodes for people to look at: what is not valid shows as a replacement mark. Content that is
/// no text at all gives an empty one.
pub(crate) fn show(bytes: &[u8], headers: &HeaderMap) -> String {
    let encoding = charset(headers).unwrap_or(UTF_8);
    let (text, _, _) = encoding.decode(bytes);
    let odd = text.chars().filter(|c| c.is_control() && !"\n\r\t".contains(*c)).count();
    let replaced = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    if odd + replaced > text.chars().count() / 10 { String::new() } else { text.into_owned() }
}

fn charset(headers: &HeaderMap) -> Result<&'static Encoding, String> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let named =
        content_type.into_iter().flat_map(|text| text.split(';').skip(1)).find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
    match named {
        None | Some("") => Ok(UTF_8),
        Some(name) => Encoding::for_label(name.as_bytes()).ok_or_else(|| name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(content_type: &str, bytes: &[u8]) -> Result<String, CharsetError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        let mut decoder = TextDecoder::of(&headers).unwrap();
        let mut out = Vec::new();
        // One byte at a time: a character may be cut anywhere.
        for byte in bytes {
            out.extend_from_slice(&decoder.push(&[*byte], false)?);
        }
        out.extend_from_slice(&decoder.push(&[], true)?);
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn charsets_become_utf8() {
        assert_eq!(decode("text/plain; charset=ISO-8859-1", b"Gr\xf6\xdfe").unwrap(), "Größe");
        assert_eq!(decode("text/plain", "Größe".as_bytes()).unwrap(), "Größe");
        assert_eq!(decode("text/plain", b"\xef\xbb\xbf{}").unwrap(), "{}");
        assert_eq!(decode("a/b; charset=\"utf-16\"", b"\xff\xfeG\0\xf6\0").unwrap(), "Gö");
    }

    #[test]
    fn what_is_not_in_the_charset_is_an_error_with_its_place() {
        let error =
            decode("application/json; charset=utf-8", b"{\"n\":\"Gr\xf6\xdfe\"}").unwrap_err();
        assert_eq!(error, CharsetError { charset: "UTF-8".to_owned(), at: 8 });
        assert_eq!(decode("text/plain", b"ab\xc3").unwrap_err().at, 2);
    }
}
