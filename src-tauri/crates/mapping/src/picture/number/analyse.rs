//! Reads decimal pictures: the split into halves and parts, the rules of XPath Functions 3.1,
//! 4.7.3 and 4.7.4. What JSONata does otherwise is kept, and said where it is.

use super::{Grouping, NumberOptions, NumberPicture, SubPicture};
use crate::Fault;

/// What a picture's characters mean.
struct Syntax<'a> {
    options: &'a NumberOptions,
    zero: char,
    decimal: Vec<char>,
    grouping: Vec<char>,
    exponent: Vec<char>,
    percent: Vec<char>,
    per_mille: Vec<char>,
    digit: Vec<char>,
    separator: Vec<char>,
}

/// A half of a picture, cut up.
struct Parts {
    all: Vec<char>,
    prefix: Vec<char>,
    suffix: Vec<char>,
    active: Vec<char>,
    mantissa: Vec<char>,
    exponent: Option<Vec<char>>,
    whole: Vec<char>,
    fraction: Vec<char>,
}

pub(super) fn picture(picture: &str, options: &NumberOptions) -> Result<NumberPicture, Fault> {
    let syntax = Syntax::new(options);
    let halves = split(picture, &options.pattern_separator);
    if halves.len() > 2 {
        return Err(fault("D3080", picture));
    }
    let parts: Vec<Parts> = halves.into_iter().map(|half| syntax.parts(half)).collect();
    for part in &parts {
        if let Some(code) = syntax.wrong(part) {
            return Err(fault(code, picture));
        }
    }
    let mut halves = parts.iter().map(|part| syntax.analyse(part));
    let positive = halves.next().ok_or_else(|| fault("D3085", picture))?;
    let negative = halves.next().unwrap_or_else(|| {
        let prefix = format!("{}{}", options.minus_sign, positive.prefix);
        SubPicture { prefix, ..positive.clone() }
    });
    Ok(NumberPicture { positive, negative, options: options.clone(), zero: syntax.zero })
}

impl<'a> Syntax<'a> {
    fn new(options: &'a NumberOptions) -> Self {
        let chars = |text: &str| text.chars().collect();
        Self {
            options,
            zero: options.zero_digit.chars().next().unwrap_or('0'),
            decimal: chars(&options.decimal_separator),
            grouping: chars(&options.grouping_separator),
            exponent: chars(&options.exponent_separator),
            percent: chars(&options.percent),
            per_mille: chars(&options.per_mille),
            digit: chars(&options.digit),
            separator: chars(&options.pattern_separator),
        }
    }

    fn is_digit(&self, char: char) -> bool {
        let zero = self.zero as u32;
        (zero..zero + 10).contains(&(char as u32))
    }

    fn is_optional(&self, char: char) -> bool {
        self.digit == [char]
    }

    fn is_place(&self, char: char) -> bool {
        self.is_digit(char) || self.is_optional(char)
    }

    fn is_active(&self, char: char) -> bool {
        let signs = [&self.decimal, &self.exponent, &self.grouping, &self.digit, &self.separator];
        self.is_digit(char) || signs.iter().any(|sign| sign.as_slice() == [char])
    }

    fn parts(&self, all: Vec<char>) -> Parts {
        let ends = |char: &char| self.is_active(*char) && self.exponent != [*char];
        let start = all.iter().position(ends).unwrap_or(0);
        let end = all.iter().rposition(ends).map_or(all.len(), |last| last + 1);
        let active = all[start..end].to_vec();
        // JSONata looks for the exponent from the beginning of the half, and cuts the active part
        // there: with a prefix before it the mantissa is longer than it should be.
        let found = find(&all, &self.exponent, start).filter(|at| *at <= end);
        let (mantissa, exponent) = match found {
            None => (active.clone(), None),
            Some(at) => (
                active[..at.min(active.len())].to_vec(),
                Some(active[(at + 1).min(active.len())..].to_vec()),
            ),
        };
        let suffix = all[end..].to_vec();
        let (whole, fraction) = match find(&mantissa, &self.decimal, 0) {
            None => (mantissa.clone(), suffix.clone()),
            Some(at) => {
                (mantissa[..at].to_vec(), mantissa[(at + 1).min(mantissa.len())..].to_vec())
            }
        };
        Parts {
            prefix: all[..start].to_vec(),
            suffix,
            active,
            mantissa,
            exponent,
            whole,
            fraction,
            all,
        }
    }

    /// The code of the last rule that a half breaks.
    fn wrong(&self, parts: &Parts) -> Option<&'static str> {
        let twice = |sign: &[char]| find(&parts.all, sign, 0) != find_last(&parts.all, sign);
        let has = |sign: &[char]| find(&parts.all, sign, 0).is_some();
        let scaled = has(&self.percent) || has(&self.per_mille);
        let mut code = None;
        let mut rule = |is_broken: bool, broken: &'static str| {
            if is_broken {
                code = Some(broken);
            }
        };
        rule(twice(&self.decimal), "D3081");
        rule(twice(&self.percent), "D3082");
        rule(twice(&self.per_mille), "D3083");
        rule(has(&self.percent) && has(&self.per_mille), "D3084");
        rule(!parts.mantissa.iter().any(|char| self.is_place(*char)), "D3085");
        rule(parts.active.iter().any(|char| !self.is_active(*char)), "D3086");
        let is_grouping = |at: Option<usize>| {
            let char = at.and_then(|at| parts.all.get(at));
            self.grouping.as_slice() == char.map(std::slice::from_ref).unwrap_or_default()
        };
        if let Some(at) = find(&parts.all, &self.decimal, 0) {
            rule(is_grouping(at.checked_sub(1)) || is_grouping(Some(at + 1)), "D3087");
        } else {
            let last = parts.whole.last().map(std::slice::from_ref).unwrap_or_default();
            rule(self.grouping.as_slice() == last, "D3088");
        }
        rule(has(&[self.grouping.as_slice(), &self.grouping].concat()), "D3089");
        if let Some(at) = find(&parts.whole, &self.digit, 0) {
            rule(parts.whole[..at].iter().any(|char| self.is_digit(*char)), "D3090");
        }
        if let Some(at) = find_last(&parts.fraction, &self.digit) {
            rule(parts.fraction[at..].iter().any(|char| self.is_digit(*char)), "D3091");
        }
        if let Some(exponent) = &parts.exponent {
            rule(!exponent.is_empty() && scaled, "D3092");
            let is_pure = exponent.iter().all(|char| self.is_digit(*char));
            rule(exponent.is_empty() || !is_pure, "D3093");
        }
        code
    }

    fn analyse(&self, parts: &Parts) -> SubPicture {
        let digits = |part: &[char]| part.iter().filter(|char| self.is_digit(**char)).count();
        let places = |part: &[char]| part.iter().filter(|char| self.is_place(**char)).count();
        let mut min_whole = digits(&parts.whole);
        let scaling = min_whole;
        let mut min_fraction = digits(&parts.fraction);
        let mut max_fraction = places(&parts.fraction);
        if min_whole == 0 && max_fraction == 0 {
            if parts.exponent.is_some() {
                min_fraction = 1;
                max_fraction = 1;
            } else {
                min_whole = 1;
            }
        }
        if parts.exponent.is_some()
            && min_whole == 0
            && find(&parts.whole, &self.digit, 0).is_some()
        {
            min_whole = 1;
        }
        if min_whole == 0 && min_fraction == 0 {
            min_fraction = 1;
        }
        let has = |sign: &[char]| find(&parts.all, sign, 0).is_some();
        let grouping = self.grouping(&parts.whole);
        let fraction_groups = self.fraction_groups(&parts.fraction);
        let min_exponent = parts.exponent.as_deref().map_or(0, digits);
        let is_byte = |sign: &str| sign.len() == 1 && sign.is_ascii();
        SubPicture {
            prefix: parts.prefix.iter().collect(),
            suffix: parts.suffix.iter().collect(),
            factor: if has(&self.percent) {
                100.0
            } else if has(&self.per_mille) {
                1000.0
            } else {
                1.0
            },
            plain: self.options.zero_digit == "0"
                && is_byte(&self.options.decimal_separator)
                && is_byte(&self.options.grouping_separator)
                && min_exponent == 0
                && fraction_groups.is_empty()
                && min_whole <= 20
                && max_fraction >= min_fraction
                && (max_fraction == 0 || has(&self.decimal)),
            grouping,
            fraction_groups,
            min_whole,
            scaling,
            min_fraction,
            max_fraction,
            min_exponent,
            has_point: has(&self.decimal),
        }
    }

    fn grouping(&self, whole: &[char]) -> Grouping {
        let mut places: Vec<usize> = positions(whole, &self.grouping)
            .map(|at| whole[at..].iter().filter(|char| self.is_place(**char)).count())
            .collect();
        places.reverse();
        let step = places.iter().copied().reduce(gcd).unwrap_or(0);
        if (1..=places.len()).all(|index| places.contains(&(index * step))) {
            return Grouping::Every(step);
        }
        places.retain(|place| *place > 0);
        Grouping::At(places)
    }

    /// Before which digits behind the point a separator stands. JSONata looks for the second and
    /// later ones in the whole part, which is an error of its own that is not kept.
    fn fraction_groups(&self, fraction: &[char]) -> Vec<usize> {
        positions(fraction, &self.grouping)
            .map(|at| fraction[..at].iter().filter(|char| self.is_place(**char)).count())
            .collect()
    }
}

fn gcd(left: usize, right: usize) -> usize {
    if right == 0 { left } else { gcd(right, left % right) }
}

/// Cuts as JavaScript does, which cuts at every character where the separator is empty.
fn split(text: &str, separator: &str) -> Vec<Vec<char>> {
    if separator.is_empty() {
        return text.chars().map(|char| vec![char]).collect();
    }
    text.split(separator).map(|half| half.chars().collect()).collect()
}

fn find(text: &[char], sign: &[char], from: usize) -> Option<usize> {
    let last = text.len().checked_sub(sign.len())?;
    (from..=last).find(|at| text[*at..].starts_with(sign))
}

fn find_last(text: &[char], sign: &[char]) -> Option<usize> {
    let last = text.len().checked_sub(sign.len())?;
    (0..=last).rev().find(|at| text[*at..].starts_with(sign))
}

fn positions<'t>(text: &'t [char], sign: &'t [char]) -> impl Iterator<Item = usize> + 't {
    let is_sign = move |at: &usize| !sign.is_empty() && text[*at..].starts_with(sign);
    (0..text.len()).filter(is_sign)
}

fn fault(code: &str, picture: &str) -> Fault {
    let why = match code {
        "D3080" => "has more than two halves. Separate the half for negative numbers by one ;",
        "D3081" => "has more than one decimal separator in a half. Leave one",
        "D3082" => "has more than one percent sign in a half. Leave one",
        "D3083" => "has more than one per mille sign in a half. Leave one",
        "D3084" => "has a percent and a per mille sign in one half. Leave one of them",
        "D3085" => "has no place for a digit. Write at least one 0 or #",
        "D3086" => "has other characters between its digits. Move them to the front or the end",
        "D3087" => "has a grouping separator next to the decimal separator. Remove it",
        "D3088" => "has a grouping separator at the end of its whole part. Remove it",
        "D3089" => "has two grouping separators side by side. Remove one",
        "D3090" => "has a 0 before a # in its whole part. Write the # first, as in #,##0",
        "D3091" => "has a 0 behind a # in its fraction. Write the 0 first, as in 0.0#",
        "D3092" => "has an exponent together with percent or per mille. Leave one of them",
        _ => "has an exponent that is not made of digits. Write it as in 0.0e00",
    };
    Fault::new(code, format!("The number picture \"{picture}\" {why}."))
}
