//! What a command is given to work on: a flow by file or id, items from a file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use data::csv::{CsvOptions, Reader};
use data::json::{Format, Items};
use data::{Limits, Value};

use crate::Refusal;

/// A flow as it is named on the command line.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// A flow of the database.
    Id(String),
}

impl Source {
    /// What is a file by its look or by being there is one; everything else is an id.
    pub(crate) fn of(text: &str) -> Self {
        let path = Path::new(text);
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let looks_like_file = is_json || text.contains(['/', '\\']);
        if looks_like_file || path.is_file() {
            Self::File(path.to_owned())
        } else {
            Self::Id(text.to_owned())
        }
    }
}

pub(crate) fn read_text(path: &Path) -> Result<String, Refusal> {
    std::fs::read_to_string(path)
        .map_err(|cause| Refusal::usage(format!("{} cannot be read: {cause}.", path.display())))
}

/// Reads all of a file; `-` is standard input.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(cause) => Err(Refusal::usage(format!("{} cannot be read: {cause}.", path.display()))),
    }
}

/// Reads items: the values of a JSON list, JSON lines, or the rows of a CSV file; one other JSON
/// value is one item. `-` reads standard input.
pub(crate) fn items(path: &Path) -> Result<Vec<Value>, Refusal> {
    let refuse = |cause: &dyn std::fmt::Display| {
        Refusal::usage(format!("{} cannot be read: {cause}.", path.display()))
    };
    let bytes = bytes(path)?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending == "csv" {
        let rows = Reader::new(bytes.as_slice(), CsvOptions::default());
        let rows = rows.map_err(|cause| refuse(&cause))?;
        return rows.collect::<Result<_, _>>().map_err(|cause| refuse(&cause));
    }
    let is_lines = matches!(ending, "ndjson" | "jsonl");
    let whole = if is_lines { None } else { data::json::read(&bytes, &Limits::default()).ok() };
    match whole {
        Some(list) if list.as_list().is_some() => Ok(list.as_list().unwrap_or_default().to_vec()),
        Some(value) => Ok(vec![value]),
        // What is not one JSON value may be several, one a line; else its error is told.
        None => Items::new(bytes.as_slice(), Format::Lines, Limits::default())
            .collect::<Result<_, _>>()
            .map_err(|cause| refuse(&cause)),
    }
}
