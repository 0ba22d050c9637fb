//! Keeps what is told of one hop of a call, masked, and tells it once. Not who listens.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use flow::run::{Exchange, Snippet};
use http::HeaderMap;
use vault::MASK;

use crate::charset;
use crate::connection::Connection;
use crate::mask::{Cut, Masks, Taint, is_secret_name};
use crate::network::Entry;
use crate::outgoing::Outgoing;
use crate::request::{Body, Content, Part, Request};
use crate::wire::WireAnswer;

/// Who is told of each hop, once it is over.
pub type Observe = Arc<dyn Fn(Exchange) + Send + Sync>;

/// What is known of one hop so far.
pub(crate) struct Record {
    masks: Masks,
    connection: Option<Arc<Connection>>,
    exchange: Exchange,
    headers: HeaderMap,
    head: Vec<u8>,
    body_bytes: u64,
    snippet_bytes: usize,
    started: Instant,
    /// When the head of the answer was there.
    head_at: Option<Instant>,
    observe: Option<Observe>,
    /// What the network log is told, until it was.
    entry: Option<Entry>,
}

impl Record {
    /// Begins a hop to a URL.
    pub(crate) fn start(request: &Request, out: &Outgoing, snippet_bytes: usize) -> Self {
        let connection = request.connection.clone();
        let taint = connection.as_ref().map(|connection| connection.taint());
        let mut masks = Masks::with(taint, &request.secrets);
        masks.learn_url(&out.url);
        learn_headers(&mut masks, &out.headers, taint);
        let mut masked = Places::default();
        let exchange = Exchange {
            attempt: request.attempt,
            at: out.at,
            took_ms: 0,
            method: out.method.to_string(),
            url: masked.of_url(&out.url, masks.url(&out.url)),
            request_headers: masked.of_headers("header", &out.headers, &masks),
            request_body: masked.of_request(&out.body, &out.headers, &masks, snippet_bytes),
            status: None,
            response_headers: Vec::new(),
            response_body: None,
            error: None,
            masked: masked.names,
            ..Exchange::default()
        };
        Self {
            masks,
            connection,
            exchange,
            headers: HeaderMap::new(),
            head: Vec::new(),
            body_bytes: 0,
            snippet_bytes,
            started: Instant::now(),
            head_at: None,
            observe: request.observe.clone(),
            entry: None,
        }
    }

    /// Has the network log told too; gives what is to be set once the hop leaves.
    pub(crate) fn log(&mut self, entry: Entry) -> Arc<AtomicBool> {
        let left = entry.left();
        self.entry = Some(entry);
        left
    }

    /// Keeps a hop that never leaves for the log, and tells nobody else.
    pub(crate) fn only_logged(mut self, message: &str) {
        self.observe = None;
        self.failed(message);
    }

    /// What must not be seen of this hop.
    pub(crate) fn masks(&self) -> &Masks {
        &self.masks
    }

    /// Notes the head of the answer.
    pub(crate) fn answered(&mut self, answer: &WireAnswer) {
        let taint = self.connection.as_ref().map(|connection| connection.taint());
        learn_headers(&mut self.masks, &answer.headers, taint);
        let mut masked = Places { names: std::mem::take(&mut self.exchange.masked) };
        self.exchange.status = Some(answer.status.as_u16());
        self.exchange.response_headers =
            masked.of_headers("response header", &answer.headers, &self.masks);
        self.exchange.masked = masked.names;
        self.exchange.from = answer.from;
        self.exchange.phases = Some(answer.phases);
        self.exchange.tls.clone_from(&answer.tls);
        self.headers = answer.headers.clone();
        self.head_at = Some(Instant::now());
        self.touch();
    }

    /// Notes a piece of the decoded body.
    pub(crate) fn saw(&mut self, piece: &[u8]) {
        let room = self.snippet_bytes.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..room]);
        self.body_bytes += piece.len() as u64;
        self.touch();
    }

    /// Notes what went wrong.
    pub(crate) fn failed(&mut self, message: &str) {
        self.exchange.error = Some(self.masks.sentence(message));
        self.touch();
    }

    /// A text in which this call's secrets are hidden.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.masks.sentence(text)
    }

    /// What is known by now.
    pub(crate) fn exchange(&self) -> Exchange {
        let mut exchange = self.exchange.clone();
        if exchange.status.is_some() && (self.body_bytes > 0 || exchange.error.is_none()) {
            let cut = self.body_bytes > self.head.len() as u64 || exchange.error.is_some();
            let mut masked = Places { names: std::mem::take(&mut exchange.masked) };
            let text = charset::show(&self.head, &self.headers);
            let text = masked.of_body("response body", &text, &self.masks, cut);
            exchange.response_body = Some(Snippet { text, bytes: self.body_bytes, cut });
            exchange.masked = masked.names;
        }
        exchange
    }

    /// Tells what is known, the first time it is called.
    pub(crate) fn tell(&mut self) {
        if let Some(observe) = self.observe.take() {
            observe(self.exchange());
        }
        if let Some(entry) = self.entry.take() {
            entry.tell(&self.exchange, self.body_bytes);
        }
    }

    fn touch(&mut self) {
        let now = Instant::now();
        self.exchange.took_ms = now.duration_since(self.started).as_millis() as u64;
        if let (Some(head_at), Some(phases)) = (self.head_at, &mut self.exchange.phases) {
            phases.receive_us = Some(now.duration_since(head_at).as_micros() as u64);
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.tell();
    }
}

fn learn_headers(masks: &mut Masks, headers: &HeaderMap, taint: Option<&Taint>) {
    for (name, value) in headers {
        masks.learn_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
    }
    if let Some(taint) = taint {
        masks.teach(taint);
    }
}

/// Where something was masked, each place once.
#[derive(Default)]
struct Places {
    names: Vec<String>,
}

impl Places {
    fn add(&mut self, name: String) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// Notes what differs between a URL and what is shown of it.
    fn of_url(&mut self, url: &url::Url, shown: String) -> String {
        if !shown.contains(MASK) {
            return shown;
        }
        if url.password().is_some() {
            self.add("url password".to_owned());
        }
        let (path, query) = shown.split_once('?').unwrap_or((&shown, ""));
        for pair in query.split(['&', '#']).filter(|pair| pair.contains(MASK)) {
            self.add(format!("query {}", pair.split('=').next().unwrap_or_default()));
        }
        let path = path.rsplit_once('@').map_or(path, |(_, path)| path);
        if path.contains(MASK) {
            self.add("path".to_owned());
        }
        shown
    }

    fn of_headers(
        &mut self,
        what: &str,
        headers: &HeaderMap,
        masks: &Masks,
    ) -> Vec<(String, String)> {
        let shown = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let shown = masks.header(name.as_str(), &text);
            if shown != text {
                self.add(format!("{what} {name}"));
            }
            (name.as_str().to_owned(), shown)
        };
        headers.iter().map(shown).collect()
    }

    fn of_body(&mut self, what: &str, text: &str, masks: &Masks, is_cut: bool) -> String {
        let shown = masks.shown_body(text, if is_cut { Cut::Yes } else { Cut::No });
        if let Cow::Owned(_) = shown {
            self.add(what.to_owned());
        }
        shown.into_owned()
    }

    fn of_request(
        &mut self,
        body: &Body,
        headers: &HeaderMap,
        masks: &Masks,
        snippet_bytes: usize,
    ) -> Option<Snippet> {
        match body {
            Body::Empty => None,
            Body::Bytes(bytes) => {
                let head = &bytes[..bytes.len().min(snippet_bytes)];
                let cut = head.len() < bytes.len();
                let text = charset::show(head, headers);
                let text = self.of_body("request body", &text, masks, cut);
                Some(Snippet { text, bytes: bytes.len() as u64, cut })
            }
            Body::File(path) => Some(Snippet {
                text: format!("(the file {})", path.display()),
                bytes: std::fs::metadata(path).map_or(0, |meta| meta.len()),
                cut: true,
            }),
            Body::Multipart(parts) => Some(self.of_parts(parts, masks)),
        }
    }

    fn of_parts(&mut self, parts: &[Part], masks: &Masks) -> Snippet {
        let mut bytes = 0;
        let mut lines = Vec::new();
        for part in parts {
            let (size, text) = match &part.content {
                Content::File(path) => (
                    std::fs::metadata(path).map_or(0, |meta| meta.len()),
                    format!("(the file {})", path.display()),
                ),
                Content::Bytes(_) if is_secret_name(&part.name) => (0, MASK.to_owned()),
                Content::Bytes(content) if part.file_name.is_none() && content.len() < 1024 => {
                    (content.len() as u64, String::from_utf8_lossy(content).into_owned())
                }
                Content::Bytes(content) => {
                    (content.len() as u64, format!("({} bytes)", content.len()))
                }
            };
            bytes += size;
            let shown = masks.text(&text);
            if shown.contains(MASK) {
                self.add(format!("request body {}", part.name));
            }
            lines.push(format!("{}={shown}", part.name));
        }
        Snippet { text: lines.join("\n"), bytes, cut: true }
    }
}
