//! What can be told of a cassette without reading its bodies, and of one call in it. Not the calls'
//! comparison.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flow::run::{AnswerFrom, Exchange, Snippet, Timestamp};

use super::{About, CassetteError, Entry, Outcome, Sent, journal};
use crate::charset;

/// How much of a body is shown.
const SHOWN_BYTES: usize = 64 * 1024;

/// What can be told of a cassette's file at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// What is known of the recording.
    pub about: About,
    /// How many calls are in it.
    pub n_calls: u32,
    /// How large the file is.
    pub bytes: u64,
    /// When it was last written.
    pub saved_at: Timestamp,
}

/// What a list tells of a recorded call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedCall {
    /// The status; none where there was no answer.
    pub status: Option<u16>,
    /// The size of the answer's body.
    pub bytes: u64,
}

/// Looks at a file of Gantry's own, line by line: a call is a line. Of any other file the size is
/// told.
///
/// # Errors
/// Where there is no such file.
pub fn glance(path: &Path) -> Result<Glance, CassetteError> {
    let part = journal::part_of(path);
    let path = if path.exists() { path } else { &part };
    let fault = |cause: std::io::Error| {
        CassetteError(format!("{} cannot be read: {cause}.", path.display()))
    };
    let file = File::open(path).map_err(fault)?;
    let meta = file.metadata().map_err(fault)?;
    let saved_at = meta.modified().ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
    let mut glance = Glance {
        about: About::default(),
        n_calls: 0,
        bytes: meta.len(),
        saved_at: saved_at.map_or(0, jiff::Timestamp::as_millisecond),
    };
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let mut is_first = true;
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(fault)? == 0 {
            return Ok(glance);
        }
        if std::mem::take(&mut is_first) {
            glance.about = about(&line);
        } else if line.starts_with(b"{\"_step\":") || line.starts_with(b"{\"_n\":") {
            glance.n_calls += 1;
        }
    }
}

/// What the first line says of the recording.
fn about(line: &[u8]) -> About {
    let text = String::from_utf8_lossy(line);
    let Some((_, own)) = text.split_once("\"_gantry\":") else { return About::default() };
    let mut values = serde_json::Deserializer::from_str(own).into_iter::<About>();
    values.next().and_then(Result::ok).unwrap_or_default()
}

impl Entry {
    /// What a list tells of it.
    pub fn told(&self) -> RecordedCall {
        match &self.outcome {
            Outcome::Failed { .. } => RecordedCall { status: None, bytes: 0 },
            Outcome::Answer(answer) => {
                RecordedCall { status: Some(answer.status), bytes: answer.body.len() as u64 }
            }
        }
    }

    /// The call as it is shown elsewhere.
    pub fn exchange(&self) -> Exchange {
        let request_body = match &self.asked.body {
            Sent::Nothing => None,
            Sent::Bytes(bytes) => Some(snippet(bytes, &self.asked.headers)),
            Sent::Parts(parts) => {
                let lines = parts.iter().map(|part| {
                    let value = part.value.as_deref().or(part.file_name.as_deref());
                    format!("{}={}", part.name, value.unwrap_or_default())
                });
                let text = lines.collect::<Vec<_>>().join("\n");
                Some(Snippet { text, bytes: 0, cut: true })
            }
            Sent::File { bytes, .. } => {
                Some(Snippet { text: "(a file)".to_owned(), bytes: *bytes, cut: true })
            }
        };
        let mut exchange = Exchange {
            attempt: self.n,
            at: self.at,
            took_ms: self.took_ms,
            method: self.asked.method.clone(),
            url: self.asked.url.clone(),
            request_headers: self.asked.headers.clone(),
            request_body,
            from: AnswerFrom::Cassette,
            ..Exchange::default()
        };
        match &self.outcome {
            Outcome::Failed { failure, .. } => {
                exchange.error = Some(failure.sentence(&self.asked.url));
            }
            Outcome::Answer(answer) => {
                exchange.status = Some(answer.status);
                exchange.response_headers.clone_from(&answer.headers);
                exchange.response_body = Some(snippet(&answer.body, &answer.headers));
                let broke = answer.broke.as_ref();
                exchange.error = broke.map(|failure| failure.sentence(&self.asked.url));
            }
        }
        exchange
    }
}

fn snippet(bytes: &[u8], headers: &[(String, String)]) -> Snippet {
    let mut own = http::HeaderMap::new();
    let media_type = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some(value) = media_type.and_then(|(_, value)| value.parse().ok()) {
        own.insert(http::header::CONTENT_TYPE, value);
    }
    let head = &bytes[..bytes.len().min(SHOWN_BYTES)];
    let text = charset::show(head, &own);
    Snippet { text, bytes: bytes.len() as u64, cut: head.len() < bytes.len() }
}
