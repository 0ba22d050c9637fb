//! Cuts JSONata source into tokens with their places. Not a parser: it knows no precedence.

use crate::{Fault, Span};

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'a> {
    /// `orders`, or a name in backticks without them.
    Name(&'a str),
    /// `$name`, without the `$`.
    Variable(&'a str),
    /// A text in quotes, unescaped.
    Text(String),
    /// A number, as it is written.
    Number(&'a str),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// A regular expression, without its slashes.
    Regex { pattern: &'a str, flags: &'a str },
    /// An operator or bracket; also `and`, `or` and `in`.
    Symbol(&'a str),
    /// The end of the source.
    End,
}

/// Two-character operators.
const PAIRS: [&str; 9] = ["..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??"];
/// One-character operators; a name ends before any of them.
const SYMBOLS: &[u8] = b".[]{}(),@#;:?+-*/%|=<>^&!~";
const BLANKS: [char; 5] = [' ', '\t', '\n', '\r', '\u{b}'];

/// A lexer over a source, from a byte offset on.
pub(crate) struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(source: &'a str, at: usize) -> Self {
        Self { source, at }
    }

    /// The next token. A `/` begins a regular expression where an operand is due.
    ///
    /// # Errors
    /// A fault for what has no end or is not allowed in a text; the lexer then stands at the end.
    pub(crate) fn next(&mut self, operand_is_due: bool) -> Result<Token<'a>, Fault> {
        let token = self.token(operand_is_due);
        if token.is_err() {
            self.at = self.source.len();
        }
        token
    }

    fn token(&mut self, operand_is_due: bool) -> Result<Token<'a>, Fault> {
        self.skip_blank()?;
        let start = self.at;
        let rest = &self.source[start..];
        let Some(&first) = rest.as_bytes().first() else {
            return Ok(Token { kind: Kind::End, start, end: start });
        };
        let kind = match first {
            b'"' | b'\'' => self.text(first as char)?,
            b'/' if operand_is_due => self.regex()?,
            b'`' => self.quoted_name()?,
            b'0'..=b'9' => self.number()?,
            _ if SYMBOLS.contains(&first) => {
                let pair = PAIRS.iter().find(|pair| rest.starts_with(**pair));
                self.at += pair.map_or(1, |pair| pair.len());
                Kind::Symbol(&self.source[start..self.at])
            }
            _ => self.word(),
        };
        Ok(Token { kind, start, end: self.at })
    }

    fn skip_blank(&mut self) -> Result<(), Fault> {
        loop {
            let rest = &self.source[self.at..];
            self.at += rest.len() - rest.trim_start_matches(BLANKS).len();
            let rest = &self.source[self.at..];
            if !rest.starts_with("/*") {
                return Ok(());
            }
            match rest[2..].find("*/") {
                Some(len) => self.at += len + 4,
                None => return Err(self.unclosed("S0106", "A comment has no closing */.")),
            }
        }
    }

    fn unclosed(&self, code: &str, message: &str) -> Fault {
        Fault::new(code, message).at(span(self.source, self.at, self.source.len()))
    }

    fn quoted_name(&mut self) -> Result<Kind<'a>, Fault> {
        let inner = &self.source[self.at + 1..];
        let Some(len) = inner.find('`') else {
            return Err(self.unclosed("S0105", "A name in backticks has no closing backtick."));
        };
        self.at += len + 2;
        Ok(Kind::Name(&inner[..len]))
    }

    fn text(&mut self, quote: char) -> Result<Kind<'a>, Fault> {
        let start = self.at;
        let mut out = String::new();
        let mut at = start + 1;
        // A pair of surrogates is written as two escapes; the first waits here for the second.
        let mut lead: Option<u32> = None;
        loop {
            let rest = &self.source[at..];
            let plain = rest.find(['\\', quote]);
            if plain != Some(0) && lead.take().is_some() {
                out.push('\u{fffd}');
            }
            let Some(plain) = plain else {
                return Err(self.unclosed("S0101", "A text has no closing quotation mark."));
            };
            out.push_str(&rest[..plain]);
            at += plain;
            if !self.source[at..].starts_with('\\') {
                self.at = at + 1;
                return Ok(Kind::Text(out));
            }
            let unit = self.escape(at)?;
            at += unit.len;
            match (lead.take(), unit.code) {
                (Some(lead), 0xdc00..=0xdfff) => {
                    let code = 0x10000 + ((lead - 0xd800) << 10) + (unit.code - 0xdc00);
                    out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                }
                (before, code) => {
                    if before.is_some() {
                        out.push('\u{fffd}');
                    }
                    if (0xd800..0xdc00).contains(&code) {
                        lead = Some(code);
                    } else {
                        out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                    }
                }
            }
        }
    }

    /// What the escape at `at` stands for.
    fn escape(&self, at: usize) -> Result<Escape, Fault> {
        let after = &self.source[at + 1..];
        let plain = match after.chars().next() {
            Some(same @ ('"' | '\\' | '/')) => Some(same),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            _ => None,
        };
        if let Some(plain) = plain {
            return Ok(Escape { code: u32::from(plain), len: 2 });
        }
        let Some(other) = after.chars().next() else {
            return Err(self.unclosed("S0101", "A text has no closing quotation mark."));
        };
        let place = span(self.source, at, at + 1 + other.len_utf8());
        if other != 'u' {
            let message = format!(
                "\\{other} means nothing in a text. Write \\\\ for a backslash, or \\n, \\t, \\\" and the like."
            );
            return Err(Fault::new("S0103", message).at(place));
        }
        let hex = after.get(1..5).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        if let Some(code) = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
            Ok(Escape { code, len: 6 })
        } else {
            let message = "\\u must be followed by four hexadecimal digits, such as \\u00e4.";
            Err(Fault::new("S0104", message).at(place))
        }
    }

    fn number(&mut self) -> Result<Kind<'a>, Fault> {
        let rest = &self.source[self.at..];
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut len = if bytes[0] == b'0' { 1 } else { digits(0) };
        if bytes.get(len) == Some(&b'.') && digits(len + 1) > 0 {
            len += 1 + digits(len + 1);
        }
        if matches!(bytes.get(len), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
            if len + 1 + sign < bytes.len() && digits(len + 1 + sign) > 0 {
                len += 1 + sign + digits(len + 1 + sign);
            }
        }
        let text = &rest[..len];
        if !text.parse::<f64>().is_ok_and(f64::is_finite) {
            let place = span(self.source, self.at, self.at + len);
            let message = "This number is larger than any that can be counted with.";
            return Err(Fault::new("S0102", message).at(place));
        }
        self.at += len;
        Ok(Kind::Number(text))
    }

    /// Slashes within brackets do not end the expression, as in JSONata's own lexer.
    fn regex(&mut self) -> Result<Kind<'a>, Fault> {
        let start = self.at + 1;
        let bytes = self.source.as_bytes();
        let mut depth = 0_i32;
        let mut n_backslashes = 0;
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            match byte {
                b'/' if depth == 0 && n_backslashes % 2 == 0 => return self.regex_end(start, at),
                b'(' | b'[' | b'{' if n_backslashes == 0 => depth += 1,
                b')' | b']' | b'}' if n_backslashes == 0 => depth -= 1,
                _ => {}
            }
            n_backslashes = if *byte == b'\\' { n_backslashes + 1 } else { 0 };
        }
        Err(self.unclosed("S0302", "A regular expression has no closing slash."))
    }

    fn regex_end(&mut self, start: usize, end: usize) -> Result<Kind<'a>, Fault> {
        if start == end {
            let place = span(self.source, start - 1, end + 1);
            return Err(Fault::new("S0301", "A regular expression must not be empty.").at(place));
        }
        let after = &self.source[end + 1..];
        let n_flags = after.bytes().take_while(|b| matches!(b, b'i' | b'm')).count();
        self.at = end + 1 + n_flags;
        Ok(Kind::Regex { pattern: &self.source[start..end], flags: &after[..n_flags] })
    }

    fn word(&mut self) -> Kind<'a> {
        let rest = &self.source[self.at..];
        let ends = |c: char| BLANKS.contains(&c) || (c.is_ascii() && SYMBOLS.contains(&(c as u8)));
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += word.len();
        match word {
            "and" | "or" | "in" => Kind::Symbol(word),
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "null" => Kind::Null,
            _ => match word.strip_prefix('$') {
                Some(name) => Kind::Variable(name),
                None => Kind::Name(word),
            },
        }
    }
}

/// A UTF-16 unit, and how many bytes its escape takes in the source.
struct Escape {
    code: u32,
    len: usize,
}

/// The place of these bytes, in UTF-16 units.
pub(crate) fn span(source: &str, start: usize, end: usize) -> Span {
    let before = units(&source[..start]);
    before..before + units(&source[start..end])
}

/// The length of a text, in UTF-16 units.
pub(crate) fn units(text: &str) -> u32 {
    if text.is_ascii() { text.len() as u32 } else { text.encode_utf16().count() as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<Kind<'_>> {
        let mut lexer = Lexer::new(source, 0);
        let mut kinds = Vec::new();
        loop {
            match lexer.next(false).unwrap().kind {
                Kind::End => return kinds,
                kind => kinds.push(kind),
            }
        }
    }

    fn fault(source: &str) -> Fault {
        let mut lexer = Lexer::new(source, 0);
        loop {
            match lexer.next(true) {
                Ok(token) => assert_ne!(token.kind, Kind::End, "{source} has no fault"),
                Err(fault) => return fault,
            }
        }
    }

    #[test]
    fn names_texts_numbers_and_operators_are_told_apart() {
        use Kind::{Name, Number, Symbol, Text, Variable};
        assert_eq!(
            kinds("a.`b c`[x >= 1.5e3] & \"it's\" ~> $f($)"),
            [
                Name("a"),
                Symbol("."),
                Name("b c"),
                Symbol("["),
                Name("x"),
                Symbol(">="),
                Number("1.5e3"),
                Symbol("]"),
                Symbol("&"),
                Text("it's".to_owned()),
                Symbol("~>"),
                Variable("f"),
                Symbol("("),
                Variable(""),
                Symbol(")"),
            ]
        );
    }

    #[test]
    fn a_slash_begins_a_regular_expression_only_where_an_operand_is_due() {
        assert_eq!(kinds("a / b")[1], Kind::Symbol("/"));
        let regex = Kind::Regex { pattern: "x\\/[\"/]", flags: "i" };
        assert_eq!(Lexer::new("/x\\/[\"/]/i", 0).next(true).unwrap().kind, regex);
    }

    #[test]
    fn comments_are_left_out_and_ranges_are_no_fractions() {
        assert_eq!(kinds("/* a */ [1..5]").len(), 5);
    }

    #[test]
    fn escapes_stand_for_characters_and_pairs_of_surrogates_for_one() {
        assert_eq!(kinds(r#""\u00e4\n\ud83d\ude00""#), [Kind::Text("ä\n😀".to_owned())]);
        assert_eq!(kinds(r#""\ud83dx""#), [Kind::Text("\u{fffd}x".to_owned())]);
        assert_eq!(fault(r#""\y""#).code, "S0103");
        assert_eq!(fault(r#""\u12""#).code, "S0104");
    }

    #[test]
    fn what_has_no_end_is_a_fault_with_its_place_in_utf16_units() {
        let fault_of_text = fault("\"ä😀\" & \"open");
        assert_eq!((fault_of_text.code.as_str(), fault_of_text.span), ("S0101", Some(8..13)));
        assert_eq!(fault("`open").code, "S0105");
        assert_eq!(fault("1 /* open").span, Some(2..9));
        assert_eq!(fault("/(/").code, "S0302");
    }
}
