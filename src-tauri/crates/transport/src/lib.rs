//! Everything between a node and a socket: one call goes in, its answer or a typed error comes
//! out, and every hop of it is told. Not what a call means: that is the node's.
//!
//! The layers, outermost first; each is one file, and a new one goes where its name stands here:
//!
//! | layer | what it does | file |
//! |---|---|---|
//! | observe | tells each hop as an [`flow::run::Exchange`], masked | `observe`, `mask` |
//! | circuit | stops asking a system that is down | `circuit` |
//! | limit | keeps to a system's rate | `limit` |
//! | auth | signs the call, refreshes a token once | `auth`, `transport/sign_in` |
//! | policy | schemes, hosts, redirects | `policy`, `redirect` |
//! | fault | fails calls on purpose, where that is switched on | `fault` |
//! | mode | live, record, replay, mock, dry run | `mode`, `cassette` |
//! | socket | the connection pools, TLS, HTTP; the only place that opens a connection | `socket`, `pool`, `tls` |
//!
//! What all flows of a connection share is [`Connection`], how the calls of a node are met in a run
//! is [`Conduct`], and what both are written down as is in [`spec`].
//!
//! The tries of a step are the engine's, so that each of them is journaled; what it needs to
//! decide about one stands in [`retry`]. Every try passes all layers again.
//!
//! Caps are always on: the head of an answer (256 headers, 256 KB), its decoded body, the silence
//! between two bytes, and the time a call waits in all.

mod auth;
mod body;
pub mod cassette;
mod cause;
mod charset;
mod circuit;
mod clock;
mod conduct;
mod connection;
mod decode;
mod error;
mod fault;
mod har;
mod limit;
mod mask;
mod mode;
mod network;
mod observe;
mod outgoing;
mod per_clock;
mod phases;
mod policy;
mod pool;
mod redirect;
mod request;
mod response;
pub mod retry;
mod retry_after;
mod socket;
pub mod spec;
mod tls;
mod transport;
mod wire;

pub use auth::consent::{Consent, ScopeInWords, SignedIn, sign_out, signed_in};
pub use body::AnswerBody;
pub use cassette::RecordedCall;
pub use charset::{CharsetError, TextDecoder};
pub use circuit::{CircuitHealth, CircuitState};
pub use clock::Clock;
pub use conduct::{Conduct, Note, Tell};
pub use connection::Connection;
pub use error::{Kind, TlsFault, TransportError};
pub use fault::{Fault, FaultKind, Faults};
pub use har::har;
pub use limit::{LimitHealth, pause_asked};
pub use mask::{Masks, Taint, is_secret_name, mask_text};
pub use mode::{
    Miss, Mock, MockFile, Mode, Nearest, Personal, Player, Recorded, Recorder, Report, Rule,
    Strictness,
};
pub use network::{Departure, NetworkLog, Whose};
pub use observe::Observe;
pub use policy::is_inside_host;
pub use redirect::Redirects;
pub use request::{Body, Content, Part, Request};
pub use response::{Response, Timing};
pub use retry_after::retry_after;
pub use transport::{Options, Transport};

pub use http::{HeaderMap, Method, header};
pub use url::Url;
pub use vault::{MASK, Secret};
