//! Whole numbers in English words, Roman numerals and letters, and back.

const UNITS: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];
const ORDINALS: [&str; 20] = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
];
const TENS: [&str; 8] =
    ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];
const MAGNITUDES: [&str; 4] = ["Thousand", "Million", "Billion", "Trillion"];
const ROMAN: [(f64, &str); 13] = [
    (1000.0, "m"),
    (900.0, "cm"),
    (500.0, "d"),
    (400.0, "cd"),
    (100.0, "c"),
    (90.0, "xc"),
    (50.0, "l"),
    (40.0, "xl"),
    (10.0, "x"),
    (9.0, "ix"),
    (5.0, "v"),
    (4.0, "iv"),
    (1.0, "i"),
];

/// Whether a number is named by its size ("one") or by its place ("first").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Cardinal,
    Ordinal,
}

/// What stands before a group of words.
#[derive(Clone, Copy)]
enum Joint {
    None,
    After,
}

/// Appends a whole number of any size in words, in title case.
pub(super) fn push_words(number: f64, rank: Rank, out: &mut String) {
    push_group(number, Joint::None, rank, out);
}

fn push_group(number: f64, joint: Joint, rank: Rank, out: &mut String) {
    let is_ordinal = rank == Rank::Ordinal;
    if number < 100.0 {
        if matches!(joint, Joint::After) {
            out.push_str(" and ");
        }
        let number = number as usize;
        if number < 20 {
            out.push_str(if is_ordinal { ORDINALS[number] } else { UNITS[number] });
            return;
        }
        out.push_str(TENS[number / 10 - 2]);
        if !number.is_multiple_of(10) {
            out.push('-');
            push_group((number % 10) as f64, Joint::None, rank, out);
        } else if is_ordinal {
            out.pop();
            out.push_str("ieth");
        }
        return;
    }
    if matches!(joint, Joint::After) {
        out.push_str(", ");
    }
    let rest = if number < 1000.0 {
        out.push_str(UNITS[(number / 100.0) as usize]);
        out.push_str(" Hundred");
        number % 100.0
    } else {
        let magnitude = ((number.log10() / 3.0).floor() as usize).clamp(1, MAGNITUDES.len());
        let factor = 1000_f64.powi(magnitude as i32);
        let front = (number / factor).floor();
        push_group(front, Joint::None, Rank::Cardinal, out);
        out.push(' ');
        out.push_str(MAGNITUDES[magnitude - 1]);
        number - front * factor
    };
    if rest > 0.0 {
        push_group(rest, Joint::After, rank, out);
    } else if is_ordinal {
        out.push_str("th");
    }
}

/// The number that lower-case words name, or `NaN` where one of them is no number.
pub(super) fn words_to_number(text: &str) -> f64 {
    let mut parts = vec![0.0];
    for word in words(text) {
        let value = word_value(word);
        let top = parts.pop().unwrap_or(0.0);
        if value < 100.0 {
            let base = if top >= 1000.0 {
                parts.push(top);
                0.0
            } else {
                top
            };
            parts.push(base + value);
        } else {
            parts.push(top * value);
        }
    }
    parts.iter().sum()
}

/// Every word that a number can be made of, in lower case.
pub(super) fn vocabulary() -> impl Iterator<Item = String> {
    let ieth = TENS.iter().map(|word| format!("{}ieth", &word[..word.len() - 1]));
    let th = MAGNITUDES.iter().map(|word| format!("{word}th"));
    let plain = UNITS.iter().chain(&ORDINALS).chain(&TENS).chain(&MAGNITUDES);
    let hundred = ["Hundred", "Hundredth"].iter();
    plain
        .chain(hundred)
        .map(|word| (*word).to_owned())
        .chain(ieth)
        .chain(th)
        .map(|word| word.to_lowercase())
}

/// Cuts at a comma and a space, at " and ", and at every space, dash or backslash.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    let mut start = 0;
    while let Some(char) = rest[start..].chars().next() {
        let gap = gap(&rest[start..]);
        if gap == 0 {
            start += char.len_utf8();
        } else {
            words.push(&rest[..start]);
            rest = &rest[start + gap..];
            start = 0;
        }
    }
    words.push(rest);
    words
}

/// The length of what separates two words, if that is next.
fn gap(rest: &str) -> usize {
    let space = |text: &str| {
        let first = text.chars().next().filter(|char| char.is_whitespace());
        first.map_or(0, char::len_utf8)
    };
    if let Some(behind) = rest.strip_prefix(',') {
        return if space(behind) > 0 { 1 + space(behind) } else { 0 };
    }
    let first = space(rest);
    if first > 0 {
        if let Some(behind) = rest[first..].strip_prefix("and") {
            if space(behind) > 0 {
                return first + 3 + space(behind);
            }
        }
        return first;
    }
    usize::from(rest.starts_with(['-', '\\']))
}

fn word_value(word: &str) -> f64 {
    let place = |list: &[&str]| list.iter().position(|known| known.eq_ignore_ascii_case(word));
    if let Some(unit) = place(&UNITS).or_else(|| place(&ORDINALS)) {
        return unit as f64;
    }
    if matches!(word, "hundred" | "hundredth") {
        return 100.0;
    }
    let ten = word.strip_suffix("ieth").map(|stem| format!("{stem}y"));
    let ten = ten.as_deref().unwrap_or(word);
    if let Some(ten) = TENS.iter().position(|known| known.eq_ignore_ascii_case(ten)) {
        return (ten as f64 + 2.0) * 10.0;
    }
    let stem = word.strip_suffix("th").unwrap_or(word);
    let magnitude = MAGNITUDES.iter().position(|known| known.eq_ignore_ascii_case(stem));
    magnitude.map_or(f64::NAN, |magnitude| 1000_f64.powi(magnitude as i32 + 1))
}

/// Appends a number in lower-case Roman numerals.
pub(super) fn push_roman(mut number: f64, out: &mut String) {
    for (value, numeral) in ROMAN {
        while number >= value {
            out.push_str(numeral);
            number -= value;
        }
    }
}

/// The number of upper-case Roman numerals, or `NaN` where one of them is none.
pub(super) fn roman_to_number(text: &str) -> f64 {
    let mut number = 0.0;
    let mut largest = 1.0;
    for numeral in text.chars().rev() {
        let value = match numeral {
            'M' => 1000.0,
            'D' => 500.0,
            'C' => 100.0,
            'L' => 50.0,
            'X' => 10.0,
            'V' => 5.0,
            'I' => 1.0,
            _ => return f64::NAN,
        };
        if value < largest {
            number -= value;
        } else {
            largest = value;
            number += value;
        }
    }
    number
}

/// Appends a number as columns of a sheet are named: a, b, … z, aa.
pub(super) fn push_letters(mut number: f64, first: u8, out: &mut String) {
    let mut letters = Vec::new();
    while number > 0.0 {
        letters.push(first + ((number - 1.0) % 26.0) as u8);
        number = ((number - 1.0) / 26.0).floor();
    }
    out.extend(letters.iter().rev().map(|&letter| char::from(letter)));
}

/// The number of a column's name.
pub(super) fn letters_to_number(text: &str, first: u8) -> f64 {
    let mut number = 0.0;
    for unit in text.encode_utf16() {
        number = number * 26.0 + f64::from(unit) - f64::from(first) + 1.0;
    }
    number
}
