//! ISO 8601 timestamps without a picture, as JSONata's `$fromMillis` writes and `$toMillis` reads
//! them.

use super::calendar::{Civil, DAY_MS, days};
use crate::Fault;

/// Appends `2018-02-21T10:05:00.000Z`.
pub fn push(civil: &Civil, out: &mut String) {
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let year = civil.year % 10_000;
    if year < 0 {
        out.push('-');
    }
    put(&mut text[0..4], year.unsigned_abs() as u32);
    put(&mut text[5..7], civil.month);
    put(&mut text[8..10], civil.day);
    put(&mut text[11..13], civil.hour);
    put(&mut text[14..16], civil.minute);
    put(&mut text[17..19], civil.second);
    put(&mut text[20..23], civil.millisecond);
    out.push_str(std::str::from_utf8(&text).unwrap_or_default());
}

/// Milliseconds since 1970-01-01 UTC of an ISO 8601 timestamp; one without a zone is UTC.
///
/// What JSONata takes is `YYYY[-MM[-DD]][Thh:mm:ss[.fff]][Z|±hh:mm]`. Two things are taken otherwise
/// than there: a timestamp that JavaScript makes `NaN` of is a fault here, and a zone missing means
/// UTC, never the machine's.
///
/// # Errors
/// `D3110` for a text that is no such timestamp.
pub fn parse(text: &str) -> Result<i64, Fault> {
    read(text.as_bytes()).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        Fault::new(
            "D3110",
            format!(
                "\"{shown}\" is no ISO 8601 timestamp. Write it as 2018-02-21T10:05:00Z, or give $toMillis a picture."
            ),
        )
    })
}

fn read(text: &[u8]) -> Option<i64> {
    let mut rest = text;
    let year = number(&mut rest, 4)?;
    let has_month = take(&mut rest, b'-');
    let month = if has_month { number(&mut rest, 2)? } else { 1 };
    let day = if has_month && take(&mut rest, b'-') { number(&mut rest, 2)? } else { 1 };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let date_ms = days(i64::from(year), month, day) * DAY_MS;
    if !take(&mut rest, b'T') {
        return matches!(rest, b"" | b"Z").then_some(date_ms);
    }
    let (hour, minute, second) = time(&mut rest)?;
    let mut time_ms = i64::from((hour * 60 + minute) * 60 + second) * 1000;
    if take(&mut rest, b'.') {
        if hour == 24 {
            return None;
        }
        time_ms += milliseconds(&mut rest)?;
    }
    if time_ms > DAY_MS {
        return None;
    }
    Some(date_ms + time_ms - zone_minutes(rest)? * 60_000)
}

fn time(rest: &mut &[u8]) -> Option<(u32, u32, u32)> {
    let hour = number(rest, 2)?;
    let minute = take(rest, b':').then(|| number(rest, 2))??;
    let second = take(rest, b':').then(|| number(rest, 2))??;
    (hour <= 24 && minute < 60 && second < 60).then_some((hour, minute, second))
}

/// The first three decimals; more are left out.
fn milliseconds(rest: &mut &[u8]) -> Option<i64> {
    let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut ms = 0;
    for index in 0..3 {
        let digit = if index < len { rest[index] - b'0' } else { 0 };
        ms = ms * 10 + i64::from(digit);
    }
    *rest = &rest[len..];
    (len > 0).then_some(ms)
}

fn zone_minutes(rest: &[u8]) -> Option<i64> {
    let sign = match rest {
        b"" | b"Z" => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let mut rest = &rest[1..];
    let hours = number(&mut rest, 2)?;
    take(&mut rest, b':');
    let minutes = number(&mut rest, 2)?;
    let is_right = rest.is_empty() && hours < 24 && minutes < 60;
    is_right.then(|| sign * i64::from(hours * 60 + minutes))
}

fn take(rest: &mut &[u8], byte: u8) -> bool {
    let is_next = rest.first() == Some(&byte);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

fn number(rest: &mut &[u8], len: usize) -> Option<u32> {
    let digits = rest.get(..len).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    *rest = &rest[len..];
    Some(digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

fn put(into: &mut [u8], mut number: u32) {
    for digit in into.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_as_javascript_does() {
        for (text, ms) in [
            ("1970-01-01T00:00:00.001Z", 1),
            ("2018", 1_514_764_800_000),
            ("2018-02", 1_517_443_200_000),
            ("2018-02-30", 1_519_948_800_000),
            ("2018-02-31T24:00:00Z", 1_520_121_600_000),
            ("2018-01-01T10:00:00.5", 1_514_800_800_500),
            ("2018-01-01T10:00:00.123456789Z", 1_514_800_800_123),
            ("2018-01-01T10:00:00+0530", 1_514_781_000_000),
            ("2018-01-01T10:00:00+2359", 1_514_714_460_000),
            ("2018Z", 1_514_764_800_000),
            ("2018T10:00:00", 1_514_800_800_000),
            ("2018-05T10:00:00Z", 1_525_168_800_000),
            ("0001-01-01", -62_135_596_800_000),
            ("2018-01-01T24:00:00+0100", 1_514_847_600_000),
        ] {
            assert_eq!(parse(text).unwrap(), ms, "{text}");
        }
    }

    #[test]
    fn what_is_no_timestamp_is_a_fault() {
        for text in [
            "",
            "foo",
            "2018-13",
            "2018-31",
            "2018-01-00",
            "2018-01-01T25:00:00",
            "2018-01-01T24:00:01Z",
            "2018-01-01T24:00:00.5Z",
            "2018-01-01T10:00:00+29:00",
            "2018-01-01+0530",
            "2018-01-01.5Z",
            "2018-01-01T10:00",
            "2018-01-01T10:00:00Zz",
            "18-01-01",
            "2018-1-1",
            "2018-01-01T10:00:00.",
        ] {
            assert_eq!(parse(text).unwrap_err().code, "D3110", "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for ms in [0, 1, -1, 1_519_207_500_000, -62_135_596_800_000, 253_402_300_799_999] {
            let mut text = String::new();
            push(&Civil::from_ms(ms), &mut text);
            assert_eq!(parse(&text).unwrap(), ms, "{text}");
        }
    }
}
