//! Keeps what is told of one hop of a call, masked, and tells it once. Not who listens.

use std::sync::Arc;
use std::time::Instant;

use flow::run::{Exchange, Snippet};
use http::HeaderMap;

use crate::charset;
use crate::mask::Masks;
use crate::outgoing::Outgoing;
use crate::request::{Body, Content, Request};
use crate::wire::WireAnswer;

/// Who is told of each hop, once it is over.
pub type Observe = Arc<dyn Fn(Exchange) + Send + Sync>;

/// What is known of one hop so far.
pub(crate) struct Record {
    masks: Masks,
    exchange: Exchange,
    headers: HeaderMap,
    head: Vec<u8>,
    body_bytes: u64,
    snippet_bytes: usize,
    started: Instant,
    /// When the head of the answer was there.
    head_at: Option<Instant>,
    observe: Option<Observe>,
}

impl Record {
    /// Begins a hop to a URL.
    pub(crate) fn start(request: &Request, out: &Outgoing, snippet_bytes: usize) -> Self {
        let mut masks = Masks::new(&request.secrets);
        masks.learn_url(&out.url);
        for (name, value) in &out.headers {
            masks.learn_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        let exchange = Exchange {
            attempt: request.attempt,
            at: out.at,
            took_ms: 0,
            method: out.method.to_string(),
            url: masks.url(&out.url),
            request_headers: shown_headers(&out.headers, &masks),
            request_body: request_snippet(&out.body, &out.headers, &masks, snippet_bytes),
            status: None,
            response_headers: Vec::new(),
            response_body: None,
            error: None,
            ..Exchange::default()
        };
        Self {
            masks,
            exchange,
            headers: HeaderMap::new(),
            head: Vec::new(),
            body_bytes: 0,
            snippet_bytes,
            started: Instant::now(),
            head_at: None,
            observe: request.observe.clone(),
        }
    }

    /// What must not be seen of this hop.
    pub(crate) fn masks(&self) -> &Masks {
        &self.masks
    }

    /// Notes the head of the answer.
    pub(crate) fn answered(&mut self, answer: &WireAnswer) {
        for (name, value) in &answer.headers {
            self.masks.learn_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        self.exchange.status = Some(answer.status.as_u16());
        self.exchange.response_headers = shown_headers(&answer.headers, &self.masks);
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
        self.exchange.error = Some(self.masks.values_in(message));
        self.touch();
    }

    /// A text in which this call's secrets are hidden.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.masks.values_in(text)
    }

    /// What is known by now.
    pub(crate) fn exchange(&self) -> Exchange {
        let mut exchange = self.exchange.clone();
        if exchange.status.is_some() && (self.body_bytes > 0 || exchange.error.is_none()) {
            let text = self.masks.body(&charset::show(&self.head, &self.headers));
            let cut = self.body_bytes > self.head.len() as u64 || exchange.error.is_some();
            exchange.response_body = Some(Snippet { text, bytes: self.body_bytes, cut });
        }
        exchange
    }

    /// Tells what is known, the first time it is called.
    pub(crate) fn tell(&mut self) {
        if let Some(observe) = self.observe.take() {
            observe(self.exchange());
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

fn shown_headers(headers: &HeaderMap, masks: &Masks) -> Vec<(String, String)> {
    let shown = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let text = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), masks.header(name.as_str(), &text))
    };
    headers.iter().map(shown).collect()
}

fn request_snippet(
    body: &Body,
    headers: &HeaderMap,
    masks: &Masks,
    snippet_bytes: usize,
) -> Option<Snippet> {
    match body {
        Body::Empty => None,
        Body::Bytes(bytes) => {
            let head = &bytes[..bytes.len().min(snippet_bytes)];
            let text = masks.body(&charset::show(head, headers));
            Some(Snippet { text, bytes: bytes.len() as u64, cut: head.len() < bytes.len() })
        }
        Body::File(path) => Some(Snippet {
            text: format!("(the file {})", path.display()),
            bytes: std::fs::metadata(path).map_or(0, |meta| meta.len()),
            cut: true,
        }),
        Body::Multipart(parts) => {
            let mut bytes = 0;
            let mut lines = Vec::new();
            for part in parts {
                let (size, text) = match &part.content {
                    Content::File(path) => (
                        std::fs::metadata(path).map_or(0, |meta| meta.len()),
                        format!("(the file {})", path.display()),
                    ),
                    Content::Bytes(_) if crate::mask::is_secret_name(&part.name) => {
                        (0, vault::MASK.to_owned())
                    }
                    Content::Bytes(content) if part.file_name.is_none() && content.len() < 1024 => {
                        (content.len() as u64, String::from_utf8_lossy(content).into_owned())
                    }
                    Content::Bytes(content) => {
                        (content.len() as u64, format!("({} bytes)", content.len()))
                    }
                };
                bytes += size;
                lines.push(format!("{}={}", part.name, masks.values_in(&text)));
            }
            Some(Snippet { text: lines.join("\n"), bytes, cut: true })
        }
    }
}
