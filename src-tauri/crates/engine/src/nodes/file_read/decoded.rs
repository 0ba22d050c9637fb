//! A file in another charset, read as UTF-8. Not how the charset is found.

use std::fs::File;
use std::io::{self, Read, Seek};

/// Whether the first letter of the file that is no space begins a list.
pub(super) fn begins_list(charset: Option<&str>, file: &mut File) -> io::Result<bool> {
    let mut begin = Vec::new();
    decoded(charset, file.try_clone()?)?.take(4096).read_to_end(&mut begin)?;
    file.rewind()?;
    let begin = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&begin);
    Ok(begin.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'['))
}

/// A file as UTF-8, whatever its charset; as it is without one.
pub(super) fn decoded(charset: Option<&str>, file: File) -> io::Result<Box<dyn Read + Send>> {
    let Some(name) = charset else { return Ok(Box::new(file)) };
    let decoder = transport::TextDecoder::named(name)
        .map_err(|name| io::Error::other(format!("the charset \"{name}\" is not known")))?;
    Ok(Box::new(Decoded { file, decoder, ready: Vec::new(), at: 0, is_over: false }))
}

/// A file in another charset, read as UTF-8.
struct Decoded {
    file: File,
    decoder: transport::TextDecoder,
    ready: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.is_over {
            let mut piece = vec![0; 64 << 10];
            let n_bytes = self.file.read(&mut piece)?;
            self.is_over = n_bytes == 0;
            let text = self.decoder.push(&piece[..n_bytes], self.is_over);
            self.ready = text.map_err(io::Error::other)?.to_vec();
            self.at = 0;
        }
        let n_bytes = out.len().min(self.ready.len() - self.at);
        out[..n_bytes].copy_from_slice(&self.ready[self.at..self.at + n_bytes]);
        self.at += n_bytes;
        Ok(n_bytes)
    }
}
