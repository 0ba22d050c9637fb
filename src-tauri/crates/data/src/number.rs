//! Numbers that keep the digits they were written with.
//! Comparing and hashing are exact and decimal; arithmetic is the caller's, on `f64` or `i64`.

use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    num::FpCategory,
};

use triomphe::Arc;

/// Digits of an `i64` with a decimal point: `digits / 10^scale`.
///
/// Held as bytes so that a `Value` can keep its tag in the sixteenth byte.
#[derive(Clone, Copy)]
pub(crate) struct Decimal {
    digits: [u8; 8],
    scale: u8,
}

/// The largest number of digits that are read into a `Decimal` or taken for an `i64` unchecked.
pub(crate) const FAST_DIGITS: usize = 18;

const POWERS_OF_TEN: [f64; 19] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18,
];

/// Up to this every integer has an `f64` of its own.
const EXACT_F64: i64 = 1 << 53;

impl Decimal {
    /// `digits / 10^scale`; `scale` is at most 18.
    pub(crate) fn new(digits: i64, scale: u8) -> Self {
        debug_assert!(usize::from(scale) <= FAST_DIGITS);
        Self { digits: digits.to_le_bytes(), scale }
    }

    fn digits(self) -> i64 {
        i64::from_le_bytes(self.digits)
    }

    fn write(self, out: &mut Vec<u8>) {
        let digits = self.digits();
        if digits < 0 {
            out.push(b'-');
        }
        let scale = usize::from(self.scale);
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(digits.unsigned_abs()).as_bytes();
        let n_whole = text.len().saturating_sub(scale);
        if n_whole == 0 {
            out.push(b'0');
        } else {
            out.extend_from_slice(&text[..n_whole]);
        }
        if scale > 0 {
            out.push(b'.');
            out.resize(out.len() + scale - (text.len() - n_whole), b'0');
            out.extend_from_slice(&text[n_whole..]);
        }
    }

    fn size(self) -> usize {
        let digits = self.digits();
        let scale = usize::from(self.scale);
        let n_digits = count_digits(digits.unsigned_abs()).max(scale + 1);
        n_digits + usize::from(scale > 0) + usize::from(digits < 0)
    }

    pub(crate) fn to_f64(self) -> f64 {
        let digits = self.digits();
        if digits.abs() <= EXACT_F64 {
            // Both operands are exact, so the quotient is the nearest f64 to the decimal.
            return digits as f64 / POWERS_OF_TEN[usize::from(self.scale)];
        }
        let mut text = Vec::with_capacity(24);
        self.write(&mut text);
        parse_f64(&text)
    }
}

/// How a number is held; `Value` has the same four cases as its own.
#[derive(Clone)]
pub(crate) enum Repr {
    Int(i64),
    Decimal(Decimal),
    Float(f64),
    Exact(Arc<Box<str>>),
}

/// A JSON number with exactly the digits of its source.
///
/// Two numbers are equal when their decimal values are: `1`, `1.0` and `1e0` are one number.
#[derive(Clone)]
pub struct Number(pub(crate) Repr);

impl Number {
    /// Reads a number written as JSON writes it, or returns `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (scanned, end) = scan(bytes, 0).ok()?;
        (end == bytes.len()).then(|| Self(scanned.into()))
    }

    /// Takes a computed `f64`; `None` for infinities and NaN, which JSON cannot write.
    ///
    /// Whole numbers of up to 2^53 become integers, so `1.0` is written `1`, and `-0.0` is `0`.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        if value.fract().classify() == FpCategory::Zero && value.abs() <= EXACT_F64 as f64 {
            return Some(Self(Repr::Int(value as i64)));
        }
        Some(Self(Repr::Float(value)))
    }

    /// The nearest `f64`; infinite where the number is beyond its range.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(int) => *int as f64,
            Repr::Decimal(decimal) => decimal.to_f64(),
            Repr::Float(float) => *float,
            Repr::Exact(text) => parse_f64(text.as_bytes()),
        }
    }

    /// The `f64` that the number is held as; most that were read are held by their digits.
    pub fn as_float(&self) -> Option<f64> {
        if let Repr::Float(float) = self.0 { Some(float) } else { None }
    }

    /// The number as an `i64` if it is whole and in range; `2.0` and `2e3` are whole.
    pub fn as_i64(&self) -> Option<i64> {
        if let Repr::Int(int) = &self.0 {
            return Some(*int);
        }
        let parts = self.parts();
        let exponent = parts.exponent;
        if exponent < 0 || exponent > FAST_DIGITS as i64 + 1 {
            return parts.is_zero().then_some(0);
        }
        let mut value = parts.mantissa.small()?;
        value *= 10_i128.pow(exponent as u32);
        if parts.negative {
            value = -value;
        }
        i64::try_from(value).ok()
    }

    /// Whether the number has no fraction, however it is written.
    pub fn is_whole(&self) -> bool {
        matches!(self.0, Repr::Int(_)) || self.parts().exponent >= 0
    }

    /// The digits as the source wrote them, or the shortest that read back to a computed `f64`.
    pub fn text(&self) -> Cow<'_, str> {
        if let Repr::Exact(text) = &self.0 {
            return Cow::Borrowed(text);
        }
        let mut out = Vec::with_capacity(24);
        self.write(&mut out);
        Cow::Owned(String::from_utf8(out).expect("numbers are written in ASCII"))
    }

    /// Compares by value, exactly.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => return a.cmp(b),
            (Repr::Decimal(a), Repr::Decimal(b)) if a.scale == b.scale => {
                return a.digits().cmp(&b.digits());
            }
            _ => {}
        }
        // Reading into f64 never swaps two numbers, so unequal f64s decide.
        match self.as_f64().partial_cmp(&other.as_f64()) {
            Some(Ordering::Less) => Ordering::Less,
            Some(Ordering::Greater) => Ordering::Greater,
            _ => self.parts().compare(&other.parts()),
        }
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Repr::Int(int) => {
                out.extend_from_slice(itoa::Buffer::new().format(*int).as_bytes());
            }
            Repr::Decimal(decimal) => decimal.write(out),
            Repr::Float(float) => write_f64(*float, out),
            Repr::Exact(text) => out.extend_from_slice(text.as_bytes()),
        }
    }

    /// Bytes of the text.
    pub(crate) fn size(&self) -> usize {
        match &self.0 {
            Repr::Int(int) => count_digits(int.unsigned_abs()) + usize::from(*int < 0),
            Repr::Decimal(decimal) => decimal.size(),
            Repr::Float(float) => {
                let mut out = Vec::with_capacity(24);
                write_f64(*float, &mut out);
                out.len()
            }
            Repr::Exact(text) => text.len(),
        }
    }

    fn parts(&self) -> Parts {
        match &self.0 {
            Repr::Int(int) => Parts::small(*int, 0),
            Repr::Decimal(decimal) => Parts::small(decimal.digits(), -i64::from(decimal.scale)),
            Repr::Float(float) => {
                let mut buffer = zmij::Buffer::new();
                Parts::parse(buffer.format_finite(*float).as_bytes())
            }
            Repr::Exact(text) => Parts::parse(text.as_bytes()),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let parts = self.parts();
        match &parts.mantissa {
            Mantissa::Small(digits) => {
                state.write_i64(if parts.negative { -digits } else { *digits });
            }
            Mantissa::Large(digits) => state.write(digits),
        }
        state.write_i64(parts.exponent);
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        match i64::try_from(value) {
            Ok(int) => Self(Repr::Int(int)),
            Err(_) => Self(Repr::Exact(Arc::new(value.to_string().into_boxed_str()))),
        }
    }
}

/// A number taken apart: `±mantissa * 10^exponent`, the mantissa without zeros at its end.
struct Parts {
    negative: bool,
    mantissa: Mantissa,
    exponent: i64,
}

/// Digits without zeros at either end; `Large` has more than 18 of them.
enum Mantissa {
    Small(i64),
    Large(Vec<u8>),
}

impl Mantissa {
    fn small(&self) -> Option<i128> {
        match self {
            Self::Small(digits) => Some(i128::from(*digits)),
            Self::Large(digits) if digits.len() == FAST_DIGITS + 1 => {
                std::str::from_utf8(digits).ok()?.parse().ok()
            }
            Self::Large(_) => None,
        }
    }

    fn len(&self) -> i64 {
        match self {
            Self::Small(digits) => count_digits(digits.unsigned_abs()) as i64,
            Self::Large(digits) => digits.len() as i64,
        }
    }

    fn digits(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Small(digits) => Cow::Owned(digits.to_string().into_bytes()),
            Self::Large(digits) => Cow::Borrowed(digits),
        }
    }
}

/// Exponents are cut off here, far beyond any that arithmetic could reach.
const MAX_EXPONENT: i64 = 1_000_000_000_000_000_000;

impl Parts {
    fn small(digits: i64, mut exponent: i64) -> Self {
        let negative = digits < 0;
        let mut rest = digits.unsigned_abs();
        if rest == 0 {
            return Self { negative: false, mantissa: Mantissa::Small(0), exponent: 0 };
        }
        while rest.is_multiple_of(10) {
            rest /= 10;
            exponent += 1;
        }
        let mantissa = if count_digits(rest) <= FAST_DIGITS {
            Mantissa::Small(rest as i64)
        } else {
            Mantissa::Large(rest.to_string().into_bytes())
        };
        Self { negative, mantissa, exponent }
    }

    /// Takes apart a text that is known to be a JSON number.
    fn parse(text: &[u8]) -> Self {
        let negative = text.first() == Some(&b'-');
        let start = usize::from(negative);
        let e_at = text.iter().position(|b| matches!(b, b'e' | b'E')).unwrap_or(text.len());
        let mut exponent = text.get(e_at + 1..).map_or(0, parse_exponent);
        let dot_at = text[..e_at].iter().position(|&b| b == b'.');
        exponent -= dot_at.map_or(0, |dot| (e_at - dot - 1) as i64);
        let digits: Vec<u8> =
            text[start..e_at].iter().copied().filter(u8::is_ascii_digit).collect();
        let n_leading = digits.iter().take_while(|&&b| b == b'0').count();
        let n_trailing = digits[n_leading..].iter().rev().take_while(|&&b| b == b'0').count();
        let digits = &digits[n_leading..digits.len() - n_trailing];
        if digits.is_empty() {
            return Self { negative: false, mantissa: Mantissa::Small(0), exponent: 0 };
        }
        exponent += n_trailing as i64;
        let mantissa = if digits.len() <= FAST_DIGITS {
            Mantissa::Small(digits.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
        } else {
            Mantissa::Large(digits.to_vec())
        };
        Self { negative, mantissa, exponent }
    }

    fn is_zero(&self) -> bool {
        matches!(self.mantissa, Mantissa::Small(0))
    }

    fn sign(&self) -> i8 {
        if self.is_zero() {
            0
        } else if self.negative {
            -1
        } else {
            1
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_sign = self.sign().cmp(&other.sign());
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let by_magnitude = (self.mantissa.len() + self.exponent)
            .cmp(&(other.mantissa.len() + other.exponent))
            // Without zeros at the end, a prefix is the smaller of two fractions.
            .then_with(|| self.mantissa.digits().cmp(&other.mantissa.digits()));
        if self.negative { by_magnitude.reverse() } else { by_magnitude }
    }
}

fn parse_exponent(text: &[u8]) -> i64 {
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let value = digits.iter().fold(0_i64, |n, b| {
        n.saturating_mul(10).saturating_add(i64::from(b - b'0')).min(MAX_EXPONENT)
    });
    if negative { -value } else { value }
}

fn count_digits(value: u64) -> usize {
    value.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn parse_f64(text: &[u8]) -> f64 {
    // The text was checked when it was read; every JSON number is a Rust one.
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

/// Writes the shortest digits that read back to `value`, laid out as `ECMAScript` does.
fn write_f64(value: f64, out: &mut Vec<u8>) {
    let mut buffer = zmij::Buffer::new();
    let parts = Parts::parse(buffer.format_finite(value).as_bytes());
    if parts.negative {
        out.push(b'-');
    }
    let digits = parts.mantissa.digits();
    let n_digits = digits.len() as i64;
    let point = n_digits + parts.exponent;
    if !(-5..=21).contains(&point) {
        out.push(digits[0]);
        if n_digits > 1 {
            out.push(b'.');
            out.extend_from_slice(&digits[1..]);
        }
        out.push(b'e');
        out.extend_from_slice(if point > 0 { b"+" } else { b"-" });
        let exponent = (point - 1).unsigned_abs();
        out.extend_from_slice(itoa::Buffer::new().format(exponent).as_bytes());
    } else if point <= 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + point.unsigned_abs() as usize, b'0');
        out.extend_from_slice(&digits);
    } else if point >= n_digits {
        out.extend_from_slice(&digits);
        out.resize(out.len() + (point - n_digits) as usize, b'0');
    } else {
        out.extend_from_slice(&digits[..point as usize]);
        out.push(b'.');
        out.extend_from_slice(&digits[point as usize..]);
    }
}

/// Why no number could be read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFault {
    /// The text ends in the middle.
    End,
    /// A digit is missing at this place.
    NoDigit,
    /// A zero before other digits.
    LeadingZero,
}

/// A number as it was scanned; most need no more than their digits.
pub(crate) enum Scanned {
    /// `digits / 10^scale`, with a scale of at most 18.
    Digits { digits: i64, scale: u8 },
    /// Any other.
    Other(Repr),
}

impl From<Scanned> for Repr {
    fn from(scanned: Scanned) -> Self {
        match scanned {
            Scanned::Digits { digits, scale: 0 } => Self::Int(digits),
            Scanned::Digits { digits, scale } => Self::Decimal(Decimal::new(digits, scale)),
            Scanned::Other(repr) => repr,
        }
    }
}

/// Reads a number at `start`; returns it with the place after it.
#[inline]
pub(crate) fn scan(bytes: &[u8], start: usize) -> Result<(Scanned, usize), (NumberFault, usize)> {
    let mut pos = start;
    let negative = bytes.get(pos) == Some(&b'-');
    pos += usize::from(negative);
    let whole_at = pos;
    let mut mantissa: u64 = 0;
    // Wrapping is harmless: more than 18 digits are read again from the text.
    while let Some(digit @ 0..=9) = bytes.get(pos).map(|b| b.wrapping_sub(b'0')) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        pos += 1;
    }
    let mut n_digits = pos - whole_at;
    if n_digits == 0 {
        return Err((missing_digit(bytes, pos), pos));
    }
    if n_digits > 1 && bytes[whole_at] == b'0' {
        return Err((NumberFault::LeadingZero, whole_at));
    }
    let mut scale = 0;
    let mut next = bytes.get(pos).copied().unwrap_or(0);
    if next == b'.' {
        pos += 1;
        let fraction_at = pos;
        while let Some(digit @ 0..=9) = bytes.get(pos).map(|b| b.wrapping_sub(b'0')) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            pos += 1;
        }
        scale = pos - fraction_at;
        if scale == 0 {
            return Err((missing_digit(bytes, pos), pos));
        }
        n_digits += scale;
        next = bytes.get(pos).copied().unwrap_or(0);
    }
    if next | 0x20 == b'e' || n_digits > FAST_DIGITS || (negative && mantissa == 0) {
        let (repr, end) = scan_slow(bytes, start, pos)?;
        return Ok((Scanned::Other(repr), end));
    }
    let digits = if negative { -(mantissa as i64) } else { mantissa as i64 };
    Ok((Scanned::Digits { digits, scale: scale as u8 }, pos))
}

fn missing_digit(bytes: &[u8], pos: usize) -> NumberFault {
    if pos == bytes.len() { NumberFault::End } else { NumberFault::NoDigit }
}

/// Reads on after the fraction; for the numbers that need their text kept.
#[cold]
fn scan_slow(
    bytes: &[u8],
    start: usize,
    mut pos: usize,
) -> Result<(Repr, usize), (NumberFault, usize)> {
    if matches!(bytes.get(pos), Some(b'e' | b'E')) {
        pos += 1;
        pos += usize::from(matches!(bytes.get(pos), Some(b'+' | b'-')));
        let digits_at = pos;
        while bytes.get(pos).is_some_and(u8::is_ascii_digit) {
            pos += 1;
        }
        if pos == digits_at {
            return Err((missing_digit(bytes, pos), pos));
        }
    }
    let text = std::str::from_utf8(&bytes[start..pos]).expect("only ASCII was passed over");
    let is_zero = !text.bytes().take_while(|b| b | 0x20 != b'e').any(|b| matches!(b, b'1'..=b'9'));
    if !is_zero {
        if let Ok(int) = text.parse::<i64>() {
            return Ok((Repr::Int(int), pos));
        }
        if let Some(float) = text.parse::<f64>().ok().filter(|float| float.is_finite()) {
            let mut same = Vec::with_capacity(24);
            write_f64(float, &mut same);
            if same == text.as_bytes() {
                return Ok((Repr::Float(float), pos));
            }
        }
    }
    Ok((Repr::Exact(Arc::new(text.into())), pos))
}
