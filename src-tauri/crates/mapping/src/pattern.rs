//! JavaScript's regular expressions over Rust's texts: read once, shared by all tasks. No
//! replacing and no splitting: that is what builtins do with the matches.
//!
//! A pattern is translated for the `regex` crate, whose time is linear in the text. Look-around and
//! back-references, which that crate leaves out, go to `fancy-regex` with a limit. What differs
//! from JavaScript:
//! * a text is made of characters here, of UTF-16 units there: `.` takes a whole emoji;
//! * a group inside a repetition keeps what it matched in an earlier round;
//! * `i` follows Unicode's simple case folding, by which K matches the Kelvin sign.

use std::sync::OnceLock;

use memchr::memchr2;
use regex::Regex;

use translate::{Lines, Target, Translated};

mod translate;

/// The most memory that a compiled pattern may take, in bytes.
const MOST_BYTES: usize = 4 << 20;
/// The longest text that is searched with look-around or back-references, in bytes.
const LONGEST_TEXT: usize = 1 << 20;
/// Up to this length a text is searched in one go; its limit of steps is then a limit of time too.
const SHORT_TEXT: usize = 4096;
/// The most steps back in the search of a short text, and in one attempt in a long one.
const MOST_STEPS: usize = 50_000;
const MOST_STEPS_OF_ATTEMPT: usize = 20_000;
/// The most bytes that the attempts of one search through a long text may look at, where each looks
/// ahead to the end: all places of a text of 22 KB, the first ones of a longer one.
const MOST_LOOKED_AT: usize = 256 << 20;

/// A regular expression.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    n_groups: usize,
    engine: Engine,
}

/// Why a pattern cannot be read or a search has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// `G0023` what is no regular expression, `G0021` one that is too large, `G0024` a limit that a
    /// search reached, `D1004` a second match of nothing at all.
    pub code: &'static str,
    /// A sentence: what is wrong, and what to do.
    pub message: String,
    /// The character in the pattern, counted from 0, where that is known.
    pub offset: Option<usize>,
}

impl PatternError {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), offset: None }
    }
}

/// Where a pattern was found, and its groups; byte offsets into the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
    /// What the groups found, the first group first; `None` is a group that took no part.
    pub groups: Vec<Option<(usize, usize)>>,
}

#[derive(Debug)]
enum Engine {
    Linear(Regex),
    /// `^` and `$` at lines: the exact one is only needed where lines end with more than `\n`.
    Lines(Regex, OnceLock<Result<Box<Backtracking>, PatternError>>, Translated),
    Backtracking(Box<Backtracking>),
}

/// A pattern that a linear search cannot do.
#[derive(Debug)]
struct Backtracking {
    /// Finds its place itself.
    free: fancy_regex::Regex,
    /// Matches at the given place only.
    bound: fancy_regex::Regex,
}

impl Pattern {
    /// Reads a pattern as it stands between slashes, and its flags, of which `i` and `m` count.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn parse(source: &str, flags: &str) -> Result<Self, PatternError> {
        let translate = |target, lines| {
            translate::translate(source, flags.contains('i'), flags.contains('m'), target, lines)
        };
        let linear = translate(Target::Linear, Lines::Newline)?;
        let n_groups = linear.n_groups;
        let engine = if linear.needs_backtracking {
            let exact = translate(Target::Backtracking, Lines::All)?;
            Engine::Backtracking(Box::new(Backtracking::new(&exact)?))
        } else {
            let regex =
                regex::RegexBuilder::new(&linear.pattern).size_limit(MOST_BYTES).build().map_err(
                    |error| refused(matches!(error, regex::Error::CompiledTooBig(_)), &error),
                )?;
            if linear.has_lines {
                let exact = translate(Target::Backtracking, Lines::All)?;
                Engine::Lines(regex, OnceLock::new(), exact)
            } else {
                Engine::Linear(regex)
            }
        };
        Ok(Self { source: source.to_owned(), n_groups, engine })
    }

    /// The pattern as it was written, without its slashes and flags.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many groups the pattern has.
    pub fn n_groups(&self) -> usize {
        self.n_groups
    }

    /// Whether the pattern is found anywhere in a text.
    ///
    /// # Errors
    /// `G0024` for a limit that the search reached.
    pub fn is_match(&self, text: &str) -> Result<bool, PatternError> {
        match &self.engine {
            Engine::Linear(regex) => Ok(regex.is_match(text)),
            _ => Ok(self.find_span_at(text, 0)?.is_some()),
        }
    }

    /// The first place at or behind `start` where the pattern is found, without its groups.
    ///
    /// # Errors
    /// `G0024` for a limit that the search reached.
    pub fn find_span_at(
        &self,
        text: &str,
        start: usize,
    ) -> Result<Option<(usize, usize)>, PatternError> {
        match self.engine_for(text)? {
            Ok(regex) => Ok(regex.find_at(text, start).map(|found| (found.start(), found.end()))),
            Err(regex) => {
                let find = |regex: &fancy_regex::Regex, at| {
                    let found = regex.find_from_pos(text, at)?;
                    Ok(found.map(|found| (found.start(), found.end())))
                };
                regex.search(text, start, &find)
            }
        }
    }

    /// The first place at or behind `start` where the pattern is found, with its groups.
    ///
    /// # Errors
    /// `G0024` for a limit that the search reached.
    pub fn find_at(&self, text: &str, start: usize) -> Result<Option<Match>, PatternError> {
        if self.n_groups == 0 {
            let span = self.find_span_at(text, start)?;
            return Ok(span.map(|(start, end)| Match { start, end, groups: Vec::new() }));
        }
        match self.engine_for(text)? {
            Ok(regex) => {
                let mut places = regex.capture_locations();
                if regex.captures_read_at(&mut places, text, start).is_none() {
                    return Ok(None);
                }
                Ok(whole(self.n_groups, &|index| places.get(index)))
            }
            Err(regex) => {
                let find = |regex: &fancy_regex::Regex, at| {
                    let found = regex.captures_from_pos(text, at)?;
                    let place = |index| {
                        let group = found.as_ref().and_then(|found| found.get(index));
                        group.map(|group| (group.start(), group.end()))
                    };
                    Ok(whole(self.n_groups, &place))
                };
                regex.search(text, start, &find)
            }
        }
    }

    /// Every place where the pattern is found, one behind the other, without groups. As in JSONata
    /// the first match may be empty; a later one that is empty is an error and the end.
    pub fn spans<'t>(
        &self,
        text: &'t str,
    ) -> impl Iterator<Item = Result<(usize, usize), PatternError>> + use<'_, 't> {
        self.each(text, |at| self.find_span_at(text, at), |span| *span)
    }

    /// Every place where the pattern is found, as [`Pattern::spans`], with groups.
    pub fn matches<'t>(
        &self,
        text: &'t str,
    ) -> impl Iterator<Item = Result<Match, PatternError>> + use<'_, 't> {
        self.each(text, |at| self.find_at(text, at), |found| (found.start, found.end))
    }

    fn each<T>(
        &self,
        text: &str,
        find: impl Fn(usize) -> Result<Option<T>, PatternError>,
        span: impl Fn(&T) -> (usize, usize),
    ) -> impl Iterator<Item = Result<T, PatternError>> {
        let len = text.len();
        let mut next = Some(0);
        let mut is_first = true;
        std::iter::from_fn(move || {
            let at = next.take().filter(|at| is_first || *at < len)?;
            let found = match find(at) {
                Ok(found) => found?,
                Err(error) => return Some(Err(error)),
            };
            let (start, end) = span(&found);
            if start == end && !is_first {
                return Some(Err(empty_match(&self.source)));
            }
            is_first = false;
            next = Some(end);
            Some(Ok(found))
        })
    }

    /// The engine that is exact for a text: the linear one, or else the backtracking one.
    fn engine_for(&self, text: &str) -> Result<Result<&Regex, &Backtracking>, PatternError> {
        match &self.engine {
            Engine::Linear(regex) => Ok(Ok(regex)),
            Engine::Backtracking(regex) => Ok(Err(regex)),
            // U+2028 and U+2029 begin with the byte E2.
            Engine::Lines(regex, ..) if memchr2(b'\r', 0xE2, text.as_bytes()).is_none() => {
                Ok(Ok(regex))
            }
            Engine::Lines(_, exact, translated) => {
                let exact = exact.get_or_init(|| Backtracking::new(translated).map(Box::new));
                exact.as_deref().map(Err).map_err(Clone::clone)
            }
        }
    }
}

/// One search of one of the engines, from a place on.
type Find<'f, T> = dyn Fn(&fancy_regex::Regex, usize) -> Result<Option<T>, fancy_regex::Error> + 'f;

impl Backtracking {
    fn new(translated: &Translated) -> Result<Self, PatternError> {
        let build = |pattern: &str, steps| {
            fancy_regex::RegexBuilder::new(pattern)
                .backtrack_limit(steps)
                .delegate_size_limit(MOST_BYTES)
                .max_prog_size(MOST_BYTES / 64)
                .build()
                .map_err(|error| {
                    let is_syntax = matches!(error, fancy_regex::Error::ParseError(..));
                    refused(!is_syntax, &error)
                })
        };
        Ok(Self {
            free: build(&translated.pattern, MOST_STEPS)?,
            bound: build(&format!("\\G(?:{})", translated.pattern), MOST_STEPS_OF_ATTEMPT)?,
        })
    }

    /// Searches a short text in one go, and a long one place by place: an attempt that looks ahead
    /// costs as much as the text is long.
    fn search<T>(
        &self,
        text: &str,
        start: usize,
        find: &Find<'_, T>,
    ) -> Result<Option<T>, PatternError> {
        if text.len() > LONGEST_TEXT {
            return Err(PatternError::new(
                "G0024",
                format!(
                    "A pattern with look-around or back-references searches texts of up to {LONGEST_TEXT} bytes; this one has {}. Write the pattern without them, or cut the text first.",
                    text.len()
                ),
            ));
        }
        if text.len() - start.min(text.len()) <= SHORT_TEXT {
            return find(&self.free, start).map_err(|_| limit_reached());
        }
        let mut looked_at = 0;
        let places = text[start..].char_indices().map(|(at, _)| start + at);
        for at in places.chain([text.len()]) {
            if let Some(found) = find(&self.bound, at).map_err(|_| limit_reached())? {
                return Ok(Some(found));
            }
            looked_at += text.len() - at;
            if looked_at > MOST_LOOKED_AT {
                return Err(limit_reached());
            }
        }
        Ok(None)
    }
}

fn whole(n_groups: usize, place: &dyn Fn(usize) -> Option<(usize, usize)>) -> Option<Match> {
    let (start, end) = place(0)?;
    Some(Match { start, end, groups: (1..=n_groups).map(place).collect() })
}

fn empty_match(source: &str) -> PatternError {
    PatternError::new(
        "D1004",
        format!(
            "The regular expression /{source}/ matches an empty text again and again. Let it match at least one character, as + does in place of *."
        ),
    )
}

fn limit_reached() -> PatternError {
    PatternError::new(
        "G0024",
        "The search for a pattern took too many steps. Make its repetitions narrower, such as [^,]* in place of .*.",
    )
}

fn refused(is_too_large: bool, error: &dyn std::fmt::Display) -> PatternError {
    if is_too_large {
        return PatternError::new(
            "G0021",
            "The regular expression is too large. Repeat less, or match in two steps.",
        );
    }
    let told = error.to_string();
    let last = told.lines().last().unwrap_or_default();
    PatternError::new("G0023", format!("The regular expression cannot be read: {last}."))
}

#[cfg(test)]
mod tests;
