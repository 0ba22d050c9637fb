//! One call as a node describes it. Not how it is sent.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flow::run::Timestamp;
use http::Method;

use crate::conduct::Conduct;
use crate::connection::Connection;
use crate::observe::Observe;
use crate::redirect::Redirects;
use vault::Secret;

/// One call. It can be sent again as it is: no part of it is used up.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole URL, query included.
    pub url: String,
    /// The headers, in order; a name may occur several times.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
    /// The longest time that the call waits for the system in all; the transport's own without it.
    /// Pauses of whoever reads the answer do not count.
    pub timeout: Option<Duration>,
    /// The longest silence between two bytes; the transport's own without it.
    pub idle_timeout: Option<Duration>,
    /// The most bytes that a decoded body may have; the transport's own without it.
    pub max_body: Option<u64>,
    /// Where it may be sent on to.
    pub redirects: Redirects,
    /// The try, counted from 1; only told, never acted on.
    pub attempt: u32,
    /// The time at which it is sent, for what is told of it.
    pub at: Timestamp,
    /// Texts that must not be seen in anything that is told, besides those found by their names.
    pub secrets: Vec<Secret>,
    /// Who is told of each hop.
    pub observe: Option<Observe>,
    /// The account that it is made with.
    pub connection: Option<Arc<Connection>>,
    /// How it is met.
    pub conduct: Arc<Conduct>,
    /// The step it belongs to, by its key: what cassettes tell equal calls apart by.
    pub step: Option<String>,
    /// Whether it changes nothing at the system although its method could: a search by POST.
    pub is_reading: bool,
    /// Whether the system knows a repeated call again by a key that it carries.
    pub is_keyed: bool,
}

/// What a call sends.
#[derive(Debug, Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// These bytes; their type stands in the headers.
    Bytes(Bytes),
    /// A form with files, `multipart/form-data`.
    Multipart(Vec<Part>),
    /// A file, streamed from the disk.
    File(PathBuf),
}

/// One part of a form with files.
#[derive(Debug, Clone)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The name the file is given, for a file.
    pub file_name: Option<String>,
    /// The media type of the content.
    pub content_type: Option<String>,
    /// The content.
    pub content: Content,
}

/// Where a part's content comes from.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Bytes),
    /// A file, streamed from the disk.
    File(PathBuf),
}

impl Request {
    /// Makes a call without headers and body, with the transport's own limits.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Body::Empty,
            timeout: None,
            idle_timeout: None,
            max_body: None,
            redirects: Redirects::default(),
            attempt: 1,
            at: 0,
            secrets: Vec::new(),
            observe: None,
            connection: None,
            conduct: Arc::default(),
            step: None,
            is_reading: false,
            is_keyed: false,
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets what is sent.
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Whether the call may change something at the system: all but GET, HEAD, OPTIONS and TRACE
    /// (RFC 9110 § 9.2.1).
    pub fn writes(&self) -> bool {
        !self.method.is_safe()
    }
}
