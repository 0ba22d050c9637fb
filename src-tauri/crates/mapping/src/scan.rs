//! Cuts a JSONata source into tokens with their places. Not a parser: it knows strings, comments,
//! regular expressions and brackets, and nothing of precedence.

use crate::{Fault, Span};

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    /// First byte.
    pub(crate) start: usize,
    /// Last byte + 1.
    pub(crate) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'a> {
    /// `orders`, `and`, `true`.
    Word(&'a str),
    /// A name in backticks, without them.
    Quoted(&'a str),
    /// A text in quotes, unescaped.
    Text(String),
    /// A number, as it is written.
    Number(&'a str),
    /// `$name`, without the `$`; empty for `$`.
    Variable(&'a str),
    /// A regular expression.
    Regex,
    /// An operator or bracket.
    Symbol(&'a str),
}

/// Two-character operators.
const PAIRS: [&str; 9] = ["..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??"];

/// A scanner over a source, from a byte offset on.
pub(crate) struct Scanner<'a> {
    source: &'a str,
    at: usize,
    /// Whether a `/` would begin a regular expression.
    prefix: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(source: &'a str, at: usize) -> Self {
        Self { source, at, prefix: true }
    }

    /// The next token; none at the end.
    ///
    /// # Errors
    /// A fault for what has no end: a text, a name in backticks, a comment, a regular expression.
    pub(crate) fn next(&mut self) -> Result<Option<Token<'a>>, Fault> {
        self.skip_blank()?;
        let start = self.at;
        let Some(first) = self.rest().chars().next() else { return Ok(None) };
        let kind = match first {
            '"' | '\'' => self.text(first)?,
            '`' => {
                let inner = self.until('`', 1).ok_or_else(|| {
                    self.unclosed(start, "S0105", "A name in backticks has no closing backtick.")
                })?;
                Kind::Quoted(inner)
            }
            '0'..='9' => self.number(),
            '/' if self.prefix => self.regex()?,
            '$' => {
                let word = self.word(1);
                Kind::Variable(&word[1..])
            }
            c if is_word(c) => Kind::Word(self.word(0)),
            c => {
                let len = PAIRS
                    .iter()
                    .find(|pair| self.rest().starts_with(**pair))
                    .map_or(c.len_utf8(), |pair| pair.len());
                self.at += len;
                Kind::Symbol(&self.source[start..self.at])
            }
        };
        self.prefix = match &kind {
            Kind::Symbol(symbol) => !matches!(*symbol, ")" | "]" | "}" | "%"),
            Kind::Word(word) => matches!(*word, "and" | "or" | "in"),
            _ => false,
        };
        Ok(Some(Token { kind, start, end: self.at }))
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn skip_blank(&mut self) -> Result<(), Fault> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            if !self.rest().starts_with("/*") {
                return Ok(());
            }
            match self.rest()[2..].find("*/") {
                Some(len) => self.at += len + 4,
                None => {
                    return Err(self.unclosed(self.at, "S0106", "A comment has no closing */."));
                }
            }
        }
    }

    fn unclosed(&self, start: usize, code: &str, message: &str) -> Fault {
        Fault::new(code, message).at(span(self.source, start, self.source.len()))
    }

    /// Moves past what stands before the next `close`, and past it.
    fn until(&mut self, close: char, skip: usize) -> Option<&'a str> {
        let inner = &self.rest()[skip..];
        let len = inner.find(close)?;
        self.at += skip + len + close.len_utf8();
        Some(&inner[..len])
    }

    fn text(&mut self, quote: char) -> Result<Kind<'a>, Fault> {
        let start = self.at;
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((index, c)) = chars.next() {
            if c == quote {
                self.at = start + index + 1;
                return Ok(Kind::Text(out));
            }
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, 'b')) => out.push('\u{8}'),
                Some((_, 'f')) => out.push('\u{c}'),
                // Surrogate pairs are the evaluator's matter: ids and names have none.
                Some((_, 'u')) => {
                    let hex = self.source[start + index + 2..].chars().take(4);
                    let hex: String = hex.take_while(char::is_ascii_hexdigit).collect();
                    for _ in 0..hex.len() {
                        chars.next();
                    }
                    let code = u32::from_str_radix(&hex, 16).ok();
                    out.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}'));
                }
                Some((_, other)) => out.push(other),
                None => break,
            }
        }
        Err(self.unclosed(start, "S0101", "A text has no closing quotation mark."))
    }

    fn number(&mut self) -> Kind<'a> {
        let bytes = self.rest().as_bytes();
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
        let text = &self.rest()[..len];
        self.at += len;
        Kind::Number(text)
    }

    fn regex(&mut self) -> Result<Kind<'a>, Fault> {
        let start = self.at;
        let mut escaped = false;
        for (index, c) in self.rest().char_indices().skip(1) {
            if c == '/' && !escaped {
                let end = start + index + 1;
                let flags =
                    self.source[end..].chars().take_while(char::is_ascii_alphabetic).count();
                self.at = end + flags;
                return Ok(Kind::Regex);
            }
            escaped = c == '\\' && !escaped;
        }
        Err(self.unclosed(start, "S0302", "A regular expression has no closing slash."))
    }

    fn word(&mut self, skip: usize) -> &'a str {
        let rest = self.rest();
        let len = rest[skip..].find(|c: char| !is_word(c)).map_or(rest.len(), |len| skip + len);
        self.at += len;
        &rest[..len]
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// All tokens of a source.
///
/// # Errors
/// As [`Scanner::next`].
pub(crate) fn tokens(source: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut scanner = Scanner::new(source, 0);
    let mut tokens = Vec::new();
    while let Some(token) = scanner.next()? {
        tokens.push(token);
    }
    Ok(tokens)
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
        tokens(source).unwrap().into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn names_texts_numbers_and_operators_are_told_apart() {
        use Kind::{Number, Quoted, Symbol, Text, Variable, Word};
        assert_eq!(
            kinds("a.`b c`[x >= 1.5e3] & 'it\\'s' ~> $f($)"),
            [
                Word("a"),
                Symbol("."),
                Quoted("b c"),
                Symbol("["),
                Word("x"),
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
    fn a_slash_after_a_value_divides_and_elsewhere_begins_a_regular_expression() {
        assert_eq!(kinds("a / b")[1], Kind::Symbol("/"));
        assert_eq!(kinds("$match(a, /x\\/[\"']/i)")[4], Kind::Regex);
    }

    #[test]
    fn comments_are_left_out_and_ranges_are_no_fractions() {
        assert_eq!(kinds("/* a */ [1..5]").len(), 5);
    }

    #[test]
    fn what_has_no_end_is_a_fault_with_its_place_in_utf16_units() {
        let fault = tokens("'ä😀' & \"open").unwrap_err();
        assert_eq!((fault.code.as_str(), fault.span), ("S0101", Some(8..13)));
        assert_eq!(tokens("`open").unwrap_err().code, "S0105");
        assert_eq!(tokens("1 /* open").unwrap_err().span, Some(2..9));
    }
}
