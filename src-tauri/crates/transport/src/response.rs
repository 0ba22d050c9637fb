//! The answer of a system: its head, and its body as a stream. Not how it arrives: see `body`.

use std::time::Duration;

use bytes::Bytes;
use flow::run::Exchange;
use http::{HeaderMap, header};
use url::Url;

use crate::body::AnswerBody;
use crate::error::TransportError;

/// An answer, whatever its status. Its body is not read yet.
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// Where it came from in the end.
    pub url: Url,
    /// The protocol's version: `HTTP/1.1`.
    pub version: String,
    /// How long it took so far.
    pub timing: Timing,
    /// The body.
    pub body: AnswerBody,
}

/// How long a call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// From the beginning to the head of the last answer.
    pub head: Duration,
    /// How often it was sent on.
    pub redirects: u32,
}

impl Response {
    /// Whether the status says that it went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The media type in lower case, without its parameters; empty where there is none.
    pub fn media_type(&self) -> String {
        let text = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        text.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase()
    }

    /// Reads the whole body.
    ///
    /// # Errors
    /// What [`AnswerBody::chunk`] says; [`crate::Kind::TooLarge`] above the cap for bodies that
    /// are held in memory.
    pub async fn bytes(&mut self) -> Result<Bytes, TransportError> {
        self.body.bytes().await
    }

    /// Reads the whole body as text, by the charset that its type names.
    ///
    /// # Errors
    /// What [`Self::bytes`] says, and [`crate::Kind::BadCharset`] with the place.
    pub async fn text(&mut self) -> Result<String, TransportError> {
        self.body.text().await
    }

    /// What is told of the last hop by now, masked.
    pub fn exchange(&self) -> Exchange {
        self.body.exchange()
    }
}
