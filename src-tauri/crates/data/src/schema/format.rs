//! Formats that texts commonly have, told by their look.
//! Names are those of JSON Schema (draft 2020-12, section 7.3).

use serde::{Deserialize, Serialize};

/// A format that texts commonly have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextFormat {
    /// `2026-03-01`
    Date,
    /// `2026-03-01T12:30:00Z`, with or without fraction and offset
    DateTime,
    /// `a@example.com`
    Email,
    /// `8-4-4-4-12` hex digits
    Uuid,
    /// A scheme, a colon, and more
    Uri,
}

impl TextFormat {
    /// The format of this text, if it has one.
    pub fn guess(text: &str) -> Option<Self> {
        [Self::Date, Self::DateTime, Self::Uuid, Self::Email, Self::Uri]
            .into_iter()
            .find(|format| format.fits(text))
    }

    /// Whether the text has this format.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::Date => text.len() == 10 && is_date(text.as_bytes()),
            Self::DateTime => is_date_time(text.as_bytes()),
            Self::Email => is_email(text),
            Self::Uuid => is_uuid(text.as_bytes()),
            Self::Uri => is_uri(text),
        }
    }
}

/// Reads digits and the characters between them: `9` is a digit, the rest stands for itself.
fn matches_pattern(text: &[u8], pattern: &[u8]) -> bool {
    text.len() >= pattern.len()
        && text
            .iter()
            .zip(pattern)
            .all(|(b, p)| if *p == b'9' { b.is_ascii_digit() } else { b == p })
}

fn two_digits(text: &[u8]) -> u8 {
    (text[0] - b'0') * 10 + (text[1] - b'0')
}

fn is_date(text: &[u8]) -> bool {
    matches_pattern(text, b"9999-99-99")
        && (1..=12).contains(&two_digits(&text[5..]))
        && (1..=31).contains(&two_digits(&text[8..]))
}

fn is_date_time(text: &[u8]) -> bool {
    if text.len() < 16 || !is_date(text) || !matches!(text[10], b'T' | b't' | b' ') {
        return false;
    }
    let time = &text[11..];
    if !matches_pattern(time, b"99:99") || two_digits(time) > 23 || two_digits(&time[3..]) > 59 {
        return false;
    }
    let mut rest = &time[5..];
    if matches_pattern(rest, b":99") {
        rest = &rest[3..];
        if rest.first() == Some(&b'.') {
            let n_digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            if n_digits == 0 {
                return false;
            }
            rest = &rest[1 + n_digits..];
        }
    }
    match rest {
        [] | [b'Z' | b'z'] => true,
        [b'+' | b'-', offset @ ..] => {
            (offset.len() == 5 && matches_pattern(offset, b"99:99"))
                || (offset.len() == 4 && matches_pattern(offset, b"9999"))
        }
        _ => false,
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"@<>(),;:\"".contains(c))
    };
    text.len() <= 254
        && is_plain(local)
        && is_plain(domain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    // A single letter is a drive, and a word with a colon is rarely a URI without slashes.
    scheme.len() >= 2
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && (rest.starts_with("//") || matches!(scheme, "mailto" | "urn" | "tel" | "data"))
        && rest.len() > 2
        && !text.contains(char::is_whitespace)
}
