//! Pictures of whole numbers, for `$formatInteger`, `$parseInteger` and the parts of dates: `#,##0`,
//! `001;o`, `w`, `I`, `a`. Not decimals: see `number`.

use super::decimal;
use super::words::{self, Rank};
use crate::Fault;

/// The zeros of the digit families that a picture can be written in.
const ZEROS: [u32; 37] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
    0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

/// The largest number written in Roman numerals; each thousand is a letter.
const LARGEST_ROMAN: f64 = 10_000_000.0;

/// The most digits that a picture may ask for.
const MOST_DIGITS: usize = 1000;

/// A picture of whole numbers, ready to write and to read them.
#[derive(Debug, Clone)]
pub struct IntegerPicture {
    pub(super) primary: Primary,
    pub(super) case: Case,
    pub(super) rank: Rank,
}

#[derive(Debug, Clone)]
pub(super) enum Primary {
    Decimal(Decimal),
    Letters,
    Roman,
    Words,
    /// A numbering that is left to implementations, and that neither JSONata nor this one has.
    Sequence(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    Title,
}

/// A picture of digits.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    pub(super) zero: u32,
    pub(super) mandatory: usize,
    pub(super) optional: usize,
    pub(super) groups: Groups,
}

#[derive(Debug, Clone)]
pub(super) enum Groups {
    None,
    Every(usize, char),
    /// Distances from the right, in rising order.
    At(Vec<(usize, char)>),
}

impl IntegerPicture {
    /// Reads a picture.
    ///
    /// # Errors
    /// `D3131` for digits of two families, `G0021` for more digits than are written.
    pub fn parse(picture: &str) -> Result<Self, Fault> {
        let (primary, modifier) = picture.rsplit_once(';').unwrap_or((picture, ""));
        let rank = if modifier.starts_with('o') { Rank::Ordinal } else { Rank::Cardinal };
        let (primary, case) = match primary {
            "A" => (Primary::Letters, Case::Upper),
            "a" => (Primary::Letters, Case::Lower),
            "I" => (Primary::Roman, Case::Upper),
            "i" => (Primary::Roman, Case::Lower),
            "W" => (Primary::Words, Case::Upper),
            "Ww" => (Primary::Words, Case::Title),
            "w" => (Primary::Words, Case::Lower),
            digits => (decimal_picture(digits)?, Case::Lower),
        };
        Ok(Self { primary, case, rank })
    }

    /// Appends the number, rounded down to a whole one, as the picture says.
    ///
    /// # Errors
    /// `D3130` for a numbering that is not known, and for a number that has no such form.
    pub fn format(&self, value: f64, out: &mut String) -> Result<(), Fault> {
        let value = value.floor();
        if let Primary::Sequence(token) = &self.primary {
            return Err(no_sequence(token));
        }
        if !value.is_finite() {
            // No letter stands for it, as in JSONata.
            if !matches!(self.primary, Primary::Letters | Primary::Roman) {
                decimal::push_text(value, out);
            }
            return Ok(());
        }
        if value < 0.0 {
            out.push('-');
        }
        let value = value.abs();
        let start = out.len();
        match &self.primary {
            Primary::Decimal(picture) => picture.push(value, self.rank, out),
            Primary::Letters => {
                let first = if self.case == Case::Upper { b'A' } else { b'a' };
                words::push_letters(value, first, out);
            }
            Primary::Roman => {
                if value > LARGEST_ROMAN {
                    return Err(Fault::new(
                        "D3130",
                        format!("{value} is too large for Roman numerals. Use digits."),
                    ));
                }
                words::push_roman(value, out);
                if self.case == Case::Upper {
                    out[start..].make_ascii_uppercase();
                }
            }
            Primary::Words => {
                words::push_words(value, self.rank, out);
                match self.case {
                    Case::Upper => out[start..].make_ascii_uppercase(),
                    Case::Lower => out[start..].make_ascii_lowercase(),
                    Case::Title => {}
                }
            }
            Primary::Sequence(_) => {}
        }
        Ok(())
    }

    /// Reads a number that is written as the picture says. The text is not held against the
    /// picture; `NaN` is a text that no number can be read from.
    ///
    /// # Errors
    /// `D3130` for a numbering that is not known.
    pub fn parse_number(&self, text: &str) -> Result<f64, Fault> {
        Ok(match &self.primary {
            Primary::Letters => {
                words::letters_to_number(text, if self.case == Case::Upper { b'A' } else { b'a' })
            }
            Primary::Roman if self.case == Case::Upper => words::roman_to_number(text),
            Primary::Roman => words::roman_to_number(&text.to_uppercase()),
            Primary::Words => words::words_to_number(&text.to_lowercase()),
            Primary::Decimal(picture) => picture.read(text, self.rank),
            Primary::Sequence(token) => return Err(no_sequence(token)),
        })
    }

    /// How many digits at least are written, where digits are.
    pub(super) fn mandatory_digits(&self) -> Option<usize> {
        match &self.primary {
            Primary::Decimal(picture) => Some(picture.mandatory),
            _ => None,
        }
    }
}

impl Decimal {
    /// Whether the digits are ASCII ones without separators.
    pub(super) fn is_plain(&self) -> bool {
        self.zero == 0x30 && matches!(self.groups, Groups::None)
    }

    /// Whether JSONata takes the separators for evenly spread, which no separators are not.
    pub(super) fn separator(&self) -> Option<char> {
        match self.groups {
            Groups::Every(_, separator) => Some(separator),
            _ => None,
        }
    }

    fn push(&self, value: f64, rank: Rank, out: &mut String) {
        let mut digits = String::new();
        decimal::push_text(value, &mut digits);
        let len = digits.len().max(self.mandatory);
        let padding = std::iter::repeat_n('0', len - digits.len());
        for (index, digit) in padding.chain(digits.chars()).enumerate() {
            if index > 0 {
                self.groups.push_before(len - index, out);
            }
            out.push(char::from_u32(digit as u32 + self.zero - 0x30).unwrap_or(digit));
        }
        self.groups.push_before(0, out);
        if rank == Rank::Ordinal {
            out.push_str(suffix(out));
        }
    }

    fn read(&self, text: &str, rank: Rank) -> f64 {
        let mut text = text;
        if rank == Rank::Ordinal {
            let cut = text.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
            text = &text[..cut];
        }
        let is_separator = |char: char| match &self.groups {
            Groups::None => false,
            // JSONata takes evenly spread separators for commas, whatever they are; reading them
            // as what the picture has reads the commas too.
            Groups::Every(_, separator) => char == *separator || char == ',',
            Groups::At(separators) => separators.iter().any(|(_, separator)| char == *separator),
        };
        let digits: String = text
            .chars()
            .filter(|char| !is_separator(*char))
            .map(|char| {
                let code = (char as u32).wrapping_sub(self.zero).wrapping_add(0x30);
                char::from_u32(code).unwrap_or(char)
            })
            .collect();
        parse_int(&digits)
    }
}

impl Groups {
    /// Writes what stands before the last `right` digits; several signs side by side are kept.
    fn push_before(&self, right: usize, out: &mut String) {
        match self {
            Self::None => {}
            Self::Every(size, separator) => {
                if right > 0 && right.is_multiple_of(*size) {
                    out.push(*separator);
                }
            }
            Self::At(places) => {
                let here = places.iter().rev().filter(|(place, _)| *place == right);
                out.extend(here.map(|(_, separator)| separator));
            }
        }
    }
}

/// A number as JavaScript's `parseInt` reads it: what follows the digits is left out.
pub(super) fn parse_int(text: &str) -> f64 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = hex.map_or((digits, 10), |hex| (hex, 16));
    let end = digits.find(|char: char| !char.is_digit(radix)).unwrap_or(digits.len());
    if end == 0 {
        return f64::NAN;
    }
    if radix == 10 {
        return sign * digits[..end].parse().unwrap_or(f64::NAN);
    }
    let hex = digits[..end].chars().filter_map(|char| char.to_digit(16));
    sign * hex.fold(0.0, |number, digit| number * 16.0 + f64::from(digit))
}

fn decimal_picture(picture: &str) -> Result<Primary, Fault> {
    let mut zero = None;
    let (mut mandatory, mut optional) = (0, 0);
    let mut separators = Vec::new();
    for char in picture.chars().rev() {
        let code = char as u32;
        let family = ZEROS.iter().copied().find(|zero| (*zero..zero + 10).contains(&code));
        match family {
            Some(family) if *zero.get_or_insert(family) != family => {
                return Err(Fault::new(
                    "D3131",
                    format!(
                        "The number picture \"{picture}\" has digits of two scripts. Write all of them in one."
                    ),
                ));
            }
            Some(_) => mandatory += 1,
            None if char == '#' => optional += 1,
            None => separators.push((mandatory + optional, char)),
        }
    }
    let Some(zero) = zero else { return Ok(Primary::Sequence(picture.to_owned())) };
    if mandatory > MOST_DIGITS {
        return Err(too_many_digits(mandatory));
    }
    Ok(Primary::Decimal(Decimal { zero, mandatory, optional, groups: groups(separators) }))
}

pub(super) fn too_many_digits(count: usize) -> Fault {
    Fault::new(
        "G0021",
        format!("A picture asks for {count} digits. At most {MOST_DIGITS} are written."),
    )
}

pub(super) fn check_digits(count: usize) -> Result<usize, Fault> {
    if count > MOST_DIGITS { Err(too_many_digits(count)) } else { Ok(count) }
}

fn groups(separators: Vec<(usize, char)>) -> Groups {
    let Some(&(_, first)) = separators.first() else { return Groups::None };
    let gcd = |mut left: usize, mut right: usize| {
        while right != 0 {
            (left, right) = (right, left % right);
        }
        left
    };
    let is_one = separators.iter().all(|(_, char)| *char == first);
    let step = separators.iter().map(|(place, _)| *place).reduce(gcd).unwrap_or(0);
    let is_even = (1..=separators.len())
        .all(|index| separators.iter().any(|(place, _)| *place == index * step));
    if is_one && is_even && step > 0 { Groups::Every(step, first) } else { Groups::At(separators) }
}

/// The ending of an ordinal in digits.
fn suffix(written: &str) -> &'static str {
    let mut last = written.chars().rev();
    let (unit, ten) = (last.next(), last.next());
    match unit {
        _ if ten == Some('1') => "th",
        Some('1') => "st",
        Some('2') => "nd",
        Some('3') => "rd",
        _ => "th",
    }
}

fn no_sequence(token: &str) -> Fault {
    Fault::new(
        "D3130",
        format!(
            "There is no numbering that starts with \"{token}\". Write the picture with digits, as in 001, or use one of A a I i W Ww w."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, picture: &str, expected: &str) {
        let picture = IntegerPicture::parse(picture).unwrap();
        let mut out = String::new();
        picture.format(value, &mut out).unwrap();
        assert_eq!(out, expected, "{value}");
    }

    #[track_caller]
    fn check_read(text: &str, picture: &str, expected: f64) {
        let picture = IntegerPicture::parse(picture).unwrap();
        assert!((picture.parse_number(text).unwrap() - expected).abs() < 0.5, "{text}");
    }

    #[test]
    fn whole_numbers_are_written_as_the_picture_says() {
        check(123.0, "0000", "0123");
        check(1_234_567.0, "#,##0", "1,234,567");
        check(1_234_567.0, "#:##,#0", "123:45,67");
        check(5.0, "##,##,##0", "5");
        check(111.0, "000 :", "111 :");
        check(3999.0, "#,,#0", "39,,99");
        check(-5.7, "00", "-06");
        check(1234.0, "\u{661}", "\u{661}\u{662}\u{663}\u{664}");
        check(1999.0, "I", "MCMXCIX");
        check(27.0, "a", "aa");
        check(703.0, "A", "AAA");
        for (number, ordinal) in [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd")] {
            check(f64::from(number), "0;o", ordinal);
        }
        check(1e21, "0", "1e+21");
    }

    #[test]
    fn whole_numbers_are_written_in_words() {
        check(0.0, "w", "zero");
        check(341.0, "Ww", "Three Hundred and Forty-One");
        check(1001.0, "w", "one thousand and one");
        check(12476.0, "w", "twelve thousand, four hundred and seventy-six");
        check(12.0, "W;o", "TWELFTH");
        check(100.0, "w;o", "one hundredth");
        check(20.0, "w;o", "twentieth");
        check(1e15, "w", "one thousand trillion");
        check(-5.0, "w", "-five");
    }

    #[test]
    fn whole_numbers_are_read_back() {
        check_read("1,234,567", "#,##0", 1_234_567.0);
        check_read("0012", "0000", 12.0);
        check_read("12th", "0;o", 12.0);
        check_read("\u{661}\u{662}", "\u{661}", 12.0);
        check_read("mcmxcix", "i", 1999.0);
        check_read("AAA", "A", 703.0);
        check_read("twelve thousand, four hundred and seventy-six", "w", 12476.0);
        check_read("One Hundred and Twentieth", "w;o", 120.0);
        check_read("one thousand trillion", "w", 1e15);
        assert!(IntegerPicture::parse("w").unwrap().parse_number("few").unwrap().is_nan());
    }

    #[test]
    fn every_number_is_read_back_from_its_words() {
        for rank in ["w", "w;o"] {
            let picture = IntegerPicture::parse(rank).unwrap();
            for number in (0..3000).chain([99_999, 1_000_000, 1_234_567_890]) {
                let mut words = String::new();
                picture.format(f64::from(number), &mut words).unwrap();
                let read = picture.parse_number(&words).unwrap();
                assert_eq!(read as i32, number, "{words}");
            }
        }
    }

    #[test]
    fn a_broken_picture_tells_its_rule() {
        assert_eq!(IntegerPicture::parse("0\u{661}").unwrap_err().code, "D3131");
        assert_eq!(IntegerPicture::parse(&"0".repeat(2000)).unwrap_err().code, "G0021");
        let mut out = String::new();
        let greek = IntegerPicture::parse("\u{3b1}").unwrap();
        assert_eq!(greek.format(1.0, &mut out).unwrap_err().code, "D3130");
        let roman = IntegerPicture::parse("I").unwrap();
        assert_eq!(roman.format(1e300, &mut out).unwrap_err().code, "D3130");
    }
}
