//! Finds the canary in every byte below a folder, in each form in which it could stand there.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use memchr::memmem;

/// What every secret has in it: letters that each form writes differently, and that a header may
/// have.
pub(crate) const CANARY: &str = "Kanarien+Vogel/Q7x9Zt~Hm";

/// A form, and the bytes that are looked for.
pub(crate) fn forms() -> Vec<(String, Vec<u8>)> {
    let bytes = CANARY.as_bytes();
    let each = |keep: &str, digits: fn(u8) -> String| -> String {
        let byte = |byte: &u8| {
            let is_kept = keep.as_bytes().contains(byte) || byte.is_ascii_alphanumeric();
            if is_kept { char::from(*byte).to_string() } else { digits(*byte) }
        };
        bytes.iter().map(byte).collect()
    };
    let hex = |upper: bool, before: &str| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = if upper {
                write!(text, "{before}{byte:02X}")
            } else {
                write!(text, "{before}{byte:02x}")
            };
            text
        })
    };
    let mut forms = vec![
        ("plain".to_owned(), CANARY.to_owned()),
        ("percent".to_owned(), each("-_.~", |byte| format!("%{byte:02X}"))),
        ("percent, small".to_owned(), each("-_.~", |byte| format!("%{byte:02x}"))),
        ("form".to_owned(), each("-_.*", |byte| format!("%{byte:02X}"))),
        ("percent throughout".to_owned(), hex(true, "%")),
        ("JSON with \\/".to_owned(), CANARY.replace('/', "\\/")),
        ("JSON with \\u".to_owned(), each("~/-", |byte| format!("\\u{byte:04X}"))),
        ("JSON with \\u, all".to_owned(), each("", |byte| format!("\\u{byte:04x}"))),
        ("hex".to_owned(), hex(false, "")),
        ("hex, capitals".to_owned(), hex(true, "")),
    ];
    for before in 0..3 {
        let mut text = vec![b'x'; before];
        text.extend_from_slice(bytes);
        let (first, end) = ((before * 8).div_ceil(6), text.len() * 8 / 6);
        for (name, letters) in
            [("base64", STANDARD.encode(&text)), ("base64url", URL_SAFE_NO_PAD.encode(&text))]
        {
            forms.push((format!("{name}, behind {before}"), letters[first..end].to_owned()));
        }
    }
    forms.into_iter().map(|(name, text)| (name, text.into_bytes())).collect()
}

/// Every file below a folder that has the canary in it: the file, the form, and what is around it.
pub(crate) fn search(folder: &Path) -> Vec<String> {
    let forms = forms();
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            for (form, wanted) in &forms {
                if let Some(at) = memmem::find(&bytes, wanted) {
                    let around = &bytes[at.saturating_sub(160)..(at + 80).min(bytes.len())];
                    let around = String::from_utf8_lossy(around);
                    found.push(format!("{} ({form}) at {at}: {around}", path.display()));
                }
            }
        }
    }
    found
}
