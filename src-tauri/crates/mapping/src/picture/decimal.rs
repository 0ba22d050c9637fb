//! Numbers as JavaScript writes and rounds them: `toString`, `toString(radix)` and JSONata's
//! rounding to even. No pictures.

use crate::Fault;

/// The digits of `$formatBase`, as JavaScript has them.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Appends a number as JavaScript's `toString` writes it: `1e21` and above, and below `1e-6`, with
/// an exponent.
pub fn push_text(value: f64, out: &mut String) {
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_infinite() {
        return out.push_str(if value < 0.0 { "-Infinity" } else { "Infinity" });
    }
    if value == 0.0 {
        return out.push('0');
    }
    if value < 0.0 {
        out.push('-');
    }
    let (digits, point) = shortest(value.abs());
    let count = digits.len() as i32;
    if !(-5..=21).contains(&point) {
        out.push_str(&digits[..1]);
        if count > 1 {
            out.push('.');
            out.push_str(&digits[1..]);
        }
        out.push_str(if point > 0 { "e+" } else { "e-" });
        out.push_str(itoa::Buffer::new().format((point - 1).abs()));
    } else if point <= 0 {
        out.push_str("0.");
        push_zeros(out, (-point) as usize);
        out.push_str(&digits);
    } else if count <= point {
        out.push_str(&digits);
        push_zeros(out, (point - count) as usize);
    } else {
        out.push_str(&digits[..point as usize]);
        out.push('.');
        out.push_str(&digits[point as usize..]);
    }
}

/// Rounds half to even at a number of decimals, which may be negative, as JSONata's `$round`: by
/// the digits that the number is written with, not by its binary fraction.
pub fn round(value: f64, precision: i32) -> f64 {
    if !value.is_finite() {
        // Its text has no decimals to move, so that JavaScript reads no number from it.
        return if precision == 0 { value } else { f64::NAN };
    }
    if let Some(rounded) = usize::try_from(precision).ok().and_then(|n| scaled(value.abs(), n)) {
        // Both are exact, so that the quotient is the nearest number to the decimal one.
        let result = rounded as f64 / POWERS[precision as usize] as f64;
        return if rounded == 0 { 0.0 } else { result.copysign(value) };
    }
    let shifted = if precision == 0 { value } else { shift(value, precision) };
    // A shift up can leave what a double holds; there is nothing to round there.
    if !shifted.is_finite() {
        return value;
    }
    let rounded = shifted.round_ties_even();
    let result = if precision == 0 { rounded } else { shift(rounded, -precision) };
    // JSON knows no negative zero.
    if result == 0.0 { 0.0 } else { result }
}

/// A whole number in a base, as `$formatBase` writes it.
///
/// # Errors
/// `D3100` for a base that is not between 2 and 36.
pub fn format_base(value: f64, radix: f64) -> Result<String, Fault> {
    let radix = round(radix, 0);
    if !(2.0..=36.0).contains(&radix) {
        return Err(Fault::new(
            "D3100",
            format!("$formatBase cannot write in base {radix}. Give a base from 2 to 36."),
        ));
    }
    let value = round(value, 0);
    let mut out = String::new();
    let radix = radix as u32;
    if radix == 10 || !value.is_finite() {
        push_text(value, &mut out);
        return Ok(out);
    }
    if value < 0.0 {
        out.push('-');
    }
    push_base(value.abs(), radix, &mut out);
    Ok(out)
}

/// The powers of ten that a picture's decimals mostly need.
pub(crate) const POWERS: [u64; 10] =
    [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// A positive number counted in its `decimals`-th decimal, rounded half to even by its written
/// digits, or `None` where a binary multiplication cannot decide that for sure.
///
/// Below 1e12 a multiplication is off by less than 2^-11, so that only what is that near to a half
/// needs the digits.
pub(crate) fn scaled(value: f64, decimals: usize) -> Option<u64> {
    const NEAR: f64 = 1.0 / 1024.0;
    let scaled = value * (*POWERS.get(decimals)? as f64);
    if scaled.is_nan() || scaled >= 1e12 {
        return None;
    }
    let whole = scaled as u64;
    let rest = scaled - whole as f64;
    if (rest - 0.5).abs() < NEAR {
        // Exact where nothing was multiplied.
        return (decimals == 0).then(|| value.round_ties_even() as u64);
    }
    Some(if rest > 0.5 { whole + 1 } else { whole })
}

/// The shortest digits that name a positive number, and where its decimal point stands among them.
pub(crate) fn shortest(value: f64) -> (String, i32) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = String::with_capacity(whole.len() + fraction.len());
    digits.push_str(whole);
    digits.push_str(fraction);
    let point = whole.len() as i32 + exponent;
    let leading = digits.len() - digits.trim_start_matches('0').len();
    digits.drain(..leading);
    digits.truncate(digits.trim_end_matches('0').len());
    (digits, point - leading as i32)
}

/// Moves the decimal point in the number's text, so that no binary error comes in.
fn shift(value: f64, places: i32) -> f64 {
    if value == 0.0 {
        return value;
    }
    let (mut text, point) = shortest(value.abs());
    let exponent = i64::from(point) - text.len() as i64 + i64::from(places);
    text.push('e');
    text.push_str(itoa::Buffer::new().format(exponent));
    let shifted: f64 = text.parse().unwrap_or(f64::NAN);
    shifted.copysign(value)
}

pub(crate) fn push_zeros(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n('0', count));
}

/// JavaScript loses the last digits of numbers above 2^53; here they are exact up to 2^128, above
/// which they are zeros.
fn push_base(mut value: f64, radix: u32, out: &mut String) {
    let base = u128::from(radix);
    let mut digits = Vec::new();
    while value >= 2_f64.powi(128) {
        value /= f64::from(radix);
        digits.push(b'0');
    }
    let mut whole = value as u128;
    loop {
        digits.push(DIGITS[(whole % base) as usize]);
        whole /= base;
        if whole == 0 {
            break;
        }
    }
    out.extend(digits.iter().rev().map(|&digit| char::from(digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        let mut out = String::new();
        push_text(value, &mut out);
        out
    }

    #[test]
    fn numbers_are_written_as_javascript_does() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (100.0, "100"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.25e25, "1.25e+25"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (123_456.789, "123456.789"),
            (5e-324, "5e-324"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    #[test]
    fn halves_are_rounded_to_even_by_the_written_digits() {
        for (value, precision, expected) in [
            (4.5, 0, 4.0),
            (5.5, 0, 6.0),
            (-4.5, 0, -4.0),
            (1.005, 2, 1.0),
            (1.015, 2, 1.02),
            (4.525, 2, 4.52),
            (4.515, 2, 4.52),
            (12345.0, -2, 12300.0),
            (12450.0, -2, 12400.0),
            (-0.2, 0, 0.0),
            (1e300, 20, 1e300),
        ] {
            assert!((round(value, precision) - expected).abs() < 1e-12, "{value} at {precision}");
        }
    }

    #[test]
    fn a_base_is_written_as_javascript_does() {
        for (value, radix, expected) in [
            (100.0, 2.0, "1100100"),
            (2555.0, 16.0, "9fb"),
            (-255.0, 36.0, "-73"),
            (99.5, 2.0, "1100100"),
            (2.5, 2.0, "10"),
            (0.0, 7.0, "0"),
            (1e21, 10.0, "1e+21"),
            (1e21, 16.0, "3635c9adc5dea00000"),
            (255.0, 15.6, "ff"),
        ] {
            assert_eq!(format_base(value, radix).unwrap(), expected);
        }
        assert_eq!(format_base(1.0, 37.0).unwrap_err().code, "D3100");
        assert_eq!(format_base(1.0, 1.4).unwrap_err().code, "D3100");
    }
}
