//! Paths to a part of a value: `customer.lines[0].sku`, `a."odd key"`.
//! They name one place; searching and computing are the mapping's part.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{Key, Value};

/// The way to one part of a value. The empty path, also written `$`, is the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path(Vec<Segment>);

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// To the member of an object.
    Key(Key),
    /// To the item of a list, counted from 0.
    Index(usize),
}

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("path `{path}`: {problem} at character {column}")]
pub struct PathError {
    /// The text.
    pub path: String,
    /// What is wrong.
    pub problem: &'static str,
    /// Where, in characters from 1.
    pub column: usize,
}

impl Path {
    /// The path to the value itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a path: names with dots between, `[n]` for the items of lists, quotes for odd names.
    ///
    /// A leading `$` or `$.` is passed over. Within quotes `\"` and `\\` stand for themselves.
    ///
    /// # Errors
    /// [`PathError`] with the place.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut reader = Reader { text, pos: 0 };
        reader.path().map_err(|problem| {
            let column = text[..reader.pos].chars().count() + 1;
            PathError { path: text.to_owned(), problem, column }
        })
    }

    /// The steps from the value on.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the path to the value itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This path and one more member.
    pub fn key(&self, key: impl Into<Key>) -> Self {
        self.child(Segment::Key(key.into()))
    }

    /// This path and one more item.
    pub fn index(&self, index: usize) -> Self {
        self.child(Segment::Index(index))
    }

    fn child(&self, segment: Segment) -> Self {
        Self(self.0.iter().cloned().chain([segment]).collect())
    }

    /// The part of `value` at this path.
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, segment| match segment {
            Segment::Key(key) => value.as_object()?.get_key(key),
            Segment::Index(index) => value.at(*index),
        })
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

/// As [`Path::parse`] reads it; the root is `$`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("$");
        }
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    let name = key.as_str();
                    if is_plain(name) {
                        f.write_str(name)?;
                    } else {
                        write!(f, "\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('$') && name.chars().all(is_plain_char)
}

fn is_plain_char(char: char) -> bool {
    !char.is_whitespace() && !matches!(char, '.' | '[' | ']' | '"' | '\\')
}

struct Reader<'t> {
    text: &'t str,
    pos: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.pos..]
    }

    fn path(&mut self) -> Result<Path, &'static str> {
        let mut segments = Vec::new();
        let is_rooted =
            self.text == "$" || self.text.starts_with("$.") || self.text.starts_with("$[");
        self.pos = usize::from(is_rooted);
        let mut may_begin = !is_rooted;
        while self.pos < self.text.len() {
            if self.rest().starts_with('[') {
                segments.push(self.index()?);
            } else if self.rest().starts_with('.') && !may_begin {
                self.pos += 1;
                segments.push(self.name()?);
            } else if may_begin {
                segments.push(self.name()?);
            } else {
                return Err("expected `.` or `[`");
            }
            may_begin = false;
        }
        Ok(Path(segments))
    }

    fn index(&mut self) -> Result<Segment, &'static str> {
        self.pos += 1;
        if self.rest().starts_with('"') {
            let key = self.quoted()?;
            self.close()?;
            return Ok(key);
        }
        let n_digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let index =
            self.rest()[..n_digits].parse().map_err(|_| "expected the number of an item")?;
        self.pos += n_digits;
        self.close()?;
        Ok(Segment::Index(index))
    }

    fn close(&mut self) -> Result<(), &'static str> {
        if !self.rest().starts_with(']') {
            return Err("expected `]`");
        }
        self.pos += 1;
        Ok(())
    }

    fn name(&mut self) -> Result<Segment, &'static str> {
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let end = self.rest().find(|char| !is_plain_char(char)).unwrap_or(self.rest().len());
        if end == 0 {
            return Err("expected a name (quote names with dots, brackets or spaces)");
        }
        let key = Key::new(&self.rest()[..end]);
        self.pos += end;
        Ok(Segment::Key(key))
    }

    fn quoted(&mut self) -> Result<Segment, &'static str> {
        let mut name = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => {
                    self.pos += at + 1;
                    return Ok(Segment::Key(Key::new(&name)));
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => name.push(escaped),
                    _ => return Err("unknown escape in quotes"),
                },
                _ => name.push(char),
            }
        }
        Err("quotes that are not closed")
    }
}
