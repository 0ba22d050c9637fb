//! Places and dates of cells: `B7`, `B2:F100`, serial days as ISO texts and back.

use std::fmt::Write as _;

use super::XlsxError;

/// Rows of a sheet.
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// Columns of a sheet.
pub(super) const MAX_COLUMNS: u32 = 16_384;

/// The name of a cell, both places from 0.
pub(super) fn name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    format!("{}{}", String::from_utf8_lossy(&letters), u64::from(row) + 1)
}

/// A block of cells, places from 0, both ends within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) rows: (u32, u32),
    pub(super) columns: (u32, u32),
}

impl Range {
    /// All cells.
    pub(super) const ALL: Self = Self { rows: (0, u32::MAX), columns: (0, u32::MAX) };

    /// Reads `B2:F100`, `B:F`, `2:100` or `B2`, which is all from there on.
    pub(super) fn parse(text: &str) -> Result<Self, XlsxError> {
        let wrong = || XlsxError::Range { range: text.to_owned() };
        let (from, to) = match text.split_once(':') {
            Some((from, to)) => (corner(from), corner(to)),
            None => (corner(text), Some((None, None))),
        };
        let (from, to) = (from.ok_or_else(wrong)?, to.ok_or_else(wrong)?);
        let is_empty = |corner| corner == (None, None);
        if is_empty(from) || (text.contains(':') && is_empty(to)) {
            return Err(wrong());
        }
        let range = Self {
            rows: (from.1.unwrap_or(0), to.1.unwrap_or(u32::MAX)),
            columns: (from.0.unwrap_or(0), to.0.unwrap_or(u32::MAX)),
        };
        if range.rows.0 > range.rows.1 || range.columns.0 > range.columns.1 {
            return Err(wrong());
        }
        Ok(range)
    }

    pub(super) fn contains(self, row: u32, column: u32) -> bool {
        (self.rows.0..=self.rows.1).contains(&row)
            && (self.columns.0..=self.columns.1).contains(&column)
    }
}

/// Column and row of one corner, each may be missing.
fn corner(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let text = text.trim().replace('$', "").to_ascii_uppercase();
    let split = text.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(text.len());
    let (letters, digits) = text.split_at(split);
    let column = match letters.len() {
        0 => None,
        1..=3 => {
            let number = letters.bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1);
            Some(number - 1).filter(|column| *column < MAX_COLUMNS).map(Some)?
        }
        _ => return None,
    };
    let row = match digits {
        "" => None,
        _ => Some(digits.parse::<u32>().ok().filter(|row| (1..=MAX_ROWS).contains(row))? - 1),
    };
    Some((column, row))
}

/// What a number format shows of a serial day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateKind {
    Date,
    Time,
    DateTime,
}

impl DateKind {
    /// Reads a format code like `yyyy-mm-dd hh:mm`; `m` is a month or a minute by what else is there.
    pub(super) fn of_format(code: &str) -> Self {
        let mut has_day = false;
        let mut has_time = false;
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c.to_ascii_lowercase() {
                '"' => {
                    chars.by_ref().find(|c| *c == '"');
                }
                '[' => {
                    chars.by_ref().find(|c| *c == ']');
                }
                '\\' | '_' | '*' => {
                    chars.next();
                }
                ';' => break,
                'y' | 'd' => has_day = true,
                'h' | 's' => has_time = true,
                _ => {}
            }
        }
        match (has_day, has_time) {
            (true, true) => Self::DateTime,
            (false, true) => Self::Time,
            _ => Self::Date,
        }
    }
}

/// A day and its time as Excel knows them: no zone, thousandths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
    pub(super) milli: u16,
}

impl Moment {
    /// The ISO text; a date whose time is not midnight shows it all the same.
    pub(super) fn text(self, kind: DateKind) -> String {
        let mut text = String::with_capacity(23);
        let is_midnight = (self.hour, self.minute, self.second, self.milli) == (0, 0, 0, 0);
        let shows_day = kind != DateKind::Time;
        if shows_day {
            let _ = write!(text, "{:04}-{:02}-{:02}", self.year, self.month, self.day);
        }
        if kind == DateKind::Date && is_midnight {
            return text;
        }
        if shows_day {
            text.push('T');
        }
        let _ = write!(text, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second);
        if self.milli > 0 {
            let _ = write!(text, ".{:03}", self.milli);
        }
        text
    }

    /// The moment of a text that is written just as [`text`](Self::text) writes it.
    pub(super) fn parse(text: &str) -> Option<(Self, DateKind)> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 10 | 19 | 23) || !bytes.is_ascii() {
            return None;
        }
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
        let small = |from, to| number(from, to).and_then(|n| u8::try_from(n).ok());
        let mut moment = Self {
            year: number(0, 4)?,
            month: small(5, 7)?,
            day: small(8, 10)?,
            hour: 0,
            minute: 0,
            second: 0,
            milli: 0,
        };
        let mut kind = DateKind::Date;
        if bytes.len() > 10 {
            kind = DateKind::DateTime;
            moment.hour = small(11, 13)?;
            moment.minute = small(14, 16)?;
            moment.second = small(17, 19)?;
        }
        if bytes.len() > 19 {
            moment.milli = number(20, 23)?;
        }
        (moment.is_valid() && moment.text(kind) == text).then_some((moment, kind))
    }

    /// Whether Excel has this moment: its 1900 has a 29th of February, so days before March differ.
    fn is_valid(self) -> bool {
        let is_leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let n_days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => return false,
        };
        (1..=n_days).contains(&self.day)
            && (self.year, self.month) >= (1900, 3)
            && self.year <= 9999
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }

    /// Days since 1899-12-30, the time as their fraction.
    pub(super) fn serial(self) -> f64 {
        // Days from civil: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let unix_days = era * 146_097 + day_of_era - 719_468;
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60;
        let millis = (seconds + i64::from(self.second)) * 1000 + i64::from(self.milli);
        (unix_days + 25_569) as f64 + millis as f64 / 86_400_000.0
    }
}

/// A span of days as an ISO 8601 duration of hours, minutes and seconds.
pub(super) fn duration_text(days: f64) -> String {
    let millis = (days.abs() * 86_400_000.0).round() as u64;
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let (seconds, fraction) = (millis / 1000 % 60, millis % 1000);
    let mut text = String::from(if days < 0.0 && millis > 0 { "-PT" } else { "PT" });
    if hours > 0 {
        let _ = write!(text, "{hours}H");
    }
    if minutes > 0 {
        let _ = write!(text, "{minutes}M");
    }
    if fraction > 0 {
        let _ = write!(text, "{seconds}.{fraction:03}S");
    } else if seconds > 0 || millis < 1000 {
        let _ = write!(text, "{seconds}S");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_excel_names_them() {
        for (row, column, expect) in
            [(0, 0, "A1"), (6, 25, "Z7"), (0, 26, "AA1"), (9, 702, "AAA10")]
        {
            assert_eq!(name(row, column), expect);
        }
        assert_eq!(name(MAX_ROWS - 1, MAX_COLUMNS - 1), "XFD1048576");
    }

    #[test]
    fn a_range_has_one_or_two_corners() {
        let range = |rows, columns| Some(Range { rows, columns });
        let end = u32::MAX;
        for (text, expect) in [
            ("B2:F100", range((1, 99), (1, 5))),
            ("$b$2:$f$100", range((1, 99), (1, 5))),
            ("B:F", range((0, end), (1, 5))),
            ("2:100", range((1, 99), (0, end))),
            ("C3", range((2, end), (2, end))),
            ("", None),
            (":", None),
            ("F2:B1", None),
            ("XFE1", None),
            ("A0", None),
            ("A1:B2:C3", None),
        ] {
            assert_eq!(Range::parse(text).ok(), expect, "{text}");
        }
    }

    #[test]
    fn dates_are_days_since_the_end_of_1899() {
        for (text, serial) in [
            ("1900-03-01", 61.0),
            ("1970-01-01", 25_569.0),
            ("2025-10-13", 45_943.0),
            ("2024-02-29T12:00:00", 45_351.5),
            ("9999-12-31", 2_958_465.0),
        ] {
            let (moment, kind) = Moment::parse(text).expect(text);
            assert_eq!((moment.serial(), moment.text(kind).as_str()), (serial, text));
        }
        for text in
            ["1900-02-28", "2023-02-29", "2024-1-02", "2024-01-02T24:00:00", "2024-01-02 10:00:00"]
        {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_format_says_what_of_a_date_is_shown() {
        for (code, expect) in [
            ("yyyy-mm-dd", DateKind::Date),
            ("mmm", DateKind::Date),
            ("h:mm AM/PM", DateKind::Time),
            ("dd.mm.yyyy hh:mm", DateKind::DateTime),
            ("\"days\" hh:mm", DateKind::Time),
            ("[$-407]d. mmmm yyyy", DateKind::Date),
        ] {
            assert_eq!(DateKind::of_format(code), expect, "{code}");
        }
    }

    #[test]
    fn a_duration_is_an_iso_text() {
        for (days, expect) in [(0.0, "PT0S"), (1.0, "PT24H"), (26.5 / 24.0, "PT26H30M")] {
            assert_eq!(duration_text(days), expect);
        }
        assert_eq!(duration_text(-0.5), "-PT12H");
        assert_eq!(duration_text(1.5 / 86_400.0), "PT1.500S");
    }
}
