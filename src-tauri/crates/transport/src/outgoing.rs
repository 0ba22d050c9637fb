//! A call that is about to leave, as the layers change it on its way. Not what a node asked for:
//! see `request`.

use flow::run::Timestamp;
use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::request::Body;

/// A call that is about to leave.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// The time that it leaves, which signatures name.
    pub(crate) at: Timestamp,
    /// The headers that let it in: dropped on the way to another origin, whatever their names.
    pub(crate) credentials: Vec<HeaderName>,
    /// Whether a system outside led it to where it goes now.
    pub(crate) is_led_here: bool,
}

impl Outgoing {
    /// Puts a header that lets the call in, in place of what it was.
    pub(crate) fn let_in_by(&mut self, name: HeaderName, mut value: HeaderValue) {
        value.set_sensitive(true);
        self.headers.insert(name.clone(), value);
        if !self.credentials.contains(&name) {
            self.credentials.push(name);
        }
    }

    /// Whether it carries anything.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.body, Body::Empty)
    }
}
