//! Pictures of dates and times, such as `[D01].[M01].[Y0001] [H01]:[m01]`, for `$fromMillis`,
//! `$toMillis` and `$now`. Not timestamps without a picture: see `iso`.

use std::sync::OnceLock;

use super::calendar::{Civil, FURTHEST_MS};
use super::integer::{self, IntegerPicture, Primary, parse_int};
use super::iso;
use super::words::Rank;
use crate::Fault;

mod analyse;
mod parse;

pub(super) const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A picture of dates and times, ready to write and to read them.
#[derive(Debug)]
pub struct DateTimePicture {
    source: String,
    parts: Vec<Part>,
    reader: OnceLock<Result<parse::Reader, Fault>>,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Marker(Marker),
}

/// A component between brackets.
#[derive(Debug)]
struct Marker {
    component: char,
    /// The case of a name, where the component is written as one.
    names: Option<integer::Case>,
    /// The longest that a name may be.
    max_width: Option<usize>,
    digits: Option<IntegerPicture>,
    /// The exact number of digits to read, where another number follows at once.
    read_width: Option<usize>,
    /// The year is written to this many digits only.
    year_digits: Option<u32>,
    /// UTC is written as `Z`.
    is_zulu: bool,
    /// The least digits, where they are ASCII ones without separators and endings.
    plain: Option<usize>,
}

/// A fixed distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset {
    minutes: i64,
}

impl Offset {
    /// Reads an offset such as `+0530` or `-0800`.
    ///
    /// JSONata counts the minutes of a negative offset twice, and writes `NaN` for a text that is
    /// none; here the first is right, the second a fault.
    ///
    /// # Errors
    /// `G0022` for a text that is no offset.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let number = parse_int(text);
        if !(-2400.0..=2400.0).contains(&number) {
            return Err(Fault::new(
                "G0022",
                format!("\"{text}\" is no time zone. Give the distance from UTC, as +0530."),
            ));
        }
        let number = number as i64;
        Ok(Self { minutes: number / 100 * 60 + number % 100 })
    }

    fn hours(self) -> i64 {
        self.minutes / 60
    }

    fn rest(self) -> i64 {
        self.minutes % 60
    }
}

/// Appends a time as an ISO 8601 timestamp: `2018-02-21T10:05:00.000Z`, or with its offset.
///
/// # Errors
/// `G0022` for a time outside the calendar.
pub fn format_iso(millis: f64, offset: Offset, out: &mut String) -> Result<(), Fault> {
    let civil = civil(millis, offset)?;
    iso::push(&civil, out);
    if offset.minutes != 0 {
        out.pop();
        out.push(if offset.minutes < 0 { '-' } else { '+' });
        let (hours, minutes) = (offset.hours().abs(), offset.rest().abs());
        push_padded(out, hours, 2);
        out.push(':');
        push_padded(out, minutes, 2);
    }
    Ok(())
}

fn civil(millis: f64, offset: Offset) -> Result<Civil, Fault> {
    // JavaScript cuts the fraction of a millisecond.
    let millis = (millis + (offset.minutes * 60_000) as f64).trunc();
    if millis.is_nan() || millis.abs() > FURTHEST_MS {
        return Err(Fault::new(
            "G0022",
            format!(
                "{millis} milliseconds are outside the calendar. Give the milliseconds since 1970-01-01, at most 8.64e15."
            ),
        ));
    }
    Ok(Civil::from_ms(millis as i64))
}

impl DateTimePicture {
    /// Reads a picture.
    ///
    /// # Errors
    /// `D3132` for a component that is none, `D3135` for a bracket that is not closed, `D3130` and
    /// `D3131` for digits that are none, `G0021` for more digits than are written.
    pub fn parse(picture: &str) -> Result<Self, Fault> {
        let parts = analyse::parts(picture)?;
        Ok(Self { source: picture.to_owned(), parts, reader: OnceLock::new() })
    }

    /// Appends the time, in milliseconds since 1970-01-01 UTC, as the picture says.
    ///
    /// # Errors
    /// `D3133` for a name of what has none, `D3134` for an offset in more than four digits, `G0022`
    /// for a time outside the calendar.
    pub fn format(&self, millis: f64, offset: Offset, out: &mut String) -> Result<(), Fault> {
        let civil = civil(millis, offset)?;
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Marker(marker) => marker.push(&civil, offset, out)?,
            }
        }
        Ok(())
    }

    /// Reads a time that is written as the picture says, in milliseconds since 1970-01-01 UTC.
    /// `None` is a text that does not fit, `NaN` one that names no number or month. `now` is asked
    /// only where the text leaves out a year, or all of the date.
    ///
    /// # Errors
    /// `D3136` for a picture that leaves a gap in its date or time, `D3133` for a name of what has
    /// none, and what `now` gives.
    pub fn parse_time(
        &self,
        text: &str,
        now: &dyn Fn() -> Result<i64, Fault>,
    ) -> Result<Option<f64>, Fault> {
        let reader = self.reader.get_or_init(|| parse::Reader::new(&self.parts));
        match reader {
            Ok(reader) => reader.read(&self.parts, text, now, &self.source),
            Err(fault) => Err(fault.clone()),
        }
    }
}

impl Marker {
    fn push(&self, civil: &Civil, offset: Offset, out: &mut String) -> Result<(), Fault> {
        match self.component {
            'Z' | 'z' => return self.push_offset(offset, out),
            'P' => {
                let text = if civil.hour >= 12 { "pm" } else { "am" };
                push_cased(text, self.names == Some(integer::Case::Upper), out);
                return Ok(());
            }
            'C' | 'E' => {
                out.push_str("ISO");
                return Ok(());
            }
            _ => {}
        }
        let value = component(civil, self.component);
        if let (Some(least), None) = (self.plain, self.year_digits) {
            push_padded(out, value, least);
            return Ok(());
        }
        if let Some(case) = self.names {
            return self.push_name(value, case, out);
        }
        let value = match self.year_digits {
            Some(digits) => 10_i64.checked_pow(digits).map_or(value, |limit| value % limit),
            None => value,
        };
        if let Some(least) = self.plain {
            push_padded(out, value, least);
            return Ok(());
        }
        match &self.digits {
            Some(picture) => picture.format(value as f64, out),
            None => Ok(()),
        }
    }

    fn push_name(&self, value: i64, case: integer::Case, out: &mut String) -> Result<(), Fault> {
        let name = match self.component {
            // Milliseconds are no name either, but JSONata finds that out by a crash.
            'M' | 'x' => MONTHS[(value as usize + 11) % 12],
            'F' => DAYS[(value as usize + 6) % 7],
            other => return Err(no_name(other)),
        };
        let cut = self.max_width.unwrap_or(name.len()).min(name.len());
        match case {
            integer::Case::Title => out.push_str(&name[..cut]),
            integer::Case::Upper => push_cased(&name[..cut], true, out),
            integer::Case::Lower => {
                let start = out.len();
                out.push_str(&name[..cut]);
                out[start..].make_ascii_lowercase();
            }
        }
        Ok(())
    }

    fn push_offset(&self, offset: Offset, out: &mut String) -> Result<(), Fault> {
        if offset.minutes == 0 && self.is_zulu {
            out.push('Z');
            return Ok(());
        }
        if self.component == 'z' {
            out.push_str("GMT");
        }
        if offset.minutes >= 0 {
            out.push('+');
        }
        let Some(picture) = &self.digits else { return Err(too_many_offset_digits()) };
        let joined = (offset.hours() * 100 + offset.rest()) as f64;
        let is_even = match &picture.primary {
            Primary::Decimal(decimal) => decimal.separator().is_some(),
            _ => false,
        };
        match picture.mandatory_digits() {
            _ if is_even => picture.format(joined, out),
            Some(1 | 2) => {
                if offset.hours() == 0 && offset.minutes < 0 {
                    out.push('-');
                }
                picture.format(offset.hours() as f64, out)?;
                if offset.rest() != 0 {
                    out.push(':');
                    push_padded(out, offset.rest().abs(), 2);
                }
                Ok(())
            }
            Some(3 | 4) => picture.format(joined, out),
            _ => Err(too_many_offset_digits()),
        }
    }
}

/// A component as a number.
fn component(civil: &Civil, component: char) -> i64 {
    match component {
        'Y' => civil.year,
        'M' => i64::from(civil.month),
        'D' => i64::from(civil.day),
        'd' => civil.day_of_year(),
        'F' => civil.weekday(),
        'W' => civil.week(),
        'w' => civil.week_of_month(),
        'X' => civil.week_year(),
        'x' => i64::from(civil.week_month()),
        'H' => i64::from(civil.hour),
        'h' => i64::from((civil.hour + 11) % 12 + 1),
        'm' => i64::from(civil.minute),
        's' => i64::from(civil.second),
        'f' => i64::from(civil.millisecond),
        _ => 0,
    }
}

fn push_padded(out: &mut String, value: i64, least: usize) {
    if value < 0 {
        out.push('-');
    }
    let value = value.unsigned_abs();
    if value < 100 && least == 2 {
        out.push(char::from(b'0' + (value / 10) as u8));
        out.push(char::from(b'0' + (value % 10) as u8));
        return;
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value);
    for _ in digits.len()..least {
        out.push('0');
    }
    out.push_str(digits);
}

fn push_cased(text: &str, is_upper: bool, out: &mut String) {
    let start = out.len();
    out.push_str(text);
    if is_upper {
        out[start..].make_ascii_uppercase();
    }
}

fn no_name(component: char) -> Fault {
    Fault::new(
        "D3133",
        format!(
            "[{component}] has no names in a date picture. Only months and days of the week have; write digits, as in [{component}1]."
        ),
    )
}

fn too_many_offset_digits() -> Fault {
    Fault::new(
        "D3134",
        "A time zone is written in at most four digits in a date picture. Write [Z0000] or [Z01:01].",
    )
}

fn is_plain(picture: &IntegerPicture) -> Option<usize> {
    match &picture.primary {
        Primary::Decimal(decimal) if decimal.is_plain() && picture.rank == Rank::Cardinal => {
            Some(decimal.mandatory)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
