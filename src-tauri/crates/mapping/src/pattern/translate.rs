//! Writes a JavaScript regular expression in the syntax of the Rust crates. Nothing is matched here.
//!
//! The grammar is that of ECMAScript 2023 without the flags `u` and `v`, with its annex B: what has
//! no other meaning is a literal.

use std::collections::HashMap;
use std::fmt::Write;

use super::PatternError;

mod class;

/// The longest pattern, in characters.
const LONGEST: usize = 20_000;
/// How deep groups may stand in groups.
const DEEPEST: usize = 50;
/// The largest count of a repetition.
const MOST_REPEATS: u64 = 100_000;

const DIGIT: &str = "0-9";
const WORD: &str = "A-Za-z0-9_";
const SPACE: &str = r"\t\n\x{B}\x{C}\r\x{20}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";
const LINE_ENDS: &str = r"\n\r\x{2028}\x{2029}";
/// What closes a look-around, which stands in a group of its own.
const LOOK_END: &str = "))";
const ANY: &str = r"[\x{0}-\x{10FFFF}]";
const NONE: &str = r"[^\x{0}-\x{10FFFF}]";

/// What the pattern is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The `regex` crate.
    Linear,
    /// The `fancy-regex` crate.
    Backtracking,
}

/// What ends a line, for `^` and `$` under the flag `m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// `\n` alone.
    Newline,
    /// All that JavaScript has.
    All,
}

/// A pattern in the target's syntax.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) n_groups: usize,
    /// Whether look-around or back-references are in it.
    pub(super) needs_backtracking: bool,
    /// Whether `^` or `$` stand for the ends of lines.
    pub(super) has_lines: bool,
}

struct Translator<'a> {
    source: &'a [char],
    at: usize,
    out: String,
    target: Target,
    lines: Lines,
    is_multi_line: bool,
    n_groups: usize,
    names: HashMap<String, usize>,
    /// What closes each open group.
    open: Vec<&'static str>,
    needs_backtracking: bool,
    has_lines: bool,
    /// Whether a repetition may follow.
    can_repeat: bool,
    /// Whether what was written last was a class with the first halves of surrogate pairs.
    is_behind_high: bool,
    /// Whether what was written last was a look-around.
    is_behind_look: bool,
}

pub(super) fn translate(
    source: &str,
    ignores_case: bool,
    is_multi_line: bool,
    target: Target,
    lines: Lines,
) -> Result<Translated, PatternError> {
    let chars: Vec<char> = source.chars().collect();
    if chars.len() > LONGEST {
        return Err(too_large(&format!("is longer than {LONGEST} characters")));
    }
    let (n_groups, names) = groups(&chars)?;
    let mut translator = Translator {
        source: &chars,
        at: 0,
        out: if ignores_case { "(?i)".to_owned() } else { String::new() },
        target,
        lines,
        is_multi_line,
        n_groups,
        names,
        open: Vec::new(),
        needs_backtracking: false,
        has_lines: false,
        can_repeat: false,
        is_behind_high: false,
        is_behind_look: false,
    };
    while translator.at < chars.len() {
        translator.term()?;
    }
    if !translator.open.is_empty() {
        return Err(translator.wrong("A ( has no )"));
    }
    Ok(Translated {
        pattern: translator.out,
        n_groups,
        needs_backtracking: translator.needs_backtracking,
        has_lines: translator.has_lines,
    })
}

/// How many groups capture, and which of them have a name.
fn groups(source: &[char]) -> Result<(usize, HashMap<String, usize>), PatternError> {
    let mut count = 0;
    let mut names = HashMap::new();
    let mut is_in_class = false;
    let mut at = 0;
    while at < source.len() {
        match source[at] {
            '\\' => at += 1,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '(' if !is_in_class => {
                let is_named = source[at + 1..].starts_with(&['?', '<'])
                    && !matches!(source.get(at + 3), Some('=' | '!'));
                if is_named || source.get(at + 1) != Some(&'?') {
                    count += 1;
                }
                if is_named {
                    let name = source[at + 3..].iter().take_while(|char| **char != '>');
                    let name: String = name.collect();
                    if names.contains_key(&name) {
                        return Err(PatternError {
                            code: "G0023",
                            message: format!(
                                "Two groups of the regular expression have the name {name}. Give each its own."
                            ),
                            offset: Some(at),
                        });
                    }
                    names.insert(name, count);
                }
            }
            _ => {}
        }
        at += 1;
    }
    Ok((count, names))
}

impl Translator<'_> {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at).copied()
    }

    fn take(&mut self, text: &str) -> bool {
        let len = text.chars().count();
        let is_next = self.source[self.at..].iter().take(len).copied().eq(text.chars());
        self.at += if is_next { len } else { 0 };
        is_next
    }

    fn wrong(&self, what: &str) -> PatternError {
        PatternError {
            code: "G0023",
            message: format!(
                "{what} in the regular expression, at its character {}. Write \\ before a character that stands for itself.",
                self.at + 1
            ),
            offset: Some(self.at),
        }
    }

    fn term(&mut self) -> Result<(), PatternError> {
        let char = self.source[self.at];
        let was_behind_high = std::mem::take(&mut self.is_behind_high);
        if !matches!(char, '*' | '+' | '?' | '{') {
            self.is_behind_look = false;
        }
        match char {
            '(' => return self.open_group(),
            ')' => return self.close_group(),
            '*' | '+' | '?' => return self.repeat(),
            '{' if self.counts().is_some() => return self.repeat(),
            '[' => return self.class(was_behind_high),
            '\\' => {
                self.at += 1;
                return self.escape();
            }
            _ => {}
        }
        self.at += 1;
        self.can_repeat = true;
        match char {
            '|' => {
                self.out.push('|');
                self.can_repeat = false;
            }
            '^' | '$' => {
                self.line_end(char);
                self.can_repeat = false;
            }
            '.' => {
                self.out.push_str("[^");
                self.out.push_str(LINE_ENDS);
                self.out.push(']');
            }
            other => push_char(other, &mut self.out),
        }
        Ok(())
    }

    fn line_end(&mut self, sign: char) {
        let text = match (self.is_multi_line, self.lines, sign) {
            (false, _, '^') => r"\A",
            (false, ..) => r"\z",
            (true, Lines::Newline, '^') => "(?m:^)",
            (true, Lines::Newline, _) => "(?m:$)",
            (true, Lines::All, '^') => r"(?:\A|(?<=[\n\r\x{2028}\x{2029}]))",
            (true, Lines::All, _) => r"(?:\z|(?=[\n\r\x{2028}\x{2029}]))",
        };
        self.has_lines |= self.is_multi_line;
        self.out.push_str(text);
    }

    fn open_group(&mut self) -> Result<(), PatternError> {
        self.at += 1;
        if self.open.len() >= DEEPEST {
            return Err(too_large(&format!("has groups more than {DEEPEST} deep")));
        }
        let look = [("?=", "(?:(?="), ("?!", "(?:(?!"), ("?<=", "(?:(?<="), ("?<!", "(?:(?<!")];
        self.can_repeat = false;
        for (sign, written) in look {
            if self.take(sign) {
                self.needs_backtracking = true;
                self.out.push_str(written);
                self.open.push(LOOK_END);
                return Ok(());
            }
        }
        if self.take("?:") {
            self.out.push_str("(?:");
        } else if self.take("?<") {
            let name = self.source[self.at..].iter().take_while(|char| **char != '>');
            let len = name.count();
            if len == 0 || self.at + len >= self.source.len() {
                return Err(self.wrong("The name of a group is not closed by >"));
            }
            self.at += len + 1;
            self.out.push('(');
        } else if self.peek() == Some('?') {
            return Err(self.wrong("A group begins with an unknown sign"));
        } else {
            self.out.push('(');
        }
        self.open.push(")");
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), PatternError> {
        let Some(close) = self.open.pop() else { return Err(self.wrong("A ) has no (")) };
        self.at += 1;
        self.out.push_str(close);
        self.is_behind_look = close == LOOK_END;
        self.can_repeat = true;
        Ok(())
    }

    /// Reads `{2}`, `{2,}` or `{2,5}` without moving; the length, the least and the most.
    fn counts(&self) -> Option<(usize, u64, Option<u64>)> {
        let rest = &self.source[self.at + 1..];
        let close = rest.iter().take(64).position(|char| *char == '}')?;
        let text: String = rest[..close].iter().collect();
        let (least, most) = text.split_once(',').unwrap_or((&text, &text));
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A count that no 64 bits hold is larger than any limit all the same.
        let number = |text: &str| text.parse().unwrap_or(u64::MAX);
        if !is_number(least) || !(most.is_empty() || is_number(most)) {
            return None;
        }
        Some((close + 2, number(least), (!most.is_empty()).then(|| number(most))))
    }

    fn repeat(&mut self) -> Result<(), PatternError> {
        if !self.can_repeat {
            return Err(self.wrong("There is nothing to repeat"));
        }
        let sign = self.source[self.at];
        let start = self.out.len();
        let is_behind_look = std::mem::take(&mut self.is_behind_look);
        let mut is_optional = sign != '+';
        if sign == '{' {
            let (len, least, most) = self.counts().unwrap_or((1, 0, None));
            if most.is_some_and(|most| most < least) {
                return Err(self.wrong("The counts of a repetition are out of order"));
            }
            if least.max(most.unwrap_or(0)) > MOST_REPEATS {
                return Err(too_large(&format!("repeats more than {MOST_REPEATS} times")));
            }
            self.at += len;
            is_optional = least == 0;
            let most = most.map(|most| most.to_string()).unwrap_or_default();
            let _ = write!(self.out, "{{{least},{most}}}");
        } else {
            self.at += 1;
            self.out.push(sign);
        }
        if self.take("?") {
            self.out.push('?');
        }
        if is_behind_look {
            // Looking twice is looking once, and the crates do not repeat it.
            self.out.truncate(start);
            if is_optional {
                self.out.pop();
                self.out.push_str("|)");
            }
        }
        self.can_repeat = false;
        Ok(())
    }

    /// What stands behind a `\` outside a class.
    fn escape(&mut self) -> Result<(), PatternError> {
        let Some(char) = self.peek() else { return Err(self.wrong("There is a \\ at the end")) };
        self.can_repeat = true;
        match char {
            'b' | 'B' => {
                self.at += 1;
                self.can_repeat = false;
                self.word_edge(char == 'b');
            }
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                self.at += 1;
                let (is_not, set) = class_escape(char);
                let not = if is_not { "^" } else { "" };
                let _ = write!(self.out, "(?-i:[{not}{set}])");
            }
            '1'..='9' => self.back_reference_or_octal(),
            'k' if !self.names.is_empty() => {
                self.at += 1;
                let rest: String = self.source[self.at..].iter().collect();
                let name = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
                let group = name.and_then(|(name, _)| Some((name, *self.names.get(name)?)));
                let Some((name, group)) = group else {
                    return Err(self.wrong("\\k names no group"));
                };
                self.at += name.chars().count() + 2;
                self.back_reference(group);
            }
            _ => match self.unit_escape() {
                // Half of a character is in no text.
                Err(_) => self.out.push_str(NONE),
                Ok(char) => push_char(char, &mut self.out),
            },
        }
        Ok(())
    }

    fn word_edge(&mut self, is_edge: bool) {
        let text = match (self.target, is_edge) {
            (Target::Linear, true) => r"(?-u:\b)",
            (Target::Linear, false) => r"(?-u:\B)",
            (Target::Backtracking, true) => {
                r"(?-i:(?<![A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<=[A-Za-z0-9_])(?![A-Za-z0-9_]))"
            }
            (Target::Backtracking, false) => {
                r"(?-i:(?<=[A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<![A-Za-z0-9_])(?![A-Za-z0-9_]))"
            }
        };
        self.out.push_str(text);
    }

    fn back_reference_or_octal(&mut self) {
        let digits: String =
            self.source[self.at..].iter().take_while(|char| char.is_ascii_digit()).collect();
        let group = digits.parse().unwrap_or(usize::MAX);
        if group <= self.n_groups {
            self.at += digits.len();
            return self.back_reference(group);
        }
        let char = self.octal();
        push_char(char, &mut self.out);
    }

    /// In JavaScript a group that took no part is found everywhere.
    fn back_reference(&mut self, group: usize) {
        self.needs_backtracking = true;
        let _ = write!(self.out, "(?({group})\\{group}|)");
    }

    /// Up to three octal digits, or an 8 or 9 that stands for itself.
    fn octal(&mut self) -> char {
        let mut code = 0;
        let start = self.at;
        while let Some(digit) = self.peek().and_then(|char| char.to_digit(8)) {
            if self.at - start == 3 || code * 8 + digit > 0o377 {
                break;
            }
            code = code * 8 + digit;
            self.at += 1;
        }
        if self.at == start {
            self.at += 1;
            return self.source[start];
        }
        char::from_u32(code).unwrap_or('\0')
    }

    /// A character behind a `\`, or a surrogate.
    fn unit_escape(&mut self) -> Result<char, u32> {
        let char = self.source[self.at];
        if char.is_ascii_digit() {
            return Ok(self.octal());
        }
        self.at += 1;
        Ok(match char {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'x' => self.hex(2).and_then(char::from_u32).unwrap_or('x'),
            'u' => {
                let Some(unit) = self.hex(4) else { return Ok('u') };
                return self.whole_character(unit);
            }
            'c' => match self.peek() {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.at += 1;
                    char::from(letter as u8 % 32)
                }
                _ => {
                    self.at -= 1;
                    '\\'
                }
            },
            other => other,
        })
    }

    /// A UTF-16 unit as a character, together with the second half behind it.
    fn whole_character(&mut self, unit: u32) -> Result<char, u32> {
        if let Some(char) = char::from_u32(unit) {
            return Ok(char);
        }
        let before = self.at;
        if unit < 0xDC00 && self.take("\\u") {
            if let Some(low @ 0xDC00..=0xDFFF) = self.hex(4) {
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return char::from_u32(code).ok_or(unit);
            }
        }
        self.at = before;
        Err(unit)
    }

    fn hex(&mut self, len: usize) -> Option<u32> {
        let digits = self.source.get(self.at..self.at + len)?;
        let mut code = 0;
        for digit in digits {
            code = code * 16 + digit.to_digit(16)?;
        }
        self.at += len;
        Some(code)
    }
}

/// The set of a class escape, and whether it is meant the other way round.
fn class_escape(letter: char) -> (bool, &'static str) {
    let set = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        'w' => WORD,
        _ => SPACE,
    };
    (letter.is_ascii_uppercase(), set)
}

fn push_char(char: char, out: &mut String) {
    if char.is_ascii_alphanumeric() || (!char.is_ascii() && !char.is_whitespace()) {
        out.push(char);
    } else {
        let _ = write!(out, "\\x{{{:X}}}", char as u32);
    }
}

fn too_large(why: &str) -> PatternError {
    PatternError::new(
        "G0021",
        format!("The regular expression {why}. Repeat less, or match in two steps."),
    )
}
