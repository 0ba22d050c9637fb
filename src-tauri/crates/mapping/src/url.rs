//! URL encoding and base64 as JavaScript has them. No URLs are taken apart.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use crate::Fault;

/// What `encodeURIComponent` leaves as it is, letters and digits apart.
const COMPONENT: &[u8] = b"-_.!~*'()";
/// What `encodeURI` leaves as it is besides.
const RESERVED: &[u8] = b";/?:@&=+$,#";

/// Node cuts what follows the padding and reads bits that are left over.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Encodes a part of a URL, as `$encodeUrlComponent`.
pub fn encode_component(text: &str) -> String {
    encode(text, |byte| COMPONENT.contains(&byte))
}

/// Encodes a whole URL, as `$encodeUrl`.
pub fn encode_url(text: &str) -> String {
    encode(text, |byte| COMPONENT.contains(&byte) || RESERVED.contains(&byte))
}

/// Decodes a part of a URL, as `$decodeUrlComponent`.
///
/// # Errors
/// `D3140` for a `%` without two hexadecimal digits, and for bytes that are no UTF-8.
pub fn decode_component(text: &str) -> Result<String, Fault> {
    decode(text, |_| false, "decodeUrlComponent")
}

/// Decodes a whole URL, as `$decodeUrl`: what separates a URL's parts stays encoded.
///
/// # Errors
/// As [`decode_component`].
pub fn decode_url(text: &str) -> Result<String, Fault> {
    decode(text, |byte| RESERVED.contains(&byte), "decodeUrl")
}

/// Encodes a text in base64, as `$base64encode`: of each UTF-16 unit its low byte.
pub fn base64_encode(text: &str) -> String {
    if text.is_ascii() {
        return STANDARD.encode(text);
    }
    let bytes: Vec<u8> = text.encode_utf16().map(|unit| unit as u8).collect();
    STANDARD.encode(bytes)
}

/// Decodes base64, as `$base64decode`: each byte is a character, what is no base64 is left out, and
/// the first `=` is the end.
pub fn base64_decode(text: &str) -> String {
    let mut digits: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'=' => break,
            b'-' => digits.push(b'+'),
            b'_' => digits.push(b'/'),
            b'+' | b'/' => digits.push(byte),
            _ if byte.is_ascii_alphanumeric() => digits.push(byte),
            _ => {}
        }
    }
    // One digit alone holds no byte.
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    let bytes = LENIENT.decode(digits).unwrap_or_default();
    bytes.into_iter().map(char::from).collect()
}

fn encode(text: &str, is_kept: impl Fn(u8) -> bool) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || is_kept(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

fn decode(text: &str, is_kept: impl Fn(u8) -> bool, function: &str) -> Result<String, Fault> {
    let fault = || {
        let shown: String = text.chars().take(60).collect();
        Fault::new(
            "D3140",
            format!(
                "\"{shown}\" cannot be decoded by ${function}: a % in it is not followed by two hexadecimal digits of UTF-8. Write a bare % as %25."
            ),
        )
    };
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'%' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let byte = hex_byte(bytes, at).ok_or_else(fault)?;
        if byte < 0x80 {
            if is_kept(byte) {
                out.extend_from_slice(&bytes[at..at + 3]);
            } else {
                out.push(byte);
            }
            at += 3;
            continue;
        }
        // A character of several bytes is encoded in all of them; a raw byte cannot complete it.
        let len = match byte {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            _ => return Err(fault()),
        };
        let start = out.len();
        for index in 0..len {
            out.push(hex_byte(bytes, at + 3 * index).ok_or_else(fault)?);
        }
        std::str::from_utf8(&out[start..]).map_err(|_| fault())?;
        at += 3 * len;
    }
    String::from_utf8(out).map_err(|_| fault())
}

/// The byte that `%XX` at a place stands for.
fn hex_byte(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = bytes.get(at..at + 3)? else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(*high)? * 16 + digit(*low)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_encoded_and_decoded_as_javascript_does() {
        let url = "https://mozilla.org/?x=\u{448}\u{435}\u{43b}\u{43b}\u{44b} a%#";
        assert_eq!(
            encode_url(url),
            "https://mozilla.org/?x=%D1%88%D0%B5%D0%BB%D0%BB%D1%8B%20a%25#"
        );
        assert_eq!(encode_component("?x=t&a'(b)"), "%3Fx%3Dt%26a'(b)");
        assert_eq!(decode_url(&encode_url(url)).unwrap(), url);
        assert_eq!(decode_url("%3Fx%3Dtest%20%41").unwrap(), "%3Fx%3Dtest A");
        assert_eq!(decode_component("%3Fx%3Dtest").unwrap(), "?x=test");
        for bad in ["%", "%4", "%zz", "%E0%A4%A", "%80", "%C3x", "%C3%28", "%ED%A0%80", "%C0%80"] {
            assert_eq!(decode_component(bad).unwrap_err().code, "D3140", "{bad}");
        }
    }

    #[test]
    fn base64_is_as_lenient_as_node() {
        assert_eq!(base64_encode("myuser:mypass"), "bXl1c2VyOm15cGFzcw==");
        assert_eq!(base64_encode("\u{e9}\u{20ac}"), "6aw=");
        for (text, expected) in [
            ("bXl1c2VyOm15cGFzcw==", "myuser:mypass"),
            ("YQ==YQ==", "a"),
            ("Y", ""),
            ("Y Q = =", "a"),
            ("YQ\u{e9}Yg", "a\u{6} "),
            ("-_-_", "\u{fb}\u{ff}\u{bf}"),
            ("AB=C", "\0"),
            ("YWJjZ", "abc"),
        ] {
            assert_eq!(base64_decode(text), expected, "{text}");
        }
    }
}
