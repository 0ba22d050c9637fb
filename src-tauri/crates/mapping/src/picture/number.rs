//! Decimal pictures such as `#,##0.00`, for `$formatNumber`. Not whole numbers in words or Roman
//! digits: see `integer`.

use super::decimal::{self, POWERS, scaled};
use crate::Fault;

mod analyse;

/// The characters a decimal picture is written with, and the texts it puts out.
///
/// Source: XPath Functions 3.1, 4.7.1, "Defining a decimal format".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NumberOptions {
    decimal_separator: String,
    grouping_separator: String,
    exponent_separator: String,
    minus_sign: String,
    percent: String,
    per_mille: String,
    zero_digit: String,
    digit: String,
    pattern_separator: String,
}

impl Default for NumberOptions {
    fn default() -> Self {
        Self {
            decimal_separator: ".".into(),
            grouping_separator: ",".into(),
            exponent_separator: "e".into(),
            minus_sign: "-".into(),
            percent: "%".into(),
            per_mille: "\u{2030}".into(),
            zero_digit: "0".into(),
            digit: "#".into(),
            pattern_separator: ";".into(),
        }
    }
}

impl NumberOptions {
    /// Sets an option by its name, such as `decimal-separator`. A name that is not known is left
    /// out, as JSONata does; `infinity` and `NaN` are such, for JSON has neither.
    pub fn set(&mut self, name: &str, value: &str) {
        let option = match name {
            "decimal-separator" => &mut self.decimal_separator,
            "grouping-separator" => &mut self.grouping_separator,
            "exponent-separator" => &mut self.exponent_separator,
            "minus-sign" => &mut self.minus_sign,
            "percent" => &mut self.percent,
            "per-mille" => &mut self.per_mille,
            "zero-digit" => &mut self.zero_digit,
            "digit" => &mut self.digit,
            "pattern-separator" => &mut self.pattern_separator,
            _ => return,
        };
        value.clone_into(option);
    }
}

/// A decimal picture, ready to write numbers.
#[derive(Debug, Clone)]
pub struct NumberPicture {
    positive: SubPicture,
    negative: SubPicture,
    options: NumberOptions,
    zero: char,
}

/// One half of a picture, for the numbers of one sign.
#[derive(Debug, Clone)]
struct SubPicture {
    prefix: String,
    suffix: String,
    /// 1, 100 for percent, 1000 for per mille.
    factor: f64,
    grouping: Grouping,
    fraction_groups: Vec<usize>,
    min_whole: usize,
    scaling: usize,
    min_fraction: usize,
    max_fraction: usize,
    min_exponent: usize,
    has_point: bool,
    /// Whether the digits are ASCII and there is no exponent or grouping behind the point.
    plain: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Grouping {
    /// After every so many digits; 0 is never.
    Every(usize),
    /// At these distances from the point, in rising order.
    At(Vec<usize>),
}

impl Grouping {
    /// Whether a separator stands before the last `right` digits of the whole part.
    fn is_before(&self, right: usize) -> bool {
        match self {
            Self::Every(0) => false,
            Self::Every(size) => right.is_multiple_of(*size),
            Self::At(places) => places.contains(&right),
        }
    }
}

impl NumberPicture {
    /// Reads a picture.
    ///
    /// # Errors
    /// `D3080` to `D3093`: what is wrong with the picture.
    pub fn parse(picture: &str, options: &NumberOptions) -> Result<Self, Fault> {
        analyse::picture(picture, options)
    }

    /// Appends the number as the picture says.
    pub fn format(&self, value: f64, out: &mut String) {
        // A number that is none takes the second half, as every comparison with it is false.
        let half = if value >= 0.0 { &self.positive } else { &self.negative };
        let adjusted = value * half.factor;
        if half.plain {
            if let Some(scaled) = scaled(adjusted.abs(), half.max_fraction) {
                return self.push_plain(half, scaled, out);
            }
        }
        self.push_any(half, adjusted, out);
    }

    /// Writes a number that was rounded to the picture's decimals and is counted in its last one.
    fn push_plain(&self, half: &SubPicture, scaled: u64, out: &mut String) {
        let divisor = POWERS[half.max_fraction];
        let mut whole = scaled / divisor;
        let mut fraction = scaled % divisor;
        // 20 digits and as many separators of up to four bytes each do not fit; those take the
        // longer way, as `plain` asks for separators of one byte.
        let mut buffer = [0_u8; 72];
        let mut at = buffer.len();
        let mut kept = half.max_fraction;
        while kept > half.min_fraction && fraction.is_multiple_of(10) {
            fraction /= 10;
            kept -= 1;
        }
        for _ in 0..kept {
            at -= 1;
            buffer[at] = b'0' + (fraction % 10) as u8;
            fraction /= 10;
        }
        if kept > 0 {
            at -= 1;
            buffer[at] = self.options.decimal_separator.as_bytes()[0];
        }
        let mut written = 0;
        while whole > 0 || written < half.min_whole {
            if written > 0 && half.grouping.is_before(written) {
                at -= 1;
                buffer[at] = self.options.grouping_separator.as_bytes()[0];
            }
            at -= 1;
            buffer[at] = b'0' + (whole % 10) as u8;
            whole /= 10;
            written += 1;
        }
        out.push_str(&half.prefix);
        out.push_str(std::str::from_utf8(&buffer[at..]).unwrap_or_default());
        out.push_str(&half.suffix);
    }

    /// Writes any number: other digits, exponents, more digits than fit in 64 bits.
    fn push_any(&self, half: &SubPicture, adjusted: f64, out: &mut String) {
        let (mantissa, exponent) = half.split(adjusted);
        let rounded = decimal::round(mantissa, half.max_fraction as i32).abs();
        let text = if rounded < 1e21 {
            format!("{rounded:.*}", half.max_fraction)
        } else {
            let mut text = String::new();
            decimal::push_text(rounded, &mut text);
            text
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');

        out.push_str(&half.prefix);
        let whole_len = whole.len().max(half.min_whole);
        let padding = std::iter::repeat_n('0', whole_len - whole.len());
        for (index, digit) in padding.chain(whole.chars()).enumerate() {
            if index > 0 && half.grouping.is_before(whole_len - index) {
                out.push_str(&self.options.grouping_separator);
            }
            self.push_digit(digit, out);
        }
        let fraction_len = fraction.len().max(half.min_fraction);
        if half.has_point && fraction_len > 0 {
            out.push_str(&self.options.decimal_separator);
            let padding = std::iter::repeat_n('0', fraction_len - fraction.len());
            for (index, digit) in fraction.chars().chain(padding).enumerate() {
                if half.fraction_groups.contains(&index) {
                    out.push_str(&self.options.grouping_separator);
                }
                self.push_digit(digit, out);
            }
        }
        if let Some(exponent) = exponent {
            out.push_str(&self.options.exponent_separator);
            if exponent < 0 {
                out.push_str(&self.options.minus_sign);
            }
            for digit in format!("{:0>1$}", exponent.abs(), half.min_exponent).chars() {
                self.push_digit(digit, out);
            }
        }
        out.push_str(&half.suffix);
    }

    fn push_digit(&self, digit: char, out: &mut String) {
        let written = match digit.to_digit(10) {
            Some(number) => char::from_u32(self.zero as u32 + number).unwrap_or(digit),
            None => digit,
        };
        out.push(written);
    }
}

impl SubPicture {
    /// The number as mantissa and, where the picture has one, exponent.
    fn split(&self, number: f64) -> (f64, Option<i32>) {
        if self.min_exponent == 0 {
            return (number, None);
        }
        let max = 10_f64.powi(self.scaling as i32);
        let min = 10_f64.powi(self.scaling as i32 - 1);
        let mut mantissa = number;
        let mut exponent = 0;
        if mantissa != 0.0 && mantissa.is_finite() {
            while mantissa.abs() < min {
                mantissa *= 10.0;
                exponent -= 1;
            }
            while mantissa.abs() > max {
                mantissa /= 10.0;
                exponent += 1;
            }
        }
        (mantissa, Some(exponent))
    }
}

#[cfg(test)]
mod tests;
