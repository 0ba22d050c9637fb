//! How failures of calls are written down, so that they fail in the same way when they are
//! replayed. Not what they mean: see `error`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Kind, TlsFault, TransportError};
use crate::policy::host_of;

/// A failure of a call as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Failure {
    /// There is no such host.
    Dns,
    /// Nothing listens there.
    Refused,
    /// The host could not be reached for another reason.
    Unreachable {
        /// In the words of whoever tried.
        reason: String,
    },
    /// No connection in time.
    ConnectTimeout {
        /// The limit, in milliseconds.
        ms: u64,
    },
    /// No secure connection.
    Tls {
        /// Why: `expired`, `unknown_issuer`, `wrong_host`, `client_certificate`, or other words.
        fault: String,
    },
    /// The connection was closed before an answer began.
    Reset,
    /// No answer began in time.
    NoAnswer {
        /// The limit, in milliseconds.
        ms: u64,
    },
    /// The answer stopped arriving.
    Idle {
        /// The limit, in milliseconds.
        ms: u64,
    },
    /// The call took too long in all.
    Total {
        /// The limit, in milliseconds.
        ms: u64,
    },
    /// The answer broke off.
    Cut {
        /// The bytes that arrived.
        got: u64,
        /// The bytes that were announced, where they were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<u64>,
    },
    /// The answer's head is too large.
    HeadTooLarge,
    /// What came back is not HTTP.
    NotHttp {
        /// Why not.
        reason: String,
    },
    /// The body could not be unpacked.
    BadEncoding {
        /// The encoding's name.
        encoding: String,
        /// Why not.
        reason: String,
    },
    /// The body is too large to be kept in a cassette.
    TooLarge {
        /// The most bytes that are kept.
        limit: u64,
    },
    /// Anything else.
    Other {
        /// In the library's words.
        reason: String,
    },
}

impl Failure {
    /// What is written down of a failure; nothing of those that are no part of what the system
    /// did.
    pub(crate) fn of(kind: &Kind) -> Option<Self> {
        let ms = |limit: &Duration| limit.as_millis() as u64;
        Some(match kind {
            Kind::Dns => Self::Dns,
            Kind::Refused => Self::Refused,
            Kind::Unreachable(reason) => Self::Unreachable { reason: reason.clone() },
            Kind::ConnectTimeout(limit) => Self::ConnectTimeout { ms: ms(limit) },
            Kind::Tls(fault) => Self::Tls { fault: name_of(fault) },
            Kind::Reset => Self::Reset,
            Kind::NoAnswer(limit) => Self::NoAnswer { ms: ms(limit) },
            Kind::Idle(limit) => Self::Idle { ms: ms(limit) },
            Kind::Total(limit) => Self::Total { ms: ms(limit) },
            Kind::Cut { got, expected } => Self::Cut { got: *got, expected: *expected },
            Kind::HeadTooLarge => Self::HeadTooLarge,
            Kind::NotHttp(reason) => Self::NotHttp { reason: reason.clone() },
            Kind::TooLarge(limit) => Self::TooLarge { limit: *limit },
            Kind::BadEncoding { encoding, reason } => {
                Self::BadEncoding { encoding: encoding.clone(), reason: reason.clone() }
            }
            Kind::Other(reason) => Self::Other { reason: reason.clone() },
            Kind::Proxy { proxy, reason } => {
                Self::Unreachable { reason: format!("the proxy {proxy} said: {reason}") }
            }
            _ => return None,
        })
    }

    /// The failure in a sentence.
    pub(crate) fn sentence(&self, url: &str) -> String {
        let host = url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| host_of(&url));
        let kind = self.kind();
        TransportError { kind, host, sent: true, writes: false, exchange: None }.message()
    }

    /// The same failure again.
    pub(crate) fn kind(&self) -> Kind {
        let limit = |ms: &u64| Duration::from_millis(*ms);
        match self {
            Self::Dns => Kind::Dns,
            Self::Refused => Kind::Refused,
            Self::Unreachable { reason } => Kind::Unreachable(reason.clone()),
            Self::ConnectTimeout { ms } => Kind::ConnectTimeout(limit(ms)),
            Self::Tls { fault } => Kind::Tls(fault_of(fault)),
            Self::Reset => Kind::Reset,
            Self::NoAnswer { ms } => Kind::NoAnswer(limit(ms)),
            Self::Idle { ms } => Kind::Idle(limit(ms)),
            Self::Total { ms } => Kind::Total(limit(ms)),
            Self::Cut { got, expected } => Kind::Cut { got: *got, expected: *expected },
            Self::HeadTooLarge => Kind::HeadTooLarge,
            Self::NotHttp { reason } => Kind::NotHttp(reason.clone()),
            Self::TooLarge { limit } => Kind::TooLarge(*limit),
            Self::BadEncoding { encoding, reason } => {
                Kind::BadEncoding { encoding: encoding.clone(), reason: reason.clone() }
            }
            Self::Other { reason } => Kind::Other(reason.clone()),
        }
    }
}

/// What begins the name of a certificate of ours that was refused, before the reason.
const REFUSED: &str = "client_certificate_refused: ";

fn name_of(fault: &TlsFault) -> String {
    match fault {
        TlsFault::ClientCertificateRefused(reason) => return format!("{REFUSED}{reason}"),
        TlsFault::SelfSigned => "self_signed",
        TlsFault::Expired => "expired",
        TlsFault::UnknownIssuer => "unknown_issuer",
        TlsFault::WrongHost => "wrong_host",
        TlsFault::ClientCertificate => "client_certificate",
        TlsFault::Other(words) => words,
    }
    .to_owned()
}

fn fault_of(name: &str) -> TlsFault {
    if let Some(reason) = name.strip_prefix(REFUSED) {
        return TlsFault::ClientCertificateRefused(reason.to_owned());
    }
    match name {
        "self_signed" => TlsFault::SelfSigned,
        "expired" => TlsFault::Expired,
        "unknown_issuer" => TlsFault::UnknownIssuer,
        "wrong_host" => TlsFault::WrongHost,
        "client_certificate" => TlsFault::ClientCertificate,
        words => TlsFault::Other(words.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_the_same_after_it_was_written_down() {
        let limit = Duration::from_millis(1500);
        for kind in [
            Kind::Dns,
            Kind::Refused,
            Kind::Unreachable("no route".to_owned()),
            Kind::ConnectTimeout(limit),
            Kind::Tls(TlsFault::WrongHost),
            Kind::Tls(TlsFault::SelfSigned),
            Kind::Tls(TlsFault::ClientCertificateRefused("it is not known".to_owned())),
            Kind::Tls(TlsFault::Other("odd".to_owned())),
            Kind::Reset,
            Kind::NoAnswer(limit),
            Kind::Idle(limit),
            Kind::Total(limit),
            Kind::Cut { got: 3, expected: Some(9) },
            Kind::Cut { got: 3, expected: None },
            Kind::HeadTooLarge,
            Kind::NotHttp("a bad line".to_owned()),
            Kind::Other("odd".to_owned()),
        ] {
            let text = serde_json::to_string(&Failure::of(&kind).unwrap()).unwrap();
            let back: Failure = serde_json::from_str(&text).unwrap();
            assert_eq!(back.kind(), kind, "{text}");
        }
        assert_eq!(Failure::of(&Kind::Cancelled), None);
    }
}
