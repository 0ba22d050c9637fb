//! The parts of a tag's text: dates, marks, amounts.
//! Formats are those of the SWIFT Standards MT, category 9.

use crate::{Number, Value};

/// What is left of a text that is read from its start.
pub(super) struct Parts<'t>(pub(super) &'t str);

impl<'t> Parts<'t> {
    pub(super) fn take(&mut self, n_bytes: usize) -> Option<&'t str> {
        let (text, rest) = self.0.split_at_checked(n_bytes)?;
        self.0 = rest;
        Some(text)
    }

    fn digits(&mut self, n: usize) -> Option<&'t str> {
        let text = self.0.get(..n).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
        self.take(text.len())
    }

    /// `YYMMDD`, as an ISO date.
    pub(super) fn date(&mut self) -> Option<String> {
        let date = self.digits(6)?;
        let (year, month, day) = (&date[..2], &date[2..4], &date[4..]);
        // Two digits stand for the years 1980 to 2079.
        let century = if *year < *"80" { "20" } else { "19" };
        is_day(month, day).then(|| format!("{century}{year}-{month}-{day}"))
    }

    /// `MMDD` in the year that is nearest to another date.
    pub(super) fn day_near(&mut self, date: &str) -> Option<String> {
        let before = self.0;
        let day = self.digits(4).filter(|day| is_day(&day[..2], &day[2..]));
        let Some(day) = day else {
            self.0 = before;
            return None;
        };
        let year: i32 = date[..4].parse().ok()?;
        let months = day[..2].parse::<i32>().ok()? - date[5..7].parse::<i32>().ok()?;
        let year = year + i32::from(months < -6) - i32::from(months > 6);
        Some(format!("{year}-{}-{}", &day[..2], &day[2..]))
    }

    /// `C`, `D`, `RC`, `RD`, `EC` or `ED`.
    pub(super) fn mark(&mut self) -> Option<&'t str> {
        let marks = ["RC", "RD", "EC", "ED", "C", "D"];
        let mark = marks.into_iter().find(|mark| self.0.starts_with(mark))?;
        self.take(mark.len())
    }

    pub(super) fn letters(&mut self, n: usize) -> Option<&'t str> {
        let text = self.0.get(..n).filter(|text| text.bytes().all(|b| b.is_ascii_uppercase()))?;
        self.take(text.len())
    }

    /// Digits, a comma, and digits or none; some banks leave out the comma.
    pub(super) fn amount(&mut self) -> Option<&'t str> {
        let end = self.0.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(self.0.len());
        let text = &self.0[..end];
        let (whole, fraction) = text.split_once(',').unwrap_or((text, ""));
        (!whole.is_empty() && !fraction.contains(',')).then_some(())?;
        self.take(end)
    }

    pub(super) fn number(&mut self) -> Option<&'t str> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        (end > 0).then(|| self.take(end)).flatten()
    }
}

fn is_day(month: &str, day: &str) -> bool {
    ("01"..="12").contains(&month) && ("01"..="31").contains(&day)
}

/// An amount as a number, below zero where the mark takes from the account.
pub(super) fn signed(mark: &str, amount: &str) -> Option<Value> {
    let (whole, fraction) = amount.split_once(',').unwrap_or((amount, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = whole == "0" && fraction.bytes().all(|b| b == b'0');
    let sign = if matches!(mark, "D" | "RC" | "ED") && !is_zero { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    Number::parse(&format!("{sign}{whole}{point}{fraction}")).map(Value::from)
}
