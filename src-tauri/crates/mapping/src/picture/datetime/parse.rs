//! Reads times by a picture: the text is cut by the parts, then the parts are put together to a
//! point in time. What is left out is filled from the present on the left, with zero on the right.

use std::fmt::Write;

use regex::Regex;

use super::{DAYS, MONTHS, Marker, Part, component, no_name};
use crate::Fault;
use crate::picture::calendar::{Civil, DAY_MS, FURTHEST_MS, days};
use crate::picture::integer::{Case, Primary, parse_int};
use crate::picture::words::{self, Rank};

/// How a text is cut into the picture's parts.
#[derive(Debug)]
pub(super) enum Reader {
    /// Every number ends at a fixed width or at a text that begins with no digit, so that nothing
    /// has to be tried twice.
    Steps,
    /// One group for each part.
    Regex(Box<Regex>),
}

/// The values that were read, by component.
#[derive(Default)]
struct Values {
    values: [Option<f64>; LETTERS.len()],
    is_any: bool,
}

/// Every component that a text can give.
const LETTERS: &str = "YMDdFWwXxHhPmsfZzCE";

impl Values {
    fn set(&mut self, letter: char, value: Option<f64>) {
        if let Some(at) = LETTERS.find(letter) {
            self.values[at] = value;
            self.is_any = true;
        }
    }

    fn get(&self, letter: char) -> Option<f64> {
        LETTERS.find(letter).and_then(|at| self.values[at])
    }

    fn number(&self, letter: char) -> f64 {
        self.get(letter).unwrap_or(0.0)
    }

    /// Whether only some of `allowed`, and at least one of them, were given among `all`. A zero
    /// counts as not given, as in JSONata.
    fn are_of(&self, allowed: &str, all: &str) -> bool {
        let is_given =
            |letter: char| self.get(letter).is_some_and(|value| value != 0.0 && !value.is_nan());
        let mut given = all.chars().filter(|letter| is_given(*letter)).peekable();
        given.peek().is_some() && given.all(|letter| allowed.contains(letter))
    }
}

impl Reader {
    pub(super) fn new(parts: &[Part]) -> Result<Self, Fault> {
        let mut is_simple = true;
        let mut pattern = String::from("^");
        for (index, part) in parts.iter().enumerate() {
            pattern.push('(');
            match part {
                Part::Literal(text) => {
                    is_simple &= text.is_ascii();
                    pattern.push_str("(?i:");
                    pattern.push_str(&regex::escape(text));
                    pattern.push(')');
                }
                Part::Marker(marker) => {
                    is_simple &= marker.is_cut_simply(parts.get(index + 1));
                    marker.push_pattern(&mut pattern)?;
                }
            }
            pattern.push(')');
        }
        pattern.push('$');
        if is_simple {
            return Ok(Self::Steps);
        }
        match Regex::new(&pattern) {
            Ok(regex) => Ok(Self::Regex(Box::new(regex))),
            Err(_) => Err(Fault::new(
                "G0021",
                "A date picture has more parts than can be read. Leave some out.",
            )),
        }
    }

    pub(super) fn read(
        &self,
        parts: &[Part],
        text: &str,
        now: &dyn Fn() -> Result<i64, Fault>,
        picture: &str,
    ) -> Result<Option<f64>, Fault> {
        let mut values = Values::default();
        let is_fit = match self {
            Self::Steps => steps(parts, text, &mut values)?,
            Self::Regex(regex) => groups(regex, parts, text, &mut values)?,
        };
        if !is_fit || !values.is_any {
            return Ok(None);
        }
        let gap = || {
            Fault::new(
                "D3136",
                format!(
                    "The date picture \"{picture}\" leaves a gap between the parts it reads. Add what is missing between the largest and the smallest, such as the day between month and hour."
                ),
            )
        };
        moment(values, now, &gap).map(Some)
    }
}

/// Cuts the text from left to right.
fn steps(parts: &[Part], text: &str, values: &mut Values) -> Result<bool, Fault> {
    let mut rest = text;
    for part in parts {
        match part {
            Part::Literal(literal) => {
                let is_next = rest
                    .get(..literal.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(literal));
                if !is_next {
                    return Ok(false);
                }
                rest = &rest[literal.len()..];
            }
            Part::Marker(marker) => {
                let Some(len) = marker.cut(rest) else { return Ok(false) };
                values.set(marker.component, marker.value(&rest[..len])?);
                rest = &rest[len..];
            }
        }
    }
    Ok(rest.is_empty())
}

fn groups(regex: &Regex, parts: &[Part], text: &str, values: &mut Values) -> Result<bool, Fault> {
    let Some(groups) = regex.captures(text) else { return Ok(false) };
    for (index, part) in parts.iter().enumerate() {
        if let Part::Marker(marker) = part {
            let found = groups.get(index + 1).map_or("", |group| group.as_str());
            values.set(marker.component, marker.value(found)?);
        }
    }
    Ok(true)
}

impl Marker {
    fn zone_separator(&self) -> Option<char> {
        match self.digits.as_ref().map(|digits| &digits.primary) {
            Some(Primary::Decimal(decimal)) => decimal.separator(),
            _ => None,
        }
    }

    /// Whether the marker's text ends where its digits end, and nothing else does.
    fn is_cut_simply(&self, next: Option<&Part>) -> bool {
        let ends = match next {
            None => true,
            Some(Part::Literal(text)) => !text.starts_with(|char: char| char.is_ascii_digit()),
            Some(Part::Marker(_)) => false,
        };
        match self.component {
            'Z' | 'z' => ends && self.zone_separator().is_none_or(|char| !char.is_ascii_digit()),
            'f' => ends,
            _ => self.plain.is_some() && (ends || self.read_width.is_some()),
        }
    }

    /// The length of the marker's text, where it is cut simply.
    fn cut(&self, text: &str) -> Option<usize> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        if matches!(self.component, 'Z' | 'z') {
            let gmt = if self.component == 'z' { 3 } else { 0 };
            let is_gmt =
                text.get(..gmt).is_some_and(|found| gmt == 0 || found.eq_ignore_ascii_case("GMT"));
            let rest = text.get(gmt..).filter(|rest| is_gmt && rest.starts_with(['+', '-']))?;
            let hours = digits(&rest[1..]);
            let mut len = gmt + 1 + hours;
            if let Some(separator) = self.zone_separator() {
                let rest = text[len..].strip_prefix(separator)?;
                let minutes = digits(rest);
                if minutes == 0 {
                    return None;
                }
                len += separator.len_utf8() + minutes;
            }
            return (hours > 0).then_some(len);
        }
        let count = digits(text);
        match self.read_width {
            Some(width) if self.component != 'f' => (count >= width).then_some(width),
            _ => (count > 0).then_some(count),
        }
    }

    fn push_pattern(&self, pattern: &mut String) -> Result<(), Fault> {
        match self.component {
            'Z' | 'z' => {
                if self.component == 'z' {
                    pattern.push_str("(?i:GMT)");
                }
                pattern.push_str("[-+][0-9]+");
                if let Some(separator) = self.zone_separator() {
                    pattern.push_str(&regex::escape(&separator.to_string()));
                    pattern.push_str("[0-9]+");
                }
                return Ok(());
            }
            'f' => {
                pattern.push_str("[0-9]+");
                return Ok(());
            }
            _ => {}
        }
        let Some(digits) = &self.digits else {
            if !matches!(self.component, 'M' | 'x' | 'F' | 'P') {
                return Err(no_name(self.component));
            }
            pattern.push_str("[a-zA-Z]+");
            return Ok(());
        };
        match &digits.primary {
            Primary::Letters => pattern.push_str("[a-zA-Z]+"),
            Primary::Roman => pattern.push_str("[mdclxviMDCLXVI]+"),
            Primary::Words => {
                let words: Vec<String> = words::vocabulary().collect();
                pattern.push_str("(?i-u:");
                pattern.push_str(&words.join("|"));
                pattern.push_str("|and|[-, ])+");
            }
            Primary::Decimal(_) => {
                pattern.push_str("[0-9]");
                match self.read_width {
                    Some(width) => {
                        let _ = write!(pattern, "{{{width}}}");
                    }
                    None => pattern.push('+'),
                }
                if digits.rank == Rank::Ordinal {
                    pattern.push_str("(?i-u:th|st|nd|rd)");
                }
            }
            Primary::Sequence(_) => return digits.parse_number("").map(|_| ()),
        }
        Ok(())
    }

    /// What a text means; `None` is a name that is none.
    fn value(&self, text: &str) -> Result<Option<f64>, Fault> {
        match self.component {
            'Z' => return Ok(Some(self.zone_minutes(text))),
            'z' => return Ok(Some(self.zone_minutes(&text[3..]))),
            'f' => {
                let mut thousandths = 0;
                for index in 0..3 {
                    let digit = text.as_bytes().get(index).map_or(0, |byte| byte - b'0');
                    thousandths = thousandths * 10 + u32::from(digit);
                }
                return Ok(Some(f64::from(thousandths)));
            }
            _ => {}
        }
        if self.plain.is_some() {
            return Ok(Some(parse_int(text)));
        }
        if let Some(digits) = &self.digits {
            // Letters are read without their case, as the picture's pattern has none.
            let text = match digits.case {
                _ if matches!(digits.primary, Primary::Decimal(_)) => text.to_owned(),
                Case::Upper => text.to_ascii_uppercase(),
                Case::Lower | Case::Title => text.to_ascii_lowercase(),
            };
            return digits.parse_number(&text).map(Some);
        }
        let place = |names: &[&str]| {
            let cut = |name: &&str| {
                let len = self.max_width.filter(|width| *width > 0).unwrap_or(name.len());
                name[..len.min(name.len())].eq_ignore_ascii_case(text)
            };
            names.iter().position(cut).map(|at| (at + 1) as f64)
        };
        Ok(match self.component {
            'M' | 'x' => place(&MONTHS),
            'F' => place(&DAYS),
            'P' if text.eq_ignore_ascii_case("am") => Some(0.0),
            'P' if text.eq_ignore_ascii_case("pm") => Some(1.0),
            _ => None,
        })
    }

    fn zone_minutes(&self, text: &str) -> f64 {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1.0, digits),
            None => (1.0, text.trim_start_matches('+')),
        };
        let cut = self.zone_separator().and_then(|separator| digits.split_once(separator));
        let (hours, minutes) = match cut {
            Some(cut) => cut,
            None if digits.len() <= 2 => (digits, "0"),
            None => digits.split_at(2),
        };
        sign * (parse_int(hours) * 60.0 + parse_int(minutes))
    }
}

/// Puts the parts together to milliseconds since 1970-01-01 UTC.
fn moment(
    mut values: Values,
    now: &dyn Fn() -> Result<i64, Fault>,
    gap: &dyn Fn() -> Fault,
) -> Result<f64, Fault> {
    const DATE: &str = "YXMxWwdD";
    let is_month_day = values.are_of("YMD", DATE);
    let is_day_of_year = !is_month_day && values.are_of("Yd", DATE);
    let is_week = values.are_of("Xxw", DATE) || values.are_of("XW", DATE);
    let is_half_day = !values.are_of("Hmsf", "PHhmsf") && values.are_of("Phmsf", "PHhmsf");
    if is_week {
        return Err(gap());
    }
    let date = if is_day_of_year { "Yd" } else { "YMD" };
    let time = if is_half_day { "Phmsf" } else { "Hmsf" };
    let (mut is_begun, mut is_ended) = (false, false);
    for letter in date.chars().chain(time.chars()) {
        if values.get(letter).is_some() {
            if is_ended {
                return Err(gap());
            }
            is_begun = true;
        } else if is_begun {
            is_ended = true;
            values.set(letter, Some(if "MDd".contains(letter) { 1.0 } else { 0.0 }));
        } else {
            let present = Civil::from_ms(now()?);
            values.set(letter, Some(component(&present, letter) as f64));
        }
    }
    let hour = if is_half_day {
        let hour = values.number('h');
        let noon = if values.number('P') > 0.0 { 12.0 } else { 0.0 };
        noon + if (12.0..13.0).contains(&hour) { 0.0 } else { hour }
    } else {
        values.number('H')
    };
    let (month, day) = if is_day_of_year {
        (1.0, values.number('d'))
    } else {
        (values.number('M'), values.number('D'))
    };
    let date_ms = date_ms(values.number('Y'), month.max(1.0), day);
    let minutes = hour * 60.0 + values.number('m');
    let time_ms = (minutes * 60.0 + values.number('s')) * 1000.0 + values.number('f');
    let zone = ['Z', 'z'].iter().map(|letter| values.number(*letter)).find(|zone| *zone != 0.0);
    let moment = date_ms + time_ms - zone.unwrap_or(0.0) * 60_000.0;
    Ok(if moment.abs() <= FURTHEST_MS { moment } else { f64::NAN })
}

/// The beginning of a day. As in JavaScript the years 0 to 99 are those of the 20th century, and
/// months and days may be past the end of their year and month.
fn date_ms(year: f64, month: f64, day: f64) -> f64 {
    const FURTHEST: f64 = 1e8;
    if ![year, month, day].iter().all(|number| number.abs() < FURTHEST) {
        return f64::NAN;
    }
    let year = if (0.0..=99.0).contains(&year) { year + 1900.0 } else { year };
    let months = month as i64 - 1;
    let first = days(year as i64 + months.div_euclid(12), months.rem_euclid(12) as u32 + 1, 1);
    (first + day as i64 - 1) as f64 * DAY_MS as f64
}
