//! Unpacks bodies by their `Content-Encoding`, as a stream. Not charsets: see `charset`.

use std::io;
use std::pin::Pin;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use bytes::Bytes;
use futures::Stream;
use http::{HeaderMap, header};
use tokio::io::AsyncRead;
use tokio_util::io::{ReaderStream, StreamReader};

/// What is asked for with every call that does not say otherwise.
pub(crate) const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// How much is unpacked at once.
const STEP_BYTES: usize = 64 * 1024;

/// A body as a stream of pieces.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Finds how a body is packed.
///
/// # Errors
/// The header's text, where it names an encoding that is not known, or more than one: a body that
/// is packed twice is refused.
pub(crate) fn encoding(headers: &HeaderMap) -> Result<Encoding, String> {
    let text = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
        .collect::<Vec<_>>()
        .join(", ");
    match text.trim() {
        "" | "identity" => Ok(Encoding::Identity),
        "gzip" | "x-gzip" => Ok(Encoding::Gzip),
        "deflate" => Ok(Encoding::Deflate),
        "br" => Ok(Encoding::Brotli),
        "zstd" => Ok(Encoding::Zstd),
        other => Err(other.to_owned()),
    }
}

impl Encoding {
    /// The name as it stands in headers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// Unpacks the pieces; in memory is never more than one step of them.
    pub(crate) fn unpack(self, packed: Pieces) -> Pieces {
        let packed = StreamReader::new(packed);
        match self {
            Self::Identity => packed.into_inner(),
            Self::Gzip => {
                let mut decoder = GzipDecoder::new(packed);
                decoder.multiple_members(true);
                pieces(decoder)
            }
            Self::Deflate => pieces(ZlibDecoder::new(packed)),
            Self::Brotli => pieces(BrotliDecoder::new(packed)),
            Self::Zstd => pieces(ZstdDecoder::new(packed)),
        }
    }
}

fn pieces(reader: impl AsyncRead + Send + 'static) -> Pieces {
    Box::pin(ReaderStream::with_capacity(reader, STEP_BYTES))
}
