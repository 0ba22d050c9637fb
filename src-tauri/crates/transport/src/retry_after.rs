//! How long a system asked us to wait. Not whether we do: that is the retry's.

use std::time::{Duration, UNIX_EPOCH};

use flow::run::Timestamp;
use http::{HeaderMap, header};

/// Returns the pause that the answer asks for, from its `Retry-After` header in seconds or as a
/// date (RFC 9110 § 10.2.3); none where the header is absent or says neither. Not capped.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let due = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let now = Duration::from_millis(u64::try_from(now).unwrap_or(0));
    Some(due.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, now: Timestamp, expect: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, header.parse().unwrap());
        assert_eq!(retry_after(&headers, now), expect.map(Duration::from_secs), "{header}");
    }

    #[test]
    fn seconds_and_dates_are_read_and_anything_else_is_no_answer() {
        check("2", 0, Some(2));
        check(" 120 ", 0, Some(120));
        check("soon", 0, None);
        check("-3", 0, None);
        check("99999999999999999999999", 0, Some(u64::from(u32::MAX)));
        check("Wed, 21 Oct 2015 07:28:00 GMT", 1_445_412_470_000, Some(10));
        check("Wed, 21 Oct 2015 07:28:00 GMT", 1_945_412_470_000, Some(0));
        assert_eq!(retry_after(&HeaderMap::new(), 0), None);
    }
}
