//! Looks through the parts of a workbook before they are read: what they unpack to, what they claim.
//! Nothing here is kept; the workbook itself is read by calamine.

use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::XlsxError;

/// The first bytes of the files of Excel 97, and of encrypted ones of today.
const COMPOUND_FILE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// So many parts no workbook has.
const MAX_PARTS: usize = 10_000;
const CHUNK_BYTES: usize = 64 << 10;

/// Unpacks every part once, so that no header is believed.
///
/// The number of shared texts that a workbook claims is looked at too: memory is set aside for as
/// many.
pub(super) fn check<R: Read + Seek>(source: &mut R, limit: usize) -> Result<(), XlsxError> {
    let broken = |cause: &dyn ToString| XlsxError::NotAWorkbook { cause: cause.to_string() };
    let mut magic = Vec::new();
    source.by_ref().take(8).read_to_end(&mut magic).map_err(|error| broken(&error))?;
    if magic == COMPOUND_FILE {
        return Err(XlsxError::OldOrProtected);
    }
    source.seek(SeekFrom::Start(0)).map_err(|error| broken(&error))?;
    let mut archive = ZipArchive::new(&mut *source).map_err(|error| broken(&error))?;
    if archive.len() > MAX_PARTS {
        return Err(broken(&format!("it has more than {MAX_PARTS} parts")));
    }
    let mut n_left = limit;
    let mut chunk = vec![0; CHUNK_BYTES];
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?.to_ascii_lowercase();
        let mut claims = name.ends_with("sharedstrings.xml").then(Claims::default);
        let n_before = n_left;
        loop {
            let n_bytes = part.read(&mut chunk).map_err(|error| broken(&error))?;
            if n_bytes == 0 {
                break;
            }
            n_left = n_left.checked_sub(n_bytes).ok_or(XlsxError::TooLarge { limit })?;
            if let Some(claims) = &mut claims {
                claims.look(&chunk[..n_bytes]);
            }
        }
        if claims.is_some_and(|claims| claims.exceed(n_before - n_left)) {
            return Err(broken(&"its shared texts claim to be more than they can be"));
        }
    }
    drop(archive);
    source.seek(SeekFrom::Start(0)).map_err(|error| broken(&error))?;
    Ok(())
}

const COUNT: &[u8] = b"uniqueCount";
/// The sign of equality and the digits after the name; half of it for space is more than enough.
const CLAIM_BYTES: usize = 64;

/// The numbers of texts that a part claims to have, chunk by chunk.
#[derive(Default)]
struct Claims {
    tail: Vec<u8>,
    highest: u64,
    is_disguised: bool,
}

impl Claims {
    fn look(&mut self, chunk: &[u8]) {
        // In UTF-16 and the encodings that switch by escapes the name would not be found.
        self.is_disguised |= chunk.iter().any(|b| matches!(b, 0 | 0x1B));
        let mut text = std::mem::take(&mut self.tail);
        text.extend_from_slice(chunk);
        for at in memchr::memmem::find_iter(&text, COUNT) {
            let rest = &text[at + COUNT.len()..];
            let n_before = rest.iter().take_while(|b| b" =\"'\t\r\n".contains(b)).count();
            self.is_disguised |= n_before > CLAIM_BYTES / 2;
            let digits = rest[n_before..].iter().take_while(|b| b.is_ascii_digit());
            let claim =
                digits.fold(0_u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')));
            self.highest = self.highest.max(claim);
        }
        let keep = text.len().saturating_sub(COUNT.len() + CLAIM_BYTES);
        self.tail = text.split_off(keep);
    }

    /// Whether a part of this size cannot hold so many texts: each takes at least `<si/>`.
    fn exceed(&self, n_bytes: usize) -> bool {
        self.is_disguised || self.highest > n_bytes as u64 / 5 + 1
    }
}
