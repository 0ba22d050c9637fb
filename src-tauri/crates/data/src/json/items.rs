//! Values one by one from a source of bytes, in memory that does not grow with their number.
//! Blocking, as its source is; `Push` is for bodies that arrive on their own.

use std::io;

use super::{Format, JsonError, JsonErrorKind, Limits, Push};
use crate::Value;

/// The values of a JSON source, read as they are asked for.
///
/// The source needs no buffer of its own; it is read 64 KB at a time. After a broken line the
/// next line follows; any other error is the last item.
///
/// ```
/// use data::{Limits, json::{Format, Items}};
///
/// let lines: &[u8] = b"{\"id\":1}\n\n{\"id\":2}\n";
/// let orders = Items::new(lines, Format::Lines, Limits::default());
/// assert_eq!(orders.map(|order| order.unwrap().size()).collect::<Vec<_>>(), [8, 8]);
/// ```
pub struct Items<R> {
    source: R,
    push: Push,
    chunk: Vec<u8>,
}

const CHUNK_BYTES: usize = 64 << 10;

impl<R: io::Read> Items<R> {
    /// A reader of `source`.
    pub fn new(source: R, format: Format, limits: Limits) -> Self {
        Self { source, push: Push::new(format, limits), chunk: vec![0; CHUNK_BYTES] }
    }

    fn read_on(&mut self) -> Option<JsonError> {
        match self.source.read(&mut self.chunk) {
            Ok(0) => self.push.finish(),
            Ok(n_bytes) => self.push.push(&self.chunk[..n_bytes]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Some(self.push.fail(JsonErrorKind::Read { message: error.to_string() }));
            }
        }
        None
    }
}

impl<R: io::Read> Iterator for Items<R> {
    type Item = Result<Value, JsonError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.push.next() {
                return Some(item);
            }
            if self.push.is_done() {
                return None;
            }
            if let Some(error) = self.read_on() {
                return Some(Err(error));
            }
        }
    }
}
