//! A call that is about to leave, as the layers change it on its way. Not what a node asked for:
//! see `request`.

use flow::run::Timestamp;
use http::{HeaderMap, Method};
use url::Url;

use crate::request::Body;

/// A call that is about to leave.
#[derive(Debug, Clone)]
#[expect(dead_code, reason = "the layers are moving to it")]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// The time that signatures name.
    pub(crate) at: Timestamp,
}
