//! Formats that texts commonly have, told by their look.
//! Names are those of JSON Schema (draft 2020-12, section 7.3) where it has one.

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
    /// `12:30` or `12:30:00`, with or without fraction and offset
    Time,
    /// A whole number as JSON writes it, so without zeros before it: `-17`
    Integer,
    /// A number with a point: `17.50`; whole ones are among them
    Decimal,
    /// A number with a comma: `1.017,50`; whole ones are among them
    DecimalComma,
    /// `true` or `false`
    Boolean,
}

impl TextFormat {
    /// The format of this text, if it has one.
    pub fn guess(text: &str) -> Option<Self> {
        const ALL: [TextFormat; 10] = [
            TextFormat::Date,
            TextFormat::DateTime,
            TextFormat::Uuid,
            TextFormat::Email,
            TextFormat::Uri,
            TextFormat::Time,
            TextFormat::Integer,
            TextFormat::Decimal,
            TextFormat::DecimalComma,
            TextFormat::Boolean,
        ];
        ALL.into_iter().find(|format| format.fits(text))
    }

    /// The format of texts of this format and one more text.
    pub(super) fn widened(self, text: &str) -> Option<Self> {
        if self.fits(text) {
            return Some(self);
        }
        let wider = [Self::Decimal, Self::DecimalComma];
        wider.into_iter().find(|wider| self == Self::Integer && wider.fits(text))
    }

    /// The name that JSON Schema has for it.
    pub fn json_schema_name(self) -> Option<&'static str> {
        match self {
            Self::Date => Some("date"),
            Self::DateTime => Some("date-time"),
            Self::Email => Some("email"),
            Self::Uuid => Some("uuid"),
            Self::Uri => Some("uri"),
            Self::Time | Self::Integer | Self::Decimal | Self::DecimalComma | Self::Boolean => None,
        }
    }

    /// Whether the text has this format.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::Date => text.len() == 10 && is_date(text.as_bytes()),
            Self::DateTime => is_date_time(text.as_bytes()),
            Self::Email => is_email(text),
            Self::Uuid => is_uuid(text.as_bytes()),
            Self::Uri => is_uri(text),
            Self::Time => text.len() >= 5 && is_time(text.as_bytes()),
            Self::Integer => is_integer(text.as_bytes()),
            Self::Decimal => is_decimal(text, '.'),
            Self::DecimalComma => is_decimal(text, ','),
            Self::Boolean => matches!(text, "true" | "false"),
        }
    }
}

/// Longer digits are ids more often than numbers.
const MAX_DIGITS: usize = 18;

fn is_integer(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let has_zeros = digits.len() > 1 && digits[0] == b'0';
    !has_zeros && is_digits(digits)
}

fn is_digits(text: &[u8]) -> bool {
    (1..=MAX_DIGITS).contains(&text.len()) && text.iter().all(u8::is_ascii_digit)
}

fn is_decimal(text: &str, point: char) -> bool {
    let Some((whole, fraction)) = text.split_once(point) else {
        return is_integer(text.as_bytes());
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let mut groups = whole.split(if point == ',' { '.' } else { ',' });
    let first = groups.next().unwrap_or_default().as_bytes();
    let is_first = is_integer(first) && !first.starts_with(b"-");
    is_first
        && groups.all(|group| group.len() == 3 && is_digits(group.as_bytes()))
        && is_digits(fraction.as_bytes())
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
    is_time(&text[11..])
}

fn is_time(time: &[u8]) -> bool {
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
