//! Watches the quotes of a CSV source go by, as the rows' reader forgives what is wrong with them.
//! Looks at the bytes around quotes only, and says where a fault is by its byte.

use std::collections::VecDeque;

/// What is wrong with a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Text follows the quote that closes a field.
    TextAfter,
    /// The quote that opens a field is never closed.
    Open,
}

/// Where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) fault: Fault,
    pub(super) offset: u64,
    pub(super) line: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Outside of quotes.
    Plain,
    /// Within quotes.
    Quoted,
    /// After a quote within quotes, which closes the field or is the first of two.
    Closing,
}

/// The state between the chunks of a source.
pub(super) struct Quotes {
    delimiter: u8,
    quote: u8,
    state: State,
    last: u8,
    offset: u64,
    n_lines: u64,
    opened: (u64, u64),
    found: VecDeque<Found>,
}

impl Quotes {
    pub(super) fn new(delimiter: u8, quote: u8) -> Self {
        Self {
            delimiter,
            quote,
            state: State::Plain,
            last: b'\n',
            offset: 0,
            n_lines: 0,
            opened: (0, 0),
            found: VecDeque::new(),
        }
    }

    /// The first fault before `offset`; those after it up to there are of the same row.
    pub(super) fn take_before(&mut self, offset: u64) -> Option<Found> {
        let first = self.found.front().copied().filter(|found| found.offset < offset)?;
        while self.found.front().is_some_and(|found| found.offset < offset) {
            self.found.pop_front();
        }
        Some(first)
    }

    /// Watches the end of the source.
    pub(super) fn end(&mut self) {
        if self.state == State::Quoted {
            let (offset, line) = self.opened;
            self.found.push_back(Found { fault: Fault::Open, offset, line });
            self.state = State::Plain;
        }
    }

    fn is_edge(&self, b: u8) -> bool {
        b == self.delimiter || matches!(b, b'\r' | b'\n')
    }

    /// Watches the next chunk.
    pub(super) fn watch(&mut self, chunk: &[u8]) {
        let mut at = 0;
        let mut counted = 0;
        while at < chunk.len() {
            if self.state == State::Closing {
                let b = chunk[at];
                if b == self.quote {
                    self.state = State::Quoted;
                    at += 1;
                    continue;
                }
                self.state = State::Plain;
                if !self.is_edge(b) {
                    let offset = self.offset + at as u64;
                    self.n_lines += count_lines(&chunk[counted..at]);
                    counted = at;
                    self.found.push_back(Found {
                        fault: Fault::TextAfter,
                        offset,
                        line: self.n_lines + 1,
                    });
                }
                continue;
            }
            let Some(quote) = memchr::memchr(self.quote, &chunk[at..]).map(|n| n + at) else {
                break;
            };
            if self.state == State::Quoted {
                self.state = State::Closing;
            } else if self.is_edge(if quote == 0 { self.last } else { chunk[quote - 1] }) {
                self.state = State::Quoted;
                self.n_lines += count_lines(&chunk[counted..quote]);
                counted = quote;
                self.opened = (self.offset + quote as u64, self.n_lines + 1);
            }
            at = quote + 1;
        }
        self.n_lines += count_lines(&chunk[counted..]);
        self.offset += chunk.len() as u64;
        self.last = chunk.last().copied().unwrap_or(self.last);
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
