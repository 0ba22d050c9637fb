//! MLLP, the frame of messages on a connection: `0x0B`, the message, `0x1C 0x0D`.
//! Source: HL7 v2 transport specification MLLP, release 1; reading and writing sockets is not here.

use thiserror::Error;

const START: u8 = 0x0B;
const END: u8 = 0x1C;
const CARRIAGE_RETURN: u8 = 0x0D;

/// Why a stream of frames was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MllpError {
    /// Something stands between frames.
    #[error("byte {offset} of the stream is 0x{found:02X} where a message begins with 0x0B")]
    NoStart {
        /// Bytes of the stream before it.
        offset: u64,
        /// What stands there.
        found: u8,
    },
    /// A message begins before the last one ended.
    #[error("a message begins at byte {offset} of the stream before the last one ended")]
    Nested {
        /// Bytes of the stream before it.
        offset: u64,
    },
    /// A message is longer than it may be.
    #[error("the message that begins at byte {offset} of the stream is longer than {limit} bytes")]
    TooLong {
        /// Bytes of the stream before the message.
        offset: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// The stream ended within a message.
    #[error("the stream ended within the message that begins at byte {offset}")]
    CutOff {
        /// Bytes of the stream before the message.
        offset: u64,
    },
}

/// The frame around a message.
pub fn encode(message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(message.len() + 3);
    frame.push(START);
    frame.extend_from_slice(message);
    frame.extend_from_slice(&[END, CARRIAGE_RETURN]);
    frame
}

/// Takes messages out of their frames as bytes arrive.
///
/// After an error the decoder looks for the start of the next message, so that the connection can
/// go on. Line breaks between frames are passed over.
///
/// ```
/// use data::hl7::mllp;
///
/// let mut decoder = mllp::Decoder::new(1 << 20);
/// decoder.push(b"\x0bMSH|^~\\&|");
/// assert_eq!(decoder.next(), None);
/// decoder.push(b"A\r\x1c\x0d");
/// assert_eq!(decoder.next(), Some(Ok(b"MSH|^~\\&|A\r".to_vec())));
/// ```
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Bytes at the buffer's start that are known to hold no end of a message.
    n_searched: usize,
    /// Bytes of the stream before the buffer.
    offset: u64,
    max_bytes: usize,
    /// Whether what comes is passed over up to the next start.
    is_lost: bool,
}

impl Decoder {
    /// A decoder of messages of at most `max_bytes`.
    pub fn new(max_bytes: usize) -> Self {
        Self { buffer: Vec::new(), n_searched: 0, offset: 0, max_bytes, is_lost: false }
    }

    /// Takes bytes that have arrived; call [`next`](Self::next) until it gives nothing.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message that is complete, without its frame.
    #[expect(clippy::should_implement_trait, reason = "more may come after it gave nothing")]
    pub fn next(&mut self) -> Option<Result<Vec<u8>, MllpError>> {
        if let Err(error) = self.find_start()? {
            return Some(Err(error));
        }
        loop {
            let Some(at) = memchr::memchr2(START, END, &self.buffer[self.n_searched..]) else {
                self.n_searched = self.buffer.len();
                return self.check_length(self.buffer.len() - 1);
            };
            let at = self.n_searched + at;
            if self.buffer[at] == START {
                // The message before is lost, this one is read next.
                self.drop_front(at);
                return Some(Err(MllpError::Nested { offset: self.offset }));
            }
            match self.buffer.get(at + 1) {
                Some(&CARRIAGE_RETURN) => {
                    if let Some(error) = self.check_length(at - 1) {
                        return Some(error);
                    }
                    let message = self.buffer[1..at].to_vec();
                    self.drop_front(at + 2);
                    return Some(Ok(message));
                }
                // Within a message the byte is a byte like any other.
                Some(_) => self.n_searched = at + 1,
                None => {
                    self.n_searched = at;
                    return self.check_length(at - 1);
                }
            }
        }
    }

    /// Tells that the stream has ended.
    ///
    /// # Errors
    /// [`MllpError::CutOff`] when it ended within a message.
    pub fn finish(&self) -> Result<(), MllpError> {
        match self.buffer.first() {
            Some(&START) => Err(MllpError::CutOff { offset: self.offset }),
            _ => Ok(()),
        }
    }

    /// Makes the buffer begin with a message's start; nothing if none has arrived.
    fn find_start(&mut self) -> Option<Result<(), MllpError>> {
        let is_passed = |b: &u8| matches!(b, b'\r' | b'\n');
        let start = if self.is_lost {
            memchr::memchr(START, &self.buffer).unwrap_or(self.buffer.len())
        } else {
            self.buffer.iter().position(|b| !is_passed(b)).unwrap_or(self.buffer.len())
        };
        if start > 0 {
            self.drop_front(start);
        }
        match self.buffer.first() {
            None => None,
            Some(&START) => {
                self.is_lost = false;
                self.n_searched = self.n_searched.max(1);
                Some(Ok(()))
            }
            Some(&found) => {
                self.is_lost = true;
                Some(Err(MllpError::NoStart { offset: self.offset, found }))
            }
        }
    }

    fn check_length(&mut self, n_bytes: usize) -> Option<Result<Vec<u8>, MllpError>> {
        if n_bytes <= self.max_bytes {
            return None;
        }
        let error = MllpError::TooLong { offset: self.offset, limit: self.max_bytes };
        self.drop_front(1);
        self.is_lost = true;
        Some(Err(error))
    }

    fn drop_front(&mut self, n_bytes: usize) {
        self.buffer.drain(..n_bytes);
        self.offset += n_bytes as u64;
        self.n_searched = 0;
    }
}
