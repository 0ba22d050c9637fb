//! The Gregorian calendar over milliseconds since 1970-01-01 UTC, both ways, and ISO weeks. No time
//! zones but a fixed offset.
//!
//! Source of the arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2021.

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// The furthest that a date can be from 1970, in milliseconds, as in JavaScript.
pub const FURTHEST_MS: f64 = 8.64e15;

/// A point in time, cut into its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Days since 1970-01-01.
    pub day_number: i64,
    /// The year; 0 is the year before 1.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 to 999.
    pub millisecond: u32,
}

impl Civil {
    /// Cuts milliseconds since 1970-01-01 UTC into their parts.
    pub fn from_ms(ms: i64) -> Self {
        let day_number = ms.div_euclid(DAY_MS);
        let in_day = ms.rem_euclid(DAY_MS) as u32;
        let (year, month, day) = date(day_number);
        Self {
            day_number,
            year,
            month,
            day,
            hour: in_day / 3_600_000,
            minute: in_day / 60_000 % 60,
            second: in_day / 1000 % 60,
            millisecond: in_day % 1000,
        }
    }

    /// Monday is 1, Sunday 7.
    pub fn weekday(&self) -> i64 {
        weekday(self.day_number)
    }

    /// The day in its year, from 1.
    pub fn day_of_year(&self) -> i64 {
        self.day_number - days(self.year, 1, 1) + 1
    }

    /// The ISO week's number in its year.
    pub fn week(&self) -> i64 {
        let day = self.day_number;
        let start = first_week(self.year, 1);
        if day < start {
            return (day - first_week(self.year - 1, 1)) / 7 + 1;
        }
        if day >= first_week(self.year + 1, 1) {
            return 1;
        }
        (day - start) / 7 + 1
    }

    /// The year that the ISO week belongs to.
    pub fn week_year(&self) -> i64 {
        if self.day_number < first_week(self.year, 1) {
            self.year - 1
        } else if self.day_number >= first_week(self.year + 1, 1) {
            self.year + 1
        } else {
            self.year
        }
    }

    /// The week's number in its month, counted as ISO counts weeks in years.
    pub fn week_of_month(&self) -> i64 {
        let day = self.day_number;
        let start = first_week(self.year, self.month);
        if day < start {
            let (year, month) = month_before(self.year, self.month);
            return (day - first_week(year, month)) / 7 + 1;
        }
        let (year, month) = month_after(self.year, self.month);
        if day >= first_week(year, month) {
            return 1;
        }
        (day - start) / 7 + 1
    }

    /// The month, 1 to 12, that the week belongs to.
    pub fn week_month(&self) -> u32 {
        if self.day_number < first_week(self.year, self.month) {
            return month_before(self.year, self.month).1;
        }
        let (year, month) = month_after(self.year, self.month);
        if self.day_number >= first_week(year, month) { month } else { self.month }
    }
}

/// Days from 1970-01-01 to a date; the day may be past its month's end.
pub fn days(year: i64, month: u32, day: u32) -> i64 {
    // Years begin in March here, so that the leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn date(day_number: i64) -> (i64, u32, u32) {
    let shifted = day_number + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_index + 2) / 5 + 1) as u32;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn weekday(day_number: i64) -> i64 {
    (day_number + 3).rem_euclid(7) + 1
}

/// The Monday of the week that holds the first Thursday of a year or month.
fn first_week(year: i64, month: u32) -> i64 {
    let first = days(year, month, 1);
    let weekday = weekday(first);
    if weekday > 4 { first + 8 - weekday } else { first - weekday + 1 }
}

fn month_before(year: i64, month: u32) -> (i64, u32) {
    if month == 1 { (year - 1, 12) } else { (year, month - 1) }
}

fn month_after(year: i64, month: u32) -> (i64, u32) {
    if month == 12 { (year + 1, 1) } else { (year, month + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for day_number in (-800_000..800_000).step_by(13) {
            let (year, month, day) = date(day_number);
            assert_eq!(days(year, month, day), day_number);
        }
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        for (date, week_year, week) in [
            ((2005, 1, 1), 2004, 53),
            ((2005, 1, 2), 2004, 53),
            ((2005, 12, 31), 2005, 52),
            ((2007, 12, 31), 2008, 1),
            ((2008, 12, 29), 2009, 1),
            ((2010, 1, 3), 2009, 53),
        ] {
            let civil = Civil::from_ms(days(date.0, date.1, date.2) * DAY_MS);
            assert_eq!((civil.week_year(), civil.week()), (week_year, week), "{date:?}");
        }
    }

    #[test]
    fn a_week_at_a_months_edge_belongs_to_the_month_of_its_thursday() {
        let civil = Civil::from_ms(days(2005, 1, 1) * DAY_MS);
        assert_eq!((civil.week_month(), civil.week_of_month()), (12, 5));
        let civil = Civil::from_ms(days(2018, 7, 30) * DAY_MS);
        assert_eq!((civil.week_month(), civil.week_of_month()), (8, 1));
    }
}
