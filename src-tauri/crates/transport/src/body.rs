//! The body of an answer as it arrives: unpacked, counted against its cap, and cancellable between
//! any two bytes. Not what is in it.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use flow::run::Exchange;
use futures::{StreamExt, stream};
use http::HeaderMap;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::charset::TextDecoder;
use crate::decode::{Encoding, Pieces};
use crate::error::{Kind, TransportError};
use crate::limit::Permit;
use crate::observe::Record;
use crate::wire::WireBytes;

/// The body of an answer.
pub struct AnswerBody {
    pieces: Pieces,
    encoding: Encoding,
    decoder: Option<TextDecoder>,
    headers: HeaderMap,
    host: String,
    writes: bool,
    record: Record,
    /// What was looked at before it was asked for.
    peeked: VecDeque<Bytes>,
    /// The call's place among the calls at once, which it keeps until the body is over.
    permit: Option<Permit>,
    seen: u64,
    max_bytes: u64,
    max_whole: u64,
    is_over: bool,
    /// Whether the end of the text was reached.
    is_decoded: bool,
}

/// How long the rest of an answer may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// The longest silence.
    pub(crate) idle: Duration,
    /// The time that is left for waiting, and what it was at first.
    pub(crate) left: Duration,
    pub(crate) total: Duration,
}

/// The facts that errors in the body need.
pub(crate) struct Facts {
    pub(crate) host: String,
    pub(crate) writes: bool,
    pub(crate) max_bytes: u64,
    pub(crate) max_whole: u64,
}

/// The error of a piece, on its way through the decoders.
#[derive(Debug, thiserror::Error)]
#[error("the body broke off")]
struct Broken(Kind);

impl AnswerBody {
    pub(crate) fn new(
        wire: WireBytes,
        encoding: Encoding,
        headers: HeaderMap,
        facts: Facts,
        patience: Patience,
        cancel: CancellationToken,
        record: Record,
    ) -> Self {
        let arriving = arriving(wire, patience, cancel);
        let pieces = if encoding == Encoding::Identity {
            arriving
        } else {
            // An empty body is empty in every encoding, but no decoder takes it.
            Box::pin(stream::once(unpack_unless_empty(arriving, encoding)).flatten())
        };
        Self {
            pieces,
            encoding,
            decoder: None,
            headers,
            host: facts.host,
            writes: facts.writes,
            record,
            peeked: VecDeque::new(),
            permit: None,
            seen: 0,
            max_bytes: facts.max_bytes,
            max_whole: facts.max_whole,
            is_over: false,
            is_decoded: false,
        }
    }

    /// Reads the next piece, unpacked; none once the whole body has arrived.
    ///
    /// # Errors
    /// Whatever breaks the answer off. What was read before is then not the whole.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match self.peeked.pop_front() {
            Some(piece) => Ok(Some(piece)),
            None => self.arrive().await,
        }
    }

    /// Looks at the first bytes of the body, up to about `max`, without taking them.
    ///
    /// # Errors
    /// What [`Self::chunk`] says.
    pub(crate) async fn peek(&mut self, max: usize) -> Result<Bytes, TransportError> {
        let mut n_bytes: usize = self.peeked.iter().map(Bytes::len).sum();
        while n_bytes < max {
            let Some(piece) = self.arrive().await? else { break };
            n_bytes += piece.len();
            self.peeked.push_back(piece);
        }
        let mut first = BytesMut::with_capacity(n_bytes.min(max));
        for piece in &self.peeked {
            let room = max.saturating_sub(first.len()).min(piece.len());
            first.extend_from_slice(&piece[..room]);
        }
        Ok(first.freeze())
    }

    /// Keeps the call's place among the calls at once until the body is over, or let go of.
    pub(crate) fn hold(&mut self, permit: Permit) {
        if !self.is_over {
            permit.reading(false);
            self.permit = Some(permit);
        }
    }

    async fn arrive(&mut self) -> Result<Option<Bytes>, TransportError> {
        if self.is_over {
            return Ok(None);
        }
        if let Some(permit) = &self.permit {
            permit.reading(true);
        }
        let next = self.pieces.next().await;
        if let Some(permit) = &self.permit {
            permit.reading(false);
        }
        match next {
            None => {
                self.is_over = true;
                self.permit = None;
                self.record.tell();
                Ok(None)
            }
            Some(Ok(piece)) => {
                self.seen += piece.len() as u64;
                if self.seen > self.max_bytes {
                    return Err(self.fail(Kind::TooLarge(self.max_bytes)));
                }
                self.record.saw(&piece);
                Ok(Some(piece))
            }
            Some(Err(error)) => {
                let kind = self.kind_of(&error);
                Err(self.fail(kind))
            }
        }
    }

    /// Reads the next piece as UTF-8, by the charset that the answer's type names; none at the end.
    ///
    /// # Errors
    /// What [`Self::chunk`] says, and [`Kind::BadCharset`] with the place.
    pub async fn text_chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        if self.is_decoded {
            return Ok(None);
        }
        if self.decoder.is_none() {
            match TextDecoder::of(&self.headers) {
                Ok(decoder) => self.decoder = Some(decoder),
                Err(charset) => {
                    let reason = "that charset is not known".to_owned();
                    return Err(self.fail(Kind::BadEncoding { encoding: charset, reason }));
                }
            }
        }
        loop {
            let piece = self.chunk().await?;
            let Some(decoder) = &mut self.decoder else { return Ok(None) };
            let is_last = piece.is_none();
            self.is_decoded = is_last;
            match decoder.push(piece.as_deref().unwrap_or(&[]), is_last) {
                Err(error) => {
                    let kind = Kind::BadCharset { charset: error.charset, at: error.at };
                    return Err(self.fail(kind));
                }
                Ok(text) if !text.is_empty() => return Ok(Some(text)),
                Ok(_) if is_last => return Ok(None),
                Ok(_) => {}
            }
        }
    }

    /// Reads the whole body.
    ///
    /// # Errors
    /// What [`Self::chunk`] says; [`Kind::TooLarge`] above the cap for what is held in memory.
    pub async fn bytes(&mut self) -> Result<Bytes, TransportError> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let mut whole = BytesMut::from(first);
        while let Some(piece) = self.chunk().await? {
            if (whole.len() + piece.len()) as u64 > self.max_whole {
                return Err(self.fail(Kind::TooLarge(self.max_whole)));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// Reads the whole body as text.
    ///
    /// # Errors
    /// What [`Self::bytes`] and [`Self::text_chunk`] say.
    pub async fn text(&mut self) -> Result<String, TransportError> {
        let mut whole = Vec::new();
        while let Some(piece) = self.text_chunk().await? {
            if (whole.len() + piece.len()) as u64 > self.max_whole {
                return Err(self.fail(Kind::TooLarge(self.max_whole)));
            }
            whole.extend_from_slice(&piece);
        }
        String::from_utf8(whole).map_err(|error| {
            let at = error.utf8_error().valid_up_to() as u64;
            self.fail(Kind::BadCharset { charset: "UTF-8".to_owned(), at })
        })
    }

    /// How many unpacked bytes have arrived.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// What is told of the hop by now, masked.
    pub fn exchange(&self) -> Exchange {
        self.record.exchange()
    }

    /// Notes that the reader could not use the body, so that it is told with the hop.
    pub fn reject(&mut self, reason: &str) {
        self.record.failed(reason);
        self.record.tell();
        self.end();
    }

    /// A text in which the secrets of the call are hidden.
    pub fn mask(&self, text: &str) -> String {
        self.record.mask(text)
    }

    /// Lets go of the connection at once, not when the caller drops the answer.
    fn end(&mut self) {
        self.is_over = true;
        self.is_decoded = true;
        self.permit = None;
        self.peeked.clear();
        self.pieces = Box::pin(stream::empty());
    }

    fn kind_of(&self, error: &io::Error) -> Kind {
        if let Some(Broken(kind)) = error.get_ref().and_then(|inside| inside.downcast_ref()) {
            return kind.clone();
        }
        Kind::BadEncoding { encoding: self.encoding.name().to_owned(), reason: error.to_string() }
    }

    fn fail(&mut self, kind: Kind) -> TransportError {
        self.end();
        let mut error = TransportError {
            kind: self.record.masks().kind(kind),
            host: self.host.clone(),
            sent: true,
            writes: self.writes,
            exchange: None,
        };
        self.record.failed(&error.message());
        error.exchange = Some(Box::new(self.record.exchange()));
        self.record.tell();
        error
    }
}

/// The pieces as they come from the socket, with an end to every wait.
fn arriving(wire: WireBytes, patience: Patience, cancel: CancellationToken) -> Pieces {
    struct State {
        wire: WireBytes,
        patience: Patience,
        cancel: CancellationToken,
        is_over: bool,
    }
    let state = State { wire, patience, cancel, is_over: false };
    Box::pin(stream::unfold(state, move |mut state| async move {
        if state.is_over {
            return None;
        }
        let began = Instant::now();
        let wait = state.patience.idle.min(state.patience.left);
        let next = tokio::select! {
            biased;
            () = state.cancel.cancelled() => Err(Kind::Cancelled),
            next = timeout(wait, state.wire.next()) => match next {
                Ok(Some(Ok(piece))) => Ok(Some(piece)),
                Ok(None) => Ok(None),
                Ok(Some(Err(kind))) => Err(kind),
                Err(_) if state.patience.left <= state.patience.idle => {
                    Err(Kind::Total(state.patience.total))
                }
                Err(_) => Err(Kind::Idle(state.patience.idle)),
            },
        };
        state.patience.left = state.patience.left.saturating_sub(began.elapsed());
        let item = match next {
            Ok(None) => return None,
            Ok(Some(piece)) => Ok(piece),
            Err(kind) => {
                state.is_over = true;
                Err(io::Error::other(Broken(kind)))
            }
        };
        Some((item, state))
    }))
}

async fn unpack_unless_empty(mut packed: Pieces, encoding: Encoding) -> Pieces {
    match packed.next().await {
        None => Box::pin(stream::empty()),
        Some(first) => encoding.unpack(Box::pin(stream::iter([first]).chain(packed))),
    }
}
