//! Cuts a picture of dates into texts and markers. Rules: XPath Functions 3.1, 9.8.4, as JSONata
//! has them.

use super::{Marker, Part, is_plain};
use crate::Fault;
use crate::picture::integer::{Case, IntegerPicture, Primary, check_digits};
use crate::picture::words::Rank;

/// The components written as numbers, unless they are asked for as names.
const NUMBERS: &str = "YMDdFWwXxHhmsf";

pub(super) fn parts(picture: &str) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let mut rest = picture;
    while let Some(open) = rest.find('[') {
        literal(&rest[..open], &mut parts);
        rest = &rest[open + 1..];
        if let Some(behind) = rest.strip_prefix('[') {
            parts.push(Part::Literal("[".to_owned()));
            rest = behind;
            continue;
        }
        let Some(close) = rest.find(']') else {
            return Err(Fault::new(
                "D3135",
                format!(
                    "The date picture \"{picture}\" has a [ without its ]. Close it, or write [[ for the character."
                ),
            ));
        };
        let text: String = rest[..close].chars().filter(|char| !char.is_whitespace()).collect();
        let marker = marker(&text)?;
        // Where a number follows a number at once, only a fixed width tells where the first ends.
        if NUMBERS.contains(marker.component) && marker.names.is_none() {
            if let Some(Part::Marker(before)) = parts.last_mut() {
                let before: &mut Marker = before;
                before.read_width =
                    before.digits.as_ref().and_then(IntegerPicture::mandatory_digits);
            }
        }
        parts.push(Part::Marker(marker));
        rest = &rest[close + 1..];
    }
    literal(rest, &mut parts);
    Ok(parts)
}

fn literal(text: &str, parts: &mut Vec<Part>) {
    if !text.is_empty() {
        parts.push(Part::Literal(text.replace("]]", "]")));
    }
}

fn marker(text: &str) -> Result<Marker, Fault> {
    let component = text.chars().next();
    let behind = component.map_or("", |char| &text[char.len_utf8()..]);
    let (presentation, width) = match text.rsplit_once(',') {
        Some((_, width)) => {
            (&behind[..behind.len().saturating_sub(width.len() + 1)], widths(width))
        }
        None => (behind, (None, None)),
    };
    let default = component.and_then(default_presentation);
    let last = presentation.chars().nth(1).and(presentation.chars().next_back());
    let modifier = last.filter(|char| "atco".contains(*char));
    let first = match (modifier, default) {
        (_, None) => return Err(unknown(component)),
        (Some(modifier), _) => &presentation[..presentation.len() - modifier.len_utf8()],
        (None, Some(default)) if presentation.is_empty() => default,
        _ => presentation,
    };
    let component = component.ok_or_else(|| unknown(None))?;
    let names = match first.as_bytes() {
        [b'n', ..] => Some(Case::Lower),
        [b'N', b'n', ..] => Some(Case::Title),
        [b'N', ..] => Some(Case::Upper),
        _ => None,
    };
    let mut marker = Marker {
        component,
        names,
        max_width: width.1,
        digits: None,
        read_width: None,
        year_digits: None,
        // A default presentation has its modifier behind it only in JSONata's own picture.
        is_zulu: modifier == Some('t'),
        plain: None,
    };
    if NUMBERS.contains(component) && names.is_none() {
        let mut digits = IntegerPicture::parse(first)?;
        if modifier == Some('o') {
            digits.rank = Rank::Ordinal;
        }
        number(&mut marker, digits, width)?;
    } else if matches!(component, 'Z' | 'z') {
        marker.digits = Some(IntegerPicture::parse(first)?);
    }
    Ok(marker)
}

fn number(
    marker: &mut Marker,
    mut digits: IntegerPicture,
    (least, most): (Option<usize>, Option<usize>),
) -> Result<(), Fault> {
    if let Primary::Decimal(decimal) = &mut digits.primary {
        decimal.mandatory = check_digits(decimal.mandatory.max(least.unwrap_or(0)))?;
        if let Some(most) = most.filter(|_| marker.component == 'Y') {
            decimal.mandatory = check_digits(most)?;
        }
    }
    if marker.component == 'Y' {
        let places = match &digits.primary {
            Primary::Decimal(decimal) => decimal.mandatory + decimal.optional,
            _ => 0,
        };
        // Letters and words of a year have no digits to count, but may be told how many.
        marker.year_digits = match most {
            Some(most) => Some(most as u32),
            None => (places >= 2).then_some(places as u32),
        };
    }
    marker.plain = is_plain(&digits);
    marker.digits = Some(digits);
    Ok(())
}

/// The least and the most characters; `*` and what is no number are no limit.
fn widths(text: &str) -> (Option<usize>, Option<usize>) {
    let read = |text: &str| {
        let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse().ok()
    };
    match text.split_once('-') {
        Some((least, most)) => (read(least), read(most)),
        None => (read(text), None),
    }
}

fn default_presentation(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'Z' | 'z' => "01:01",
        _ => return None,
    })
}

fn unknown(component: Option<char>) -> Fault {
    let shown = component.map(String::from).unwrap_or_default();
    Fault::new(
        "D3132",
        format!(
            "[{shown}] is no part of a date. The parts are Y M D d F W w X x H h P m s f Z z C E."
        ),
    )
}
