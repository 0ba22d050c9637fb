//! Values that look like others: the same with the same seed, and told nothing of without it. Not
//! where they are put.

use std::fmt::Write as _;

use data::{Number, Value};
use hmac::{Hmac, Mac};
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use sha2::Sha256;

/// Dates are moved by up to so many days.
const MOST_DAYS: i64 = 180;

/// Makes values of others, by a seed.
pub(super) struct Faker<'s> {
    seed: &'s str,
}

impl<'s> Faker<'s> {
    pub(super) fn new(seed: &'s str) -> Self {
        Self { seed }
    }

    /// 32 letters and digits that stand for a value.
    pub(super) fn hash(&self, value: &Value) -> Value {
        if value.is_null() {
            return Value::null();
        }
        let digest = self.digest(&text_of(value), 0);
        let mut text = String::with_capacity(32);
        for byte in &digest[..16] {
            let _ = write!(text, "{byte:02x}");
        }
        Value::from(text)
    }

    /// A value of the same form: letters for letters, digits for digits. Dates stay dates, e-mail
    /// addresses become ones that belong to nobody, and card numbers keep a valid check digit.
    pub(super) fn fake(&self, value: &Value) -> Value {
        if value.is_null() {
            return Value::null();
        }
        let text = text_of(value);
        if value.as_bool().is_some() {
            return Value::from(self.digest(&text, 0)[0].is_multiple_of(2));
        }
        if value.as_str().is_some() {
            return Value::from(self.fake_text(&text));
        }
        // An exponent is left as it is: its letter is none of the number's.
        let (digits, exponent) = text.split_at(text.find(['e', 'E']).unwrap_or(text.len()));
        let digits = self.reshape(digits) + exponent;
        Number::parse(&digits).map_or_else(Value::null, Value::from)
    }

    fn fake_text(&self, text: &str) -> String {
        if let Some((name, domain)) = text.split_once('@')
            && domain.contains('.')
            && !text.contains(char::is_whitespace)
        {
            return format!("{}@example.com", self.reshape(name));
        }
        if let Some(date) = text.get(..10).and_then(|begin| begin.parse::<Date>().ok())
            && text.as_bytes()[4] == b'-'
            && !text[10..].starts_with(|c: char| c.is_ascii_digit())
        {
            return format!("{}{}", self.moved(date, text), &text[10..]);
        }
        let fake = self.reshape(text);
        if is_card_number(text) { with_check_digit(&fake) } else { fake }
    }

    fn moved(&self, date: Date, text: &str) -> Date {
        let digest = self.digest(&text[..10], 0);
        let random = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        let days = i64::from(random) % (2 * MOST_DAYS + 1) - MOST_DAYS;
        let span: Span = days.days();
        date.checked_add(span).unwrap_or(date)
    }

    /// Other letters and digits in the same places. A zero in front stays one, so that a number
    /// keeps its length.
    fn reshape(&self, text: &str) -> String {
        let mut random = Stream { faker: self, text, block: 0, bytes: [0; 32], at: 32 };
        let mut is_first_digit = true;
        let shape = |letter: char| {
            let fake = match letter {
                '0' if is_first_digit => '0',
                '1'..='9' if is_first_digit => char::from(b'1' + random.below(9)),
                '0'..='9' => char::from(b'0' + random.below(10)),
                letter if letter.is_uppercase() => char::from(b'A' + random.below(26)),
                letter if letter.is_alphabetic() => char::from(b'a' + random.below(26)),
                other => other,
            };
            is_first_digit &= !letter.is_ascii_digit();
            fake
        };
        text.chars().map(shape).collect()
    }

    fn digest(&self, text: &str, block: u32) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.seed.as_bytes())
            .expect("keys of this hash may have any length");
        mac.update(&block.to_be_bytes());
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Random bytes that a text always gives, with the same seed.
struct Stream<'f, 's> {
    faker: &'f Faker<'s>,
    text: &'f str,
    block: u32,
    bytes: [u8; 32],
    at: usize,
}

impl Stream<'_, '_> {
    /// A number below `n`, each as likely as the others.
    fn below(&mut self, n: u8) -> u8 {
        loop {
            if self.at == self.bytes.len() {
                self.bytes = self.faker.digest(self.text, self.block);
                self.block += 1;
                self.at = 0;
            }
            let byte = self.bytes[self.at];
            self.at += 1;
            // Bytes beyond the last whole multiple would favour small numbers.
            if byte < u8::MAX - u8::MAX % n {
                return byte % n;
            }
        }
    }
}

/// The last letters and digits of a text, with stars for those before. A text that has no more than
/// these is all stars.
pub(super) fn keep_last(value: &Value, n_kept: usize) -> Value {
    if value.is_null() {
        return Value::null();
    }
    let text = text_of(value);
    let n_all = text.chars().filter(|letter| letter.is_alphanumeric()).count();
    let mut n_stars = if n_all > n_kept { n_all - n_kept } else { n_all };
    let star = |letter: char| {
        if letter.is_alphanumeric() && n_stars > 0 {
            n_stars -= 1;
            '*'
        } else {
            letter
        }
    };
    Value::from(text.chars().map(star).collect::<String>())
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0')
}

/// Whether a text is a card number: 13 to 19 digits whose last one fits (Luhn, ISO/IEC 7812-1).
fn is_card_number(text: &str) -> bool {
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    is_plain && (13..=19).contains(&digits(text).count()) && luhn(text).is_multiple_of(10)
}

fn luhn(text: &str) -> u32 {
    let weigh = |(at, digit): (usize, u8)| {
        let digit = u32::from(digit);
        if at % 2 == 0 {
            digit
        } else if digit > 4 {
            digit * 2 - 9
        } else {
            digit * 2
        }
    };
    digits(text).rev().enumerate().map(weigh).sum()
}

/// The card number with the last digit that fits the others.
fn with_check_digit(text: &str) -> String {
    let Some(last) = text.rfind(|c: char| c.is_ascii_digit()) else { return text.to_owned() };
    let with = |digit: u8| format!("{}{digit}{}", &text[..last], &text[last + 1..]);
    let digit = (10 - luhn(&with(0)) % 10) % 10;
    with(digit as u8)
}
