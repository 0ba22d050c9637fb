//! Finds the end of a value that arrives in pieces, checking its grammar, building nothing.
//! Texts are checked for control characters and escapes, not for lone surrogates.

use super::{JsonErrorKind, Limits, error::Fault, parse::find_special};

/// Passes over one value; picks up where the last piece ended.
pub(super) struct Scan {
    /// Open containers, innermost last; `true` is an object.
    open: Vec<bool>,
    state: State,
    max_depth: usize,
}

#[derive(Clone, Copy)]
enum State {
    Value,
    ValueOrClose,
    Key,
    KeyOrClose,
    Colon,
    After,
    Text { is_key: bool },
    Escape { is_key: bool },
    Hex { is_key: bool, n_left: u8 },
    Literal { rest: &'static str },
    Number(Digits),
    Done,
}

/// Where in a number.
#[derive(Clone, Copy)]
enum Digits {
    Minus,
    Zero,
    Whole,
    Dot,
    Fraction,
    E,
    ESign,
    Exponent,
}

impl Scan {
    /// Begins before a value.
    pub(super) fn value(limits: &Limits) -> Self {
        Self { open: Vec::new(), state: State::Value, max_depth: limits.depth }
    }

    /// Begins after a value within these containers, to pass over all that is left of them.
    pub(super) fn rest(open: Vec<bool>, limits: &Limits) -> Self {
        let state = if open.is_empty() { State::Done } else { State::After };
        Self { open, state, max_depth: limits.depth }
    }

    /// Passes over `bytes`; returns the place after the value once that has come.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Option<usize>, Fault> {
        let mut pos = 0;
        loop {
            if matches!(self.state, State::Done) {
                return Ok(Some(pos));
            }
            if let State::Text { is_key } = self.state {
                match find_special(bytes, pos) {
                    None => return Ok(None),
                    Some(at) => pos = at,
                }
                self.state = match bytes[pos] {
                    b'"' if is_key => State::Colon,
                    b'"' => self.after(),
                    b'\\' => State::Escape { is_key },
                    control => {
                        return Err(Fault { kind: JsonErrorKind::Control(control), at: pos });
                    }
                };
                pos += 1;
                continue;
            }
            let Some(&b) = bytes.get(pos) else {
                return Ok(None);
            };
            match self.step(b) {
                Ok(true) => pos += 1,
                // The end of a number is seen only by what comes after it.
                Ok(false) => {}
                Err(kind) => return Err(Fault { kind, at: pos }),
            }
        }
    }

    /// What is missing when the text ends here.
    pub(super) fn missing(&self) -> JsonErrorKind {
        JsonErrorKind::End(match self.state {
            State::Value | State::ValueOrClose | State::Literal { .. } => "a value",
            State::Key | State::KeyOrClose => "a key in quotes",
            State::Colon => "a colon",
            State::Text { .. } | State::Escape { .. } | State::Hex { .. } => "a closing quote",
            State::Number(_) => "a digit",
            State::After | State::Done if self.open.last() == Some(&true) => "a comma or `}`",
            State::After | State::Done => "a comma or `]`",
        })
    }

    fn after(&self) -> State {
        if self.open.is_empty() { State::Done } else { State::After }
    }

    /// Takes one byte; `false` if it belongs to what comes next.
    fn step(&mut self, b: u8) -> Result<bool, JsonErrorKind> {
        let is_space = matches!(b, b' ' | b'\n' | b'\r' | b'\t');
        match self.state {
            State::Number(digits) => return self.step_number(digits, b),
            State::Literal { rest } => {
                if rest.as_bytes().first() != Some(&b) {
                    return Err(JsonErrorKind::Expected("a value"));
                }
                let rest = &rest[1..];
                self.state = if rest.is_empty() { self.after() } else { State::Literal { rest } };
            }
            State::Escape { is_key } => {
                self.state = match b {
                    b'u' => State::Hex { is_key, n_left: 4 },
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                        State::Text { is_key }
                    }
                    _ => return Err(JsonErrorKind::Escape),
                };
            }
            State::Hex { is_key, n_left } => {
                if !b.is_ascii_hexdigit() {
                    return Err(JsonErrorKind::Escape);
                }
                self.state = if n_left == 1 {
                    State::Text { is_key }
                } else {
                    State::Hex { is_key, n_left: n_left - 1 }
                };
            }
            _ if is_space => {}
            State::ValueOrClose if b == b']' => self.close(),
            State::Value | State::ValueOrClose => self.begin_value(b)?,
            State::KeyOrClose if b == b'}' => self.close(),
            State::Key | State::KeyOrClose if b == b'"' => {
                self.state = State::Text { is_key: true };
            }
            State::Key | State::KeyOrClose => {
                return Err(JsonErrorKind::Expected("a key in quotes"));
            }
            State::Colon if b == b':' => self.state = State::Value,
            State::Colon => return Err(JsonErrorKind::Expected("a colon")),
            State::After => self.step_after(b)?,
            // `feed` handles both before it steps.
            State::Text { .. } | State::Done => {}
        }
        Ok(true)
    }

    fn step_after(&mut self, b: u8) -> Result<(), JsonErrorKind> {
        let is_object = self.open.last() == Some(&true);
        match (b, is_object) {
            (b',', true) => self.state = State::Key,
            (b',', false) => self.state = State::Value,
            (b'}', true) | (b']', false) => self.close(),
            (_, true) => return Err(JsonErrorKind::Expected("a comma or `}`")),
            (_, false) => return Err(JsonErrorKind::Expected("a comma or `]`")),
        }
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
        self.state = self.after();
    }

    fn begin_value(&mut self, b: u8) -> Result<(), JsonErrorKind> {
        self.state = match b {
            b'"' => State::Text { is_key: false },
            b'-' => State::Number(Digits::Minus),
            b'0' => State::Number(Digits::Zero),
            b'1'..=b'9' => State::Number(Digits::Whole),
            b't' => State::Literal { rest: "rue" },
            b'f' => State::Literal { rest: "alse" },
            b'n' => State::Literal { rest: "ull" },
            b'[' | b'{' => {
                if self.open.len() >= self.max_depth {
                    return Err(JsonErrorKind::TooDeep { limit: self.max_depth });
                }
                self.open.push(b == b'{');
                if b == b'{' { State::KeyOrClose } else { State::ValueOrClose }
            }
            _ => return Err(JsonErrorKind::Expected("a value")),
        };
        Ok(())
    }

    fn step_number(&mut self, digits: Digits, b: u8) -> Result<bool, JsonErrorKind> {
        use Digits::{Dot, E, ESign, Exponent, Fraction, Minus, Whole, Zero};
        let next = match (digits, b) {
            (Minus, b'0') => Zero,
            (Minus | Whole, b'0'..=b'9') => Whole,
            (Zero | Whole, b'.') => Dot,
            (Dot | Fraction, b'0'..=b'9') => Fraction,
            (Zero | Whole | Fraction, b'e' | b'E') => E,
            (E, b'+' | b'-') => ESign,
            (E | ESign | Exponent, b'0'..=b'9') => Exponent,
            (Zero, b'0'..=b'9') => {
                return Err(JsonErrorKind::Number(
                    "a number does not begin with a zero before digits",
                ));
            }
            (Minus | Dot | E | ESign, _) => return Err(JsonErrorKind::Number("expected a digit")),
            (Zero | Whole | Fraction | Exponent, _) => {
                self.state = self.after();
                return Ok(false);
            }
        };
        self.state = State::Number(next);
        Ok(true)
    }
}
