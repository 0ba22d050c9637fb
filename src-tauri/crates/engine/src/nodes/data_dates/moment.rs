//! Dates and times as values have them: read in any form, moved, written again. Reads no clock.

use std::collections::BTreeSet;

use data::Value;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

use super::{Unit, Written};

/// Numbers from here on are milliseconds since 1970, smaller ones seconds: in seconds this is the
/// year 5138, in milliseconds 1973.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// The most steps that a date is moved by; business days are counted one by one.
const MOST_STEPS: i64 = 100_000;

/// A day, or a moment in a zone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moment {
    Day(Date),
    At(Zoned),
}

/// The days on which nobody works.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    pub(super) holidays: BTreeSet<Date>,
    pub(super) weekend: Vec<Weekday>,
}

impl Moment {
    /// Reads a value: by a format where one is given, else by what it looks like. A time without a
    /// zone of its own is one of `zone`.
    ///
    /// # Errors
    /// Why it is none, as the end of a sentence that begins with the value.
    pub(super) fn read(
        value: &Value,
        format: Option<&str>,
        zone: &TimeZone,
    ) -> Result<Self, String> {
        if value.as_number().is_some() {
            return of_number(value, zone);
        }
        let Some(text) = value.as_str().map(str::trim) else {
            return Err(format!("is a {}, and no date", value.kind()));
        };
        match format {
            Some(format) => of_format(text, format, zone),
            None => of_look(text, zone).ok_or_else(|| {
                "is no date that is known without its format; say how it is written".to_owned()
            }),
        }
    }

    /// Moves it by so many units.
    ///
    /// # Errors
    /// Why it cannot be moved so far, as the end of a sentence.
    pub(super) fn moved(self, by: i64, unit: Unit, calendar: &Calendar) -> Result<Self, String> {
        if by.unsigned_abs() > MOST_STEPS as u64 {
            return Err(format!("cannot be moved by {by}: {MOST_STEPS} is the most"));
        }
        let span = match unit {
            Unit::Minutes => by.minutes(),
            Unit::Hours => by.hours(),
            Unit::Days => by.days(),
            Unit::Weeks => by.weeks(),
            Unit::Months => by.months(),
            Unit::Years => by.years(),
            Unit::BusinessDays => {
                let n_days = calendar.days_of(self.date(), by)?;
                n_days.days()
            }
        };
        self.plus(span).map_err(|_| format!("cannot be moved by {by}: the year is out of range"))
    }

    fn plus(self, span: Span) -> Result<Self, jiff::Error> {
        Ok(match self {
            Self::At(at) => Self::At(at.checked_add(span)?),
            Self::Day(date) => Self::Day(date.checked_add(span)?),
        })
    }

    pub(super) fn date(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::At(at) => at.date(),
        }
    }

    /// The same moment on the clocks of another zone; a day stays the day it is.
    pub(super) fn in_zone(self, zone: &TimeZone) -> Self {
        match self {
            Self::At(at) => Self::At(at.with_time_zone(zone.clone())),
            day @ Self::Day(_) => day,
        }
    }

    /// The value that it is written as. A day is taken as its first moment in `zone` where a time
    /// is asked for.
    ///
    /// # Errors
    /// Why it cannot be written so.
    pub(super) fn write(&self, as_: &Written, zone: &TimeZone) -> Result<Value, String> {
        let at = || match self {
            Self::At(at) => Ok(at.clone()),
            Self::Day(date) => date.to_zoned(zone.clone()).map_err(|error| error.to_string()),
        };
        let with_offset = |at: &Zoned| at.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
        Ok(match (as_, self) {
            (Written::Iso, Self::Day(date)) => Value::from(date.to_string()),
            (Written::Iso, Self::At(at)) => Value::from(with_offset(at)),
            (Written::Date, _) => Value::from(self.date().to_string()),
            (Written::Datetime, _) => Value::from(with_offset(&at()?)),
            (Written::Utc, _) => Value::from(at()?.timestamp().to_string()),
            (Written::EpochS, _) => Value::from(at()?.timestamp().as_second()),
            (Written::EpochMs, _) => Value::from(at()?.timestamp().as_millisecond()),
            (Written::Custom { format }, _) => {
                let written = strtime::format(format, &at()?);
                Value::from(written.map_err(|error| format!("cannot be written so: {error}"))?)
            }
        })
    }
}

fn of_number(value: &Value, zone: &TimeZone) -> Result<Moment, String> {
    let number = value.as_i64().or_else(|| value.as_f64().map(|number| number as i64));
    let number = number.unwrap_or_default();
    let at = if number.abs() < FIRST_MILLISECONDS {
        Timestamp::from_second(number)
    } else {
        Timestamp::from_millisecond(number)
    };
    let at = at.map_err(|_| "is no time since 1970 in seconds or milliseconds".to_owned())?;
    Ok(Moment::At(at.to_zoned(zone.clone())))
}

fn of_format(text: &str, format: &str, zone: &TimeZone) -> Result<Moment, String> {
    let unlike = |error: jiff::Error| format!("is not written as {format}: {error}");
    let parts = strtime::parse(format, text).map_err(unlike)?;
    if parts.offset().is_some() {
        let at = parts.to_timestamp().map_err(unlike)?;
        return Ok(Moment::At(at.to_zoned(zone.clone())));
    }
    if parts.hour().is_some() {
        let at = parts.to_datetime().map_err(unlike)?;
        return in_zone(at, zone);
    }
    Ok(Moment::Day(parts.to_date().map_err(unlike)?))
}

fn in_zone(at: DateTime, zone: &TimeZone) -> Result<Moment, String> {
    let at = at.to_zoned(zone.clone()).map_err(|error| error.to_string())?;
    Ok(Moment::At(at))
}

/// ISO 8601, dates without their dashes, and what mails have.
fn of_look(text: &str, zone: &TimeZone) -> Option<Moment> {
    if text.len() == 10 && text.as_bytes()[4] == b'-' {
        return text.parse().ok().map(Moment::Day);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let format = match text.len() {
            8 => "%Y%m%d",
            12 => "%Y%m%d%H%M",
            14 => "%Y%m%d%H%M%S",
            _ => return None,
        };
        return of_format(text, format, zone).ok();
    }
    let begins_with_year = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if begins_with_year && let Ok(at) = text.parse::<Timestamp>() {
        return Some(Moment::At(at.to_zoned(zone.clone())));
    }
    if text.len() > 10
        && begins_with_year
        && let Ok(at) = text.parse::<DateTime>()
    {
        return in_zone(at, zone).ok();
    }
    let mail = rfc2822::parse(text).ok()?;
    Some(Moment::At(mail.with_time_zone(zone.clone())))
}

impl Calendar {
    fn is_free(&self, day: Date) -> bool {
        self.weekend.contains(&day.weekday()) || self.holidays.contains(&day)
    }

    /// How many days it is to the day that comes after so many business days. By 0 it is the day
    /// itself, or the next business day where nobody works on it.
    fn days_of(&self, from: Date, by: i64) -> Result<i64, String> {
        let step = if by < 0 { -1 } else { 1 };
        let mut left = by.abs();
        let (mut day, mut n_days, mut n_free) = (from, 0, 0);
        while left > 0 || (by == 0 && self.is_free(day)) {
            day = day
                .checked_add(step.days())
                .map_err(|_| "cannot be moved so far: the year is out of range".to_owned())?;
            n_days += step;
            if self.is_free(day) {
                n_free += 1;
                // A year without a business day is a calendar that has none.
                if n_free > 366 {
                    return Err("cannot be moved by business days: there are none".to_owned());
                }
                continue;
            }
            n_free = 0;
            left = (left - 1).max(0);
        }
        Ok(n_days)
    }
}
