//! The business formats on files of others, where they are at hand: every sound file is read and is
//! equal after read, write, read; every broken one gives an error with its place.

#![allow(clippy::print_stdout, reason = "how many were read is what this test shows")]

mod common;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use data::{
    Limits, Value,
    edi::{self, edifact, x12},
    hl7, json,
};

/// Files that are broken, what their error says, and why they are counted as broken.
const BROKEN: [(&str, &str, &str); 7] = [
    (
        "ims-x12_bad_first_line.txt",
        "segment 1 `ISA`, element 2, line 1",
        "ISA02 is one character short",
    ),
    (
        "ims-x12_bad_segment_identifier.txt",
        "segment 6, line 6",
        "a segment has no tag, another one is in small letters",
    ),
    ("py-order.edi", "segment 18, line 19", "cut off: there is no `UNZ`"),
    ("py-order2.edi", "segment 13, line 13", "cut off: there is no `UNZ`"),
    ("py-patient3.edi", "segment 53 `FTX`, line 295", "cut off within a segment"),
    ("guide.txt", "segment 1 `ORU`, line 1", "no message, but an outline of some"),
    ("messages.txt", "segment 1 `/*`, line 1", "notes stand between its messages"),
];

/// Files that are read with warnings, as only their counts or control numbers do not agree, or
/// `MSH-2` escapes the backslash; what is wrong with others is for a validation to say.
const WARNED: [&str; 18] = [
    "ims-x12_999_accepted.txt",
    "ims-x12_complex.txt",
    "ims-x12_missing_elements.txt",
    "ims-x12_missing_required_loop_in_one_repeat.txt",
    "ims-x12_missing_required_loops_mult_repeats.txt",
    "ims-x12_multiple_gs.txt",
    "ims-x12_multiple_st.txt",
    "ims-x12_no_errors.txt",
    "ims-x12_segment_errors.txt",
    "ims-x12_valid.txt",
    "ims-x12_writer_test.txt",
    "ims-x271.txt",
    "invalid997_min.edi",
    "invalid999.edi",
    "py-aperak.edi",
    "py-aperak_rejected.edi",
    "py-patient2.edi",
    "sample_unix.hl7",
];

/// Files whose bytes change all the same: they escape what needs it not, or do not what needs it.
const ESCAPED_FREELY: [&str; 3] = ["invoic_d97b_una.edi", "py-patient2.edi", "sample_unix.hl7"];

/// Files of the types with a table of names.
const NAMED: [&str; 8] = [
    "invoice810_po850_dual.edi",
    "simple810.edi",
    "invoic_d93a_una.edi",
    "invoic_d97b_bad.edi",
    "invoic_d97b_una.edi",
    "php-D96ADESADV.edi",
    "php-example_utf8.edi",
    "py-invoice1.edi",
];

type Read = fn(&[u8]) -> Result<Value, String>;
type Write = fn(&Value) -> Vec<u8>;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

/// Reads the files of a family; prints and returns how many were read, of how many.
fn check(folder: &str, read: Read, write: Write) -> Option<(usize, usize)> {
    let files = files(&common::corpus(folder)?);
    let (mut n_read, mut n_broken) = (0, 0);
    let mut faults = BTreeMap::new();
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let bytes = std::fs::read(file).expect("a file");
        match check_file(&name, &bytes, read, write) {
            Ok(true) => n_read += 1,
            Ok(false) => n_broken += 1,
            Err(fault) => {
                faults.insert(name, fault);
            }
        }
    }
    println!("{folder}: {n_read}/{} read, {n_broken} broken and told so", files.len());
    assert!(faults.is_empty(), "{faults:#?}");
    Some((n_read, files.len()))
}

/// Whether a file was read; that it was not is right for one that is broken.
fn check_file(name: &str, bytes: &[u8], read: Read, write: Write) -> Result<bool, String> {
    let broken = BROKEN.iter().find(|(broken, ..)| *broken == name);
    let value = match (read(bytes), broken) {
        (Ok(value), None) => value,
        (Ok(_), Some((.., reason))) => return Err(format!("is read, and is broken: {reason}")),
        (Err(error), None) => return Err(error),
        (Err(error), Some((_, place, _))) if error.ends_with(place) => return Ok(false),
        (Err(error), Some((_, place, _))) => return Err(format!("{error}, expected at {place}")),
    };
    let text = value.to_string();
    if text.contains("\"warnings\":") != WARNED.contains(&name) {
        return Err(format!("has other warnings than expected: {text}"));
    }
    if NAMED.contains(&name) && text.contains("\"segments\":") {
        return Err("has no business names".to_owned());
    }
    let written = write(&value);
    if read(&written)? != value {
        return Err("is not equal after read, write, read".to_owned());
    }
    let is_same = written.trim_ascii_end() == bytes.trim_ascii_end();
    // JSON may be laid out otherwise.
    let may_differ = ESCAPED_FREELY.contains(&name) || bytes.starts_with(b"{");
    if !is_same && !may_differ {
        return Err("is not the same bytes after read and write".to_owned());
    }
    Ok(true)
}

#[test]
fn x12_files_are_read_and_written() {
    let read = |bytes: &[u8]| {
        x12::read(bytes, &edi::Options::default(), &Limits::default())
            .map_err(|error| error.to_string())
    };
    let counts = check("edi/x12", read, |value| x12::write(value).expect("what was read"));
    assert!(counts.is_none_or(|counts| counts == (27, 29)), "{counts:?}");
}

#[test]
fn edifact_files_are_read_and_written() {
    let read = |bytes: &[u8]| {
        edifact::read(bytes, &edi::Options::default(), &Limits::default())
            .map_err(|error| error.to_string())
    };
    let counts = check("edi/edifact", read, |value| edifact::write(value).expect("what was read"));
    assert!(counts.is_none_or(|counts| counts == (16, 19)), "{counts:?}");
}

#[test]
fn hl7_files_are_read_and_written() {
    let read = |bytes: &[u8]| {
        hl7::read(bytes, &hl7::Options::default(), &Limits::default())
            .map_err(|error| error.to_string())
    };
    let counts = check("health/hl7v2", read, |value| hl7::write(value).expect("what was read"));
    assert!(counts.is_none_or(|counts| counts == (4, 6)), "{counts:?}");
}

#[test]
fn hl7_messages_among_notes_are_found() {
    let Some(folder) = common::corpus("health/hl7v2") else { return };
    let bytes = std::fs::read(folder.join("messages.txt")).expect("a file");
    let messages = hl7::messages(&bytes[..], &hl7::Options::default(), &Limits::default());
    let (sound, broken): (Vec<_>, Vec<_>) = messages.partition(Result::is_ok);
    println!("messages.txt: {} messages read, {} errors", sound.len(), broken.len());
    assert!(sound.len() >= 5);
}

#[test]
fn fhir_files_are_read_and_written() {
    let read =
        |bytes: &[u8]| json::read(bytes, &Limits::default()).map_err(|error| error.to_string());
    let counts = check("health/fhir-r4", read, |value| json::to_string(value).into_bytes());
    assert!(counts.is_none_or(|(n_read, n_files)| n_read == n_files), "{counts:?}");
}
