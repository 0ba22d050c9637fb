//! Classes of characters, `[…]`. A JavaScript class is a set of UTF-16 units; here it is one of
//! characters, so that the halves of surrogate pairs in it need a meaning of their own.

use super::{ANY, NONE, PatternError, Translator, class_escape, push_char};

/// One end of a range.
#[derive(Clone, Copy)]
enum Atom {
    Char(u32),
    Set(bool, &'static str),
}

impl Translator<'_> {
    /// Reads a class. `is_behind_high` tells that a class of first halves stands before it.
    pub(super) fn class(&mut self, is_behind_high: bool) -> Result<(), PatternError> {
        let start = self.at;
        self.at += 1;
        let is_not = self.take("^");
        let mut set = String::new();
        let (mut has_high, mut has_low) = (false, false);
        loop {
            let Some(char) = self.peek() else {
                self.at = start;
                return Err(self.wrong("A [ has no ]"));
            };
            if char == ']' {
                self.at += 1;
                break;
            }
            let first = self.atom();
            let has_range = self.peek() == Some('-') && self.source.get(self.at + 1) != Some(&']');
            if !has_range || self.at + 1 >= self.source.len() {
                push_atom(first, &mut set, &mut has_high, &mut has_low);
                continue;
            }
            self.at += 1;
            let last = self.atom();
            match (first, last) {
                (Atom::Char(from), Atom::Char(to)) => {
                    if from > to {
                        return Err(self.wrong("A range of characters is out of order"));
                    }
                    push_range(from, to, &mut set, &mut has_high, &mut has_low);
                }
                (first, last) => {
                    push_atom(first, &mut set, &mut has_high, &mut has_low);
                    push_char('-', &mut set);
                    push_atom(last, &mut set, &mut has_high, &mut has_low);
                }
            }
        }
        self.can_repeat = true;
        if set.is_empty() && has_low && is_behind_high && !is_not {
            // The first halves' class has taken the whole character.
            self.out.push_str("(?:)");
            return Ok(());
        }
        self.is_behind_high = has_high && !is_not;
        match (set.is_empty(), is_not) {
            (true, false) => self.out.push_str(NONE),
            (true, true) => self.out.push_str(ANY),
            (false, _) => {
                self.out.push_str(if is_not { "[^" } else { "[" });
                self.out.push_str(&set);
                self.out.push(']');
            }
        }
        Ok(())
    }

    fn atom(&mut self) -> Atom {
        let char = self.source[self.at];
        self.at += 1;
        if char != '\\' {
            return Atom::Char(char as u32);
        }
        match self.peek() {
            None => Atom::Char('\\' as u32),
            Some(letter @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
                self.at += 1;
                let (is_not, set) = class_escape(letter);
                Atom::Set(is_not, set)
            }
            Some('b') => {
                self.at += 1;
                Atom::Char(8)
            }
            Some('-') => {
                self.at += 1;
                Atom::Char('-' as u32)
            }
            Some(_) => Atom::Char(self.unit_escape().map_or_else(|unit| unit, |char| char as u32)),
        }
    }
}

fn push_atom(atom: Atom, set: &mut String, has_high: &mut bool, has_low: &mut bool) {
    match atom {
        Atom::Char(code) => push_range(code, code, set, has_high, has_low),
        Atom::Set(true, chars) => {
            set.push_str("[^");
            set.push_str(chars);
            set.push(']');
        }
        Atom::Set(false, chars) => set.push_str(chars),
    }
}

/// Adds a range; of first halves the characters that begin with them, of second halves nothing.
fn push_range(from: u32, to: u32, set: &mut String, has_high: &mut bool, has_low: &mut bool) {
    let mut push = |from: u32, to: u32| {
        let ends = char::from_u32(from).zip(char::from_u32(to));
        if let Some((from, to)) = ends.filter(|(from, to)| from <= to) {
            push_char(from, set);
            if from != to {
                set.push('-');
                push_char(to, set);
            }
        }
    };
    let (high, low) = ((from.max(0xD800), to.min(0xDBFF)), (from.max(0xDC00), to.min(0xDFFF)));
    if high.0 > high.1 && low.0 > low.1 {
        return push(from, to);
    }
    if from < 0xD800 {
        push(from, 0xD7FF);
    }
    if high.0 <= high.1 {
        *has_high = true;
        let first = 0x10000 + ((high.0 - 0xD800) << 10);
        push(first, 0x10000 + ((high.1 - 0xD800) << 10) + 0x3FF);
    }
    *has_low |= low.0 <= low.1;
    if to > 0xDFFF {
        push(0xE000, to);
    }
}
