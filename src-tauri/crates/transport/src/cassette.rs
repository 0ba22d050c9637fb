//! Recorded calls and their answers, as a file that browsers' tools open too: HAR 1.2 with a few
//! fields of our own. Not the recording and not the playing: see `mode`.

mod compare;
mod failure;
mod glance;
mod har;
mod journal;
mod personal;
mod redact;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use flow::run::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use self::compare::Look;
pub use self::compare::{Difference, Ignore};
pub use self::failure::Failure;
pub use self::glance::{Glance, RecordedCall, glance};
pub(crate) use self::journal::Journal;
pub use self::journal::{delete, is_unfinished};
pub(crate) use self::personal::Hider;
pub(crate) use self::redact::{MAX_KEPT_BYTES, RawAnswer, Redactor, learn_body, unpack};

/// How a cassette's file name ends.
pub const EXTENSION: &str = ".cassette.har";

/// Recorded calls, in the order of their steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cassette {
    /// What is known of the recording.
    pub about: About,
    /// The calls.
    pub entries: Vec<Entry>,
}

/// What is known of a recording.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// When the recorded run began; a replay takes it for its own time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// The seed of the run's random numbers, as a text: JSON readers lose digits of large numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// The flow's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub flow: String,
    /// What tells no two calls apart.
    #[serde(skip_serializing_if = "Ignore::is_empty")]
    pub ignore: Ignore,
    /// Whether personal data was hidden.
    #[serde(skip_serializing_if = "is_false")]
    pub personal_hidden: bool,
    /// What made the file, where it was another program.
    #[serde(skip)]
    pub creator: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// One call and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The step it belongs to; none for calls of a connection itself, such as those for tokens, and
    /// in files of other programs.
    pub step: Option<String>,
    /// Which of the step's calls it is, counted from 1: tries and redirects are calls of their own.
    pub n: u32,
    /// When it left.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was sent.
    pub asked: Asked,
    /// What came of it.
    pub outcome: Outcome,
}

/// What was sent, redacted.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Sent,
}

/// The body of a recorded request.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Sent {
    /// Nothing.
    #[default]
    Nothing,
    /// These bytes.
    Bytes(Bytes),
    /// The parts of a form with files.
    Parts(Vec<SentPart>),
    /// A file, by its digest only.
    File {
        /// The SHA-256 of its content, in hex; empty where it could not be read.
        sha256: String,
        /// Its length.
        bytes: u64,
    },
}

/// One part of a recorded form with files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SentPart {
    /// The field's name.
    pub name: String,
    /// The file's name, for a file.
    pub file_name: Option<String>,
    /// The media type.
    pub content_type: Option<String>,
    /// The text of a short field; files are kept by their digest.
    pub value: Option<String>,
    /// The SHA-256 of the content, in hex, where the text is not kept.
    pub sha256: Option<String>,
}

/// What came of a recorded call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An answer.
    Answer(Answer),
    /// None.
    Failed {
        /// Why.
        failure: Failure,
        /// Whether the call may have reached the system.
        sent: bool,
    },
}

/// A recorded answer, redacted.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The protocol's version: `HTTP/1.1`.
    pub version: String,
    /// The headers. Where the body could be unpacked, they say so no more.
    pub headers: Vec<(String, String)>,
    /// The body, unpacked where that could be done.
    pub body: Bytes,
    /// What broke the body off behind these bytes.
    pub broke: Option<Failure>,
}

/// Why a cassette cannot be read or written: a sentence with the place and the next step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CassetteError(pub String);

impl Cassette {
    /// Reads a cassette's text: one of our own, or a HAR file of any program.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn parse(text: &str) -> Result<Self, CassetteError> {
        har::parse(text)
    }

    /// Reads a cassette's file. Where only the journal of an interrupted recording is there, that
    /// is read.
    ///
    /// # Errors
    /// [`CassetteError`], where there is no such file or it is no cassette.
    pub fn read(path: &Path) -> Result<Self, CassetteError> {
        let part = journal::part_of(path);
        if journal::is_part(path) {
            return journal::read(path);
        }
        if !path.exists() && part.exists() {
            return journal::read(&part);
        }
        let bytes = std::fs::read(path).map_err(|cause| {
            CassetteError(format!("The cassette {} cannot be read: {cause}.", path.display()))
        })?;
        let text = String::from_utf8_lossy(&bytes);
        Self::parse(&text).map_err(|error| CassetteError(format!("{}: {error}", path.display())))
    }

    /// The cassette as the text of a HAR file, each large body once.
    pub fn to_har(&self) -> String {
        har::write(self)
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// [`CassetteError`], where the folder or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CassetteError> {
        journal::write_whole(path, |out| std::io::Write::write_all(out, self.to_har().as_bytes()))
    }

    /// The same calls with personal data hidden: by the names of fields, and by the look of values.
    ///
    /// Equal values stay equal, so that what a flow joins or counts comes out the same, but nobody
    /// can tell from the file what they were.
    #[must_use]
    pub fn without_personal(&self) -> Self {
        personal::hide(self)
    }

    /// Puts the calls into the order of their steps: by the step's name, numbers in it by their
    /// size, and within a step as they were made.
    pub fn sort(&mut self) {
        self.entries.sort_by(|a, b| order(a.place(), b.place()));
    }
}

impl Entry {
    fn place(&self) -> (Option<&str>, u32) {
        (self.step.as_deref(), self.n)
    }
}

/// Which of two calls stands first: those of no step do.
fn order(a: (Option<&str>, u32), b: (Option<&str>, u32)) -> std::cmp::Ordering {
    let by_step = match (a.0, b.0) {
        (Some(a), Some(b)) => by_nature(a, b),
        (a, b) => a.cmp(&b),
    };
    by_step.then(a.1.cmp(&b.1))
}

/// Compares texts, numbers in them by their size: `page/9` before `page/10`.
fn by_nature(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (Some(own), Some(other)) = (left.chars().next(), right.chars().next()) else {
            // What is equal but for zeros in front still has one order.
            return left.len().cmp(&right.len()).then_with(|| a.cmp(b));
        };
        if own.is_ascii_digit() && other.is_ascii_digit() {
            let numbers = (digits(left), digits(right));
            let bare = (numbers.0.trim_start_matches('0'), numbers.1.trim_start_matches('0'));
            let by_size = bare.0.len().cmp(&bare.1.len()).then_with(|| bare.0.cmp(bare.1));
            if by_size.is_ne() {
                return by_size;
            }
            (left, right) = (&left[numbers.0.len()..], &right[numbers.1.len()..]);
        } else if own == other {
            (left, right) = (&left[own.len_utf8()..], &right[other.len_utf8()..]);
        } else {
            return own.cmp(&other);
        }
    }
}

fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}

/// The SHA-256 of bytes, in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing into a text cannot go wrong.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A cassette's name: its file's, without what all have at their end.
pub fn name_of(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(journal::PART).unwrap_or(&name);
    name.strip_suffix(EXTENSION).or(name.strip_suffix(".mock.json")).unwrap_or(name).to_owned()
}

/// The file of the cassette of that name in a folder.
pub fn file_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{EXTENSION}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stand_in_the_order_of_their_numbers() {
        let mut steps = ["a:1/page/10", "a:1/page/9", "a:1/call", "a:10/call", "a:2/call", "a:01"];
        steps.sort_by(|a, b| by_nature(a, b));
        assert_eq!(
            steps,
            ["a:01", "a:1/call", "a:1/page/9", "a:1/page/10", "a:2/call", "a:10/call"]
        );
    }
}
