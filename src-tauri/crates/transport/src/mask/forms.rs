//! The forms in which a secret can show up again, as bytes to look for, and the ways in which a
//! text may have been written out that are undone before they are looked for. Not the search.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// One form of a secret, as it stands in a text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Needle {
    /// What is looked for.
    pub(super) bytes: Vec<u8>,
    /// How many letters before and behind it were made of the secret and of what stands beside it.
    pub(super) around: (usize, usize),
}

/// Every form of a secret that is not undone by [`Writing`]: itself, hex, base64.
pub(super) fn needles(value: &str) -> Vec<Needle> {
    let mut needles: Vec<Needle> = Vec::with_capacity(9);
    let mut add = |bytes: Vec<u8>, around| {
        let needle = Needle { bytes, around };
        if !needles.iter().any(|known| known.bytes == needle.bytes) {
            needles.push(needle);
        }
    };
    add(value.as_bytes().to_vec(), (0, 0));
    for digits in [b"0123456789abcdef", b"0123456789ABCDEF"] {
        let hex = |byte: u8| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]];
        add(value.bytes().flat_map(hex).collect(), (0, 0));
    }
    for before in 0..3 {
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            if let Some((bytes, around)) = packed(value, before, &engine) {
                add(bytes, around);
            }
        }
    }
    needles
}

/// The letters of base64 that are made of nothing but the secret, where so many bytes stand before
/// it in a group of three, as many as there may before `secret` in the text `user:secret`.
fn packed(
    value: &str,
    before: usize,
    engine: &impl base64::Engine,
) -> Option<(Vec<u8>, (usize, usize))> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(value.as_bytes());
    let letters = engine.encode(&bytes).into_bytes();
    let first = (before * 8).div_ceil(6);
    let end = bytes.len() * 8 / 6;
    let whole = letters.get(first..end)?.to_vec();
    let around = (usize::from(before > 0), letters.len() - end);
    // Fewer are found by chance in every long text.
    (whole.len() >= 4).then_some((whole, around))
}

/// A way in which a text may have been written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// `%C3%A9`, as in addresses.
    Percent,
    /// The same, with `+` for a space, as in forms.
    Form,
    /// `\n`, `\u00e9`, as in JSON.
    Json,
    /// `&amp;`, `&#233;`, as in XML.
    Xml,
}

impl Writing {
    pub(super) const ALL: [Self; 4] = [Self::Percent, Self::Form, Self::Json, Self::Xml];

    /// Whether a text can have been written out so at all.
    pub(super) fn occurs(self, text: &[u8]) -> bool {
        match self {
            Self::Percent => memchr::memchr(b'%', text).is_some(),
            Self::Form => memchr::memchr(b'+', text).is_some(),
            Self::Json => memchr::memchr(b'\\', text).is_some(),
            Self::Xml => memchr::memchr(b'&', text).is_some(),
        }
    }

    /// The text as it was before. `starts`, one for each byte of the text and one for its end, says
    /// where each was in the first text; that of the result is the second value.
    pub(super) fn undo(self, text: &[u8], starts: Option<&[u32]>) -> (Vec<u8>, Vec<u32>) {
        let mut out = Vec::with_capacity(text.len());
        let mut from = Vec::with_capacity(text.len() + 1);
        let mut buffer = [0; 4];
        let mut at = 0;
        let start_of = |at: usize| starts.map_or(at as u32, |starts| starts[at]);
        while at < text.len() {
            if let Some((len, taken)) = self.unit(&text[at..], &mut buffer) {
                out.extend_from_slice(&buffer[..len]);
                from.extend(std::iter::repeat_n(start_of(at), len));
                at += taken;
            } else {
                out.push(text[at]);
                from.push(start_of(at));
                at += 1;
            }
        }
        from.push(start_of(text.len()));
        (out, from)
    }

    /// What begins here, where it is written out: how many bytes it stands for, and how many it has.
    fn unit(self, text: &[u8], into: &mut [u8; 4]) -> Option<(usize, usize)> {
        match (self, text[0]) {
            (Self::Percent | Self::Form, b'%') => {
                into[0] = u8::try_from(digits(text.get(1..3)?, 16)?).ok()?;
                Some((1, 3))
            }
            (Self::Form, b'+') => {
                into[0] = b' ';
                Some((1, 1))
            }
            (Self::Json, b'\\') => json_unit(text, into),
            (Self::Xml, b'&') => xml_unit(text, into),
            _ => None,
        }
    }
}

fn json_unit(text: &[u8], into: &mut [u8; 4]) -> Option<(usize, usize)> {
    into[0] = match text.get(1)? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'u' => {
            let first = digits(text.get(2..6)?, 16)?;
            let is_high = (0xD800..0xDC00).contains(&first);
            let second = text.get(6..12).filter(|rest| is_high && rest.starts_with(b"\\u"));
            if let Some(second) = second.and_then(|rest| digits(&rest[2..], 16)) {
                let code = 0x10000 + ((first - 0xD800) << 10) + (second.wrapping_sub(0xDC00));
                return Some((char::from_u32(code)?.encode_utf8(into).len(), 12));
            }
            return Some((char::from_u32(first)?.encode_utf8(into).len(), 6));
        }
        other @ (b'"' | b'\\' | b'/' | b'\'') => *other,
        _ => return None,
    };
    Some((1, 2))
}

fn xml_unit(text: &[u8], into: &mut [u8; 4]) -> Option<(usize, usize)> {
    // The longest that is meant is `&#x10FFFF;`.
    let end = memchr::memchr(b';', &text[..text.len().min(11)])?;
    let letter = match &text[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', number @ ..] => char::from_u32(digits(number, 16)?)?,
        [b'#', number @ ..] => char::from_u32(digits(number, 10)?)?,
        _ => return None,
    };
    Some((letter.encode_utf8(into).len(), end + 1))
}

fn digits(text: &[u8], radix: u32) -> Option<u32> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(text).ok()?, radix).ok()
}
