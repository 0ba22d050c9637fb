//! Finds the cause of a failed call in the chain of the libraries' errors. Not what is said of it:
//! see `error`.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};

use crate::error::{Kind, TlsFault};
use crate::phases::LedInside;
use crate::pool::Way;
use crate::tls::SelfSigned;

/// The cause of a call that got no answer, and whether it may have reached the system.
pub(crate) fn of_send(error: &reqwest::Error, way: &Way) -> (Kind, bool) {
    if error.is_builder() {
        return (
            Kind::BadRequest(format!("The call cannot be sent: {}.", innermost(error))),
            false,
        );
    }
    if let Some(fault) = tls_fault(error, way) {
        // A system that wants another certificate says so after our side of the connection is
        // made, but before it reads what came over it.
        let is_early =
            matches!(fault, TlsFault::ClientCertificate | TlsFault::ClientCertificateRefused(_));
        return (Kind::Tls(fault), !error.is_connect() && !is_early);
    }
    if find::<LedInside>(error).is_some() {
        return (led_inside(), false);
    }
    if error.is_connect() || error.is_dns() {
        let kind = match of_proxy(error, way) {
            Some(kind) => kind,
            None if error.is_dns() => Kind::Dns,
            None => of_connect(error, way.connect_timeout),
        };
        return (kind, false);
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

fn led_inside() -> Kind {
    Kind::AgainstRules {
        reason: "The call is refused: the name of its host leads to an address inside the own \
                 network, and a system outside may not lead there."
            .to_owned(),
        advice: "If it is a system of yours, make a connection with this host.".to_owned(),
    }
}

/// What a proxy between has to do with a connection that could not be opened.
fn of_proxy(error: &reqwest::Error, way: &Way) -> Option<Kind> {
    let proxy = way.proxy.clone()?;
    let mut words = String::new();
    let mut next = error.source();
    while let Some(current) = next {
        words = current.to_string();
        if words.contains("tunnel") || words.contains("SOCKS") {
            break;
        }
        next = current.source();
    }
    let reason = if error.is_timeout() {
        format!("no connection within {} s", way.connect_timeout.as_secs())
    } else if words.contains("authorization required") || words.contains("credentials") {
        "it does not take the user and password".to_owned()
    } else if words.contains("tunnel") || words.contains("SOCKS") {
        words
    } else if error.is_dns() {
        "its name could not be found".to_owned()
    } else {
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => "nothing listens there".to_owned(),
            _ => innermost(error),
        }
    };
    Some(Kind::Proxy { proxy, reason })
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

fn tls_fault(error: &reqwest::Error, way: &Way) -> Option<TlsFault> {
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
            CertificateError::Other(other) if other.0.is::<SelfSigned>() => TlsFault::SelfSigned,
            CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
            other => TlsFault::Other(format!("its certificate is refused ({other:?})")),
        },
        rustls::Error::AlertReceived(alert) => of_alert(*alert, way.shows_certificate),
        rustls::Error::InvalidMessage(_) => {
            TlsFault::Other("the system does not speak https on this port".to_owned())
        }
        other => TlsFault::Other(other.to_string()),
    })
}

/// What a system means that breaks a secure connection off (RFC 8446 § 6.2).
fn of_alert(alert: AlertDescription, shows_certificate: bool) -> TlsFault {
    use AlertDescription as A;
    let of_ours = match alert {
        A::CertificateRequired => return TlsFault::ClientCertificate,
        A::UnknownCA => "it does not know who signed it",
        A::CertificateExpired => "it has expired",
        A::CertificateRevoked => "it was revoked",
        A::AccessDenied => "it gives no access",
        A::BadCertificate | A::UnsupportedCertificate | A::CertificateUnknown | A::DecryptError => {
            "it cannot use it"
        }
        _ => return TlsFault::Other(format!("the system broke it off ({alert:?})")),
    };
    if shows_certificate {
        TlsFault::ClientCertificateRefused(of_ours.to_owned())
    } else {
        TlsFault::ClientCertificate
    }
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
