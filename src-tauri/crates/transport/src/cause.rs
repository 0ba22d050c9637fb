//! Finds the cause of a failed call in the chain of the libraries' errors. Not what is said of it:
//! see `error`.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};

use crate::error::{Kind, TlsFault};

/// The cause of a call that got no answer, and whether it may have reached the system.
pub(crate) fn of_send(error: &reqwest::Error, connect_timeout: Duration) -> (Kind, bool) {
    if error.is_builder() {
        return (
            Kind::BadRequest(format!("The call cannot be sent: {}.", innermost(error))),
            false,
        );
    }
    if let Some(fault) = tls_fault(error) {
        return (Kind::Tls(fault), !error.is_connect());
    }
    if error.is_dns() {
        return (Kind::Dns, false);
    }
    if error.is_connect() {
        return (of_connect(error, connect_timeout), false);
    }
    if let Some(hyper) = find::<hyper::Error>(error) {
        if hyper.is_parse() && hyper.to_string().contains("too large") {
            return (Kind::HeadTooLarge, true);
        }
        if hyper.is_parse() {
            return (Kind::NotHttp(innermost(hyper)), true);
        }
        if hyper.is_canceled() || hyper.is_incomplete_message() || hyper.is_closed() {
            return (Kind::Reset, true);
        }
        if hyper.is_user() {
            return (
                Kind::BodyFile(format!("What was to be sent broke off: {}.", innermost(hyper))),
                true,
            );
        }
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => (Kind::Reset, true),
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionAborted) => {
            (Kind::Reset, true)
        }
        _ => (Kind::Other(innermost(error)), true),
    }
}

/// The cause of an answer that broke off in its body.
pub(crate) fn of_body(error: &reqwest::Error, got: u64, expected: Option<u64>) -> Kind {
    if let Some(hyper) = find::<hyper::Error>(error) {
        if hyper.is_parse() {
            return Kind::NotHttp(innermost(hyper));
        }
    }
    match find::<io::Error>(error) {
        // Hyper reports a chunk size that is no number, or too large, as invalid input.
        Some(io)
            if matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) =>
        {
            Kind::NotHttp(innermost(io))
        }
        _ => Kind::Cut { got, expected },
    }
}

fn of_connect(error: &reqwest::Error, connect_timeout: Duration) -> Kind {
    if error.is_timeout() {
        return Kind::ConnectTimeout(connect_timeout);
    }
    match find::<io::Error>(error) {
        Some(io) => match io.kind() {
            io::ErrorKind::ConnectionRefused => Kind::Refused,
            io::ErrorKind::TimedOut => Kind::ConnectTimeout(connect_timeout),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => Kind::Tls(
                TlsFault::Other("the connection was closed while it was being made".to_owned()),
            ),
            _ => Kind::Unreachable(innermost(io)),
        },
        None => Kind::Unreachable(innermost(error)),
    }
}

fn tls_fault(error: &reqwest::Error) -> Option<TlsFault> {
    let tls = find::<rustls::Error>(error)?;
    Some(match tls {
        rustls::Error::InvalidCertificate(fault) => match fault {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => TlsFault::Expired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFault::WrongHost
            }
            CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
            // A certificate that signed itself is reported as an authority used as a server.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                TlsFault::UnknownIssuer
            }
            other => TlsFault::Other(format!("its certificate is refused ({other:?})")),
        },
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::BadCertificate,
        ) => TlsFault::ClientCertificate,
        rustls::Error::AlertReceived(alert) => {
            TlsFault::Other(format!("the system broke it off ({alert:?})"))
        }
        rustls::Error::InvalidMessage(_) => {
            TlsFault::Other("the system does not speak https on this port".to_owned())
        }
        other => TlsFault::Other(other.to_string()),
    })
}

/// The first error of a type in the chain. An [`io::Error`] hides what it wraps from the chain, so
/// its inside is looked at too.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<E>() {
            return Some(found);
        }
        if let Some(inside) = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            if let Some(found) = find::<E>(inside) {
                return Some(found);
            }
        }
        next = current.source();
    }
    None
}

/// The words of the error at the end of the chain, which say most.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string().trim_end_matches('.').to_owned()
}
