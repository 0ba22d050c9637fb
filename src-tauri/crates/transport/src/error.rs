//! Why a call brought no whole answer, as facts, and the sentences made of them. Not how the cause
//! is found in the libraries' errors: see `cause`.

use std::time::Duration;

use flow::run::{ErrorClass, Exchange};

use crate::mode::Miss;

/// A call that brought no whole answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.message())]
pub struct TransportError {
    /// What happened.
    pub kind: Kind,
    /// The host that was asked, with its port where it is not the scheme's own.
    pub host: String,
    /// Whether the call may have reached the system.
    pub sent: bool,
    /// Whether the call may have changed something there.
    pub writes: bool,
    /// The call as it went over the wire, as far as it came; masked.
    pub exchange: Option<Box<Exchange>>,
}

/// What happened to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The run was stopped.
    Cancelled,
    /// The URL, a header or the method cannot be sent.
    BadRequest(String),
    /// The rules for calls do not allow it.
    NotAllowed(String),
    /// A rule does not allow it, or a setting of the connection cannot be used.
    AgainstRules {
        /// What is not allowed, as a sentence.
        reason: String,
        /// The setting that is to be changed, as a sentence.
        advice: String,
    },
    /// The proxy that stands between did not let it through.
    Proxy {
        /// The proxy's host.
        proxy: String,
        /// Why not.
        reason: String,
    },
    /// The call could not be let in: the connection's sign-in lacks something, or was refused.
    SignIn(String),
    /// Whoever lets calls in could not be asked just now.
    SignInBusy(String),
    /// A file that was to be sent could not be read.
    BodyFile(String),
    /// There is no such host.
    Dns,
    /// Nothing listens there.
    Refused,
    /// The host could not be reached for another reason.
    Unreachable(String),
    /// No connection in time.
    ConnectTimeout(Duration),
    /// No secure connection.
    Tls(TlsFault),
    /// The connection was reset or closed before an answer began.
    Reset,
    /// No answer began in time.
    NoAnswer(Duration),
    /// The answer stopped arriving.
    Idle(Duration),
    /// The call waited for longer than it may in all.
    Total(Duration),
    /// The answer broke off.
    Cut {
        /// The bytes that arrived.
        got: u64,
        /// The bytes that were announced, where they were.
        expected: Option<u64>,
    },
    /// The answer's decoded body is too large; the limit in bytes.
    TooLarge(u64),
    /// The answer's head is too large.
    HeadTooLarge,
    /// The body could not be decoded.
    BadEncoding {
        /// The encoding's name, as the answer gives it.
        encoding: String,
        /// Why.
        reason: String,
    },
    /// The text is not in the charset that it says.
    BadCharset {
        /// The charset's name.
        charset: String,
        /// The byte at which it goes wrong, counted from 0.
        at: u64,
    },
    /// What came back is not HTTP, or breaks its rules.
    NotHttp(String),
    /// It was sent on too often; the limit.
    TooManyRedirects(u32),
    /// It was sent on to where it may not go.
    RedirectRefused {
        /// Where to.
        to: String,
        /// Why not.
        reason: String,
    },
    /// It was sent on to nowhere.
    RedirectNowhere(u16),
    /// The system is not asked for a while, since it failed too often.
    CircuitOpen {
        /// How many calls in a row have failed.
        failures: u32,
        /// For how long nothing has been sent.
        open_for: Duration,
        /// In how long one call tries.
        again_in: Duration,
        /// What the last call came to, as a sentence.
        why: String,
    },
    /// Neither the cassette nor the mock that stands for the system has an answer.
    NotRecorded(Box<Miss>),
    /// Anything else, in the library's words.
    Other(String),
}

/// Why there is no secure connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate has run out, or is not valid yet.
    Expired,
    /// The certificate is signed by nobody that is trusted here.
    UnknownIssuer,
    /// The certificate is for another host.
    WrongHost,
    /// The certificate signed itself, and is not one that is trusted here.
    SelfSigned,
    /// The system asks for a certificate of ours, and none is shown.
    ClientCertificate,
    /// The system does not take our certificate; its reason.
    ClientCertificateRefused(String),
    /// Anything else.
    Other(String),
}

impl TransportError {
    /// What kind of error it is. A write of which it is not known whether it arrived is
    /// [`ErrorClass::UnknownOutcome`], whatever broke it off.
    pub fn class(&self) -> ErrorClass {
        let unknown = self.sent && self.writes;
        match &self.kind {
            Kind::Cancelled => ErrorClass::Stopped,
            Kind::BadRequest(_) | Kind::NotAllowed(_) | Kind::AgainstRules { .. } => {
                ErrorClass::Validation
            }
            Kind::NotRecorded(_) => ErrorClass::Answer,
            Kind::BodyFile(_) => ErrorClass::File,
            Kind::SignIn(_)
            | Kind::Tls(TlsFault::ClientCertificate | TlsFault::ClientCertificateRefused(_)) => {
                ErrorClass::Auth
            }
            Kind::SignInBusy(_) => ErrorClass::Server,
            Kind::Dns
            | Kind::Refused
            | Kind::Unreachable(_)
            | Kind::Tls(_)
            | Kind::Proxy { .. }
            | Kind::CircuitOpen { .. } => ErrorClass::Connection,
            Kind::ConnectTimeout(_) => ErrorClass::Timeout,
            Kind::Reset
            | Kind::NoAnswer(_)
            | Kind::Idle(_)
            | Kind::Total(_)
            | Kind::Cut { .. }
            | Kind::NotHttp(_)
            | Kind::HeadTooLarge
            | Kind::Other(_)
                if unknown =>
            {
                ErrorClass::UnknownOutcome
            }
            Kind::Reset | Kind::Cut { .. } | Kind::Other(_) => ErrorClass::Connection,
            Kind::NoAnswer(_) | Kind::Idle(_) | Kind::Total(_) => ErrorClass::Timeout,
            Kind::TooLarge(_)
            | Kind::HeadTooLarge
            | Kind::BadEncoding { .. }
            | Kind::BadCharset { .. }
            | Kind::NotHttp(_)
            | Kind::TooManyRedirects(_)
            | Kind::RedirectRefused { .. }
            | Kind::RedirectNowhere(_) => ErrorClass::Answer,
        }
    }

    /// Whether the same call may well succeed a little later. Whether it may be repeated is
    /// another question: see [`Self::sent`].
    pub fn is_transient(&self) -> bool {
        match self.kind {
            Kind::Dns
            | Kind::Refused
            | Kind::Unreachable(_)
            | Kind::ConnectTimeout(_)
            | Kind::Reset
            | Kind::NoAnswer(_)
            | Kind::Idle(_)
            | Kind::Total(_)
            | Kind::Cut { .. }
            | Kind::CircuitOpen { .. }
            | Kind::SignInBusy(_)
            | Kind::Other(_) => true,
            Kind::Cancelled
            | Kind::BadRequest(_)
            | Kind::NotAllowed(_)
            | Kind::AgainstRules { .. }
            | Kind::Proxy { .. }
            | Kind::SignIn(_)
            | Kind::BodyFile(_)
            | Kind::NotRecorded(_)
            | Kind::Tls(_)
            | Kind::TooLarge(_)
            | Kind::HeadTooLarge
            | Kind::BadEncoding { .. }
            | Kind::BadCharset { .. }
            | Kind::NotHttp(_)
            | Kind::TooManyRedirects(_)
            | Kind::RedirectRefused { .. }
            | Kind::RedirectNowhere(_) => false,
        }
    }

    /// Whether the run was stopped, rather than that anything went wrong.
    pub fn is_cancelled(&self) -> bool {
        self.kind == Kind::Cancelled
    }

    /// One sentence: what happened, and why.
    pub fn message(&self) -> String {
        let host = &self.host;
        match &self.kind {
            Kind::Cancelled => format!("The call to {host} was stopped."),
            Kind::BadRequest(reason)
            | Kind::NotAllowed(reason)
            | Kind::SignIn(reason)
            | Kind::SignInBusy(reason)
            | Kind::BodyFile(reason) => reason.clone(),
            Kind::AgainstRules { reason, .. } => reason.clone(),
            Kind::Proxy { proxy, reason } => {
                format!("The proxy {proxy} did not let the call to {host} through: {reason}.")
            }
            Kind::Dns => format!("There is no system named {host}: its name could not be found."),
            Kind::Refused => format!("{host} refused the connection: nothing listens there."),
            Kind::Unreachable(reason) => format!("{host} could not be reached: {reason}."),
            Kind::ConnectTimeout(limit) => {
                format!("{host} could not be reached: no connection within {}.", seconds(*limit))
            }
            Kind::Tls(fault) => tls_message(host, fault),
            Kind::Reset => format!("{host} closed the connection before it answered."),
            Kind::NoAnswer(limit) => format!("{host} did not answer within {}.", seconds(*limit)),
            Kind::Idle(limit) => {
                format!("{host} stopped in the middle of its answer for {}.", seconds(*limit))
            }
            Kind::Total(limit) => {
                format!("{host} did not complete its answer within {}.", seconds(*limit))
            }
            Kind::Cut { got, expected: Some(expected) } => format!(
                "The answer of {host} broke off: {got} of {expected} bytes arrived, so none of it \
                 is used."
            ),
            Kind::Cut { got, expected: None } => format!(
                "The answer of {host} broke off after {got} bytes, so it is not taken for whole."
            ),
            Kind::TooLarge(limit) => {
                format!("The answer of {host} is larger than {}.", size(*limit))
            }
            Kind::HeadTooLarge => format!("The answer of {host} has too many or too long headers."),
            Kind::BadEncoding { encoding, reason } => {
                format!("The answer of {host} could not be unpacked as {encoding}: {reason}.")
            }
            Kind::BadCharset { charset, at } => {
                format!("The answer of {host} is not valid {charset} text: see byte {at}.")
            }
            Kind::NotHttp(reason) => {
                format!("{host} answered with something that is not valid HTTP: {reason}.")
            }
            Kind::TooManyRedirects(limit) => {
                format!("{host} sent the call on more than {limit} times.")
            }
            Kind::RedirectRefused { to, reason } => {
                format!("{host} sent the call on to {to}, which is refused: {reason}.")
            }
            Kind::RedirectNowhere(status) => {
                format!("{host} answered {status}, which sends the call on, but not where to.")
            }
            Kind::CircuitOpen { failures, open_for, again_in, why } => format!(
                "Nothing is sent to {host} for now: {failures} calls in a row have failed, and it \
                 has not been asked for {} s. {why} The next call tries in {} s.",
                open_for.as_secs(),
                again_in.as_secs() + u64::from(again_in.subsec_nanos() > 0),
            ),
            Kind::NotRecorded(miss) => miss.to_string(),
            Kind::Other(reason) => format!("The call to {host} broke off: {reason}."),
        }
    }

    /// The next step for the user.
    pub fn advice(&self) -> String {
        if self.class() == ErrorClass::UnknownOutcome {
            return "Look in the system whether the change was made before you run it again; an \
                    idempotency header makes repeating safe."
                .to_owned();
        }
        match &self.kind {
            Kind::Cancelled => "",
            Kind::BadRequest(_) => "Correct the node's method, URL or headers.",
            Kind::NotAllowed(_) => "Use https, or call it without credentials.",
            Kind::AgainstRules { advice, .. } => advice,
            Kind::Proxy { .. } => {
                "Check the proxy's address, user and password in the connection under Proxy."
            }
            Kind::SignIn(_) => "Correct the connection's sign-in, and test it.",
            Kind::SignInBusy(_) => "Run it again later, or let the node try several times.",
            Kind::NotRecorded(_) => {
                "Record the run again, replay it leniently, or add a rule to the mock."
            }
            Kind::BodyFile(_) => "Check that the file is there and may be read.",
            Kind::Dns => "Check the host in the URL, and the network.",
            Kind::Refused => "Check the port in the URL, and that the system runs.",
            Kind::Unreachable(_) | Kind::ConnectTimeout(_) => {
                "Check the address in the URL, the network and a firewall between."
            }
            Kind::Tls(fault) => tls_advice(fault),
            Kind::Reset | Kind::Cut { .. } | Kind::Other(_) => {
                "Run it again; if it happens often, let the node try several times."
            }
            Kind::NoAnswer(_) | Kind::Idle(_) | Kind::Total(_) => {
                "Run it again later, ask for less at once, or give the node a longer timeout, or \
                 the connection under Caps."
            }
            Kind::TooLarge(_) => {
                "Ask for less at once, by pages or with a filter, or allow more in the node or in \
                 the connection under Caps."
            }
            Kind::CircuitOpen { .. } => {
                "Mend what made the calls fail; then run it again, or wait until a call tries."
            }
            Kind::BadEncoding { .. } => {
                "Send the header Accept-Encoding: identity, so that the system does not pack it."
            }
            Kind::BadCharset { .. } => "Tell the system's owner that its charset is wrong.",
            Kind::HeadTooLarge => {
                "Check that the URL leads to a web service; if it does, allow more headers in the \
                 connection under Caps."
            }
            Kind::NotHttp(_) => {
                "Check that the URL, its port and its scheme lead to a web service."
            }
            Kind::TooManyRedirects(_) | Kind::RedirectNowhere(_) => {
                "Open the URL in a browser to see where it leads, and use that address."
            }
            Kind::RedirectRefused { .. } => {
                "If that address is right, write it into the node's URL."
            }
        }
        .to_owned()
    }
}

fn tls_message(host: &str, fault: &TlsFault) -> String {
    match fault {
        TlsFault::Expired => format!("The certificate of {host} has expired or is not valid yet."),
        TlsFault::UnknownIssuer => format!(
            "The certificate of {host} is not trusted: this computer does not know who signed it."
        ),
        TlsFault::SelfSigned => format!(
            "The certificate of {host} is not trusted: it signed itself, so anybody could have made \
             it."
        ),
        TlsFault::WrongHost => format!("The certificate of {host} is for another host."),
        TlsFault::ClientCertificate => {
            format!("{host} asks for a client certificate, and none is set.")
        }
        TlsFault::ClientCertificateRefused(reason) => {
            format!("{host} does not take the connection's client certificate: {reason}.")
        }
        TlsFault::Other(reason) => format!("No secure connection to {host}: {reason}."),
    }
}

fn tls_advice(fault: &TlsFault) -> &'static str {
    match fault {
        TlsFault::Expired => {
            "Check this computer's clock; if it is right, the system's owner must renew the \
             certificate."
        }
        TlsFault::UnknownIssuer => {
            "If it is your company's own system, paste the certificate of its authority into the \
             connection under Certificates, or add it to this computer's trust store."
        }
        TlsFault::SelfSigned => {
            "If you know that it is the right one, paste it into the connection under Certificates \
             as extra certificate authority."
        }
        TlsFault::WrongHost => "Use the host name that the certificate was made for.",
        TlsFault::ClientCertificate => {
            "Tick *Client certificate* in the connection under Certificates, and give it there."
        }
        TlsFault::ClientCertificateRefused(_) => {
            "Set the client certificate anew in the connection under Certificates; ask the \
             system's owner which authority must have signed it."
        }
        TlsFault::Other(_) => "Check that the URL's port speaks https.",
    }
}

fn seconds(limit: Duration) -> String {
    if limit.subsec_millis() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}

fn size(bytes: u64) -> String {
    const MB: u64 = 1024 * 1024;
    if bytes >= MB { format!("{} MB", bytes / MB) } else { format!("{bytes} bytes") }
}
